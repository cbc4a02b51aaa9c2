//! Arms without a journey, and arms with another program: each is the rehearsal of that program alone, though most of it
//! is lived once for all.

use crate::effects;
use crate::programs::{MONDAY, browse, cart, mailable, outline, program};
use crate::scenery::hears_everything;
use foresend_core::time::Wait;
use foresend_core::world::event::{EventIx, PropertyType};
use foresend_core::world::journey::{Act, Again, Journey, JourneyIx, Kind, SegmentIx, Start, Step};
use foresend_core::world::program::{Outline, Program, Segment};
use foresend_core::world::value::{Kept, TraitIx};
use foresend_insight::increment::Paired;
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{
    AS_WRITTEN, Compared, Faults, NO_FAULTS, NO_MAIL, Plan, Rehearsal, rehearse,
};

fn rehearsed(
    program: &Program,
    preset: &Preset,
    left_out: &[JourneyIx],
    compared: &[Compared<'_>],
    (threads, faults): (usize, &Faults),
) -> Rehearsal {
    let (customers, days, seed) = (1_500, 60, 11);
    let plan = Plan {
        program,
        catalogue: None,
        preset,
        customers,
        from: MONDAY,
        days,
        seed,
        threads,
        left_out,
        compared,
        faults,
        assumed: &[],
        by_day: false,
    };
    rehearse(&plan, &|_, _| ()).unwrap()
}

fn all_of(program: &Program) -> Vec<JourneyIx> {
    (0u16..).map(JourneyIx).take(program.journeys.len()).collect()
}

/// The program without `journey`, as an author would take it out.
fn taken_out(program: &Program, journey: JourneyIx) -> Program {
    let mut outline: Outline = (**program).clone();
    outline.journeys.remove(usize::from(journey.0));
    for other in &mut outline.journeys {
        other.yields_to.retain(|&to| to != journey);
        for to in &mut other.yields_to {
            to.0 -= u16::from(to.0 > journey.0);
        }
    }
    Program::new(outline)
}

/// Each arm's total, and what is needed for its variance.
fn sums(paired: &Paired, arm: usize, other: usize) -> (i64, u64, u64, u64) {
    let increment = paired.increment(arm, other, 1);
    (increment.value, increment.gained, increment.lost, increment.changed)
}

#[track_caller]
fn check(program: &Program, preset: &Preset, faults: &Faults) -> u64 {
    let whole = rehearsed(program, preset, &all_of(program), &[], (2, faults));
    let mut changed = 0;
    for journey in all_of(program) {
        let alone = rehearsed(&taken_out(program, journey), preset, &[], &[], (1, faults));
        let (name, at) = (&program.journey(journey).name, whole.without(journey).unwrap());
        for (of, whole, alone) in [
            ("orders", &whole.orders, &alone.orders),
            ("revenue", &whole.revenue, &alone.revenue),
            ("discounts", &whole.discounts, &alone.discounts),
        ] {
            // Against the arm without mail, which is the same in both: each customer's outcome shows in these.
            let (left_out, taken_out) =
                (sums(whole, at, NO_MAIL), sums(alone, AS_WRITTEN, NO_MAIL));
            assert_eq!(left_out, taken_out, "{name}: {of}");
        }
        changed += u64::from(whole.orders.increment(at, AS_WRITTEN, 1).changed > 0);
    }
    changed
}

#[test]
fn an_arm_without_a_journey_is_the_program_from_which_it_was_taken_out() {
    let program = hears_everything(effects::everything());
    let changed = check(&program, &mailable(), &NO_FAULTS);
    assert!(changed > 5, "only {changed} journeys change any order");
}

#[test]
fn so_it_is_when_everything_goes_wrong() {
    let program = hears_everything(effects::everything());
    let at = |hours| MONDAY.after(Wait::hours(hours));
    let faults = Faults {
        down: vec![(at(200), at(203)), (at(500), at(530))],
        late: vec![(100_000, Wait::hours(2)), (50_000, Wait::minutes(3))],
        twice: 100_000,
        restarts: vec![at(100), at(501), at(502)],
    };
    assert!(check(&program, &mailable(), &faults) > 5);
}

/// A journey that starts when a segment turns, at once or by a step of another that sets a trait.
#[test]
fn so_it_is_where_journeys_set_off_each_other() {
    use foresend_core::world::condition::{Condition, Op};
    use foresend_core::world::value::Source;
    let gold = TraitIx(0);
    let mark = Journey::new(
        "mark",
        crate::programs::OFFERS,
        Start::On(vec![EventIx::ORDER_COMPLETED]),
        Again::Never,
        vec![Step::new("set", Wait::hours(5), Act::Set(vec![(gold, Kept::Bool(true))]))],
    );
    let thanks = crate::programs::one_mail(
        "thanks",
        Start::Enters(SegmentIx(0)),
        Wait::hours(1),
        crate::programs::send(Kind::News),
    );
    let ops = vec![Op::Has(Source::Trait(gold))];
    let gold_is_set = Condition::new(ops, Vec::new(), "has(customer.gold)".to_owned());
    let mut outline = outline(vec![mark, thanks, cart(&[1, 24]), browse()]);
    outline.traits = vec![("gold".to_owned(), PropertyType::Bool)];
    outline.segments = vec![Segment { name: "gold".to_owned(), condition: gold_is_set.unwrap() }];
    assert!(check(&Program::new(outline), &mailable(), &NO_FAULTS) > 1);
}

#[test]
fn without_its_only_journey_a_program_is_the_arm_without_mail() {
    let program = program(vec![cart(&[1, 24, 72])]);
    let found = rehearsed(&program, &mailable(), &[JourneyIx(0)], &[], (1, &NO_FAULTS));
    let at = found.without(JourneyIx(0)).unwrap();
    assert_eq!(found.orders.increment(at, NO_MAIL, 1).changed, 0);
    assert!(found.orders.increment(at, AS_WRITTEN, 1).changed > 0);
    assert_eq!(found.without(JourneyIx(1)), None);
}

#[test]
fn a_program_that_is_compared_is_rehearsed_as_if_alone() {
    let (mine, other) = (hears_everything(effects::everything()), program(vec![cart(&[4])]));
    let compared =
        [Compared { id: "later", program: &other }, Compared { id: "mine", program: &mine }];
    let found = rehearsed(&mine, &mailable(), &[JourneyIx(0)], &compared, (2, &NO_FAULTS));
    let alone = rehearsed(&other, &mailable(), &[], &[], (1, &NO_FAULTS));
    let (later, same) = (2, 3);
    assert_eq!((&*found.arms[later].id, &*found.arms[same].id), ("later", "mine"));
    assert_eq!(found.arms[later].orders, alone.arms[AS_WRITTEN].orders);
    assert_eq!(found.arms[later].revenue, alone.arms[AS_WRITTEN].revenue);
    assert_eq!(found.arms[later].pulse, alone.arms[AS_WRITTEN].pulse);
    assert_eq!(found.arms[same].pulse, found.arms[AS_WRITTEN].pulse);
    assert_eq!(found.orders.increment(same, AS_WRITTEN, 1).changed, 0);
    assert!(found.orders.increment(later, AS_WRITTEN, 1).changed > 10);
}

#[test]
fn any_number_of_threads_finds_the_same_arms() {
    let program = hears_everything(effects::everything());
    let preset = Preset::named("retail").unwrap();
    let other = self::program(vec![cart(&[4])]);
    let run = |threads| {
        let compared = [Compared { id: "later", program: &other }];
        rehearsed(&program, &preset, &all_of(&program), &compared, (threads, &NO_FAULTS))
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn so_it_is_while_complaints_feed_back() {
    let program = hears_everything(effects::everything());
    let preset = mailable().with("rates.campaign", &[0.16, 0.12, 0.002, 0.01]).unwrap();
    let preset = preset.with("deliverability.feedback", &[1.0]).unwrap();
    assert!(check(&program, &preset, &NO_FAULTS) > 1);
}
