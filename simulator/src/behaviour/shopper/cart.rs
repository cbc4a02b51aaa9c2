//! From a session to a cart, and from a cart to an order or to none.

use super::super::Scene;
use super::super::funnel::{lines_of, removes};
use super::super::intent::Wish;
use super::super::key::{CartKey, SessionKey};
use super::super::offer::Deal;
use super::super::queue::Due;
use super::super::visit::{self, Ends, Session};
use super::{Cart, Mission, Order, Seen, Shopper, Stage};
use crate::stream::Purpose;
use foresend_core::id::ProductId;
use foresend_core::money::Money;

/// What is done on the site right after a view, in hours.
const SOON: f64 = 0.01;

impl Shopper {
    /// A view; after the last one the cart, and perhaps a further session.
    pub(super) fn view(&mut self, scene: &Scene<'_>, t: f64, session: Session, view: u16) -> Seen {
        if !self.alive && !session.key.is_by_mail() {
            return Seen::Nothing; // dormancy came in the middle of the session
        }
        let next = t + visit::gap_after(scene, session.key, view);
        let mut cart = None;
        if view + 1 < session.views {
            self.push(scene, next, Due::View { session, view: view + 1 });
        } else {
            if scene.heard.sign_ups && visit::signs_up(scene, session.key) {
                self.push(scene, t + SOON, Due::SignUp(session.key));
            }
            if let Some(ends) = session.cart {
                cart = self.fill(scene, next, session, ends);
            }
            if let Some(after) = session.again {
                let session = Session::again(scene, session.key);
                self.push(scene, t + after, Due::View { session, view: 0 });
            }
        }
        if scene.heard.stock && cart.is_none() {
            self.miss(scene, t, session.key, view);
        }
        Seen::Viewed(session.key, view, cart)
    }

    /// What was viewed at `t` may be out of stock, and they may ask to be told.
    fn miss(&mut self, scene: &Scene<'_>, t: f64, session: SessionKey, view: u16) {
        let product = viewed(scene, session, view);
        let draws = scene.person.chance.stream(Purpose::Stock, session.key());
        if scene.model.stock.away_until(product, t).is_some()
            && draws.unit(u64::from(view)) < *scene.model.preset.stock.asks
        {
            self.push(scene, t + SOON, Due::Ask { session, view });
        }
    }

    /// They ask to be told: the shop will say when it is back.
    pub(super) fn ask(
        &mut self,
        scene: &Scene<'_>,
        t: f64,
        session: SessionKey,
        view: u16,
    ) -> Seen {
        let product = viewed(scene, session, view);
        let back = scene.model.stock.away_until(product, t).unwrap_or(t);
        self.push(scene, back, Due::Back { session, view });
        Seen::Asked(session, view)
    }

    /// A cart is filled at `t`, unless what it would lead to was ordered before, because a mail had said so.
    fn fill(&mut self, scene: &Scene<'_>, t: f64, session: Session, ends: Ends) -> Option<Cart> {
        let key = CartKey::of(session.key);
        let by_mail = session.key.is_by_mail();
        if !by_mail
            && t < self.owes_until
            && let Some(at) = organic_order(scene, t, key, ends)
        {
            self.owes_until = f64::NEG_INFINITY;
            let (key, lapses) = (key.key(), self.lapses);
            self.push(scene, at, Due::Coin { key, lapses });
            return None;
        }
        let people = &scene.model.people;
        let value = scene.person.order_value(people, Purpose::Value, key.key(), scene.model.digits);
        let cart = Cart { key, value, lines: lines_of(scene, key) };
        self.missions.push(Mission {
            cart,
            version: 0,
            stage: Stage::Filling(ends),
            is_organic: false,
            deal: if by_mail { self.deal_of(session.key, t) } else { None },
        });
        self.push(scene, t, Due::Add { key: key.key(), line: 0 });
        Some(cart)
    }

