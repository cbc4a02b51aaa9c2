//! One customer's way through one journey, from the wait to start to the close of its goal's window; and how it ends.
//! Invariant: every live enrolment waits for a time; what is over waits only for its goal's window to close.
//! Invariant: a stop counts by its own time, in whatever order it arrives; it never reopens a step that ended.

use super::Customer;
use super::effect::{Effect, Effects};
use super::goal::Goal;
use super::input::Event;
use super::pending::{Pending, State};
use super::record::{Decided, End, Enrolled, NoMail};
use crate::id::Key;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::journey::JourneyIx;

/// Most journeys a customer can be in, arming and open goals included.
pub(super) const RUNS_MAX: usize = 64;

/// One customer's way through one journey. 64 bytes.
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
    /// What it is about.
    pub(super) key: Key,
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
    /// What the experiment on its journey has to do with it.
    pub(super) test: Test,
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

/// What an experiment has to do with an enrolment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Test {
    /// Nothing.
    None,
    /// It waits for the tested step, and began to while the experiment ran.
    Awaited,
    /// It has met the experiment.
    Met,
}

const _: () = assert!(size_of::<Run>() == 64);

impl Run {
    pub(super) const fn enrolled(&self) -> Enrolled {
        Enrolled { journey: self.journey, enrolment: self.enrolment }
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Begun and not over: others yield to it.
    pub(super) const fn is_enrolled(&self) -> bool {
        !matches!(self.phase, Phase::Arming | Phase::Over)
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

    /// `event`, which happened at `t`, ends what it stops, and takes back mails that were ready to leave.
    pub(super) fn stop(
        &mut self,
        world: &World,
        event: &Event<'_>,
        t: Timestamp,
        out: &mut Effects,
    ) {
        for &journey in &world.program.hears(event.name).stops {
            let stops = &world.program.journey(journey).stop;
            let Some(listen) = stops.iter().find(|listen| listen.on == event.name) else {
                continue;
            };
            let mut at = 0;
            while at < self.runs.len() {
                let run = self.runs[at];
                let stopped = run.journey == journey
                    && !run.is_over()
                    && t >= run.event_at
                    && event.is(listen, run.key);
                if stopped && run.phase == Phase::Arming {
                    self.runs.remove(at);
                    out.record(t, Decided::Disarmed(journey, event.name));
                    continue;
                }
                if stopped && self.end(world, at, t, End::Stopped(event.name), out) {
                    continue;
                }
                at += 1;
            }
            // A mail may be ready though its enrolment ended with its last step.
            self.withdraw(t, NoMail::Stopped(event.name), out, |mail| {
                mail.send.journey == journey && t >= mail.event_at && event.is(listen, mail.key)
            });
        }
    }

    /// A journey began to which others yield: they end at once.
    pub(super) fn yield_to(
        &mut self,
        world: &World,
        begun: JourneyIx,
        t: Timestamp,
        out: &mut Effects,
    ) {
        for &yielder in world.program.yielders(begun) {
            let mut at = 0;
            while at < self.runs.len() {
                let run = &self.runs[at];
                let ends = run.journey == yielder && run.is_enrolled();
                if !(ends && self.end(world, at, t, End::Yielded(begun), out)) {
                    at += 1;
                }
            }
            self.withdraw(t, NoMail::Yielded(begun), out, |mail| mail.send.journey == yielder);
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
        if run.goal == Goal::Later {
            run.goal = Goal::Closed; // The step from which it is counted is not reached any more.
        }
        let run = *run;
        let gone = self.goal_until(&world.program, &run) == Timestamp::NEVER;
        if gone {
            self.runs.remove(at);
        }
        let reason = match why {
            // What is ready to leave, or was sent by an earlier step, still may.
            End::LastStep | End::ByStep => return gone,
            End::Stopped(event) => NoMail::Stopped(event),
            End::WhileFalse => NoMail::WhileFalse,
            End::Yielded(to) => NoMail::Yielded(to),
        };
        self.withdraw(t, reason, out, |mail| {
            mail.send.journey == enrolled.journey && mail.send.enrolment == enrolled.enrolment
        });
        gone
    }

    /// Takes back the mails that have not left and that `concerns` names.
    fn withdraw(
        &mut self,
        t: Timestamp,
        why: NoMail,
        out: &mut Effects,
        concerns: impl Fn(&Pending) -> bool,
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
