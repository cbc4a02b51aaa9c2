//! Words of sentences: lists, durations, moments of the day, conditions with what their names stand for.

use crate::Compiled;
use foresend_core::calendar::EveryDay;
use foresend_core::moment::{Clock, Days, Moment};
use foresend_core::money::Amount;
use foresend_core::time::{DayWindow, Wait};
use foresend_core::world::condition::{Condition, Op};
use foresend_core::world::value::Kept;
use std::collections::BTreeSet;

/// `A`, `A or B`, `A, B or C`; `or` is the word before the last.
pub(super) fn list<T: AsRef<str>>(items: &[T], or: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} {or} {}", most.join(", "), last.as_ref())
        }
    }
}

/// `1 hour`, `22 hours`, `90 minutes`: in the largest unit that divides it.
pub(super) fn duration(wait: Wait) -> String {
    let ms = wait.millis();
    let units = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second")];
    let fits = |(unit, _): &&(i64, &str)| ms % unit == 0 && ms > 0;
    let (unit, noun) = units.iter().find(fits).unwrap_or(&(1, "millisecond"));
    let number = ms / unit;
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `1 h`, `23 h` and `71 h`: all in the largest unit that divides each of them.
pub(super) fn alike(waits: &[Wait]) -> Vec<String> {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1, "ms")];
    let fits = |unit: i64| waits.iter().all(|wait| wait.millis() % unit == 0);
    let (unit, sign) = units.into_iter().find(|&(unit, _)| fits(unit)).unwrap_or((1, "ms"));
    let one = |wait: &Wait| match wait.millis() {
        0 => "at once".to_owned(),
        ms => format!("{} {sign}", ms / unit),
    };
    waits.iter().map(one).collect()
}

/// `21:00 to 08:00`, with another word between if need be.
pub(super) fn window(window: DayWindow, to: &str) -> String {
    format!("{} {to} {}", clock(window.from()), clock(window.until()))
}

pub(super) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `at the next moment between 09:00 and 20:00 their time, Monday to Saturday`; nothing for any moment.
pub(super) fn moment(moment: Moment) -> Option<String> {
    let days = (moment.days != Days::ALL).then(|| days(moment.days));
    let and_days = days.as_ref().map(|days| format!(", {days}")).unwrap_or_default();
    match moment.clock {
        Clock::Any => days.map(|days| format!("at the next moment of a {days} their time")),
        Clock::At(minute) => Some(format!("at the next {} their time{and_days}", clock(minute))),
        Clock::Between(part) => {
            let between = window(part, "and");
            Some(format!("at the next moment between {between} their time{and_days}"))
        }
    }
}

const NAMES: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// `on Tuesdays and Thursdays`, `from Monday to Friday`, `on the 1st and 15th of the month`
pub(super) fn on_days(on: EveryDay) -> String {
    match on {
        EveryDay::Week(Days::ALL) => "every day".to_owned(),
        EveryDay::Week(week) => match runs(week).as_slice() {
            [run] if run.len() > 2 => format!("from {} to {}", run[0], run[run.len() - 1]),
            several => {
                let all = several.iter().flatten().map(|name| format!("{name}s"));
                format!("on {}", list(&all.collect::<Vec<_>>(), "and"))
            }
        },
        EveryDay::Month(month) => {
            let written = month.to_string();
            let all: Vec<&str> = written.split(',').collect();
            format!("on the {} of the month", list(&all, "and"))
        }
    }
}

fn days(days: Days) -> String {
    let spelled: Vec<String> = runs(days)
        .iter()
        .flat_map(|run| match run.as_slice() {
            [first, _, .., last] => vec![format!("{first} to {last}")],
            few => few.iter().map(|&name| name.to_owned()).collect(),
        })
        .collect();
    list(&spelled, "or")
}

