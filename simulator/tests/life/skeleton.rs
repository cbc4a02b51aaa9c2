//! Lives without mail: the orders are those of the purchase process they claim to be, and people look around, fill
//! carts and leave them as often as the preset says. Mail is measured against this, so an error here would show up as
//! an effect of mail.

use crate::{EVEN, MONDAY, Mean, WEEK_H, check, person, retail, utc};
use foresend_core::time::{Wait, Zone};
use foresend_simulator::behaviour::Model;
use foresend_simulator::behaviour::shopper::{Order, Seen};
use foresend_simulator::population::{Clock, Person};

/// From the same Monday, 00:00 on its own clocks, which go forward six days later.
fn new_york() -> Clock {
    let start = MONDAY.after(Wait::hours(5));
    let zone = Zone::named("America/New_York").unwrap();
    Clock::new(&zone, start, (Wait::days(90), Wait::days(60)), &EVEN)
}

/// What one life came to.
#[derive(Default)]
struct Life {
    sessions: u32,
    views: u32,
    carts: u32,
    orders: u32,
    /// Orders that came later than in the session.
    late: u32,
    checkouts: u32,
}

fn live(model: &Model, clock: &Clock, person: &Person, hours: f64) -> Life {
    let (mut life, mut carts) = (Life::default(), Vec::new());
    crate::live((model, clock, person), hours, &[], |at, seen| match seen {
        Seen::Viewed(_, view, _) => {
            life.views += 1;
            life.sessions += u32::from(view == 0);
        }
        Seen::Added(cart, line) => {
            life.carts += u32::from(line == 0);
            carts.retain(|&(key, _)| key != cart.key);
            carts.push((cart.key, at));
        }
        Seen::CheckoutStarted(cart) => {
            life.checkouts += 1;
            carts.retain(|&(key, _)| key != cart.key);
            carts.push((cart.key, at));
        }
        Seen::Ordered(Order { cart, .. }) => {
            life.orders += 1;
            let &(_, since) = carts.iter().find(|&&(key, _)| key == cart.key).unwrap();
            let hours = at.since(since).millis() as f64 / 3.6e6;
            life.late += u32::from(hours > 0.2);
        }
        Seen::Nothing | Seen::Removed(..) => {}
        Seen::Parcel(..) | Seen::SignedUp(_) | Seen::Asked(..) | Seen::Back(..) => {
            panic!("nobody listens")
        }
        Seen::Retry(_)
        | Seen::Opened(..)
        | Seen::Confirmed(_)
        | Seen::Clicked(_)
        | Seen::OpenedByMachine(_)
        | Seen::ClickedByMachine(_) => panic!("nobody was mailed"),
    });
    life
}

#[test]
fn orders_without_mail_are_bg_nbd() {
    let ages: Vec<f64> = include_str!("../data/cdnow_ages.csv")
        .lines()
        .filter_map(|line| line.parse().ok())
        .collect();
    assert_eq!(ages.len(), 2357);
    let (model, clock) = (Model::new(retail(&[("purchase.age", &[0.0])]), 2), utc());
    let (mut repeats, mut none) = (Mean::default(), Mean::default());
    let (mut over, mut none_over) = (Mean::default(), Mean::default());
    for customer in 0..100_000 {
        let weeks = ages[customer as usize % ages.len()];
        let person = person(&model, 11, customer);
        let orders = f64::from(live(&model, &clock, &person, weeks * WEEK_H).orders);
        let is_none = f64::from(u8::from(orders < 0.5));
        repeats.add(orders);
        none.add(is_none);
        over.add(orders - person.process.expected(weeks));
        none_over.add(is_none - (-person.process.rate * weeks).exp());
    }
    // S1, S2. The exact values at the ages of the CDNOW cohort are 1.0581 and .5972. The second pair takes the
    // expectation given λ and p away, and most of the noise with it.
    check(&[
        ("mean repeats", repeats.mean(), 1.058, 0.021),
        ("share without", none.mean(), 0.597, 0.005),
        ("mean repeats over expectation", over.mean(), 0.0, 3.0 * over.error()),
        ("share without over expectation", none_over.mean(), 0.0, 3.0 * none_over.error()),
    ]);
}

