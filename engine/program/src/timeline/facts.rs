//! The facts and segments that a program reads, and what they come to for one customer at one instant.

use super::Timeline;
use foresend_core::time::Timestamp;
use foresend_core::world::condition::{Condition, Facts, Truth};
use foresend_core::world::event::PropertyType;
use foresend_core::world::journey::Journey;
use std::collections::BTreeMap;

/// What a fact or a segment came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// Its name in program.toml.
    pub name: String,
    /// What it is: a number, or a yes-or-no.
    pub is: PropertyType,
    /// 1 or 0 for a yes-or-no; infinite: days since what never happened. `None`: unknown.
    pub value: Option<f64>,
    /// The same in words: `3`, `true`, `unknown`, `infinite`.
    pub says: String,
}

impl Timeline<'_> {
    /// Every fact and segment that journeys or mails read, in the order of program.toml. Of others nothing is remembered.
    #[must_use]
    pub fn facts(&self, at: Timestamp, facts: &impl Facts) -> Vec<Fact> {
        let program = &self.compiled.program;
        let mut came: BTreeMap<&str, (PropertyType, f64)> = BTreeMap::new();
        let of_segments = program.segments.iter().map(|segment| &segment.condition);
        let of_journeys = program.journeys.iter().flat_map(Journey::conditions);
        let of_mails = self.compiled.shown.iter().map(|shown| &shown.condition);
        for condition in of_segments.chain(of_journeys).chain(of_mails) {
            let (_, values) = condition.read_aloud(facts);
            let named = condition.names().iter().zip(values);
            came.extend(named.map(|(named, value)| (&*named.name, (named.is, value))));
        }
        for segment in &program.segments {
            came.insert(&segment.name, (PropertyType::Bool, truth(&segment.condition, facts)));
        }
        for shown in &self.compiled.shown {
            let (is, value) = if shown.is_segment {
                (PropertyType::Bool, truth(&shown.condition, facts))
            } else {
                (PropertyType::Number, shown.condition.number(facts).unwrap_or(f64::NAN))
            };
            came.insert(&shown.name, (is, value));
        }
        // Conditions name other things too, such as what the cart holds: those are shown where they stand.
        let defined = self.compiled.definitions.iter();
        let known = defined.filter_map(|(name, _)| Some((name, *came.get(&**name)?)));
        known
            .map(|(name, (is, value))| Fact {
                name: name.clone(),
                is,
                value: (!value.is_nan()).then_some(value),
                says: self.value(at, is, value),
            })
            .collect()
    }
}

/// 1, 0, or NaN for unknown.
fn truth(condition: &Condition, facts: &impl Facts) -> f64 {
    match condition.read(facts) {
        Truth::True => 1.0,
        Truth::False => 0.0,
        Truth::Unknown => f64::NAN,
    }
}
