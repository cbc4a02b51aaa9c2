//! `every`: days and a time of day on the customer's clock. `tue 10:00`, `mon-fri 09:00`, `1st,15th 10:00`. What is
//! nearly that is told with how its author would have written it here.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::text::read::Reader;
use crate::text::tree::At;
use crate::text::words;
use foresend_core::calendar::{Every, EveryDay, MonthDays};

/// A journey's `every`; `None`: there is none, or it is wrong, which is told.
pub(crate) fn read(journey: &Reader<'_>, told: &mut Mistakes) -> Option<Every> {
    let text = journey.text("every", told)?;
    let found = every(text.value);
    if found.is_none() {
        told.tell(wrong(journey, &text));
    }
    found
}

fn wrong(journey: &Reader<'_>, text: &At<&str>) -> Diagnostic {
    let (days, months) = kinds(text.value);
    let help = match meant(text.value) {
        Some(meant) => format!("write `{meant}`"),
        None if days && months => {
            "name days of the week or days of the month, not both: `tue,thu 10:00` or `1st,15th 10:00`"
                .to_owned()
        }
        None => "write days, a blank and a time of the 24-hour clock: `tue 10:00`, `mon-fri 09:00`, `1st,15th 10:00`"
            .to_owned(),
    };
    let message = format!("`{}` is not days and a time", text.value);
    Diagnostic::error("foresend::bad_every", journey.file.name, message)
        .at(text.span.clone(), "days and a time of day were expected")
        .help(help)
}

fn every(text: &str) -> Option<Every> {
    let (days, time) = text.trim().rsplit_once(char::is_whitespace)?;
    let minute = words::minute_of_day(time).filter(|minute| *minute < 1440)?;
    let on = match words::days(days) {
        Some(days) => EveryDay::Week(days),
        None => EveryDay::Month(month_days(days)?),
    };
    Some(Every { on, minute })
}

/// `1st,15th`
fn month_days(text: &str) -> Option<MonthDays> {
    let mut bits = 0u32;
    for part in text.split(',') {
        bits |= 1 << (ordinal(part.trim())? - 1);
    }
    MonthDays::new(bits)
}

/// `1st`, `22nd`: a day of the month with its own ending.
fn ordinal(text: &str) -> Option<u8> {
    let day = day_of_month(text)?;
    (text == with_ending(day)).then_some(day)
}

/// `1st`, as the core spells it.
fn with_ending(day: u8) -> String {
    let bits = 1u32.checked_shl(u32::from(day).saturating_sub(1)).unwrap_or(0);
    MonthDays::new(bits).map_or_else(String::new, |day| day.to_string())
}

/// The number at the beginning of `15`, `15.`, `15th` or `15rd`.
fn day_of_month(text: &str) -> Option<u8> {
    let number = text.trim_end_matches('.').trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let fine = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let day = number.parse::<u8>().ok().filter(|_| fine)?;
    (1..=31).contains(&day).then_some(day)
}

/// Whether a text seems to name days of the week, and days of the month.
fn kinds(text: &str) -> (bool, bool) {
    let parts = || text.split(|c: char| c.is_whitespace() || c == ',' || c == '-');
    let is_ordinal = |part: &str| {
        part.ends_with(|c: char| c.is_ascii_alphabetic()) && day_of_month(part).is_some()
    };
    (parts().any(|part| weekday(part).is_some()), parts().any(is_ordinal))
}

/// How the author of "Tuesdays at 10am" or "1 and 15 10:00" would have written it here.
fn meant(text: &str) -> Option<String> {
    let text = text.to_lowercase().replace(" to ", "-").replace(" - ", "-");
    let text = text.replace(" and ", ",").replace(" & ", ",").replace(", ", ",");
    let filler = ["every", "each", "at", "on", "the", "of", "month", "in"];
    let mut words: Vec<&str> =
        text.split_whitespace().filter(|word| !filler.contains(word)).collect();
    if let Some(at) =
        words.iter().position(|word| *word == "am" || *word == "pm").filter(|at| *at > 0)
    {
        // `10 am`
        let half = words.remove(at);
        let time = format!("{}{half}", words.remove(at - 1));
        return candidate(&words, &time);
    }
    // The time stands last, or first.
    let last = *words.last()?;
    candidate(&words[..words.len() - 1], last)
        .or_else(|| candidate(words.get(1..).unwrap_or_default(), words.first().copied()?))
}

