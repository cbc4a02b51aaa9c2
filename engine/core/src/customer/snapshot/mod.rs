//! A customer as bytes, to rest and to come back: `restore(snapshot(c))` is `c`, and goes on as `c` would.
//!
//! The bytes are an envelope: one byte of version, then the fields of that version in postcard's encoding. What the
//! program names is carried by stable 32-bit ids of names and mapped to places when a customer comes back, so that
//! a program with its journeys in another order reads the same state.
//! Invariant: bytes are never trusted; what does not fit the program or itself is refused, and nothing panics.
//! Invariant: a version, once released, can be read for ever; a change of fields is a new version.

mod names;
mod read;
mod v1;
mod v2;
mod write;

use super::Customer;
use crate::id::CustomerId;
use crate::world::World;
use serde::Deserialize;
use std::fmt;
use v1::V1;
use v2::V2;

/// The version that is written.
const VERSION: u8 = 2;
/// Longest snapshot that is read.
pub const BYTES_MAX: usize = 64 * 1024;

/// Why bytes are no snapshot of a customer in this world. Nothing was restored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotError {
    /// There is nothing, or more than [`BYTES_MAX`].
    Length(usize),
    /// Written by a version that this one does not know.
    Version(u8),
    /// Not what the version writes.
    Garbled,
    /// It contradicts itself; names what.
    Inconsistent(&'static str),
    /// It rests on something the program does not have; names what.
    NotInProgram(&'static str),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(bytes) => write!(f, "a snapshot cannot be {bytes} bytes long"),
            Self::Version(version) => write!(f, "version {version} of snapshots is unknown here"),
            Self::Garbled => f.write_str("the bytes of this snapshot are garbled"),
            Self::Inconsistent(what) => write!(f, "this snapshot contradicts itself: {what}"),
            Self::NotInProgram(what) => write!(f, "the program lacks {what} of this snapshot"),
        }
    }
}

impl std::error::Error for SnapshotError {}

impl Customer {
    /// This customer as bytes. The id is not among them: a store keeps customers under it.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail.
    #[must_use]
    pub fn snapshot(&self, world: &World) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(postcard::to_stdvec(&self.v2(world)).expect("memory takes any bytes"));
        bytes
    }

    /// The customer `id` whose snapshot `bytes` are. `world` may run another version of the program.
    ///
    /// # Errors
    /// [`SnapshotError`] where the bytes are no snapshot, or do not fit the program.
    pub fn restore(id: CustomerId, world: &World, bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (version, rest) = bytes.split_first().ok_or(SnapshotError::Length(0))?;
        if bytes.len() > BYTES_MAX {
            return Err(SnapshotError::Length(bytes.len()));
        }
        match version {
            1 => Self::of_v1(id, world, &fields_of::<V1>(rest)?),
            2 => Self::of_v2(id, world, &fields_of::<V2>(rest)?),
            _ => Err(SnapshotError::Version(*version)),
        }
    }
}

/// The fields of a version, with nothing behind them.
fn fields_of<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, SnapshotError> {
    match postcard::take_from_bytes::<T>(bytes) {
        Ok((fields, [])) => Ok(fields),
        Ok((_, [_, ..])) | Err(_) => Err(SnapshotError::Garbled),
    }
}
