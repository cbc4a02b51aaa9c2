//! One person: what they are waiting for, what we remember of them, and [`Customer::apply`], the order of things.
//!
//! Invariant: no clock, no I/O, no ambient chance. The same inputs give the same decisions on every host.
//! Invariant: every live enrolment waits for a time. Nothing an input holds can make `apply` panic.

pub mod effect;
pub mod input;
pub mod record;

mod cart;
mod consent;
mod enrolment;
mod history;
mod last_look;
mod pending;
pub mod snapshot;
mod step;
mod wake;

use crate::id::CustomerId;
use crate::time::{Timestamp, Wait};
use crate::world::condition::Facts;
use crate::world::event::EventIx;
use crate::world::stream::StreamIx;
use crate::world::topic::Basis;
use crate::world::{World, ZoneIx};
use cart::Cart;
use effect::{Effect, Effects};
use enrolment::{Phase, Run};
use history::History;
use input::{
    Consent, ConsentTo, Engagement, Event, Input, Origin, Outcome, Profile, Reader, SendRef,
};
use pending::{Ledger, State};
use record::{Decided, NoMail};

/// How late an event may be and still count by its own time.
const LATE_MAX: Wait = Wait::days(30);

/// One person, and everything we remember of them. 128 bytes, 56 more for each enrolment.
#[derive(Clone, PartialEq, Debug)]
pub struct Customer {
    id: CustomerId,
    /// Own time of the last live event of theirs.
    last_seen: Timestamp,
    /// When something is due next, kept because every input asks.
    due: Timestamp,
    runs: Vec<Run>,
    history: History,
    cart: Option<Box<Cart>>,
    ledger: Box<Ledger>,
    /// How many enrolments there ever were: the next one's number follows.
    enrolments: u32,
    zone: ZoneIx,
    has_address: bool,
    /// Somebody has told us about them, or they have done something.
    known: bool,
}

const _: () = assert!(size_of::<Customer>() == 128);

impl Customer {
    /// Somebody of whom nothing is known yet, and nothing is missing.
    #[must_use]
    pub fn new(id: CustomerId) -> Self {
        Self {
            id,
            last_seen: Timestamp::ALWAYS,
            due: Timestamp::NEVER,
            runs: Vec::new(),
            history: History::default(),
            cart: None,
            ledger: Box::default(),
            enrolments: 0,
            zone: ZoneIx::PROGRAM,
            has_address: false,
            known: false,
        }
    }

    /// Who it is.
    #[must_use]
    pub const fn id(&self) -> CustomerId {
        self.id
    }

    /// When they next need an [`Input::Wake`]; [`Timestamp::NEVER`] if not. A host keeps one entry for each
    /// customer and wakes them once its clock is past it; how long past does not matter.
    #[must_use]
    pub const fn next_wake(&self) -> Timestamp {
        self.due
    }

