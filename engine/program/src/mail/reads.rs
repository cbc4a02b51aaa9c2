//! What the mails of a journey read beyond the customer's profile: properties of the event that started it, which its
//! enrolments must keep, and facts and segments, whose history must be kept.

use super::{Mail, Paths};
use crate::condition::definitions::{Definitions, Sort};
use crate::condition::needs::Needs;
use crate::experiment::ExperimentRead;
use crate::journey::JourneyRead;
use foresend_core::world::condition::Condition;

/// A fact or a segment that mails show.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// It is a segment: a yes-or-no. Else a fact, a number.
    pub is_segment: bool,
    /// What it comes to.
    pub condition: Condition,
}

/// Every value that the mails of the journey at `at` read, each once: those that its steps send, and what experiments
/// put in their place.
pub(crate) fn of_journey(
    (at, journey): (usize, &JourneyRead<'_>),
    mails: &[Option<Mail>],
    experiments: &[ExperimentRead],
) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |path: &str| {
        if !all.iter().any(|known| known == path) {
            all.push(path.to_owned());
        }
    };
    let tests = || experiments.iter().filter(|experiment| experiment.is_on(at));
    let sent = journey.steps.iter().filter_map(|step| step.send()).map(|send| send.mail);
    for ix in sent.chain(tests().flat_map(ExperimentRead::mails)) {
        let mail = mails.get(usize::from(ix.0)).and_then(Option::as_ref);
        mail.into_iter().flat_map(|mail| &mail.reads).for_each(|(path, _)| add(path));
    }
    for words in tests().flat_map(ExperimentRead::words) {
        Paths::of(words).reads.iter().for_each(|path| add(path));
    }
    all
}

/// The property of the event that a value is; `None`: it is something else, or the event's time, which is kept anyway.
pub(crate) fn event_property(path: &str) -> Option<&str> {
    path.strip_prefix("event.").filter(|name| *name != "time")
}

/// Adds what the facts and segments among `paths` read.
pub(crate) fn need(paths: &[String], definitions: &Definitions, needs: &mut Needs) {
    let pieces = paths.iter().filter_map(|path| definitions.get(path)?.pieces.as_ref());
    pieces.for_each(|pieces| needs.add(pieces));
}

/// The facts and segments among `paths`, each once, in the order of the file; `needs` hold what they read.
pub(crate) fn shown(paths: &[String], definitions: &Definitions, needs: &Needs) -> Vec<Shown> {
    let is_read = |name: &&str| paths.iter().any(|path| path == name);
    let shown = |name: &str| {
        let is_segment = definitions.get(name)?.sort == Sort::Segment;
        let condition = definitions.named(name, needs)?;
        Some(Shown { name: name.to_owned(), is_segment, condition })
    };
    definitions.names().filter(is_read).filter_map(shown).collect()
}
