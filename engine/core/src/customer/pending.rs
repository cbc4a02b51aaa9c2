//! The outbox is state: mails whose moment has come and whose fate is open, what was sent lately (limits count
//! it), and the rare things a customer carries.

use super::Customer;
use super::about::LastAbout;
use super::consent::Consents;
use super::effect::{Calling, Mailing};
use super::experiment::Met;
use super::input::SendRef;
use super::offer::Given;
use super::record::NoMail;
use super::schedule::Scheduled;
use super::segment::Standing;
use crate::id::{Key, SendId};
use crate::time::Timestamp;
use crate::world::World;
use crate::world::experiment::Assigned;
use crate::world::journey::{Act, Again, JourneyIx, Send};
use crate::world::limit::{Limits, Rate};
use crate::world::program::Program;
use crate::world::value::{Kept, SlotIx, TraitIx, Value};
use thin_vec::ThinVec;

/// Most mails of one customer whose fate is open. More would mean a host that answers nothing.
pub(super) const PENDING_MAX: usize = 128;

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
    /// What its enrolment is about.
    pub(super) key: Key,
    pub(super) attempt: u16,
    pub(super) state: State,
    /// Its enrolment ended while it was going: if it comes back, it does not leave again.
    pub(super) recalled: Option<NoMail>,
    /// Its enrolment has met the experiment on its journey.
    pub(super) is_tested: bool,
}

const _: () = assert!(size_of::<Pending>() == 56);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// The host was asked to hand it over.
    Ready,
    /// The host will be asked again at `not_before`.
    Delayed,
    /// It was handed over; the answer is awaited.
    Going,
    /// Its journey is paused; when that goes on, the host is asked again.
    Paused,
}

/// A marketing mail that was sent. 16 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct SentMail {
    /// Its own time: the plan, or the hand-over if that was over a minute later.
    pub(super) at: Timestamp,
    pub(super) send: SendRef,
}

/// What most customers have little of: lists that take one word while they are empty.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Ledger {
    pub(super) consents: Consents,
    pub(super) pending: ThinVec<Pending>,
    pub(super) sent: ThinVec<SentMail>,
    /// Last start of each journey about each key, as far as its `again` asks.
    pub(super) starts: ThinVec<(JourneyIx, Key, Timestamp)>,
    /// Message ids seen last, oldest first.
    pub(super) seen: ThinVec<u64>,
    /// When goals that count from a step were opened: enrolment, instant.
    pub(super) opened: ThinVec<(u32, Timestamp)>,
    /// When events about something last happened.
    pub(super) about: ThinVec<LastAbout>,
    /// What the events said that started what is live, or has a mail pending.
    pub(super) said: ThinVec<Said>,
    /// The traits that decisions read.
    pub(super) traits: ThinVec<(TraitIx, Kept)>,
    /// By segment: what those that are listened to came to.
    pub(super) segments: ThinVec<Standing>,
    /// Starts by the calendar.
    pub(super) schedule: ThinVec<Scheduled>,
    /// Offers given lately.
    pub(super) given: ThinVec<Given>,
    /// Webhooks asked for whose answer is open.
    pub(super) calls: ThinVec<Calling>,
    /// Experiments that they have met.
    pub(super) met: ThinVec<Met>,
}

/// One property of the event that started an enrolment. 40 bytes.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Said {
    pub(super) journey: JourneyIx,
    pub(super) key: Key,
    pub(super) slot: SlotIx,
    pub(super) value: Kept,
}

/// Longest text that is kept, in bytes; a longer one is as if it had not been said.
pub(super) const TEXT_MAX: usize = 256;
/// Most properties that are kept of all starting events together.
pub(super) const SAID_MAX: usize = 128;
/// Most starts that are remembered.
pub(super) const STARTS_MAX: usize = 256;
/// Most sent mails that are remembered.
const SENT_MAX: usize = 1_024;
/// Most webhooks whose answer is open.
const CALLS_MAX: usize = 64;

impl Said {
    pub(super) const fn of(&self) -> (JourneyIx, Key) {
        (self.journey, self.key)
    }
}

/// How many message ids are remembered.
pub(super) const SEEN_MAX: usize = 32;

impl Pending {
    /// What its step sends, as it is written.
    fn written(&self, program: &Program) -> Send {
        let step = &program.journey(self.send.journey).steps[usize::from(self.send.step.0)];
        match &step.act {
            Act::Send(send) => *send,
            Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) | Act::Call(_) => {
                unreachable!("only a step that sends has a mail pending")
            }
            Act::Leave(_) | Act::Stop(_) => {
                unreachable!("only a step that sends has a mail pending")
            }
        }
    }

    /// Whether the host is to be asked for it again at its `not_before`.
    pub(super) fn comes_due(&self, world: &World) -> bool {
        match self.state {
            State::Delayed => true,
            State::Paused => !world.is_paused(self.send.journey),
            State::Ready | State::Going => false,
        }
    }
}

impl Customer {
    /// What a mail is, its variants taken into account.
    pub(super) fn act_of(&self, world: &World, mail: &Pending) -> Send {
        self.varied(world, self.assigned_to(world, mail), mail.written(&world.program))
    }

    /// What they have in the experiment that the mail's step is tested by.
    pub(super) fn assigned_to(&self, world: &World, mail: &Pending) -> Option<Assigned> {
        self.tested(world, (mail.send.journey, mail.send.step), mail.is_tested)
    }

