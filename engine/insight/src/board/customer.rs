//! One customer: what happened to them, what was decided and why, and what they wait for. Told by whoever knows
//! customers; the rows are those of an explanation.

use serde::Serialize;

/// One customer.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct CustomerBoard {
    /// The shop's id for them.
    pub id: String,
    /// On whose clock times are.
    pub zone: String,
    /// What is known of them, a line each.
    pub known: Vec<String>,
    /// What happened and was decided, in order.
    pub lines: Vec<Line>,
    /// What they wait for, a line each.
    pub waits: Vec<String>,
}

/// One thing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Line {
    /// `Mon 2026-03-09`
    pub day: String,
    /// `10:10:04`
    pub time: String,
    /// `event`, `machine`, or what was decided: `sent`.
    pub kind: String,
    /// The event, step or journey.
    pub what: String,
    /// Why.
    pub why: String,
}
