//! A customer of an engine, explained: what the shop told of them out of the archive, and what was decided upon it out of the
//! timeline, in the order of the journal. Each decision is told in the words of the version under which it was made.

use super::lived::{Before, Lived};
use super::{Explained, Of};
use crate::failure::Failure;
use crate::looked::{self, shown};
use crate::say;
use foresend_core::id::Key;
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait, Zone};
use foresend_core::world::event::EventIx;
use foresend_engine::entry::{self, Call, ConsentTo, Origin, Said, Seq, Told, Value};
use foresend_engine::look::{Held, Look, Moment};
use foresend_engine::store::timeline::Under;
use foresend_engine::version::{Version, VersionId};
use foresend_program::{Line, Timeline};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// How the one life of a customer is called where rehearsals have arms.
const LIVE: &str = "live";
/// How late an event may be and still count by its own time, as the core has it.
const LATE_MAX: Wait = Wait::days(30);
/// How long a call that comes again is known by its message id.
const SEEN_FOR: Wait = foresend_engine::store::key::SEEN_FOR;

/// Explains the customer whom the shop calls `user`.
///
/// # Errors
/// Where there is no such data, customer or journey, an engine runs on it, or it cannot be read.
pub(super) fn run(arguments: &super::Arguments, data: &Path) -> Result<(), Failure> {
    let mut look = looked::open(data)?;
    let held = looked::customer(&mut look, &arguments.customer, data)?;
    let mut lived = lived(&look, &held)?;
    let compiled = &look.version().compiled;
    if let Some(wanted) = arguments.journey.as_deref() {
        let is = |line: &Line| line.journey.as_deref() == Some(wanted);
        let runs = compiled.program.journeys.iter().any(|journey| journey.name == wanted);
        if !runs && !lived.lines.iter().any(is) {
            return Err(say::unknown(wanted, compiled, "the program that runs"));
        }
    }
    lived.narrow(compiled, arguments.journey.as_deref(), arguments.since.as_deref());
    let explained = Explained {
        of: Of::Data(&look, data),
        compiled,
        customer: shown(&held.person.user),
        arms: vec![(LIVE.to_owned(), lived)],
    };
    explained.print(arguments.json)
}

fn lived(look: &Look, held: &Held) -> Result<Lived, Failure> {
    let customer = &held.customer;
    let moments = look.moments(customer.id()).map_err(|error| looked::failure(&error))?;
    let names = looked::names(&moments);
    let zone = look.world().zone(customer.zone());
    let compiled = &look.version().compiled;
    let timeline = Timeline::new(compiled, zone).naming(&names);
    let mut teller = Teller {
        look,
        zone,
        names: &names,
        timeline,
        versions: BTreeMap::new(),
        seen: HashMap::new(),
        before: Before { address: customer.has_address(), ..Before::default() },
        lines: Vec::new(),
    };
    teller.tell_all(&moments);
    let (before, lines) = (teller.before, teller.lines);
    let waiting = customer.waiting(look.world());
    let mut waits: Vec<String> = waiting.iter().map(|one| timeline.waiting(one)).collect();
    let mails = customer.mails(look.world());
    waits.extend(mails.map(|mail| looked::mail_waits(&mail, compiled, &timeline)));
    Ok(Lived { zone: zone.clone(), before, lines, waits, since: false })
}

/// Puts a life into lines.
struct Teller<'a> {
    look: &'a Look,
    zone: &'a Zone,
    names: &'a BTreeMap<Key, String>,
    /// In the words of the version that runs.
    timeline: Timeline<'a>,
    versions: BTreeMap<Under, Option<Arc<Version>>>,
    /// When each message id came, by the journal's clock.
    seen: HashMap<u64, Timestamp>,
    before: Before,
    lines: Vec<Line>,
}

