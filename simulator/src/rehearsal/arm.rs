//! One life in one arm: how somebody behaves, beside the actor that decides what mail they get. The same actor as in
//! production, told the same inputs in the same order a host would: all outside inputs of an instant, then the wake,
//! then hand-overs by priority.
//!
//! Invariant: nothing reaches a shopper but mail that the actor let leave, and nothing reaches the actor but what a
//! shop and a mail server would see.

use super::past::PastView;
use super::site::Vocabulary;
use super::trace::Watch;
use crate::behaviour::funnel::CartKey;
use crate::behaviour::open::{Delivery, Leaving};
use crate::behaviour::queue::LetterIx;
use crate::behaviour::shopper::{Letter, Seen, Shopper};
use crate::behaviour::{Model, Scene};
use crate::population::Clock;
use foresend_core::chance::join;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effect, Effects, Mailing};
use foresend_core::customer::input::{
    Consent, ConsentTo, Engagement, Gate, Input, Origin, Outcome, Reader,
};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::program::Program;
use foresend_insight::pulse::Pulse;
use std::cmp::Reverse;

/// One life in one arm.
#[derive(Clone, Debug)]
pub(super) struct Arm {
    pub(super) actor: Customer,
    shopper: Shopper,
    /// Mails whose moment has come, to be handed over when the instant's inputs are done.
    ready: Vec<Mailing>,
    /// The mails behind the shopper's letters, in their order.
    mails: Vec<Mailing>,
    now: Timestamp,
    /// The address is not to be mailed any more.
    suppressed: bool,
    last_click: Timestamp,
    /// What it came to.
    pub(super) row: Row,
}

/// What one customer did in the period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Row {
    pub(super) orders: i64,
    /// In minor units.
    pub(super) revenue: i64,
    /// Orders that a click attribution would claim.
    pub(super) attributed: u64,
}

/// What all lives of a rehearsal share, and what one worker counts. `W` is told everything: `()` is nobody, and costs
/// nothing.
pub(super) struct Host<'a, W> {
    pub(super) world: &'a World,
    pub(super) model: &'a Model,
    pub(super) clock: &'a Clock,
    vocabulary: &'a Vocabulary,
    end: Timestamp,
    look_back: Wait,
    out: Effects,
    pub(super) past_views: Vec<PastView>,
    /// Records since the two arms differ go to one of these; before, to `common`.
    pub(super) common: Pulse,
    pub(super) apart: [Pulse; 2],
    pub(super) events: u64,
    pub(super) watch: W,
}

/// Which pulse a record belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// Both arms: they are still one.
    Common,
    /// One of them, by its index.
    Apart(usize),
}

impl Arm {
    pub(super) fn new(actor: Customer) -> Self {
        Self {
            actor,
            shopper: Shopper::default(),
            ready: Vec::new(),
            mails: Vec::new(),
            now: Timestamp::ALWAYS,
            suppressed: false,
            last_click: Timestamp::ALWAYS,
            row: Row::default(),
        }
    }

    /// Begins the life of `scene.person`, keeping the room of the one before.
    pub(super) fn begin(&mut self, scene: &Scene<'_>, actor: Customer) {
        self.actor = actor;
        self.shopper.begin(scene);
        self.ready.clear();
        self.mails.clear();
        self.now = scene.clock.start();
        self.suppressed = false;
        self.last_click = Timestamp::ALWAYS;
        self.row = Row::default();
    }

    /// This life as it was when `actor` was: before the input applied last, which changed nothing else.
    pub(super) fn as_before(&self, actor: Customer) -> Self {
        Self {
            actor,
            shopper: self.shopper.clone(),
            ready: self.ready.clone(),
            mails: self.mails.clone(),
            ..*self
        }
    }

    /// The mail that was just handed over waits no more.
    pub(super) fn take_ready(&mut self) -> Option<Mailing> {
        self.ready.pop()
    }

    /// The hand-over of `mailing` by a host whose gate would be open.
    pub(super) fn open_handover(&self, mailing: &Mailing) -> Input<'static> {
        let gate = if self.suppressed { Gate::Suppressed } else { Gate::Open };
        let attempt = self.letter(mailing).map_or(1, |ix| self.shopper.letter(ix).attempt);
        Input::Handover { send: mailing.send, attempt, gate }
    }

    fn letter(&self, mailing: &Mailing) -> Option<LetterIx> {
        let at = self.mails.iter().rposition(|mail| mail.send == mailing.send)?;
        u32::try_from(at).ok().map(LetterIx)
    }

    /// When something happens next, and whether the site comes before the wake.
    fn next(&self) -> (Timestamp, bool) {
        let (site, wake) = (self.shopper.next(), self.actor.next_wake());
        (site.min(wake.max(self.now)), site <= wake.max(self.now))
    }
}

