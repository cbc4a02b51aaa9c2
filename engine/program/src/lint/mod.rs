//! What a program may say and probably does not mean: warnings. One file each; its doc comment is its page.

pub(crate) mod constant;
pub(crate) mod goal_too_short;
pub(crate) mod idle_limit;
pub(crate) mod no_purchase_stop;
pub(crate) mod same_event;
pub(crate) mod self_limited;

use crate::diagnostic::Mistakes;
use crate::journey::JourneyRead;
use crate::program::ProgramRead;
use crate::sources::File;

/// What a journey's `allow` may do about a warning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// Silence it.
    Allowed,
    /// Nothing: it speaks of program.toml.
    OfTheProgram,
}

/// Every warning by its name.
pub(crate) const NAMES: &[(&str, State)] = &[
    ("no-purchase-stop", State::Allowed),
    ("goal-too-short", State::Allowed),
    ("idle-limit", State::OfTheProgram),
    ("constant", State::Allowed),
    ("same-event", State::Allowed),
    ("self-limited", State::Allowed),
];

/// Tells of everything that is probably not meant. (`constant` also looks at segments, where they are compiled.)
/// `order`: the names of journeys by priority.
pub(crate) fn all(
    program: Option<File<'_>>,
    read: &ProgramRead,
    journeys: &[JourneyRead<'_>],
    order: &[&str],
    told: &mut Mistakes,
) {
    if let Some(file) = program {
        idle_limit::find(file, &read.limits.rates).into_iter().for_each(|d| told.tell(d));
    }
    let in_order = order.iter().filter_map(|name| journeys.iter().find(|j| j.name == *name));
    let in_order: Vec<&JourneyRead<'_>> = in_order.collect();
    let same_event = same_event::find(&in_order, |event| read.vocabulary.def(event));
    same_event.into_iter().for_each(|d| told.tell(d));
    for journey in journeys {
        let allowed = |name: &str| journey.allow.iter().any(|allowed| allowed == name);
        if !allowed("no-purchase-stop") {
            no_purchase_stop::find(journey).into_iter().for_each(|d| told.tell(d));
        }
        if !allowed("goal-too-short") {
            goal_too_short::find(journey).into_iter().for_each(|d| told.tell(d));
        }
        if !allowed("self-limited") {
            let found = self_limited::find(journey, &read.topics, &read.limits.rates);
            found.into_iter().for_each(|d| told.tell(d));
        }
        if !allowed("constant") {
            let steps = journey.steps.iter().filter_map(|step| step.when.as_ref());
            for condition in journey.when.iter().chain(&journey.holds).chain(steps) {
                constant::find(journey.file, "this condition", condition)
                    .into_iter()
                    .for_each(|d| told.tell(d));
            }
        }
    }
}
