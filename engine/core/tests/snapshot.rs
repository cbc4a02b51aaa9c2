//! A customer who rests as bytes and comes back is the same, and goes on the same; bytes are never trusted.
#![expect(clippy::unwrap_used, reason = "a customer that cannot be restored fails the test")]

mod common;

use common::{Habits, Happening, Host, instant, shop_that_waits, with_experiment};
use foresend_core::chance;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Effects;
use foresend_core::customer::input::Input;
use foresend_core::customer::snapshot::SnapshotError;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::condition::Facts;
use foresend_core::world::event::EventIx;
use foresend_core::world::program::{Outline, Program};
use foresend_core::world::stream::{Stream, StreamIx};

/// 2026-03-02T00:00Z, a Monday.
const START: i64 = 1_772_409_600_000;
const NAMES: [EventIx; 6] = [
    EventIx::PRODUCT_ADDED,
    EventIx::PRODUCT_VIEWED,
    EventIx::CHECKOUT_STARTED,
    EventIx::PRODUCT_REMOVED,
    EventIx::ORDER_COMPLETED,
    EventIx::OTHER,
];

fn history(case: u64) -> Vec<Happening> {
    let key = chance::join(0x5A4E, case);
    let draw = |n: u64, below: u64| chance::bits(key, n) % below;
    let mut at = START.cast_unsigned();
    (0..6 + draw(0, 20))
        .map(|i| {
            at += draw(10 * i + 1, 14 * 3_600_000);
            Happening {
                name: NAMES[usize::try_from(draw(10 * i + 2, 6)).unwrap()],
                own: instant((at - draw(10 * i + 3, 7_200_000)).cast_signed()),
                arrives: instant(at.cast_signed()),
                product: draw(10 * i + 4, 3),
                quantity: 1,
                pounds: 10 + draw(10 * i + 5, 90).cast_signed(),
            }
        })
        .collect()
}

fn habits() -> Habits {
    Habits { hand_over_after: Wait::MINUTE, ..Habits::PUNCTUAL }
}

fn rested(world: &World, customer: &Customer) -> Customer {
    Customer::restore(customer.id(), world, &customer.snapshot(world)).unwrap()
}

/// Lives `case`; where `rests`, the customer is put to rest and brought back before each thing that happens.
fn live(world: &World, case: u64, rests: bool) -> Host<'_> {
    let mut host = Host::new(world, habits(), instant(START));
    for happening in &history(case) {
        host.run_until(happening.arrives);
        if rests {
            host.customer = rested(world, &host.customer);
        }
        host.deliver(happening);
    }
    host
}

#[test]
fn a_customer_who_rests_comes_back_the_same_and_goes_on_the_same() {
    let world = with_experiment(&shop_that_waits(), instant(START), true);
    let mut longest = 0;
    for case in 0..10_000 {
        let (mut a, mut b) = (live(&world, case, false), live(&world, case, true));
        assert_eq!(a.customer, b.customer, "case {case}");
        longest = longest.max(a.customer.snapshot(&world).len());
        let end = instant(START).after(Wait::days(90));
        a.run_until(end);
        b.customer = rested(&world, &b.customer);
        b.run_until(end);
        assert_eq!(a.records, b.records, "case {case}");
    }
    assert!(longest < 4_096, "{longest} bytes");
}

#[test]
fn a_program_in_another_order_reads_the_same_customer() {
    let world = shop_that_waits();
    let mut outline: Outline = (*world.program).clone();
    outline.journeys.reverse();
    outline.streams.reverse();
    let other = World::new(world.seed, world.id_key, Program::new(outline));
    for case in 0..2_000 {
        let host = live(&world, case, false);
        let bytes = host.customer.snapshot(&world);
        let there = Customer::restore(host.customer.id(), &other, &bytes).unwrap();
        assert_eq!(there.next_wake(), host.customer.next_wake(), "case {case}");
        let back = Customer::restore(there.id(), &world, &there.snapshot(&other)).unwrap();
        assert_eq!(back, host.customer, "case {case}");
    }
}

