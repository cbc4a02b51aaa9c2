//! Customers in memory: woken up when something is told to them, put to rest when memory is short. One who rests is an
//! envelope in the store.
//!
//! Invariant: nobody leaves memory before the store has them as they are.
//! Invariant: an envelope says up to where in the journal it is the fold; what is older is not applied to it again.

use super::person::Person;
use crate::entry::Seq;
use foresend_core::customer::Customer;
use foresend_core::customer::snapshot::SnapshotError;
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::world::World;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

/// The version of envelopes that is written.
const VERSION: u8 = 1;

/// A customer at rest. Format 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// Inputs before this one are in it.
    pub settled: Seq,
    /// Inputs from there on are kept, and not applied.
    pub quarantined: bool,
    /// They had mails or calls whose fate was open.
    pub has_open: bool,
    /// Products of which they waited for an event.
    pub waits: Vec<u64>,
    /// Who they are.
    pub person: Person,
    /// Their state, in the core's own format; empty: nothing is known yet.
    pub snapshot: Vec<u8>,
}

/// Why bytes are no envelope, or not one of a customer of this world.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Written by a version that this one does not know, or nothing at all.
    #[error("version {0:?} of stored customers is unknown here")]
    Version(Option<u8>),
    /// Not what the version writes.
    #[error("the bytes of a stored customer are garbled")]
    Garbled,
    /// What the core says of its own.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl Envelope {
    /// Somebody of whom nothing is known.
    #[must_use]
    pub fn empty() -> Self {
        let (person, snapshot) = (Person::default(), Vec::new());
        let waits = Vec::new();
        Self { settled: Seq(0), quarantined: false, has_open: false, waits, person, snapshot }
    }

    /// As bytes.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let bytes = vec![VERSION];
        postcard::to_extend(self, bytes).expect("memory takes any bytes")
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// [`EnvelopeError`] where they are none.
    pub fn read(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        match bytes.split_first() {
            Some((&VERSION, fields)) => match postcard::take_from_bytes(fields) {
                Ok((envelope, [])) => Ok(envelope),
                Ok((_, [_, ..])) | Err(_) => Err(EnvelopeError::Garbled),
            },
            Some((&unknown, _)) => Err(EnvelopeError::Version(Some(unknown))),
            None => Err(EnvelopeError::Version(None)),
        }
    }

    /// The customer in it.
    ///
    /// # Errors
    /// [`SnapshotError`] where the snapshot does not fit the world.
    pub fn customer(&self, id: CustomerId, world: &mut World) -> Result<Customer, SnapshotError> {
        if self.snapshot.is_empty() {
            return Ok(Customer::new(id));
        }
        if let Some(zone) = &self.person.timezone {
            world.zone_named(zone); // a snapshot names zones, and restores only what the world knows
        }
        world.zone_of(None, self.person.text("country"));
        Customer::restore(id, world, &self.snapshot)
    }
}

/// A customer in memory.
#[derive(Debug)]
pub(super) struct Resident {
    pub(super) customer: Customer,
    pub(super) person: Box<Person>,
    /// Inputs before this one are in the stored envelope.
    pub(super) settled: Seq,
    /// The round in which they changed last; 0: the store has them as they are.
    pub(super) changed: u32,
    /// The round whose checkpoint took them last.
    pub(super) taken: u32,
    /// What the envelope said of them.
    pub(super) has_open: bool,
    pub(super) waits: Vec<ProductId>,
    /// Something was told to them since the last look for who may rest.
    used: bool,
    bytes: u32,
    /// Inputs since their memory was counted.
    unweighed: u8,
}

/// After so many inputs a customer's memory is counted anew, and when a checkpoint takes them; in between they may have
/// grown. Counting costs about a tenth of applying.
const WEIGHED_EVERY: u8 = 8;

impl Resident {
    pub(super) fn new(customer: Customer, envelope: Envelope) -> Self {
        let Envelope { settled, quarantined: _, has_open, waits, person, snapshot: _ } = envelope;
        let (person, waits) = (Box::new(person), waits.into_iter().map(ProductId).collect());
        let (changed, taken, used, bytes, unweighed) = (0, 0, true, 0, 0);
        Self { customer, person, settled, changed, taken, has_open, waits, used, bytes, unweighed }
    }

    /// Them as they would rest after everything before `settled`.
    pub(super) fn envelope(&self, world: &World, settled: Seq) -> Envelope {
        let (person, snapshot) = ((*self.person).clone(), self.customer.snapshot(world));
        let waits = self.waits.iter().map(|product| product.0).collect();
        let has_open = self.has_open;
        Envelope { settled, quarantined: false, has_open, waits, person, snapshot }
    }

    /// Something was told to them; whether their memory is to be counted anew.
    pub(super) const fn was_told(&mut self) -> bool {
        self.unweighed = self.unweighed.saturating_add(1);
        self.unweighed >= WEIGHED_EVERY
    }

