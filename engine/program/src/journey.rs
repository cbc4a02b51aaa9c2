//! journeys/NAME.toml: who goes through it, and what happens to them, top to bottom.
//! Invariant: a journey that is read whole can be built; whatever is missing in [`JourneyRead`] has been told.

use crate::condition::compile::{self, Lowered, Purpose, Scope};
use crate::condition::needs::Needs;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event;
use crate::goal::{self, GoalRead};
use crate::keys;
use crate::lint;
use crate::sources::File;
use crate::step::{self, StepRead};
use crate::text::read::{Reader, bad_duration};
use crate::text::spelled::Spelled;
use crate::text::tree::{self, At, Value};
use crate::text::words;
use crate::topic::{Topics, bad_id};
use foresend_core::id::StableId;
use foresend_core::time::{DayWindow, Wait};
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::{Again, Journey, Kind};
use foresend_core::world::topic::TopicIx;
use std::ops::Range;

/// What journeys are read against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) topics: &'a Topics,
    pub(crate) scope: Scope<'a>,
    /// In the order of their numbers.
    pub(crate) mails: &'a [&'a str],
    /// Quiet hours of marketing.
    pub(crate) quiet: Option<DayWindow>,
}

/// What a journey's file says.
#[derive(Debug)]
pub(crate) struct JourneyRead<'a> {
    pub(crate) file: File<'a>,
    pub(crate) name: &'a str,
    pub(crate) topic: Option<TopicIx>,
    pub(crate) kind: Kind,
    pub(crate) on: Vec<At<EventIx>>,
    /// `on` with its value: what starts it.
    pub(crate) on_place: Range<usize>,
    pub(crate) quiet: Option<Wait>,
    pub(crate) when: Option<Lowered>,
    pub(crate) holds: Option<Lowered>,
    pub(crate) again: Option<Again>,
    pub(crate) stop: Vec<At<EventIx>>,
    /// Whether `stop` was read whole, or is absent.
    pub(crate) stop_is_whole: bool,
    pub(crate) goal: Option<GoalRead>,
    /// Warnings that are meant.
    pub(crate) allow: Vec<String>,
    pub(crate) steps: Vec<StepRead>,
    /// The names of its paths, in the order of their numbers.
    pub(crate) paths: Vec<String>,
}

pub(crate) const KINDS: [(&str, Kind); 9] = [
    ("cart", Kind::Cart),
    ("browse", Kind::Browse),
    ("order", Kind::Order),
    ("item", Kind::Item),
    ("return", Kind::Return),
    ("welcome", Kind::Welcome),
    ("alert", Kind::Alert),
    ("news", Kind::News),
    ("service", Kind::Service),
];

impl<'a> JourneyRead<'a> {
    /// `None`: the file is not TOML, which is told.
    pub(crate) fn read(
        name: &'a str,
        file: File<'a>,
        known: Known<'_>,
        told: &mut Mistakes,
    ) -> Option<Self> {
        check_name(name, file, told);
        let table = match tree::parse(file) {
            Ok(table) => table,
            Err(wrong) => {
                told.tell(wrong);
                return None;
            }
        };
        let place = table.entries.first().map_or(0..0, |(key, _)| key.span.clone());
        let reader = Reader::new(file, &table, &keys::JOURNEY, place, told);
        let topic = reader
            .required_text("topic", told)
            .and_then(|name| known.topics.named(file, &name, told));
        let on = match reader.require("on", &["enters", "date", "every"], told) {
            Some(value) => events(&reader, "on", value, known, told),
            None => Vec::new(),
        };
        let on_place = reader
            .entry("on")
            .map_or_else(|| reader.place(), |(key, value)| key.span.start..value.span.end);
        let stop = reader
            .get("stop")
            .map_or_else(Vec::new, |value| events(&reader, "stop", value, known, told));
        let stop_is_whole = match reader.get("stop") {
            Some(value) => items(value).len() == stop.len(),
            None => !reader.was_meant("stop"),
        };
        let kind = match reader.one_of("kind", &KINDS, told) {
            Some(kind) => kind,
            None => kind_of(&on),
        };
        let (steps, paths) = step::read_all(&reader, topic, kind, known, told);
        let condition = |key: &str, told: &mut Mistakes| condition(&reader, key, known, told);
        Some(Self {
            file,
            name,
            topic,
            kind,
            on_place,
            quiet: reader.some_duration("quiet", told).map(|wait| wait.value),
            when: condition("if", told),
            holds: condition("while", told),
            again: again(&reader, told),
            goal: goal::read(&reader, known, told),
            allow: allow(&reader, told),
            steps,
            paths,
            on,
            stop,
            stop_is_whole,
        })
    }

