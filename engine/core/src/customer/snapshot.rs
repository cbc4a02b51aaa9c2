//! A customer as bytes, to rest and to come back: `restore(snapshot(c))` is `c`, and goes on as `c` would.
//!
//! The bytes are an envelope: one byte of version, then the fields of that version in postcard's encoding. What the
//! program names is carried by stable 32-bit ids of names and mapped to places when a customer comes back, so that
//! a program with its journeys in another order reads the same state.
//! Invariant: bytes are never trusted; what does not fit the program or itself is refused, and nothing panics.
//! Invariant: a version, once written, can be read for ever; a change of fields is a new version.

use super::Customer;
use super::cart::{Cart, Change};
use super::consent::{Consents, Held};
use super::enrolment::{Goal, Phase, Run};
use super::history::{Entry, Ever, History};
use super::input::SendRef;
use super::pending::{Ledger, Pending, SEEN_MAX, SentMail, State};
use super::record::NoMail;
use crate::id::{CustomerId, ProductId, StableId};
use crate::money::Amount;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::event::EventIx;
use crate::world::journey::{Act, JourneyIx, StepIx};
use crate::world::program::Program;
use crate::world::stream::{Stream, StreamIx};
use crate::world::topic::TopicIx;
use serde::{Deserialize, Serialize};
use std::{fmt, iter};

/// The version that is written.
const VERSION: u8 = 1;
/// Longest snapshot that is read.
pub const BYTES_MAX: usize = 64 * 1024;

/// Why bytes are no snapshot of a customer in this world. Nothing was restored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotError {
    /// There is nothing, or more than [`BYTES_MAX`].
    Length(usize),
    /// Written by a version that this one does not know.
    Version(u8),
    /// Not what the version writes.
    Garbled,
    /// It contradicts itself; names what.
    Inconsistent(&'static str),
    /// It rests on something the program does not have; names what.
    NotInProgram(&'static str),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(bytes) => write!(f, "a snapshot cannot be {bytes} bytes long"),
            Self::Version(version) => write!(f, "version {version} of snapshots is unknown here"),
            Self::Garbled => f.write_str("the bytes of this snapshot are garbled"),
            Self::Inconsistent(what) => write!(f, "this snapshot contradicts itself: {what}"),
            Self::NotInProgram(what) => write!(f, "the program lacks {what} of this snapshot"),
        }
    }
}

impl std::error::Error for SnapshotError {}

/// Version 1. Times are milliseconds, amounts ten-thousandths, ids those of names.
#[derive(Serialize, Deserialize)]
struct V1 {
    zone: String,
    last_seen: i64,
    enrolments: u32,
    has_address: bool,
    known: bool,
    runs: Vec<RunV1>,
    /// Every stream of the program, so that one it gains later is known to be new.
    streams: Vec<StreamV1>,
    /// (place in `streams`, at, sum, count)
    lately: Vec<(u16, i64, i64, u32)>,
    /// When it was settled, and its changes since.
    cart: Option<(i64, Vec<ChangeV1>)>,
    /// (topic, consented, bought, objected)
    consents: Vec<(u32, i64, i64, i64)>,
    pending: Vec<PendingV1>,
    /// (at, send)
    sent: Vec<(i64, SendV1)>,
    /// (journey, at)
    starts: Vec<(u32, i64)>,
    seen: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct RunV1 {
    journey: u32,
    step: u32,
    enrolment: u32,
    origin: u64,
    started: i64,
    event_at: i64,
    since: i64,
    due: i64,
    phase: u8,
    goal: u8,
    paths: u16,
    came: u16,
}

#[derive(Serialize, Deserialize)]
struct StreamV1 {
    id: u32,
    sum: i64,
    /// `None`: never.
    last: Option<i64>,
    /// `None`: from birth.
    known_since: Option<i64>,
    count: u32,
    folded_hours: u16,
}

/// (at, product, price, by)
type ChangeV1 = (i64, u64, i64, i32);

/// (journey, step, enrolment)
type SendV1 = (u32, u32, u32);

#[derive(Serialize, Deserialize)]
struct PendingV1 {
    send: SendV1,
    planned: i64,
    not_before: i64,
    event_at: i64,
    origin: u64,
    attempt: u16,
    state: u8,
    /// Why it does not leave again: 1 a stop event (by its id), 2 `while`.
    recalled: Option<(u8, u32)>,
}

impl Customer {
    /// This customer as bytes. The id is not among them: a store keeps customers under it.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail.
    #[must_use]
    pub fn snapshot(&self, world: &World) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(postcard::to_stdvec(&self.v1(world)).expect("memory takes any bytes"));
        bytes
    }

