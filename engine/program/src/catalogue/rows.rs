//! catalogue.csv, row by row. One slip in an export is in every row of it: the first cells are told one by one, of
//! the others how many there are.

use super::cell;
use super::header::{self, Header};
use super::place::{self, Places};
use super::{CatalogueRead, Columns, ROWS_MAX, Row};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::program::is_url;
use crate::sources::File;
use csv::{ReaderBuilder, StringRecord};
use foresend_core::world::event::PropertyType;
use foresend_core::world::value::Kept;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

/// How many wrong cells of a catalogue are told one by one.
const TOLD_MAX: usize = 20;
/// How much of a cell a sentence shows, in characters.
const SHOWN_MAX: usize = 40;

/// What is wrong in a file, told up to a number.
struct Wrongs<'a> {
    file: File<'a>,
    count: usize,
    /// The row of the first that is not told.
    untold: Option<Range<usize>>,
    told: &'a mut Mistakes,
}

impl Wrongs<'_> {
    /// One more in the row that begins at `at`. Places are looked up only where they are told.
    fn one(&mut self, at: usize, diagnostic: impl FnOnce(File<'_>, &Places) -> Diagnostic) {
        self.count += 1;
        if self.count <= TOLD_MAX {
            let places = place::of_row(self.file.text, at);
            self.told.tell(diagnostic(self.file, &places));
        } else if self.untold.is_none() {
            self.untold = Some(place::of_row(self.file.text, at).row());
        }
    }

    /// How many have not been told.
    fn end(self) {
        if let Some(row) = self.untold {
            let message = format!("and {} more", self.count - TOLD_MAX);
            self.told.tell(
                Diagnostic::error("foresend::more_like_these", self.file.name, message)
                    .at(row, "the next of them")
                    .help("mend the cells above first: most of these are of the same kind"),
            );
        }
    }
}

/// What the file says; `None` where no row can be read, which is told. Cells that are wrong are missing, and told.
pub(crate) fn read(file: File<'_>, known: &Columns, told: &mut Mistakes) -> Option<CatalogueRead> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file.text.as_bytes());
    let mut record = StringRecord::new();
    let mut next = |record: &mut StringRecord| {
        let is_one = reader.read_record(record).unwrap_or(false);
        let at = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(0);
        let is_last =
            usize::try_from(reader.position().byte()).is_ok_and(|at| at >= file.text.len());
        is_one.then_some((at, is_last))
    };
    let Some((at, is_last)) = next(&mut record) else {
        told.tell(
            Diagnostic::error("foresend::missing_column", file.name, "this catalogue is empty")
                .help("its first line names the columns: `id,name,url,image,price,stock,category`"),
        );
        return None;
    };
    let places = place::of_row(file.text, at);
    let mut wrongs = Wrongs { file, count: 0, untold: None, told };
    if is_last && is_unclosed(at, &mut wrongs) {
        return None;
    }
    let header = header::read(file, &record, &places, known, wrongs.told)?;
    let (mut rows, mut begins) = (Vec::new(), Vec::new());
    while let Some((at, is_last)) = next(&mut record) {
        if (is_last && is_unclosed(at, &mut wrongs))
            || record.iter().all(|cell| cell.trim().is_empty())
        {
            continue;
        }
        if rows.len() >= ROWS_MAX {
            let message = "a catalogue may have 1,000,000 rows";
            let extra = place::of_row(file.text, at).row();
            wrongs.told.tell(
                Diagnostic::error("foresend::too_many", file.name, message)
                    .at(extra, "one too many"),
            );
            break;
        }
        if let Some(row) = row(&record, at, &header, &mut wrongs) {
            rows.push(row);
            begins.push(at);
        }
    }
    check_ids(&rows, &begins, header.id, &mut wrongs);
    wrongs.end();
    let columns = header.columns.into_iter().enumerate();
    let columns = columns.filter(|(at, _)| *at != header.id).filter_map(|(_, column)| column);
    Some(CatalogueRead { columns: columns.collect(), rows })
}

