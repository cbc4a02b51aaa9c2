//! Which mail is handed over next. The journal is asked first: a claim is an entry, and what leaves has been claimed
//! durably, so that no crash can send a marketing mail twice.
//!
//! The life of a mail here: *waiting* → its turn comes → *claimed* (a Handover entry is appended) → the entry is
//! durable, its customer's actor looks a last time → no: gone from here; yes: *going* (it is on the wire) → *answered* (an
//! Outcome entry is appended) → the entry is durable and applied: gone, or, if it was deferred, waiting again. State of
//! customers is not kept here; after a restart every actor asks again for what is ready.
//! Invariant: at most `in_flight` mails are claimed, going or answered, so many at most are of unknown fate after a crash;
//! and at most one of a customer: limits count what left before.
//! Invariant: no clock, no thread, no chance but hashed.

use super::draft::Draft;
use crate::entry::{Code, Entry, Outcome, Send, Told};
use foresend_core::chance;
use foresend_core::customer::input::SendRef;
use foresend_core::id::CustomerId;
use foresend_core::time::{Timestamp, Wait};
use std::collections::{BTreeMap, BTreeSet};

/// How mails are handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Most mails between the claim and the outcome, above 0: so many at most are of unknown fate after a crash. More is
    /// faster where the mail server is far away.
    pub in_flight: usize,
    /// How long a deferred mail waits at least before it is tried again; twice as long after each further attempt. A
    /// hashed part of up to a quarter is added, so that mails deferred together do not come back together.
    pub retry_first: Wait,
    /// How long it waits at most, that part apart.
    pub retry_max: Wait,
}

impl Default for Pace {
    fn default() -> Self {
        Self { in_flight: 64, retry_first: Wait::minutes(5), retry_max: Wait::hours(4) }
    }
}

/// What the core is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// A mail's moment has come. Told again of one that waits or is in flight: nothing.
    Ready(Ready),
    /// Its hand-over would be refused. Of a mail that is in flight: nothing, the last look says no by itself.
    Withdraw(CustomerId, Send),
    /// A Handover is durable and was applied. `left`: the last look said yes, and this is the mail; `None`: it said no,
    /// or later, or the question was stale.
    Answered {
        /// Whose.
        customer: CustomerId,
        /// Which mail.
        send: Send,
        /// Which attempt.
        attempt: u16,
        /// What it is made from.
        left: Option<Box<Draft>>,
    },
    /// What became of it on the wire.
    Outcome {
        /// Whose.
        customer: CustomerId,
        /// Which mail.
        send: Send,
        /// Which attempt.
        attempt: u16,
        /// What the other side said.
        outcome: Outcome,
    },
    /// Its Outcome is durable and was applied.
    Over(CustomerId, Send, u16),
    /// The clock went on.
    Time,
    /// Nothing is claimed any more; what is in flight comes to its end.
    Drain,
}

/// A mail whose moment has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ready {
    /// Whose.
    pub customer: CustomerId,
    /// Which mail.
    pub send: Send,
    /// Its place among mails of this customer that became ready at one moment: by journey, step, enrolment.
    pub order: SendRef,
    /// The attempt that is next, from 1: one more than there were.
    pub next_attempt: u16,
    /// It carries an offer whose codes are single-use, and has no code yet.
    pub needs_code: bool,
}

/// What the core asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Output {
    /// Append this entry to the journal.
    Append(Vec<u8>),
    /// Put this on the wire, and say what became of it.
    Transmit(Box<Draft>),
}

/// The mails that are ready, and those in flight.
#[derive(Clone, PartialEq, Debug)]
pub struct MailCore {
    pace: Pace,
    people: BTreeMap<CustomerId, Person>,
    /// Of each customer with nothing in flight the moment of their first waiting mail. What waits longest goes first.
    queue: BTreeSet<(Timestamp, CustomerId)>,
    waiting: usize,
    in_flight: usize,
    draining: bool,
}

