//! A folder of texts in; a compiled program, or every mistake in it, out.

use crate::condition::compile::Scope;
use crate::condition::definitions::{Definitions, Sort};
use crate::condition::needs::{self, History, Needs, STREAMS_MAX};
use crate::currency::Currency;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey::{JourneyRead, Known};
use crate::lint;
use crate::mail::{self, Mail, Provided};
use crate::program::{Brand, ProgramRead};
use crate::sources::{File, Folder, Sources};
use crate::text::read;
use foresend_core::id::StableId;
use foresend_core::time::Wait;
use foresend_core::world::journey::Journey;
use foresend_core::world::program::{Outline, Program};
use foresend_core::world::stream::Stream;
use std::collections::BTreeMap;

/// Most journeys of a program.
const JOURNEYS_MAX: usize = 64;
/// Most mails of a program.
const MAILS_MAX: usize = 1_000;

/// A program that can be run.
#[derive(Clone, PartialEq, Debug)]
pub struct Compiled {
    /// What a customer is run against.
    pub program: Program,
    /// Its size, in words for people.
    pub summary: Summary,
    /// What it remembers of a customer's events.
    pub remembered: Vec<Remembered>,
    /// Its one currency.
    pub currency: Currency,
    /// Who sends.
    pub brand: Brand,
    /// Its mails, in the order of [`MailIx`](foresend_core::world::journey::MailIx).
    pub mails: Vec<Mail>,
    /// Every journey of the folder, by priority, compiled in or not.
    pub journey_names: Vec<String>,
    /// The names of each compiled journey's paths, in the order of [`PathIx`](foresend_core::world::journey::PathIx).
    pub path_names: Vec<Vec<String>>,
    /// Facts, then segments: each name with its definition as written.
    pub definitions: Vec<(String, String)>,
}

/// What a folder holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Journeys, compiled in or not.
    pub journeys: usize,
    /// Mails, sent or not.
    pub mails: usize,
    /// Facts, used or not.
    pub facts: usize,
    /// Segments, used or not.
    pub segments: usize,
    /// Files.
    pub files: usize,
    /// About how many bytes the usual customer takes, with what the compiled journeys must remember.
    pub bytes_a_customer: usize,
}

/// What is remembered of one event, or of one of its properties, and what that takes of the usual customer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remembered {
    /// The event.
    pub event: String,
    /// The property that is summed.
    pub property: Option<String>,
    /// How far back single ones are kept; `None`: only how many there were, their sum, and when the last was.
    pub window: Option<Wait>,
    /// About how many bytes.
    pub bytes: usize,
    /// The facts that read it. Without any, a journey's `stop` does.
    pub facts: Vec<String>,
}

impl Summary {
    /// The bytes of a customer before anything is remembered of their events.
    pub const BYTES_BEFORE: usize = needs::CUSTOMER_BYTES;
}

