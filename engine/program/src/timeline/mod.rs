//! A customer's records in words: what was decided, and why. The words for a rehearsal and for production are the
//! same; who holds the records does not matter.
//!
//! Invariant: a reason is the record's own, with what was read before it and what the program says of it. Nothing
//! is worked out again: where nothing of that was kept, less is said.

mod clock;
mod facts;
mod knows;
mod read;
mod reason;
mod waits;

use crate::{Compiled, Currency};
use clock::Clock;
use foresend_core::customer::effect::Detail;
use foresend_core::customer::input::{Engagement, Outcome, Reader};
use foresend_core::customer::record::{At, Decided, Did, Enrolled, Record};
use foresend_core::id::Key;
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Zone};
use foresend_core::world::condition::Truth;
use foresend_core::world::event::{EventIx, Property};
use foresend_core::world::journey::{Journey, JourneyIx, Start, Step, StepIx};
use std::collections::BTreeMap;

pub use facts::Fact;
pub use read::basis_words;
pub use waits::Waits;

/// One line of a timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// When it happened or was decided.
    pub at: Timestamp,
    /// `event` and `machine` happened; the other words were decided.
    pub kind: &'static str,
    /// The journey it is about.
    pub journey: Option<String>,
    /// The customer's enrolment in it, numbered from 1.
    pub enrolment: Option<u32>,
    /// The step it is about.
    pub step: Option<String>,
    /// Its event or topic, where it is about neither journey nor step.
    pub about: Option<String>,
    /// Why; empty where the record holds no more.
    pub reason: String,
    /// What else was read before it was decided, as it was then: what held, what the last look counted.
    pub read: Vec<String>,
}

impl Line {
    /// What it is about, in one word: the step, the journey, the event.
    #[must_use]
    pub fn what(&self) -> &str {
        let what = self.about.as_ref().or(self.step.as_ref()).or(self.journey.as_ref());
        what.map_or("", String::as_str)
    }
}

/// Puts records into words, on the clock of one customer.
#[derive(Clone, Copy, Debug)]
pub struct Timeline<'a> {
    compiled: &'a Compiled,
    clock: Clock<'a>,
    keys: Option<&'a BTreeMap<Key, String>>,
}

impl<'a> Timeline<'a> {
    /// Of a customer who lives in `zone`.
    #[must_use]
    pub const fn new(compiled: &'a Compiled, zone: &'a Zone) -> Self {
        Self { compiled, clock: Clock { zone }, keys: None }
    }

    /// The same with names for what enrolments are about: a record holds a key only, such as that of `o-5521`.
    #[must_use]
    pub const fn naming(self, keys: &'a BTreeMap<Key, String>) -> Self {
        Self { keys: Some(keys), ..self }
    }

