//! What a whole rehearsal costs: the shop's cart recovery over 60 days, in events a second as reports count them.
//! Each input applied is one event, each site event the program does not listen to is one, and what two arms share
//! counts once.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod folder;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use foresend_core::time::{Timestamp, Zone};
use foresend_program::Scenario;
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{NO_FAULTS, Plan, rehearse};
use std::fs;
use std::time::Duration;

const CUSTOMERS: u32 = 20_000;

fn cart_recovery() -> Scenario {
    let text = fs::read_to_string(folder::scenarios().join("cart-recovery.toml"));
    let text = text.expect("scenarios are in the repository");
    let (scenario, _) = foresend_program::scenario("cart-recovery.toml", &text);
    scenario.expect("the shop's scenario is right")
}

fn whole(c: &mut Criterion) {
    let scenario = cart_recovery();
    let (compiled, _) = foresend_program::compile(&folder::shop(), scenario.only.as_deref());
    let compiled = compiled.expect("the shop is right");
    let preset = Preset::named("retail").expect("the built-in preset");
    let zone = Zone::named("Europe/London").expect("a zone of the database");
    let from: Timestamp = scenario.start(&zone);
    let plan = |threads| Plan {
        program: &compiled.program,
        catalogue: Some(&compiled.catalogue),
        preset: &preset,
        customers: CUSTOMERS,
        from,
        days: scenario.days,
        seed: scenario.seed,
        threads,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
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
