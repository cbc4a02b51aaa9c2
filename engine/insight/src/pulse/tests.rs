//! The pulse against its invariant (any split merges to the whole) and its formulas, one story each.

use super::*;
use foresend_core::customer::record::Enrolled;
use foresend_core::id::{Key, StableId};
use foresend_core::time::{Timestamp, Wait, Zone};
use foresend_core::world::condition::Truth;
use foresend_core::world::event::EventIx;
use foresend_core::world::experiment::{Experiment, ExperimentIx, Factor, Sets, Variants};
use foresend_core::world::journey::{
    Act, Again, Journey, Kind, MailIx, SegmentIx, Send, Start, Step, StepIx,
};
use foresend_core::world::offer::OfferIx;
use foresend_core::world::program::Outline;
use foresend_core::world::topic::TopicIx;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Two journeys, of two steps and of one.
fn program() -> Program {
    let (topic, late) = (TopicIx(0), Wait::hours(6));
    let send = Send { mail: MailIx(0), topic, kind: Kind::Cart, late, offer: None };
    let journey = |name: &str, steps: &[&str]| {
        let steps = steps.iter().map(|name| Step::new(name, Wait::ZERO, Act::Send(send)));
        let start = Start::On(vec![EventIx::PRODUCT_ADDED]);
        Journey::new(name, topic, start, Again::Always, steps.collect())
    };
    Program::new(Outline {
        mails: vec!["mail".to_owned()],
        journeys: vec![journey("cart", &["first", "second"]), journey("back", &["only"])],
        experiments: vec![experiment()],
        ..Outline::new(Zone::named("UTC").unwrap(), "GBP", 2)
    })
}

/// Two factors of two variants.
fn experiment() -> Experiment {
    let factor =
        |name: &str| Factor::new(name, vec!["one".to_owned(), "two".to_owned()], 0, Sets::Words);
    Experiment {
        name: "look".to_owned(),
        id: StableId::of("experiment", "look"),
        journey: JourneyIx(0),
        step: StepIx(0),
        holdout: 200_000,
        ends: Wait::days(84),
        factors: vec![factor("subject"), factor("button")],
    }
}

fn assigned(variants: u8, held_out: bool) -> Assigned {
    Assigned { experiment: ExperimentIx(0), variants: Variants(variants % 4), held_out }
}

fn at(journey: u16, step: u8) -> At {
    At { of: Enrolled { journey: JourneyIx(journey), enrolment: 0 }, step: StepIx(step) }
}

fn fold(decided: &[Decided]) -> Pulse {
    let mut pulse = Pulse::of(&program());
    for &decided in decided {
        pulse.fold(&Record { at: Timestamp::from_millis(0), decided });
    }
    pulse
}

