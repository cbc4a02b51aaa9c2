//! `[offers]`: what a mail may promise. An offer costs the shop something, so what it costs is said here, where a
//! rehearsal reads it.

use crate::currency::Currency;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::share::Share;
use crate::sources::File;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use crate::topic::bad_id;
use foresend_core::money::Money;
use foresend_core::world::offer::{Codes, Cost, Offer, OfferIx};

/// Most offers of a program.
const OFFERS_MAX: usize = 64;
/// Longest code, in bytes: what a person can type.
const CODE_MAX: usize = 64;

/// What `codes` says.
#[derive(Clone, Copy)]
enum Source {
    SingleUse,
    Shared,
}

const SOURCES: [(&str, Source); 2] =
    [("single-use", Source::SingleUse), ("shared", Source::Shared)];

/// Every offer of a program.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    offers: Vec<Offer>,
    /// One that is named and not here may have been wrong, which is told.
    incomplete: bool,
}

impl Offers {
    /// Reads `[offers]`. What is missing in the list is wrong, and has been told.
    pub(crate) fn read(
        file: File<'_>,
        table: &Table,
        currency: Option<Currency>,
        told: &mut Mistakes,
    ) -> Self {
        if let Some((extra, _)) = table.entries.get(OFFERS_MAX) {
            told.tell(
                Diagnostic::error(
                    "foresend::too_many",
                    file.name,
                    format!("a program may have {OFFERS_MAX} offers"),
                )
                .at(extra.span.clone(), "one too many"),
            );
        }
        let written = table.entries.iter().take(OFFERS_MAX);
        let offers: Vec<Offer> =
            written.filter_map(|(name, value)| offer(file, name, value, currency, told)).collect();
        let incomplete = offers.len() < table.entries.len();
        Self { offers, incomplete }
    }

    pub(crate) fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    pub(crate) fn into_offers(self) -> Vec<Offer> {
        self.offers
    }

    pub(crate) fn name(&self, ix: OfferIx) -> Option<&str> {
        self.offers.get(usize::from(ix.0)).map(|offer| offer.name.as_str())
    }

    /// An offer that a step names; tells if it is not known.
    pub(crate) fn named(
        &self,
        file: File<'_>,
        name: &At<&str>,
        told: &mut Mistakes,
    ) -> Option<OfferIx> {
        let found = self.offers.iter().position(|known| known.name == name.value);
        if found.is_none() && !self.incomplete {
            let names = self.offers.iter().map(|known| known.name.as_str());
            let help = read::did_you_mean(name.value, names.clone(), || {
                read::there_are(
                    "declare it in [offers] of program.toml; there are",
                    names,
                    "declare it in [offers] of program.toml: what it says, its codes, how long they last, what it costs",
                )
            });
            let message = format!("there is no offer `{}`", name.value);
            told.tell(
                Diagnostic::error("foresend::unknown_offer", file.name, message)
                    .at(name.span.clone(), "attached here")
                    .help(help),
            );
        }
        u16::try_from(found?).ok().map(OfferIx)
    }
}

fn offer(
    file: File<'_>,
    name: &At<String>,
    value: &At<Value>,
    currency: Option<Currency>,
    told: &mut Mistakes,
) -> Option<Offer> {
    if !words::is_id(&name.value) {
        told.tell(bad_id(file, "offer", &name.value, Some(name.span.clone())));
    }
    let Value::Table(table) = &value.value else {
        told.tell(
            Diagnostic::error(
                "foresend::wrong_type",
                file.name,
                format!("the offer `{}` cannot be {}", name.value, value.value.noun()),
            )
            .at(value.span.clone(), value.value.noun())
            .help(format!(
                "write it like `{} = {{ says = \"10 % off\", codes = \"single-use\", lasts = \"72h\", cost = \"10% of order\" }}`",
                name.value
            )),
        );
        return None;
    };
    let reader = Reader::new(file, table, &keys::OFFER, name.span.clone(), told);
    let says = reader.required_text("says", told);
    let codes = codes(&reader, told);
    reader.require("lasts", &[], told);
    let lasts = reader.some_duration("lasts", told);
    let once = reader.some_duration("once", told);
    let cost = cost(&reader, currency, told);
    Some(Offer {
        name: name.value.clone(),
        says: says?.value.to_owned(),
        codes: codes?,
        lasts: lasts?.value,
        once: once.map(|once| once.value),
        cost: cost?,
    })
}

