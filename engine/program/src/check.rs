//! What no file can tell alone: checks over a whole folder.

use crate::condition::needs::{Needs, STREAMS_MAX};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey::JourneyRead;
use crate::mail::{self, Mail, Sender};
use crate::program::ProgramRead;
use crate::sources::{File, Folder};
use crate::start::By;
use crate::step::StepRead;
use crate::text::read;
use foresend_core::id::StableId;
use foresend_core::world::event::EventIx;
use std::collections::{BTreeMap, BTreeSet};

/// Most journeys of a program.
const JOURNEYS_MAX: usize = 64;
/// Most mails of a program.
const MAILS_MAX: usize = 1_000;
/// Most events, each by one property, of which it is remembered what they were about.
const ABOUT_MAX: usize = 1_000;

/// What is remembered of a customer has bounds.
pub(crate) fn remembered(journeys: &[&JourneyRead<'_>], needs: &Needs, told: &mut Mistakes) {
    if needs.len() > STREAMS_MAX {
        told.tell(
            Diagnostic::error(
                "foresend::too_many",
                "program.toml",
                format!("these facts read {} histories of at most {STREAMS_MAX}", needs.len()),
            )
            .help("a history is an event, or a property of one: let facts share them"),
        );
    }
    let about: BTreeSet<_> = journeys
        .iter()
        .flat_map(|journey| journey.listens())
        .filter_map(|listen| listen.same.map(|same| (listen.on, same.property, same.products)))
        .collect();
    if about.len() > ABOUT_MAX {
        told.tell(
            Diagnostic::error(
                "foresend::too_many",
                "program.toml",
                format!(
                    "journeys ask of {} events what they are about, of at most {ABOUT_MAX}",
                    about.len()
                ),
            )
            .help("`same` in `stop` and `wait_for` keeps what each event was about: ask of fewer"),
        );
    }
}

pub(crate) fn numbers(folder: &Folder<'_>, told: &mut Mistakes) {
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
pub(crate) fn by_priority<'a>(
    program: &ProgramRead,
    names: &[&'a str],
    told: &mut Mistakes,
) -> Vec<&'a str> {
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
pub(crate) fn postal(program: &ProgramRead, journeys: &[JourneyRead<'_>], told: &mut Mistakes) {
    let Some(place) = &program.without_postal else { return };
    let marketing = journeys.iter().find_map(|journey| {
        let is_marketing = |step: &&StepRead| {
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

/// A mail that some step cannot fill would leave with a hole in it.
pub(crate) fn senders(
    program: &ProgramRead,
    journeys: &[JourneyRead<'_>],
    folder: &Folder<'_>,
    mails: &[Option<Mail>],
    told: &mut Mistakes,
) {
    for journey in journeys {
        for step in &journey.steps {
            let Some(send) = step.send() else { continue };
            let at = usize::from(send.mail.0);
            if let (Some(Some(mail)), Some(&(_, file))) = (mails.get(at), folder.mails.get(at)) {
                sender(program, journey, (step, send.offer.is_some()), (mail, file), told);
            }
        }
    }
}

/// The same for one mail that the step may send, with an offer or without.
pub(crate) fn sender(
    program: &ProgramRead,
    journey: &JourneyRead<'_>,
    (step, has_offer): (&StepRead, bool),
    (mail, file): (&Mail, File<'_>),
    told: &mut Mistakes,
) {
    // Without its start, of which is told, nobody knows what a journey's mails can be filled with.
    if matches!(journey.start.by, By::Wrong) {
        return;
    }
    let on = journey.start.events();
    let events: Vec<(&str, Vec<&str>)> = on
        .iter()
        .map(|on| program.vocabulary.def(on.value))
        .map(|def| {
            (def.name.as_str(), def.properties.iter().map(|(name, _)| name.as_str()).collect())
        })
        .collect();
    let confirms = !on.is_empty() && on.iter().all(|on| on.value == EventIx::CONSENT_REQUESTED);
    let (journey, has_item) = (journey.name, journey.start.has_item());
    let sender =
        Sender { journey, step: &step.name, events: &events, has_item, has_offer, confirms };
    mail::check_sender(mail, file, sender, told);
}

/// Names that hash to one id would be one journey, or one step, for ever.
pub(crate) fn ids(journeys: &[JourneyRead<'_>], told: &mut Mistakes) {
    let mut taken: BTreeMap<StableId, &str> = BTreeMap::new();
    for journey in journeys {
        if let Some(other) = taken.insert(StableId::of("journey", journey.name), journey.name) {
            told.tell(collision(journey.file, "journeys", journey.name, other));
        }
        let mut steps: BTreeMap<StableId, &str> = BTreeMap::new();
        for step in &journey.steps {
            let name = step.known_by();
            let other = steps.insert(StableId::of("step", name), name);
            // Two steps of one name are told as that.
            if let Some(other) = other.filter(|other| *other != name) {
                let told_at = collision(journey.file, "steps", name, other);
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