/// A quote that nothing closes holds all that follows: only the last row can have one.
fn is_unclosed(at: usize, wrongs: &mut Wrongs<'_>) -> bool {
    let Some(quote) = place::of_row(wrongs.file.text, at).unclosed else { return false };
    wrongs.told.tell(
        Diagnostic::error("foresend::syntax", wrongs.file.name, "a text is not closed")
            .at(quote, "opened here")
            .help("close it with `\"`; a quote inside a text is written twice: `\"\"`; the rest of this file was not looked at"),
    );
    true
}

/// One row; `None`: it has no id or not the header's number of cells, which is told.
fn row(record: &StringRecord, at: usize, header: &Header, wrongs: &mut Wrongs<'_>) -> Option<Row> {
    let expected = header.columns.len();
    if record.len() != expected {
        let count = record.len();
        wrongs.one(at, |file, places| {
            let help = if count > expected {
                "put a text that holds a comma in double quotes: `\"Tea, loose\"`"
            } else {
                "an empty cell keeps its comma"
            };
            let cells = if count == 1 { "cell" } else { "cells" };
            let message = format!("this row has {count} {cells}, and the header has {expected}");
            Diagnostic::error("foresend::bad_row", file.name, message)
                .at(places.row(), format!("{count} {cells}"))
                .help(help)
        });
        return None;
    }
    let mut cells = Vec::with_capacity(expected);
    for (column, written) in record.iter().enumerate() {
        let Some((name, found)) = &header.columns[column] else { continue };
        if column != header.id {
            cells.push(read_cell(written.trim(), name, *found, (at, column), wrongs));
        }
    }
    let id = record.get(header.id).unwrap_or_default().trim();
    if id.is_empty() {
        wrongs.one(at, |file, places| missing_cell(file, places, "id"));
        return None;
    }
    Some(Row { id: id.to_owned(), cells })
}

fn read_cell(
    written: &str,
    name: &str,
    found: PropertyType,
    (at, column): (usize, usize),
    wrongs: &mut Wrongs<'_>,
) -> Option<Kept> {
    if written.is_empty() {
        if name == "name" {
            wrongs.one(at, |file, places| missing_cell(file, places, name));
        }
        return None;
    }
    let is_link = matches!(name, "url" | "image");
    let wrong = match cell::read(written, found) {
        Ok(_) if is_link && !is_url(written) => cell::Wrong {
            is: "is not the address of a page",
            help: "write it whole: `https://example.com/page`".to_owned(),
        },
        Ok(cell) => return Some(cell),
        Err(wrong) => wrong,
    };
    wrongs.one(at, |file, places| {
        let message = format!("`{}` {}", shown(written), wrong.is);
        Diagnostic::error("foresend::bad_cell", file.name, message)
            .at(places.cell(column), format!("in the column `{name}`"))
            .help(wrong.help)
    });
    None
}

/// "this row has no `id`"
fn missing_cell(file: File<'_>, places: &Places, name: &str) -> Diagnostic {
    Diagnostic::error("foresend::missing_cell", file.name, format!("this row has no `{name}`"))
        .at(places.row(), format!("`{name}` is empty here"))
        .help("fill it, or leave the row out")
}

/// A cell in a sentence: short, and on one line.
fn shown(text: &str) -> String {
    let mut shown: String =
        text.chars().take(SHOWN_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Two rows with one id would be one product, or the other.
fn check_ids(rows: &[Row], begins: &[usize], id: usize, wrongs: &mut Wrongs<'_>) {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(rows.len());
    for (row, &at) in rows.iter().zip(begins) {
        let before = match first.entry(&row.id) {
            Entry::Occupied(before) => *before.get(),
            Entry::Vacant(place) => {
                place.insert(at);
                continue;
            }
        };
        wrongs.one(at, |file, places| {
            let message = format!("`{}` is the id of two rows", shown(&row.id));
            Diagnostic::error("foresend::duplicate_id", file.name, message)
                .at(places.cell(id), "again here")
                .at(place::of_row(file.text, before).cell(id), "first here")
                .help("each row has an id of its own: leave one of the two out")
        });
    }
}
