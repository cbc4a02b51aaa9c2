//! What an experiment does to a customer's weeks: who is in it, when they are counted, and what of it is remembered.
//! Each story is a rule of experiments; the shop and the clock are those of `stories.rs`.

mod common;

use common::story::{at, check_in, say, tell};
use common::{Habits, Host, shop, with_experiment};
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effects, Mailing};
use foresend_core::customer::input::{Consent, ConsentTo, Engagement, Input, Outcome, Reader};
use foresend_core::id::CustomerId;
use foresend_core::world::World;
use foresend_core::world::experiment::{Assigned, ExperimentIx};

/// The shop, with a seed by which the customer of the stories is `named`, waits `later`, and is held out or not.
fn world(from: i64, delays: bool, held_out: bool) -> World {
    let mut world = with_experiment(&shop(), at(from, "00:00"), delays);
    let customer = CustomerId::of(world.id_key, "c-1");
    let fits = |world: &World| {
        let Assigned { variants, held_out: out, .. } = world.assigned(ExperimentIx(0), customer);
        variants.0 == if delays { 3 } else { 1 } && out == held_out
    };
    while !fits(&world) {
        world.seed.0 += 1;
    }
    world
}

#[test]
fn who_comes_to_the_step_is_counted_when_it_is_due_and_once() {
    check_in(
        &world(1, false, false),
        "02 10:00 Product Added
         02 12:00 Order Completed £64
         10 10:00 Product Added
         10 12:00 Order Completed £10
         10 12:01 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 met look at first: named
         02 11:00 ready first
         02 11:00 sent first, attempt 1, 0 min late
         02 11:00 tested look in cart-recovery: Exposed
         02 11:00 tested look in cart-recovery: Accepted
         02 12:00 reached cart-recovery £64
         02 12:00 tested look in cart-recovery: Goal
         02 12:00 ended cart-recovery: Stopped(EventIx(15))
         02 12:00 started thanks
         02 12:00 ready thanks
         02 12:00 ended thanks: LastStep
         02 12:00 sent thanks, attempt 1, 0 min late
         09 11:00 goal closed cart-recovery
         10 10:00 armed cart-recovery until 10 11:00
         10 11:00 started cart-recovery, goal until 17 11:00
         10 11:00 met look again at first: named
         10 11:00 ready first
         10 11:00 sent first, attempt 1, 0 min late
         10 12:00 reached cart-recovery £10
         10 12:00 ended cart-recovery: Stopped(EventIx(15))
         10 12:00 started thanks
         10 12:00 ready thanks
         10 12:00 ended thanks: LastStep
         10 12:00 sent thanks, attempt 1, 0 min late",
    );
}

#[test]
fn where_the_delay_varies_they_are_counted_when_the_wait_begins() {
    check_in(
        &world(1, true, false),
        "02 10:00 Product Added
         02 12:00 Order Completed £64
         02 12:01 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 met look at first: named, later
         02 12:00 reached cart-recovery £64
         02 12:00 tested look in cart-recovery: Goal
         02 12:00 ended cart-recovery: Stopped(EventIx(15))
         02 12:00 started thanks
         02 12:00 ready thanks
         02 12:00 ended thanks: LastStep
         02 12:00 sent thanks, attempt 1, 0 min late",
    );
    check_in(
        &world(1, true, false),
        "02 10:00 Product Added
         02 14:01 …",
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 met look at first: named, later
         02 14:00 ready first
         02 14:00 sent first, attempt 1, 0 min late
         02 14:00 tested look in cart-recovery: Exposed
         02 14:00 tested look in cart-recovery: Accepted",
    );
}

