//! How many went through the one journey that there is, and where they left: enrolments, mailed or not.

use super::number::{count, rate};
use super::page::{Page, Role, Row};
use super::{Journey, Report};
use foresend_insight::pulse::{JourneyPulse, NotStarted};
use std::cmp::Reverse;

pub(super) fn write(report: &Report, page: &mut Page) {
    let wide = page.paper().is_wide();
    let head = Row::named(Role::Heading, "Journeys");
    page.row(&if wide {
        head.until(31, Role::Faint, "started")
            .until(46, Role::Faint, "reached goal")
            .until(56, Role::Faint, "rate")
            .until(70, Role::Faint, "ended early")
            .until(85, Role::Faint, "last step")
            .until(100, Role::Faint, "still in it")
    } else {
        head.until(31, Role::Faint, "started").until(46, Role::Faint, "reached goal").until(
            60,
            Role::Faint,
            "ended early",
        )
    });
    for (journey, pulse) in report.journeys.iter().zip(&report.pulse().journeys) {
        let ended = pulse.ended;
        let early = ended.early();
        let counted = pulse.goal_counted(journey.goal_from_step);
        let row = Row::named(Role::Plain, &*journey.name)
            .until(31, Role::Plain, count(pulse.started))
            .until(46, Role::Plain, count(pulse.goal_reached));
        page.row(&if wide {
            row.until(56, Role::Plain, rate(pulse.goal_reached, counted, 1))
                .until(70, Role::Plain, count(early))
                .until(85, Role::Plain, count(ended.last_step))
                .until(100, Role::Plain, count(still_in(pulse)))
        } else {
            row.until(60, Role::Plain, count(early))
        });
    }
    reasons(report, page);
}

/// Enrolments that were not over when the rehearsal was.
pub(super) fn still_in(pulse: &JourneyPulse) -> u64 {
    pulse.started.saturating_sub(pulse.ended.last_step + pulse.ended.early())
}

fn reasons(report: &Report, page: &mut Page) {
    let (mut early, mut refused) = (Reasons::default(), Reasons::default());
    for (journey, pulse) in report.journeys.iter().zip(&report.pulse().journeys) {
        early.add(journey.stopped, pulse.ended.stopped);
        early.add(journey.left, pulse.ended.while_false);
        early.add("by a step", pulse.ended.by_step);
        early.add("yielded", pulse.ended.yielded);
        refused.add_starts(journey, &pulse.not_started);
        refused.add(journey.stopped_in_time, pulse.disarmed);
    }
    for text in [early.text("Ended early"), refused.text("Did not start")].into_iter().flatten() {
        page.prose(Role::Plain, &text);
    }
}

/// A line of reasons, largest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Reasons {
    of: Vec<(&'static str, u64)>,
}

impl Reasons {
    /// Adds `number` to the reason called `name`.
    pub(super) fn add(&mut self, name: &'static str, number: u64) {
        match self.of.iter_mut().find(|(other, _)| *other == name) {
            Some((_, sum)) => *sum += number,
            None => self.of.push((name, number)),
        }
    }

    fn add_starts(&mut self, journey: &Journey, not_started: &NotStarted) {
        let NotStarted {
            busy,
            again,
            if_false,
            if_unknown,
            while_false,
            while_unknown,
            stopped,
            full,
            yielded,
            no_key,
            closed: _, // of an arm that is without the journey
        } = *not_started;
        self.add("in it already", busy);
        self.add("too soon again", again);
        self.add("`if` false", if_false);
        self.add("`if` unknown", if_unknown);
        self.add(journey.left, while_false);
        self.add("`while` unknown", while_unknown);
        self.add(journey.stopped, stopped);
        self.add("in too many journeys", full);
        self.add("yielded", yielded);
        self.add("no key", no_key);
    }

    /// `Held back 31,408: bought 16,870, …, other 1,040.`: the largest four, and the rest together. Nothing where
    /// there was nothing.
    pub(super) fn text(mut self, title: &str) -> Option<String> {
        self.of.retain(|&(_, number)| number > 0);
        self.of.sort_by_key(|&(_, number)| Reverse(number));
        if self.of.len() > 5 {
            let other = self.of.split_off(4).iter().map(|&(_, number)| number).sum();
            self.of.push(("other", other));
        }
        let all = count(self.of.iter().map(|&(_, number)| number).sum());
        match &*self.of {
            [] => None,
            [(only, _)] => Some(format!("{title} {all}: {only}.")),
            several => {
                let parts: Vec<String> = several
                    .iter()
                    .map(|&(name, number)| format!("{name}\u{a0}{}", count(number)))
                    .collect();
                Some(format!("{title} {all}: {}.", parts.join(", ")))
            }
        }
    }
}
