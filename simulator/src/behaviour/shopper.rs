//! One life: visits, carts, orders, dormancy, and the mails met on the way. [`Shopper::step`] plays the next thing and
//! says what the outside sees of it; [`Shopper::receive`] lets a mail arrive.
//!
//! A life is small and `Clone`: an arm of a rehearsal is a copy of a life in progress.
//!
//! Invariant: without mail the orders are those of the purchase process: each visit opens a cart with the chance
//! that carries λ, a cart leads to at most one order, and the dormancy coin is tossed at the *organic* order time, in
//! every arm, whether that arm's order came earlier, later or not at all. Otherwise each order won by mail would
//! make people leave.
//! Invariant: a mail that changes nothing touches no schedule.

use super::Scene;
use super::funnel::{CartKey, Lines, lines, lines_of};
use super::intent::Wish;
use super::open::{self, Delivery, Leaving};
use super::pressure::Pressure;
use super::queue::{Due, LetterIx, Queue};
use super::visit::{self, Session, SessionKey};
use crate::stream::Purpose;
use foresend_core::money::Money;
use foresend_core::time::Timestamp;

/// One life in progress.
#[derive(Clone, PartialEq, Debug)]
pub struct Shopper {
    alive: bool,
    /// Number of the next visit, and when it is.
    ordinal: i64,
    next_visit: Timestamp,
    queue: Queue,
    /// Missions that are open; one that is over is dropped.
    missions: Vec<Mission>,
    letters: Vec<Letter>,
    pressure: Pressure,
}

/// A cart on its way to an order, or to none.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Mission {
    cart: Cart,
    /// Of the order's schedule.
    version: u32,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Stage {
    /// In the session; whether the order follows in it.
    Filling { orders: bool },
    /// Left behind.
    Left(Wish),
    /// The order is minutes away.
    Ordering,
}

/// A cart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cart {
    /// Which.
    pub key: CartKey,
    /// What its order is worth.
    pub value: Money,
    /// Views of its session.
    views: u16,
}

impl Cart {
    /// What is in it.
    #[must_use]
    pub fn lines(&self, scene: &Scene<'_>) -> Lines {
        lines(scene, self.key, self.views, self.value)
    }
}

/// A mail that was handed over to this customer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Letter {
    /// The key of its draws: by what it is about, not by when it was sent.
    pub key: u64,
    /// The cart that it is about.
    pub cart: Option<CartKey>,
    /// How many of its enrolment were sent before it.
    pub nth: usize,
    /// Hand-over attempts, from 1.
    pub attempt: u16,
    /// What earlier mails weighed when it arrived.
    weight: f64,
}

impl Letter {
    /// A mail at its first attempt.
    #[must_use]
    pub const fn new(key: u64, cart: Option<CartKey>, nth: usize) -> Self {
        Self { key, cart, nth, attempt: 1, weight: 0.0 }
    }
}

/// What the outside sees of one step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// A product was viewed.
    Viewed(SessionKey, u16),
    /// The line was added to the cart.
    Added(Cart, u8),
    /// The checkout was started.
    CheckoutStarted(Cart),
    /// The cart was ordered.
    Ordered(Cart),
    /// The mail server may be asked again.
    Retry(LetterIx),
    /// A person opened the mail, and perhaps had enough.
    Opened(LetterIx, Leaving),
    /// A person followed its link.
    Clicked(LetterIx),
    /// A machine opened the mail.
    OpenedByMachine(LetterIx),
    /// A machine followed its link.
    ClickedByMachine(LetterIx),
}

impl Default for Shopper {
    fn default() -> Self {
        Self {
            alive: false,
            ordinal: 0,
            next_visit: Timestamp::NEVER,
            queue: Queue::default(),
            missions: Vec::new(),
            letters: Vec::new(),
            pressure: Pressure::default(),
        }
    }
}