    /// Memory held, in bytes: by how much a host may count residents.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let cart = self.cart.as_ref().map_or(0, |cart| cart.bytes());
        let runs = self.runs.capacity() * size_of::<Run>();
        size_of::<Self>() + runs + self.history.heap_bytes() + cart + self.ledger.bytes()
    }

    /// Applies one input, which became durable at `now`. `now` never decreases.
    ///
    /// The order is the promise: own items due *before* the input's own time run first, then the input, then,
    /// for a wake only, what is due by `now`. So an event at a due instant wins over it, a deadline that has
    /// passed beats a later event, and when a host happens to deliver a wake does not matter.
    ///
    /// What is asked for and decided is appended to `out`.
    pub fn apply(&mut self, world: &World, now: Timestamp, input: Input<'_>, out: &mut Effects) {
        let t = own_time(&input, now);
        if self.due < t {
            self.run_due(world, t, false, out);
            self.due = self.next_due(world);
        }
        if matches!(input, Input::Wake) && self.due > now {
            return; // stale: it has nothing to do, or did it above
        }
        if let Input::Event(event) = &input
            && !world.program.is_heard(event.name)
        {
            // The commonest input by far: it moves "last seen", and whatever waits for that.
            if event.origin == Origin::Live && world.program.is_theirs(event.name) {
                self.seen(world, t, out);
            }
            return;
        }
        match input {
            Input::Wake => self.run_due(world, now, true, out),
            Input::Event(event) => {
                if event.id == 0 || !self.ledger.is_repeat(event.id) {
                    self.happened(world, &event, t, out);
                }
            }
            Input::Profile(profile) => self.introduced(world, t, profile),
            Input::Consent(consent) => self.consents(world, t, consent, out),
            Input::Handover { send, attempt, gate } => {
                self.hand_over(world, now, (send, attempt, gate), out);
            }
            Input::Outcome { send, attempt, outcome } => {
                self.answered(world, now, (send, attempt, outcome), out);
            }
            Input::Engagement { send, act, reader, at: _ } => {
                out.record(t, Decided::Engaged(send.into(), act, reader));
                match (reader, act) {
                    (Reader::Human, Engagement::Open) => {
                        self.ours(world, EventIx::EMAIL_OPENED, t, out);
                    }
                    (Reader::Human, Engagement::Click) => {
                        self.ours(world, EventIx::EMAIL_LINK_CLICKED, t, out);
                    }
                    (Reader::Machine, Engagement::Open | Engagement::Click) => {} // counted, never acted on
                }
            }
            Input::Remember { event, since } => {
                let streams = world.program.streams.iter().zip(0u16..);
                let meant = streams.filter(|(stream, _)| event.is_none_or(|e| e == stream.event));
                let meant = meant.map(|(_, ix)| StreamIx(ix));
                self.history.known_since(&world.program, meant, since);
                self.known = true;
            }
        }
        self.due = self.next_due(world);
        debug_assert!(
            self.runs.iter().all(|run| run.is_over() || run.due < Timestamp::NEVER),
            "a live enrolment waits for nothing: {self:?}"
        );
    }

    /// An event the program hears: learned always, acted upon only if it is news. First it counts, then it
    /// stops, then it starts.
    fn happened(&mut self, world: &World, event: &Event<'_>, t: Timestamp, out: &mut Effects) {
        self.known = true;
        if self.history.learn(&world.program, event, t) {
            out.record(t, Decided::Folded);
        }
        self.fill_cart(event, t);
        match event.origin {
            Origin::Backfill => {} // history triggers nothing
            Origin::Live => {
                self.reach(world, event, t, out);
                self.stop(world, event.name, t, out);
                self.hear(world, event.name, t, out);
                if world.program.is_theirs(event.name) {
                    self.seen(world, t, out);
                }
                self.start(world, event, t, out);
            }
        }
    }

    fn seen(&mut self, world: &World, t: Timestamp, out: &mut Effects) {
        if t > self.last_seen {
            self.last_seen = t;
            if !self.runs.is_empty() {
                self.rearm(world, t, out);
                self.due = self.next_due(world);
            }
        }
    }

    fn fill_cart(&mut self, event: &Event<'_>, t: Timestamp) {
        match event.name {
            EventIx::PRODUCT_ADDED => self.cart().add(event.products, t),
            EventIx::PRODUCT_REMOVED => self.cart().remove(event.products, t),
            // An event without a list of products says nothing of what the cart holds.
            EventIx::CART_VIEWED | EventIx::CHECKOUT_STARTED if !event.products.is_empty() => {
                self.cart().replace(event.products, t);
            }
            EventIx::ORDER_COMPLETED => self.cart().empty(t),
            _ => {}
        }
    }

    fn cart(&mut self) -> &mut Cart {
        self.cart.get_or_insert_with(Box::default)
    }

    fn introduced(&mut self, world: &World, t: Timestamp, profile: Profile) {
        if !self.known && profile.created.is_some_and(|created| created < t) {
            // They are older than our acquaintance: what came before is unknown.
            let streams = (0u16..).map(StreamIx).take(world.program.streams.len());
            self.history.known_since(&world.program, streams, t);
        }
        self.known = true;
        self.has_address = profile.has_address;
        if profile.zone != self.zone {
            self.zone = profile.zone;
            for at in 0..self.runs.len() {
                if self.runs[at].phase == Phase::Waiting {
                    self.plan(world, at, t);
                }
            }
        }
    }

    fn consents(&mut self, world: &World, t: Timestamp, consent: Consent, out: &mut Effects) {
        self.known = true;
        let Consent { topic, to, at: _, cause } = consent;
        if self.ledger.consents.note(topic, to, t) {
            let given = !matches!(to, ConsentTo::Withdrawn);
            out.record(t, Decided::ConsentSet(topic, given, cause.map(Into::into)));
        }
        match to {
            ConsentTo::Requested => self.ours(world, EventIx::CONSENT_REQUESTED, t, out),
            ConsentTo::Given(Basis::Consent) => self.ours(world, EventIx::CONSENT_GIVEN, t, out),
            // A basis that arises by itself is nothing they did.
            ConsentTo::Given(
                Basis::Contract | Basis::Service | Basis::Request | Basis::ExistingCustomer,
            ) => {}
            ConsentTo::Withdrawn => self.ours(world, EventIx::CONSENT_WITHDRAWN, t, out),
        }
    }

    /// What the mail server said, or what became of a mail it had taken.
    fn answered(
        &mut self,
        world: &World,
        t: Timestamp,
        (send, attempt, outcome): (SendRef, u16, Outcome),
        out: &mut Effects,
    ) {
        let going = self.ledger.find(send).filter(|&at| {
            let mail = self.ledger.pending[at];
            mail.state == State::Going && mail.attempt == attempt
        });
        match outcome {
            // Answers to an attempt that is not under way are stale.
            Outcome::Accepted
            | Outcome::Deferred
            | Outcome::Rejected
            | Outcome::Unknown
            | Outcome::RenderFailed
                if going.is_none() =>
            {
                return;
            }
            Outcome::Accepted | Outcome::Bounced { .. } | Outcome::Complained => {
                if let Some(at) = going {
                    self.ledger.pending.remove(at);
                }
            }
            Outcome::Deferred => {
                if let Some(at) = going {
                    match self.ledger.pending[at].recalled {
                        None => self.ledger.pending[at].state = State::Ready,
                        Some(why) => self.recall(t, at, why, out),
                    }
                }
            }
            Outcome::Rejected | Outcome::RenderFailed => {
                if let Some(at) = going {
                    self.ledger.pending.remove(at);
                }
                self.ledger.forget_sent(send);
            }
            Outcome::Unknown => {
                if let Some(at) = going {
                    let mail = self.ledger.pending[at];
                    let topic = world.program.topic(mail.act(&world.program).topic);
                    if topic.is_marketing() {
                        self.ledger.pending.remove(at); // it may have arrived: never twice
                    } else if let Some(why) = mail.recalled {
                        self.recall(t, at, why, out);
                    } else {
                        self.ledger.pending[at].state = State::Ready; // the same id again: better twice than never
                        let mailing = mail.mailing(self.id, &world.program);
                        out.asked.push(Effect::Ready(mailing));
                    }
                }
            }
        }
        out.record(t, Decided::Answered(send.into(), outcome));
        match outcome {
            Outcome::Accepted => self.ours(world, EventIx::EMAIL_DELIVERED, t, out),
            Outcome::Bounced { hard } => {
                if hard {
                    self.ledger.forget_sent(send);
                }
                self.ours(world, EventIx::EMAIL_BOUNCED, t, out);
            }
            Outcome::Deferred
            | Outcome::Rejected
            | Outcome::Unknown
            | Outcome::RenderFailed
            | Outcome::Complained => {}
        }
    }

    /// The mail at `at` came back after its enrolment had ended, for this reason.
    fn recall(&mut self, t: Timestamp, at: usize, why: NoMail, out: &mut Effects) {
        let mail = self.ledger.pending.remove(at);
        self.ledger.forget_sent(mail.send);
        out.record(t, Decided::Held(mail.send.into(), why));
        out.asked.push(Effect::Withdraw(mail.send));
    }

    /// Consent, outcomes and engagement count as events too, of ours.
    fn ours(&mut self, world: &World, name: EventIx, t: Timestamp, out: &mut Effects) {
        if world.program.is_heard(name) {
            let event =
                Event { name, origin: Origin::Live, at: t, id: 0, properties: &[], products: &[] };
            self.happened(world, &event, t, out);
        }
    }

    /// Their facts as a condition would read them at `at`.
    #[must_use]
    pub fn facts(&self, at: Timestamp) -> impl Facts {
        self.view(at)
    }

    fn view(&self, at: Timestamp) -> View<'_> {
        View { history: &self.history, cart: self.cart.as_deref(), came: 0, at }
    }

    /// The same inside an enrolment, which knows what came.
    fn view_in(&self, run: &Run, at: Timestamp) -> View<'_> {
        View { came: run.came, ..self.view(at) }
    }
}

