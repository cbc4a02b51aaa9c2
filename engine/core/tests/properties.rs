//! Promises of the core that must hold for every history, held on random ones from fixed seeds.
//! A failure prints the case's number, which replays it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]
#![expect(clippy::wildcard_enum_match_arm, reason = "each property looks at a few records")]

mod common;

use common::{BOUGHT, Habits, Happening, Host, SPEND, VIEWS, instant, shop_that_waits};
use foresend_core::chance;
use foresend_core::customer::record::{At, Decided, End, Enrolled};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::condition::Facts;
use foresend_core::world::event::EventIx;
use std::collections::BTreeMap;

/// 2026-03-02T00:00Z, a Monday.
const START: i64 = 1_772_409_600_000;
const HOUR: u64 = 3_600_000;

/// A history of a few weeks: bursts of a few events, hours or days apart, on round instants so that events and
/// due instants often meet.
fn history(case: u64, late: bool) -> Vec<Happening> {
    let key = chance::join(0x51_0A, case);
    let mut n = 0;
    let mut draw = |below: u64| {
        n += 1;
        chance::bits(key, n) % below
    };
    let mut own = START.cast_unsigned();
    let mut all = Vec::new();
    for _ in 0..4 + draw(14) {
        own += match draw(8) {
            0 => 0,
            1 => 60_000 * draw(50),
            2 => HOUR * draw(30),
            3 => HOUR,
            4 => 22 * HOUR,
            5 => HOUR * draw(24 * 6),
            6 => draw(3 * HOUR),
            _ => 30 * 60_000,
        };
        let name = match draw(10) {
            0..3 => EventIx::PRODUCT_ADDED,
            3..6 => EventIx::PRODUCT_VIEWED,
            6 => EventIx::CHECKOUT_STARTED,
            7 => EventIx::PRODUCT_REMOVED,
            8 => EventIx::ORDER_COMPLETED,
            _ => EventIx::OTHER,
        };
        let delay = if late && draw(3) == 0 { draw(5 * 24 * HOUR) } else { 0 };
        all.push(Happening {
            name,
            own: instant(own.cast_signed()),
            arrives: instant((own + delay).cast_signed()),
            product: draw(3),
            quantity: 1 + u32::try_from(draw(2)).unwrap(),
            pounds: 10 + draw(90).cast_signed(),
        });
    }
    all.sort_by_key(|happening| happening.arrives); // stable: ties stay in order
    all
}

fn live(case: u64, habits: Habits, late: bool, world: &foresend_core::world::World) -> Host<'_> {
    let mut host = Host::new(world, Habits { seed: case, ..habits }, instant(START));
    for happening in &history(case, late) {
        host.deliver(happening);
    }
    host.run_until(instant(START).after(Wait::days(90)));
    host
}

const PUNCTUAL: Habits = Habits { hand_over_after: Wait::MINUTE, ..Habits::PUNCTUAL };

#[test]
fn when_a_host_delivers_a_wake_does_not_matter() {
    let world = shop_that_waits();
    let unpunctual = Habits { late_max: Wait::from_millis(6_000), repeats: true, ..PUNCTUAL };
    let mut started = 0;
    for case in 0..200_000 {
        let (a, b) = (live(case, PUNCTUAL, false, &world), live(case, unpunctual, false, &world));
        if a.records != b.records {
            let differ = a.records.iter().zip(&b.records).position(|(x, y)| x != y);
            let at = differ.unwrap_or_else(|| a.records.len().min(b.records.len()));
            let (x, y) = (a.records.get(at), b.records.get(at));
            panic!("case {case}: record {at}: punctual {x:?}, unpunctual {y:?}");
        }
        assert_eq!(a.transmitted, b.transmitted, "case {case}");
        started += a.records.iter().filter(|r| matches!(r.decided, Decided::Started(..))).count();
    }
    assert!(started > 200_000, "the histories start too little to prove anything: {started}");
}

#[test]
#[expect(clippy::float_cmp, reason = "whole numbers")]
fn a_late_event_changes_facts_and_cart_by_its_own_time() {
    let world = shop_that_waits();
    for case in 0..20_000 {
        let host = live(case, PUNCTUAL, true, &world);
        let mut all = history(case, true);
        all.sort_by_key(|happening| happening.own);
        let end = all.last().unwrap().own;
        for at in [end, end.after(Wait::hours(3))] {
            let facts = host.customer.facts(host.world, at);
            let truth = oracle(&all, at);
            let cart = facts.cart();
            assert_eq!(
                [
                    facts.count(VIEWS, Some(Wait::days(1))).unwrap(),
                    facts.sum(SPEND, Some(Wait::days(365))).unwrap(),
                    facts.count(BOUGHT, None).unwrap(),
                    cart.0,
                    cart.1,
                ],
                truth,
                "case {case} at {at:?}"
            );
        }
    }
}

