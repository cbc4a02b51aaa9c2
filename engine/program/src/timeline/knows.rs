//! Whether a record speaks of places that the program has. What a disk holds may have been changed since it was written,
//! and a place that is not there must not be asked for.

use super::Timeline;
use foresend_core::customer::record::{At, Decided, End, Enrolled, NoMail, NoStart, Record};
use foresend_core::world::event::EventIx;
use foresend_core::world::experiment::Assigned;
use foresend_core::world::journey::{JourneyIx, PathIx};
use foresend_core::world::topic::TopicIx;

impl Timeline<'_> {
    /// Whether every place that the record names is in the program: only then it can be put into words.
    #[must_use]
    pub fn knows(&self, record: &Record) -> bool {
        let program = &self.compiled.program;
        match record.decided {
            Decided::Armed(journey, _) | Decided::Rearmed(journey, _) => self.has(journey),
            Decided::Disarmed(journey, event) => self.has(journey) && self.has_event(event),
            Decided::NotStarted(journey, why) => self.has(journey) && self.has_no_start(why),
            Decided::Started(of, _, _)
            | Decided::GoalOpened(of, _)
            | Decided::Reached(of, _, _)
            | Decided::GoalClosed(of) => self.has_enrolled(of),
            Decided::Turned(segment, _) => usize::from(segment.0) < program.segments.len(),
            Decided::Awaits(at, _)
            | Decided::Moved(at, _, _)
            | Decided::Delayed(at, _, _)
            | Decided::Skipped(at, _)
            | Decided::Ready(at)
            | Decided::Listens(at, _)
            | Decided::Set(at)
            | Decided::Calls(at)
            | Decided::Called(at, _)
            | Decided::Paused(at)
            | Decided::Resumed(at)
            | Decided::Sent(at, _, _)
            | Decided::Answered(at, _)
            | Decided::Engaged(at, _, _) => self.has_step(at),
            Decided::Heard(at, event) => {
                self.has_step(at) && event.is_none_or(|event| self.has_event(event))
            }
            Decided::Took(at, path, _) => {
                self.has_step(at) && path.is_none_or(|path| self.has_path(at, path))
            }
            Decided::Left(at, topic) => self.has_step(at) && self.has_topic(topic),
            Decided::Gave(at, offer) => {
                self.has_step(at) && usize::from(offer.0) < program.offers.len()
            }
            Decided::Held(at, why) => self.has_step(at) && self.has_no_mail(why),
            Decided::Ended(at, why) => self.has_step(at) && self.has_end(why),
            Decided::ConsentSet(topic, _, at) => {
                self.has_topic(topic) && at.is_none_or(|at| self.has_step(at))
            }
            Decided::Met(at, assigned, _) => self.has_step(at) && self.has_experiment(assigned),
            Decided::Tested(of, assigned, _) => {
                self.has_enrolled(of) && self.has_experiment(assigned)
            }
            Decided::Folded => true,
        }
    }

    fn has(&self, journey: JourneyIx) -> bool {
        usize::from(journey.0) < self.compiled.program.journeys.len()
    }

    fn has_enrolled(&self, of: Enrolled) -> bool {
        self.has(of.journey)
    }

    fn has_step(&self, at: At) -> bool {
        self.has(at.of.journey) && usize::from(at.step.0) < self.journey(at.of.journey).steps.len()
    }

    fn has_path(&self, at: At, path: PathIx) -> bool {
        let names = self.compiled.path_names.get(usize::from(at.of.journey.0));
        names.is_some_and(|names| usize::from(path.0) < names.len())
    }

    fn has_event(&self, event: EventIx) -> bool {
        usize::from(event.0) < self.compiled.program.events.len()
    }

    fn has_topic(&self, topic: TopicIx) -> bool {
        usize::from(topic.0) < self.compiled.program.topics.len()
    }

    fn has_experiment(&self, assigned: Assigned) -> bool {
        usize::from(assigned.experiment.0) < self.compiled.program.experiments.len()
    }

    fn has_no_start(&self, why: NoStart) -> bool {
        match why {
            NoStart::Stopped(event) => self.has_event(event),
            NoStart::Yielded(journey) => self.has(journey),
            NoStart::Busy
            | NoStart::Again
            | NoStart::IfFalse
            | NoStart::IfUnknown
            | NoStart::WhileFalse
            | NoStart::WhileUnknown
            | NoStart::Full
            | NoStart::NoKey
            | NoStart::Closed => true,
        }
    }

    fn has_no_mail(&self, why: NoMail) -> bool {
        match why {
            NoMail::Stopped(event) => self.has_event(event),
            NoMail::Yielded(journey) => self.has(journey),
            NoMail::WhileFalse
            | NoMail::WhileUnknown
            | NoMail::NoAddress
            | NoMail::NoPermission
            | NoMail::Suppressed
            | NoMail::Holdout
            | NoMail::TestHoldout
            | NoMail::Limit
            | NoMail::NoCode
            | NoMail::Late
            | NoMail::Shut => true,
        }
    }

    fn has_end(&self, why: End) -> bool {
        match why {
            End::Stopped(event) => self.has_event(event),
            End::Yielded(journey) => self.has(journey),
            End::LastStep | End::WhileFalse | End::ByStep => true,
        }
    }
}
