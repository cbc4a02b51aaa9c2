//! Whole rehearsals of a cart journey: what mail causes is what the model says, nothing else differs between arms, and
//! neither does the number of threads.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use foresend_core::id::StableId;
use foresend_core::moment::Moment;
use foresend_core::time::{DayWindow, Timestamp, Wait, Zone};
use foresend_core::world::event::{EventDef, EventIx};
use foresend_core::world::journey::{Act, Again, Journey, Kind, MailIx, Send, Step};
use foresend_core::world::limit::Limits;
use foresend_core::world::program::{Outline, Program};
use foresend_core::world::stream::Stream;
use foresend_core::world::topic::{Basis, Topic, TopicIx};
use foresend_insight::increment::ORDERS_CHANGED_MIN;
use foresend_insight::pulse::Pulse;
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{
    AS_WRITTEN, NO_MAIL, Plan, Rehearsal, RehearsalError, rehearse, trace,
};

/// 2026-03-02T00:00Z, a Monday.
const MONDAY: Timestamp = Timestamp::from_millis(1_772_409_600_000);

/// A cart journey whose mails leave so many hours after the cart, until any order; again after seven days.
fn cart_program(delays: &[u32], kind: Kind) -> Program {
    let mut before = 0;
    let steps = delays
        .iter()
        .enumerate()
        .map(|(i, &hours)| {
            let name = format!("mail-{i}");
            let after = Wait::hours(hours - before);
            before = hours;
            let (mail, topic) = (MailIx(0), TopicIx(0));
            let act = Act::Send(Send { mail, topic, kind, late: Wait::hours(6) });
            Step {
                id: StableId::of("step", &name),
                name,
                after,
                moment: Moment::ANY,
                when: None,
                path: None,
                act,
            }
        })
        .collect();
    let journey = Journey {
        name: "cart-recovery".to_owned(),
        id: StableId::of("journey", "cart-recovery"),
        topic: TopicIx(0),
        kind,
        on: vec![EventIx::PRODUCT_ADDED, EventIx::CHECKOUT_STARTED],
        quiet: None,
        when: None,
        holds: None,
        again: Again::After(Wait::days(7)),
        stop: vec![EventIx::ORDER_COMPLETED],
        goal: None,
        steps,
    };
    let topic = Topic {
        name: "offers".to_owned(),
        says: "Reminders".to_owned(),
        basis: vec![Basis::Consent, Basis::ExistingCustomer],
    };
    let views =
        Stream { event: EventIx::PRODUCT_VIEWED, property: None, window: Some(Wait::days(30)) };
    Program::new(Outline {
        hash: [0; 32],
        zone: Zone::named("Europe/London").unwrap(),
        currency: "GBP".to_owned(),
        minor_digits: 2,
        credit: Wait::days(5),
        events: EventDef::builtin(),
        topics: vec![topic],
        streams: vec![views],
        limits: Limits::default(),
        mails: vec!["cart".to_owned()],
        journeys: vec![journey],
    })
}

/// `retail`, with an address and permission for everyone.
fn mailable() -> Preset {
    let preset = Preset::named("retail").unwrap();
    let preset = preset.with("contact.address", &[1.0]).unwrap();
    preset.with("contact.consent", &[1.0]).unwrap()
}

fn run(program: &Program, preset: &Preset, customers: u32, threads: usize) -> Rehearsal {
    let plan = Plan { program, preset, customers, from: MONDAY, days: 60, seed: 42, threads };
    rehearse(&plan, &|_, _| ()).unwrap()
}

#[test]
fn a_mail_without_effect_changes_no_order() {
    let mut preset = mailable();
    for effect in ["reminder.strength", "reminder.reactance", "reminder.spends"] {
        preset = preset.with(effect, &[0.0]).unwrap();
    }
    let found = run(&cart_program(&[1, 24, 72], Kind::Cart), &preset, 40_000, 2);
    assert!(found.arms[AS_WRITTEN].pulse.all_steps().mail.sent > 10_000, "mail was sent");
    let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    let revenue = found.revenue.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    assert_eq!((orders.changed, revenue.changed), (0, 0));
    // The same test fails where a mail does something.
    let found = run(&cart_program(&[1, 24, 72], Kind::Cart), &mailable(), 40_000, 2);
    let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    assert!(orders.changed > 20, "{orders:?}");
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let program = cart_program(&[1, 24], Kind::Cart);
    let preset = Preset::named("retail").unwrap();
    let one = run(&program, &preset, 5_000, 1);
    assert!(one.events > 100_000);
    for threads in [2, 3, 7] {
        assert_eq!(run(&program, &preset, 5_000, threads), one, "{threads} threads");
    }
}

#[test]
fn another_seed_finds_something_else() {
    let (program, preset) = (cart_program(&[1], Kind::Cart), mailable());
    let plan = |seed| Plan {
        program: &program,
        preset: &preset,
        customers: 2_000,
        from: MONDAY,
        days: 60,
        seed,
        threads: 1,
    };
    assert_ne!(rehearse(&plan(1), &|_, _| ()).unwrap(), rehearse(&plan(2), &|_, _| ()).unwrap());
}

