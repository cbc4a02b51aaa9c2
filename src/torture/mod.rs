//! `foresend torture`: the engine on machines that fail, simulated and real, and what it must hold all the same.

mod kill;
mod load;
mod sim;

use crate::failure::Failure;

/// Let the engine's machine fail, again and again, and see that nothing is lost
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    how: How,
}

#[derive(clap::Subcommand)]
enum How {
    Sim(sim::Arguments),
    Kill(kill::Arguments),
    Load(load::Arguments),
}

/// Runs it.
///
/// # Errors
/// Where it cannot run, or a promise was broken.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.how {
        How::Sim(arguments) => sim::run(arguments),
        How::Kill(arguments) => kill::run(arguments),
        How::Load(arguments) => load::run(arguments),
    }
}