    /// Adds what its conditions read.
    pub(crate) fn need(&self, needs: &mut Needs) {
        let steps = self.steps.iter().flat_map(StepRead::conditions);
        for condition in self.when.iter().chain(&self.holds).chain(steps) {
            needs.add(&condition.pieces);
        }
    }

    /// The journey as the core reads it; `None` where a mistake has been told.
    pub(crate) fn build(&self, needs: &Needs) -> Option<Journey> {
        Some(Journey {
            name: self.name.to_owned(),
            id: StableId::of("journey", self.name),
            topic: self.topic?,
            kind: self.kind,
            on: self.on.iter().map(|event| event.value).collect(),
            quiet: self.quiet,
            when: self.when.as_ref().map(|condition| condition.condition(needs)),
            holds: self.holds.as_ref().map(|condition| condition.condition(needs)),
            again: self.again?,
            stop: self.stop.iter().map(|event| event.value).collect(),
            goal: self.goal.as_ref().map(GoalRead::build),
            steps: self.steps.iter().map(|step| step.build(needs)).collect::<Option<_>>()?,
        })
    }
}

fn check_name(name: &str, file: File<'_>, told: &mut Mistakes) {
    if !words::is_id(name) {
        told.tell(bad_id(file, "journey", name, None));
    } else if keys::PROGRAM.key(name).is_some() || name == "population" {
        told.tell(
            Diagnostic::error(
                "foresend::bad_name",
                file.name,
                format!("a journey cannot be called `{name}`"),
            )
            .help(format!("`{name}` is part of program.toml, and `--set {name}.…` must mean one thing: rename the file")),
        );
    }
}

