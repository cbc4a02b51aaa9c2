//! How a customer comes into a journey and leaves it: arming, starting, stopping, reaching the goal.
//! Invariant: every live enrolment waits for a time; what is over waits only for its goal's window to close.
//! Invariant: a stop counts by its own time, in whatever order it arrives; it never reopens a step that ended.

use super::Customer;
use super::effect::{Effect, Effects};
use super::input::Event;
use super::pending::State;
use super::record::{Decided, End, Enrolled, NoMail, NoStart};
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::{Condition, Truth};
use crate::world::event::EventIx;
use crate::world::journey::{Again, Journey, JourneyIx};
use crate::world::program::Program;

/// Most journeys a customer can be in, arming and open goals included.
const RUNS_MAX: usize = 64;

/// One customer's way through one journey. 56 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Run {
    /// When the enrolment began; while arming, when the wait to begin did.
    pub(super) started: Timestamp,
    /// Own time of the last event that starts the journey, before it started.
    pub(super) event_at: Timestamp,
    /// When the step before ended: the next `after` counts from here.
    pub(super) since: Timestamp,
    /// When something is due next: the start, or the step.
    pub(super) due: Timestamp,
    /// The message id of that event.
    pub(super) origin: u64,
    pub(super) enrolment: u32,
    pub(super) journey: JourneyIx,
    /// The step that is waited for.
    pub(super) step: u8,
    pub(super) phase: Phase,
    pub(super) goal: Goal,
    /// Bits of the paths taken.
    pub(super) paths: u16,
    /// Bits of the waits that ended by their event.
    pub(super) came: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// Waits for the customer to be quiet.
    Arming,
    /// Waits for its step to come due.
    Waiting,
    /// Its step came due and was moved: `if` is not asked again.
    Moved,
    /// Its step came due and waits for an event; `due` is when it gives up.
    Listening,
    /// Ended; only its goal is still counted.
    Over,
}

/// What an enrolment's goal has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Goal {
    /// Not reached yet, its window is open.
    Open,
    /// Reached, its window is open.
    Reached,
    /// There is none, or its window has closed.
    Closed,
}

const _: () = assert!(size_of::<Run>() == 56);

impl Run {
    pub(super) const fn enrolled(&self) -> Enrolled {
        Enrolled { journey: self.journey, enrolment: self.enrolment }
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Last instant at which an event reaches the goal; [`Timestamp::NEVER`] if none is counted any more.
    pub(super) fn goal_until(&self, program: &Program) -> Timestamp {
        match (self.goal, &program.journey(self.journey).goal) {
            (Goal::Open | Goal::Reached, Some(goal)) => self.started.after(goal.within),
            (Goal::Open | Goal::Reached, None) | (Goal::Closed, _) => Timestamp::NEVER,
        }
    }
}

impl Customer {
    /// They did something: whatever waits for them to be quiet waits on.
    pub(super) fn rearm(&mut self, world: &World, t: Timestamp, out: &mut Effects) {
        for run in &mut self.runs {
            if run.phase == Phase::Arming {
                let quiet = world.program.journey(run.journey).quiet.unwrap_or_default();
                if t.after(quiet) > run.due {
                    run.due = t.after(quiet);
                    out.record(t, Decided::Rearmed(run.journey, run.due));
                }
            }
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
            let value = goal.on.iter().zip(&goal.value).find(|(on, _)| **on == event.name);
            let value = value.and_then(|(_, property)| *property).and_then(|property| {
                event.properties.iter().find(|p| p.name == property).map(|p| p.value)
            });
            for run in self.runs.iter_mut().filter(|run| run.journey == journey) {
                if run.goal != Goal::Closed
                    && t >= run.started
                    && t <= run.started.after(goal.within)
                {
                    let first = run.goal == Goal::Open;
                    run.goal = Goal::Reached;
                    let value = value.unwrap_or_default();
                    out.record(t, Decided::Reached(run.enrolled(), first, value));
                }
            }
        }
    }

    /// `event`, which happened at `t`, ends what it stops, and takes back mails that were ready to leave.
    pub(super) fn stop(&mut self, world: &World, event: EventIx, t: Timestamp, out: &mut Effects) {
        for &journey in &world.program.hears(event).stops {
            let mut at = 0;
            while at < self.runs.len() {
                let run = self.runs[at];
                let stopped = run.journey == journey && !run.is_over() && t >= run.event_at;
                if stopped && run.phase == Phase::Arming {
                    self.runs.remove(at);
                    out.record(t, Decided::Disarmed(journey, event));
                    continue;
                }
                if stopped && self.end(world, at, t, End::Stopped(event), out) {
                    continue;
                }
                at += 1;
            }
            // A mail may be ready though its enrolment ended with its last step.
            self.withdraw(t, NoMail::Stopped(event), out, |pending| {
                pending.send.journey == journey && t >= pending.event_at
            });
        }
    }

