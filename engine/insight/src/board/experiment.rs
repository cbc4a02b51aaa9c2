//! A test in progress: who met which variant, what they did, and whether that can be told from chance yet. Filled by
//! [`crate::experiment::judge`]; nothing here computes a verdict.

use super::caused::Interval;
use serde::Serialize;

/// One experiment.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Experiment {
    /// Its file's name.
    pub name: String,
    /// Where it is: `cart-recovery.first`.
    pub place: String,
    /// Each splits the same customers.
    pub factors: Vec<Factor>,
    /// Those held out of it, with the share in words: `no mail, 20 %`.
    pub holdout: Option<(String, Row)>,
    /// Those who got any variant, against the holdout.
    pub any: Option<Row>,
    /// What it comes to.
    pub verdict: Verdict,
    /// How it came to that, variant by variant.
    pub over_time: Vec<OverTime>,
}

/// One variant, day by day.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct OverTime {
    /// Its name.
    pub name: String,
    /// Customers who met it until the end of each day, and of those: who reached the goal.
    pub days: Vec<(u64, u64)>,
}

/// One factor, such as the subject.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// Its variants, the control first.
    pub variants: Vec<Row>,
}

/// One variant.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Customers who met it, whose goal can no longer change.
    pub reached: u64,
    /// Of those: who reached the goal.
    pub goal: u64,
    /// Against the control, in percentage points.
    pub against: Option<Interval>,
    /// The chance that it is the best, 0 to 1.
    pub best: Option<f64>,
}

/// What a test comes to.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Verdict {
    /// It cannot be told yet.
    #[default]
    Open,
    /// The same, in a sentence.
    NotYet {
        /// `Not yet, week 2 of 12. …`
        says: String,
    },
    /// Its end came, and nothing was clear.
    Ended {
        /// In a sentence.
        says: String,
    },
    /// A guard was breached: it ended there.
    Stopped {
        /// In a sentence.
        says: String,
    },
    /// Something is better.
    Found {
        /// In a sentence.
        says: String,
    },
    /// Its numbers mean nothing, and are not shown.
    Broken {
        /// In a sentence.
        says: String,
    },
}
