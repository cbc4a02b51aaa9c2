//! One life in one arm: how somebody behaves, beside the actor that decides what mail they get.
//!
//! Invariant: an arm is a copy of a life in progress: what it was until then, it was in both.

use super::Claimed;
use super::fault::Delayed;
use super::policy::Side;
use crate::behaviour::Scene;
use crate::behaviour::queue::LetterIx;
use crate::behaviour::shopper::{Order, Shopper};
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Mailing;
use foresend_core::customer::input::SendRef;
use foresend_core::id::Key;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::journey::JourneyIx;
use foresend_core::world::topic::TopicIx;
use std::cmp::Reverse;

/// One life in one arm.
#[derive(Clone, Debug)]
pub(super) struct Arm {
    /// Which arm, or arms while they are one.
    pub(super) side: Side,
    pub(super) actor: Customer,
    pub(super) shopper: Shopper,
    /// Mails whose moment has come, to be handed over when the instant's inputs are done.
    pub(super) ready: Vec<Mailing>,
    /// The mails behind the shopper's letters, in their order.
    pub(super) mails: Vec<Sent>,
    /// Enrolments that no event with a message id began, in their order.
    pub(super) starts: Vec<(JourneyIx, Key, u32)>,
    /// Enrolments that any purchase ends, with when they began.
    pub(super) begun: Vec<(JourneyIx, u32, Timestamp)>,
    /// When the last purchase happened of which the actor was told.
    pub(super) bought: Timestamp,
    pub(super) now: Timestamp,
    /// Events that have happened and not arrived yet, the next one last.
    pub(super) delayed: Vec<Delayed>,
    /// Restarts it has lived through.
    pub(super) restarts: usize,
    /// How many things have happened at this instant.
    pub(super) still: u32,
    /// The address is not to be mailed any more.
    pub(super) suppressed: bool,
    /// The topic that they asked for last by the form on the site.
    pub(super) asked_for: Option<TopicIx>,
    /// When they last opened a mail, and followed a link in one.
    pub(super) last_open: Timestamp,
    pub(super) last_click: Timestamp,
    /// The journey of that mail.
    pub(super) clicked: Option<JourneyIx>,
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
    /// Mails that left though a purchase that ends their enrolment was known.
    pub(super) after_purchase: u64,
    /// Mails that left, each once.
    pub(super) sent: i64,
    /// 1 for each time they unsubscribed or complained.
    pub(super) left: i64,
}

impl Arm {
    pub(super) fn new(actor: Customer) -> Self {
        Self {
            side: Side::Common,
            actor,
            shopper: Shopper::default(),
            ready: Vec::new(),
            mails: Vec::new(),
            starts: Vec::new(),
            begun: Vec::new(),
            bought: Timestamp::ALWAYS,
            now: Timestamp::ALWAYS,
            delayed: Vec::new(),
            restarts: 0,
            still: 0,
            suppressed: false,
            asked_for: None,
            last_open: Timestamp::ALWAYS,
            last_click: Timestamp::ALWAYS,
            clicked: None,
            row: Row::default(),
        }
    }

    /// Begins the life of `scene.person`, keeping the room of the one before.
    pub(super) fn begin(&mut self, scene: &Scene<'_>, actor: Customer, side: Side) {
        self.side = side;
        self.actor = actor;
        self.shopper.begin(scene);
        self.ready.clear();
        self.mails.clear();
        self.starts.clear();
        self.begun.clear();
        self.bought = Timestamp::ALWAYS;
        self.now = scene.clock.start();
        self.delayed.clear();
        self.restarts = 0;
        self.still = 0;
        self.suppressed = false;
        self.asked_for = None;
        self.last_open = Timestamp::ALWAYS;
        self.last_click = Timestamp::ALWAYS;
        self.clicked = None;
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
            begun: self.begun.clone(),
            delayed: self.delayed.clone(),
            ..*self
        }
    }

    /// The mail that is handed over next waits no more: the one of the highest priority.
    pub(super) fn take_ready(&mut self) -> Option<Mailing> {
        self.ready.sort_unstable_by_key(|mail| Reverse(mail.send));
        self.ready.pop()
    }

    /// Counts a mail that leaves though its enrolment was ended by a purchase of which the actor knew. Looked at from
    /// outside: none ever should.
    pub(super) fn audit(&mut self, mail: &Mailing) {
        let SendRef { journey, enrolment, .. } = mail.send;
        let own = self.begun.iter().rev().find(|begun| (begun.0, begun.1) == (journey, enrolment));
        let is_after = own.is_some_and(|&(_, _, began)| self.bought > began);
        self.row.after_purchase += u64::from(is_after);
    }

    pub(super) fn place(&self, mailing: &Mailing) -> Option<LetterIx> {
        let at = self.mails.iter().rposition(|sent| sent.mailing.send == mailing.send)?;
        u32::try_from(at).ok().map(LetterIx)
    }

    /// An order, and who would claim it. Returns the journey whose mail brought the click that does.
    pub(super) fn count(&mut self, order: &Order, credit: Wait) -> Option<JourneyIx> {
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
        self.clicked.filter(|_| claims[0])
    }

    /// How many enrolments of the same journey about the same began before this one, of those that no event began.
    pub(super) fn start_number(&self, mail: &Mailing) -> u64 {
        let same = |start: &&(JourneyIx, Key, u32)| {
            (start.0, start.1) == (mail.send.journey, mail.key) && start.2 < mail.send.enrolment
        };
        self.starts.iter().filter(same).count() as u64
    }

    /// When something happens next, and whether the site comes before the wake.
    pub(super) fn next(&self) -> (Timestamp, bool) {
        let (site, wake) = (self.shopper.next(), self.actor.next_wake());
        (site.min(wake.max(self.now)), site <= wake.max(self.now))
    }
}
