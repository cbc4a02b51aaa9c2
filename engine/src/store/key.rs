//! The keys of the store, written and read. Numbers are big-endian and times keep their order, so that keys stand in
//! the order of what they say, and the customers of a partition stand together.
//! Invariant: a room's layout is a format; another layout is another room.

use crate::entry::Seq;
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::time::{Timestamp, Wait};

/// What sorts after every key: none is so long.
pub const END: &[u8] = &[0xff; 40];

/// The one key of [`crate::kv::Room::Meta`].
pub const META: &[u8] = b"cut";

/// How long the message id of a call is remembered: shops send a call again for up to 12 hours.
pub const SEEN_FOR: Wait = Wait::hours(24);

/// The generation of message ids seen at that time: hours since 1970.
#[must_use]
pub fn generation(at: Timestamp) -> u32 {
    const HOUR: i64 = Wait::hours(1).millis();
    u32::try_from(at.millis().div_euclid(HOUR).max(0)).unwrap_or(u32::MAX)
}

/// The partition that a customer belongs to.
#[must_use]
pub const fn partition(customer: CustomerId) -> u8 {
    customer.bits().to_be_bytes()[0]
}

/// A customer's key in [`crate::kv::Room::Customers`] and [`crate::kv::Room::Outbox`]; also how their keys in
/// [`crate::kv::Room::Archive`] and [`crate::kv::Room::Timeline`] begin.
#[must_use]
pub const fn customer(customer: CustomerId) -> [u8; 16] {
    customer.bits().to_be_bytes()
}

/// A wake.
#[must_use]
pub fn wake(due: Timestamp, whom: CustomerId) -> Vec<u8> {
    joined(&[&time(due), &customer(whom)])
}

/// A customer who waits for an event of a product.
#[must_use]
pub fn waiting(product: ProductId, whom: CustomerId) -> Vec<u8> {
    joined(&[&product.0.to_be_bytes(), &customer(whom)])
}

/// What was told to a customer, or to all.
#[must_use]
pub fn told(whom: Option<CustomerId>, at: Seq) -> Vec<u8> {
    joined(&[&whom.map_or([0; 16], customer), &at.0.to_be_bytes()])
}

/// What was decided about a customer: the `place`-th thing upon the entry at `at`.
#[must_use]
pub fn decided(whom: CustomerId, at: Seq, place: u16) -> Vec<u8> {
    joined(&[&customer(whom), &at.0.to_be_bytes(), &place.to_be_bytes()])
}

/// The message ids that a partition saw in an hour, up to a cut. Those of a shard's partitions stand together.
#[must_use]
pub fn seen(generation: u32, partition: u8, cut: Seq) -> Vec<u8> {
    joined(&[&generation.to_be_bytes(), &[partition], &cut.0.to_be_bytes()])
}

/// What a time begins a key with.
pub(super) const fn time(at: Timestamp) -> [u8; 8] {
    // The sign's bit is turned, so that times before 1970 sort first.
    (at.millis().cast_unsigned() ^ 1 << 63).to_be_bytes()
}

/// What follows every key that begins with `start`.
pub(super) fn after(start: &[u8]) -> Vec<u8> {
    joined(&[start, END])
}

pub(super) fn read_customer(key: &[u8]) -> Option<CustomerId> {
    Some(CustomerId::from_bits(u128::from_be_bytes(key.try_into().ok()?)))
}

pub(super) fn read_wake(key: &[u8]) -> Option<(Timestamp, CustomerId)> {
    let (due, whom) = key.split_first_chunk::<8>()?;
    let due = (u64::from_be_bytes(*due) ^ 1 << 63).cast_signed();
    Some((Timestamp::from_millis(due), read_customer(whom)?))
}

pub(super) fn read_waiting(key: &[u8]) -> Option<(ProductId, CustomerId)> {
    let (product, whom) = key.split_first_chunk::<8>()?;
    Some((ProductId(u64::from_be_bytes(*product)), read_customer(whom)?))
}

