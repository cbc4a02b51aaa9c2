//! `foresend simulate`: rehearses a scenario and reports what its mail would cause. Everything that can be wrong
//! with the input, and whether the JSON can be written, is found out before the long run.

use crate::failure::Failure;
use crate::output::{self, Progress};
use crate::report::number::{count, counted};
use crate::report::{Journey, Length, Report, Timing, World, html, json, markdown};
use crate::scenario::{self, Opened};
use crate::target::{self, Target};
use crate::{dash, expected, mistakes, recorded, rehearsed};
use foresend_core::world::journey::JourneyIx;
use foresend_insight::recording::Recording;
use foresend_program::{Compiled, Expect, Measure, Scenario};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{self, Plan, Rehearsal, rehearse};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

const THREADS_MAX: u32 = 256;

/// Rehearse a program: what would its mail do, and how sure is that?
#[derive(Clone, clap::Args)]
#[command(after_help = "\
Examples:
  foresend simulate scenarios/cart-recovery.toml
  foresend simulate scenarios/cart-recovery.toml --customers 1_000_000 --seed 7
  foresend simulate scenarios/cart-recovery.toml --set cart-recovery.quiet=4h
  foresend simulate scenarios/cart-recovery.toml --json report.json --quiet
  foresend simulate scenarios/whole-shop.toml --world retail --all
  foresend simulate scenarios/whole-shop.toml --html report.html
  foresend simulate scenarios/whole-shop.toml --tui

The same files, customers and seed give the same report on every machine, with any number of threads.
Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done, 3 it ran and an expectation of the
scenario was not met, 130 interrupted.")]
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

    /// Rehearse in this world alone: quick, and no range [default: the scenario's worlds]
    #[arg(long, value_name = "NAME")]
    world: Option<String>,

    /// A row for every journey
    #[arg(long)]
    all: bool,

    /// What to print: a page, or Markdown for a pull request
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Page)]
    format: Format,

    /// Write the report as JSON too; - writes it to stdout instead of the page
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the report as a page to send round, one file of HTML; - writes it to stdout instead of the page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Show it in the dashboard: how far it is, then its days; the report follows
    #[arg(long)]
    tui: bool,

    /// Colours of the dashboard, for a dark or a light background [default: as the terminal says]
    #[arg(long, value_name = "THEME", value_enum, requires = "tui")]
    theme: Option<dash::Ground>,

    /// Write what each day came to, to play it later: foresend dash FILE; - writes it to stdout instead of the page
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Threads, 1 to 256 [default: as many as the machine runs at once]
    #[arg(long, value_name = "N", value_parser = whole_to::<THREADS_MAX>)]
    threads: Option<u32>,

    /// Print only what mail caused and what that rests on; no progress
    #[arg(long)]
    quiet: bool,
}

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Format {
    /// For a terminal or a file.
    Page,
    /// For a pull request.
    Markdown,
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
        opened.set(address, value)?;
    }
    let (compiled, _) = compile(&opened, arguments.quiet)?;
    let worlds = worlds(arguments, &opened)?;
    let others = opened.scenario.compared(&opened.sources).map_err(|told| {
        mistakes::tell(&told, &opened.texts());
        Failure::Mistakes
    })?;
    if arguments.tui {
        dash::needs_terminal("simulate --tui")?;
    }
    let targets = target::open_all([
        ("--json", arguments.json.as_deref()),
        ("--record", arguments.record.as_deref()),
        ("--html", arguments.html.as_deref()),
    ])?;
    let job = Job { arguments: arguments.clone(), opened, compiled, others, worlds };
    let done = if arguments.tui { dash::rehearsal(&Arc::new(job)) } else { job.run_on_a_line() };
    let Done { report, recording } = match done {
        Ok(done) => done,
        Err(failure) => {
            targets.into_iter().flatten().for_each(Target::abandon);
            return Err(failure);
        }
    };
    let is_page = !targets.iter().any(|to| matches!(to, Some(Target::Stdout)));
    let [json, record, page] = targets;
    let mut lines = recording.lines();
    match record {
        Some(Target::Stdout) => lines.try_for_each(|line| output::data(&line))?,
        Some(Target::File(file)) => file.write(&lines.collect::<String>())?,
        None => {}
    }
    if let Some(to) = json {
        to.write(&json::write(&report))?;
    }
    if let Some(to) = page {
        to.write(&html::write(&report))?;
    }
    if is_page {
        let length = if arguments.quiet { Length::Quiet } else { Length::Full };
        let text = match arguments.format {
            Format::Page => report.page(output::paper(), length).styled(),
            Format::Markdown => markdown::write(&report),
        };
        output::data(&text)?;
    }
    let is_met = report.expected.iter().all(|expected| expected.met);
    if is_met { Ok(()) } else { Err(Failure::Missed) }
}

