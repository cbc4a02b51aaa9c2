//! What should worry somebody. An alarm opens after two readings beyond its line and is cleared after five within it, so
//! that it does not flicker. A recording is read once a day.
//!
//! Invariant: alarms are a function of the days so far.

use super::thousands;
use crate::day::Day;
use crate::pulse::Mail;
use crate::recording::Recording;
use serde::Serialize;

/// Readings beyond the line before it opens, and within before it is cleared.
const OPENS_AFTER: u32 = 2;
const CLEARED_AFTER: u32 = 5;
/// A rate is over so many days, and of so many mails at least.
const RATE_DAYS: usize = 7;
const RATE_OF_MIN: u64 = 1_000;

/// Something beyond its line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Alarm {
    /// What is watched, whatever its numbers: `complaints`.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What: `complaints 0.121 %, line 0.10 %`.
    pub what: String,
    /// In numbers: `11 of 9,118 delivered`.
    pub detail: String,
    /// Since when: `day 23`.
    pub since: String,
    /// When it was over. `None`: it is open.
    pub cleared: Option<String>,
    /// The number of the screen that tells more.
    pub screen: u8,
}

impl Alarm {
    /// What it is known by while its numbers change: `complaints since day 23`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} since {}", self.code, self.since)
    }
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// To be looked at.
    Look,
    /// Something failed, or will.
    Failed,
}

/// One reading of one thing.
struct Reading {
    level: Option<Level>,
    what: String,
    detail: String,
}

/// A thing that is read, by name, and the screen that tells more of it.
type Watched = (&'static str, fn(&Days, usize) -> Reading, u8);

const WATCHED: [Watched; 4] = [
    ("complaints", complaints, 4),
    ("bounces", bounces, 4),
    ("late", late, 2),
    ("unknown", unknown, 4),
];

/// Of each day, what is read.
struct Days {
    mails: Vec<Mail>,
    /// Mails too late to leave: marketing, and others.
    late: Vec<[u64; 2]>,
}

impl Days {
    fn of(recording: &Recording, count: usize) -> Self {
        let days = recording.days.get(..count).unwrap_or_default();
        let mail = |day: &Day| {
            let mut all = Mail::default();
            let steps = day.pulse.journeys.iter().flat_map(|journey| &journey.steps);
            steps.for_each(|step| all.merge(&step.mail));
            all
        };
        let late = |day: &Day| {
            let mut all = [0, 0];
            for (head, journey) in recording.head.journeys.iter().zip(&day.pulse.journeys) {
                let of = &mut all[usize::from(!head.marketing)];
                *of += journey.steps.iter().map(|step| step.held.late).sum::<u64>();
            }
            all
        };
        Self { mails: days.iter().map(mail).collect(), late: days.iter().map(late).collect() }
    }

    /// The mails of so many days, to that one.
    fn mail(&self, day: usize, days: usize) -> Mail {
        let mut all = Mail::default();
        self.mails[(day + 1).saturating_sub(days)..=day].iter().for_each(|mail| all.merge(mail));
        all
    }
}

/// The alarms at the end of day number `at`: open ones first, then those cleared, the newest first.
#[must_use]
pub fn alarms(recording: &Recording, at: usize) -> Vec<Alarm> {
    let days = recording.days.len().min(at + 1);
    let read_of = Days::of(recording, days);
    let mut all = Vec::new();
    for (code, read, screen) in WATCHED {
        let mut open: Option<Alarm> = None;
        let (mut beyond, mut within) = (0, 0);
        for day in 0..days {
            let Reading { level, what, detail } = read(&read_of, day);
            let named = |day: usize| format!("day {}", day + 1);
            match level {
                Some(_) => (beyond, within) = (beyond + 1, 0),
                None => (beyond, within) = (0, within + 1),
            }
            match (&mut open, level) {
                (Some(alarm), Some(level)) => {
                    (alarm.level, alarm.what, alarm.detail) = (level, what, detail);
                }
                (None, Some(level)) if beyond >= OPENS_AFTER => {
                    let (since, cleared) = (named(day + 1 - OPENS_AFTER as usize), None);
                    open = Some(Alarm { code, level, what, detail, since, cleared, screen });
                }
                (Some(_), None) if within >= CLEARED_AFTER => {
                    let cleared = Some(named(day + 1 - CLEARED_AFTER as usize));
                    all.extend(open.take().map(|alarm| (day, Alarm { cleared, ..alarm })));
                }
                (None | Some(_), None) | (None, Some(_)) => {}
            }
        }
        all.extend(open.map(|alarm| (days, alarm)));
    }
    all.sort_by_key(|(day, alarm)| {
        (alarm.cleared.is_some(), std::cmp::Reverse((alarm.level, *day)))
    });
    all.into_iter().map(|(_, alarm)| alarm).collect()
}

/// Complaints of what was delivered: mailbox providers ask for less than 0.10 % and act at 0.30 %.
fn complaints(days: &Days, day: usize) -> Reading {
    let mail = days.mail(day, RATE_DAYS);
    rate(
        "complaints",
        (mail.complained, mail.delivered()),
        "delivered",
        [(100, "0.10 %"), (300, "0.30 %")],
    )
}

/// Mails that came back for good, of what was taken: beyond 5 % providers stop a sender.
fn bounces(days: &Days, day: usize) -> Reading {
    let mail = days.mail(day, RATE_DAYS);
    rate(
        "hard bounces",
        (mail.bounced_hard, mail.accepted),
        "accepted",
        [(2_000, "2 %"), (5_000, "5 %")],
    )
}

/// Mails that did not leave since they would have been too late.
fn late(days: &Days, day: usize) -> Reading {
    let [marketing, others] = days.late[day];
    let level = match (others, marketing) {
        (1.., _) => Some(Level::Failed),
        (0, 1..) => Some(Level::Look),
        (0, 0) => None,
    };
    Reading {
        level,
        what: format!("{} mails too late to leave", thousands(marketing + others)),
        detail: format!("{} of them not marketing", thousands(others)),
    }
}

/// Mails of which nobody knows whether they arrived.
fn unknown(days: &Days, day: usize) -> Reading {
    let mail = days.mail(day, 1);
    Reading {
        level: (mail.unknown > 0).then_some(Level::Failed),
        what: format!("{} mails went without an answer", thousands(mail.unknown)),
        detail: format!("of {} sent", thousands(mail.sent)),
    }
}

/// `part` of `of`, against lines in millionths.
fn rate(
    name: &str,
    (part, of): (u64, u64),
    unit: &str,
    [(look, look_line), (failed, failed_line)]: [(u64, &str); 2],
) -> Reading {
    let share = if of < RATE_OF_MIN { 0 } else { part.saturating_mul(100_000) / of };
    let (level, line) = match share {
        share if share >= failed => (Some(Level::Failed), failed_line),
        share if share >= look => (Some(Level::Look), look_line),
        _ => (None, look_line),
    };
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown to three digits")]
    let percent = if of == 0 { 0.0 } else { part as f64 * 100.0 / of as f64 };
    Reading {
        level,
        what: format!("{name} {percent:.3} % in 7 days, line {line}"),
        detail: format!("{} of {} {unit}", thousands(part), thousands(of)),
    }
}
