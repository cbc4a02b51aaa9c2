//! scenarios/NAME.toml: a program, its people, a stretch of days, a seed; worlds, further arms, expectations.

mod assume;
mod compare;
mod day;
pub(crate) mod expect;
mod fault;

pub use assume::{Assume, Assumed};
pub use compare::Compare;
pub use day::{Day, Moment};
pub use expect::{Compares, Expect, Measure, Unit};
pub use fault::Fault;

pub(crate) use expect::read as expects;

use crate::compile::Compiled;
use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::sources::{File, Sources};
use crate::text::read::{self, Reader};
use crate::text::tree::{self, At, Value};
use foresend_core::time::{Timestamp, Zone};
use std::ops::Range;

/// What to rehearse.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// The program's folder, relative to the scenario's.
    pub program: String,
    /// The journeys to rehearse; `None`: all.
    pub only: Option<Vec<String>>,
    /// Its people: the name of a population.
    pub population: String,
    /// The worlds to rehearse in, names of populations; `None`: all that come along.
    pub worlds: Option<Vec<String>>,
    /// How many people there are.
    pub customers: u32,
    /// The first day, from local midnight in the program's zone.
    pub from: Day,
    /// How many days.
    pub days: u32,
    /// What chance is hashed from.
    pub seed: u64,
    /// Further arms.
    pub compare: Vec<Compare>,
    /// What is taken for granted of variants.
    pub assume: Vec<Assume>,
    /// What must hold in every world.
    pub expect: Vec<Expect>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    places: Places,
}

/// Where things stand that only the caller can judge.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Places {
    file: String,
    program: Range<usize>,
    only: Vec<Range<usize>>,
    population: Option<Range<usize>>,
    worlds: Vec<Range<usize>>,
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
    let only = names(&reader, "only", "journey", told);
    let worlds = names(&reader, "worlds", "population", told);
    let population = reader.text("population", told);
    let customers = number(&reader, "customers", Scenario::CUSTOMERS_MAX, told);
    let days = number(&reader, "days", Scenario::DAYS_MAX, told);
    let from = day::from(&reader, told);
    let seed = seed(&reader, told);
    let compare = compare::read(&reader, told);
    let assume = assume::read(&reader, told);
    let expect = expect::read(&reader, "expect", told);
    let period = (from, days.unwrap_or(defaults::DAYS));
    let faults = fault::read(&reader, period, told);
    let written = |names: &Option<Vec<At<&str>>>| {
        let names = names.as_ref()?.iter();
        Some(names.map(|name| name.value.to_owned()).collect::<Vec<_>>())
    };
    let places = |names: &Option<Vec<At<&str>>>| {
        names.iter().flatten().map(|name| name.span.clone()).collect::<Vec<_>>()
    };
    let program = program?;
    Some(Scenario {
        places: Places {
            file: file.name.to_owned(),
            program: program.span,
            only: places(&only),
            worlds: places(&worlds),
            population: population.as_ref().map(|text| text.span.clone()),
        },
        program: program.value.to_owned(),
        only: written(&only),
        worlds: written(&worlds),
        population: population.map_or(defaults::POPULATION, |text| text.value).to_owned(),
        customers: customers.unwrap_or(defaults::CUSTOMERS),
        from,
        days: days.unwrap_or(defaults::DAYS),
        seed,
        compare,
        assume,
        expect,
        faults,
    })
}

/// The names in a list, at least one; `None`: there is no list.
fn names<'a>(
    reader: &Reader<'a>,
    key: &str,
    noun: &str,
    told: &mut Mistakes,
) -> Option<Vec<At<&'a str>>> {
    let value = reader.get(key)?;
    if matches!(&value.value, Value::List(items) if items.is_empty()) {
        let message = format!("`{key}` names no {noun}");
        told.tell(
            Diagnostic::error("foresend::bad_value", reader.file.name, message)
                .at(value.span.clone(), "an empty list")
                .help(format!("name one, or leave `{key}` out for all")),
        );
    }
    Some(reader.list(key, told))
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

impl Scenario {
    /// Most customers of one rehearsal: sums over them stay exact.
    pub const CUSTOMERS_MAX: u32 = 50_000_000;
    /// Most days of one rehearsal.
    pub const DAYS_MAX: u32 = 3_650;

    /// Local midnight of the first day in `zone`; where there is none, the first instant after the gap.
    #[must_use]
    pub fn start(&self, zone: &Zone) -> Timestamp {
        self.from.start(zone)
    }

