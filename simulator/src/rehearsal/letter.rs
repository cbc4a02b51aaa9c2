//! What a mail is to its reader: of which sort, about what, with which offer; and the key of its draws.
//!
//! Invariant: the key says what the mail is about, and never when it was sent or in which words.

use super::arm::{Arm, Sent};
use super::host::Host;
use super::trace::Watch;
use crate::behaviour::key::{self, cart_of};
use crate::behaviour::kind::MailKind;
use crate::behaviour::offer::{Deal, Off};
use crate::behaviour::promotion::Featured;
use crate::behaviour::shopper::Letter;
use foresend_core::chance::join;
use foresend_core::customer::effect::Mailing;
use foresend_core::customer::input::SendRef;
use foresend_core::time::Wait;
use foresend_core::world::World;
use foresend_core::world::event::Cause;
use foresend_core::world::journey::{Act, Journey, KeyOf, Kind, Start, Step};
use foresend_core::world::offer::{Cost, Offer, OfferIx};
use foresend_core::world::program::Program;

impl<W: Watch> Host<'_, W> {
    /// What a mail is about, and the key of its draws: journey, origin, what the enrolment is about, step and
    /// occurrence. Not the time, not the variant: the same mail at another delay meets the same luck.
    pub(super) fn letter(&self, arm: &Arm, mail: &Mailing) -> (Letter, u64) {
        let journey = self.program().journey(mail.send.journey);
        let step = &journey.steps[usize::from(mail.send.step.0)];
        let origin = match (key::origin(mail.origin), &journey.start) {
            (Some((session, _)), _) => session.key(),
            // The day is in the enrolment's key.
            (None, Start::Date(..) | Start::Every(_)) => 0,
            (None, Start::On(_) | Start::Enters(_)) => arm.start_number(mail) | 1 << 63,
        };
        let about = match (&journey.key, &journey.start) {
            (KeyOf::Customer, Start::On(_) | Start::Enters(_)) => 0,
            (KeyOf::Customer, Start::Date(..) | Start::Every(_))
            | (KeyOf::Property(_) | KeyOf::Products, _) => mail.key.bits(),
        };
        let of_step = join(u64::from(journey.id.0) << 32 | u64::from(step.id.0), origin);
        let base = join(of_step, about);
        let occurrence = arm.mails.iter().filter(|sent| sent.base == base).count();
        let enrolled = |sent: &&Sent| {
            let SendRef { journey, enrolment, .. } = sent.mailing.send;
            (journey, enrolment) == (mail.send.journey, mail.send.enrolment)
        };
        let nth = arm.mails.iter().filter(enrolled).count();
        let kind = kind_of(self.program(), step, nth);
        let featured = match key::origin(mail.origin) {
            Some((session, _)) => Featured::Session(session),
            None => Featured::Drawn(of_step ^ mail.key.bits()),
        };
        let key = join(base, occurrence as u64);
        let letter = Letter {
            deal: mail.offer.map(|offer| self.deal(offer)),
            assumed: self.assumed(mail),
            confirms: kind == MailKind::Service && arm.asked_for.is_some(),
            ..Letter::new(key, kind, cart_of(mail.origin), featured)
        };
        (letter, base)
    }

    fn deal(&self, ix: OfferIx) -> Deal {
        let Offer { cost, lasts, .. } = self.program().offer(ix);
        let off = match *cost {
            Cost::OfOrder(ppm) => Off::Share(ppm),
            Cost::Fixed(amount) => Off::Amount(amount),
        };
        Deal { offer: ix.0, off, lasts: hours_of(*lasts) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans of years in ms are exact in f64")]
const fn hours_of(wait: Wait) -> f64 {
    wait.millis() as f64 / 3_600_000.0
}

/// Whether something without a message id may start `journey`: a segment, or an event that is no shop's.
pub(super) fn unheralded(world: &World, journey: &Journey) -> bool {
    match &journey.start {
        Start::Enters(_) => true,
        Start::On(events) => {
            events.iter().any(|event| match world.program.events[usize::from(event.0)].cause {
                Cause::Customer | Cause::Shop => false,
                Cause::Ourselves | Cause::Catalogue => true,
            })
        }
        Start::Date(..) | Start::Every(_) => false,
    }
}

/// What sort of mail `step` sends as number `nth` of its enrolment. What is about an order and may be sent without
/// consent is no advertisement.
fn kind_of(program: &Program, step: &Step, nth: usize) -> MailKind {
    let send = match &step.act {
        Act::Send(send) => send,
        Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) | Act::Call(_) => {
            unreachable!("only a step that sends has a mail")
        }
        Act::Leave(_) | Act::Stop(_) => unreachable!("only a step that sends has a mail"),
    };
    match send.kind {
        Kind::Cart => MailKind::Cart(u8::try_from(nth).unwrap_or(u8::MAX)),
        Kind::Browse => MailKind::Browse,
        Kind::Order if program.topic(send.topic).is_marketing() => MailKind::PostPurchase,
        Kind::Order => MailKind::Order,
        Kind::Item => MailKind::Replenishment,
        Kind::Return => MailKind::WinBack,
        Kind::Welcome => MailKind::Welcome,
        Kind::Alert => MailKind::Alert,
        Kind::News => MailKind::Campaign,
        Kind::Service => MailKind::Service,
    }
}
