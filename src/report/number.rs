//! Numbers as a report prints them: exact integers in thousands, a sign on every difference, a fixed number of
//! decimals per column. A rate is divided here and nowhere earlier.
//!
//! A space inside a number or before its unit is a no-break one (U+00A0), so that prose never wraps there; the
//! page prints it as a plain space.

use super::page::Letters;
use foresend_insight::increment::Increment;
use foresend_program::Currency;

/// A rate of fewer than this many says nothing.
const DENOMINATOR_MIN: u64 = 20;

/// `82,412`
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 order`, `2 orders`
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{}\u{a0}{noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// `+825`, `−121`, `0`
pub(crate) fn signed(number: i64) -> String {
    format!("{}{}", sign(number), count(number.unsigned_abs()))
}

/// `39.4 %` of `of`; `–` where `of` is too small.
pub(crate) fn rate(part: u64, of: u64, decimals: usize) -> String {
    match share(part, of) {
        Some(share) => format!("{share:.decimals$}\u{a0}%"),
        None => "–".to_owned(),
    }
}

/// `+3.4 %` of `of`; `–` where `of` is too small.
pub(crate) fn signed_rate(difference: i64, of: u64) -> String {
    match share(difference.unsigned_abs(), of) {
        Some(share) => format!("{}{share:.1}\u{a0}%", sign(difference)),
        None => "–".to_owned(),
    }
}

/// A difference in hundredths of `of`. `None` where `of` is too small to divide by.
pub(crate) fn signed_share(difference: i64, of: u64) -> Option<f64> {
    let share = share(difference.unsigned_abs(), of)?;
    Some(if difference < 0 { -share } else { share })
}

/// `part` in hundredths of `of`. `None` where `of` is too small to divide by.
#[expect(clippy::cast_precision_loss, reason = "a rate is shown to three digits")]
pub(crate) fn share(part: u64, of: u64) -> Option<f64> {
    (of >= DENOMINATOR_MIN).then(|| part as f64 * 100.0 / of as f64)
}

/// `±62`, or why there is none.
pub(crate) fn noise(increment: &Increment) -> String {
    match increment.noise {
        Some(noise) => count_noise(noise),
        None => "too few changed".to_owned(),
    }
}

/// `±62`
pub(crate) fn count_noise(noise: f64) -> String {
    format!("±{}", count(rounded(noise)))
}

/// To the nearest whole number; beyond the largest, the largest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never negative, and saturating is what the doc says"
)]
pub(crate) fn rounded(number: f64) -> u64 {
    number.round().max(0.0) as u64
}

/// Rounded up to three digits: a size nobody should read as exact.
pub(crate) fn roughly(number: u64) -> String {
    let mut unit = 1;
    while number / unit >= 1000 {
        unit *= 10;
    }
    count(number.div_ceil(unit).saturating_mul(unit))
}

/// `12.4 s`, `640 ms`, `3 h 20 min`
pub(crate) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{}\u{a0}ms", rounded(s * 1000.0)),
        s if s < 600.0 => format!("{s:.2}\u{a0}s"),
        s if s < 3600.0 => format!("{}\u{a0}min", rounded(s / 60.0)),
        s => {
            let minutes = rounded(s / 60.0);
            format!("{}\u{a0}h {}\u{a0}min", minutes / 60, minutes % 60)
        }
    }
}

/// `+£47,308`: whole units, rounded half away from zero.
pub(crate) fn signed_money(minor: i64, currency: Currency, letters: Letters) -> String {
    let unit = 10u64.pow(currency.minor_digits.into());
    let whole = (minor.unsigned_abs() + unit / 2) / unit;
    let sign = if whole == 0 { "" } else { sign(minor) };
    format!("{sign}{}{}", symbol(currency, letters), count(whole))
}

/// `£4,310`: whole units of what is not negative.
pub(crate) fn money(minor: i64, currency: Currency, letters: Letters) -> String {
    signed_money(minor, currency, letters).replacen('+', "", 1)
}

/// `±£4,310`, of a noise in minor units.
pub(crate) fn money_noise(minor: f64, currency: Currency, letters: Letters) -> String {
    let whole = minor / 10f64.powi(currency.minor_digits.into());
    format!("±{}{}", symbol(currency, letters), count(rounded(whole)))
}

/// Most signs of currencies are not ASCII; codes are.
fn symbol(currency: Currency, letters: Letters) -> String {
    match letters {
        Letters::Unicode => currency.symbol.to_owned(),
        Letters::Ascii => format!("{}\u{a0}", currency.code),
    }
}

fn sign(number: i64) -> &'static str {
    match number {
        ..=-1 => "−",
        0 => "",
        1.. => "+",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_thousands_and_differences_a_sign() {
        assert_eq!(
            [count(0), count(999), count(1000), count(71_204_118)],
            ["0", "999", "1,000", "71,204,118"]
        );
        assert_eq!([signed(825), signed(-1121), signed(0)], ["+825", "−1,121", "0"]);
        assert_eq!([counted(1, "order"), counted(2, "order")], ["1\u{a0}order", "2\u{a0}orders"]);
    }

    #[test]
    fn a_rate_of_too_few_is_a_dash() {
        assert_eq!([rate(30, 19, 1), rate(1, 20, 1), rate(0, 0, 3)], ["–", "5.0\u{a0}%", "–"]);
        assert_eq!(
            [signed_rate(-121, 24_180), signed_rate(825, 24_180)],
            ["−0.5\u{a0}%", "+3.4\u{a0}%"]
        );
    }

    #[test]
    fn money_is_rounded_to_whole_units_of_its_currency() {
        let signed =
            |minor, code, letters| signed_money(minor, Currency::of(code).unwrap(), letters);
        let pounds = |minor| signed(minor, "GBP", Letters::Unicode);
        assert_eq!([4_730_750, -49, -50].map(pounds), ["+£47,308", "£0", "−£1"]);
        assert_eq!(signed(1234, "JPY", Letters::Unicode), "+¥1,234");
        assert_eq!(signed(1234, "EUR", Letters::Ascii), "+EUR\u{a0}12");
        let yen = Currency::of("JPY").unwrap();
        assert_eq!(money_noise(99.6, yen, Letters::Unicode), "±¥100");
    }

    #[test]
    fn a_size_is_rounded_up_to_three_digits() {
        assert_eq!([roughly(7), roughly(999), roughly(2_411_001)], ["7", "999", "2,420,000"]);
        assert_eq!(roughly(u64::MAX), count(u64::MAX));
    }

    #[test]
    fn a_duration_has_the_unit_that_fits() {
        assert_eq!(
            [seconds(0.0126), seconds(12.713), seconds(1234.0), seconds(12_000.0)],
            ["13\u{a0}ms", "12.71\u{a0}s", "21\u{a0}min", "3\u{a0}h 20\u{a0}min"]
        );
    }
}
