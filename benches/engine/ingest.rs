//! Durable events a second through the whole engine: as many as it takes while several submitters keep appends of a hundred
//! standing, and how long an acknowledgement takes at half of that, by the clock. Beside it one insert of fjall an event,
//! synced every thousand: ratios travel, seconds do not.

use crate::asked::Asked;
use crate::load::{CALLS, Crowd, events};
use crate::running::{Running, Submitter, ms, rate, settings, wall};
use crate::{figure, folder, machine};
use fjall::{Database, KeyspaceCreateOptions, PersistMode};
use foresend_engine::entry::each;
use foresend_engine::journal::Intake;
use hdrhistogram::Histogram;
use std::thread;
use std::time::{Duration, Instant};

const SUBMITTERS: u64 = 2;
/// Appends that each keeps standing.
const STANDING: u32 = 50;
/// fjall is watched no longer than that.
const PEER_SECONDS: u32 = 10;
/// Events that are made to see what that costs.
const MADE: u32 = 200_000;
const SYNCED: usize = 1_000;
/// Longer than that is no burst.
const BURST_SECONDS: u32 = 60;

/// What submitters came to.
struct Came {
    entries: u64,
    took: Duration,
    waited: Histogram<u64>,
    refused: u64,
}

pub(crate) fn measure(asked: &Asked) {
    let seconds = asked.seconds(10);
    let folder = machine::folder();
    let running = Running::open(&settings(folder.path()), Some(&folder::shop()));
    let customers = asked.customers(200_000);
    let crowd = Crowd::of(customers, running.engine.id_key(), events());
    let intake = running.engine.intake();
    introduce(&crowd, &intake);
    running.applied();
    println!(
        "  {customers} customers; {SUBMITTERS} submitters, {STANDING} appends of {CALLS} events each stand"
    );

    let mut speaker = crowd.speaker(crowd.len(), 98);
    let took = machine::works(|| (0..MADE / CALLS).for_each(|_| drop(speaker.speak(wall()))));
    let making = took.as_secs_f64() * 1e9 / f64::from(MADE);
    figure("making an event, which is in everything below", &format!("{making:.0} ns"), "");

    let (begun, before) = (Instant::now(), machine::process_worked());
    let during = Duration::from_secs(u64::from(seconds));
    let full = submit(&crowd, &intake, during, None, 1);
    running.applied();
    let took = begun.elapsed();
    let is_burst = seconds <= BURST_SECONDS;
    let against =
        if is_burst { "≥ 300 k, aim 500 k (burst)" } else { "≥ 100 k, aim 250 k (one hour)" };
    let durable = rate(full.entries, full.took);
    let of_seconds = |what| format!("{what}, {seconds} s");
    figure(&of_seconds("durable"), &k(durable), against);
    let applied = rate(full.entries, took);
    figure(&of_seconds("durable and applied"), &k(applied), "");
    if let Some(worked) =
        machine::process_worked().zip(before).map(|(after, before)| after - before)
    {
        let us = 1e6 / rate(full.entries, worked);
        figure("time on processors, checkpoints and all", &format!("{us:.2} µs an event"), "");
    }
    let late = took.saturating_sub(full.took).as_secs_f64() * 1e3;
    figure("what was durable was applied after", &format!("{late:.0} ms"), "");
    let quantile = |of: &Histogram<u64>, at| ms(of.value_at_quantile(at));
    figure("acknowledge p50 at that load", &quantile(&full.waited, 0.5), "");
    figure("acknowledge p99 at that load", &quantile(&full.waited, 0.99), "");
    if full.refused > 0 {
        figure("appends told \"not now\", and tried again", &full.refused.to_string(), "");
    }

    let every = Duration::from_secs_f64(f64::from(CALLS) * 2.0 / applied);
    let during = during.min(Duration::from_secs(u64::from(BURST_SECONDS)));
    let half = submit(&crowd, &intake, during, Some(every), 2);
    let what = format!("at {} by the clock", k(rate(half.entries, half.took)));
    figure(&format!("acknowledge p50 {what}"), &quantile(&half.waited, 0.5), "");
    figure(&format!("acknowledge p99 {what}"), &quantile(&half.waited, 0.99), "≤ 15 ms, aim 5 ms");
    running.applied();
    if let Some(bytes) = machine::memory(true) {
        figure("memory of the process, at most", &format!("{} MiB", bytes >> 20), "");
    }
    running.close();
    peer(&crowd, seconds.min(PEER_SECONDS), durable);
}

