//! Calls that were taken already: SDKs send again what they think was lost, for up to 12 hours. A call is known by its
//! message id and its customer for 24 hours, counted in whole hours.
//!
//! Invariant: what is a repeat follows from the journal alone: from ids and from its clock, never from how customers are
//! spread over shards, or from restarts.

use crate::store::key::{self, SEEN_FOR};
use foresend_core::chance;
use foresend_core::id::CustomerId;
use foresend_core::time::{Timestamp, Wait};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Ids of one generation, each with its hour in there. Hashes already, and in bytes: so a table has no gaps between
/// them, and takes ten bytes a place instead of seventeen.
type Ids = HashMap<Id, u8, BuildHasherDefault<AsItIs>>;

/// How long one generation of ids is, in hours: they are let go together.
const GENERATION: u32 = 12;
/// How many there are: the one that grows, and those before it that may hold something of the last 24 hours.
const GENERATIONS: u32 = 3;

/// Calls that were taken already.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Oldest first, at most [`GENERATIONS`]; each with its number.
    generations: Vec<(u32, Ids)>,
    /// Ids since the last cut, with their hours, in order.
    new: Vec<(u32, u64)>,
}

impl Seen {
    /// Whether the call is a repeat; if not, it is known from here on.
    pub(super) fn is_repeat(&mut self, customer: CustomerId, message: u64, now: Timestamp) -> bool {
        if message == 0 {
            return false;
        }
        let (hour, id) = (key::generation(now), id_of(customer, message));
        self.advance(hour / GENERATION);
        let known = self.generations.iter().rev().find_map(|(generation, ids)| {
            ids.get(&Id(id.to_ne_bytes())).map(|hour| generation * GENERATION + u32::from(*hour))
        });
        if known.is_some_and(|known| known >= oldest(hour)) {
            return true;
        }
        self.restore(hour, std::iter::once(id));
        self.new.push((hour, id));
        false
    }

    /// Knows ids of an hour.
    pub(super) fn restore(&mut self, hour: u32, ids: impl ExactSizeIterator<Item = u64>) {
        let generation = hour / GENERATION;
        let at = self.generations.iter().position(|(number, _)| *number >= generation);
        let at = at.unwrap_or(self.generations.len());
        if self.generations.get(at).is_none_or(|(number, _)| *number != generation) {
            self.generations.insert(at, (generation, Ids::default()));
        }
        let known = &mut self.generations[at].1;
        known.reserve(ids.len());
        let within = u8::try_from(hour % GENERATION).expect("a generation is twelve hours");
        known.extend(ids.map(|id| (Id(id.to_ne_bytes()), within)));
    }

    /// The ids since the last cut, by hour and partition.
    pub(super) fn cut(&mut self) -> Vec<(u32, u8, Vec<u64>)> {
        let mut new = std::mem::take(&mut self.new);
        new.sort_unstable();
        let of = |id: &(u32, u64)| (id.0, partition_of(id.1));
        let chunks = new.chunk_by(|a, b| of(a) == of(b));
        let block = |ids: &[(u32, u64)]| {
            let (hour, partition) = of(&ids[0]);
            (hour, partition, ids.iter().map(|(_, id)| *id).collect())
        };
        chunks.map(block).collect()
    }

    /// How many are known.
    pub(super) fn len(&self) -> usize {
        self.generations.iter().map(|(_, ids)| ids.len()).sum()
    }

    fn advance(&mut self, generation: u32) {
        if self.generations.first().is_some_and(|(oldest, _)| oldest + GENERATIONS <= generation) {
            self.generations.retain(|(number, _)| number + GENERATIONS > generation);
        }
    }
}

/// The oldest hour that is asked in this one.
fn oldest(hour: u32) -> u32 {
    hour.saturating_sub(key::generation(Timestamp::from_millis(SEEN_FOR.millis())))
}

/// Since when ids are asked, at `now`.
pub(super) fn asked_since(now: Timestamp) -> Timestamp {
    now.before(SEEN_FOR).before(Wait::hours(1))
}

/// 56 bits for the call, below the customer's partition. Part of the format.
fn id_of(customer: CustomerId, message: u64) -> u64 {
    let partition = u64::from(super::partition(customer)) << 56;
    partition | chance::join(customer.low(), message) >> 8
}

/// The partition of an id's customer.
pub(super) const fn partition_of(id: u64) -> u8 {
    id.to_be_bytes()[0]
}

/// An id as a table holds it.
#[derive(PartialEq, Eq, Debug)]
struct Id([u8; 8]);

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from_ne_bytes(self.0));
    }
}

/// A hasher for what is a hash already.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        // The table looks at the lowest bits and at the highest: not at the partition, which a shard has few of.
        self.0 = id << 8 ^ id >> 24;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(low: u128) -> CustomerId {
        CustomerId::from_bits(7 << 120 | low)
    }

    #[test]
    fn a_message_is_known_for_a_day_of_the_customer_who_sent_it() {
        let mut seen = Seen::default();
        let day = |hours: i64| Timestamp::from_millis(hours * 3_600_000);
        assert!(!seen.is_repeat(who(1), 5, day(11)));
        assert!(seen.is_repeat(who(1), 5, day(11)));
        assert!(!seen.is_repeat(who(2), 5, day(11)), "another customer's");
        assert!(!seen.is_repeat(who(1), 0, day(11)) && !seen.is_repeat(who(1), 0, day(11)));
        assert!(seen.is_repeat(who(1), 5, day(35)), "a day later");
        let mut again = Seen::default();
        for (hour, _, ids) in seen.cut() {
            again.restore(hour, ids.into_iter());
        }
        for mut seen in [seen, again] {
            assert!(!seen.is_repeat(who(1), 5, day(36)), "a day and an hour later");
            assert!(seen.is_repeat(who(1), 5, day(60)), "it is known anew");
        }
    }

    #[test]
    fn what_a_cut_hands_over_is_known_again_after_a_restart() {
        let now = Timestamp::from_millis(1_772_470_800_000);
        let mut seen = Seen::default();
        (0..1000u64).for_each(|i| assert!(!seen.is_repeat(who(u128::from(i % 10)), i + 1, now)));
        let blocks = seen.cut();
        assert!(seen.cut().is_empty());
        assert_eq!(blocks.iter().map(|(_, partition, _)| *partition).collect::<Vec<_>>(), [7]);
        let mut again = Seen::default();
        for (hour, _, ids) in blocks {
            again.restore(hour, ids.into_iter());
        }
        assert_eq!(again.len(), 1000);
        (0..1000u64).for_each(|i| assert!(again.is_repeat(who(u128::from(i % 10)), i + 1, now)));
    }

    #[test]
    fn ids_never_change() {
        assert_eq!(id_of(who(9), 5), 0x07ef0f2c40bce442);
    }
}
