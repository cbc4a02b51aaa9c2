//! The shop's items, as conditions read them: one row a product.

use super::event::PropertyType;
use super::value::{ColumnIx, Kept, Value};
use crate::id::ProductId;

/// The shop's items. A host replaces it as a whole, between inputs, under a new number.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Catalogue {
    columns: Vec<(String, PropertyType)>,
    /// Sorted by product.
    rows: Vec<(ProductId, Box<[Option<Kept>]>)>,
}

impl Catalogue {
    /// A catalogue of these rows, each with a cell for every column; of two rows of one product the later counts.
    ///
    /// # Panics
    /// Where a row has not one cell for each column.
    #[must_use]
    pub fn new(
        columns: Vec<(String, PropertyType)>,
        mut rows: Vec<(ProductId, Box<[Option<Kept>]>)>,
    ) -> Self {
        assert!(
            rows.iter().all(|(_, cells)| cells.len() == columns.len()),
            "a row of other length"
        );
        rows.sort_by_key(|(product, _)| *product);
        rows.reverse();
        rows.dedup_by_key(|(product, _)| *product);
        rows.reverse();
        Self { columns, rows }
    }

    /// Its columns and their types, in the order of [`ColumnIx`].
    #[must_use]
    pub fn columns(&self) -> &[(String, PropertyType)] {
        &self.columns
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The cell of `product` in `column`; `None`: it is empty, or there is no such product any more.
    #[must_use]
    pub fn cell(&self, product: ProductId, column: ColumnIx) -> Option<Value<'_>> {
        let at = self.rows.binary_search_by_key(&product, |(product, _)| *product).ok()?;
        self.rows[at].1.get(usize::from(column.0))?.as_ref().map(Kept::value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Amount;

    #[test]
    fn the_last_row_of_a_product_counts_and_a_delisted_one_has_no_cells() {
        let row =
            |id, stock| (ProductId(id), vec![Some(Kept::Number(Amount::whole(stock)))].into());
        let columns = vec![("stock".to_owned(), PropertyType::Number)];
        let catalogue = Catalogue::new(columns, vec![row(5, 1), row(2, 0), row(5, 3)]);
        let stock = |id| catalogue.cell(ProductId(id), ColumnIx(0));
        assert_eq!(stock(5), Some(Value::Number(Amount::whole(3))));
        assert_eq!(stock(2), Some(Value::Number(Amount::ZERO)));
        assert_eq!((stock(3), catalogue.cell(ProductId(2), ColumnIx(1))), (None, None));
    }
}