/// Views of a day, spend of a year, orders ever, cart: recounted from the whole history, sorted by own time.
fn oracle(all: &[Happening], at: Timestamp) -> [f64; 5] {
    let (mut views, mut spend, mut orders) = (0i64, 0i64, 0i64);
    let mut cart: BTreeMap<u64, (i64, i64)> = BTreeMap::new();
    for it in all {
        match it.name {
            EventIx::PRODUCT_VIEWED => views += i64::from(at.since(it.own) < Wait::DAY),
            EventIx::PRODUCT_ADDED => {
                let line = cart.entry(it.product).or_default();
                *line = (line.0 + i64::from(it.quantity), it.pounds);
            }
            EventIx::PRODUCT_REMOVED => {
                let line = cart.entry(it.product).or_default();
                line.0 = (line.0 - i64::from(it.quantity)).max(0);
            }
            EventIx::CHECKOUT_STARTED => {
                cart = BTreeMap::from([(it.product, (i64::from(it.quantity), it.pounds))]);
            }
            EventIx::ORDER_COMPLETED => {
                cart.clear();
                spend += it.pounds;
                orders += 1;
            }
            _ => {}
        }
    }
    let items: i64 = cart.values().map(|line| line.0).sum();
    let value: i64 = cart.values().map(|line| line.0 * line.1).sum();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    [views, spend, orders, items, value].map(|number| number as f64)
}

#[test]
fn no_mail_leaves_after_a_known_stop_and_none_leaves_twice() {
    let world = shop_that_waits();
    let stops = |of: Enrolled, it: &Happening| {
        world.program.journey(of.journey).stop.iter().any(|stop| stop.on == it.name)
    };
    let mut stopped = 0;
    for case in 0..20_000 {
        let host = live(case, PUNCTUAL, true, &world);
        let all = history(case, true);
        let mut sent = Vec::new();
        let mut ended = BTreeMap::new();
        let mut started = BTreeMap::new();
        for record in &host.records {
            match record.decided {
                Decided::Started(of, ..) => {
                    started.insert(of, record.at);
                }
                Decided::Ended(At { of, .. }, why) => {
                    assert!(
                        ended.insert(of, record.at).is_none(),
                        "case {case}: {of:?} ended twice"
                    );
                    stopped += u32::from(matches!(why, End::Stopped(_)));
                }
                Decided::Ready(at) => {
                    assert!(!ended.contains_key(&at.of), "case {case}: {at:?} reopened");
                }
                Decided::Sent(at, ..) => {
                    assert!(!sent.contains(&at), "case {case}: {at:?} twice");
                    sent.push(at);
                    let known = all.iter().find(|it| {
                        stops(at.of, it)
                            && it.own > started[&at.of]
                            && it.own <= record.at
                            && it.arrives <= record.at
                    });
                    assert_eq!(known, None, "case {case}: {at:?} sent at {:?}", record.at);
                }
                _ => {}
            }
        }
        // What stops an enrolment by its own time has ended it once both have arrived: a start looks back.
        for (of, began) in &started {
            for stop in all.iter().filter(|it| stops(*of, it) && it.own > *began) {
                assert!(
                    ended.get(of).is_some_and(|end| *end <= stop.arrives),
                    "case {case}: {of:?} of {began:?} outlives {stop:?}: {:?}",
                    ended.get(of)
                );
            }
        }
    }
    assert!(stopped > 1_000, "the histories stop too little to prove anything: {stopped}");
}

#[test]
fn every_enrolment_ends_and_every_ready_mail_is_answered() {
    let world = shop_that_waits();
    for case in 0..20_000 {
        let host = live(case, PUNCTUAL, true, &world);
        let count = |wanted: fn(&Decided) -> bool| {
            host.records.iter().filter(|r| wanted(&r.decided)).count()
        };
        let started = count(|d| matches!(d, Decided::Started(..)));
        assert_eq!(started, count(|d| matches!(d, Decided::Ended(..))), "case {case}");
        let answered = count(|d| matches!(d, Decided::Sent(..) | Decided::Held(..)));
        assert_eq!(count(|d| matches!(d, Decided::Ready(..))), answered, "case {case}");
        assert_eq!(host.customer.next_wake(), Timestamp::NEVER, "case {case}");
    }
}

#[test]
fn a_busy_customer_takes_about_a_kilobyte() {
    let world = shop_that_waits();
    let bytes = (0..20_000).map(|case| {
        let mut host = Host::new(&world, PUNCTUAL, instant(START));
        let all = history(case, false);
        for happening in &all {
            host.deliver(happening);
        }
        host.customer.bytes()
    });
    let bytes: Vec<usize> = bytes.collect();
    let mean = bytes.iter().sum::<usize>() / bytes.len();
    assert!(mean < 1_100, "{mean}");
    assert!(*bytes.iter().max().unwrap() < 4_096);
}
