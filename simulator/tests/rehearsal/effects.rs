//! What mail does to orders, and what it does not: with every effect at zero nobody orders otherwise, whatever is sent.

use crate::programs::{
    ORDERS, browse, campaign, cart, changed, mailable, offering, one_mail, post_purchase, program,
    run, send, win_back,
};
use foresend_core::time::Wait;
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::{Act, Journey, Kind, Send, Start};
use foresend_insight::increment::ORDERS_CHANGED_MIN;
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{AS_WRITTEN, NO_MAIL, Rehearsal};

/// Every way in which mail can win or lose an order.
const EFFECTS: [&str; 7] = [
    "reminder.strength",
    "reminder.reactance",
    "reminder.spends",
    "promotion.strength",
    "promotion.view_through",
    "offer.strength",
    "offer.training",
];

fn without(preset: &Preset, effects: &[&str]) -> Preset {
    effects.iter().fold(preset.clone(), |preset, effect| preset.with(effect, &[0.0]).unwrap())
}

/// Journeys of every kind, one of them with an offer.
pub(crate) fn everything() -> Vec<Journey> {
    let mut cart = cart(&[1, 24, 72]);
    if let Act::Send(send) = &mut cart.steps[1].act {
        *send = offering(*send, 0);
    }
    let start = Start::On(vec![EventIx::CHECKOUT_STARTED]);
    let other = |name, kind| one_mail(name, start.clone(), Wait::days(2), send(kind));
    let order = Send { topic: ORDERS, ..send(Kind::Order) };
    vec![
        cart,
        win_back(),
        campaign(Some(1)),
        post_purchase(),
        browse(),
        other("replenishment", Kind::Item),
        other("hello", Kind::Welcome),
        other("alert", Kind::Alert),
        other("confirmation", Kind::Service),
        one_mail("order", Start::On(vec![EventIx::ORDER_COMPLETED]), Wait::ZERO, order),
    ]
}

#[test]
fn mail_without_effect_changes_no_order() {
    // S10, with zones and a season. Offers still take off what they say: what is paid differs by that and by nothing else.
    let mut months = [1.0; 12];
    months[3] = 2.0;
    let preset = changed(&mailable(), &[("zones.home", &[0.4]), ("season.months", &months)]);
    let preset = without(&preset, &EFFECTS);
    let found = run(&program(everything()), &preset, 25_000, 2);
    for (journey, pulse) in everything().iter().zip(&found.arms[AS_WRITTEN].pulse.journeys) {
        let sent = pulse.steps.iter().map(|step| step.mail.sent).sum::<u64>();
        assert!(sent > 300, "{}: {sent} mails", journey.name);
    }
    let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    let revenue = found.revenue.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    assert_eq!(orders.changed, 0);
    assert!(found.discounts.total(AS_WRITTEN) > 0 && found.discounts.total(NO_MAIL) == 0);
    assert_eq!(revenue.value, -found.discounts.total(AS_WRITTEN));

    // Without offers not even that.
    let plain = vec![cart(&[1, 24, 72]), win_back(), campaign(Some(1)), post_purchase(), browse()];
    let found = run(&program(plain), &preset, 25_000, 2);
    let revenue = found.revenue.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    assert_eq!(revenue.changed, 0);
}

#[test]
fn each_effect_alone_changes_orders() {
    // So the test above would find each of them.
    let alone: [&[(&str, &[f64])]; 5] = [
        &[("reminder.strength", &[0.6])],
        &[("reminder.reactance", &[1.0]), ("reminder.reactance_fades", &[24.0])],
        &[("promotion.strength", &[1.4])],
        &[
            ("promotion.strength", &[1.4]),
            ("promotion.view_through", &[0.1]),
            ("rates.campaign", &[0.5, 0.0, 0.0, 0.0]),
        ],
        &[("offer.strength", &[20.0])],
    ];
    for changes in alone {
        let preset = changed(&without(&mailable(), &EFFECTS), changes);
        let found = run(&program(everything()), &preset, 10_000, 2);
        let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
        assert!(orders.changed >= 4, "{changes:?}: {orders:?}");
    }
}

#[test]
fn a_click_alone_moves_orders_and_creates_none() {
    let preset = changed(&mailable(), &[("reminder.strength", &[0.0])]);
    let preset = changed(&preset, &[("reminder.reactance", &[0.0])]);
    let found = run(&program(vec![cart(&[1, 24, 72])]), &preset, 100_000, 2);
    let orders = found.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    // Only orders moved into the period from behind its end.
    assert!(orders.changed <= 2, "{orders:?}");
}

#[test]
fn complaints_that_feed_back_cost_orders_and_settle_the_same_on_any_number_of_threads() {
    let program = program(everything());
    let many: [(&str, &[f64]); 2] =
        [("rates.campaign", &[0.16, 0.12, 0.002, 0.006]), ("deliverability.feedback", &[0.0])];
    let off = changed(&mailable(), &many);
    let on = off.with("deliverability.feedback", &[1.0]).unwrap();
    let (usual, fed) = (run(&program, &off, 8_000, 2), run(&program, &on, 8_000, 2));
    assert_eq!(usual.deliverability, None);
    let found = fed.deliverability.unwrap();
    assert!((2..=5).contains(&found.passes) && found.lowest < 0.75, "{found:?}");
    assert!(found.change <= 0.01 || found.passes == 5, "{found:?}");
    let opened = |found: &Rehearsal| found.arms[AS_WRITTEN].pulse.all_steps().mail.opened_human;
    assert!(opened(&fed) < opened(&usual), "{} {}", opened(&fed), opened(&usual));
    assert_eq!(fed.arms[NO_MAIL].orders, usual.arms[NO_MAIL].orders);
    assert!(fed.arms[AS_WRITTEN].orders < usual.arms[AS_WRITTEN].orders);
    assert_eq!(run(&program, &on, 8_000, 3), fed);
}

#[test]
fn complaints_without_weight_change_nothing_though_everybody_is_rehearsed_again() {
    let (program, usual) = (program(everything()), mailable());
    let fed =
        changed(&usual, &[("deliverability.feedback", &[1.0]), ("deliverability.lost", &[0.0])]);
    let (usual, fed) = (run(&program, &usual, 3_000, 2), run(&program, &fed, 3_000, 2));
    assert_eq!(fed.arms, usual.arms);
    assert_eq!((&fed.orders, &fed.revenue), (&usual.orders, &usual.revenue));
}