/// An input's own time. Events may be 30 days late; history and consents may be older, and nothing is from the
/// future.
fn own_time(input: &Input<'_>, now: Timestamp) -> Timestamp {
    match input {
        Input::Event(Event { origin: Origin::Live, at, .. }) => {
            (*at).max(now.before(LATE_MAX)).min(now)
        }
        Input::Event(Event { origin: Origin::Backfill, at, .. })
        | Input::Consent(Consent { at, .. }) => (*at).min(now),
        Input::Engagement { at, .. } => (*at).max(now.before(LATE_MAX)).min(now),
        Input::Wake
        | Input::Profile(_)
        | Input::Handover { .. }
        | Input::Outcome { .. }
        | Input::Remember { .. } => now,
    }
}

/// A customer's facts at one instant, as conditions read them.
struct View<'a> {
    history: &'a History,
    cart: Option<&'a Cart>,
    came: u16,
    at: Timestamp,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and amounts of one customer are far below 2^53"
)]
impl Facts for View<'_> {
    fn count(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        self.history.count(stream, window, self.at).map(|count| count as f64)
    }

    fn sum(&self, stream: StreamIx, window: Option<Wait>) -> Option<f64> {
        let sum = self.history.sum(stream, window, self.at)?;
        Some(sum.parts() as f64 / crate::money::Amount::SCALE as f64)
    }

    fn last(&self, stream: StreamIx) -> Option<Timestamp> {
        self.history.last(stream)
    }

    fn came(&self, number: u8) -> bool {
        self.came >> number & 1 == 1
    }

    fn cart(&self) -> (f64, f64) {
        let (items, value) = self.cart.map_or((0, crate::money::Amount::ZERO), |c| c.held(self.at));
        (items as f64, value.parts() as f64 / crate::money::Amount::SCALE as f64)
    }

    fn at(&self) -> Timestamp {
        self.at
    }
}