impl Shopper {
    /// Begins the life of `scene.person` at the start of the rehearsal, keeping the room of the one before.
    pub fn begin(&mut self, scene: &Scene<'_>) {
        self.alive = scene.person.dormant_since.is_none();
        self.ordinal = 0;
        self.next_visit = Timestamp::NEVER;
        self.queue.clear();
        self.missions.clear();
        self.letters.clear();
        self.pressure = Pressure::default();
        if self.alive {
            self.schedule_visit(scene, 0.0);
        }
    }

    /// When the next thing happens; [`Timestamp::NEVER`] if nothing will.
    #[must_use]
    pub fn next(&self) -> Timestamp {
        self.queue.next().min(self.next_visit)
    }

    /// The mail at `ix`.
    ///
    /// # Panics
    /// Where `ix` is not of this life.
    #[must_use]
    pub fn letter(&self, ix: LetterIx) -> &Letter {
        &self.letters[ix.0 as usize]
    }

    /// Plays the next thing.
    pub fn step(&mut self, scene: &Scene<'_>) -> (Timestamp, Seen) {
        if !self.queue.precedes_visit(self.next_visit) && self.next_visit != Timestamp::NEVER {
            return self.visit(scene);
        }
        let Some((at, due)) = self.queue.pop() else { return (Timestamp::NEVER, Seen::Nothing) };
        let t = scene.clock.hours(at);
        let seen = match due {
            Due::Order { key, version } => self.order(key, version),
            Due::Coin { key } => self.toss(scene, key),
            Due::View { session, view } => self.view(scene, t, session, view),
            Due::Add { key, line } => self.add(scene, t, key, line),
            Due::Checkout { key } => self.check_out(scene, t, key),
            Due::Retry(letter) => {
                self.letters[letter.0 as usize].attempt += 1;
                Seen::Retry(letter)
            }
            Due::MachineOpen(letter) => Seen::OpenedByMachine(letter),
            Due::MachineClick(letter) => Seen::ClickedByMachine(letter),
            Due::Open(letter) => self.open(scene, t, letter),
            Due::Click(letter) => self.click(scene, t, letter),
            Due::Calm { key, factor } => self.calm(scene, t, key, factor),
        };
        (at, seen)
    }

    /// A mail is handed over at `t`, and is from now on known by the index returned.
    pub fn receive(&mut self, scene: &Scene<'_>, t: f64, letter: Letter) -> (LetterIx, Delivery) {
        let ix = LetterIx(u32::try_from(self.letters.len()).expect("nobody gets 4 billion mails"));
        self.letters.push(letter);
        (ix, self.deliver(scene, t, ix))
    }

    /// The mail at `ix` is handed over again, at `t`.
    pub fn deliver(&mut self, scene: &Scene<'_>, t: f64, ix: LetterIx) -> Delivery {
        let letter = &mut self.letters[ix.0 as usize];
        let delivery = open::delivery(scene, letter.key, letter.attempt);
        match delivery {
            Delivery::Bounces => {}
            Delivery::PutOff => {
                let again = t + open::put_off_for(scene, letter.key);
                self.push(scene, again, Due::Retry(ix));
            }
            Delivery::Arrives => {
                letter.weight = self.pressure.arrive(t, *scene.model.preset.mail.pressure_memory);
                let Letter { key, nth, weight, .. } = *letter;
                for (at, due) in [
                    (open::opened_by_machine_at(scene, key, t), Due::MachineOpen(ix)),
                    (open::clicked_by_machine_at(scene, key, t), Due::MachineClick(ix)),
                    (open::opened_at(scene, key, nth, t, weight), Due::Open(ix)),
                ] {
                    if let Some(at) = at {
                        self.push(scene, at, due);
                    }
                }
            }
        }
        delivery
    }

    fn visit(&mut self, scene: &Scene<'_>) -> (Timestamp, Seen) {
        let at = self.next_visit;
        let (t, ordinal) = (scene.clock.hours(at), self.ordinal);
        self.ordinal += 1;
        self.schedule_visit(scene, t);
        (at, self.view(scene, t, Session::of_visit(scene, ordinal), 0))
    }

    fn schedule_visit(&mut self, scene: &Scene<'_>, t: f64) {
        let next = visit::next_visit(scene, t, self.ordinal);
        self.next_visit =
            if next < scene.end { scene.clock.instant(next) } else { Timestamp::NEVER };
    }

