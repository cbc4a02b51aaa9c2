//! A tuning for machines: `foresend.tune/1`, described key by key in docs/reference/tune-json.md. Within version 1 keys are
//! only ever added. Increments are means a customer, in orders or minor units of the currency (a profit too), not rounded;
//! `timing` alone may differ between two runs.

use super::change::Change;
use super::report::{CAUTION, Report};
use super::verdict;
use crate::report::json::Assumption;
use crate::report::page::Letters;
use foresend_simulator::tune::contrast::Bounds;
use foresend_simulator::tune::verdict::Choice;
use foresend_simulator::tune::{Part, TODAY};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "foresend.tune/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    partial: bool,
    run: Json,
    values: Vec<Json>,
    plateau: Vec<usize>,
    indifference: f64,
    rounds: Vec<Json>,
    confirmed: Option<Json>,
    regret: Option<Json>,
    kept: Vec<Json>,
    choice: Option<Json>,
    caution: &'static str,
    diff: &'a [Change],
    written: bool,
    assumptions: Vec<Assumption<'a>>,
    timing: Json,
}

/// One JSON document, with a newline at its end.
pub(crate) fn write(report: &Report) -> String {
    let tuned = &report.tuned;
    let searched = &tuned.searched;
    let unit = Unit(if report.worth.is_some() { 100.0 } else { 1.0 });
    let document = Document {
        schema: SCHEMA,
        partial: tuned.is_partial(),
        run: json!({
            "tune": report.file, "scenario": report.scenario, "program": report.program, "seed": report.seed,
            "effort": report.effort, "customers": report.customers, "days": report.days,
            "maximise": report.what(), "currency": report.currency.code, "addresses": report.addresses,
            "today": report.today, "worlds": report.worlds, "combinations": report.combinations,
            "unit": report.unit.noun, "assumed": report.assumed,
            "worth": report.worth.as_ref().map(|worth| json!({
                "margin_ppm": worth.margin_ppm, "mail": worth.mail.text, "subscriber": worth.subscriber.text,
            })),
        }),
        values: (0..report.values.len()).map(|at| value(report, at, unit)).collect(),
        plateau: (0..report.values.len()).filter(|&at| searched.curve[at].on_plateau).collect(),
        indifference: unit.of(searched.indifference),
        rounds: searched
            .rounds
            .iter()
            .map(|round| json!({ "customers": round.customers, "values": round.tried, "events": round.events }))
            .collect(),
        confirmed: confirmed(report, unit),
        regret: regret(report, unit),
        kept: kept(report),
        choice: choice(report),
        caution: CAUTION,
        diff: &report.change,
        written: report.is_written,
        assumptions: report.settings.iter().map(Assumption::of).collect(),
        timing: json!({
            "events": report.timing.events, "seconds": report.timing.seconds, "threads": report.timing.threads,
            "peak_bytes": report.timing.peak_bytes,
        }),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers only");
    text.push('\n');
    text
}

/// How many of what was summed are one.
#[derive(Clone, Copy)]
struct Unit(f64);

impl Unit {
    fn of(self, value: f64) -> f64 {
        value / self.0
    }

    fn bounds(self, bounds: &Bounds) -> Json {
        json!({ "value": self.of(bounds.value), "low": self.of(bounds.low), "high": self.of(bounds.high) })
    }
}

fn parts(report: &Report, kept: &[Part]) -> Vec<Json> {
    let each = report.keep.iter().zip(kept).map(|(expect, part)| {
        json!({ "text": expect.text, "found": part.found(), "holds": expect.op.holds(part.found(), expect.than) })
    });
    each.collect()
}

fn value(report: &Report, at: usize, unit: Unit) -> Json {
    let (value, searched) = (&report.values[at], &report.tuned.searched);
    let point = &searched.curve[at];
    let set: BTreeMap<&str, &str> = report
        .addresses
        .iter()
        .map(String::as_str)
        .zip(value.values.iter().map(String::as_str))
        .collect();
    json!({
        "id": at, "label": value.label, "set": set, "today": at == TODAY, "varies": value.varies,
        "curve": unit.bounds(&point.adds), "on_plateau": point.on_plateau, "changed": point.changed,
        "customers": searched.curve_customers, "units": searched.curve_units,
        "found": unit.of(searched.found[at]), "dropped": point.dropped, "kept": parts(report, &point.kept),
    })
}

fn confirmed(report: &Report, unit: Unit) -> Option<Json> {
    let confirmed = report.tuned.confirmed.as_ref()?;
    let values = confirmed.candidates.iter().enumerate().map(|(place, &one)| {
        let seen = &confirmed.seen[place];
        json!({
            "value": one, "adds": unit.bounds(&confirmed.adds[place]),
            "over_today": unit.bounds(&confirmed.over_today[place]),
            "changed": seen.changed, "trial_per_side": confirmed.trial[place],
            "mails": seen.mails, "delivered": seen.delivered, "unsubscribed": seen.unsubscribed,
            "complained": seen.complained, "kept": parts(report, &seen.kept),
        })
    });
    let pairs = confirmed.pairs.iter().map(|((a, b), over)| {
        json!({
            "value": confirmed.candidates[*a], "less": confirmed.candidates[*b], "difference": unit.bounds(over),
        })
    });
    Some(json!({
        "customers": confirmed.customers, "units": confirmed.units, "z": confirmed.z,
        "level": foresend_simulator::tune::LEVEL, "method": "max-t",
        "values": values.collect::<Vec<_>>(), "pairs": pairs.collect::<Vec<_>>(),
    }))
}

fn regret(report: &Report, unit: Unit) -> Option<Json> {
    let ensemble = report.tuned.ensemble.as_ref()?;
    let worlds = report
        .worlds
        .iter()
        .zip(&ensemble.worlds)
        .map(|(name, world)| json!({ "id": name, "units": world.units }));
    let values = ensemble.candidates.iter().enumerate().map(|(place, &one)| {
        let (worst, world) = ensemble.worst(place);
        let of = |of: &dyn Fn(&foresend_simulator::tune::ensemble::World) -> f64| -> Vec<f64> {
            ensemble.worlds.iter().map(|world| unit.of(of(world))).collect()
        };
        json!({
            "value": one, "adds": of(&|world| world.adds[place]), "regret": of(&|world| world.regret[place]),
            "worst": unit.of(worst), "worst_world": report.worlds[world], "keeps": ensemble.keeps[place],
        })
    });
    Some(json!({
        "customers": ensemble.customers, "worlds": worlds.collect::<Vec<_>>(), "values": values.collect::<Vec<_>>(),
        "robust": ensemble.robust,
    }))
}

fn kept(report: &Report) -> Vec<Json> {
    let Some(ensemble) = &report.tuned.ensemble else { return Vec::new() };
    let one = |(at, expect): (usize, &foresend_program::Expect)| {
        let found = ensemble.worlds.iter().flat_map(|world| &world.kept);
        let by_all = found.into_iter().all(|kept| expect.op.holds(kept[at].found(), expect.than));
        json!({ "text": expect.text, "by_every_value_in_every_world": by_all })
    };
    report.keep.iter().enumerate().map(one).collect()
}

fn choice(report: &Report) -> Option<Json> {
    let verdict = report.tuned.verdict.as_ref()?;
    let kind = match verdict.choice {
        Choice::NoneKeeps => "none_keeps",
        Choice::Harm => "harm",
        Choice::Keep => "keep_today",
        Choice::Change(_) => "change",
        Choice::ChangeForOtherWorlds(_) => "change_for_other_worlds",
    };
    let text =
        verdict::sentences(report, Letters::Unicode).map(|said| said.text.replace('\u{a0}', " "));
    Some(json!({
        "kind": kind, "value": verdict.choice.candidate(), "best": verdict.best, "within": verdict.within,
        "open": verdict.open, "recommended": verdict.recommended, "would_part": verdict.would_part,
        "winner_lost": verdict.is_winner_lost, "text": text,
    }))
}
