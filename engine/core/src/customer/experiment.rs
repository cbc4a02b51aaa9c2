//! How a customer meets an experiment, and what they did then. An enrolment is in it if its wait for the step began
//! while the experiment ran; it meets it when the step has come due and neither `while` nor `if` spoke against it, or,
//! where the delay varies, as soon as that wait begins: else the delay itself would choose who is counted.
//!
//! A customer is counted once, for the first enrolment that meets it, and each thing they do once.
//! Invariant: which variant it is is never stored; it follows from chance that is keyed by customer and experiment.

use super::Customer;
use super::effect::Effects;
use super::enrolment::{Run, Test};
use super::input::SendRef;
use super::record::{At, Decided, Did, Enrolled};
use crate::time::{Timestamp, Wait};
use crate::world::World;
use crate::world::experiment::{Assigned, Experiment, ExperimentIx};
use crate::world::journey::{Act, JourneyIx, Send, StepIx};

/// An experiment that a customer has met. 8 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Met {
    /// The first enrolment that met it: the one that is counted.
    pub(super) enrolment: u32,
    pub(super) experiment: ExperimentIx,
    /// Bits of what they did.
    pub(super) did: u8,
}

impl Customer {
    /// The run at `at` begins to wait for its step, at `since`: perhaps one that is tested.
    pub(super) fn enter_test(
        &mut self,
        world: &World,
        at: usize,
        since: Timestamp,
        out: &mut Effects,
    ) {
        let run = &mut self.runs[at];
        if run.test == Test::Awaited {
            run.test = Test::None; // It did not come to that step.
        }
        let Some((ix, experiment)) = world.program.experiment_on(run.journey) else { return };
        if experiment.step.0 != run.step || !world.is_running(ix, since) {
            return;
        }
        // Who gets no marketing at all tells nothing of a variant of it.
        if is_marketing(world, experiment) && world.is_held_out(self.id) {
            return;
        }
        run.test = Test::Awaited;
        if experiment.varies_delay() {
            self.meet_test(world, at, since, out);
        }
    }

    /// The step of the run at `at` has come to its act at `t`, or its wait decides already.
    pub(super) fn meet_test(&mut self, world: &World, at: usize, t: Timestamp, out: &mut Effects) {
        let run = &mut self.runs[at];
        if run.test != Test::Awaited {
            return;
        }
        let Some((ix, _)) = world.program.experiment_on(run.journey) else { return };
        run.test = Test::Met;
        let first = self.ledger.met.iter().all(|met| met.experiment != ix);
        if first {
            self.ledger.met.reserve_exact(1);
            self.ledger.met.push(Met { enrolment: run.enrolment, experiment: ix, did: 0 });
        }
        out.record_aside(t, Decided::Met(run.at(), world.assigned(ix, self.id), first));
    }

    /// What the customer has of the experiment that the step of this enrolment is tested by, if it is.
    pub(super) fn tested(
        &self,
        world: &World,
        (journey, step): (JourneyIx, StepIx),
        is_in_it: bool,
    ) -> Option<Assigned> {
        if !is_in_it {
            return None;
        }
        let (ix, experiment) = world.program.experiment_on(journey)?;
        (experiment.step == step).then(|| world.assigned(ix, self.id))
    }

    /// What that step sends to them.
    pub(super) fn varied(&self, world: &World, assigned: Option<Assigned>, send: Send) -> Send {
        assigned.map_or(send, |assigned| {
            world.program.experiment(assigned.experiment).send(assigned.variants, send)
        })
    }

    /// How long the awaited step of `run` waits, where its file says `wait`.
    pub(super) fn varied_wait(&self, world: &World, run: &Run, wait: Wait) -> Wait {
        let assigned = self.tested(world, (run.journey, StepIx(run.step)), run.test != Test::None);
        assigned.map_or(wait, |assigned| {
            world.program.experiment(assigned.experiment).wait(assigned.variants, wait)
        })
    }

    /// Whether marketing of the journey is held out, for an enrolment that has met its experiment.
    pub(super) fn is_held_out_of(&self, world: &World, journey: JourneyIx) -> bool {
        let experiment = world.program.experiment_on(journey);
        experiment.is_some_and(|(ix, _)| world.assigned(ix, self.id).held_out)
    }

    /// Counts what they did about the mail of a tested step.
    pub(super) fn did_with(
        &mut self,
        world: &World,
        t: Timestamp,
        send: SendRef,
        did: Did,
        out: &mut Effects,
    ) {
        if self.ledger.met.is_empty() {
            return; // nearly always
        }
        let experiment = world.program.experiment_on(send.journey);
        if experiment.is_some_and(|(_, experiment)| experiment.step == send.step) {
            let At { of, step: _ } = send.into();
            self.did(world, t, of, did, out);
        }
    }

    /// Counts what they did in an enrolment, if it is the one that is counted, and they had not done it before.
    pub(super) fn did(
        &mut self,
        world: &World,
        t: Timestamp,
        of: Enrolled,
        did: Did,
        out: &mut Effects,
    ) {
        let mut all = self.ledger.met.iter_mut();
        let Some(met) = all.find(|met| met.enrolment == of.enrolment) else { return };
        if met.did & did.bit() != 0 {
            return;
        }
        met.did |= did.bit();
        let ix = met.experiment;
        out.record(t, Decided::Tested(of, world.assigned(ix, self.id), did));
    }
}

fn is_marketing(world: &World, experiment: &Experiment) -> bool {
    let journey = world.program.journey(experiment.journey);
    match &journey.steps[usize::from(experiment.step.0)].act {
        Act::Send(send) => world.program.topic(send.topic).is_marketing(),
        Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => false,
        Act::Call(_) | Act::Leave(_) | Act::Stop(_) => false,
    }
}
