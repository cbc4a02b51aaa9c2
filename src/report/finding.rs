//! What a reader should not miss: harm, and complaints that mailbox providers act upon. At most three, worst
//! first; page and JSON show the same.

use super::Report;
use super::number::{counted, rate, share};
use super::page::Role;
use foresend_insight::pulse::Mail;
use std::cmp::Reverse;

/// Mailbox providers begin to turn mail away at the first share of complaints (in hundredths of the delivered),
/// and refuse it at the second. Source: sender guidelines of Gmail and Yahoo, February 2024.
const COMPLAINTS_LOOK: f64 = 0.10;
const COMPLAINTS_FAILED: f64 = 0.30;
/// Fewer complaints than this are an accident, whatever their share.
const COMPLAINTS_MIN: u64 = 3;
/// Findings of a report.
const MOST: usize = 3;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Level {
    /// ▲
    Look,
    /// ✗
    Failed,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Finding {
    pub(super) code: &'static str,
    pub(super) level: Level,
    /// `None`: of the whole program.
    pub(super) journey: Option<String>,
    pub(super) message: String,
}

impl Level {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Look => "▲",
            Self::Failed => "✗",
        }
    }

    pub(super) fn role(self) -> Role {
        match self {
            Self::Look => Role::Look,
            Self::Failed => Role::Failed,
        }
    }

    /// As JSON writes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Failed => "failed",
        }
    }
}

/// What a mailbox provider would think of the complaints about `mail`. `None`: nothing.
pub(super) fn complaint_level(mail: &Mail) -> Option<Level> {
    let share = share(mail.complained, mail.delivered())?;
    match mail.complained >= COMPLAINTS_MIN {
        true if share >= COMPLAINTS_FAILED => Some(Level::Failed),
        true if share >= COMPLAINTS_LOOK => Some(Level::Look),
        true | false => None,
    }
}

/// The worst of `report`, worst first.
pub(super) fn findings(report: &Report) -> Vec<Finding> {
    let mut all: Vec<Finding> = harm(report).into_iter().collect();
    for (journey, pulse) in report.journeys.iter().zip(&report.as_written.pulse.journeys) {
        let mail = pulse.all_steps().mail;
        if let Some(level) = complaint_level(&mail) {
            let share = rate(mail.complained, mail.delivered(), 3);
            let name = &journey.name;
            let message = match level {
                Level::Look => format!(
                    "{name}: complaints reach {share}; mailbox providers look at 0.10\u{a0}%. Consider \
                     fewer mails."
                ),
                Level::Failed => format!(
                    "{name}: complaints reach {share}; mailbox providers refuse mail at 0.30\u{a0}%. Send \
                     fewer, or stop it."
                ),
            };
            all.push(Finding { code: "complaints", level, journey: Some(name.clone()), message });
        }
    }
    all.sort_by_key(|finding| Reverse(finding.level)); // stable: equals stay in the program's order
    all.truncate(MOST);
    all
}

fn harm(report: &Report) -> Option<Finding> {
    let orders = &report.orders;
    if orders.value >= 0 || orders.holds_zero() != Some(false) {
        return None;
    }
    let lost = counted(orders.value.unsigned_abs(), "order");
    let (journey, who) = match &*report.journeys {
        [only] => (Some(only.name.clone()), &*only.name),
        _ => (None, "the program"),
    };
    let message =
        format!("{who}: mail loses {lost} in {}. Send later, or less, or stop it.", report.world);
    Some(Finding { code: "harm", level: Level::Failed, journey, message })
}
