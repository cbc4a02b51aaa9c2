//! The shop of a population whose program has no catalogue: so many categories, so many items in each, with prices
//! round the mean line of a cart.

use crate::population::Preset;
use foresend_core::chance::{bits, unit};
use foresend_core::id::ProductId;
use foresend_core::money::{Amount, Money};
use foresend_core::world::catalogue::Catalogue as Table;
use foresend_core::world::event::PropertyType;
use foresend_core::world::value::Kept;

/// What every description says of an item, whether a program reads it or not.
const NEEDED: [(&str, PropertyType); 3] =
    [("id", PropertyType::Text), ("category", PropertyType::Text), ("price", PropertyType::Number)];

/// The catalogue that these numbers describe, as a program with `columns` reads it: those it has a word for. What is
/// out of stock is told by events only; here everything is there. In a currency with `digits` minor digits.
#[must_use]
pub fn described(preset: &Preset, columns: &[(String, PropertyType)], digits: u8) -> Table {
    let numbers = &preset.catalogue;
    let mut columns = columns.to_vec();
    for (name, of) in NEEDED {
        if !columns.iter().any(|(other, _)| other == name) {
            columns.push((name.to_owned(), of)); // behind those that conditions know by their place
        }
    }
    let mean = mean_line(preset);
    let item = |category: usize, rank: usize| {
        let id = format!("p-{category}-{rank}");
        let product = ProductId::of(&id);
        let apart = *numbers.price_spread * (2.0 * unit(bits(product.0, 0)) - 1.0);
        let [from, until] = numbers.lasts.value;
        let days = from + (until - from) * unit(bits(product.0, 1));
        let is_used_up = unit(bits(product.0, 2)) < *numbers.used_up;
        let cell = |(name, of): &(String, PropertyType)| {
            let value = match name.as_str() {
                "id" | "name" => Some(Kept::Text(id.as_str().into())),
                "category" => Some(Kept::Text(format!("c-{category}").into())),
                "price" => Some(Kept::Number(amount(mean * (1.0 + apart), digits))),
                "stock" => Some(Kept::Number(Amount::whole(10))),
                "lasts_days" => is_used_up.then(|| Kept::Number(amount(days.round(), 0))),
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
        (product, columns.iter().map(cell).collect())
    };
    let (categories, items) = (whole(*numbers.categories), whole(*numbers.items));
    let places =
        (1..=categories).flat_map(|category| (1..=items).map(move |rank| (category, rank)));
    let rows = places.map(|(category, rank)| item(category, rank)).collect();
    Table::new(columns, rows)
}

/// What a line of a cart costs in the mean, in the currency.
pub(super) fn mean_line(preset: &Preset) -> f64 {
    let order = *preset.spend.p * *preset.spend.v / (*preset.spend.q - 1.0);
    let [one, two, three] = preset.funnel.lines.value;
    order / (one + 2.0 * two + 3.0 * three)
}

#[expect(clippy::cast_possible_truncation, reason = "a price of some thousands")]
pub(super) fn amount(price: f64, digits: u8) -> Amount {
    let minor = (price * 10f64.powi(i32::from(digits))).round();
    Money::from_minor(minor as i64).amount(digits)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
const fn whole(n: f64) -> usize {
    n as usize
}
