//! `choose` and `split`: which path the steps below are taken on. A path is known from the row or share that leads
//! to it; a step with a `path` that none above leads to is a mistake.

use super::act::{Above, ActRead};
use crate::condition::compile::Purpose;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey;
use crate::keys;
use crate::known::Known;
use crate::sources::File;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};
use crate::text::words;
use crate::topic::bad_id;
use foresend_core::world::journey::{PATHS_MAX, PathIx, Share};
use std::ops::Range;

/// Largest weight of a share.
const WEIGHT_MAX: i64 = 1_000_000;

pub(super) fn rows(
    reader: &Reader<'_>,
    value: &At<Value>,
    known: Known<'_>,
    above: &mut Above,
    told: &mut Mistakes,
) -> Option<ActRead> {
    let Value::List(items) = &value.value else {
        reader.wrong_type("choose", value, told);
        return None;
    };
    if items.is_empty() {
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, "this choice has no row")
                .at(value.span.clone(), "an empty list")
                .help(r#"write rows: `[{ path = "a", if = "buyer" }, { path = "b" }]`"#),
        );
    }
    let mut rows = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for item in items {
        let Value::Table(table) = &item.value else {
            reader.wrong_type("choose", item, told);
            continue;
        };
        let row = Reader::new(reader.file, table, &keys::ROW, item.span.clone(), told);
        if let Some(open) = &open {
            told.tell(
                Diagnostic::error(
                    "foresend::never_reached",
                    reader.file.name,
                    "this row is never reached",
                )
                .at(item.span.clone(), "below a row that is always true")
                .at(open.clone(), "this one has no `if`")
                .help("put the row without `if` last"),
            );
        }
        let name = row.required_text("path", told);
        let path = name.and_then(|name| lead(reader.file, &name, above, told));
        let when = journey::condition(&row, "if", Purpose::Condition, known, told);
        if row.get("if").is_none() && !row.was_meant("if") {
            open = Some(item.span.clone());
        }
        rows.extend(path.map(|path| (path, when)));
    }
    (rows.len() == items.len() && !rows.is_empty()).then_some(ActRead::Choose(rows))
}

pub(super) fn shares(
    reader: &Reader<'_>,
    value: &At<Value>,
    above: &mut Above,
    told: &mut Mistakes,
) -> Option<ActRead> {
    let Value::Table(table) = &value.value else {
        reader.wrong_type("split", value, told);
        return None;
    };
    let mut shares = Vec::new();
    for (name, weight) in &table.entries {
        let as_text = At { value: name.value.as_str(), span: name.span.clone() };
        let path = lead(reader.file, &as_text, above, told);
        let number = match weight.value {
            Value::Integer(Some(number)) if (0..=WEIGHT_MAX).contains(&number) => {
                u32::try_from(number).ok()
            }
            Value::Integer(_)
            | Value::Text(_)
            | Value::Float
            | Value::Bool(_)
            | Value::Date(_)
            | Value::List(_)
            | Value::Table(_) => None,
        };
        if number.is_none() {
            told.tell(
                Diagnostic::error(
                    "foresend::bad_value",
                    reader.file.name,
                    format!("the share of `{}` is no whole number", name.value),
                )
                .at(weight.span.clone(), "a whole number from 0 on was expected")
                .help("write shares like `{ a = 50, b = 50 }`; only their proportions count"),
            );
        }
        shares.extend(path.zip(number).map(|(path, weight)| Share { path, weight }));
    }
    if shares.len() < table.entries.len() {
        return None;
    }
    if shares.iter().all(|share| share.weight == 0) {
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, "this split has no share")
                .at(value.span.clone(), "nobody would take any path")
                .help("write shares like `{ a = 50, b = 50 }`"),
        );
        return None;
    }
    Some(ActRead::Split(shares))
}

/// The path that a row or share leads to: known from here on.
fn lead(file: File<'_>, name: &At<&str>, above: &mut Above, told: &mut Mistakes) -> Option<PathIx> {
    if !words::is_id(name.value) {
        told.tell(bad_id(file, "path", name.value, Some(name.span.clone())));
        return None;
    }
    let at = above.paths.iter().position(|path| path == name.value).unwrap_or_else(|| {
        above.paths.push(name.value.to_owned());
        above.paths.len() - 1
    });
    if at >= PATHS_MAX {
        told.tell(
            Diagnostic::error(
                "foresend::too_many",
                file.name,
                format!("a journey may have {PATHS_MAX} paths"),
            )
            .at(name.span.clone(), "one too many"),
        );
        return None;
    }
    u8::try_from(at).ok().map(PathIx)
}

/// The path a step stands on.
pub(super) fn path(reader: &Reader<'_>, above: &Above, told: &mut Mistakes) -> Option<PathIx> {
    let name = reader.text("path", told)?;
    let at = above.paths.iter().position(|path| path == name.value);
    if at.is_none() {
        let names = above.paths.iter().map(String::as_str);
        let help = read::did_you_mean(name.value, names.clone(), || {
            read::there_are(
                "the steps above lead to",
                names,
                "lead to it by a `choose` or `split` further up",
            )
        });
        told.tell(
            Diagnostic::error(
                "foresend::unknown_path",
                reader.file.name,
                format!("no step above leads to the path `{}`", name.value),
            )
            .at(name.span, "this step would never run")
            .help(help),
        );
    }
    at.and_then(|at| u8::try_from(at).ok()).map(PathIx)
}
