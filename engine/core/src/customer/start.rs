//! How a customer comes into a journey: by an event, a segment or the calendar; at once, or after a wait to be quiet.
//! Invariant: one live enrolment at most for each journey and key.

use super::Customer;
use super::effect::{Asked, Effects};
use super::enrolment::{Phase, RUNS_MAX, Run, Test};
use super::goal::Goal;
use super::input::Event;
use super::record::{Decided, NoStart};
use crate::id::Key;
use crate::time::Timestamp;
use crate::world::World;
use crate::world::condition::{Condition, Truth};
use crate::world::journey::{Again, JourneyIx, KeyOf, SegmentIx, Start};
use crate::world::value::SlotIx;

impl Customer {
    /// `event`, which happened at `t`, starts the journeys that wait for it.
    pub(super) fn start(
        &mut self,
        world: &World,
        event: &Event<'_>,
        t: Timestamp,
        out: &mut Effects,
    ) {
        for &ix in &world.program.hears(event.name).starts {
            match &world.program.journey(ix).key {
                KeyOf::Customer => {
                    self.start_one(world, ix, Key::CUSTOMER, t, Some(event), out);
                }
                KeyOf::Property(places) => {
                    let place = place_of(&world.program.journey(ix).start, event);
                    let property = place.and_then(|place| places.get(place).copied().flatten());
                    match property.and_then(|property| event.key(property)) {
                        Some(key) => self.start_one(world, ix, key, t, Some(event), out),
                        None => out.record(t, Decided::NotStarted(ix, NoStart::NoKey)),
                    }
                }
                KeyOf::Products => {
                    if event.products.is_empty() {
                        out.record(t, Decided::NotStarted(ix, NoStart::NoKey));
                    }
                    for (at, line) in event.products.iter().enumerate() {
                        let before = &event.products[..at];
                        if before.iter().all(|other| other.product != line.product) {
                            let key = line.product.into();
                            self.start_one(world, ix, key, t, Some(event), out);
                        }
                    }
                }
            }
        }
    }

    /// The journey at `ix` starts about `key` at `t`, or arms, unless something speaks against it.
    pub(super) fn start_one(
        &mut self,
        world: &World,
        ix: JourneyIx,
        key: Key,
        t: Timestamp,
        event: Option<&Event<'_>>,
        out: &mut Effects,
    ) {
        let origin = event.map_or(0, |event| event.id);
        let live = |run: &&mut Run| run.journey == ix && run.key == key && !run.is_over();
        if let Some(run) = self.runs.iter_mut().find(live) {
            if run.phase != Phase::Arming {
                out.record(t, Decided::NotStarted(ix, NoStart::Busy));
            } else if t >= run.event_at {
                run.event_at = t;
                run.origin = origin;
                self.note_said(world, ix, key, event);
            }
            return;
        }
        let journey = world.program.journey(ix);
        // A late event looks at what was seen since: whoever was here lately is not quiet yet.
        let begins = journey.quiet.map_or(t, |quiet| t.max(self.last_seen).after(quiet));
        if let Some(why) = self.may_not_arm(world, ix, key, t, begins) {
            out.record(t, Decided::NotStarted(ix, why));
            return;
        }
        // One at a time: most customers are in one or two journeys, and memory is counted.
        self.runs.reserve_exact(1);
        self.runs.push(Run {
            started: t,
            event_at: t,
            since: t,
            due: begins,
            origin,
            key,
            enrolment: 0,
            journey: ix,
            step: 0,
            phase: Phase::Arming,
            goal: Goal::Closed,
            paths: 0,
            came: 0,
            test: Test::None,
        });
        self.note_said(world, ix, key, event);
        if journey.quiet.is_some() {
            out.record(t, Decided::Armed(ix, begins));
        } else {
            self.begin(world, self.runs.len() - 1, t, out);
        }
    }

    /// Remembers the properties of the event that starts the journey, as far as its conditions read them.
    fn note_said(&mut self, world: &World, ix: JourneyIx, key: Key, event: Option<&Event<'_>>) {
        let journey = world.program.journey(ix);
        let (Some(event), false) = (event, journey.reads.is_empty()) else { return };
        let place = place_of(&journey.start, event);
        self.ledger.said.retain(|said| said.of() != (ix, key));
        for (slot, places) in (0u8..).map(SlotIx).zip(&journey.reads) {
            let property = place.and_then(|place| places.get(place).copied().flatten());
            if let Some(value) = property.and_then(|property| event.property(property)) {
                self.ledger.note_said((ix, key), slot, value);
            }
        }
    }

