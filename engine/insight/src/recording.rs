//! `foresend.pulse/1`: a recording, one line of JSON each. The first line says what was recorded, every other one what a
//! day came to. Whatever can be played back, a rehearsal or a file, is this.
//!
//! Within version 1 fields are only added; a number that is 0 and a list that is empty may be left out.
//! Invariant: what a line says is checked against the first: as many journeys and steps, no day too many.

use crate::day::{Day, Sales};
use crate::pulse::{ExperimentPulse, JourneyPulse, Pulse, StepPulse, Tested};
use foresend_core::world::experiment::COMBINATIONS_MAX;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The format and its version.
pub const SCHEMA: &str = "foresend.pulse/1";

/// No count of a day is larger, and no sum of money: all that a recording may hold then adds up to less than 2⁶³.
const COUNT_MAX: f64 = 1e10;
const MONEY_MAX: f64 = 3e13;
/// Days, journeys and steps of a journey: those of scenarios and programs.
const DAYS_MAX: u32 = 3_650;
const JOURNEYS_MAX: usize = 64;
const STEPS_MAX: usize = 200;

/// What was recorded, and its days.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Recording {
    /// Of what.
    pub head: Head,
    /// From the first day on; at most [`Head::days`].
    pub days: Vec<Day>,
}

/// What was recorded.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Head {
    /// [`SCHEMA`].
    pub schema: String,
    /// What people call it: a scenario's file.
    pub source: String,
    /// The program, by the first digits of its hash.
    pub program: String,
    /// The world whose days these are.
    pub world: String,
    /// What all chance follows from.
    pub seed: u64,
    /// How many customers.
    pub customers: u64,
    /// The first instant of the first day, in milliseconds since 1970.
    pub from: i64,
    /// The same as a date on the program's clock, `2026-03-02`.
    pub date: String,
    /// How many days there will be.
    pub days: u32,
    /// Three letters.
    pub currency: String,
    /// Digits of the currency's minor unit.
    pub minor_digits: u8,
    /// How long a click earns the credit for an order, as written.
    pub credit: String,
    /// In the order of the program.
    pub journeys: Vec<JourneyHead>,
    /// In the order of the program.
    pub experiments: Vec<ExperimentHead>,
    /// What mail caused in each world over all days, the recorded one first. Empty: nobody knows.
    pub worlds: Vec<WorldHead>,
}

/// One journey, in its author's words.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JourneyHead {
    /// Its file's name.
    pub name: String,
    /// What its mail is about.
    pub topic: String,
    /// Whether that is marketing.
    pub marketing: bool,
    /// What starts it, and how often: `Product Added, Checkout Started · again 7d`.
    pub starts: String,
    /// The wait before it starts: `quiet 1h`.
    pub quiet: Option<String>,
    /// The step from which its goal counts, if that is not the start.
    pub goal_from_step: bool,
    /// What its goal is: `Order Completed within 7d`.
    pub goal: Option<String>,
    /// In its order.
    pub steps: Vec<StepHead>,
}

/// One step, in its author's words.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StepHead {
    /// Its `id`.
    pub name: String,
    /// When it comes due: `after 22h, between 09:00-20:00`. `None`: as soon as the one before has ended.
    pub when: Option<String>,
    /// What it does: `send`, `wait_for Order Delivered, at most 12d`, `choose`.
    pub act: String,
    /// Its `if`.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The path on which it runs.
    pub path: Option<String>,
    /// The paths to which it may lead.
    pub leads_to: Vec<String>,
}

impl StepHead {
    /// Whether it sends a mail.
    #[must_use]
    pub fn sends(&self) -> bool {
        self.act == "send"
    }

    /// Whether it waits for an event.
    #[must_use]
    pub fn listens(&self) -> bool {
        self.act.starts_with("wait_for")
    }
}

/// One experiment, in its author's words.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExperimentHead {
    /// Its file's name.
    pub name: String,
    /// Where it is: `cart-recovery.first`.
    pub place: String,
    /// The share that is held out, in millionths.
    pub holdout: u32,
    /// For how long it takes in customers, in milliseconds.
    pub ends: i64,
    /// How long after they met it the goal can still be reached, in milliseconds.
    pub within: i64,
    /// In its order: a combination's number is that of the core.
    pub factors: Vec<FactorHead>,
}

