//! The board: every number that a dashboard shows at one moment, worked out from days or told by an engine. Screens draw
//! it and work out nothing but rates and the sums of their rows; what is saved as JSON is this, `foresend.board/1`.
//!
//! What a source cannot know is absent (`None`) or empty, never a made-up 0.
//! Invariant: a board is a function of the recording, the day and the window, so seeking back shows what was shown.

pub mod alarm;
pub mod caused;
pub mod customer;
pub mod delivery;
pub mod engine;
pub mod experiment;
pub mod funnel;
pub mod map;

use crate::recording::Recording;
use alarm::Alarm;
use caused::Caused;
use delivery::Delivery;
use engine::Engine;
use experiment::Experiment;
use funnel::Funnel;
use map::Map;
use serde::Serialize;

/// The format and its version.
pub const SCHEMA: &str = "foresend.board/1";

/// Everything that is shown.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Board {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Whose numbers these are.
    pub of: Of,
    /// What came of mail in the window, and in the one before it.
    pub funnel: Funnel,
    /// The same of the window before.
    pub before: Option<Funnel>,
    /// What mail caused.
    pub caused: Caused,
    /// How fast things go.
    pub pace: Vec<Pace>,
    /// In the order of the program.
    pub journeys: Vec<JourneyBoard>,
    /// Open ones first, the newest of each kind first.
    pub alarms: Vec<Alarm>,
    /// Tests, running ones first.
    pub experiments: Vec<Experiment>,
    /// Mail on its way out.
    pub delivery: Delivery,
    /// The engine, if there is one.
    pub engine: Option<Engine>,
}

/// Whose numbers, and when.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Of {
    /// A scenario's file, or a shop.
    pub source: String,
    /// The program, by the first digits of its hash.
    pub program: String,
    /// The world, of a rehearsal.
    pub world: Option<String>,
    /// How many customers.
    pub customers: u64,
    /// Three letters.
    pub currency: String,
    /// Digits of the currency's minor unit.
    pub minor_digits: u8,
    /// How long a click earns the credit for an order, as written.
    pub credit: String,
    /// The day shown, counted from 1, of how many. `None`: it is now.
    pub day: Option<(u32, u32)>,
    /// The window, in hours.
    pub window_hours: u32,
    /// A column of the pace, in minutes.
    pub column_minutes: u32,
}

/// How fast one thing goes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Pace {
    /// `events/day`.
    pub name: String,
    /// In the newest column.
    pub now: u64,
    /// Column by column, the newest last. `None`: nobody counted.
    pub columns: Vec<Option<u64>>,
}

/// One journey.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct JourneyBoard {
    /// Its name.
    pub name: String,
    /// What its mail is about.
    pub topic: String,
    /// Enrolments that wait now, arming ones included.
    pub waiting: u64,
    /// Started or armed in the newest column of the map: a day of a rehearsal, an hour of an engine.
    pub entered: u64,
    /// What came of its mail in the window.
    pub funnel: Funnel,
    /// Mails of the window that did not leave since they would have been too late.
    pub late: u64,
    /// Why nothing of it leaves: paused since then, so many due.
    pub paused: Option<(String, u64)>,
    /// Where people stand.
    pub map: Map,
}

impl Board {
    /// The board of `recording` at the end of day number `at`, counted from 0, over a window of so many days, or of all
    /// there are. Of a
    /// recording without days: nothing but its names.
    #[must_use]
    pub fn of(recording: &Recording, at: usize, window_days: u32) -> Self {
        let head = &recording.head;
        let at = at.min(recording.days.len().saturating_sub(1));
        let days = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let window_days = window_days.clamp(1, days.max(1));
        let window = window_days as usize;
        let (now, so_far) = (recording.window(at, window), recording.sum(0..at + 1));
        let before = at.checked_sub(window).map(|at| recording.window(at, window));
        let today = recording.window(at, 1);
        let journeys = head.journeys.iter().enumerate().map(|(ix, journey)| {
            let (pulse, all) = (&now.pulse.journeys[ix], &so_far.pulse.journeys[ix]);
            let map = Map::of(journey, all, &today.pulse.journeys[ix]);
            JourneyBoard {
                name: journey.name.clone(),
                topic: journey.topic.clone(),
                waiting: map.waiting(),
                entered: map.entered,
                funnel: Funnel::of(&pulse.all_steps().mail, now.credited[ix]),
                late: pulse.all_steps().held.late,
                paused: None,
                map,
            }
        });
        Self {
            schema: SCHEMA,
            of: Of {
                source: head.source.clone(),
                program: head.program.clone(),
                world: Some(head.world.clone()),
                customers: head.customers,
                currency: head.currency.clone(),
                minor_digits: head.minor_digits,
                credit: head.credit.clone(),
                day: Some((if recording.days.is_empty() { 0 } else { days }, head.days)),
                window_hours: window_days.saturating_mul(24),
                column_minutes: 24 * 60,
            },
            funnel: Funnel::of(&now.pulse.all_steps().mail, now.all_credited()),
            before: before.map(|day| Funnel::of(&day.pulse.all_steps().mail, day.all_credited())),
            caused: Caused::rehearsed(head, &so_far),
            pace: pace(recording, at),
            journeys: journeys.collect(),
            alarms: alarm::alarms(recording, at),
            experiments: Vec::new(),
            delivery: Delivery::of(head, &now.pulse, &so_far.pulse),
            engine: None,
        }
    }
}

/// `9,118`
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn pace(recording: &Recording, at: usize) -> Vec<Pace> {
    let days = recording.days.get(..at + 1).unwrap_or_default();
    let of = |name: &str, count: &dyn Fn(&crate::day::Day) -> u64| {
        let columns: Vec<_> = days.iter().map(|day| Some(count(day))).collect();
        let now = columns.last().copied().flatten().unwrap_or(0);
        Pace { name: name.to_owned(), now, columns }
    };
    vec![
        of("events/day", &|day| day.events),
        of("mails/day", &|day| day.pulse.all_steps().mail.sent),
        of("ordered/day", &|day| day.all_credited().orders),
    ]
}
