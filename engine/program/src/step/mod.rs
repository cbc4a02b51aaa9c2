//! A step: its id, its when and if, the path it stands on, and exactly one act.

pub(crate) mod act;
pub(crate) mod begins;
mod choose;
mod moment;
mod send;
mod set;
mod wait_for;
mod was;

use self::act::{About, Above, ActRead};
use self::begins::BeginsRead;
use crate::condition::compile::{Lowered, Purpose, Scope};
use crate::condition::needs::Needs;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey;
use crate::keys;
use crate::known::Known;
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::tree::{At, Table, Value};
use crate::text::words;
use crate::topic::bad_id;
use foresend_core::id::StableId;
use foresend_core::moment::Moment;
use foresend_core::world::journey::{Kind, Listen, PathIx, Send, Step};
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
    /// What it was called when it was first published, if it was called otherwise.
    pub(crate) was: Option<At<String>>,
    /// `None`: it is wrong, which is told.
    pub(crate) begins: Option<BeginsRead>,
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
    /// What it is known by for ever.
    pub(crate) fn known_by(&self) -> &str {
        self.was.as_ref().map_or(&self.name, |was| &was.value)
    }

    /// What it sends, if it does.
    pub(crate) fn send(&self) -> Option<Send> {
        match self.act {
            Some(ActRead::Send(send)) => Some(send),
            Some(
                ActRead::WaitFor(..)
                | ActRead::Choose(_)
                | ActRead::Split(_)
                | ActRead::Set(_)
                | ActRead::Call(_)
                | ActRead::Leave(_)
                | ActRead::Stop(_),
            )
            | None => None,
        }
    }

    /// Events that it waits for.
    pub(crate) fn waits_for(&self) -> &[Listen] {
        match &self.act {
            Some(ActRead::WaitFor(on, ..)) => on,
            Some(
                ActRead::Send(_)
                | ActRead::Choose(_)
                | ActRead::Split(_)
                | ActRead::Set(_)
                | ActRead::Call(_)
                | ActRead::Leave(_)
                | ActRead::Stop(_),
            )
            | None => &[],
        }
    }

    /// Conditions that it reads: its own, its instant, and those of its rows.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Lowered> {
        let rows = match &self.act {
            Some(ActRead::Choose(rows)) => rows.as_slice(),
            Some(
                ActRead::Send(_)
                | ActRead::WaitFor(..)
                | ActRead::Split(_)
                | ActRead::Set(_)
                | ActRead::Call(_)
                | ActRead::Leave(_)
                | ActRead::Stop(_),
            )
            | None => &[],
        };
        let due = self.begins.as_ref().and_then(BeginsRead::due);
        self.when.iter().chain(due).chain(rows.iter().filter_map(|(_, when)| when.as_ref()))
    }

    pub(crate) fn build(&self, needs: &Needs, slots: &[String]) -> Option<Step> {
        Some(Step {
            name: self.name.clone(),
            id: StableId::of("step", self.known_by()),
            begins: self.begins.as_ref()?.build(needs, slots),
            moment: self.moment,
            when: self.when.as_ref().map(|condition| condition.condition(needs, slots)),
            path: self.path,
            act: self.act.as_ref()?.build(needs, slots),
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
        was::check(journey.file, &step, &steps, told);
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
    let reader = Reader::new(file, table, &keys::STEP, place.clone(), told);
    let name = reader.required_text("id", told);
    if let Some(name) = &name {
        check_id(file, name, told);
    }
    let begins = begins::read(&reader, known, told);
    let (moment, between) = moment::read(&reader, told);
    let topic = match reader.text("topic", told) {
        Some(name) => known.topics.named(file, &name, told),
        None => about.topic,
    };
    let path = choose::path(&reader, above, told);
    let step = name.as_ref().map_or("", |name| name.value);
    let was = was::read(&reader, step, told);
    let act = act::read(&reader, step, About { topic, ..about }, above, told);
    if matches!(act, Some(ActRead::Send(_))) {
        moment::check(&reader, between.as_ref(), topic, known, told);
    }
    let has_if = reader.get("if").is_some() || reader.was_meant("if");
    StepRead {
        name: name.map_or_else(String::new, |name| name.value.to_owned()),
        place,
        was,
        begins,
        moment,
        when: journey::condition(&reader, "if", Purpose::Condition, known, told),
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
