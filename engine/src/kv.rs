//! The store of everything derived: what is in it can be made again from the journal and what was there before. Kept by
//! fjall; in a simulated machine by a map that forgets what was not synced.

/// Where a key lives. Keys are made in one place, [`crate::store::key`]; all their numbers are big-endian, so that keys
/// stand in the order of what they say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Room {
    /// customer → their state, and up to where it is the fold of the journal
    Customers,
    /// (due, customer) → nothing. Counts only if the customer's own next wake is `due`; for such a wake it is there.
    Wakes,
    /// customer → nothing: they had mails or calls whose fate was open. May be stale.
    Outbox,
    /// (product, customer) → nothing: they waited for an event of it. May be stale.
    Waiting,
    /// (customer, seq) → the time and the entry, as it was journalled; customer 0: what was told to all
    Archive,
    /// (customer, seq, place) → what was decided
    Timeline,
    /// (hour, partition, cut) → message ids of calls
    Seen,
    /// one key → the cut: see [`crate::store::meta`]
    Meta,
}

impl Room {
    /// Every room.
    pub const ALL: [Self; 8] = [
        Self::Customers,
        Self::Wakes,
        Self::Outbox,
        Self::Waiting,
        Self::Archive,
        Self::Timeline,
        Self::Seen,
        Self::Meta,
    ];

    /// Its name on disk.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Wakes => "wakes",
            Self::Outbox => "outbox",
            Self::Waiting => "waiting",
            Self::Archive => "archive",
            Self::Timeline => "timeline",
            Self::Seen => "seen",
            Self::Meta => "meta",
        }
    }
}

/// One change: a value, or `None` to remove the key.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// Why the store did not do what it was asked. What it holds is then unknown until it is opened again: whoever gets one
/// stops.
#[derive(Debug, thiserror::Error)]
#[error("the store failed while {doing}")]
pub struct KvError {
    /// "reading a customer"
    pub doing: &'static str,
    /// What it said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// The store.
pub trait Kv {
    /// The value of a key.
    ///
    /// # Errors
    /// [`KvError`] where it cannot be read.
    fn get(&self, room: Room, key: &[u8]) -> Result<Option<Vec<u8>>, KvError>;

    /// Shows `each` the keys from `from` on and before `until` with their values, in order, for as long as it says to go
    /// on.
    ///
    /// # Errors
    /// [`KvError`] where they cannot be read.
    fn range(
        &self,
        room: Room,
        from: &[u8],
        until: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), KvError>;

    /// Takes changes in bulk, all or none, in the order of their keys, each key once. They can be read when this returns.
    /// They are durable after the next [`Kv::commit`]; after a crash before it, some of what was taken since the last
    /// commit is there and the rest is not, but never a later one without all earlier ones, in whatever rooms.
    ///
    /// # Errors
    /// [`KvError`] where they cannot be written.
    fn ingest(&self, room: Room, changes: &mut dyn Iterator<Item = Change>) -> Result<(), KvError>;

    /// Takes a few changes in the order of their keys, each key once, all or none, and makes them and everything before
    /// them durable.
    ///
    /// # Errors
    /// [`KvError`] where they cannot be written.
    fn commit(&self, room: Room, changes: Vec<Change>) -> Result<(), KvError>;
}
