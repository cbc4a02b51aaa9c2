//! From a mail that left to an order: what became of mails, in counts. A rate is of `delivered`, and is divided where it
//! is shown.

use crate::day::Sales;
use crate::pulse::Mail;
use serde::Serialize;

/// What came of mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Funnel {
    /// Handed to the mail server, each mail once.
    pub sent: u64,
    /// = accepted − bounced.
    pub delivered: u64,
    /// Opens by people.
    pub opened: u64,
    /// Opens by machines; they overlap with people's.
    pub opened_by_machines: u64,
    /// Links followed by people.
    pub clicked: u64,
    /// Links followed by machines.
    pub clicked_by_machines: u64,
    /// Orders within `credit` of a click.
    pub ordered: u64,
    /// What these were worth, in minor units.
    pub revenue_minor: i64,
    /// Objections by a link in a mail.
    pub unsubscribed: u64,
    /// Called spam.
    pub complained: u64,
    /// Came back for good or for now.
    pub bounced: u64,
}

impl Funnel {
    /// Of these mails, with the orders credited to them.
    #[must_use]
    pub fn of(mail: &Mail, credited: Sales) -> Self {
        Self {
            sent: mail.sent,
            delivered: mail.delivered(),
            opened: mail.opened_human,
            opened_by_machines: mail.opened_machine,
            clicked: mail.clicked_human,
            clicked_by_machines: mail.clicked_machine,
            ordered: credited.orders,
            revenue_minor: credited.revenue,
            unsubscribed: mail.unsubscribed,
            complained: mail.complained,
            bounced: mail.bounced_hard + mail.bounced_soft,
        }
    }
}
