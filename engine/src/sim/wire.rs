//! A mail server that dies in any phase, by a keyed draw, and remembers what it took: what a simulated engine sends to.
//! What it took although nobody was told so is what must not be sent twice.

use crate::entry::Outcome;
use crate::mail::{Answer, Envelope, Wire};
use foresend_core::chance;
use foresend_core::id::SendId;
use std::collections::{BTreeMap, VecDeque};

/// How a mail server behaves. Shares are in thousandths of attempts, and are 1,000 at most together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Habits {
    /// It is gone before the mail was sent: known, and tried again.
    pub dies_before: u16,
    /// It takes the mail and is gone before it says so.
    pub dies_after_taking: u16,
    /// It is gone while the mail is sent, and has not taken it: looks the same from here.
    pub dies_while_taking: u16,
    /// It refuses for good.
    pub refuses: u16,
    /// It says: later.
    pub defers: u16,
    /// How many answers it holds back at most: they come in another order.
    pub holds_back: u8,
}

/// The mail server.
#[derive(Clone, Debug)]
pub struct Peer {
    habits: Habits,
    /// What its draws are keyed by.
    key: u64,
    /// What it took, and how often.
    took: BTreeMap<SendId, u32>,
    answers: VecDeque<Answer>,
}

/// What it does about one attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Does {
    Takes,
    DiesBefore,
    DiesAfterTaking,
    DiesWhileTaking,
    Refuses,
    Defers,
}

impl Peer {
    /// One of these habits; the same `key` does the same about the same attempts.
    #[must_use]
    pub const fn new(habits: Habits, key: u64) -> Self {
        Self { habits, key, took: BTreeMap::new(), answers: VecDeque::new() }
    }

    /// The mails that it took, by their ids, and how often each.
    #[must_use]
    pub const fn took(&self) -> &BTreeMap<SendId, u32> {
        &self.took
    }

    /// The engine is gone: it hears no answer any more. What was taken stays taken.
    pub fn hang_up(&mut self) {
        self.answers.clear();
    }

    fn does(&self, mail: &Envelope) -> Does {
        let Habits { dies_before, dies_after_taking, dies_while_taking, refuses, defers, .. } =
            self.habits;
        let shares = [
            (dies_before, Does::DiesBefore),
            (dies_after_taking, Does::DiesAfterTaking),
            (dies_while_taking, Does::DiesWhileTaking),
            (refuses, Does::Refuses),
            (defers, Does::Defers),
        ];
        let mut drawn = self.drawn(mail, 0) % 1_000;
        for (share, does) in shares {
            let share = u64::from(share);
            if drawn < share {
                return does;
            }
            drawn -= share;
        }
        Does::Takes
    }

    fn drawn(&self, mail: &Envelope, index: u64) -> u64 {
        #[expect(clippy::cast_possible_truncation, reason = "both halves of the id are wanted")]
        let (high, low) = ((mail.id.bits() >> 64) as u64, mail.id.bits() as u64);
        let key = chance::join(chance::join(self.key, high), low);
        chance::bits(chance::join(key, u64::from(mail.attempt)), index)
    }
}

impl Wire for Peer {
    fn send(&mut self, mail: Envelope) {
        let does = self.does(&mail);
        let (takes, outcome) = match does {
            Does::Takes => (true, Outcome::Accepted),
            Does::DiesAfterTaking => (true, Outcome::Unknown),
            Does::DiesWhileTaking => (false, Outcome::Unknown),
            Does::DiesBefore | Does::Defers => (false, Outcome::Deferred),
            Does::Refuses => (false, Outcome::Rejected),
        };
        if takes {
            *self.took.entry(mail.id).or_default() += 1;
        }
        let answer = Answer::of(&mail, outcome);
        // Answers overtake each other.
        let places = self.answers.len().min(usize::from(self.habits.holds_back)) as u64 + 1;
        let back = usize::try_from(self.drawn(&mail, 1) % places).unwrap_or(0);
        self.answers.insert(self.answers.len() - back, answer);
    }

    fn answer(&mut self) -> Option<Answer> {
        self.answers.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::shop::envelope;

    fn attempts(habits: Habits, key: u64) -> (Vec<Outcome>, u32) {
        let mut peer = Peer::new(habits, key);
        let mail = envelope("cart-first", 1);
        for attempt in 1..=1_000 {
            peer.send(Envelope { attempt, ..mail.clone() });
        }
        let mut answers = Vec::new();
        while let Some(answer) = peer.answer() {
            answers.push(answer);
        }
        assert_eq!(answers.len(), 1_000, "each attempt is answered once");
        answers.sort_by_key(|answer| answer.attempt);
        let took = peer.took().get(&mail.id).copied().unwrap_or(0);
        (answers.iter().map(|answer| answer.outcome).collect(), took)
    }

    #[test]
    fn it_dies_as_often_as_it_is_told_to_and_what_it_took_is_known() {
        let habits = Habits {
            dies_before: 100,
            dies_after_taking: 100,
            dies_while_taking: 100,
            refuses: 100,
            defers: 100,
            holds_back: 8,
        };
        let (outcomes, took) = attempts(habits, 1);
        let of = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        // Four standard errors of 1,000 draws: 38 for a tenth, 50 for a fifth, 64 for a half.
        assert!(of(Outcome::Rejected).abs_diff(100) < 38, "{}", of(Outcome::Rejected));
        assert!(of(Outcome::Unknown).abs_diff(200) < 51, "{}", of(Outcome::Unknown));
        assert!(of(Outcome::Deferred).abs_diff(200) < 51, "{}", of(Outcome::Deferred));
        let (accepted, took) = (of(Outcome::Accepted), usize::try_from(took).unwrap());
        assert!(accepted.abs_diff(500) < 64, "{accepted}");
        assert!((took - accepted).abs_diff(100) < 38, "{took} of {accepted}");
        assert_eq!(attempts(habits, 1).0, outcomes, "the same key, the same fate");
        assert_ne!(attempts(habits, 2).0, outcomes);
    }

    #[test]
    fn a_faultless_server_takes_everything_and_forgets_nothing_when_the_engine_is_gone() {
        let (outcomes, took) = attempts(Habits::default(), 1);
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Accepted));
        assert_eq!(took, 1_000);
        let mut peer = Peer::new(Habits::default(), 1);
        let mail = envelope("cart-first", 1);
        peer.send(mail.clone());
        peer.hang_up();
        assert_eq!((peer.answer(), peer.took().get(&mail.id)), (None, Some(&1)));
    }
}
