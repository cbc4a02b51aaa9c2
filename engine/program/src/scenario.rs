//! scenarios/NAME.toml: a program, its people, a stretch of days, a seed.

use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::sources::File;
use crate::text::read::{self, Reader};
use crate::text::tree::{self, At, Value};
use foresend_core::time::{Timestamp, Wait, Zone};
use std::fmt;
use std::ops::Range;

/// Zones know their clock changes within these years.
const YEARS: std::ops::RangeInclusive<i16> = 1971..=2090;

/// What to rehearse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// The program's folder, relative to the scenario's.
    pub program: String,
    /// The journeys to rehearse; `None`: all.
    pub only: Option<Vec<String>>,
    /// Its people: the name of a population.
    pub population: String,
    /// How many there are.
    pub customers: u32,
    /// The first day, from local midnight in the program's zone.
    pub from: Day,
    /// How many days.
    pub days: u32,
    /// What chance is hashed from.
    pub seed: u64,
    places: Places,
}

/// Where things stand that only the caller can judge.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Places {
    file: String,
    program: Range<usize>,
    only: Vec<Range<usize>>,
    population: Option<Range<usize>>,
}

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day {
    /// 1971 to 2090.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Day {
    /// Days since 1970-01-01, by the calendar that has always been in use.
    fn number(self) -> i64 {
        // Years from March on, so that the leap day is the last: Hinnant, "chrono-compatible low-level date
        // algorithms", days_from_civil, for years above 0.
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }
}

/// Reads a scenario. `file` is its name for display. There is one if no diagnostic is an error.
#[must_use]
pub fn scenario(file: &str, text: &str) -> (Option<Scenario>, Vec<Diagnostic>) {
    let mut told = Mistakes::default();
    let read = read_scenario(File { name: file, text }, &mut told);
    let read = if told.any_error() { None } else { read };
    (read, told.in_order())
}

fn read_scenario(file: File<'_>, told: &mut Mistakes) -> Option<Scenario> {
    let table = match tree::parse(file) {
        Ok(table) => table,
        Err(wrong) => {
            told.tell(wrong);
            return None;
        }
    };
    let place = table.entries.first().map_or(0..0, |(key, _)| key.span.clone());
    let reader = Reader::new(file, &table, &keys::SCENARIO, place, told);
    let program = reader.required_text("program", told);
    let only = only(&reader, told);
    let population = reader.text("population", told);
    let customers = number(&reader, "customers", Scenario::CUSTOMERS_MAX, told);
    let days = number(&reader, "days", Scenario::DAYS_MAX, told);
    let from = from(&reader, told);
    let seed = seed(&reader, told);
    let program = program?;
    Some(Scenario {
        places: Places {
            file: file.name.to_owned(),
            program: program.span,
            only: only.iter().flatten().map(|name| name.span.clone()).collect(),
            population: population.as_ref().map(|text| text.span.clone()),
        },
        program: program.value.to_owned(),
        only: only.map(|only| only.iter().map(|name| name.value.to_owned()).collect()),
        population: population.map_or(defaults::POPULATION, |text| text.value).to_owned(),
        customers: customers.unwrap_or(defaults::CUSTOMERS),
        from,
        days: days.unwrap_or(defaults::DAYS),
        seed,
    })
}

fn only<'a>(reader: &Reader<'a>, told: &mut Mistakes) -> Option<Vec<At<&'a str>>> {
    let value = reader.get("only")?;
    if matches!(&value.value, Value::List(items) if items.is_empty()) {
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, "`only` names no journey")
                .at(value.span.clone(), "an empty list")
                .help("name one, or leave `only` out to rehearse all"),
        );
    }
    Some(reader.list("only", told))
}

/// A whole number from 1 to `most`.
fn number(reader: &Reader<'_>, key: &str, most: u32, told: &mut Mistakes) -> Option<u32> {
    let value = reader.get(key)?;
    let Value::Integer(number) = &value.value else {
        reader.wrong_type(key, value, told);
        return None;
    };
    let found = number.and_then(|number| u32::try_from(number).ok());
    let found = found.filter(|number| (1..=most).contains(number));
    if found.is_none() {
        out_of_range(reader, key, value, &format!("1 to {}", with_underscores(most)), told);
    }
    found
}

fn seed(reader: &Reader<'_>, told: &mut Mistakes) -> u64 {
    let Some(value) = reader.get("seed") else { return defaults::SEED };
    let Value::Integer(number) = &value.value else {
        reader.wrong_type("seed", value, told);
        return defaults::SEED;
    };
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or_else(|| {
        out_of_range(reader, "seed", value, "0 to 9223372036854775807", told);
        defaults::SEED
    })
}

