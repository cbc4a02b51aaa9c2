//! A string of a TOML file as its reader means it, with the place in the file of each of its bytes: so that a
//! mistake inside a condition is shown where it stands, whatever escapes stand before it.
//! Invariant: the text is what the TOML library read; where the two readings differ (they must not), every
//! place is the whole string.

use std::ops::Range;

/// A text and where each of its bytes stands in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Spelled {
    pub(crate) text: String,
    /// For each byte of `text`, and for its end, where what spells it begins and ends; ascending.
    places: Vec<(usize, usize)>,
    whole: Range<usize>,
}

impl Spelled {
    /// What `file` spells at `span` (with its quotes), which the TOML library read as `text`.
    pub(crate) fn new(file: &str, span: Range<usize>, text: &str) -> Self {
        let raw = file.get(span.clone()).unwrap_or_default();
        let (decoded, places) = decode(raw, span.start);
        debug_assert_eq!(decoded, text, "our reading of {raw:?} differs from the library's");
        let places = if decoded == text { places } else { Vec::new() };
        Self { text: text.to_owned(), places, whole: span }
    }

    /// Where the bytes `span` of the text stand in the file.
    pub(crate) fn place(&self, span: &Range<usize>) -> Range<usize> {
        let last = if span.is_empty() { span.start } else { span.end - 1 };
        match (self.places.get(span.start), self.places.get(last)) {
            (Some(&(start, _)), Some(_)) if span.is_empty() => start..start,
            (Some(&(start, _)), Some(&(_, end))) => start..end.max(start),
            (_, _) => self.whole.clone(),
        }
    }

    /// With its quotes.
    pub(crate) fn whole(&self) -> Range<usize> {
        self.whole.clone()
    }
}

/// The text of a TOML string with its quotes, and the place of each byte, and of the end.
fn decode(raw: &str, base: usize) -> (String, Vec<(usize, usize)>) {
    let quote = raw.chars().next().unwrap_or('"');
    let triple = [quote; 3].iter().collect::<String>();
    let quotes = if raw.len() >= 6 && raw.starts_with(&triple) { 3 } else { 1 };
    let end = raw.len().saturating_sub(quotes);
    let inner = raw.get(quotes..end).unwrap_or_default();
    let mut at = base + quotes;
    let mut rest = inner;
    if quotes == 3 {
        // A line end right after the opening quotes is not part of the text.
        for line_end in ["\r\n", "\n"] {
            if let Some(after) = rest.strip_prefix(line_end) {
                at += line_end.len();
                rest = after;
                break;
            }
        }
    }
    let (mut text, mut places) = (String::with_capacity(rest.len()), Vec::new());
    let mut chars = rest.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let mut meant = Some(c);
        if c == '\\' && quote == '"' {
            meant = match chars.next().map_or(' ', |(_, c)| c) {
                'b' => Some('\u{8}'),
                't' => Some('\t'),
                'n' => Some('\n'),
                'f' => Some('\u{c}'),
                'r' => Some('\r'),
                'e' => Some('\u{1b}'),
                'x' => hex(&mut chars, 2),
                'u' => hex(&mut chars, 4),
                'U' => hex(&mut chars, 8),
                space if space.is_ascii_whitespace() => {
                    while chars.next_if(|(_, c)| c.is_ascii_whitespace()).is_some() {}
                    None
                }
                other => Some(other),
            };
        }
        if let Some(meant) = meant {
            text.push(meant);
            // Each byte of a character is spelled by all that spells the character.
            let ends = chars.peek().map_or(rest.len(), |&(next, _)| next);
            places.extend(std::iter::repeat_n((at + i, at + ends), meant.len_utf8()));
        }
    }
    places.push((base + end, base + end));
    (text, places)
}

fn hex(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>, digits: u32) -> Option<char> {
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + chars.next()?.1.to_digit(16)?;
    }
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::File;
    use crate::text::tree::{self, Value};

    /// The bytes of the file that spell `part` of the text.
    #[track_caller]
    fn check(toml: &str, part: &str, stands_as: &str) {
        let table = tree::parse(File { name: "x", text: toml }).unwrap();
        let value = &table.entries[0].1;
        let Value::Text(text) = &value.value else { panic!("{value:?}") };
        let spelled = Spelled::new(toml, value.span.clone(), text);
        let start = spelled.text.find(part).unwrap();
        let place = spelled.place(&(start..start + part.len()));
        assert_eq!(toml.get(place), Some(stands_as), "{spelled:?}");
    }

    #[test]
    fn a_place_is_found_behind_every_kind_of_quote_and_escape() {
        check(r#"a = "orders > 0""#, "> 0", "> 0");
        check("a = 'orders > 0'", "0", "0");
        check(r#"a = "\u006frders > 0""#, ">", ">");
        check(r#"a = "\u006frders > 0""#, "orders", r"\u006frders");
        check(r#"a = "x == \"y\" && z""#, "z", "z");
        check(r#"a = "x == \"y\" && z""#, "\"y\"", r#"\"y\""#);
        check("a = \"käse > öl\"", "öl", "öl");
        check("a = \"\"\"\n  orders \\\n   > 0\"\"\"", "> 0", "> 0");
        check("a = \"\"\"orders \\\n   > 0\"\"\"", "orders ", "orders ");
        check("a = '''\r\nbuyer\r\n&& x'''", "&& x", "&& x");
        check("a = \"\"\"\r\nbuyer\\\r\n\r\n && x\"\"\"", "&&", "&&");
        check(r#"a = "tab\tand \U0001F600 x""#, "x", "x");
        check(r#"a = "\x41 \e x""#, "x", "x");
        check(r#"a = """"quoted" x""""#, "x", "x");
        check(r#"a = "back\\slash""#, "slash", "slash");
    }
}
