//! How late wakes come: timers of many customers that fall due evenly, 20,000 a second, through clock, shard, journal and back.
//! The engine's own histogram: from the instant that was waited for until the wake is applied.

use crate::asked::Asked;
use crate::running::{Running, Submitter, ms, rate, settings, wall};
use crate::{figure, machine};
use foresend_core::id::CustomerId;
use foresend_core::time::Wait;
use foresend_engine::entry::{Call, Entry, Origin, Said, Told};
use foresend_engine::settings::Settings;
use foresend_program::Sources;
use std::thread;
use std::time::{Duration, Instant};

/// Timers a second.
const WAKES: u32 = 20_000;
/// So long before the first falls due they begin to be told of, and as long as they take to fall due.
const BEFORE_SECONDS: u32 = 10;

const PROGRAM: &str = "brand = 'Timers'\nfrom = 'Timers <timers@example.com>'\npostal = 'Nowhere 1'\n\
    currency = 'EUR'\ntraits = { rung = 'bool' }\n\
    [topics]\ntimers = { says = 'Timers', basis = 'service' }\n\
    [events]\n'Timer Set' = {}\n";

pub(crate) fn measure(asked: &Asked) {
    let seconds = asked.seconds(20);
    let folder = machine::folder();
    one(seconds, "as it is set, a checkpoint in it", &settings(folder.path()));
    let folder = machine::folder();
    let mut seldom = settings(folder.path());
    seldom.checkpoint.every = Duration::from_secs(3_600);
    one(seconds, "without a checkpoint", &seldom);
}

fn one(seconds: u32, how: &str, settings: &Settings) {
    let timers = seconds * WAKES;
    let before = BEFORE_SECONDS + seconds;
    let minutes = (before + seconds).div_ceil(60);
    let running = Running::open(settings, Some(&program(minutes)));
    let key = running.engine.id_key();

    // Waits count from an event's own time. The first timer was set `minutes` before it falls due, and it falls due in a
    // while: each a little later than the one before, all in the past when they are told of.
    let wait = Wait::minutes(minutes);
    let first_due = wall().after(Wait::from_millis(i64::from(before) * 1_000));
    let begun = Instant::now();
    let mut submitter = Submitter::new(running.engine.intake(), 100);
    let (mut entries, mut count) = (Vec::new(), 0);
    for timer in 0..timers {
        let user = format!("t-{timer}");
        let due = first_due.after(Wait::from_millis(i64::from(timer) * 1_000 / i64::from(WAKES)));
        let said = Said::Track { event: "Timer Set", properties: Vec::new(), products: Vec::new() };
        let (message, at) = (u64::from(timer) + 1, due.before(wait));
        let call = Call { user: &user, message, at, origin: Origin::Live, said };
        Entry::Of(CustomerId::of(key, &user), Told::Call(call)).write(&mut entries).expect("short");
        count += 1;
        if count == 1_000 {
            submitter.submit(Instant::now(), &entries, count);
            entries.clear();
            count = 0;
        }
    }
    submitter.finish();
    running.applied();
    assert!(wall() < first_due, "{timers} timers took {:?} to set", begun.elapsed());
    let left = u64::try_from(first_due.since(wall()).millis()).expect("it is to come");
    thread::park_timeout(Duration::from_millis(left));

    let due = Instant::now();
    let given_up = Duration::from_secs(u64::from(seconds) * 2 + 60);
    let wakes = loop {
        let wakes = running.status().shards.iter().map(|shard| shard.wakes).sum::<u64>();
        if wakes >= u64::from(timers) {
            break wakes;
        }
        assert!(due.elapsed() < given_up, "{wakes} of {timers} timers rang");
        thread::park_timeout(Duration::from_millis(50));
    };
    let took = due.elapsed();
    let mut lateness = running.status().shards[0].lateness.clone();
    for shard in &running.status().shards[1..] {
        lateness.add(&shard.lateness).expect("the same bounds");
    }
    let k = rate(wakes, took) / 1e3;
    println!("  {how}: {wakes} wakes in {:.1} s: {k:.1} k/s", took.as_secs_f64());
    for (name, at, against) in [
        ("p50", 0.5, ""),
        ("p99", 0.99, "≤ 50 ms, aim 10 ms"),
        ("p99.9", 0.999, ""),
        ("at most", 1.0, ""),
    ] {
        figure(
            &format!("wake lateness {name}, {how}"),
            &ms(lateness.value_at_quantile(at)),
            against,
        );
    }
    running.close();
}

/// A journey that waits for so many minutes, remembers that it did, and is over.
fn program(minutes: u32) -> Sources {
    let journey = format!(
        "topic = 'timers'\non = 'Timer Set'\nagain = 'always'\n\
         steps = [{{ id = 'ring', after = '{minutes}m', set = {{ rung = true }} }}]\n"
    );
    let mut sources = Sources { folder: "timers".to_owned(), ..Sources::default() };
    sources.files.insert("program.toml".to_owned(), PROGRAM.to_owned());
    sources.files.insert("journeys/timer.toml".to_owned(), journey);
    sources
}
