//! Who lets lives happen: the host of the actors of one program, telling each the same inputs in the same order as
//! production would: all outside inputs of an instant, then the wake, then hand-overs by priority.
//!
//! Invariant: nothing reaches a shopper but mail that the actor let leave, and nothing reaches the actor but what a
//! shop and a mail server would see.

use super::arm::Arm;
use super::diary::{self, Diary};
use super::fault::{Delayed, Faults};
use super::letter::unheralded;
use super::past::PastView;
use super::policy::{Journeys, Policy, Side, Starters};
use super::site::Vocabulary;
use super::trace::Watch;
use super::{AS_WRITTEN, NO_MAIL};
use crate::behaviour::inbox::{Day, Inbox};
use crate::behaviour::shopper::Seen;
use crate::behaviour::{Crowd, Scene};
use crate::population::Homes;
use crate::stream::Purpose;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effect, Effects, Mailing};
use foresend_core::customer::input::{Code, Engagement, Input, Origin, Reader};
use foresend_core::customer::record::{Decided, Enrolled};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::World;
use foresend_core::world::event::EventIx;
use foresend_core::world::journey::Journey;
use foresend_core::world::program::Program;
use foresend_insight::pulse::Pulse;

/// What all lives of a rehearsal share, and what one worker counts. `W` is told everything: `()` is nobody, and costs
/// nothing.
pub(super) struct Host<'a, W> {
    /// How each arm differs, in the order of the arms.
    policies: &'a [Policy<'a>],
    pub(super) crowd: &'a Crowd,
    pub(super) homes: &'a Homes,
    faults: &'a Faults,
    /// By experiment and combination: what is assumed of it.
    assumed: &'a [Vec<u16>],
    /// What providers make of each arm's mail, if they make anything of it.
    inbox: Option<&'a Inbox>,
    /// Mails of each arm, by day.
    pub(super) days: Vec<Vec<Day>>,
    vocabulary: &'a Vocabulary,
    end: Timestamp,
    look_back: Wait,
    /// Journeys that something without a message id may start.
    unheralded: Vec<bool>,
    /// Journeys that any purchase ends.
    bought_ends: Vec<bool>,
    starters: Starters,
    /// Journeys that started since somebody asked.
    started: Journeys,
    out: Effects,
    pub(super) past_views: Vec<PastView>,
    /// What was decided while the arms were one, and since in the arms without mail and as written.
    pub(super) common: Pulse,
    pub(super) apart: [Pulse; 2],
    pub(super) events: u64,
    /// The same by day, if anybody asks.
    pub(super) diary: Option<Diary>,
    pub(super) watch: W,
}

/// What all hosts of a program share.
type Around<'a> = (&'a Crowd, &'a Homes, &'a Vocabulary, &'a Faults, &'a [Vec<u16>]);

