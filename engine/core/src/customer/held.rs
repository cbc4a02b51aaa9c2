//! What is held about a customer, for whoever looks at them: what each enrolment waits for, the mails whose fate is open,
//! what they permit.
//! Invariant: nothing here changes a customer. Every enrolment says what it waits for.

use super::Customer;
use super::consent::Held;
use super::enrolment::{Phase, Run};
use super::input::SendRef;
use super::pending::State;
use crate::id::Key;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::journey::{JourneyIx, MailIx, StepIx};
use crate::world::program::Program;
use crate::world::topic::{Basis, TopicIx};

/// What one way through a journey waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// The journey.
    pub journey: JourneyIx,
    /// The customer's enrolment number; `None`: it has not started.
    pub enrolment: Option<u32>,
    /// What it is about.
    pub key: Key,
    /// For what.
    pub what: Awaited,
    /// When that comes; of an event: when the wait is given up.
    pub until: Timestamp,
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Awaited {
    /// That the customer is quiet for so long: then the journey starts.
    Quiet,
    /// That the step comes due.
    Step(StepIx),
    /// The event that the step listens for.
    Event(StepIx),
    /// It is over, but for its goal: that is counted until then.
    Goal,
}

/// A mail whose moment has come and whose fate is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenMail {
    /// Which send.
    pub send: SendRef,
    /// What it sends: its variants taken into account.
    pub mail: MailIx,
    /// What its enrolment is about.
    pub key: Key,
    /// When it was planned to leave.
    pub planned: Timestamp,
    /// When it may leave: the plan, or the moment to which the last look delayed it.
    pub not_before: Timestamp,
    /// How often it was handed over.
    pub attempts: u16,
    /// Where it is.
    pub state: MailState,
}

/// Where a mail is between its moment and its fate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MailState {
    /// It waits to be handed over.
    Ready,
    /// It may leave only at its `not_before`.
    Delayed,
    /// It was handed over; the answer is awaited, and it may have arrived.
    Going,
    /// Its journey is paused.
    Paused,
}

/// What a customer permits about a topic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Permission {
    /// The topic.
    pub topic: TopicIx,
    /// On what they may be mailed; `None`: they may not.
    pub basis: Option<Basis>,
    /// Own time of their last consent.
    pub consented: Option<Timestamp>,
    /// Own time of what made them an existing customer.
    pub bought: Option<Timestamp>,
    /// Own time of their last objection.
    pub objected: Option<Timestamp>,
}

impl Customer {
    /// What each way through a journey waits for, by journey and enrolment.
    #[must_use]
    pub fn waiting(&self, world: &World) -> Vec<Waiting> {
        let mut all: Vec<Waiting> = self.runs.iter().map(|run| self.waits(world, run)).collect();
        all.sort_by_key(|waiting| (waiting.journey, waiting.enrolment));
        all
    }

    fn waits(&self, world: &World, run: &Run) -> Waiting {
        let step = StepIx(run.step);
        let (what, until) = match run.phase {
            Phase::Arming => (Awaited::Quiet, run.due),
            Phase::Waiting | Phase::Moved => (Awaited::Step(step), run.due),
            Phase::Listening => (Awaited::Event(step), run.due),
            Phase::Over => (Awaited::Goal, self.goal_until(&world.program, run)),
        };
        let enrolment = (run.phase != Phase::Arming).then_some(run.enrolment);
        Waiting { journey: run.journey, enrolment, key: run.key, what, until }
    }

    /// The mails whose fate is open, in the order in which their moments came.
    pub fn mails<'a>(&'a self, world: &'a World) -> impl Iterator<Item = OpenMail> + 'a {
        self.ledger.pending.iter().map(move |mail| OpenMail {
            send: mail.send,
            mail: self.act_of(world, mail).mail,
            key: mail.key,
            planned: mail.planned,
            not_before: mail.not_before,
            attempts: mail.attempt,
            state: match mail.state {
                State::Ready => MailState::Ready,
                State::Delayed => MailState::Delayed,
                State::Going => MailState::Going,
                State::Paused => MailState::Paused,
            },
        })
    }

    /// What they permit, of every topic of the program.
    pub fn permissions<'a>(
        &'a self,
        program: &'a Program,
    ) -> impl Iterator<Item = Permission> + 'a {
        let known = |at: Timestamp| (at != Timestamp::ALWAYS).then_some(at);
        (0u16..).map(TopicIx).zip(&program.topics).map(move |(ix, topic)| {
            let consents = &self.ledger.consents;
            let held = consents.0.iter().find(|held| held.topic == ix);
            let of = |at: fn(&Held) -> Timestamp| held.and_then(|held| known(at(held)));
            Permission {
                topic: ix,
                basis: consents.permit(ix, topic),
                consented: of(|held| held.consented),
                bought: of(|held| held.bought),
                objected: of(|held| held.objected),
            }
        })
    }

    /// Whether there is an address to mail to.
    #[must_use]
    pub const fn has_address(&self) -> bool {
        self.has_address
    }
}
