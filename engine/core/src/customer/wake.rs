//! What is due, and in what order: by (due, priority, enrolment, step). Everything a customer waits for is found
//! here, so that one wake is enough for all of it.

use super::Customer;
use super::effect::{Effect, Effects};
use super::enrolment::Phase;
use super::pending::State;
use super::record::Decided;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::journey::{JourneyIx, SegmentIx};

/// Most items one input may run; what is left is due at once and runs with the next wake.
const ITEMS_MAX: usize = 1_000;

/// What one due item is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum What {
    /// The segment at this place flips.
    Flip(usize),
    /// The start by the calendar at this place comes.
    Start(usize),
    /// The awaited start or step of the run at this place.
    Run(usize),
    /// The goal's window of the run at this place closes.
    Goal(usize),
    /// The delayed mail at this place, or that of a journey that goes on, may be asked for again.
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
                What::Flip(at) => {
                    let ix =
                        SegmentIx(u16::try_from(at).expect("segments are numbered by 16 bits"));
                    self.reread(world, ix, due, true, out);
                }
                What::Start(at) => self.start_by_calendar(world, at, due, out),
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
                    if mail.state == State::Paused {
                        out.record(due, Decided::Resumed(mail.send.into()));
                    }
                    mail.state = State::Ready;
                    let mail = self.ledger.pending[at];
                    out.asked.push(Effect::Ready(self.mailing(world, &mail)));
                }
            }
        }
    }

    /// When something is due next; [`Timestamp::NEVER`] if nothing is.
    pub(super) fn next_due(&self, world: &World) -> Timestamp {
        // Loops and no chain of iterators: every input asks.
        let mut next = Timestamp::NEVER;
        for run in &self.runs {
            next = next.min(run.due).min(self.goal_until(&world.program, run));
        }
        let ledger = &*self.ledger;
        for mail in ledger.pending.iter().filter(|mail| mail.comes_due(world)) {
            next = next.min(mail.not_before);
        }
        for standing in &ledger.segments {
            next = next.min(standing.flips);
        }
        for entry in &ledger.schedule {
            next = next.min(entry.due);
        }
        next
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
            let closes = self.goal_until(&world.program, run);
            if closes <= until {
                offer((closes, run.journey, run.enrolment, run.step, What::Goal(at)));
            }
        }
        for (at, mail) in self.ledger.pending.iter().enumerate() {
            if mail.comes_due(world) && mail.not_before <= until {
                let send = mail.send;
                let due = mail.not_before;
                offer((due, send.journey, send.enrolment, send.step.0, What::Mail(at)));
            }
        }
        for (at, standing) in self.ledger.segments.iter().enumerate() {
            if standing.flips <= until {
                // A start that follows comes at the priority of the first journey that it starts.
                let ix = SegmentIx(u16::try_from(at).expect("segments are numbered by 16 bits"));
                let journey = world.program.enterers(ix).first().copied().unwrap_or(JourneyIx(0));
                offer((standing.flips, journey, 0, 0, What::Flip(at)));
            }
        }
        for (at, entry) in self.ledger.schedule.iter().enumerate() {
            if entry.due <= until {
                offer((entry.due, entry.journey, 0, 0, What::Start(at)));
            }
        }
        first.filter(|key| key.0 != Timestamp::NEVER)
    }
}