pub(super) fn read_told(key: &[u8]) -> Option<(Option<CustomerId>, Seq)> {
    let (whom, at) = key.split_first_chunk::<16>()?;
    let whom = read_customer(whom)?;
    let at = Seq(u64::from_be_bytes(at.try_into().ok()?));
    Some(((whom.bits() != 0).then_some(whom), at))
}

pub(super) fn read_decided(key: &[u8]) -> Option<(CustomerId, Seq, u16)> {
    let (key, place) = key.split_last_chunk::<2>()?;
    let (whom, at) = key.split_first_chunk::<16>()?;
    let at = Seq(u64::from_be_bytes(at.try_into().ok()?));
    Some((read_customer(whom)?, at, u16::from_be_bytes(*place)))
}

pub(super) fn read_seen(key: &[u8]) -> Option<(u32, u8, Seq)> {
    let (generation, key) = key.split_first_chunk::<4>()?;
    let (&partition, cut) = key.split_first()?;
    let cut = u64::from_be_bytes(cut.try_into().ok()?);
    Some((u32::from_be_bytes(*generation), partition, Seq(cut)))
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whom(bits: u128) -> CustomerId {
        CustomerId::from_bits(bits)
    }

    #[test]
    fn layouts_never_change() {
        let hex = |key: Vec<u8>| super::super::Hex(key).to_string();
        let whom = whom(0x0123_4567_89ab_cdef_0011_2233_4455_6677);
        let id = "0123456789abcdef0011223344556677";
        assert_eq!(hex(customer(whom).to_vec()), id);
        assert_eq!(hex(wake(Timestamp::from_millis(258), whom)), format!("8000000000000102{id}"));
        assert_eq!(hex(waiting(ProductId(258), whom)), format!("0000000000000102{id}"));
        assert_eq!(hex(told(Some(whom), Seq(258))), format!("{id}0000000000000102"));
        assert_eq!(hex(told(None, Seq(258))), format!("{}0000000000000102", "0".repeat(32)));
        assert_eq!(hex(decided(whom, Seq(258), 259)), format!("{id}00000000000001020103"));
        assert_eq!(hex(seen(258, 7, Seq(259))), "00000102070000000000000103");
    }

    #[test]
    fn a_generation_is_an_hour() {
        let hours = |hours: i64| Timestamp::from_millis(hours * 3_600_000);
        assert_eq!(generation(hours(5)), 5);
        assert_eq!(generation(Timestamp::from_millis(6 * 3_600_000 - 1)), 5);
        assert_eq!((generation(Timestamp::ALWAYS), generation(Timestamp::NEVER)), (0, u32::MAX));
    }

    proptest! {
        #[test]
        fn keys_are_read_as_they_were_written(bits: u128, ms: i64, n: u64, place: u16, hour: u32) {
            let whom = whom(bits.max(1));
            let at = Timestamp::from_millis(ms);
            prop_assert_eq!(read_customer(&customer(whom)), Some(whom));
            prop_assert_eq!(read_wake(&wake(at, whom)), Some((at, whom)));
            prop_assert_eq!(read_waiting(&waiting(ProductId(n), whom)), Some((ProductId(n), whom)));
            prop_assert_eq!(read_told(&told(Some(whom), Seq(n))), Some((Some(whom), Seq(n))));
            prop_assert_eq!(read_told(&told(None, Seq(n))), Some((None, Seq(n))));
            prop_assert_eq!(read_decided(&decided(whom, Seq(n), place)), Some((whom, Seq(n), place)));
            prop_assert_eq!(read_seen(&seen(hour, 3, Seq(n))), Some((hour, 3, Seq(n))));
        }

        #[test]
        fn keys_stand_in_the_order_of_what_they_say(a: (i64, u128), b: (i64, u128)) {
            let key = |(ms, bits)| wake(Timestamp::from_millis(ms), whom(bits));
            prop_assert_eq!(a.cmp(&b), key(a).cmp(&key(b)));
            prop_assert!(key(a) < END.to_vec());
        }

        #[test]
        fn no_bytes_make_it_panic(noise in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (read_customer(&noise), read_wake(&noise), read_waiting(&noise));
            let _ = (read_told(&noise), read_decided(&noise), read_seen(&noise));
        }
    }
}