    /// Something that happened to them.
    #[must_use]
    pub fn event(&self, at: Timestamp, name: EventIx, properties: &[Property<'_>]) -> Line {
        let def = &self.compiled.program.events[usize::from(name.0)];
        self.happened(at, self.event_name(name), |name| {
            let (ix, _) = def.property(name)?;
            properties.iter().find(|property| property.name == ix)?.value.number()
        })
    }

    /// Something that happened to them, as whoever told of it called it. `number`: that of the property of this name.
    #[must_use]
    pub fn happened(
        &self,
        at: Timestamp,
        name: &str,
        number: impl Fn(&str) -> Option<Amount>,
    ) -> Line {
        let worth = WORTH.into_iter().find_map(number).map(|worth| self.money(worth));
        self.line(at, "event", "").about(name).because(worth.unwrap_or_default())
    }

    /// What was decided. `details`: what was read before it; none where nobody kept it.
    #[must_use]
    pub fn record(&self, record: &Record, details: &[Detail]) -> Line {
        let values = self.values(record.at, details);
        Line { read: self.also(record.at, details), ..self.decided(record, &values) }
    }

    /// The same without what else was read. `values`: of the condition that is its reason.
    fn decided(&self, record: &Record, values: &str) -> Line {
        let at = record.at;
        let line = |kind, reason: String| self.line(at, kind, reason);
        match record.decided {
            Decided::Armed(journey, until) => {
                line("armed", self.quiet_until(journey, "", (at, until))).of(self.journey(journey))
            }
            Decided::Rearmed(journey, until) => {
                let reason = self.quiet_until(journey, " begins again", (at, until));
                line("rearmed", reason).of(self.journey(journey))
            }
            Decided::Disarmed(journey, event) => {
                let reason = format!("stop {}, before it started", self.event_name(event));
                line("ended", reason).of(self.journey(journey))
            }
            Decided::NotStarted(journey, why) => {
                let journey = self.journey(journey);
                line("skipped", self.no_start(journey, why, values)).of(journey)
            }
            Decided::Started(enrolled, key, goal) => {
                let until = |goal| format!("goal until {}", self.clock.minute(at, goal));
                let about = self.about(enrolled.journey, key).map(|key| format!("for {key}"));
                let reason: Vec<String> = about.into_iter().chain(goal.map(until)).collect();
                line("started", reason.join(" · ")).enrolled(self, enrolled)
            }
            Decided::GoalOpened(enrolled, until) => {
                let until = self.clock.minute(at, until);
                line("goal", format!("counted until {until}")).enrolled(self, enrolled)
            }
            Decided::Turned(segment, truth) => {
                let turned = match truth {
                    Truth::True => "true from now on",
                    Truth::False => "false from now on",
                    Truth::Unknown => "unknown from now on",
                };
                let name = &self.compiled.program.segment(segment).name;
                line("segment", turned.to_owned()).about(name)
            }
            Decided::Awaits(step, due) => {
                line("awaits", format!("due {}", self.clock.second(at, due))).at(self, step)
            }
            Decided::Moved(step, why, to) => {
                line("moved", self.moved(step, why, at, to)).at(self, step)
            }
            Decided::Delayed(step, why, to) => {
                line("delayed", self.moved(step, why, at, to)).at(self, step)
            }
            Decided::Skipped(step, why) => {
                line("skipped", self.skip(step, why, values)).at(self, step)
            }
            Decided::Ready(step) => line("ready", "asks to be handed over".into()).at(self, step),
            Decided::Listens(step, until) => {
                let until = self.clock.second(at, until);
                line("listens", format!("at most until {until}")).at(self, step)
            }
            Decided::Heard(step, event) => {
                let by = |event| self.event_name(event).to_owned();
                let reason = event.map_or_else(|| "its time was up".to_owned(), by);
                line("heard", reason).at(self, step)
            }
            Decided::Took(step, path, unknown) => {
                line("took", self.took(step, path, unknown)).at(self, step)
            }
            Decided::Set(step) => line("set", self.set(step)).at(self, step),
            Decided::Calls(step) => line("calls", self.webhook(step).to_owned()).at(self, step),
            Decided::Called(step, done) => {
                let said = if done { "answered well" } else { "did not answer well: given up" };
                line("called", format!("{} {said}", self.webhook(step))).at(self, step)
            }
            Decided::Paused(step) => {
                let reason = "its journey is paused: the mail waits, and grows late";
                line("paused", reason.into()).at(self, step)
            }
            Decided::Resumed(step) => {
                line("resumed", "its journey goes on: asks again to be handed over".into())
                    .at(self, step)
            }
            Decided::Gave(step, offer) => {
                let offer = self.compiled.program.offer(offer);
                line("gave", format!("{}: {}", offer.name, offer.says)).at(self, step)
            }
            Decided::Left(step, topic) => {
                let topic = &self.compiled.program.topic(topic).name;
                line("left", format!("an objection to {topic}")).at(self, step)
            }
            Decided::Held(step, why) => line("held", self.held(step, why, values)).at(self, step),
            Decided::Sent(step, attempt, minutes) => {
                let late =
                    if minutes == 0 { String::new() } else { format!(", {minutes} min late") };
                line("sent", format!("attempt {attempt}{late}")).at(self, step)
            }
            Decided::Answered(step, outcome) => {
                let (kind, reason) = answered(outcome);
                line(kind, reason.to_owned()).at(self, step)
            }
            Decided::Engaged(step, act, reader) => {
                let kind = match reader {
                    Reader::Human => "event",
                    Reader::Machine => "machine",
                };
                let name = match act {
                    Engagement::Open => EventIx::EMAIL_OPENED,
                    Engagement::Click => EventIx::EMAIL_LINK_CLICKED,
                };
                let line = line(kind, String::new()).at(self, step).about(self.event_name(name));
                let mail = format!("the mail of {}", line.step.as_deref().unwrap_or_default());
                line.because(mail)
            }
            Decided::Reached(enrolled, first, worth) => {
                let again = if first { "" } else { " again" };
                let worth = match worth {
                    Amount::ZERO => String::new(),
                    worth => format!(", worth {}", self.money(worth)),
                };
                line("goal", format!("reached{again}{worth}")).enrolled(self, enrolled)
            }
            Decided::GoalClosed(enrolled) => {
                line("goal", "no longer counted".into()).enrolled(self, enrolled)
            }
            Decided::Ended(step, why) => {
                let reason = self.end(step, why, values);
                line("ended", reason).enrolled(self, step.of)
            }
            Decided::ConsentSet(topic, given, cause) => {
                let topic = &self.compiled.program.topic(topic).name;
                let mail = cause.map(|at| format!(", in the mail of {}", self.step(at).name));
                let what = if given { "a basis for mail arose" } else { "an objection" };
                line("consent", format!("{what}{}", mail.unwrap_or_default())).about(topic)
            }
            Decided::Met(step, assigned, first) => {
                let again = if first { "" } else { " · counted before" };
                line("tested", format!("{}{again}", self.tested(assigned))).at(self, step)
            }
            Decided::Tested(enrolled, assigned, did) => {
                let reason = format!("{}: {}", self.tested(assigned), did_words(did));
                line("counted", reason).enrolled(self, enrolled)
            }
            Decided::Folded => line("folded", "the oldest history is kept in sums only".into()),
        }
    }

    /// `Mon 2026-03-09`, on their clock.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        self.clock.day(at)
    }

