//! The fields of entries, in postcard's encoding. Format 1: the order of fields and of variants is the format.

use foresend_core::id::StableId;
use foresend_core::money::Amount;
use foresend_core::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A call of the shop, in canonical form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Call<'a> {
    /// The id by which the shop knows the customer.
    pub user: &'a str,
    /// The call's own id, hashed; 0: it has none.
    pub message: u64,
    /// When it happened, by its own account.
    #[serde(with = "millis")]
    pub at: Timestamp,
    /// Whether to act upon it.
    pub origin: Origin,
    /// What it says.
    #[serde(borrow)]
    pub said: Said<'a>,
}

/// Whether a call is news or history.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Origin {
    /// It is learned and acted upon.
    Live,
    /// An import: it is learned, and triggers nothing.
    Backfill,
}

/// What a call says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Said<'a> {
    /// They did something.
    Track {
        /// The event's name, as it arrived; empty for a page or screen call.
        #[serde(borrow)]
        event: &'a str,
        /// Everything it says but `products`, in the order in which it came.
        #[serde(borrow)]
        properties: Vec<(&'a str, Value<'a>)>,
        /// Its list of products; where it has none but names a product, that one.
        #[serde(borrow)]
        products: Vec<Line<'a>>,
    },
    /// Who they are.
    Profile {
        /// Traits that were told, by their names; [`Value::Null`]: taken back. The others stay as they are.
        #[serde(borrow)]
        traits: Vec<(&'a str, Value<'a>)>,
        /// Their time zone, by its IANA name, if it was told.
        timezone: Option<&'a str>,
    },
    /// They agreed or objected, or a basis for mail arose.
    Consent {
        /// About which topic.
        topic: &'a str,
        /// Given or withdrawn.
        to: ConsentTo,
        /// The mail in which they did it.
        cause: Option<Send>,
        /// How we know.
        proof: &'a str,
    },
}

/// A value as it arrived.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(&'a str),
    /// A list or an object, as JSON.
    Json(&'a str),
}

impl Value<'_> {
    /// The number it is, or that its text is, to the nearest ten-thousandth.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "the cast saturates; amounts beyond 2^53 parts are nobody's"
    )]
    pub fn amount(self) -> Option<Amount> {
        let number: f64 = match self {
            Self::Number(number) => number,
            Self::Text(text) => text.trim().parse().ok()?,
            Self::Null | Self::Bool(_) | Self::Json(_) => return None,
        };
        let parts = (number * Amount::SCALE as f64).round();
        number.is_finite().then_some(Amount::from_parts(parts as i64))
    }
}

/// One product of an event.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Line<'a> {
    /// The shop's id for it.
    pub product: &'a str,
    /// How many pieces.
    pub quantity: u32,
    /// What one costs, in ten-thousandths.
    pub price: i64,
}

/// What a consent says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ConsentTo {
    /// They asked for the topic and have not confirmed yet.
    Requested,
    /// A contract holds.
    Contract,
    /// The service needs it.
    Service,
    /// They asked for this very thing.
    Request,
    /// They agreed.
    Consent,
    /// They bought.
    ExistingCustomer,
    /// An objection: all bases of the topic end.
    Withdrawn,
}

/// Names one send of a customer, by stable ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Send {
    /// The journey.
    pub journey: StableId,
    /// The step that sends.
    pub step: StableId,
    /// The customer's enrolment number.
    pub enrolment: u32,
}

/// What is held ready for a mail with an offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Code {
    /// Nothing.
    None,
    /// This one out of the pool, by its number.
    Reserved(u64),
    /// The pool is empty.
    Empty,
}

/// What the mail server said, or what became of the mail after it had said yes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Outcome {
    /// It took the mail.
    Accepted,
    /// Not now.
    Deferred,
    /// It refused for good.
    Rejected,
    /// The connection was lost after the mail was sent and before an answer came; or we were.
    Unknown,
    /// It came back, and may not the next time.
    BouncedSoft,
    /// It came back for good.
    BouncedHard,
    /// The reader called it spam.
    Complained,
    /// It could not be made; nothing left.
    RenderFailed,
}

impl Serialize for Send {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.journey.0, self.step.0, self.enrolment).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Send {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (journey, step, enrolment) = Deserialize::deserialize(from)?;
        Ok(Self { journey: StableId(journey), step: StableId(step), enrolment })
    }
}

mod millis {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Timestamp};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        at.millis().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(from).map(Timestamp::from_millis)
    }
}