impl<'a, W: Watch> Host<'a, W> {
    pub(super) fn new(
        world: &'a World,
        (model, clock, vocabulary): (&'a Model, &'a Clock, &'a Vocabulary),
        end: Timestamp,
        look_back: Wait,
        watch: W,
    ) -> Self {
        let pulse = || Pulse::of(&world.program);
        Self {
            world,
            model,
            clock,
            vocabulary,
            end,
            look_back,
            out: Effects::default(),
            past_views: Vec::new(),
            common: pulse(),
            apart: [pulse(), pulse()],
            events: 0,
            watch,
        }
    }

    pub(super) const fn program(&self) -> &'a Program {
        &self.world.program
    }

    pub(super) const fn vocabulary(&self) -> &'a Vocabulary {
        self.vocabulary
    }

    pub(super) const fn start(&self) -> Timestamp {
        self.clock.start()
    }

    pub(super) const fn end(&self) -> Timestamp {
        self.end
    }

    pub(super) const fn look_back(&self) -> Wait {
        self.look_back
    }

    /// Plays until a mail waits to be handed over; `false`: until the period is over.
    pub(super) fn play(&mut self, scene: &Scene<'_>, arm: &mut Arm, side: Side) -> bool {
        let mut still = 0u32;
        loop {
            let (next, is_site) = arm.next();
            if next > arm.now && !arm.ready.is_empty() {
                // Highest priority last, where it is taken from.
                arm.ready.sort_unstable_by_key(|mail| Reverse(mail.send));
                return true;
            }
            if next >= self.end {
                return false;
            }
            still = if next > arm.now { 0 } else { still + 1 };
            assert!(still < STILL_MAX, "time stands still at {next:?}: {arm:?}");
            arm.now = next;
            if is_site {
                let (_, seen) = arm.shopper.step(scene);
                self.see(scene, arm, side, seen);
            } else {
                self.apply(arm, side, Input::Wake);
            }
        }
    }

    /// Tells the actor what the outside sees of a step.
    fn see(&mut self, scene: &Scene<'_>, arm: &mut Arm, side: Side, seen: Seen) {
        let said = match seen {
            Seen::Nothing => return,
            Seen::Viewed(session, view) => self.vocabulary.viewed(scene, session, view),
            Seen::Added(cart, line) => self.vocabulary.added(scene, &cart, line),
            Seen::CheckoutStarted(cart) => self.vocabulary.checkout_started(scene, &cart),
            Seen::Ordered(cart) => {
                arm.row.orders += 1;
                arm.row.revenue += cart.value.minor();
                let clicked = arm.last_click != Timestamp::ALWAYS
                    && arm.now.since(arm.last_click) <= self.program().credit;
                arm.row.attributed += u64::from(clicked);
                self.vocabulary.ordered(scene, &cart)
            }
            Seen::Retry(ix) => {
                arm.ready.push(arm.mails[ix.0 as usize]);
                return;
            }
            Seen::Opened(ix, leaving) => {
                self.engage(arm, side, ix, (Engagement::Open, Reader::Human));
                self.leave(arm, side, ix, leaving);
                return;
            }
            Seen::Clicked(ix) => {
                arm.last_click = arm.now;
                self.engage(arm, side, ix, (Engagement::Click, Reader::Human));
                return;
            }
            Seen::OpenedByMachine(ix) => {
                self.engage(arm, side, ix, (Engagement::Open, Reader::Machine));
                return;
            }
            Seen::ClickedByMachine(ix) => {
                self.engage(arm, side, ix, (Engagement::Click, Reader::Machine));
                return;
            }
        };
        self.apply(arm, side, Input::Event(said.event(Origin::Live, arm.now)));
    }

    fn engage(&mut self, arm: &mut Arm, side: Side, ix: LetterIx, how: (Engagement, Reader)) {
        let send = arm.mails[ix.0 as usize].send;
        let (act, reader) = how;
        self.apply(arm, side, Input::Engagement { send, act, reader, at: arm.now });
    }

    fn leave(&mut self, arm: &mut Arm, side: Side, ix: LetterIx, leaving: Leaving) {
        let Mailing { send, topic, .. } = arm.mails[ix.0 as usize];
        match leaving {
            Leaving::Stays => {}
            Leaving::Unsubscribes => {
                let to = ConsentTo::Withdrawn;
                let consent = Consent { topic, to, at: arm.now, cause: Some(send) };
                self.apply(arm, side, Input::Consent(consent));
            }
            Leaving::Complains => {
                arm.suppressed = true;
                let attempt = arm.shopper.letter(ix).attempt;
                let outcome = Outcome::Complained;
                self.apply(arm, side, Input::Outcome { send, attempt, outcome });
            }
        }
    }

    /// A mail has left: what the mail server says, and what the reader will do with it.
    pub(super) fn transmit(&mut self, scene: &Scene<'_>, arm: &mut Arm, side: Side, mail: Mailing) {
        let t = scene.clock.hours(arm.now);
        let (ix, delivery) = if let Some(ix) = arm.letter(&mail) {
            (ix, arm.shopper.deliver(scene, t, ix))
        } else {
            let letter = self.letter(arm, &mail);
            arm.mails.push(mail);
            arm.shopper.receive(scene, t, letter)
        };
        let (send, attempt) = (mail.send, arm.shopper.letter(ix).attempt);
        let mut answer = |outcome| self.apply(arm, side, Input::Outcome { send, attempt, outcome });
        match delivery {
            Delivery::Arrives => answer(Outcome::Accepted),
            Delivery::PutOff => answer(Outcome::Deferred),
            Delivery::Bounces => {
                answer(Outcome::Accepted); // by our own relay; then it comes back
                answer(Outcome::Bounced { hard: true });
                arm.suppressed = true;
            }
        }
    }

    /// What a mail is about, and the key of its draws: journey, origin, step and occurrence. Not the time, not the
    /// variant: the same mail at another delay meets the same luck.
    fn letter(&self, arm: &Arm, mail: &Mailing) -> Letter {
        let journey = self.program().journey(mail.send.journey);
        let step = &journey.steps[usize::from(mail.send.step.0)];
        let cart = CartKey::from_message_id(mail.origin);
        // Without a cart the enrolment is all there is to tell mails apart.
        let origin = cart.map_or_else(|| u64::from(mail.send.enrolment) | 1 << 63, CartKey::key);
        let of = |sent: &&Mailing| sent.send.journey == mail.send.journey;
        let before = arm.mails.iter().filter(of);
        let nth = before.clone().filter(|sent| sent.send.enrolment == mail.send.enrolment).count();
        let occurrence = before
            .filter(|sent| sent.send.step == mail.send.step)
            .filter(|sent| cart.is_some() && CartKey::from_message_id(sent.origin) == cart)
            .count();
        let key = join(u64::from(journey.id.0) << 32 | u64::from(step.id.0), origin);
        Letter::new(join(key, occurrence as u64), cart, nth)
    }

    /// Tells the actor of the time before the start.
    pub(super) fn tell(&mut self, arm: &mut Arm, now: Timestamp, input: Input<'_>) {
        arm.now = now;
        self.apply(arm, Side::Common, input);
    }

    /// Applies one input, and settles what comes of it.
    pub(super) fn apply(&mut self, arm: &mut Arm, side: Side, input: Input<'_>) {
        let asked = self.ask(arm, input);
        self.settle(arm, side);
        debug_assert!(asked.is_none(), "only a hand-over lets a mail leave");
    }

    /// Applies one input, and leaves what comes of it in `out`. Returns the mail that may leave.
    pub(super) fn ask(&mut self, arm: &mut Arm, input: Input<'_>) -> Option<Mailing> {
        self.out.clear();
        arm.actor.apply(self.world, arm.now, input, &mut self.out);
        self.events += 1;
        self.watch.told(arm.now, input);
        self.out.asked.iter().find_map(|effect| match effect {
            Effect::Transmit(mailing, _) => Some(*mailing),
            Effect::Ready(_) | Effect::Withdraw(_) => None,
        })
    }

    /// Folds what was decided, and notes what is asked for.
    pub(super) fn settle(&mut self, arm: &mut Arm, side: Side) {
        self.watch.decided(side, &self.out.records);
        if self.out.records.is_empty() && self.out.asked.is_empty() {
            return; // nearly always
        }
        let pulse = match side {
            Side::Common => &mut self.common,
            Side::Apart(arm) => &mut self.apart[arm],
        };
        for record in &self.out.records {
            pulse.fold(record);
        }
        for effect in &self.out.asked {
            match *effect {
                Effect::Ready(mailing) => arm.ready.push(mailing),
                Effect::Withdraw(send) => arm.ready.retain(|mailing| mailing.send != send),
                Effect::Transmit(..) => {} // its caller sends it
            }
        }
    }

    /// What was decided last.
    pub(super) fn decided(&self) -> &Effects {
        &self.out
    }
}

/// Most things at one instant of one life. More than this is an endless loop, which is a bug.
const STILL_MAX: u32 = 100_000;
