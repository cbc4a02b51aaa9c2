//! What a program remembers of a customer's events, in words and bytes: what `check` says of it.

use crate::condition::definitions::Definitions;
use crate::condition::needs::{self, Needs};
use crate::condition::piece::History;
use foresend_core::chance::Seed;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Effects;
use foresend_core::customer::input::{Consent, ConsentTo, Input, Profile};
use foresend_core::id::{CustomerId, IdKey};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::program::Program;
use foresend_core::world::stream::{Keeps, Stream};
use foresend_core::world::topic::{Basis, TopicIx};
use foresend_core::world::{World, ZoneIx};

/// What is remembered of one event, or of one of its properties, and what that takes of the usual customer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remembered {
    /// The event.
    pub event: String,
    /// The property that is summed.
    pub property: Option<String>,
    /// How far back single ones are kept; `None`: only how many there were, their sum, and when the last was.
    pub window: Option<Wait>,
    /// About how many bytes.
    pub bytes: usize,
    /// The facts that read it. Without any, a journey's `stop` or `wait_for` does.
    pub facts: Vec<String>,
}

/// Everything that is remembered, in the order of the program's streams.
pub(crate) fn all(program: &Program, definitions: &Definitions, needs: &Needs) -> Vec<Remembered> {
    // Behind the streams of facts stand those that stops and waits need.
    let histories = needs.histories().map(Some).chain(std::iter::repeat(None));
    let streams = program.streams.iter().zip(histories);
    streams.map(|(stream, history)| one(program, definitions, stream, history)).collect()
}

/// How many bytes of memory somebody takes of whom we know an address and that they agreed to every topic that asks
/// for it: counted on one.
pub(crate) fn before_any_event(program: &Program) -> usize {
    let world = World::new(Seed(0), IdKey(0), program.clone());
    let mut customer = Customer::new(CustomerId::of(world.id_key, ""));
    let (now, mut out) = (Timestamp::from_millis(0), Effects::default());
    let (zone, has_address, created, traits) = (ZoneIx::PROGRAM, true, None, &[][..]);
    let profile = Profile { zone, has_address, created, traits };
    customer.apply(&world, now, Input::Profile(profile), &mut out);
    for (topic, ix) in world.program.topics.iter().zip(0..) {
        if topic.basis.contains(&Basis::Consent) {
            let to = ConsentTo::Given(Basis::Consent);
            let consent = Consent { topic: TopicIx(ix), to, at: now, cause: None };
            customer.apply(&world, now, Input::Consent(consent), &mut out);
        }
    }
    customer.bytes()
}

fn one(
    program: &Program,
    definitions: &Definitions,
    stream: &Stream,
    history: Option<&History>,
) -> Remembered {
    let Stream { event, filter: _, keeps, window } = stream;
    let (event, window) = (*event, *window);
    let property = match *keeps {
        Keeps::Count => None,
        Keeps::Sum(property) | Keeps::Distinct(property) | Keeps::Last(property) => Some(property),
    };
    let def = program.events.get(usize::from(event.0));
    let property_name = property.and_then(|property| {
        def?.properties.get(usize::from(property.0)).map(|(name, _)| name.clone())
    });
    Remembered {
        event: def.map(|def| def.name.clone()).unwrap_or_default(),
        property: property_name,
        window,
        bytes: needs::bytes(stream),
        facts: history.map_or_else(Vec::new, |history| definitions.facts_reading(history)),
    }
}
