//! How an engine is: plain numbers at one moment, taken by the engine, shown by whoever shows them. Nothing here is worked
//! out from anything else.

use hdrhistogram::Histogram;
use std::time::Duration;

/// How an engine is at one moment. Counters count from the start of the process and never go back; those of mails and
/// journeys begin anew when another version of the program runs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Vitals {
    /// What it is doing.
    pub state: State,
    /// Entries of the journal that are durable.
    pub durable_seq: u64,
    /// Entries that every shard has applied; at most [`Vitals::durable_seq`].
    pub applied_seq: u64,
    /// Bytes of events that wait to become durable.
    pub intake_bytes: u64,
    /// Calls of the shop that were applied.
    pub calls: u64,
    /// Calls that had been taken already.
    pub repeats: u64,
    /// Customers in memory.
    pub residents: u64,
    /// What they take there, in bytes.
    pub resident_bytes: u64,
    /// Customers that are set aside because an input made us stumble.
    pub quarantined: u64,
    /// Wakes that came due and were applied.
    pub wakes: u64,
    /// How much later than due they were applied.
    pub wake_lateness: Quantiles,
    /// From an append's arrival at the journal to its acknowledgement.
    pub acknowledge: Quantiles,
    /// Mails that are ready and wait for their hand-over.
    pub mails_waiting: u64,
    /// Mails between claim and outcome.
    pub mails_in_flight: u64,
    /// What became of mails, by outcome in one word ("accepted", "unknown"), in order of the words.
    pub sends: Vec<(&'static str, u64)>,
    /// Mails that did not leave, by reason in one word ("limit", "stopped"), in order of the words.
    pub held: Vec<(&'static str, u64)>,
    /// Journeys, in the order of the program.
    pub journeys: Vec<JourneyVitals>,
    /// Since the last checkpoint; `None`: there has been none.
    pub checkpoint_age: Option<Duration>,
    /// Free bytes of the disk under the data folder; `None`: nobody could say.
    pub disk_free_bytes: Option<u64>,
}

/// What came of a journey.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct JourneyVitals {
    /// Its name.
    pub journey: String,
    /// Enrolments.
    pub started: u64,
    /// Enrolments that reached its goal.
    pub goals: u64,
    /// Its mails: how many left, and what people did with them, in one word each, in order of the words.
    pub mails: Vec<(&'static str, u64)>,
}

/// The middle and the tail of many durations since the start of the process. Zero where there were none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Quantiles {
    /// Half of them were no longer.
    pub p50: Duration,
    /// 99 of 100 were no longer.
    pub p99: Duration,
    /// 999 of 1,000 were no longer.
    pub p999: Duration,
}

impl Quantiles {
    /// Of a histogram of microseconds.
    #[must_use]
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| Duration::from_micros(histogram.value_at_quantile(quantile));
        Self { p50: at(0.5), p99: at(0.99), p999: at(0.999) }
    }
}

/// What an engine is doing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum State {
    /// It checks what it finds on disk.
    #[default]
    Starting,
    /// It accepts calls, and applies what it had accepted before it began.
    Replaying,
    /// It accepts calls, applies them, and hands mail over.
    Ready,
    /// It accepts no more calls, and finishes what it has begun.
    Draining,
    /// It has stopped for good.
    Stopped,
}

impl State {
    /// Every state, in the order in which an engine goes through them.
    pub const ALL: [Self; 5] =
        [Self::Starting, Self::Replaying, Self::Ready, Self::Draining, Self::Stopped];

    /// In one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Replaying => "replaying",
            Self::Ready => "ready",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
        }
    }

    /// In a sentence, for whoever wonders.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Starting => "checking what is on disk; nothing is taken yet",
            Self::Replaying => "applying what was accepted before the restart",
            Self::Ready => "waking customers, applying what comes, handing mail over",
            Self::Draining => "finishing what has begun; nothing more is taken",
            Self::Stopped => "stopped for good; the log says why",
        }
    }

    /// Whether calls are accepted.
    #[must_use]
    pub const fn accepts(self) -> bool {
        match self {
            Self::Replaying | Self::Ready => true,
            Self::Starting | Self::Draining | Self::Stopped => false,
        }
    }
}
