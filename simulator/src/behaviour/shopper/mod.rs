//! One life: visits, carts, orders, dormancy, and the mails met on the way. [`Shopper::step`] plays the next thing and
//! says what the outside sees of it; [`Shopper::receive`] lets a mail arrive. `cart` is the way from a session to an
//! order, `mail` what a mail changes on it.
//!
//! A life is small and `Clone`: an arm of a rehearsal is a copy of a life in progress.
//!
//! Invariant: without mail the orders are those of the purchase process: each visit opens a cart with the chance
//! that carries λ, a cart leads to at most one order, and the dormancy coin is tossed at the *organic* order time, in
//! every arm, whether that arm's order came earlier, later or not at all. Otherwise each order won by mail would
//! make people leave.
//! Invariant: the visits are a sequence of their own, which dormancy hides and does not stop: whoever comes back meets
//! the same later visits as in any other arm.
//! Invariant: a mail that changes nothing touches no schedule.

mod cart;
mod mail;

use super::Scene;
use super::catalogue::ItemIx;
use super::funnel::{Lines, items, lines, price};
use super::intent::Wish;
use super::key::{CartKey, SessionKey};
use super::kind::MailKind;
use super::offer::Deal;
use super::open::Leaving;
use super::parcel::{self, ParcelStep};
use super::pressure::Pressure;
use super::promotion::Featured;
use super::queue::{Due, LetterIx, Queue};
use super::visit::{self, Ends, Session};
use foresend_core::money::{Amount, Money};
use foresend_core::time::Timestamp;

/// One life in progress.
#[derive(Clone, PartialEq, Debug)]
pub struct Shopper {
    alive: bool,
    /// How often they went dormant: what was begun before is over.
    lapses: u32,
    /// Number of the next visit, and when the one before was.
    ordinal: i64,
    visited: f64,
    /// When the next visit is; [`Timestamp::NEVER`] while they are dormant, or if it is beyond the end.
    next_visit: Timestamp,
    queue: Queue,
    /// Missions that are open; one that is over is dropped.
    missions: Vec<Mission>,
    letters: Vec<Letter>,
    pressure: Pressure,
    /// Offers redeemed.
    redeemed: u16,
    /// Until when the next order of the skeleton is one that was brought forward.
    owes_until: f64,
}

/// A cart on its way to an order, or to none.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Mission {
    cart: Cart,
    /// Of the order's schedule.
    version: u32,
    stage: Stage,
    /// Whether it leads to an order without mail.
    is_organic: bool,
    /// The offer that its order may use, and until when.
    deal: Option<(Deal, f64)>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Stage {
    /// In the session.
    Filling(Ends),
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
    /// What its order is worth before any discount.
    pub value: Money,
    /// How many lines it has.
    lines: u8,
}

impl Cart {
    /// What is in it.
    #[must_use]
    pub fn lines(&self, scene: &Scene<'_>) -> Lines {
        lines(scene, self.key, self.value, self.lines)
    }

    /// The item in one of its lines, and what it costs.
    #[must_use]
    pub fn holds(&self, scene: &Scene<'_>, line: u8) -> (ItemIx, Amount) {
        let item = items(scene, self.key, self.value)[usize::from(line)];
        (item, price(self.value, self.lines, line).amount(scene.model.digits))
    }
}

/// A mail that was handed over to this customer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Letter {
    /// The key of its draws: by what it is about, not by when it was sent.
    pub key: u64,
    /// What sort of mail it is.
    pub kind: MailKind,
    /// The cart that it is about.
    pub cart: Option<CartKey>,
    /// What it features, if it advertises.
    pub featured: Featured,
    /// The offer that it carries.
    pub deal: Option<Deal>,
    /// What is assumed of its words: its place from 1 in [`Model::assumed`](crate::behaviour::Model::assumed); 0: nothing.
    pub assumed: u16,
    /// Hand-over attempts, from 1.
    pub attempt: u16,
    /// It asks to confirm something that they had asked for.
    pub confirms: bool,
    /// When the offer is over.
    pub deal_until: f64,
    /// What earlier mails weighed when it arrived.
    pub weight: f64,
}

