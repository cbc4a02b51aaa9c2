//! What a journey is for, counted for everyone who started it, or who came to the step from which it counts: mailed or
//! not. Reaching a goal ends nothing.

use super::Customer;
use super::effect::Effects;
use super::enrolment::{Run, Test};
use super::input::Event;
use super::record::{Decided, Did};
use crate::time::Timestamp;
use crate::world::World;
use crate::world::journey::StepIx;
use crate::world::program::Program;
use crate::world::value::Value;

/// What an enrolment's goal has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Goal {
    /// The step from which it counts has not come due.
    Later,
    /// Not reached yet, its window is open.
    Open,
    /// Reached, its window is open.
    Reached,
    /// There is none, or its window has closed.
    Closed,
}

impl Customer {
    /// When the goal of `run` began to count.
    fn goal_from(&self, program: &Program, run: &Run) -> Timestamp {
        let from = program.journey(run.journey).goal.as_ref().and_then(|goal| goal.from);
        match from {
            None => run.started,
            Some(_) => {
                let mut opened = self.ledger.opened.iter();
                opened
                    .find(|(enrolment, _)| *enrolment == run.enrolment)
                    .map_or(run.started, |o| o.1)
            }
        }
    }

    /// Last instant at which an event reaches the goal; [`Timestamp::NEVER`] if none is counted now.
    pub(super) fn goal_until(&self, program: &Program, run: &Run) -> Timestamp {
        match (run.goal, &program.journey(run.journey).goal) {
            (Goal::Open | Goal::Reached, Some(goal)) => {
                self.goal_from(program, run).after(goal.within)
            }
            (Goal::Open | Goal::Reached, None) => Timestamp::NEVER,
            (Goal::Later | Goal::Closed, _) => Timestamp::NEVER,
        }
    }

    /// A step came due, at `due`: perhaps the one from which the goal counts.
    pub(super) fn open_goal(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        out: &mut Effects,
    ) {
        let run = &mut self.runs[at];
        if run.goal != Goal::Later {
            return;
        }
        let Some(goal) = &world.program.journey(run.journey).goal else { return };
        if goal.from == Some(StepIx(run.step)) {
            run.goal = Goal::Open;
            self.ledger.opened.push((run.enrolment, due));
            out.record_aside(due, Decided::GoalOpened(run.enrolled(), due.after(goal.within)));
        }
    }

    /// `event`, which happened at `t`, counts towards the goals it reaches.
    pub(super) fn reach(
        &mut self,
        world: &World,
        event: &Event<'_>,
        t: Timestamp,
        out: &mut Effects,
    ) {
        for &journey in &world.program.hears(event.name).goals {
            let Some(goal) = &world.program.journey(journey).goal else { continue };
            let listens =
                goal.on.iter().zip(&goal.value).find(|(listen, _)| listen.on == event.name);
            let Some((listen, property)) = listens else { continue };
            let value = property.and_then(|property| event.property(property));
            let value = value.and_then(Value::number).unwrap_or_default();
            for at in 0..self.runs.len() {
                let run = &self.runs[at];
                let counts = run.journey == journey
                    && matches!(run.goal, Goal::Open | Goal::Reached)
                    && event.is(listen, run.key)
                    && t >= self.goal_from(&world.program, run)
                    && t <= self.goal_until(&world.program, run);
                if counts {
                    let run = &mut self.runs[at];
                    let first = run.goal == Goal::Open;
                    run.goal = Goal::Reached;
                    let (enrolled, test) = (run.enrolled(), run.test);
                    out.record(t, Decided::Reached(enrolled, first, value));
                    if test == Test::Met {
                        self.did(world, t, enrolled, Did::Goal, out);
                    }
                }
            }
        }
    }

    /// The goal's window of the run at `at` closes.
    pub(super) fn close_goal(&mut self, at: usize, due: Timestamp, out: &mut Effects) {
        let run = &mut self.runs[at];
        out.record(due, Decided::GoalClosed(run.enrolled()));
        run.goal = Goal::Closed;
        let (enrolment, is_over) = (run.enrolment, run.is_over());
        self.ledger.opened.retain(|(opened, _)| *opened != enrolment);
        if is_over {
            self.runs.remove(at);
        }
    }
}
