//! The shelves of a shop: its items by category and by popularity in it, and once more by price. Which items sell best
//! a catalogue does not say, so its order is taken for it: the earlier the more popular, categories likewise (assumed).

use super::ranks::{Ranks, weight};
use crate::behaviour::funnel::LINES_MAX;
use foresend_core::customer::input::Line;
use foresend_core::id::ProductId;
use foresend_core::money::Amount;
use foresend_core::world::catalogue::Catalogue as Table;
use foresend_core::world::event::PropertyType;
use foresend_core::world::value::{ColumnIx, Value};
use std::collections::BTreeMap;

/// What there is to buy, the same for everybody.
#[derive(Clone, PartialEq, Debug)]
pub struct Shelves {
    /// By category, then most popular first.
    items: Vec<Item>,
    /// Most popular first.
    categories: Vec<Category>,
    /// Of categories.
    among: Ranks,
    /// Of the items of a category, a table for each size there is.
    within: Vec<Ranks>,
    /// By category, then by price.
    prices: Vec<Priced>,
}

/// An item's place on the shelves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ItemIx(usize);

#[derive(Clone, PartialEq, Eq, Debug)]
struct Item {
    product: ProductId,
    /// The shop's id for it.
    id: Box<str>,
    price: Amount,
    category: usize,
}

#[derive(Clone, PartialEq, Debug)]
struct Category {
    /// `None`: what has no category.
    name: Option<Box<str>>,
    first: usize,
    count: usize,
    /// Its place in [`Shelves::within`].
    ranks: usize,
    /// How often it is drawn.
    share: f64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Priced {
    price: Amount,
    /// Place in [`Shelves::items`].
    item: usize,
    /// What this and all cheaper items of the category weigh by popularity.
    up_to: f64,
}

impl Shelves {
    /// The shelves of the shop with this catalogue; an item without a price costs `usual`. `None`: it is empty.
    #[must_use]
    pub fn of(table: &Table, usual: Amount) -> Option<Self> {
        let [id, category] = ["id", "category"].map(|name| table.column(name, PropertyType::Text));
        let price = table.column("price", PropertyType::Number);
        let text = |product, column: Option<ColumnIx>| match table.cell(product, column?)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Date(_) | Value::Bool(_) => None,
        };
        let mut by_category: Vec<(Option<&str>, Vec<ProductId>)> = Vec::new();
        let mut known: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for product in table.products() {
            let name = text(product, category);
            let at = *known.entry(name).or_insert(by_category.len());
            if at == by_category.len() {
                by_category.push((name, Vec::new()));
            }
            by_category[at].1.push(product);
        }
        if by_category.is_empty() {
            return None;
        }
        let among = Ranks::zipf(by_category.len());
        let (mut items, mut prices) = (Vec::with_capacity(table.len()), Vec::new());
        let (mut categories, mut within, mut sizes) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (at, (name, products)) in by_category.into_iter().enumerate() {
            let (first, count) = (items.len(), products.len());
            let ranks = *sizes.entry(count).or_insert_with(|| {
                within.push(Ranks::zipf(count));
                within.len() - 1
            });
            items.extend(products.into_iter().map(|product| {
                let price = match price.and_then(|column| table.cell(product, column)) {
                    Some(Value::Number(price)) => price,
                    Some(Value::Text(_) | Value::Date(_) | Value::Bool(_)) | None => usual,
                };
                let id = text(product, id).unwrap_or_default().into();
                Item { product, id, price, category: at }
            }));
            prices.extend(by_price(&items, first));
            let (name, share) = (name.map(Into::into), among.share(at));
            categories.push(Category { name, first, count, ranks, share });
        }
        Some(Self { items, categories, among, within, prices })
    }

    /// How many categories there are.
    pub(super) const fn categories(&self) -> usize {
        self.categories.len()
    }

    /// A category by popularity, for a uniform number.
    pub(super) fn category(&self, unit: f64) -> usize {
        self.among.at(unit)
    }

    /// How often the category is drawn.
    pub(super) fn share(&self, category: usize) -> f64 {
        self.categories[category].share
    }

    /// How many items a category has.
    pub(super) fn len(&self, category: usize) -> usize {
        self.categories[category].count
    }

    /// An item of a category by popularity, for a uniform number.
    pub(super) fn item(&self, category: usize, unit: f64) -> ItemIx {
        let Category { first, ranks, .. } = self.categories[category];
        ItemIx(first + self.within[ranks].at(unit))
    }

    /// Different items of a category, one for each uniform number, that cost about `price`: of those within the share
    /// `fit` of it each as often as it is popular; the nearest, where there is none. Where two fall on one item, the
    /// next dearer is taken; only where there are no more items than that, one of them twice.
    pub(super) fn about(
        &self,
        category: usize,
        (price, fit): (Amount, f64),
        units: [f64; LINES_MAX],
    ) -> [ItemIx; LINES_MAX] {
        let Category { first, count, .. } = self.categories[category];
        let all = &self.prices[first..first + count];
        let (from, until) = band(all, price, fit);
        let below = if from == 0 { 0.0 } else { all[from - 1].up_to };
        let weight = all[until - 1].up_to - below;
        let mut taken = [usize::MAX; LINES_MAX];
        for (n, unit) in units.into_iter().enumerate() {
            let wanted = below + unit * weight;
            let drawn = from + all[from..until].partition_point(|one| one.up_to <= wanted);
            let mut at = drawn.min(until - 1);
            for _ in 0..n {
                if taken[..n].contains(&at) {
                    at = (at + 1) % count;
                }
            }
            taken[n] = at;
        }
        taken.map(|at| ItemIx(all[at].item))
    }

