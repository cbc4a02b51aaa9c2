//! What a program names, by the stable ids of the names: from an id to its place.

use super::SnapshotError;
use super::v1::SendV1;
use crate::customer::input::SendRef;
use crate::world::event::EventIx;
use crate::world::experiment::ExperimentIx;
use crate::world::journey::{JourneyIx, StepIx};
use crate::world::offer::OfferIx;
use crate::world::program::{AboutIx, Program};
use crate::world::topic::TopicIx;
use crate::world::value::{SlotIx, TraitIx};

/// The place of `id` among `ids`.
fn place(ids: &[u32], id: u32, what: &'static str) -> Result<u16, SnapshotError> {
    let at = ids.iter().position(|one| *one == id);
    at.and_then(|at| u16::try_from(at).ok()).ok_or(SnapshotError::NotInProgram(what))
}

pub(super) fn event_of(program: &Program, id: u32) -> Result<EventIx, SnapshotError> {
    place(&program.names().events, id, "an event").map(EventIx)
}

pub(super) fn topic_of(program: &Program, id: u32) -> Result<TopicIx, SnapshotError> {
    place(&program.names().topics, id, "a topic").map(TopicIx)
}

pub(super) fn trait_of(program: &Program, id: u32) -> Result<TraitIx, SnapshotError> {
    place(&program.names().traits, id, "a trait").map(TraitIx)
}

pub(super) fn offer_of(program: &Program, id: u32) -> Result<OfferIx, SnapshotError> {
    place(&program.names().offers, id, "an offer").map(OfferIx)
}

pub(super) fn about_of(program: &Program, id: u32) -> Result<AboutIx, SnapshotError> {
    place(&program.names().abouts, id, "what an event is about").map(AboutIx)
}

pub(super) fn experiment_id(program: &Program, ix: ExperimentIx) -> u32 {
    program.experiment(ix).id.0
}

pub(super) fn experiment_of(program: &Program, id: u32) -> Option<ExperimentIx> {
    let at = program.experiments.iter().position(|experiment| experiment.id.0 == id)?;
    u8::try_from(at).ok().map(ExperimentIx)
}

pub(super) fn journey_of(program: &Program, id: u32) -> Result<JourneyIx, SnapshotError> {
    let at = program.journeys.iter().position(|journey| journey.id.0 == id);
    let at = at.and_then(|at| u16::try_from(at).ok());
    at.map(JourneyIx).ok_or(SnapshotError::NotInProgram("a journey"))
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

pub(super) fn slot_of(
    program: &Program,
    journey: JourneyIx,
    id: u32,
) -> Result<SlotIx, SnapshotError> {
    let slots = &program.names().slots[usize::from(journey.0)];
    let at = place(slots, id, "a property of a starting event")?;
    let slot = u8::try_from(at).ok().map(SlotIx);
    slot.ok_or(SnapshotError::NotInProgram("a property of a starting event"))
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