    /// The customer `id` whose snapshot `bytes` are. `world` may run another version of the program.
    ///
    /// # Errors
    /// [`SnapshotError`] where the bytes are no snapshot, or do not fit the program.
    pub fn restore(id: CustomerId, world: &World, bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (version, rest) = bytes.split_first().ok_or(SnapshotError::Length(0))?;
        if bytes.len() > BYTES_MAX {
            return Err(SnapshotError::Length(bytes.len()));
        }
        if *version != VERSION {
            return Err(SnapshotError::Version(*version));
        }
        match postcard::take_from_bytes::<V1>(rest) {
            Ok((fields, [])) => Self::of_v1(id, world, &fields),
            Ok((_, [_, ..])) | Err(_) => Err(SnapshotError::Garbled),
        }
    }

    fn v1(&self, world: &World) -> V1 {
        let program = &world.program;
        let ever = self.history.ever.iter().copied().chain(iter::repeat(Ever::NOTHING));
        V1 {
            zone: world.zone(self.zone).name().to_owned(),
            last_seen: self.last_seen.millis(),
            enrolments: self.enrolments,
            has_address: self.has_address,
            known: self.known,
            runs: self.runs.iter().map(|run| run_v1(program, run)).collect(),
            streams: program
                .streams
                .iter()
                .zip(ever)
                .map(|(stream, ever)| stream_v1(program, stream, &ever))
                .collect(),
            lately: self
                .history
                .lately
                .iter()
                .map(|entry| (entry.stream.0, entry.at.millis(), entry.sum.parts(), entry.count))
                .collect(),
            cart: self.cart.as_ref().map(|cart| {
                let change = |c: &Change| (c.at.millis(), c.product.0, c.price.parts(), c.by);
                (cart.settled.millis(), cart.changes.iter().map(change).collect())
            }),
            consents: self
                .ledger
                .consents
                .0
                .iter()
                .map(|held| {
                    let times = [held.consented, held.bought, held.objected];
                    let [consented, bought, objected] = times.map(Timestamp::millis);
                    (topic_id(program, held.topic), consented, bought, objected)
                })
                .collect(),
            pending: self.ledger.pending.iter().map(|mail| pending_v1(program, mail)).collect(),
            sent: self
                .ledger
                .sent
                .iter()
                .map(|mail| (mail.at.millis(), send_v1(program, mail.send)))
                .collect(),
            starts: self
                .ledger
                .starts
                .iter()
                .map(|&(journey, at)| (program.journey(journey).id.0, at.millis()))
                .collect(),
            seen: self.ledger.seen.clone(),
        }
    }

    fn of_v1(id: CustomerId, world: &World, v1: &V1) -> Result<Self, SnapshotError> {
        let program = &world.program;
        let zone = world.find_zone(&v1.zone).ok_or(SnapshotError::NotInProgram("the zone"))?;
        let consents = v1.consents.iter().map(|&(topic, consented, bought, objected)| {
            let [consented, bought, objected] =
                [consented, bought, objected].map(Timestamp::from_millis);
            Ok(Held { topic: topic_of(program, topic)?, consented, bought, objected })
        });
        let starts = v1
            .starts
            .iter()
            .map(|&(journey, at)| Ok((journey_of(program, journey)?, Timestamp::from_millis(at))));
        let sent = v1.sent.iter().map(|&(at, send)| {
            Ok(SentMail { at: Timestamp::from_millis(at), send: send_of(program, send)? })
        });
        if v1.seen.len() > SEEN_MAX {
            return Err(SnapshotError::Inconsistent("message ids"));
        }
        let ledger = Ledger {
            consents: Consents(consents.collect::<Result<_, _>>()?),
            pending: v1
                .pending
                .iter()
                .map(|mail| pending_of(program, mail))
                .collect::<Result<_, _>>()?,
            sent: sent.collect::<Result<_, _>>()?,
            starts: starts.collect::<Result<_, _>>()?,
            seen: v1.seen.clone(),
        };
        let mut customer = Self {
            id,
            last_seen: Timestamp::from_millis(v1.last_seen),
            due: Timestamp::NEVER,
            runs: v1.runs.iter().map(|run| run_of(program, run)).collect::<Result<_, _>>()?,
            history: history_of(program, v1)?,
            cart: v1.cart.as_ref().map(cart_of).transpose()?.map(Box::new),
            ledger: Box::new(ledger),
            enrolments: v1.enrolments,
            zone,
            has_address: v1.has_address,
            known: v1.known,
        };
        customer.due = customer.next_due(world);
        Ok(customer)
    }
}

fn stream_id(program: &Program, stream: &Stream) -> u32 {
    let event = &program.events[usize::from(stream.event.0)];
    let property = stream.property.map_or("", |ix| event.properties[usize::from(ix.0)].0.as_str());
    StableId::of("stream", &format!("{}\n{property}", event.name)).0
}

fn moment(at: Timestamp) -> Option<i64> {
    (at != Timestamp::ALWAYS).then_some(at.millis())
}

fn event_id(program: &Program, event: EventIx) -> u32 {
    StableId::of("event", &program.events[usize::from(event.0)].name).0
}

fn event_of(program: &Program, id: u32) -> Result<EventIx, SnapshotError> {
    let events = (0u16..).map(EventIx).take(program.events.len());
    let mut found = events.filter(|event| event_id(program, *event) == id);
    found.next().ok_or(SnapshotError::NotInProgram("an event"))
}

