//! `foresend tune`: which values pay most, and would the choice survive if the assumptions were wrong. The whole input is
//! judged, every program compiled and every file opened before the long run. How it is found out, foresend-simulator
//! knows; here files become a problem, and what is found becomes words.

mod change;
mod curve;
mod html;
pub(crate) mod json;
pub(crate) mod opened;
mod page;
mod progress;
pub(crate) mod report;
mod run;
mod verdict;

use crate::failure::Failure;
use crate::output;
use crate::simulate::{whole, whole_to};
use crate::target::{self, Target};
use foresend_program::{Scenario, Tune};
use std::path::PathBuf;
use std::time::Duration;

const THREADS_MAX: u32 = 256;

/// Tune timing: which delays, hours and limits pay most, and how sure is that?
#[derive(Clone, clap::Args)]
#[command(after_help = "\
Examples:
  foresend tune scenarios/cart-recovery.tune.toml
  foresend tune scenarios/cart-recovery.tune.toml --effort 4M --at-most 10m
  foresend tune scenarios/cart-recovery.tune.toml --write
  foresend tune scenarios/whole-shop.tune.toml --json tuned.json

The same files, seed and effort give the same answer on every machine, with any number of threads, unless it is stopped
early: then it says partial. docs/reference/tune.md says how it is done.
Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done, 3 with --require-gain: no value is
better than today's on fresh people, 130 interrupted: what is known is shown.")]
pub(crate) struct Arguments {
    /// What may vary, what to make most of, what must hold
    #[arg(value_name = "FILE.tune.toml")]
    file: PathBuf,

    /// Customer-evaluations of the search, 10k to 1000M [default: the file's]
    #[arg(long, value_name = "N", value_parser = effort)]
    effort: Option<u64>,

    /// Customers of each world, and the fewest of the confirmation, 1,000 to 2,000,000 [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = whole_to::<{ run::CUSTOMERS_MAX }>)]
    customers: Option<u32>,

    /// What all chance follows from [default: the scenario's]
    #[arg(long, value_name = "S", value_parser = whole)]
    seed: Option<u64>,

    /// Stop after so long, with what is known by then: 90s, 10m, 2h
    #[arg(long, value_name = "T", value_parser = time)]
    at_most: Option<Duration>,

    /// Change the chosen values in the program's files, and show the change
    #[arg(long)]
    write: bool,

    /// Exit code 3 unless a value is better than today's on fresh people
    #[arg(long)]
    require_gain: bool,

    /// Write the numbers as JSON too; - writes them to stdout instead of the page
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write a page to send round too; - writes it to stdout instead of the page of the terminal
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Threads, 1 to 256 [default: as many as the machine runs at once]
    #[arg(long, value_name = "N", value_parser = whole_to::<THREADS_MAX>)]
    threads: Option<u32>,

    /// Which values each round drops
    #[arg(short, long)]
    verbose: bool,
}

/// Runs it.
///
/// # Errors
/// Where the input is wrong, nothing could be told apart, or the run or its output could not be done.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut opened = opened::open(&arguments.file)?;
    let scenario = &mut opened.scenario.scenario;
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    scenario.customers = arguments.customers.unwrap_or(scenario.customers);
    opened.tune.effort = arguments.effort.unwrap_or(opened.tune.effort);
    let problem = opened.problem()?;
    if arguments.write {
        change::refuse_tested(&opened, &problem)?;
    }
    let targets = target::open_all([
        ("--json", arguments.json.as_deref()),
        ("--html", arguments.html.as_deref()),
    ])?;
    let report = run::run(arguments, &opened, &problem).and_then(|mut report| {
        report.change = change::chosen(&opened, &report)?;
        if arguments.write {
            change::write(&opened, &mut report)?;
        }
        Ok(report)
    });
    let report = match report {
        Ok(report) => report,
        Err(failure) => {
            targets.into_iter().flatten().for_each(Target::abandon);
            return Err(failure);
        }
    };
    let is_page = !targets.iter().any(|to| matches!(to, Some(Target::Stdout)));
    let [json, html] = targets;
    if let Some(to) = json {
        to.write(&json::write(&report))?;
    }
    if let Some(to) = html {
        to.write(&html::write(&report))?;
    }
    if is_page {
        output::data(&page::page(&report, output::paper()).styled())?;
    }
    if report.is_interrupted {
        return Err(Failure::Interrupted);
    }
    if arguments.require_gain && !report.gains() { Err(Failure::Missed) } else { Ok(()) }
}

fn effort(text: &str) -> Result<u64, String> {
    Tune::effort_of(text).ok_or_else(|| format!("not {}", Tune::EFFORTS))
}

/// `90s`, `10m`, `2h`
fn time(text: &str) -> Result<Duration, String> {
    let unit = |unit: char| match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        _ => None,
    };
    let seconds = text.chars().last().and_then(unit).and_then(|unit| {
        let digits = text.get(..text.len().checked_sub(1)?)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(unit)
    });
    let most = u64::from(Scenario::DAYS_MAX) * 86_400;
    seconds
        .filter(|seconds| (1..=most).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "a whole number and s, m or h: 10m".to_owned())
}
