//! How often tuning is right, in worlds whose truth is known: a hundred seeds each, as Markdown for docs/validation.md.
//!
//!     cargo run --release -p foresend-simulator --example tuning
//!
//! Exit code 1 where a figure is out of its bound.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints a page")]

#[path = "../tests/tune/analytic.rs"]
mod analytic;
#[path = "../tests/tune/judged.rs"]
mod judged;

use analytic::World;
use judged::{Judged, judge};
use std::process::ExitCode;
use std::thread;

const SEEDS: u64 = 100;

fn main() -> ExitCode {
    let fades = all(World::Fades { memory: 12.0, intent: 96.0 });
    let alike = all(World::AllAlike);
    let count =
        |judged: &[Judged], of: fn(&Judged) -> bool| judged.iter().filter(|one| of(one)).count();
    let mut sizes: Vec<u64> = fades.iter().map(|one| one.confirmed).collect();
    sizes.sort_unstable();
    println!("## Tuning where the truth is known\n");
    println!(
        "One cart a customer, no clock, mails opened at once; orders without mail 2 %, a mail after u hours wins \
         κ e^(−u/96) (1 − e^(−u/12)) more;\nnine delays, best 24 h; today's is 1 h. A million customer-evaluations of \
         search; {SEEDS} seeds. Confirmations had {} customers\n(median). In the second world every delay does the same.\n",
        sizes[sizes.len() / 2]
    );
    println!("| of {SEEDS} seeds | found | at least | |");
    println!("|---|---|---|---|");
    let rows = [
        (
            "what is chosen adds nine tenths of the best, or more",
            count(&fades, |one| one.on_plateau),
            95,
        ),
        ("all bounds of the confirmation hold the truth", count(&fades, |one| one.covered), 90),
        ("the same where all delays are alike", count(&alike, |one| one.covered), 90),
        (
            "where all are alike: no delay differs from today's",
            count(&alike, |one| one.says_alike),
            90,
        ),
    ];
    let mut is_fine = true;
    for (what, found, least) in rows {
        let sign = if found >= least { "✓" } else { "✗" };
        is_fine &= found >= least;
        println!("| {what} | {found} | {least} | {sign} |");
    }
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every seed in one world, on two threads; in the order of the seeds.
fn all(world: World) -> Vec<Judged> {
    thread::scope(|scope| {
        let halves: Vec<_> = [0..SEEDS / 2, SEEDS / 2..SEEDS]
            .map(|seeds| {
                scope.spawn(move || seeds.map(|seed| judge(world, seed)).collect::<Vec<_>>())
            })
            .into_iter()
            .collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    })
}
