//! What happens when a step comes due: `while`, then `if`, then the act. A step ends at its planned moment,
//! whatever becomes of the mail, and the next wait counts from there: never from when a host woke.

mod send;

use super::Customer;
use super::effect::Effects;
use super::enrolment::{Phase, Run};
use super::record::{At, Decided, End, Skip};
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::Truth;
use crate::world::journey::{Act, StepIx};

/// Where an act leaves its step.
enum Acted {
    /// It ended at its due instant.
    Ended,
    /// It comes due again, later.
    Moved(Timestamp),
}

impl Run {
    pub(super) const fn at(&self) -> At {
        At { of: self.enrolled(), step: StepIx(self.step) }
    }
}

impl Customer {
    /// The run at `at` waits for `step` from `since` on, when the step before it ended; past the last it waits
    /// for nothing, and [`Customer::step_due`] ends it.
    pub(super) fn await_step(&mut self, world: &World, at: usize, step: u8, since: Timestamp) {
        let run = &mut self.runs[at];
        run.step = step;
        run.since = since;
        run.phase = Phase::Waiting;
        self.plan(world, at, since);
    }

    /// Sets when the awaited step of the run at `at` comes due, not before `earliest`.
    pub(super) fn plan(&mut self, world: &World, at: usize, earliest: Timestamp) {
        let run = &mut self.runs[at];
        let steps = &world.program.journey(run.journey).steps;
        let Some(step) = steps.get(usize::from(run.step)) else { return };
        let due = run.since.after(step.after).max(earliest);
        let zone = world.zone(self.zone);
        run.due = step.moment.first(zone, due);
    }

    /// The awaited step of the run at `at` comes due, at `due`.
    pub(super) fn step_due(&mut self, world: &World, at: usize, due: Timestamp, out: &mut Effects) {
        let run = self.runs[at];
        let journey = world.program.journey(run.journey);
        let step = &journey.steps[usize::from(run.step)];
        if let Some(holds) = &journey.holds {
            match holds.read(&self.view(due)) {
                Truth::True => {}
                Truth::False => {
                    self.end(world, at, due, End::WhileFalse, out);
                    return;
                }
                Truth::Unknown => return self.skip(world, at, due, Skip::WhileUnknown, out),
            }
        }
        let asked = run.phase == Phase::Moved;
        if let (Some(when), false) = (&step.when, asked) {
            match when.read(&self.view(due)) {
                Truth::True => {}
                Truth::False => return self.skip(world, at, due, Skip::IfFalse, out),
                Truth::Unknown => return self.skip(world, at, due, Skip::IfUnknown, out),
            }
        }
        let acted = match &step.act {
            Act::Send(send) => self.send(world, at, due, send, out),
        };
        match acted {
            Acted::Ended => self.step_ended(world, at, due, out),
            Acted::Moved(to) => {
                let run = &mut self.runs[at];
                assert!(to > due, "{run:?} moves to the past");
                run.due = to;
                run.phase = Phase::Moved;
            }
        }
    }

    fn skip(&mut self, world: &World, at: usize, due: Timestamp, why: Skip, out: &mut Effects) {
        out.record(due, Decided::Skipped(self.runs[at].at(), why));
        self.step_ended(world, at, due, out);
    }

    fn step_ended(&mut self, world: &World, at: usize, end: Timestamp, out: &mut Effects) {
        let run = self.runs[at];
        let next = usize::from(run.step) + 1;
        if next < world.program.journey(run.journey).steps.len() {
            self.await_step(world, at, run.step + 1, end);
        } else {
            self.end(world, at, end, End::LastStep, out);
        }
    }
}
