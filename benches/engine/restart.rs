//! How long a restart takes with many customers, until calls are accepted, and until everything is applied: after a clean
//! end; after the process was killed right before its next checkpoint was due, by time at a rate that lasts, and by bytes.
//! Every engine is a process of its own, begun by this one: so a kill is a kill, and nothing is warm but the disk's cache.

use crate::asked::Asked;
use crate::ingest::introduce;
use crate::load::{CALLS, Crowd, events};
use crate::running::{Running, Submitter, ms, settings, wall};
use crate::{figure, folder, machine};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The first argument of a child.
const CHILD: &str = "--engine-of-a-restart";
/// What one that is to be killed says when everything is durable.
const READY: &str = "ready";
/// So many of the customers do something within an interval of checkpoints: one in three.
const ACTIVE: usize = 3;
/// Events a second that last.
const RATE: u64 = 20_000;

pub(crate) fn measure(asked: &Asked) {
    let folder = machine::folder();
    let customers = asked.customers(100_000);
    run(&["fill"], folder.path(), customers);
    run(&["rest"], folder.path(), customers);
    run(&["open", "after a clean end"], folder.path(), customers);
    let due = settings(folder.path()).checkpoint;
    let by_time = RATE * due.every.as_secs();
    let when = format!("killed after {} s of {RATE} events/s", due.every.as_secs());
    kill_when_ready(folder.path(), customers, ["3", &by_time.to_string(), "0"]);
    run(&["open", &when], folder.path(), customers);
    let when = format!("killed after {} MiB", due.bytes >> 20);
    kill_when_ready(folder.path(), customers, ["5", "0", &due.bytes.to_string()]);
    run(&["open", &when], folder.path(), customers);
}

/// Whether this process is a child, and did what it was begun for.
pub(crate) fn child(arguments: &[String]) -> bool {
    let [first, folder, customers, what, rest @ ..] = arguments else { return false };
    if first != CHILD {
        return false;
    }
    let customers = customers.parse().expect("a number of ours");
    let folder = Path::new(folder);
    match what.as_str() {
        "fill" => fill(folder, customers),
        "rest" => {
            let running = Running::open(&settings(folder), None);
            machine::comes_to_rest();
            running.close();
        }
        "tail" => {
            let [speaker, events, bytes] = rest else { unreachable!("it is told how much") };
            let number = |text: &String| text.parse().expect("a number of ours");
            tail(folder, customers, number(speaker), (number(events), number(bytes)))
        }
        "open" => open(folder, customers, &rest[0]),
        other => unreachable!("no child does `{other}`"),
    }
    true
}

fn command(what: &[&str], folder: &Path, customers: u32) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a file"));
    command.arg(CHILD).arg(folder).arg(customers.to_string()).args(what);
    command
}

fn run(what: &[&str], folder: &Path, customers: u32) {
    let status = command(what, folder, customers).status().expect("it can be run once more");
    assert!(status.success(), "{what:?} failed");
}

fn kill_when_ready(folder: &Path, customers: u32, [speaker, events, bytes]: [&str; 3]) {
    let mut command = command(&["tail", speaker, events, bytes], folder, customers);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it can be run once more");
    let said = BufReader::new(child.stdout.take().expect("piped")).lines();
    let ready = said.map_while(Result::ok).any(|line| line == READY);
    child.kill().expect("it waits to be killed");
    child.wait().expect("it was ours");
    assert!(ready, "it ended by itself");
}

/// Makes the customers, and ends cleanly.
fn fill(folder: &Path, customers: u32) {
    let running = Running::open(&settings(folder), Some(&folder::shop()));
    let crowd = Crowd::of(customers, running.engine.id_key(), events());
    introduce(&crowd, &running.engine.intake());
    running.close();
    let mib = machine::bytes_of(folder) >> 20;
    println!("  {customers} customers, two journeys waiting in each; {mib} MiB on disk");
}

/// Appends so many events, or so many bytes of them, makes no checkpoint, and waits for its end.
fn tail(folder: &Path, customers: u32, speaker: u64, (events_max, bytes): (u64, u64)) -> ! {
    let mut settings = settings(folder);
    settings.checkpoint.every = Duration::from_secs(3_600);
    settings.checkpoint.bytes = u64::MAX;
    let running = Running::open(&settings, None);
    machine::comes_to_rest();
    let crowd = Crowd::of(customers, running.engine.id_key(), events());
    let mut speaker = crowd.speaker(crowd.len().div_ceil(ACTIVE), speaker);
    let mut submitter = Submitter::new(running.engine.intake(), 50);
    let (mut written, mut told) = (0, 0);
    while written < bytes || told < events_max {
        let entries = speaker.speak(wall());
        written += u64::try_from(entries.len()).expect("fits");
        told += u64::from(CALLS);
        submitter.submit(Instant::now(), &entries, CALLS);
    }
    submitter.finish();
    println!("{READY}");
    loop {
        thread::park();
    }
}

/// Opens, and measures.
fn open(folder: &Path, customers: u32, when: &str) {
    let (settings, events) = (settings(folder), events());
    let (begun, before) = (Instant::now(), machine::process_worked());
    let running = Running::open(&settings, None);
    let opened = begun.elapsed();
    let from = running.engine.intake().durable();
    let crowd = Crowd::of(customers.min(1_000), running.engine.id_key(), events);
    let entries = crowd.speaker(crowd.len(), 4).speak(wall());
    let wanted = Instant::now();
    let mut submitter = Submitter::new(running.engine.intake(), 1);
    submitter.submit(wanted, &entries, CALLS);
    submitter.finish();
    let acknowledged = wanted.elapsed();
    running.applied();
    let applied = begun.elapsed();
    let replayed: u64 = running.status().shards.iter().map(|shard| shard.applied).sum();
    println!("  {when}: {replayed} entries applied, up to {}", from.0);
    let us = |took: Duration| ms(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    figure(&format!("{when}: open"), &us(opened), "≤ 1 s, aim 0.3 s with 1 M customers");
    figure(&format!("{when}: the first hundred calls acknowledged after"), &us(acknowledged), "");
    figure(
        &format!("{when}: everything applied"),
        &us(applied),
        "≤ 5 s, aim 1 s with 1 M customers",
    );
    if let Some(worked) =
        machine::process_worked().zip(before).map(|(after, before)| after - before)
    {
        figure(&format!("{when}: time on processors until then"), &us(worked), "");
    }
    if let Some(bytes) = machine::memory(true) {
        figure(
            &format!("{when}: memory of the process, at most"),
            &format!("{} MiB", bytes >> 20),
            "",
        );
    }
    running.close();
}
