//! What happened in journeys and their steps: enrolments, mails, and why some did not leave.

use super::caused::Increments;
use crate::report::journeys::still_in;
use crate::report::{self, Report};
use foresend_insight::pulse;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Journey<'a> {
    id: &'a str,
    armed: u64,
    started: u64,
    not_started: NotStarted,
    ended: Ended,
    waiting: u64,
    increment: Option<Increments>,
    goal_counted: u64,
    goal_reached: u64,
    goal_value_minor: i64,
    steps: Vec<Step<'a>>,
    mail: Mail,
    held_back: HeldBack,
    moved: Moved,
    skipped: Skipped,
}

#[derive(Serialize)]
pub(super) struct NotStarted {
    busy: u64,
    again: u64,
    if_false: u64,
    if_unknown: u64,
    while_false: u64,
    while_unknown: u64,
    stopped: u64,
    stopped_while_quiet: u64,
    full: u64,
    yielded: u64,
    no_key: u64,
}

#[derive(Serialize)]
pub(super) struct Ended {
    last_step: u64,
    stopped: u64,
    #[serde(rename = "while")]
    while_false: u64,
    by_step: u64,
    yielded: u64,
}

#[derive(Serialize)]
pub(super) struct Step<'a> {
    id: &'a str,
    arrived: u64,
    went_on: u64,
    left: u64,
    waiting: u64,
    mail: Mail,
    held_back: HeldBack,
    moved: Moved,
    skipped: Skipped,
}

#[derive(Serialize)]
pub(super) struct Mail {
    sent: u64,
    delivered: u64,
    rejected: u64,
    unknown: u64,
    bounced_hard: u64,
    bounced_soft: u64,
    opened_human: u64,
    opened_machine: u64,
    clicked_human: u64,
    clicked_machine: u64,
    unsubscribed: u64,
    complained: u64,
}

#[derive(Serialize)]
pub(super) struct HeldBack {
    stopped: u64,
    #[serde(rename = "while")]
    while_false: u64,
    while_unknown: u64,
    no_permission: u64,
    no_address: u64,
    suppressed: u64,
    holdout: u64,
    test_holdout: u64,
    limit: u64,
    no_code: u64,
    yielded: u64,
    late: u64,
}

#[derive(Serialize)]
pub(super) struct Moved {
    quiet: u64,
    still_shopping: u64,
    limit: u64,
    between: u64,
}

#[derive(Serialize)]
pub(super) struct Skipped {
    #[serde(rename = "false")]
    if_false: u64,
    unknown: u64,
    while_unknown: u64,
    due_unknown: u64,
    no_code: u64,
    paused: u64,
    full: u64,
}

pub(super) fn journeys(report: &Report) -> Vec<Journey<'_>> {
    let digits = report.currency.minor_digits;
    report
        .journeys
        .iter()
        .zip(&report.pulse().journeys)
        .enumerate()
        .map(|(at, (journey, pulse))| {
            let all = pulse.all_steps();
            Journey {
                id: &journey.name,
                armed: pulse.armed,
                started: pulse.started,
                not_started: NotStarted::of(pulse),
                ended: Ended::of(&pulse.ended),
                waiting: still_in(pulse),
                increment: report.own().shares.get(at).and_then(Option::as_ref).map(Increments::of),
                goal_counted: pulse.goal_counted(journey.goal_from_step),
                goal_reached: pulse.goal_reached,
                goal_value_minor: pulse.goal_value.minor(digits).minor(),
                steps: steps(journey, pulse),
                mail: Mail::of(&all.mail),
                held_back: HeldBack::of(&all.held),
                moved: Moved::of(&all),
                skipped: Skipped::of(&all.skipped),
            }
        })
        .collect()
}

pub(super) fn steps<'a>(
    journey: &'a report::Journey,
    pulse: &pulse::JourneyPulse,
) -> Vec<Step<'a>> {
    let steps = journey.steps.iter().zip(&pulse.steps);
    let step = |(id, step): (&'a String, &pulse::StepPulse)| {
        let went_on = step.went_on();
        Step {
            id,
            arrived: step.arrived,
            went_on,
            left: step.left.total(),
            waiting: step.arrived.saturating_sub(went_on + step.left.total()),
            mail: Mail::of(&step.mail),
            held_back: HeldBack::of(&step.held),
            moved: Moved::of(step),
            skipped: Skipped::of(&step.skipped),
        }
    };
    steps.map(step).collect()
}

impl NotStarted {
    pub(super) fn of(pulse: &pulse::JourneyPulse) -> Self {
        let pulse::NotStarted {
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
        } = pulse.not_started;
        Self {
            busy,
            again,
            if_false,
            if_unknown,
            while_false,
            while_unknown,
            stopped,
            stopped_while_quiet: pulse.disarmed,
            full,
            yielded,
            no_key,
        }
    }
}

impl Ended {
    pub(super) fn of(ended: &pulse::Ended) -> Self {
        let pulse::Ended { last_step, stopped, while_false, by_step, yielded } = *ended;
        Self { last_step, stopped, while_false, by_step, yielded }
    }
}

impl Mail {
    pub(super) fn of(mail: &pulse::Mail) -> Self {
        Self {
            sent: mail.sent,
            delivered: mail.delivered(),
            rejected: mail.rejected,
            unknown: mail.unknown,
            bounced_hard: mail.bounced_hard,
            bounced_soft: mail.bounced_soft,
            opened_human: mail.opened_human,
            opened_machine: mail.opened_machine,
            clicked_human: mail.clicked_human,
            clicked_machine: mail.clicked_machine,
            unsubscribed: mail.unsubscribed,
            complained: mail.complained,
        }
    }
}

impl HeldBack {
    pub(super) fn of(held: &pulse::Held) -> Self {
        let pulse::Held {
            stopped,
            while_false,
            while_unknown,
            no_address,
            no_permission,
            suppressed,
            holdout,
            test_holdout,
            limit,
            no_code,
            yielded,
            late,
            shut: _, // the no-mail arm's own doing
        } = *held;
        Self {
            stopped,
            while_false,
            while_unknown,
            no_permission,
            no_address,
            suppressed,
            holdout,
            test_holdout,
            limit,
            no_code,
            yielded,
            late,
        }
    }
}

impl Moved {
    /// Moves of the plan and delays of the hand-over together, as on the page.
    pub(super) fn of(step: &pulse::StepPulse) -> Self {
        let mut all = step.moved;
        all.merge(&step.delayed);
        let pulse::Moved { quiet, still_shopping, limit, between } = all;
        Self { quiet, still_shopping, limit, between }
    }
}

impl Skipped {
    pub(super) fn of(skipped: &pulse::Skipped) -> Self {
        let pulse::Skipped {
            if_false,
            if_unknown,
            while_unknown,
            due_unknown,
            no_code,
            paused,
            full,
        } = *skipped;
        let unknown = if_unknown;
        Self { if_false, unknown, while_unknown, due_unknown, no_code, paused, full }
    }
}