    /// The offer of the mail that brought `session`, if it is still good at `t`.
    fn deal_of(&self, session: SessionKey, t: f64) -> Option<(Deal, f64)> {
        let letter = self.letters.iter().find(|l| SessionKey::of_mail(l.key) == session)?;
        letter.deal_at(t).map(|deal| (deal, letter.deal_until))
    }

    pub(super) fn add(&mut self, scene: &Scene<'_>, t: f64, key: u64, line: u8) -> Seen {
        let Some(&mut Mission { cart, stage, .. }) = self.mission(key) else {
            return Seen::Nothing;
        };
        let Stage::Filling(ends) = stage else { return Seen::Nothing };
        let numbers = &scene.model.preset.funnel;
        if line + 1 < cart.lines {
            self.push(scene, t + *numbers.line_after / 60.0, Due::Add { key, line: line + 1 });
            return Seen::Added(cart, line);
        }
        if removes(scene, cart.key) {
            self.push(scene, t + *numbers.removes_after, Due::Remove { key });
        }
        let ordered = t + *numbers.order_after / 60.0;
        match ends {
            Ends::Ordered => {
                self.push(scene, t + *numbers.checkout_after / 60.0, Due::Checkout { key });
                self.push(scene, ordered, Due::Order { key, version: 0 });
                self.is_organic_at(scene, key, ordered);
            }
            Ends::Left | Ends::Waits => {
                if ends == Ends::Waits {
                    self.is_organic_at(scene, key, ordered);
                }
                if reaches_checkout(scene, key) {
                    self.push(scene, t + *numbers.checkout_after / 60.0, Due::Checkout { key });
                } else {
                    self.leave_behind(scene, t, key);
                }
            }
        }
        Seen::Added(cart, line)
    }

    pub(super) fn check_out(&mut self, scene: &Scene<'_>, t: f64, key: u64) -> Seen {
        let Some(&mut Mission { cart, stage, .. }) = self.mission(key) else {
            return Seen::Nothing;
        };
        match stage {
            Stage::Filling(Ends::Left | Ends::Waits) => self.leave_behind(scene, t, key),
            Stage::Filling(Ends::Ordered) | Stage::Left(_) | Stage::Ordering => {}
        }
        Seen::CheckoutStarted(cart)
    }

    /// The last line is taken out, if the cart is still there and has another: what its order is worth stays.
    pub(super) fn remove(&mut self, key: u64) -> Seen {
        let Some(mission) = self.mission(key) else { return Seen::Nothing };
        let cart = mission.cart;
        if cart.lines < 2 {
            return Seen::Nothing;
        }
        mission.cart.lines -= 1;
        Seen::Removed(cart, cart.lines - 1)
    }

    /// The cart is left at `t`. Its organic order time is known from here on: there the order comes, unless mail moves
    /// it, and there the coin is tossed, whatever mail does.
    fn leave_behind(&mut self, scene: &Scene<'_>, t: f64, key: u64) {
        let (model, own, chance) = (scene.model, scene.own(), scene.person.chance);
        let Some(mission) = self.mission(key) else { return };
        let waits = mission.stage == Stage::Filling(Ends::Waits);
        let mut wish = Wish::begin(&model.intent, chance, key, t);
        if waits {
            wish = wish.of_strength(&model.intent, *model.preset.offer.waiting);
        }
        let mut over = None;
        if let Some((deal, until)) = mission.deal.filter(|&(_, until)| t < until) {
            let pull = deal.off.pull(*model.preset.offer.strength, mission.cart.value);
            if pull > 1.0 {
                wish.press(&model.intent, own, t, pull);
                over = Some((until, pull));
            }
        }
        mission.stage = Stage::Left(wish);
        if let Some((until, factor)) = over {
            self.push(scene, until, Due::Calm { key, factor });
        }
        if let Some(at) = wish.order_at(&model.intent, own) {
            self.push(scene, at, Due::Order { key, version: 0 });
            if !waits {
                self.is_organic_at(scene, key, at);
            }
        }
    }