fn any_decided() -> impl Strategy<Value = Decided> {
    let place = prop_oneof![Just(at(0, 0)), Just(at(0, 1)), Just(at(1, 0))];
    let never = Timestamp::NEVER;
    let order = EventIx::ORDER_COMPLETED;
    let no_start = prop::sample::select(vec![
        NoStart::Busy,
        NoStart::Again,
        NoStart::IfFalse,
        NoStart::IfUnknown,
        NoStart::WhileFalse,
        NoStart::WhileUnknown,
        NoStart::Stopped(order),
        NoStart::Full,
        NoStart::Yielded(JourneyIx(1)),
        NoStart::NoKey,
        NoStart::Closed,
    ]);
    let moves =
        prop::sample::select(vec![Move::Quiet, Move::StillShopping, Move::Limit, Move::Between]);
    let skip = prop::sample::select(vec![
        Skip::IfFalse,
        Skip::IfUnknown,
        Skip::WhileUnknown,
        Skip::DueUnknown,
        Skip::NoCode,
        Skip::Paused,
        Skip::Full,
    ]);
    let no_mail = prop::sample::select(vec![
        NoMail::Stopped(order),
        NoMail::WhileFalse,
        NoMail::WhileUnknown,
        NoMail::NoAddress,
        NoMail::NoPermission,
        NoMail::Suppressed,
        NoMail::Holdout,
        NoMail::TestHoldout,
        NoMail::Limit,
        NoMail::NoCode,
        NoMail::Yielded(JourneyIx(1)),
        NoMail::Late,
        NoMail::Shut,
    ]);
    let outcome = prop::sample::select(vec![
        Outcome::Accepted,
        Outcome::Deferred,
        Outcome::Rejected,
        Outcome::Unknown,
        Outcome::Bounced { hard: true },
        Outcome::Bounced { hard: false },
        Outcome::Complained,
        Outcome::RenderFailed,
    ]);
    let end = prop::sample::select(vec![
        End::LastStep,
        End::Stopped(order),
        End::WhileFalse,
        End::ByStep,
        End::Yielded(JourneyIx(1)),
    ]);
    (place, no_start, moves, skip, no_mail, outcome, end, any::<(bool, bool, u8)>(), 0..35u8)
        .prop_map(move |(at, no_start, moves, skip, no_mail, outcome, end, (a, b, n), kind)| {
            let act = if a { Engagement::Open } else { Engagement::Click };
            let reader = if b { Reader::Human } else { Reader::Machine };
            match kind {
                0 => Decided::Armed(at.of.journey, never),
                1 => Decided::Rearmed(at.of.journey, never),
                2 => Decided::Disarmed(at.of.journey, order),
                3 => Decided::NotStarted(at.of.journey, no_start),
                4 => Decided::Started(at.of, Key::CUSTOMER, Some(never)),
                5 => Decided::Moved(at, moves, never),
                6 => Decided::Skipped(at, skip),
                7 => Decided::Ready(at),
                8 => Decided::Delayed(at, moves, never),
                9 => Decided::Held(at, no_mail),
                10 | 11 => Decided::Sent(at, u16::from(n % 3) + 1, u32::from(n / 100)),
                12 | 13 => Decided::Answered(at, outcome),
                14 | 15 => Decided::Engaged(at, act, reader),
                16 => Decided::Reached(at.of, a, Amount::whole(i64::from(n))),
                17 => Decided::Ended(at, end),
                18 => Decided::ConsentSet(TopicIx(0), a, b.then_some(at)),
                19 if a => Decided::GoalClosed(at.of),
                20 => Decided::Awaits(at, never),
                21 => Decided::Listens(at, never),
                22 => Decided::Heard(at, a.then_some(order)),
                23 => Decided::Took(at, None, n % 3),
                24 => Decided::Left(at, TopicIx(0)),
                25 => Decided::GoalOpened(at.of, never),
                26 => Decided::Turned(SegmentIx(0), Truth::True),
                27 => Decided::Set(at),
                28 => Decided::Calls(at),
                29 => Decided::Called(at, a),
                30 => Decided::Paused(at),
                31 => Decided::Resumed(at),
                32 => Decided::Gave(at, OfferIx(0)),
                33 => Decided::Met(at, assigned(n, b), a),
                34 => Decided::Tested(at.of, assigned(n, b), Did::ALL[usize::from(n % 8)]),
                _ => Decided::Folded,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_the_records_merges_to_the_whole(
        story in prop::collection::vec(any_decided(), 0..200),
        cuts in prop::collection::vec(0usize..200, 0..4),
    ) {
        let mut parts = vec![Vec::new(); 5];
        for (i, &decided) in story.iter().enumerate() {
            // Not slices: records of different customers interleave.
            parts[cuts.iter().filter(|&&cut| (i * 7 + cut) % 3 == 0).count()].push(decided);
        }
        let mut merged = Pulse::of(&program());
        for part in parts.iter().rev() {
            merged.merge(&fold(part));
        }
        prop_assert_eq!(merged, fold(&story));
    }

    #[test]
    fn every_record_moves_a_number(decided in any_decided()) {
        // Another attempt, and reaching a goal again with nothing, are not news.
        let moves = match decided {
            Decided::Sent(_, attempt, _) => attempt == 1,
            Decided::Reached(_, first, worth) => first || worth != Amount::ZERO,
            Decided::Met(_, _, first) => first,
            Decided::Armed(..)
            | Decided::Rearmed(..)
            | Decided::Disarmed(..)
            | Decided::NotStarted(..)
            | Decided::Started(..)
            | Decided::Awaits(..)
            | Decided::Listens(..)
            | Decided::Heard(..)
            | Decided::Took(..)
            | Decided::Left(..)
            | Decided::Moved(..)
            | Decided::Skipped(..)
            | Decided::Ready(_)
            | Decided::Delayed(..)
            | Decided::Held(..)
            | Decided::Answered(..)
            | Decided::Engaged(..)
            | Decided::GoalClosed(_)
            | Decided::GoalOpened(..)
            | Decided::Turned(..)
            | Decided::Set(_)
            | Decided::Calls(_)
            | Decided::Called(..)
            | Decided::Paused(_)
            | Decided::Resumed(_)
            | Decided::Gave(..)
            | Decided::Ended(..)
            | Decided::ConsentSet(..)
            | Decided::Tested(..)
            | Decided::Folded => true,
        };
        prop_assert_eq!(fold(&[decided]) != fold(&[]), moves, "{:?}", decided);
    }
}

#[test]
fn a_mail_is_sent_once_however_many_attempts_it_took() {
    let first = at(0, 0);
    let mail = fold(&[
        Decided::Ready(first),
        Decided::Sent(first, 1, 0),
        Decided::Answered(first, Outcome::Deferred),
        Decided::Sent(first, 2, 15),
        Decided::Answered(first, Outcome::Accepted),
    ])
    .all_steps()
    .mail;
    assert_eq!((mail.sent, mail.sent_late, mail.deferred, mail.accepted), (1, 0, 1, 1));
    assert_eq!(mail.delivered(), 1);
}

#[test]
fn what_bounced_was_not_delivered() {
    let first = at(0, 0);
    let mail = fold(&[
        Decided::Sent(first, 1, 0),
        Decided::Answered(first, Outcome::Accepted),
        Decided::Answered(first, Outcome::Bounced { hard: true }),
    ])
    .all_steps()
    .mail;
    assert_eq!((mail.accepted, mail.bounced_hard, mail.delivered()), (1, 1, 0));
}

#[test]
fn an_objection_counts_for_the_mail_it_came_by() {
    let topic = TopicIx(0);
    let pulse = fold(&[
        Decided::ConsentSet(topic, true, None),
        Decided::ConsentSet(topic, false, Some(at(1, 0))),
        Decided::ConsentSet(topic, false, None),
    ]);
    assert_eq!(pulse.journeys[1].steps[0].mail.unsubscribed, 1);
    assert_eq!((pulse.consent_given, pulse.consent_withdrawn), (1, 1));
}

#[test]
fn a_skipped_step_went_on_and_a_stopped_one_did_not() {
    let second = at(0, 1);
    let pulse = fold(&[
        Decided::Ready(second),
        Decided::Skipped(second, Skip::IfUnknown),
        Decided::Ended(second, End::Stopped(EventIx::ORDER_COMPLETED)),
    ]);
    assert_eq!(pulse.journeys[0].steps[1].went_on(), 2);
    assert_eq!(pulse.journeys[0].steps[1].left, Left { stopped: 1, ..Left::default() });
    assert_eq!(pulse.journeys[0].ended.stopped, 1);
}

#[test]
fn a_variant_of_one_factor_is_all_combinations_that_have_it() {
    let first = at(0, 0);
    let met = |variants, held_out| Decided::Met(first, assigned(variants, held_out), true);
    let pulse = fold(&[
        met(0, false),
        met(1, false),
        met(3, false),
        met(3, true),
        Decided::Met(first, assigned(3, false), false),
        Decided::Tested(first.of, assigned(3, false), Did::Accepted),
        Decided::Tested(first.of, assigned(3, false), Did::Goal),
        Decided::Tested(first.of, assigned(3, true), Did::Goal),
    ]);
    let [found] = &*pulse.experiments else { panic!("{pulse:?}") };
    let of = |factor, variant| {
        found
            .some(|at| experiment().variant(Variants(u8::try_from(at).unwrap()), factor) == variant)
    };
    assert_eq!((of(0, 0).reached, of(0, 1).reached), (2, 1));
    assert_eq!((of(1, 0).reached, of(1, 1).reached), (1, 2));
    assert_eq!((of(1, 1).goal, of(1, 1).delivered()), (1, 1));
    assert_eq!((found.held_out.reached, found.held_out.goal), (1, 1));
    assert_eq!(found.any_variant().reached, 3);
}

#[test]
#[should_panic(expected = "pulses of different programs")]
fn pulses_of_different_programs_do_not_merge() {
    Pulse::of(&program()).merge(&Pulse::default());
}
