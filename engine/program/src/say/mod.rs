//! A journey, read aloud: fixed sentences filled from the compiled program, conditions as they are written.
//! Invariant: every sentence is true of what the core does. What cannot be said truly is left out, or is a gap in
//! the language.
//! Invariant: nothing is looked up in the texts again; what is said is what runs.

mod step;
mod words;

use crate::{Compiled, defaults};
use foresend_core::time::Wait;
use foresend_core::world::event::{Cause, EventIx};
use foresend_core::world::journey::{Act, Again, Goal, Journey, Kind, Send, Step};
use foresend_core::world::limit::{Full, Rate};
use foresend_core::world::topic::{Basis, Topic, TopicIx};
use step::Steps;
use words::{Conditions, alike, duration, list, unknown, window};

/// One journey in sentences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// Its name.
    pub journey: String,
    /// The name of its topic.
    pub topic: String,
    /// What sort of mail it sends, as an author writes it: `cart`.
    pub kind: &'static str,
    /// How it begins, and what ends it: one paragraph each.
    pub head: Vec<String>,
    /// What happens, top to bottom.
    pub steps: Vec<SaidStep>,
    /// Its goal, and what holds for every mail: one paragraph each.
    pub foot: Vec<String>,
}

/// One step in sentences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaidStep {
    /// Its id.
    pub name: String,
    /// When it comes due, on what condition, what it does.
    pub text: String,
}

/// The journey called `name`, read aloud; `None` if none of that name is compiled in.
#[must_use]
pub fn say(compiled: &Compiled, name: &str) -> Option<Said> {
    let journeys = &compiled.program.journeys;
    let at = journeys.iter().position(|journey| journey.name == name)?;
    let (journey, paths) = (&journeys[at], &*compiled.path_names[at]);
    let mut conditions = Conditions::of(compiled);
    let steps = Steps { compiled, journey, paths };
    Some(Said {
        journey: journey.name.clone(),
        topic: compiled.program.topic(journey.topic).name.clone(),
        kind: kind(journey.kind),
        head: vec![
            starts(compiled, journey, &mut conditions),
            ends(compiled, journey, &mut conditions),
        ]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect(),
        steps: (0..)
            .zip(&journey.steps)
            .map(|(at, step)| SaidStep {
                name: step.name.clone(),
                text: steps.say(at, &mut conditions),
            })
            .collect(),
        foot: foot(compiled, journey),
    })
}

/// What a word of `kind` is.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Cart => "cart",
        Kind::Browse => "browse",
        Kind::Order => "order",
        Kind::Item => "item",
        Kind::Return => "return",
        Kind::Welcome => "welcome",
        Kind::Alert => "alert",
        Kind::News => "news",
        Kind::Service => "service",
    }
}

/// `Product Added or Checkout Started`
fn events(compiled: &Compiled, events: &[EventIx]) -> String {
    let all = &compiled.program.events;
    let names: Vec<&str> = events.iter().map(|event| &*all[usize::from(event.0)].name).collect();
    list(&names, "or")
}

fn starts(compiled: &Compiled, journey: &Journey, conditions: &mut Conditions<'_>) -> String {
    let on = events(compiled, &journey.on);
    let theirs =
        |event: &EventIx| compiled.program.events[usize::from(event.0)].cause == Cause::Customer;
    let mut text = match journey.quiet.map(duration) {
        None => format!("Starts when {on} happens"),
        Some(quiet) if journey.on.iter().all(theirs) => {
            format!("Starts once a customer who caused {on} did nothing for {quiet}")
        }
        Some(quiet) => {
            format!("Starts once {on} was followed by {quiet} in which the customer did nothing")
        }
    };
    let asked: Vec<String> = [&journey.when, &journey.holds]
        .into_iter()
        .flatten()
        .map(|condition| conditions.spell(condition))
        .collect();
    if !asked.is_empty() {
        let unknown = unknown(journey.when.iter().chain(&journey.holds));
        text.push_str(&format!(", if {} then{unknown}", asked.join(", and also ")));
    }
    text.push_str(&match journey.again {
        Again::Never => "; each customer once.".to_owned(),
        Again::Always => "; the same customer again as soon as they are out of it.".to_owned(),
        Again::After(least) => {
            format!("; the same customer again after {} at the earliest.", duration(least))
        }
    });
    text
}

fn ends(compiled: &Compiled, journey: &Journey, conditions: &mut Conditions<'_>) -> String {
    let mut sentences = Vec::new();
    if !journey.stop.is_empty() {
        let stop = events(compiled, &journey.stop);
        let wait = if journey.quiet.is_some() { ", or the wait to start it" } else { "" };
        sentences.push(format!("{stop} ends it at once{wait}."));
    }
    if let Some(holds) = &journey.holds {
        let text = conditions.spell(holds);
        let skipped =
            if unknown([holds]).is_empty() { "" } else { ", and is skipped if that is unknown" };
        sentences.push(format!(
            "A step that comes due ends it if {text} no longer holds{skipped}; no mail leaves unless it holds."
        ));
    }
    sentences.join(" ")
}

