//! What was read before a decision, as it was then: conditions with what their names came to, and the last look.

use super::Timeline;
use foresend_core::customer::effect::{Asked, Detail, Read};
use foresend_core::time::Timestamp;
use foresend_core::world::condition::{Condition, Truth};
use foresend_core::world::event::PropertyType;
use foresend_core::world::journey::{Act, JourneyIx, Row, Step, StepIx};
use foresend_core::world::topic::Basis;

impl Timeline<'_> {
    /// The values of the condition that a decision gives as its reason, ` (cart.items 0)`; empty if none is read.
    pub(super) fn values(&self, at: Timestamp, details: &[Detail]) -> String {
        let reason = details.iter().find_map(|detail| match &detail.read {
            Read::Condition { of: Asked::Row(..), .. }
            | Read::Condition { truth: Truth::True, .. }
            | Read::LastLook { .. } => None,
            Read::Condition { of, values, .. } => {
                Some(self.spelled(at, self.condition(*of)?, values))
            }
        });
        reason.unwrap_or_default()
    }

    /// What else was read, one phrase each: what held, which rows were asked, what the last look found.
    pub(super) fn also(&self, at: Timestamp, details: &[Detail]) -> Vec<String> {
        let phrases = details.iter().flat_map(|detail| match &detail.read {
            Read::Condition { of, truth, values } => {
                self.asked(at, *of, *truth, values).into_iter().collect()
            }
            Read::LastLook { basis, counted } => self.found(*basis, counted),
        });
        phrases.collect()
    }

    /// What the last look found, in the order in which it asks.
    fn found(&self, basis: Basis, counted: &[u16]) -> Vec<String> {
        let rates = self.compiled.program.limits.mails.iter().zip(counted);
        let limits =
            rates.map(|(rate, counted)| format!("{counted} of {} in {}", rate.most, rate.within));
        std::iter::once(basis_words(basis).to_owned()).chain(limits).collect()
    }

    fn asked(&self, at: Timestamp, of: Asked, truth: Truth, values: &[f64]) -> Option<String> {
        let condition = self.condition(of)?;
        let (text, values) = (on_one_line(condition), self.spelled(at, condition, values));
        let key = match of {
            Asked::If(_) | Asked::StepIf(..) => "if".to_owned(),
            Asked::While(_) => "while".to_owned(),
            Asked::Row(journey, step, row) => {
                let row = self.rows(journey, step).get(usize::from(row))?;
                let names = &self.compiled.path_names[usize::from(journey.0)];
                format!("{}:", names[usize::from(row.path.0)])
            }
        };
        match (of, truth) {
            (_, Truth::True) => Some(format!("{key} {text} ✓{values}")),
            (Asked::Row(..), Truth::False) => Some(format!("{key} {text} is false{values}")),
            (Asked::Row(..), Truth::Unknown) => Some(format!("{key} {text} is unknown{values}")),
            // The reason itself.
            (Asked::If(_) | Asked::StepIf(..) | Asked::While(_), Truth::False | Truth::Unknown) => {
                None
            }
        }
    }

    fn condition(&self, of: Asked) -> Option<&Condition> {
        match of {
            Asked::If(journey) => self.journey(journey).when.as_ref(),
            Asked::While(journey) => self.journey(journey).holds.as_ref(),
            Asked::StepIf(journey, step) => self.step_of(journey, step).when.as_ref(),
            Asked::Row(journey, step, row) => {
                self.rows(journey, step).get(usize::from(row))?.when.as_ref()
            }
        }
    }

    fn rows(&self, journey: JourneyIx, step: StepIx) -> &[Row] {
        match &self.step_of(journey, step).act {
            Act::Choose(rows) => rows,
            Act::Send(_) | Act::WaitFor(_) | Act::Split(_) | Act::Set(_) => &[],
            Act::Call(_) | Act::Leave(_) | Act::Stop(_) => &[],
        }
    }

    fn step_of(&self, journey: JourneyIx, step: StepIx) -> &Step {
        &self.journey(journey).steps[usize::from(step.0)]
    }

    /// ` (low_spender false, spend_1y 84)`: less what the condition is alone, which its truth says.
    fn spelled(&self, at: Timestamp, condition: &Condition, values: &[f64]) -> String {
        let text = condition.text().trim();
        let named = condition.names().iter().zip(values).filter(|(named, _)| *named.name != *text);
        let spelled: Vec<String> = named
            .map(|(named, value)| format!("{} {}", named.name, self.value(at, named.is, *value)))
            .collect();
        if spelled.is_empty() { String::new() } else { format!(" ({})", spelled.join(", ")) }
    }

    pub(super) fn value(&self, at: Timestamp, is: PropertyType, value: f64) -> String {
        if value.is_nan() {
            return "unknown".to_owned();
        }
        match is {
            PropertyType::Bool => (if value == 0.0 { "false" } else { "true" }).to_owned(),
            PropertyType::Number if value.is_infinite() => "infinite".to_owned(),
            // To the hundredth: a count of days runs on.
            PropertyType::Number => format!("{}", (value * 100.0).round() / 100.0),
            #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
            PropertyType::Date => self.clock.second(at, Timestamp::from_millis(value as i64)),
            PropertyType::Text => String::new(),
        }
    }
}

/// A condition as it is written, whatever its line breaks.
pub(super) fn on_one_line(condition: &Condition) -> String {
    condition.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a mail rests on, in words.
#[must_use]
pub const fn basis_words(basis: Basis) -> &'static str {
    match basis {
        Basis::Contract => "contract",
        Basis::Service => "service",
        Basis::Request => "request",
        Basis::Consent => "consent",
        Basis::ExistingCustomer => "existing customer",
    }
}
