//! Whole rehearsals: what mail causes is what the model says, nothing else differs between arms, and neither does the
//! number of threads.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod days;
mod effects;
mod experiments;
mod faults;
mod figures;
mod left_out;
mod programs;
mod scenery;
mod shop;

use foresend_core::time::{DayWindow, Wait};
use foresend_core::world::event::EventIx;
use foresend_core::world::program::Program;
use foresend_core::world::stream::Stream;
use foresend_core::world::topic::Basis;
use foresend_insight::pulse::Pulse;
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{AS_WRITTEN, NO_FAULTS, NO_MAIL, Plan, rehearse, trace};
use programs::{MONDAY, cart, mailable, outline, run};

/// A cart journey, and a fact that looks 30 days back at views.
fn cart_program(delays: &[u32]) -> Program {
    let window = Some(Wait::days(30));
    let views = Stream { window, ..Stream::of(EventIx::PRODUCT_VIEWED) };
    let mut outline = outline(vec![cart(delays)]);
    outline.streams.push(views);
    Program::new(outline)
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let program = scenery::hears_everything(effects::everything());
    let preset = Preset::named("retail").unwrap();
    let one = run(&program, &preset, 3_000, 1);
    assert!(one.events > 100_000);
    for threads in [2, 3, 7] {
        assert_eq!(run(&program, &preset, 3_000, threads), one, "{threads} threads");
    }
}

