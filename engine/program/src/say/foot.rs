//! What is said below the steps: what the journey is for, what holds for every mail, how soon each can be due.

use super::default_late;
use super::events::listens;
use super::words::{alike, duration, list, percent, window};
use crate::Compiled;
use foresend_core::time::Wait;
use foresend_core::world::experiment::Experiment;
use foresend_core::world::journey::{Act, Begins, Goal, Journey, Send, Start, Step, StepIx};
use foresend_core::world::limit::{Full, Rate};
use foresend_core::world::topic::{Basis, Confirm, Topic, TopicIx};

pub(super) fn foot(compiled: &Compiled, journey: &Journey) -> Vec<String> {
    let mut all = Vec::new();
    all.extend(journey.goal.as_ref().map(|goal| aims(compiled, journey, goal)));
    let mut topics: Vec<TopicIx> = Vec::new();
    for send in journey.steps.iter().filter_map(sends) {
        if !topics.contains(&send.topic) {
            topics.push(send.topic);
        }
    }
    let alone = topics.len() == 1;
    all.extend(topics.iter().map(|&topic| every_mail(compiled, journey, topic, alone)));
    let experiment = tested_by(compiled, journey);
    // Where the delay varies, nobody knows how soon.
    if !experiment.is_some_and(Experiment::varies_delay) {
        all.extend(earliest(journey));
    }
    all.extend(experiment.map(|experiment| tested(journey, experiment)));
    all
}

fn sends(step: &Step) -> Option<&Send> {
    match &step.act {
        Act::Send(send) => Some(send),
        Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => None,
        Act::Call(_) | Act::Leave(_) | Act::Stop(_) => None,
    }
}

fn aims(compiled: &Compiled, journey: &Journey, goal: &Goal) -> String {
    let on = listens(compiled, journey, &goal.on);
    let property = goal.on.iter().zip(&goal.value).find_map(|(listen, property)| {
        let properties = &compiled.program.events[usize::from(listen.on.0)].properties;
        property.map(|property| &properties[usize::from(property.0)].0)
    });
    let worth = property.map(|property| format!(", worth its {property}")).unwrap_or_default();
    let within = duration(goal.within);
    let from = match goal.from {
        None => "of the start".to_owned(),
        Some(StepIx(step)) => {
            format!("after {} came due", journey.steps[usize::from(step)].name)
        }
    };
    format!("Goal: {on} within {within} {from}{worth}.")
}

/// What holds for every mail on `topic`; `alone`: the journey mails on no other.
fn every_mail(compiled: &Compiled, journey: &Journey, ix: TopicIx, alone: bool) -> String {
    let (topic, limits) = (compiled.program.topic(ix), &compiled.program.limits);
    let bases: Vec<&str> = topic.basis.iter().map(|basis| basis_of(topic, *basis)).collect();
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
        if compiled.program.holdout > 0 {
            parts.push(format!("{} of customers get none", percent(compiled.program.holdout)));
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

fn tested_by<'a>(compiled: &'a Compiled, journey: &Journey) -> Option<&'a Experiment> {
    let program = &compiled.program;
    program.experiments.iter().find(|of| program.journey(of.journey).id == journey.id)
}

/// Which of its steps is tested now, and what varies there.
fn tested(journey: &Journey, experiment: &Experiment) -> String {
    let step = &journey.steps[usize::from(experiment.step.0)].name;
    let factors: Vec<&str> = experiment.factors.iter().map(|of| of.name.as_str()).collect();
    let varies = if factors.len() == 1 { "varies" } else { "vary" };
    let out = match experiment.holdout {
        0 => String::new(),
        share => format!("; {} of those who come to it get none from there on", percent(share)),
    };
    let (name, ends) = (&experiment.name, duration(experiment.ends));
    let factors = list(&factors, "and");
    format!("Tested now: {name}, for {ends}: {factors} of {step} {varies}{out}.")
}

fn basis_of(topic: &Topic, basis: Basis) -> &'static str {
    match (basis, topic.confirm) {
        (Basis::Contract, _) => "contract",
        (Basis::Service, _) => "service",
        (Basis::Request, _) => "request",
        (Basis::Consent, Confirm::Single) => "consent",
        (Basis::Consent, Confirm::Double) => "confirmed consent",
        (Basis::ExistingCustomer, _) => "existing customer",
    }
}

/// How soon each mail can be due. Not where there are paths: who is on another does not wait for their steps; nor
/// where a step is due at an instant, which may be any.
fn earliest(journey: &Journey) -> Option<String> {
    if journey.steps.iter().any(|step| step.path.is_some()) {
        return None;
    }
    let mut due = journey.quiet.unwrap_or_default();
    let mut mails = Vec::new();
    for step in &journey.steps {
        match step.begins {
            Begins::After(wait) => {
                due = Wait::from_millis(due.millis().saturating_add(wait.millis()));
            }
            Begins::Due(_) => return None,
        }
        mails.extend(sends(step).map(|_| due));
    }
    mails.dedup();
    let from = match (&journey.start, journey.quiet) {
        (Start::On(_), Some(_)) => "their last event before the start",
        (Start::On(_), None) => "the event that starts it",
        (Start::Enters(_), _) => "entering",
        (Start::Date(..) | Start::Every(_), _) => "that moment",
    };
    let (noun, waits) = (if mails.len() == 1 { "Mail" } else { "Mails" }, alike(&mails));
    (!mails.is_empty()).then(|| match waits.as_slice() {
        [only] if only == "at once" => format!("{noun} at once after {from}, at the earliest."),
        _ => format!("{noun} {} after {from}, at the earliest.", list(&waits, "and")),
    })
}
