//! One life in one arm: how somebody behaves, beside the actor that decides what mail they get. The same actor as in
//! production, told the same inputs in the same order a host would: all outside inputs of an instant, then the wake,
//! then hand-overs by priority.
//!
//! Invariant: nothing reaches a shopper but mail that the actor let leave, and nothing reaches the actor but what a
//! shop and a mail server would see.

use super::Claimed;
use super::letter::unheralded;
use super::past::PastView;
use super::site::Vocabulary;
use super::trace::Watch;
use crate::behaviour::queue::LetterIx;
use crate::behaviour::shopper::{Order, Seen, Shopper};
use crate::behaviour::{Model, Scene};
use crate::population::Homes;
use crate::stream::Purpose;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effect, Effects, Mailing};
use foresend_core::customer::input::{Code, Engagement, Gate, Input, Origin, Reader};
use foresend_core::customer::record::{Decided, Enrolled};
use foresend_core::id::Key;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::journey::JourneyIx;
use foresend_core::world::program::Program;
use foresend_core::world::topic::TopicIx;
use foresend_insight::pulse::Pulse;
use std::cmp::Reverse;

/// One life in one arm.
#[derive(Clone, Debug)]
pub(super) struct Arm {
    pub(super) actor: Customer,
    pub(super) shopper: Shopper,
    /// Mails whose moment has come, to be handed over when the instant's inputs are done.
    ready: Vec<Mailing>,
    /// The mails behind the shopper's letters, in their order.
    pub(super) mails: Vec<Sent>,
    /// Enrolments that no event with a message id began, in their order.
    starts: Vec<(JourneyIx, Key, u32)>,
    pub(super) now: Timestamp,
    /// The address is not to be mailed any more.
    pub(super) suppressed: bool,
    /// The topic that they asked for last by the form on the site.
    pub(super) asked_for: Option<TopicIx>,
    /// When they last opened a mail, and followed a link in one.
    pub(super) last_open: Timestamp,
    pub(super) last_click: Timestamp,
    /// What it came to.
    pub(super) row: Row,
}

/// A mail that has left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) mailing: Mailing,
    /// Its key but for the occurrence.
    pub(super) base: u64,
    /// The topic that it asks to confirm.
    pub(super) confirms: Option<TopicIx>,
    /// When it was opened or clicked last.
    pub(super) touched: Timestamp,
}

/// What one customer did in the period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Row {
    pub(super) orders: i64,
    /// Net of discounts, in minor units.
    pub(super) revenue: i64,
    /// Taken off by offers, in minor units.
    pub(super) discounts: i64,
    /// Orders that attribution would claim.
    pub(super) claimed: Claimed,
}

