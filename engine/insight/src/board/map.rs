//! Where the people of a journey stand: its steps from top to bottom, who waits for each, and how they came and went in
//! the newest day or hour.
//!
//! A step ends at its planned moment. So the row of a step counts enrolments, and they balance: change = arrived −
//! went on − stop − while − other. What becomes of its mail afterwards stands beside it and is no enrolment waiting.

use crate::pulse::{Held, JourneyPulse, Skipped, StepPulse};
use crate::recording::{JourneyHead, StepHead};
use serde::Serialize;

/// A journey's map.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Map {
    /// What starts it.
    pub starts: String,
    /// Times it armed, or began where it does not arm.
    pub entered: u64,
    /// The wait before it starts.
    pub arming: Option<Row>,
    /// Its steps.
    pub steps: Vec<Row>,
    /// Enrolments whose last step ended.
    pub finished: u64,
    /// Enrolments that a step ended.
    pub by_step: u64,
    /// Its goal in words, if it has one.
    pub goal: Option<String>,
    /// Enrolments whose goal is reached, and those whose goal was counted: of all so far.
    pub reached: (u64, u64),
}

/// A step, or the wait before the first.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What delays it.
    pub when: Option<String>,
    /// What it does.
    pub act: String,
    /// Its `if`.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The path on which it runs.
    pub path: Option<String>,
    /// Who waits for it now.
    pub waiting: u64,
    /// How they came and went.
    pub flow: Flow,
    /// What it did when it came due.
    pub did: Did,
    /// The paths it may lead to, with how many took each; of a wait for an event: whether it came.
    pub branches: Vec<(String, u64)>,
}

/// Comings and goings. change = `arrived` − `went_on` − `stop` − `holds` − `other`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Flow {
    /// Began to wait.
    pub arrived: u64,
    /// Their wait was over.
    pub went_on: u64,
    /// A `stop` event ended them.
    pub stop: u64,
    /// `while` was false when the wait was over.
    #[serde(rename = "while")]
    pub holds: u64,
    /// They yielded, or were refused at the start for another reason.
    pub other: u64,
}

impl Flow {
    /// How many more wait than before.
    #[must_use]
    pub fn change(&self) -> i64 {
        let Self { arrived, went_on, stop, holds, other } = *self;
        let out = went_on + stop + holds + other;
        i64::try_from(i128::from(arrived) - i128::from(out)).unwrap_or_default()
    }
}

/// What a step did when it came due.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Did {
    /// Mails that left.
    pub sent: u64,
    /// Mails that did not, by reason.
    pub held: Held,
    /// Times it did nothing, by reason.
    pub skipped: Skipped,
    /// Mails that wait to be handed over now.
    pub ready: u64,
}

impl Map {
    pub(super) fn of(head: &JourneyHead, so_far: &JourneyPulse, today: &JourneyPulse) -> Self {
        let arming = head.quiet.as_ref().map(|quiet| Row {
            name: "arming".to_owned(),
            when: Some(quiet.clone()),
            waiting: change(arming(so_far)),
            flow: arming(today),
            ..Row::default()
        });
        let rows = head.steps.iter().enumerate().map(|(at, step)| {
            let (now, all) = (&today.steps[at], &so_far.steps[at]);
            row(step, now, all, branches(&head.steps, at, &today.steps))
        });
        Self {
            starts: head.starts.clone(),
            entered: if head.quiet.is_some() { today.armed } else { today.started },
            steps: rows.collect(),
            arming,
            finished: today.ended.last_step,
            by_step: today.ended.by_step,
            goal: head.goal.clone(),
            reached: (so_far.goal_reached, so_far.goal_counted(head.goal_from_step)),
        }
    }

    /// Enrolments that wait now, arming ones included.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.rows().map(|row| row.waiting).sum()
    }

    /// How many more wait than before.
    #[must_use]
    pub fn change(&self) -> i64 {
        self.rows().map(|row| row.flow.change()).sum()
    }

    /// Every row in which people wait.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.arming.iter().chain(&self.steps)
    }
}

fn row(head: &StepHead, now: &StepPulse, all: &StepPulse, branches: Vec<(String, u64)>) -> Row {
    Row {
        name: head.name.clone(),
        when: head.when.clone(),
        act: head.act.clone(),
        condition: head.condition.clone(),
        path: head.path.clone(),
        waiting: change(flow(all)),
        flow: flow(now),
        did: Did {
            sent: now.mail.sent,
            held: now.held,
            skipped: now.skipped,
            ready: all.ready.saturating_sub(all.mail.sent + all.held.total()),
        },
        branches,
    }
}

fn flow(step: &StepPulse) -> Flow {
    Flow {
        arrived: step.arrived,
        went_on: step.went_on(),
        stop: step.left.stopped,
        holds: step.left.while_false,
        other: step.left.yielded,
    }
}

/// Of those who arm: what is refused before that (busy, again, no key, full, a later stop) never armed.
fn arming(journey: &JourneyPulse) -> Flow {
    let refused = &journey.not_started;
    Flow {
        arrived: journey.armed,
        went_on: journey.started,
        stop: journey.disarmed,
        holds: refused.while_false + refused.while_unknown,
        other: refused.if_false + refused.if_unknown + refused.yielded + refused.closed,
    }
}

/// Who waits after all these comings and goings.
fn change(flow: Flow) -> u64 {
    u64::try_from(flow.change()).unwrap_or(0)
}

/// How many took each way on from a step: those who began to wait for the first step of that path.
fn branches(steps: &[StepHead], at: usize, pulses: &[StepPulse]) -> Vec<(String, u64)> {
    if steps[at].listens() {
        let heard = pulses[at].heard;
        return vec![("came".to_owned(), heard.came), ("silent".to_owned(), heard.silent)];
    }
    let first = |path: &String| {
        let runs_on = |step: &StepHead| step.path.as_ref() == Some(path);
        let first = steps.iter().zip(pulses).skip(at + 1).find(|(step, _)| runs_on(step));
        (path.clone(), first.map_or(0, |(_, pulse)| pulse.arrived))
    };
    steps[at].leads_to.iter().map(first).collect()
}
