//! From a customer to the fields of version 1.

use super::names::{experiment_id, send_v1};
use super::v1::{PendingV1, RunV1, StreamV1, V1};
use super::v2::V2;
use crate::customer::Customer;
use crate::customer::cart::Change;
use crate::customer::enrolment::{Phase, Run, Test};
use crate::customer::goal::Goal;
use crate::customer::history::Ever;
use crate::customer::pending::{Pending, State};
use crate::customer::record::NoMail;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::Truth;
use crate::world::program::Program;
use std::iter;

impl Customer {
    pub(super) fn v2(&self, world: &World) -> V2 {
        let tested = |(at, run): (u16, &Run)| match run.test {
            Test::None => None,
            Test::Awaited => Some((at, 1)),
            Test::Met => Some((at, 2)),
        };
        let mails = (0u16..).zip(&self.ledger.pending).filter(|(_, mail)| mail.is_tested);
        let met = self.ledger.met.iter();
        V2 {
            before: self.v1(world),
            runs: (0u16..).zip(&self.runs).filter_map(tested).collect(),
            pending: mails.map(|(at, _)| at).collect(),
            met: met
                .map(|met| (experiment_id(&world.program, met.experiment), met.enrolment, met.did))
                .collect(),
        }
    }

    fn v1(&self, world: &World) -> V1 {
        let program = &world.program;
        let names = program.names();
        let ledger = &*self.ledger;
        let ever = self.history.ever.iter().copied().chain(iter::repeat(Ever::NOTHING));
        let streams = names.streams.iter().zip(ever);
        let lately = self.history.lately.iter();
        let consents = ledger.consents.0.iter().map(|held| {
            let times = [held.consented, held.bought, held.objected].map(Timestamp::millis);
            (names.topics[usize::from(held.topic.0)], times[0], times[1], times[2])
        });
        V1 {
            zone: world.zone(self.zone).name().to_owned(),
            first_seen: self.first_seen.millis(),
            last_seen: self.last_seen.millis(),
            enrolments: self.enrolments,
            has_address: self.has_address,
            known: self.known,
            runs: self.runs.iter().map(|run| run_v1(program, run)).collect(),
            streams: streams.map(|(id, ever)| stream_v1(*id, &ever)).collect(),
            lately: lately.map(|e| (e.stream.0, e.at.millis(), e.sum.parts(), e.count)).collect(),
            cart: self.cart.as_ref().map(|cart| {
                let change = |c: &Change| (c.at.millis(), c.product.0, c.price.parts(), c.by);
                (cart.settled.millis(), cart.changes.iter().map(change).collect())
            }),
            consents: consents.collect(),
            pending: ledger.pending.iter().map(|mail| pending_v1(program, mail)).collect(),
            sent: ledger.sent.iter().map(|m| (m.at.millis(), send_v1(program, m.send))).collect(),
            starts: ledger
                .starts
                .iter()
                .map(|(journey, key, at)| (program.journey(*journey).id.0, key.bits(), at.millis()))
                .collect(),
            seen: ledger.seen.to_vec(),
            opened: ledger.opened.iter().map(|(of, at)| (*of, at.millis())).collect(),
            about: ledger
                .about
                .iter()
                .map(|a| (names.abouts[usize::from(a.event.0)], a.key.bits(), a.last.millis()))
                .collect(),
            said: ledger
                .said
                .iter()
                .map(|said| {
                    let journey = program.journey(said.journey);
                    let slots = &names.slots[usize::from(said.journey.0)];
                    let slot = slots[usize::from(said.slot.0)];
                    (journey.id.0, said.key.bits(), slot, (&said.value).into())
                })
                .collect(),
            traits: ledger
                .traits
                .iter()
                .map(|(ix, value)| (names.traits[usize::from(ix.0)], value.into()))
                .collect(),
            segments: names
                .segments
                .iter()
                .zip(&ledger.segments)
                .map(|(id, standing)| (*id, truth_v1(standing.truth), standing.at.millis()))
                .collect(),
            schedule: ledger
                .schedule
                .iter()
                .map(|s| (program.journey(s.journey).id.0, s.due.millis(), s.day, s.past))
                .collect(),
            given: ledger
                .given
                .iter()
                .map(|g| {
                    let send = send_v1(program, g.send);
                    (names.offers[usize::from(g.offer.0)], send, g.at.millis(), g.code)
                })
                .collect(),
            calls: ledger
                .calls
                .iter()
                .map(|calling| (send_v1(program, calling.send), calling.key.bits()))
                .collect(),
        }
    }
}

fn moment(at: Timestamp) -> Option<i64> {
    (at != Timestamp::ALWAYS).then_some(at.millis())
}

const fn truth_v1(truth: Truth) -> u8 {
    match truth {
        Truth::False => 0,
        Truth::True => 1,
        Truth::Unknown => 2,
    }
}

fn run_v1(program: &Program, run: &Run) -> RunV1 {
    let journey = program.journey(run.journey);
    RunV1 {
        journey: journey.id.0,
        step: journey.steps[usize::from(run.step)].id.0,
        enrolment: run.enrolment,
        origin: run.origin,
        key: run.key.bits(),
        started: run.started.millis(),
        event_at: run.event_at.millis(),
        since: run.since.millis(),
        due: run.due.millis(),
        phase: match run.phase {
            Phase::Arming => 0,
            Phase::Waiting => 1,
            Phase::Moved => 2,
            Phase::Listening => 3,
            Phase::Over => 4,
        },
        goal: match run.goal {
            Goal::Open => 0,
            Goal::Reached => 1,
            Goal::Closed => 2,
            Goal::Later => 3,
        },
        paths: run.paths,
        came: run.came,
    }
}

fn stream_v1(id: u32, ever: &Ever) -> StreamV1 {
    StreamV1 {
        id,
        sum: ever.sum.parts(),
        last: moment(ever.last),
        known_since: moment(ever.known_since),
        count: ever.count,
        folded_hours: ever.folded_hours,
    }
}

fn pending_v1(program: &Program, mail: &Pending) -> PendingV1 {
    PendingV1 {
        send: send_v1(program, mail.send),
        planned: mail.planned.millis(),
        not_before: mail.not_before.millis(),
        event_at: mail.event_at.millis(),
        origin: mail.origin,
        key: mail.key.bits(),
        attempt: mail.attempt,
        state: match mail.state {
            State::Ready => 0,
            State::Delayed => 1,
            State::Going => 2,
            State::Paused => 3,
        },
        recalled: mail.recalled.map(|why| match why {
            NoMail::Stopped(event) => (1, program.names().events[usize::from(event.0)]),
            NoMail::Yielded(to) => (3, program.journey(to).id.0),
            // Only a stop, `while` and yielding end an enrolment under a mail that is going.
            NoMail::WhileFalse | NoMail::WhileUnknown | NoMail::NoAddress => (2, 0),
            NoMail::NoPermission | NoMail::Suppressed => (2, 0),
            NoMail::Holdout | NoMail::TestHoldout => (2, 0),
            NoMail::Limit | NoMail::NoCode | NoMail::Late | NoMail::Shut => (2, 0),
        }),
    }
}