    /// A mistake for each journey that is named and is not among `journeys`, those of the program.
    #[must_use]
    pub fn unknown_journeys(&self, journeys: &[String]) -> Vec<Diagnostic> {
        let only = self.only.iter().flatten().enumerate();
        // A caller may have set `only` otherwise: then there is no place.
        let only = only.map(|(i, name)| (name.as_str(), self.places.only.get(i).cloned()));
        let expected = self.expect.iter().filter_map(|expect| {
            Some((expect.measure.journey()?, Some(expect.journey_place.clone())))
        });
        let unknown = |(name, place): (&str, Option<Range<usize>>)| {
            if journeys.iter().any(|journey| journey == name) {
                return self.is_left_out(name).then(|| {
                    let message = format!("`{name}` is not rehearsed here");
                    self.mistake("foresend::unknown_journey", &message, place)
                        .help("add it to `only`, or expect nothing of it")
                });
            }
            let names = journeys.iter().map(String::as_str);
            let help = read::did_you_mean(name, names.clone(), || {
                read::there_are("the program has", names.clone(), "the program has no journeys")
            });
            let message = format!("the program has no journey `{name}`");
            Some(self.mistake("foresend::unknown_journey", &message, place).help(help))
        };
        only.chain(expected).filter_map(unknown).collect()
    }

    fn is_left_out(&self, journey: &str) -> bool {
        self.only.as_ref().is_some_and(|only| only.iter().all(|name| name != journey))
    }

    fn mistake(&self, code: &'static str, text: &str, place: Option<Range<usize>>) -> Diagnostic {
        let diagnostic = Diagnostic::error(code, &self.places.file, text);
        match place {
            Some(place) => diagnostic.at(place, "named here"),
            None => diagnostic,
        }
    }

    /// The population and the worlds that it names, with their places; `None`: it is the default.
    pub fn populations(&self) -> impl Iterator<Item = (&str, Option<Range<usize>>)> {
        let own = (self.population.as_str(), self.population_place());
        let worlds = self.worlds.iter().flatten().enumerate();
        let worlds = worlds.map(|(i, world)| (world.as_str(), self.places.worlds.get(i).cloned()));
        [own].into_iter().chain(worlds)
    }

    /// A mistake about a population that is named at `place`.
    #[must_use]
    pub fn bad_population(&self, message: &str, place: Option<Range<usize>>) -> Diagnostic {
        self.mistake("foresend::bad_population", message, place)
            .help("docs/reference/population.md says what a population holds")
    }

    /// A mistake for the population, and each world, that is none of `known`.
    #[must_use]
    pub fn unknown_populations(&self, known: &[&str]) -> Vec<Diagnostic> {
        let unknown = self.populations().filter(|(name, _)| !known.contains(name));
        let mistake = |(name, place): (&str, Option<Range<usize>>)| {
            let help = read::did_you_mean(name, known.iter().copied(), || {
                format!("there are: {}", known.join(", "))
            });
            let message = format!("there is no population `{name}`");
            self.mistake("foresend::unknown_population", &message, place).help(help)
        };
        unknown.map(mistake).collect()
    }

    /// The names of the worlds to rehearse in, its own first; those of `known` where it names none.
    #[must_use]
    pub fn worlds<'a>(&'a self, known: &[&'a str]) -> Vec<&'a str> {
        let named: Vec<&str> = match &self.worlds {
            Some(worlds) => worlds.iter().map(String::as_str).collect(),
            None => known.to_vec(),
        };
        let mut worlds = vec![self.population.as_str()];
        for world in named {
            if !worlds.contains(&world) {
                worlds.push(world);
            }
        }
        worlds
    }

    /// The programs of its further arms: `sources`, which compile, with the values of each changed.
    ///
    /// # Errors
    /// What is wrong with their addresses and values, in the scenario.
    pub fn compared(&self, sources: &Sources) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
        let only = self.only.as_deref();
        let arms = self.compare.iter().map(|arm| arm.compile(&self.places.file, sources, only));
        let (all, wrong): (Vec<_>, Vec<_>) = arms.partition(Result::is_ok);
        if wrong.is_empty() {
            Ok(all.into_iter().flatten().collect())
        } else {
            Err(wrong.into_iter().filter_map(Result::err).collect())
        }
    }

    /// A mistake for each variant that is assumed something of and that `compiled`, the program with the journeys of
    /// `only`, does not have.
    #[must_use]
    pub fn unknown_variants(&self, compiled: &Compiled) -> Vec<Diagnostic> {
        self.assume.iter().filter_map(|assume| assume.check(&self.places.file, compiled)).collect()
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

    #[test]
    fn a_name_that_is_no_journey_is_told_in_the_scenario() {
        let (read, _) = scenario("s.toml", "program = 'shop'\nonly = ['cart-recovry']");
        let told = read.unwrap().unknown_journeys(&["cart-recovery".to_owned()]);
        assert_eq!(told[0].help.as_deref(), Some("did you mean `cart-recovery`?"));
        assert_eq!((told[0].file.as_str(), told[0].labels[0].span.clone()), ("s.toml", 25..39));
    }
}
