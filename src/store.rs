//! `foresend store check`: whether everything that an engine holds is as it was written.

use crate::failure::Failure;
use crate::report::number::{count, counted};
use crate::report::page::{Page, Role, Row};
use crate::{looked, open, output, settings};
use foresend_engine::look::check::{Found, check};
use std::path::Path;

/// Look into the data of an engine that does not run: is it as it was written?
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Read everything that is held, and tell of whatever is not as it was written
    #[command(after_help = "\
Examples:
  foresend store check
  foresend store check --data /var/lib/foresend

Nothing is changed. Stop the engine first: its data is locked while it runs.

Exit codes: 0 all is as it was written, 1 could not run, 2 there is no such data, 3 something is
not.")]
    Check(settings::Arguments),
}

/// Runs it.
///
/// # Errors
/// Where there is no such data, it is in use, or something is not as it was written.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let What::Check(settings) = &arguments.what;
    let data = settings.open()?.data;
    let found = check(&data).map_err(|error| looked::failure(&error))?;
    let mut page = Page::new(output::paper());
    draw(&found, &data, &mut page);
    output::data(&page.styled())?;
    if found.is_whole() { Ok(()) } else { Err(Failure::Missed) }
}

/// Where the columns begin.
const WHAT: usize = 13;

fn draw(found: &Found, data: &Path, page: &mut Page) {
    page.row(&Row::named(Role::Heading, open::show(data)));
    let mut line = |name: &str, text: &str| {
        page.beside(Row::named(Role::Plain, name), WHAT, Role::Plain, text);
    };
    line("journal", &journal(found));
    if let Some(torn) = &found.journal.torn {
        let text = format!(
            "its last write was cut short, at byte {} of {}: nobody was told that it was durable, and the next \
             start cuts it off",
            count(torn.offset),
            torn.file
        );
        line("", &text);
    }
    if let Some(store) = &found.store {
        let number = |room: &str| {
            let found = store.keys.iter().find(|(of, _)| of.name() == room);
            found.map_or(0, |(_, number)| *number)
        };
        let text = format!(
            "{} · {} of what was told, {} of what was decided · {}",
            counted(number("customers"), "customer"),
            counted(number("archive"), "line"),
            counted(number("timeline"), "line"),
            cut(found),
        );
        line("store", &text);
        if store.stale_wakes > 0 {
            let wakes = counted(store.stale_wakes, "wake");
            line("", &format!("{wakes} in the index that nobody has: harmless"));
        }
    }
    line(
        "versions",
        &format!("{} of the program", counted(found.versions.len() as u64, "version")),
    );
    page.gap();
    let faults = faults(found);
    if faults.is_empty() {
        page.signed_prose(Role::Accent, "✓", "All is as it was written.");
        return;
    }
    for fault in &faults {
        page.signed_prose(Role::Failed, "✗", fault);
    }
}

/// `1 segment, 3,559 entries, 431 KiB`
fn journal(found: &Found) -> String {
    let segments = &found.journal.segments;
    let entries: u64 = segments.iter().map(|one| one.until.0.saturating_sub(one.first.0)).sum();
    let bytes: u64 = segments.iter().map(|one| one.bytes).sum();
    let frames: u64 = segments.iter().map(|one| one.frames).sum();
    format!(
        "{}, {} in {}, {}",
        counted(segments.len() as u64, "segment"),
        entries_of(entries),
        counted(frames, "frame"),
        counted(bytes, "byte"),
    )
}

fn entries_of(number: u64) -> String {
    let noun = if number == 1 { "entry" } else { "entries" };
    format!("{}\u{a0}{noun}", count(number))
}

/// How far the store is.
fn cut(found: &Found) -> String {
    let Some(cut) = found.cut else { return "no checkpoint yet".to_owned() };
    let since = found.until().0.saturating_sub(cut.0);
    let has = format!("has the journal before entry {}", count(cut.0));
    if since == 0 { has } else { format!("{has}, and lacks {} since", entries_of(since)) }
}

/// Everything that is wrong, one sentence each.
fn faults(found: &Found) -> Vec<String> {
    let journal = found.journal.damage.iter().map(|damage| format!("journal/{damage}"));
    let store = found.store.iter().flat_map(|store| store.problems.iter().cloned());
    let mut all: Vec<String> = journal.chain(store).chain(found.faults.iter().cloned()).collect();
    let more = found.store.as_ref().map_or(0, |store| store.more);
    if more > 0 {
        all.push(format!("and {} more in the store", count(more)));
    }
    all
}