/// Days that follow each other, Monday first.
fn runs(days: Days) -> Vec<Vec<&'static str>> {
    let mut runs: Vec<Vec<&str>> = vec![Vec::new()];
    for (day, name) in (0u8..).zip(NAMES) {
        let run = runs.last_mut().expect("never empty");
        match (days.has(day), run.is_empty()) {
            (true, _) => run.push(name),
            (false, true) => {}
            (false, false) => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// `10 %`, `2.5 %` of millionths.
pub(super) fn percent(millionths: u32) -> String {
    let digits = format!("{}.{:04}", millionths / 10_000, millionths % 10_000);
    format!("{} %", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// `"gold"`, `150`, `2026-03-02`, `yes`
pub(crate) fn kept(value: &Kept) -> String {
    match value {
        Kept::Text(text) => format!("\"{}\"", on_one_line(text)),
        Kept::Number(amount) => {
            let (sign, parts) =
                (if amount.parts() < 0 { "-" } else { "" }, amount.parts().unsigned_abs());
            let one = Amount::SCALE.unsigned_abs();
            let digits = format!("{sign}{}.{:04}", parts / one, parts % one);
            digits.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Kept::Date(day) => day.to_string(),
        Kept::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
    }
}

/// Conditions as they are written. What a name stands for is said once.
pub(super) struct Conditions<'a> {
    definitions: &'a [(String, String)],
    said: BTreeSet<&'a str>,
}

impl<'a> Conditions<'a> {
    pub(super) fn of(compiled: &'a Compiled) -> Self {
        Self { definitions: &compiled.definitions, said: BTreeSet::new() }
    }

    /// `low_spender (spend_1y < 150)`
    pub(super) fn spell(&mut self, condition: &Condition) -> String {
        self.explained(&on_one_line(condition.text()))
    }

    /// The same of a name alone.
    pub(super) fn name(&mut self, name: &str) -> String {
        self.explained(name)
    }

    fn explained(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut word = String::new();
        let mut quote = None;
        for letter in text.chars().chain(['\0']) {
            let is_of_name = letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
            if quote.is_none() && is_of_name {
                word.push(letter);
                continue;
            }
            out.push_str(&word);
            if let Some(definition) = self.definition(&std::mem::take(&mut word)) {
                out.push_str(&format!(" ({})", on_one_line(definition)));
            }
            match (letter, quote) {
                ('\'' | '"', None) => quote = Some(letter),
                (letter, Some(open)) if letter == open => quote = None,
                (_, _) => {}
            }
            if letter != '\0' {
                out.push(letter);
            }
        }
        out
    }

    /// What `name` stands for, if that was not said yet.
    fn definition(&mut self, name: &str) -> Option<&'a str> {
        let (name, text) = self.definitions.iter().find(|(known, _)| known == name)?;
        self.said.insert(name).then_some(text)
    }
}

/// What stands in several lines of a file, in one.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// To be said of a condition that may come to neither true nor false.
pub(super) fn unknown<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> &'static str {
    if may_be_unknown(conditions) { "; unknown is not true" } else { "" }
}

/// Whether one of them may rest on something that is not held.
pub(super) fn may_be_unknown<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> bool {
    let known = |op: &Op| match op {
        Op::Count(..) | Op::Sum(..) | Op::DaysSince(_) | Op::Divide => false,
        Op::Distinct(..) | Op::Last(_) | Op::Read(_) | Op::Text(..) => false,
        Op::SameText(..) | Op::Size(_) => false,
        Op::Number(_) | Op::Truth(_) | Op::Came(_) | Op::CartItems | Op::CartValue => true,
        Op::FirstSeenDays | Op::EventTime | Op::Has(_) | Op::Shows(_) => true,
        Op::Negate | Op::Add | Op::Subtract | Op::Multiply => true,
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => true,
        Op::Equal | Op::NotEqual | Op::Not | Op::And | Op::Or | Op::Choose => true,
    };
    !conditions.into_iter().all(|condition| condition.ops().iter().all(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_core::calendar::MonthDays;

    #[test]
    fn a_duration_is_said_in_the_largest_unit_that_divides_it() {
        let said = [Wait::hours(1), Wait::hours(22), Wait::hours(48), Wait::minutes(90)];
        assert_eq!(said.map(duration), ["1 hour", "22 hours", "2 days", "90 minutes"]);
        let said = alike(&[Wait::hours(1), Wait::hours(24), Wait::ZERO]);
        assert_eq!(said, ["1 h", "24 h", "at once"]);
    }

    #[test]
    fn days_in_a_row_are_said_as_one() {
        let said = |bits: u8| days(Days::new(bits).unwrap());
        assert_eq!(said(0b011_1111), "Monday to Saturday");
        assert_eq!(said(0b000_1010), "Tuesday or Thursday");
        assert_eq!(said(0b110_0011), "Monday, Tuesday, Saturday or Sunday");
    }

    #[test]
    fn days_of_the_calendar_are_said_as_they_recur() {
        let week = |bits: u8| on_days(EveryDay::Week(Days::new(bits).unwrap()));
        assert_eq!(week(0b111_1111), "every day");
        assert_eq!(week(0b001_1111), "from Monday to Friday");
        assert_eq!(week(0b000_0010), "on Tuesdays");
        assert_eq!(week(0b110_0011), "on Mondays, Tuesdays, Saturdays and Sundays");
        let month = |bits: u32| on_days(EveryDay::Month(MonthDays::new(bits).unwrap()));
        assert_eq!(month(1 | 1 << 14), "on the 1st and 15th of the month");
    }

    #[test]
    fn values_are_said_as_they_are_written() {
        let number = |parts| kept(&Kept::Number(Amount::from_parts(parts)));
        assert_eq!([number(1_500_000), number(-15_000), number(1)], ["150", "-1.5", "0.0001"]);
        assert_eq!(kept(&Kept::Text("gold".into())), "\"gold\"");
        assert_eq!(
            [percent(100_000), percent(25_000), percent(1_000_000)],
            ["10 %", "2.5 %", "100 %"]
        );
    }

    #[test]
    fn a_name_is_explained_where_it_is_a_name_and_once() {
        let definitions = vec![("low".to_owned(), "spend\n < 1".to_owned())];
        let mut conditions = Conditions { definitions: &definitions, said: BTreeSet::new() };
        let mut spell = |text: &str| {
            let condition = Condition::new(vec![Op::Truth(true)], Vec::new(), text.to_owned());
            conditions.spell(&condition.unwrap())
        };
        assert_eq!(spell("came('low') && low_spender"), "came('low') && low_spender");
        assert_eq!(spell("!low&&cart.low"), "!low (spend < 1)&&cart.low");
        assert_eq!(spell("low"), "low");
    }
}
