//! A step: its id, its when and if, and exactly one act. Each act has its own file; `send` is the one that is built.

mod moment;
mod send;

use crate::condition::compile::Lowered;
use crate::condition::needs::Needs;
use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey::{self, Known};
use crate::keys;
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use crate::topic::bad_id;
use foresend_core::id::StableId;
use foresend_core::moment::Moment;
use foresend_core::time::Wait;
use foresend_core::world::journey::{Act, Kind, Send, Step};
use foresend_core::world::topic::TopicIx;
use std::ops::Range;

/// Most steps of a journey.
const STEPS_MAX: usize = 200;

/// What one step says.
#[derive(Debug)]
pub(crate) struct StepRead {
    pub(crate) name: String,
    /// Where its name stands, or the step itself.
    pub(crate) place: Range<usize>,
    /// `None`: it is wrong, which is told.
    pub(crate) after: Option<Wait>,
    /// Where `after` stands, if it is written.
    pub(crate) after_place: Option<Range<usize>>,
    pub(crate) moment: Moment,
    pub(crate) when: Option<Lowered>,
    /// `None`: something is wrong with it, which is told.
    pub(crate) send: Option<Send>,
}

impl StepRead {
    pub(crate) fn build(&self, needs: &Needs) -> Option<Step> {
        Some(Step {
            name: self.name.clone(),
            id: StableId::of("step", &self.name),
            after: self.after?,
            moment: self.moment,
            when: self.when.as_ref().map(|condition| condition.condition(needs)),
            act: Act::Send(self.send?),
        })
    }
}

/// The steps of a journey, top to bottom.
pub(crate) fn read_all(
    journey: &Reader<'_>,
    topic: Option<TopicIx>,
    kind: Kind,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Vec<StepRead> {
    let Some(value) = journey.require("steps", &[], told) else { return Vec::new() };
    let Value::List(items) = &value.value else {
        journey.wrong_type("steps", value, told);
        return Vec::new();
    };
    if items.is_empty() {
        told.tell(
            Diagnostic::error("foresend::bad_value", journey.file.name, "this journey has no step")
                .at(value.span.clone(), "an empty list")
                .help("write one: `steps = [{ id = \"first\", send = \"NAME\" }]`"),
        );
    }
    if let Some(extra) = items.get(STEPS_MAX) {
        told.tell(
            Diagnostic::error(
                "foresend::too_many",
                journey.file.name,
                format!("a journey may have {STEPS_MAX} steps"),
            )
            .at(extra.span.clone(), "one too many"),
        );
    }
    let mut steps: Vec<StepRead> = Vec::new();
    for item in items.iter().take(STEPS_MAX) {
        let Value::Table(table) = &item.value else {
            journey.wrong_type("steps", item, told);
            continue;
        };
        let step = read(journey.file, table, &item.span, topic, kind, known, told);
        if let Some(other) =
            steps.iter().find(|other| !step.name.is_empty() && other.name == step.name)
        {
            told.tell(
                Diagnostic::error(
                    "foresend::duplicate_id",
                    journey.file.name,
                    format!("there are two steps `{}`", step.name),
                )
                .at(step.place.clone(), "named again here")
                .at(other.place.clone(), "first named here")
                .help("a step is known by its id for ever: give this one another"),
            );
        }
        steps.push(step);
    }
    steps
}

fn read(
    file: File<'_>,
    table: &Table,
    span: &Range<usize>,
    journey_topic: Option<TopicIx>,
    journey_kind: Kind,
    known: Known<'_>,
    told: &mut Mistakes,
) -> StepRead {
    // Of a `[[steps]]` the library gives the header's place, of `{ … }` the whole.
    let id = table.entries.iter().find(|(key, _)| key.value == "id").map(|(_, value)| value);
    let place = id.map_or(span, |id| &id.span).clone();
    // A step with two acts is told as that, even where one of them is not built.
    let has = |act: &&&str| table.entries.iter().any(|(key, _)| key.value == **act);
    let two_acts = keys::ACTS.iter().filter(has).count() > 1;
    let told_otherwise = if two_acts { keys::ACTS } else { &[] };
    let reader = Reader::quietly(file, table, &keys::STEP, place.clone(), told_otherwise, told);
    let name = reader.required_text("id", told);
    if let Some(name) = &name {
        check_id(file, name, told);
    }
    let after = reader.duration("after", told);
    let (moment, between) = moment::read(&reader, told);
    let topic = match reader.text("topic", told) {
        Some(name) => known.topics.named(file, &name, told),
        None => journey_topic,
    };
    let send = match act(&reader, told) {
        Some(act) => {
            moment::check(&reader, between.as_ref(), topic, known, told);
            send::read(&reader, act, topic, journey_kind, known, told)
        }
        None => None,
    };
    StepRead {
        name: name.map_or_else(String::new, |name| name.value.to_owned()),
        place,
        after: match (&after, reader.get("after").is_some() || reader.was_meant("after")) {
            (Some(after), _) => Some(after.value),
            (None, is_wrong) => (!is_wrong).then_some(defaults::AFTER),
        },
        after_place: after.map(|after| after.span),
        moment,
        when: journey::condition(&reader, "if", known, told),
        send,
    }
}

fn check_id(file: File<'_>, name: &At<&str>, told: &mut Mistakes) {
    if !words::is_id(name.value) {
        told.tell(bad_id(file, "step", name.value, Some(name.span.clone())));
    } else if keys::JOURNEY.key(name.value).is_some() {
        told.tell(
            Diagnostic::error(
                "foresend::bad_name",
                file.name,
                format!("a step cannot be called `{}`", name.value),
            )
            .at(name.span.clone(), "named here")
            .help(format!(
                "`{}` is a key of journeys, and an address like `cart-recovery.{}` must mean one thing: rename the step",
                name.value, name.value
            )),
        );
    }
}

/// The one act of a step, if it is one that is built.
fn act<'a>(reader: &Reader<'a>, told: &mut Mistakes) -> Option<&'a At<Value>> {
    let acts: Vec<&(At<String>, At<Value>)> =
        keys::ACTS.iter().filter_map(|key| reader.entry(key)).collect();
    match acts.as_slice() {
        [] => {
            if !keys::ACTS.iter().any(|key| reader.was_meant(key)) {
                told.tell(
                    Diagnostic::error(
                        "foresend::one_act",
                        reader.file.name,
                        "this step does nothing",
                    )
                    .at(reader.place(), "it has no act")
                    .help("add `send = \"NAME\"`: the mail mails/NAME.md"),
                );
            }
            None
        }
        [(key, value)] => (key.value == "send").then_some(value),
        [first, second, ..] => {
            let places = [first, second].map(|(key, value)| key.span.start..value.span.end);
            let [one, two] = places;
            told.tell(
                Diagnostic::error(
                    "foresend::one_act",
                    reader.file.name,
                    format!(
                        "this step does two things, `{}` and `{}`",
                        first.0.value, second.0.value
                    ),
                )
                .at(one, "one act")
                .at(two, "another")
                .help("a step does one thing: make two steps of it"),
            );
            None
        }
    }
}
