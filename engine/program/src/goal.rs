//! A journey's goal: what it is for, within how long, and what that is worth.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey::{Known, events};
use crate::keys;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};
use foresend_core::time::Wait;
use foresend_core::world::event::{EventIx, PropertyIx, PropertyType};
use foresend_core::world::journey::Goal;

/// A goal, with places.
#[derive(Debug)]
pub(crate) struct GoalRead {
    pub(crate) on: Vec<EventIx>,
    pub(crate) within: At<Wait>,
    pub(crate) value: Vec<Option<PropertyIx>>,
}

impl GoalRead {
    pub(crate) fn build(&self) -> Goal {
        Goal { on: self.on.clone(), within: self.within.value, value: self.value.clone() }
    }
}

/// `None`: there is none, or it is wrong, which is told.
pub(crate) fn read(
    journey: &Reader<'_>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<GoalRead> {
    let (key, value) = journey.entry("goal")?;
    let Value::Table(table) = &value.value else {
        journey.wrong_type("goal", value, told);
        return None;
    };
    let reader = Reader::new(journey.file, table, &keys::GOAL, key.span.clone(), told);
    let on = match reader.require("on", &[], told) {
        Some(value) => events(&reader, "on", value, known, told),
        None => Vec::new(),
    };
    let within = match reader.require("within", &[], told) {
        Some(_) => reader.some_duration("within", told),
        None => None,
    };
    let on: Vec<EventIx> = on.into_iter().map(|event| event.value).collect();
    let value = match reader.text("value", told) {
        Some(text) => worth(&reader, &text, &on, known, told),
        None => vec![None; on.len()],
    };
    Some(GoalRead { on, within: within?, value })
}

/// The property that is summed, in each of the events. It must be a number of one of them at least.
fn worth(
    reader: &Reader<'_>,
    text: &At<&str>,
    on: &[EventIx],
    known: Known<'_>,
    told: &mut Mistakes,
) -> Vec<Option<PropertyIx>> {
    let vocabulary = known.scope.vocabulary;
    let found = |&event: &EventIx| vocabulary.def(event).property(text.value);
    let value: Vec<Option<PropertyIx>> = on
        .iter()
        .map(|event| found(event).filter(|(_, t)| *t == PropertyType::Number).map(|(ix, _)| ix))
        .collect();
    if on.is_empty() || value.iter().any(Option::is_some) {
        return value;
    }
    let numbers: Vec<&str> = on
        .iter()
        .flat_map(|&event| &vocabulary.def(event).properties)
        .filter(|(_, t)| *t == PropertyType::Number)
        .map(|(name, _)| name.as_str())
        .collect();
    let event = &vocabulary.def(on[0]).name;
    let (code, message, label) = if on.iter().any(|event| found(event).is_some()) {
        (
            "foresend::wrong_type",
            format!("`{}` of {event} is not a number", text.value),
            "only numbers have a sum",
        )
    } else {
        (
            "foresend::unknown_property",
            format!("{event} has no property `{}`", text.value),
            "named here",
        )
    };
    let help = read::did_you_mean(text.value, numbers.iter().copied(), || {
        read::there_are(
            "its numbers",
            numbers.iter().copied(),
            "it has no numbers: leave `value` out",
        )
    });
    told.tell(
        Diagnostic::error(code, reader.file.name, message).at(text.span.clone(), label).help(help),
    );
    value
}
