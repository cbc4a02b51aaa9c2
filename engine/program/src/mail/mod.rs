//! mails/NAME.md: front matter between `+++` lines, then Markdown with values and blocks. Checked here; a host
//! that sends turns it into a mail.

mod block;
mod value;

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::program::is_url;
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::spelled::Spelled;
use crate::text::tree::{self, Value};
use crate::text::words;
use crate::topic::bad_id;
use std::ops::Range;

pub(crate) use value::Provided;

/// A mail, checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mail {
    /// Its file's name.
    pub name: String,
    /// Its subject, with values as written: `{{ cart.first.name }}`.
    pub subject: String,
    /// What mail programs show behind the subject.
    pub preheader: Option<String>,
    /// Its one button.
    pub button: Option<Button>,
    /// What the reader gets from it.
    pub gives: Option<String>,
    /// Its words: Markdown, with values and blocks as written.
    pub body: String,
}

/// A mail's one call to act.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Button {
    /// The words on it.
    pub says: String,
    /// Where it leads: an address, or a value such as `{{ cart.url }}`.
    pub to: String,
}

/// Reads a mail; `None` where it is wrong, which is told.
pub(crate) fn read(
    name: &str,
    file: File<'_>,
    known: Provided<'_>,
    told: &mut Mistakes,
) -> Option<Mail> {
    if !words::is_id(name) {
        told.tell(bad_id(file, "mail", name, None));
    }
    let Some((front, body)) = parts(file.text) else {
        told.tell(no_front_matter(file));
        return None;
    };
    block::check(file, body.clone(), told);
    value::check(
        file,
        file.slice(&body),
        |span| span.start + body.start..span.end + body.start,
        known,
        told,
    );
    let table = match tree::parse_part(file, front.clone()) {
        Ok(table) => table,
        Err(wrong) => {
            told.tell(wrong);
            return None;
        }
    };
    let place = table.entries.first().map_or(front, |(key, _)| key.span.clone());
    let reader = Reader::new(file, &table, &keys::MAIL, place, told);
    let line = |reader: &Reader<'_>, key: &str, told: &mut Mistakes| line(reader, key, known, told);
    reader.require("subject", &[], told);
    let subject = line(&reader, "subject", told);
    Some(Mail {
        name: name.to_owned(),
        subject: subject?,
        preheader: line(&reader, "preheader", told),
        gives: line(&reader, "gives", told),
        button: button(&reader, known, told),
        body: file.slice(&body).trim().to_owned(),
    })
}

/// "this mail has no front matter"
pub(crate) fn no_front_matter(file: File<'_>) -> Diagnostic {
    Diagnostic::error("foresend::front_matter", file.name, "this mail has no front matter")
        .at(0..file.text.lines().next().map_or(0, str::len), "a mail begins with a line `+++`")
        .help("write `+++`, then `subject = \"…\"`, then `+++` again, each on a line of its own; the words come below")
}

/// The places of the front matter, without its lines of `+++`, and of what follows.
pub(crate) fn parts(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let first = text.split_inclusive('\n').next()?;
    // Some editors begin a file with a byte-order mark.
    if first.trim_start_matches('\u{feff}').trim_end() != "+++" {
        return None;
    }
    let mut at = first.len();
    for line in text.get(at..)?.split_inclusive('\n') {
        if line.trim_end() == "+++" {
            return Some((first.len()..at, at + line.len()..text.len()));
        }
        at += line.len();
    }
    None
}

/// A text of one line, with its values checked.
fn line(
    reader: &Reader<'_>,
    key: &str,
    known: Provided<'_>,
    told: &mut Mistakes,
) -> Option<String> {
    let text = reader.text(key, told)?;
    if text.value.trim().contains(char::is_control) {
        told.tell(
            Diagnostic::error(
                "foresend::bad_value",
                reader.file.name,
                format!("`{key}` is more than one line"),
            )
            .at(text.span.clone(), "read here")
            .help("write it in one line, without tabs"),
        );
    }
    let spelled = Spelled::new(reader.file.text, text.span, text.value);
    value::check(reader.file, &spelled.text, |span| spelled.place(span), known, told);
    Some(text.value.trim().to_owned())
}

fn button(mail: &Reader<'_>, known: Provided<'_>, told: &mut Mistakes) -> Option<Button> {
    let (key, value) = mail.entry("button")?;
    let Value::Table(table) = &value.value else {
        mail.wrong_type("button", value, told);
        return None;
    };
    let reader = Reader::new(mail.file, table, &keys::BUTTON, key.span.clone(), told);
    reader.require("says", &[], told);
    reader.require("to", &[], told);
    let says = line(&reader, "says", known, told);
    let to = line(&reader, "to", known, told)?;
    let is_value = to.starts_with("{{") && to.ends_with("}}");
    if !is_value && !is_url(&to) {
        let span = reader.get("to").map_or_else(|| key.span.clone(), |value| value.span.clone());
        told.tell(
            Diagnostic::error(
                "foresend::bad_url",
                mail.file.name,
                format!("a button cannot lead to `{to}`"),
            )
            .at(span, "not the address of a page")
            .help("write `{{ cart.url }}`, or a whole address: `https://example.com/page`"),
        );
    }
    Some(Button { says: says?, to })
}
