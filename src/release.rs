//! `foresend release`: customers at whom we stumbled go on.

use crate::engine::Running;
use crate::failure::Failure;
use crate::feed::Host;
use crate::report::number::counted;
use crate::{looked, open, output, settings};
use foresend_core::id::CustomerId;
use foresend_engine::entry::{Entry, Told};
use foresend_engine::feed::Sink;
use std::path::Path;

/// Let customers go on who are in quarantine, because an input made Foresend stumble
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend release u-4711
  foresend release --all --data /var/lib/foresend

Everything that was told to them since is applied now; mails that are due leave when `foresend
serve` runs. Use it after an update that mends what it stumbled over. Whoever makes it stumble
again stays in quarantine, and nothing is lost. Stop the engine first.

Exit codes: 0 they go on, 1 could not run, 2 the input is wrong and nothing was done, 3 some are
in quarantine still.")]
pub(crate) struct Arguments {
    /// The ids by which the shop knows them
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,

    /// Everybody who is in quarantine
    #[arg(long, conflicts_with = "ids")]
    all: bool,

    #[command(flatten)]
    settings: settings::Arguments,
}

/// Runs it.
///
/// # Errors
/// Where somebody named is not in quarantine, the engine cannot run, or somebody makes it stumble again.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let settings = arguments.settings.open()?;
    let released = whom(arguments, &settings.data)?;
    if released.is_empty() {
        output::talk("nobody is in quarantine\n");
        return Ok(());
    }
    let mut running = Running::open(&settings, None)?;
    let mut entries = Vec::new();
    for id in &released {
        Entry::Of(*id, Told::Release).write(&mut entries).expect("it is short");
    }
    let number = u32::try_from(released.len())
        .map_err(|_| Failure::input("more customers than can be released at once"))?;
    running.submit(entries, number)?;
    running.close()?;
    let still = still(&released, &settings.data)?;
    let go_on = counted(u64::from(number) - still, "customer");
    let mut text = format!("{go_on} released: everything told to them is applied\n");
    if still > 0 {
        let still = counted(still, "customer");
        text += &format!("{still} made Foresend stumble again, and stay in quarantine\n");
    }
    output::talk(&text.replace('\u{a0}', " "));
    if still > 0 { Err(Failure::Missed) } else { Ok(()) }
}

/// How many of them are in quarantine.
fn still(released: &[CustomerId], data: &Path) -> Result<u64, Failure> {
    let mut look = looked::open(data)?;
    let mut still = 0;
    for id in released {
        let held = look.customer(*id).map_err(|error| looked::failure(&error))?;
        still += u64::from(held.is_some_and(|held| held.quarantined));
    }
    Ok(still)
}

/// Who is to go on.
fn whom(arguments: &Arguments, data: &Path) -> Result<Vec<CustomerId>, Failure> {
    let mut look = looked::open(data)?;
    if arguments.all {
        return look.quarantined().map_err(|error| looked::failure(&error));
    }
    let mut ids = Vec::new();
    for user in &arguments.ids {
        let held = looked::customer(&mut look, user, data)?;
        if !held.quarantined {
            let data = open::show(data);
            let message = format!("{} is not in quarantine in {data}", looked::shown(user));
            return Err(Failure::input(message).help("nothing was done; see `foresend customer`"));
        }
        ids.push(held.customer.id());
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