#[test]
fn another_seed_finds_something_else() {
    let (program, preset) = (cart_program(&[1]), mailable());
    let plan = |seed| Plan {
        program: &program,
        catalogue: None,
        preset: &preset,
        customers: 2_000,
        from: MONDAY,
        days: 60,
        seed,
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    assert_ne!(rehearse(&plan(1), &|_, _| ()).unwrap(), rehearse(&plan(2), &|_, _| ()).unwrap());
}

#[test]
fn progress_ends_with_everything_done() {
    let (program, preset) = (cart_program(&[1]), mailable());
    let plan = Plan {
        program: &program,
        catalogue: None,
        preset: &preset,
        customers: 3_000,
        from: MONDAY,
        days: 30,
        seed: 1,
        threads: 2,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    let most = std::sync::Mutex::new((0, 0));
    let found = rehearse(&plan, &|customers, events| {
        let mut most = most.lock().unwrap();
        *most = (most.0.max(customers), most.1.max(events));
    });
    assert_eq!(*most.lock().unwrap(), (3_000, found.unwrap().events));
}

#[test]
fn a_program_without_journeys_gives_two_equal_arms() {
    let outline = outline(Vec::new());
    let program = Program::new(outline);
    let found = run(&program, &mailable(), 5_000, 1);
    assert_eq!(found.arms[NO_MAIL].orders, found.arms[AS_WRITTEN].orders);
    assert_eq!(found.arms[NO_MAIL].pulse, found.arms[AS_WRITTEN].pulse);
    assert!(found.arms[NO_MAIL].orders > 500);
}

#[test]
fn the_arm_without_mail_keeps_the_true_reasons() {
    // Nobody agreed, and the topic takes nothing but consent; half have no address.
    let program = cart_program(&[1]);
    let mut outline = (*program).clone();
    outline.topics[0].basis = vec![Basis::Consent];
    let program = Program::new(outline);
    let preset = mailable().with("contact.consent", &[0.0]).unwrap();
    let preset = preset.with("contact.address", &[0.5]).unwrap();
    let found = run(&program, &preset, 5_000, 1);
    for arm in &found.arms {
        let all = arm.pulse.all_steps();
        assert_eq!((all.held.shut, all.mail.sent), (0, 0), "{}", arm.id);
        assert!(all.held.no_address > 100 && all.held.no_permission > 100, "{:?}", all.held);
    }
    // With permission the only reason left in the arm without mail is that it is one.
    let found = run(&cart_program(&[1]), &mailable(), 5_000, 1);
    let (shut, sent) = (
        found.arms[NO_MAIL].pulse.all_steps().held.shut,
        found.arms[AS_WRITTEN].pulse.all_steps().mail.sent,
    );
    assert!(shut > 500 && sent > 500, "{shut} {sent}");
    assert_eq!(found.arms[NO_MAIL].pulse.all_steps().mail.sent, 0);
}

#[test]
fn a_dead_address_is_mailed_once() {
    let preset = mailable().with("mail.dead", &[1.0]).unwrap();
    let found = run(&cart_program(&[1, 24, 72]), &preset, 5_000, 1);
    let all = found.arms[AS_WRITTEN].pulse.all_steps();
    assert_eq!(all.mail.sent, all.mail.bounced_hard);
    assert_eq!((all.mail.opened_human, all.mail.opened_machine), (0, 0));
    assert!(all.held.suppressed > 100, "{:?}", all.held);
    assert_eq!(found.orders.increment(AS_WRITTEN, NO_MAIL, 1).changed, 0);
}

#[test]
fn a_mail_put_off_is_handed_over_again() {
    let preset = mailable().with("mail.soft_bounce", &[0.2]).unwrap();
    let found = run(&cart_program(&[1]), &preset, 5_000, 1);
    let mail = found.arms[AS_WRITTEN].pulse.all_steps().mail;
    // A fifth of all attempts is put off. Nearly all of those arrive later; not where the cart was ordered
    // meanwhile, or the mail would be too late.
    let share = |count: u64| count as f64 / mail.sent as f64;
    assert!((share(mail.deferred) - 0.25).abs() < 0.05, "{mail:?}");
    assert!((0.95..1.0).contains(&share(mail.accepted)), "{mail:?}");
}

#[test]
fn who_unsubscribes_gets_no_more() {
    let preset = mailable().with("rates.cart_1", &[0.45, 0.17, 0.999, 0.0]).unwrap();
    let found = run(&cart_program(&[1, 24, 72]), &preset, 5_000, 1);
    let all = found.arms[AS_WRITTEN].pulse.all_steps();
    assert_eq!(all.mail.unsubscribed + all.mail.complained, all.mail.unsubscribed);
    assert!(all.held.no_permission > 100, "{:?}", all.held);
    // Mails sent before the first was opened may be opened too, so a few objections come twice and change nothing.
    assert!(all.mail.unsubscribed <= all.mail.opened_human, "{:?}", all.mail);
}

#[test]
fn a_mail_that_waits_for_quiet_hours_comes_back_by_itself() {
    let mut outline = (*cart_program(&[1])).clone();
    outline.limits.quiet = DayWindow::new(20 * 60, 9 * 60);
    let found = run(&Program::new(outline), &mailable(), 5_000, 1);
    let all = found.arms[AS_WRITTEN].pulse.all_steps();
    let open = run(&cart_program(&[1]), &mailable(), 5_000, 1);
    let sent = open.arms[AS_WRITTEN].pulse.all_steps().mail.sent;
    assert!(all.moved.quiet + all.delayed.quiet > 100, "{:?} {:?}", all.moved, all.delayed);
    assert!(all.mail.sent < sent && all.mail.sent as f64 > 0.9 * sent as f64, "{}", all.mail.sent);
}

#[test]
fn no_preset_that_loads_can_stop_a_rehearsal() {
    let program = scenery::hears_everything(effects::everything());
    let retail = mailable();
    let mut rehearsed = 0;
    for setting in retail.settings() {
        for value in [0.0, 1e-9, 1.0, 300.0] {
            let Ok(preset) = retail.with(&setting.key, &[value]) else { continue };
            let plan = Plan {
                program: &program,
                catalogue: None,
                preset: &preset,
                customers: 60,
                from: MONDAY,
                days: 7,
                seed: 3,
                threads: 1,
                left_out: &[],
                compared: &[],
                faults: &NO_FAULTS,
                assumed: &[],
                by_day: false,
            };
            let found = rehearse(&plan, &|_, _| ()).unwrap();
            assert_eq!(found.customers, 60, "{} = {value}", setting.key);
            rehearsed += 1;
        }
    }
    assert!(rehearsed > 150, "{rehearsed}");
}

#[test]
fn the_traces_of_all_customers_are_what_the_rehearsal_folds() {
    let program = scenery::hears_everything(effects::everything());
    let (preset, customers) = (Preset::named("retail").unwrap(), 150);
    let (program, preset) = (&program, &preset);
    let plan = Plan {
        program,
        catalogue: None,
        preset,
        customers,
        from: MONDAY,
        days: 60,
        seed: 42,
        threads: 2,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    let whole = rehearse(&plan, &|_, _| ()).unwrap();
    for arm in [NO_MAIL, AS_WRITTEN] {
        let mut pulse = Pulse::of(program);
        for customer in 0..customers {
            for step in trace(&plan, customer, arm).unwrap().steps {
                step.records.iter().for_each(|record| pulse.fold(record));
            }
        }
        assert_eq!(pulse, whole.arms[arm].pulse, "arm {arm}");
    }
    let sent = |arm: usize| whole.arms[arm].pulse.all_steps().mail.sent;
    assert!(sent(NO_MAIL) == 0 && sent(AS_WRITTEN) > 10, "{} mails", sent(AS_WRITTEN));
}

#[test]
fn nobody_beyond_the_last_customer_is_traced() {
    let (program, preset) = (cart_program(&[1]), mailable());
    let (program, preset) = (&program, &preset);
    let plan = Plan {
        program,
        catalogue: None,
        preset,
        customers: 10,
        from: MONDAY,
        days: 60,
        seed: 42,
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    assert!(trace(&plan, 9, NO_MAIL).is_ok());
    let refused = trace(&plan, 10, NO_MAIL).unwrap_err();
    let told = "no customer c-0000000010 in this rehearsal (ids c-0000000000 to c-0000000009)";
    assert_eq!(refused.to_string(), told);
}
