//! `foresend simulate`: rehearses a scenario and reports what its mail would cause. Everything that can be wrong
//! with the input, and whether the JSON can be written, is found out before the long run.

use crate::failure::Failure;
use crate::json_out::JsonOut;
use crate::mistakes;
use crate::output::{self, Progress};
use crate::report::number::{count, counted};
use crate::report::{Arm, Journey, Length, Report, Sends, Timing, json};
use crate::scenario::{self, Opened};
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::{self, Act, Kind};
use foresend_core::world::program::Program;
use foresend_insight::increment::{ORDERS_CHANGED_MIN, REVENUE_CHANGED_MIN};
use foresend_program::{Compiled, Scenario, SetError};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{self, AS_WRITTEN, NO_MAIL, Plan, Rehearsal, rehearse};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

const THREADS_MAX: u32 = 256;

/// Rehearse a program: what would its mail do, and how sure is that?
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend simulate scenarios/cart-recovery.toml
  foresend simulate scenarios/cart-recovery.toml --customers 1_000_000 --seed 7
  foresend simulate scenarios/cart-recovery.toml --set cart-recovery.quiet=4h
  foresend simulate scenarios/cart-recovery.toml --json report.json --quiet

The same files, customers and seed give the same report on every machine, with any number of threads.
Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done, 130 interrupted.")]
pub(crate) struct Arguments {
    /// The scenario: which program, which people, how long
    #[arg(value_name = "FILE")]
    scenario: PathBuf,

    /// Synthetic customers, 1 to 50,000,000 [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = whole_to::<{ Scenario::CUSTOMERS_MAX }>)]
    customers: Option<u32>,

    /// What all chance follows from [default: the scenario's]
    #[arg(long, value_name = "S", value_parser = whole)]
    seed: Option<u64>,

    /// Days to rehearse, 1 to 3650 [default: the scenario's]
    #[arg(long, value_name = "D", value_parser = whole_to::<{ Scenario::DAYS_MAX }>)]
    days: Option<u32>,

    /// Change the program for this run alone: JOURNEY.KEY=VALUE or JOURNEY.STEP.KEY=VALUE; may be repeated
    #[arg(long, value_name = "ADDRESS=VALUE", value_parser = address_and_value)]
    set: Vec<(String, String)>,

    /// Write the report as JSON too; - writes it to stdout instead of the page
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Threads, 1 to 256 [default: as many as the machine runs at once]
    #[arg(long, value_name = "N", value_parser = whole_to::<THREADS_MAX>)]
    threads: Option<u32>,

    /// Print only what mail caused and what that rests on; no progress
    #[arg(long)]
    quiet: bool,
}

/// Runs it.
///
/// # Errors
/// Where the input is wrong, or the rehearsal or its output could not be done.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut opened = scenario::open(&arguments.scenario)?;
    if let Some(customers) = arguments.customers {
        opened.scenario.customers = customers;
    }
    opened.scenario.days = arguments.days.unwrap_or(opened.scenario.days);
    opened.scenario.seed = arguments.seed.unwrap_or(opened.scenario.seed);
    for (address, value) in &arguments.set {
        foresend_program::set(&mut opened.sources, address, value)
            .map_err(|wrong| refused(address, wrong))?;
    }
    let (compiled, preset) = compile(&opened, arguments.quiet)?;
    let target = arguments.json.as_deref().map(JsonOut::open).transpose()?;
    let report = match rehearsed(arguments, &opened, &compiled, &preset) {
        Ok(report) => report,
        Err(failure) => {
            if let Some(target) = target {
                target.abandon();
            }
            return Err(failure);
        }
    };
    match target {
        Some(JsonOut::Stdout) => return Ok(output::data(&json::write(&report))?),
        Some(JsonOut::File(file)) => file.write(&json::write(&report))?,
        None => {}
    }
    let length = if arguments.quiet { Length::Quiet } else { Length::Full };
    Ok(output::data(&report.page(output::paper(), length).styled())?)
}

fn rehearsed(
    arguments: &Arguments,
    opened: &Opened,
    compiled: &Compiled,
    preset: &Preset,
) -> Result<Report, Failure> {
    let scenario = &opened.scenario;
    let threads = arguments.threads.map_or_else(available_threads, |threads| threads as usize);
    let plan = Plan {
        program: &compiled.program,
        preset,
        customers: scenario.customers,
        from: scenario.start(&compiled.program.zone),
        days: scenario.days,
        seed: scenario.seed,
        threads,
        left_out: &[],
        compared: &[],
    };
    let started = Instant::now();
    let progress = Progress::of(scenario.customers.into(), arguments.quiet);
    let rehearsal = rehearse(&plan, &|customers, events| progress.at(customers, events))
        .map_err(|e| Failure::input(e.to_string()))?;
    drop(progress);
    let seconds = started.elapsed().as_secs_f64();
    let timing = Timing { events: rehearsal.events, seconds, threads, peak_bytes: peak_bytes() };
    Ok(report(arguments, opened, compiled, preset, rehearsal, timing))
}

/// The program and the population, or every mistake in them.
pub(crate) fn compile(opened: &Opened, quiet: bool) -> Result<(Compiled, Preset), Failure> {
    let scenario = &opened.scenario;
    let (compiled, told) = opened.compile();
    let preset = Preset::named(&scenario.population);
    let Some((compiled, preset)) = compiled.zip(preset) else {
        mistakes::tell(&told, &opened.texts());
        return Err(Failure::Mistakes);
    };
    if !told.is_empty() && !quiet {
        let (warnings, folder) = (counted(told.len() as u64, "warning"), &opened.sources.folder);
        output::talk(&format!("{warnings}: foresend check {folder}\n").replace('\u{a0}', " "));
    }
    Ok((compiled, preset))
}

