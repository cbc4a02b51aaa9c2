//! What a mail server and its readers answer, and what people ask for by the form on the site, told to the actor as
//! production would hear it.

use super::arm::{Arm, Sent};
use super::host::Host;
use super::trace::Watch;
use crate::behaviour::Scene;
use crate::behaviour::kind::MailKind;
use crate::behaviour::open::{Delivery, Leaving};
use crate::behaviour::queue::LetterIx;
use foresend_core::customer::effect::Mailing;
use foresend_core::customer::input::{Consent, ConsentTo, Engagement, Input, Outcome, Reader};
use foresend_core::time::Timestamp;
use foresend_core::world::topic::{Basis, TopicIx};

impl<W: Watch> Host<'_, W> {
    /// The form on the site was sent: it holds an address, and asks for a topic.
    pub(super) fn sign_up(&mut self, scene: &Scene<'_>, arm: &mut Arm, topic: TopicIx) {
        let (has_address, _) = scene.person.contact(&scene.model.preset);
        if !has_address {
            self.introduce(scene, arm, true);
        }
        arm.asked_for = Some(topic);
        let (to, at) = (ConsentTo::Requested, arm.now);
        self.apply(arm, Input::Consent(Consent { topic, to, at, cause: None }));
    }

    /// What the form asked for is confirmed by the mail at `ix`.
    pub(super) fn confirm(&mut self, arm: &mut Arm, ix: LetterIx) {
        let Sent { mailing, confirms, .. } = arm.mails[ix.0 as usize];
        let Some(topic) = confirms else { return };
        let (to, at) = (ConsentTo::Given(Basis::Consent), arm.now);
        let consent = Consent { topic, to, at, cause: Some(mailing.send) };
        self.apply(arm, Input::Consent(consent));
    }

    /// A mail was opened or clicked. Opens are recorded of those who agreed to that, and what settles something is never
    /// tracked: what people do is the same, and the actor is not told.
    pub(super) fn engage(
        &mut self,
        scene: &Scene<'_>,
        arm: &mut Arm,
        ix: LetterIx,
        (act, reader): (Engagement, Reader),
    ) {
        let (at, letter) = (arm.now, *arm.shopper.letter(ix));
        let sent = &mut arm.mails[ix.0 as usize];
        let send = sent.mailing.send;
        if reader == Reader::Human {
            sent.touched = at;
            match act {
                Engagement::Open => arm.last_open = at,
                Engagement::Click => {
                    arm.last_click = at;
                    arm.clicked = Some(send.journey);
                }
            }
        }
        let is_tracked = match act {
            Engagement::Open => scene.person.is_tracked,
            Engagement::Click => true,
        };
        if is_tracked && letter.kind != MailKind::Service {
            self.apply(arm, Input::Engagement { send, act, reader, at });
        }
    }

    pub(super) fn leave(&mut self, arm: &mut Arm, ix: LetterIx, leaving: Leaving) {
        let Mailing { send, topic, .. } = arm.mails[ix.0 as usize].mailing;
        match leaving {
            Leaving::Stays => {}
            Leaving::Unsubscribes => {
                arm.row.left += 1;
                let to = ConsentTo::Withdrawn;
                let consent = Consent { topic, to, at: arm.now, cause: Some(send) };
                self.apply(arm, Input::Consent(consent));
            }
            Leaving::Complains => {
                arm.suppressed = true;
                arm.row.left += 1;
                self.count(arm, |day| day.complained += 1);
                let attempt = arm.shopper.letter(ix).attempt;
                let outcome = Outcome::Complained;
                self.apply(arm, Input::Outcome { send, attempt, outcome });
            }
        }
    }

    /// A mail has left: what the mail server says, and what the reader will do with it.
    pub(super) fn transmit(&mut self, scene: &Scene<'_>, arm: &mut Arm, mail: Mailing) {
        let t = scene.clock.hours(arm.now);
        let scene = &Scene { inbox: self.inbox(arm), ..*scene };
        let (ix, delivery) = if let Some(ix) = arm.place(&mail) {
            (ix, arm.shopper.deliver(scene, t, ix))
        } else {
            let (letter, base) = self.letter(arm, &mail);
            let confirms = if letter.confirms { arm.asked_for.take() } else { None };
            let touched = Timestamp::ALWAYS;
            arm.mails.push(Sent { mailing: mail, base, confirms, touched });
            arm.row.sent += 1;
            arm.shopper.receive(scene, t, letter)
        };
        if matches!(delivery, Delivery::Arrives) {
            self.count(arm, |day| day.arrived += 1);
        }
        let (send, attempt) = (mail.send, arm.shopper.letter(ix).attempt);
        let mut answer = |outcome| self.apply(arm, Input::Outcome { send, attempt, outcome });
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
}
