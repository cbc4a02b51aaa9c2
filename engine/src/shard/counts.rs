//! What a shard has counted since it began, and what it holds: for its operator. Nothing here is decided upon. What its
//! customers decided is in its pulse.

use hdrhistogram::Histogram;

/// What a shard has counted since it began, and what it holds.
#[derive(Clone, Debug)]
pub struct Counts {
    /// Entries of its customers that were applied.
    pub applied: u64,
    /// Calls of the shop among them.
    pub calls: u64,
    /// Calls that had been taken already.
    pub repeats: u64,
    /// Events that the program does not name.
    pub unknown_events: u64,
    /// Consents to topics that the program does not have.
    pub unknown_topics: u64,
    /// Answers about mails that the program does not have any more.
    pub unknown_sends: u64,
    /// Wakes that were applied.
    pub wakes: u64,
    /// Customers whose inputs are kept and not applied.
    pub quarantined: usize,
    /// Customers in memory, and their bytes.
    pub residents: (usize, usize),
    /// Customers that have changed since the last checkpoint.
    pub changed: usize,
    /// Message ids that are known.
    pub seen: usize,
    /// How long after its instant a wake was applied, in microseconds.
    pub lateness: Histogram<u64>,
}

impl Counts {
    pub(super) fn new() -> Self {
        let lateness = Histogram::new_with_bounds(1, 86_400_000_000, 3).expect("bounds of ours");
        Self {
            applied: 0,
            calls: 0,
            repeats: 0,
            unknown_events: 0,
            unknown_topics: 0,
            unknown_sends: 0,
            wakes: 0,
            quarantined: 0,
            residents: (0, 0),
            changed: 0,
            seen: 0,
            lateness,
        }
    }
}
