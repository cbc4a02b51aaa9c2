//! The checkpoint: takes what the customers are at a cut, what was told to them and decided about them since the last
//! cut, and moves the store there. Sans-I/O over [`Kv`]; memory is bounded, whatever there is to take.
//!
//! In what order it writes is why a crash between any two steps does no harm. Until [`Meta`] is committed a recovery
//! replays from the old cut; but a customer who was written already says up to where they are the fold, and is not
//! replayed. So:
//! 1. what must be found for a customer is written before the customer: wakes, open mails, waits, their timeline. For a
//!    customer who is not written yet it says too much, which is allowed;
//! 2. then the customers;
//! 3. then what they no longer need is removed. For a customer who is written it was superfluous; for one who is not, it
//!    belongs to what they are replayed from, in memory;
//! 4. Meta last, when everything told up to the cut is in the archive: from then on the journal may forget it.
//!
//! Writing again what was written already changes nothing.

use super::meta::Meta;
use super::rows::Rows;
use super::{StoreError, archive, each_of, key};
use crate::entry::{Raw, Seq};
use crate::kv::{Kv, Room};
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::time::Timestamp;

/// How many bytes are gathered before they are written, at least: more make fewer and longer tables.
pub const GATHERED_BYTES: usize = 64 << 20;

/// A customer at the cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resting {
    /// Who.
    pub customer: CustomerId,
    /// Their state, and up to where it is the fold: the shard's own format.
    pub envelope: Vec<u8>,
    /// When they need attention next; [`Timestamp::NEVER`]: never.
    pub next_wake: Timestamp,
    /// They have mails or calls whose fate is open.
    pub has_open: bool,
    /// They wait for events of these products.
    pub waits: Vec<ProductId>,
}

/// What a shard hands over at a cut, whole or in parts. What it says is left of a customer stands in the part that holds
/// that customer, or in an earlier one: there what the customer has now wins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    /// The customers who changed since the last cut.
    pub customers: Vec<Resting>,
    /// What was decided: about whom, upon which entry, the place among what was decided upon it, and the record
    /// ([`super::timeline::to_bytes`]).
    pub timeline: Vec<(CustomerId, Seq, u16, Vec<u8>)>,
    /// Message ids of calls, by generation ([`key::generation`]) and partition; each such pair in one part of the cut.
    pub seen: Vec<(u32, u8, Vec<u64>)>,
    /// Wakes that are over: run, moved, or found stale.
    pub wakes_left: Vec<(Timestamp, CustomerId)>,
    /// Customers who had mails or calls whose fate was open, and have none.
    pub outbox_left: Vec<CustomerId>,
    /// Products whose events customers waited for, and no longer do.
    pub waiting_left: Vec<(ProductId, CustomerId)>,
}

/// A checkpoint under way. Dropped before [`Checkpointer::commit`] it leaves the old cut in force.
pub struct Checkpointer<'a> {
    kv: &'a dyn Kv,
    cut: Seq,
    /// The next entry that the archive lacks.
    told: Seq,
    gathered_max: usize,
    gathered: usize,
    puts: Rooms,
    removed: Rooms,
}

/// Changes of the rooms, as in [`ORDER`].
type Rooms = [Rows; ORDER.len()];

/// In this order rooms are written; customers last, for the reason above.
const ORDER: [Room; 7] = [
    Room::Wakes,
    Room::Outbox,
    Room::Waiting,
    Room::Seen,
    Room::Archive,
    Room::Timeline,
    Room::Customers,
];

impl<'a> Checkpointer<'a> {
    /// Begins to move the store to `cut`: all of it up to, and without, that entry.
    ///
    /// # Errors
    /// [`StoreError`] where the old cut cannot be read.
    ///
    /// # Panics
    /// Where the store is past that cut.
    pub fn begin(kv: &'a dyn Kv, cut: Seq, gathered_max: usize) -> Result<Self, StoreError> {
        let told = Meta::load(kv)?.map_or(Seq(0), |meta| meta.cut);
        assert!(told <= cut, "the store is at {told:?}, past {cut:?}");
        let (puts, removed) = Default::default();
        Ok(Self { kv, cut, told, gathered_max, gathered: 0, puts, removed })
    }

