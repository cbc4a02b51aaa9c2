//! What there is to buy, and who looks at what. A session looks around in one category, mostly a favourite of the
//! customer; what goes into its cart is of that category and costs about what the order is worth, which is drawn first.
//!
//! Scenery: it gives events their products and prices, and no order depends on it.
//! Invariant: the catalogue is the same for every customer and seed.

mod described;
mod ranks;
mod shelves;

pub use described::described;
pub use shelves::{ItemIx, Shelves};

use super::funnel::LINES_MAX;
use super::key::{CartKey, SessionKey};
use crate::population::{Person, Preset};
use crate::stream::{Purpose, Stream};
use foresend_core::customer::input::Line;
use foresend_core::money::Amount;
use std::sync::Arc;

/// A shop, as the people of one population walk through it.
#[derive(Clone, PartialEq, Debug)]
pub struct Catalogue {
    shelves: Arc<Shelves>,
    /// Share of sessions in one's first, and in one's first or second category.
    favourites: [f64; 2],
    same_item: f64,
    price_fit: f64,
}

impl Catalogue {
    /// These shelves for people of these numbers.
    #[must_use]
    pub fn new(preset: &Preset, shelves: Arc<Shelves>) -> Self {
        let numbers = &preset.catalogue;
        let [first, second] = numbers.interests.value;
        let favourites = [first, (first + second).min(1.0)];
        let (same_item, price_fit) = (*numbers.same_item, *numbers.price_fit);
        Self { shelves, favourites, same_item, price_fit }
    }

    /// What an item costs of which a catalogue does not say it, in a currency with `digits` minor digits: a mean line of
    /// a cart.
    #[must_use]
    pub fn usual_price(preset: &Preset, digits: u8) -> Amount {
        described::amount(described::mean_line(preset), digits)
    }

    /// What view number `view` of a session looks at: an item of the session's category, or the last one again.
    #[must_use]
    pub fn looks_at(&self, person: &Person, session: SessionKey, view: u16) -> ItemIx {
        let draws = draws(person, session);
        let mut view = u64::from(view);
        while view > 0 && draws.unit(2 + 2 * view) < self.same_item {
            view -= 1;
        }
        self.shelves.item(self.category(person, &draws), draws.unit(3 + 2 * view))
    }

    /// What is in the cart `cart`: different items that cost about `price` each. The first was viewed last.
    #[must_use]
    pub fn holds(&self, person: &Person, cart: CartKey, price: Amount) -> [ItemIx; LINES_MAX] {
        let category = self.category_of(person, cart.session());
        let draws = person.chance.stream(Purpose::Lines, cart.key());
        let units = std::array::from_fn(|line| draws.unit(2 + line as u64)); // 0, 1: how many
        self.shelves.about(category, (price, self.price_fit), units)
    }

    /// How many different items a cart of `session` can hold.
    #[must_use]
    pub fn room(&self, person: &Person, session: SessionKey) -> usize {
        self.shelves.len(self.category_of(person, session))
    }

    /// One piece of an item, at its usual price.
    #[must_use]
    pub fn line(&self, item: ItemIx) -> Line {
        self.shelves.line(item)
    }

    /// The shop's ids for an item and for its category, if it has one.
    #[must_use]
    pub fn names(&self, item: ItemIx) -> (&str, Option<&str>) {
        self.shelves.names(item)
    }

    /// How many categories there are.
    #[must_use]
    pub fn categories(&self) -> usize {
        self.shelves.categories()
    }

    /// What share of all people have this as their first favourite, and of sessions elsewhere are here.
    #[must_use]
    pub fn popularity(&self, category: usize) -> f64 {
        self.shelves.share(category)
    }

    /// A category by popularity, for a uniform number.
    #[must_use]
    pub fn popular(&self, unit: f64) -> usize {
        self.shelves.category(unit)
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
        own + (1.0 - of_both) * self.shelves.share(category)
    }

    /// The category of a session.
    #[must_use]
    pub fn category_of(&self, person: &Person, session: SessionKey) -> usize {
        self.category(person, &draws(person, session))
    }

    /// The session's category: one of the two favourites, else any by popularity.
    fn category(&self, person: &Person, draws: &Stream) -> usize {
        self.shelves.category(match draws.unit(0) {
            u if u < self.favourites[0] => person.interests[0],
            u if u < self.favourites[1] => person.interests[1],
            _ => draws.unit(1),
        })
    }
}

fn draws(person: &Person, session: SessionKey) -> Stream {
    person.chance.stream(Purpose::View, session.key())
}
