//! One person: what they are waiting for, what we remember of them, and [`Customer::apply`], the order of things.
//!
//! Invariant: no clock, no I/O, no ambient chance. The same inputs give the same decisions on every host.
//! Invariant: every live enrolment waits for a time. Nothing an input holds can make `apply` panic.

pub mod effect;
pub mod held;
pub mod input;
pub mod record;

mod about;
mod answered;
mod cart;
mod consent;
mod enrolment;
mod experiment;
mod goal;
mod history;
mod last_look;
mod offer;
mod open;
mod pending;
mod profile;
mod schedule;
mod segment;
pub mod snapshot;
mod start;
mod step;
mod view;
mod wake;

use crate::id::CustomerId;
use crate::time::{Timestamp, Wait};
use crate::world::event::EventIx;
use crate::world::stream::StreamIx;
use crate::world::{World, ZoneIx};
use cart::Cart;
use effect::Effects;
use enrolment::Run;
use history::History;
use input::{Consent, Event, Input, Origin};
use pending::Ledger;
use record::Decided;

/// How late an event may be and still count by its own time.
const LATE_MAX: Wait = Wait::days(30);

/// One person, and everything we remember of them. 128 bytes, 64 more for each enrolment.
#[derive(Clone, PartialEq, Debug)]
pub struct Customer {
    id: CustomerId,
    /// Own time of the first thing known of them.
    first_seen: Timestamp,
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
            first_seen: Timestamp::NEVER,
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
        if matches!(input, Input::Wake) && self.due > now && !self.ledger.any_paused() {
            return; // stale: it has nothing to do, or did it above
        }
        if let Input::Event(event) = &input
            && self.known
            && !world.program.is_heard(event.name)
        {
            // The commonest input by far: it moves "seen", and whatever waits for that.
            self.first_seen = self.first_seen.min(t);
            if event.origin == Origin::Live && world.program.is_theirs(event.name) {
                self.seen(world, t, out);
            }
            return;
        }
        let is_new = !self.known;
        if is_new {
            self.meet(world, now, &input);
        }
        match input {
            Input::Wake => self.run_due(world, now, true, out),
            Input::Event(event) => {
                if event.id == 0 || !self.ledger.is_repeat(event.id) {
                    self.happened(world, &event, t, out);
                }
            }
            Input::Profile(profile) => self.introduced(world, t, (profile, is_new), out),
            Input::Consent(consent) => self.consents(world, t, consent, out),
            Input::Handover { send, attempt, gate, code } => {
                self.hand_over(world, now, (send, attempt, gate, code), out);
            }
            Input::Outcome { send, attempt, outcome } => {
                self.answered(world, now, (send, attempt, outcome), out);
            }
            Input::Called { send, done } => self.called(t, send, done, out),
            Input::Engagement { send, act, reader, at: _ } => {
                self.engaged(world, t, send, (act, reader), out);
            }
            Input::Remember { event, since } => {
                let streams = world.program.streams.iter().zip(0u16..);
                let meant = streams.filter(|(stream, _)| event.is_none_or(|e| e == stream.event));
                let meant = meant.map(|(_, ix)| StreamIx(ix));
                self.history.known_since(&world.program, meant, since);
                self.reread_all(world, t, false, out);
            }
        }
        if !self.ledger.said.is_empty() {
            self.forget_said();
        }
        self.due = self.next_due(world);
        debug_assert!(
            self.runs.iter().all(|run| run.is_over() || run.due < Timestamp::NEVER),
            "a live enrolment waits for nothing: {self:?}"
        );
    }

    /// The first input: from here on they have a clock, and stand in segments or not.
    fn meet(&mut self, world: &World, now: Timestamp, input: &Input<'_>) {
        let t = match input {
            Input::Event(Event { origin: Origin::Live, .. }) => own_time(input, now),
            // What had come and gone before we knew them starts nothing, however old their history.
            Input::Event(Event { origin: Origin::Backfill, .. }) | Input::Profile(_) => now,
            Input::Consent(_) | Input::Remember { .. } => now,
            // Nobody is met by these: they speak of what we began.
            Input::Wake | Input::Handover { .. } | Input::Outcome { .. } => return,
            Input::Called { .. } | Input::Engagement { .. } => return,
        };
        self.known = true;
        if !world.program.segments.is_empty() {
            self.stand(world, t);
        }
        self.plan_calendar(world, t);
    }

    /// An event the program hears: learned always, acted upon only if it is news. First it counts, then it
    /// stops, then it starts.
    fn happened(&mut self, world: &World, event: &Event<'_>, t: Timestamp, out: &mut Effects) {
        let program = &world.program;
        self.first_seen = self.first_seen.min(t);
        if self.history.learn(program, event, t) {
            out.record(t, Decided::Folded);
        }
        self.note_about(program, event, t);
        self.fill_cart(event, t);
        let is_live = event.origin == Origin::Live; // history triggers nothing
        if is_live {
            self.reach(world, event, t, out);
            self.stop(world, event, t, out);
            self.hear(world, event, t, out);
            if program.is_theirs(event.name) {
                self.seen(world, t, out);
            }
        }
        for &segment in &program.hears(event.name).segments {
            self.reread(world, segment, t, is_live, out);
        }
        if is_live {
            self.start(world, event, t, out);
        }
    }

    /// What an event said is forgotten with the last enrolment and mail that it began.
    fn forget_said(&mut self) {
        let Ledger { said, pending, .. } = &mut *self.ledger;
        said.retain(|said| {
            let run = |run: &Run| (run.journey, run.key) == said.of() && !run.is_over();
            self.runs.iter().any(run)
                || pending.iter().any(|mail| (mail.send.journey, mail.key) == said.of())
        });
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
        | Input::Called { .. }
        | Input::Outcome { .. }
        | Input::Remember { .. } => now,
    }
}