impl Letter {
    /// A mail at its first attempt.
    #[must_use]
    pub const fn new(key: u64, kind: MailKind, cart: Option<CartKey>, featured: Featured) -> Self {
        let (attempt, deal_until, weight) = (1, 0.0, 0.0);
        let (deal, assumed, confirms) = (None, 0, false);
        Self { key, kind, cart, featured, deal, assumed, attempt, confirms, deal_until, weight }
    }

    /// The offer that it carries, if that is still good at `t`.
    #[must_use]
    pub fn deal_at(&self, t: f64) -> Option<Deal> {
        self.deal.filter(|_| t < self.deal_until)
    }
}

/// An order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// Of this cart.
    pub cart: Cart,
    /// What a discount took off its value.
    pub discount: Money,
    /// The offer that was used, by its place in the program's list.
    pub offer: Option<u16>,
}

impl Order {
    /// What was paid for it.
    #[must_use]
    pub const fn paid(&self) -> Money {
        Money::from_minor(self.cart.value.minor() - self.discount.minor())
    }
}

/// What the outside sees of one step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// A product was viewed; it is the first thing in the cart, if that is filled right after.
    Viewed(SessionKey, u16, Option<Cart>),
    /// The line was added to the cart.
    Added(Cart, u8),
    /// The checkout was started.
    CheckoutStarted(Cart),
    /// The last line was taken out of the cart: this one; the cart is as it was before.
    Removed(Cart, u8),
    /// A cart was ordered.
    Ordered(Order),
    /// Something became of the order of that session, for which so much was paid.
    Parcel(SessionKey, ParcelStep, Money),
    /// The form for a topic was sent in that session.
    SignedUp(SessionKey),
    /// They asked to be told when what they viewed is back.
    Asked(SessionKey, u16),
    /// It is back.
    Back(SessionKey, u16),
    /// The mail server may be asked again.
    Retry(LetterIx),
    /// A person opened the mail, and perhaps had enough.
    Opened(LetterIx, Leaving),
    /// A person confirmed what it asks about.
    Confirmed(LetterIx),
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
            lapses: 0,
            ordinal: 0,
            visited: 0.0,
            next_visit: Timestamp::NEVER,
            queue: Queue::default(),
            missions: Vec::new(),
            letters: Vec::new(),
            pressure: Pressure::default(),
            redeemed: 0,
            owes_until: f64::NEG_INFINITY,
        }
    }
}

impl Shopper {
    /// Begins the life of `scene.person` at the start of the rehearsal, keeping the room of the one before.
    pub fn begin(&mut self, scene: &Scene<'_>) {
        self.alive = scene.person.dormant_since.is_none();
        self.lapses = 0;
        self.ordinal = 0;
        self.visited = 0.0;
        self.next_visit = Timestamp::NEVER;
        self.queue.clear();
        self.missions.clear();
        self.letters.clear();
        self.pressure = Pressure::default();
        self.redeemed = 0;
        self.owes_until = f64::NEG_INFINITY;
        if self.alive {
            self.schedule_visit(scene);
        }
    }

    /// When the next thing happens; [`Timestamp::NEVER`] if nothing will.
    #[must_use]
    pub fn next(&self) -> Timestamp {
        self.queue.next().min(self.next_visit)
    }