fn foot(compiled: &Compiled, journey: &Journey) -> Vec<String> {
    let mut all = Vec::new();
    all.extend(journey.goal.as_ref().map(|goal| aims(compiled, goal)));
    let mut topics: Vec<TopicIx> = Vec::new();
    for send in journey.steps.iter().filter_map(sends) {
        if !topics.contains(&send.topic) {
            topics.push(send.topic);
        }
    }
    let alone = topics.len() == 1;
    all.extend(topics.iter().map(|&topic| every_mail(compiled, journey, topic, alone)));
    all.extend(earliest(journey));
    all
}

fn sends(step: &Step) -> Option<&Send> {
    match &step.act {
        Act::Send(send) => Some(send),
        Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Leave(_) | Act::Stop(_) => None,
    }
}

fn aims(compiled: &Compiled, goal: &Goal) -> String {
    let on = events(compiled, &goal.on);
    let property = goal.on.iter().zip(&goal.value).find_map(|(event, property)| {
        let properties = &compiled.program.events[usize::from(event.0)].properties;
        property.map(|property| &properties[usize::from(property.0)].0)
    });
    let worth = property.map(|property| format!(", worth its {property}")).unwrap_or_default();
    format!("Goal: {on} within {} of the start{worth}.", duration(goal.within))
}

/// Marketing is skipped sooner when it is late.
fn default_late(topic: &Topic) -> Wait {
    if topic.is_marketing() { defaults::LATE_MARKETING } else { defaults::LATE }
}

/// What holds for every mail on `topic`; `alone`: the journey mails on no other.
fn every_mail(compiled: &Compiled, journey: &Journey, ix: TopicIx, alone: bool) -> String {
    let (topic, limits) = (compiled.program.topic(ix), &compiled.program.limits);
    let bases: Vec<&str> = topic.basis.iter().map(basis).collect();
    let mut parts = vec![list(&bases, "or")];
    if topic.is_marketing() {
        let rate = |rate: &Rate| format!("{} in {}", rate.most, duration(rate.within));
        let rates: Vec<String> = limits.mails.iter().map(rate).collect();
        if !rates.is_empty() {
            let full = match limits.full {
                Full::Skip => "else skipped",
                Full::Wait => "else later",
            };
            parts.push(format!("at most {} over all journeys, {full}", list(&rates, "and")));
        }
        let quiet = limits.quiet.map(|quiet| format!("from {} their time", window(quiet, "to")));
        let shopping = limits
            .still_shopping
            .map(|wait| format!("within {} of an event of theirs", duration(wait)));
        let not: Vec<String> = quiet.into_iter().chain(shopping).collect();
        if !not.is_empty() {
            parts.push(format!("later where that is {}", list(&not, "or")));
        }
    } else {
        parts.push("limits and quiet hours do not hold it back".to_owned());
    }
    let sent = || journey.steps.iter().filter_map(sends).filter(|send| send.topic == ix);
    let usual = default_late(topic);
    if sent().any(|send| send.late == usual) {
        let unless = if sent().all(|send| send.late == usual) { "" } else { ", unless said above" };
        parts.push(format!("none more than {} late{unless}", duration(usual)));
    }
    let which = if alone { String::new() } else { format!(" on {}", topic.name) };
    format!("Every mail{which}: {}.", parts.join("; "))
}

fn basis(basis: &Basis) -> &'static str {
    match basis {
        Basis::Contract => "contract",
        Basis::Service => "service",
        Basis::Request => "request",
        Basis::Consent => "consent",
        Basis::ExistingCustomer => "existing customer",
    }
}

/// How soon each mail can be due. Not where there are paths: who is on another does not wait for their steps.
fn earliest(journey: &Journey) -> Option<String> {
    if journey.steps.iter().any(|step| step.path.is_some()) {
        return None;
    }
    let mut due = journey.quiet.unwrap_or_default();
    let mut mails = Vec::new();
    for step in &journey.steps {
        due = Wait::from_millis(due.millis().saturating_add(step.after.millis()));
        mails.extend(sends(step).map(|_| due));
    }
    mails.dedup();
    let from = match journey.quiet {
        Some(_) => "their last event before the start",
        None => "the event that starts it",
    };
    let (noun, waits) = (if mails.len() == 1 { "Mail" } else { "Mails" }, alike(&mails));
    (!mails.is_empty()).then(|| match waits.as_slice() {
        [only] if only == "at once" => format!("{noun} at once after {from}, at the earliest."),
        _ => format!("{noun} {} after {from}, at the earliest.", list(&waits, "and")),
    })
}
