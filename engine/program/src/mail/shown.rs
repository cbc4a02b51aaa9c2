//! A block of a checked mail, as whoever makes the mail reads it.

use super::block::words;

/// One kind of block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BlockKind {
    /// What is in the cart.
    Cart,
    /// What they looked at last.
    LookedAt,
    /// Things like those in the cart or looked at.
    LikeThese,
    /// The order that started the journey.
    Order,
    /// The offer that the step attaches.
    Offer,
    /// A question how they like it.
    Review,
    /// Where to choose what to get.
    Preferences,
    /// The postal address.
    Address,
}

/// One block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// What it shows.
    pub kind: BlockKind,
    /// How many things at most.
    pub most: Option<u16>,
    /// With fewer things than this, `otherwise` stands there; 1 if it is not said.
    pub least: u16,
    /// By what like things are chosen: `category`, `bought`, `looked-at`.
    pub by: Option<String>,
    /// What stands there when there is nothing to show.
    pub otherwise: Option<String>,
}

impl BlockKind {
    const ALL: [Self; 8] = [
        Self::Cart,
        Self::LookedAt,
        Self::LikeThese,
        Self::Order,
        Self::Offer,
        Self::Review,
        Self::Preferences,
        Self::Address,
    ];

    /// As it is written: `looked-at`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cart => "cart",
            Self::LookedAt => "looked-at",
            Self::LikeThese => "like-these",
            Self::Order => "order",
            Self::Offer => "offer",
            Self::Review => "review",
            Self::Preferences => "preferences",
            Self::Address => "address",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Block {
    /// The block that a paragraph is; `None`: it is words.
    #[must_use]
    pub fn of(paragraph: &str) -> Option<Self> {
        let inner = paragraph.trim().strip_prefix("[[")?.strip_suffix("]]")?;
        let mut words = words(inner, 0).into_iter().map(|(word, _)| word);
        let kind = BlockKind::named(words.next()?)?;
        let mut block = Self { kind, most: None, least: 1, by: None, otherwise: None };
        for (name, value) in words.filter_map(|word| word.split_once('=')) {
            match name {
                "most" => block.most = value.parse().ok(),
                "least" => block.least = value.parse().unwrap_or(1),
                "by" => block.by = Some(value.to_owned()),
                "otherwise" => block.otherwise = Some(value.trim_matches('"').to_owned()),
                _ => {}
            }
        }
        Some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::block::KINDS;

    #[test]
    fn a_paragraph_in_double_brackets_is_a_block_with_its_options() {
        let of = |text| Block::of(text);
        let things =
            of("[[like-these most=3 least=2 by=bought otherwise=\"Nothing yet, sorry.\"]]\n");
        assert_eq!(
            things,
            Some(Block {
                kind: BlockKind::LikeThese,
                most: Some(3),
                least: 2,
                by: Some("bought".to_owned()),
                otherwise: Some("Nothing yet, sorry.".to_owned()),
            })
        );
        let offer =
            Block { kind: BlockKind::Offer, most: None, least: 1, by: None, otherwise: None };
        assert_eq!(of(" [[offer]] "), Some(offer));
        assert_eq!((of("[[nothing]]"), of("[[]]"), of("[cart]")), (None, None, None));
    }

    #[test]
    fn every_kind_that_is_checked_can_be_read() {
        let names: Vec<&str> = BlockKind::ALL.into_iter().map(BlockKind::name).collect();
        assert_eq!(KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>(), names);
    }
}