/// One customer's mails: at least one is here.
#[derive(Clone, PartialEq, Debug, Default)]
struct Person {
    /// From when on each may be claimed, its place among those of one moment, and the rest of it.
    waiting: BTreeMap<(Timestamp, SendRef), Waiting>,
    flying: Option<Flying>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Waiting {
    send: Send,
    attempt: u16,
    needs_code: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Flying {
    order: SendRef,
    mail: Waiting,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Claimed,
    Going,
    Answered(Outcome),
}

impl MailCore {
    /// With nothing to do.
    ///
    /// # Panics
    /// Where nothing may be in flight.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        assert!(pace.in_flight > 0, "nothing could ever leave");
        let (people, queue) = (BTreeMap::new(), BTreeSet::new());
        Self { pace, people, queue, waiting: 0, in_flight: 0, draining: false }
    }

    /// Mails that wait for their turn.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.waiting
    }

    /// Mails between the claim and the outcome.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Whether it was drained: nothing is in flight, and nothing will be.
    #[must_use]
    pub const fn is_drained(&self) -> bool {
        self.draining && self.in_flight == 0
    }

    /// From when on [`Input::Time`] would claim a mail; `None`: only something else makes one leave.
    #[must_use]
    pub fn next_time(&self) -> Option<Timestamp> {
        let (at, _) = self.queue.first()?;
        (!self.draining && self.in_flight < self.pace.in_flight).then(|| at.after(MOMENT))
    }

    /// Takes in what happened at `now`, which never decreases, and claims what may leave. A moment must be over before
    /// its mails are claimed: only then is known which of them goes first.
    pub fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Ready(ready) => self.ready(now, ready),
            Input::Withdraw(customer, send) => self.withdraw(customer, send),
            Input::Answered { customer, send, attempt, left } => {
                self.answered(customer, (send, attempt), left, out);
            }
            Input::Outcome { customer, send, attempt, outcome } => {
                self.outcome(customer, (send, attempt), outcome, out);
            }
            Input::Over(customer, send, attempt) => self.over(now, customer, (send, attempt)),
            Input::Time => {}
            Input::Drain => self.draining = true,
        }
        self.claim(now, out);
    }

    fn ready(&mut self, now: Timestamp, ready: Ready) {
        let Ready { customer, send, order, next_attempt, needs_code } = ready;
        let attempt = next_attempt.max(1);
        let at = now.after(self.pace.rest_before(customer, send, attempt));
        self.edit(customer, |person| {
            let is_flying = person.flying.is_some_and(|flying| flying.mail.send == send);
            if !is_flying && person.waiting.values().all(|mail| mail.send != send) {
                let mail = Waiting { send, attempt, needs_code };
                person.waiting.insert((at, order), mail);
            }
        });
    }

    fn withdraw(&mut self, customer: CustomerId, send: Send) {
        self.edit(customer, |person| person.waiting.retain(|_, mail| mail.send != send));
    }

    fn answered(
        &mut self,
        customer: CustomerId,
        (send, attempt): (Send, u16),
        left: Option<Box<Draft>>,
        out: &mut Vec<Output>,
    ) {
        let claimed = |flying: &&mut Flying| flying.stage == Stage::Claimed;
        let Some(flying) = self.flying(customer, send, attempt).filter(claimed) else { return };
        match left {
            Some(draft) => {
                flying.stage = Stage::Going;
                out.push(Output::Transmit(draft));
            }
            None => self.land(customer),
        }
    }

    fn outcome(
        &mut self,
        customer: CustomerId,
        (send, attempt): (Send, u16),
        outcome: Outcome,
        out: &mut Vec<Output>,
    ) {
        let going = |flying: &&mut Flying| flying.stage == Stage::Going;
        let Some(flying) = self.flying(customer, send, attempt).filter(going) else { return };
        flying.stage = Stage::Answered(outcome);
        append(customer, &Told::Outcome { send, attempt, outcome }, out);
    }

    fn over(&mut self, now: Timestamp, customer: CustomerId, (send, attempt): (Send, u16)) {
        let Some(flying) = self.flying(customer, send, attempt) else { return };
        let Flying { order, mail, stage } = *flying;
        // An outcome that came by another way, or from before a restart, is not what is in flight.
        let Stage::Answered(outcome) = stage else { return };
        self.land(customer);
        match outcome {
            // It is ready still, and nobody says so again.
            Outcome::Deferred => {
                let (next_attempt, needs_code) = (attempt.saturating_add(1), mail.needs_code);
                self.ready(now, Ready { customer, send, order, next_attempt, needs_code });
            }
            Outcome::Accepted | Outcome::Rejected | Outcome::RenderFailed => {}
            // If it is to be tried again, its actor says so.
            Outcome::Unknown => {}
            Outcome::BouncedSoft | Outcome::BouncedHard | Outcome::Complained => {}
        }
    }

    fn flying(&mut self, customer: CustomerId, send: Send, attempt: u16) -> Option<&mut Flying> {
        let flying = self.people.get_mut(&customer)?.flying.as_mut()?;
        ((flying.mail.send, flying.mail.attempt) == (send, attempt)).then_some(flying)
    }

    /// What was in flight of the customer is not any more: their next may be claimed.
    fn land(&mut self, customer: CustomerId) {
        self.in_flight -= 1;
        self.edit(customer, |person| person.flying = None);
    }

    fn claim(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        while !self.draining && self.in_flight < self.pace.in_flight {
            let Some(&(at, customer)) = self.queue.first() else { return };
            if at >= now {
                return;
            }
            let mut claimed = None;
            self.edit(customer, |person| {
                claimed = person.waiting.pop_first();
                let flying = claimed.map(|((_, order), mail)| (order, mail));
                person.flying =
                    flying.map(|(order, mail)| Flying { order, mail, stage: Stage::Claimed });
            });
            let (_, mail) = claimed.expect("who is queued has a mail waiting");
            self.in_flight += 1;
            let Waiting { send, attempt, needs_code } = mail;
            // There is no pool of codes: a mail that needs one of its own is answered "no code".
            let code = if needs_code { Code::Empty } else { Code::None };
            append(customer, &Told::Handover { send, attempt, suppressed: false, code }, out);
        }
    }

    /// Changes what is known of a customer, and with it their place in the queue.
    fn edit(&mut self, customer: CustomerId, change: impl FnOnce(&mut Person)) {
        let person = self.people.entry(customer).or_default();
        if let Some(at) = person.queued() {
            self.queue.remove(&(at, customer));
        }
        let before = person.waiting.len();
        change(person);
        self.waiting = self.waiting + person.waiting.len() - before;
        if let Some(at) = person.queued() {
            self.queue.insert((at, customer));
        } else if person.flying.is_none() {
            self.people.remove(&customer);
        }
    }
}

