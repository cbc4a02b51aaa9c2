//! `[vary]`: addresses with the values each may have, and the programs that follow from them.

use crate::address::current;
use crate::compile::{Compiled, compile};
use crate::diagnostic::{Diagnostic, Mistakes, Severity};
use crate::set::set_all;
use crate::sources::{File, Sources};
use crate::text::read::Reader;
use crate::text::tree::{Table, Value};
use crate::text::words;
use foresend_core::chance::{bits, join};
use foresend_core::world::program::Program;
use std::ops::Range;

/// Most addresses that vary at once.
const ADDRESSES_MAX: usize = 12;
/// Most values of one address.
const VALUES_MAX: usize = 64;
/// Values between `from` and `to`.
const BETWEEN: u32 = 8;

/// An address that may vary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vary {
    /// As for `--set`.
    pub address: String,
    /// What it may be.
    pub values: Vec<String>,
    places: Vec<Range<usize>>,
    place: Range<usize>,
}

impl Vary {
    /// The key that it ends in: `quiet`, `after`.
    #[must_use]
    pub fn key(&self) -> &str {
        self.address.rsplit('.').next().unwrap_or_default()
    }

    pub(super) fn place(&self) -> Range<usize> {
        self.place.clone()
    }

    /// How long the value numbered `at` lets people wait, in milliseconds; longer than any for `never`; 0 where it is no
    /// duration.
    fn wait(&self, at: usize) -> i64 {
        match (self.key(), &*self.values[at]) {
            ("after", "never") => words::LONGEST_MS,
            ("after" | "quiet", text) => words::duration(text).map_or(0, |wait| wait.millis()),
            _ => 0,
        }
    }
}

/// One of the programs to choose from.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// The number of its value for each address. `None`: the program as it is, with other values than those that vary.
    pub values: Option<Vec<usize>>,
    /// The program.
    pub program: Program,
    /// How long it lets people wait in all, in milliseconds, by what varies.
    pub wait: i64,
}

/// All of them.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidates {
    /// The program as it is comes first.
    pub all: Vec<Candidate>,
    /// What each address is today; `None`: it is not written.
    pub today: Vec<Option<String>>,
    /// How many combinations of values there are; those beyond [`Candidates::MOST`] are a sample of them.
    pub combinations: u64,
}

impl Candidates {
    /// Most that are tried.
    pub const MOST: usize = 64;
}

pub(super) fn read(reader: &Reader<'_>, told: &mut Mistakes) -> Vec<Vary> {
    let Some(value) = reader.require("vary", &[], told) else { return Vec::new() };
    let Value::Table(table) = &value.value else {
        reader.wrong_type("vary", value, told);
        return Vec::new();
    };
    let mut all = Vec::new();
    flatten(reader.file, "", table, &mut all, told);
    let mut wrong = |message: String, help: &str| {
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, message)
                .at(value.span.clone(), "stands here")
                .help(help),
        );
    };
    if table.entries.is_empty() {
        wrong(
            "nothing varies".to_owned(),
            r#"write an address with values: "cart-recovery.quiet" = ["1h", "4h"]"#,
        );
    }
    if all.len() > ADDRESSES_MAX {
        let message = format!("more than {ADDRESSES_MAX} addresses vary");
        wrong(
            message,
            "tune those that matter most first; what is found is then written, and others tuned",
        );
    }
    all
}

/// Dots in a key may stand in quotes or not.
fn flatten(file: File<'_>, before: &str, table: &Table, all: &mut Vec<Vary>, told: &mut Mistakes) {
    let wrong = |message: String, place: &Range<usize>, help: &str, told: &mut Mistakes| {
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, message)
                .at(place.clone(), "stands here")
                .help(help),
        );
    };
    for (key, value) in &table.entries {
        let address = format!("{before}{}", key.value);
        let mut vary =
            Vary { address, values: Vec::new(), places: Vec::new(), place: key.span.clone() };
        match &value.value {
            Value::Table(more) if is_range(more) => {
                between(file, more, &value.span, &mut vary, told)
            }
            Value::Table(more) => {
                flatten(file, &format!("{}.", vary.address), more, all, told);
                continue;
            }
            Value::List(items) => {
                for item in items {
                    let text = super::written(file, item).trim().to_owned();
                    if vary.values.contains(&text) {
                        wrong(format!("`{text}` stands twice"), &item.span, "once is enough", told);
                        continue;
                    }
                    vary.values.push(text);
                    vary.places.push(item.span.clone());
                }
                if items.is_empty() || items.len() > VALUES_MAX {
                    let message = format!("`{}` has {} values", vary.address, items.len());
                    wrong(message, &value.span, "list from one to 64 of them", told);
                }
            }
            Value::Text(_) | Value::Integer(_) | Value::Float | Value::Bool(_) | Value::Date(_) => {
                let message = format!("`{}` has one value and does not vary", vary.address);
                let help = r#"list them: ["1h", "4h"], or write { from = "1h", to = "2d" }"#;
                wrong(message, &value.span, help, told);
            }
        }
        if vary.address == "holdout" || vary.address.starts_with("population.") {
            let (message, help) = if vary.address == "holdout" {
                ("a rehearsal holds nobody out: `holdout` changes nothing in it", "leave it out")
            } else {
                (
                    "a population is what is assumed, not what you choose",
                    "name worlds in `across`: what is chosen is what regrets least in the worst of them",
                )
            };
            wrong(message.to_owned(), &key.span, help, told);
        }
        if all.iter().any(|other| other.address == vary.address) {
            let message = format!("`{}` varies twice", vary.address);
            wrong(message, &key.span, "list all its values at one place", told);
        }
        all.push(vary);
    }
}

