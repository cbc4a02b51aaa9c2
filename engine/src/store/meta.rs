//! The cut: up to where the store holds what the journal says, and what a replay from there must know that is not in
//! the customers. Committed last of a checkpoint: it is what makes the rest count.
//! Format 1: a byte 1, then the fields below in postcard's encoding. A field more is a new format.

use super::{StoreError, key};
use crate::entry::Seq;
use crate::journal::FolderId;
use crate::kv::{Kv, Room};
use foresend_core::chance::Seed;
use foresend_core::id::{CustomerId, IdKey, StableId};
use foresend_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The format in which it is written.
pub const FORMAT: u8 = 1;

/// The cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Meta {
    /// The journal that the store belongs to; 0: nobody has said yet.
    pub folder: FolderId,
    /// The first entry of the journal that the store does not hold.
    pub cut: Seq,
    /// The time of the journal before it: it never goes back.
    pub now: Timestamp,
    /// What hashed chance is keyed by.
    pub seed: Seed,
    /// What external ids are hashed under.
    pub id_key: IdKey,
    /// The version in force; `None`: none was published yet.
    pub version: Option<[u8; 32]>,
    /// When each experiment began.
    pub begun: Vec<(StableId, Timestamp)>,
    /// What is still to be told to those who wait for it, in the order in which it happened.
    pub spreads: Vec<Spread>,
}

/// Something that happened to a product, and who is still to be told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spread {
    /// The entry that said so.
    pub of: Seq,
    /// The event.
    pub event: String,
    /// The shop's id of the product.
    pub product: String,
    /// The first one who may be left in each partition that is not done with, in order.
    pub left: Vec<CustomerId>,
}

#[derive(Serialize, Deserialize)]
struct MetaV1 {
    folder: u128,
    cut: u64,
    now: i64,
    seed: u64,
    id_key: u128,
    version: Option<[u8; 32]>,
    begun: Vec<(u32, i64)>,
    spreads: Vec<(u64, String, String, Vec<u128>)>,
}

impl Meta {
    /// As the store holds it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let spreads = self.spreads.iter().map(|spread| {
            let Spread { of, event, product, left } = spread;
            (of.0, event.clone(), product.clone(), left.iter().map(|next| next.bits()).collect())
        });
        let meta = MetaV1 {
            folder: self.folder.0,
            cut: self.cut.0,
            now: self.now.millis(),
            seed: self.seed.0,
            id_key: self.id_key.0,
            version: self.version,
            begun: self.begun.iter().map(|(id, at)| (id.0, at.millis())).collect(),
            spreads: spreads.collect(),
        };
        postcard::to_extend(&meta, vec![FORMAT]).expect("memory takes any bytes")
    }

    /// Reads what [`Meta::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`StoreError`] where the bytes are not that.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let garbled = || StoreError::garbled(Room::Meta, key::META, "cannot be read");
        let (&format, fields) = bytes.split_first().ok_or_else(garbled)?;
        if format > FORMAT {
            return Err(StoreError::Newer { room: Room::Meta, format, known: FORMAT });
        }
        let (meta, rest) = postcard::take_from_bytes::<MetaV1>(fields).map_err(|_| garbled())?;
        if format != FORMAT || !rest.is_empty() {
            return Err(garbled());
        }
        let at = Timestamp::from_millis;
        let spread = |(of, event, product, left): (_, _, _, Vec<u128>)| Spread {
            of: Seq(of),
            event,
            product,
            left: left.into_iter().map(CustomerId::from_bits).collect(),
        };
        Ok(Self {
            folder: FolderId(meta.folder),
            cut: Seq(meta.cut),
            now: at(meta.now),
            seed: Seed(meta.seed),
            id_key: IdKey(meta.id_key),
            version: meta.version,
            begun: meta.begun.into_iter().map(|(id, ms)| (StableId(id), at(ms))).collect(),
            spreads: meta.spreads.into_iter().map(spread).collect(),
        })
    }

    /// The cut of a store; `None`: it is empty.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn load(kv: &dyn Kv) -> Result<Option<Self>, StoreError> {
        kv.get(Room::Meta, key::META)?.map(|bytes| Self::from_bytes(&bytes)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hex;
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn meta() -> Meta {
        Meta {
            folder: FolderId(3),
            cut: Seq(300),
            now: Timestamp::from_millis(1_772_470_800_000),
            seed: Seed(42),
            id_key: IdKey(7),
            version: Some([0xab; 32]),
            begun: vec![(StableId(9), Timestamp::from_millis(1))],
            spreads: vec![Spread {
                of: Seq(4),
                event: "e".to_owned(),
                product: "p".to_owned(),
                left: vec![CustomerId::from_bits(5)],
            }],
        }
    }

    #[test]
    fn format_1_never_changes() {
        let bytes = meta().to_bytes();
        let version = "ab".repeat(32);
        assert_eq!(
            Hex(bytes).to_string(),
            format!("0103ac0280baf0f795672a0701{version}0109020104016501700105")
        );
    }

    #[test]
    fn a_newer_format_is_told_from_damage() {
        let mut bytes = meta().to_bytes();
        bytes[0] = 2;
        let newer = Meta::from_bytes(&bytes).unwrap_err().to_string();
        assert!(newer.contains("newer version") && newer.contains("format 2"), "{newer}");
        bytes[0] = 0;
        let damaged = Meta::from_bytes(&bytes).unwrap_err().to_string();
        assert!(damaged.contains("damaged") && damaged.contains("`meta`"), "{damaged}");
    }

    proptest! {
        #[test]
        fn it_is_read_as_it_was_written(cut: u64, ms: i64, seed: u64, id_key: u128, known: bool, begun in vec(any::<(u32, i64)>(), 0..9), left in vec(any::<(String, u128)>(), 0..3)) {
            let at = Timestamp::from_millis;
            let begun = begun.into_iter().map(|(id, ms)| (StableId(id), at(ms))).collect();
            let version = known.then_some([7; 32]);
            let left = left.into_iter().map(|(event, next)| Spread { of: Seq(cut), product: event.clone(), event, left: vec![CustomerId::from_bits(next)] });
            let meta = Meta { folder: FolderId(id_key), cut: Seq(cut), now: at(ms), seed: Seed(seed), id_key: IdKey(id_key), version, begun, spreads: left.collect() };
            prop_assert_eq!(Meta::from_bytes(&meta.to_bytes()).unwrap(), meta);
        }

        #[test]
        fn no_bytes_make_it_panic(noise in vec(any::<u8>(), 0..80)) {
            drop(Meta::from_bytes(&noise));
        }
    }
}
