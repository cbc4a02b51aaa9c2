//! A journey, read aloud: fixed sentences filled from the compiled program, conditions as they are written.
//! Invariant: every sentence is true of what the core does. What cannot be said truly is left out, or is a gap in
//! the language.
//! Invariant: nothing is looked up in the texts again; what is said is what runs.

mod events;
mod foot;
mod start;
mod step;
mod words;

use crate::kind::KINDS;
use crate::{Compiled, defaults};
use foresend_core::time::Wait;
use foresend_core::world::journey::{Journey, Kind};
use foresend_core::world::topic::Topic;
use step::Steps;
use words::{Conditions, may_be_unknown};

pub(crate) use words::kept;

/// One journey in sentences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// Its name.
    pub journey: String,
    /// The name of its topic.
    pub topic: String,
    /// What sort of mail it sends, as an author writes it: `cart`.
    pub kind: &'static str,
    /// How it begins, and what ends it: one paragraph each.
    pub head: Vec<String>,
    /// What happens, top to bottom.
    pub steps: Vec<SaidStep>,
    /// Its goal, and what holds for every mail: one paragraph each.
    pub foot: Vec<String>,
}

/// One step in sentences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaidStep {
    /// Its id.
    pub name: String,
    /// When it comes due, on what condition, what it does.
    pub text: String,
}

/// The journey called `name`, read aloud; `None` if none of that name is compiled in.
#[must_use]
pub fn say(compiled: &Compiled, name: &str) -> Option<Said> {
    let journeys = &compiled.program.journeys;
    let at = journeys.iter().position(|journey| journey.name == name)?;
    let (journey, paths) = (&journeys[at], &*compiled.path_names[at]);
    let mut conditions = Conditions::of(compiled);
    let steps = Steps { compiled, journey, paths };
    Some(Said {
        journey: journey.name.clone(),
        topic: compiled.program.topic(journey.topic).name.clone(),
        kind: kind(journey.kind),
        head: vec![
            start::starts(compiled, journey, &mut conditions),
            start::yields(compiled, journey),
            ends(compiled, journey, &mut conditions),
        ]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect(),
        steps: (0..)
            .zip(&journey.steps)
            .map(|(at, step)| SaidStep {
                name: step.name.clone(),
                text: steps.say(at, &mut conditions),
            })
            .collect(),
        foot: foot::foot(compiled, journey),
    })
}

/// What a word of `kind` is.
fn kind(kind: Kind) -> &'static str {
    KINDS.iter().find(|(_, other)| *other == kind).map_or("", |(word, _)| word)
}

/// Marketing is skipped sooner when it is late.
fn default_late(topic: &Topic) -> Wait {
    if topic.is_marketing() { defaults::LATE_MARKETING } else { defaults::LATE }
}

fn ends(compiled: &Compiled, journey: &Journey, conditions: &mut Conditions<'_>) -> String {
    let mut sentences = Vec::new();
    if !journey.stop.is_empty() {
        let stop = events::listens(compiled, journey, &journey.stop);
        let wait = if journey.quiet.is_some() { ", or the wait to start it" } else { "" };
        sentences.push(format!("{stop} ends it at once{wait}."));
    }
    if let Some(holds) = &journey.holds {
        let text = conditions.spell(holds);
        let skipped =
            if may_be_unknown([holds]) { ", and is skipped if that is unknown" } else { "" };
        sentences.push(format!(
            "A step that comes due ends it if {text} no longer holds{skipped}; no mail leaves unless it holds."
        ));
    }
    sentences.join(" ")
}
