//! From the fields of version 1 to a customer of this program: nothing is taken on trust.

use super::SnapshotError;
use super::names::{
    about_of, event_of, experiment_of, journey_of, offer_of, send_of, slot_of, step_of, topic_of,
    trait_of,
};
use super::v1::{ChangeV1, KeptV1, PendingV1, RunV1, V1};
use super::v2::V2;
use crate::customer::Customer;
use crate::customer::about::LastAbout;
use crate::customer::cart::{Cart, Change};
use crate::customer::consent::{Consents, Held};
use crate::customer::effect::Calling;
use crate::customer::enrolment::{Phase, RUNS_MAX, Run, Test};
use crate::customer::experiment::Met;
use crate::customer::goal::Goal;
use crate::customer::history::{Entry, Ever, History};
use crate::customer::offer::Given;
use crate::customer::pending::{Ledger, Pending, SEEN_MAX, Said, SentMail, State};
use crate::customer::record::NoMail;
use crate::customer::schedule::Scheduled;
use crate::customer::segment::Standing;
use crate::id::{CustomerId, Key, ProductId, SendId};
use crate::money::Amount;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::Truth;
use crate::world::journey::{Act, Start};
use crate::world::program::Program;
use crate::world::stream::StreamIx;
use crate::world::value::Kept;
use std::iter;
use thin_vec::ThinVec;

