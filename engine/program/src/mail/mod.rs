//! mails/NAME.md: front matter between `+++` lines, then Markdown with values and blocks. Checked here; a host
//! that sends turns it into a mail.
//! Invariant: what is let pass can be filled, as `what_is_let_pass_can_be_filled` fills it: a missing trait is
//! undefined, to ask for what is undefined is fine, and to show it is an error.

mod apply;
mod block;
mod expression;
mod filter;
mod paths;
mod reads;
mod sender;
mod shape;
mod shown;
mod statement;
mod tag;
mod template;
mod value;

use self::template::Source;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::program::is_url;
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::spelled::Spelled;
use crate::text::tree::{self, At, Table, Value};
use crate::text::words;
use crate::topic::bad_id;
use std::ops::Range;

#[cfg(test)]
mod tests;

pub use paths::Paths;
pub use reads::Shown;
pub(crate) use reads::{event_property, need, of_journey, shown};
pub(crate) use sender::{Sender, check_sender};
pub use shown::{Block, BlockKind};
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
    /// The values that it reads, each with its place in the file, in bytes: `cart.first.name`.
    pub reads: Vec<(String, Range<usize>)>,
    /// The blocks that it shows, each with the place of its name.
    pub blocks: Vec<(String, Range<usize>)>,
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
    let mut values = Values { known, reads: Vec::new(), unknown: Vec::new() };
    let front = match tree::parse_part(file, front.clone()) {
        Ok(table) => Some(front_matter(file, &table, front, &mut values, told)),
        Err(wrong) => {
            told.tell(wrong);
            None
        }
    };
    let in_body = |span: &Range<usize>| span.start + body.start..span.end + body.start;
    values.check(&Source { file, text: file.slice(&body), place: &in_body }, told);
    let blocks = block::check(file, body.clone(), told);
    let front = front?;
    Some(Mail {
        name: name.to_owned(),
        subject: front.subject?,
        preheader: front.preheader,
        button: front.button,
        gives: front.gives,
        body: file.slice(&body).trim().to_owned(),
        reads: values.reads,
        blocks,
    })
}

/// What stands above a mail's words.
struct Front {
    subject: Option<String>,
    preheader: Option<String>,
    button: Option<Button>,
    gives: Option<String>,
}

fn front_matter(
    file: File<'_>,
    table: &Table,
    whole: Range<usize>,
    values: &mut Values<'_>,
    told: &mut Mistakes,
) -> Front {
    let place = table.entries.first().map_or(whole, |(key, _)| key.span.clone());
    let reader = Reader::new(file, table, &keys::MAIL, place, told);
    reader.require("subject", &[], told);
    let mut line = |key: &str, values: &mut Values<'_>| line(&reader, key, values, told);
    let (subject, preheader) = (line("subject", values), line("preheader", values));
    let gives = line("gives", values);
    let button = button(&reader, values, told);
    values.reads.sort_by_key(|(_, place)| place.start);
    Front { subject, preheader, button, gives }
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

/// The values of a mail, text by text.
struct Values<'a> {
    known: Provided<'a>,
    reads: Vec<(String, Range<usize>)>,
    /// Names that nothing provides: each is told once.
    unknown: Vec<String>,
}

impl Values<'_> {
    fn check(&mut self, source: &Source<'_>, told: &mut Mistakes) {
        template::check(source, self, told);
    }
}

/// A text of one line, with its values checked.
fn line(
    reader: &Reader<'_>,
    key: &str,
    values: &mut Values<'_>,
    told: &mut Mistakes,
) -> Option<String> {
    let text = reader.text(key, told)?;
    check_line(reader.file, key, &text, values, told);
    Some(text.value.trim().to_owned())
}

fn check_line(
    file: File<'_>,
    key: &str,
    text: &At<&str>,
    values: &mut Values<'_>,
    told: &mut Mistakes,
) {
    if text.value.trim().contains(char::is_control) {
        told.tell(
            Diagnostic::error(
                "foresend::bad_value",
                file.name,
                format!("`{key}` is more than one line"),
            )
            .at(text.span.clone(), "read here")
            .help("write it in one line, without tabs"),
        );
    }
    let spelled = Spelled::new(file.text, text.span.clone(), text.value);
    let place = |span: &Range<usize>| spelled.place(span);
    values.check(&Source { file, text: &spelled.text, place: &place }, told);
}

/// A line of a mail that stands in another file, checked like its own; as a mail of nothing else, with what it reads.
pub(crate) fn line_elsewhere(
    file: File<'_>,
    key: &str,
    text: &At<&str>,
    known: Provided<'_>,
    told: &mut Mistakes,
) -> Mail {
    let mut values = Values { known, reads: Vec::new(), unknown: Vec::new() };
    check_line(file, key, text, &mut values, told);
    Mail {
        name: String::new(),
        subject: text.value.trim().to_owned(),
        preheader: None,
        button: None,
        gives: None,
        body: String::new(),
        reads: values.reads,
        blocks: Vec::new(),
    }
}

fn button(mail: &Reader<'_>, values: &mut Values<'_>, told: &mut Mistakes) -> Option<Button> {
    let (key, value) = mail.entry("button")?;
    let Value::Table(table) = &value.value else {
        mail.wrong_type("button", value, told);
        return None;
    };
    let reader = Reader::new(mail.file, table, &keys::BUTTON, key.span.clone(), told);
    reader.require("says", &[], told);
    reader.require("to", &[], told);
    let says = line(&reader, "says", values, told);
    let to = line(&reader, "to", values, told)?;
    let is_value = to.starts_with("{{") && to.ends_with("}}");
    if !is_value && !is_url(&without_tags(&to)) {
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

/// An address with values in it, as long as each value is one word.
fn without_tags(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, (_, after))) =
        rest.split_once("{{").and_then(|(before, inner)| Some((before, inner.split_once("}}")?)))
    {
        out.push_str(before);
        out.push('x');
        rest = after;
    }
    out + rest
}