fn topic_id(program: &Program, topic: TopicIx) -> u32 {
    StableId::of("topic", &program.topic(topic).name).0
}

fn send_v1(program: &Program, send: SendRef) -> SendV1 {
    let journey = program.journey(send.journey);
    (journey.id.0, journey.steps[usize::from(send.step.0)].id.0, send.enrolment)
}

fn run_v1(program: &Program, run: &Run) -> RunV1 {
    let journey = program.journey(run.journey);
    RunV1 {
        journey: journey.id.0,
        step: journey.steps[usize::from(run.step)].id.0,
        enrolment: run.enrolment,
        origin: run.origin,
        started: run.started.millis(),
        event_at: run.event_at.millis(),
        since: run.since.millis(),
        due: run.due.millis(),
        // Numbers are bytes on disk and are never given out twice.
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
        },
        paths: run.paths,
        came: run.came,
    }
}

fn stream_v1(program: &Program, stream: &Stream, ever: &Ever) -> StreamV1 {
    StreamV1 {
        id: stream_id(program, stream),
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
        attempt: mail.attempt,
        state: match mail.state {
            State::Ready => 0,
            State::Delayed => 1,
            State::Going => 2,
        },
        recalled: mail.recalled.map(|why| match why {
            NoMail::Stopped(event) => (1, event_id(program, event)),
            // Only a stop and `while` end an enrolment under a mail that is going.
            NoMail::WhileFalse
            | NoMail::WhileUnknown
            | NoMail::NoAddress
            | NoMail::NoPermission
            | NoMail::Suppressed
            | NoMail::Limit
            | NoMail::Late
            | NoMail::Shut => (2, 0),
        }),
    }
}

fn journey_of(program: &Program, id: u32) -> Result<JourneyIx, SnapshotError> {
    let at = program.journeys.iter().position(|journey| journey.id.0 == id);
    let at = at.and_then(|at| u16::try_from(at).ok());
    at.map(JourneyIx).ok_or(SnapshotError::NotInProgram("a journey"))
}

fn topic_of(program: &Program, id: u32) -> Result<TopicIx, SnapshotError> {
    let topics = (0u16..).map(TopicIx).take(program.topics.len());
    let mut found = topics.filter(|topic| topic_id(program, *topic) == id);
    found.next().ok_or(SnapshotError::NotInProgram("a topic"))
}

fn step_of(program: &Program, journey: JourneyIx, id: u32) -> Result<StepIx, SnapshotError> {
    let at = program.journey(journey).steps.iter().position(|step| step.id.0 == id);
    let at = at.and_then(|at| u8::try_from(at).ok());
    at.map(StepIx).ok_or(SnapshotError::NotInProgram("a step"))
}

fn send_of(
    program: &Program,
    (journey, step, enrolment): SendV1,
) -> Result<SendRef, SnapshotError> {
    let journey = journey_of(program, journey)?;
    Ok(SendRef { journey, step: step_of(program, journey, step)?, enrolment })
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
        _ => return Err(SnapshotError::Garbled),
    };
    let act = &program.journey(journey).steps[usize::from(step.0)].act;
    if phase == Phase::Listening && !matches!(act, Act::WaitFor(_)) {
        return Err(SnapshotError::Inconsistent("a step that does not wait for an event"));
    }
    let due = Timestamp::from_millis(v1.due);
    // What is live waits for a time; what is over, for its goal alone.
    if (due == Timestamp::NEVER) != (phase == Phase::Over) {
        return Err(SnapshotError::Inconsistent("when a step is due"));
    }
    Ok(Run {
        started: Timestamp::from_millis(v1.started),
        event_at: Timestamp::from_millis(v1.event_at),
        since: Timestamp::from_millis(v1.since),
        due,
        origin: v1.origin,
        enrolment: v1.enrolment,
        journey,
        step: step.0,
        phase,
        goal,
        paths: v1.paths,
        came: v1.came,
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
        planned: Timestamp::from_millis(v1.planned),
        not_before: Timestamp::from_millis(v1.not_before),
        event_at: Timestamp::from_millis(v1.event_at),
        origin: v1.origin,
        attempt: v1.attempt,
        state: match v1.state {
            0 => State::Ready,
            1 => State::Delayed,
            2 => State::Going,
            _ => return Err(SnapshotError::Garbled),
        },
        recalled: match v1.recalled {
            None => None,
            Some((1, event)) => Some(NoMail::Stopped(event_of(program, event)?)),
            Some((2, _)) => Some(NoMail::WhileFalse),
            Some(_) => return Err(SnapshotError::Garbled),
        },
    })
}

/// Streams that the program reads no more are let go. One that is new to it is unknown, not zero, until a host says
/// since when it holds that history ([`Input::Remember`](super::input::Input::Remember)).
fn history_of(program: &Program, v1: &V1) -> Result<History, SnapshotError> {
    let place_of = |id: u32| program.streams.iter().position(|s| stream_id(program, s) == id);
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
