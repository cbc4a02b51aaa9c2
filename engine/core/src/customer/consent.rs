//! What a customer permits, by topic. Kept as the latest own times of agreeing, buying and objecting, so that it
//! comes out the same in whatever order they arrive.
//! Invariant: an objection outlives the soft opt-in; only a later consent lifts it.

use super::input::ConsentTo;
use crate::time::Timestamp;
use crate::world::topic::{Basis, Topic, TopicIx};
use thin_vec::ThinVec;

/// One topic's bases. 32 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Held {
    pub(super) topic: TopicIx,
    pub(super) consented: Timestamp,
    pub(super) bought: Timestamp,
    pub(super) objected: Timestamp,
}

/// All topics of which something was heard.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Consents(pub(super) ThinVec<Held>);

impl Consents {
    /// Takes note of what was said at `t`; returns whether it was news.
    pub(super) fn note(&mut self, topic: TopicIx, to: ConsentTo, t: Timestamp) -> bool {
        let at = self.0.iter().position(|held| held.topic == topic).unwrap_or_else(|| {
            let never = Timestamp::ALWAYS;
            self.0.reserve_exact(1); // most know one or two topics
            self.0.push(Held { topic, consented: never, bought: never, objected: never });
            self.0.len() - 1
        });
        let held = &mut self.0[at];
        let moment = match to {
            ConsentTo::Given(Basis::Consent) => &mut held.consented,
            ConsentTo::Given(Basis::ExistingCustomer) => &mut held.bought,
            ConsentTo::Withdrawn => &mut held.objected,
            // The other bases follow from what the mail is, not from anything given; a request permits nothing yet.
            ConsentTo::Given(Basis::Contract | Basis::Service | Basis::Request)
            | ConsentTo::Requested => return false,
        };
        let news = t > *moment;
        *moment = (*moment).max(t);
        news
    }

    /// The basis on which a mail on this topic may be sent; `None`: it may not.
    pub(super) fn permit(&self, ix: TopicIx, topic: &Topic) -> Option<Basis> {
        let held = self.0.iter().find(|held| held.topic == ix);
        let objected = held.map_or(Timestamp::ALWAYS, |held| held.objected);
        topic.basis.iter().copied().find(|basis| match basis {
            Basis::Contract | Basis::Service => true,
            Basis::Request => objected == Timestamp::ALWAYS,
            Basis::Consent => held.is_some_and(|held| held.consented > objected),
            Basis::ExistingCustomer => {
                objected == Timestamp::ALWAYS
                    && held.is_some_and(|held| held.bought != Timestamp::ALWAYS)
            }
        })
    }
}
