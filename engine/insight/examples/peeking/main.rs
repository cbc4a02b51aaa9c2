//! What it costs to look every day: how often each way of reading a test finds something in nothing, and how often it
//! finds something that is there. Prints the two tables of docs/validation.md; exits with 1 if a figure is out of
//! its band.
//!
//!     cargo run --release -p foresend-insight --example peeking

#![expect(clippy::print_stdout, reason = "its output is a page")]

mod trials;

use std::process::ExitCode;
use trials::Figure;

const THREADS: u32 = 2;
const NOTHING_RUNS: u32 = 20_000;
const SOMETHING_RUNS: u32 = 5_000;

fn main() -> ExitCode {
    println!("## Looking at a test every day\n");
    println!(
        "Two arms of nothing, 5 % each, 1,000 customers an arm and day, 28 looks, 20,000 tests: the share that"
    );
    println!("finds a difference. Bands of three standard errors of both.\n");
    let nothing = trials::of_nothing(NOTHING_RUNS, THREADS);
    println!("| read by | found | published | band | |\n|---|---|---|---|---|");
    let mut holds = true;
    for (name, figure) in &nothing {
        holds &= row(name, figure);
    }
    println!(
        "\n5 % against 5.5 %, 60 looks, 5,000 tests: the share that finds the difference. τ is near the truth,"
    );
    println!("which flatters the mixture.\n");
    let (something, found) = trials::of_something(SOMETHING_RUNS, THREADS);
    println!("| read by | found | published | band | |\n|---|---|---|---|---|");
    for (name, figure) in &something {
        holds &= row(name, figure);
    }
    let share = |count: u32| f64::from(count) / f64::from(SOMETHING_RUNS);
    let (least, grouped, most) = (found.bonferroni, found.grouped, found.once);
    let between = least <= grouped && grouped <= most;
    println!(
        "| group sequential (Lan, DeMets) | {:.4} | – | {:.4} … {:.4} | {} |",
        share(grouped),
        share(least),
        share(most),
        sign(between)
    );
    if holds && between { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(name: &str, figure: &Figure) -> bool {
    let Figure { found, published, band } = figure;
    let holds = figure.holds();
    println!("| {name} | {found:.4} | {published} | ± {band:.4} | {} |", sign(holds));
    holds
}

fn sign(holds: bool) -> &'static str {
    if holds { "✓" } else { "✗" }
}
