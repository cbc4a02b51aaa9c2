//! How a journey starts and how often, read aloud; and which journeys it gives way to.

use super::events::{events, key};
use super::words::{Conditions, clock, duration, list, may_be_unknown, on_days, unknown};
use crate::Compiled;
use crate::listen::PRODUCT;
use foresend_core::calendar::{Every, Yearly};
use foresend_core::time::Wait;
use foresend_core::world::event::{Cause, EventIx};
use foresend_core::world::journey::{Again, Journey, KeyOf, Start};

pub(super) fn starts(
    compiled: &Compiled,
    journey: &Journey,
    conditions: &mut Conditions<'_>,
) -> String {
    let mut text = format!("Starts {}", by(compiled, journey, conditions));
    text.push_str(&match (&journey.key, key(compiled, journey)) {
        (KeyOf::Customer, _) | (KeyOf::Property(_), None) => String::new(),
        (KeyOf::Property(_), Some(key)) => format!(", for each {key}"),
        (KeyOf::Products, _) => ", for each of its products".to_owned(),
    });
    let asked: Vec<String> = [&journey.when, &journey.holds]
        .into_iter()
        .flatten()
        .map(|condition| conditions.spell(condition))
        .collect();
    if !asked.is_empty() {
        let unknown = unknown(journey.when.iter().chain(&journey.holds));
        text.push_str(&format!(", if {} then{unknown}", asked.join(", and also ")));
    }
    text.push_str("; ");
    text.push_str(&again(compiled, journey));
    if let Start::Enters(segment) = journey.start {
        let segment = &compiled.program.segment(segment).condition;
        let unknown =
            if may_be_unknown([segment]) { ", or by turning true after unknown" } else { "" };
        text.push_str(&format!(
            " Nobody starts by being in it already when this is published{unknown}."
        ));
    }
    text
}

/// `when Order Completed happens`
fn by(compiled: &Compiled, journey: &Journey, conditions: &mut Conditions<'_>) -> String {
    let theirs =
        |event: &EventIx| compiled.program.events[usize::from(event.0)].cause == Cause::Customer;
    let followed = |what: &str, quiet: Wait| {
        format!("once {what} was followed by {} in which the customer did nothing", duration(quiet))
    };
    match (&journey.start, journey.quiet) {
        (Start::On(on), None) => format!("when {} happens", events(compiled, on)),
        (Start::On(on), Some(quiet)) if on.iter().all(theirs) => format!(
            "once a customer who caused {} did nothing for {}",
            events(compiled, on),
            duration(quiet)
        ),
        (Start::On(on), Some(quiet)) => followed(&events(compiled, on), quiet),
        (Start::Enters(segment), quiet) => {
            let segment = conditions.name(&compiled.program.segment(*segment).name);
            match quiet {
                None => format!("once a customer enters {segment}"),
                Some(quiet) => followed(&format!("entering {segment}"), quiet),
            }
        }
        (Start::Date(of, yearly), quiet) => {
            let of = &compiled.program.traits[usize::from(of.0)].0;
            match quiet {
                None => format!("each year {}", before(*yearly, of, "at ")),
                Some(quiet) => {
                    format!("each year {}", followed(&before(*yearly, of, ""), quiet))
                }
            }
        }
        (Start::Every(Every { on, minute }), quiet) => {
            let moment = format!("{} their time {}", clock(*minute), on_days(*on));
            match quiet {
                None => format!("at {moment}"),
                Some(quiet) => followed(&moment, quiet),
            }
        }
    }
}

/// `at 00:00 their time 7 days before birthday`; `at` is left out where nothing stands before the hour.
fn before(yearly: Yearly, of: &str, at: &str) -> String {
    let before = yearly.before;
    if before == Wait::ZERO {
        format!("{at}00:00 their time on {of}")
    } else if before.millis() % Wait::DAY.millis() == 0 {
        format!("{at}00:00 their time {} before {of}", duration(before))
    } else {
        format!("{} before 00:00 their time on {of}", duration(before))
    }
}

fn again(compiled: &Compiled, journey: &Journey) -> String {
    let by_calendar = match journey.start {
        Start::Date(..) | Start::Every(_) => true,
        Start::On(_) | Start::Enters(_) => false,
    };
    let about = match key(compiled, journey) {
        None => String::new(),
        Some(PRODUCT) => " and product".to_owned(),
        Some(key) => format!(" and {key}"),
    };
    match journey.again {
        Again::Never => format!("each customer{about} once."),
        // Each day is an enrolment of its own.
        Again::Always if by_calendar => "the same customer each time.".to_owned(),
        Again::Always => format!("the same customer{about} again as soon as they are out of it."),
        Again::After(least) => {
            format!("the same customer{about} again after {} at the earliest.", duration(least))
        }
    }
}

pub(super) fn yields(compiled: &Compiled, journey: &Journey) -> String {
    let name = |to: &_| &*compiled.program.journey(*to).name;
    let names: Vec<&str> = journey.yields_to.iter().map(name).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!(
            "Yields to {one}: does not start, and ends at once, while the customer is in that."
        ),
        several => format!(
            "Yields to {}: does not start, and ends at once, while the customer is in one of them.",
            list(several, "and")
        ),
    }
}
