//! What mail adds to a life and what it never touches: the visits and coins of the skeleton are the same in every arm.

use crate::{live, person, retail, utc};
use foresend_core::chance::mix;
use foresend_core::time::Timestamp;
use foresend_simulator::behaviour::Model;
use foresend_simulator::behaviour::key::SessionKey;
use foresend_simulator::behaviour::kind::MailKind;
use foresend_simulator::behaviour::offer::{Deal, Off};
use foresend_simulator::behaviour::promotion::Featured;
use foresend_simulator::behaviour::shopper::{Letter, Order, Seen};
use foresend_simulator::population::Clock;

const HOURS: f64 = 60.0 * 24.0;

/// People who open and follow every letter, changed so.
fn eager(changes: &[(&str, &[f64])]) -> Model {
    let eager: &[(&str, &[f64])] = &[
        ("rates.campaign", &[0.999, 0.999, 0.0, 0.0]),
        ("mail.propensity", &[0.99]),
        ("mail.pressure", &[0.0]),
        ("mail.dead", &[0.0]),
        ("pull_forward.share", &[0.0]),
        ("dormancy.ends", &[0.0]),
    ];
    Model::new(retail(&[eager, changes].concat()), 2)
}

/// A letter to all each day.
fn daily(deal: Option<Deal>) -> Vec<(f64, Letter)> {
    let letter = |day: u64| {
        let featured = Featured::Drawn(mix(day));
        let letter = Letter::new(mix(day), MailKind::Campaign, None, featured);
        (day as f64 * 24.0 + 10.0, Letter { deal, ..letter })
    };
    (0..60).map(letter).collect()
}

/// What one life came to.
#[derive(Default)]
struct Life {
    /// When and to which session the first view of a session of the skeleton was.
    visits: Vec<(Timestamp, SessionKey)>,
    orders: Vec<(Timestamp, Order)>,
    by_mail: u32,
}

fn lived(model: &Model, clock: &Clock, customer: u32, mails: &[(f64, Letter)]) -> Life {
    let person = person(model, 21, customer);
    let mut life = Life::default();
    live((model, clock, &person), HOURS, mails, |at, seen| {
        if let Seen::Ordered(order) = seen {
            life.orders.push((at, order));
        }
        if let Seen::Viewed(session, 0, _) = seen {
            if session.is_by_mail() { life.by_mail += 1 } else { life.visits.push((at, session)) }
        }
    });
    life
}

/// The orders of the skeleton's own carts.
fn organic(life: &Life) -> Vec<(Timestamp, Order)> {
    let by_mail = |order: &Order| order.cart.key.session().is_by_mail();
    life.orders.iter().copied().filter(|(_, order)| !by_mail(order)).collect()
}

#[test]
fn a_letter_a_day_shifts_no_visit_and_tosses_no_coin() {
    let (model, clock) = (eager(&[]), utc());
    let mut by_mail = 0;
    for customer in 0..3_000 {
        let without = lived(&model, &clock, customer, &[]);
        let with = lived(&model, &clock, customer, &daily(None));
        assert_eq!(with.visits, without.visits, "customer {customer}");
        assert_eq!(organic(&with), without.orders, "customer {customer}");
        by_mail += with.orders.len() - without.orders.len();
    }
    assert!(by_mail > 2_000, "{by_mail} orders that mail won");
}

#[test]
fn who_comes_back_meets_the_visits_they_would_have_met() {
    let (model, clock) = (eager(&[("dormancy.ends", &[1.0])]), utc());
    // Nobody ever goes dormant.
    let undying = eager(&[("purchase.a", &[0.01]), ("purchase.b", &[1000.0])]);
    let mut back = 0;
    for customer in 0..3_000 {
        let dormant = person(&model, 21, customer).dormant_since.is_some();
        let with = lived(&model, &clock, customer, &daily(None));
        let all = lived(&undying, &clock, customer, &[]);
        let known = |visit| all.visits.contains(visit);
        assert!(with.visits.iter().all(known), "customer {customer}");
        if dormant {
            let first = with.visits.first().map_or(Timestamp::NEVER, |visit| visit.0);
            let won = with.orders.first().map_or(Timestamp::NEVER, |order| order.0);
            assert!(first == Timestamp::NEVER || won < first, "customer {customer}");
            back += u32::from(first != Timestamp::NEVER);
        }
    }
    assert!(back > 100, "{back} came back");
}

