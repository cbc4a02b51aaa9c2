//! A step: its id, its when and if, the path it stands on, and exactly one act.

pub(crate) mod act;
mod choose;
mod moment;
mod send;
mod wait_for;

use self::act::{About, Above, ActRead};
use crate::condition::compile::{Lowered, Scope};
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
use foresend_core::world::journey::{Kind, PathIx, Send, Step};
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
    /// Whether an `if` is written, right or wrong.
    pub(crate) has_if: bool,
    /// `None`: it runs on all.
    pub(crate) path: Option<PathIx>,
    /// `None`: something is wrong with it, which is told.
    pub(crate) act: Option<ActRead>,
}

impl StepRead {
    /// What it sends, if it does.
    pub(crate) fn send(&self) -> Option<Send> {
        match self.act {
            Some(ActRead::Send(send)) => Some(send),
            Some(
                ActRead::WaitFor(..)
                | ActRead::Choose(_)
                | ActRead::Split(_)
                | ActRead::Leave(_)
                | ActRead::Stop(_),
            )
            | None => None,
        }
    }

    /// Conditions that it reads: its own, and those of its rows.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Lowered> {
        let rows = match &self.act {
            Some(ActRead::Choose(rows)) => rows.as_slice(),
            Some(
                ActRead::Send(_)
                | ActRead::WaitFor(..)
                | ActRead::Split(_)
                | ActRead::Leave(_)
                | ActRead::Stop(_),
            )
            | None => &[],
        };
        self.when.iter().chain(rows.iter().filter_map(|(_, when)| when.as_ref()))
    }

    pub(crate) fn build(&self, needs: &Needs) -> Option<Step> {
        Some(Step {
            name: self.name.clone(),
            id: StableId::of("step", &self.name),
            after: self.after?,
            moment: self.moment,
            when: self.when.as_ref().map(|condition| condition.condition(needs)),
            path: self.path,
            act: self.act.as_ref()?.build(needs),
        })
    }
}

/// The steps of a journey, top to bottom, and the names of its paths.
pub(crate) fn read_all(
    journey: &Reader<'_>,
    topic: Option<TopicIx>,
    kind: Kind,
    known: Known<'_>,
    told: &mut Mistakes,
) -> (Vec<StepRead>, Vec<String>) {
    let Some(value) = journey.require("steps", &[], told) else {
        return Default::default();
    };
    let Value::List(items) = &value.value else {
        journey.wrong_type("steps", value, told);
        return Default::default();
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
    let mut above = Above::default();
    let mut over: Option<Range<usize>> = None;
    for item in items.iter().take(STEPS_MAX) {
        let Value::Table(table) = &item.value else {
            journey.wrong_type("steps", item, told);
            continue;
        };
        if let Some(over) = &over {
            told.tell(
                Diagnostic::error(
                    "foresend::never_reached",
                    journey.file.name,
                    "this step is never reached",
                )
                .at(item.span.clone(), "below a step that always stops")
                .at(over.clone(), "this one has no `if`")
                .help("give the step that stops an `if`, or leave out what follows"),
            );
            break;
        }
        let waits = above.waits.clone();
        let scope = Scope { waits: &waits, ..known.scope };
        let about = About { topic, journey_kind: kind, known: Known { scope, ..known } };
        let step = read(journey.file, table, &item.span, about, &mut above, told);
        if matches!(step.act, Some(ActRead::Stop(_))) && step.path.is_none() && !step.has_if {
            over = Some(step.place.clone());
        }
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
    (steps, above.paths)
}

fn read(
    file: File<'_>,
    table: &Table,
    span: &Range<usize>,
    about: About<'_>,
    above: &mut Above,
    told: &mut Mistakes,
) -> StepRead {
    let known = about.known;
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
        None => about.topic,
    };
    let path = choose::path(&reader, above, told);
    let step = name.as_ref().map_or("", |name| name.value);
    let act = act::read(&reader, step, About { topic, ..about }, above, told);
    if matches!(act, Some(ActRead::Send(_))) {
        moment::check(&reader, between.as_ref(), topic, known, told);
    }
    let has_if = reader.get("if").is_some() || reader.was_meant("if");
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
        path,
        act,
        has_if,
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