impl Person {
    /// When their first waiting mail may be claimed; `None`: there is none, or one is in flight.
    fn queued(&self) -> Option<Timestamp> {
        let first = self.waiting.first_key_value().filter(|_| self.flying.is_none());
        first.map(|((at, _), _)| *at)
    }
}

impl Pace {
    /// How long a mail waits before this attempt.
    fn rest_before(self, customer: CustomerId, send: Send, attempt: u16) -> Wait {
        let Some(doublings) = attempt.checked_sub(2) else { return Wait::ZERO };
        let first = self.retry_first.millis();
        let longest = self.retry_max.millis().max(first);
        let doubled = first.checked_shl(u32::from(doublings).min(32)).unwrap_or(longest);
        let rest = if doubled < first { longest } else { doubled.min(longest) };
        let of = u64::from(send.journey.0) << 32 | u64::from(send.step.0);
        let key = chance::join(chance::join(customer.low(), of), u64::from(send.enrolment));
        let part = chance::bits(key, u64::from(attempt)) % (rest.unsigned_abs() / 4).max(1);
        Wait::from_millis(rest.saturating_add_unsigned(part))
    }
}

/// How long a moment is.
const MOMENT: Wait = Wait::from_millis(1);

fn append(customer: CustomerId, told: &Told<'_>, out: &mut Vec<Output>) {
    let mut bytes = Vec::new();
    Entry::Of(customer, told.clone())
        .write(&mut bytes)
        .expect("what is said of one mail is far below a megabyte");
    out.push(Output::Append(bytes));
}
