//! The journal, read again. What a customer becomes depends on their own entries alone, in their order: so entries are
//! gathered by partition, and told customer by customer. Then each is read from the store once, beside their neighbours
//! there, and is in the processor's caches for all that was told to them.
//!
//! Invariant: told in this order or in the journal's, everybody becomes the same. What is told to all is told in its place.

use super::core::ShardCore;
use super::{Out, ShardError, partition};
use crate::entry::{Entry, Group, HEAD, Raw, Seq};
use crate::store::key;
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use std::collections::BTreeMap;

/// So many bytes of entries are gathered: they are told in two or three seconds.
const GATHERED_BYTES: usize = 32 << 20;

/// What was read, and not told yet.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    by_partition: BTreeMap<u8, Entries>,
    bytes: usize,
    /// When the last of them came.
    last: Option<Timestamp>,
}

/// Entries of a partition: for whom, the place, when it came, and from which byte on.
#[derive(Debug, Default)]
struct Entries {
    places: Vec<(CustomerId, Seq, Timestamp, usize)>,
    bytes: Vec<u8>,
}

impl ShardCore {
    /// Takes a group of the journal that is read again.
    pub(super) fn gather(
        &mut self,
        group: &Group,
        at: i64,
        out: &mut Out,
    ) -> Result<(), ShardError> {
        // Ids of calls are let go by the hour.
        let is_over = |last| key::generation(last) != key::generation(group.now);
        if self.gathered.bytes > GATHERED_BYTES || self.gathered.last.is_some_and(is_over) {
            self.tell_gathered(at, out)?;
        }
        self.now = self.now.max(group.now);
        let (mut seq, mut rest) = (group.first, &*group.entries);
        while !rest.is_empty() {
            let unread = |source| ShardError::Entry { seq, source };
            let (raw, after) = Raw::first(rest).map_err(unread)?;
            match raw.customer {
                Some(whom) if self.partitions.contains(&partition(whom)) => {
                    let entry = &rest[..HEAD + raw.fields.len()];
                    let Gathered { by_partition, bytes, last } = &mut self.gathered;
                    let into = by_partition.entry(partition(whom)).or_default();
                    into.places.push((whom, seq, group.now, into.bytes.len()));
                    into.bytes.extend_from_slice(entry);
                    (*bytes, *last) = (*bytes + entry.len(), Some(group.now));
                }
                Some(_) => {}
                None => {
                    self.tell_gathered(at, out)?;
                    self.tell_all((seq, group.now), &raw.read().map_err(unread)?)?;
                }
            }
            (seq, rest) = (Seq(seq.0 + 1), after);
        }
        Ok(())
    }

    /// Tells what was gathered.
    pub(super) fn tell_gathered(&mut self, at: i64, out: &mut Out) -> Result<(), ShardError> {
        let gathered = std::mem::take(&mut self.gathered);
        if gathered.by_partition.is_empty() {
            return Ok(());
        }
        for Entries { mut places, bytes } in gathered.by_partition.into_values() {
            places.sort_unstable();
            for (_, seq, now, from) in places {
                let unread = |source| ShardError::Entry { seq, source };
                let (raw, _) = Raw::first(&bytes[from..]).map_err(unread)?;
                let Entry::Of(whom, told) = raw.read().map_err(unread)? else { continue };
                self.tell((seq, now, at), whom, &told, raw.fields, out)?;
            }
        }
        let all = self.residents.len();
        self.residents.rest(self.memory, self.settled_round, all);
        Ok(())
    }
}
