//! A program, and the people on whom a test of it is rehearsed.

use super::On;
use crate::failure::Failure;
use crate::output::Bar;
use crate::scenario::Opened;
use crate::{say, scenario, simulate};
use foresend_core::time::Wait;
use foresend_core::world::experiment::ExperimentIx;
use foresend_program::{Compiled, Scenario};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{Assumed, NO_FAULTS, People, Plan, check, people};

/// The program and its people.
///
/// # Errors
/// Where a file cannot be read, or has a mistake.
pub(super) fn open(on: &On) -> Result<Opened, Failure> {
    let mut opened = match &on.scenario {
        Some(scenario) => scenario::open(scenario)?,
        None => {
            let example = "foresend experiment plan cart-first-look --program scenarios/shop";
            scenario::of_program(&say::folder(on.program.as_deref(), example)?)?
        }
    };
    let scenario = &mut opened.scenario;
    scenario.customers = on.customers.unwrap_or(scenario.customers);
    scenario.seed = on.seed.unwrap_or(scenario.seed);
    Ok(opened)
}

/// Threads to rehearse on.
pub(super) fn threads(on: &On) -> usize {
    on.threads.map_or_else(simulate::available_threads, |threads| threads as usize)
}

/// Who meets the test numbered `at` of `compiled` within `days`, in the world of `preset`, where so much is assumed.
///
/// # Errors
/// Where more is assumed than can be so.
pub(super) fn meet(
    opened: &Opened,
    compiled: &Compiled,
    (at, days): (usize, u32),
    preset: &Preset,
    assumed: &[Assumed<'_>],
    threads: usize,
) -> Result<People, Failure> {
    let scenario = &opened.scenario;
    let plan = Plan {
        program: &compiled.program,
        catalogue: Some(&compiled.catalogue),
        preset,
        customers: scenario.customers,
        from: scenario.start(&compiled.program.zone),
        days,
        seed: scenario.seed,
        threads,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed,
        by_day: false,
    };
    check(&plan).map_err(|wrong| Failure::input(wrong.to_string()))?;
    let bar = Bar::new("rehearsing");
    let of = u64::from(scenario.customers);
    let at = ExperimentIx(u8::try_from(at).expect("a program has fewer experiments"));
    Ok(people(&plan, at, &|done| {
        bar.at(done, of, |left, _| format!("{left} s left"));
    }))
}

/// Full days of `wait`, one more for what is over.
pub(super) fn days(wait: Wait) -> u32 {
    let day = Wait::days(1).millis();
    u32::try_from(wait.millis().div_euclid(day) + i64::from(wait.millis() % day != 0))
        .unwrap_or(Scenario::DAYS_MAX)
}