fn codes(reader: &Reader<'_>, told: &mut Mistakes) -> Option<Codes> {
    reader.require("codes", &["code"], told);
    match reader.one_of("codes", &SOURCES, told)? {
        Source::Shared => {
            let code = reader.required_text("code", told)?;
            let is_code = code.value.len() <= CODE_MAX
                && !code.value.contains(|c: char| c.is_whitespace() || c.is_control());
            if !is_code {
                told.tell(
                    Diagnostic::error(
                        "foresend::bad_value",
                        reader.file.name,
                        format!("`{}` cannot be a code", code.value),
                    )
                    .at(code.span, "read here")
                    .help(format!(
                        "a code is one word of at most {CODE_MAX} letters, such as `HELLO10`"
                    )),
                );
                return None;
            }
            Some(Codes::Shared(code.value.to_owned()))
        }
        Source::SingleUse => {
            if let Some((key, value)) = reader.entry("code") {
                told.tell(
                    Diagnostic::error(
                        "foresend::out_of_place",
                        reader.file.name,
                        "`code` belongs to `codes = \"shared\"`, and these codes are single-use",
                    )
                    .at(key.span.start..value.span.end, "out of place here")
                    .help("leave `code` out: each customer gets a code of a pool; or write `codes = \"shared\"`"),
                );
            }
            Some(Codes::SingleUse)
        }
    }
}

/// "10% of order", or money.
fn cost(reader: &Reader<'_>, currency: Option<Currency>, told: &mut Mistakes) -> Option<Cost> {
    let text = reader.required_text("cost", told)?;
    if let Some(share) =
        text.value.strip_suffix("of order").and_then(|rest| Share::of(rest.trim_end()))
    {
        return Some(Cost::OfOrder(share.ppm()));
    }
    // Without a currency, of which is told, nobody knows how many digits an amount may have.
    let currency = currency?;
    let amount = money(text.value, currency.minor_digits);
    if amount.is_none() {
        let message = format!("`{}` is not what an offer can cost", text.value);
        told.tell(
            Diagnostic::error("foresend::bad_cost", reader.file.name, message)
                .at(
                    text.span,
                    format!("a share of the order or an amount of {} was expected", currency.code),
                )
                .help(meant(text.value, currency)),
        );
    }
    amount.map(Cost::Fixed)
}

/// `5` or `5.00`, never with more digits than the currency has.
fn money(text: &str, minor_digits: u8) -> Option<Money> {
    let (whole, minor) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let digits = usize::from(minor_digits);
    if whole.is_empty() || whole.len() > 12 || !all_digits(whole) || !all_digits(minor) {
        return None;
    }
    if text.contains('.') && minor.len() != digits {
        return None;
    }
    format!("{whole}{minor:0<digits$}").parse().ok().map(Money::from_minor)
}

/// How the author of "£5" or "10%" would have written it here.
fn meant(text: &str, currency: Currency) -> String {
    let number: String = text.chars().filter(|c| c.is_ascii_digit() || ".,".contains(*c)).collect();
    let number = number.replace(',', ".");
    let digits = usize::from(currency.minor_digits);
    let written = if text.contains('%') {
        let share = format!("{}%", number.trim_end_matches('.'));
        Share::of(&share).map(|share| format!("{share} of order"))
    } else {
        amount_meant(&number, digits)
            .filter(|amount| money(amount, currency.minor_digits).is_some())
    };
    written.map_or_else(
        || {
            let example =
                if digits == 0 { "500".to_owned() } else { format!("5.{:0<digits$}", "") };
            format!("write `10% of order`, or an amount of {}: `{example}`", currency.code)
        },
        |written| format!("write `{written}`"),
    )
}

/// "5.5" with two digits behind the point. What would have to be rounded is not guessed.
fn amount_meant(number: &str, digits: usize) -> Option<String> {
    let (whole, minor) = number.split_once('.').unwrap_or((number, ""));
    let (kept, cut) = minor.split_at_checked(digits).unwrap_or((minor, ""));
    if cut.bytes().any(|b| b != b'0') {
        return None;
    }
    Some(if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept:0<digits$}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_the_digits_of_its_currency_or_none() {
        for (written, digits, minor) in
            [("5", 2, 500), ("5.00", 2, 500), ("0.50", 2, 50), ("500", 0, 500), ("1.250", 3, 1_250)]
        {
            assert_eq!(money(written, digits), Some(Money::from_minor(minor)), "{written}");
        }
        for (wrong, digits) in [
            ("", 2),
            ("5.", 2),
            ("5.5", 2),
            ("5.005", 2),
            (".50", 2),
            ("-5", 2),
            ("£5", 2),
            ("5,00", 2),
            ("5.00", 0),
            ("1234567890123", 2),
        ] {
            assert_eq!(money(wrong, digits), None, "{wrong}");
        }
    }

    #[test]
    fn a_near_miss_of_a_cost_is_mended() {
        let pounds = Currency::of("GBP").unwrap();
        let yen = Currency::of("JPY").unwrap();
        for (written, currency, help) in [
            ("£5", pounds, "write `5`"),
            ("5,00 GBP", pounds, "write `5.00`"),
            ("5.5", pounds, "write `5.50`"),
            ("5.000", pounds, "write `5.00`"),
            ("10%", pounds, "write `10% of order`"),
            ("10 % of orders", pounds, "write `10% of order`"),
            ("5.00", yen, "write `5`"),
            ("5.005", pounds, "write `10% of order`, or an amount of GBP: `5.00`"),
            ("little", yen, "write `10% of order`, or an amount of JPY: `500`"),
        ] {
            assert_eq!(meant(written, currency), help, "{written}");
        }
    }
}