/// One event or several, each once.
pub(crate) fn events(
    reader: &Reader<'_>,
    key: &str,
    value: &At<Value>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Vec<At<EventIx>> {
    if items(value).is_empty() {
        told.tell(
            Diagnostic::error(
                "foresend::bad_value",
                reader.file.name,
                format!("`{key}` names no event"),
            )
            .at(value.span.clone(), "an empty list")
            .help(format!("name one, such as `\"Order Completed\"`, or leave `{key}` out")),
        );
    }
    let mut events: Vec<At<EventIx>> = Vec::new();
    for item in items(value) {
        if let Value::Table(table) = &item.value
            && table.entries.iter().any(|(key, _)| key.value == "same")
        {
            let what = format!("`same` in `{key}`");
            let instead = "name the event alone: it then counts whatever it is about";
            told.tell(Diagnostic::not_yet(reader.file.name, &what, item.span.clone(), instead));
            continue;
        }
        let Some(name) = reader.as_text(key, item, told) else { continue };
        let Some(event) = event::named(reader.file, &name, known.scope.vocabulary, told) else {
            continue;
        };
        if events.iter().any(|other| other.value == event) {
            told.tell(
                Diagnostic::error(
                    "foresend::duplicate_name",
                    reader.file.name,
                    format!("`{}` stands in `{key}` twice", name.value),
                )
                .at(name.span.clone(), "again here")
                .help("leave one of them out"),
            );
        }
        events.push(At { value: event, span: name.span });
    }
    events
}

/// What a list holds; anything else is a list of one.
fn items(value: &At<Value>) -> &[At<Value>] {
    if let Value::List(items) = &value.value { items } else { std::slice::from_ref(value) }
}

/// A journey's or step's own condition.
pub(crate) fn condition(
    reader: &Reader<'_>,
    key: &str,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<Lowered> {
    let text = reader.text(key, told)?;
    let spelled = Spelled::new(reader.file.text, text.span.clone(), text.value);
    let expr = compile::tree(reader.file, &spelled, told)?;
    compile::lower(reader.file, &spelled, &expr, Purpose::Condition, known.scope, told)
}

fn again(reader: &Reader<'_>, told: &mut Mistakes) -> Option<Again> {
    let value = reader.require("again", &[], told)?;
    if matches!(value.value, Value::Integer(_)) {
        return reader.some_duration("again", told).map(|wait| Again::After(wait.value));
    }
    let text = reader.as_text("again", value, told)?;
    match (text.value, words::duration(text.value)) {
        ("never", _) => Some(Again::Never),
        ("always", _) => Some(Again::Always),
        (_, Some(wait)) if wait > Wait::ZERO => Some(Again::After(wait)),
        (_, Some(_)) => {
            told.tell(
                bad_duration(reader.file, text.value, text.span)
                    .help("write `always` for no time between two starts"),
            );
            None
        }
        (written, None) => {
            let mut wrong = bad_duration(reader.file, written, text.span);
            if words::duration_meant(written).is_none() {
                wrong = wrong.help("write the least time between two starts, such as `7d`, or `never`, or `always`");
            }
            told.tell(wrong);
            None
        }
    }
}

fn allow(reader: &Reader<'_>, told: &mut Mistakes) -> Vec<String> {
    let mut allowed = Vec::new();
    for text in reader.list("allow", told) {
        match lint::NAMES.iter().find(|(name, _)| *name == text.value) {
            Some((name, lint::State::Allowed)) => allowed.push((*name).to_owned()),
            Some((name, lint::State::NotYet)) => told.tell(Diagnostic::not_yet(
                reader.file.name,
                &format!("the warning `{name}`"),
                text.span,
                "leave it out: it is not given",
            )),
            Some((name, lint::State::OfTheProgram)) => told.tell(
                Diagnostic::error(
                    "foresend::bad_value",
                    reader.file.name,
                    format!("`{name}` warns of program.toml, not of a journey"),
                )
                .at(text.span, "allowed here")
                .help("leave it out here"),
            ),
            None => {
                let names: Vec<(&str, ())> = lint::NAMES
                    .iter()
                    .filter(|(_, state)| *state == lint::State::Allowed)
                    .map(|(name, _)| (*name, ()))
                    .collect();
                crate::text::read::choice(reader.file, "`allow`", &text, &names, told);
            }
        }
    }
    allowed
}

/// What sort of mail a journey sends, as far as its start tells.
fn kind_of(on: &[At<EventIx>]) -> Kind {
    const CART: [EventIx; 3] =
        [EventIx::PRODUCT_ADDED, EventIx::CHECKOUT_STARTED, EventIx::CART_VIEWED];
    const BROWSE: [EventIx; 5] = [
        EventIx::PRODUCT_VIEWED,
        EventIx::PRODUCT_CLICKED,
        EventIx::PRODUCTS_SEARCHED,
        EventIx::PRODUCT_LIST_VIEWED,
        EventIx::PRODUCT_LIST_FILTERED,
    ];
    let starts = |events: &[EventIx]| on.iter().any(|event| events.contains(&event.value));
    if starts(&CART) {
        Kind::Cart
    } else if starts(&BROWSE) {
        Kind::Browse
    } else if starts(&[EventIx::ORDER_COMPLETED]) {
        Kind::Order
    } else {
        Kind::News
    }
}
