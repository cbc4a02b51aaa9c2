//! Numbers on a screen: at most six columns, so that nothing jumps; a rate is divided here and nowhere earlier.

pub(crate) use foresend_insight::board::thousands;

/// A rate of fewer than this many says nothing.
pub(crate) const DENOMINATOR_MIN: u64 = 20;

/// `9,412`, `48.2k`, `1.51M`
pub(crate) fn count(number: u64) -> String {
    match number {
        0..=9_999 => thousands(number),
        10_000..=999_949 => short(number, 1_000, 1, "k"),
        999_950..=99_994_999 => short(number, 1_000_000, 2, "M"),
        99_995_000..=999_949_999 => short(number, 1_000_000, 1, "M"),
        _ => short(number, 1_000_000_000, 2, "B"),
    }
}

/// `number` in `unit`s, rounded to the nearest.
fn short(number: u64, unit: u64, decimals: usize, letter: &str) -> String {
    let parts = 10u64.pow(u32::try_from(decimals).unwrap_or(0));
    let scaled = (u128::from(number) * u128::from(parts) + u128::from(unit / 2)) / u128::from(unit);
    let (whole, rest) = (scaled / u128::from(parts), scaled % u128::from(parts));
    format!("{whole}.{rest:0decimals$}{letter}")
}

/// `+825`, `−1,245`, `0`
pub(crate) fn signed(number: i64) -> String {
    format!("{}{}", sign(number as f64), count(number.unsigned_abs()))
}

fn sign(number: f64) -> &'static str {
    match number {
        number if number > 0.0 => "+",
        number if number < 0.0 => "−",
        _ => "",
    }
}

/// `39.4 %` of `of`; `–` where `of` is too small.
pub(crate) fn rate(part: u64, of: u64, decimals: usize) -> String {
    match share(part, of) {
        Some(share) => format!("{share:.decimals$} %"),
        None => "–".to_owned(),
    }
}

/// `part` in hundredths of `of`. `None` where `of` is too small to divide by.
pub(crate) fn share(part: u64, of: u64) -> Option<f64> {
    (of >= DENOMINATOR_MIN).then(|| part as f64 * 100.0 / of as f64)
}

/// `+0.4`, `−0.1`, `0.0`: a difference, with as many decimals.
pub(crate) fn difference(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    format!("{}{text}", if is_zero { "" } else { sign(value) })
}

/// `£74.9k`, `−£7,412`
pub(crate) fn money(minor: i64, (currency, digits): (&str, u8)) -> String {
    let major = minor.unsigned_abs() / 10u64.pow(u32::from(digits));
    let minus = if minor < 0 { "−" } else { "" };
    format!("{minus}{}{}", symbol(currency), count(major))
}

/// `£0.95`: a small amount, to the minor unit.
pub(crate) fn money_each(minor: i64, of: u64, (currency, digits): (&str, u8)) -> Option<String> {
    if of < DENOMINATOR_MIN {
        return None;
    }
    let each = minor as f64 / of as f64 / 10f64.powi(i32::from(digits));
    let minus = if each < 0.0 { "−" } else { "" };
    Some(format!("{minus}{}{:.*}", symbol(currency), usize::from(digits), each.abs()))
}

fn symbol(currency: &str) -> String {
    match currency {
        "GBP" => "£".to_owned(),
        "EUR" => "€".to_owned(),
        "USD" => "$".to_owned(),
        other => format!("{other} "),
    }
}

/// A duration of so many microseconds: `640 µs`, `4.6 ms`, `12.4 s`.
pub(crate) fn micros(micros: u64) -> String {
    match micros {
        0..=999 => format!("{micros} µs"),
        1_000..=999_949 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.1} s", micros as f64 / 1e6),
    }
}

/// `412 MB`, `1.0 GB`
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        0..=999_499_999 => format!("{} MB", (bytes + 500_000) / 1_000_000),
        999_500_000..=9_949_999_999 => format!("{:.1} GB", bytes as f64 / 1e9),
        _ => format!("{} GB", (bytes + 500_000_000) / 1_000_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_never_takes_more_than_six_columns() {
        for (number, text) in [
            (0, "0"),
            (9_999, "9,999"),
            (10_000, "10.0k"),
            (48_249, "48.2k"),
            (531_820, "531.8k"),
            (999_949, "999.9k"),
            (999_950, "1.00M"),
            (1_507_000, "1.51M"),
            (99_994_999, "99.99M"),
            (99_995_000, "100.0M"),
            (999_949_999, "999.9M"),
            (4_320_388_000, "4.32B"),
        ] {
            assert_eq!(count(number), text);
            assert!(text.chars().count() <= 6);
        }
    }

    #[test]
    fn a_rate_of_few_says_nothing_and_a_difference_of_nothing_has_no_sign() {
        assert_eq!((rate(3, 19, 1), rate(3, 20, 1)), ("–".to_owned(), "15.0 %".to_owned()));
        assert_eq!(
            [0.04, -0.04, 0.05, -0.1].map(|of| difference(of, 1)),
            ["0.0", "0.0", "+0.1", "−0.1"]
        );
    }

    #[test]
    fn money_is_humanised_and_an_amount_each_is_not() {
        let pounds = ("GBP", 2);
        assert_eq!(money(7_490_012, pounds), "£74.9k");
        assert_eq!(
            (money(-741_200, pounds), money(500, ("JPY", 0))),
            ("−£7,412".to_owned(), "JPY 500".to_owned())
        );
        assert_eq!(money_each(7_490_012, 79_200, pounds).as_deref(), Some("£0.95"));
        assert_eq!(money_each(100, 3, pounds), None);
    }

    #[test]
    fn durations_and_sizes() {
        assert_eq!([640, 4_600, 12_400_000].map(micros), ["640 µs", "4.6 ms", "12.4 s"]);
        assert_eq!(
            [412_000_000, 1_000_000_000, 41_000_000_000].map(bytes),
            ["412 MB", "1.0 GB", "41 GB"]
        );
    }
}
