//! What `check` says a customer costs, against customers who really have the events that it assumes.

use crate::folder;
use foresend_core::chance::Seed;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Effects;
use foresend_core::customer::input::{Consent, ConsentTo, Event, Input, Origin, Profile};
use foresend_core::customer::snapshot::BYTES_MAX;
use foresend_core::id::{CustomerId, IdKey};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::event::EventIx;
use foresend_core::world::topic::{Basis, TopicIx};
use foresend_core::world::{World, ZoneIx};

/// Each event that the program remembers, four times in the year before 2026-03-02, as an import tells it.
fn usual(world: &World) -> Customer {
    let mut customer = Customer::new(CustomerId::of(world.id_key, "c-1"));
    let mut out = Effects::default();
    let now = Timestamp::from_millis(1_772_409_600_000);
    let (zone, created, traits) = (ZoneIx::PROGRAM, None, &[][..]);
    let profile = Profile { zone, has_address: true, created, traits };
    customer.apply(world, now, Input::Profile(profile), &mut out);
    for (topic, ix) in world.program.topics.iter().zip(0..) {
        if topic.basis.contains(&Basis::Consent) {
            let to = ConsentTo::Given(Basis::Consent);
            let consent = Consent { topic: TopicIx(ix), to, at: now, cause: None };
            customer.apply(world, now, Input::Consent(consent), &mut out);
        }
    }
    let mut events: Vec<EventIx> = world.program.streams.iter().map(|s| s.event).collect();
    events.sort_unstable();
    events.dedup();
    for quarter in (0..4).rev() {
        for &name in &events {
            let at = now.before(Wait::days(91 * quarter + 1));
            let (origin, properties, products) = (Origin::Backfill, &[][..], &[][..]);
            let event = Event { name, origin, at, id: 0, properties, products };
            customer.apply(world, now, Input::Event(event), &mut out);
        }
    }
    customer
}

#[test]
fn a_customer_takes_what_check_says() {
    for name in ["scenarios/shop", "tests/programs/valid/everything", "tests/programs/valid/full"] {
        let (compiled, told) = foresend_program::compile(&folder::open(name), None);
        let compiled = compiled.unwrap_or_else(|| panic!("{told:?}"));
        let says = compiled.summary.bytes_a_customer;
        let world = World::new(Seed(1), IdKey(1), compiled.program);
        let customer = usual(&world);
        let (memory, rests) = (customer.bytes(), customer.snapshot(&world).len());
        // Room for entries grows by steps, so memory is a little more.
        let off = memory.abs_diff(says) * 100 / says;
        assert!(off <= 25, "{name}: check says {says}, it takes {memory}");
        assert!(rests <= says && rests * 8 >= says, "{name}: check says {says}, at rest {rests}");
        assert!(rests < BYTES_MAX / 16, "{name}: {rests}");
    }
}
