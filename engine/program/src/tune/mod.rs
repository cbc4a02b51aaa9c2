//! NAME.tune.toml: what may vary, what is to be made most of, what must hold. Which values are best is for a rehearsal to
//! say; here they become programs.

mod vary;
mod worth;

pub use vary::{Candidate, Candidates, Vary};
pub use worth::{Amount, Worth};

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::scenario::{Expect, Measure, expects};
use crate::sources::File;
use crate::text::read::{Reader, choice};
use crate::text::tree::{self, At, Value};
use std::ops::Range;

/// What to tune.
#[derive(Clone, PartialEq, Debug)]
pub struct Tune {
    /// The scenario's file, relative to this one's folder.
    pub scenario: String,
    /// What is to be made most of.
    pub maximise: Maximise,
    /// The worlds in the worst of which least is to be regretted; `None`: the scenario's.
    pub across: Option<Vec<String>>,
    /// What must hold of a value in every world, or it cannot be chosen.
    pub keep: Vec<Expect>,
    /// Customer-evaluations of the search.
    pub effort: u64,
    /// What orders, mails and subscribers are worth; needed for a profit alone.
    pub worth: Option<Worth>,
    /// What may vary.
    pub vary: Vec<Vary>,
    file: String,
    scenario_place: Range<usize>,
    across_places: Vec<Range<usize>>,
}

/// What is to be made most of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Maximise {
    /// Orders.
    Orders,
    /// Revenue, net of discounts.
    Revenue,
    /// The margin of what is ordered, less offers, mails and subscribers lost.
    Profit,
}

impl Maximise {
    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Revenue => "revenue",
            Self::Profit => "profit",
        }
    }
}

/// The words of [`Maximise`].
const MAXIMISE: [(&str, Maximise); 3] =
    [("orders", Maximise::Orders), ("revenue", Maximise::Revenue), ("profit", Maximise::Profit)];

/// Reads a tune file. `file` is its name for display. There is one if no diagnostic is an error.
#[must_use]
pub fn tune(file: &str, text: &str) -> (Option<Tune>, Vec<Diagnostic>) {
    let mut told = Mistakes::default();
    let read = read_tune(File { name: file, text }, &mut told);
    let read = if told.any_error() { None } else { read };
    (read, told.in_order())
}

fn read_tune(file: File<'_>, told: &mut Mistakes) -> Option<Tune> {
    let table = match tree::parse(file) {
        Ok(table) => table,
        Err(wrong) => {
            told.tell(wrong);
            return None;
        }
    };
    let place = table.entries.first().map_or(0..0, |(key, _)| key.span.clone());
    let reader = Reader::new(file, &table, &keys::TUNE, place, told);
    let scenario = reader.required_text("scenario", told);
    let maximise = reader.text("maximise", told);
    let maximise = maximise.map(|text| choice(file, "maximise", &text, &MAXIMISE, told));
    let across = reader.get("across").map(|_| reader.list("across", told));
    if let Some((_, value)) = reader.entry("across")
        && matches!(&value.value, Value::List(items) if items.is_empty())
    {
        told.tell(
            Diagnostic::error("foresend::bad_value", file.name, "`across` names no population")
                .at(value.span.clone(), "an empty list")
                .help("name one, or leave `across` out for the scenario's worlds"),
        );
    }
    let keep = expects(&reader, "keep", told);
    for expect in &keep {
        cannot_keep(file, expect, told);
    }
    let effort = effort(&reader, told);
    let worth = worth::read(&reader, told);
    let vary = vary::read(&reader, told);
    // What is wrong has been told; a default keeps the rest of the file readable.
    let is_named = maximise.is_some();
    let maximise = maximise.flatten().unwrap_or(Maximise::Orders);
    worth_belongs(&reader, (maximise, is_named), told);
    let scenario = scenario?;
    Some(Tune {
        scenario: scenario.value.to_owned(),
        maximise,
        across: across.as_ref().map(|all| all.iter().map(|world| world.value.to_owned()).collect()),
        keep,
        effort,
        worth,
        vary,
        file: file.name.to_owned(),
        scenario_place: scenario.span,
        across_places: across.iter().flatten().map(|world| world.span.clone()).collect(),
    })
}

/// A profit needs to know what things are worth, and nothing else does.
fn worth_belongs(reader: &Reader<'_>, (maximise, is_named): (Maximise, bool), told: &mut Mistakes) {
    let file = reader.file;
    match (maximise, reader.entry("worth")) {
        (Maximise::Profit, None) if !reader.was_meant("worth") => {
            let place =
                reader.get("maximise").map_or_else(|| reader.place(), |value| value.span.clone());
            told.tell(
                Diagnostic::error("foresend::missing_key", file.name, "a profit of what?")
                    .at(place, "needs `worth`")
                    .help("add `worth = { margin = \"42%\", mail = 0.0008, subscriber = 3.50 }`"),
            );
        }
        (Maximise::Orders | Maximise::Revenue, Some((key, _))) => {
            let help = if is_named {
                "write `maximise = \"profit\"`, or leave `worth` out"
            } else {
                "add `maximise = \"profit\"`, or leave `worth` out"
            };
            let message = format!("`worth` says nothing about {}", maximise.word());
            told.tell(
                Diagnostic::error("foresend::bad_value", file.name, message)
                    .at(key.span.clone(), "read for a profit alone")
                    .help(help),
            );
        }
        (Maximise::Profit, _) | (Maximise::Orders | Maximise::Revenue, None) => {}
    }
}

