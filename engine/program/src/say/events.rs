//! Events in sentences: by their names, and about what.

use super::words::list;
use crate::Compiled;
use crate::listen::PRODUCT;
use foresend_core::world::event::{EventIx, PropertyIx};
use foresend_core::world::journey::{Journey, KeyOf, Listen, Same, Start};

/// `Product Added or Checkout Started`
pub(super) fn events(compiled: &Compiled, events: &[EventIx]) -> String {
    let names: Vec<&str> = events.iter().map(|&event| name(compiled, event)).collect();
    list(&names, "or")
}

/// `Order Completed, or Order Cancelled with the same order_id`
pub(super) fn listens(compiled: &Compiled, journey: &Journey, listens: &[Listen]) -> String {
    // Those that ask for the same stand together, in the order of the first of them.
    let mut groups: Vec<(Option<String>, Vec<&str>)> = Vec::new();
    for listen in listens {
        let about = listen.same.map(|same| about(compiled, journey, listen.on, same));
        let name = name(compiled, listen.on);
        match groups.iter_mut().find(|(other, _)| *other == about) {
            Some((_, names)) => names.push(name),
            None => groups.push((about, vec![name])),
        }
    }
    let said: Vec<String> = groups
        .into_iter()
        .map(|(about, names)| {
            let about = about.map(|about| format!(" {about}")).unwrap_or_default();
            format!("{}{about}", list(&names, "or"))
        })
        .collect();
    said.join(", or ")
}

/// What an event must be about.
fn about(compiled: &Compiled, journey: &Journey, event: EventIx, same: Same) -> String {
    let named = same.property.map_or(PRODUCT, |ix| property(compiled, event, ix));
    match key(compiled, journey) {
        Some(key) if key == named && same.products => "of the same product".to_owned(),
        Some(key) if key == named => format!("with the same {named}"),
        Some(key) => format!("whose {named} is the {key}"),
        None => String::new(),
    }
}

/// The property whose values tell the journey's enrolments apart.
pub(super) fn key<'c>(compiled: &'c Compiled, journey: &Journey) -> Option<&'c str> {
    match (&journey.key, &journey.start) {
        (KeyOf::Customer, _) => None,
        (KeyOf::Products, _) => Some(PRODUCT),
        (KeyOf::Property(places), Start::On(events)) => {
            let found = events.iter().zip(places).find_map(|(event, ix)| Some((*event, (*ix)?)));
            found.map(|(event, ix)| property(compiled, event, ix))
        }
        (KeyOf::Property(_), Start::Enters(_) | Start::Date(..) | Start::Every(_)) => None,
    }
}

pub(super) fn name(compiled: &Compiled, event: EventIx) -> &str {
    &compiled.program.events[usize::from(event.0)].name
}

fn property(compiled: &Compiled, event: EventIx, ix: PropertyIx) -> &str {
    &compiled.program.events[usize::from(event.0)].properties[usize::from(ix.0)].0
}
