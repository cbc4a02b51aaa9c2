//! What is due, and in what order: by (due, priority, enrolment, step). Everything a customer waits for is found
//! here, so that one wake is enough for all of it.

use super::Customer;
use super::effect::{Effect, Effects};
use super::enrolment::{Goal, Phase};
use super::pending::State;
use super::record::Decided;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::journey::JourneyIx;

/// Most items one input may run; what is left is due at once and runs with the next wake.
const ITEMS_MAX: usize = 1_000;

/// What one due item is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum What {
    /// The awaited start or step of the run at this place.
    Run(usize),
    /// The goal's window of the run at this place closes.
    Goal(usize),
    /// The delayed mail at this place may be asked for again.
    Mail(usize),
}

/// (due, priority, enrolment, step, what): the order in which items run.
type Key = (Timestamp, JourneyIx, u32, u8, What);

impl Customer {
    /// Runs everything due before `until`, or by `until` where it counts as `inclusive`.
    pub(super) fn run_due(
        &mut self,
        world: &World,
        until: Timestamp,
        inclusive: bool,
        out: &mut Effects,
    ) {
        for _ in 0..ITEMS_MAX {
            let Some((due, _, _, _, what)) = self.first_due(world, until) else { return };
            if due == until && !inclusive {
                return;
            }
            match what {
                What::Run(at) if self.runs[at].phase == Phase::Arming => {
                    self.begin(world, at, due, out);
                }
                What::Run(at) if self.runs[at].phase == Phase::Listening => {
                    self.give_up(world, at, due, out);
                }
                What::Run(at) => self.step_due(world, at, due, out),
                What::Goal(at) => self.close_goal(at, due, out),
                What::Mail(at) => {
                    let mail = &mut self.ledger.pending[at];
                    mail.state = State::Ready;
                    out.asked.push(Effect::Ready(mail.mailing(self.id, &world.program)));
                }
            }
        }
    }

    /// When something is due next; [`Timestamp::NEVER`] if nothing is.
    pub(super) fn next_due(&self, world: &World) -> Timestamp {
        let runs = self.runs.iter().map(|run| run.due.min(run.goal_until(&world.program)));
        let delayed = self.ledger.pending.iter().filter(|mail| mail.state == State::Delayed);
        runs.chain(delayed.map(|mail| mail.not_before)).min().unwrap_or(Timestamp::NEVER)
    }

    /// What is due first, if that is by `until`. Whole keys are built only for what is.
    fn first_due(&self, world: &World, until: Timestamp) -> Option<Key> {
        let mut first: Option<Key> = None;
        let mut offer = |key: Key| {
            if first.is_none_or(|first| key < first) {
                first = Some(key);
            }
        };
        for (at, run) in self.runs.iter().enumerate() {
            if run.due <= until {
                offer((run.due, run.journey, run.enrolment, run.step, What::Run(at)));
            }
            let closes = run.goal_until(&world.program);
            if closes <= until {
                offer((closes, run.journey, run.enrolment, run.step, What::Goal(at)));
            }
        }
        for (at, mail) in self.ledger.pending.iter().enumerate() {
            if mail.state == State::Delayed && mail.not_before <= until {
                let send = mail.send;
                let due = mail.not_before;
                offer((due, send.journey, send.enrolment, send.step.0, What::Mail(at)));
            }
        }
        first.filter(|key| key.0 != Timestamp::NEVER)
    }

    fn close_goal(&mut self, at: usize, due: Timestamp, out: &mut Effects) {
        let run = &mut self.runs[at];
        out.record(due, Decided::GoalClosed(run.enrolled()));
        run.goal = Goal::Closed;
        if run.is_over() {
            self.runs.remove(at);
        }
    }
}