#[test]
fn a_stream_that_is_new_to_a_customer_is_unknown_and_not_zero() {
    let world = shop_that_waits();
    let mut outline: Outline = (*world.program).clone();
    let event = EventIx::PRODUCT_SHARED;
    outline.streams.push(Stream { window: Some(Wait::DAY), ..Stream::of(event) });
    let new = StreamIx(u16::try_from(outline.streams.len() - 1).unwrap());
    let other = World::new(world.seed, world.id_key, Program::new(outline));
    let customer = live(&world, 3, false).customer;
    let bytes = customer.snapshot(&world);
    let mut there = Customer::restore(customer.id(), &other, &bytes).unwrap();
    let now = instant(START).after(Wait::days(30));
    assert_eq!(there.facts(&other, now).count(new, Some(Wait::DAY)), None);
    let remember = Input::Remember { event: Some(event), since: Timestamp::ALWAYS };
    there.apply(&other, now, remember, &mut Effects::default());
    assert_eq!(there.facts(&other, now).count(new, Some(Wait::DAY)), Some(0.0));
}

#[test]
fn a_program_without_the_journey_refuses_its_customers() {
    let world = shop_that_waits();
    let mut outline: Outline = (*world.program).clone();
    outline.journeys.truncate(1);
    let other = World::new(world.seed, world.id_key, Program::new(outline));
    let refused = (0..200).filter(|&case| {
        let host = live(&world, case, false);
        let bytes = host.customer.snapshot(&world);
        let restored = Customer::restore(host.customer.id(), &other, &bytes);
        restored == Err(SnapshotError::NotInProgram("a journey"))
    });
    assert!(refused.count() > 100);
}

#[test]
fn torn_bytes_are_refused_or_are_a_customer_and_never_panic() {
    let world = with_experiment(&shop_that_waits(), instant(START), true);
    let mut restored = 0;
    for case in 0..40_000u64 {
        let host = live(&world, case % 50, false);
        let mut bytes = host.customer.snapshot(&world);
        for change in 0..=case % 3 {
            let draw = |n: u64, below: usize| {
                usize::try_from(chance::bits(chance::join(case, change), n) % below as u64).unwrap()
            };
            let at = draw(0, bytes.len());
            match draw(1, 4) {
                0 => bytes[at] = u8::try_from(draw(2, 256)).unwrap(),
                1 => bytes[at] ^= 1 << draw(2, 8),
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, u8::try_from(draw(2, 256)).unwrap()),
            }
        }
        let Ok(mut customer) = Customer::restore(host.customer.id(), &world, &bytes) else {
            continue;
        };
        restored += 1;
        // Whatever came back can be lived with.
        let mut out = Effects::default();
        let mut now = instant(START).after(Wait::days(40));
        for _ in 0..40 {
            out.clear();
            customer.apply(&world, now, Input::Wake, &mut out);
            now = now.max(customer.next_wake().min(now.after(Wait::days(2))));
        }
    }
    assert!(restored > 1_000, "only {restored} torn snapshots were customers");
}

#[test]
fn what_is_no_snapshot_says_why() {
    let world = shop_that_waits();
    let host = live(&world, 1, false);
    let restore = |bytes: &[u8]| Customer::restore(host.customer.id(), &world, bytes);
    assert_eq!(restore(&[]), Err(SnapshotError::Length(0)));
    assert_eq!(restore(&[9, 1, 2]), Err(SnapshotError::Version(9)));
    assert_eq!(restore(&[1, 255]), Err(SnapshotError::Garbled));
    let mut bytes = host.customer.snapshot(&world);
    bytes.push(0);
    assert_eq!(restore(&bytes), Err(SnapshotError::Garbled));
    assert_eq!(restore(&[0; 70_000]), Err(SnapshotError::Length(70_000)));
}

#[test]
fn version_1_is_read_for_ever() {
    let world = shop_that_waits();
    let customer = live(&world, 3, false).customer;
    let bytes = bytes_of(include_str!("formats/customer-1.hex"));
    assert_eq!(Customer::restore(customer.id(), &world, &bytes), Ok(customer));
}

#[test]
fn version_2_is_read_for_ever() {
    let world = with_experiment(&shop_that_waits(), instant(START), true);
    let customer = live(&world, 3, false).customer;
    let bytes = bytes_of(include_str!("formats/customer-2.hex"));
    assert_eq!(Customer::restore(customer.id(), &world, &bytes), Ok(customer.clone()));
    assert_eq!(customer.snapshot(&world), bytes, "the fields of a version never change");
    // Where the experiment is gone, what is left of the customer is the same.
    let over = Customer::restore(customer.id(), &shop_that_waits(), &bytes).unwrap();
    assert_eq!(over.next_wake(), customer.next_wake());
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let hex: String = hex.split_whitespace().collect();
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}