impl Teller<'_> {
    /// Everything in its order. Where several versions ran, each is said where it began to.
    fn tell_all(&mut self, moments: &[Moment]) {
        let all = self.look.publications();
        let begun = moments.first().map_or(0, |first| all.partition_point(|p| p.seq < first.seq));
        let (ran, mut ahead) = all.split_at(begun);
        if let (Some(ran), Some(first), [_, ..]) = (ran.last(), moments.first(), ahead) {
            let at = first.told().map_or(ran.at, |(now, _)| now);
            self.runs(at, ran.version, "runs");
        }
        for moment in moments {
            while let Some((one, later)) = ahead.split_first().filter(|(p, _)| p.seq < moment.seq) {
                self.runs(one.at, one.version, "runs from here on");
                ahead = later;
            }
            self.tell(moment);
        }
        for one in ahead.iter().filter(|_| !moments.is_empty()) {
            self.runs(one.at, one.version, "runs from here on");
        }
    }

    fn runs(&mut self, at: Timestamp, version: VersionId, reason: &str) {
        let about = Some(looked::short(&version));
        self.lines.push(Line { about, ..line(at, "program", reason) });
    }

    fn tell(&mut self, moment: &Moment) {
        let happened = moment.told().and_then(|(now, told)| match told {
            Ok(told) => self.told((moment.seq, now), &told),
            Err(error) => Some(line(now, "unread", &error.to_string())),
        });
        let decided: Vec<Line> = moment.decided.iter().map(|line| self.decided(line)).collect();
        // What was due before an event was decided before it.
        let is_earlier = |line: &Line| happened.as_ref().is_some_and(|event| line.at < event.at);
        let (earlier, later): (Vec<_>, Vec<_>) = decided.into_iter().partition(is_earlier);
        self.lines.extend(earlier);
        self.lines.extend(happened);
        self.lines.extend(later);
    }

    /// What was decided, in the words of its version.
    fn decided(&mut self, decided: &foresend_engine::store::timeline::Line) -> Line {
        let under = decided.under;
        let look = self.look;
        let version = self.versions.entry(under).or_insert_with(|| look.under(under));
        let Some(version) = version else {
            let reason = "decided under a version of the program that cannot be read";
            return line(decided.record.at, "unread", reason);
        };
        let timeline = Timeline::new(&version.compiled, self.zone).naming(self.names);
        if timeline.knows(&decided.record) {
            timeline.record(&decided.record, &[])
        } else {
            let reason = "decided about something that its version of the program does not have";
            line(decided.record.at, "unread", reason)
        }
    }

    /// What was told, where it is more than what was decided upon it says.
    fn told(&mut self, (seq, now): (Seq, Timestamp), told: &Told<'_>) -> Option<Line> {
        match told {
            Told::Call(call) => self.called((seq, now), call),
            Told::Happened { of: _, event, product } => {
                let mut line = self.timeline.happened(now, &shown(event), |_| None);
                line.reason = shown(product);
                Some(line)
            }
            Told::Quarantine => {
                let reason =
                    "an input made Foresend stumble, our bug: what comes is kept, and not applied";
                Some(line(now, "quarantined", reason))
            }
            Told::Release => {
                Some(line(now, "released", "what was kept is applied, and they go on"))
            }
            Told::Remember { event, since } => {
                let (day, time) = (self.timeline.day(*since), self.timeline.time(*since));
                let what = event.map_or_else(|| "their history".to_owned(), shown);
                Some(line(now, "history", &format!("{what} is complete since {day} {time}")))
            }
            // What was decided upon these says it all.
            Told::Wake
            | Told::Handover { .. }
            | Told::Outcome { .. }
            | Told::Called { .. }
            | Told::Engagement { .. } => None,
        }
    }

    fn called(&mut self, (seq, now): (Seq, Timestamp), call: &Call<'_>) -> Option<Line> {
        let again = self.is_again(call.message, now);
        let at = call.at.max(now.before(LATE_MAX)).min(now);
        let mut line = match (&call.said, call.origin) {
            (Said::Track { event, .. }, Origin::Backfill) => {
                if !again {
                    let name = self.look.version().event(event).unwrap_or(EventIx::OTHER);
                    *self.before.events.entry(name).or_default() += 1;
                }
                return None; // history is told piece by piece: only what it sums up to matters
            }
            (Said::Track { event, properties, products }, Origin::Live) => {
                let number = |name: &str| {
                    let said = properties.iter().find(|(said, _)| *said == name);
                    let said = said.and_then(|(_, value)| value.amount());
                    said.or_else(|| cost(products).filter(|_| name == "price"))
                };
                let is_known = self.look.ran_at(seq).is_none_or(|v| v.event(event).is_some());
                let name = if event.is_empty() { "page or screen" } else { event };
                let mut line = self.timeline.happened(at, &shown(name), number);
                if !is_known && !event.is_empty() {
                    add(&mut line, "the program does not name it");
                }
                line
            }
            (Said::Profile { traits, timezone }, Origin::Live | Origin::Backfill) => {
                let told = |(name, value): &(&str, Value<'_>)| match value {
                    Value::Null => format!("{} taken back", shown(name)),
                    Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Json(_) => {
                        shown(name)
                    }
                };
                let told = traits.iter().map(told);
                let told: Vec<String> = told.chain(timezone.map(|_| "time zone".into())).collect();
                let reason = told.join(", ");
                Line { reason, ..self.timeline.happened(now, "identify", |_| None) }
            }
            (Said::Consent { topic, to, cause: _, proof: _ }, _) => match to {
                // It permits nothing yet, so nothing was decided upon it.
                ConsentTo::Requested => {
                    let at = call.at.min(now);
                    let reason = shown(topic);
                    Line { reason, ..self.timeline.happened(at, "Consent Requested", |_| None) }
                }
                ConsentTo::Contract
                | ConsentTo::Service
                | ConsentTo::Request
                | ConsentTo::Consent
                | ConsentTo::ExistingCustomer
                | ConsentTo::Withdrawn => return None,
            },
        };
        if again {
            add(&mut line, "came again, and counts once");
        }
        Some(line)
    }

    /// Whether a call of that id came before, so lately that it is known by it.
    fn is_again(&mut self, message: u64, now: Timestamp) -> bool {
        if message == 0 {
            return false;
        }
        let first = self.seen.entry(message).or_insert(now);
        let again = *first < now && first.after(SEEN_FOR) > now;
        if !again {
            *first = now;
        }
        again
    }
}

/// What the products of an event cost together; nothing where nobody said what they cost.
fn cost(products: &[entry::Line<'_>]) -> Option<Amount> {
    let one = |line: &entry::Line<'_>| Amount::from_parts(line.price).times(line.quantity.into());
    products.iter().map(one).reduce(Amount::plus).filter(|all| *all != Amount::ZERO)
}

fn line(at: Timestamp, kind: &'static str, reason: &str) -> Line {
    let (journey, enrolment, step, about) = (None, None, None, None);
    Line { at, kind, journey, enrolment, step, about, reason: reason.to_owned(), read: Vec::new() }
}

/// Adds a phrase to a line's reason.
fn add(line: &mut Line, phrase: &str) {
    let dot = if line.reason.is_empty() { "" } else { " · " };
    line.reason.push_str(dot);
    line.reason.push_str(phrase);
}
