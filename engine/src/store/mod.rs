//! Everything derived, on disk: what the customers are at the last cut, the indexes that find those who need attention,
//! what was told to them and decided about them, and the published versions.
//!
//! All of it could be made again from the journal, had one kept all of it: so the journal's promise is the only one, and
//! what is here may be behind it, but never ahead of what is durable there. A checkpoint moves the cut forward:
//! `checkpoint.rs` says in which order, and why a crash between any two of its steps does no harm.
//! Invariant: bytes read are never trusted; what cannot be read is an error that names its key, and nothing panics.

pub mod archive;
pub mod check;
pub mod checkpoint;
pub mod fjall;
pub mod key;
pub mod load;
pub mod lock;
pub mod meta;
mod rows;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod version;

use crate::kv::{Kv, KvError, Room};
use std::fmt;

/// Why the store could not be read or written. Whoever gets one stops: see [`KvError`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store under it failed.
    #[error(transparent)]
    Kv(#[from] KvError),
    /// What is there cannot be what was written.
    #[error(
        "the store is damaged: in its room `{}` the key {key} {what}; restore the data folder from a backup",
        room.name()
    )]
    Garbled {
        /// Where.
        room: Room,
        /// Which key.
        key: Hex,
        /// "has no time"
        what: &'static str,
    },
    /// A newer version of Foresend wrote it.
    #[error(
        "the store was written by a newer version of Foresend: its room `{}` has format {format}, this version reads up \
         to {known}; start the newer version again, or restore the backup made before it",
        room.name()
    )]
    Newer {
        /// Where.
        room: Room,
        /// The format found.
        format: u8,
        /// The newest format known.
        known: u8,
    },
}

impl StoreError {
    fn garbled(room: Room, key: &[u8], what: &'static str) -> Self {
        Self::Garbled { room, key: Hex(key.to_vec()), what }
    }
}

/// Bytes, printed as hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hex(pub Vec<u8>);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Takes a key and its value, and says whether to go on.
type Each<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<bool, StoreError>;

/// Shows `each` a range of keys, and stops at the first error of either side.
fn each_of(
    kv: &dyn Kv,
    room: Room,
    (from, until): (&[u8], &[u8]),
    each: Each<'_>,
) -> Result<(), StoreError> {
    let mut failed = None;
    kv.range(room, from, until, &mut |key, value| match each(key, value) {
        Ok(on) => on,
        Err(error) => {
            failed = Some(error);
            false
        }
    })?;
    failed.map_or(Ok(()), Err)
}
