//! What mail changes: it reminds of a cart, perhaps too early, brings a session that would not have been, carries an
//! offer, and may be the last.

use super::super::Scene;
use super::super::intent::Wish;
use super::super::kind::MailKind;
use super::super::offer::Deal;
use super::super::open::{self, Delivery};
use super::super::queue::{Due, LetterIx};
use super::super::visit::Session;
use super::{Letter, Seen, Shopper, Stage};
use crate::stream::Purpose;

impl Shopper {
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
                letter.deal_until = letter.deal.map_or(t, |deal| t + deal.lasts);
                let Letter { key, kind, assumed, weight, confirms, .. } = *letter;
                let by_person = if confirms {
                    (open::confirmed_at(scene, key, t), Due::Confirm(ix))
                } else {
                    (open::opened_at(scene, key, (kind, assumed), t, weight), Due::Open(ix))
                };
                for (at, due) in [
                    (open::opened_by_machine_at(scene, key, t), Due::MachineOpen(ix)),
                    (open::clicked_by_machine_at(scene, key, t), Due::MachineClick(ix)),
                    by_person,
                ] {
                    if let Some(at) = at {
                        self.push(scene, at, due);
                    }
                }
            }
        }
        delivery
    }

    /// A person opens a mail: has enough or not, is moved by it or not, and perhaps clicks.
    pub(super) fn open(&mut self, scene: &Scene<'_>, t: f64, ix: LetterIx) -> Seen {
        let letter = *self.letter(ix);
        let chance = scene.person.chance;
        let mut strength = None;
        let mut returns = 0.0;
        match letter.kind {
            MailKind::Cart(_) => {
                self.remind(scene, t, &letter);
                let intent = &scene.model.intent;
                strength = letter.cart.map(|cart| intent.strength(chance, cart.key()));
            }
            MailKind::Browse
            | MailKind::Replenishment
            | MailKind::PostPurchase
            | MailKind::Welcome
            | MailKind::Campaign
            | MailKind::WinBack => returns = *scene.model.preset.promotion.view_through,
            // Of these nobody buys more.
            MailKind::Alert | MailKind::Order | MailKind::Service => {}
        }
        let clicks = scene.model.clicking(letter.assumed).chance(letter.kind, strength);
        let draws = chance.stream(Purpose::Click, letter.key);
        let drawn = draws.unit(0);
        if drawn < clicks {
            let within = *scene.model.preset.mail.click_within / 3600.0;
            self.push(scene, t + within * draws.unit(1), Due::Click(ix));
        } else if drawn < clicks + (1.0 - clicks) * returns {
            let after = *scene.model.preset.promotion.view_through_after * draws.exp(2);
            let at = scene.own().until(&scene.model.attention, t, after);
            self.push(scene, at, Due::ComeBack(ix));
        }
        Seen::Opened(ix, open::leaves(scene, letter.key, letter.kind, letter.weight))
    }

    /// A mail about a cart was read.
    fn remind(&mut self, scene: &Scene<'_>, t: f64, letter: &Letter) {
        let (model, own) = (scene.model, scene.own());
        let numbers = &model.preset.reminder;
        if let (Some(cart), Some(deal)) = (letter.cart, letter.deal) {
            self.offer(scene, t, cart.key(), (deal, letter.deal_until));
        }
        let Some((key, mut wish)) = letter.cart.and_then(|cart| self.wish(cart.key())) else {
            return;
        };
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

    /// The order of mission `key` may use an offer from now on, unless it may use one already: offers do not stack.
    fn offer(&mut self, scene: &Scene<'_>, t: f64, key: u64, (deal, until): (Deal, f64)) {
        let Some(mission) = self.mission(key) else { return };
        if t >= until || mission.deal.is_some_and(|(_, until)| t < until) {
            return;
        }
        mission.deal = Some((deal, until));
        let pull = deal.off.pull(*scene.model.preset.offer.strength, mission.cart.value);
        let wish = self.wish(key);
        if let (Some((key, mut wish)), true) = (wish, pull > 1.0) {
            wish.press(&scene.model.intent, scene.own(), t, pull);
            self.reschedule(scene, key, wish);
            self.push(scene, until, Due::Calm { key, factor: pull });
        }
    }

    /// The link of a mail is followed.
    pub(super) fn click(&mut self, scene: &Scene<'_>, t: f64, ix: LetterIx) -> Seen {
        let letter = *self.letter(ix);
        match letter.kind {
            MailKind::Cart(_) => self.return_to_cart(scene, t, &letter),
            MailKind::Browse
            | MailKind::Replenishment
            | MailKind::PostPurchase
            | MailKind::Welcome
            | MailKind::Campaign
            | MailKind::WinBack => {
                let session = Session::of_promotion(scene, &letter, t, self.redeemed);
                self.push(scene, t, Due::View { session, view: 0 });
            }
            MailKind::Alert | MailKind::Order | MailKind::Service => {
                let session = Session::of_click(scene, letter.key);
                self.push(scene, t, Due::View { session, view: 0 });
            }
        }
        Seen::Clicked(ix)
    }

    /// Somebody whom a mail had reminded of the shop comes by themselves.
    pub(super) fn come_back(&mut self, scene: &Scene<'_>, t: f64, ix: LetterIx) -> Seen {
        let letter = *self.letter(ix);
        let session = Session::of_promotion(scene, &letter, t, self.redeemed);
        self.view(scene, t, session, 0)
    }

    /// A session in which a part of what remains of the wish is decided at once.
    fn return_to_cart(&mut self, scene: &Scene<'_>, t: f64, letter: &Letter) {
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
    }

    /// Annoyance, or an offer, is over: its factor is taken out again.
    pub(super) fn calm(&mut self, scene: &Scene<'_>, t: f64, key: u64, factor: f64) -> Seen {
        if let Some((key, mut wish)) = self.wish(key) {
            wish.press(&scene.model.intent, scene.own(), t, 1.0 / factor);
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
            Stage::Filling(_) | Stage::Ordering => None,
        }
    }
}
