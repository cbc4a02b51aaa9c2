//! What becomes of a mail after it was handed over: what the mail server said, and what its readers did.

use super::Customer;
use super::effect::{Effect, Effects};
use super::input::{Engagement, Event, Origin, Outcome, Reader, SendRef};
use super::pending::State;
use super::record::{Decided, Did, NoMail};
use crate::time::Timestamp;
use crate::world::World;
use crate::world::event::{EventIx, Property, PropertyIx};
use crate::world::value::Value;

impl Customer {
    /// What the mail server said, or what became of a mail it had taken.
    pub(super) fn answered(
        &mut self,
        world: &World,
        t: Timestamp,
        (send, attempt, outcome): (SendRef, u16, Outcome),
        out: &mut Effects,
    ) {
        let going = self.ledger.find(send).filter(|&at| {
            let mail = self.ledger.pending[at];
            mail.state == State::Going && mail.attempt == attempt
        });
        match outcome {
            // Answers to an attempt that is not under way are stale.
            Outcome::Accepted
            | Outcome::Deferred
            | Outcome::Rejected
            | Outcome::Unknown
            | Outcome::RenderFailed
                if going.is_none() =>
            {
                return;
            }
            Outcome::Accepted | Outcome::Bounced { .. } | Outcome::Complained => {
                if let Some(at) = going {
                    self.ledger.pending.remove(at);
                }
            }
            Outcome::Deferred => {
                if let Some(at) = going {
                    match self.ledger.pending[at].recalled {
                        None => self.ledger.pending[at].state = State::Ready,
                        Some(why) => self.recall(t, at, why, out),
                    }
                }
            }
            Outcome::Rejected | Outcome::RenderFailed => {
                if let Some(at) = going {
                    self.ledger.pending.remove(at);
                }
                self.ledger.forget_sent(send);
            }
            Outcome::Unknown => {
                if let Some(at) = going {
                    let mail = self.ledger.pending[at];
                    let topic = world.program.topic(self.act_of(world, &mail).topic);
                    if topic.is_marketing() {
                        self.ledger.pending.remove(at); // it may have arrived: never twice
                    } else if let Some(why) = mail.recalled {
                        self.recall(t, at, why, out);
                    } else {
                        self.ledger.pending[at].state = State::Ready; // the same id again: better twice than never
                        out.asked.push(Effect::Ready(self.mailing(world, &mail)));
                    }
                }
            }
        }
        out.record(t, Decided::Answered(send.into(), outcome));
        match outcome {
            Outcome::Accepted => {
                self.did_with(world, t, send, Did::Accepted, out);
                self.of_mail(world, EventIx::EMAIL_DELIVERED, send, t, out);
            }
            Outcome::Bounced { hard } => {
                self.did_with(world, t, send, Did::Bounced, out);
                if hard {
                    self.ledger.forget_sent(send);
                    self.ledger.take_back(send);
                }
                let hard = Property { name: PropertyIx(0), value: Value::Bool(hard) };
                self.ours(world, EventIx::EMAIL_BOUNCED, &[hard], t, out);
            }
            Outcome::Deferred | Outcome::Rejected | Outcome::RenderFailed => {
                self.ledger.take_back(send);
            }
            Outcome::Complained => self.did_with(world, t, send, Did::Complained, out),
            Outcome::Unknown => {}
        }
    }

    /// The mail at `at` came back after its enrolment had ended, for this reason.
    fn recall(&mut self, t: Timestamp, at: usize, why: NoMail, out: &mut Effects) {
        let mail = self.ledger.pending.remove(at);
        self.ledger.forget_sent(mail.send);
        out.record(t, Decided::Held(mail.send.into(), why));
        out.asked.push(Effect::Withdraw(mail.send));
    }

    /// A mail was opened, or a link in it followed. Machines are counted, and never believed.
    pub(super) fn engaged(
        &mut self,
        world: &World,
        t: Timestamp,
        send: SendRef,
        (act, reader): (Engagement, Reader),
        out: &mut Effects,
    ) {
        out.record(t, Decided::Engaged(send.into(), act, reader));
        match (reader, act) {
            (Reader::Human, Engagement::Open) => {
                self.did_with(world, t, send, Did::Opened, out);
                self.of_mail(world, EventIx::EMAIL_OPENED, send, t, out);
            }
            (Reader::Human, Engagement::Click) => {
                self.did_with(world, t, send, Did::Clicked, out);
                self.of_mail(world, EventIx::EMAIL_LINK_CLICKED, send, t, out);
            }
            (Reader::Machine, Engagement::Open | Engagement::Click) => {}
        }
    }

    /// An event of ours about a mail. All of them have `journey` and `step` as their first properties.
    fn of_mail(
        &mut self,
        world: &World,
        name: EventIx,
        send: SendRef,
        t: Timestamp,
        out: &mut Effects,
    ) {
        let journey = world.program.journey(send.journey);
        let step = &journey.steps[usize::from(send.step.0)];
        let journey = Property { name: PropertyIx(0), value: Value::Text(&journey.name) };
        let step = Property { name: PropertyIx(1), value: Value::Text(&step.name) };
        self.ours(world, name, &[journey, step], t, out);
    }

    /// Consent, outcomes and engagement count as events too, of ours.
    pub(super) fn ours(
        &mut self,
        world: &World,
        name: EventIx,
        properties: &[Property<'_>],
        t: Timestamp,
        out: &mut Effects,
    ) {
        if world.program.is_heard(name) {
            let products = &[];
            let event = Event { name, origin: Origin::Live, at: t, id: 0, properties, products };
            self.happened(world, &event, t, out);
        }
    }
}
