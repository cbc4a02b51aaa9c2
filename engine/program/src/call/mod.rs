//! One call of a shop, in the form of Segment's: JSON in, what it says out, in one form whatever SDK sent it.
//!
//! Nothing is corrected that the shop may have meant: a number in quotes stays text, an unknown event is handed on. What
//! is refused is refused alone: the others of its batch stand.
//! Invariant: no bytes can make this panic, recurse, or take more than a few times their own room; see [`holds`].
//! Invariant: no clock; when the call arrived is an argument.

mod bad;
mod holds;
mod json;
mod price;
mod said;
#[cfg(test)]
mod tests;
mod time;

pub use bad::{Bad, Why};
pub use holds::holds;
pub use json::Value;

use foresend_core::money::Amount;
use foresend_core::time::Timestamp;
use json::{Fields, Raw};
use std::borrow::Cow;

/// Longest call, in bytes: the limit of Segment and its SDKs.
pub const BYTES_MAX: usize = 32 * 1024;
/// How deep lists and objects may stand inside each other, the call itself included.
pub const DEPTH_MAX: usize = 32;
/// Longest id, in bytes.
pub const ID_MAX: usize = 512;
/// Longest name of an event, property, trait or topic, in bytes.
pub const NAME_MAX: usize = 256;
/// Most properties or traits of one call.
pub const FIELDS_MAX: usize = 512;

/// What a call says, and of whom.
#[derive(Clone, PartialEq, Debug)]
pub enum Called<'a> {
    /// Of a customer.
    Customer(Call<'a>),
    /// Of a product, to all who wait for it.
    Product {
        /// "Back In Stock" or "Price Dropped".
        event: Cow<'a, str>,
        /// The shop's id for the product.
        product: Cow<'a, str>,
    },
}

/// A call about one customer.
#[derive(Clone, PartialEq, Debug)]
pub struct Call<'a> {
    /// The id by which the shop knows them; `anonymous:` and the anonymous id where it does not yet.
    pub user: Cow<'a, str>,
    /// The call's own id, the same when it is sent again.
    pub message: Option<Cow<'a, str>>,
    /// When it happened: by its own account, set right where the sender's clock is wrong.
    pub at: Timestamp,
    /// What it says.
    pub said: Said<'a>,
}

/// What a call says of a customer.
#[derive(Clone, PartialEq, Debug)]
pub enum Said<'a> {
    /// They did something.
    Track {
        /// The event's name as it came; empty for a page or screen call.
        event: Cow<'a, str>,
        /// Everything it says but its list of products, in order; of a name that stands twice the later value.
        properties: Vec<(Cow<'a, str>, Value<'a>)>,
        /// Its list of products that have an id; where it has no list but names a product, that one.
        products: Vec<Line<'a>>,
    },
    /// Who they are.
    Profile {
        /// By name, in order; [`Value::Null`]: taken back.
        traits: Vec<(Cow<'a, str>, Value<'a>)>,
        /// Their time zone as it came: an IANA name, if all is well.
        timezone: Option<Cow<'a, str>>,
    },
    /// They agreed or objected, or a basis for mail arose.
    Consent {
        /// About which topic.
        topic: Cow<'a, str>,
        /// What about it.
        to: ConsentTo,
        /// How the shop knows; may be empty.
        proof: Cow<'a, str>,
    },
}

/// One product of a call.
#[derive(Clone, PartialEq, Debug)]
pub struct Line<'a> {
    /// The shop's id for it.
    pub product: Cow<'a, str>,
    /// How many pieces; 1 where it does not say, or not in whole pieces.
    pub quantity: u32,
    /// What one costs; zero where it does not say, or not in a number.
    pub price: Amount,
}

/// What a consent call says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsentTo {
    /// They asked for the topic, and have not confirmed it yet.
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
    /// They object: all bases of the topic end.
    Withdrawn,
}

/// How a call reached us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival<'a> {
    /// When, by our clock.
    pub at: Timestamp,
    /// The `sentAt` of its batch, which stands for that of the call.
    pub sent: Option<&'a str>,
    /// What it is where it does not say so itself: `Some("track")` behind `/v1/track`.
    pub kind: Option<&'a str>,
    /// What its times are worth.
    pub way: Way,
}

/// The way of a call, which tells a wrong clock from a long way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Sent at once, or as soon as its batch was full: where `sentAt` and our clock differ, theirs is wrong.
    Sent,
    /// Sent again: where `sentAt` is earlier than our clock, it has been under way since.
    Again,
    /// Read from a file: its times stand as they are.
    File,
}

impl Arrival<'_> {
    /// Read from a file at this moment.
    #[must_use]
    pub const fn in_file(at: Timestamp) -> Self {
        Self { at, sent: None, kind: None, way: Way::File }
    }
}

/// Reads one call.
///
/// ```
/// use foresend_core::time::Timestamp;
/// use foresend_program::call::{Arrival, Called, parse};
///
/// let arrival = Arrival::in_file(Timestamp::from_millis(0));
/// let told = parse(br#"{"type":"track","userId":"u1","event":"Product Viewed"}"#, &arrival);
/// assert!(matches!(told, Ok(Called::Customer(call)) if call.user == "u1"));
/// let told = parse(br#"{"type":"track","event":"Product Viewed"}"#, &arrival);
/// assert!(told.unwrap_err().to_string().contains("userId"));
/// ```
///
/// # Errors
/// [`Bad`], which says what of it is wrong, and how to mend it.
pub fn parse<'a>(json: &'a [u8], arrival: &Arrival<'_>) -> Result<Called<'a>, Bad> {
    let fields = json::call(json)?;
    let kind = match fields.word("type")? {
        Some(kind) => kind,
        None => arrival.kind.map(Cow::Borrowed).ok_or_else(|| {
            Bad::missing("type", "say what the call is: `\"type\": \"track\"`, or \"identify\"")
        })?,
    };
    let said = match &*kind {
        "track" => said::track(&fields)?,
        "page" | "screen" => said::visit(&fields)?,
        "identify" => said::identify(&fields)?,
        "consent" => said::consent(&fields)?,
        "product" => return said::product(&fields),
        "group" | "alias" => return Err(Bad::not_used_yet(&kind)),
        other => return Err(Bad::unknown_kind(other)),
    };
    Ok(Called::Customer(Call {
        user: user(&fields)?,
        message: fields.id("messageId")?,
        at: time::own(&fields, arrival)?,
        said,
    }))
}

/// One of the two ids; that of a known customer goes first.
fn user<'a>(fields: &Fields<'a>) -> Result<Cow<'a, str>, Bad> {
    if let Some(user) = fields.id("userId")? {
        return Ok(user);
    }
    let anonymous = fields.id("anonymousId")?.ok_or_else(|| {
        Bad::missing("userId", "say of whom the call is: give `userId`, or `anonymousId`")
    })?;
    Ok(Cow::Owned(format!("anonymous:{anonymous}")))
}

/// A text of the call, or of what stands in it.
fn text_in<'a>(raw: Raw<'a>, name: &str) -> Option<Cow<'a, str>> {
    json::fields(raw)?.get(name).and_then(json::text)
}
