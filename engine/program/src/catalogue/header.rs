//! The first line of catalogue.csv: which columns there are. A column nobody declared is a mistake: its cells would
//! have no type, and nothing could name it.

use super::place::Places;
use super::{COLUMNS_MAX, Columns};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use crate::text::suggest::closest;
use crate::text::words;
use csv::StringRecord;
use foresend_core::world::event::PropertyType;

/// The columns of the file, in its order.
#[derive(Debug)]
pub(super) struct Header {
    /// Each with its name and type; `None`: nothing can be read from it, which is told.
    pub(super) columns: Vec<Option<(String, PropertyType)>>,
    /// Where the ids stand.
    pub(super) id: usize,
}

/// `None`: without ids there are no rows, and it is told why.
pub(super) fn read(
    file: File<'_>,
    record: &StringRecord,
    places: &Places,
    known: &Columns,
    told: &mut Mistakes,
) -> Option<Header> {
    let cells: Vec<&str> = record.iter().map(str::trim).collect();
    if let [only] = cells.as_slice()
        && only.contains([';', '\t', '|'])
    {
        told.tell(
            Diagnostic::error(
                "foresend::syntax",
                file.name,
                "the columns of this file are not parted by commas",
            )
            .at(places.row(), "the header, read as one column")
            .help("save it as CSV with commas between the columns"),
        );
        return None;
    }
    if cells.len() > COLUMNS_MAX {
        told.tell(
            Diagnostic::error(
                "foresend::too_many",
                file.name,
                format!("a catalogue may have {COLUMNS_MAX} columns"),
            )
            .at(places.cell(COLUMNS_MAX), "one too many")
            .help("leave out what no condition and no mail names"),
        );
        return None;
    }
    let mut columns: Vec<Option<(String, PropertyType)>> = Vec::new();
    let mut meant = Vec::new();
    for (at, name) in cells.iter().enumerate() {
        let is_there = |name: &str| columns.iter().flatten().any(|(other, _)| other == name);
        let found = if is_there(name) {
            told.tell(
                Diagnostic::error(
                    "foresend::duplicate_name",
                    file.name,
                    format!("there are two columns `{name}`"),
                )
                .at(places.cell(at), "named again here")
                .help("leave one of them out"),
            );
            None
        } else if let Some(found) = known.get(name) {
            found
        } else {
            let near = closest(name, known.names().filter(|near| !cells.contains(near)));
            meant.extend(near);
            if known.is_complete() {
                let wrong = unknown(file, name, near);
                told.tell(wrong.at(places.cell(at), "named here"));
            }
            None
        };
        columns.push(found.map(|found| ((*name).to_owned(), found)));
    }
    for name in ["id", "name"].into_iter().chain(known.declared()) {
        if !cells.contains(&name) && !meant.contains(&name) {
            told.tell(missing(file, name).at(places.row(), "the columns of this file"));
        }
    }
    let id = cells.iter().position(|name| *name == "id")?;
    Some(Header { columns, id })
}

/// "the column `colour` is not declared"
fn unknown(file: File<'_>, name: &str, near: Option<&str>) -> Diagnostic {
    if name.is_empty() {
        return Diagnostic::error("foresend::bad_name", file.name, "this column has no name")
            .help("give each column a name, or leave it out");
    }
    let help = match (near, words::name_meant(name, '_')) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(meant)) if meant != name => {
            format!(
                "call it `{meant}`, and declare it in [catalogue] of program.toml: `{meant} = \"text\"`"
            )
        }
        (None, Some(_)) => {
            format!("declare it in [catalogue] of program.toml: `{name} = \"text\"`")
        }
        (None, None) => {
            "a column's name takes a to z, digits and `_`, and begins with a letter".to_owned()
        }
    };
    let message = format!("the column `{name}` is not declared");
    Diagnostic::error("foresend::unknown_column", file.name, message).help(help)
}

/// "there is no column `id`"
fn missing(file: File<'_>, name: &str) -> Diagnostic {
    let help = match name {
        "id" => "add a column `id`: what events call a product, their `product_id`".to_owned(),
        "name" => "add a column `name`: what mails call a product".to_owned(),
        declared => format!(
            "add it, or leave it out of [catalogue] in program.toml: nothing else fills `{declared}`"
        ),
    };
    let message = format!("there is no column `{name}`");
    Diagnostic::error("foresend::missing_column", file.name, message).help(help)
}
