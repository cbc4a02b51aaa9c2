//! `yields_to`: which journeys matter more. A journey gives way to those it names; in a circle all would give way to
//! all, and a customer in two of them would be in neither.

use crate::circle::circles;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey::JourneyRead;
use crate::known::Known;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};

/// The journeys that the journey `name` yields to.
pub(crate) fn read(
    journey: &Reader<'_>,
    name: &str,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Vec<At<String>> {
    let mut named: Vec<At<String>> = Vec::new();
    if let Some(At { value: Value::List(items), span }) = journey.get("yields_to")
        && items.is_empty()
    {
        told.tell(
            Diagnostic::error(
                "foresend::bad_value",
                journey.file.name,
                "`yields_to` names no journey",
            )
            .at(span.clone(), "an empty list")
            .help("name one, such as `[\"cart-recovery\"]`, or leave `yields_to` out"),
        );
    }
    for other in journey.list("yields_to", told) {
        let (code, message, label, help) = if other.value == name {
            let message = "this journey yields to itself".to_owned();
            let help = "leave its own name out: `again` says when a customer may start it again";
            ("foresend::circle", message, "its own name", help.to_owned())
        } else if named.iter().any(|known| known.value == other.value) {
            let message = format!("`{}` stands in `yields_to` twice", other.value);
            ("foresend::duplicate_name", message, "again here", "leave one of them out".to_owned())
        } else if known.journeys.contains(&other.value) {
            named.push(At { value: other.value.to_owned(), span: other.span });
            continue;
        } else {
            let names = known.journeys.iter().copied().filter(|known| *known != name);
            let help = read::did_you_mean(other.value, names.clone(), || {
                read::there_are("there are", names, "there is no other journey in journeys/")
            });
            let message = format!("there is no journey `{}`", other.value);
            ("foresend::unknown_journey", message, "named here", help)
        };
        told.tell(
            Diagnostic::error(code, journey.file.name, message).at(other.span, label).help(help),
        );
    }
    named
}

/// Tells of each circle, in the file of its first journey.
pub(crate) fn check_circles(journeys: &[JourneyRead<'_>], told: &mut Mistakes) {
    let number = |name: &str| journeys.iter().position(|journey| journey.name == name);
    let edges: Vec<Vec<usize>> = journeys
        .iter()
        .map(|journey| journey.yields_to.iter().filter_map(|to| number(&to.value)).collect())
        .collect();
    for circle in circles(&edges) {
        let names: Vec<&str> =
            circle.iter().chain(circle.first()).map(|&at| journeys[at].name).collect();
        let first = &journeys[circle[0]];
        let next = first.yields_to.iter().find(|to| Some(&*to.value) == names.get(1).copied());
        let place = next.map_or(0..0, |to| to.span.clone());
        told.tell(
            Diagnostic::error(
                "foresend::circle",
                first.file.name,
                format!("these yield to one another in a circle: {}", names.join(" → ")),
            )
            .at(place, "the circle begins here")
            .help("who is in two of them would be in neither: let the one that matters most yield to none"),
        );
    }
}
