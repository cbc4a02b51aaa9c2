//! `worth`: what orders, mails and subscribers are worth, for whoever tunes for profit.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::share::{self, Share};
use crate::text::read::Reader;
use crate::text::tree::{At, Value};
use std::ops::Range;

/// What things are worth, in units of the program's currency, as their author wrote them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worth {
    /// What is left of an order's price, in millionths.
    pub margin_ppm: u32,
    /// What one mail costs.
    pub mail: Amount,
    /// What somebody who may be mailed is worth.
    pub subscriber: Amount,
}

/// An amount of money, as a decimal: digits before and behind the point.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Amount {
    /// As it is written.
    pub text: String,
    /// In billionths of a unit of the currency.
    billionths: i64,
    place: Range<usize>,
}

impl Amount {
    /// Digits behind the point that anybody needs.
    const DIGITS: usize = 9;
    /// A thousand million units of a currency.
    const MOST: i64 = 1_000_000_000 * 1_000_000_000;

    fn of(text: &str, place: Range<usize>) -> Option<Self> {
        let plain = text.replace('_', "");
        let (whole, part) = plain.split_once('.').unwrap_or((&*plain, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || part.len() > Self::DIGITS || !digits(whole) || !digits(part) {
            return None;
        }
        let billionths = format!("{whole}{part:0<width$}", width = Self::DIGITS).parse().ok()?;
        let text = text.to_owned();
        (billionths <= Self::MOST).then_some(Self { text, billionths, place })
    }

    /// In hundredths of a minor unit of a currency with so many minor digits.
    ///
    /// # Errors
    /// Where it is finer than that: the place where it stands.
    pub fn hundredths_of_minor(&self, minor_digits: u8) -> Result<i64, Range<usize>> {
        let unit = 10i64.pow(7u32.saturating_sub(minor_digits.into()));
        if self.billionths % unit == 0 {
            Ok(self.billionths / unit)
        } else {
            Err(self.place.clone())
        }
    }
}

pub(super) fn read(reader: &Reader<'_>, told: &mut Mistakes) -> Option<Worth> {
    let (key, value) = reader.entry("worth")?;
    let Value::Table(table) = &value.value else {
        reader.wrong_type("worth", value, told);
        return None;
    };
    let inner = Reader::new(reader.file, table, &keys::WORTH, key.span.clone(), told);
    inner.require("margin", &[], told)?;
    let margin = share::read(&inner, "margin", Share::tenths(1_000), told)?;
    let mail = amount(&inner, "mail", told);
    let subscriber = amount(&inner, "subscriber", told);
    Some(Worth { margin_ppm: margin.value.ppm(), mail: mail?, subscriber: subscriber? })
}

/// `None`: it is wrong, and has been told.
fn amount(reader: &Reader<'_>, key: &str, told: &mut Mistakes) -> Option<Amount> {
    let Some(value) = reader.get(key) else { return Some(Amount::default()) };
    let At { value: found, span } = value;
    let text = super::written(reader.file, value);
    let is_number = matches!(found, Value::Integer(_) | Value::Float);
    let amount = Amount::of(text, span.clone()).filter(|_| is_number);
    if amount.is_none() {
        let message = format!("`{key}` is no amount of money");
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, message)
                .at(span.clone(), "stands here")
                .help(format!(
                    "a number in units of the currency, without quotes: `{key} = 0.0008`"
                )),
        );
    }
    amount
}