    fn count(&self) -> usize {
        // The id is the map's; one word in ten of the map is empty.
        size_of::<Self>() + 2 * size_of::<CustomerId>() + self.customer.bytes()
            - size_of::<Customer>()
            + size_of::<Person>()
            + self.person.heap_bytes()
    }
}

/// Everybody in memory.
#[derive(Debug, Default)]
pub(super) struct Residents {
    all: HashMap<CustomerId, Resident, BuildHasherDefault<ById>>,
    /// In the order in which they are looked at for who may rest.
    round: VecDeque<CustomerId>,
    /// Who cannot rest before the next checkpoint is settled, and is not looked at until then.
    barred: VecDeque<CustomerId>,
    /// The last round whose checkpoint the store held when somebody was looked at.
    settled: u32,
    bytes: usize,
}

impl Residents {
    pub(super) fn get_mut(&mut self, id: CustomerId) -> Option<&mut Resident> {
        let resident = self.all.get_mut(&id)?;
        resident.used = true;
        Some(resident)
    }

    pub(super) fn get(&self, id: CustomerId) -> Option<&Resident> {
        self.all.get(&id)
    }

    pub(super) fn insert(&mut self, id: CustomerId, mut resident: Resident) -> &mut Resident {
        resident.bytes = u32::try_from(resident.count()).unwrap_or(u32::MAX);
        self.bytes += resident.bytes as usize;
        if self.all.insert(id, resident).is_none() {
            self.round.push_back(id);
        }
        self.all.get_mut(&id).expect("it was put there")
    }

    pub(super) fn remove(&mut self, id: CustomerId) -> Option<Resident> {
        let gone = self.all.remove(&id)?;
        self.bytes -= gone.bytes as usize;
        Some(gone)
    }

    /// Counts somebody's memory anew.
    pub(super) fn weigh(&mut self, id: CustomerId) {
        let Some(resident) = self.all.get_mut(&id) else { return };
        resident.unweighed = 0;
        let now = u32::try_from(resident.count()).unwrap_or(u32::MAX);
        self.bytes = self.bytes - resident.bytes as usize + now as usize;
        resident.bytes = now;
    }

    /// Puts to rest who was not needed lately, until they take no more than `most` bytes or `looks` were looked at.
    /// `settled` is the last round whose checkpoint the store holds.
    pub(super) fn rest(&mut self, most: usize, settled: u32, looks: usize) {
        if self.settled != settled {
            self.settled = settled;
            self.round.append(&mut self.barred);
        }
        for _ in 0..looks.min(self.round.len()) {
            if self.bytes <= most {
                return;
            }
            let Some(id) = self.round.pop_front() else { return };
            let Some(resident) = self.all.get_mut(&id) else { continue };
            let is_stored = resident.changed == 0 && resident.taken <= settled;
            let was_used = std::mem::take(&mut resident.used);
            if !is_stored {
                self.barred.push_back(id);
            } else if was_used {
                self.round.push_back(id);
            } else {
                self.remove(id);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Everybody's ids, in order.
    pub(super) fn ids(&self) -> Vec<CustomerId> {
        let mut ids: Vec<_> = self.all.keys().copied().collect();
        ids.sort_unstable();
        ids
    }
}

/// A customer's id is a hash already: half of it will do.
#[derive(Debug, Default)]
struct ById(u64);

impl Hasher for ById {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "half of the id is wanted")]
    fn write_u128(&mut self, id: u128) {
        self.0 = id as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wake_up(residents: &mut Residents, id: u128, changed: u32) {
        let id = CustomerId::from_bits(id);
        let resident = Resident::new(Customer::new(id), Envelope::empty());
        residents.insert(id, resident).changed = changed;
    }

    fn ids(residents: &Residents) -> Vec<u128> {
        residents.ids().into_iter().map(CustomerId::bits).collect()
    }

    #[test]
    fn who_has_changed_rests_once_the_store_has_them_and_others_at_once() {
        let mut residents = Residents::default();
        (1..=4).for_each(|id| wake_up(&mut residents, id, 1));
        wake_up(&mut residents, 5, 0);
        residents.rest(0, 0, 100);
        assert_eq!((residents.len(), residents.round.len()), (5, 1), "one may rest, used of late");
        residents.rest(0, 0, 100);
        assert_eq!((ids(&residents), residents.round.len()), (vec![1, 2, 3, 4], 0));
        wake_up(&mut residents, 6, 0);
        (0..2).for_each(|_| residents.rest(0, 0, 100));
        assert_eq!(ids(&residents), [1, 2, 3, 4], "woken up since");
        for id in 1..=2 {
            let resident = residents.get_mut(CustomerId::from_bits(id)).unwrap();
            (resident.changed, resident.taken) = (0, 1);
        }
        (0..2).for_each(|_| residents.rest(0, 0, 100));
        assert_eq!(ids(&residents), [1, 2, 3, 4], "taken, but not in the store yet");
        (0..2).for_each(|_| residents.rest(0, 1, 100));
        assert_eq!(ids(&residents), [3, 4]);
        assert_eq!(residents.bytes(), residents.all.values().map(Resident::count).sum::<usize>());
    }
}
