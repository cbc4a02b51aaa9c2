//! The journal: the log by which we promise. What was acknowledged is in it, in one order, without gaps, whatever power or
//! process did; what is damaged is told of with its place, never guessed.
//!
//! `core.rs` decides (sans-I/O), `thread.rs` and `intake.rs` are its real shell; `recovery.rs` opens a folder, `groups.rs`
//! reads entries back, `check.rs` looks at everything and changes nothing. Under them: `scan.rs` walks one segment,
//! `frame.rs` and `segment.rs` are the bytes. The journal reads nothing of an entry but its length.
//! Invariant: nothing is acknowledged or shown to anybody before a sync that followed its write returned well.
//! Invariant: after a failed write or sync nothing more is written: only a restart tells what is on disk.

mod check;
mod core;
mod damage;
mod frame;
mod groups;
mod intake;
mod recovery;
mod scan;
mod segment;
#[cfg(test)]
mod tests;
mod thread;

pub use check::{Report, SegmentReport, check};
pub use core::{Command, Input, JournalCore, Lane, Output};
pub use damage::{Damage, Ill, ReadError, Torn};
pub use groups::{Groups, end, groups};
pub use intake::{Acknowledged, Intake, Lag};
pub use recovery::{Opening, Recovered, recover};
pub(crate) use thread::carry_out;
pub use thread::{Durable, Ending, Journal, Wall, start};

use crate::entry;
use foresend_core::time::Wait;
use std::io;
use std::num::NonZeroU32;

/// Which data folder a segment belongs to: drawn once, when the journal is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FolderId(pub u128);

impl FolderId {
    const fn halves(self) -> [u64; 2] {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = self.0.to_be_bytes();
        [u64::from_be_bytes([a, b, c, d, e, f, g, h]), u64::from_be_bytes([i, j, k, l, m, n, o, p])]
    }
}

/// What an append is, as far as the journal cares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// From outside: refused where the intake or the disk is full, or those who apply or settle lag behind.
    Event,
    /// A withdrawal, complaint, bounce or erasure: taken from a reserve when the disk is full.
    Withdrawal,
    /// From the engine itself: never refused for want of room, and never ahead of what came before it.
    Internal,
}

/// By which an append is answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(pub u64);

/// How the journal uses its folder and its memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How long a segment is, in bytes: [`SEGMENT_BYTES_MIN`] to 4 GiB, and at least four times `append_bytes`. Larger ones
    /// are changed more seldom; a disk holds at least two and the reserve.
    pub segment_bytes: u32,
    /// How many prepared segments events leave alone, for what must still be taken on a full disk.
    pub reserve_segments: NonZeroU32,
    /// How many settled segments are kept beyond that to be used again; more are removed. As many as a checkpoint settles: then
    /// no file is filled anew while the load stays the same.
    pub spare_segments: u32,
    /// Above how many bytes a group takes no further append. Larger groups: more entries a second, and a longer wait for
    /// each.
    pub group_bytes: u32,
    /// The longest append, in bytes.
    pub append_bytes: u32,
    /// How many bytes of events may wait; as many more of withdrawals.
    pub intake_bytes: u32,
    /// How many durable entries may be not yet applied before events are refused.
    pub lag_entries: u64,
    /// How many bytes of entries may be durable and in no checkpoint before events are refused: what a checkpoint takes is
    /// in memory until then, and is told again after a crash.
    pub unsettled_bytes: u64,
    /// How long nothing comes before the journal seals its tail, so that damage to it can be told from a torn write.
    pub seal_after: Wait,
    /// How long a journal that found no room, or no disk to write to, waits before it tries again.
    pub retry_after: Wait,
}

/// The shortest segment, in bytes.
pub const SEGMENT_BYTES_MIN: u32 = 4096;

impl Default for Settings {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            reserve_segments: NonZeroU32::MIN,
            spare_segments: 4,
            group_bytes: 4 << 20,
            append_bytes: 8 << 20,
            intake_bytes: 64 << 20,
            lag_entries: 1_000_000,
            unsettled_bytes: 512 << 20,
            seal_after: Wait::from_millis(100),
            retry_after: Wait::from_millis(1_000),
        }
    }
}

impl Settings {
    /// What is wrong with them, if anything is.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        if self.segment_bytes < SEGMENT_BYTES_MIN {
            Some("a segment of the journal has at least 4096 bytes")
        } else if !self.segment_bytes.is_multiple_of(512) {
            Some("the bytes of a segment are a multiple of 512")
        } else if self.append_bytes > self.segment_bytes / 4 {
            Some("the longest append may be a quarter of a segment")
        } else {
            None
        }
    }
}

/// Why an append was not taken. Nothing of it is in the journal, but for [`Refused::Stopped`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Too much waits to become durable.
    #[error("too much is waiting to become durable; try again in {} ms", retry.millis())]
    Full {
        /// When it may be worth trying again.
        retry: Wait,
    },
    /// Too much is durable and not yet applied, or in no checkpoint yet.
    #[error("too much is waiting to be applied or settled; try again in {} ms", retry.millis())]
    Behind {
        /// When it may be worth trying again.
        retry: Wait,
    },
    /// The disk has no room for a further segment.
    #[error("the disk is full; make room, and the journal goes on by itself")]
    DiskFull,
    /// The disk cannot be written to.
    #[error("the disk is read-only; mount it for writing, and the journal goes on by itself")]
    ReadOnly,
    /// The disk would not prepare a further segment.
    #[error("no segment of the journal can be prepared: {0}")]
    Disk(io::ErrorKind),
    /// More bytes than an append may have.
    #[error("an append of {bytes} bytes; at most {max} go in one")]
    TooLong {
        /// Its bytes.
        bytes: usize,
        /// The most.
        max: u32,
    },
    /// No entries, or not as many as was said.
    #[error("an append that does not hold the number of entries it claims")]
    Miscounted,
    /// The journal is closing.
    #[error("the journal is closing")]
    Closed,
    /// The journal stopped for good. Whether what was on its way is durable shows after a restart.
    #[error("the journal has stopped: {0}")]
    Stopped(Stopped),
}

/// Why the journal stopped for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{doing} a segment failed ({kind}); what is durable shows after a restart")]
pub struct Stopped {
    /// "syncing"
    pub doing: &'static str,
    /// What the disk said.
    pub kind: io::ErrorKind,
}

/// Whether `entries` are `count` whole entries, and some.
fn is_whole(entries: &[u8], count: u32) -> bool {
    let mut counted = 0u32;
    for entry in entry::each(entries) {
        if entry.is_err() || counted == u32::MAX {
            return false;
        }
        counted += 1;
    }
    counted == count && count > 0
}