#[test]
fn orders_without_mail_grow_as_bg_nbd_says() {
    // S3: E[X(t)] by the hypergeometric formula of Fader, Hardie, Lee (2005).
    let (model, clock) = (Model::new(retail(&[("purchase.age", &[0.0])]), 2), utc());
    let published = [(8.0, 0.3586), (26.0, 0.9014), (39.0, 1.1951), (78.0, 1.8580)];
    let (mut raw, mut over) =
        ([(); 4].map(|()| Mean::default()), [(); 4].map(|()| Mean::default()));
    for customer in 0..40_000 {
        let person = person(&model, 13, customer);
        let mut orders = [0.0; 4];
        crate::live((&model, &clock, &person), 78.0 * WEEK_H, &[], |at, seen| {
            if matches!(seen, Seen::Ordered(_)) {
                let weeks = clock.hours(at) / WEEK_H;
                for (orders, (until, _)) in orders.iter_mut().zip(published) {
                    *orders += f64::from(u8::from(weeks < until));
                }
            }
        });
        for (i, (weeks, _)) in published.into_iter().enumerate() {
            raw[i].add(orders[i]);
            over[i].add(orders[i] - person.process.expected(weeks));
        }
    }
    for (i, (_, published)) in published.into_iter().enumerate() {
        check(&[
            ("orders", raw[i].mean(), published, 3.0 * raw[i].error()),
            ("orders over expectation", over[i].mean(), 0.0, 3.0 * over[i].error()),
        ]);
    }
}

#[test]
fn neither_zone_nor_season_changes_how_many_order() {
    // S1, S2 again with each switched on: BG/NBD holds in operational time, which a season stretches.
    let model = Model::new(retail(&[("purchase.age", &[0.0])]), 2);
    let even = EVEN;
    let mut months = [0.6; 12];
    (months[2], months[10], months[11]) = (0.3, 2.5, 3.8);
    let mean = months.iter().sum::<f64>() / 12.0;
    for (name, zones, months) in [
        ("zones", &["America/New_York", "Australia/Lord_Howe", "Europe/London"][..], &even),
        ("season", &["Europe/Berlin"][..], &months),
    ] {
        let clock = |zone: &&str| {
            let zone = Zone::named(zone).unwrap();
            Clock::new(&zone, MONDAY, (Wait::days(90), Wait::days(300)), months)
        };
        let clocks: Vec<_> = zones.iter().map(clock).collect();
        let (weeks, mut over, mut none) = (39.0, Mean::default(), Mean::default());
        // 2026-03-02 and 39 weeks: 30 days of March, and whole months up to 30 November.
        let days = [(2, 30.0), (3, 30.0), (4, 31.0), (5, 30.0), (6, 31.0), (7, 31.0), (8, 30.0)];
        let days = days.into_iter().chain([(9, 31.0), (10, 29.0)]);
        let mean = if name == "season" { mean } else { 1.0 };
        let operational: f64 = days.map(|(month, days)| days * months[month] / mean).sum();
        for customer in 0..60_000 {
            let person = person(&model, 14, customer);
            let clock = &clocks[customer as usize % clocks.len()];
            let orders = f64::from(live(&model, clock, &person, weeks * WEEK_H).orders);
            over.add(orders - person.process.expected(operational / 7.0));
            let is_none = f64::from(u8::from(orders < 0.5));
            none.add(is_none - (-person.process.rate * operational / 7.0).exp());
        }
        check(&[
            (name, over.mean(), 0.0, 3.0 * over.error()),
            (name, none.mean(), 0.0, 3.0 * none.error()),
        ]);
    }
}

#[test]
fn sixty_days_of_retail_look_as_the_preset_says() {
    let (model, clock) = (Model::new(retail(&[]), 2), new_york());
    let (days, n) = (60.0, 200_000);
    let weeks = days / 7.0;
    let (mut all, mut expected) = (Life::default(), 0.0);
    for customer in 0..n {
        let person = person(&model, 12, customer);
        let life = live(&model, &clock, &person, weeks * WEEK_H);
        if person.dormant_since.is_none() {
            expected += person.process.expected(weeks);
        } else {
            assert_eq!(life.sessions, 0, "who went dormant before the start does not come back");
        }
        all.sessions += life.sessions;
        all.views += life.views;
        all.carts += life.carts;
        all.orders += life.orders;
        all.checkouts += life.checkouts;
        all.late += life.late;
    }
    let of = |a: u32, b: u32| f64::from(a) / f64::from(b);
    let abandoned = all.carts - (all.orders - all.late);
    // S5, S6, S7.
    check(&[
        ("orders over expectation", f64::from(all.orders) / expected, 1.0, 0.03),
        ("sessions a customer and month", of(all.sessions, n) / 60.0 * 30.4375, 3.48, 0.03 * 3.48),
        ("views a session", of(all.views, all.sessions), 3.5, 0.03 * 3.5),
        ("orders a session", of(all.orders, all.sessions), 0.0246, 0.04 * 0.0246),
        ("carts a session", of(all.carts, all.sessions), 0.069, 0.04 * 0.069),
        ("carts left", of(abandoned, all.carts), 0.695, 0.04 * 0.695),
        // Three standard errors of 65,000 carts.
        ("left carts ordered late", of(all.late, abandoned), 0.073, 0.0031),
        ("carts that reach the checkout", of(all.checkouts, all.carts), 0.5, 0.02),
    ]);
}
