//! What happens when a step comes due: `while`, then `if`, then the act. A step ends at its planned moment,
//! whatever becomes of the mail, and the next wait counts from there: never from when a host woke.

mod call;
mod choose;
mod leave;
mod send;
mod set;
mod wait_for;

use super::Customer;
use super::effect::{Asked, Effects};
use super::enrolment::{Phase, Run};
use super::record::{At, Decided, End, Skip};
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::Truth;
use crate::world::journey::{Act, Begins, Step, StepIx};

impl Run {
    pub(super) const fn at(&self) -> At {
        At { of: self.enrolled(), step: StepIx(self.step) }
    }
}

impl Customer {
    /// The run at `at` waits for the first step from number `step` on that stands on a path it takes, from `since`
    /// on, when the step before it ended. Past the last it has ended.
    pub(super) fn await_step(
        &mut self,
        world: &World,
        at: usize,
        step: usize,
        since: Timestamp,
        out: &mut Effects,
    ) {
        let run = self.runs[at];
        let steps = &world.program.journey(run.journey).steps;
        let on_its_way = |step: &Step| step.path.is_none_or(|path| run.paths >> path.0 & 1 == 1);
        let next = steps.iter().zip(0u8..).skip(step).find(|(step, _)| on_its_way(step));
        let Some((_, number)) = next else {
            self.end(world, at, since, End::LastStep, out);
            return;
        };
        let run = &mut self.runs[at];
        run.step = number;
        run.since = since;
        run.phase = Phase::Waiting;
        self.enter_test(world, at, since, out);
        self.plan(world, at, since);
        let run = &self.runs[at];
        out.record(since, Decided::Awaits(run.at(), run.due));
    }

    /// Sets when the awaited step of the run at `at` comes due, not before `earliest`.
    pub(super) fn plan(&mut self, world: &World, at: usize, earliest: Timestamp) {
        let run = self.runs[at];
        let step = &world.program.journey(run.journey).steps[usize::from(run.step)];
        let due = match &step.begins {
            Begins::After(wait) => run.since.after(self.varied_wait(world, &run, *wait)),
            // An unknown instant makes the step come due at once, and be skipped.
            Begins::Due(due) => {
                due.instant(&self.view_in(world, &run, run.since)).unwrap_or(run.since)
            }
        };
        self.runs[at].due = step.moment.first(world.zone(self.zone), due.max(earliest));
    }

    /// The awaited step of the run at `at` comes due, at `due`.
    pub(super) fn step_due(&mut self, world: &World, at: usize, due: Timestamp, out: &mut Effects) {
        let run = self.runs[at];
        let journey = world.program.journey(run.journey);
        let step = &journey.steps[usize::from(run.step)];
        let view = self.view_in(world, &run, due);
        if let Some(holds) = &journey.holds {
            match out.ask(Asked::While(run.journey), holds, &view) {
                Truth::True => {}
                Truth::False => {
                    self.end(world, at, due, End::WhileFalse, out);
                    return;
                }
                Truth::Unknown => return self.skip(world, at, due, Skip::WhileUnknown, out),
            }
        }
        let asked = run.phase == Phase::Moved;
        let of = Asked::StepIf(run.journey, StepIx(run.step));
        let when = step.when.as_ref().filter(|_| !asked).map(|when| out.ask(of, when, &view));
        let no_instant = match &step.begins {
            Begins::Due(instant) => !asked && instant.instant(&view).is_none(),
            Begins::After(_) => false,
        };
        self.open_goal(world, at, due, out);
        if no_instant {
            return self.skip(world, at, due, Skip::DueUnknown, out);
        }
        if let Some(when) = when {
            match when {
                Truth::True => {}
                Truth::False => return self.skip(world, at, due, Skip::IfFalse, out),
                Truth::Unknown => return self.skip(world, at, due, Skip::IfUnknown, out),
            }
        }
        self.meet_test(world, at, due, out);
        match &step.act {
            Act::Send(send) => self.send(world, at, due, send, out),
            Act::WaitFor(wait) => self.listen(world, at, due, wait, out),
            Act::Choose(rows) => self.choose(world, at, due, rows, out),
            Act::Split(shares) => self.split(world, at, due, shares, out),
            Act::Set(traits) => self.set(world, at, due, traits, out),
            Act::Call(_) => self.call(world, at, due, out),
            Act::Leave(topic) => self.leave(world, at, due, *topic, out),
            Act::Stop(_) => {
                self.end(world, at, due, End::ByStep, out);
            }
        }
    }

    fn skip(&mut self, world: &World, at: usize, due: Timestamp, why: Skip, out: &mut Effects) {
        out.record(due, Decided::Skipped(self.runs[at].at(), why));
        self.step_ended(world, at, due, out);
    }

    fn step_ended(&mut self, world: &World, at: usize, end: Timestamp, out: &mut Effects) {
        let next = usize::from(self.runs[at].step) + 1;
        self.await_step(world, at, next, end, out);
    }
}
