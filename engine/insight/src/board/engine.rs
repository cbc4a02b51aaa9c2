//! The engine: is it fast, full, safe, fed? Told by a running engine; a rehearsal has none.

use serde::Serialize;

/// A running engine.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Engine {
    /// From receipt until it was durable.
    pub acknowledge: Histogram,
    /// From due until it was applied.
    pub wake_lateness: Histogram,
    /// Threads that own customers.
    pub shards: Vec<Shard>,
    /// Bytes of memory used, and allowed.
    pub memory: (u64, u64),
    /// Bytes of disk used, and there.
    pub disk: (u64, u64),
    /// Since the last checkpoint, in words: `38 MB since 14:21, 418 records/s`.
    pub journal: String,
    /// In words: `0.21 ms p50, 1.4 records each`.
    pub commit: String,
    /// In words: `Up 12 d 3 h · restored 0.8 s · …`.
    pub status: String,
    /// Which mail leaves: `ramp`.
    pub stage: String,
    /// Every event that a journey listens to.
    pub feed: Vec<Feed>,
}

/// Durations.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Histogram {
    /// Upper bounds of bins in microseconds, growing, with the count of each.
    pub bins: Vec<(u64, u64)>,
    /// p50, p99, p99.9 and the largest, in microseconds.
    pub quantiles: [u64; 4],
    /// The p99 that it should keep, in microseconds.
    pub line: Option<u64>,
    /// Over how long, in words.
    pub over: String,
}

/// A thread that owns customers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Shard {
    /// Events a second.
    pub events: u64,
    /// Customers in memory.
    pub in_memory: u64,
    /// Customers on disk only.
    pub at_rest: u64,
    /// Inputs that wait.
    pub mailbox: u64,
    /// Half of all inputs are applied within so many nanoseconds.
    pub apply_p50: u64,
    /// Wakes in the next hour.
    pub due: u64,
    /// Customers set aside after a fault.
    pub quarantined: u64,
}

/// How a feed of events is.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Feed {
    /// The event's name.
    pub event: String,
    /// Minutes since the last one.
    pub since: f64,
    /// The longest gap in 99 of 100 such hours, in minutes.
    pub usual: f64,
}