/// The worlds to rehearse in: the one that was asked for, or the scenario's.
fn worlds(arguments: &Arguments, opened: &Opened) -> Result<Vec<(String, Preset)>, Failure> {
    let along: Vec<&str> = Preset::names().collect();
    let names = match &arguments.world {
        Some(world) => vec![world.as_str()],
        None => opened.scenario.worlds(&along),
    };
    let preset =
        |name: &str| Ok((name.to_owned(), opened.populations.asked("--world", name)?.clone()));
    names.into_iter().map(preset).collect()
}

/// What is to be rehearsed, with everything that it needs.
pub(crate) struct Job {
    pub(crate) arguments: Arguments,
    pub(crate) opened: Opened,
    pub(crate) compiled: Compiled,
    others: Vec<Compiled>,
    /// The own one first.
    pub(crate) worlds: Vec<(String, Preset)>,
}

/// What came of it.
pub(crate) struct Done {
    pub(crate) report: Report,
    pub(crate) recording: Recording,
}

impl Job {
    /// Which colours its reader asked for.
    pub(crate) const fn theme(&self) -> Option<dash::Ground> {
        self.arguments.theme
    }

    /// Rehearses it, with a line on stderr that says how far it is.
    fn run_on_a_line(&self) -> Result<Done, Failure> {
        let customers = u64::from(self.opened.scenario.customers);
        let progress = Progress::of(customers, self.worlds.len() as u64, self.arguments.quiet);
        self.run(&|world, customers, events| progress.at(world, customers, events))
    }

    /// Rehearses it; `progress` is told the world, its customers done, and the events of all worlds.
    ///
    /// # Errors
    /// Where a rehearsal refuses.
    pub(crate) fn run(&self, progress: &(dyn Fn(u64, u64, u64) + Sync)) -> Result<Done, Failure> {
        let (mut found, timing) = rehearsed(self, progress)?;
        let days = std::mem::take(&mut found[0].days);
        let Self { arguments, opened, compiled, worlds, .. } = self;
        let report = report(arguments, opened, compiled, worlds, &found, timing);
        let head = recorded::head(&report, opened, compiled);
        Ok(Done { report, recording: Recording { head, days } })
    }
}