#[test]
fn an_order_brought_forward_replaces_the_next() {
    let (none, all, clock) = (eager(&[]), eager(&[("pull_forward.share", &[1.0])]), utc());
    let mut replaced = 0;
    for customer in 0..3_000 {
        let free = lived(&none, &clock, customer, &daily(None));
        let owing = lived(&all, &clock, customer, &daily(None));
        assert_eq!(free.visits, owing.visits, "it changes orders and no visit");
        let (own, still) = (organic(&free), organic(&owing));
        assert!(still.iter().all(|order| own.contains(order)));
        for lost in own.iter().filter(|order| !still.contains(order)) {
            // Some order that a mail had won came in the 30 days before its cart.
            let before = owing
                .orders
                .iter()
                .filter(|(at, order)| order.cart.key.session().is_by_mail() && *at < lost.0);
            assert!(before.count() > 0, "customer {customer}");
            replaced += 1;
        }
    }
    assert!(replaced > 150, "{replaced}");
}

#[test]
fn an_offer_is_taken_off_the_orders_it_reached_and_teaches_to_wait() {
    let tenth = Deal { offer: 3, off: Off::Share(100_000), lasts: 72.0 };
    let (plain, taught, clock) = (eager(&[]), eager(&[("offer.training", &[1.0])]), utc());
    let (mut with, mut without, mut at_once) = (0, 0, [0, 0]);
    for customer in 0..2_000 {
        let without_offer = lived(&plain, &clock, customer, &daily(None));
        let with_offer = lived(&plain, &clock, customer, &daily(Some(tenth)));
        without += without_offer.orders.len();
        with += with_offer.orders.len();
        for (_, order) in &with_offer.orders {
            let by_mail = order.cart.key.session().is_by_mail();
            // All of its sessions lie within the 72 hours, but not all late orders do.
            let off = order.discount.minor();
            assert!(by_mail || off == 0, "the offer was for what the mail brought");
            let tenth = Off::Share(100_000).of(order.cart.value);
            assert!(off == 0 || order.discount == tenth && order.offer == Some(3));
        }
        let taught = lived(&taught, &clock, customer, &daily(Some(tenth)));
        assert_eq!(with_offer.visits, taught.visits, "no coin is tossed earlier or later");
        at_once[0] += organic(&with_offer).len();
        at_once[1] += organic(&taught).len();
    }
    assert!(with as f64 > 1.05 * without as f64, "{with} {without}");
    assert!(at_once[1] < at_once[0], "{at_once:?}");
}

#[test]
fn a_cart_that_a_mail_brought_is_reminded_of_like_any_other() {
    let reminds: &[(&str, &[f64])] = &[
        ("rates.cart_1", &[0.999, 0.5, 0.0, 0.0]),
        ("reminder.strength", &[1.0]),
        ("mail.open_median", &[0.1]),
    ];
    let (model, clock) = (eager(reminds), utc());
    let (mut carts, mut orders) = (0, [0, 0]);
    for customer in 0..3_000 {
        let person = person(&model, 21, customer);
        // One letter; if the cart that it brings is left, a mail about it eight hours later.
        let letters = &daily(None)[..1];
        let (mut left, mut ordered) = (None, 0);
        live((&model, &clock, &person), HOURS, letters, |at, seen| match seen {
            Seen::Added(cart, 0) if cart.key.session().is_by_mail() => {
                left = Some((cart.key, clock.hours(at) + 8.0));
            }
            Seen::Ordered(order) if Some(order.cart.key) == left.map(|left| left.0) => {
                ordered += 1;
            }
            Seen::Nothing | Seen::Viewed(..) | Seen::Added(..) | Seen::CheckoutStarted(_) => {}
            Seen::Removed(..) | Seen::Ordered(_) | Seen::Opened(..) | Seen::Clicked(_) => {}
            Seen::OpenedByMachine(_) | Seen::ClickedByMachine(_) | Seen::Retry(_) => {}
            Seen::Parcel(..) | Seen::SignedUp(_) | Seen::Asked(..) | Seen::Back(..) => {}
            Seen::Confirmed(_) => {}
        });
        let Some((cart, t)) = left else { continue };
        let about = Letter::new(mix(99), MailKind::Cart(0), Some(cart), Featured::Drawn(mix(99)));
        let mails = [letters[0], (t, about)];
        let mut reminded = 0;
        live((&model, &clock, &person), HOURS, &mails, |_, seen| {
            let is_it = |order: &Order| order.cart.key == cart;
            reminded += i32::from(matches!(seen, Seen::Ordered(order) if is_it(&order)));
        });
        assert!(reminded >= ordered, "customer {customer}: a reminder loses nothing after hours");
        carts += 1;
        orders = [orders[0] + ordered, orders[1] + reminded];
    }
    assert!(carts > 300, "{carts} carts");
    assert!(orders[1] > orders[0] + 5, "{orders:?} of {carts}");
}