    /// The first entry that the archive lacks: everything from there up to the cut is to be [told](Self::told).
    #[must_use]
    pub const fn from(&self) -> Seq {
        self.told
    }

    /// Takes what a shard hands over.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be written.
    pub fn take(&mut self, part: Part) -> Result<(), StoreError> {
        for resting in part.customers {
            let Resting { customer, envelope, next_wake, has_open, waits } = resting;
            if next_wake != Timestamp::NEVER {
                self.put(Room::Wakes, &key::wake(next_wake, customer), &[]);
            }
            if has_open {
                self.put(Room::Outbox, &key::customer(customer), &[]);
            }
            for product in waits {
                self.put(Room::Waiting, &key::waiting(product, customer), &[]);
            }
            self.put(Room::Customers, &key::customer(customer), &envelope);
        }
        for (whom, seq, place, record) in part.timeline {
            self.put(Room::Timeline, &key::decided(whom, seq, place), &record);
        }
        for (generation, partition, ids) in part.seen {
            let ids: Vec<u8> = ids.into_iter().flat_map(u64::to_le_bytes).collect();
            self.put(Room::Seen, &key::seen(generation, partition, self.cut), &ids);
        }
        for (due, whom) in part.wakes_left {
            self.remove(Room::Wakes, &key::wake(due, whom));
        }
        for whom in part.outbox_left {
            self.remove(Room::Outbox, &key::customer(whom));
        }
        for (product, whom) in part.waiting_left {
            self.remove(Room::Waiting, &key::waiting(product, whom));
        }
        self.write_if_much()
    }

    /// Takes an entry of the journal into the archive: the next one.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be written.
    ///
    /// # Panics
    /// Where it is not the next, or not before the cut.
    pub fn told(&mut self, seq: Seq, now: Timestamp, raw: Raw<'_>) -> Result<(), StoreError> {
        assert!(seq == self.told && seq < self.cut, "told {seq:?} instead of {:?}", self.told);
        self.told = Seq(seq.0 + 1);
        self.put(Room::Archive, &key::told(raw.customer, seq), &archive::to_bytes(now, raw));
        self.write_if_much()
    }

    /// Writes the rest, forgets message ids that are too old to come again, and moves the cut. From here on the journal
    /// may forget what is before it.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be written: whether the old cut is in force or the new one is known when it
    /// is opened again.
    ///
    /// # Panics
    /// Where `meta` is not of this cut, or not everything before it was told.
    pub fn commit(mut self, meta: &Meta) -> Result<(), StoreError> {
        assert_eq!(meta.cut, self.cut, "the cut moved under a checkpoint");
        assert_eq!(self.told, self.cut, "the archive would have a hole");
        let horizon = key::generation(meta.now.before(key::SEEN_FOR));
        let mut old = Vec::new();
        let until = key::seen(horizon, 0, Seq(0));
        each_of(self.kv, Room::Seen, (&[], &until), &mut |key, _| {
            old.push(key.to_vec());
            Ok(true)
        })?;
        old.into_iter().for_each(|key| self.remove(Room::Seen, &key));
        self.write()?;
        self.kv.commit(Room::Meta, vec![(key::META.to_vec(), Some(meta.to_bytes()))])?;
        Ok(())
    }

    fn put(&mut self, room: Room, key: &[u8], value: &[u8]) {
        self.gathered += self.puts[place(room)].push(key, Some(value));
    }

    fn remove(&mut self, room: Room, key: &[u8]) {
        self.gathered += self.removed[place(room)].push(key, None);
    }

    fn write_if_much(&mut self) -> Result<(), StoreError> {
        if self.gathered < self.gathered_max { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> Result<(), StoreError> {
        self.gathered = 0;
        let mut puts = std::mem::take(&mut self.puts);
        let mut removed = std::mem::take(&mut self.removed);
        for (puts, removed) in puts.iter_mut().zip(&mut removed) {
            puts.sort();
            removed.sort();
            removed.forget(puts);
        }
        for changes in [puts, removed] {
            for (room, changes) in ORDER.into_iter().zip(changes) {
                if !changes.is_empty() {
                    self.kv.ingest(room, &mut changes.changes())?;
                }
            }
        }
        Ok(())
    }
}

fn place(room: Room) -> usize {
    ORDER.iter().position(|of| *of == room).expect("Meta is committed, every other room is here")
}
