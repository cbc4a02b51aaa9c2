//! What there is to buy. Categories and the items in them are popular by Zipf's law, rank k with weight 1/(k + 1); a
//! session looks around in one category, mostly a favourite of the customer.
//!
//! Scenery: it gives events their products and prices, and no order depends on it.
//! Invariant: the catalogue is the same for every customer and seed.

use super::key::SessionKey;
use crate::population::{Person, Preset};
use crate::stream::{Purpose, Stream};
use foresend_core::chance::{bits, unit};
use foresend_core::customer::input::Line;
use foresend_core::id::ProductId;
use foresend_core::money::{Amount, Money};
use foresend_core::world::catalogue::Catalogue as Table;
use foresend_core::world::event::PropertyType;
use foresend_core::world::value::Kept;

/// The shelves of a shop.
#[derive(Clone, PartialEq, Debug)]
pub struct Catalogue {
    /// By category, then by item, most popular first.
    items: Vec<Item>,
    /// Names of the categories.
    names: Vec<Box<str>>,
    per_category: usize,
    item_ranks: Ranks,
    category_ranks: Ranks,
    /// By category, as the table of ranks has it.
    popularity: Box<[f64]>,
    /// Share of sessions in one's first, and in one's first or second category.
    favourites: [f64; 2],
    same_item: f64,
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
    /// After how many days it is used up.
    lasts: Option<Amount>,
}

impl Catalogue {
    /// The shelves that these numbers describe, in a currency with `digits` minor digits.
    #[must_use]
    pub fn new(preset: &Preset, digits: u8) -> Self {
        let numbers = &preset.catalogue;
        let (categories, per_category) = (whole(*numbers.categories), whole(*numbers.items));
        let mean = mean_line(preset);
        let item = |place: usize| {
            let (category, rank) = (place / per_category, place % per_category);
            let id = format!("p-{}-{}", category + 1, rank + 1).into_boxed_str();
            let product = ProductId::of(&id);
            let apart = *numbers.price_spread * (2.0 * unit(bits(product.0, 0)) - 1.0);
            let [from, until] = numbers.lasts.value;
            let days = from + (until - from) * unit(bits(product.0, 1));
            let is_used_up = unit(bits(product.0, 2)) < *numbers.used_up;
            let price = amount(mean * (1.0 + apart), digits);
            Item { product, id, price, lasts: is_used_up.then(|| amount(days.round(), 0)) }
        };
        let [first, second] = numbers.interests.value;
        let category_ranks = Ranks::zipf(categories);
        let items: Vec<_> = (0..categories * per_category).map(item).collect();
        Self {
            items,
            names: (1..=categories).map(|n| format!("c-{n}").into_boxed_str()).collect(),
            per_category,
            item_ranks: Ranks::zipf(per_category),
            popularity: (0..categories).map(|category| category_ranks.share(category)).collect(),
            category_ranks,
            favourites: [first, (first + second).min(1.0)],
            same_item: *numbers.same_item,
        }
    }

    /// What view number `view` of a session looks at: an item of the session's category, or the last one again.
    #[must_use]
    pub fn looks_at(&self, person: &Person, session: SessionKey, view: u16) -> ItemIx {
        let draws = draws(person, session);
        self.place(self.category(person, &draws), self.rank(&draws, view))
    }