/// Tells of everybody once.
pub(crate) fn introduce(crowd: &Crowd, intake: &Intake) {
    let mut submitter = Submitter::new(intake.clone(), STANDING);
    let (mut entries, mut count) = (Vec::new(), 0);
    for customer in 0..crowd.len() {
        count += crowd.introduce(customer, wall(), &mut entries);
        if count >= CALLS || customer + 1 == crowd.len() {
            submitter.submit(Instant::now(), &entries, count);
            entries.clear();
            count = 0;
        }
    }
    submitter.finish();
}

/// Submits for so long: as much as is taken, or an append `every` so often over all submitters.
fn submit(
    crowd: &Crowd,
    intake: &Intake,
    during: Duration,
    every: Option<Duration>,
    round: u64,
) -> Came {
    let begun = Instant::now();
    let submitters = thread::scope(|scope| {
        let threads: Vec<_> = (0..SUBMITTERS)
            .map(|which| {
                let most = if every.is_some() { u32::MAX } else { STANDING };
                let mut submitter = Submitter::new(intake.clone(), most);
                let mut speaker = crowd.speaker(crowd.len(), round << 8 | which);
                scope.spawn(move || {
                    let mut appends = 0u32;
                    while begun.elapsed() < during {
                        let mut wanted = Instant::now();
                        if let Some(every) = every {
                            let number = appends * u32::try_from(SUBMITTERS).expect("few");
                            wanted = begun + every * (number + u32::try_from(which).expect("few"));
                            thread::park_timeout(wanted.saturating_duration_since(Instant::now()));
                        }
                        submitter.submit(wanted, &speaker.speak(wall()), CALLS);
                        appends += 1;
                    }
                    submitter.finish();
                    submitter
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    let submitters: Vec<Submitter> = submitters;
    let took = begun.elapsed();
    let mut waited = Histogram::new_with_bounds(1, 600_000_000, 3).expect("bounds it takes");
    let mut refused = 0;
    for submitter in submitters {
        waited.add(&submitter.waited).expect("the same bounds");
        refused += submitter.refused;
    }
    let entries = waited.len() * u64::from(CALLS);
    Came { entries, took, waited, refused }
}

/// The same events into fjall, one insert each, synced every thousand.
fn peer(crowd: &Crowd, seconds: u32, durable: f64) {
    let folder = machine::folder();
    let database = Database::builder(folder.path()).open().expect("a new store");
    let options = KeyspaceCreateOptions::default;
    let keyspace = database.keyspace("events", options).expect("a new keyspace");
    let mut speaker = crowd.speaker(crowd.len(), 99);
    let (begun, mut number) = (Instant::now(), 0u64);
    while begun.elapsed() < Duration::from_secs(u64::from(seconds)) {
        for _ in 0..SYNCED / CALLS as usize {
            let entries = speaker.speak(wall());
            for raw in each(&entries) {
                number += 1;
                let fields = raw.expect("an entry of ours").fields;
                keyspace.insert(number.to_be_bytes(), fields).expect("written");
            }
        }
        database.persist(PersistMode::SyncData).expect("synced");
    }
    let peer = rate(number, begun.elapsed());
    let what = format!("beside it: one insert of fjall an event, synced every {SYNCED}");
    figure(&what, &k(peer), "");
    figure("durable, against that", &format!("{:.1} ×", durable / peer), "");
}

fn k(rate: f64) -> String {
    format!("{:.0} k/s", rate / 1e3)
}