    /// One piece of an item, at its usual price.
    #[must_use]
    pub fn line(&self, ItemIx(place): ItemIx) -> Line {
        let Item { product, price, .. } = self.items[place];
        Line { product, quantity: 1, price }
    }

    /// Every item, one category after the other.
    pub fn items(&self) -> impl Iterator<Item = ItemIx> {
        (0..self.items.len()).map(ItemIx)
    }

    /// The shop's ids for an item and for its category, if it has one.
    #[must_use]
    pub fn names(&self, ItemIx(place): ItemIx) -> (&str, Option<&str>) {
        let Item { id, category, .. } = &self.items[place];
        (id, self.categories[*category].name.as_deref())
    }
}

/// The items from `first` on, a category, by price and then by popularity.
fn by_price(items: &[Item], first: usize) -> impl Iterator<Item = Priced> {
    let mut sorted: Vec<usize> = (first..items.len()).collect();
    sorted.sort_by_key(|&item| (items[item].price, item));
    let mut up_to = 0.0;
    sorted.into_iter().map(move |item| {
        up_to += weight(item - first + 1);
        Priced { price: items[item].price, item, up_to }
    })
}

/// Where those begin and end that cost `price`, a share `fit` more or less; never empty.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "bounded prices")]
fn band(all: &[Priced], price: Amount, fit: f64) -> (usize, usize) {
    let parts = price.parts() as f64;
    let [low, high] =
        [1.0 - fit, 1.0 + fit].map(|share| Amount::from_parts((parts * share) as i64));
    let from = all.partition_point(|one| one.price < low);
    let until = all.partition_point(|one| one.price <= high);
    if from < until {
        return (from, until);
    }
    // Nothing costs that: it lies between the last that is cheaper and the first that is dearer.
    let (cheaper, dearer) = (from.checked_sub(1), (from < all.len()).then_some(from));
    let apart = |at: usize| (all[at].price.parts() - price.parts()).abs();
    let nearest = match (cheaper, dearer) {
        (Some(cheaper), Some(dearer)) if apart(cheaper) > apart(dearer) => dearer,
        (Some(only), _) | (None, Some(only)) => only,
        (None, None) => unreachable!("a category has an item"),
    };
    (nearest, nearest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_core::world::value::Kept;

    /// A shop of items with these categories and prices.
    fn shop(items: &[(&str, Option<i64>)]) -> Shelves {
        let columns = [
            ("price", PropertyType::Number),
            ("category", PropertyType::Text),
            ("id", PropertyType::Text),
        ];
        let columns = columns.map(|(name, of)| (name.to_owned(), of)).to_vec();
        let row = |(at, &(category, price)): (usize, &(&str, Option<i64>))| {
            let id = format!("item-{at}");
            let category = (!category.is_empty()).then(|| Kept::Text(category.into()));
            let price = price.map(|price| Kept::Number(Amount::whole(price)));
            let cells = vec![price, category, Some(Kept::Text(id.as_str().into()))];
            (ProductId::of(&id), cells.into_boxed_slice())
        };
        let rows = items.iter().enumerate().map(row).collect();
        Shelves::of(&Table::new(columns, rows), Amount::whole(7)).unwrap()
    }

    fn id(shelves: &Shelves, item: ItemIx) -> &str {
        shelves.names(item).0
    }

    #[test]
    fn what_comes_first_in_the_catalogue_is_most_popular() {
        let shelves =
            shop(&[("shirts", None), ("socks", Some(3)), ("shirts", Some(20)), ("", None)]);
        assert_eq!(shelves.categories(), 3);
        assert_eq!([0.1, 0.7, 0.99].map(|unit| shelves.category(unit)), [0, 1, 2]);
        assert_eq!(
            [0.1, 0.9].map(|unit| id(&shelves, shelves.item(0, unit))),
            ["item-0", "item-2"]
        );
        let all: Vec<_> = shelves.items().map(|item| shelves.names(item)).collect();
        let shirts = Some("shirts");
        let (first, second) = (("item-0", shirts), ("item-2", shirts));
        assert_eq!(all, [first, second, ("item-1", Some("socks")), ("item-3", None)]);
        let prices: Vec<_> = shelves.items().map(|item| shelves.line(item).price).collect();
        assert_eq!(prices, [7, 20, 3, 7].map(Amount::whole));
    }

    #[test]
    fn a_cart_holds_different_things_that_cost_about_what_it_is_worth() {
        let prices = [90, 10, 40, 60, 50, 55, 45];
        let shelves = shop(&prices.map(|price| ("all", Some(price))));
        let about = |price, units| {
            shelves.about(0, (Amount::whole(price), 0.25), units).map(|item| id(&shelves, item))
        };
        // 40, 45, 50, 55, 60 by price; by place in the file 40 weighs 1/3, 60 1/4, 50 1/5, 55 1/6, 45 1/7.
        assert_eq!(about(50, [0.0, 0.35, 0.999]), ["item-2", "item-6", "item-3"]);
        assert_eq!(about(50, [0.0; 3]), ["item-2", "item-6", "item-4"], "the next dearer");
        assert_eq!(
            about(1_000, [0.5; 3]),
            ["item-0", "item-1", "item-2"],
            "the dearest, and round"
        );
        assert_eq!(about(71, [0.5, 0.0, 0.9])[0], "item-3", "60 is nearer than 90");
        let two = shop(&[("all", Some(1)), ("all", Some(2))]);
        let [a, b, c] = two.about(0, (Amount::whole(1), 0.25), [0.5; 3]);
        assert!(a != b && (c == a || c == b));
    }
}
