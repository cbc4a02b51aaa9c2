//! # `goal-too-short`
//!
//! The goal is counted over a time that ends before the first mail can be due, so no mail can ever have a part in
//! it: a rehearsal would find that the journey does nothing.
//!
//! ```toml
//! goal  = { on = "Order Completed", within = "1d" }    # counts one day from the start
//! steps = [{ id = "first", after = "2d", send = "cart-first" }]
//! ```
//!
//! Counted `from` a step, it is the first mail from that step on that must be in time. An instant that a step is
//! `due` at may be past, so it counts as no wait at all.
//!
//! Make `within` longer, or send earlier. Meant so? `allow = ["goal-too-short"]`.

use crate::diagnostic::Diagnostic;
use crate::journey::JourneyRead;
use foresend_core::time::Wait;

pub(crate) fn find(journey: &JourneyRead<'_>) -> Option<Diagnostic> {
    let goal = journey.goal.as_ref()?;
    let from = goal.from.unwrap_or(0);
    let first = journey.steps.iter().skip(from).position(|step| step.send().is_some())? + from;
    // Steps that are skipped end at their due instant, so the waits before the first mail add up. The wait of the
    // step that it is counted from is over.
    let counted = if goal.from.is_some() { from + 1 } else { 0 };
    let steps = journey.steps.get(counted..=first).unwrap_or_default();
    let waits = steps.iter().map(|step| Some(step.begins.as_ref()?.least().millis()));
    let due = Wait::from_millis(waits.sum::<Option<i64>>()?);
    if due < goal.within.value {
        return None;
    }
    let start = goal.from.map_or("the start", |at| &journey.steps[at].name);
    Some(
        Diagnostic::warning(
            "foresend::lint::goal_too_short",
            journey.file.name,
            "this goal is over before the first mail can be due",
        )
        .at(goal.within.span.clone(), format!("counted from {start}"))
        .at(journey.steps[first].place.clone(), format!("due {due} after {start} at the earliest"))
        .help(format!("make `within` longer than {due}")),
    )
}
