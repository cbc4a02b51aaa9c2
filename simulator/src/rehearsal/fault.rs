//! What goes wrong in a rehearsal. It goes wrong in every arm alike: faults are keyed by time and by message id, and
//! never by what an arm did.

use crate::behaviour::Scene;
use crate::stream::Purpose;
use foresend_core::customer::input::{Event, Input, Line, Origin};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::event::{EventIx, Property, PropertyIx};
use foresend_core::world::value::Kept;

/// Everything that goes wrong.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Faults {
    /// From when until when nothing can be handed over.
    pub down: Vec<(Timestamp, Timestamp)>,
    /// Shares of the events that the shop sends, in millionths, with how much later they arrive.
    pub late: Vec<(u32, Wait)>,
    /// The share of them that arrives twice, in millionths.
    pub twice: u32,
    /// When every actor is written down and read again, in order.
    pub restarts: Vec<Timestamp>,
}

/// Nothing goes wrong.
pub static NO_FAULTS: Faults =
    Faults { down: Vec::new(), late: Vec::new(), twice: 0, restarts: Vec::new() };

impl Faults {
    /// Until when nothing can be handed over, of those times that `now` lies in.
    pub(super) fn down_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.down.iter().filter(|(from, until)| (*from..*until).contains(&now)).map(|d| d.1).max()
    }

    /// When the `nth` restart is.
    pub(super) fn restart(&self, nth: usize) -> Timestamp {
        self.restarts.get(nth).copied().unwrap_or(Timestamp::NEVER)
    }

    /// Whether something happens to events, which then need message ids.
    pub(super) const fn of_events(&self) -> bool {
        !self.late.is_empty() || self.twice > 0
    }

    /// How much later the event with the message id `id` arrives, and whether it does twice.
    pub(super) fn of_event(&self, scene: &Scene<'_>, id: u64) -> (Wait, bool) {
        let draws = scene.person.chance.stream(Purpose::Fault, id);
        let share = |ppm: u32| f64::from(ppm) / 1e6;
        let mut drawn = draws.unit(0);
        let late = self.late.iter().find(|(ppm, _)| {
            drawn -= share(*ppm);
            drawn < 0.0
        });
        (late.map_or(Wait::ZERO, |(_, by)| *by), draws.unit(1) < share(self.twice))
    }
}

/// An event on its way.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Delayed {
    /// When it arrives.
    pub(super) arrives: Timestamp,
    name: EventIx,
    at: Timestamp,
    id: u64,
    properties: Vec<(PropertyIx, Kept)>,
    products: Vec<Line>,
}

impl Delayed {
    pub(super) fn of(event: &Event<'_>, arrives: Timestamp) -> Self {
        let Event { name, at, id, properties, products, origin: _ } = *event;
        Self {
            arrives,
            name,
            at,
            id,
            properties: properties.iter().map(|p| (p.name, p.value.into())).collect(),
            products: products.to_vec(),
        }
    }

    /// Hands it over.
    pub(super) fn tell(&self, to: impl FnOnce(Input<'_>)) {
        let Self { arrives: _, name, at, id, properties, products } = self;
        let properties: Vec<Property<'_>> = properties
            .iter()
            .map(|(name, value)| Property { name: *name, value: value.value() })
            .collect();
        let (name, at, id, origin) = (*name, *at, *id, Origin::Live);
        to(Input::Event(Event { name, origin, at, id, properties: &properties, products }));
    }
}
