//! Where boards come from. A source is asked for news many times a second and for a board when there are some; it knows
//! what it cannot know, and says so by leaving it out.

use foresend_insight::board::Board;
use foresend_insight::board::customer::CustomerBoard;
use std::time::Duration;

/// Somebody who has boards to show: a rehearsal, a recording, an engine elsewhere.
pub trait Source {
    /// Takes in what has happened in the time since it was asked last. Returns whether anything shown changes.
    fn poll(&mut self, since: Duration) -> bool;

    /// How it stands.
    fn status(&self) -> Status;

    /// The windows that the numbers may be over, the shortest first: `24 h`.
    fn windows(&self) -> &[&'static str];

    /// What to show over the window at that place. `None`: there is nothing yet.
    fn board(&self, window: usize) -> Option<Board>;

    /// Moves in time, where that can be. Returns whether it did.
    fn play(&mut self, play: Play) -> bool;

    /// Whether it can be played.
    fn is_played(&self) -> bool;

    /// A customer.
    ///
    /// # Errors
    /// Where there is none, or the source knows none: a sentence that says so.
    fn customer(&mut self, id: &str) -> Result<CustomerBoard, String>;
}

/// How a source stands.
#[derive(Clone, PartialEq, Debug)]
pub enum Status {
    /// It is working, has come so far (0 to 1), and says with what.
    Working(f64, String),
    /// It plays day `day` of `days`, so many days a second.
    Playing {
        /// From 1.
        day: u32,
        /// In all.
        days: u32,
        /// A second.
        speed: u32,
    },
    /// It stands at day `day` of `days`.
    Stopped {
        /// From 1; 0 where nothing was recorded.
        day: u32,
        /// In all.
        days: u32,
    },
    /// It is now, and that is this.
    Live(String),
    /// Nothing has come for so many seconds.
    Lost(u64),
    /// It will never have anything.
    Failed(String),
}

/// Moves in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Play {
    /// Runs, or stops.
    RunStop,
    /// One day on.
    Step,
    /// More days a second.
    Faster,
    /// Fewer.
    Slower,
    /// A week back.
    Back,
    /// A week on.
    Forward,
}
