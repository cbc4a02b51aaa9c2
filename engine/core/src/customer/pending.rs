//! The outbox is state: mails whose moment has come and whose fate is open, what was sent lately (limits count
//! it), and the rare things a customer carries.

use super::consent::Consents;
use super::effect::Mailing;
use super::input::SendRef;
use super::record::NoMail;
use crate::id::{CustomerId, SendId};
use crate::time::Timestamp;
use crate::world::journey::{Act, JourneyIx, Send};
use crate::world::limit::{Limits, Rate};
use crate::world::program::Program;

/// A mail between its planned moment and its fate. 56 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Pending {
    pub(super) send: SendRef,
    pub(super) planned: Timestamp,
    /// The plan, or the moment to which the last look has delayed it: lateness counts from here.
    pub(super) not_before: Timestamp,
    /// Own time of the event that began the enrolment: a stop before it does not concern this mail.
    pub(super) event_at: Timestamp,
    pub(super) origin: u64,
    pub(super) attempt: u16,
    pub(super) state: State,
    /// Its enrolment ended while it was going: if it comes back, it does not leave again.
    pub(super) recalled: Option<NoMail>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// The host was asked to hand it over.
    Ready,
    /// The host will be asked again at `not_before`.
    Delayed,
    /// It was handed over; the answer is awaited.
    Going,
}

/// A marketing mail that was sent. 16 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct SentMail {
    /// Its own time: the plan, or the hand-over if that was over a minute later.
    pub(super) at: Timestamp,
    pub(super) send: SendRef,
}

/// What most customers have little of.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Ledger {
    pub(super) consents: Consents,
    pub(super) pending: Vec<Pending>,
    pub(super) sent: Vec<SentMail>,
    /// Last start of each journey.
    pub(super) starts: Vec<(JourneyIx, Timestamp)>,
    /// Message ids seen last, oldest first.
    pub(super) seen: Vec<u64>,
}

/// How many message ids are remembered.
pub(super) const SEEN_MAX: usize = 32;

impl Pending {
    /// What its step sends.
    pub(super) fn act<'p>(&self, program: &'p Program) -> &'p Send {
        let step = &program.journey(self.send.journey).steps[usize::from(self.send.step.0)];
        match &step.act {
            Act::Send(send) => send,
            Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Leave(_) | Act::Stop(_) => {
                unreachable!("only a step that sends has a mail pending")
            }
        }
    }

    pub(super) fn mailing(&self, customer: CustomerId, program: &Program) -> Mailing {
        let journey = program.journey(self.send.journey);
        let step = &journey.steps[usize::from(self.send.step.0)];
        Mailing {
            send: self.send,
            id: SendId::of(customer, journey.id, self.send.enrolment, step.id),
            topic: self.act(program).topic,
            planned: self.planned,
            not_before: self.not_before,
            origin: self.origin,
        }
    }
}

impl Ledger {
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.consents.heap_bytes()
            + self.pending.capacity() * size_of::<Pending>()
            + self.sent.capacity() * size_of::<SentMail>()
            + self.starts.capacity() * size_of::<(JourneyIx, Timestamp)>()
            + self.seen.capacity() * size_of::<u64>()
    }

    /// Whether this message was seen lately; remembers it if not.
    pub(super) fn is_repeat(&mut self, id: u64) -> bool {
        if self.seen.contains(&id) {
            return true;
        }
        if self.seen.len() == SEEN_MAX {
            self.seen.remove(0);
        }
        self.seen.push(id);
        false
    }

    /// When the journey was last started; `None`: never.
    pub(super) fn last_start(&self, journey: JourneyIx) -> Option<Timestamp> {
        self.starts.iter().find(|start| start.0 == journey).map(|start| start.1)
    }

    pub(super) fn note_start(&mut self, journey: JourneyIx, at: Timestamp) {
        match self.starts.iter_mut().find(|start| start.0 == journey) {
            Some(start) => start.1 = start.1.max(at),
            None => {
                self.starts.reserve_exact(1);
                self.starts.push((journey, at));
            }
        }
    }

    pub(super) fn find(&self, send: SendRef) -> Option<usize> {
        self.pending.iter().position(|pending| pending.send == send)
    }

    /// A marketing mail goes, at `at` by its own time; another attempt of it counts once.
    pub(super) fn note_sent(&mut self, send: SendRef, at: Timestamp, limits: &Limits) {
        let oldest = at.before(limits.longest());
        self.sent.retain(|mail| mail.at > oldest && mail.send != send);
        self.sent.push(SentMail { at, send });
    }

    /// The mail is known not to have arrived: it does not count.
    pub(super) fn forget_sent(&mut self, send: SendRef) {
        self.sent.retain(|mail| mail.send != send);
    }

    /// The first instant from `at` on at which every limit has room for one more; `at` itself where they have now.
    pub(super) fn first_room(&self, limits: &Limits, but: SendRef, at: Timestamp) -> Timestamp {
        let mut at = at;
        // Each round moves past at least one sent mail.
        while let Some(later) = limits.mails.iter().find_map(|rate| self.full_until(rate, but, at))
        {
            at = later;
        }
        at
    }

    /// Until when `rate` has no room for another mail at `at`; `None`: it has.
    fn full_until(&self, rate: &Rate, but: SendRef, at: Timestamp) -> Option<Timestamp> {
        let from = at.before(rate.within);
        // Also what was sent later by its own time: a mail that leaves seconds after its plan has an own time before
        // that of one handed over in between, and the two would not see each other.
        let counts = |mail: &&SentMail| mail.at > from && mail.send != but;
        let surplus =
            self.sent.iter().filter(counts).count().checked_sub(usize::from(rate.most))?;
        // Room again when the oldest `surplus + 1` of them have left the window; they are few: no sorting.
        let nth = self.sent.iter().filter(counts).map(|mail| mail.at).filter(|&this| {
            self.sent.iter().filter(counts).filter(|mail| mail.at < this).count() <= surplus
        });
        nth.max().map(|oldest| oldest.after(rate.within))
    }
}
