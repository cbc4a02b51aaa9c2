//! `foresend torture sim`: simulated histories, each from one seed, on all cores. What it finds can be lived again by its
//! seed alone.

use crate::failure::Failure;
use crate::output;
use crate::report::number::{count, counted};
use foresend_engine::sim::history::{Happened, Shop, history};
use foresend_engine::sim::machine::Broken;
use std::num::NonZeroU64;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Live through simulated histories of losing power, dying and failing disks, each from one seed
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend torture sim
  foresend torture sim --histories 100000
  foresend torture sim --histories 1 --seed 4711

In each history a few customers of a small shop live through some days, while the machine loses
its power and the process is killed in the middle of anything, sectors that were not synced are
lost or torn, the disk is full, read-only or fails, the mail server dies before, while and after
it takes a mail, and the clock is set back and forth. At its end: is every acknowledged entry
there, is every customer what a fold of the journal makes of them, was everybody woken, and was no
marketing mail taken twice?

Exit codes: 0 every promise was held, 1 could not run, 3 one was broken: its seed is told.")]
pub(crate) struct Arguments {
    /// How many
    #[arg(long, value_name = "N", default_value = "1000")]
    histories: NonZeroU64,

    /// The first one's seed; the next ones follow it
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
}

/// More than these are counted, and not told one by one.
const TOLD_MAX: usize = 10;

/// Runs it.
///
/// # Errors
/// [`Failure::Missed`] where a promise was broken.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (shop, histories) = (Shop::new(), arguments.histories.get());
    let (next, all) = (AtomicU64::new(0), Mutex::new((Happened::default(), Vec::new())));
    let bar = output::Bar::new("living");
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= histories {
                        return;
                    }
                    let seed = arguments.seed.wrapping_add(number);
                    let lived = history(&shop, seed, Broken::Nowhere);
                    let mut all = all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    match lived {
                        Ok(happened) => all.0 += happened,
                        Err(what) => all.1.push((seed, what)),
                    }
                    bar.at(number, histories, |_, _| counted(number, "history"));
                }
            });
        }
    });
    drop(bar);
    let (happened, mut broken) =
        all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    broken.sort_unstable();
    output::data(&page(histories, &happened, &broken))?;
    if broken.is_empty() { Ok(()) } else { Err(Failure::Missed) }
}

fn page(histories: u64, happened: &Happened, broken: &[(u64, String)]) -> String {
    let Happened { acknowledged, crashes, stops, refused, checkpoints, left, decided } = happened;
    let mut text = format!("{} histories\n", count(histories));
    for (number, what) in [
        (crashes, "losses of power and kills"),
        (stops, "stops for a failing disk or store"),
        (refused, "appends refused for want of a disk"),
        (checkpoints, "checkpoints"),
        (acknowledged, "entries acknowledged"),
        (decided, "decisions compared"),
        (left, "mails handed to the mail server"),
    ] {
        text += &format!("{:>14}  {what}\n", count(*number));
    }
    for (seed, what) in broken.iter().take(TOLD_MAX) {
        text += &format!(
            "seed {seed}: {what}\n  again: foresend torture sim --histories 1 --seed {seed}\n"
        );
    }
    text += &match broken.len() {
        0 => "0 entries lost, 0 marketing mails doubled, 0 customers astray\n".to_owned(),
        broken => format!("{broken} broke a promise\n"),
    };
    text.replace('\u{a0}', " ")
}
