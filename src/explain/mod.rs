//! `foresend explain`: what happened to one customer, what was decided, and why. A synthetic one of a rehearsal lives their
//! life again, with somebody watching; of a real one an engine's data tells. The words come from the program's crate, and the
//! layout is here.

mod data;
mod json;
mod lived;
mod page;

use crate::failure::Failure;
use crate::report::page::Page;
use crate::scenario::{self, Opened};
use crate::{output, rehearsed as rehearsal, say, simulate};
use foresend_engine::look::Look;
use foresend_insight::board::customer::{self as board, CustomerBoard};
use foresend_program::{Compiled, Timeline};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{AS_WRITTEN, NO_MAIL, Plan, customer_called, name_of, trace};
use lived::Lived;
use std::path::{Path, PathBuf};

/// Explain one customer, rehearsed or real: what happened, what was decided, and why?
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend explain scenarios/cart-recovery.toml --customer c-42
  foresend explain scenarios/cart-recovery.toml --customer c-42 --arm no-mail,as-written
  foresend explain scenarios/cart-recovery.toml --customer c-42 --world touchy
  foresend explain scenarios/cart-recovery.toml --customer c-42 --since 2026-03-09 --json
  foresend explain --data /var/lib/foresend --customer u-4711

Of a real customer an engine's data tells. Stop the engine first: it locks its data.

Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done.")]
pub(crate) struct Arguments {
    /// The scenario whose rehearsal is meant
    #[arg(value_name = "SCENARIO", required_unless_present = "data", conflicts_with = "data")]
    scenario: Option<PathBuf>,

    /// The folder of an engine's data, whose customer is meant
    #[arg(long, value_name = "DIR", conflicts_with_all = ["arm", "world", "set"])]
    data: Option<PathBuf>,

    /// The customer's id; zeros of one of a rehearsal may be left out
    #[arg(long, value_name = "ID")]
    customer: String,

    /// Arms, one below the other
    #[arg(long, value_name = "ARM", value_delimiter = ',', default_value = "as-written")]
    #[arg(value_parser = ["no-mail", "as-written"])]
    arm: Vec<String>,

    /// The world they live in [default: the scenario's own]
    #[arg(long, value_name = "NAME")]
    world: Option<String>,

    /// Only what was decided about this journey, and what happened
    #[arg(long, value_name = "JOURNEY")]
    journey: Option<String>,

    /// Only from this day on, on the customer's clock
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    since: Option<String>,

    /// Change the program for this run alone: JOURNEY.KEY=VALUE or JOURNEY.STEP.KEY=VALUE; may be repeated
    #[arg(long, value_name = "ADDRESS=VALUE", value_parser = simulate::address_and_value)]
    set: Vec<(String, String)>,

    /// Write JSON to stdout instead of the page
    #[arg(long)]
    json: bool,
}

/// Whose life is explained.
struct Explained<'a> {
    of: Of<'a>,
    /// The program in whose words.
    compiled: &'a Compiled,
    /// The customer's whole id.
    customer: String,
    arms: Vec<(String, Lived)>,
}

/// Out of what.
enum Of<'a> {
    /// A rehearsal, with what was changed for it.
    Rehearsal(&'a Opened, &'a [(String, String)]),
    /// An engine's data, in this folder.
    Data(&'a Look, &'a Path),
}

/// Runs it.
///
/// # Errors
/// Where the input is wrong, or there is no such customer.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match (&arguments.data, &arguments.scenario) {
        (Some(data), _) => data::run(arguments, data),
        (None, Some(scenario)) => rehearsed(arguments, scenario),
        (None, None) => unreachable!("clap wants one of them"),
    }
}

fn rehearsed(arguments: &Arguments, scenario: &Path) -> Result<(), Failure> {
    let mut opened = scenario::open(scenario)?;
    for (address, value) in &arguments.set {
        opened.set(address, value)?;
    }
    if let Some(world) = &arguments.world {
        opened.populations.asked("--world", world)?;
        opened.scenario.population.clone_from(world);
    }
    let (compiled, preset) = simulate::compile(&opened, true)?;
    if let Some(journey) = &arguments.journey {
        check_journey(journey, &compiled, &opened.sources.folder)?;
    }
    let customer = customer(&arguments.customer, opened.scenario.customers)?;
    let arms = arguments
        .arm
        .iter()
        .map(|arm| {
            let mut lived = lived(&opened, (&compiled, &preset), customer, arm)?;
            lived.narrow(&compiled, arguments.journey.as_deref(), arguments.since.as_deref());
            Ok((arm.clone(), lived))
        })
        .collect::<Result<_, Failure>>()?;
    let explained = Explained {
        of: Of::Rehearsal(&opened, &arguments.set),
        compiled: &compiled,
        customer: name_of(customer),
        arms,
    };
    explained.print(arguments.json)
}

