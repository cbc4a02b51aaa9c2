//! What sort of mail a journey sends: for reports and rehearsal, never for a decision. An author may say it; else it
//! follows from what starts the journey, and where that says nothing, from its topic.

use crate::start::{By, StartRead};
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::Kind;
use foresend_core::world::topic::{Basis, Topic};

/// The words for it.
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

/// The kind of a journey that does not say it.
pub(crate) fn of_journey(start: &StartRead, topic: Option<&Topic>) -> Kind {
    const CART: [EventIx; 3] =
        [EventIx::PRODUCT_ADDED, EventIx::CHECKOUT_STARTED, EventIx::CART_VIEWED];
    const BROWSE: [EventIx; 5] = [
        EventIx::PRODUCT_VIEWED,
        EventIx::PRODUCT_CLICKED,
        EventIx::PRODUCTS_SEARCHED,
        EventIx::PRODUCT_LIST_VIEWED,
        EventIx::PRODUCT_LIST_FILTERED,
    ];
    const CONSENT: [EventIx; 2] = [EventIx::CONSENT_REQUESTED, EventIx::CONSENT_GIVEN];
    let on = |events: &[EventIx]| start.events().iter().any(|event| events.contains(&event.value));
    let otherwise = match start.by {
        By::On(_) if on(&CART) => return Kind::Cart,
        By::On(_) if on(&BROWSE) => return Kind::Browse,
        By::On(_) if on(&[EventIx::ORDER_COMPLETED]) => {
            return if start.has_item() { Kind::Item } else { Kind::Order };
        }
        By::On(_) if on(&CONSENT) => return Kind::Welcome,
        // Segments that are worth a journey of their own tell of people who have gone quiet, mostly.
        By::Enters(_) => Kind::Return,
        By::On(_) | By::Date(..) | By::Every(_) | By::Wrong => Kind::News,
    };
    topic.and_then(of_topic).unwrap_or(otherwise)
}

/// The kind of a mail: one that rests on a contract, a request or a service is of that kind, whatever its journey.
pub(crate) fn of_mail(topic: &Topic, journey: Kind) -> Kind {
    of_topic(topic).unwrap_or(journey)
}

/// `None`: it is marketing, and may be of any kind.
fn of_topic(topic: &Topic) -> Option<Kind> {
    topic.basis.iter().find_map(|basis| match basis {
        Basis::Contract => Some(Kind::Order),
        Basis::Request => Some(Kind::Alert),
        Basis::Service => Some(Kind::Service),
        Basis::Consent | Basis::ExistingCustomer => None,
    })
}