impl<'a, W: Watch> Host<'a, W> {
    pub(super) fn new(
        policies: &'a [Policy<'a>],
        (crowd, homes, vocabulary, faults, assumed): Around<'a>,
        inbox: Option<&'a Inbox>,
        end: Timestamp,
        look_back: Wait,
        watch: W,
    ) -> Self {
        let world = policies[AS_WRITTEN].world;
        let pulse = || Pulse::of(&world.program);
        Self {
            policies,
            crowd,
            homes,
            faults,
            assumed,
            inbox,
            days: vec![Vec::new(); policies.len()],
            vocabulary,
            end,
            look_back,
            unheralded: world.program.journeys.iter().map(|j| unheralded(world, j)).collect(),
            bought_ends: world.program.journeys.iter().map(is_ended_by_any_purchase).collect(),
            starters: Starters::of(&world.program),
            started: Journeys::default(),
            out: if W::WANTS_DETAILS { Effects::explaining() } else { Effects::default() },
            past_views: Vec::new(),
            common: pulse(),
            apart: [pulse(), pulse()],
            events: 0,
            diary: None,
            watch,
        }
    }

    /// How the life at `side` differs.
    pub(super) fn policy(&self, side: Side) -> &'a Policy<'a> {
        match side {
            Side::Common => &self.policies[NO_MAIL],
            Side::Apart(arm) => &self.policies[arm],
        }
    }

    /// Whether complaints of an arm change what becomes of its mail.
    pub(super) const fn feeds_back(&self) -> bool {
        self.inbox.is_some()
    }

    /// The share of mail that complaints leave out of the spam folder in that arm now.
    pub(super) fn inbox(&self, arm: &Arm) -> f64 {
        match (self.inbox, arm.side) {
            (Some(inbox), Side::Apart(side)) => inbox.share(side, self.day(arm)),
            (Some(_), Side::Common) | (None, _) => 1.0,
        }
    }

    /// Counts what became of a mail today.
    pub(super) fn count(&mut self, arm: &Arm, of: impl FnOnce(&mut Day)) {
        let (Some(_), Side::Apart(side)) = (self.inbox, arm.side) else { return };
        let day = self.day(arm);
        let days = &mut self.days[side];
        if days.len() <= day {
            days.resize(day + 1, Day::default());
        }
        of(&mut days[day]);
    }

    /// The day's page in the diary.
    fn today(&mut self, arm: &Arm) -> Option<&mut foresend_insight::day::Day> {
        let day = self.day(arm);
        self.diary.as_mut()?.day(arm.side, day)
    }

    fn day(&self, arm: &Arm) -> usize {
        let day = arm.now.since(self.start()).millis() / Wait::DAY.millis();
        usize::try_from(day).unwrap_or(0)
    }

    /// The world of the program as it is written.
    pub(super) fn world(&self) -> &'a World {
        self.policies[AS_WRITTEN].world
    }

    pub(super) fn program(&self) -> &'a Program {
        &self.world().program
    }

    /// What is assumed of the words of `mail`, as its letter names it.
    pub(super) fn assumed(&self, mail: &Mailing) -> u16 {
        let Some(variants) = mail.variants else { return 0 };
        let experiment = self.program().experiment_on(mail.send.journey);
        let of = experiment.and_then(|(ix, _)| self.assumed.get(usize::from(ix.0)));
        of.and_then(|of| of.get(usize::from(variants.0))).copied().unwrap_or(0)
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

    /// What happens next in a life.
    pub(super) fn next(&self, arm: &Arm) -> Next {
        let (next, is_site) = arm.next();
        let down = self.faults.down_until(arm.now);
        let restart = self.faults.restart(arm.restarts);
        let arrives = arm.delayed.last().map_or(Timestamp::NEVER, |event| event.arrives);
        let next = next.min(arrives);
        if !arm.ready.is_empty() && next > arm.now && down.is_none_or(|until| until <= next) {
            match down {
                None => Next::HandOver,
                Some(until) if until < self.end => Next::This(until, Thing::Nothing),
                Some(_) => Next::Over,
            }
        } else if restart <= next && restart < self.end {
            Next::This(restart, Thing::Restart)
        } else if next >= self.end {
            Next::Over
        } else if arrives <= next {
            Next::This(next, Thing::Arrival)
        } else if is_site {
            Next::This(next, Thing::Site)
        } else {
            Next::This(next, Thing::Wake)
        }
    }

    /// Lets `thing` happen at `at`.
    pub(super) fn happen(
        &mut self,
        scene: &Scene<'_>,
        arm: &mut Arm,
        (at, thing): (Timestamp, Thing),
    ) {
        arm.still = if at > arm.now { 0 } else { arm.still + 1 };
        assert!(arm.still < STILL_MAX, "time stands still at {at:?}: {arm:?}");
        arm.now = arm.now.max(at);
        match thing {
            Thing::Site => {
                let (_, seen) = arm.shopper.step(scene);
                self.see(scene, arm, seen);
            }
            Thing::Wake => self.apply(arm, Input::Wake),
            Thing::Arrival => {
                if let Some(event) = arm.delayed.pop() {
                    event.tell(|event| self.apply(arm, event));
                }
            }
            Thing::Restart => self.restart(arm),
            Thing::Nothing => {}
        }
    }

    /// Writes the actor down, as a host does that ends, and reads it again.
    fn restart(&self, arm: &mut Arm) {
        let world = self.policy(arm.side).world;
        let written = arm.actor.snapshot(world);
        arm.actor = Customer::restore(arm.actor.id(), world, &written)
            .expect("what was written down a moment ago can be read");
        arm.restarts += 1;
    }

    /// Lives on to the end.
    pub(super) fn live_on(&mut self, scene: &Scene<'_>, arm: &mut Arm) {
        loop {
            match self.next(arm) {
                Next::Over => return,
                Next::HandOver => {
                    if let Some(mail) = arm.take_ready() {
                        self.hand_over(scene, arm, &mail);
                    }
                }
                Next::This(at, thing) => self.happen(scene, arm, (at, thing)),
            }
        }
    }

    /// Hands `mail` over at the arm's own gate. Returns whether it left.
    pub(super) fn hand_over(&mut self, scene: &Scene<'_>, arm: &mut Arm, mail: &Mailing) -> bool {
        let left = self.ask(arm, self.at_the_gate(arm, mail));
        self.settle(arm);
        if let Some(mail) = left {
            arm.audit(&mail);
            self.transmit(scene, arm, mail);
        }
        left.is_some()
    }

    /// The hand-over of `mail` as the arm's host would ask for it.
    pub(super) fn at_the_gate(&self, arm: &Arm, mail: &Mailing) -> Input<'static> {
        let gate = self.policy(arm.side).gate(mail, arm.suppressed);
        let attempt = arm.place(mail).map_or(1, |ix| arm.shopper.letter(ix).attempt);
        // The code that a host holds ready: in a rehearsal the pool never runs dry.
        let code = mail.offer.map_or(Code::None, |_| Code::Reserved(mail.origin));
        Input::Handover { send: mail.send, attempt, gate, code }
    }

    /// Which journeys may start by what happens next.
    pub(super) fn may_start(&self, arm: &Arm, next: Next) -> Journeys {
        match next {
            Next::Over => Journeys::default(),
            Next::HandOver => self.starters.by_mail(),
            Next::This(at, thing) => self.may_be_started(arm, at, thing),
        }
    }

    fn may_be_started(&self, arm: &Arm, at: Timestamp, thing: Thing) -> Journeys {
        match thing {
            Thing::Site => self.starters.by(arm.shopper.peek()),
            Thing::Wake => {
                let woken = arm.actor.may_start(self.policy(arm.side).world, at).collect();
                self.starters.always.with(woken)
            }
            Thing::Arrival => self.starters.by_any(),
            Thing::Restart | Thing::Nothing => Journeys::default(),
        }
    }

    /// Which journeys started since this was asked last.
    pub(super) fn take_started(&mut self) -> Journeys {
        std::mem::take(&mut self.started)
    }

    /// Tells the actor what the outside sees of a step.
    fn see(&mut self, scene: &Scene<'_>, arm: &mut Arm, seen: Seen) {
        let words = self.vocabulary;
        let said = match seen {
            Seen::Nothing => return,
            Seen::Viewed(session, view, cart) => {
                let item = cart.map(|cart| cart.holds(scene, 0).0);
                let how = (Origin::Live, arm.now);
                let to = |event: Input<'_>| self.hear(scene, arm, event);
                return words.tell_view(scene, (session, view, item), how, to);
            }
            Seen::Added(cart, line) => words.added(scene, &cart, line),
            Seen::CheckoutStarted(cart) => words.checkout_started(scene, &cart),
            Seen::Removed(cart, line) => words.removed(scene, &cart, line),
            Seen::Ordered(order) => {
                let credited = arm.count(&order, self.program().credit);
                if let Some(day) = self.today(arm) {
                    diary::count(day, order.paid(), credited);
                }
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
                return self.sign_up(scene, arm, words.topic(draws.unit(1)));
            }
            Seen::Retry(ix) => {
                arm.ready.push(arm.mails[ix.0 as usize].mailing);
                return;
            }
            Seen::Opened(ix, leaving) => {
                self.engage(scene, arm, ix, (Engagement::Open, Reader::Human));
                return self.leave(arm, ix, leaving);
            }
            Seen::Confirmed(ix) => {
                self.engage(scene, arm, ix, (Engagement::Open, Reader::Human));
                self.engage(scene, arm, ix, (Engagement::Click, Reader::Human));
                return self.confirm(arm, ix);
            }
            Seen::Clicked(ix) => {
                return self.engage(scene, arm, ix, (Engagement::Click, Reader::Human));
            }
            Seen::OpenedByMachine(ix) => {
                return self.engage(scene, arm, ix, (Engagement::Open, Reader::Machine));
            }
            Seen::ClickedByMachine(ix) => {
                return self.engage(scene, arm, ix, (Engagement::Click, Reader::Machine));
            }
        };
        said.tell(Origin::Live, arm.now, |event| self.hear(scene, arm, event));
    }

    /// The shop sends an event: it arrives at once, or as its faults have it.
    fn hear(&mut self, scene: &Scene<'_>, arm: &mut Arm, event: Input<'_>) {
        let Input::Event(said) = &event else { return self.apply(arm, event) };
        if !self.faults.of_events() {
            return self.apply(arm, event);
        }
        let (by, twice) = self.faults.of_event(scene, said.id);
        for _ in 0..=u8::from(twice) {
            if by == Wait::ZERO {
                self.apply(arm, event);
            } else {
                let delayed = Delayed::of(said, arm.now.after(by));
                // Of those that arrive together the one that was sent first comes first.
                let later = |other: &Delayed| other.arrives > delayed.arrives;
                let at = arm.delayed.iter().rposition(later).map_or(0, |at| at + 1);
                arm.delayed.insert(at, delayed);
            }
        }
    }

    /// Tells the actor of the time before the start.
    pub(super) fn tell(&mut self, arm: &mut Arm, now: Timestamp, input: Input<'_>) {
        arm.now = now;
        self.apply(arm, input);
    }

    /// Applies one input, and settles what comes of it.
    pub(super) fn apply(&mut self, arm: &mut Arm, input: Input<'_>) {
        let asked = self.ask(arm, input);
        self.settle(arm);
        debug_assert!(asked.is_none(), "only a hand-over lets a mail leave");
    }

    /// Applies one input, and leaves what comes of it in `out`. Returns the mail that may leave.
    pub(super) fn ask(&mut self, arm: &mut Arm, input: Input<'_>) -> Option<Mailing> {
        self.out.clear();
        if let Input::Event(event) = &input
            && (event.name, event.origin) == (EventIx::ORDER_COMPLETED, Origin::Live)
        {
            arm.bought = arm.bought.max(event.at);
        }
        arm.actor.apply(self.policy(arm.side).world, arm.now, input, &mut self.out);
        self.events += 1;
        if self.diary.is_some() && is_of_period(&input, self.start()) {
            self.today(arm).into_iter().for_each(|day| day.events += 1);
        }
        self.watch.told(arm.now, input);
        self.out.asked.iter().find_map(|effect| match effect {
            Effect::Transmit(mailing, _) => Some(*mailing),
            Effect::Ready(_) | Effect::Withdraw(_) | Effect::Call(_) => None,
        })
    }

    /// Folds what was decided, and notes what is asked for.
    pub(super) fn settle(&mut self, arm: &mut Arm) {
        self.watch.decided(arm.side, &self.out);
        if self.out.records.is_empty() && self.out.asked.is_empty() {
            return; // nearly always
        }
        let day = self.day(arm);
        let mut today = self.diary.as_mut().and_then(|diary| diary.day(arm.side, day));
        let mut pulse = match arm.side {
            Side::Common => Some(&mut self.common),
            Side::Apart(arm) => self.apart.get_mut(arm),
        };
        for record in &self.out.records {
            if let Some(pulse) = &mut pulse {
                pulse.fold(record);
            }
            if let Some(today) = &mut today {
                today.pulse.fold(record);
            }
            if let Decided::Started(Enrolled { journey, enrolment }, key, _) = record.decided {
                self.started = self.started.with(Journeys::one(journey));
                if self.bought_ends[usize::from(journey.0)] {
                    arm.begun.push((journey, enrolment, record.at));
                }
                if self.unheralded[usize::from(journey.0)] {
                    arm.starts.push((journey, key, enrolment));
                }
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

/// What happens next in a life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// This, then.
    This(Timestamp, Thing),
    /// The mails whose moment has come are handed over.
    HandOver,
    /// The period is over.
    Over,
}

/// What can happen in a life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Thing {
    /// Something of behaviour.
    Site,
    /// The actor is woken.
    Wake,
    /// An event arrives late.
    Arrival,
    /// The actor's host restarts.
    Restart,
    /// Time passes: mails may be handed over again.
    Nothing,
}

/// Whether it is an event that happened in the period.
fn is_of_period(input: &Input<'_>, start: Timestamp) -> bool {
    matches!(input, Input::Event(event) if event.at >= start)
}

fn is_ended_by_any_purchase(journey: &Journey) -> bool {
    journey.stop.iter().any(|stop| stop.on == EventIx::ORDER_COMPLETED && stop.same.is_none())
}

/// Most things at one instant of one life. More than this is an endless loop, which is a bug.
const STILL_MAX: u32 = 100_000;
