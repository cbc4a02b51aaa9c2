//! What a customer has open towards the host, and what a host needs to make a mail of theirs. All of it follows from
//! state: after a restart a host asks for it again, and nothing is forgotten.
//! Invariant: nothing here changes a customer.

use super::Customer;
use super::effect::{Effect, Effects};
use super::enrolment::Run;
use super::input::{Line, SendRef};
use super::pending::State;
use crate::id::{Key, ProductId};
use crate::time::Timestamp;
use crate::world::event::{Cause, EventIx};
use crate::world::journey::{Act, Journey, JourneyIx, Listen, Start};
use crate::world::program::Program;
use crate::world::value::{SlotIx, Value};
use crate::world::{World, ZoneIx};

impl Customer {
    /// Whether a mail or the call of a webhook is with the host: it was asked to hand one over, awaits an answer, or
    /// keeps one whose journey is paused. Mails that are delayed come by a wake, and are not meant.
    #[must_use]
    pub fn has_open(&self) -> bool {
        !self.ledger.calls.is_empty()
            || self.ledger.pending.iter().any(|mail| match mail.state {
                State::Ready | State::Going | State::Paused => true,
                State::Delayed => false,
            })
    }

    /// Asks again for every mail that is ready and every webhook whose answer is open, in the order in which they were
    /// asked for. Returns the mails that were handed over and not answered, each with its attempt: after a crash nobody
    /// knows what became of them.
    pub fn open(&self, world: &World, out: &mut Effects) -> Vec<(SendRef, u16)> {
        let mut going = Vec::new();
        for mail in &self.ledger.pending {
            match mail.state {
                State::Ready => out.asked.push(Effect::Ready(self.mailing(world, mail))),
                State::Going => going.push((mail.send, mail.attempt)),
                State::Delayed | State::Paused => {}
            }
        }
        out.asked.extend(self.ledger.calls.iter().copied().map(Effect::Call));
        going
    }

    /// Their zone.
    #[must_use]
    pub const fn zone(&self) -> ZoneIx {
        self.zone
    }

    /// How often a mail whose fate is open was handed over; `None`: there is no such mail, or not any more.
    #[must_use]
    pub fn attempts(&self, send: SendRef) -> Option<u16> {
        self.ledger.find(send).map(|at| self.ledger.pending[at].attempt)
    }

    /// Own time of the event that began the enrolment of a mail whose fate is open.
    #[must_use]
    pub fn event_time_of(&self, send: SendRef) -> Option<Timestamp> {
        self.ledger.find(send).map(|at| self.ledger.pending[at].event_at)
    }

    /// What the event said that started the journey about this key, as far as something reads it: see
    /// [`Program::slot`]. It is kept while an enrolment lives or a mail of it is open.
    pub fn said(
        &self,
        journey: JourneyIx,
        key: Key,
    ) -> impl Iterator<Item = (SlotIx, Value<'_>)> + '_ {
        let said = self.ledger.said.iter().filter(move |said| said.of() == (journey, key));
        said.map(|said| (said.slot, said.value.value()))
    }

    /// What is in the cart at `at`, in the order in which it came in.
    #[must_use]
    pub fn cart_lines(&self, at: Timestamp) -> Vec<Line> {
        self.cart.as_deref().map_or_else(Vec::new, |cart| cart.lines(at))
    }

    /// The products of which they wait to be told something by the catalogue, each once, in order: those that a live
    /// enrolment still listens for; and where such an event starts a journey, those in the cart at `at`.
    #[must_use]
    pub fn waited_for(&self, world: &World, at: Timestamp) -> Vec<ProductId> {
        let program = &world.program;
        let waits =
            |run: &&Run| !run.is_over() && listens(program.journey(run.journey), run, program);
        let mut products: Vec<ProductId> =
            self.runs.iter().filter(waits).map(|run| ProductId(run.key.bits())).collect();
        if program.journeys.iter().any(|journey| starts(journey, program)) {
            products.extend(self.cart_lines(at).iter().map(|line| line.product));
        }
        products.sort_unstable();
        products.dedup();
        products
    }
}

fn of_catalogue(program: &Program, event: EventIx) -> bool {
    program.events[usize::from(event.0)].cause == Cause::Catalogue
}

/// Whether the enrolment still listens for an event of the catalogue about its key.
fn listens(journey: &Journey, run: &Run, program: &Program) -> bool {
    let is = |listen: &Listen| listen.same.is_some() && of_catalogue(program, listen.on);
    let ahead = journey.steps.iter().skip(usize::from(run.step));
    let mut waits = ahead.filter_map(|step| match &step.act {
        Act::WaitFor(wait) => Some(&wait.on),
        Act::Send(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => None,
        Act::Call(_) | Act::Leave(_) | Act::Stop(_) => None,
    });
    waits.any(|on| on.iter().any(is)) || journey.stop.iter().any(is)
}

/// Whether an event of the catalogue starts the journey.
fn starts(journey: &Journey, program: &Program) -> bool {
    match &journey.start {
        Start::On(events) => events.iter().any(|event| of_catalogue(program, *event)),
        Start::Enters(_) | Start::Date(..) | Start::Every(_) => false,
    }
}