    /// Without mail the mission `key` would be ordered at `t`: if it belongs to the skeleton, the coin is tossed then.
    fn is_organic_at(&mut self, scene: &Scene<'_>, key: u64, t: f64) {
        let lapses = self.lapses;
        let Some(mission) = self.mission(key) else { return };
        if !mission.cart.key.session().is_by_mail() {
            mission.is_organic = true;
            self.push(scene, t, Due::Coin { key, lapses });
        }
    }

    /// The order of mission `key`, unless it has been rescheduled or is over.
    pub(super) fn order(&mut self, scene: &Scene<'_>, t: f64, key: u64, version: u32) -> Seen {
        let found = |m: &Mission| m.cart.key.key() == key && m.version == version;
        let Some(at) = self.missions.iter().position(found) else { return Seen::Nothing };
        let Mission { cart, is_organic, deal, .. } = self.missions.swap_remove(at);
        let (mut discount, mut offer) = (Money::default(), None);
        if let Some((deal, _)) = deal.filter(|&(_, until)| t < until) {
            (discount, offer) = (deal.off.of(cart.value), Some(deal.offer));
            self.redeemed = self.redeemed.saturating_add(1);
        }
        if scene.heard.parcels {
            let paid = Money::from_minor(cart.value.minor() - discount.minor());
            let early = |_, _| unreachable!("an order of the period");
            self.expect_parcel(scene, (t, cart.key.session(), paid), early);
        }
        let (chance, preset) = (scene.person.chance, &scene.model.preset);
        let forward = &preset.pull_forward;
        if !is_organic && chance.stream(Purpose::PullForward, key).unit(0) < *forward.share {
            self.owes_until = t + *forward.within * 24.0;
        }
        // Nobody who is dormant has another mission than one that a mail brought, or the one they left with.
        if !self.alive
            && cart.key.session().is_by_mail()
            && chance.stream(Purpose::Revival, key).unit(0) < *preset.dormancy.ends
        {
            self.revive(scene, t);
        }
        Seen::Ordered(Order { cart, discount, offer })
    }

    /// The dormancy coin of the organic order `key`. Heads: no more visits, and every other open mission is over.
    pub(super) fn toss(&mut self, scene: &Scene<'_>, key: u64, lapses: u32) -> Seen {
        let coin = scene.person.chance.stream(Purpose::Coin, key).unit(0);
        if self.alive && self.lapses == lapses && coin < scene.person.process.dropout {
            self.lapse(key);
        }
        Seen::Nothing
    }

    pub(super) fn mission(&mut self, key: u64) -> Option<&mut Mission> {
        self.missions.iter_mut().find(|mission| mission.cart.key.key() == key)
    }
}

fn viewed(scene: &Scene<'_>, session: SessionKey, view: u16) -> ProductId {
    let catalogue = &scene.model.catalogue;
    catalogue.line(catalogue.looks_at(scene.person, session, view)).product
}

/// When the cart `key`, filled from `t` on, is ordered without mail. `None`: never.
///
/// The same instants, to the millisecond, as when it is played.
fn organic_order(scene: &Scene<'_>, t: f64, key: CartKey, ends: Ends) -> Option<f64> {
    let numbers = &scene.model.preset.funnel;
    let played = |t: f64| scene.clock.hours(scene.clock.instant(t));
    let mut t = played(t);
    for _ in 1..lines_of(scene, key) {
        t = played(t + *numbers.line_after / 60.0);
    }
    match ends {
        Ends::Ordered | Ends::Waits => Some(t + *numbers.order_after / 60.0),
        Ends::Left => {
            if reaches_checkout(scene, key.key()) {
                t = played(t + *numbers.checkout_after / 60.0);
            }
            let wish = Wish::begin(&scene.model.intent, scene.person.chance, key.key(), t);
            wish.order_at(&scene.model.intent, scene.own())
        }
    }
}

/// Whether an abandoned cart is left in the checkout.
fn reaches_checkout(scene: &Scene<'_>, key: u64) -> bool {
    let draws = scene.person.chance.stream(Purpose::Mission, key);
    draws.unit(2) < *scene.model.preset.funnel.checkout
}
