//! What the machine says: the memory of this process, the bytes of a folder, how long a thread worked, and a folder on a real disk.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A new folder in the target folder: where temporary files go is often memory, and would be synced in no time.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder in the target folder")
}

/// Bytes of memory that this process holds, now or at most so far, where the system tells (Linux does).
pub(crate) fn memory(at_most: bool) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let name = if at_most { "VmHWM:" } else { "VmRSS:" };
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib << 10)
}

/// How long this thread works on `work`: on a processor, where the system tells (Linux does), so that others on the machine
/// count less; else by the clock.
pub(crate) fn works(work: impl FnOnce()) -> Duration {
    let (begun, before) = (Instant::now(), on_processor());
    work();
    let by_clock = begun.elapsed();
    let on_it = on_processor().zip(before).map(|(after, before)| after - before);
    on_it.map_or(by_clock, Duration::from_nanos)
}

/// How long all threads of this process have worked on processors, those that ended included, where the system tells.
pub(crate) fn process_worked() -> Option<Duration> {
    let told = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the program's name, which may hold anything: in user and in system mode, in hundredths of a second
    // (proc_pid_stat(5), fields 14 and 15; USER_HZ is 100 on every machine that we know).
    let (_, fields) = told.rsplit_once(')')?;
    let fields = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    let hundredths = fields.sum::<Result<u64, _>>().ok()?;
    Some(Duration::from_millis(hundredths * 10))
}

/// Waits until this process has next to nothing to do: a store merges its tables for a while after they were written.
pub(crate) fn comes_to_rest() {
    const LOOK: Duration = Duration::from_millis(500);
    while let Some(before) = process_worked() {
        thread::park_timeout(LOOK);
        let worked = process_worked().unwrap_or_default().saturating_sub(before);
        if worked < LOOK / 10 {
            return;
        }
    }
}

/// Nanoseconds that this thread has run.
fn on_processor() -> Option<u64> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok()
}

/// Bytes of the files of a folder and of those in it.
pub(crate) fn bytes_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("a folder of ours");
    let bytes = entries.map(|entry| {
        let entry = entry.expect("a folder that can be read");
        let about = entry.metadata().expect("a file of ours");
        if about.is_dir() { bytes_of(&entry.path()) } else { about.len() }
    });
    bytes.sum()
}
