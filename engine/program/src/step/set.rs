//! `set`: traits of the customer, and the values they get. A value is of its trait's type, as program.toml declares it.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::known::Known;
use crate::text::read::Reader;
use crate::text::tree::{At, Value};
use foresend_core::calendar::Day;
use foresend_core::money::Amount;
use foresend_core::world::event::PropertyType;
use foresend_core::world::value::{Kept, TraitIx};

/// Longest text that may be set, in bytes.
const TEXT_MAX: usize = 1_000;

/// What a step sets; `None` where it is wrong, which is told.
pub(super) fn read(
    reader: &Reader<'_>,
    value: &At<Value>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<Vec<(TraitIx, Kept)>> {
    let Value::Table(table) = &value.value else {
        reader.wrong_type("set", value, told);
        return None;
    };
    if table.entries.is_empty() {
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, "this step sets nothing")
                .at(value.span.clone(), "an empty table")
                .help("name a trait and its value: `set = { tier = \"gold\" }`"),
        );
    }
    let mut set = Vec::new();
    for (name, value) in &table.entries {
        let as_text = At { value: name.value.as_str(), span: name.span.clone() };
        let Some((ix, wanted)) = known.customer_trait(reader.file, &as_text, told) else {
            continue;
        };
        let written = reader.file.slice(&value.span);
        match kept(wanted, &value.value, written) {
            Ok(kept) => set.push((ix, kept)),
            Err(wrong) => told.tell(told_wrong(reader, &name.value, wanted, value, &wrong)),
        }
    }
    (set.len() == table.entries.len() && !set.is_empty()).then_some(set)
}

/// Why a value is none of a trait.
enum Wrong {
    /// It is of another type.
    Type(&'static str),
    /// It is of the right one, and cannot be kept: why, and what to write.
    Value(&'static str, &'static str),
}

fn told_wrong(
    reader: &Reader<'_>,
    name: &str,
    wanted: PropertyType,
    value: &At<Value>,
    wrong: &Wrong,
) -> Diagnostic {
    let (wanted, noun) = (noun(wanted), value.value.noun());
    let (message, label, help) = match wrong {
        Wrong::Type(help) => {
            (format!("the trait `{name}` is {wanted}, and this is {noun}"), noun, help)
        }
        Wrong::Value(why, help) => {
            (format!("the trait `{name}` cannot have this value"), *why, help)
        }
    };
    Diagnostic::error("foresend::wrong_type", reader.file.name, message)
        .at(value.span.clone(), label)
        .help(*help)
}

const fn noun(of: PropertyType) -> &'static str {
    match of {
        PropertyType::Text => "text",
        PropertyType::Number => "a number",
        PropertyType::Date => "a date",
        PropertyType::Bool => "true or false",
    }
}

/// The value as it is kept. `written`: as it stands in the file.
fn kept(wanted: PropertyType, value: &Value, written: &str) -> Result<Kept, Wrong> {
    match wanted {
        PropertyType::Text => {
            let Value::Text(text) = value else {
                return Err(Wrong::Type("write it in quotes: `\"gold\"`"));
            };
            let fits = text.len() <= TEXT_MAX;
            let kept = fits.then(|| Kept::Text(text.as_str().into()));
            kept.ok_or(Wrong::Value("too long", "a text has 1,000 bytes at most"))
        }
        PropertyType::Number => {
            if !matches!(value, Value::Integer(_) | Value::Float) {
                return Err(Wrong::Type("write a number, without quotes: `150`"));
            }
            number(written).map(Kept::Number).ok_or(Wrong::Value(
                "not kept exactly",
                "a number has 14 digits before the point at most, and four behind it",
            ))
        }
        PropertyType::Date => {
            let day = match value {
                Value::Text(text) => Day::parse(text),
                Value::Date(date) => date.and_then(|(year, month, day)| {
                    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
                    Day::of(i32::from(year), month, day)
                }),
                Value::Integer(_)
                | Value::Float
                | Value::Bool(_)
                | Value::List(_)
                | Value::Table(_) => return Err(Wrong::Type(DATE)),
            };
            day.map(Kept::Date).ok_or(Wrong::Value("no such day", DATE))
        }
        PropertyType::Bool => match value {
            Value::Bool(yes) => Ok(Kept::Bool(*yes)),
            Value::Text(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Date(_)
            | Value::List(_)
            | Value::Table(_) => Err(Wrong::Type("write `true` or `false`, without quotes")),
        },
    }
}

const DATE: &str = "write a day of the calendar: `\"2026-03-02\"`";

/// A number as TOML writes it, without an exponent, exactly.
fn number(written: &str) -> Option<Amount> {
    let plain = written.replace('_', "");
    let (digits, is_negative) = match plain.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (plain.strip_prefix('+').unwrap_or(&plain), false),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !all_digits(whole, 14) || !all_digits(fraction, 4) {
        return None;
    }
    let parts = format!("{whole}{fraction:0<4}").parse::<i64>().ok()?;
    Some(Amount::from_parts(if is_negative { -parts } else { parts }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_exactly() {
        for (written, parts) in [
            ("150", 1_500_000),
            ("-1.5", -15_000),
            ("+0.0001", 1),
            ("1_000", 10_000_000),
            ("99999999999999", 999_999_999_999_990_000),
        ] {
            assert_eq!(number(written), Some(Amount::from_parts(parts)), "{written}");
        }
        for wrong in ["", "1e3", "inf", "nan", "0x1F", "1.00001", "100000000000000", "1.", "--1"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }
}