    pub(super) fn mailing(&self, world: &World, mail: &Pending) -> Mailing {
        let assigned = self.assigned_to(world, mail);
        let act = self.varied(world, assigned, mail.written(&world.program));
        let given = act.offer.and_then(|offer| self.ledger.given_before(offer, mail.send));
        let journey = world.program.journey(mail.send.journey);
        let step = &journey.steps[usize::from(mail.send.step.0)];
        Mailing {
            send: mail.send,
            id: SendId::of(self.id, journey.id, mail.send.enrolment, step.id),
            topic: act.topic,
            planned: mail.planned,
            not_before: mail.not_before,
            origin: mail.origin,
            key: mail.key,
            offer: act.offer,
            code: given.and_then(|given| given.code),
            variants: assigned.map(|assigned| assigned.variants),
        }
    }
}

impl Ledger {
    pub(super) fn bytes(&self) -> usize {
        fn list<T>(list: &ThinVec<T>) -> usize {
            // Its length and room stand before the entries.
            if list.capacity() == 0 { 0 } else { 16 + list.capacity() * size_of::<T>() }
        }
        size_of::<Self>()
            + list(&self.consents.0)
            + list(&self.pending)
            + list(&self.sent)
            + list(&self.starts)
            + list(&self.seen)
            + list(&self.opened)
            + list(&self.about)
            + list(&self.said)
            + self.said.iter().map(|said| said.value.heap_bytes()).sum::<usize>()
            + list(&self.traits)
            + self.traits.iter().map(|(_, value)| value.heap_bytes()).sum::<usize>()
            + list(&self.segments)
            + list(&self.schedule)
            + list(&self.given)
            + list(&self.calls)
            + list(&self.met)
    }

    /// Remembers what a starting event said.
    pub(super) fn note_said(
        &mut self,
        (journey, key): (JourneyIx, Key),
        slot: SlotIx,
        value: Value<'_>,
    ) {
        if self.said.len() < SAID_MAX && fits(value) {
            self.said.reserve_exact(1);
            self.said.push(Said { journey, key, slot, value: value.into() });
        }
    }

    /// A trait has this value now, or none.
    pub(super) fn note_trait(&mut self, ix: TraitIx, value: Option<Value<'_>>) {
        let at = self.traits.iter().position(|(held, _)| *held == ix);
        match (at, value.filter(|value| fits(*value))) {
            (Some(at), Some(value)) => self.traits[at].1 = value.into(),
            (None, Some(value)) => {
                self.traits.reserve_exact(1);
                self.traits.push((ix, value.into()));
            }
            (Some(at), None) => {
                self.traits.remove(at);
            }
            (None, None) => {}
        }
    }

    /// A webhook is to be called.
    pub(super) fn note_call(&mut self, calling: Calling) {
        if self.calls.len() >= CALLS_MAX {
            self.calls.remove(0);
        }
        self.calls.push(calling);
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

    /// When the journey was last started about `key`; `None`: never.
    pub(super) fn last_start(&self, journey: JourneyIx, key: Key) -> Option<Timestamp> {
        let mut starts = self.starts.iter();
        starts.find(|start| (start.0, start.1) == (journey, key)).map(|start| start.2)
    }

    pub(super) fn note_start(&mut self, journey: JourneyIx, key: Key, at: Timestamp, again: Again) {
        match self.starts.iter_mut().find(|start| (start.0, start.1) == (journey, key)) {
            Some(start) => start.2 = start.2.max(at),
            None => {
                // Starts about other keys that no longer hinder anything, late events included.
                if let Again::After(least) = again {
                    let until = |start: Timestamp| start.after(least).after(super::LATE_MAX);
                    self.starts.retain(|start| start.0 != journey || until(start.2) > at);
                }
                if self.starts.len() >= STARTS_MAX {
                    self.starts.remove(0);
                }
                self.starts.reserve_exact(1);
                self.starts.push((journey, key, at));
            }
        }
    }

    /// Whether a mail waits for its journey to go on: that is seen in the world, not in us.
    pub(super) fn any_paused(&self) -> bool {
        self.pending.iter().any(|mail| mail.state == State::Paused)
    }

    pub(super) fn find(&self, send: SendRef) -> Option<usize> {
        self.pending.iter().position(|pending| pending.send == send)
    }

    /// A marketing mail goes, at `at` by its own time; another attempt of it counts once.
    pub(super) fn note_sent(&mut self, send: SendRef, at: Timestamp, limits: &Limits) {
        let oldest = at.before(limits.longest());
        self.sent.retain(|mail| mail.at > oldest && mail.send != send);
        if self.sent.len() >= SENT_MAX {
            self.sent.remove(0);
        }
        self.sent.reserve_exact(1);
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

    /// How many marketing mails of the window before `at` count towards `rate`, without `but`.
    pub(super) fn counted(&self, rate: &Rate, but: SendRef, at: Timestamp) -> u16 {
        let from = at.before(rate.within);
        let counts = self.sent.iter().filter(|mail| mail.at > from && mail.send != but).count();
        u16::try_from(counts).unwrap_or(u16::MAX)
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

/// Whether a value is short enough to be kept.
const fn fits(value: Value<'_>) -> bool {
    match value {
        Value::Text(text) => text.len() <= TEXT_MAX,
        Value::Number(_) | Value::Date(_) | Value::Bool(_) => true,
    }
}
