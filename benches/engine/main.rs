//! The figures of the durable engine, each on a line of its own beside the bound it must keep and the aim it is built for.
//!
//! `cargo bench --bench engine [-- NAME …] [--customers N] [--seconds S]`; NAME is one of [`FIGURES`], all of them by
//! default. Without `--bench` everything is small, to see that it runs. What is written to disk stands in the target
//! folder: put that on the disk that is to be measured.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints what it measured")]

mod asked;
mod bytes;
mod direct;
#[path = "../folder/mod.rs"]
mod folder;
mod ingest;
mod lateness;
mod load;
mod machine;
mod restart;
mod running;
mod shard;
#[path = "../../tests/agreement/shop.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "a test's; not all of it is used here")]
mod shop;
#[path = "../../tests/agreement/told.rs"]
#[expect(clippy::unwrap_used, reason = "a test's")]
mod told;

use asked::Asked;
use std::process::ExitCode;

/// What can be measured: its name, and how.
type Figure = (&'static str, fn(&Asked));

/// Everything that can be measured.
const FIGURES: [Figure; 5] = [
    ("shard", shard::measure),
    ("bytes", bytes::measure),
    ("ingest", ingest::measure),
    ("lateness", lateness::measure),
    ("restart", restart::measure),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if restart::child(&arguments) {
        return ExitCode::SUCCESS;
    }
    let names = FIGURES.map(|(name, _)| name);
    let asked = match Asked::read(&arguments, &names) {
        Ok(asked) => asked,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    for (name, measure) in FIGURES {
        if asked.wants(name) {
            println!("\n{name}");
            measure(&asked);
        }
    }
    ExitCode::SUCCESS
}

/// One figure: what it is, the figure with its unit, and what it is held against.
fn figure(what: &str, is: &str, held_against: &str) {
    println!("  {what:<66} {is:>18}   {held_against}");
}
