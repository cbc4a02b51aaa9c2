//! What journeys are read against: every name of the program that they may use.

use crate::condition::compile::Scope;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::offer::Offers;
use crate::sources::File;
use crate::text::read;
use crate::text::tree::At;
use crate::topic::Topics;
use crate::traits::Traits;
use foresend_core::time::DayWindow;
use foresend_core::world::event::PropertyType;
use foresend_core::world::value::TraitIx;

/// What journeys are read against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) topics: &'a Topics,
    pub(crate) scope: Scope<'a>,
    /// Those of the scope, and those whose type is wrong.
    pub(crate) traits: &'a Traits,
    /// In the order of their numbers.
    pub(crate) mails: &'a [&'a str],
    pub(crate) offers: &'a Offers,
    /// Every journey of the folder.
    pub(crate) journeys: &'a [&'a str],
    /// Quiet hours of marketing.
    pub(crate) quiet: Option<DayWindow>,
    /// Whether the enrolments of the journey that is read have a key: what `same` compares with.
    pub(crate) is_keyed: bool,
}

impl<'a> Known<'a> {
    /// A trait that is named, and its type; tells if it is not known.
    pub(crate) fn customer_trait(
        &self,
        file: File<'_>,
        name: &At<&str>,
        told: &mut Mistakes,
    ) -> Option<(TraitIx, PropertyType)> {
        let traits = self.scope.traits;
        let found = traits.iter().position(|(known, _)| known == name.value);
        // One whose type is wrong is known, and told where it is declared.
        if self.traits.get(name.value).is_none() && self.traits.is_complete() {
            let names = self.traits.names();
            let help = read::did_you_mean(name.value, names.clone(), || {
                read::there_are(
                    "declare it in [traits] of program.toml; there are",
                    names,
                    "declare it in [traits] of program.toml: `birthday = \"date\"`",
                )
            });
            let message = format!("there is no trait `{}`", name.value);
            told.tell(
                Diagnostic::error("foresend::unknown_trait", file.name, message)
                    .at(name.span.clone(), "named here")
                    .help(help),
            );
        }
        let at = found?;
        Some((TraitIx(u16::try_from(at).ok()?), traits[at].1))
    }

    /// The names of all traits of a type.
    pub(crate) fn traits_of(&self, wanted: PropertyType) -> impl Iterator<Item = &'a str> {
        let traits = self.scope.traits.iter();
        traits.filter(move |(_, found)| *found == wanted).map(|(name, _)| name.as_str())
    }
}
