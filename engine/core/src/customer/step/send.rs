//! `send`: moves forward past quiet hours and shopping, then asks the host for the mail's hand-over.

use crate::customer::Customer;
use crate::customer::effect::{Effect, Effects};
use crate::customer::enrolment::{Phase, Test};
use crate::customer::input::SendRef;
use crate::customer::pending::{PENDING_MAX, Pending, State};
use crate::customer::record::{Decided, Move, Skip};
use crate::time::Timestamp;
use crate::world::World;
use crate::world::journey::{Send, Step, StepIx};
use crate::world::limit::Full;

/// Moves repeat until none applies. Each goes forward, and a day has few windows; more rounds than this would
/// mean windows that never overlap, and the mail then leaves where the last round came to.
const ROUNDS_MAX: usize = 32;

impl Customer {
    pub(super) fn send(
        &mut self,
        world: &World,
        at: usize,
        due: Timestamp,
        send: &Send,
        out: &mut Effects,
    ) {
        let run = self.runs[at];
        let is_tested = run.test == Test::Met;
        let assigned = self.tested(world, (run.journey, StepIx(run.step)), is_tested);
        let send = self.varied(world, assigned, *send);
        let step = &world.program.journey(run.journey).steps[usize::from(run.step)];
        let name =
            SendRef { journey: run.journey, step: StepIx(run.step), enrolment: run.enrolment };
        if world.program.topic(send.topic).is_marketing()
            && let Some((why, to)) = self.moved(world, step, name, due)
        {
            assert!(to > due, "{run:?} moves to the past");
            out.record(due, Decided::Moved(run.at(), why, to));
            let run = &mut self.runs[at];
            run.due = to;
            run.phase = Phase::Moved;
            return;
        }
        if let Some(offer) = send.offer
            && !self.ledger.may_give(&world.program, offer, name, due)
        {
            return self.skip(world, at, due, Skip::NoCode, out);
        }
        if self.ledger.pending.len() >= PENDING_MAX {
            return self.skip(world, at, due, Skip::Full, out);
        }
        let pending = Pending {
            send: name,
            planned: due,
            not_before: due,
            event_at: run.event_at,
            origin: run.origin,
            key: run.key,
            attempt: 0,
            state: State::Ready,
            recalled: None,
            is_tested,
        };
        assert!(self.ledger.find(name).is_none(), "{name:?} would be sent twice");
        self.ledger.pending.reserve_exact(1); // seldom two at a time
        self.ledger.pending.push(pending);
        out.record(due, Decided::Ready(run.at()));
        out.asked.push(Effect::Ready(self.mailing(world, &pending)));
        self.step_ended(world, at, due, out);
    }

    /// The first moment after `due` at which nothing moves the mail further, and what moved it first.
    fn moved(
        &self,
        world: &World,
        step: &Step,
        name: SendRef,
        due: Timestamp,
    ) -> Option<(Move, Timestamp)> {
        let (mut first, mut to) = (None, due);
        for _ in 0..ROUNDS_MAX {
            let Some((why, later)) = self.next_move(world, step, name, to) else { break };
            first = first.or(Some(why));
            to = later;
        }
        first.map(|why| (why, to))
    }

    fn next_move(
        &self,
        world: &World,
        step: &Step,
        name: SendRef,
        at: Timestamp,
    ) -> Option<(Move, Timestamp)> {
        let fits = step.moment.again(world.zone(self.zone), at);
        if fits > at {
            return Some((Move::Between, fits));
        }
        let limits = &world.program.limits;
        let not_now = self.not_now(world, at);
        if not_now.is_some() || limits.full == Full::Skip {
            return not_now;
        }
        let room = self.ledger.first_room(limits, name, at);
        (room > at).then_some((Move::Limit, room))
    }
}
