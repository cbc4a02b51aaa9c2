//! The archive: every entry of the journal up to the cut, by the customer it was told to, for as long as we keep it. The
//! journal's own segments are used again once it is filled from them.
//! Format 1: a byte 1, the time of the journal in milliseconds (8 bytes, little-endian), the entry's kind, its fields.

use super::{StoreError, each_of, key};
use crate::entry::{Raw, Seq};
use crate::kv::{Kv, Room};
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;

/// The format in which entries are written.
pub const FORMAT: u8 = 1;

/// One entry, as it was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told<'a> {
    /// Its place in the journal.
    pub seq: Seq,
    /// When it became durable, by the journal's clock.
    pub now: Timestamp,
    /// The entry.
    pub raw: Raw<'a>,
}

/// An entry as the store holds it.
#[must_use]
pub fn to_bytes(now: Timestamp, raw: Raw<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(10 + raw.fields.len());
    bytes.push(FORMAT);
    bytes.extend(now.millis().to_le_bytes());
    bytes.push(raw.kind);
    bytes.extend(raw.fields);
    bytes
}

/// Shows `each` what was told to the customer (`None`: to all) from the entry `from` on, in order, for as long as it says
/// to go on.
///
/// # Errors
/// [`StoreError`] where an entry cannot be read.
pub fn told(
    kv: &dyn Kv,
    whom: Option<CustomerId>,
    from: Seq,
    each: &mut dyn FnMut(Told<'_>) -> bool,
) -> Result<(), StoreError> {
    let range = (key::told(whom, from), key::after(&whom.map_or([0; 16], key::customer)));
    each_of(kv, Room::Archive, (&range.0, &range.1), &mut |key, value| Ok(each(read(key, value)?)))
}

pub(super) fn read<'a>(key: &[u8], value: &'a [u8]) -> Result<Told<'a>, StoreError> {
    let garbled = |what| StoreError::garbled(Room::Archive, key, what);
    let (customer, seq) = key::read_told(key).ok_or_else(|| garbled("is no key of an entry"))?;
    let (&format, value) = value.split_first().ok_or_else(|| garbled("is empty"))?;
    if format > FORMAT {
        return Err(StoreError::Newer { room: Room::Archive, format, known: FORMAT });
    }
    if format != FORMAT {
        return Err(garbled("has no format"));
    }
    let (now, value) = value.split_first_chunk::<8>().ok_or_else(|| garbled("has no time"))?;
    let (&kind, fields) = value.split_first().ok_or_else(|| garbled("has no kind"))?;
    let now = Timestamp::from_millis(i64::from_le_bytes(*now));
    Ok(Told { seq, now, raw: Raw { customer, kind, fields } })
}

#[cfg(test)]
mod tests {
    use super::super::Hex;
    use super::*;

    const WHOM: CustomerId = CustomerId::from_bits(7);

    #[test]
    fn format_1_never_changes() {
        let raw = Raw { customer: Some(WHOM), kind: 17, fields: &[1, 2] };
        let bytes = to_bytes(Timestamp::from_millis(258), raw);
        assert_eq!(Hex(bytes.clone()).to_string(), "010201000000000000110102");
        let told = read(&key::told(Some(WHOM), Seq(9)), &bytes).unwrap();
        assert_eq!(told, Told { seq: Seq(9), now: Timestamp::from_millis(258), raw });
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_key() {
        let key = key::told(Some(WHOM), Seq(9));
        for bytes in [&[][..], &[0], &[1, 2], &[1, 0, 0, 0, 0, 0, 0, 0, 0]] {
            let error = read(&key, bytes).unwrap_err().to_string();
            assert!(error.contains("`archive`") && error.contains("0000000000000009"), "{error}");
        }
        assert!(read(&key, &[2]).unwrap_err().to_string().contains("newer version"));
    }
}
