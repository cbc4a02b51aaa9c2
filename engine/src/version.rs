//! One version of a program as the engine runs it: compiled, with its names looked up.

use crate::entry::Send;
use foresend_core::chance::Seed;
use foresend_core::customer::input::SendRef;
use foresend_core::id::{IdKey, StableId};
use foresend_core::time::Timestamp;
use foresend_core::world::World;
use foresend_core::world::event::{Cause, EventIx};
use foresend_core::world::experiment::ExperimentIx;
use foresend_core::world::journey::{JourneyIx, StepIx};
use foresend_core::world::topic::TopicIx;
use foresend_core::world::value::TraitIx;
use foresend_program::Compiled;
use std::collections::HashMap;
use std::sync::Arc;

/// One version.
#[derive(Debug)]
pub struct Version {
    /// What it says.
    pub compiled: Arc<Compiled>,
    events: HashMap<String, EventIx>,
    topics: HashMap<String, TopicIx>,
    traits: HashMap<String, TraitIx>,
    sends: HashMap<(u32, u32), (JourneyIx, StepIx)>,
}

/// The name of a version: the hash of its program's files.
pub type VersionId = [u8; 32];

impl Version {
    /// The version of this program.
    #[must_use]
    pub fn of(compiled: Compiled) -> Self {
        let program = &compiled.program;
        let events = (0u16..).map(EventIx).zip(&program.events);
        let told = |cause| matches!(cause, Cause::Customer | Cause::Shop | Cause::Catalogue);
        let events = events
            .filter(|(_, event)| !event.name.is_empty() && told(event.cause))
            .map(|(ix, event)| (event.name.clone(), ix))
            .collect();
        let topics = (0u16..).map(TopicIx).zip(&program.topics);
        let topics = topics.map(|(ix, topic)| (topic.name.clone(), ix)).collect();
        let traits = (0u16..).map(TraitIx).zip(&program.traits);
        let traits = traits.map(|(ix, (name, _))| (name.clone(), ix)).collect();
        let mut sends = HashMap::new();
        for (journey, ix) in program.journeys.iter().zip((0u16..).map(JourneyIx)) {
            for (step, at) in journey.steps.iter().zip((0u8..).map(StepIx)) {
                sends.insert((journey.id.0, step.id.0), (ix, at));
            }
        }
        Self { events, topics, traits, sends, compiled: Arc::new(compiled) }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> VersionId {
        self.compiled.program.hash
    }

    /// The world in which it runs; `began` says when each experiment began, of those that did.
    #[must_use]
    pub fn world(
        &self,
        (seed, id_key): (Seed, IdKey),
        mut began: impl FnMut(StableId) -> Option<Timestamp>,
    ) -> World {
        let mut world = World::new(seed, id_key, self.compiled.program.clone());
        world.catalogue = Arc::new(self.compiled.catalogue.clone());
        for (experiment, ix) in self.compiled.program.experiments.iter().zip(0u8..) {
            if let Some(began) = began(experiment.id) {
                world.begin_experiment(ExperimentIx(ix), began);
            }
        }
        world
    }

    /// What of `old` customers may rest on and this version does not have: the first such thing, in words.
    #[must_use]
    pub fn lacks(&self, old: &Self) -> Option<String> {
        let (new, before) = (&self.compiled.program, &old.compiled.program);
        let step = |(journey, step): &(u32, u32)| self.sends.contains_key(&(*journey, *step));
        let journeys = before
            .journeys
            .iter()
            .flat_map(|journey| journey.steps.iter().map(move |step| (journey, step)));
        let lost = journeys.filter(|(journey, of)| !step(&(journey.id.0, of.id.0)));
        let lost =
            lost.map(|(journey, step)| format!("step `{}` of `{}`", step.name, journey.name));
        let topics = before.topics.iter().filter(|topic| self.topic(&topic.name).is_none());
        let topics = topics.map(|topic| format!("topic `{}`", topic.name));
        let offers = before.offers.iter();
        let offers = offers.filter(|offer| new.offers.iter().all(|other| other.name != offer.name));
        let offers = offers.map(|offer| format!("offer `{}`", offer.name));
        let traits = before.traits.iter().filter(|(name, _)| self.trait_named(name).is_none());
        let traits = traits.map(|(name, _)| format!("trait `{name}`"));
        let events = before.events.iter().filter(|event| new.event(&event.name).is_none());
        let events = events.filter(|event| !event.name.is_empty());
        let events = events.map(|event| format!("event `{}`", event.name));
        lost.chain(topics).chain(offers).chain(traits).chain(events).next()
    }

    /// The event that a shop may tell of by this name. Our own are none of these.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<EventIx> {
        self.events.get(name).copied()
    }

    /// The topic called `name`.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<TopicIx> {
        self.topics.get(name).copied()
    }

    /// The trait called `name`.
    #[must_use]
    pub fn trait_named(&self, name: &str) -> Option<TraitIx> {
        self.traits.get(name).copied()
    }

    /// The send of these stable ids, if the version has its step.
    #[must_use]
    pub fn send(&self, send: Send) -> Option<SendRef> {
        let &(journey, step) = self.sends.get(&(send.journey.0, send.step.0))?;
        Some(SendRef { journey, step, enrolment: send.enrolment })
    }

    /// A send by its stable ids.
    #[must_use]
    pub fn stable(&self, send: SendRef) -> Send {
        let journey = self.compiled.program.journey(send.journey);
        let step = &journey.steps[usize::from(send.step.0)];
        Send { journey: journey.id, step: step.id, enrolment: send.enrolment }
    }
}
