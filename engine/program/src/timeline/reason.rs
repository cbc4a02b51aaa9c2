//! Why: a record's reason, with what the program says of it.

use super::Timeline;
use super::read::on_one_line;
use crate::say::kept;
use foresend_core::customer::record::{At, End, Move, NoMail, NoStart, Skip};
use foresend_core::moment;
use foresend_core::time::Timestamp;
use foresend_core::world::condition::Condition;
use foresend_core::world::experiment::Assigned;
use foresend_core::world::journey::{Act, Again, Begins, Journey, JourneyIx, PathIx, Send};
use foresend_core::world::offer::Offer;
use foresend_core::world::value::{Kept, TraitIx};

impl Timeline<'_> {
    /// `quiet 1h: until 19:42:10`
    pub(super) fn quiet_until(
        &self,
        ix: JourneyIx,
        begins: &str,
        (at, until): (Timestamp, Timestamp),
    ) -> String {
        let until = self.clock.second(at, until);
        let quiet = self.journey(ix).quiet.map(|quiet| format!(" {quiet}")).unwrap_or_default();
        format!("quiet{quiet}{begins}: until {until}")
    }

    pub(super) fn no_start(&self, journey: &Journey, why: NoStart, values: &str) -> String {
        let why = match why {
            NoStart::Busy => "is in it already".to_owned(),
            NoStart::Again => match journey.again {
                Again::Never => "again never: was in it before".to_owned(),
                Again::After(least) => format!("again {least}: was in it more lately"),
                Again::Always => "was in it too lately".to_owned(),
            },
            NoStart::IfFalse => asked("if", journey.when.as_ref(), ("false", values)),
            NoStart::IfUnknown => asked("if", journey.when.as_ref(), ("unknown", values)),
            NoStart::WhileFalse => asked("while", journey.holds.as_ref(), ("false", values)),
            NoStart::WhileUnknown => asked("while", journey.holds.as_ref(), ("unknown", values)),
            NoStart::Stopped(event) => {
                format!("stop {}, later than its start", self.event_name(event))
            }
            NoStart::Full => "is in as many journeys as anybody can be".to_owned(),
            NoStart::Yielded(to) => format!("yields to {}: is in that", self.journey(to).name),
            NoStart::NoKey => "no key: the event does not say what it is about".to_owned(),
            NoStart::Closed => "would have started: this arm is without it".to_owned(),
        };
        format!("not started: {why}")
    }

    /// `cart-first-look: named, photo, return`
    pub(super) fn tested(&self, assigned: Assigned) -> String {
        let experiment = self.compiled.program.experiment(assigned.experiment);
        if assigned.held_out {
            return format!("{}: held out", experiment.name);
        }
        let names: Vec<&str> = experiment.names(assigned.variants).collect();
        format!("{}: {}", experiment.name, names.join(", "))
    }

    /// `to 18:11:08: still_shopping 30m`
    pub(super) fn moved(&self, step: At, why: Move, at: Timestamp, to: Timestamp) -> String {
        let limits = &self.compiled.program.limits;
        let why = match why {
            Move::Quiet => match limits.quiet {
                Some(quiet) => format!("quiet {quiet}"),
                None => "quiet".to_owned(),
            },
            Move::StillShopping => match limits.still_shopping {
                Some(wait) => format!("still_shopping {wait}"),
                None => "still_shopping".to_owned(),
            },
            Move::Limit => "a limit is full".to_owned(),
            Move::Between => self.moment(step),
        };
        format!("to {}: {why}", self.clock.second(at, to))
    }

    fn moment(&self, at: At) -> String {
        let moment::Moment { clock, days } = self.step(at).moment;
        let clock = match clock {
            moment::Clock::Between(window) => Some(format!("between {window}")),
            moment::Clock::At(_) | moment::Clock::Any => None,
        };
        let days = (days != moment::Days::ALL).then(|| format!("days {days}"));
        clock.into_iter().chain(days).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn skip(&self, at: At, why: Skip, values: &str) -> String {
        let own = self.step(at).when.as_ref();
        match why {
            Skip::IfFalse => asked("if", own, ("false", values)),
            Skip::IfUnknown => asked("if", own, ("unknown", values)),
            Skip::WhileUnknown => {
                asked("while", self.journey(at.of.journey).holds.as_ref(), ("unknown", values))
            }
            Skip::DueUnknown => asked("due", self.due(at), ("unknown", "")),
            Skip::NoCode => match self.send(at).and_then(|send| send.offer) {
                Some(offer) => {
                    let Offer { name, once, .. } = self.compiled.program.offer(offer);
                    let once =
                        once.map(|once| format!("had one in {once}, or ")).unwrap_or_default();
                    format!("no code: {once}another offer is running ({name})")
                }
                None => "no code".to_owned(),
            },
            Skip::Paused => "its journey is paused".to_owned(),
            Skip::Full => "as many mails wait for an answer as anybody can have".to_owned(),
        }
    }

    /// The instant at which a step comes due.
    fn due(&self, at: At) -> Option<&Condition> {
        match &self.step(at).begins {
            Begins::Due(due) => Some(due),
            Begins::After(_) => None,
        }
    }

    /// What a step sends, if it does.
    fn send(&self, at: At) -> Option<&Send> {
        match &self.step(at).act {
            Act::Send(send) => Some(send),
            Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => None,
            Act::Call(_) | Act::Leave(_) | Act::Stop(_) => None,
        }
    }

    /// The webhook that a step calls.
    pub(super) fn webhook(&self, at: At) -> &str {
        match &self.step(at).act {
            Act::Call(webhook) => webhook,
            Act::Send(_) | Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) => "the webhook",
            Act::Set(_) | Act::Leave(_) | Act::Stop(_) => "the webhook",
        }
    }

    /// `tier to "gold", vip to yes`
    pub(super) fn set(&self, at: At) -> String {
        let traits: &[(TraitIx, Kept)] = match &self.step(at).act {
            Act::Set(traits) => traits,
            Act::Send(_) | Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) => &[],
            Act::Call(_) | Act::Leave(_) | Act::Stop(_) => &[],
        };
        let one = |(ix, value): &(TraitIx, Kept)| {
            let name = &self.compiled.program.traits[usize::from(ix.0)].0;
            format!("{name} to {}", kept(value))
        };
        traits.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn took(&self, at: At, path: Option<PathIx>, unknown: u8) -> String {
        let name = |path: PathIx| {
            let JourneyIx(journey) = at.of.journey;
            &*self.compiled.path_names[usize::from(journey)][usize::from(path.0)]
        };
        let path = path.map_or_else(|| "no path".to_owned(), |path| format!("path {}", name(path)));
        match unknown {
            0 => path,
            1 => format!("{path}; 1 row was unknown"),
            rows => format!("{path}; {rows} rows were unknown"),
        }
    }

    pub(super) fn held(&self, at: At, why: NoMail, values: &str) -> String {
        let holds = self.journey(at.of.journey).holds.as_ref();
        match why {
            NoMail::Stopped(event) => {
                format!("stop {}: no mail after that", self.event_name(event))
            }
            NoMail::WhileFalse => asked("while", holds, ("false", values)),
            NoMail::WhileUnknown => asked("while", holds, ("unknown", values)),
            NoMail::NoAddress => "no address".to_owned(),
            NoMail::NoPermission => match self.send(at) {
                Some(send) => {
                    let topic = &self.compiled.program.topic(send.topic).name;
                    format!("no permission: no basis of {topic} holds")
                }
                None => "no permission".to_owned(),
            },
            NoMail::Suppressed => "the address is suppressed".to_owned(),
            NoMail::Holdout => "holdout: one of those who get no marketing".to_owned(),
            NoMail::TestHoldout => {
                "experiment holdout: one of those who get no marketing from this journey".to_owned()
            }
            NoMail::Limit => "a limit is full".to_owned(),
            NoMail::NoCode => match self.send(at).and_then(|send| send.offer) {
                Some(offer) => format!("no code for {}", self.compiled.program.offer(offer).name),
                None => "no code".to_owned(),
            },
            NoMail::Yielded(to) => format!("yielded to {}", self.journey(to).name),
            NoMail::Late => match self.send(at) {
                Some(send) => format!("more than {} late", send.late),
                None => "too late".to_owned(),
            },
            NoMail::Shut => "would have left: this arm is without mail".to_owned(),
        }
    }

    /// The step is the one that was waited for, or the last.
    pub(super) fn end(&self, at: At, why: End, values: &str) -> String {
        let step = self.step(at);
        match why {
            End::LastStep => "last step".to_owned(),
            End::Stopped(event) => {
                format!("stop {}, before {}", self.event_name(event), step.name)
            }
            End::WhileFalse => {
                let holds = self.journey(at.of.journey).holds.as_ref();
                format!("{}, before {}", asked("while", holds, ("false", values)), step.name)
            }
            End::ByStep => match &step.act {
                Act::Stop(reason) => format!("step {}: {reason}", step.name),
                Act::Send(_) | Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) => {
                    format!("step {}", step.name)
                }
                Act::Set(_) | Act::Call(_) | Act::Leave(_) => format!("step {}", step.name),
            },
            End::Yielded(to) => {
                format!("yielded to {}, before {}", self.journey(to).name, step.name)
            }
        }
    }
}

/// `while cart.items > 0 is false (cart.items 0)`
fn asked(key: &str, condition: Option<&Condition>, (came_to, values): (&str, &str)) -> String {
    match condition {
        Some(condition) => format!("{key} {} is {came_to}{values}", on_one_line(condition)),
        None => format!("{key} is {came_to}"),
    }
}