    /// `10:10:04`, on their clock.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        self.clock.time(at)
    }

    /// `2026-03-09T10:10:04`, on their clock.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> String {
        self.clock.local(at)
    }

    /// The journey's name, where there is more than one to tell apart.
    #[must_use]
    pub fn journey_if_unclear<'l>(&self, line: &'l Line) -> Option<&'l str> {
        let several = self.compiled.program.journeys.len() > 1;
        line.journey
            .as_deref()
            .filter(|_| several && line.what() != line.journey.as_deref().unwrap_or_default())
    }

    fn line(&self, at: Timestamp, kind: &'static str, reason: impl Into<String>) -> Line {
        let reason = reason.into();
        let (journey, enrolment, step, about) = (None, None, None, None);
        Line { at, kind, journey, enrolment, step, about, reason, read: Vec::new() }
    }

    fn journey(&self, ix: JourneyIx) -> &'a Journey {
        self.compiled.program.journey(ix)
    }

    fn step(&self, at: At) -> &'a Step {
        let StepIx(step) = at.step;
        &self.journey(at.of.journey).steps[usize::from(step)]
    }

    /// What an enrolment is about, as far as it can be said.
    #[must_use]
    pub fn about(&self, journey: JourneyIx, key: Key) -> Option<String> {
        match self.journey(journey).start {
            // The key is the day.
            Start::Date(..) | Start::Every(_) => self.clock.date(key),
            Start::On(_) | Start::Enters(_) => self.keys?.get(&key).cloned(),
        }
    }

    fn event_name(&self, event: EventIx) -> &'a str {
        match &*self.compiled.program.events[usize::from(event.0)].name {
            "" => "another event",
            name => name,
        }
    }

    /// `£12.50`
    #[must_use]
    pub fn money(&self, amount: Amount) -> String {
        let Currency { symbol, minor_digits, .. } = self.compiled.currency;
        let minor = amount.minor(minor_digits).minor();
        let unit = 10u64.pow(minor_digits.into());
        let (whole, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
        let sign = if minor < 0 { "−" } else { "" };
        let whole = thousands(whole);
        match usize::from(minor_digits) {
            0 => format!("{sign}{symbol}{whole}"),
            digits => format!("{sign}{symbol}{whole}.{rest:0digits$}"),
        }
    }
}

/// The properties that say what an event is worth, the first first.
const WORTH: [&str; 5] = ["revenue", "total", "subtotal", "value", "price"];

impl Line {
    fn of(mut self, journey: &Journey) -> Self {
        self.journey = Some(journey.name.clone());
        self
    }

    fn enrolled(mut self, timeline: &Timeline<'_>, of: Enrolled) -> Self {
        self.enrolment = Some(of.enrolment);
        self.of(timeline.journey(of.journey))
    }

    fn at(mut self, timeline: &Timeline<'_>, at: At) -> Self {
        self.step = Some(timeline.step(at).name.clone());
        self.enrolled(timeline, at.of)
    }

    fn about(mut self, about: &str) -> Self {
        self.about = Some(about.to_owned());
        self
    }

    fn because(mut self, reason: String) -> Self {
        self.reason = reason;
        self
    }
}

const fn did_words(did: Did) -> &'static str {
    match did {
        Did::Goal => "reached the goal",
        Did::Exposed => "got the mail",
        Did::Accepted => "it was accepted",
        Did::Bounced => "it came back",
        Did::Opened => "opened it",
        Did::Clicked => "followed its link",
        Did::Unsubscribed => "objected by its link",
        Did::Complained => "called it spam",
    }
}

const fn answered(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Accepted => ("accepted", "by the mail server"),
        Outcome::Deferred => ("deferred", "by the mail server: not now"),
        Outcome::Rejected => ("rejected", "by the mail server, for good"),
        Outcome::Unknown => ("unknown", "no answer: it may have arrived"),
        Outcome::Bounced { hard: true } => ("bounced", "for good"),
        Outcome::Bounced { hard: false } => ("bounced", "for now"),
        Outcome::Complained => ("complained", "called spam by its reader"),
        Outcome::RenderFailed => ("failed", "could not be made; nothing left"),
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