fn report(
    arguments: &Arguments,
    opened: &Opened,
    compiled: &Compiled,
    preset: &Preset,
    rehearsal: Rehearsal,
    timing: Timing,
) -> Report {
    let scenario = &opened.scenario;
    let orders = rehearsal.orders.increment(AS_WRITTEN, NO_MAIL, ORDERS_CHANGED_MIN);
    let revenue = rehearsal.revenue.increment(AS_WRITTEN, NO_MAIL, REVENUE_CHANGED_MIN);
    let mut arms = rehearsal.arms.into_iter().map(Arm::from);
    let mut arm = || arms.next().expect("a rehearsal has two arms: no-mail, as-written");
    Report {
        scenario: opened.file.clone(),
        program: compiled.program.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        seed: scenario.seed,
        customers: rehearsal.customers,
        from: scenario.from.to_string(),
        days: scenario.days,
        world: scenario.population.clone(),
        set: arguments.set.clone(),
        currency: compiled.currency,
        journeys: compiled.program.journeys.iter().map(Journey::from).collect(),
        no_mail: arm(),
        as_written: arm(),
        orders,
        revenue,
        attributed_orders: rehearsal.attributed_orders,
        sends: sends(&compiled.program),
        settings: preset.settings(),
        timing,
    }
}

impl From<rehearsal::Arm> for Arm {
    fn from(arm: rehearsal::Arm) -> Self {
        let rehearsal::Arm { id, pulse, orders, revenue } = arm;
        Self { id, pulse, orders, revenue_minor: revenue.minor() }
    }
}

fn sends(program: &Program) -> Sends {
    let mut sends = Sends::default();
    for step in program.journeys.iter().flat_map(|journey| &journey.steps) {
        let send = match &step.act {
            Act::Send(send) => send,
            Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => continue,
            Act::Call(_) | Act::Leave(_) | Act::Stop(_) => continue,
        };
        sends.offers |= send.offer.is_some();
        match send.kind {
            Kind::Cart => sends.about_carts = true,
            Kind::Browse | Kind::Item | Kind::Return | Kind::Welcome | Kind::News => {
                sends.advertising = true;
            }
            // Of an order's journey, marketing advertises; the rest is about the order.
            Kind::Order => sends.advertising |= program.topic(send.topic).is_marketing(),
            Kind::Alert | Kind::Service => {}
        }
    }
    sends
}

impl From<&journey::Journey> for Journey {
    fn from(journey: &journey::Journey) -> Self {
        let by_purchase = journey.stop.iter().all(|stop| stop.on == EventIx::ORDER_COMPLETED);
        let (stopped, stopped_in_time) = if by_purchase {
            ("bought", "bought while quiet")
        } else {
            ("stopped", "stopped while quiet")
        };
        let asks_for_cart =
            journey.holds.as_ref().is_some_and(|holds| holds.text().contains("cart."));
        Self {
            name: journey.name.clone(),
            stopped,
            stopped_in_time,
            left: if asks_for_cart { "emptied" } else { "`while` false" },
            goal_from_step: journey.goal.as_ref().is_some_and(|goal| goal.from.is_some()),
            steps: journey.steps.iter().map(|step| step.name.clone()).collect(),
        }
    }
}

pub(crate) fn refused(address: &str, wrong: SetError) -> Failure {
    let failure = Failure::input(format!("--set {address}: {}", wrong.message));
    match wrong.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// `customers` and the like, with `_` or `,` between the digits if wanted.
fn whole_to<const MOST: u32>(text: &str) -> Result<u32, String> {
    let number = text.replace(['_', ','], "").parse::<u32>().ok();
    number
        .filter(|number| (1..=MOST).contains(number))
        .ok_or_else(|| format!("not a whole number from 1 to {}", count(MOST.into())))
}

fn whole(text: &str) -> Result<u64, String> {
    let number = text.replace(['_', ','], "").parse();
    number.map_err(|_| format!("not a whole number from 0 to {}", count(u64::MAX)))
}

pub(crate) fn address_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((address, value)) if !address.trim().is_empty() && !value.trim().is_empty() => {
            Ok((address.trim().to_owned(), value.trim().to_owned()))
        }
        Some(_) | None => Err("write ADDRESS=VALUE: cart-recovery.quiet=4h".to_owned()),
    }
}

fn available_threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get).min(THREADS_MAX as usize)
}

/// The most memory this process ever held, where the system tells.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_have_its_thousands_marked() {
        let customers = whole_to::<{ Scenario::CUSTOMERS_MAX }>;
        assert_eq!(customers("1_000_000"), Ok(1_000_000));
        assert_eq!(customers("1,000"), Ok(1_000));
        for wrong in ["0", "50_000_001", "-1", "ten", "", "99999999999"] {
            assert_eq!(
                customers(wrong),
                Err("not a whole number from 1 to 50,000,000".to_owned()),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_value_may_hold_equals_signs() {
        let both = |address: &str, value: &str| Ok((address.to_owned(), value.to_owned()));
        assert_eq!(address_and_value("a.while = b == 1"), both("a.while", "b == 1"));
        assert!(address_and_value("a.quiet").is_err() && address_and_value("=4h").is_err());
    }
}