    fn may_not_arm(
        &self,
        world: &World,
        ix: JourneyIx,
        key: Key,
        t: Timestamp,
        begins: Timestamp,
    ) -> Option<NoStart> {
        let journey = world.program.journey(ix);
        if self.runs.len() >= RUNS_MAX {
            return Some(NoStart::Full);
        }
        let too_soon =
            self.ledger.last_start(ix, of_all_dates(&journey.start, key)).is_some_and(|last| {
                match journey.again {
                    Again::Never => true,
                    Again::Always => false,
                    Again::After(least) => begins < last.after(least),
                }
            });
        if too_soon {
            return Some(NoStart::Again);
        }
        // The stop that belongs to a late start may have come first.
        journey.stop.iter().find_map(|stop| {
            let last = self.last_heard(&world.program, stop, key)?;
            (last > t).then_some(NoStart::Stopped(stop.on))
        })
    }

    /// The wait to start of the run at `at` is over, at `due`: it begins, or goes.
    pub(super) fn begin(&mut self, world: &World, at: usize, due: Timestamp, out: &mut Effects) {
        let run = self.runs[at];
        let journey = world.program.journey(run.journey);
        if let Some(why) = self.may_not_begin(world, &run, due, out) {
            self.runs.remove(at);
            out.record(due, Decided::NotStarted(run.journey, why));
            return;
        }
        self.enrolments = self.enrolments.saturating_add(1);
        if journey.again != Again::Always {
            let key = of_all_dates(&journey.start, run.key);
            self.ledger.note_start(run.journey, key, due, journey.again);
        }
        if world.is_closed(run.journey) {
            self.runs.remove(at);
            out.record(due, Decided::NotStarted(run.journey, NoStart::Closed));
            return;
        }
        let counts_at_once = journey.goal.as_ref().filter(|goal| goal.from.is_none());
        let goal_until = counts_at_once.map(|goal| due.after(goal.within));
        let run = &mut self.runs[at];
        run.enrolment = self.enrolments;
        run.started = due;
        run.goal = match &journey.goal {
            None => Goal::Closed,
            Some(goal) if goal.from.is_some() => Goal::Later,
            Some(_) => Goal::Open,
        };
        // Until its first step is planned it stands as arming, and is not ended by what it makes yield.
        let (enrolled, key) = (run.enrolled(), run.key);
        out.record(due, Decided::Started(enrolled, key, goal_until));
        self.yield_to(world, enrolled.journey, due, out);
        let begun = |run: &Run| run.enrolment == enrolled.enrolment;
        let at = self.runs.iter().position(begun).expect("nothing ends a run that is beginning");
        self.runs[at].phase = Phase::Waiting;
        self.await_step(world, at, 0, due, out);
    }

    /// The journeys that a wake by `by` may start: those that wait to begin, those whose day has come, those that
    /// wait for a segment that may turn then.
    pub fn may_start<'a>(
        &'a self,
        world: &'a World,
        by: Timestamp,
    ) -> impl Iterator<Item = JourneyIx> + 'a {
        let is_due = move |run: &&Run| run.phase == Phase::Arming && run.due <= by;
        let armed = self.runs.iter().filter(is_due).map(|run| run.journey);
        let dates = self.ledger.schedule.iter().filter(move |entry| entry.due <= by);
        let segments = (0u16..).map(SegmentIx).zip(&self.ledger.segments);
        let turning = segments.filter(move |(_, standing)| standing.flips <= by);
        let entered = turning.flat_map(|(ix, _)| world.program.enterers(ix).iter().copied());
        armed.chain(dates.map(|entry| entry.journey)).chain(entered)
    }

    fn may_not_begin(
        &self,
        world: &World,
        run: &Run,
        at: Timestamp,
        out: &mut Effects,
    ) -> Option<NoStart> {
        let journey = world.program.journey(run.journey);
        let view = self.view_in(world, run, at);
        let mut read = |of: Asked, condition: &Option<Condition>| {
            condition.as_ref().map_or(Truth::True, |condition| out.ask(of, condition, &view))
        };
        match read(Asked::If(run.journey), &journey.when) {
            Truth::True => {}
            Truth::False => return Some(NoStart::IfFalse),
            Truth::Unknown => return Some(NoStart::IfUnknown),
        }
        match read(Asked::While(run.journey), &journey.holds) {
            Truth::True => {}
            Truth::False => return Some(NoStart::WhileFalse),
            Truth::Unknown => return Some(NoStart::WhileUnknown),
        }
        let enrolled_in = |ix: &&JourneyIx| {
            self.runs.iter().any(|other| other.journey == **ix && other.is_enrolled())
        };
        journey.yields_to.iter().find(enrolled_in).map(|&ix| NoStart::Yielded(ix))
    }
}

/// Which of the events that start a journey `event` is.
fn place_of(start: &Start, event: &Event<'_>) -> Option<usize> {
    match start {
        Start::On(events) => events.iter().position(|on| *on == event.name),
        Start::Enters(_) | Start::Date(..) | Start::Every(_) => None,
    }
}

/// What `again` is counted by: a start by the calendar has its date as key, and `again` looks over all dates.
const fn of_all_dates(start: &Start, key: Key) -> Key {
    match start {
        Start::On(_) | Start::Enters(_) => key,
        Start::Date(..) | Start::Every(_) => Key::CUSTOMER,
    }
}
