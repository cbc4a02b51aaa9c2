//! Frames, format 1: what one write and one sync made durable, whole or not at all. A head of 56 bytes, then the entries;
//! all numbers little-endian, frames start at multiples of eight bytes.
//!
//! The salt is of the folder and the segment's number, so what an earlier use of the file left behind is never taken for a
//! frame of this one. The watermark says what was known to be durable when the frame was written: a frame that cannot be
//! read, with another after it that counts it as durable, is damage; with nothing after it, it never became durable.
//! Invariant: of every format, now and later, the magic, the format number, the salt and the head's sum stand where they
//! stand here.

use super::FolderId;
use crate::entry::{Group, Seq};
use foresend_core::chance;
use foresend_core::time::Timestamp;

/// The format that is written.
pub(super) const FORMAT: u16 = 1;
/// Bytes of a frame before its entries.
pub(super) const HEAD: usize = 56;
/// Frames start at multiples of this.
pub(super) const ALIGN: usize = 8;
pub(super) const MAGIC: [u8; 4] = *b"FsFr";

/// What a frame says before its entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    /// Bytes of entries; 0: a seal, which only carries the watermark.
    pub(super) len: u32,
    /// How many entries.
    pub(super) count: u32,
    /// The place of the first; of a seal: of the next that will come.
    pub(super) first: Seq,
    /// When, by the journal's clock.
    pub(super) now: Timestamp,
    /// Every entry before this one was known to be durable.
    pub(super) durable: Seq,
    /// See [`salt`].
    pub(super) salt: u64,
    /// CRC-32C of the entries.
    pub(super) body: u32,
}

/// What stands at a place where a frame may start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The head of a frame of this segment.
    Head(Head),
    /// One of a format that we do not know.
    Format(u16),
    /// Zeros, what an earlier use of the file left, or the end of the file.
    Nothing,
    /// It looks like a head of this segment, and its sum is wrong.
    Broken,
}

/// What tells the frames of a segment from those of all others.
pub(super) const fn salt(folder: FolderId, number: u64) -> u64 {
    let [high, low] = folder.halves();
    chance::join(chance::join(high, low), number)
}

/// How many bytes a frame with `len` bytes of entries takes up.
pub(super) const fn room(len: usize) -> usize {
    (HEAD + len).next_multiple_of(ALIGN)
}

impl Head {
    /// The head of the frame that makes `group` durable.
    pub(super) fn of(group: &Group, durable: Seq, salt: u64) -> Self {
        Self {
            len: u32::try_from(group.entries.len()).expect("a group is smaller than a segment"),
            count: group.count,
            first: group.first,
            now: group.now,
            durable,
            salt,
            body: crc32c::crc32c(&group.entries),
        }
    }

    /// As it is written.
    pub(super) fn bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..6].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.len.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.count.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first.0.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.now.millis().to_le_bytes());
        bytes[32..40].copy_from_slice(&self.durable.0.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.salt.to_le_bytes());
        bytes[48..52].copy_from_slice(&self.body.to_le_bytes());
        let sum = crc32c::crc32c(&bytes[..52]);
        bytes[52..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The place behind the frame's last entry.
    pub(super) fn end(&self) -> Option<Seq> {
        self.first.0.checked_add(u64::from(self.count)).map(Seq)
    }

    /// How many bytes the frame takes up.
    pub(super) fn room(&self) -> u64 {
        (HEAD as u64 + u64::from(self.len)).next_multiple_of(ALIGN as u64)
    }
}

/// What `bytes` are, where a frame of the segment with this salt may start, and the entry `next` is the next to come.
pub(super) fn place(bytes: &[u8], salt: u64, next: Seq) -> Place {
    let Some((head, _)) = bytes.split_first_chunk::<HEAD>() else { return Place::Nothing };
    let number = |at: usize| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&head[at..at + 8]);
        u64::from_le_bytes(eight)
    };
    let short = |at: usize| {
        let mut four = [0; 4];
        four.copy_from_slice(&head[at..at + 4]);
        u32::from_le_bytes(four)
    };
    let sound = head[..4] == MAGIC && short(52) == crc32c::crc32c(&head[..52]);
    let ours = number(40) == salt;
    if !sound {
        // One wrong bit cannot hide both: so a frame that was hurt is told from what was here before.
        let looks_like_ours = ours || (head[..4] == MAGIC && number(16) == next.0);
        return if looks_like_ours { Place::Broken } else { Place::Nothing };
    }
    if !ours {
        return Place::Nothing;
    }
    let format = u16::from_le_bytes([head[4], head[5]]);
    if format != FORMAT {
        return Place::Format(format);
    }
    Place::Head(Head {
        len: short(8),
        count: short(12),
        first: Seq(number(16)),
        now: Timestamp::from_millis(number(24).cast_signed()),
        durable: Seq(number(32)),
        salt,
        body: short(48),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let group = Group {
            first: Seq(3),
            count: 1,
            now: Timestamp::from_millis(1_772_470_800_000),
            entries: b"123456789".to_vec(),
        };
        Head::of(&group, Seq(2), salt(FolderId(7), 5))
    }

    #[test]
    fn a_frame_of_format_1_is_written_and_read_as_ever() {
        let hex: String = head().bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        // The sum of the entries is the check value of CRC-32C: e3069283.
        assert_eq!(
            hex,
            "467346720100000009000000010000000300000000000000800e7eaf9c01\
             000002000000000000002274338b6cd93145839206e3c0034cb1"
        );
        assert_eq!(place(&head().bytes(), head().salt, Seq(3)), Place::Head(head()));
    }

    #[test]
    fn a_frame_of_another_segment_or_folder_is_nothing() {
        for other in [salt(FolderId(7), 4), salt(FolderId(8), 5)] {
            assert_eq!(place(&head().bytes(), other, Seq(9)), Place::Nothing);
        }
    }

    #[test]
    fn every_flipped_bit_of_a_head_is_noticed() {
        for bit in 0..HEAD * 8 {
            let mut bytes = head().bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(place(&bytes, head().salt, Seq(3)), Place::Broken, "bit {bit}");
        }
    }

    #[test]
    fn another_format_is_named_by_its_number() {
        let mut bytes = head().bytes();
        bytes[4] = 9;
        let sum = crc32c::crc32c(&bytes[..52]);
        bytes[52..].copy_from_slice(&sum.to_le_bytes());
        assert_eq!(place(&bytes, head().salt, Seq(3)), Place::Format(9));
    }
}
