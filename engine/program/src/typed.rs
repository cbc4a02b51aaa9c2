//! Names with their types, `birthday = "date"`: what a profile may hold (`[traits]`) and what the catalogue has
//! beyond the usual columns (`[catalogue]`). Both are named in conditions and in mails, so both are snake_case.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::TYPES;
use crate::sources::File;
use crate::text::read;
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use foresend_core::world::event::PropertyType;

/// A name and its type; `None`: the type is wrong, which is told.
pub(crate) type Typed = (String, Option<PropertyType>);

/// One kind of table of names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// "trait"
    pub(crate) word: &'static str,
    /// "traits"
    pub(crate) plural: &'static str,
    /// "first_name"
    pub(crate) example: &'static str,
    /// Most of them.
    pub(crate) most: usize,
    /// Names that are given, and why not again.
    pub(crate) taken: fn(&str) -> Option<&'static str>,
}

/// The names of a table, in the order of the file. A name whose type is wrong is known all the same, so that its
/// users are not told of it too.
pub(crate) fn read(file: File<'_>, table: &Table, kind: Kind, told: &mut Mistakes) -> Vec<Typed> {
    let mut all: Vec<Typed> = Vec::new();
    for (name, value) in &table.entries {
        if all.len() >= kind.most {
            told.tell(
                Diagnostic::error(
                    "foresend::too_many",
                    file.name,
                    format!("a program may have {} {}", kind.most, kind.plural),
                )
                .at(name.span.clone(), "one too many"),
            );
            break;
        }
        let known = match wrong_name(file, kind, name) {
            None => name.value.clone(),
            Some(wrong) => {
                told.tell(wrong);
                // What was meant counts as known.
                match words::name_meant(&name.value, '_') {
                    Some(meant) if all.iter().all(|(other, _)| *other != meant) => meant,
                    Some(_) | None => continue,
                }
            }
        };
        all.push((known, property_type(file, kind, name, value, told)));
    }
    all
}

fn wrong_name(file: File<'_>, kind: Kind, name: &At<String>) -> Option<Diagnostic> {
    let written = name.value.as_str();
    let (message, help) = if !words::is_condition_name(written) {
        let help = words::name_meant(written, '_').map_or_else(
            || {
                "names in conditions take a to z, digits and `_`, and begin with a letter"
                    .to_owned()
            },
            |meant| {
                format!(
                    "write `{meant}`: in a condition `-` would be a subtraction, so names take `_`"
                )
            },
        );
        (format!("`{written}` cannot be the name of a {}", kind.word), help)
    } else if words::KEPT_BY_CEL.contains(&written) {
        let help = format!("give it another name, such as `my_{written}`");
        (format!("`{written}` has a meaning of its own in conditions"), help)
    } else {
        let why = (kind.taken)(written)?;
        (format!("`{written}` cannot be a {} of your own", kind.word), why.to_owned())
    };
    let diagnostic = Diagnostic::error("foresend::bad_name", file.name, message);
    Some(diagnostic.at(name.span.clone(), "named here").help(help))
}

fn property_type(
    file: File<'_>,
    kind: Kind,
    name: &At<String>,
    value: &At<Value>,
    told: &mut Mistakes,
) -> Option<PropertyType> {
    let Value::Text(text) = &value.value else {
        told.tell(
            Diagnostic::error(
                "foresend::wrong_type",
                file.name,
                format!("the type of `{}` cannot be {}", name.value, value.value.noun()),
            )
            .at(value.span.clone(), value.value.noun())
            .help(format!(
                "a {} is `\"text\"`, `\"number\"`, `\"date\"` or `\"bool\"`: `{} = \"text\"`",
                kind.word, kind.example
            )),
        );
        return None;
    };
    let text = At { value: text.as_str(), span: value.span.clone() };
    read::choice(file, &format!("a {}", kind.word), &text, &TYPES, told)
}
