//! Mail on its way out: what was due and did not leave, and why; what the mail server said; and, where there is one, the
//! outbox and the mailbox providers.

use crate::pulse::{Mail, Moved, Pulse};
use crate::recording::Head;
use serde::Serialize;
use std::collections::BTreeMap;

/// Mail on its way out.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Delivery {
    /// What waits now.
    pub outbox: Outbox,
    /// By receiving domain, the largest first. `None`: the source has no mailbox providers.
    pub domains: Option<Vec<Domain>>,
    /// Why mails did not leave.
    pub why_not: WhyNot,
    /// What the mail server said.
    pub answers: Vec<(String, u64)>,
    /// Mails of a domain or a reason, by its name, the newest first. Empty where only counts are kept.
    pub recent: BTreeMap<String, Vec<Recent>>,
}

/// One mail.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Recent {
    /// When.
    pub at: String,
    /// The id of the send.
    pub send: String,
    /// Its step, and what became of it.
    pub what: String,
}

/// What waits now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Outbox {
    /// Asked to be handed over.
    pub ready: u64,
    /// Handed over without an answer yet. `None`: the source answers at once.
    pub going: Option<u64>,
    /// To be tried again.
    pub deferred: u64,
    /// Whether they arrived nobody knows, in the window.
    pub unknown: u64,
    /// Taken by the mail server in the window.
    pub accepted: u64,
    /// Refused by it in the window.
    pub rejected: u64,
}

/// Mails of one receiving domain.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Domain {
    /// Its name; `other (2,214)`.
    pub name: String,
    /// Taken.
    pub accepted: u64,
    /// Still to be tried again.
    pub deferred: u64,
    /// Refused.
    pub rejected: u64,
    /// Came back after they were taken.
    pub bounced: u64,
    /// Called spam. `None`: the provider does not say.
    pub complained: Option<u64>,
    /// Mails a minute now, and at most. `None`: no limit.
    pub a_minute: (u64, Option<u64>),
    /// What holds it back, if anything does: `slowed`.
    pub breaker: Option<String>,
    /// How many a day while it is warmed up. `None`: done.
    pub ramp_a_day: Option<u64>,
}

/// Each row takes from what was due: `due` = `sent` + all others but `moved`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct WhyNot {
    /// Mails whose moment came, or whose enrolment was ended while it waited for them.
    pub due: u64,
    /// A `stop` event, before the mail or in the last look.
    pub stopped: u64,
    /// `while` was false or unknown, likewise.
    pub holds: u64,
    /// Another journey began, to which theirs yields.
    pub yielded: u64,
    /// Held out.
    pub holdout: u64,
    /// Nobody agreed, or there is no address.
    pub no_permission: u64,
    /// The address is suppressed.
    pub suppressed: u64,
    /// A limit was full.
    pub limit: u64,
    /// Too long after the planned moment.
    pub late: u64,
    /// No code for the offer.
    pub no_code: u64,
    /// Held by the ramp of a provider.
    pub ramp: u64,
    /// Left.
    pub sent: u64,
    /// Came due at another moment, or were handed over later: takes nothing.
    pub moved: Moved,
}

impl Delivery {
    pub(super) fn of(head: &Head, window: &Pulse, so_far: &Pulse) -> Self {
        let (now, all) = (window.all_steps().mail, so_far.all_steps());
        let answered = all.mail.accepted + all.mail.rejected + all.mail.unknown + all.mail.not_made;
        let outbox = Outbox {
            ready: all.ready.saturating_sub(all.mail.sent + all.held.total()),
            going: None,
            deferred: all.mail.sent.saturating_sub(answered),
            unknown: now.unknown,
            accepted: now.accepted,
            rejected: now.rejected,
        };
        let (why_not, answers) = (WhyNot::of(head, window), answers(&now));
        Self { outbox, domains: None, why_not, answers, recent: BTreeMap::new() }
    }
}

impl WhyNot {
    fn of(head: &Head, window: &Pulse) -> Self {
        let mut all = Self::default();
        let heads = head.journeys.iter().flat_map(|journey| &journey.steps);
        let steps = window.journeys.iter().flat_map(|journey| &journey.steps);
        for step in heads.zip(steps).filter(|(head, _)| head.sends()).map(|(_, step)| step) {
            let held = &step.held;
            all.stopped += held.stopped;
            all.holds += held.while_false + held.while_unknown;
            all.yielded += held.yielded;
            all.holdout += held.holdout + held.test_holdout;
            all.no_permission += held.no_permission + held.no_address;
            all.suppressed += held.suppressed;
            all.limit += held.limit;
            all.late += held.late;
            all.no_code += held.no_code + step.skipped.no_code;
            all.sent += step.mail.sent;
            all.moved.merge(&step.moved);
            all.moved.merge(&step.delayed);
            all.stopped += step.left.stopped;
            all.holds += step.left.while_false + step.skipped.while_unknown;
            all.yielded += step.left.yielded;
        }
        all.due = all.sent + all.not_sent();
        all
    }

    fn not_sent(&self) -> u64 {
        let ended = self.stopped + self.holds + self.yielded;
        let nobody = self.holdout + self.no_permission + self.suppressed;
        ended + nobody + self.limit + self.late + self.no_code + self.ramp
    }
}

fn answers(mail: &Mail) -> Vec<(String, u64)> {
    let all = [
        ("accepted", mail.accepted),
        ("put off", mail.deferred),
        ("rejected", mail.rejected),
        ("no answer", mail.unknown),
        ("not made", mail.not_made),
        ("bounced for good", mail.bounced_hard),
        ("bounced for now", mail.bounced_soft),
    ];
    let said = all.into_iter().filter(|(name, count)| *count > 0 || *name == "accepted");
    said.map(|(name, count)| (name.to_owned(), count)).collect()
}
