//! What a recovery asks the store for: message ids seen of late, wakes that come due, customers whose mails are open,
//! and who waits for a product. Everything here is an index: it may say too much, and then the customer's own state
//! decides, but never too little.

use super::{StoreError, each_of, key};
use crate::entry::Seq;
use crate::kv::{Kv, Room};
use foresend_core::id::{CustomerId, ProductId};
use foresend_core::time::Timestamp;
use std::ops::RangeInclusive;

/// The customer's envelope, as the shard wrote it.
///
/// # Errors
/// [`StoreError`] where it cannot be read.
pub fn customer(kv: &dyn Kv, whom: CustomerId) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(kv.get(Room::Customers, &key::customer(whom))?)
}

/// Shows `each` everybody's envelope, in the order of their ids, for as long as it says to go on.
///
/// # Errors
/// [`StoreError`] where they cannot be read.
pub fn everybody(
    kv: &dyn Kv,
    each: &mut dyn FnMut(CustomerId, &[u8]) -> bool,
) -> Result<(), StoreError> {
    each_of(kv, Room::Customers, (&[], key::END), &mut |key, envelope| {
        let whom = key::read_customer(key)
            .ok_or_else(|| StoreError::garbled(Room::Customers, key, "is no key of a customer"))?;
        Ok(each(whom, envelope))
    })
}

/// How many customers there are. Reads every key: one to four seconds a million.
///
/// # Errors
/// [`StoreError`] where they cannot be read.
pub fn customers(kv: &dyn Kv) -> Result<u64, StoreError> {
    let mut number = 0;
    kv.range(Room::Customers, &[], key::END, &mut |_, _| {
        number += 1;
        true
    })?;
    Ok(number)
}

/// Shows `each` the wakes due from `from` on and before `until`, by due time, for as long as it says to go on.
///
/// # Errors
/// [`StoreError`] where they cannot be read.
pub fn wakes(
    kv: &dyn Kv,
    from: Timestamp,
    until: Timestamp,
    each: &mut dyn FnMut(Timestamp, CustomerId) -> bool,
) -> Result<(), StoreError> {
    each_of(kv, Room::Wakes, (&key::time(from), &key::time(until)), &mut |key, _| {
        let (due, whom) = key::read_wake(key)
            .ok_or_else(|| StoreError::garbled(Room::Wakes, key, "is no key of a wake"))?;
        Ok(each(due, whom))
    })
}

/// Shows `each` every customer of these partitions who may have mails or calls whose fate is open, for as long as it says
/// to go on.
///
/// # Errors
/// [`StoreError`] where they cannot be read.
pub fn outbox(
    kv: &dyn Kv,
    partitions: RangeInclusive<u8>,
    each: &mut dyn FnMut(CustomerId) -> bool,
) -> Result<(), StoreError> {
    let range = ([*partitions.start()], key::after(&[*partitions.end()]));
    each_of(kv, Room::Outbox, (&range.0, &range.1), &mut |key, _| {
        let whom = key::read_customer(key)
            .ok_or_else(|| StoreError::garbled(Room::Outbox, key, "is no key of a customer"))?;
        Ok(each(whom))
    })
}

/// Shows `each` the customers who may wait for an event of `product`, those `after` one, in order, for as long as it says
/// to go on.
///
/// # Errors
/// [`StoreError`] where they cannot be read.
pub fn waiting(
    kv: &dyn Kv,
    product: ProductId,
    after: Option<CustomerId>,
    each: &mut dyn FnMut(CustomerId) -> bool,
) -> Result<(), StoreError> {
    let start = product.0.to_be_bytes();
    let from =
        after.map_or_else(|| start.to_vec(), |whom| key::after(&key::waiting(product, whom)));
    each_of(kv, Room::Waiting, (&from, &key::after(&start)), &mut |key, _| {
        let (_, whom) = key::read_waiting(key)
            .ok_or_else(|| StoreError::garbled(Room::Waiting, key, "is no key of one who waits"))?;
        Ok(each(whom))
    })
}

/// Shows `each` the message ids that these partitions saw from `since` to `until` (whole hours of them), block by block,
/// each with its hour. What a checkpoint left behind that was never whole, beyond the cut, is not meant: the journal will
/// tell it again.
///
/// # Errors
/// [`StoreError`] where they cannot be read.
pub fn seen(
    kv: &dyn Kv,
    partitions: &RangeInclusive<u8>,
    (since, until): (Timestamp, Timestamp),
    cut: Seq,
    each: &mut dyn FnMut(u32, &[[u8; 8]]),
) -> Result<(), StoreError> {
    for hour in key::generation(since)..=key::generation(until) {
        let from = key::seen(hour, *partitions.start(), Seq(0));
        let last = key::after(&key::seen(hour, *partitions.end(), Seq(u64::MAX)));
        each_of(kv, Room::Seen, (&from, &last), &mut |key, value| {
            let garbled = |what| StoreError::garbled(Room::Seen, key, what);
            let (_, _, at) = key::read_seen(key).ok_or_else(|| garbled("is no key of ids"))?;
            if at > cut {
                return Ok(true);
            }
            let (ids, rest) = value.as_chunks::<8>();
            if !rest.is_empty() {
                return Err(garbled("holds a piece of an id"));
            }
            each(hour, ids);
            Ok(true)
        })?;
    }
    Ok(())
}