fn candidate(days: &[&str], time: &str) -> Option<String> {
    let days = days.join(",");
    let days: Option<Vec<String>> = days.split(',').map(days_meant).collect();
    let written = format!("{} {}", days?.join(","), time_meant(time)?);
    every(&written).map(|_| written)
}

/// `tuesdays` is `tue`, `1` is `1st`, `1st-3rd` is `1st,2nd,3rd`.
fn days_meant(part: &str) -> Option<String> {
    let whole = match part {
        "weekdays" | "weekday" | "workdays" => Some("mon-fri"),
        "weekends" | "weekend" => Some("sat,sun"),
        "day" | "days" | "daily" | "everyday" => Some("mon-sun"),
        "monthly" | "first" => Some("1st"),
        _ => None,
    };
    if let Some(whole) = whole {
        return Some(whole.to_owned());
    }
    let (from, to) = part.split_once('-').unwrap_or((part, part));
    if let (Some(from), Some(to)) = (weekday(from), weekday(to)) {
        return Some(if from == to { from.to_owned() } else { format!("{from}-{to}") });
    }
    let (from, to) = (day_of_month(from)?, day_of_month(to)?);
    let all: Vec<String> = (from..=to).map(with_ending).collect();
    (!all.is_empty()).then(|| all.join(","))
}

fn weekday(word: &str) -> Option<&'static str> {
    const NAMES: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.trim_end_matches('.');
    let word = word.strip_suffix('s').filter(|word| word.len() > 3).unwrap_or(word);
    let found = NAMES.iter().find(|name| word.len() >= 3 && name.starts_with(word))?;
    found.get(..3)
}

/// `10`, `10am`, `10.30`, `9:30pm` as `HH:MM`.
fn time_meant(text: &str) -> Option<String> {
    let (text, add) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(text), _) => (text, 0),
        (None, Some(text)) => (text, 12),
        (None, None) => (text.trim_end_matches('h'), 0),
    };
    let text = text.replace('.', ":");
    let (hours, minutes) = text.split_once(':').unwrap_or((&text, "00"));
    let hours: u16 = hours.parse().ok()?;
    let hours = if add == 12 && hours < 12 { hours + 12 } else { hours };
    let time = format!("{hours:02}:{minutes}");
    words::minute_of_day(&time).map(|_| time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_a_time_are_read_as_they_are_shown() {
        for text in ["tue 10:00", "mon-fri 09:00", "tue,thu 23:59", "1st,15th 10:00", "31st 00:00"]
        {
            assert_eq!(every(text).unwrap().to_string(), text);
        }
        let all = (1..=31).map(with_ending).collect::<Vec<_>>().join(",");
        assert_eq!(every(&format!("{all} 12:00")).unwrap().to_string(), format!("{all} 12:00"));
        assert_eq!(every(" 15th, 1st  9:00 ").unwrap().to_string(), "1st,15th 09:00");
        assert_eq!(every("fri-mon 08:00").unwrap().to_string(), "mon,fri-sun 08:00");
        for wrong in [
            "",
            "tue",
            "10:00",
            "tue 24:00",
            "tue10:00",
            "1th 10:00",
            "0th 10:00",
            "32nd 10:00",
            "1st-3rd 10:00",
            "tue,1st 10:00",
            "tue, 10:00",
            "1 10:00",
            "ätue 10:00",
        ] {
            assert_eq!(every(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_near_miss_is_mended() {
        for (written, mended) in [
            ("Tuesday 10:00", Some("tue 10:00")),
            ("tuesdays at 10am", Some("tue 10:00")),
            ("10:00 tue", Some("tue 10:00")),
            ("monday to friday 9.30", Some("mon-fri 09:30")),
            ("1 and 15 10:00", Some("1st,15th 10:00")),
            ("1th,22th 10:00", Some("1st,22nd 10:00")),
            ("1st-3rd 10:00", Some("1st,2nd,3rd 10:00")),
            ("daily 8 pm", Some("mon-sun 20:00")),
            ("tue 10", Some("tue 10:00")),
            ("the first of the month 10:00", Some("1st 10:00")),
            ("weekdays 09:00", Some("mon-fri 09:00")),
            ("tue", None),
            ("10:00", None),
            ("now and then", None),
            ("32nd 10:00", None),
            ("pm", None),
            ("1-99999 10:00", None),
            ("tue 99999999999:00", None),
        ] {
            assert_eq!(meant(written).as_deref(), mended, "{written}");
        }
        assert_eq!(kinds("tue,1st 10:00"), (true, true));
    }
}
