//! Ids. A customer's id hides the external one behind a key; a send's id follows from what is sent, so that
//! a mail keeps its id over restarts, retries and replays, and cannot go twice under two names.
//! Invariant: the hash functions below are part of the format; golden tests hold them.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::fmt;
use std::hash::Hasher;

/// One customer of one program, on every host.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CustomerId(u128);

impl CustomerId {
    /// The keyed hash of the id by which the outside knows this customer. `key` is the world's secret: without
    /// it nobody can tell whether a given person is known.
    #[must_use]
    pub fn of(key: IdKey, external: &str) -> Self {
        let mut hasher = SipHasher13::new_with_key(&key.0.to_le_bytes());
        part(&mut hasher, b"customer/1");
        part(&mut hasher, external.as_bytes());
        Self(hasher.finish128().as_u128())
    }

    /// The id's bits: for journals and stores.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.0
    }

    /// The id with these bits.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// 64 of the id's bits, to key draws by.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "half of the id is wanted")]
    pub const fn low(self) -> u64 {
        self.0 as u64
    }
}

/// The secret under which external ids are hashed; journalled when a world is created.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IdKey(pub u128);

/// One mail for one customer: also its Message-ID. Follows from customer, journey, enrolment and step; not
/// from variant or version, so a change of words cannot send a mail again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SendId(u128);

impl SendId {
    /// The id of what `step` of `journey` sends in the customer's enrolment number `enrolment`.
    #[must_use]
    pub fn of(customer: CustomerId, journey: StableId, enrolment: u32, step: StableId) -> Self {
        let mut hasher = SipHasher13::new();
        part(&mut hasher, b"send/1");
        part(&mut hasher, &customer.0.to_le_bytes());
        part(&mut hasher, &journey.0.to_le_bytes());
        part(&mut hasher, &enrolment.to_le_bytes());
        part(&mut hasher, &step.0.to_le_bytes());
        Self(hasher.finish128().as_u128())
    }
}

impl SendId {
    /// The id's bits: for journals and stores.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.0
    }
}

impl fmt::Display for SendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// What a journey or step is known by for ever: 32 bits of the hash of its name. Two names of one program
/// with the same id are a mistake that `check` reports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StableId(pub u32);

impl StableId {
    /// The id of `name` within its `kind` ("journey", "step").
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "32 of the 128 bits are wanted")]
    pub fn of(kind: &str, name: &str) -> Self {
        let mut hasher = SipHasher13::new();
        part(&mut hasher, b"stable/1");
        part(&mut hasher, kind.as_bytes());
        part(&mut hasher, name.as_bytes());
        Self(hasher.finish128().as_u128() as u32)
    }
}

/// A product, by the hash of the shop's own id for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ProductId(pub u64);

impl ProductId {
    /// The product that the shop calls `id`.
    #[must_use]
    pub fn of(id: &str) -> Self {
        Self(Key::of_text(id).0)
    }
}

/// What an enrolment is about: the value of a property such as `order_id`, as 64 bits of its hash; or nothing, then
/// the customer is the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key(u64);

impl Key {
    /// The customer.
    pub const CUSTOMER: Self = Self(0);

    /// The key of a text.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "64 of the 128 bits are wanted")]
    pub fn of_text(text: &str) -> Self {
        let mut hasher = SipHasher13::new();
        part(&mut hasher, b"key/1");
        part(&mut hasher, text.as_bytes());
        let bits = hasher.finish128().as_u128() as u64;
        Self(bits.max(1))
    }

    /// The key of a local day, days since 1970-01-01: of a start by the calendar.
    #[must_use]
    pub const fn of_day(day: i64) -> Self {
        // Bit 63 keeps it apart from no key at all.
        Self(day.cast_unsigned() | 1 << 63)
    }

    /// Its bits: for snapshots.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The key with these bits.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl From<ProductId> for Key {
    fn from(product: ProductId) -> Self {
        Self(product.0.max(1))
    }
}

/// Parts are length-prefixed, so that ("ab", "c") and ("a", "bc") differ.
fn part(hasher: &mut SipHasher13, bytes: &[u8]) {
    hasher.write(&(bytes.len() as u64).to_le_bytes());
    hasher.write(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values_never_change() {
        let customer = CustomerId::of(IdKey(7), "c-000001");
        let (journey, step) =
            (StableId::of("journey", "cart-recovery"), StableId::of("step", "first"));
        let send = SendId::of(customer, journey, 1, step);
        assert_eq!(
            format!("{:032x} {:08x} {:08x} {send}", customer.0, journey.0, step.0),
            "fb59477baa61c25e66fa01f8f5a91f19 08d2d131 9105b92f 8920fc9501e270342032e506d8e007d8"
        );
    }

    #[test]
    fn an_id_depends_on_each_of_its_parts() {
        let c = |k, e: &str| CustomerId::of(IdKey(k), e);
        let s = |x| StableId::of("step", x);
        let send = SendId::of(c(7, "a"), s("j"), 1, s("x"));
        for other in [
            SendId::of(c(8, "a"), s("j"), 1, s("x")),
            SendId::of(c(7, "b"), s("j"), 1, s("x")),
            SendId::of(c(7, "a"), s("i"), 1, s("x")),
            SendId::of(c(7, "a"), s("j"), 2, s("x")),
            SendId::of(c(7, "a"), s("j"), 1, s("y")),
        ] {
            assert_ne!(send, other);
        }
    }
}
