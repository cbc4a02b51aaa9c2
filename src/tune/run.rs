//! The run itself: programs on synthetic people, with somebody who may want to stop.

use super::Arguments;
use super::opened::{Opened, Problem};
use super::progress::Line;
use super::report::{Report, Unit, Value};
use crate::failure::Failure;
use crate::measured::{self, Of};
use crate::rehearsed;
use crate::report::number::{count, roughly};
use crate::simulate::{available_threads, peak_bytes};
use foresend_core::world::journey::Kind;
use foresend_insight::pulse::Pulse;
use foresend_program::{Compiled, Expect, Vary};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{self, Plan};
use foresend_simulator::tune::rehearsed::{Kept, Programs};
use foresend_simulator::tune::{self, Part, TODAY, TuneError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Most customers of a world.
pub(super) const CUSTOMERS_MAX: u32 = 2_000_000;

pub(super) fn run(
    arguments: &Arguments,
    opened: &Opened,
    problem: &Problem,
) -> Result<Report, Failure> {
    let Problem { today, candidates, objective, worlds } = problem;
    let scenario = &opened.scenario.scenario;
    let program = &today.program;
    let (stop, interrupted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    hear_interrupts(&stop, &interrupted)?;
    let threads = arguments.threads.map_or_else(available_threads, |threads| threads as usize);
    let faults = rehearsed::faults(&scenario.faults, &program.zone);
    let assumed = rehearsed::assumed(&scenario.assume);
    let programs: Vec<_> = candidates.all.iter().map(|one| &one.program).collect();
    let presets: Vec<&Preset> = worlds.iter().map(|(_, preset)| preset).collect();
    let spoken = unit(today, &opened.tune.vary);
    let units = spoken.journey.map(|(at, arms)| {
        move |pulse: &Pulse| {
            let journey = &pulse.journeys[at];
            if arms { journey.armed } else { journey.started }
        }
    });
    let keep = &opened.tune.keep;
    let kept = |arm: &Kept<'_>| -> Vec<Part> {
        let of = Of {
            pulse: arm.pulse,
            orders: arm.orders,
            revenue: arm.revenue,
            customers: arm.customers,
            days: scenario.days,
        };
        keep.iter().map(|expect| measured::part(expect, today, &of)).collect()
    };
    let field = Programs {
        plan: Plan {
            program,
            catalogue: Some(&today.catalogue),
            preset: presets[0],
            customers: scenario.customers,
            from: scenario.start(&program.zone),
            days: scenario.days,
            seed: scenario.seed,
            threads,
            left_out: &[],
            compared: &[],
            faults: &faults,
            assumed: &assumed,
            by_day: false,
        },
        worlds: &presets,
        programs: &programs,
        objective: *objective,
        units: units.as_ref().map(|units| units as &(dyn Fn(&Pulse) -> u64 + Sync)),
        kept: &kept,
        stop: &stop,
    };
    for (_, preset) in worlds {
        let plan = Plan { preset, ..field.plan };
        rehearsal::check(&plan).map_err(|wrong| Failure::input(wrong.to_string()))?;
    }
    let holds: Vec<_> = keep
        .iter()
        .map(|expect: &Expect| move |found: f64| expect.op.holds(found, expect.than))
        .collect();
    let holds: Vec<&(dyn Fn(f64) -> bool + Sync)> =
        holds.iter().map(|holds| holds as &(dyn Fn(f64) -> bool + Sync)).collect();
    let waits: Vec<i64> = candidates.all.iter().map(|one| one.wait).collect();
    let asked = tune::Problem {
        candidates: candidates.all.len(),
        today_varies: candidates.all[TODAY].values.is_some(),
        waits: &waits,
        worlds: worlds.len(),
        keeps: &holds,
        seed: scenario.seed,
        effort: opened.tune.effort,
        customers: scenario.customers.min(CUSTOMERS_MAX),
    };
    let values = values(opened, problem);
    let names: Vec<&str> = worlds.iter().map(|(name, _)| &**name).collect();
    let started = Instant::now();
    let line = Line::new(&values, &names, arguments, &stop);
    let found = tune::tune(&field, &asked, &line);
    let events = line.finish();
    let tuned = found.map_err(|wrong| refused(&wrong, opened.tune.effort, &interrupted))?;
    Ok(Report {
        file: opened.file.clone(),
        scenario: opened.scenario.file.clone(),
        program: program.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        seed: scenario.seed,
        effort: opened.tune.effort,
        customers: asked.customers,
        days: scenario.days,
        maximise: opened.tune.maximise,
        worth: opened.tune.worth.clone(),
        currency: today.currency,
        assumed: scenario.assume.iter().map(rehearsed::assumed_words).collect(),
        addresses: opened.tune.vary.iter().map(|vary| vary.address.clone()).collect(),
        today: candidates.today.clone(),
        values,
        combinations: candidates.combinations,
        worlds: worlds.iter().map(|(name, _)| name.clone()).collect(),
        unit: spoken.unit,
        keep: keep.clone(),
        tuned,
        is_interrupted: interrupted.load(Ordering::Relaxed),
        change: Vec::new(),
        is_written: false,
        settings: worlds[0].1.settings(),
        timing: crate::report::Timing {
            events,
            seconds: started.elapsed().as_secs_f64(),
            threads,
            peak_bytes: peak_bytes(),
        },
    })
}

/// The first ^C asks to stop, and what is known is shown; the second ends the process.
fn hear_interrupts(stop: &Arc<AtomicBool>, interrupted: &Arc<AtomicBool>) -> Result<(), Failure> {
    use signal_hook::consts::SIGINT;
    use signal_hook::flag::{register, register_conditional_shutdown};
    register_conditional_shutdown(SIGINT, 130, Arc::clone(interrupted))
        .and_then(|_| register(SIGINT, Arc::clone(interrupted)))
        .and_then(|_| register(SIGINT, Arc::clone(stop)))
        .map(drop)
        .map_err(|e| Failure::run("^C cannot be listened for", &e))
}

fn refused(wrong: &TuneError, effort: u64, interrupted: &AtomicBool) -> Failure {
    match wrong {
        TuneError::TooFew { effort: would, .. } => {
            let failure = Failure::input(wrong.to_string());
            let most = 1_000_000_000;
            match would {
                Some(would) if *would <= most && *would > effort => {
                    failure.help(format!("try --effort {}", roughly(*would).replace(',', "_")))
                }
                Some(_) | None => failure.help(
                    "more days, another population, or a journey that more people meet: there is nothing to tune here",
                ),
            }
        }
        TuneError::Stopped if interrupted.load(Ordering::Relaxed) => Failure::Interrupted,
        TuneError::Stopped => Failure::Run(
            "the time was over before the first round was done: nothing is known. Give it more with --at-most".into(),
        ),
    }
}

/// How the candidates are called.
fn values(opened: &Opened, problem: &Problem) -> Vec<Value> {
    let vary = &opened.tune.vary;
    let one = |(at, one): (usize, &foresend_program::Candidate)| {
        let values: Vec<String> = match &one.values {
            Some(values) => {
                vary.iter().zip(values).map(|(vary, &at)| vary.values[at].clone()).collect()
            }
            None => problem
                .candidates
                .today
                .iter()
                .map(|today| today.clone().unwrap_or_else(|| "not set".to_owned()))
                .collect(),
        };
        // `never` stands nowhere on an axis of durations.
        let is_never = values.iter().any(|value| value == "never");
        #[expect(clippy::cast_precision_loss, reason = "a place on an axis")]
        let place = (one.wait > 0 && !is_never).then(|| (one.wait as f64).ln());
        Value {
            at: place,
            label: values.iter().map(|value| plainly(value)).collect::<Vec<_>>().join(" · "),
            values,
            is_today: at == TODAY,
            varies: one.values.is_some(),
            numbers: one.values.clone(),
        }
    };
    problem.candidates.all.iter().enumerate().map(one).collect()
}

/// Without the brackets and quotes of a list.
fn plainly(value: &str) -> String {
    value.replace(['[', ']', '"', '\''], "").replace(", ", " + ")
}

/// What increments are spoken of per.
struct Spoken {
    unit: Unit,
    /// The journey, and whether it arms.
    journey: Option<(usize, bool)>,
}

/// Where all that varies is one journey's: per thousand of its starts; else per thousand customers.
fn unit(today: &Compiled, vary: &[Vary]) -> Spoken {
    let journeys = &today.program.journeys;
    let of = |vary: &Vary| {
        let name = vary.address.split('.').next()?.to_owned();
        journeys.iter().position(|journey| journey.name == name)
    };
    let first = vary.first().and_then(of);
    let Some(at) = first.filter(|_| vary.iter().all(|vary| of(vary) == first)) else {
        return Spoken { unit: Unit { noun: "customers".to_owned() }, journey: None };
    };
    let journey = &journeys[at];
    let arms = journey.quiet.is_some();
    let noun = match (journey.kind, arms) {
        (Kind::Cart, true) => "armed carts".to_owned(),
        (_, true) => format!("times {} armed", journey.name),
        (_, false) => format!("starts of {}", journey.name),
    };
    Spoken { unit: Unit { noun }, journey: Some((at, arms)) }
}

/// `60,000 armed carts`
pub(super) fn counted(units: u64, unit: &Unit) -> String {
    format!("{} {}", count(units), unit.noun)
}
