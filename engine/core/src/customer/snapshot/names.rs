//! What a program names, by the stable ids of the names: from a place to its id, and back.

use super::SnapshotError;
use super::v1::SendV1;
use crate::customer::input::SendRef;
use crate::id::StableId;
use crate::world::event::EventIx;
use crate::world::experiment::ExperimentIx;
use crate::world::journey::{Journey, JourneyIx, SegmentIx, Start, StepIx};
use crate::world::offer::OfferIx;
use crate::world::program::{AboutIx, Program};
use crate::world::stream::{Keeps, Stream};
use crate::world::topic::TopicIx;
use crate::world::value::{SlotIx, TraitIx};

/// The place of what has this id, among `all`.
fn place<T>(
    all: impl IntoIterator<Item = T>,
    id: u32,
    id_of: impl Fn(T) -> u32,
    what: &'static str,
) -> Result<u16, SnapshotError> {
    let at = all.into_iter().position(|one| id_of(one) == id);
    at.and_then(|at| u16::try_from(at).ok()).ok_or(SnapshotError::NotInProgram(what))
}

pub(super) fn stream_id(program: &Program, stream: &Stream) -> u32 {
    let event = &program.events[usize::from(stream.event.0)];
    let property = |ix: u16| event.properties[usize::from(ix)].0.as_str();
    let (keeps, property) = match stream.keeps {
        Keeps::Count => ("", ""),
        Keeps::Sum(ix) => ("", property(ix.0)),
        Keeps::Distinct(ix) => ("\ndistinct", property(ix.0)),
        Keeps::Last(ix) => ("\nlast", property(ix.0)),
    };
    let filter =
        stream.filter.as_ref().map_or(String::new(), |filter| format!("\n{}", filter.text()));
    StableId::of("stream", &format!("{}\n{property}{keeps}{filter}", event.name)).0
}

pub(super) fn event_id(program: &Program, event: EventIx) -> u32 {
    StableId::of("event", &program.events[usize::from(event.0)].name).0
}

pub(super) fn event_of(program: &Program, id: u32) -> Result<EventIx, SnapshotError> {
    let id_of = |event: EventIx| event_id(program, event);
    let events = (0u16..).map(EventIx).take(program.events.len());
    place(events, id, id_of, "an event").map(EventIx)
}

pub(super) fn topic_id(program: &Program, topic: TopicIx) -> u32 {
    StableId::of("topic", &program.topic(topic).name).0
}

pub(super) fn topic_of(program: &Program, id: u32) -> Result<TopicIx, SnapshotError> {
    let id_of = |topic: TopicIx| topic_id(program, topic);
    let topics = (0u16..).map(TopicIx).take(program.topics.len());
    place(topics, id, id_of, "a topic").map(TopicIx)
}

pub(super) fn trait_id(program: &Program, ix: TraitIx) -> u32 {
    StableId::of("trait", &program.traits[usize::from(ix.0)].0).0
}

pub(super) fn trait_of(program: &Program, id: u32) -> Result<TraitIx, SnapshotError> {
    let id_of = |ix: TraitIx| trait_id(program, ix);
    let traits = (0u16..).map(TraitIx).take(program.traits.len());
    place(traits, id, id_of, "a trait").map(TraitIx)
}

pub(super) fn offer_id(program: &Program, ix: OfferIx) -> u32 {
    StableId::of("offer", &program.offer(ix).name).0
}

pub(super) fn offer_of(program: &Program, id: u32) -> Result<OfferIx, SnapshotError> {
    let id_of = |ix: OfferIx| offer_id(program, ix);
    let offers = (0u16..).map(OfferIx).take(program.offers.len());
    place(offers, id, id_of, "an offer").map(OfferIx)
}

pub(super) fn experiment_id(program: &Program, ix: ExperimentIx) -> u32 {
    program.experiment(ix).id.0
}

pub(super) fn experiment_of(program: &Program, id: u32) -> Option<ExperimentIx> {
    let at = program.experiments.iter().position(|experiment| experiment.id.0 == id)?;
    u8::try_from(at).ok().map(ExperimentIx)
}

pub(super) fn segment_id(program: &Program, ix: SegmentIx) -> u32 {
    StableId::of("segment", &program.segment(ix).name).0
}

/// (event, property, whether by products), by name.
pub(super) fn about_id(program: &Program, ix: AboutIx) -> u32 {
    let (event, same) = program.abouts()[usize::from(ix.0)];
    let event = &program.events[usize::from(event.0)];
    let property = same.property.map_or("", |ix| event.properties[usize::from(ix.0)].0.as_str());
    let products = if same.products { "products" } else { "" };
    StableId::of("about", &format!("{}\n{property}\n{products}", event.name)).0
}

pub(super) fn about_of(program: &Program, id: u32) -> Result<AboutIx, SnapshotError> {
    let id_of = |ix: AboutIx| about_id(program, ix);
    let abouts = (0u16..).map(AboutIx).take(program.abouts().len());
    place(abouts, id, id_of, "what an event is about").map(AboutIx)
}

pub(super) fn journey_of(program: &Program, id: u32) -> Result<JourneyIx, SnapshotError> {
    place(&program.journeys, id, |journey: &Journey| journey.id.0, "a journey").map(JourneyIx)
}

pub(super) fn step_of(
    program: &Program,
    journey: JourneyIx,
    id: u32,
) -> Result<StepIx, SnapshotError> {
    let at = program.journey(journey).steps.iter().position(|step| step.id.0 == id);
    let at = at.and_then(|at| u8::try_from(at).ok());
    at.map(StepIx).ok_or(SnapshotError::NotInProgram("a step"))
}

/// The property that a slot of a journey is filled from, by its name.
pub(super) fn slot_id(program: &Program, journey: &Journey, slot: SlotIx) -> u32 {
    let events: &[EventIx] = match &journey.start {
        Start::On(events) => events,
        Start::Enters(_) | Start::Date(..) | Start::Every(_) => &[],
    };
    let places = &journey.reads[usize::from(slot.0)];
    let found = events.iter().zip(places).find_map(|(event, place)| Some((event, (*place)?)));
    let name = found.map_or("", |(event, property)| {
        let properties = &program.events[usize::from(event.0)].properties;
        properties[usize::from(property.0)].0.as_str()
    });
    StableId::of("property", name).0
}

pub(super) fn slot_of(
    program: &Program,
    journey: JourneyIx,
    id: u32,
) -> Result<SlotIx, SnapshotError> {
    let journey = program.journey(journey);
    let mut slots = (0u8..).map(SlotIx).take(journey.reads.len());
    let found = slots.find(|slot| slot_id(program, journey, *slot) == id);
    found.ok_or(SnapshotError::NotInProgram("a property of a starting event"))
}

pub(super) fn send_v1(program: &Program, send: SendRef) -> SendV1 {
    let journey = program.journey(send.journey);
    (journey.id.0, journey.steps[usize::from(send.step.0)].id.0, send.enrolment)
}

pub(super) fn send_of(
    program: &Program,
    (journey, step, enrolment): SendV1,
) -> Result<SendRef, SnapshotError> {
    let journey = journey_of(program, journey)?;
    Ok(SendRef { journey, step: step_of(program, journey, step)?, enrolment })
}