fn is_range(table: &Table) -> bool {
    table.entries.iter().any(|(key, _)| key.value == "from" || key.value == "to")
}

/// `{ from = "6h", to = "3d" }`: eight durations, each about the same times the one before.
fn between(
    file: File<'_>,
    table: &Table,
    place: &Range<usize>,
    vary: &mut Vary,
    told: &mut Mistakes,
) {
    let reader = Reader::new(file, table, &crate::keys::RANGE, place.clone(), told);
    let (from, to) = (reader.require("from", &[], told), reader.require("to", &[], told));
    if from.is_none() || to.is_none() {
        return;
    }
    let (from, to) = (reader.some_duration("from", told), reader.some_duration("to", told));
    let (Some(from), Some(to)) = (from, to) else { return };
    if from.value >= to.value {
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, "`from` is not before `to`")
                .at(place.clone(), "stands here")
                .help(r#"from the shortest to the longest: { from = "6h", to = "3d" }"#),
        );
        return;
    }
    for value in spread(from.value.millis(), to.value.millis()) {
        if !vary.values.contains(&value) {
            vary.values.push(value);
            vary.places.push(place.clone());
        }
    }
}

/// Durations from one to the other, log-spaced, as people would write them.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "durations are below 2^52 milliseconds, and rounded to what people write"
)]
fn spread(from: i64, to: i64) -> Vec<String> {
    let (low, ratio) = (from as f64, (to as f64 / from as f64).ln());
    let steps = (0..BETWEEN).map(|step| {
        let ms = match step {
            0 => from,
            _ if step == BETWEEN - 1 => to,
            _ => (low * (ratio * f64::from(step) / f64::from(BETWEEN - 1)).exp()) as i64,
        };
        spelled(ms)
    });
    steps.collect()
}

/// In the unit in which it is a small number: minutes below two hours, by fives above ten; hours below five days; days.
fn spelled(ms: i64) -> String {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    let to = |unit: i64| (ms + unit / 2) / unit;
    match ms {
        _ if ms % (24 * HOUR) == 0 => format!("{}d", ms / (24 * HOUR)),
        _ if ms < 10 * MINUTE => format!("{}m", to(MINUTE)),
        _ if ms < 2 * HOUR && ms % HOUR != 0 => format!("{}m", to(5 * MINUTE) * 5),
        _ if ms < 120 * HOUR => format!("{}h", to(HOUR)),
        _ => format!("{}d", to(24 * HOUR)),
    }
}

