//! What a customer waits for, by their records alone: a start that is armed, a step that will come due, an event
//! that is listened for.

use super::Timeline;
use foresend_core::customer::record::{Decided, Enrolled, Record};
use foresend_core::id::Key;
use foresend_core::time::Timestamp;
use foresend_core::world::journey::{Act, JourneyIx, StepIx};
use std::collections::BTreeMap;

/// Folds records, in their order. True as long as nobody's zone changed: that plans anew without a record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Waits {
    armed: BTreeMap<JourneyIx, Timestamp>,
    steps: BTreeMap<Enrolled, (StepIx, Timestamp, bool)>,
    keys: BTreeMap<Enrolled, Key>,
}

impl Waits {
    /// Takes note of `record`.
    pub fn fold(&mut self, record: &Record) {
        match record.decided {
            Decided::Armed(journey, until) | Decided::Rearmed(journey, until) => {
                self.armed.insert(journey, until);
            }
            Decided::Disarmed(journey, _) | Decided::NotStarted(journey, _) => {
                self.armed.remove(&journey);
            }
            Decided::Started(enrolled, key, _) => {
                self.armed.remove(&enrolled.journey);
                self.keys.insert(enrolled, key);
            }
            Decided::Awaits(at, due) | Decided::Moved(at, _, due) => {
                self.steps.insert(at.of, (at.step, due, false));
            }
            Decided::Listens(at, until) => {
                self.steps.insert(at.of, (at.step, until, true));
            }
            Decided::Ended(at, _) => {
                self.steps.remove(&at.of);
                self.keys.remove(&at.of);
            }
            Decided::GoalOpened(..)
            | Decided::Turned(..)
            | Decided::Skipped(..)
            | Decided::Set(..)
            | Decided::Calls(_)
            | Decided::Called(..)
            | Decided::Paused(_)
            | Decided::Resumed(_)
            | Decided::Gave(..)
            | Decided::Ready(_)
            | Decided::Heard(..)
            | Decided::Took(..)
            | Decided::Left(..)
            | Decided::Delayed(..)
            | Decided::Held(..)
            | Decided::Sent(..)
            | Decided::Answered(..)
            | Decided::Engaged(..)
            | Decided::Reached(..)
            | Decided::GoalClosed(_)
            | Decided::ConsentSet(..)
            | Decided::Met(..)
            | Decided::Tested(..)
            | Decided::Folded => {}
        }
    }

    /// `cart-recovery, second: Mon 2026-03-16 09:00:00`, one line a wait. Of an enrolment that is about something:
    /// `post-purchase, o-5521, delivered: …`, where that has a name.
    #[must_use]
    pub fn lines(&self, timeline: &Timeline<'_>) -> Vec<String> {
        let when = |at: Timestamp| format!("{} {}", timeline.day(at), timeline.time(at));
        let armed = self.armed.iter().map(|(&journey, &until)| {
            format!("{}, start: {}", timeline.journey(journey).name, when(until))
        });
        let steps = self.steps.iter().map(|(of, &(step, due, listens))| {
            let journey = timeline.journey(of.journey);
            let step = &journey.steps[usize::from(step.0)];
            let on = match &step.act {
                Act::WaitFor(wait) if listens => {
                    let names = wait.on.iter().map(|listen| timeline.event_name(listen.on));
                    format!("{}, at most until ", names.collect::<Vec<_>>().join(" or "))
                }
                Act::WaitFor(_) | Act::Send(_) | Act::Choose(_) | Act::Split(_) => String::new(),
                Act::Set(_) | Act::Call(_) | Act::Leave(_) | Act::Stop(_) => String::new(),
            };
            let key = self.keys.get(of).and_then(|&key| timeline.about(of.journey, key));
            let key = key.map(|key| format!("{key}, ")).unwrap_or_default();
            format!("{}, {key}{}: {on}{}", journey.name, step.name, when(due))
        });
        armed.chain(steps).collect()
    }
}
