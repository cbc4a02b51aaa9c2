//! How much marketing one customer may get, and when.

use crate::time::{DayWindow, Wait};

/// `[limits]`: marketing only.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Over all journeys together.
    pub mails: Vec<Rate>,
    /// What a full limit does.
    pub full: Full,
    /// Not in this part of the customer's day.
    pub quiet: Option<DayWindow>,
    /// Not to someone who did something on the site so lately.
    pub still_shopping: Option<Wait>,
}

/// At most `most` mails in any `(t − within, t]`. `most` is at least 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// How many.
    pub most: u16,
    /// In how long.
    pub within: Wait,
}

/// What happens to a mail that a limit does not allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Full {
    /// It is not sent.
    #[default]
    Skip,
    /// It moves to the first moment the limits allow.
    Wait,
}

impl Limits {
    /// The longest window of any rate: how long a sent mail must be remembered.
    #[must_use]
    pub fn longest(&self) -> Wait {
        self.mails.iter().map(|rate| rate.within).max().unwrap_or(Wait::ZERO)
    }
}
