//! What goes wrong: an outage, late and repeated events, restarts. People do what they did; what is decided stays right.

use crate::effects;
use crate::programs::{MONDAY, mailable};
use crate::scenery::hears_everything;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::program::Program;
use foresend_insight::pulse::StepPulse;
use foresend_simulator::rehearsal::{
    AS_WRITTEN, Faults, NO_FAULTS, NO_MAIL, Plan, Rehearsal, rehearse,
};

fn everything() -> Program {
    hears_everything(effects::everything())
}

fn with(faults: &Faults) -> Rehearsal {
    let (program, preset) = (&everything(), &mailable());
    let (customers, from, days, seed, threads) = (2_000, MONDAY, 60, 5, 2);
    let (left_out, compared, catalogue) = (&[][..], &[][..], None);
    let plan = Plan {
        program,
        catalogue,
        preset,
        customers,
        from,
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

fn at(hours: u32) -> Timestamp {
    MONDAY.after(Wait::hours(hours))
}

fn mails(found: &Rehearsal) -> StepPulse {
    found.arms[AS_WRITTEN].pulse.all_steps()
}

#[test]
fn a_restart_changes_nothing() {
    let restarts = (0..60).map(|day| at(24 * day + 7)).collect();
    assert_eq!(with(&Faults { restarts, ..Faults::default() }), with(&NO_FAULTS));
}

#[test]
fn an_event_that_arrives_twice_changes_nothing() {
    let (twice, once) = (with(&Faults { twice: 300_000, ..Faults::default() }), with(&NO_FAULTS));
    assert_eq!(twice.arms, once.arms);
    assert_eq!((&twice.orders, &twice.revenue), (&once.orders, &once.revenue));
    assert!(twice.events > once.events + 10_000, "{} {}", twice.events, once.events);
}

#[test]
fn nothing_leaves_in_an_outage_and_what_grew_late_never_does() {
    let usual = with(&NO_FAULTS);
    let never = with(&Faults { down: vec![(at(0), at(60 * 24))], ..Faults::default() });
    assert_eq!(mails(&never).mail.sent, 0);
    assert_eq!(never.arms[AS_WRITTEN].orders, usual.arms[NO_MAIL].orders);
    // Three hours are less than any `late` of marketing, a whole day is more: a mail that is late leaves, or is held.
    let short = with(&Faults { down: vec![(at(400), at(403))], ..Faults::default() });
    let long = with(&Faults { down: vec![(at(400), at(424))], ..Faults::default() });
    assert_eq!(mails(&usual).held.late, 0);
    assert_eq!(mails(&short).held.late, 0, "{:?}", mails(&short).held);
    assert!(mails(&short).mail.sent_late > mails(&usual).mail.sent_late + 5);
    assert!(mails(&long).held.late > 20, "{:?}", mails(&long).held);
    assert_eq!(long.after_purchase, 0);
}

#[test]
fn late_events_change_no_behaviour_and_no_mail_leaves_after_a_purchase_that_is_known() {
    let usual = with(&NO_FAULTS);
    let late = with(&Faults { late: vec![(1_000_000, Wait::hours(3))], ..Faults::default() });
    assert_eq!(late.arms[NO_MAIL].orders, usual.arms[NO_MAIL].orders);
    assert_eq!(late.arms[NO_MAIL].revenue, usual.arms[NO_MAIL].revenue);
    assert_ne!(late.arms[AS_WRITTEN].pulse, usual.arms[AS_WRITTEN].pulse);
    assert_eq!((late.after_purchase, usual.after_purchase), (0, 0));
    // What is applied is the same but for the few that arrive after the end.
    let fewer = usual.arms[NO_MAIL].pulse.journeys[0].started;
    assert!(late.arms[NO_MAIL].pulse.journeys[0].started > fewer / 2);
}
