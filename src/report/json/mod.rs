//! The report as JSON: format `foresend.report/1`, described key by key in docs/reference/report-json.md. Counts
//! and amounts in minor units are integers, and there are no rates. Within version 1 keys are only ever added.
//! Keys stand in the order of these structs; `timing` alone may differ between two runs of one seed.

mod caused;
mod experiments;
mod journeys;

use super::Report;
use super::finding::findings;
use caused::{Compared, Expect, Range, Shared, World};
use experiments::{Experiment, experiments};
use foresend_simulator::population::preset::Setting;
use journeys::{HeldBack, Journey, Mail, Moved, Skipped, journeys};
use serde::Serialize;
use std::collections::BTreeMap;

const SCHEMA: &str = "foresend.report/1";

/// `report` as one JSON document, with a newline at its end.
pub(crate) fn write(report: &Report) -> String {
    let document = Document::of(report);
    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers only");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    run: Run<'a>,
    range: Option<Range<'a>>,
    worlds: Vec<World<'a>>,
    compared: Vec<Compared<'a>>,
    journeys: Vec<Journey<'a>>,
    shared: Option<Shared>,
    mail: Mail,
    held_back: HeldBack,
    moved: Moved,
    skipped: Skipped,
    experiments: Vec<Experiment<'a>>,
    expect: Vec<Expect<'a>>,
    cost: Cost,
    findings: Vec<Finding>,
    assumptions: Vec<Assumption<'a>>,
    timing: Timing,
}

#[derive(Serialize)]
struct Run<'a> {
    scenario: &'a str,
    program: &'a str,
    seed: u64,
    customers: u64,
    from: &'a str,
    days: u32,
    population: &'a str,
    own_world: &'a str,
    arms: &'a [String],
    currency: &'a str,
    set: BTreeMap<&'a str, &'a str>,
    faults: Vec<String>,
    assumed: &'a [String],
}

#[derive(Serialize)]
struct Cost {
    unsubscribed: u64,
    complained: u64,
    discount_minor: i64,
    attributed_orders: u64,
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    severity: &'static str,
    journey: Option<String>,
    message: String,
}

#[derive(Serialize)]
pub(crate) struct Assumption<'a> {
    key: &'a str,
    value: &'a str,
    unit: &'a str,
    grade: String,
    source: &'a str,
}

#[derive(Serialize)]
struct Timing {
    events: u64,
    seconds: f64,
    threads: usize,
    peak_bytes: Option<u64>,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        let all = report.pulse().all_steps();
        Self {
            schema: SCHEMA,
            run: Run::of(report),
            range: Range::of(report),
            worlds: report.worlds.iter().map(World::of).collect(),
            compared: report.compared.iter().map(Compared::of).collect(),
            journeys: journeys(report),
            shared: Shared::of(report),
            mail: Mail::of(&all.mail),
            held_back: HeldBack::of(&all.held),
            moved: Moved::of(&all),
            skipped: Skipped::of(&all.skipped),
            experiments: experiments(report),
            expect: report.expected.iter().map(Expect::of).collect(),
            cost: Cost {
                unsubscribed: all.mail.unsubscribed,
                complained: all.mail.complained,
                discount_minor: report.own().discounts_minor,
                attributed_orders: report.own().attributed_orders,
            },
            findings: findings(report).into_iter().map(Finding::of).collect(),
            assumptions: report.settings.iter().map(Assumption::of).collect(),
            timing: Timing {
                events: report.timing.events,
                seconds: report.timing.seconds,
                threads: report.timing.threads,
                peak_bytes: report.timing.peak_bytes,
            },
        }
    }
}

impl<'a> Run<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            scenario: &report.scenario,
            program: &report.program,
            seed: report.seed,
            customers: report.customers,
            from: &report.from,
            days: report.days,
            population: &report.own().id,
            own_world: &report.own().id,
            arms: &report.arms,
            currency: report.currency.code,
            set: report.set.iter().map(|(address, value)| (&**address, &**value)).collect(),
            faults: report.faults.iter().map(|fault| fault.replace('\u{a0}', " ")).collect(),
            assumed: &report.assumed,
        }
    }
}

impl Finding {
    fn of(finding: super::finding::Finding) -> Self {
        Self {
            code: finding.code,
            severity: finding.level.name(),
            journey: finding.journey,
            message: finding.message.replace('\u{a0}', " "),
        }
    }
}

impl<'a> Assumption<'a> {
    pub(crate) fn of(setting: &'a Setting) -> Self {
        Self {
            key: &setting.key,
            value: &setting.value,
            unit: &setting.unit,
            grade: setting.grade.to_string(),
            source: &setting.source,
        }
    }
}