/// Compiles a folder. All of it is checked; of its journeys only those in `only` are compiled in, all if it is
/// `None`. A name in `only` that is no journey adds nothing: the caller compares it with
/// [`Compiled::journey_names`], as [`Scenario::unknown_journeys`](crate::Scenario::unknown_journeys) does.
///
/// There is a program if no diagnostic is an error. Diagnostics are in the order of files and of places in them.
#[must_use]
pub fn compile(sources: &Sources, only: Option<&[String]>) -> (Option<Compiled>, Vec<Diagnostic>) {
    let mut told = Mistakes::default();
    let folder = sources.sort(&mut told);
    check_numbers(&folder, &mut told);
    let program = ProgramRead::read(folder.program, &mut told);
    let provided = Provided { definitions: &program.definitions };
    let mails: Vec<Option<Mail>> = folder
        .mails
        .iter()
        .map(|&(name, file)| mail::read(name, file, provided, &mut told))
        .collect();
    let mail_names: Vec<&str> = folder.mails.iter().map(|&(name, _)| name).collect();
    let known = Known {
        topics: &program.topics,
        scope: Scope {
            definitions: &program.definitions,
            vocabulary: &program.vocabulary,
            own: None,
            waits: &[],
        },
        mails: &mail_names,
        quiet: program.limits.limits.quiet,
    };
    let journeys: Vec<JourneyRead<'_>> = folder
        .journeys
        .iter()
        .filter_map(|&(name, file)| JourneyRead::read(name, file, known, &mut told))
        .collect();
    let names: Vec<&str> = folder.journeys.iter().map(|&(name, _)| name).collect();
    let order = by_priority(&program, &names, &mut told);
    check_postal(&program, &journeys, &mut told);
    check_ids(&journeys, &mut told);
    lint::all(folder.program, &program, &journeys, &mut told);
    if told.any_error() {
        return (None, told.in_order());
    }
    let chosen: Vec<&JourneyRead<'_>> = order
        .iter()
        .filter(|name| only.is_none_or(|only| only.iter().any(|chosen| chosen == *name)))
        .filter_map(|name| journeys.iter().find(|journey| journey.name == *name))
        .collect();
    let mut needs = Needs::default();
    chosen.iter().for_each(|journey| journey.need(&mut needs));
    if needs.len() > STREAMS_MAX {
        told.tell(
            Diagnostic::error(
                "foresend::too_many",
                "program.toml",
                format!("these facts read {} histories of at most {STREAMS_MAX}", needs.len()),
            )
            .help("a history is an event, or a property of one: let facts share them"),
        );
        return (None, told.in_order());
    }
    let built: Option<Vec<Journey>> = chosen.iter().map(|journey| journey.build(&needs)).collect();
    let mails: Option<Vec<Mail>> = mails.into_iter().collect();
    let journey_names = order.iter().map(|&name| name.to_owned()).collect();
    let path_names = chosen.iter().map(|journey| journey.paths.clone()).collect();
    let names = (journey_names, path_names);
    let compiled = assemble(sources, program, built, mails, &needs, names);
    debug_assert!(compiled.is_some(), "something is missing, and nothing was told: {told:?}");
    (compiled, told.in_order())
}

fn assemble(
    sources: &Sources,
    program: ProgramRead,
    journeys: Option<Vec<Journey>>,
    mails: Option<Vec<Mail>>,
    needs: &Needs,
    (journey_names, path_names): (Vec<String>, Vec<Vec<String>>),
) -> Option<Compiled> {
    let (journeys, mails) = (journeys?, mails?);
    let currency = program.currency?;
    let mut summary = Summary {
        journeys: journey_names.len(),
        mails: mails.len(),
        facts: program.definitions.count(Sort::Fact),
        segments: program.definitions.count(Sort::Segment),
        files: sources.files.len(),
        bytes_a_customer: 0,
    };
    let outline = Outline {
        hash: sources.hash(),
        zone: program.zone?,
        currency: currency.code.to_owned(),
        minor_digits: currency.minor_digits,
        credit: program.credit,
        events: program.vocabulary.into_events(),
        topics: program.topics.into_topics(),
        streams: needs.streams(),
        limits: program.limits.limits,
        mails: mails.iter().map(|mail| mail.name.clone()).collect(),
        journeys,
    };
    let (brand, definitions) = (program.brand?, program.definitions);
    let program = Program::new(outline);
    // With the streams that it adds for stops.
    summary.bytes_a_customer = needs::bytes_a_customer(&program.streams);
    let remembered =
        program.streams.iter().map(|stream| remembered(&program, &definitions, stream)).collect();
    let definitions = definitions.texts();
    Some(Compiled {
        program,
        summary,
        remembered,
        currency,
        brand,
        mails,
        journey_names,
        path_names,
        definitions,
    })
}

fn remembered(program: &Program, definitions: &Definitions, stream: &Stream) -> Remembered {
    let Stream { event, property, window } = *stream;
    let def = program.events.get(usize::from(event.0));
    let property_name = property.and_then(|property| {
        def?.properties.get(usize::from(property.0)).map(|(name, _)| name.clone())
    });
    Remembered {
        event: def.map(|def| def.name.clone()).unwrap_or_default(),
        property: property_name,
        window,
        bytes: needs::bytes(stream),
        facts: definitions.facts_reading(History { event, property }),
    }
}