/// What all lives of a rehearsal share, and what one worker counts. `W` is told everything: `()` is nobody, and costs
/// nothing.
pub(super) struct Host<'a, W> {
    pub(super) world: &'a World,
    pub(super) model: &'a Model,
    pub(super) homes: &'a Homes,
    vocabulary: &'a Vocabulary,
    end: Timestamp,
    look_back: Wait,
    /// Journeys that something without a message id may start.
    unheralded: Vec<bool>,
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
            starts: Vec::new(),
            now: Timestamp::ALWAYS,
            suppressed: false,
            asked_for: None,
            last_open: Timestamp::ALWAYS,
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
        self.starts.clear();
        self.now = scene.clock.start();
        self.suppressed = false;
        self.asked_for = None;
        self.last_open = Timestamp::ALWAYS;
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
            starts: self.starts.clone(),
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
        let attempt = self.place(mailing).map_or(1, |ix| self.shopper.letter(ix).attempt);
        Input::Handover { send: mailing.send, attempt, gate, code: code_for(mailing) }
    }

    pub(super) fn place(&self, mailing: &Mailing) -> Option<LetterIx> {
        let at = self.mails.iter().rposition(|sent| sent.mailing.send == mailing.send)?;
        u32::try_from(at).ok().map(LetterIx)
    }

    /// An order, and who would claim it.
    fn count(&mut self, order: &Order, credit: Wait) {
        let Order { cart, discount, .. } = order;
        self.row.orders += 1;
        self.row.revenue += cart.value.minor() - discount.minor();
        self.row.discounts += discount.minor();
        let lately = |at: Timestamp| at != Timestamp::ALWAYS && self.now.since(at) <= credit;
        let about_it = |(sent, ix): (&Sent, u32)| {
            lately(sent.touched) && self.shopper.letter(LetterIx(ix)).cart == Some(cart.key)
        };
        let claims = [
            lately(self.last_click),
            lately(self.last_click.max(self.last_open)),
            self.mails.iter().zip(0..).any(about_it),
        ];
        let Claimed { click, touch, same_cart } = &mut self.row.claimed;
        for (claimed, claims) in [click, touch, same_cart].into_iter().zip(claims) {
            *claimed += u64::from(claims);
        }
    }

    /// How many enrolments of the same journey about the same began before this one, of those that no event began.
    pub(super) fn start_number(&self, mail: &Mailing) -> u64 {
        let same = |start: &&(JourneyIx, Key, u32)| {
            (start.0, start.1) == (mail.send.journey, mail.key) && start.2 < mail.send.enrolment
        };
        self.starts.iter().filter(same).count() as u64
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
        (model, homes, vocabulary): (&'a Model, &'a Homes, &'a Vocabulary),
        end: Timestamp,
        look_back: Wait,
        watch: W,
    ) -> Self {
        let pulse = || Pulse::of(&world.program);
        Self {
            world,
            model,
            homes,
            vocabulary,
            end,
            look_back,
            unheralded: world.program.journeys.iter().map(|j| unheralded(world, j)).collect(),
            out: if W::WANTS_DETAILS { Effects::explaining() } else { Effects::default() },
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

    pub(super) fn start(&self) -> Timestamp {
        self.homes.clock().start()
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
        let words = self.vocabulary;
        let said = match seen {
            Seen::Nothing => return,
            Seen::Viewed(session, view) => {
                let how = (Origin::Live, arm.now);
                let to = |event: Input<'_>| self.apply(arm, side, event);
                return words.tell_view(scene, (session, view), how, to);
            }
            Seen::Added(cart, line) => words.added(scene, &cart, line),
            Seen::CheckoutStarted(cart) => words.checkout_started(scene, &cart),
            Seen::Removed(cart, line) => words.removed(scene, &cart, line),
            Seen::Ordered(order) => {
                arm.count(&order, self.program().credit);
                words.ordered(scene, &order, self.program())
            }
            Seen::Parcel(order, step, paid) => words.parcel(scene, order, step, paid),
            Seen::Asked(session, view) => match words.asked(scene, session, view) {
                Some(said) => said,
                None => return,
            },
            Seen::Back(session, view) => words.back(scene, session, view),
            Seen::SignedUp(session) => {
                let draws = scene.person.chance.stream(Purpose::SignUp, session.key());
                return self.sign_up(scene, arm, side, words.topic(draws.unit(1)));
            }
            Seen::Retry(ix) => {
                arm.ready.push(arm.mails[ix.0 as usize].mailing);
                return;
            }
            Seen::Opened(ix, leaving) => {
                self.engage(scene, arm, side, ix, (Engagement::Open, Reader::Human));
                return self.leave(arm, side, ix, leaving);
            }
            Seen::Confirmed(ix) => {
                self.engage(scene, arm, side, ix, (Engagement::Open, Reader::Human));
                self.engage(scene, arm, side, ix, (Engagement::Click, Reader::Human));
                return self.confirm(arm, side, ix);
            }
            Seen::Clicked(ix) => {
                return self.engage(scene, arm, side, ix, (Engagement::Click, Reader::Human));
            }
            Seen::OpenedByMachine(ix) => {
                return self.engage(scene, arm, side, ix, (Engagement::Open, Reader::Machine));
            }
            Seen::ClickedByMachine(ix) => {
                return self.engage(scene, arm, side, ix, (Engagement::Click, Reader::Machine));
            }
        };
        said.tell(Origin::Live, arm.now, |event| self.apply(arm, side, event));
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
            Effect::Ready(_) | Effect::Withdraw(_) | Effect::Call(_) => None,
        })
    }

    /// Folds what was decided, and notes what is asked for.
    pub(super) fn settle(&mut self, arm: &mut Arm, side: Side) {
        self.watch.decided(side, &self.out);
        if self.out.records.is_empty() && self.out.asked.is_empty() {
            return; // nearly always
        }
        let pulse = match side {
            Side::Common => &mut self.common,
            Side::Apart(arm) => &mut self.apart[arm],
        };
        for record in &self.out.records {
            pulse.fold(record);
            if let Decided::Started(Enrolled { journey, enrolment }, key, _) = record.decided
                && self.unheralded[usize::from(journey.0)]
            {
                arm.starts.push((journey, key, enrolment));
            }
        }
        for effect in &self.out.asked {
            match *effect {
                Effect::Ready(mailing) => arm.ready.push(mailing),
                Effect::Withdraw(send) => arm.ready.retain(|mailing| mailing.send != send),
                Effect::Transmit(..) => {} // its caller sends it
                Effect::Call(_) => {} // there is nobody to call; the actor has recorded that it asked
            }
        }
    }

    /// What was decided last.
    pub(super) fn decided(&self) -> &Effects {
        &self.out
    }
}

/// The code that a host holds ready: in a rehearsal the pool never runs dry.
pub(super) fn code_for(mailing: &Mailing) -> Code {
    mailing.offer.map_or(Code::None, |_| Code::Reserved(mailing.origin))
}

/// Most things at one instant of one life. More than this is an endless loop, which is a bug.
const STILL_MAX: u32 = 100_000;
