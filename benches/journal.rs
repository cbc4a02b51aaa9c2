//! What durability costs: entries of 200 bytes through the journal's door until each is acknowledged, in appends of one and
//! of a hundred, beside one insert of fjall an event, alone and in batches, synced as often. Same folder, same run: ratios
//! travel, seconds do not.
//!
//! `cargo bench --bench journal`; without `--bench` a few entries only, to see that it runs.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use fjall::{Database, KeyspaceCreateOptions, PersistMode};
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use foresend_engine::disk::StdDisk;
use foresend_engine::entry::{Call, Entry, Origin, Said, Seq, Told, Value};
use foresend_engine::journal::{
    Class, Durable, Ending, FolderId, Journal, Lag, Opening, Refused, Settings, recover, start,
};
use hdrhistogram::Histogram;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const BYTES: usize = 200;

/// A call, made 200 bytes long.
fn entry() -> Vec<u8> {
    let note = "x".repeat(BYTES);
    for len in 0..BYTES {
        let text = note.get(..len).expect("of one letter");
        let properties = vec![("price", Value::Number(19.5)), ("note", Value::Text(text))];
        let said = Said::Track { event: "Product Viewed", properties, products: Vec::new() };
        let at = Timestamp::from_millis(1_772_470_800_000);
        let call = Call { user: "c-1", message: 258, at, origin: Origin::Live, said };
        let mut bytes = Vec::new();
        let entry = Entry::Of(CustomerId::from_bits(1 << 100), Told::Call(call));
        entry.write(&mut bytes).expect("shorter than a megabyte");
        if bytes.len() == BYTES {
            return bytes;
        }
    }
    unreachable!("an entry can be {BYTES} bytes long")
}

fn journal(folder: &Path) -> Journal {
    let settings = Settings { intake_bytes: 512 << 20, ..Settings::default() };
    let mut disk = StdDisk::open(folder).expect("a temporary folder");
    let opening = Opening { from: None, folder: None, fresh: FolderId(1) };
    let core = recover(&mut disk, &settings, &opening).expect("a new journal").core;
    let lag = Lag::new(0, core.durable());
    let wall = Box::new(|| Timestamp::from_millis(0));
    let tell = Box::new(drop::<Durable>);
    start(core, disk, wall, lag, tell).expect("two threads")
}

/// Appends `of` entries each, as many at once as `standing` says, until `entries` are acknowledged.
fn through_the_journal(entries: u32, of: u32, standing: u32) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let journal = journal(folder.path());
    let intake = journal.intake();
    let append: Vec<u8> = (0..of).flat_map(|_| entry()).collect();
    let (to, answers) = channel::<Result<Seq, Refused>>();
    let begun = Instant::now();
    for at in 0..entries / of {
        // What a checkpoint would say: segments are used again, as in a journal that has run for a while.
        if at % 1_000 == 0 {
            intake.settled(intake.durable());
        }
        if at >= standing {
            answers.recv().expect("an answer").expect("acknowledged");
        }
        let to = to.clone();
        let done = Box::new(move |answer| to.send(answer).expect("somebody listens"));
        intake.append(Class::Internal, append.clone(), of, done);
    }
    for _ in 0..standing.min(entries / of) {
        answers.recv().expect("an answer").expect("acknowledged");
    }
    let took = begun.elapsed();
    let waited = journal.waited();
    let (half, most) = (waited.value_at_quantile(0.5), waited.value_at_quantile(0.99));
    line(&format!("journal, {standing} standing, {of} an append"), entries, took, half, most);
    assert_eq!(journal.close(), Ending::Closed);
}

/// One insert an entry, `of` of them in a batch that is synced.
fn through_fjall(entries: u32, of: u32, is_batch: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Database::builder(folder.path()).open().expect("a new store");
    let options = KeyspaceCreateOptions::default;
    let keyspace = database.keyspace("events", options).expect("a new keyspace");
    let entry = entry();
    let mut waited = Histogram::<u64>::new_with_bounds(1, 600_000_000, 3).expect("bounds it takes");
    let begun = Instant::now();
    for first in (0..entries).step_by(of as usize) {
        let asked = Instant::now();
        let keys = (first..first + of).map(|key| u64::from(key).to_be_bytes());
        if is_batch {
            let mut batch = database.batch().durability(Some(PersistMode::SyncData));
            keys.for_each(|key| batch.insert(&keyspace, key, &entry));
            batch.commit().expect("written");
        } else {
            for key in keys {
                keyspace.insert(key, &entry).expect("written");
            }
            database.persist(PersistMode::SyncData).expect("synced");
        }
        waited.saturating_record(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    let took = begun.elapsed();
    let (half, most) = (waited.value_at_quantile(0.5), waited.value_at_quantile(0.99));
    let way = if is_batch { "batches" } else { "inserts" };
    line(&format!("fjall, {way} of {of}, synced"), entries, took, half, most);
}

fn line(what: &str, entries: u32, took: Duration, half: u64, most: u64) {
    let rate = f64::from(entries) / took.as_secs_f64();
    println!("{what:<42} {rate:>12.0} entries/s   p50 {half:>7} µs   p99 {most:>7} µs");
}

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (many, few) = if is_bench { (2_000_000, 4_000) } else { (10_000, 100) };
    println!("entries of {BYTES} bytes until each is acknowledged");
    through_the_journal(many, 100, 2_000);
    through_the_journal(many, 100, 100);
    through_the_journal(many / 2, 1, 20_000);
    through_the_journal(few, 1, 1);
    through_fjall(many / 2, 1_000, true);
    through_fjall(many / 2, 1_000, false);
    through_fjall(many / 4, 100, true);
    through_fjall(few, 1, false);
}