/// As it may be written in TOML: `100_000_000`.
fn with_underscores(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

fn out_of_range(
    reader: &Reader<'_>,
    key: &str,
    value: &At<Value>,
    range: &str,
    told: &mut Mistakes,
) {
    told.tell(
        Diagnostic::error(
            "foresend::out_of_range",
            reader.file.name,
            format!("`{key}` is out of range"),
        )
        .at(value.span.clone(), "stands here")
        .help(format!("write a whole number from {range}")),
    );
}

fn from(reader: &Reader<'_>, told: &mut Mistakes) -> Day {
    let (year, month, day) = defaults::FROM;
    let default = Day { year, month, day };
    let Some(value) = reader.get("from") else { return default };
    let Value::Date(Some((year, month, day))) = value.value else {
        reader.wrong_type("from", value, told);
        return default;
    };
    let found = u8::try_from(month).ok().zip(u8::try_from(day).ok());
    match found.filter(|_| YEARS.contains(&year)) {
        Some((month, day)) => Day { year, month, day },
        None => {
            let years = format!("a day from {} to {}", YEARS.start(), YEARS.end());
            told.tell(
                Diagnostic::error(
                    "foresend::out_of_range",
                    reader.file.name,
                    "`from` is out of range",
                )
                .at(value.span.clone(), "stands here")
                .help(format!("write {years}")),
            );
            default
        }
    }
}

impl Scenario {
    /// Most customers of one rehearsal: sums over them stay exact.
    pub const CUSTOMERS_MAX: u32 = 50_000_000;
    /// Most days of one rehearsal.
    pub const DAYS_MAX: u32 = 3_650;

    /// Local midnight of the first day in `zone`; where there is none, the first instant after the gap.
    #[must_use]
    pub fn start(&self, zone: &Zone) -> Timestamp {
        let local = self.from.number() * Wait::DAY.millis();
        // No zone is more than a day ahead of UTC, so midnight is not over yet here.
        let mut piece = zone.piece(Timestamp::from_millis(local - Wait::DAY.millis()));
        loop {
            let candidate = Timestamp::from_millis(local - piece.offset_ms);
            if candidate < piece.until {
                // Earlier than the piece: local midnight lies in the gap before it.
                return candidate.max(piece.from);
            }
            piece = zone.piece(piece.until);
        }
    }

    /// A mistake for each name of `only` that is no journey of the program.
    #[must_use]
    pub fn unknown_journeys(&self, journeys: &[String]) -> Vec<Diagnostic> {
        let names = journeys.iter().map(String::as_str);
        let only = self.only.iter().flatten();
        only.enumerate()
            .filter(|(_, name)| !journeys.contains(name))
            .map(|(i, name)| {
                let help = read::did_you_mean(name, names.clone(), || {
                    read::there_are("the program has", names.clone(), "the program has no journeys")
                });
                let message = format!("the program has no journey `{name}`");
                let diagnostic =
                    Diagnostic::error("foresend::unknown_journey", &self.places.file, message);
                // A caller may have set `only` otherwise: then there is no place.
                match self.places.only.get(i) {
                    Some(place) => diagnostic.at(place.clone(), "named here").help(help),
                    None => diagnostic.help(help),
                }
            })
            .collect()
    }

    /// A mistake if the population is none of `known`.
    #[must_use]
    pub fn unknown_population(&self, known: &[&str]) -> Option<Diagnostic> {
        if known.contains(&self.population.as_str()) {
            return None;
        }
        let help = read::did_you_mean(&self.population, known.iter().copied(), || {
            format!("there are: {}", known.join(", "))
        });
        let message = format!("there is no population `{}`", self.population);
        let diagnostic =
            Diagnostic::error("foresend::unknown_population", &self.places.file, message);
        Some(match self.population_place() {
            Some(place) => diagnostic.at(place, "named here").help(help),
            None => diagnostic.help(help),
        })
    }

    /// Where the program's folder is named.
    #[must_use]
    pub fn program_place(&self) -> Range<usize> {
        self.places.program.clone()
    }

    /// Where the population is named; `None` where it is the default.
    #[must_use]
    pub fn population_place(&self) -> Option<Range<usize>> {
        self.places.population.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, from: &str, start: &str) {
        let (read, told) = scenario("x", &format!("program = 'shop'\nfrom = {from}"));
        let start = start.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let zone = Zone::named(zone).unwrap();
        let found = read.unwrap_or_else(|| panic!("{told:?}")).start(&zone);
        assert_eq!(found, Timestamp::from_millis(start));
    }

    #[test]
    fn a_rehearsal_starts_at_local_midnight() {
        check("UTC", "1971-01-01", "1971-01-01T00:00Z");
        check("Europe/London", "2026-03-02", "2026-03-02T00:00Z");
        check("Europe/Berlin", "2026-07-01", "2026-06-30T22:00Z");
        check("Pacific/Kiritimati", "2026-03-02", "2026-03-01T10:00Z");
        check("America/New_York", "2024-02-29", "2024-02-29T05:00Z");
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_instant_after_the_gap() {
        // Cuba's clocks go from 00:00 to 01:00.
        check("America/Havana", "2026-03-08", "2026-03-08T05:00Z");
    }

    #[test]
    fn of_a_midnight_that_happens_twice_the_earlier_counts() {
        // Cuba's clocks go from 01:00 back to 00:00.
        check("America/Havana", "2026-11-01", "2026-11-01T04:00Z");
    }

    #[test]
    fn a_name_that_is_no_journey_is_told_in_the_scenario() {
        let (read, _) = scenario("s.toml", "program = 'shop'\nonly = ['cart-recovry']");
        let told = read.unwrap().unknown_journeys(&["cart-recovery".to_owned()]);
        assert_eq!(told[0].help.as_deref(), Some("did you mean `cart-recovery`?"));
        assert_eq!((told[0].file.as_str(), told[0].labels[0].span.clone()), ("s.toml", 25..39));
    }
}