fn ms(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

impl Customer {
    /// Experiments that the program has no more are let go: they are over.
    pub(super) fn of_v2(id: CustomerId, world: &World, v2: &V2) -> Result<Self, SnapshotError> {
        let mut customer = Self::of_v1(id, world, &v2.before)?;
        for &(at, test) in &v2.runs {
            let run = customer.runs.get_mut(usize::from(at));
            let run = run.ok_or(SnapshotError::Inconsistent("an enrolment that is tested"))?;
            run.test = match test {
                1 => Test::Awaited,
                2 => Test::Met,
                _ => return Err(SnapshotError::Garbled),
            };
        }
        for &at in &v2.pending {
            let mail = customer.ledger.pending.get_mut(usize::from(at));
            let mail = mail.ok_or(SnapshotError::Inconsistent("a mail that is tested"))?;
            mail.is_tested = true;
        }
        for &(id, enrolment, did) in &v2.met {
            let Some(experiment) = experiment_of(&world.program, id) else { continue };
            if customer.ledger.met.iter().any(|met| met.experiment == experiment) {
                return Err(SnapshotError::Inconsistent("an experiment that was met twice"));
            }
            customer.ledger.met.push(Met { enrolment, experiment, did });
        }
        Ok(customer)
    }

    pub(super) fn of_v1(id: CustomerId, world: &World, v1: &V1) -> Result<Self, SnapshotError> {
        let program = &world.program;
        let zone = world.find_zone(&v1.zone).ok_or(SnapshotError::NotInProgram("the zone"))?;
        if v1.runs.len() > RUNS_MAX {
            return Err(SnapshotError::Inconsistent("how many enrolments there are"));
        }
        let mut customer = Self {
            id,
            first_seen: ms(v1.first_seen),
            last_seen: ms(v1.last_seen),
            due: Timestamp::NEVER,
            runs: v1.runs.iter().map(|run| run_of(program, run)).collect::<Result<_, _>>()?,
            history: history_of(program, v1)?,
            cart: v1.cart.as_ref().map(cart_of).transpose()?.map(Box::new),
            ledger: Box::new(ledger_of(program, id, v1)?),
            enrolments: v1.enrolments,
            zone,
            has_address: v1.has_address,
            known: v1.known,
        };
        customer.stand_again(world, v1)?;
        customer.due = customer.next_due(world);
        Ok(customer)
    }

    /// Segments that the program has gained are neither true nor false until something is heard.
    fn stand_again(&mut self, world: &World, v1: &V1) -> Result<(), SnapshotError> {
        let program = &world.program;
        if v1.segments.is_empty() {
            return Ok(());
        }
        let new =
            Standing { truth: Truth::Unknown, at: Timestamp::ALWAYS, flips: Timestamp::NEVER };
        self.ledger.segments = iter::repeat_n(new, program.segments.len()).collect();
        for (place, id) in program.names().segments.iter().enumerate() {
            let Some(&(_, truth, at)) = v1.segments.iter().find(|(of, ..)| of == id) else {
                continue;
            };
            let truth = match truth {
                0 => Truth::False,
                1 => Truth::True,
                2 => Truth::Unknown,
                _ => return Err(SnapshotError::Garbled),
            };
            let condition = &program.segments[place].condition;
            let flips = condition.next_flip(&self.view(world, ms(at)));
            self.ledger.segments[place] = Standing { truth, at: ms(at), flips };
        }
        Ok(())
    }
}

fn ledger_of(program: &Program, customer: CustomerId, v1: &V1) -> Result<Ledger, SnapshotError> {
    if v1.seen.len() > SEEN_MAX {
        return Err(SnapshotError::Inconsistent("message ids"));
    }
    let consents = v1.consents.iter().map(|&(topic, consented, bought, objected)| {
        let [consented, bought, objected] = [consented, bought, objected].map(ms);
        Ok(Held { topic: topic_of(program, topic)?, consented, bought, objected })
    });
    let pending = v1.pending.iter().map(|mail| pending_of(program, mail));
    let sent = v1
        .sent
        .iter()
        .map(|&(at, send)| Ok(SentMail { at: ms(at), send: send_of(program, send)? }));
    let starts = v1.starts.iter().map(|&(journey, key, at)| {
        Ok((journey_of(program, journey)?, Key::from_bits(key), ms(at)))
    });
    let about = v1.about.iter().map(|&(event, key, last)| {
        let key = Key::from_bits(key);
        Ok(LastAbout { event: about_of(program, event)?, key, last: ms(last) })
    });
    let said = v1.said.iter().map(|(journey, key, slot, value)| {
        let journey = journey_of(program, *journey)?;
        let slot = slot_of(program, journey, *slot)?;
        Ok(Said { journey, key: Key::from_bits(*key), slot, value: kept_of(value)? })
    });
    let traits = v1.traits.iter().map(|(ix, value)| Ok((trait_of(program, *ix)?, kept_of(value)?)));
    let schedule = v1.schedule.iter().map(|&(journey, due, day, past)| {
        let journey = journey_of(program, journey)?;
        match program.journey(journey).start {
            Start::Date(..) | Start::Every(_) => {}
            Start::On(_) | Start::Enters(_) => {
                return Err(SnapshotError::Inconsistent("a start by the calendar"));
            }
        }
        Ok(Scheduled { journey, due: ms(due), day, past })
    });
    let given = v1.given.iter().map(|&(offer, send, at, code)| {
        let (offer, send) = (offer_of(program, offer)?, send_of(program, send)?);
        Ok(Given { offer, send, at: ms(at), code })
    });
    let calls = v1.calls.iter().map(|&(send, key)| {
        let send = send_of(program, send)?;
        let journey = program.journey(send.journey);
        let step = journey.steps[usize::from(send.step.0)].id;
        let id = SendId::of(customer, journey.id, send.enrolment, step);
        Ok(Calling { send, id, key: Key::from_bits(key) })
    });
    Ok(Ledger {
        consents: Consents(consents.collect::<Result<_, SnapshotError>>()?),
        pending: pending.collect::<Result<_, _>>()?,
        sent: sent.collect::<Result<_, SnapshotError>>()?,
        starts: starts.collect::<Result<_, SnapshotError>>()?,
        seen: v1.seen.iter().copied().collect(),
        opened: v1.opened.iter().map(|&(enrolment, at)| (enrolment, ms(at))).collect(),
        about: about.collect::<Result<_, SnapshotError>>()?,
        said: said.collect::<Result<_, SnapshotError>>()?,
        traits: traits.collect::<Result<_, SnapshotError>>()?,
        segments: ThinVec::new(),
        schedule: schedule.collect::<Result<_, SnapshotError>>()?,
        given: given.collect::<Result<_, SnapshotError>>()?,
        calls: calls.collect::<Result<_, SnapshotError>>()?,
        met: ThinVec::new(),
    })
}

fn kept_of(v1: &KeptV1) -> Result<Kept, SnapshotError> {
    v1.kept().ok_or(SnapshotError::Inconsistent("a value"))
}

fn run_of(program: &Program, v1: &RunV1) -> Result<Run, SnapshotError> {
    let journey = journey_of(program, v1.journey)?;
    let step = step_of(program, journey, v1.step)?;
    let phase = match v1.phase {
        0 => Phase::Arming,
        1 => Phase::Waiting,
        2 => Phase::Moved,
        3 => Phase::Listening,
        4 => Phase::Over,
        _ => return Err(SnapshotError::Garbled),
    };
    let goal = match v1.goal {
        0 => Goal::Open,
        1 => Goal::Reached,
        2 => Goal::Closed,
        3 => Goal::Later,
        _ => return Err(SnapshotError::Garbled),
    };
    let act = &program.journey(journey).steps[usize::from(step.0)].act;
    if phase == Phase::Listening && !matches!(act, Act::WaitFor(_)) {
        return Err(SnapshotError::Inconsistent("a step that does not wait for an event"));
    }
    let due = ms(v1.due);
    // What is live waits for a time; what is over, for its goal alone.
    if (due == Timestamp::NEVER) != (phase == Phase::Over) {
        return Err(SnapshotError::Inconsistent("when a step is due"));
    }
    Ok(Run {
        started: ms(v1.started),
        event_at: ms(v1.event_at),
        since: ms(v1.since),
        due,
        origin: v1.origin,
        key: Key::from_bits(v1.key),
        enrolment: v1.enrolment,
        journey,
        step: step.0,
        phase,
        goal,
        paths: v1.paths,
        came: v1.came,
        test: Test::None,
    })
}

fn pending_of(program: &Program, v1: &PendingV1) -> Result<Pending, SnapshotError> {
    let send = send_of(program, v1.send)?;
    let act = &program.journey(send.journey).steps[usize::from(send.step.0)].act;
    if !matches!(act, Act::Send(_)) {
        return Err(SnapshotError::Inconsistent("a mail of a step that sends none"));
    }
    Ok(Pending {
        send,
        planned: ms(v1.planned),
        not_before: ms(v1.not_before),
        event_at: ms(v1.event_at),
        origin: v1.origin,
        key: Key::from_bits(v1.key),
        attempt: v1.attempt,
        state: match v1.state {
            0 => State::Ready,
            1 => State::Delayed,
            2 => State::Going,
            3 => State::Paused,
            _ => return Err(SnapshotError::Garbled),
        },
        recalled: match v1.recalled {
            None => None,
            Some((1, event)) => Some(NoMail::Stopped(event_of(program, event)?)),
            Some((2, _)) => Some(NoMail::WhileFalse),
            Some((3, journey)) => Some(NoMail::Yielded(journey_of(program, journey)?)),
            Some(_) => return Err(SnapshotError::Garbled),
        },
        is_tested: false,
    })
}

/// Streams that the program reads no more are let go. One that is new to it is unknown, not zero, until a host says
/// since when it holds that history ([`Input::Remember`](super::input::Input::Remember)).
fn history_of(program: &Program, v1: &V1) -> Result<History, SnapshotError> {
    let place_of = |id: u32| program.names().streams.iter().position(|one| *one == id);
    let places: Vec<Option<usize>> = v1.streams.iter().map(|stream| place_of(stream.id)).collect();
    let unknown = Ever { known_since: Timestamp::NEVER, ..Ever::NOTHING };
    let mut ever = vec![unknown; program.streams.len()].into_boxed_slice();
    for (stream, place) in v1.streams.iter().zip(&places) {
        if let Some(place) = *place {
            ever[place] = Ever {
                sum: Amount::from_parts(stream.sum),
                last: stream.last.map_or(Timestamp::ALWAYS, Timestamp::from_millis),
                known_since: stream.known_since.map_or(Timestamp::ALWAYS, Timestamp::from_millis),
                count: stream.count,
                kept: 0,
                folded_hours: stream.folded_hours,
            };
        }
    }
    let mut lately: Vec<Entry> = Vec::with_capacity(v1.lately.len());
    for &(of, at, sum, count) in &v1.lately {
        let known = places.get(usize::from(of));
        let place = known.ok_or(SnapshotError::Inconsistent("an entry of no stream"))?;
        let at = Timestamp::from_millis(at);
        if lately.last().is_some_and(|last| last.at > at) {
            return Err(SnapshotError::Inconsistent("the order of entries"));
        }
        let Some(place) = *place else { continue };
        if program.streams[place].window.is_none() {
            continue; // Read over a window no more.
        }
        ever[place].kept = ever[place].kept.saturating_add(1);
        let stream = StreamIx(u16::try_from(place).expect("streams are numbered by 16 bits"));
        lately.push(Entry { at, sum: Amount::from_parts(sum), count, stream });
    }
    if lately.is_empty() && ever.iter().all(|ever| *ever == Ever::NOTHING) {
        return Ok(History::default()); // most customers: nothing to keep room for
    }
    Ok(History { ever, lately })
}

fn cart_of((settled, changes): &(i64, Vec<ChangeV1>)) -> Result<Cart, SnapshotError> {
    if !changes.is_sorted_by_key(|change| change.0) {
        return Err(SnapshotError::Inconsistent("the order of the cart"));
    }
    let change = |&(at, product, price, by): &ChangeV1| Change {
        at: Timestamp::from_millis(at),
        product: ProductId(product),
        price: Amount::from_parts(price),
        by,
    };
    let changes = changes.iter().map(change).collect();
    Ok(Cart { settled: Timestamp::from_millis(*settled), changes })
}
