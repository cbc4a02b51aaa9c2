//! What a tuning found, as the numbers that page, JSON and HTML show.

use super::change::Change;
use crate::report::Timing;
use crate::report::number::count;
use crate::report::page::Letters;
use foresend_program::{Currency, Expect, Maximise, Worth};
use foresend_simulator::population::preset::Setting;
use foresend_simulator::tune::contrast::Bounds;
use foresend_simulator::tune::verdict::Choice;
use foresend_simulator::tune::{TODAY, Tuned};

/// A tuning, done or stopped.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Report {
    /// The tune file, as the reader named it.
    pub(crate) file: String,
    /// The scenario.
    pub(crate) scenario: String,
    /// The program's hash, in hexadecimal.
    pub(crate) program: String,
    pub(crate) seed: u64,
    /// Customer-evaluations of the search.
    pub(crate) effort: u64,
    /// Customers of each world.
    pub(crate) customers: u32,
    pub(crate) days: u32,
    pub(crate) maximise: Maximise,
    pub(crate) worth: Option<Worth>,
    pub(crate) currency: Currency,
    /// What is assumed of variants: `cart-first-look.subject.named: opens +5%`.
    pub(crate) assumed: Vec<String>,
    /// What varies.
    pub(crate) addresses: Vec<String>,
    /// What each is today; `None`: it is not written.
    pub(crate) today: Vec<Option<String>>,
    /// The candidates; today's first.
    pub(crate) values: Vec<Value>,
    /// Combinations of values that there are.
    pub(crate) combinations: u64,
    /// The own one first.
    pub(crate) worlds: Vec<String>,
    pub(crate) unit: Unit,
    pub(crate) keep: Vec<Expect>,
    pub(crate) tuned: Tuned,
    /// Somebody pressed ^C.
    pub(crate) is_interrupted: bool,
    /// What the choice changes in the program's texts.
    pub(crate) change: Vec<Change>,
    /// Whether that has been written.
    pub(crate) is_written: bool,
    /// What the own world rests on.
    pub(crate) settings: Vec<Setting>,
    pub(crate) timing: Timing,
}

/// What increments are spoken of per thousand of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Unit {
    /// `armed carts`
    pub(crate) noun: String,
}

/// A candidate.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Value {
    /// `4h`; of several addresses `4h · 09:00-12:00`.
    pub(crate) label: String,
    /// A value for each address.
    pub(crate) values: Vec<String>,
    pub(crate) is_today: bool,
    /// Whether it is among those to choose from.
    pub(crate) varies: bool,
    /// Of one address: where it stands on the axis of a chart, the logarithm of a duration. `None`: it is none.
    pub(crate) at: Option<f64>,
    /// The number of each value among those of its address.
    pub(crate) numbers: Option<Vec<usize>>,
}

/// The fixed words under every tuning.
pub(crate) const CAUTION: &str = "Caution: the best delay follows from how fast carts are forgotten and intent fades. \
    Nobody has published either, so delays rank under assumptions. Measure: foresend experiment design-delay";

/// How what is made most of is written: per thousand units, with so many decimals.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Scale {
    /// From one customer to what is shown.
    pub(crate) factor: f64,
    decimals: usize,
    money: Option<Currency>,
}

impl Report {
    /// Where a stage had `customers` and `units`.
    pub(crate) fn scale(&self, customers: u64, units: u64) -> Scale {
        let money = match self.maximise {
            Maximise::Orders => None,
            Maximise::Revenue | Maximise::Profit => Some(self.currency),
        };
        let minor = money.map_or(1.0, |currency| 10f64.powi(currency.minor_digits.into()));
        let hundredths = if self.maximise == Maximise::Profit { 100.0 } else { 1.0 };
        let factor = 1_000.0 * ratio(customers, units) / minor / hundredths;
        let delta = self.tuned.searched.indifference * factor;
        let decimals = match money {
            Some(currency) if delta < 1.0 => usize::from(currency.minor_digits),
            Some(_) => 0,
            None if delta >= 0.5 => 1,
            None if delta >= 0.05 => 2,
            None => 3,
        };
        Scale { factor, decimals, money }
    }

    /// Of the first round.
    pub(crate) fn curve_scale(&self) -> Scale {
        let searched = &self.tuned.searched;
        self.scale(searched.curve_customers, searched.curve_units)
    }

    /// The candidates in the order in which they are drawn: as their author listed the values, today's where they belong.
    pub(crate) fn drawn(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by_key(|&at| self.values[at].numbers.clone());
        order
    }

    /// What is chosen, and is not what there is today.
    pub(crate) fn changed_to(&self) -> Option<usize> {
        let verdict = self.tuned.verdict.as_ref()?;
        verdict.choice.candidate().filter(|&one| one != TODAY)
    }

    /// Whether a value is better than today's on fresh people, and chosen.
    pub(crate) fn gains(&self) -> bool {
        let verdict = self.tuned.verdict.as_ref();
        verdict.is_some_and(|verdict| matches!(verdict.choice, Choice::Change(_)))
    }

    /// `orders`, `revenue`, `profit`
    pub(crate) fn what(&self) -> &'static str {
        self.maximise.word()
    }

    /// `4h today`
    pub(crate) fn name(&self, candidate: usize) -> String {
        let value = &self.values[candidate];
        format!("{}{}", value.label, if value.is_today { " today" } else { "" })
    }
}

#[expect(clippy::cast_precision_loss, reason = "customers are far below 2^52")]
fn ratio(customers: u64, units: u64) -> f64 {
    customers as f64 / units.max(1) as f64
}

impl Scale {
    /// `9.4`, `£12.40`
    pub(crate) fn plain(&self, value: f64, letters: Letters) -> String {
        let (sign, text) = self.parts(value, letters);
        format!("{}{text}", if sign == "−" { sign } else { "" })
    }

    /// `+0.6`, `−£1.20`, `0.0`
    pub(crate) fn signed(&self, value: f64, letters: Letters) -> String {
        let (sign, text) = self.parts(value, letters);
        format!("{sign}{text}")
    }

    /// `8.6 … 10.2`
    pub(crate) fn range(&self, bounds: &Bounds, letters: Letters) -> String {
        format!("{} … {}", self.plain(bounds.low, letters), self.plain(bounds.high, letters))
    }

    /// `+0.2 … +1.0`
    pub(crate) fn signed_range(&self, bounds: &Bounds, letters: Letters) -> String {
        format!("{} … {}", self.signed(bounds.low, letters), self.signed(bounds.high, letters))
    }

    /// What stands before an amount; nothing where it is no money.
    pub(crate) fn symbol(&self, letters: Letters) -> String {
        match (self.money, letters) {
            (Some(currency), Letters::Unicode) => currency.symbol.to_owned(),
            (Some(currency), Letters::Ascii) => format!("{}\u{a0}", currency.code),
            (None, _) => String::new(),
        }
    }

    /// Sign and digits; what rounds to nothing has no sign.
    fn parts(&self, value: f64, letters: Letters) -> (&'static str, String) {
        let shown = value * self.factor;
        let digits = format!("{:.*}", self.decimals, shown.abs());
        let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let sign = match shown {
            _ if is_zero => "",
            shown if shown < 0.0 => "−",
            _ => "+",
        };
        let (whole, part) = digits.split_once('.').map_or((&*digits, None), |(a, b)| (a, Some(b)));
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
        let digits = part.map_or_else(|| whole.clone(), |part| format!("{whole}.{part}"));
        (sign, format!("{}{digits}", self.symbol(letters)))
    }
}
