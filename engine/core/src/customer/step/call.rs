//! `call`: asks the host to call a webhook. What comes of it decides nothing; the next step does not wait.

use crate::customer::Customer;
use crate::customer::effect::{Calling, Effect, Effects};
use crate::customer::input::SendRef;
use crate::customer::record::{Decided, Skip};
use crate::id::SendId;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::journey::StepIx;

impl Customer {
    pub(super) fn call(&mut self, world: &World, at: usize, due: Timestamp, out: &mut Effects) {
        let run = self.runs[at];
        if world.is_paused(run.journey) {
            return self.skip(world, at, due, Skip::Paused, out);
        }
        let journey = world.program.journey(run.journey);
        let step = &journey.steps[usize::from(run.step)];
        let calling = Calling {
            send: SendRef {
                journey: run.journey,
                step: StepIx(run.step),
                enrolment: run.enrolment,
            },
            id: SendId::of(self.id, journey.id, run.enrolment, step.id),
            key: run.key,
        };
        self.ledger.note_call(calling);
        out.record(due, Decided::Calls(run.at()));
        out.asked.push(Effect::Call(calling));
        self.step_ended(world, at, due, out);
    }

    /// The host has called, and will not again.
    pub(in crate::customer) fn called(
        &mut self,
        t: Timestamp,
        send: SendRef,
        done: bool,
        out: &mut Effects,
    ) {
        let open = self.ledger.calls.len();
        self.ledger.calls.retain(|calling| calling.send != send);
        if self.ledger.calls.len() < open {
            out.record(t, Decided::Called(send.into(), done));
        }
    }
}
