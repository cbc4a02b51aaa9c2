//! What a customer asks of its host. Effects are named by ids, follow from state, and may be asked again.
//! Timers are no effects: [`next_wake`](super::Customer::next_wake) is state.

use super::input::SendRef;
use super::record::{Decided, Record};
use crate::id::SendId;
use crate::time::Timestamp;
use crate::world::topic::TopicIx;

/// One thing the host is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// A mail's moment has come: ask for its hand-over as soon as there is a slot for it.
    Ready(Mailing),
    /// Forget a mail that was ready: its hand-over would be refused.
    Withdraw(SendRef),
    /// Send this mail now, then say what came of it.
    Transmit(Mailing, u16),
}

/// One mail of one customer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mailing {
    /// Which send.
    pub send: SendRef,
    /// Its id for ever.
    pub id: SendId,
    /// What it is about.
    pub topic: TopicIx,
    /// When it was planned to leave.
    pub planned: Timestamp,
    /// When it may leave: the plan, or the moment to which the last look delayed it.
    pub not_before: Timestamp,
    /// The message id of the event that started the enrolment.
    pub origin: u64,
}

/// What one `apply` asked for and decided, in order. The host owns it and empties it: no allocation once warm.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Effects {
    /// For the host to do.
    pub asked: Vec<Effect>,
    /// For reports, metrics and explanations to fold.
    pub records: Vec<Record>,
}

impl Effects {
    /// Forgets everything, keeping the room.
    pub fn clear(&mut self) {
        self.asked.clear();
        self.records.clear();
    }

    pub(super) fn record(&mut self, at: Timestamp, decided: Decided) {
        self.records.push(Record { at, decided });
    }
}
