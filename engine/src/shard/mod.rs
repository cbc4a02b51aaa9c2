//! The customers of some partitions: inputs that are durable come in, in the order of the journal; what they decide goes
//! out. Sans-I/O but for the store, which is read to wake somebody up.
//!
//! Invariant: what a customer becomes follows from the journal alone: not from the number of shards, the size of groups,
//! who was in memory, or restarts.
//! Invariant: while the journal is read again nothing leaves; then everything that is open is asked for again.

mod apply;
mod core;
mod counts;
mod person;
mod quarantine;
mod replay;
mod resident;
mod seen;
mod spread;
mod translate;
mod wakes;

pub use self::core::{ShardCore, partitions_of};
pub use counts::Counts;
pub use person::{Owned, Person};
pub use resident::{Envelope, EnvelopeError};

use crate::entry::{EntryError, Group, Seq};
use crate::kv::KvError;
use crate::mail;
use crate::store::meta::Meta;
use crate::store::timeline::{self, Under};
use crate::store::{StoreError, checkpoint};
use crate::version::{Version, VersionId};
use foresend_core::customer::record::Record;
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use std::sync::Arc;

/// How many partitions there are. Part of the format.
pub const PARTITIONS: u16 = 256;

/// The partition of a customer: the highest byte of their id.
#[must_use]
pub const fn partition(customer: CustomerId) -> u8 {
    customer.bits().to_be_bytes()[0]
}

/// What a shard is told.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// These entries were durable before a restart.
    Replay(&'a Group),
    /// These entries are durable.
    Group(&'a Group),
    /// Everything that was durable before a restart was told: from here on things leave.
    Live,
    /// Every instant up to this one is over.
    Over(Timestamp),
    /// A checkpoint of everything before this entry begins; everything before it was told.
    Cut(Seq),
    /// Take so many customers into the checkpoint.
    Take(usize),
    /// The store holds the checkpoint of that cut.
    Settled(Seq),
}

/// What a shard asks for.
#[derive(Debug, Default)]
pub struct Out {
    /// Entries for the journal, one after the other.
    pub append: Vec<u8>,
    /// How many.
    pub appended: u32,
    /// For the hand-over of mail, in order.
    pub mail: Vec<mail::Input>,
    /// The checkpoint that is whole now.
    pub part: Option<Box<Part>>,
}

/// A shard's part of a checkpoint: everything that changed since the one before, as of the cut.
#[derive(Debug)]
pub struct Part {
    /// From where the shard would go on; `None`: the world has not begun.
    pub meta: Option<Meta>,
    /// What was decided.
    pub timeline: Vec<Told>,
    /// Everything else, as the store takes it.
    pub store: checkpoint::Part,
}

impl Part {
    /// What the parts of a cut say together: `before` is what those before this one said.
    #[must_use]
    pub fn meta_with(&self, before: Option<Meta>) -> Option<Meta> {
        let Some(meta) = &self.meta else { return before };
        let mut meta = meta.clone();
        if let Some(before) = before {
            meta.spreads.splice(0..0, before.spreads);
        }
        Some(meta)
    }

    /// The part as the store takes it, whole.
    #[must_use]
    pub fn into_store(self) -> checkpoint::Part {
        let told = self.timeline.iter().map(|told| {
            (told.customer, told.seq, told.place, timeline::to_bytes(told.under, &told.record))
        });
        checkpoint::Part { timeline: told.collect(), ..self.store }
    }
}

/// One record of a customer, with its place: the entry that led to it, and which of its records it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Told {
    /// Whose.
    pub customer: CustomerId,
    /// The entry.
    pub seq: Seq,
    /// Which of its records.
    pub place: u16,
    /// The version whose places the record names.
    pub under: Under,
    /// What was decided.
    pub record: Record,
}

/// Where versions are found.
pub trait Versions {
    /// The version, if it was published.
    fn get(&self, id: VersionId) -> Option<Arc<Version>>;
}

/// Why a shard cannot go on. What it holds is what was applied before; a restart goes on from the last checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal holds what this version cannot read.
    #[error("entry {} of the journal cannot be read", seq.0)]
    Entry {
        /// Its place.
        seq: Seq,
        /// Why.
        source: EntryError,
    },
    /// The store holds a customer whom this version cannot read.
    #[error("the stored customer {:032x} cannot be read", customer.bits())]
    Customer {
        /// Who.
        customer: CustomerId,
        /// Why.
        source: EnvelopeError,
    },
    /// The journal names a version that is not there.
    #[error("the version {} of the program is not among those that were published", hex(version))]
    Version {
        /// Its hash.
        version: VersionId,
    },
    /// Somebody is told something before any version was published, or before the world began.
    #[error("entry {} of the journal comes before any version of the program", seq.0)]
    TooEarly {
        /// Its place.
        seq: Seq,
    },
}

impl From<KvError> for ShardError {
    fn from(error: KvError) -> Self {
        Self::Store(error.into())
    }
}

/// A hash as people read it.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
