//! A journey's goal: what it is for, within how long, counted from where, and what that is worth.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::known::Known;
use crate::listen::{self, ListensRead};
use crate::step::StepRead;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};
use foresend_core::time::Wait;
use foresend_core::world::event::{EventIx, PropertyIx, PropertyType};
use foresend_core::world::journey::{Goal, StepIx};

/// A goal, with places.
#[derive(Debug)]
pub(crate) struct GoalRead {
    pub(crate) on: ListensRead,
    pub(crate) within: At<Wait>,
    /// The step from whose due moment it is counted; `None`: from the start.
    pub(crate) from: Option<usize>,
    value: Vec<Option<PropertyIx>>,
}

impl GoalRead {
    pub(crate) fn build(&self) -> Goal {
        Goal {
            on: self.on.build(),
            within: self.within.value,
            from: self.from.and_then(|at| u8::try_from(at).ok()).map(StepIx),
            value: self.value.clone(),
        }
    }
}

/// `None`: there is none, or it is wrong, which is told. `steps`: those of its journey.
pub(crate) fn read(
    journey: &Reader<'_>,
    steps: &[StepRead],
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<GoalRead> {
    let (key, value) = journey.entry("goal")?;
    let Value::Table(table) = &value.value else {
        journey.wrong_type("goal", value, told);
        return None;
    };
    let reader = Reader::new(journey.file, table, &keys::GOAL, key.span.clone(), told);
    let same = reader.text("same", told);
    let on = match reader.require("on", &[], told) {
        Some(value) => listen::read(&reader, "on", value, same.as_ref(), known, told),
        None => ListensRead::default(),
    };
    let within = match reader.require("within", &[], told) {
        Some(_) => reader.some_duration("within", told),
        None => None,
    };
    let from = reader.text("from", told).and_then(|name| step(&reader, &name, steps, told));
    let events: Vec<EventIx> = on.all.iter().map(|listen| listen.value.on).collect();
    let value = match reader.text("value", told) {
        Some(text) => worth(&reader, &text, &events, known, told),
        None => vec![None; events.len()],
    };
    Some(GoalRead { on, within: within?, from, value })
}

/// The step that is named.
fn step(
    reader: &Reader<'_>,
    name: &At<&str>,
    steps: &[StepRead],
    told: &mut Mistakes,
) -> Option<usize> {
    let found = steps.iter().position(|step| step.name == name.value);
    // A step without a readable id may be the one that is meant.
    if found.is_none() && !steps.is_empty() && steps.iter().all(|step| !step.name.is_empty()) {
        let names = steps.iter().map(|step| step.name.as_str());
        let help = read::did_you_mean(name.value, names.clone(), || {
            read::there_are(
                "its steps",
                names,
                "leave `from` out: it is then counted from the start",
            )
        });
        let message = format!("this journey has no step `{}`", name.value);
        told.tell(
            Diagnostic::error("foresend::unknown_step", reader.file.name, message)
                .at(name.span.clone(), "counted from here")
                .help(help),
        );
    }
    found
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
    if on.is_empty() || value.iter().any(Option::is_some) || !vocabulary.is_complete() {
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
