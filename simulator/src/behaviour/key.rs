//! What things are known by. A session is known by its visit's number or by the mail that brought it, a cart and its
//! order by their session; the message id of an event says which of these it belongs to, so that from a mail its
//! origin can be found, and the same mail at another delay has the same key and meets the same luck.
//!
//! Invariant: two events of one customer have different message ids, and none has 0.

/// Which session: a visit's ordinal, or a mail. [`SessionKey::again`] is the short one that follows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SessionKey(u64);

const PAYLOAD: u64 = (1 << 48) - 1;
const BY_MAIL: u64 = 1 << 48;
const AGAIN: u64 = 1 << 49;
/// Ordinals of visits, which are small or small negatives, do not come here.
const PAST: u64 = 1 << 46;
/// Bits of a session's key.
const KEY_BITS: u32 = 50;

impl SessionKey {
    /// The visit number `ordinal`; those before the start count back from −1.
    #[must_use]
    pub const fn visit(ordinal: i64) -> Self {
        Self(ordinal.cast_unsigned() & PAYLOAD)
    }

    /// The session that the mail `mail` brought.
    #[must_use]
    pub const fn of_mail(mail: u64) -> Self {
        Self(mail & PAYLOAD | BY_MAIL)
    }

    /// The session of an order before the start, of which nothing else is known.
    #[must_use]
    pub const fn past_order(ordinal: u32) -> Self {
        Self(PAST + ordinal as u64)
    }

    /// The short session after this one.
    #[must_use]
    pub const fn again(self) -> Self {
        Self(self.0 | AGAIN)
    }

    /// Whether a mail brought it; else it belongs to the skeleton.
    #[must_use]
    pub const fn is_by_mail(self) -> bool {
        self.0 & BY_MAIL != 0
    }

    /// The key of its draws.
    #[must_use]
    pub const fn key(self) -> u64 {
        self.0
    }
}

/// Which cart: the one that was filled in a session. The order that comes of it has the same key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CartKey(SessionKey);

impl CartKey {
    /// The cart that is filled in `session`.
    #[must_use]
    pub const fn of(session: SessionKey) -> Self {
        Self(session)
    }

    /// The key of its draws.
    #[must_use]
    pub const fn key(self) -> u64 {
        self.0.0
    }

    /// The session in which it was filled.
    #[must_use]
    pub const fn session(self) -> SessionKey {
        self.0
    }
}

/// What happened, of all that can happen in a session or to its cart and order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Happened {
    /// View number so much.
    Viewed(u16),
    /// Line number so much was added to the cart.
    Added(u8),
    /// The checkout was started.
    CheckoutStarted,
    /// The last line was taken out of the cart.
    Removed,
    /// The cart was ordered.
    Ordered,
    /// The order was cancelled.
    Cancelled,
    /// It was delivered.
    Delivered,
    /// It was refunded.
    Refunded,
    /// What was viewed as number so much was sold out, and they asked to be told.
    Asked(u16),
    /// It is back.
    Back(u16),
}

impl Happened {
    const fn code(self) -> (u64, u64) {
        match self {
            Self::Viewed(view) => (1, view as u64),
            Self::Added(line) => (2, line as u64),
            Self::CheckoutStarted => (3, 0),
            Self::Ordered => (4, 0),
            Self::Removed => (5, 0),
            Self::Cancelled => (6, 0),
            Self::Delivered => (7, 0),
            Self::Refunded => (8, 0),
            Self::Asked(view) => (9, view as u64),
            Self::Back(view) => (10, view as u64),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "an index has 10 bits")]
    const fn from_code(what: u64, index: u64) -> Option<Self> {
        match what {
            1 => Some(Self::Viewed(index as u16)),
            2 => Some(Self::Added(index as u8)),
            3 => Some(Self::CheckoutStarted),
            4 => Some(Self::Ordered),
            5 => Some(Self::Removed),
            6 => Some(Self::Cancelled),
            7 => Some(Self::Delivered),
            8 => Some(Self::Refunded),
            9 => Some(Self::Asked(index as u16)),
            10 => Some(Self::Back(index as u16)),
            _ => None,
        }
    }
}

/// The message id of what happened in, or came of, `session`.
#[must_use]
pub const fn message_id(session: SessionKey, happened: Happened) -> u64 {
    let (what, index) = happened.code();
    what << 60 | (index & 0x3FF) << KEY_BITS | session.0
}

/// What the event with this message id was. `None`: it had none.
#[must_use]
pub const fn origin(id: u64) -> Option<(SessionKey, Happened)> {
    let session = SessionKey(id & ((1 << KEY_BITS) - 1));
    match Happened::from_code(id >> 60, id >> KEY_BITS & 0x3FF) {
        Some(happened) => Some((session, happened)),
        None => None,
    }
}

/// The cart that the event with this message id was about. `None`: about none.
#[must_use]
pub const fn cart_of(id: u64) -> Option<CartKey> {
    match origin(id) {
        Some((session, Happened::Added(_) | Happened::CheckoutStarted | Happened::Removed)) => {
            Some(CartKey(session))
        }
        Some((_, Happened::Viewed(_) | Happened::Asked(_) | Happened::Back(_))) => None,
        Some((_, Happened::Ordered | Happened::Cancelled)) => None,
        Some((_, Happened::Delivered | Happened::Refunded)) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_an_id_of_its_own_that_leads_back() {
        let sessions = [-3, -1, 0, 1, 7, 1_000_000]
            .map(SessionKey::visit)
            .into_iter()
            .chain([0, 3, u64::MAX, u64::MAX / 3].map(SessionKey::of_mail))
            .chain([0, 5].map(SessionKey::past_order));
        let mut seen = vec![0];
        for session in sessions.flat_map(|session| [session, session.again()]) {
            for happened in [
                Happened::Viewed(0),
                Happened::Viewed(500),
                Happened::Added(0),
                Happened::Added(2),
                Happened::CheckoutStarted,
                Happened::Removed,
                Happened::Ordered,
                Happened::Cancelled,
                Happened::Delivered,
                Happened::Refunded,
                Happened::Asked(0),
                Happened::Asked(500),
                Happened::Back(500),
            ] {
                let id = message_id(session, happened);
                assert!(!seen.contains(&id), "{session:?} {happened:?}");
                seen.push(id);
                assert_eq!(origin(id), Some((session, happened)));
            }
        }
        assert_eq!((origin(0), cart_of(0)), (None, None));
    }

    #[test]
    fn only_a_carts_own_events_are_about_it() {
        let session = SessionKey::visit(4);
        let about = |happened| cart_of(message_id(session, happened));
        assert_eq!(about(Happened::Added(1)), Some(CartKey::of(session)));
        assert_eq!(about(Happened::CheckoutStarted), Some(CartKey::of(session)));
        assert_eq!((about(Happened::Viewed(2)), about(Happened::Ordered)), (None, None));
    }
}
