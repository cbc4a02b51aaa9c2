//! What a simulated engine may be told to be and to do, and how it may end.

use crate::journal::Lane;
use crate::shard::ShardError;
use crate::store::StoreError;
use crate::version::VersionId;

/// How an engine may be broken on purpose, to see that somebody notices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// It is not.
    Nowhere,
    /// Syncs are answered and not done.
    NoSync,
    /// Appends count as acknowledged once they are written, and not synced yet.
    EarlyAcknowledge,
    /// A mail leaves as soon as its claim is appended, and not durable yet.
    EarlyTransmit,
}

/// How a process is set up. Every start may choose anew.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// How many shards.
    pub shards: u16,
    /// Bytes of customers in memory, each shard.
    pub memory: usize,
    /// How many customers a step takes into a checkpoint.
    pub slice: usize,
    /// Bytes that a checkpoint gathers before it writes.
    pub gathered: usize,
}

/// What can be done next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The journal's own disk command of a lane.
    Disk(Lane),
    /// A shard is told what waits for it.
    Shard(usize),
    /// A shard looks at the clock.
    Look(usize),
    /// A shard hands some customers over to the checkpoint.
    Take(usize),
    /// The checkpoint, of which every part is there, is written.
    Write,
    /// The hand-over is told what waits for it.
    Mail,
    /// The hand-over looks at the clock.
    Time,
    /// The wire answers.
    Answer,
}

/// Why a process is no more.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The machine lost its power.
    #[error("power was lost")]
    Power,
    /// The engine stopped by itself, as it must where its disk fails.
    #[error("it stopped: {0}")]
    Stopped(String),
    /// It broke a promise.
    #[error("{0}")]
    Broke(String),
}

/// What a world begins with.
#[derive(Clone, Copy, Debug)]
pub struct Begins {
    /// What hashed chance is keyed by.
    pub seed: u64,
    /// What external ids are hashed under.
    pub id_key: u128,
    /// The program that runs.
    pub version: VersionId,
}

/// A broken store stops the engine. Anything else it cannot read is what it wrote itself.
impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Kv(_) => Self::Stopped(error.to_string()),
            StoreError::Garbled { .. } | StoreError::Newer { .. } => Self::Broke(error.to_string()),
        }
    }
}

impl From<ShardError> for Ended {
    fn from(error: ShardError) -> Self {
        match error {
            ShardError::Store(error) => error.into(),
            ShardError::Entry { .. }
            | ShardError::Customer { .. }
            | ShardError::Version { .. }
            | ShardError::TooEarly { .. } => Self::Broke(error.to_string()),
        }
    }
}
