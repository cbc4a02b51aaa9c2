//! An explanation as JSON: format `foresend.explain/1`, described key by key in docs/reference/explain.md. Within
//! version 1 keys are only ever added. Keys stand in the order of these structs.

use super::lived::Lived;
use super::{Explained, Of};
use crate::looked::Data;
use crate::scenario::Opened;
use foresend_program::{Compiled, Line, Timeline};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const SCHEMA: &str = "foresend.explain/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Run<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data>,
    customer: &'a str,
    zone: &'a str,
    arms: Vec<Arm<'a>>,
}

#[derive(Serialize)]
struct Run<'a> {
    scenario: &'a str,
    program: String,
    seed: u64,
    customers: u32,
    from: String,
    days: u32,
    population: &'a str,
    set: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Arm<'a> {
    id: &'a str,
    before: Before<'a>,
    lines: Vec<Told<'a>>,
    waits_for: &'a [String],
}

#[derive(Serialize)]
struct Before<'a> {
    address: bool,
    events: BTreeMap<&'a str, u64>,
    segments: &'a BTreeSet<String>,
    permitted: Vec<Permitted<'a>>,
}

#[derive(Serialize)]
struct Permitted<'a> {
    topic: &'a str,
    basis: &'static str,
    since: &'a str,
}

#[derive(Serialize)]
struct Told<'a> {
    at_ms: i64,
    local: String,
    kind: &'static str,
    journey: Option<&'a str>,
    enrolment: Option<u32>,
    step: Option<&'a str>,
    about: Option<&'a str>,
    reason: &'a str,
    read: &'a [String],
}

/// `explained` as one JSON document, with a newline at its end.
pub(super) fn write(explained: &Explained<'_>) -> String {
    let Explained { of, compiled, customer, arms } = explained;
    let program = &compiled.program;
    let (run, data) = match of {
        Of::Rehearsal(opened, set) => (Some(run(opened, compiled, set)), None),
        Of::Data(look, folder) => (None, Some(Data::of(look, folder))),
    };
    let document = Document {
        schema: SCHEMA,
        run,
        data,
        customer,
        zone: arms.first().map_or(&program.zone, |(_, lived)| &lived.zone).name(),
        arms: arms.iter().map(|(id, lived)| arm(id, lived, compiled)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers only");
    text.push('\n');
    text
}

fn run<'a>(opened: &'a Opened, compiled: &Compiled, set: &'a [(String, String)]) -> Run<'a> {
    let scenario = &opened.scenario;
    Run {
        scenario: &opened.file,
        program: compiled.program.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        seed: scenario.seed,
        customers: scenario.customers,
        from: scenario.from.to_string(),
        days: scenario.days,
        population: &scenario.population,
        set: set.iter().map(|(address, value)| (&**address, &**value)).collect(),
    }
}

fn arm<'a>(id: &'a str, lived: &'a Lived, compiled: &'a Compiled) -> Arm<'a> {
    let timeline = Timeline::new(compiled, &lived.zone);
    let name = |at: u16| &*compiled.program.events[usize::from(at)].name;
    let before = &lived.before;
    let permitted = before.permitted.iter();
    Arm {
        id,
        before: Before {
            address: before.address,
            events: before.events.iter().map(|(event, &count)| (name(event.0), count)).collect(),
            segments: &before.segments,
            permitted: permitted
                .map(|(topic, basis, since)| Permitted { topic, basis, since })
                .collect(),
        },
        lines: lived.lines.iter().map(|line| told(line, &timeline)).collect(),
        waits_for: &lived.waits,
    }
}

fn told<'a>(line: &'a Line, timeline: &Timeline<'_>) -> Told<'a> {
    Told {
        at_ms: line.at.millis(),
        local: timeline.local(line.at),
        kind: line.kind,
        journey: line.journey.as_deref(),
        enrolment: line.enrolment,
        step: line.step.as_deref(),
        about: line.about.as_deref(),
        reason: &line.reason,
        read: &line.read,
    }
}
