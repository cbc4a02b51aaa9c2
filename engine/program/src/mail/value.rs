//! Values: `{{ cart.first.name }}` in a subject, a button or the words of a mail. What there is by that name, of
//! which type, and whether it may be missing; a mail must not leave with a hole in it.
//!
//! Whether the product, the event, the offer or the confirmation is there depends on who sends the mail:
//! `sender.rs` asks that.

use super::template::Source;
use crate::catalogue::Columns;
use crate::condition::definitions::{Definitions, Sort};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::Vocabulary;
use crate::text::read;
use crate::text::suggest::closest;
use crate::traits::Traits;
use foresend_core::world::event::PropertyType;
use std::ops::Range;

/// What a mail's values may come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Provided<'a> {
    pub(crate) definitions: &'a Definitions,
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) traits: &'a Traits,
    pub(crate) columns: &'a Columns,
}

/// What a value is, as far as we know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Type {
    Text,
    Number,
    Date,
    Truth,
    /// A list of texts.
    Texts,
    /// A list of anything.
    List,
    /// Not of the same type for everybody.
    Mixed,
    /// Not known: a mistake in it is told.
    Any,
}

/// What there is by a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// Every send that has its root can fill it.
    There(Type),
    /// Not every customer has it.
    Maybe(Type),
    /// Where it would be declared could not be read.
    Unread,
    Nothing,
}

/// Values with one name each, and their types.
const VALUES: &[(&str, Type)] = &[
    ("brand", Type::Text),
    ("cart.items", Type::Number),
    ("cart.value", Type::Number),
    ("cart.url", Type::Text),
    ("offer.code", Type::Text),
    ("offer.says", Type::Text),
    ("confirm.url", Type::Text),
    ("preferences.url", Type::Text),
];

impl Type {
    /// "a number"
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Date => "a date",
            Self::Truth => "a yes-or-no",
            Self::Texts | Self::List => "a list",
            Self::Mixed => "text for some and a number for others",
            Self::Any => "anything",
        }
    }

    const fn of(found: Option<PropertyType>) -> Self {
        match found {
            Some(PropertyType::Text) => Self::Text,
            Some(PropertyType::Number) => Self::Number,
            Some(PropertyType::Date) => Self::Date,
            Some(PropertyType::Bool) => Self::Truth,
            None => Self::Any,
        }
    }
}

impl Provided<'_> {
    /// What there is at `path`.
    pub(super) fn find(self, path: &str) -> Found {
        if let Some((_, found)) = VALUES.iter().find(|(name, _)| *name == path) {
            return Found::There(*found);
        }
        let column = |name: &str| match self.columns.get(name) {
            Some(found) => Found::There(Type::of(found)),
            None if self.columns.is_complete() => Found::Nothing,
            None => Found::Unread,
        };
        match path.split('.').collect::<Vec<_>>().as_slice() {
            ["cart", "first", name] | ["item", name] => column(name),
            ["customer", name] => match self.traits.get(name) {
                Some(found) => Found::Maybe(Type::of(found)),
                None if self.traits.is_complete() => Found::Nothing,
                None => Found::Unread,
            },
            // Which properties there are, the journeys that send the mail say.
            ["event", "time"] => Found::There(Type::Date),
            ["event", name] => match self.vocabulary.property_type(name) {
                Some(found) => {
                    Found::There(found.map_or(Type::Mixed, |found| Type::of(Some(found))))
                }
                None => Found::There(Type::Any),
            },
            [name] if !is_root(name) => match self.definitions.get(name) {
                Some(definition) => Found::There(match definition.sort {
                    Sort::Fact => Type::Number,
                    Sort::Segment => Type::Truth,
                }),
                None if self.definitions.is_complete() => Found::Nothing,
                None => Found::Unread,
            },
            [..] => Found::Nothing,
        }
    }

    /// Every name there is, those of events apart.
    fn names(self) -> Vec<String> {
        let columns = |root: &str| {
            let names = self.columns.names().map(|name| format!("{root}.{name}"));
            names.collect::<Vec<_>>()
        };
        let traits = self.traits.names().map(|name| format!("customer.{name}"));
        let definitions = self.definitions.names().map(str::to_owned);
        let values = VALUES.iter().map(|(name, _)| (*name).to_owned());
        let mut names: Vec<String> = values.chain(traits).chain(columns("cart.first")).collect();
        names.extend(columns("item"));
        names.extend(definitions);
        names
    }

    /// Tells that nothing provides `path`.
    pub(super) fn tell_unknown(
        self,
        source: &Source<'_>,
        path: &str,
        span: &Range<usize>,
        told: &mut Mistakes,
    ) {
        let names = self.names();
        let names = || names.iter().map(String::as_str);
        let below = |root: &str| {
            let prefix = format!("{root}.");
            let names: Vec<&str> = names().filter(|name| name.starts_with(&prefix)).collect();
            read::there_are("write one of its parts", names.into_iter(), "it has no parts yet")
        };
        let help = match path.split('.').collect::<Vec<_>>().as_slice() {
            ["event", ..] => {
                "write `event.PROPERTY`, a property of the event that starts the journey".to_owned()
            }
            ["customer"] if self.traits.names().next().is_none() => {
                "declare what a profile holds in [traits] of program.toml".to_owned()
            }
            [root] if is_root(root) => below(root),
            ["cart", "first"] => below("cart.first"),
            parts => read::did_you_mean(path, names(), || match parts {
                ["customer", name] => {
                    format!("declare it in [traits] of program.toml: `{name} = \"text\"`")
                }
                ["item", name] | ["cart", "first", name] => {
                    format!(
                        "declare the column in [catalogue] of program.toml: `{name} = \"text\"`"
                    )
                }
                [..] => read::there_are("a mail takes", names(), "a mail takes no values"),
            }),
        };
        let message = if is_root(path) || path == "cart.first" {
            format!("`{path}` alone says nothing")
        } else {
            format!("nothing provides `{path}`")
        };
        told.tell(
            Diagnostic::error("foresend::unknown_value", source.file.name, message)
                .at(source.at(span), "named here")
                .help(help),
        );
    }

    /// `{{ low-spender }}` is a subtraction: the name that was meant, if there is one.
    pub(super) fn meant_by_hyphens(self, written: &str) -> Option<String> {
        let meant = written.replace('-', "_");
        let names = self.names();
        closest(&meant, names.iter().map(String::as_str))
            .filter(|near| *near == meant)
            .map(str::to_owned)
    }
}

/// Names that have parts, and say nothing without them.
fn is_root(name: &str) -> bool {
    matches!(name, "cart" | "item" | "event" | "customer" | "offer" | "confirm" | "preferences")
}