impl super::Tune {
    /// The programs to choose from: `sources`, which compile to `today`, with every combination of values; where there are
    /// more than [`Candidates::MOST`], a Latin hypercube of them drawn by `seed`. Two that are the same program count once.
    ///
    /// # Errors
    /// What is wrong with addresses and values, in this file.
    pub fn candidates(
        &self,
        sources: &Sources,
        only: Option<&[String]>,
        today: &Compiled,
        seed: u64,
    ) -> Result<Candidates, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        for vary in &self.vary {
            for at in 0..vary.values.len() {
                let alone = [(vary, at)];
                if let Err(told) = self.changed(sources, only, &alone) {
                    wrong.push(*told);
                    break; // the same is nearly always wrong with the others
                }
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let numbers: Vec<usize> = self.vary.iter().map(|vary| vary.values.len()).collect();
        let combinations = numbers.iter().fold(1u64, |all, &one| all.saturating_mul(one as u64));
        let own = Candidate { values: None, program: today.program.clone(), wait: 0 };
        let mut all = vec![own];
        for values in combine(&numbers, seed) {
            let pairs: Vec<(&Vary, usize)> = self.vary.iter().zip(values.iter().copied()).collect();
            let compiled = self.changed(sources, only, &pairs).map_err(|told| vec![*told])?;
            let wait = pairs.iter().map(|(vary, at)| vary.wait(*at)).sum();
            let found = all.iter_mut().find(|one| one.program.decides_like(&compiled.program));
            match found {
                Some(one) if one.values.is_none() => {
                    (one.values, one.wait) = (Some(values), wait);
                }
                Some(_) => {}
                None => {
                    all.push(Candidate { values: Some(values), program: compiled.program, wait });
                }
            }
        }
        if all[0].values.is_none() {
            all[0].wait = self.today_waits(sources);
        }
        let today = self.vary.iter().map(|vary| current(sources, &vary.address)).collect();
        Ok(Candidates { all, today, combinations })
    }

    fn today_waits(&self, sources: &Sources) -> i64 {
        let waits = self.vary.iter().map(|vary| match vary.key() {
            "after" | "quiet" => {
                let text = current(sources, &vary.address);
                text.and_then(|text| words::duration(&text)).map_or(0, |wait| wait.millis())
            }
            _ => 0,
        });
        waits.sum()
    }

    /// The program with these values, each the one of that number.
    fn changed(
        &self,
        sources: &Sources,
        only: Option<&[String]>,
        values: &[(&Vary, usize)],
    ) -> Result<Compiled, Box<Diagnostic>> {
        let mut changed = sources.clone();
        let pairs: Vec<(&str, &str)> = values
            .iter()
            .map(|(vary, at)| (vary.address.as_str(), vary.values[*at].as_str()))
            .collect();
        set_all(&mut changed, &pairs).map_err(|(which, wrong)| {
            let (vary, at) = values[which];
            let place = match wrong.message.contains(&vary.values[at]) {
                true => vary.places[at].clone(),
                false => vary.place.clone(),
            };
            Box::new(self.mistake("foresend::bad_address", wrong.message, place, wrong.help))
        })?;
        let (compiled, told) = compile(&changed, only);
        let wrong = told.into_iter().find(|told| told.severity == Severity::Error);
        compiled.filter(|_| wrong.is_none()).ok_or_else(|| {
            let (message, help) = match wrong {
                Some(told) => (told.message, told.help),
                None => ("this is no program".to_owned(), None),
            };
            let told = Diagnostic::error("foresend::bad_arm", &self.file, message).perhaps(help);
            let at_its_place = |told: Diagnostic, (vary, at): &(&Vary, usize)| {
                told.at(vary.places[*at].clone(), "with this value")
            };
            Box::new(values.iter().fold(told, at_its_place))
        })
    }
}

/// Every combination of so many values each, or a Latin hypercube of [`Candidates::MOST`] of them: each address has each
/// of its values about equally often.
///
/// Source: McKay, Beckman, Conover (1979), Technometrics 21(2).
fn combine(numbers: &[usize], seed: u64) -> Vec<Vec<usize>> {
    let all = numbers.iter().try_fold(1usize, |all, &one| all.checked_mul(one));
    if let Some(all) = all.filter(|&all| all <= Candidates::MOST) {
        let one = |at: usize| {
            let mut left = at;
            // The last address turns fastest.
            let digits = numbers.iter().rev().map(|&number| {
                let digit = left % number;
                left /= number;
                digit
            });
            let mut digits: Vec<usize> = digits.collect();
            digits.reverse();
            digits
        };
        return (0..all).map(one).collect();
    }
    let columns: Vec<Vec<usize>> = numbers
        .iter()
        .enumerate()
        .map(|(column, &number)| {
            let key = join(join(seed, HYPERCUBE), column as u64);
            let mut order: Vec<usize> = (0..Candidates::MOST).collect();
            order.sort_by_key(|&row| bits(key, row as u64));
            order.into_iter().map(|place| place * number / Candidates::MOST).collect()
        })
        .collect();
    (0..Candidates::MOST).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}

/// So that the sample shares no hash with anything else.
const HYPERCUBE: u64 = u64::from_le_bytes(*b"hypercub");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_eight_durations_that_people_would_write() {
        const HOUR: i64 = 3_600_000;
        let of = |from: i64, to: i64| spread(from, to).join(" ");
        assert_eq!(of(6 * HOUR, 72 * HOUR), "6h 9h 12h 17h 25h 35h 50h 3d");
        assert_eq!(of(HOUR / 2, 24 * HOUR), "30m 50m 90m 3h 5h 8h 14h 1d");
        assert_eq!(of(24 * HOUR, 720 * HOUR), "1d 39h 63h 103h 7d 11d 18d 30d");
    }

    #[test]
    fn a_few_are_all_tried_and_many_are_sampled_evenly() {
        assert_eq!(combine(&[2, 3], 1), [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        let many = combine(&[6, 8, 4, 5], 1);
        assert_eq!(many.len(), Candidates::MOST);
        for (column, number) in [6usize, 8, 4, 5].into_iter().enumerate() {
            for value in 0..number {
                let times = many.iter().filter(|row| row[column] == value).count();
                assert!(times.abs_diff(Candidates::MOST / number) <= 1, "{column} {value} {times}");
            }
        }
        assert_ne!(many, combine(&[6, 8, 4, 5], 2));
    }
}