/// What a tuning does not count.
fn cannot_keep(file: File<'_>, expect: &Expect, told: &mut Mistakes) {
    let help = match &expect.measure {
        Measure::JourneyIncrement(_) => {
            "a journey's own increment needs an arm without it for every value: write `orders.increment`, or expect it \
             in the scenario"
        }
        Measure::MailsAfterPurchase => "no value changes it: expect it in the scenario",
        Measure::Unsubscribes | Measure::Complaints | Measure::Bounces => return,
        Measure::MailsPerCustomerWeek | Measure::Orders | Measure::Revenue => return,
        Measure::JourneyUnsubscribes(_) => return,
    };
    let message = format!("`{}` cannot be kept by a tuning", expect.text);
    told.tell(
        Diagnostic::error("foresend::bad_expectation", file.name, message)
            .at(expect.place(), "to be kept")
            .help(help),
    );
}

/// `1M`, `250k`, `40_000`.
fn effort(reader: &Reader<'_>, told: &mut Mistakes) -> u64 {
    let Some(value) = reader.get("effort") else { return Tune::EFFORT };
    let number = match &value.value {
        Value::Text(text) => Tune::effort_of(text),
        Value::Integer(number) => number.and_then(|number| Tune::effort_of(&number.to_string())),
        Value::Float | Value::Bool(_) | Value::Date(_) | Value::List(_) | Value::Table(_) => {
            reader.wrong_type("effort", value, told);
            return Tune::EFFORT;
        }
    };
    number.unwrap_or_else(|| {
        let message = format!("`effort` is not {}", Tune::EFFORTS);
        told.tell(
            Diagnostic::error("foresend::out_of_range", reader.file.name, message)
                .at(value.span.clone(), "stands here")
                .help("customers times values, of the whole search: `effort = \"1M\"`"),
        );
        Tune::EFFORT
    })
}

impl Tune {
    /// Where it is not written.
    pub const EFFORT: u64 = 1_000_000;
    /// What an effort may be.
    pub const EFFORTS: &str = "a number from 10k to 1000M";

    /// Reads an effort: `1M`, `250k`, `40_000`. `None`: it is none.
    #[must_use]
    pub fn effort_of(text: &str) -> Option<u64> {
        let text = text.trim().replace(['_', ','], "");
        let (digits, unit) = match text.strip_suffix(['M', 'm']) {
            Some(digits) => (digits, 1_000_000),
            None => match text.strip_suffix(['k', 'K']) {
                Some(digits) => (digits, 1_000),
                None => (&*text, 1),
            },
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = digits.parse::<u64>().ok()?.checked_mul(unit)?;
        (10_000..=1_000_000_000).contains(&number).then_some(number)
    }

    /// Where the scenario is named.
    #[must_use]
    pub fn scenario_place(&self) -> Range<usize> {
        self.scenario_place.clone()
    }

    /// Where the first address that varies stands.
    #[must_use]
    pub fn vary_place(&self) -> Range<usize> {
        self.vary.first().map_or(0..0, Vary::place)
    }

    /// The worlds that it names, with their places; none: the scenario's.
    pub fn worlds(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        let names = self.across.iter().flatten().map(String::as_str);
        names.zip(self.across_places.iter().cloned())
    }

    /// A mistake in this file, and how to mend it.
    #[must_use]
    pub fn mistake(
        &self,
        code: &'static str,
        message: impl Into<String>,
        place: Range<usize>,
        help: Option<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, &self.file, message).at(place, "stands here").perhaps(help)
    }

    /// A mistake for each world that is none of `known`.
    #[must_use]
    pub fn unknown_worlds(&self, known: &[&str]) -> Vec<Diagnostic> {
        let unknown = self.worlds().filter(|(name, _)| !known.contains(name));
        let mistake = |(name, place): (&str, Range<usize>)| {
            let help = crate::text::read::did_you_mean(name, known.iter().copied(), || {
                format!("there are: {}", known.join(", "))
            });
            let message = format!("there is no population `{name}`");
            self.mistake("foresend::unknown_population", message, place, Some(help))
        };
        unknown.map(mistake).collect()
    }

    /// A mistake for each journey that `keep` speaks of and is none of `journeys`.
    #[must_use]
    pub fn unknown_journeys(&self, journeys: &[String]) -> Vec<Diagnostic> {
        let named = self.keep.iter().filter_map(|expect| Some((expect, expect.measure.journey()?)));
        let unknown = named.filter(|(_, name)| journeys.iter().all(|journey| journey != name));
        let mistake = |(expect, name): (&Expect, &str)| {
            let names = journeys.iter().map(String::as_str);
            let help = crate::text::read::did_you_mean(name, names.clone(), || {
                crate::text::read::there_are("rehearsed are", names.clone(), "none is rehearsed")
            });
            let message = format!("no journey `{name}` is rehearsed here");
            self.mistake("foresend::unknown_journey", message, expect.journey_place(), Some(help))
        };
        unknown.map(mistake).collect()
    }
}

/// A text in a list that may hold several.
fn written<'a>(file: File<'a>, value: &'a At<Value>) -> &'a str {
    match &value.value {
        Value::Text(text) => text,
        Value::Integer(_) | Value::Float | Value::Bool(_) | Value::Date(_) => {
            file.text.get(value.span.clone()).unwrap_or_default()
        }
        Value::List(_) | Value::Table(_) => file.text.get(value.span.clone()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
