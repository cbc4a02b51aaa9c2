//! Prices: the decimal number that somebody wrote, to the ten-thousandth, rounded half away from zero. Worked out on the
//! digits: as floats 1.00005 and its like would fall to either side.

use foresend_core::money::Amount;

/// `19.9`, `-3`, `1.5e2`, as JSON writes numbers. `None`: it is no such number, or too large to keep.
pub(super) fn amount(written: &str) -> Option<Amount> {
    let (mantissa, exponent) = match written.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (written, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    // The digits that stand left of the fourth place behind the point, and the one right of them.
    let kept = i64::try_from(whole.len()).ok()?.checked_add(i64::from(exponent))?.checked_add(4)?;
    let mut parts: i64 = 0;
    let mut digits = whole.bytes().chain(fraction.bytes()).map(|digit| i64::from(digit - b'0'));
    for _ in 0..kept {
        let digit = digits.next();
        if digit.is_none() && parts == 0 {
            break; // 0e999999999 is still nothing
        }
        parts = parts.checked_mul(10)?.checked_add(digit.unwrap_or(0))?;
    }
    let next = if kept < 0 { 0 } else { digits.next().unwrap_or(0) };
    let parts = parts.checked_add(i64::from(next >= 5))?;
    Some(Amount::from_parts(if negative { -parts } else { parts }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_rounded_as_it_is_written() {
        for (written, parts) in [
            ("19.9", Some(199_000)),
            ("0", Some(0)),
            ("-0.0", Some(0)),
            ("1.00005", Some(10_001)),
            ("1.00004999999999999999999", Some(10_000)),
            ("-1.00005", Some(-10_001)),
            ("2.675", Some(26_750)),
            ("1.5e2", Some(1_500_000)),
            ("15E-1", Some(15_000)),
            ("5e-5", Some(1)),
            ("4.9e-5", Some(0)),
            ("9e-6", Some(0)),
            ("9e-99", Some(0)),
            ("0e2147483647", Some(0)),
            ("1e2147483647", None),
            ("1e-2147483648", Some(0)),
            ("1e99999999999", None),
            ("922337203685477.5807", Some(i64::MAX)),
            ("922337203685477.5808", None),
            ("00000000000000000000000000000000000000000000000000012.5", Some(125_000)),
            ("", None),
            ("-", None),
            (".5", None),
            ("12,50", None),
            ("£3", None),
            ("NaN", None),
        ] {
            assert_eq!(amount(written).map(Amount::parts), parts, "{written}");
        }
    }

    proptest::proptest! {
        #[test]
        fn cents_are_exact(cents in -10_000_000_000i64..10_000_000_000) {
            let sign = if cents < 0 { "-" } else { "" };
            let written = format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100);
            proptest::prop_assert_eq!(amount(&written), Some(Amount::from_parts(cents * 100)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-0-9.eE+]{0,60}|.{0,20}") {
            let _: Option<Amount> = amount(&text);
        }
    }
}
