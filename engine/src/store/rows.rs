//! Changes of one room that are gathered until there are enough to be written. There are millions in a checkpoint, and
//! each is small: so a key is compared as a few numbers, and all values stand in one buffer.

use crate::kv::Change;

/// The longest key, in bytes.
const KEY_MAX: usize = 32;

/// Gathered changes.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
    values: Vec<u8>,
}

/// A change: a key, and where its value stands; `None`: the key is to be removed.
#[derive(Debug)]
struct Row {
    key: Key,
    value: Option<(usize, usize)>,
}

/// A key: its bytes as big-endian numbers with zeros behind, and how many bytes there are. In the order of the bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Key {
    words: [u64; KEY_MAX / 8],
    length: u8,
}

impl Rows {
    /// Gathers a change. Returns how much memory it takes, in bytes.
    ///
    /// # Panics
    /// Where the key is longer than any of ours.
    pub(super) fn push(&mut self, key: &[u8], value: Option<&[u8]>) -> usize {
        let from = self.values.len();
        self.values.extend(value.unwrap_or_default());
        let value = value.map(|_| (from, self.values.len()));
        self.rows.push(Row { key: Key::of(key), value });
        size_of::<Row>() + self.values.len() - from
    }

    /// Puts them in the order of their keys, each once: of equal ones the last stays.
    pub(super) fn sort(&mut self) {
        self.rows.sort_by_key(|row| row.key); // stable
        self.rows.dedup_by(|later, kept| {
            let same = later.key == kept.key;
            if same {
                kept.value = later.value;
            }
            same
        });
    }

    /// Forgets those whose keys are in `others`, which are sorted.
    pub(super) fn forget(&mut self, others: &Self) {
        let is_there = |key| others.rows.binary_search_by_key(&key, |row| row.key).is_ok();
        self.rows.retain(|row| !is_there(row.key));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// As the store takes them.
    pub(super) fn changes(&self) -> impl Iterator<Item = Change> {
        self.rows.iter().map(|row| {
            let value = row.value.map(|(from, until)| self.values[from..until].to_vec());
            (row.key.to_bytes(), value)
        })
    }
}

impl Key {
    fn of(key: &[u8]) -> Self {
        let mut bytes = [0; KEY_MAX];
        bytes[..key.len()].copy_from_slice(key);
        let (words, _) = bytes.as_chunks::<8>();
        let word = |at: usize| u64::from_be_bytes(words[at]);
        let length = u8::try_from(key.len()).expect("as long as it may be");
        Self { words: [word(0), word(1), word(2), word(3)], length }
    }

    fn to_bytes(self) -> Vec<u8> {
        let bytes = self.words.map(u64::to_be_bytes);
        bytes.as_flattened()[..usize::from(self.length)].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn keys_stand_in_the_order_of_their_bytes(a in vec(0..3_u8, 0..=KEY_MAX), b in vec(0..3_u8, 0..=KEY_MAX)) {
            prop_assert_eq!(Key::of(&a).cmp(&Key::of(&b)), a.cmp(&b));
            prop_assert_eq!(Key::of(&a).to_bytes(), a);
        }

        #[test]
        fn the_last_change_of_a_key_is_written_and_none_of_others(
            told in vec((vec(0..3_u8, 0..3), proptest::option::of(vec(any::<u8>(), 0..9))), 0..40),
            others in vec(vec(0..3_u8, 0..3), 0..9),
        ) {
            let (mut rows, mut not) = (Rows::default(), Rows::default());
            for (key, value) in &told {
                rows.push(key, value.as_deref());
            }
            for key in &others {
                not.push(key, None);
            }
            not.sort();
            rows.sort();
            rows.forget(&not);
            let mut expected: BTreeMap<_, _> = told.into_iter().collect();
            expected.retain(|key, _| !others.contains(key));
            prop_assert_eq!(rows.changes().collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
        }
    }
}
