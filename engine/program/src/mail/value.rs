//! Values: `{{ cart.first.name }}` in a subject, a button or the words of a mail. Only paths that a send can always
//! fill are let pass; a mail must not leave with a hole in it.

use crate::condition::definitions::Definitions;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use crate::text::read;
use std::ops::Range;

/// What a mail's values may come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Provided<'a> {
    pub(crate) definitions: &'a Definitions,
}

/// Values that every send can fill.
const VALUES: &[&str] = &["brand", "cart.items", "cart.value", "cart.first.name", "cart.url"];
/// Roots of values of the language that no send can fill yet.
const LATER: &[&str] = &["customer", "event", "item", "offer"];

/// Tells of every value in `text` that is wrong; `place` says where a part of the text stands in the file.
pub(super) fn check(
    file: File<'_>,
    text: &str,
    place: impl Fn(&Range<usize>) -> Range<usize>,
    known: Provided<'_>,
    told: &mut Mistakes,
) {
    let (mut at, mut statement_told) = (0, false);
    while let Some(rest) = text.get(at..) {
        let Some(found) = ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min() else {
            return;
        };
        let start = at + found;
        let open = text.get(start..start + 2).unwrap_or_default();
        let close = match open {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let inner = text.get(start + 2..).unwrap_or_default();
        let Some(length) = inner.find(close) else {
            told.tell(
                Diagnostic::error(
                    "foresend::bad_value",
                    file.name,
                    format!("this `{open}` is not closed"),
                )
                .at(place(&(start..start + 2)), "opened here")
                .help(format!("write `{close}` behind it")),
            );
            return;
        };
        let end = start + 2 + length + 2;
        let inner = inner.get(..length).unwrap_or_default();
        let whole = place(&(start..end));
        if open == "{{" {
            let lead = inner.len() - inner.trim_start().len();
            let path = inner.trim();
            let from = start + 2 + lead;
            let at = if path.is_empty() { whole } else { place(&(from..from + path.len())) };
            value(file, path, at, known, told);
        } else if !statement_told {
            // `{% if … %}` and its `{% endif %}` are one.
            statement_told = true;
            told.tell(Diagnostic::not_yet(
                file.name,
                &format!("`{open} … {close}` in a mail"),
                whole,
                "write two mails, and choose between them by the `if` of two steps",
            ));
        }
        at = end;
    }
}

fn value(
    file: File<'_>,
    path: &str,
    place: Range<usize>,
    known: Provided<'_>,
    told: &mut Mistakes,
) {
    if VALUES.contains(&path) {
        return;
    }
    let is_path = !path.is_empty()
        && path.split('.').all(|part| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        });
    let there_are = || format!("a mail takes: {}", VALUES.join(", "));
    if path.is_empty() {
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, "these braces are empty")
                .at(place, "a value was expected")
                .help(there_are()),
        );
        return;
    }
    if !is_path {
        let what = "anything but the name of a value in `{{ … }}`";
        told.tell(Diagnostic::not_yet(file.name, what, place, &there_are()));
        return;
    }
    let root = path.split('.').next().unwrap_or(path);
    let defined = known.definitions.get(root);
    if LATER.contains(&root) || defined.is_some() {
        let what = format!("`{{{{ {path} }}}}` in a mail");
        told.tell(Diagnostic::not_yet(file.name, &what, place, &there_are()));
        return;
    }
    let help = read::did_you_mean(path, VALUES.iter().copied(), there_are);
    told.tell(
        Diagnostic::error(
            "foresend::unknown_value",
            file.name,
            format!("nothing provides `{path}`"),
        )
        .at(place, "named here")
        .help(help),
    );
}
