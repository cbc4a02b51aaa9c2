//! What a shard has counted since it began, and what it holds: for its operator. Nothing here is decided upon.

use foresend_core::customer::input::Outcome;
use foresend_core::customer::record::{Decided, NoMail, Record};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

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
    /// What became of mails, by outcome in one word.
    pub answered: BTreeMap<&'static str, u64>,
    /// Mails that did not leave, by reason in one word.
    pub held: BTreeMap<&'static str, u64>,
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
            answered: BTreeMap::new(),
            held: BTreeMap::new(),
            quarantined: 0,
            residents: (0, 0),
            changed: 0,
            seen: 0,
            lateness,
        }
    }

    /// Counts what was decided about a mail.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other decisions are the Pulse's")]
    pub(super) fn note(&mut self, record: &Record) {
        match record.decided {
            Decided::Answered(_, outcome) => {
                *self.answered.entry(became(outcome)).or_default() += 1
            }
            Decided::Held(_, why) => *self.held.entry(because(why)).or_default() += 1,
            _ => {}
        }
    }
}

const fn became(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Deferred => "deferred",
        Outcome::Rejected => "rejected",
        Outcome::Unknown => "unknown",
        Outcome::Bounced { .. } => "bounced",
        Outcome::Complained => "complained",
        Outcome::RenderFailed => "not_made",
    }
}

const fn because(why: NoMail) -> &'static str {
    match why {
        NoMail::Stopped(_) => "stopped",
        NoMail::WhileFalse => "while_false",
        NoMail::WhileUnknown => "while_unknown",
        NoMail::NoAddress => "no_address",
        NoMail::NoPermission => "no_permission",
        NoMail::Suppressed => "suppressed",
        NoMail::Holdout => "holdout",
        NoMail::TestHoldout => "test_holdout",
        NoMail::Limit => "limit",
        NoMail::NoCode => "no_code",
        NoMail::Yielded(_) => "yielded",
        NoMail::Late => "late",
        NoMail::Shut => "shut",
    }
}
