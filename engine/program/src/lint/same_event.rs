//! # `same-event`
//!
//! Two journeys mail on one event, and neither yields to the other: one order, one look at a thing, and the customer
//! gets mail twice.
//!
//! ```toml
//! on        = "Order Completed"              # journeys/post-purchase.toml
//! on        = "Order Completed"              # journeys/replenishment.toml
//! yields_to = ["post-purchase"]              # add this, to the one that matters less
//! ```
//!
//! Told of the journey with the lower priority. Meant so, since they speak of different things?
//! `allow = ["same-event"]` in either of them.

use crate::diagnostic::Diagnostic;
use crate::journey::JourneyRead;
use crate::text::tree::At;
use foresend_core::world::event::{EventDef, EventIx};

/// `journeys`: by priority. `name`: what an event is called.
pub(crate) fn find<'n>(
    journeys: &[&JourneyRead<'_>],
    def: impl Fn(EventIx) -> &'n EventDef,
) -> Vec<Diagnostic> {
    let meant = |journey: &JourneyRead<'_>| journey.allow.iter().any(|name| name == "same-event");
    let mails = |journey: &&&JourneyRead<'_>| {
        !meant(journey) && journey.steps.iter().any(|step| step.send().is_some())
    };
    let mailing: Vec<&&JourneyRead<'_>> = journeys.iter().filter(mails).collect();
    let mut found = Vec::new();
    for (i, journey) in mailing.iter().enumerate() {
        // Once for each journey: the first that it meets stands for all.
        let shared = mailing[..i].iter().find_map(|other| {
            let yields = yields(journey, other) || yields(other, journey);
            let event = shared(journey, other).filter(|_| !yields)?;
            Some((other, event))
        });
        let Some((other, event)) = shared else { continue };
        found.push(
            Diagnostic::warning(
                "foresend::lint::same_event",
                journey.file.name,
                format!(
                    "`{}` and `{}` both mail on {}",
                    other.name,
                    journey.name,
                    def(event.value).name
                ),
            )
            .at(event.span.clone(), format!("starts `{}` too", other.name))
            .help(format!(
                "add `yields_to = [\"{}\"]`; or, if a customer should get both, `allow = [\"same-event\"]`",
                other.name
            )),
        );
    }
    found
}

fn yields(journey: &JourneyRead<'_>, to: &JourneyRead<'_>) -> bool {
    journey.yields_to.iter().any(|name| name.value == to.name)
}

/// An event that starts both.
fn shared<'j>(journey: &'j JourneyRead<'_>, other: &JourneyRead<'_>) -> Option<&'j At<EventIx>> {
    let theirs = other.start.events();
    journey.start.events().iter().find(|event| theirs.iter().any(|on| on.value == event.value))
}
