//! `[traits]`: what a customer's profile may hold. All else that arrives is dropped: nothing is stored about people
//! that nobody has asked for by name.

use crate::diagnostic::Mistakes;
use crate::sources::File;
use crate::text::tree::Table;
use crate::typed::{self, Kind, Typed};
use foresend_core::world::event::PropertyType;

/// Most traits of a program.
const TRAITS_MAX: usize = 64;

const TRAITS: Kind = Kind {
    word: "trait",
    plural: "traits",
    example: "first_name",
    most: TRAITS_MAX,
    taken: |name| match name {
        "id" | "user_id" | "anonymous_id" => {
            Some("who a customer is, is kept beside their traits: leave this line out")
        }
        "email" => Some(
            "the address is kept beside the traits, and mails are sent to it: leave this line out",
        ),
        "created_at" | "timezone" | "locale" => {
            Some("it is read whenever it arrives: leave this line out")
        }
        _ => None,
    },
};

/// Every trait of a program.
#[derive(Debug, Default)]
pub(crate) struct Traits {
    traits: Vec<Typed>,
    /// `[traits]` could not be read: an unknown name may stand there.
    incomplete: bool,
}

impl Traits {
    pub(crate) fn read(file: File<'_>, table: &Table, told: &mut Mistakes) -> Self {
        Self { traits: typed::read(file, table, TRAITS, told), incomplete: false }
    }

    pub(crate) fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Whether a name that is not here is a mistake.
    pub(crate) fn is_complete(&self) -> bool {
        !self.incomplete
    }

    /// A trait and its type; the type is `None` where it is wrong, which is told.
    pub(crate) fn get(&self, name: &str) -> Option<Option<PropertyType>> {
        self.traits.iter().find(|(other, _)| other == name).map(|(_, found)| *found)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.traits.iter().map(|(name, _)| name.as_str())
    }

    /// Each with its type; those that are wrong are left out.
    pub(crate) fn all(&self) -> Vec<(String, PropertyType)> {
        let typed = self.traits.iter();
        typed.filter_map(|(name, found)| Some((name.clone(), (*found)?))).collect()
    }
}
