//! The same inputs without an engine: what a rehearsal told its customers, as [`Customer::apply`] takes it, made ready
//! beforehand.

use crate::shop::{FROM, Life, Shop};
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Effects;
use foresend_core::customer::input::{Event, Input, Profile};
use foresend_core::time::Timestamp;
use foresend_core::world::event::Property;
use foresend_core::world::value::{TraitIx, Value};
use foresend_core::world::{World, ZoneIx};
use foresend_simulator::rehearsal::{Step, Told};

/// What an input refers to.
pub(crate) struct Parts<'a> {
    properties: Vec<Property<'a>>,
    traits: Vec<(TraitIx, Option<Value<'a>>)>,
    zone: ZoneIx,
}

impl<'a> Parts<'a> {
    /// What the input of `step` refers to, in `world`.
    pub(crate) fn of(step: &'a Step, life: &Life, world: &mut World) -> Self {
        let (mut properties, mut traits) = (Vec::new(), Vec::new());
        if let Told::Event { properties: with, .. } = &step.told {
            let of = with.iter();
            properties =
                of.map(|(name, value)| Property { name: *name, value: value.value() }).collect();
        }
        if let Told::Profile { traits: with, .. } = &step.told {
            traits = with.iter().map(|(name, value)| (*name, Some(value.value()))).collect();
        }
        Self { properties, traits, zone: world.zone_of(Some(life.lived.zone.name()), None) }
    }

    /// The input itself.
    pub(crate) fn input(&'a self, step: &'a Step) -> Input<'a> {
        match &step.told {
            Told::Wake => Input::Wake,
            Told::Event { name, origin, at, id, properties: _, products } => Input::Event(Event {
                name: *name,
                origin: *origin,
                at: *at,
                id: *id,
                properties: &self.properties,
                products,
            }),
            Told::Profile { has_address, zone: _, traits: _ } => Input::Profile(Profile {
                zone: self.zone,
                has_address: *has_address,
                created: None,
                traits: &self.traits,
            }),
            Told::Consent(consent) => Input::Consent(*consent),
            Told::Handover { send, attempt, gate, code } => {
                Input::Handover { send: *send, attempt: *attempt, gate: *gate, code: *code }
            }
            Told::Outcome { send, attempt, outcome } => {
                Input::Outcome { send: *send, attempt: *attempt, outcome: *outcome }
            }
            Told::Called { send, done } => Input::Called { send: *send, done: *done },
            Told::Engagement { send, act, reader, at } => {
                Input::Engagement { send: *send, act: *act, reader: *reader, at: *at }
            }
            Told::Remember { event, since } => Input::Remember { event: *event, since: *since },
        }
    }
}

/// Customers in a row, each at the place of their life.
pub(crate) struct Direct<'w> {
    world: &'w World,
    customers: Vec<Customer>,
    effects: Effects,
    /// How many records were made.
    pub(crate) records: usize,
}

impl<'w> Direct<'w> {
    pub(crate) fn new(shop: &Shop, world: &'w World) -> Self {
        let customers = shop.lives.iter().map(|life| Customer::new(life.id)).collect();
        Self { world, customers, effects: Effects::default(), records: 0 }
    }

    /// Tells inputs that became durable together, each to its customer.
    pub(crate) fn tell_group(&mut self, told: &[(usize, Step)], parts: &[Parts<'_>]) {
        let now = now_of(told);
        for ((customer, step), parts) in told.iter().zip(parts) {
            self.effects.clear();
            let customer = &mut self.customers[*customer];
            customer.apply(self.world, now, parts.input(step), &mut self.effects);
            self.records += self.effects.records.len();
        }
    }

    /// Bytes of all of them.
    pub(crate) fn bytes(&self) -> u64 {
        let bytes = self.customers.iter().map(Customer::bytes).sum::<usize>();
        u64::try_from(bytes).expect("fits")
    }
}

/// When a group becomes durable: with the last of what it tells.
pub(crate) fn now_of(told: &[(usize, Step)]) -> Timestamp {
    told.last().map_or(FROM, |(_, step)| step.at)
}