#[test]
fn who_is_held_out_gets_no_marketing_of_the_journey_from_there_on() {
    let story = "02 10:00 Product Added
         07 10:00 Order Completed £64
         07 10:01 …";
    check_in(
        &world(1, false, true),
        story,
        "02 10:00 armed cart-recovery until 02 11:00
         02 11:00 started cart-recovery, goal until 09 11:00
         02 11:00 met look at first: named, held out
         02 11:00 ready first
         02 11:00 held first: TestHoldout
         03 09:00 ready second
         03 09:00 held second: TestHoldout
         05 09:00 ready offer
         05 09:00 ended cart-recovery: LastStep
         05 09:00 held offer: TestHoldout
         07 10:00 reached cart-recovery £64
         07 10:00 tested look in cart-recovery: Goal
         07 10:00 started thanks
         07 10:00 ready thanks
         07 10:00 ended thanks: LastStep
         07 10:00 sent thanks, attempt 1, 0 min late",
    );
    // A rehearsal holds nobody out, and its variants stay on.
    let world = world(1, false, true).without_holdout();
    let assigned = world.assigned(ExperimentIx(0), CustomerId::of(world.id_key, "c-1"));
    assert!(!assigned.held_out && assigned.variants.0 == 1);
}

#[test]
fn before_it_began_and_after_it_ended_everything_is_as_it_is_written() {
    for (from, day, is_in) in [(5, "04", false), (5, "05", true), (5, "18", true), (5, "19", false)]
    {
        let world = world(from, true, false);
        let mut host = Host::new(&world, Habits::PUNCTUAL, at(1, "00:00"));
        tell(&mut host, &world, &format!("{day} 10:00 Product Added"));
        tell(&mut host, &world, &format!("{day} 18:00 …"));
        let sent = host.transmitted.first().unwrap();
        let expected = if is_in { "14:00" } else { "11:00" };
        assert_eq!(sent.planned, at(day.parse().unwrap(), expected), "{day}");
        assert_eq!(sent.variants.is_some(), is_in, "{day}");
        let met = host.records.iter().filter_map(|record| say(&world, record));
        assert_eq!(met.filter(|said| said.contains("met look")).count(), usize::from(is_in));
    }
}

#[test]
fn each_thing_they_do_with_the_mail_is_counted_once() {
    let world = world(1, false, false);
    let mut host = Host::new(&world, Habits::PUNCTUAL, at(1, "00:00"));
    tell(&mut host, &world, "02 10:00 Product Added");
    tell(&mut host, &world, "02 11:00 …");
    let Mailing { send, topic, .. } = host.transmitted[0];
    host.records.clear();
    let now = at(2, "12:00");
    for reader in [Reader::Machine, Reader::Human, Reader::Human] {
        for act in [Engagement::Open, Engagement::Click] {
            host.apply(now, Input::Engagement { send, act, reader, at: now });
        }
    }
    for _ in 0..2 {
        let to = ConsentTo::Withdrawn;
        host.apply(now, Input::Consent(Consent { topic, to, at: now, cause: Some(send) }));
        let outcome = Outcome::Complained;
        host.apply(now, Input::Outcome { send, attempt: 1, outcome });
        let outcome = Outcome::Bounced { hard: false };
        host.apply(now, Input::Outcome { send, attempt: 1, outcome });
    }
    let said = host.records.iter().filter_map(|record| say(&world, record));
    let said: Vec<String> = said.filter(|said| said.contains("tested")).collect();
    let did = ["Opened", "Clicked", "Unsubscribed", "Complained", "Bounced"];
    let expected: Vec<String> =
        did.iter().map(|did| format!("02 12:00 tested look in cart-recovery: {did}")).collect();
    assert_eq!(said, expected);
}

#[test]
fn without_an_experiment_nothing_is_remembered_of_any() {
    let world = shop();
    let mut customer = Customer::new(CustomerId::of(world.id_key, "c-1"));
    let mut out = Effects::default();
    customer.apply(&world, at(1, "00:00"), Input::Wake, &mut out);
    let bytes = customer.snapshot(&world);
    // The version, its fields, and three empty lists.
    assert_eq!(bytes.last_chunk(), Some(&[0, 0, 0]));
}
