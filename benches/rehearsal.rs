//! What a whole rehearsal costs: the shop's cart recovery over 60 days, in events a second as reports count them.
//! Each input applied is one event, each site event the program does not listen to is one, and what two arms share
//! counts once.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use foresend_core::time::{Timestamp, Zone};
use foresend_program::{Scenario, Sources};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{Plan, rehearse};
use std::fs;
use std::path::Path;
use std::time::Duration;

const CUSTOMERS: u32 = 20_000;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(path);
    fs::read_to_string(path).expect("scenarios are in the repository")
}

fn cart_recovery() -> (Scenario, Sources) {
    let text = read("cart-recovery.toml");
    let (scenario, _) = foresend_program::scenario("cart-recovery.toml", &text);
    let mut sources = Sources { folder: "shop".into(), ..Sources::default() };
    let files = [
        "program.toml",
        "journeys/cart-recovery.toml",
        "mails/cart-first.md",
        "mails/cart-second.md",
        "mails/cart-offer.md",
    ];
    for file in files {
        sources.files.insert(file.to_owned(), read(&format!("shop/{file}")));
    }
    (scenario.expect("the shop's scenario is right"), sources)
}

fn whole(c: &mut Criterion) {
    let (scenario, sources) = cart_recovery();
    let (compiled, _) = foresend_program::compile(&sources, None);
    let program = compiled.expect("the shop is right").program;
    let preset = Preset::named("retail").expect("the built-in preset");
    let zone = Zone::named("Europe/London").expect("a zone of the database");
    let from: Timestamp = scenario.start(&zone);
    let plan = |threads| Plan {
        program: &program,
        preset: &preset,
        customers: CUSTOMERS,
        from,
        days: scenario.days,
        seed: scenario.seed,
        threads,
    };
    let events = rehearse(&plan(1), &|_, _| {}).expect("a plan that can be rehearsed").events;
    println!("{CUSTOMERS} customers make {events} events");
    let mut group = c.benchmark_group("cart-recovery, 60 days, 2 arms");
    group.throughput(Throughput::Elements(events)).sample_size(10);
    group.measurement_time(Duration::from_secs(5));
    for threads in [1, 2] {
        group.bench_function(format!("threads {threads}"), |bencher| {
            bencher.iter(|| rehearse(&plan(threads), &|_, _| {}));
        });
    }
    group.finish();
}

criterion_group!(benches, whole);
criterion_main!(benches);
