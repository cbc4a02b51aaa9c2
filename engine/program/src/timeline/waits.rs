//! What a customer waits for, in words: a start that is armed, a step that will come due, an event that is listened for.
//! Told by their state, or worked out from their records where those are all there is.

use super::Timeline;
use foresend_core::customer::held::{Awaited, Waiting};
use foresend_core::customer::record::{Decided, Enrolled, Record};
use foresend_core::id::Key;
use foresend_core::time::Timestamp;
use foresend_core::world::journey::{Act, JourneyIx, StepIx};
use std::collections::BTreeMap;

/// What is waited for by records alone. Folds records, in their order. True as long as nobody's zone changed: that plans anew without a record.
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

    /// One line a wait, as [`Timeline::waiting`] says it.
    #[must_use]
    pub fn lines(&self, timeline: &Timeline<'_>) -> Vec<String> {
        let armed = self.armed.iter().map(|(&journey, &until)| {
            let (enrolment, key, what) = (None, Key::CUSTOMER, Awaited::Quiet);
            timeline.waiting(&Waiting { journey, enrolment, key, what, until })
        });
        let steps = self.steps.iter().map(|(of, &(step, until, listens))| {
            let key = self.keys.get(of).copied().unwrap_or(Key::CUSTOMER);
            let what = if listens { Awaited::Event(step) } else { Awaited::Step(step) };
            let (journey, enrolment) = (of.journey, Some(of.enrolment));
            timeline.waiting(&Waiting { journey, enrolment, key, what, until })
        });
        armed.chain(steps).collect()
    }
}

impl Timeline<'_> {
    /// `cart-recovery, second: Mon 2026-03-16 09:00:00`. Of an enrolment that is about something:
    /// `post-purchase, o-5521, delivered: …`, where that has a name.
    #[must_use]
    pub fn waiting(&self, waiting: &Waiting) -> String {
        let Waiting { journey: ix, enrolment: _, key, what, until } = *waiting;
        let journey = self.journey(ix);
        let (name, on) = match what {
            Awaited::Quiet => ("start", String::new()),
            Awaited::Goal => ("goal", "counted until ".to_owned()),
            Awaited::Step(step) => (&*journey.steps[usize::from(step.0)].name, String::new()),
            Awaited::Event(step) => {
                let step = &journey.steps[usize::from(step.0)];
                let names = match &step.act {
                    Act::WaitFor(wait) => &wait.on[..],
                    Act::Send(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => &[],
                    Act::Call(_) | Act::Leave(_) | Act::Stop(_) => &[],
                };
                let names: Vec<_> = names.iter().map(|listen| self.event_name(listen.on)).collect();
                (&*step.name, format!("{}, at most until ", names.join(" or ")))
            }
        };
        let key = self.about(ix, key).map(|key| format!("{key}, ")).unwrap_or_default();
        let when = format!("{} {}", self.day(until), self.time(until));
        format!("{}, {key}{name}: {on}{when}", journey.name)
    }
}
