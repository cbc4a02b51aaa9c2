//! The catalogue: what the shop sells, a row of catalogue.csv each. Its usual columns every program knows; further
//! ones have their types in `[catalogue]` of program.toml, so that a condition on them can be checked before a row
//! is there.
//! Invariant: a cell is of its column's type, or missing. One that is neither has been told, with its place.

mod cell;
mod header;
mod place;
mod rows;
#[cfg(test)]
mod tests;

use crate::diagnostic::Mistakes;
use crate::sources::File;
use crate::text::tree::Table;
use crate::typed::{self, Kind, Typed};
use foresend_core::id::ProductId;
use foresend_core::world::catalogue::Catalogue;
use foresend_core::world::event::PropertyType;
use foresend_core::world::value::Kept;

pub(crate) use rows::read;

/// Columns that every program knows.
pub(crate) const USUAL: [(&str, PropertyType); 7] = [
    ("id", PropertyType::Text),
    ("name", PropertyType::Text),
    ("url", PropertyType::Text),
    ("image", PropertyType::Text),
    ("price", PropertyType::Number),
    ("stock", PropertyType::Number),
    ("category", PropertyType::Text),
];

/// Most columns of a catalogue.
const COLUMNS_MAX: usize = 64;
/// Most rows of a catalogue.
const ROWS_MAX: usize = 1_000_000;

const DECLARED: Kind = Kind {
    word: "column",
    plural: "columns beyond the usual ones",
    example: "material",
    most: COLUMNS_MAX - USUAL.len(),
    taken: |name| {
        USUAL
            .iter()
            .any(|(usual, _)| *usual == name)
            .then_some("it is one of the usual columns and has its type: leave this line out")
    },
};

/// What the shop sells.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct CatalogueRead {
    /// The columns of the file but `id`, in its order.
    pub(crate) columns: Vec<(String, PropertyType)>,
    /// One for each product, in the order of the file.
    pub(crate) rows: Vec<Row>,
}

/// One product.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Row {
    /// What events call it: their `product_id`. No two rows have the same.
    pub(crate) id: String,
    /// One for each of [`CatalogueRead::columns`]; `None`: the file says nothing.
    pub(crate) cells: Vec<Option<Kept>>,
}

impl CatalogueRead {
    /// The same as the core reads it, with these columns, in this order.
    pub(crate) fn build(&self, columns: &[(String, PropertyType)]) -> Catalogue {
        let place = |(name, _): &(String, PropertyType)| {
            self.columns.iter().position(|(other, _)| other == name)
        };
        let places: Vec<Option<usize>> = columns.iter().map(place).collect();
        let row = |row: &Row| {
            let cell = |(place, (name, _)): (&Option<usize>, &(String, PropertyType))| match place {
                Some(place) => row.cells[*place].clone(),
                None => (name == "id").then(|| Kept::Text(row.id.as_str().into())),
            };
            (ProductId::of(&row.id), places.iter().zip(columns).map(cell).collect())
        };
        Catalogue::new(columns.to_vec(), self.rows.iter().map(row).collect())
    }
}

/// Every column that may be named.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    declared: Vec<Typed>,
    /// `[catalogue]` could not be read: an unknown name may stand there.
    incomplete: bool,
}

impl Columns {
    /// Reads `[catalogue]`.
    pub(crate) fn read(file: File<'_>, table: &Table, told: &mut Mistakes) -> Self {
        Self { declared: typed::read(file, table, DECLARED, told), incomplete: false }
    }

    pub(crate) fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Whether a name that is not here is a mistake.
    pub(crate) fn is_complete(&self) -> bool {
        !self.incomplete
    }

    /// A column and its type; the type is `None` where it is wrong, which is told.
    pub(crate) fn get(&self, name: &str) -> Option<Option<PropertyType>> {
        let usual = USUAL.iter().find(|(other, _)| *other == name);
        match usual {
            Some((_, found)) => Some(Some(*found)),
            None => self.declared.iter().find(|(other, _)| other == name).map(|(_, found)| *found),
        }
    }

    /// Every column with its type, the usual ones first; those that are wrong are left out.
    pub(crate) fn all(&self) -> Vec<(String, PropertyType)> {
        let usual = USUAL.iter().map(|(name, found)| ((*name).to_owned(), *found));
        let declared = self.declared.iter();
        usual.chain(declared.filter_map(|(name, found)| Some((name.clone(), (*found)?)))).collect()
    }

    /// The usual ones first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        USUAL.iter().map(|(name, _)| *name).chain(self.declared())
    }

    /// Those of `[catalogue]`.
    fn declared(&self) -> impl Iterator<Item = &str> + Clone {
        self.declared.iter().map(|(name, _)| name.as_str())
    }
}
