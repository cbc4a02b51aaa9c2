//! One cell: what a text of the catalogue means under its column's type, or what its author probably meant.

use foresend_core::calendar::Day;
use foresend_core::money::Amount;
use foresend_core::world::event::PropertyType;
use foresend_core::world::value::Kept;

/// Why a text is not what its column holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wrong {
    /// "is not a number"
    pub(super) is: &'static str,
    /// What to write instead.
    pub(super) help: String,
}

/// What `text`, which is not blank, means as a `found`.
pub(super) fn read(text: &str, found: PropertyType) -> Result<Kept, Wrong> {
    match found {
        PropertyType::Text => Ok(Kept::Text(text.into())),
        PropertyType::Number => number(text).map(Kept::Number),
        PropertyType::Date => Day::parse(text).map(Kept::Date).ok_or_else(|| Wrong {
            is: "is not a date",
            help: match date_meant(text) {
                Some(meant) => format!("write `{meant}`"),
                None => "write year, month and day: `2026-03-02`".to_owned(),
            },
        }),
        PropertyType::Bool => truth(text).map(Kept::Bool).ok_or_else(|| Wrong {
            is: "is not a yes or no",
            help: "write `true` or `false`".to_owned(),
        }),
    }
}

/// A number in digits, with a point and at most four more behind it.
fn number(text: &str) -> Result<Amount, Wrong> {
    match amount(text) {
        Ok(amount) => Ok(amount),
        Err(NoAmount::Form) => Err(Wrong { is: "is not a number", help: number_meant(text) }),
        Err(NoAmount::TooFine) => Err(Wrong {
            is: "has too many digits behind the point",
            help: "write at most four digits behind the point".to_owned(),
        }),
        Err(NoAmount::TooLarge) => Err(Wrong {
            is: "is too large",
            help: "a number is at most 922,337,203,685,477".to_owned(),
        }),
    }
}

/// Why a text is no amount.
enum NoAmount {
    Form,
    TooFine,
    TooLarge,
}

fn amount(text: &str) -> Result<Amount, NoAmount> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(NoAmount::Form);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 4 {
        return Err(NoAmount::TooFine);
    }
    // Leading zeros do not make a number large.
    let whole = whole.trim_start_matches('0');
    let parts = format!("0{whole}{fraction:0<4}").parse::<i64>();
    parts.map(|parts| Amount::from_parts(sign * parts)).map_err(|_| NoAmount::TooLarge)
}

/// "£1,299.00", "12,50 EUR"
fn number_meant(text: &str) -> String {
    let number = text.trim_matches(|c: char| !c.is_ascii_digit() && c != '-');
    // In "12,5" the comma is a point; in "1,299" and "1,299.00" it parts thousands.
    let behind = number.rsplit_once(',').map_or(0, |(_, behind)| behind.len());
    let is_point = !number.contains('.') && number.matches(',').count() == 1 && behind < 3;
    let plain = number.replace(',', if is_point { "." } else { "" });
    match amount(&plain) {
        Ok(_) => format!("write `{plain}`: digits and a point alone"),
        Err(NoAmount::Form | NoAmount::TooFine | NoAmount::TooLarge) => {
            "write digits and a point alone, such as `12.50`".to_owned()
        }
    }
}

/// "2026-3-2", "2026-03-02T10:00:00Z". Which of two numbers is the month in "02/03/2026" is not guessed.
fn date_meant(text: &str) -> Option<String> {
    let day = text.split(['T', ' ']).next()?;
    let mut parts = day.split(['-', '/', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |text: &str| {
        !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit())
    };
    if parts.next().is_some() || year.len() != 4 || !is_number(month) || !is_number(day) {
        return None;
    }
    let meant = format!("{year}-{month:0>2}-{day:0>2}");
    Day::parse(&meant).map(|_| meant)
}

/// As shop systems write it.
fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrong(text: &str, found: PropertyType, is: &str, help: &str) {
        let wrong = read(text, found).unwrap_err();
        assert_eq!((wrong.is, wrong.help.as_str()), (is, help), "{text}");
    }

    #[test]
    fn a_number_is_exact_or_refused() {
        for (text, parts) in [
            ("12.50", 125_000),
            ("0", 0),
            ("-0.5", -5_000),
            ("007", 70_000),
            ("1.2340000", 12_340),
            ("922337203685477.5807", i64::MAX),
        ] {
            assert_eq!(
                read(text, PropertyType::Number),
                Ok(Kept::Number(Amount::from_parts(parts)))
            );
        }
        let is = "is not a number";
        wrong("£1,299.00", PropertyType::Number, is, "write `1299.00`: digits and a point alone");
        wrong("12,50", PropertyType::Number, is, "write `12.50`: digits and a point alone");
        wrong("1,299 EUR", PropertyType::Number, is, "write `1299`: digits and a point alone");
        let example = "write digits and a point alone, such as `12.50`";
        wrong("1e3", PropertyType::Number, is, example);
        for text in ["ten", ".5", "5.", "--5", "+5", "nan", "１"] {
            assert_eq!(read(text, PropertyType::Number).unwrap_err().is, is, "{text}");
        }
        for (text, is) in [
            ("1.23456", "has too many digits behind the point"),
            ("922337203685477.5808", "is too large"),
            ("99999999999999999999999", "is too large"),
        ] {
            assert_eq!(read(text, PropertyType::Number).unwrap_err().is, is, "{text}");
        }
    }

    #[test]
    fn a_date_is_a_day_that_exists() {
        for (text, days) in
            [("1970-01-01", 0), ("1969-12-31", -1), ("2000-03-01", 11_017), ("2024-02-29", 19_782)]
        {
            assert_eq!(
                read(text, PropertyType::Date),
                Ok(Kept::Date(Day::numbered(days).unwrap())),
                "{text}"
            );
        }
        let is = "is not a date";
        wrong("2026-3-2", PropertyType::Date, is, "write `2026-03-02`");
        wrong("2026-03-02T10:00:00Z", PropertyType::Date, is, "write `2026-03-02`");
        wrong("02/03/2026", PropertyType::Date, is, "write year, month and day: `2026-03-02`");
        wrong("2026-02-30", PropertyType::Date, is, "write year, month and day: `2026-03-02`");
        wrong("2026-ä-1", PropertyType::Date, is, "write year, month and day: `2026-03-02`");
    }

    #[test]
    fn a_yes_or_no_is_written_as_shop_systems_do() {
        assert_eq!(read("TRUE", PropertyType::Bool), Ok(Kept::Bool(true)));
        assert_eq!(read("no", PropertyType::Bool), Ok(Kept::Bool(false)));
        wrong("maybe", PropertyType::Bool, "is not a yes or no", "write `true` or `false`");
    }
}
