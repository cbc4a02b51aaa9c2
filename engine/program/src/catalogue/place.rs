//! Where the cells of a row stand in the text. The library says where a row begins and what its cells hold; what
//! stands before a cell, quotes and all, is walked here, and only where something is to be told of.
//! Invariant: the walk parts cells where the library does; `a_place_holds_what_the_library_read` compares them.

use std::ops::Range;

/// The cells of one row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// With their quotes, without blanks around them; at least one.
    pub(super) cells: Vec<Range<usize>>,
    /// The quote that is opened and never closed.
    pub(super) unclosed: Option<Range<usize>>,
}

impl Places {
    /// The whole row.
    pub(super) fn row(&self) -> Range<usize> {
        let start = self.cells.first().map_or(0, |cell| cell.start);
        start..self.cells.last().map_or(start, |cell| cell.end)
    }

    /// A cell; the whole row where it is empty or is not there.
    pub(super) fn cell(&self, at: usize) -> Range<usize> {
        self.cells.get(at).filter(|cell| !cell.is_empty()).cloned().unwrap_or_else(|| self.row())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotes, or behind the closing one.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote that closes the cell, unless another follows.
    Closing,
}

/// The cells of the row that begins at `at`, or behind line ends from there.
pub(super) fn of_row(text: &str, at: usize) -> Places {
    let rest = text.get(at..).unwrap_or_default();
    let mark = if at == 0 && rest.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let blank = rest.bytes().skip(mark).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let begin = at + mark + blank;
    let mut places = Places { cells: Vec::new(), unclosed: None };
    let (mut start, mut state) = (begin, State::Start);
    for (i, byte) in text.bytes().enumerate().skip(begin) {
        state = match (state, byte) {
            (State::Quoted, b'"') => State::Closing,
            (State::Quoted, _) | (State::Closing, b'"') => State::Quoted,
            (State::Start, b'"') => State::Quoted,
            (State::Start | State::Plain | State::Closing, b',') => {
                places.cells.push(trimmed(text, start..i));
                start = i + 1;
                State::Start
            }
            (State::Start | State::Plain | State::Closing, b'\r' | b'\n') => {
                places.cells.push(trimmed(text, start..i));
                return places;
            }
            (State::Start | State::Plain | State::Closing, _) => State::Plain,
        };
    }
    places.unclosed = (state == State::Quoted).then_some(start..start + 1);
    places.cells.push(trimmed(text, start..text.len()));
    places
}

fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let written = text.get(span.clone()).unwrap_or_default();
    let start = span.start + (written.len() - written.trim_start().len());
    start..start + written.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What stands between the quotes of a cell.
    fn unquoted(written: &str) -> String {
        let Some(inner) = written.strip_prefix('"') else { return written.to_owned() };
        let (mut held, mut chars, mut quoted) = (String::new(), inner.chars().peekable(), true);
        while let Some(c) = chars.next() {
            if c != '"' || !quoted {
                held.push(c);
            } else if chars.next_if_eq(&'"').is_some() {
                held.push('"');
            } else {
                quoted = false;
            }
        }
        held
    }

    fn holds(text: &str) {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).unwrap() {
            let at = usize::try_from(record.position().unwrap().byte()).unwrap();
            let places = of_row(text, at);
            let cells: Vec<String> = places
                .cells
                .iter()
                .map(|cell| unquoted(text.get(cell.clone()).unwrap()).trim().to_owned())
                .collect();
            let read: Vec<&str> = record.iter().map(str::trim).collect();
            assert_eq!(cells, read, "{text:?}");
        }
    }

    #[test]
    fn a_cell_is_found_behind_quotes_and_line_ends() {
        let text = "\u{feff}id,name\r\n\r\na,\"x, \"\"y\"\"\r\nz\", b \n";
        let places = of_row(text, 12);
        let cells: Vec<&str> =
            places.cells.iter().map(|cell| text.get(cell.clone()).unwrap()).collect();
        assert_eq!(cells, ["a", "\"x, \"\"y\"\"\r\nz\"", "b"]);
        assert_eq!(of_row(text, 0).cells[0], 3..5);
        assert_eq!(text.get(places.row()).unwrap(), "a,\"x, \"\"y\"\"\r\nz\", b");
        assert_eq!(of_row("a,\"b,c\nd", 0).unclosed, Some(2..3));
    }

    proptest! {
        #[test]
        fn a_place_holds_what_the_library_read(text in "[a-cä,\"\r\n \u{feff}]{0,40}") {
            // Behind a blank a quote is a character like any other, which the reader of this test does not know.
            let parts: Vec<&str> = text.split('"').map(|part| part.trim_end_matches(' ')).collect();
            holds(&parts.join("\""));
        }
    }
}