    /// A view; after the last one the cart, and perhaps a further session.
    fn view(&mut self, scene: &Scene<'_>, t: f64, session: Session, view: u16) -> Seen {
        if !self.alive && !session.by_mail {
            return Seen::Nothing; // dormancy came in the middle of the session
        }
        let next = t + visit::gap_after(scene, session.key, view);
        if view + 1 < session.views {
            self.push(scene, next, Due::View { session, view: view + 1 });
        } else {
            if let Some(orders) = session.cart {
                let key = CartKey::of(session.key);
                let value = scene.person.order_value(
                    &scene.model.preset,
                    Purpose::Value,
                    key.key(),
                    scene.model.digits,
                );
                let cart = Cart { key, value, views: session.views };
                self.missions.push(Mission { cart, version: 0, stage: Stage::Filling { orders } });
                self.push(scene, next, Due::Add { key: key.key(), line: 0 });
            }
            if let Some(after) = session.again {
                let session = Session::again(scene, session.key);
                self.push(scene, t + after, Due::View { session, view: 0 });
            }
        }
        Seen::Viewed(session.key, view)
    }

    fn add(&mut self, scene: &Scene<'_>, t: f64, key: u64, line: u8) -> Seen {
        let Some(Mission { cart, stage, .. }) = self.mission(key).copied() else {
            return Seen::Nothing;
        };
        let numbers = &scene.model.preset.funnel;
        if line + 1 < lines_of(scene, cart.key) {
            self.push(scene, t + *numbers.line_after / 60.0, Due::Add { key, line: line + 1 });
        } else if stage == (Stage::Filling { orders: true }) {
            self.push(scene, t + *numbers.checkout_after / 60.0, Due::Checkout { key });
            let at = t + *numbers.order_after / 60.0;
            self.push(scene, at, Due::Order { key, version: 0 });
            self.push(scene, at, Due::Coin { key });
        } else if scene.person.chance.stream(Purpose::Mission, key).unit(2) < *numbers.checkout {
            self.push(scene, t + *numbers.checkout_after / 60.0, Due::Checkout { key });
        } else {
            self.leave_behind(scene, t, key);
        }
        Seen::Added(cart, line)
    }

    fn check_out(&mut self, scene: &Scene<'_>, t: f64, key: u64) -> Seen {
        let Some(Mission { cart, stage, .. }) = self.mission(key).copied() else {
            return Seen::Nothing;
        };
        if stage == (Stage::Filling { orders: false }) {
            self.leave_behind(scene, t, key);
        }
        Seen::CheckoutStarted(cart)
    }

    /// The cart is left at `t`. Its organic order time is known from here on: there the order comes, unless mail moves
    /// it, and there the coin is tossed, whatever mail does.
    fn leave_behind(&mut self, scene: &Scene<'_>, t: f64, key: u64) {
        let wish = Wish::begin(&scene.model.intent, scene.person.chance, key, t);
        if let Some(mission) = self.mission(key) {
            mission.stage = Stage::Left(wish);
        }
        if let Some(at) = wish.order_at(&scene.model.intent, scene.own()) {
            self.push(scene, at, Due::Order { key, version: 0 });
            self.push(scene, at, Due::Coin { key });
        }
    }

    fn order(&mut self, key: u64, version: u32) -> Seen {
        let found = self.missions.iter().position(|m| m.cart.key.key() == key);
        match found {
            Some(at) if self.missions[at].version == version => {
                Seen::Ordered(self.missions.swap_remove(at).cart)
            }
            Some(_) | None => Seen::Nothing, // rescheduled, or over
        }
    }

    /// The dormancy coin of the organic order `key`. Heads: no more visits, and every other open mission is over.
    fn toss(&mut self, scene: &Scene<'_>, key: u64) -> Seen {
        let coin = scene.person.chance.stream(Purpose::Coin, key).unit(0);
        if self.alive && coin < scene.person.process.dropout {
            self.alive = false;
            self.next_visit = Timestamp::NEVER;
            self.missions.retain(|mission| mission.cart.key.key() == key);
        }
        Seen::Nothing
    }

