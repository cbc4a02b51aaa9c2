//! The values that a mail may show, out of its draft: each by its name, as something to compute with, and, where it is
//! written otherwise for its reader, as it is shown: sums of money, numbers and dates.

use super::draft::{Draft, Fact};
use super::locale::Locale;
use foresend_core::id::ProductId;
use foresend_core::money::Amount;
use foresend_core::world::value::{ColumnIx, Value as Cell};
use foresend_program::Compiled;
use minijinja::Value;
use std::collections::BTreeMap;

/// What the operator says about the shop's site. Nothing here is secret.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Site {
    /// The page on which a customer finds their cart: `{{ cart.url }}`.
    pub cart: Option<String>,
}

/// Every value of one mail.
#[derive(Debug, Default)]
pub(super) struct Values {
    tree: BTreeMap<String, Node>,
    /// By name, as it is shown.
    shown: BTreeMap<String, String>,
}

#[derive(Debug)]
enum Node {
    Leaf(Value),
    Branch(BTreeMap<String, Self>),
}

/// The name under which templates find what is shown: no author can write it.
pub(super) const SHOWN: &str = "__shown";
/// Names of columns and properties that hold sums of money, by the Segment e-commerce specification.
const MONEY: [&str; 8] =
    ["price", "value", "total", "subtotal", "revenue", "shipping", "tax", "discount"];

impl Values {
    /// What `draft` holds. What is missing there is missing here.
    pub(super) fn of(draft: &Draft, site: &Site) -> Self {
        let words = &*draft.words;
        let locale = Locale::of(&draft.locale);
        let mut values = Self::default();
        values.text("brand", &words.brand.name);
        let add = |values: &mut Self, path: &str, value: Cell<'_>| {
            values.cell(path, value, locale, words);
        };
        let (items, sum) = draft.cart.iter().fold((0, Amount::ZERO), |(items, sum), line| {
            let quantity = i64::from(line.quantity);
            (items + quantity, sum.plus(line.price.times(quantity)))
        });
        add(&mut values, "cart.items", Cell::Number(Amount::whole(items)));
        add(&mut values, "cart.value", Cell::Number(sum));
        if let Some(url) = &site.cart {
            values.text("cart.url", url);
        }
        let first =
            draft.cart.iter().map(|line| line.product).find(|product| is_sold(words, *product));
        for (root, product) in [("cart.first", first), ("item", Some(draft.item))] {
            for (name, cell) in product.into_iter().flat_map(|product| row(words, product)) {
                add(&mut values, &format!("{root}.{name}"), cell);
            }
        }
        for (root, all) in [("customer", &draft.traits), ("event", &draft.said)] {
            for (name, value) in all {
                add(&mut values, &format!("{root}.{name}"), value.value());
            }
        }
        if let Some(day) = draft.event_day {
            add(&mut values, "event.time", Cell::Date(day));
        }
        if let Some((offer, code)) = &draft.offer {
            values.text("offer.says", &words.program.offer(*offer).says);
            if let Some(code) = code {
                values.text("offer.code", code);
            }
        }
        for (name, fact) in &draft.shown {
            match fact {
                Some(Fact::Truth(truth)) => add(&mut values, name, Cell::Bool(*truth)),
                Some(Fact::Number(number)) => {
                    if let Some(amount) = amount(*number) {
                        add(&mut values, name, Cell::Number(amount));
                    }
                }
                // Nobody can show it: the mail does not leave.
                None => {}
            }
        }
        values
    }

    /// As a template reads them.
    pub(super) fn context(&self) -> Value {
        let shown =
            self.shown.iter().map(|(name, text)| (name.as_str(), Value::from(text.as_str())));
        let all = self.tree.iter().map(|(name, node)| (name.as_str(), node.value()));
        Value::from_pairs(all.chain([(SHOWN, Value::from_pairs(shown))]))
    }

    /// Whether the value of this name is shown otherwise than it is computed with.
    pub(super) fn is_shown(&self, path: &str) -> bool {
        self.shown.contains_key(path)
    }

    fn text(&mut self, path: &str, text: &str) {
        self.leaf(path, Value::from(text));
    }

    fn cell(&mut self, path: &str, cell: Cell<'_>, locale: Locale, words: &Compiled) {
        let (value, shown) = match cell {
            Cell::Text(text) => (Value::from(text), None),
            Cell::Bool(truth) => (Value::from(truth), None),
            Cell::Date(day) => (Value::from(day.to_string()), Some(locale.date(day))),
            Cell::Number(number) => {
                let name = path.rsplit('.').next().unwrap_or(path);
                let is_money = name != path && MONEY.contains(&name);
                let shown = match is_money {
                    true => locale.money(number, words.currency),
                    false => locale.number(number),
                };
                (self::number(number), Some(shown))
            }
        };
        self.leaf(path, value);
        if let Some(shown) = shown {
            self.shown.insert(path.to_owned(), shown);
        }
    }

    fn leaf(&mut self, path: &str, value: Value) {
        let mut parts: Vec<&str> = path.split('.').collect();
        let Some(last) = parts.pop() else { return };
        let mut at = &mut self.tree;
        for part in parts {
            let node = at.entry(part.to_owned()).or_insert_with(|| Node::Branch(BTreeMap::new()));
            match node {
                Node::Branch(below) => at = below,
                Node::Leaf(_) => return,
            }
        }
        at.insert(last.to_owned(), Node::Leaf(value));
    }
}

impl Node {
    fn value(&self) -> Value {
        match self {
            Self::Leaf(value) => value.clone(),
            Self::Branch(below) => {
                let all = below.iter().map(|(name, node)| (name.as_str(), node.value()));
                Value::from_pairs(all)
            }
        }
    }
}

/// Whether the catalogue has the product.
pub(super) fn is_sold(words: &Compiled, product: ProductId) -> bool {
    row(words, product).next().is_some()
}

/// The cells of the catalogue's row for a product.
fn row(words: &Compiled, product: ProductId) -> impl Iterator<Item = (&str, Cell<'_>)> {
    let columns = (0u16..).map(ColumnIx).zip(words.catalogue.columns());
    columns.filter_map(move |(ix, (name, _))| {
        Some((name.as_str(), words.catalogue.cell(product, ix)?))
    })
}

/// The text in a column of the catalogue, for a product.
pub(super) fn text_of<'a>(
    words: &'a Compiled,
    product: ProductId,
    column: &str,
) -> Option<&'a str> {
    row(words, product).find(|(name, _)| *name == column).and_then(|(_, cell)| match cell {
        Cell::Text(text) => Some(text),
        Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) => None,
    })
}

/// Whole where it is: `{{ item.stock }}` compares with `1`, not with `1.0`.
#[expect(clippy::cast_precision_loss, reason = "what is computed for a reader, not decided by")]
fn number(amount: Amount) -> Value {
    let parts = amount.parts();
    match parts % Amount::SCALE {
        0 => Value::from(parts / Amount::SCALE),
        _ => Value::from(parts as f64 / Amount::SCALE as f64),
    }
}

/// A fact as an amount; `None`: it is infinite, or beyond what an amount holds.
fn amount(number: f64) -> Option<Amount> {
    let parts = (number * 1e4).round();
    #[expect(clippy::cast_possible_truncation, reason = "its size is asked first")]
    (parts.abs() < 9e18).then(|| Amount::from_parts(parts as i64))
}
