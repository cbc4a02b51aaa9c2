//! How numbers, sums of money and dates are written for a language and a country. What is not listed is written plainly
//! and unmistakably: 1,234.50 and 2026-03-02.
//! Source: Unicode CLDR 46, decimal and group separators, currency patterns and medium dates.

use foresend_core::calendar::Day;
use foresend_core::money::Amount;
use foresend_program::Currency;

/// How one writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Locale {
    decimal: char,
    group: &'static str,
    /// The sign of a currency stands before the sum; else behind it.
    sign_first: bool,
    date: DateForm,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum DateForm {
    /// 2 March 2026
    DayMonthName,
    /// March 2, 2026
    MonthNameDay,
    /// 02.03.2026
    Points,
    /// 02/03/2026
    Slashes,
    /// 2026-03-02
    Iso,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// A blank that no line is broken at.
const BLANK: &str = "\u{a0}";
/// The same, narrow.
const NARROW: &str = "\u{202f}";

impl Locale {
    /// The locale of a tag such as "en-GB"; the country may be missing.
    #[must_use]
    pub(super) fn of(tag: &str) -> Self {
        let (language, country) = tag.split_once(['-', '_']).unwrap_or((tag, ""));
        let of = |decimal, group, sign_first, date| Self { decimal, group, sign_first, date };
        match (language.to_ascii_lowercase().as_str(), country.to_ascii_uppercase().as_str()) {
            ("en", "US") => of('.', ",", true, DateForm::MonthNameDay),
            ("en", _) => of('.', ",", true, DateForm::DayMonthName),
            ("de", "CH" | "LI") => of('.', "’", true, DateForm::Points),
            ("de", "AT") => of(',', BLANK, true, DateForm::Points),
            ("de" | "da" | "tr", _) => of(',', ".", false, DateForm::Points),
            ("nl", _) => of(',', ".", true, DateForm::Iso),
            ("fr", "CH") => of(',', NARROW, false, DateForm::Points),
            ("fr", _) => of(',', NARROW, false, DateForm::Slashes),
            ("es", "MX" | "US") => of('.', ",", true, DateForm::Slashes),
            ("es" | "it", _) => of(',', ".", false, DateForm::Slashes),
            ("pt", "BR") => of(',', ".", true, DateForm::Slashes),
            ("pt", _) => of(',', BLANK, false, DateForm::Slashes),
            ("cs" | "fi" | "nb" | "no" | "pl" | "ru" | "sk" | "uk", _) => {
                of(',', BLANK, false, DateForm::Points)
            }
            ("sv", _) => of(',', BLANK, false, DateForm::Iso),
            (_, _) => of('.', ",", true, DateForm::Iso),
        }
    }

    /// A sum of money, with all its minor digits.
    #[must_use]
    pub(super) fn money(self, amount: Amount, currency: Currency) -> String {
        let minor = amount.minor(currency.minor_digits).minor();
        let number = self.digits(minor, currency.minor_digits);
        let (minus, number) = number.strip_prefix('−').map_or(("", &*number), |rest| ("−", rest));
        let sign = currency.symbol.trim_end_matches(BLANK);
        match self.sign_first {
            // A sign of its own stands close by, a code apart.
            true => format!("{minus}{}{number}", currency.symbol),
            false => format!("{minus}{number}{BLANK}{sign}"),
        }
    }

    /// A number: whole, or with up to four places.
    #[must_use]
    pub(super) fn number(self, amount: Amount) -> String {
        let whole = self.digits(amount.parts(), 4);
        let short = whole.trim_end_matches('0');
        short.strip_suffix(self.decimal).unwrap_or(short).to_owned()
    }

    /// A date.
    #[must_use]
    pub(super) fn date(self, day: Day) -> String {
        let (year, month, date) = day.year_month_day();
        let name = || MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or_default();
        match self.date {
            DateForm::DayMonthName => format!("{date} {} {year}", name()),
            DateForm::MonthNameDay => format!("{} {date}, {year}", name()),
            DateForm::Points => format!("{date:02}.{month:02}.{year}"),
            DateForm::Slashes => format!("{date:02}/{month:02}/{year}"),
            DateForm::Iso => day.to_string(),
        }
    }

    /// `parts`, of which one whole has 10^`places`.
    fn digits(self, parts: i64, places: u8) -> String {
        let minus = if parts < 0 { "−" } else { "" };
        let unit = 10u64.pow(u32::from(places));
        let (whole, rest) = (parts.unsigned_abs() / unit, parts.unsigned_abs() % unit);
        let mut grouped = String::new();
        let digits = whole.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push_str(self.group);
            }
            grouped.push(digit);
        }
        match places {
            0 => format!("{minus}{grouped}"),
            places => {
                format!("{minus}{grouped}{}{rest:0>width$}", self.decimal, width = places.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_its_readers_write_it() {
        let money = |tag: &str, code: &str, parts| {
            Locale::of(tag).money(Amount::from_parts(parts), Currency::of(code).unwrap())
        };
        assert_eq!(money("en-GB", "GBP", 890_000), "£89.00");
        assert_eq!(money("en-US", "USD", 12_345_678_900), "$1,234,567.89");
        assert_eq!(money("de-DE", "EUR", 12_345_000), "1.234,50\u{a0}€");
        assert_eq!(money("fr", "EUR", 12_345_000), "1\u{202f}234,50\u{a0}€");
        assert_eq!(money("en", "JPY", 9_800_000), "¥980");
        assert_eq!(money("en", "CHF", 500), "CHF\u{a0}0.05");
        assert_eq!(money("sv-SE", "SEK", 1_000_000), "100,00\u{a0}SEK");
        assert_eq!(money("en-GB", "GBP", -890_000), "−£89.00");
        assert_eq!(money("xx", "GBP", 10_000_000), "£1,000.00");
    }

    #[test]
    fn numbers_are_as_short_as_they_are() {
        let number = |tag: &str, parts| Locale::of(tag).number(Amount::from_parts(parts));
        assert_eq!(number("en-GB", 300_000), "30");
        assert_eq!(number("en-GB", 0), "0");
        assert_eq!(number("de", 15_000), "1,5");
        assert_eq!(number("en", 12_345_678), "1,234.5678");
        assert_eq!(number("en", -15_000), "−1.5");
    }

    #[test]
    fn dates_are_written_as_their_readers_write_them() {
        let date = |tag: &str| Locale::of(tag).date(Day::of(2026, 3, 2).unwrap());
        let all = ["en-GB", "en_US", "de", "fr-FR", "sv"].map(date);
        let expected = ["2 March 2026", "March 2, 2026", "02.03.2026", "02/03/2026", "2026-03-02"];
        assert_eq!(all, expected);
    }
}