/// One factor of an experiment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FactorHead {
    /// `subject`, `delay`.
    pub name: String,
    /// Its variants, as they are listed.
    pub variants: Vec<String>,
    /// Which of them is what the step does without the experiment.
    pub control: u8,
}

impl ExperimentHead {
    /// How many combinations of variants there are; `None`: more than an experiment can have.
    #[must_use]
    pub fn combinations(&self) -> Option<usize> {
        let all = self.factors.iter().try_fold(1usize, |all, factor| {
            all.checked_mul(factor.variants.len()).filter(|all| *all <= COMBINATIONS_MAX)
        })?;
        (!self.factors.is_empty()).then_some(all)
    }
}

/// What mail caused in one world.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WorldHead {
    /// Its name.
    pub id: String,
    /// What is ordered without mail.
    pub no_mail: Sales,
    /// What is ordered with it.
    pub as_written: Sales,
    /// Half the 95 % interval of simulation noise of the orders mail caused. `None`: too few changed outcomes.
    pub noise: Option<f64>,
}

/// Why a text is no recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// There is no first line.
    #[error("it is empty")]
    Empty,
    /// The first line is none of this format.
    #[error("its first line is not of {SCHEMA}: {0}")]
    NotOurs(String),
    /// The first line is of another version.
    #[error("it is of {0}; this command reads {SCHEMA}")]
    OtherVersion(String),
    /// A line is no day.
    #[error("line {line} is not a day: {why}")]
    NotADay {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A day has other journeys or steps than the first line says.
    #[error("line {line} has other journeys or steps than the first line")]
    OtherProgram {
        /// From 1.
        line: usize,
    },
    /// There are more days than the first line says.
    #[error("line {line} is one day more than the {days} of the first line")]
    TooMany {
        /// From 1.
        line: usize,
        /// How many there should be.
        days: u32,
    },
}

impl Recording {
    /// Reads a recording. A last line without its end, as of a file that is still written, is left out.
    ///
    /// # Errors
    /// Where the text is no recording.
    pub fn read(text: &str) -> Result<Self, RecordingError> {
        let whole = text.rfind('\n').and_then(|end| text.get(..end)).unwrap_or(text);
        let mut lines = (1..).zip(whole.lines());
        let Some((_, first)) = lines.next().filter(|(_, first)| !first.trim().is_empty()) else {
            return Err(RecordingError::Empty);
        };
        let mut recording = Self { head: Head::read(first)?, days: Vec::new() };
        for (line, text) in lines {
            let days = recording.head.days;
            if recording.days.len() >= days as usize {
                return Err(RecordingError::TooMany { line, days });
            }
            let not_a_day =
                |e: serde_json::Error| RecordingError::NotADay { line, why: e.to_string() };
            let value: Value = serde_json::from_str(text).map_err(not_a_day)?;
            if !is_bounded(&value, COUNT_MAX) {
                let why = "a number is larger than any day can have".to_owned();
                return Err(RecordingError::NotADay { line, why });
            }
            let day: Day = serde_json::from_value(value).map_err(not_a_day)?;
            let day = recording.head.fitted(day).ok_or(RecordingError::OtherProgram { line })?;
            recording.days.push(day);
        }
        Ok(recording)
    }

    /// Its lines, each with its end.
    ///
    /// # Panics
    /// Never: it holds texts and numbers only.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let head = serde_json::to_value(&self.head);
        let days = self.days.iter().map(serde_json::to_value);
        [head].into_iter().chain(days).map(|line| {
            let mut line = line.expect("texts and numbers only");
            leave_out_nothing(&mut line);
            format!("{line}\n")
        })
    }

    /// Day number `at` and those before it, as many as `days` ask for.
    #[must_use]
    pub fn window(&self, at: usize, days: usize) -> Day {
        let until = (at + 1).min(self.days.len());
        self.sum(until.saturating_sub(days)..until)
    }

    /// Days added up.
    #[must_use]
    pub fn sum(&self, days: std::ops::Range<usize>) -> Day {
        let mut all = self.head.nothing();
        self.days.get(days).unwrap_or_default().iter().for_each(|day| all.merge(day));
        all
    }
}