    /// What is put into the cart after `views` views: the last item viewed, then others of the category.
    #[must_use]
    pub fn adds(&self, person: &Person, session: SessionKey, views: u16, line: u8) -> ItemIx {
        let draws = draws(person, session);
        let rank = self.rank(&draws, views.saturating_sub(1)) + usize::from(line);
        self.place(self.category(person, &draws), rank % self.per_category)
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

    /// The shop's ids for an item and for its category.
    #[must_use]
    pub fn names(&self, ItemIx(place): ItemIx) -> (&str, &str) {
        (&self.items[place].id, &self.names[place / self.per_category])
    }

    /// The shelves as a program's conditions read them, in its `columns`: those it has a word for. What is out of stock
    /// is told by events only; here everything is there.
    #[must_use]
    pub fn rows(&self, columns: &[(String, PropertyType)]) -> Table {
        let cell = |place: usize, (name, of): &(String, PropertyType)| {
            let item = &self.items[place];
            let value = match name.as_str() {
                "id" => Some(Kept::Text(item.id.clone())),
                "name" => Some(Kept::Text(item.id.clone())),
                "category" => Some(Kept::Text(self.names(ItemIx(place)).1.into())),
                "price" => Some(Kept::Number(item.price)),
                "stock" => Some(Kept::Number(Amount::whole(10))),
                "lasts_days" => item.lasts.map(Kept::Number),
                _ => None,
            };
            let is = |value: &Kept| match value {
                Kept::Number(_) => *of == PropertyType::Number,
                Kept::Text(_) => *of == PropertyType::Text,
                Kept::Date(_) => *of == PropertyType::Date,
                Kept::Bool(_) => *of == PropertyType::Bool,
            };
            value.filter(is)
        };
        let row = |place: usize| {
            (self.items[place].product, columns.iter().map(|of| cell(place, of)).collect())
        };
        Table::new(columns.to_vec(), (0..self.items.len()).map(row).collect())
    }

    /// How many categories there are.
    #[must_use]
    pub const fn categories(&self) -> usize {
        self.popularity.len()
    }

    /// What share of all people have this as their first favourite, and of sessions elsewhere are here.
    #[must_use]
    pub fn popularity(&self, category: usize) -> f64 {
        self.popularity[category]
    }

    /// A category by popularity, for a uniform number.
    #[must_use]
    pub fn popular(&self, unit: f64) -> usize {
        self.category_ranks.at(unit)
    }

    /// The share of their sessions that `person` looks around in `category`.
    #[must_use]
    pub fn interest(&self, person: &Person, category: usize) -> f64 {
        let [first, second] = person.interests.map(|unit| self.popular(unit) == category);
        self.interest_if(category, first, second)
    }

    /// The same of somebody of whom it is the first or second favourite, or both, or neither.
    #[must_use]
    pub fn interest_if(&self, category: usize, first: bool, second: bool) -> f64 {
        let [of_first, of_both] = self.favourites;
        let own = f64::from(u8::from(first)) * of_first
            + f64::from(u8::from(second)) * (of_both - of_first);
        own + (1.0 - of_both) * self.popularity[category]
    }

    /// The category of a session.
    #[must_use]
    pub fn category_of(&self, person: &Person, session: SessionKey) -> usize {
        self.category(person, &draws(person, session))
    }

    fn rank(&self, draws: &Stream, view: u16) -> usize {
        let mut view = u64::from(view);
        while view > 0 && draws.unit(2 + 2 * view) < self.same_item {
            view -= 1;
        }
        self.item_ranks.at(draws.unit(3 + 2 * view))
    }

    /// The session's category: one of the two favourites, else any by popularity.
    fn category(&self, person: &Person, draws: &Stream) -> usize {
        self.category_ranks.at(match draws.unit(0) {
            u if u < self.favourites[0] => person.interests[0],
            u if u < self.favourites[1] => person.interests[1],
            _ => draws.unit(1),
        })
    }

    const fn place(&self, category: usize, rank: usize) -> ItemIx {
        ItemIx(category * self.per_category + rank)
    }
}

/// What a line of a cart costs in the mean, in the currency.
fn mean_line(preset: &Preset) -> f64 {
    let order = *preset.spend.p * *preset.spend.v / (*preset.spend.q - 1.0);
    let [one, two, three] = preset.funnel.lines.value;
    order / (one + 2.0 * two + 3.0 * three)
}

#[expect(clippy::cast_possible_truncation, reason = "a price of some thousands")]
fn amount(price: f64, digits: u8) -> Amount {
    let minor = (price * 10f64.powi(i32::from(digits))).round();
    Money::from_minor(minor as i64).amount(digits)
}

fn draws(person: &Person, session: SessionKey) -> Stream {
    person.chance.stream(Purpose::View, session.key())
}

/// Ranks by popularity: a table of quantiles.
#[derive(Clone, PartialEq, Debug)]
struct Ranks(Box<[u16]>);

const QUANTILES: usize = 2048;

impl Ranks {
    fn zipf(n: usize) -> Self {
        let total: f64 = (1..=n).map(|k| 1.0 / small(k)).sum();
        let (mut rank, mut sum) = (0u16, 1.0);
        let quantile = |i: usize| {
            while sum < (small(i) + 0.5) / small(QUANTILES) * total && usize::from(rank) + 1 < n {
                rank += 1;
                sum += 1.0 / (f64::from(rank) + 1.0);
            }
            rank
        };
        Self((0..QUANTILES).map(quantile).collect())
    }

    fn share(&self, rank: usize) -> f64 {
        let count = self.0.iter().filter(|&&other| usize::from(other) == rank).count();
        // A preset of a thousand categories has some that no quantile falls on.
        small(count).max(0.5) / small(QUANTILES)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below QUANTILES")]
    fn at(&self, unit: f64) -> usize {
        usize::from(self.0[(unit * small(QUANTILES)) as usize])
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
const fn whole(n: f64) -> usize {
    n as usize
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
const fn small(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::People;

    #[test]
    fn popularity_follows_zipf() {
        let ranks = Ranks::zipf(50);
        let share =
            |rank: u16| ranks.0.iter().filter(|&&r| r == rank).count() as f64 / QUANTILES as f64;
        let total: f64 = (1..=50).map(|k| 1.0 / f64::from(k)).sum();
        for rank in [0, 1, 9, 49] {
            assert!((share(rank) - 1.0 / f64::from(rank + 1) / total).abs() < 1e-3, "{rank}");
        }
    }

    #[test]
    fn the_lines_of_a_cart_are_different_products() {
        let preset = Preset::named("retail").unwrap();
        let people = People::new(&preset, 0.356);
        let catalogue = Catalogue::new(&preset, 2);
        for i in 0..1000 {
            let chance = crate::stream::Chance::of(foresend_core::chance::Seed(1), i);
            let person = Person::draw(&preset, &people, chance, &mut Vec::new());
            let line = |n| catalogue.adds(&person, SessionKey::visit(3), 4, n);
            assert_eq!(line(0), catalogue.looks_at(&person, SessionKey::visit(3), 3));
            assert!(line(0) != line(1) && line(1) != line(2) && line(0) != line(2));
        }
    }
}
