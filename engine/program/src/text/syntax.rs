//! A file that is not TOML, in words for people who do not know what TOML is. The library's own words name tokens
//! of a grammar; they are the label where we have no better ones.

use crate::diagnostic::Diagnostic;
use crate::sources::File;
use std::ops::Range;

/// What the library says, what we say, and how to mend it.
const OURS: &[(&str, &str, &str)] = &[
    ("duplicate key", "this key stands in the file twice", "keep one of the two"),
    (
        "string values must be quoted",
        "a text stands without its quotes",
        "put it in double quotes: `topic = \"offers\"`",
    ),
    ("invalid basic string", "a text is not closed", "close it with the quote it opens with, `\"`"),
    (
        "invalid literal string",
        "a text is not closed",
        "close it with the quote it opens with, `'`",
    ),
    ("missing value", "nothing stands behind this `=`", "write the value, or leave the key out"),
    ("key with no value", "a key stands here without `=` and a value", "write `key = value`"),
    ("missing assignment", "a `=` is missing here", "write `key = value`"),
    ("missing comma", "a comma is missing here", "put a comma between the items"),
    ("extra comma", "there is a comma too many", "leave one out"),
    ("unclosed array", "a list is not closed", "write `]` where it ends"),
    ("unclosed inline table", "a table in braces is not closed", "write `}` where it ends"),
    ("unclosed table", "a table's name is not closed", "write it like `[limits]`"),
    (
        "missing escaped value",
        "this text holds a `\\` that means nothing",
        "write `\\\\` for one backslash",
    ),
];

const ONLY_THIS: &str = "the rest of this file was not looked at";

/// The library's error as a diagnostic. `span` is in bytes of the file.
pub(super) fn told(file: File<'_>, said: &str, span: &Range<usize>) -> Diagnostic {
    let mut said = said.lines().next().unwrap_or_default();
    if span.is_empty() && said.starts_with("string values must be quoted") {
        said = "missing value"; // there is no text to put in quotes
    }
    let (start, mut end) = on_characters(file.text, span);
    let mut start = start;
    if start == end {
        // An empty place is where something is missing: mark what stands before it in the line.
        let line =
            file.text.get(..start).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
        let written = file.text.get(line..start).unwrap_or_default();
        start = line + (written.len() - written.trim_start().len());
        end = (line + written.trim_end().len()).max(start);
    }
    match OURS.iter().find(|(library, _, _)| said.starts_with(library)) {
        Some((_, ours, help)) => Diagnostic::error("foresend::syntax", file.name, *ours)
            .at(start..end, "here")
            .help(format!("{help}; {ONLY_THIS}")),
        None => Diagnostic::error("foresend::syntax", file.name, "this is not valid TOML")
            .at(start..end, said)
            .help(format!("a line is `key = value`; text stands in quotes, and each quote and bracket is closed; {ONLY_THIS}")),
    }
}

/// The library's places may end inside a character or reach past the end.
fn on_characters(text: &str, span: &Range<usize>) -> (usize, usize) {
    let mut start = span.start.min(text.len());
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    (start, end)
}

#[cfg(test)]
mod tests {
    use crate::sources::File;
    use crate::text::tree;

    #[track_caller]
    fn check(text: &str, message: &str, place: &str) {
        let wrong = tree::parse(File { name: "x", text }).unwrap_err();
        let found = text.get(wrong.labels[0].span.clone()).unwrap();
        assert_eq!((wrong.message.as_str(), found), (message, place), "{wrong:?}");
    }

    #[test]
    fn common_slips_are_told_in_plain_words() {
        check("topic = \"offers\non = \"x\"", "a text is not closed", "topic = \"offers");
        check("topic = 'offers\non = \"x\"", "a text is not closed", "topic = 'offers");
        check("topic = offers", "a text stands without its quotes", "offers");
        check("a = 1\nb = 2\na = 3", "this key stands in the file twice", "a");
        check("topic =\non = 'x'", "nothing stands behind this `=`", "topic =");
        check("topic", "a key stands here without `=` and a value", "topic");
        check("a = ['x' 'y']", "a comma is missing here", "a = ['x'");
        check("a = { b = 1", "a table in braces is not closed", "a = { b = 1");
        check("a = [1, 2", "a list is not closed", "a = [1, 2");
        check("a = \"c:\\dir\"", "this text holds a `\\` that means nothing", "a = \"c:\\");
        check("a = 1979-99-99x", "this is not valid TOML", "1979-99-99x");
    }
}