impl Head {
    fn read(line: &str) -> Result<Self, RecordingError> {
        let not_ours = |e: serde_json::Error| RecordingError::NotOurs(e.to_string());
        let value: Value = serde_json::from_str(line).map_err(not_ours)?;
        match value.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {
                let head: Self = serde_json::from_value(value).map_err(not_ours)?;
                if head.is_bounded() {
                    return Ok(head);
                }
                let why = "it has more days, journeys or steps than there can be";
                Err(RecordingError::NotOurs(why.to_owned()))
            }
            Some(other) if other.starts_with("foresend.") => {
                Err(RecordingError::OtherVersion(other.to_owned()))
            }
            Some(_) | None => Err(RecordingError::NotOurs("it does not say its schema".to_owned())),
        }
    }

    fn is_bounded(&self) -> bool {
        let steps = |journey: &JourneyHead| journey.steps.len() <= STEPS_MAX;
        let sales = |of: &Sales| of.orders <= 1 << 52 && of.revenue.unsigned_abs() <= 1 << 61;
        let worlds =
            self.worlds.iter().all(|world| sales(&world.no_mail) && sales(&world.as_written));
        let is_small = self.days <= DAYS_MAX && self.minor_digits <= 4 && worlds;
        let tests = self.experiments.len() <= JOURNEYS_MAX
            && self.experiments.iter().all(|of| of.combinations().is_some());
        is_small && tests && self.journeys.len() <= JOURNEYS_MAX && self.journeys.iter().all(steps)
    }

    /// A day on which nothing happened.
    #[must_use]
    pub fn nothing(&self) -> Day {
        let journeys = self.journeys.iter().map(|journey| JourneyPulse {
            steps: vec![StepPulse::default(); journey.steps.len()],
            ..JourneyPulse::default()
        });
        let journeys = journeys.collect();
        let experiments = self.experiments.iter().map(nobody).collect();
        Day {
            pulse: Pulse { journeys, experiments, ..Pulse::default() },
            credited: vec![Sales::default(); self.journeys.len()],
            ..Day::default()
        }
    }

    /// The day with every list as long as it must be, if none is longer.
    fn fitted(&self, mut day: Day) -> Option<Day> {
        let tests = &mut day.pulse.experiments;
        if tests.len() > self.experiments.len() {
            return None;
        }
        tests.resize(self.experiments.len(), ExperimentPulse::default());
        for (test, head) in tests.iter_mut().zip(&self.experiments) {
            let combinations = head.combinations()?;
            if test.variants.len() > combinations {
                return None;
            }
            test.variants.resize(combinations, Tested::default());
        }
        let (journeys, credited) = (&mut day.pulse.journeys, &mut day.credited);
        if journeys.len().max(credited.len()) > self.journeys.len() {
            return None;
        }
        journeys.resize(self.journeys.len(), JourneyPulse::default());
        credited.resize(self.journeys.len(), Sales::default());
        for (journey, head) in journeys.iter_mut().zip(&self.journeys) {
            if journey.steps.len() > head.steps.len() {
                return None;
            }
            journey.steps.resize(head.steps.len(), StepPulse::default());
        }
        Some(day)
    }
}

/// An experiment that nobody has met.
fn nobody(of: &ExperimentHead) -> ExperimentPulse {
    ExperimentPulse::of(of.combinations().unwrap_or_default())
}

/// Whether no number is so large that the days of a recording could add up to more than fits.
fn is_bounded(value: &Value, most: f64) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|number| number.abs() <= most),
        Value::Array(all) => all.iter().all(|value| is_bounded(value, most)),
        Value::Object(fields) => fields.iter().all(|(name, value)| {
            let is_money = matches!(name.as_str(), "revenue" | "goal_value");
            is_bounded(value, if is_money { MONEY_MAX } else { COUNT_MAX })
        }),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// Leaves out what says nothing: numbers that are 0, what is absent, what is empty. Places in lists stay.
fn leave_out_nothing(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(leave_out_nothing);
            fields.retain(|_, value| match value {
                Value::Null => false,
                Value::Number(number) => number.as_f64() != Some(0.0),
                Value::Array(all) => !all.is_empty(),
                Value::Object(all) => !all.is_empty(),
                Value::Bool(_) | Value::String(_) => true,
            });
        }
        Value::Array(all) => all.iter_mut().for_each(leave_out_nothing),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