    /// A person opens a mail: has enough or not, is reminded, perhaps too early, and perhaps clicks.
    fn open(&mut self, scene: &Scene<'_>, t: f64, ix: LetterIx) -> Seen {
        let (letter, model, own) = (*self.letter(ix), scene.model, scene.own());
        let numbers = &model.preset.reminder;
        if let Some((key, mut wish)) = letter.cart.and_then(|cart| self.wish(cart.key())) {
            let reminded = wish.remind(&model.intent, own, t, *numbers.strength);
            let too_early = (*numbers.reactance, *numbers.reactance_fades);
            let annoyed = wish.annoy(&model.intent, own, t, too_early);
            if reminded || annoyed.is_some() {
                self.reschedule(scene, key, wish);
            }
            if let Some(factor) = annoyed {
                self.push(scene, t + *numbers.reactance_lasts, Due::Calm { key, factor });
            }
        }
        let chance = scene.person.chance;
        let strength = letter.cart.map(|cart| model.intent.strength(chance, cart.key()));
        let draws = chance.stream(Purpose::Click, letter.key);
        if draws.unit(0) < model.clicking.chance(letter.nth, strength) {
            let within = *model.preset.mail.click_within / 3600.0;
            self.push(scene, t + within * draws.unit(1), Due::Click(ix));
        }
        Seen::Opened(ix, open::leaves(scene, letter.key, letter.nth, letter.weight))
    }

    /// The link of a mail is followed: a session, in which a part of what remains of the wish is decided at once.
    fn click(&mut self, scene: &Scene<'_>, t: f64, ix: LetterIx) -> Seen {
        let letter = *self.letter(ix);
        let session = Session::of_click(scene, letter.key);
        self.push(scene, t, Due::View { session, view: 0 });
        let numbers = &scene.model.preset;
        let spends = *numbers.reminder.spends;
        let wish = letter.cart.and_then(|cart| self.wish(cart.key()));
        if let (Some((key, mut wish)), true) = (wish, spends > 0.0) {
            if !wish.spend(&scene.model.intent, scene.own(), t, spends) {
                self.reschedule(scene, key, wish);
            } else if let Some(mission) = self.mission(key) {
                mission.stage = Stage::Ordering;
                mission.version += 1;
                let version = mission.version;
                let at = t + *numbers.funnel.order_after / 60.0;
                self.push(scene, at, Due::Order { key, version });
            }
        }
        Seen::Clicked(ix)
    }

    fn calm(&mut self, scene: &Scene<'_>, t: f64, key: u64, factor: f64) -> Seen {
        if let Some((key, mut wish)) = self.wish(key) {
            wish.calm(&scene.model.intent, scene.own(), t, factor);
            self.reschedule(scene, key, wish);
        }
        Seen::Nothing
    }

    /// The wish of mission `key` is now this one: its order moves, and the one scheduled before is void.
    fn reschedule(&mut self, scene: &Scene<'_>, key: u64, wish: Wish) {
        let Some(mission) = self.mission(key) else { return };
        mission.stage = Stage::Left(wish);
        mission.version += 1;
        let version = mission.version;
        if let Some(at) = wish.order_at(&scene.model.intent, scene.own()) {
            self.push(scene, at, Due::Order { key, version });
        }
    }

    /// What is left of the wish for cart `key`, if it is open and left behind.
    fn wish(&self, key: u64) -> Option<(u64, Wish)> {
        let mission = self.missions.iter().find(|mission| mission.cart.key.key() == key)?;
        match mission.stage {
            Stage::Left(wish) => Some((key, wish)),
            Stage::Filling { .. } | Stage::Ordering => None,
        }
    }

    fn mission(&mut self, key: u64) -> Option<&mut Mission> {
        self.missions.iter_mut().find(|mission| mission.cart.key.key() == key)
    }

    fn push(&mut self, scene: &Scene<'_>, t: f64, due: Due) {
        if t < scene.end {
            self.queue.push(scene.clock.instant(t), due);
        }
    }
}