fn check_numbers(folder: &Folder<'_>, told: &mut Mistakes) {
    let counts = [
        (folder.journeys.get(JOURNEYS_MAX), folder.journeys.len(), JOURNEYS_MAX, "journeys"),
        (folder.mails.get(MAILS_MAX), folder.mails.len(), MAILS_MAX, "mails"),
    ];
    for (extra, count, most, what) in counts {
        if let Some((_, file)) = extra {
            told.tell(Diagnostic::error(
                "foresend::too_many",
                file.name,
                format!("there are {count} {what}, of at most {most}"),
            ));
        }
    }
}

/// The names of journeys: those of `priority` first, the others by name.
fn by_priority<'a>(program: &ProgramRead, names: &[&'a str], told: &mut Mistakes) -> Vec<&'a str> {
    let mut order: Vec<&str> = Vec::new();
    for wanted in &program.priority {
        let (code, message, label, help) = match names.iter().find(|name| **name == wanted.value) {
            Some(name) if !order.contains(name) => {
                order.push(name);
                continue;
            }
            Some(_) => (
                "foresend::duplicate_name",
                format!("`{}` stands in `priority` twice", wanted.value),
                "again here",
                "leave one of them out".to_owned(),
            ),
            None => (
                "foresend::unknown_journey",
                format!("there is no journey `{}`", wanted.value),
                "named here",
                read::did_you_mean(&wanted.value, names.iter().copied(), || {
                    read::there_are(
                        "there are",
                        names.iter().copied(),
                        "there are no journeys in journeys/",
                    )
                }),
            ),
        };
        told.tell(
            Diagnostic::error(code, "program.toml", message)
                .at(wanted.span.clone(), label)
                .help(help),
        );
    }
    order.extend(names.iter().copied().filter(|name| !order.contains(name)).collect::<Vec<_>>());
    order
}

/// The law wants a postal address under every marketing mail; the program wants one always.
fn check_postal(program: &ProgramRead, journeys: &[JourneyRead<'_>], told: &mut Mistakes) {
    let Some(place) = &program.without_postal else { return };
    let marketing = journeys.iter().find_map(|journey| {
        let is_marketing = |step: &&crate::step::StepRead| {
            step.send().is_some_and(|send| program.topics.get(send.topic).is_marketing())
        };
        journey
            .steps
            .iter()
            .find(is_marketing)
            .map(|step| format!("{}.{}", journey.name, step.name))
    });
    let (code, message) = match marketing {
        Some(step) => (
            "foresend::no_postal_address",
            format!("`{step}` is marketing, and there is no postal address to put under it"),
        ),
        None => ("foresend::missing_key", "program.toml has no `postal`".to_owned()),
    };
    told.tell(
        Diagnostic::error(code, "program.toml", message)
            .at(place.clone(), "`postal` is missing here")
            .help("add `postal = \"Shop Ltd, 1 Street, Town, Country\"`: the law wants it under every marketing mail"),
    );
}

/// Names that hash to one id would be one journey, or one step, for ever.
fn check_ids(journeys: &[JourneyRead<'_>], told: &mut Mistakes) {
    let mut taken: BTreeMap<StableId, &str> = BTreeMap::new();
    for journey in journeys {
        if let Some(other) = taken.insert(StableId::of("journey", journey.name), journey.name) {
            told.tell(collision(journey.file, "journeys", journey.name, other));
        }
        let mut steps: BTreeMap<StableId, &str> = BTreeMap::new();
        for step in &journey.steps {
            let other = steps.insert(StableId::of("step", &step.name), &step.name);
            // Two steps of one name are told as that.
            if let Some(other) = other.filter(|other| *other != step.name) {
                let told_at = collision(journey.file, "steps", &step.name, other);
                told.tell(told_at.at(step.place.clone(), "one of them"));
            }
        }
    }
}

fn collision(file: File<'_>, what: &str, one: &str, other: &str) -> Diagnostic {
    Diagnostic::error(
        "foresend::same_id",
        file.name,
        format!("the {what} `{one}` and `{other}` cannot be told apart"),
    )
    .help("their names have the same 32-bit hash, by rare chance: rename one of them")
}
