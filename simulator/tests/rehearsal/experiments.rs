//! Experiments in a rehearsal: words change nothing but counts unless something is assumed of them; what is assumed moves
//! the rates by so much, and nobody else's luck.

use crate::programs::{MONDAY, campaign, cart, mailable, outline, run};
use foresend_core::id::StableId;
use foresend_core::time::Wait;
use foresend_core::world::event::EventIx;
use foresend_core::world::experiment::{Experiment, Factor, Sets};
use foresend_core::world::journey::{Goal, JourneyIx, Listen, StepIx};
use foresend_core::world::program::{Outline, Program};
use foresend_insight::pulse::Tested;
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{
    AS_WRITTEN, Assumed, NO_FAULTS, NO_MAIL, Plan, Rehearsal, RehearsalError, rehearse,
};

/// Carts, and a letter; `sets`: what varies in the first cart mail besides its subject.
fn with(factors: Vec<Factor>) -> Program {
    let mut outline: Outline = outline(vec![cart(&[1, 24]), campaign(None)]);
    let on = vec![Listen::any(EventIx::ORDER_COMPLETED)];
    let goal = Goal { on, within: Wait::days(7), from: None, value: vec![None] };
    outline.journeys[0].goal = Some(goal);
    if !factors.is_empty() {
        outline.experiments = vec![Experiment {
            name: "look".to_owned(),
            id: StableId::of("experiment", "look"),
            journey: JourneyIx(0),
            step: StepIx(0),
            holdout: 200_000,
            ends: Wait::days(84),
            factors,
        }];
    }
    Program::new(outline)
}

fn factor(name: &str, variants: [&str; 2], sets: Sets) -> Factor {
    Factor::new(name, variants.map(str::to_owned).to_vec(), 0, sets)
}

fn words() -> Vec<Factor> {
    let words = |name, variants| factor(name, variants, Sets::Words);
    vec![words("subject", ["plain", "named"]), words("button", ["return", "order"])]
}

fn assuming(assumed: &[Assumed<'_>], preset: &Preset) -> Result<Rehearsal, RehearsalError> {
    let program = with(words());
    let plan = Plan {
        program: &program,
        catalogue: None,
        preset,
        customers: 20_000,
        from: MONDAY,
        days: 60,
        seed: 42,
        threads: 2,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed,
        by_day: false,
    };
    rehearse(&plan, &|_, _| ())
}

const NAMED: Assumed<'_> =
    Assumed { experiment: "look", factor: "subject", variant: "named", opens: 1.0, clicks: 1.0 };

/// The customers of the arm as written that have a variant of the subject.
fn subject(rehearsal: &Rehearsal, variant: usize) -> Tested {
    // Two factors of two: the first counts most.
    rehearsal.arms[AS_WRITTEN].pulse.experiments[0].some(|at| at / 2 == variant)
}

#[test]
fn words_of_which_nothing_is_assumed_change_nothing_but_counts() {
    let preset = mailable();
    let without = run(&with(Vec::new()), &preset, 8_000, 2);
    let mut tested = run(&with(words()), &preset, 8_000, 2);
    let found = tested.arms[AS_WRITTEN].pulse.experiments[0].any_variant();
    assert!(found.reached > 1_000 && found.goal > 20 && found.opened > 300, "{found:?}");
    for arm in &mut tested.arms {
        // A rehearsal holds nobody out.
        assert_eq!(arm.pulse.experiments[0].held_out, Tested::default());
        arm.pulse.experiments.clear();
    }
    assert_eq!(tested, without);
}

#[test]
fn who_comes_to_the_step_is_counted_without_mail_too() {
    let rehearsal = run(&with(words()), &mailable(), 8_000, 2);
    let of = |arm: usize| rehearsal.arms[arm].pulse.experiments[0].any_variant();
    let (without, with) = (of(NO_MAIL), of(AS_WRITTEN));
    assert_eq!(without.exposed, 0);
    // The letter brings people who then leave a cart.
    assert!(without.reached > 1_000 && with.reached > without.reached, "{without:?} {with:?}");
}

#[test]
fn what_is_assumed_of_a_variant_moves_its_rate_by_so_much_and_no_other() {
    let preset = mailable();
    let plain = assuming(&[], &preset).unwrap();
    let more = assuming(&[Assumed { opens: 1.2, ..NAMED }], &preset).unwrap();
    assert_eq!(subject(&more, 0), subject(&plain, 0), "the control is who it was");
    let (before, after) = (subject(&plain, 1), subject(&more, 1));
    let share = |part: u64, whole: u64| part as f64 / whole as f64;
    let opens = |of: Tested| share(of.opened, of.delivered());
    let raised = opens(after) / opens(before);
    // The same people with the same luck; the mean over them is not quite the population's.
    assert!((raised - 1.2).abs() < 0.03, "{raised}");
    let fewer = assuming(&[Assumed { clicks: 0.5, ..NAMED }], &preset).unwrap();
    let clicks = |of: Tested| share(of.clicked, of.opened);
    let lowered = clicks(subject(&fewer, 1)) / clicks(before);
    assert!((lowered - 0.5).abs() < 0.1, "{lowered}");
    assert_eq!(subject(&fewer, 1).opened, before.opened);
}

#[test]
fn what_cannot_be_assumed_is_refused() {
    let refused = assuming(&[Assumed { opens: 2.5, ..NAMED }], &mailable()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "look: mails cannot be opened 2.50 times as often: 45 % of them are already"
    );
}

#[test]
fn a_delay_that_varies_moves_the_mail_and_not_who_is_counted() {
    let waits = Sets::Delay(vec![Wait::hours(1), Wait::hours(12)]);
    let rehearsal =
        run(&with(vec![factor("delay", ["soon", "later"], waits)]), &mailable(), 8_000, 2);
    let [soon, later] = *rehearsal.arms[AS_WRITTEN].pulse.experiments[0].variants else {
        panic!("two variants");
    };
    let total = soon.reached + later.reached;
    // Half of them each, within four standard errors.
    let apart = soon.reached as f64 - total as f64 / 2.0;
    assert!(apart.abs() < 2.0 * (total as f64).sqrt(), "{soon:?} {later:?}");
    // Whoever bought within the delay got no mail.
    assert!(later.exposed < soon.exposed && later.exposed > 0, "{soon:?} {later:?}");
}
