//! `foresend torture kill`: an engine under load is killed at random instants, again and again. After each time every entry
//! that it had acknowledged must be there, and no marketing mail may have left twice.

use crate::failure::Failure;
use crate::report::number::{count, counted};
use crate::{engine, output};
use foresend_core::chance;
use foresend_core::id::{CustomerId, StableId};
use foresend_core::world::journey::Act;
use foresend_engine::disk::{Disk, StdDisk};
use foresend_engine::entry::{Seq, each};
use foresend_engine::host::Engine;
use foresend_engine::journal::{self, FolderId, Opening, Report};
use foresend_engine::settings::Settings;
use foresend_engine::store::fjall::{FjallKv, FjallSettings};
use foresend_engine::store::meta::Meta;
use foresend_engine::store::{StoreError, archive};
use foresend_program::{Sources, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Kill an engine under load, again and again, and see that nothing is lost
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend torture kill
  foresend torture kill --rounds 200

Each round starts an engine in a process of its own, puts it under load, and kills it (SIGKILL) at
a random instant, perhaps while it is still starting. Then every entry that it had acknowledged is
looked for, in the journal or in the archive, and every mail that left is held against those
before it. At the end bytes of the journal are flipped, one at a time: each must be told of with
its place, or change nothing.

Exit codes: 0 every promise was held, 1 could not run, 3 one was broken.")]
pub(crate) struct Arguments {
    /// How often it is killed
    #[arg(long, value_name = "N", default_value = "20")]
    rounds: NonZeroU64,

    /// How many bytes are flipped
    #[arg(long, value_name = "N", default_value_t = 200)]
    flips: u64,

    /// What instants and calls are drawn from
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,

    /// An empty folder to work in, which stays [default: one among the temporary files, which goes]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

const FILES: [(&str, &str); 4] = [
    ("program.toml", include_str!("program/program.toml")),
    ("journeys/added.toml", include_str!("program/journeys/added.toml")),
    ("journeys/order.toml", include_str!("program/journeys/order.toml")),
    ("mails/note.md", include_str!("program/mails/note.md")),
];
/// How long an engine may take to begin, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);
/// How many customers there are.
const CUSTOMERS: u64 = 500;

/// The program of the engine that is killed.
pub(super) fn program() -> Sources {
    let files = FILES.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Sources { folder: "torture".to_owned(), files: files.into() }
}

/// How it runs: small segments and many checkpoints, so that a kill meets more of them.
pub(super) fn settings(data: &Path) -> Settings {
    let mut settings = Settings { data: data.to_owned(), ..Settings::default() };
    settings.journal.segment_bytes = 1 << 20;
    settings.journal.append_bytes = 64 << 10;
    settings.journal.group_bytes = 64 << 10;
    settings.shards.count = std::num::NonZeroU16::new(2).expect("two");
    settings.shards.resident_bytes = 200_000;
    settings.checkpoint.every = Duration::from_millis(150);
    settings
}

/// The file of what has left.
pub(super) fn sent(data: &Path) -> PathBuf {
    data.with_extension("sent")
}

/// The id of a customer.
pub(super) fn user(drawn: u64) -> String {
    format!("c-{}", drawn % CUSTOMERS)
}

/// What the rounds have shown.
#[derive(Default)]
struct Found {
    acknowledged: u64,
    /// Rounds in which nothing was acknowledged: it was killed while it was starting.
    early: u64,
    lost: u64,
    sent: u64,
    doubled: u64,
    located: u64,
    harmless: u64,
    unnoticed: u64,
}

/// Runs it.
///
/// # Errors
/// [`Failure::Missed`] where a promise was broken.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = match &arguments.data {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("foresend-torture-{}", std::process::id())),
    };
    fs::create_dir_all(&folder).map_err(|e| Failure::run(folder.display(), &e))?;
    let is_empty = fs::read_dir(&folder).map_err(|e| Failure::run(folder.display(), &e))?.next();
    if is_empty.is_some() {
        return Err(Failure::input(format!("{} is not empty", folder.display()))
            .help("name a folder of its own: --data DIR"));
    }
    let mut found = Found::default();
    let done = rounds(arguments, &folder.join("data"), &mut found);
    let held = found.lost + found.doubled + found.unnoticed == 0;
    if arguments.data.is_none() && done.is_ok() && held {
        fs::remove_dir_all(&folder).map_err(|e| Failure::run(folder.display(), &e))?;
    }
    done?;
    output::data(&page(arguments.rounds.get(), &found))?;
    if held {
        return Ok(());
    }
    output::talk(&format!("what it left is in {}\n", folder.display()));
    Err(Failure::Missed)
}