fn rehearsed(
    job: &Job,
    progress: &(dyn Fn(u64, u64, u64) + Sync),
) -> Result<(Vec<Rehearsal>, Timing), Failure> {
    let Job { arguments, opened, compiled, others, worlds } = job;
    let (scenario, program) = (&opened.scenario, &compiled.program);
    let threads = arguments.threads.map_or_else(available_threads, |threads| threads as usize);
    let compared = scenario.compare.iter().zip(others);
    let compared: Vec<rehearsal::Compared<'_>> = compared
        .map(|(arm, other)| rehearsal::Compared { id: &arm.id, program: &other.program })
        .collect();
    let faults = rehearsed::faults(&scenario.faults, &program.zone);
    let assumed = rehearsed::assumed(&scenario.assume);
    let left_out = |is_own: bool| -> Vec<JourneyIx> {
        let journeys = (0u16..).map(JourneyIx).zip(&program.journeys);
        // Without its only journey a program is the arm without mail.
        let is_wanted = |name: &str| {
            let expected = |expect: &Expect| matches!(&expect.measure, Measure::JourneyIncrement(of) if of == name);
            program.journeys.len() > 1 && (is_own || scenario.expect.iter().any(expected))
        };
        journeys.filter(|(_, journey)| is_wanted(&journey.name)).map(|(ix, _)| ix).collect()
    };
    let started = Instant::now();
    let mut found: Vec<Rehearsal> = Vec::new();
    for (at, (_, preset)) in worlds.iter().enumerate() {
        let left_out = left_out(at == 0);
        let plan = Plan {
            program,
            catalogue: Some(&compiled.catalogue),
            preset,
            customers: scenario.customers,
            from: scenario.start(&program.zone),
            days: scenario.days,
            seed: scenario.seed,
            threads,
            left_out: &left_out,
            compared: if at == 0 { &compared } else { &[] },
            faults: &faults,
            assumed: &assumed,
            by_day: at == 0 && (arguments.tui || arguments.record.is_some()),
        };
        let before = found.iter().map(|found| found.events).sum::<u64>();
        let progress = |customers, events| progress(at as u64, customers, before + events);
        let rehearsal = rehearse(&plan, &progress).map_err(|e| Failure::input(e.to_string()))?;
        found.push(rehearsal);
    }
    let seconds = started.elapsed().as_secs_f64();
    let events = found.iter().map(|found| found.events).sum();
    let timing = Timing { events, seconds, threads, peak_bytes: peak_bytes() };
    Ok((found, timing))
}

/// The program and the population, or every mistake in them.
pub(crate) fn compile(opened: &Opened, quiet: bool) -> Result<(Compiled, Preset), Failure> {
    let scenario = &opened.scenario;
    let (compiled, told) = opened.compile();
    let preset = opened.populations.get(&scenario.population).cloned();
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
    worlds: &[(String, Preset)],
    found: &[Rehearsal],
    timing: Timing,
) -> Report {
    let (scenario, program) = (&opened.scenario, &compiled.program);
    let (own, own_preset) = (&found[0], &worlds[0].1);
    let of_worlds: Vec<World> = worlds
        .iter()
        .zip(found)
        .map(|((id, _), found)| rehearsed::world(id, program, found))
        .collect();
    let without = own
        .left_out
        .iter()
        .map(|&JourneyIx(at)| format!("without-{}", program.journeys[usize::from(at)].name));
    let arms: Vec<String> = own.arms.iter().map(|arm| arm.id.clone()).chain(without).collect();
    let lived = found.iter().map(|found| found.arms.len() + found.left_out.len()).sum();
    let after_purchase: Vec<u64> = found.iter().map(|found| found.after_purchase).collect();
    Report {
        scenario: opened.file.clone(),
        program: program.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        seed: scenario.seed,
        customers: own.customers,
        from: scenario.from.to_string(),
        days: scenario.days,
        set: arguments.set.clone(),
        faults: scenario.faults.iter().map(rehearsed::spelled).collect(),
        assumed: scenario.assume.iter().map(rehearsed::assumed_words).collect(),
        experiments: rehearsed::experiments(program),
        currency: compiled.currency,
        journeys: program.journeys.iter().map(Journey::from).collect(),
        parts: rehearsed::parts(&of_worlds[0], own, arguments.all),
        compared: rehearsed::compared(&scenario.compare, own),
        expected: expected::judge(scenario, compiled, &of_worlds, &after_purchase),
        worlds: of_worlds,
        arms,
        lived,
        sends: rehearsed::sends(program),
        settings: own_preset.settings(),
        timing,
    }
}

/// `customers` and the like, with `_` or `,` between the digits if wanted.
pub(crate) fn whole_to<const MOST: u32>(text: &str) -> Result<u32, String> {
    let number = text.replace(['_', ','], "").parse::<u32>().ok();
    number
        .filter(|number| (1..=MOST).contains(number))
        .ok_or_else(|| format!("not a whole number from 1 to {}", count(MOST.into())))
}

pub(crate) fn whole(text: &str) -> Result<u64, String> {
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

pub(crate) fn available_threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get).min(THREADS_MAX as usize)
}

/// The most memory this process ever held, where the system tells.
pub(crate) fn peak_bytes() -> Option<u64> {
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