#[test]
fn mail_whose_effect_is_not_modelled_is_refused() {
    let (program, preset) = (cart_program(&[1], Kind::Browse), mailable());
    let plan = Plan {
        program: &program,
        preset: &preset,
        customers: 10,
        from: MONDAY,
        days: 60,
        seed: 1,
        threads: 1,
    };
    let error = rehearse(&plan, &|_, _| ()).unwrap_err();
    assert!(matches!(error, RehearsalError::NotModelled { kind: Kind::Browse, .. }));
    assert_eq!(
        error.to_string(),
        "journey cart-recovery: rehearsing a browse mail is not supported yet"
    );
}

#[test]
fn progress_ends_with_everything_done() {
    let (program, preset) = (cart_program(&[1], Kind::Cart), mailable());
    let plan = Plan {
        program: &program,
        preset: &preset,
        customers: 3_000,
        from: MONDAY,
        days: 30,
        seed: 1,
        threads: 2,
    };
    let most = std::sync::Mutex::new((0, 0));
    let found = rehearse(&plan, &|customers, events| {
        let mut most = most.lock().unwrap();
        *most = (most.0.max(customers), most.1.max(events));
    });
    assert_eq!(*most.lock().unwrap(), (3_000, found.unwrap().events));
}

#[test]
fn one_cart_mail_does_what_the_model_was_published_with() {
    let found = run(&cart_program(&[1], Kind::Cart), &mailable(), 200_000, 2);
    let mail = found.arms[AS_WRITTEN].pulse.all_steps().mail;
    let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    let share = |count: u64| count as f64 / mail.sent as f64;
    let per_thousand = orders.value as f64 / 200.0;
    // The unpaired variance of the difference over the paired one, from the trial that would find it.
    let difference = orders.value as f64 / 200_000.0;
    let paired = (orders.noise.unwrap() / 1.96).powi(2) / 200_000.0;
    let unpaired = orders.trial.unwrap() as f64 * difference.powi(2) / 2.8f64.powi(2);
    let found = [
        ("human opens a mail", share(mail.opened_human), 0.428, 0.06 * 0.428),
        // .066 of them of carts still open; the others are of carts bought meanwhile.
        ("clicks a mail", share(mail.clicked_human), 0.070, 0.06 * 0.070),
        ("unsubscribes a mail", share(mail.unsubscribed), 0.0030, 0.2 * 0.0030),
        ("orders of a clicking customer a mail", share(found.attributed_orders), 0.014, 0.0014),
        ("orders caused, a thousand customers", per_thousand, 1.58, 0.36),
        ("variance, unpaired over paired", unpaired / paired, 464.0, 364.0),
    ];
    check(&found);
}

#[test]
fn three_cart_mails_do_what_the_model_was_published_with() {
    let found = run(&cart_program(&[1, 24, 72], Kind::Cart), &mailable(), 200_000, 2);
    let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    let revenue = found.revenue.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    let caused = orders.value as f64 / found.attributed_orders as f64;
    check(&[
        ("orders caused, a thousand customers", orders.value as f64 / 200.0, 3.31, 0.50),
        ("revenue caused, a thousand customers", revenue.value as f64 / 20_000.0, 260.0, 60.0),
        ("orders caused over orders claimed by a click", caused, 0.5, 0.49),
    ]);
}

#[track_caller]
#[expect(clippy::print_stdout, reason = "with --nocapture it says what was measured")]
fn check(found: &[(&str, f64, f64, f64)]) {
    for &(name, value, wanted, band) in found {
        println!("{name}: {value:.5} (wanted {wanted} ± {band:.5})");
    }
    for &(name, value, wanted, band) in found {
        assert!((value - wanted).abs() < band, "{name}: {value}, wanted {wanted} ± {band}");
    }
}

#[test]
fn a_click_alone_moves_orders_and_creates_none() {
    let preset = mailable().with("reminder.strength", &[0.0]).unwrap();
    let preset = preset.with("reminder.reactance", &[0.0]).unwrap();
    let found = run(&cart_program(&[1, 24, 72], Kind::Cart), &preset, 100_000, 2);
    let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    // Only orders moved into the period from behind its end.
    assert!(orders.changed <= 2, "{orders:?}");
}

#[test]
fn a_program_without_journeys_gives_two_equal_arms() {
    let outline = (*cart_program(&[1], Kind::Cart)).clone();
    let program = Program::new(Outline { journeys: Vec::new(), ..outline });
    let found = run(&program, &mailable(), 5_000, 1);
    assert_eq!(found.arms[NO_MAIL].orders, found.arms[AS_WRITTEN].orders);
    assert_eq!(found.arms[NO_MAIL].pulse, found.arms[AS_WRITTEN].pulse);
    assert!(found.arms[NO_MAIL].orders > 500);
}

