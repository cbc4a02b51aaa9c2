//! The timeline: what was decided about each customer, and why, for as long as we keep it. Indexes in a record are those
//! of the version under which it was decided, so each says which that was.
//! Format 1: a byte 1, the first four bytes of the version's hash, then time and decision in postcard's encoding.
//! Invariant: indexes read from disk may point at nothing in the version: whoever puts them into words asks.

mod decided;
#[cfg(test)]
mod tests;

use super::{StoreError, each_of, key};
use crate::entry::Seq;
use crate::kv::{Kv, Room};
use decided::DecidedV1;
use foresend_core::customer::record::Record;
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;

/// The format in which records are written.
pub const FORMAT: u8 = 1;

/// A version by the first bytes of its hash. [`super::version`] sees to it that no two are the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Under(pub [u8; 4]);

impl Under {
    /// The version with that hash.
    #[must_use]
    pub const fn of(version: &[u8; 32]) -> Self {
        let [a, b, c, d, ..] = *version;
        Self([a, b, c, d])
    }
}

/// One line of a customer's timeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// The entry of the journal upon which it was decided.
    pub seq: Seq,
    /// Its place among what was decided upon that entry.
    pub place: u16,
    /// The version whose indexes it speaks in.
    pub under: Under,
    /// What was decided.
    pub record: Record,
}

/// A record as the store holds it.
#[must_use]
pub fn to_bytes(under: Under, record: &Record) -> Vec<u8> {
    let Under([a, b, c, d]) = under;
    let fields = (record.at.millis(), DecidedV1::from(record.decided));
    postcard::to_extend(&fields, vec![FORMAT, a, b, c, d]).expect("memory takes any bytes")
}

/// Reads what [`to_bytes`] wrote; `key` is for the message.
///
/// # Errors
/// [`StoreError`] where the bytes are not that.
pub fn from_bytes(key: &[u8], bytes: &[u8]) -> Result<(Under, Record), StoreError> {
    let garbled = || StoreError::garbled(Room::Timeline, key, "holds no record");
    let (&format, rest) = bytes.split_first().ok_or_else(garbled)?;
    if format > FORMAT {
        return Err(StoreError::Newer { room: Room::Timeline, format, known: FORMAT });
    }
    let (under, fields) = rest.split_first_chunk::<4>().ok_or_else(garbled)?;
    match postcard::take_from_bytes::<(i64, DecidedV1)>(fields) {
        Ok(((at, decided), [])) if format == FORMAT => {
            let record = Record { at: Timestamp::from_millis(at), decided: decided.into() };
            Ok((Under(*under), record))
        }
        Ok(_) | Err(_) => Err(garbled()),
    }
}

/// Shows `each` the customer's lines from the entry `from` on, in order, for as long as it says to go on.
///
/// # Errors
/// [`StoreError`] where one cannot be read.
pub fn records(
    kv: &dyn Kv,
    customer: CustomerId,
    from: Seq,
    each: &mut dyn FnMut(Line) -> bool,
) -> Result<(), StoreError> {
    let range = (key::decided(customer, from, 0), key::after(&key::customer(customer)));
    each_of(kv, Room::Timeline, (&range.0, &range.1), &mut |key, value| Ok(each(line(key, value)?)))
}

pub(super) fn line(key: &[u8], value: &[u8]) -> Result<Line, StoreError> {
    let Some((_, seq, place)) = key::read_decided(key) else {
        return Err(StoreError::garbled(Room::Timeline, key, "is no key of a record"));
    };
    let (under, record) = from_bytes(key, value)?;
    Ok(Line { seq, place, under, record })
}
