//! # `no-purchase-stop`
//!
//! A journey about the cart that no purchase stops: somebody who has just bought is reminded to buy.
//!
//! `while = "cart.items > 0"` is no substitute. It is false only after the order has emptied the cart *that we
//! know*; lines added on another device may stay, and the order's own time does not count there. `stop` ends the
//! journey by the order's own time, even if the order arrives late.
//!
//! ```toml
//! on   = ["Product Added", "Checkout Started"]
//! stop = ["Order Completed"]                       # add this
//! ```
//!
//! Meant so? `allow = ["no-purchase-stop"]`.

use crate::diagnostic::Diagnostic;
use crate::journey::JourneyRead;
use crate::text::tree::At;
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::{Kind, Listen};

pub(crate) fn find(journey: &JourneyRead<'_>) -> Option<Diagnostic> {
    let stops = &journey.stop;
    let is_purchase = |listen: &At<Listen>| listen.value.on == EventIx::ORDER_COMPLETED;
    let events = journey.start.events();
    if journey.kind != Kind::Cart
        || stops.all.iter().any(is_purchase)
        || !stops.is_whole
        || events.is_empty()
    {
        return None;
    }
    let mut stop: Vec<&str> =
        stops.all.iter().map(|listen| journey.file.slice(&listen.span)).collect();
    // Several events may stand in one pair of braces.
    stop.dedup();
    stop.push("\"Order Completed\"");
    Some(
        Diagnostic::warning(
            "foresend::lint::no_purchase_stop",
            journey.file.name,
            "this cart journey goes on after the purchase",
        )
        .at(journey.start.place.clone(), "no purchase stops it")
        .help(format!("add `stop = [{}]`", stop.join(", "))),
    )
}
