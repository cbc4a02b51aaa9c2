//! `foresend experiment`: before a test is run on real people. How long must it run, what can it see, how often would it
//! be right; and a test of delays that would tell how fast carts are forgotten.

mod design;
mod opened;
mod plan;

use crate::failure::Failure;
use crate::simulate::{whole, whole_to};
use foresend_program::Scenario;
use std::path::PathBuf;

const THREADS_MAX: u32 = 256;

/// Plan a test, before it is run on real people
#[derive(Clone, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, clap::Subcommand)]
enum Command {
    Plan(plan::Arguments),
    DesignDelay(design::Arguments),
}

/// On whom a test is rehearsed.
#[derive(Clone, clap::Args)]
struct On {
    /// The program's folder [default: the nearest folder upward that holds a program.toml, else scenarios/shop]
    #[arg(long, value_name = "DIR", conflicts_with = "scenario")]
    program: Option<PathBuf>,

    /// A scenario: its program, people and seed [default: 100,000 customers of retail]
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,

    /// Synthetic customers, 1 to 50,000,000 [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = whole_to::<{ Scenario::CUSTOMERS_MAX }>)]
    customers: Option<u32>,

    /// What all chance follows from [default: the scenario's]
    #[arg(long, value_name = "S", value_parser = whole)]
    seed: Option<u64>,

    /// Threads, 1 to 256 [default: as many as the machine runs at once]
    #[arg(long, value_name = "N", value_parser = whole_to::<THREADS_MAX>)]
    threads: Option<u32>,
}

/// Runs it.
///
/// # Errors
/// Where the input is wrong, or the run or its output could not be done.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Plan(arguments) => plan::run(arguments),
        Command::DesignDelay(arguments) => design::run(arguments),
    }
}
