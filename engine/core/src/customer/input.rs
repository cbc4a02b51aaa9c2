//! What can happen to a customer. Everything a decision needs from outside is in here, written down by the host
//! before it is applied, or in the [`World`](crate::world::World).

use crate::id::ProductId;
use crate::money::Amount;
use crate::time::Timestamp;
use crate::world::ZoneIx;
use crate::world::event::{EventIx, Property, PropertyIx};
use crate::world::journey::{JourneyIx, StepIx};
use crate::world::topic::{Basis, TopicIx};
use crate::world::value::{TraitIx, Value};

/// One input. Inputs of a customer are applied one at a time, in the order in which they became durable.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Input<'a> {
    /// The host's clock is past what [`next_wake`](super::Customer::next_wake) said. A stale or repeated one
    /// changes nothing.
    Wake,
    /// Something they did, or that happened to them.
    Event(Event<'a>),
    /// What we are told about them.
    Profile(Profile<'a>),
    /// They agreed or objected, or a basis for mail arose.
    Consent(Consent),
    /// May this mail leave now? Asked before each attempt.
    Handover {
        /// The mail.
        send: SendRef,
        /// Attempts are numbered from 1.
        attempt: u16,
        /// What the host had looked up when it asked.
        gate: Gate,
        /// The code it holds ready for a mail with an offer.
        code: Code,
    },
    /// What the mail server said.
    Outcome {
        /// The mail.
        send: SendRef,
        /// The attempt that it answers.
        attempt: u16,
        /// The answer.
        outcome: Outcome,
    },
    /// What came of a call of a webhook: it is not asked for again.
    Called {
        /// The step that called.
        send: SendRef,
        /// Whether it was answered well; the host has tried again as often as it does.
        done: bool,
    },
    /// A mail was opened or one of its links followed.
    Engagement {
        /// The mail.
        send: SendRef,
        /// What was done with it.
        act: Engagement,
        /// By whom: machines are counted, and never believed.
        reader: Reader,
        /// When.
        at: Timestamp,
    },
    /// The host holds the customer's history of `event` since `since`; [`Timestamp::ALWAYS`]: all of it.
    Remember {
        /// Which event; `None`: all.
        event: Option<EventIx>,
        /// Since when nothing of it is missing.
        since: Timestamp,
    },
}

/// Something that happened.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Event<'a> {
    /// Which event.
    pub name: EventIx,
    /// Whether to act upon it.
    pub origin: Origin,
    /// When it happened by its own account; clamped to the 30 days before it arrived, a backfilled one only
    /// from above.
    pub at: Timestamp,
    /// Its message id, hashed: one seen lately is not applied again. 0: it has none.
    pub id: u64,
    /// The properties the program reads; those it does not may be left out.
    pub properties: &'a [Property<'a>],
    /// Its product, or its list of products.
    pub products: &'a [Line],
}

impl<'a> Event<'a> {
    /// The value of a property, if it came with one.
    #[must_use]
    pub fn property(&self, name: PropertyIx) -> Option<Value<'a>> {
        self.properties.iter().find(|property| property.name == name).map(|property| property.value)
    }
}

/// Whether an event is news or history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It is learned and acted upon.
    Live,
    /// An import: it is learned, and triggers nothing.
    Backfill,
}

/// One product of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// Which product.
    pub product: ProductId,
    /// How many pieces.
    pub quantity: u32,
    /// What one costs.
    pub price: Amount,
}

/// What we are told about a customer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Profile<'a> {
    /// Their zone.
    pub zone: ZoneIx,
    /// Whether we hold an address to mail to.
    pub has_address: bool,
    /// Since when they have been somebody's customer, if we were told. Earlier than our first input: what
    /// happened before is unknown until a host says otherwise by [`Input::Remember`].
    pub created: Option<Timestamp>,
    /// Traits that were told, or `None` where one was taken back. The others stay as they are.
    pub traits: &'a [(TraitIx, Option<Value<'a>>)],
}

/// A basis for mail that arose or ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Consent {
    /// About what.
    pub topic: TopicIx,
    /// Given or withdrawn.
    pub to: ConsentTo,
    /// When, by its own account.
    pub at: Timestamp,
    /// The mail in which they did it, if it was in one.
    pub cause: Option<SendRef>,
}

/// What a consent input says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsentTo {
    /// They asked for the topic and have not confirmed yet: permits nothing.
    Requested,
    /// This basis holds from now on.
    Given(Basis),
    /// An objection: all bases of the topic end.
    Withdrawn,
}

/// Names one send of one customer: what the mail server's answers and the readers' acts refer to. Its
/// [`SendId`](crate::id::SendId) follows from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SendRef {
    /// The journey.
    pub journey: JourneyIx,
    /// The step that sends.
    pub step: StepIx,
    /// The customer's enrolment number.
    pub enrolment: u32,
}

/// What the host looked up outside the customer before it asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// Nothing speaks against it.
    Open,
    /// The address is suppressed.
    Suppressed,
    /// A rehearsal without mail: the answer is no, after every other reason was asked.
    Shut,
}

/// What the host holds ready for a mail with an offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    /// Nothing: the mail has no offer, its code is shared, or it carries again the one it had.
    None,
    /// A code out of the pool, by the host's own number for it.
    Reserved(u64),
    /// The pool is empty.
    Empty,
}

/// What the mail server said, or what became of the mail after it had said yes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It took the mail.
    Accepted,
    /// Not now: the host will ask for another attempt. The code it had reserved is free again; the next attempt
    /// brings another.
    Deferred,
    /// It refused for good.
    Rejected,
    /// The connection was lost after the mail was sent and before an answer came.
    Unknown,
    /// It came back.
    Bounced {
        /// For good.
        hard: bool,
    },
    /// The reader called it spam.
    Complained,
    /// It could not be made; nothing left.
    RenderFailed,
}

/// What was done with a mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engagement {
    /// Opened.
    Open,
    /// A link followed.
    Click,
}

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// A person.
    Human,
    /// A privacy proxy or a scanner.
    Machine,
}
