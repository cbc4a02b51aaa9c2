//! `wait_for`: the step ends when one of its events has happened after the start, or when its time is up.
//! What happened after the start but before the step came due counts too.

use crate::customer::Customer;
use crate::customer::effect::Effects;
use crate::customer::enrolment::{Phase, Run};
use crate::customer::input::Event;
use crate::customer::record::Decided;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::event::EventIx;
use crate::world::journey::{Act, WaitFor};

impl Customer {
    pub(super) fn listen(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        wait: &WaitFor,
        out: &mut Effects,
    ) {
        let run = self.runs[at];
        let came = wait.on.iter().find(|listen| {
            let last = self.last_heard(&world.program, listen, run.key);
            last.is_some_and(|last| last > run.started)
        });
        if let Some(came) = came {
            return self.heard(world, at, due, (wait, Some(came.on)), out);
        }
        let run = &mut self.runs[at];
        run.since = due;
        run.due = due.after(wait.at_most);
        run.phase = Phase::Listening;
        out.record(due, Decided::Listens(run.at(), run.due));
    }

    /// `event`, which happened at `t`, ends the waits for it.
    pub(in crate::customer) fn hear(
        &mut self,
        world: &World,
        event: &Event<'_>,
        t: Timestamp,
        out: &mut Effects,
    ) {
        for &journey in &world.program.hears(event.name).waits {
            let mut at = 0;
            while at < self.runs.len() {
                let (run, runs) = (self.runs[at], self.runs.len());
                if run.journey == journey
                    && run.phase == Phase::Listening
                    && t > run.started
                    && let Some(wait) = wait_of(world, &run)
                    && wait.on.iter().any(|listen| event.is(listen, run.key))
                {
                    // It may have happened before the step came due, and arrive only now.
                    let end = t.max(run.since);
                    self.heard(world, at, end, (wait, Some(event.name)), out);
                }
                // A run that ended with this step may be gone, and the next one in its place.
                at += usize::from(self.runs.len() == runs);
            }
        }
    }

    /// The wait of the run at `at` is over, since its time was up at `deadline`.
    pub(in crate::customer) fn give_up(
        &mut self,
        world: &World,
        at: usize,
        deadline: Timestamp,
        out: &mut Effects,
    ) {
        if let Some(wait) = wait_of(world, &self.runs[at]) {
            self.heard(world, at, deadline, (wait, None), out);
        }
    }

    fn heard(
        &mut self,
        world: &World,
        at: usize,
        end: Timestamp,
        (wait, by): (&WaitFor, Option<EventIx>),
        out: &mut Effects,
    ) {
        let run = &mut self.runs[at];
        run.came |= u16::from(by.is_some()) << wait.number;
        out.record(end, Decided::Heard(run.at(), by));
        self.step_ended(world, at, end, out);
    }
}

fn wait_of<'w>(world: &'w World, run: &Run) -> Option<&'w WaitFor> {
    match &world.program.journey(run.journey).steps[usize::from(run.step)].act {
        Act::WaitFor(wait) => Some(wait),
        Act::Send(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => None,
        Act::Call(_) | Act::Leave(_) | Act::Stop(_) => None,
    }
}
