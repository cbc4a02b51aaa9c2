//! `foresend`: arguments in, a room called, words out. This file lists the subcommands and chooses the exit code;
//! each subcommand's whole story is in the file of its name. Nothing is decided about a customer up here.

mod check;
mod customer;
mod dash;
mod engine;
mod expected;
mod experiment;
mod explain;
mod failure;
mod feed;
mod fmt;
mod generate;
mod html;
mod import;
mod looked;
mod measured;
mod mistakes;
mod new;
mod open;
mod outbox;
mod output;
mod population;
mod recorded;
mod rehearsed;
mod release;
mod report;
mod say;
mod scenario;
mod schema;
mod serve;
mod settings;
mod simulate;
mod store;
mod target;
mod told;
mod torture;
mod tune;

use clap::{Parser, Subcommand};
use engine::Running;
use failure::Failure;
use foresend_engine::entry::Origin;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Behavioural email that you can rehearse before it sends.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  foresend new my-shop                               an example, to change into your own
  foresend check scenarios/shop                      is this program right?
  foresend simulate scenarios/cart-recovery.toml     what would its mail do?
  foresend tune scenarios/cart-recovery.tune.toml    which delay pays most?

Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done, 3 it ran, and
something that had to hold does not, 130 interrupted.";

#[derive(Subcommand)]
enum Command {
    Simulate(simulate::Arguments),
    Tune(tune::Arguments),
    Experiment(experiment::Arguments),
    Check(check::Arguments),
    New(new::Arguments),
    Fmt(fmt::Arguments),
    Schema(schema::Arguments),
    Say(say::Arguments),
    Explain(explain::Arguments),
    Generate(generate::Arguments),
    Feed(feed::Arguments),
    Import(import::Arguments),
    Serve(serve::Arguments),
    Outbox(outbox::Arguments),
    Customer(customer::Arguments),
    Release(release::Arguments),
    Store(store::Arguments),
    Torture(torture::Arguments),
    Dash(dash::Arguments),
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let run = || match &command {
        Command::Simulate(arguments) => simulate::run(arguments),
        Command::Tune(arguments) => tune::run(arguments),
        Command::Experiment(arguments) => experiment::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Say(arguments) => say::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Generate(arguments) => generate::run(arguments),
        Command::Dash(arguments) => dash::run(arguments),
        Command::Feed(arguments) => feed::run(arguments, Origin::Live, Running::open),
        Command::Import(arguments) => import::run(arguments, Running::open),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Outbox(arguments) => outbox::run(arguments),
        Command::Customer(arguments) => customer::run(arguments),
        Command::Release(arguments) => release::run(arguments),
        Command::Store(arguments) => store::run(arguments),
        Command::Torture(arguments) => torture::run(arguments),
        Command::New(arguments) => new::run(arguments),
        Command::Fmt(arguments) => fmt::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
    };
    // What panicked, and where, has been told on stderr by then.
    let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        Err(Failure::Run(
            "foresend stopped itself; unless memory or threads ran out, that is our bug".into(),
        ))
    });
    if let Err(failure) = &result {
        output::talk(&failure.text().unwrap_or_default());
    }
    exit_code(&result)
}

/// The one place where an exit code is chosen. Arguments that clap refuses are 2 as well, and an interrupted
/// command ends by its signal, which shells report as 130.
fn exit_code(result: &Result<(), Failure>) -> ExitCode {
    ExitCode::from(match result {
        Ok(()) | Err(Failure::Pipe) => 0,
        Err(Failure::Run(_)) => 1,
        Err(Failure::Input(..) | Failure::Mistakes) => 2,
        Err(Failure::Missed) => 3,
        Err(Failure::Interrupted) => 130,
    })
}