fn rounds(arguments: &Arguments, data: &Path, found: &mut Found) -> Result<(), Failure> {
    let bar = output::Bar::new("killing");
    let rounds = arguments.rounds.get();
    for round in 0..rounds {
        let seed = chance::join(chance::mix(arguments.seed), round);
        let acknowledged = round_of(data, seed)?;
        found.early += u64::from(acknowledged.is_empty());
        found.acknowledged += acknowledged.values().sum::<u64>();
        found.lost += lost(data, &acknowledged)?;
        bar.at(round, rounds, |_, _| counted(round, "round"));
    }
    (found.sent, found.doubled) = left(data)?;
    flip(data, arguments, found)
}

/// Starts it, kills it, and returns what it had acknowledged: places, and how many entries from each on.
fn round_of(data: &Path, seed: u64) -> Result<BTreeMap<Seq, u64>, Failure> {
    let run = |what: &str, e: &std::io::Error| Failure::run(what.to_owned(), e);
    let this = std::env::current_exe().map_err(|e| run("this program cannot be found", &e))?;
    let mut child = Command::new(this)
        .args(["torture", "load", "--seed", &seed.to_string(), "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| run("the engine cannot be started", &e))?;
    let (told, heard) = mpsc::channel();
    let out = child.stdout.take().map(BufReader::new);
    let read = thread::spawn(move || {
        let mut lines = Vec::new();
        for line in out.into_iter().flat_map(BufRead::lines) {
            lines.push(line);
            told.send(()).unwrap_or_default(); // nobody waits for it once it is killed
        }
        lines
    });
    // Every fourth is killed while it starts, or soon after; the others some while after their first acknowledgement.
    let has_begun = chance::bits(seed, 2).is_multiple_of(4) || heard.recv_timeout(PATIENCE).is_ok();
    let kill_at = Instant::now() + Duration::from_millis(chance::bits(seed, 1) % 600);
    let lives = loop {
        match heard.recv_timeout(kill_at.saturating_duration_since(Instant::now())) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => break has_begun,
            Err(RecvTimeoutError::Disconnected) => break false,
        }
    };
    if !lives {
        child.kill().map_err(|e| run("the engine cannot be killed", &e))?;
        let mut why = String::new();
        if let Some(err) = &mut child.stderr {
            err.read_to_string(&mut why).map_err(|e| run("the engine cannot be heard", &e))?;
        }
        child.wait().map_err(|e| run("the engine cannot be killed", &e))?;
        return Err(Failure::Run(format!("the engine ended by itself: {}", why.trim())));
    }
    child.kill().map_err(|e| run("the engine cannot be killed", &e))?;
    child.wait().map_err(|e| run("the engine cannot be killed", &e))?;
    let lines = read.join().unwrap_or_default();
    // The last line may be cut off.
    let read = |line: String| {
        let (first, entries) = line.split_once(' ')?;
        Some((Seq(first.parse().ok()?), entries.parse().ok()?))
    };
    Ok(lines.into_iter().filter_map(Result::ok).filter_map(read).collect())
}

/// How many of these entries are neither in the journal nor in the archive.
fn lost(data: &Path, acknowledged: &BTreeMap<Seq, u64>) -> Result<u64, Failure> {
    let Some((&first, _)) = acknowledged.first_key_value() else { return Ok(0) };
    let mut there = BTreeSet::new();
    let kv = FjallKv::open(&data.join("store"), FjallSettings::default());
    let kv = kv.map_err(|e| unread(StoreError::from(e)))?;
    let meta = Meta::load(&kv).map_err(unread)?;
    if let Some(meta) = &meta {
        for number in 0..CUSTOMERS {
            let whom = CustomerId::of(meta.id_key, &user(number));
            archive::told(&kv, Some(whom), first, &mut |told| {
                there.insert(told.seq);
                true
            })
            .map_err(unread)?;
        }
    }
    let mut disk = disk(data)?;
    let opening = Opening { from: meta.map(|meta| meta.cut), folder: None, fresh: FolderId(0) };
    let recovered = journal::recover(&mut disk, &settings(data).journal, &opening);
    let recovered = recovered.map_err(unread)?;
    for group in journal::groups(&mut disk, recovered.from, recovered.until).map_err(unread)? {
        let group = group.map_err(unread)?;
        there.extend((group.first.0..).map(Seq).zip(each(&group.entries)).map(|(seq, _)| seq));
    }
    let all = acknowledged.iter().flat_map(|(first, count)| first.0..first.0 + count);
    Ok(all.filter(|seq| !there.contains(&Seq(*seq))).map(|_| 1).sum())
}

/// How many mails have left, and how many marketing mails more than once.
fn left(data: &Path) -> Result<(u64, u64), Failure> {
    let Some(compiled) = compile(&program(), None).0 else {
        return Err(Failure::Run("the program of this test cannot be read".to_owned()));
    };
    let program = &compiled.program;
    let steps = program.journeys.iter().flat_map(|journey| {
        journey.steps.iter().filter_map(|step| match &step.act {
            Act::Send(send) if program.topic(send.topic).is_marketing() => {
                Some((journey.id, step.id))
            }
            Act::Send(_)
            | Act::WaitFor(_)
            | Act::Choose(_)
            | Act::Split(_)
            | Act::Set(_)
            | Act::Call(_)
            | Act::Leave(_)
            | Act::Stop(_) => None,
        })
    });
    let marketing: BTreeSet<(StableId, StableId)> = steps.collect();
    let text = fs::read_to_string(sent(data)).unwrap_or_default();
    let (mut all, mut doubled, mut seen) = (0, 0, BTreeSet::new());
    for line in text.lines() {
        let mut words = line.split(' ');
        let id = words.next().unwrap_or_default();
        let mut number = || words.next().and_then(|word| word.parse().ok()).map(StableId);
        let (Some(journey), Some(step)) = (number(), number()) else { continue };
        all += 1;
        if marketing.contains(&(journey, step)) && !seen.insert(id) {
            doubled += 1;
        }
    }
    Ok((all, doubled))
}

/// Closes the journal well, then flips bits of it, one at a time, and takes each back.
fn flip(data: &Path, arguments: &Arguments, found: &mut Found) -> Result<(), Failure> {
    actix::System::new()
        .block_on(async {
            let engine = Engine::open(&settings(data), Some(&program()), None).await?;
            engine.ready().await?;
            engine.close().await
        })
        .map_err(|error| engine::failure(&error))?;
    let mut disk = disk(data)?;
    let (report, whole) = contents(&mut disk)?;
    for number in 0..arguments.flips {
        let key = chance::join(chance::mix(arguments.seed), number);
        let drawn = |index, n: u64| chance::bits(key, index) % n.max(1);
        let segments = u64::try_from(report.segments.len()).unwrap_or(u64::MAX);
        let at = usize::try_from(drawn(0, segments)).unwrap_or_default();
        let Some(segment) = report.segments.get(at) else {
            return Err(Failure::Run("there is no journal to damage".to_owned()));
        };
        let file = &segment.file;
        let failed = |e: std::io::Error| Failure::run(file, &e);
        // Some fall behind what it holds.
        let len = disk.len(file).map_err(failed)?;
        let offset = drawn(1, len.min(segment.bytes + segment.bytes / 4 + 64));
        let mut byte = [0];
        disk.read(file, offset, &mut byte).map_err(failed)?;
        disk.write(file, offset, &[byte[0] ^ (1 << drawn(2, 8))]).map_err(failed)?;
        match contents(&mut disk) {
            Err(_) => found.located += 1,
            Ok((_, now)) if now == whole => found.harmless += 1,
            Ok(_) => found.unnoticed += 1,
        }
        disk.write(file, offset, &byte).map_err(failed)?;
    }
    Ok(())
}

/// Every entry that is in the journal; an error where anything is damaged.
fn contents(disk: &mut StdDisk) -> Result<(Report, Vec<u8>), Failure> {
    let report = journal::check(disk).map_err(unread)?;
    if let Some(damage) = report.damage.first() {
        return Err(Failure::Run(damage.to_string()));
    }
    let (Some(first), Some(last)) = (report.segments.first(), report.segments.last()) else {
        return Ok((report, Vec::new()));
    };
    let mut all = Vec::new();
    for group in journal::groups(disk, first.first, last.until).map_err(unread)? {
        all.extend(group.map_err(unread)?.entries);
    }
    Ok((report, all))
}

fn disk(data: &Path) -> Result<StdDisk, Failure> {
    StdDisk::open(&data.join("journal"))
        .map_err(|e| Failure::run("the journal cannot be opened", &e))
}

fn unread(error: impl std::error::Error) -> Failure {
    Failure::Run(foresend_engine::host::with_causes(&error))
}

fn page(rounds: u64, found: &Found) -> String {
    let mut text = String::new();
    for (number, what) in [
        (rounds, "kills under load"),
        (found.early, "of them before anything was acknowledged"),
        (found.acknowledged, "entries acknowledged"),
        (found.lost, "of them lost"),
        (found.sent, "mails sent"),
        (found.doubled, "marketing mails sent twice"),
        (found.located, "flipped bytes of the journal told of with their place"),
        (found.harmless, "flipped bytes that change nothing"),
        (found.unnoticed, "flipped bytes that went unnoticed"),
    ] {
        text += &format!("{:>12}  {what}\n", count(number));
    }
    text.replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_that_is_killed_has_no_mistakes() {
        let (compiled, told) = compile(&program(), None);
        assert!(compiled.is_some() && told.is_empty(), "{told:?}");
    }
}
