//! What is to come in one life, in order. At one instant an order comes before its dormancy coin, the coin before a
//! visit, and that before what follows from them; the rest is by key. So no order of insertion can show.

use super::key::SessionKey;
use super::parcel::ParcelStep;
use super::visit::Session;
use foresend_core::money::Money;
use foresend_core::time::Timestamp;

/// One thing to come. Variants are in the order in which they happen at one instant.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub enum Due {
    /// An order of the open mission `key`, unless its schedule has changed since.
    Order {
        /// The mission.
        key: u64,
        /// Of the schedule.
        version: u32,
    },
    /// The organic order time of mission `key`: the dormancy coin is tossed.
    Coin {
        /// The mission.
        key: u64,
        /// How often its customer had gone dormant when it was begun.
        lapses: u32,
    },
    /// A view in a session.
    View {
        /// The session.
        session: Session,
        /// Which view, from 0.
        view: u16,
    },
    /// A line is added to the cart of mission `key`.
    Add {
        /// The mission.
        key: u64,
        /// Which line, from 0.
        line: u8,
    },
    /// The checkout of mission `key` is started.
    Checkout {
        /// The mission.
        key: u64,
    },
    /// The last line is taken out of the cart of mission `key`, if it is still there.
    Remove {
        /// The mission.
        key: u64,
    },
    /// Something becomes of an order.
    Parcel {
        /// Its session.
        order: SessionKey,
        /// What.
        step: ParcelStep,
        /// What was paid for it.
        paid: Money,
    },
    /// The form for a topic is sent.
    SignUp(SessionKey),
    /// They ask to be told when what they viewed is back.
    Ask {
        /// In which session.
        session: SessionKey,
        /// Which view it was.
        view: u16,
    },
    /// It is back.
    Back {
        /// The session in which they asked.
        session: SessionKey,
        /// Which view it was.
        view: u16,
    },
    /// The mail server is asked again.
    Retry(LetterIx),
    /// A machine opens a mail.
    MachineOpen(LetterIx),
    /// A machine follows its link.
    MachineClick(LetterIx),
    /// A person opens it.
    Open(LetterIx),
    /// A person confirms what they had asked for.
    Confirm(LetterIx),
    /// A person follows its link.
    Click(LetterIx),
    /// Who had opened it comes by themselves.
    ComeBack(LetterIx),
    /// The annoyance of `factor` with mission `key` is over, or an offer for it.
    Calm {
        /// The mission.
        key: u64,
        /// What to take out again.
        factor: f64,
    },
}

/// A letter's place in a life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LetterIx(pub u32);

/// Things to come, the next one last. A few dozen at most: a sorted list beats a heap, and copies as one piece.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Queue(Vec<(Timestamp, Due)>);

impl Queue {
    /// When the next thing comes; [`Timestamp::NEVER`] if nothing does.
    #[must_use]
    pub fn next(&self) -> Timestamp {
        self.0.last().map_or(Timestamp::NEVER, |&(at, _)| at)
    }

    /// Whether the next thing comes before a visit at `at`.
    #[must_use]
    pub fn precedes_visit(&self, at: Timestamp) -> bool {
        self.0.last().is_some_and(|&(next, due)| {
            next < at || next == at && matches!(due, Due::Order { .. } | Due::Coin { .. })
        })
    }

    /// What comes next.
    #[must_use]
    pub fn peek(&self) -> Option<&Due> {
        self.0.last().map(|(_, due)| due)
    }

    /// Takes the next thing out.
    pub fn pop(&mut self) -> Option<(Timestamp, Due)> {
        self.0.pop()
    }

    /// Puts a thing in.
    pub fn push(&mut self, at: Timestamp, due: Due) {
        let later = |&(t, d): &(Timestamp, Due)| t > at || t == at && d > due;
        // Most things come soon: look from the end.
        let place = self.0.iter().rposition(later).map_or(0, |i| i + 1);
        self.0.insert(place, (at, due));
    }

    /// Forgets everything, keeping the room.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> Due {
        Due::View { session: Session::browsing(SessionKey::visit(3), 2), view: 0 }
    }

    #[test]
    fn the_order_of_insertion_does_not_show() {
        let at = Timestamp::from_millis;
        let all = [
            (at(5), Due::Order { key: 1, version: 0 }),
            (at(5), Due::Coin { key: 1, lapses: 0 }),
            (at(5), Due::Coin { key: 2, lapses: 0 }),
            (at(5), view()),
            (at(7), Due::Order { key: 0, version: 0 }),
            (at(7), Due::Open(LetterIx(0))),
        ];
        for turn in 0..all.len() {
            let mut queue = Queue::default();
            for i in 0..all.len() {
                let (at, due) = all[(i * 5 + turn) % all.len()];
                queue.push(at, due);
            }
            for expected in all {
                assert_eq!(queue.pop(), Some(expected), "turn {turn}");
            }
        }
    }

    #[test]
    fn orders_and_coins_come_before_a_visit_of_the_same_instant() {
        let mut queue = Queue::default();
        let at = Timestamp::from_millis(5);
        queue.push(at, view());
        assert!(!queue.precedes_visit(at));
        queue.push(at, Due::Coin { key: 2, lapses: 0 });
        assert!(queue.precedes_visit(at));
    }
}
