//! One customer in all arms. The life without mail is played once; `as-written` begins as a copy of it, taken just
//! before the first hand-over that is refused for no other reason than that this is a rehearsal without mail.
//!
//! Invariant: if no mail ever leaves, the two arms are the same life, and it was played once.

use super::arm::{Arm, Host, Row, Side, code_for};
use super::trace::Watch;
use super::{AS_WRITTEN, NO_MAIL};
use crate::behaviour::Scene;
use crate::population::Person;
use crate::population::purchase::bg_nbd::PastOrder;
use crate::stream::Chance;
use foresend_core::chance::Seed;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::Mailing;
use foresend_core::customer::input::{Gate, Input};
use foresend_core::customer::record::{Decided, NoMail};
use foresend_core::id::CustomerId;

/// Room for the lives of one worker, one customer after the other.
pub(super) struct Lives {
    life: Arm,
    past: Vec<PastOrder>,
}

impl Lives {
    pub(super) fn new(id: CustomerId) -> Self {
        Self { life: Arm::new(Customer::new(id)), past: Vec::new() }
    }

    /// Lives customer number `customer` in all arms; returns what they did in each.
    pub(super) fn live<W: Watch>(
        &mut self,
        host: &mut Host<'_, W>,
        seed: Seed,
        customer: u32,
    ) -> [Row; 2] {
        let model = host.model;
        let chance = Chance::of(seed, u64::from(customer));
        let person = Person::draw(&model.preset, &model.people, chance, &mut self.past);
        let clock = &host.homes.home(person.home).clock;
        let end = clock.hours(host.end());
        let heard = host.vocabulary().heard();
        let scene = Scene { model, clock, person: &person, end, heard };
        let id = CustomerId::of(host.world.id_key, Name::of(customer).as_str());
        self.life.begin(&scene, Customer::new(id));
        host.meet(&scene, &mut self.life, &self.past);

        let copy = without_mail(host, &scene, &mut self.life);
        let no_mail = self.life.row;
        let as_written = copy.map_or(no_mail, |(mut arm, mail)| {
            with_mail(host, &scene, &mut arm, mail);
            arm.row
        });
        [no_mail, as_written]
    }
}

/// Plays `life` to the end with the gate shut. Returns a copy taken where the first mail could leave, and that mail.
fn without_mail<W: Watch>(
    host: &mut Host<'_, W>,
    scene: &Scene<'_>,
    life: &mut Arm,
) -> Option<(Arm, Mailing)> {
    let (mut side, mut copy) = (Side::Common, None);
    while host.play(scene, life, side) {
        let Some(mail) = life.take_ready() else { continue };
        let actor = copy.is_none().then(|| life.actor.clone());
        let (send, code) = (mail.send, code_for(&mail));
        let shut = Input::Handover { send, attempt: 1, gate: Gate::Shut, code };
        let left = host.ask(life, shut);
        debug_assert!(left.is_none(), "a shut gate lets nothing leave");
        let is_shut = |decided| matches!(decided, Decided::Held(_, NoMail::Shut));
        let first = host.decided().records.iter().any(|record| is_shut(record.decided));
        if let (true, Some(actor)) = (first, actor) {
            side = Side::Apart(NO_MAIL);
            copy = Some((life.as_before(actor), mail));
        }
        host.settle(life, side);
    }
    copy
}

/// Goes on with the copy `arm` from the hand-over of `mail`, with the gate open.
fn with_mail<W: Watch>(host: &mut Host<'_, W>, scene: &Scene<'_>, arm: &mut Arm, mail: Mailing) {
    let side = Side::Apart(AS_WRITTEN);
    let mut ready = Some(mail);
    loop {
        if let Some(mail) = ready {
            let left = host.ask(arm, arm.open_handover(&mail));
            host.settle(arm, side);
            if let Some(mail) = left {
                host.transmit(scene, arm, side, mail);
            }
        }
        if !host.play(scene, arm, side) {
            return;
        }
        ready = arm.take_ready();
    }
}

/// A customer's external id, "c-0000000042", without allocating.
pub(super) struct Name([u8; NAME_LEN]);

const NAME_LEN: usize = 12;

impl Name {
    pub(super) fn of(customer: u32) -> Self {
        let (mut name, mut left) = (*b"c-0000000000", customer);
        for digit in name[2..].iter_mut().rev() {
            *digit = b'0' + u8::try_from(left % 10).expect("a digit");
            left /= 10;
        }
        Self(name)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ASCII")
    }
}
