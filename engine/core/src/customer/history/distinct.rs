//! Values as 64 bits, and telling apart how many there are of them without allocation.
//! Invariant: the bits of a value are part of the format; golden tests hold them.

use crate::money::Amount;
use crate::world::value::Value;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// More than a stream keeps, so that few values meet at one slot. A power of two.
const SLOTS: usize = 512;

/// Values seen so far: open addressing, 0 for an empty slot.
pub(super) struct Seen {
    slots: [u64; SLOTS],
    values: u16,
}

impl Default for Seen {
    fn default() -> Self {
        Self { slots: [0; SLOTS], values: 0 }
    }
}

impl Seen {
    /// Adds a value. Whether it was not there before.
    pub(super) fn is_new(&mut self, bits: Amount) -> bool {
        let bits = bits.parts().cast_unsigned().max(1);
        let mut at = usize::try_from(bits % SLOTS as u64).expect("fewer than 512");
        loop {
            if self.slots[at] == bits {
                return false;
            }
            if self.slots[at] == 0 {
                break;
            }
            at = (at + 1) % SLOTS;
        }
        // Only a snapshot that nobody wrote could hold so many: the search must still meet an empty slot.
        if usize::from(self.values) + 1 < SLOTS {
            self.slots[at] = bits;
            self.values += 1;
        }
        true
    }

    pub(super) const fn values(&self) -> u16 {
        self.values
    }
}

/// A value as the 64 bits that an entry keeps of it: each type's are its own, so that the text "1" and the number 1
/// are two values. Keyed by nothing: values are compared within one stream of one customer only.
pub(super) fn bits(value: Value<'_>) -> Amount {
    let mut hasher = SipHasher13::new();
    // Tags are bytes on disk and are never given out twice.
    match value {
        Value::Number(number) => tagged(&mut hasher, 1, &number.parts().to_le_bytes()),
        Value::Text(text) => tagged(&mut hasher, 2, text.as_bytes()),
        Value::Date(day) => tagged(&mut hasher, 3, &day.number().to_le_bytes()),
        Value::Bool(yes) => tagged(&mut hasher, 4, &[u8::from(yes)]),
    }
    Amount::from_parts(hasher.finish().cast_signed())
}

fn tagged(hasher: &mut SipHasher13, tag: u8, bytes: &[u8]) {
    hasher.write(b"value/1");
    hasher.write(&[tag]);
    hasher.write(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;

    #[test]
    fn golden_values_never_change() {
        let of = |value| format!("{:016x}", bits(value).parts());
        assert_eq!(
            [
                of(Value::Text("shoes")),
                of(Value::Number(Amount::whole(1))),
                of(Value::Date(Day::numbered(20_000).unwrap())),
                of(Value::Bool(true)),
            ],
            ["79cc25d85b58aea0", "65ec52f7687dcfc1", "dade79944dd1d921", "a77706e3f0048a96"]
        );
    }

    #[test]
    fn values_of_two_types_are_two_values() {
        let one = Value::Number(Amount::from_parts(i64::from(b'1')));
        let mut seen = Seen::default();
        let values = [
            Value::Text("1"),
            Value::Text("\u{1}"),
            one,
            Value::Date(Day::numbered(1).unwrap()),
            Value::Bool(true),
        ];
        for value in values.into_iter().chain([Value::Text(""), Value::Bool(false)]) {
            assert!(seen.is_new(bits(value)), "{value:?}");
            assert!(!seen.is_new(bits(value)), "{value:?}");
        }
        assert_eq!(seen.values(), 7);
    }

    #[test]
    fn values_that_meet_at_a_slot_and_too_many_are_no_trouble() {
        let mut seen = Seen::default();
        for value in 0..2_000 {
            seen.is_new(Amount::from_parts(value * 512));
        }
        assert_eq!(seen.values(), 511);
    }
}
