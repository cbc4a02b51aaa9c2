//! journeys/NAME.toml: who goes through it, and what happens to them, top to bottom.
//! Invariant: a journey that is read whole can be built; whatever is missing in [`JourneyRead`] has been told.

use crate::condition::compile::{self, Lowered, Purpose, Scope, Starts};
use crate::condition::definitions::Definitions;
use crate::condition::needs::{Needs, SLOTS_MAX};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::event::Vocabulary;
use crate::goal::{self, GoalRead};
use crate::keys;
use crate::kind::{self, KINDS};
use crate::known::Known;
use crate::lint;
use crate::listen::{self, ListensRead};
use crate::mail;
use crate::sources::File;
use crate::start::{self, By, StartRead};
use crate::step::{self, StepRead};
use crate::text::read::{self, Reader, bad_duration};
use crate::text::spelled::Spelled;
use crate::text::tree::{self, At, Value};
use crate::text::words;
use crate::topic::bad_id;
use crate::yields;
use foresend_core::id::StableId;
use foresend_core::time::Wait;
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::{Again, Journey, JourneyIx, Kind, Listen};
use foresend_core::world::topic::TopicIx;

/// What a journey's file says.
#[derive(Debug)]
pub(crate) struct JourneyRead<'a> {
    pub(crate) file: File<'a>,
    pub(crate) name: &'a str,
    pub(crate) topic: Option<TopicIx>,
    pub(crate) kind: Kind,
    pub(crate) start: StartRead,
    pub(crate) quiet: Option<Wait>,
    pub(crate) when: Option<Lowered>,
    pub(crate) holds: Option<Lowered>,
    pub(crate) again: Option<Again>,
    pub(crate) yields_to: Vec<At<String>>,
    pub(crate) stop: ListensRead,
    pub(crate) goal: Option<GoalRead>,
    /// Whether a goal is written, right or wrong.
    pub(crate) says_goal: bool,
    /// What its mails read: known once all mails and experiments are.
    pub(crate) read_by_mails: Vec<String>,
    /// Warnings that are meant.
    pub(crate) allow: Vec<String>,
    pub(crate) steps: Vec<StepRead>,
    /// The names of its paths, in the order of their numbers.
    pub(crate) paths: Vec<String>,
}

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
        let start = start::read(&reader, known, told);
        let events: Vec<EventIx> = start.events().iter().map(|event| event.value).collect();
        let starts = Starts { events: &events, has_item: start.has_item() };
        let starts = (!matches!(start.by, By::Wrong)).then_some(starts);
        let scope = Scope { starts, ..known.scope };
        let known = Known { scope, is_keyed: start.is_keyed(), ..known };
        if !known.is_keyed {
            listen::check_no_same(&start, file, &table, told);
        }
        let kind = match reader.one_of("kind", &KINDS, told) {
            Some(kind) => kind,
            None => kind::of_journey(&start, topic.map(|topic| known.topics.get(topic))),
        };
        let stop = match reader.get("stop") {
            Some(value) => listen::read(&reader, "stop", value, None, known, told),
            None => ListensRead { all: Vec::new(), is_whole: !reader.was_meant("stop") },
        };
        let (steps, paths) = step::read_all(&reader, topic, kind, known, told);
        let condition = |key: &str, told: &mut Mistakes| {
            condition(&reader, key, Purpose::Condition, known, told)
        };
        Some(Self {
            file,
            name,
            topic,
            kind,
            start,
            quiet: reader.some_duration("quiet", told).map(|wait| wait.value),
            when: condition("if", told),
            holds: condition("while", told),
            again: again(&reader, told),
            yields_to: yields::read(&reader, name, known, told),
            stop,
            goal: goal::read(&reader, &steps, known, told),
            says_goal: reader.get("goal").is_some() || reader.was_meant("goal"),
            read_by_mails: Vec::new(),
            allow: allow(&reader, told),
            steps,
            paths,
        })
    }

    /// Every condition that it reads.
    fn conditions(&self) -> impl Iterator<Item = &Lowered> {
        let steps = self.steps.iter().flat_map(StepRead::conditions);
        self.when.iter().chain(&self.holds).chain(steps)
    }

    /// Events that end it, or that its steps wait for.
    pub(crate) fn listens(&self) -> impl Iterator<Item = Listen> {
        let waits = self.steps.iter().flat_map(StepRead::waits_for).copied();
        self.stop.all.iter().map(|stop| stop.value).chain(waits)
    }

    /// Properties of the event that starts it which its conditions and its mails read, in the order of their slots.
    fn event_properties(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let by_mails = self.read_by_mails.iter().filter_map(|path| mail::event_property(path));
        let by_conditions = self.conditions().flat_map(Lowered::event_properties);
        for property in by_conditions.chain(by_mails.map(str::to_owned)) {
            if !all.contains(&property) {
                all.push(property);
            }
        }
        all
    }

    /// Takes note of what its mails read.
    pub(crate) fn reads(&mut self, by_mails: Vec<String>, told: &mut Mistakes) {
        self.read_by_mails = by_mails;
        self.check_properties(told);
    }

    fn check_properties(&self, told: &mut Mistakes) {
        if self.event_properties().len() > SLOTS_MAX {
            told.tell(
                Diagnostic::error(
                    "foresend::too_many",
                    self.file.name,
                    format!("the conditions and mails of this journey read more than {SLOTS_MAX} properties of its event"),
                )
                .at(self.start.place.clone(), "the event that starts it")
                .help("they are kept with each enrolment: ask for fewer, or make several journeys"),
            );
        }
    }

    /// Adds what its conditions and its mails read.
    pub(crate) fn need(&self, definitions: &Definitions, needs: &mut Needs) {
        self.conditions().for_each(|condition| needs.add(&condition.pieces));
        mail::need(&self.read_by_mails, definitions, needs);
    }

    /// The journey as the core reads it; `None` where a mistake has been told.
    pub(crate) fn build(&self, with: Build<'_>) -> Option<Journey> {
        let slots = &*self.event_properties();
        let Build { needs, vocabulary, segments, order } = with;
        let (start, key) = self.start.build(vocabulary, segments)?;
        let place = |event: &At<EventIx>, name: &str| {
            vocabulary.def(event.value).property(name).map(|(ix, _)| ix)
        };
        let events = self.start.events();
        let reads = slots
            .iter()
            .map(|name| events.iter().map(|event| place(event, name)).collect())
            .collect();
        // Of those that are compiled in; the others cannot be in the way.
        let number = |to: &At<String>| {
            let at = order.iter().position(|name| *name == to.value)?;
            u16::try_from(at).ok().map(JourneyIx)
        };
        Some(Journey {
            name: self.name.to_owned(),
            id: StableId::of("journey", self.name),
            topic: self.topic?,
            kind: self.kind,
            start,
            key,
            reads,
            quiet: self.quiet,
            when: self.when.as_ref().map(|condition| condition.condition(needs, slots)),
            holds: self.holds.as_ref().map(|condition| condition.condition(needs, slots)),
            again: self.again?,
            stop: self.stop.build(),
            yields_to: self.yields_to.iter().filter_map(number).collect(),
            goal: self.goal.as_ref().map(GoalRead::build),
            steps: self.steps.iter().map(|step| step.build(needs, slots)).collect::<Option<_>>()?,
        })
    }
}

/// What journeys are built with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Build<'a> {
    pub(crate) needs: &'a Needs,
    pub(crate) vocabulary: &'a Vocabulary,
    /// Segments that journeys enter, in the order of their numbers.
    pub(crate) segments: &'a [String],
    /// The journeys that are compiled in, by priority.
    pub(crate) order: &'a [&'a str],
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

/// A journey's or step's own condition.
pub(crate) fn condition(
    reader: &Reader<'_>,
    key: &str,
    purpose: Purpose,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<Lowered> {
    let text = reader.text(key, told)?;
    let spelled = Spelled::new(reader.file.text, text.span.clone(), text.value);
    let expr = compile::tree(reader.file, &spelled, told)?;
    compile::lower(reader.file, &spelled, &expr, purpose, known.scope, told)
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
                read::choice(reader.file, "`allow`", &text, &names, told);
            }
        }
    }
    allowed
}
