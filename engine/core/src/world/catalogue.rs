//! The shop's items, as conditions read them: one row a product.

use super::event::PropertyType;
use super::value::{ColumnIx, Kept, Value};
use crate::id::ProductId;

/// The shop's items. A host replaces it as a whole, between inputs, under a new number.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Catalogue {
    columns: Vec<(String, PropertyType)>,
    /// In the shop's order.
    rows: Vec<(ProductId, Cells)>,
    /// Where each product stands in `rows`, by product.
    places: Vec<(ProductId, u32)>,
}

/// What is said of one product, a cell for every column; `None`: nothing.
type Cells = Box<[Option<Kept>]>;

impl Catalogue {
    /// A catalogue of these rows, each with a cell for every column; of two rows of one product the later counts.
    ///
    /// # Panics
    /// Where a row has not one cell for each column, or there are more than 2³² rows.
    #[must_use]
    pub fn new(columns: Vec<(String, PropertyType)>, mut rows: Vec<(ProductId, Cells)>) -> Self {
        assert!(
            rows.iter().all(|(_, cells)| cells.len() == columns.len()),
            "a row of other length"
        );
        let mut places = places(&rows);
        if places.windows(2).any(|two| two[0].0 == two[1].0) {
            let is_last = |product, at| {
                let same = places.partition_point(|&(other, _)| other <= product);
                places[same - 1] == (product, at)
            };
            let mut at = 0..;
            rows.retain(|&(product, _)| at.next().is_some_and(|at| is_last(product, at)));
            places = self::places(&rows);
        }
        Self { columns, rows, places }
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
        let at = self.places.binary_search_by_key(&product, |(product, _)| *product).ok()?;
        let (_, cells) = &self.rows[self.places[at].1 as usize];
        cells.get(usize::from(column.0))?.as_ref().map(Kept::value)
    }

    /// The column called `name`, if it holds values of that type.
    #[must_use]
    pub fn column(&self, name: &str, of: PropertyType) -> Option<ColumnIx> {
        let is = |(other, is): &(String, PropertyType)| other == name && *is == of;
        let at = self.columns.iter().position(is)?;
        u16::try_from(at).ok().map(ColumnIx)
    }

    /// The products, in the shop's order.
    pub fn products(&self) -> impl Iterator<Item = ProductId> {
        self.rows.iter().map(|(product, _)| *product)
    }
}

/// Where each product stands, by product, then by place.
fn places(rows: &[(ProductId, Cells)]) -> Vec<(ProductId, u32)> {
    let products = rows.iter().map(|(product, _)| *product);
    let mut places: Vec<_> = products.zip(0..).collect();
    assert_eq!(places.len(), rows.len(), "rows are numbered by 32 bits");
    places.sort_unstable();
    places
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
        assert_eq!(catalogue.products().collect::<Vec<_>>(), [ProductId(2), ProductId(5)]);
        assert_eq!(catalogue.column("stock", PropertyType::Number), Some(ColumnIx(0)));
        assert_eq!(catalogue.column("stock", PropertyType::Text), None);
    }
}
