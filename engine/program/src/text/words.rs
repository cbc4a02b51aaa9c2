//! The small words of the language: durations (`90m`, `2d`), parts of the day (`09:00-20:00`), rates
//! (`1 in 20h`), names. Each reader says what it makes of a text, or what the author probably meant.

use foresend_core::moment::Days;
use foresend_core::time::{DayWindow, Wait};
use foresend_core::world::limit::Rate;

/// Words that CEL keeps for itself: they name nothing in a condition, not even behind `customer.`.
pub(crate) const KEPT_BY_CEL: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

const MINUTE: i64 = 60_000;
/// Longest duration that can be written: a hundred years.
pub(crate) const LONGEST_MS: i64 = 100 * 365 * 24 * 60 * MINUTE;

/// A whole number and `m`, `h`, `d`, `w` or `y`: minutes, hours, days of 24 hours, weeks, years of 365 days.
pub(crate) fn duration(text: &str) -> Option<Wait> {
    let unit = text.chars().last()?;
    let number = text.strip_suffix(unit)?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let ms = number.parse::<i64>().ok()?.checked_mul(unit_ms(unit)?)?;
    (ms <= LONGEST_MS).then(|| Wait::from_millis(ms))
}

const fn unit_ms(unit: char) -> Option<i64> {
    match unit {
        'm' => Some(MINUTE),
        'h' => Some(60 * MINUTE),
        'd' => Some(24 * 60 * MINUTE),
        'w' => Some(7 * 24 * 60 * MINUTE),
        'y' => Some(365 * 24 * 60 * MINUTE),
        _ => None,
    }
}

/// How the author of "2 days" or "1.5h" would have written it here.
pub(crate) fn duration_meant(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = match unit.trim().trim_end_matches('.') {
        "m" | "min" | "mins" | "minute" | "minutes" => 'm',
        "h" | "hr" | "hrs" | "hour" | "hours" => 'h',
        "d" | "day" | "days" => 'd',
        "w" | "week" | "weeks" => 'w',
        "y" | "yr" | "year" | "years" => 'y',
        _ => return None,
    };
    if let Ok(whole) = number.parse::<u32>() {
        return Some(format!("{whole}{unit}"));
    }
    // Half hours and the like come out even in minutes, or are not guessed.
    let (whole, fraction) = number.split_once('.')?;
    let tenths: i64 = match fraction {
        "0" => 0,
        "25" => 25,
        "5" | "50" => 50,
        "75" => 75,
        _ => return None,
    };
    let ms = (whole.parse::<i64>().ok()? * 100 + tenths).checked_mul(unit_ms(unit)?)? / 100;
    (ms > 0 && ms <= LONGEST_MS).then(|| Wait::from_millis(ms).to_string())
}

/// A part of the day: `09:00-20:00`; it may cross midnight, and may end at `24:00`.
pub(crate) fn day_window(text: &str) -> Option<DayWindow> {
    let (from, until) = text.split_once('-')?;
    let until = match minute_of_day(until.trim())? {
        1440 => 0,
        minute => minute,
    };
    DayWindow::new(minute_of_day(from.trim())?, until)
}

/// Hours and minutes of the 24-hour clock, in minutes since midnight, up to `24:00`.
pub(crate) fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    if hours.is_empty() || hours.len() > 2 || minutes.len() != 2 || !all_digits(hours) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
    let minute = hours * 60 + minutes;
    (all_digits_of(text) && minutes < 60 && minute <= 1440).then_some(minute)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn all_digits_of(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

/// Weekdays: `tue,thu`, `mon-fri`, `fri-mon`.
pub(crate) fn days(text: &str) -> Option<Days> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = |name: &str| NAMES.iter().position(|known| *known == name.trim());
    let mut bits = 0u8;
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (mut at, last) = (day(from)?, day(to)?);
        bits |= 1 << at;
        while at != last {
            at = (at + 1) % 7;
            bits |= 1 << at;
        }
    }
    Days::new(bits)
}

/// At most so many mails in any stretch so long: `1 in 20h`.
pub(crate) fn rate(text: &str) -> Option<Rate> {
    let (most, within) = text.split_once(" in ")?;
    let most = most.trim();
    if most.is_empty() || !all_digits(most) {
        return None;
    }
    let most = most.parse::<u16>().ok()?;
    let within = duration(within.trim())?;
    (most > 0 && most <= 1000 && within > Wait::ZERO).then_some(Rate { most, within })
}

/// An id: kebab-case. Journeys, steps, topics and mails have one.
pub(crate) fn is_id(text: &str) -> bool {
    is_name(text, '-')
}

/// A name that conditions use: snake_case, since `a-b` is a subtraction there.
pub(crate) fn is_condition_name(text: &str) -> bool {
    is_name(text, '_')
}

fn is_name(text: &str, between: char) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == between)
        && !text.ends_with(between)
        && !text.contains([between; 2].iter().collect::<String>().as_str())
}

/// The name an author of "Low Spender" or "low-spender" would have written with `between`.
pub(crate) fn name_meant(text: &str, between: char) -> Option<String> {
    let mut name = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with(between) {
            name.push(between);
        }
    }
    let name = name.trim_end_matches(between).to_owned();
    is_name(&name, between).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_and_a_unit() {
        assert_eq!(duration("90m"), Some(Wait::minutes(90)));
        assert_eq!(duration("2w"), Some(Wait::days(14)));
        assert_eq!(duration("1y"), Some(Wait::days(365)));
        assert_eq!(duration("0h"), Some(Wait::ZERO));
        for wrong in [
            "",
            "h",
            "2",
            "2 d",
            "-2d",
            "+2d",
            "1.5h",
            "2days",
            "101y",
            "99999999999999999999d",
            "2ä",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_near_miss_of_a_duration_is_mended() {
        for (written, meant) in [
            ("2 days", Some("2d")),
            ("90min", Some("90m")),
            ("1.5h", Some("90m")),
            ("0.5 d", Some("12h")),
            ("30s", None),
            ("ein Tag", None),
            ("", None),
        ] {
            assert_eq!(duration_meant(written).as_deref(), meant, "{written}");
        }
    }

    #[test]
    fn a_part_of_the_day_may_cross_midnight_and_end_with_the_day() {
        assert_eq!(day_window("21:00-08:00"), DayWindow::new(1260, 480));
        assert_eq!(day_window("9:00 - 24:00"), DayWindow::new(540, 0));
        for wrong in [
            "09:00",
            "09:00-09:00",
            "00:00-24:00",
            "9-17",
            "25:00-26:00",
            "09:60-10:00",
            "+9:00-10:00",
        ] {
            assert_eq!(day_window(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_rate_is_a_number_in_a_duration() {
        assert_eq!(rate("3 in 7d"), Some(Rate { most: 3, within: Wait::days(7) }));
        for wrong in ["3", "0 in 7d", "3 in 0d", "3in7d", "three in 7d", "70000 in 7d", "3 in week"]
        {
            assert_eq!(rate(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_have_one_spelling() {
        assert!(is_id("cart-recovery") && is_id("a1"));
        for wrong in ["", "Cart", "cart_recovery", "-a", "a-", "a--b", "1a", "ä"] {
            assert!(!is_id(wrong), "{wrong}");
        }
        assert!(is_condition_name("spend_1y") && !is_condition_name("low-spender"));
        assert_eq!(name_meant("Low Spender", '_').as_deref(), Some("low_spender"));
        assert_eq!(name_meant("éàü", '-'), None);
    }
}
