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
//! Make `within` longer, or send earlier. Meant so? `allow = ["goal-too-short"]`.

use crate::diagnostic::Diagnostic;
use crate::journey::JourneyRead;
use foresend_core::time::Wait;

pub(crate) fn find(journey: &JourneyRead<'_>) -> Option<Diagnostic> {
    let goal = journey.goal.as_ref()?;
    // Steps that are skipped end at their due instant, so the waits before the first mail add up.
    let first = journey.steps.iter().position(|step| step.send().is_some())?;
    let waits = journey.steps[..=first].iter().map(|step| Some(step.after?.millis()));
    let due = Wait::from_millis(waits.sum::<Option<i64>>()?);
    if due < goal.within.value {
        return None;
    }
    Some(
        Diagnostic::warning(
            "foresend::lint::goal_too_short",
            journey.file.name,
            "this goal is over before the first mail can be due",
        )
        .at(goal.within.span.clone(), "counted from the start")
        .at(
            journey.steps[first].place.clone(),
            format!("due {due} after the start at the earliest"),
        )
        .help(format!("make `within` longer than {due}")),
    )
}