    /// What [`step`](Self::step) will play next; `None`: a visit, or nothing.
    #[must_use]
    pub fn peek(&self) -> Option<&Due> {
        let is_visit =
            self.next_visit != Timestamp::NEVER && !self.queue.precedes_visit(self.next_visit);
        self.queue.peek().filter(|_| !is_visit)
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
        if self.next_visit != Timestamp::NEVER && !self.queue.precedes_visit(self.next_visit) {
            return self.visit(scene);
        }
        let Some((at, due)) = self.queue.pop() else { return (Timestamp::NEVER, Seen::Nothing) };
        let t = scene.clock.hours(at);
        let seen = match due {
            Due::Order { key, version } => self.order(scene, t, key, version),
            Due::Coin { key, lapses } => self.toss(scene, key, lapses),
            Due::View { session, view } => self.view(scene, t, session, view),
            Due::Add { key, line } => self.add(scene, t, key, line),
            Due::Checkout { key } => self.check_out(scene, t, key),
            Due::Remove { key } => self.remove(key),
            Due::Parcel { order, step, paid } => Seen::Parcel(order, step, paid),
            Due::SignUp(session) => Seen::SignedUp(session),
            Due::Ask { session, view } => self.ask(scene, t, session, view),
            Due::Back { session, view } => Seen::Back(session, view),
            Due::Retry(letter) => {
                self.letters[letter.0 as usize].attempt += 1;
                Seen::Retry(letter)
            }
            Due::MachineOpen(letter) => Seen::OpenedByMachine(letter),
            Due::MachineClick(letter) => Seen::ClickedByMachine(letter),
            Due::Open(letter) => self.open(scene, t, letter),
            Due::Confirm(letter) => Seen::Confirmed(letter),
            Due::Click(letter) => self.click(scene, t, letter),
            Due::ComeBack(letter) => self.come_back(scene, t, letter),
            Due::Calm { key, factor } => self.calm(scene, t, key, factor),
        };
        (at, seen)
    }

    /// What becomes of an order that was placed at `t`; what does before the start is told to `before`.
    pub fn expect_parcel(
        &mut self,
        scene: &Scene<'_>,
        (t, order, paid): (f64, SessionKey, Money),
        mut before: impl FnMut(f64, ParcelStep),
    ) {
        for (after, step) in parcel::steps(scene, order) {
            if t + after < 0.0 {
                before(t + after, step);
            } else {
                self.push(scene, t + after, Due::Parcel { order, step, paid });
            }
        }
    }

    fn visit(&mut self, scene: &Scene<'_>) -> (Timestamp, Seen) {
        let (at, ordinal) = (self.next_visit, self.ordinal);
        self.visited = scene.clock.hours(at);
        self.ordinal += 1;
        self.schedule_visit(scene);
        let session = Session::of_visit(scene, ordinal, self.redeemed);
        (at, self.view(scene, self.visited, session, 0))
    }

    fn schedule_visit(&mut self, scene: &Scene<'_>) {
        self.next_visit = self.visit_after(scene);
    }

    fn visit_after(&self, scene: &Scene<'_>) -> Timestamp {
        let next = visit::next_visit(scene, self.visited, self.ordinal);
        if next < scene.end { scene.clock.instant(next) } else { Timestamp::NEVER }
    }

    /// No more visits, and what the skeleton had open, but for the mission `key`, is over.
    fn lapse(&mut self, key: u64) {
        self.alive = false;
        self.lapses += 1;
        self.next_visit = Timestamp::NEVER;
        let stays = |cart: CartKey| cart.key() == key || cart.session().is_by_mail();
        self.missions.retain(|mission| stays(mission.cart.key));
    }

    /// A dormant customer is back at `t`: the visits that were hidden until then did not happen, later ones will.
    fn revive(&mut self, scene: &Scene<'_>, t: f64) {
        self.alive = true;
        loop {
            let next = self.visit_after(scene);
            if next == Timestamp::NEVER || scene.clock.hours(next) > t {
                self.next_visit = next;
                return;
            }
            self.visited = scene.clock.hours(next);
            self.ordinal += 1;
        }
    }

    fn push(&mut self, scene: &Scene<'_>, t: f64, due: Due) {
        if t < scene.end {
            self.queue.push(scene.clock.instant(t), due);
        }
    }
}
