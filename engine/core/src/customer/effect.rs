//! What a customer asks of its host. Effects are named by ids, follow from state, and may be asked again.
//! Timers are no effects: [`next_wake`](super::Customer::next_wake) is state.

use super::input::SendRef;
use super::record::{Decided, Record};
use crate::id::{Key, SendId};
use crate::time::Timestamp;
use crate::world::condition::{Condition, Facts, Truth};
use crate::world::experiment::Variants;
use crate::world::journey::{JourneyIx, StepIx};
use crate::world::offer::OfferIx;
use crate::world::topic::{Basis, TopicIx};

/// One thing the host is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// A mail's moment has come: ask for its hand-over as soon as there is a slot for it.
    Ready(Mailing),
    /// Forget a mail that was ready: its hand-over would be refused.
    Withdraw(SendRef),
    /// Send this mail now, then say what came of it.
    Transmit(Mailing, u16),
    /// Call the webhook that this step names, then say what came of it.
    Call(Calling),
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
    /// What the enrolment is about.
    pub key: Key,
    /// The offer that it carries.
    pub offer: Option<OfferIx>,
    /// The code that an earlier mail of the enrolment, or an earlier attempt, carried: the same again.
    pub code: Option<u64>,
    /// Its step is tested, and this is how it is to look: see
    /// [`Experiment`](crate::world::experiment::Experiment). `None`: as it is written.
    pub variants: Option<Variants>,
}

const _: () = assert!(size_of::<Mailing>() == 80);

/// One call of a webhook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Calling {
    /// The step that calls.
    pub send: SendRef,
    /// The call's id for ever: what lets the other side tell a repeated one.
    pub id: SendId,
    /// What the enrolment is about.
    pub key: Key,
}

/// What one `apply` asked for and decided, in order. The host owns it and empties it: no allocation once warm.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Effects {
    /// For the host to do.
    pub asked: Vec<Effect>,
    /// For reports, metrics and explanations to fold.
    pub records: Vec<Record>,
    /// For explanations alone: what was read before each record. `None`: nobody asked, and it costs nothing.
    pub details: Option<Vec<Detail>>,
}

/// What was read before a decision, as it was then.
#[derive(Clone, PartialEq, Debug)]
pub struct Detail {
    /// The decision that followed: its place in [`Effects::records`].
    pub record: usize,
    /// What was read.
    pub read: Read,
}

/// One thing that a decision rests on.
#[derive(Clone, PartialEq, Debug)]
pub enum Read {
    /// A condition, what it came to, and what its names did ([`Condition::names`](crate::world::condition::Condition::names)).
    Condition {
        /// Which condition.
        of: Asked,
        /// What it came to.
        truth: Truth,
        /// What its names came to: NaN is unknown.
        values: Vec<f64>,
    },
    /// The last look let a mail leave: what it found, in the order in which it asks.
    LastLook {
        /// The basis on which it leaves.
        basis: Basis,
        /// Of each limit how many marketing mails counted, without this one. Empty: the mail is no marketing.
        counted: Vec<u16>,
    },
}

/// Which condition of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// A journey's `if`.
    If(JourneyIx),
    /// A journey's `while`.
    While(JourneyIx),
    /// A step's `if`.
    StepIf(JourneyIx, StepIx),
    /// A row of a step's `choose`.
    Row(JourneyIx, StepIx, u8),
}

impl Effects {
    /// The same, in which details are kept too.
    #[must_use]
    pub fn explaining() -> Self {
        Self { details: Some(Vec::new()), ..Self::default() }
    }

    /// Forgets everything, keeping the room.
    pub fn clear(&mut self) {
        self.asked.clear();
        self.records.clear();
        self.details.iter_mut().for_each(Vec::clear);
    }

    /// Reads `condition`, and keeps what it came to if somebody wants to know.
    pub(super) fn ask(&mut self, of: Asked, condition: &Condition, facts: &impl Facts) -> Truth {
        match &mut self.details {
            None => condition.read(facts),
            Some(details) => {
                let (truth, values) = condition.read_aloud(facts);
                let read = Read::Condition { of, truth, values };
                details.push(Detail { record: self.records.len(), read });
                truth
            }
        }
    }

    pub(super) fn detail(&mut self, read: impl FnOnce() -> Read) {
        if let Some(details) = &mut self.details {
            details.push(Detail { record: self.records.len(), read: read() });
        }
    }

    /// Records what comes with the next decision: what was read before belongs to that one.
    pub(super) fn record_aside(&mut self, at: Timestamp, decided: Decided) {
        let aside = self.records.len();
        self.record(at, decided);
        let read_before = |detail: &&mut Detail| detail.record == aside;
        let details = self.details.iter_mut().flatten();
        details.filter(read_before).for_each(|detail| detail.record += 1);
    }

    pub(super) fn record(&mut self, at: Timestamp, decided: Decided) {
        self.records.push(Record { at, decided });
    }
}
