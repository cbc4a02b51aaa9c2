//! Segments: the files that frames stand in. Each is filled beforehand and used again under the next number.
//!
//! A file becomes segment `n` in three steps: its header is written, then synced, then it gets the segment's name, durably.
//! So a file that has the name has the header, and a header that cannot be read is damage.

use super::FolderId;
use super::frame::FORMAT;
use crate::entry::Seq;
use foresend_core::time::Timestamp;

/// Where the first frame starts.
pub(super) const START: u64 = 64;
const MAGIC: [u8; 4] = *b"FsSg";
const BYTES: usize = 60;

/// What a segment says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    /// The folder it belongs to.
    pub(super) folder: FolderId,
    /// Segments are numbered from 1, without gaps.
    pub(super) number: u64,
    /// The place of its first entry.
    pub(super) first: Seq,
    /// The journal's clock when it was begun.
    pub(super) now: Timestamp,
    /// How long the file is, in bytes.
    pub(super) len: u64,
}

/// Why bytes are no header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bad {
    /// Of a format that we do not know.
    Format(u16),
    /// Its sum is wrong.
    Garbled,
}

impl Header {
    /// As it is written.
    pub(super) fn bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..6].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[8..24].copy_from_slice(&self.folder.0.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.number.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.first.0.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.now.millis().to_le_bytes());
        bytes[48..56].copy_from_slice(&self.len.to_le_bytes());
        let sum = crc32c::crc32c(&bytes[..56]);
        bytes[56..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads what [`Header::bytes`] wrote.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Bad> {
        let (bytes, _) = bytes.split_first_chunk::<BYTES>().ok_or(Bad::Garbled)?;
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(eight)
        };
        let sum = crc32c::crc32c(&bytes[..56]).to_le_bytes();
        if bytes[..4] != MAGIC || bytes[56..] != sum {
            return Err(Bad::Garbled);
        }
        let format = u16::from_le_bytes([bytes[4], bytes[5]]);
        if format != FORMAT {
            return Err(Bad::Format(format));
        }
        Ok(Self {
            folder: FolderId(u128::from(number(8)) | u128::from(number(16)) << 64),
            number: number(24),
            first: Seq(number(32)),
            now: Timestamp::from_millis(number(40).cast_signed()),
            len: number(48),
        })
    }
}

/// The name of a segment.
pub(super) fn name(number: u64) -> String {
    format!("{number:016}.seg")
}

/// Which segment a file is, by its name.
pub(super) fn number_of(file: &str) -> Option<u64> {
    let digits = file.strip_suffix(".seg")?;
    (digits.len() == 16).then(|| digits.parse().ok())?
}

/// The name of a file that waits for its use.
pub(super) fn spare_name(label: u64) -> String {
    format!("spare-{label:016}")
}

/// Which spare a file is, by its name.
pub(super) fn spare_of(file: &str) -> Option<u64> {
    file.strip_prefix("spare-")?.parse().ok()
}

/// The name under which a torn tail is kept.
pub(super) fn torn_name(number: u64, offset: u64) -> String {
    format!("torn-{number:016}-{offset}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let now = Timestamp::from_millis(1_772_470_800_000);
        Header { folder: FolderId(7), number: 5, first: Seq(3), now, len: 4096 }
    }

    #[test]
    fn a_header_of_format_1_is_written_and_read_as_ever() {
        let hex: String = header().bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "467353670100000007000000000000000000000000000000050000000000\
             00000300000000000000800e7eaf9c010000001000000000000033250b2c"
        );
        assert_eq!(Header::read(&header().bytes()), Ok(header()));
    }

    #[test]
    fn every_flipped_bit_of_a_header_is_noticed() {
        for bit in 0..BYTES * 8 {
            let mut bytes = header().bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::read(&bytes), Err(Bad::Garbled), "bit {bit}");
        }
    }

    #[test]
    fn names_are_read_back() {
        assert_eq!(number_of(&name(12)), Some(12));
        assert_eq!(number_of("12.seg"), None);
        assert_eq!(number_of("torn-0000000000000012-64"), None);
        assert_eq!(spare_of(&spare_name(3)), Some(3));
    }
}