    /// `event`, which happened at `t`, starts the journeys that wait for it.
    pub(super) fn start(
        &mut self,
        world: &World,
        event: &Event<'_>,
        t: Timestamp,
        out: &mut Effects,
    ) {
        for &ix in &world.program.hears(event.name).starts {
            if let Some(run) = self.runs.iter_mut().find(|run| run.journey == ix && !run.is_over())
            {
                if run.phase == Phase::Arming {
                    if t >= run.event_at {
                        run.event_at = t;
                        run.origin = event.id;
                    }
                } else {
                    out.record(t, Decided::NotStarted(ix, NoStart::Busy));
                }
                continue;
            }
            let journey = world.program.journey(ix);
            // A late event looks at what was seen since: whoever was here lately is not quiet yet.
            let begins = journey.quiet.map_or(t, |quiet| t.max(self.last_seen).after(quiet));
            if let Some(why) = self.may_not_arm(world, ix, t, begins) {
                out.record(t, Decided::NotStarted(ix, why));
                continue;
            }
            // One at a time: most customers are in one or two journeys, and memory is counted.
            self.runs.reserve_exact(1);
            self.runs.push(Run {
                started: t,
                event_at: t,
                since: t,
                due: begins,
                origin: event.id,
                enrolment: 0,
                journey: ix,
                step: 0,
                phase: Phase::Arming,
                goal: Goal::Closed,
                paths: 0,
                came: 0,
            });
            if journey.quiet.is_some() {
                out.record(t, Decided::Armed(ix, begins));
            } else {
                self.begin(world, self.runs.len() - 1, t, out);
            }
        }
    }

    fn may_not_arm(
        &self,
        world: &World,
        ix: JourneyIx,
        t: Timestamp,
        begins: Timestamp,
    ) -> Option<NoStart> {
        let journey = world.program.journey(ix);
        if self.runs.len() >= RUNS_MAX {
            return Some(NoStart::Full);
        }
        let too_soon = self.ledger.last_start(ix).is_some_and(|last| match journey.again {
            Again::Never => true,
            Again::Always => false,
            Again::After(least) => begins < last.after(least),
        });
        if too_soon {
            return Some(NoStart::Again);
        }
        // The stop that belongs to a late start may have come first.
        let stops = journey.stop.iter().zip(world.program.last_stops(ix));
        stops.into_iter().find_map(|(&event, &stream)| {
            (self.history.last(stream)? > t).then_some(NoStart::Stopped(event))
        })
    }

    /// The wait to start of the run at `at` is over, at `due`: it begins, or goes.
    pub(super) fn begin(&mut self, world: &World, at: usize, due: Timestamp, out: &mut Effects) {
        let ix = self.runs[at].journey;
        let journey = world.program.journey(ix);
        if let Some(why) = self.may_not_begin(journey, due) {
            self.runs.remove(at);
            out.record(due, Decided::NotStarted(ix, why));
            return;
        }
        self.enrolments = self.enrolments.saturating_add(1);
        self.ledger.note_start(ix, due);
        let goal_until = journey.goal.as_ref().map(|goal| due.after(goal.within));
        let run = &mut self.runs[at];
        run.enrolment = self.enrolments;
        run.started = due;
        run.goal = if journey.goal.is_some() { Goal::Open } else { Goal::Closed };
        out.record(due, Decided::Started(run.enrolled(), goal_until));
        self.await_step(world, at, 0, due, out);
    }

    fn may_not_begin(&self, journey: &Journey, at: Timestamp) -> Option<NoStart> {
        let read = |condition: &Option<Condition>| {
            condition.as_ref().map_or(Truth::True, |condition| condition.read(&self.view(at)))
        };
        match read(&journey.when) {
            Truth::True => {}
            Truth::False => return Some(NoStart::IfFalse),
            Truth::Unknown => return Some(NoStart::IfUnknown),
        }
        match read(&journey.holds) {
            Truth::True => None,
            Truth::False => Some(NoStart::WhileFalse),
            Truth::Unknown => Some(NoStart::WhileUnknown),
        }
    }

    /// The enrolment at `at` is over at `t`. Returns whether the run is gone: it stays while its goal is counted.
    pub(super) fn end(
        &mut self,
        world: &World,
        at: usize,
        t: Timestamp,
        why: End,
        out: &mut Effects,
    ) -> bool {
        let run = &mut self.runs[at];
        assert!(!run.is_over() && run.phase != Phase::Arming, "{run:?} ends twice or unbegun");
        let enrolled = run.enrolled();
        out.record(t, Decided::Ended(run.at(), why));
        run.due = Timestamp::NEVER;
        run.phase = Phase::Over;
        let gone = run.goal_until(&world.program) == Timestamp::NEVER;
        if gone {
            self.runs.remove(at);
        }
        let reason = match why {
            End::LastStep => return gone, // What is ready to leave still may.
            End::Stopped(event) => NoMail::Stopped(event),
            End::WhileFalse => NoMail::WhileFalse,
            End::ByStep => return gone, // What an earlier step sent still may.
        };
        self.withdraw(t, reason, out, |pending| {
            pending.send.journey == enrolled.journey && pending.send.enrolment == enrolled.enrolment
        });
        gone
    }

    /// Takes back the mails that have not left and that `concerns` names.
    fn withdraw(
        &mut self,
        t: Timestamp,
        why: NoMail,
        out: &mut Effects,
        concerns: impl Fn(&super::pending::Pending) -> bool,
    ) {
        self.ledger.pending.retain_mut(|pending| {
            if !concerns(pending) {
                return true;
            }
            if pending.state == State::Going {
                // It may have arrived: that is seen by its answer. If it comes back, it stays.
                pending.recalled = pending.recalled.or(Some(why));
                return true;
            }
            out.record(t, Decided::Held(pending.send.into(), why));
            out.asked.push(Effect::Withdraw(pending.send));
            false
        });
    }
}