#[test]
fn the_arm_without_mail_keeps_the_true_reasons() {
    // Nobody agreed, and the topic takes nothing but consent; half have no address.
    let program = cart_program(&[1], Kind::Cart);
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
    let found = run(&cart_program(&[1], Kind::Cart), &mailable(), 5_000, 1);
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
    let found = run(&cart_program(&[1, 24, 72], Kind::Cart), &preset, 5_000, 1);
    let all = found.arms[AS_WRITTEN].pulse.all_steps();
    assert_eq!(all.mail.sent, all.mail.bounced_hard);
    assert_eq!((all.mail.opened_human, all.mail.opened_machine), (0, 0));
    assert!(all.held.suppressed > 100, "{:?}", all.held);
    assert_eq!(found.orders.increment(AS_WRITTEN, NO_MAIL, 1).changed, 0);
}

#[test]
fn a_mail_put_off_is_handed_over_again() {
    let preset = mailable().with("mail.soft_bounce", &[0.2]).unwrap();
    let found = run(&cart_program(&[1], Kind::Cart), &preset, 5_000, 1);
    let mail = found.arms[AS_WRITTEN].pulse.all_steps().mail;
    // A fifth of all attempts is put off. Nearly all of those arrive later; not where the cart was ordered
    // meanwhile, or the mail would be too late.
    let share = |count: u64| count as f64 / mail.sent as f64;
    assert!((share(mail.deferred) - 0.25).abs() < 0.05, "{mail:?}");
    assert!((0.95..1.0).contains(&share(mail.accepted)), "{mail:?}");
}

#[test]
fn who_unsubscribes_gets_no_more() {
    let preset = mailable().with("cart_mail.unsubscribes", &[1.0]).unwrap();
    let found = run(&cart_program(&[1, 24, 72], Kind::Cart), &preset, 5_000, 1);
    let all = found.arms[AS_WRITTEN].pulse.all_steps();
    assert_eq!(all.mail.unsubscribed + all.mail.complained, all.mail.unsubscribed);
    assert!(all.held.no_permission > 100, "{:?}", all.held);
    // Mails sent before the first was opened may be opened too, so a few objections come twice and change nothing.
    assert!(all.mail.unsubscribed <= all.mail.opened_human, "{:?}", all.mail);
}

#[test]
fn a_mail_that_waits_for_quiet_hours_comes_back_by_itself() {
    let mut outline = (*cart_program(&[1], Kind::Cart)).clone();
    outline.limits.quiet = DayWindow::new(20 * 60, 9 * 60);
    let found = run(&Program::new(outline), &mailable(), 5_000, 1);
    let all = found.arms[AS_WRITTEN].pulse.all_steps();
    let open = run(&cart_program(&[1], Kind::Cart), &mailable(), 5_000, 1);
    let sent = open.arms[AS_WRITTEN].pulse.all_steps().mail.sent;
    assert!(all.moved.quiet + all.delayed.quiet > 100, "{:?} {:?}", all.moved, all.delayed);
    assert!(all.mail.sent < sent && all.mail.sent as f64 > 0.9 * sent as f64, "{}", all.mail.sent);
}

#[test]
fn no_preset_that_loads_can_stop_a_rehearsal() {
    let program = cart_program(&[1, 24], Kind::Cart);
    let retail = mailable();
    let mut rehearsed = 0;
    for setting in retail.settings() {
        for value in [0.0, 1e-9, 0.999, 1.0, 1.5, 300.0] {
            let Ok(preset) = retail.with(&setting.key, &[value]) else { continue };
            let plan = Plan {
                program: &program,
                preset: &preset,
                customers: 60,
                from: MONDAY,
                days: 7,
                seed: 3,
                threads: 1,
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
    let (program, preset) = (cart_program(&[1, 24], Kind::Cart), Preset::named("retail").unwrap());
    let customers = 300;
    let (program, preset) = (&program, &preset);
    let plan = Plan { program, preset, customers, from: MONDAY, days: 60, seed: 42, threads: 2 };
    let whole = rehearse(&plan, &|_, _| ()).unwrap();
    for arm in [NO_MAIL, AS_WRITTEN] {
        let mut pulse = Pulse::of(program);
        for customer in 0..customers {
            for step in trace(&plan, customer, arm).unwrap() {
                step.records.iter().for_each(|record| pulse.fold(record));
            }
        }
        assert_eq!(pulse, whole.arms[arm].pulse, "arm {arm}");
    }
    let sent = |arm: usize| whole.arms[arm].pulse.all_steps().mail.sent;
    assert!(sent(NO_MAIL) == 0 && sent(AS_WRITTEN) > 20, "{} mails", sent(AS_WRITTEN));
}

#[test]
fn nobody_beyond_the_last_customer_is_traced() {
    let (program, preset) = (cart_program(&[1], Kind::Cart), mailable());
    let (program, preset) = (&program, &preset);
    let plan =
        Plan { program, preset, customers: 10, from: MONDAY, days: 60, seed: 42, threads: 1 };
    assert!(trace(&plan, 9, NO_MAIL).is_ok());
    let refused = trace(&plan, 10, NO_MAIL).unwrap_err();
    let told = "no customer c-0000000010 in this rehearsal (ids c-0000000000 to c-0000000009)";
    assert_eq!(refused.to_string(), told);
}
