//! `compare`: further arms, each the program with some of its values changed.

use crate::compile::{Compiled, compile};
use crate::diagnostic::{Diagnostic, Mistakes, Severity};
use crate::set::set;
use crate::sources::{File, Sources};
use crate::text::read::Reader;
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use std::ops::Range;

/// Most arms that one scenario compares: each is a whole life for every customer.
const ARMS_MAX: usize = 16;
/// The names of arms that every rehearsal has, and of arms without a journey.
const TAKEN: [&str; 2] = ["no-mail", "as-written"];

/// A further arm.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compare {
    /// What it is called.
    pub id: String,
    /// Addresses, as for `--set`, with what they are set to.
    pub set: Vec<(String, String)>,
    /// Where each of them stands.
    pub(super) places: Vec<Range<usize>>,
}

impl Compare {
    /// `sources`, of which `only` these journeys, with its values changed. Whatever is wrong then is wrong with those.
    ///
    /// # Errors
    /// The first thing that is wrong with an address or a value, in `file`.
    pub(super) fn compile(
        &self,
        file: &str,
        sources: &Sources,
        only: Option<&[String]>,
    ) -> Result<Compiled, Diagnostic> {
        let mut changed = sources.clone();
        for ((address, value), place) in self.set.iter().zip(&self.places) {
            set(&mut changed, address, value).map_err(|wrong| {
                let message = format!("{}: {}", self.id, wrong.message);
                Diagnostic::error("foresend::bad_address", file, message)
                    .at(place.clone(), "set here")
                    .perhaps(wrong.help)
            })?;
        }
        let (compiled, told) = compile(&changed, only);
        let wrong = told.into_iter().find(|told| told.severity == Severity::Error);
        compiled.filter(|_| wrong.is_none()).ok_or_else(|| {
            let (message, help) = match wrong {
                Some(told) => (format!("{}: {}", self.id, told.message), told.help),
                None => (format!("{}: this is no program", self.id), None),
            };
            let told = Diagnostic::error("foresend::bad_arm", file, message).perhaps(help);
            self.places.iter().fold(told, |told, place| told.at(place.clone(), "set here"))
        })
    }
}

pub(super) fn read(reader: &Reader<'_>, told: &mut Mistakes) -> Vec<Compare> {
    let Some(value) = reader.get("compare") else { return Vec::new() };
    let Value::Table(arms) = &value.value else {
        reader.wrong_type("compare", value, told);
        return Vec::new();
    };
    if let Some((extra, _)) = arms.entries.get(ARMS_MAX) {
        let message = format!("a scenario compares at most {ARMS_MAX} arms");
        told.tell(
            Diagnostic::error("foresend::too_many", reader.file.name, message)
                .at(extra.span.clone(), "one too many"),
        );
    }
    arms.entries.iter().filter_map(|(id, value)| arm(reader, id, value, told)).collect()
}

fn arm(
    reader: &Reader<'_>,
    id: &At<String>,
    value: &At<Value>,
    told: &mut Mistakes,
) -> Option<Compare> {
    let file = reader.file;
    let mut wrong = |code, message: String, place: &Range<usize>, help: &str| {
        told.tell(
            Diagnostic::error(code, file.name, message).at(place.clone(), "stands here").help(help),
        );
    };
    if !words::is_id(&id.value) {
        let message = format!("`{}` is not a name for an arm", id.value);
        wrong("foresend::bad_name", message, &id.span, "small letters, digits and `-`: `quicker`");
        return None;
    }
    if TAKEN.contains(&&*id.value) || id.value.starts_with("without-") {
        let message = format!("every rehearsal has an arm of its own called `{}`", id.value);
        wrong("foresend::bad_name", message, &id.span, "give it another name");
        return None;
    }
    let Value::Table(addresses) = &value.value else {
        let message = format!("`{}` says nothing of what it changes", id.value);
        let help = r#"write addresses with their values: { "cart-recovery.quiet" = "30m" }"#;
        wrong("foresend::wrong_type", message, &value.span, help);
        return None;
    };
    let mut arm = Compare { id: id.value.clone(), set: Vec::new(), places: Vec::new() };
    flatten(file, "", addresses, &mut arm);
    if arm.set.is_empty() {
        let message = format!("`{}` changes nothing", id.value);
        let help = r#"write addresses with their values: { "cart-recovery.quiet" = "30m" }"#;
        wrong("foresend::bad_value", message, &value.span, help);
        return None;
    }
    Some(arm)
}

/// Dots in a key may stand in quotes or not: `"a.b" = 1` and `a.b = 1` are the same address.
fn flatten(file: File<'_>, before: &str, table: &Table, arm: &mut Compare) {
    for (key, value) in &table.entries {
        let address = format!("{before}{}", key.value);
        match &value.value {
            Value::Table(more) => flatten(file, &format!("{address}."), more, arm),
            Value::Text(text) => {
                arm.set.push((address, text.clone()));
                arm.places.push(value.span.clone());
            }
            Value::Integer(_) | Value::Float | Value::Bool(_) | Value::Date(_) | Value::List(_) => {
                let written = file.text.get(value.span.clone()).unwrap_or_default();
                arm.set.push((address, written.to_owned()));
                arm.places.push(value.span.clone());
            }
        }
    }
}
