//! What the store of everything derived costs: customers a second into it by checkpoints, how long it takes to open
//! again, and how long to read one customer. `--customers 1000000` for another number than 200,000.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use foresend_core::chance::{Seed, bits};
use foresend_core::id::{CustomerId, IdKey};
use foresend_core::time::{Timestamp, Wait};
use foresend_engine::entry::{Raw, Seq, kind};
use foresend_engine::journal::FolderId;
use foresend_engine::store::checkpoint::{Checkpointer, GATHERED_BYTES, Part, Resting};
use foresend_engine::store::fjall::{FjallKv, FjallSettings};
use foresend_engine::store::load;
use foresend_engine::store::meta::Meta;
use std::path::Path;
use std::time::{Duration, Instant};

/// A customer with two enrolments, with what the host keeps beside them: assumed.
const ENVELOPE_BYTES: usize = 300;
/// Customers a part, as a shard hands them over.
const PART: usize = 10_000;
const READS: usize = 50_000;
/// A Monday, ten in the morning.
const NOW: Timestamp = Timestamp::from_millis(1_772_445_600_000);

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--customers").skip(1);
    let customers = arguments.next().map_or(200_000, |number| number.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder for temporary files");

    let took = timed(|| checkpoint(&open(folder.path()), 1, 0..customers));
    print_rate("ingest: new customers", customers, took);
    let changed = customers / 10;
    let took = timed(|| checkpoint(&open(folder.path()), 2, 0..changed));
    print_rate("ingest: a tenth of them again", changed, took);

    let started = Instant::now();
    let kv = open(folder.path());
    assert!(Meta::load(&kv).expect("just written").is_some());
    println!("open again: {:.1} ms", millis(started.elapsed()));
    let mut due = 0;
    let took = timed(|| {
        load::wakes(&kv, NOW, NOW.after(Wait::minutes(10)), &mut |_, _| {
            due += 1;
            true
        })
        .expect("just written");
    });
    println!("wakes of ten minutes: {due} in {:.1} ms", millis(took));
    let mut number = 0;
    let took = timed(|| number = load::customers(&kv).expect("just written"));
    assert_eq!(usize::try_from(number).ok(), Some(customers));
    print_rate("count: customers", customers, took);
    reads(&kv, "get, first", customers, 0);
    reads(&kv, "get, the same again", customers, 0);
    reads(&kv, "get, nobody", customers, u64::MAX);
}

fn open(folder: &Path) -> FjallKv {
    FjallKv::open(folder, FjallSettings::default()).expect("a store that can be opened")
}

fn checkpoint(kv: &FjallKv, cut: u64, customers: std::ops::Range<usize>) {
    let mut checkpointer = Checkpointer::begin(kv, Seq(cut), GATHERED_BYTES).expect("a store");
    let mut numbers = customers.map(|number| id(number, 0)).collect::<Vec<_>>();
    numbers.sort_unstable();
    for part in numbers.chunks(PART) {
        let customers = part.iter().map(|customer| resting(*customer, cut)).collect();
        checkpointer.take(Part { customers, ..Part::default() }).expect("room on the disk");
    }
    let raw = Raw { customer: None, kind: kind::BOOT, fields: &[0] };
    checkpointer.told(Seq(cut - 1), NOW, raw).expect("room on the disk");
    let cut = Seq(cut);
    let meta = Meta {
        folder: FolderId(0),
        cut,
        now: NOW,
        seed: Seed(1),
        id_key: IdKey(2),
        version: None,
        begun: Vec::new(),
        spreads: Vec::new(),
    };
    checkpointer.commit(&meta).expect("room on the disk");
}

fn id(number: usize, salt: u64) -> CustomerId {
    let number = u64::try_from(number).expect("fits");
    let [high, low] = [0, 1].map(|half| u128::from(bits(number ^ salt, half)));
    CustomerId::from_bits(high << 64 | low)
}

/// Half of an envelope repeats, as ids of the same journeys do; the other half is unlike any other.
fn resting(customer: CustomerId, cut: u64) -> Resting {
    let words =
        (0..).map(|word| if word % 2 == 0 { bits(customer.low() ^ cut, word) } else { word });
    let envelope: Vec<u8> = words.flat_map(u64::to_le_bytes).take(ENVELOPE_BYTES).collect();
    // Over a month.
    let wait = i64::try_from(customer.low() % 2_592_000_000).expect("below a month");
    let next_wake = NOW.after(Wait::from_millis(wait));
    Resting { customer, envelope, next_wake, has_open: false, waits: Vec::new() }
}

fn reads(kv: &FjallKv, what: &str, customers: usize, salt: u64) {
    let mut took: Vec<Duration> = (0..READS)
        .map(|read| {
            let drawn =
                usize::try_from(bits(3, u64::try_from(read).expect("fits"))).expect("64 bits");
            let whom = id(drawn % customers, salt);
            let started = Instant::now();
            let found = load::customer(kv, whom).expect("just written");
            let took = started.elapsed();
            assert_eq!(found.is_some(), salt == 0, "{whom:?}");
            took
        })
        .collect();
    took.sort_unstable();
    let [half, most] = [50, 99].map(|percent| took[READS * percent / 100].as_secs_f64() * 1e6);
    println!("{what}: p50 {half:.1} µs, p99 {most:.1} µs of {READS}");
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a rate to three digits")]
fn print_rate(what: &str, number: usize, took: Duration) {
    let rate = number as f64 / took.as_secs_f64() / 1e3;
    println!("{what}: {number} in {:.0} ms, {rate:.0} k/s", millis(took));
}