impl Explained<'_> {
    fn print(&self, as_json: bool) -> Result<(), Failure> {
        if as_json {
            return Ok(output::data(&json::write(self))?);
        }
        let mut page = Page::new(output::paper());
        page::draw(self, &mut page);
        Ok(output::data(&page.styled())?)
    }
}

/// The customer called `id`, as written, for the dashboard.
///
/// # Errors
/// Where there is no such customer.
pub(crate) fn on_the_board(
    opened: &Opened,
    rehearsed: (&Compiled, &Preset),
    id: &str,
) -> Result<CustomerBoard, Failure> {
    let customer = customer(id, opened.scenario.customers)?;
    let (compiled, _) = rehearsed;
    let lived = lived(opened, rehearsed, customer, "as-written")?;
    let timeline = Timeline::new(compiled, &lived.zone);
    let lines = lived.lines.iter().filter(|line| line.kind != "awaits").map(|line| {
        let why = Some(&line.reason).filter(|reason| !reason.is_empty()).into_iter();
        let why: Vec<&str> = why.chain(&line.read).map(String::as_str).collect();
        board::Line {
            day: timeline.day(line.at),
            time: timeline.time(line.at),
            kind: line.kind.to_owned(),
            what: line.what().to_owned(),
            why: why.join(" · "),
        }
    });
    Ok(CustomerBoard {
        id: name_of(customer),
        zone: lived.zone.name().to_owned(),
        known: vec![format!("before the start: {}", lived.before.says(compiled))],
        lines: lines.collect(),
        waits: lived.waits.clone(),
    })
}

fn lived(
    opened: &Opened,
    (compiled, preset): (&Compiled, &Preset),
    customer: u32,
    arm: &str,
) -> Result<Lived, Failure> {
    let scenario = &opened.scenario;
    let faults = rehearsal::faults(&scenario.faults, &compiled.program.zone);
    let assumed = rehearsal::assumed(&scenario.assume);
    let plan = Plan {
        program: &compiled.program,
        catalogue: Some(&compiled.catalogue),
        preset,
        customers: scenario.customers,
        from: scenario.start(&compiled.program.zone),
        days: scenario.days,
        seed: scenario.seed,
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &faults,
        assumed: &assumed,
        by_day: false,
    };
    let arm = if arm == "no-mail" { NO_MAIL } else { AS_WRITTEN };
    let life = trace(&plan, customer, arm).map_err(|e| Failure::input(e.to_string()))?;
    Ok(Lived::of(&life, compiled))
}

/// The number of the customer called `id`, of `customers`.
fn customer(id: &str, customers: u32) -> Result<u32, Failure> {
    customer_called(id).filter(|&customer| customer < customers).ok_or_else(|| {
        let (first, last) = (name_of(0), name_of(customers.saturating_sub(1)));
        Failure::input(format!("no customer {id} in this rehearsal (ids {first} to {last})"))
    })
}

fn check_journey(name: &str, compiled: &Compiled, folder: &str) -> Result<(), Failure> {
    if compiled.program.journeys.iter().any(|journey| journey.name == name) {
        return Ok(());
    }
    if compiled.journey_names.iter().any(|known| known == name) {
        return Err(Failure::input(format!("this scenario does not rehearse `{name}`"))
            .help("name it in the scenario's `only`, or leave `only` out"));
    }
    Err(say::unknown(name, compiled, folder))
}

/// A day of the calendar, as `2026-03-09`.
fn day(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, length: usize| {
        let is_whole = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        is_whole.then(|| part.parse::<u32>().ok())?
    };
    let found = match parts.as_slice() {
        [year, month, day] => {
            number(year, 4).zip(number(month, 2)).zip(number(day, 2)).map(|((_, m), d)| (m, d))
        }
        _ => None,
    };
    match found {
        Some((1..=12, 1..=31)) => Ok(text.to_owned()),
        Some(_) | None => Err("write a day as 2026-03-09".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(day("2026-03-09"), Ok("2026-03-09".to_owned()));
        for wrong in ["2026-3-9", "2026-13-01", "2026-01-32", "2026-01-00", "09.03.2026", "now", ""]
        {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }
}
