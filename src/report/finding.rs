//! What a reader should not miss: harm, and complaints that mailbox providers act upon. At most three, worst
//! first; page and JSON show the same.

use super::number::{counted, rate, share};
use super::page::Role;
use super::{Report, Share, World};
use foresend_insight::increment::Increment;
use foresend_insight::pulse::{JourneyPulse, Mail};
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

/// Whether there is something to find about a journey: it deserves a row of its own.
pub(crate) fn is_notable(pulse: &JourneyPulse, share: &Share) -> bool {
    let harms = share.orders.value < 0 && share.orders.holds_zero() == Some(false);
    harms || complaint_level(&pulse.all_steps().mail).is_some()
}

/// The worst of `report`, worst first.
pub(super) fn findings(report: &Report) -> Vec<Finding> {
    let mut all: Vec<Finding> = harm(report).into_iter().collect();
    for (at, (journey, pulse)) in report.journeys.iter().zip(&report.pulse().journeys).enumerate() {
        let mail = pulse.all_steps().mail;
        let share = report.own().shares.get(at).copied().flatten();
        all.extend(share.and_then(|share| harm_by(report, &journey.name, &share)));
        if let Some(level) = complaint_level(&mail) {
            let is_unclear = share.is_some_and(|share| share.orders.holds_zero() == Some(true));
            let share = rate(mail.complained, mail.delivered(), 3);
            let name = &journey.name;
            let message = match level {
                Level::Look if is_unclear => format!(
                    "{name}: complaints reach {share} for no clear effect. Consider fewer mails or stopping \
                     it."
                ),
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

/// Mail that loses orders: in every world, or in the scenario's own.
fn harm(report: &Report) -> Option<Finding> {
    let loses = |orders: &Increment| orders.value < 0 && orders.holds_zero() == Some(false);
    let World { orders, id, .. } = report.own();
    if !loses(orders) {
        return None;
    }
    let (journey, who) = match &*report.journeys {
        [only] => (Some(only.name.clone()), &*only.name),
        _ => (None, "the program"),
    };
    let worlds = report.worlds.len();
    let what = if worlds > 1 && report.worlds.iter().all(|world| loses(&world.orders)) {
        format!("mail loses orders in all {worlds} worlds")
    } else {
        format!("mail loses {} in {id}", counted(orders.value.unsigned_abs(), "order"))
    };
    let message = format!("{who}: {what}. Send later, or less, or stop it.");
    Some(Finding { code: "harm", level: Level::Failed, journey, message })
}

/// A journey without which there would be more orders.
fn harm_by(report: &Report, journey: &str, share: &Share) -> Option<Finding> {
    let orders = &share.orders;
    if orders.value >= 0 || orders.holds_zero() != Some(false) {
        return None;
    }
    let (lost, world) = (counted(orders.value.unsigned_abs(), "order"), &report.own().id);
    let message = format!("{journey}: costs {lost} in {world}. Send later, or less, or stop it.");
    let journey = Some(journey.to_owned());
    Some(Finding { code: "harm", level: Level::Failed, journey, message })
}
