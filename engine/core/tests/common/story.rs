//! Stories: a customer's weeks as text, played by a punctual host.

use super::{Habits, Host, OFFERS, REVENUE, instant, shop};
use foresend_core::customer::input::{Consent, ConsentTo, Event, Input, Line, Origin, Profile};
use foresend_core::customer::record::{At, Decided, Record};
use foresend_core::id::ProductId;
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::event::{EventIx, Property};
use foresend_core::world::journey::JourneyIx;
use foresend_core::world::value::Value;
use foresend_core::world::{World, ZoneIx};

/// 2026-03-01T00:00Z.
const MARCH: i64 = 1_772_323_200_000;

pub(crate) fn at(day: i64, clock: &str) -> Timestamp {
    let (h, m) = clock.split_once(':').unwrap();
    let minutes = h.parse::<i64>().unwrap() * 60 + m.parse::<i64>().unwrap();
    instant(MARCH + (day - 1) * 86_400_000 + minutes * 60_000)
}

fn clock(t: Timestamp) -> String {
    let minutes = (t.millis() - MARCH).div_euclid(60_000);
    format!("{:02} {:02}:{:02}", minutes / 1440 + 1, minutes / 60 % 24, minutes % 60)
}

/// Plays a story, a line each: `DAY HH:MM Event Name [happened=HH:MM] [£N]`, and checks what was decided.
/// The mail server takes every mail at once.
#[track_caller]
pub(crate) fn check(story: &str, expected: &str) {
    check_in(&shop(), story, expected);
}

#[track_caller]
pub(crate) fn check_in(world: &World, story: &str, expected: &str) {
    let habits = Habits::PUNCTUAL;
    let mut host = Host::new(world, habits, at(1, "00:00"));
    host.records.clear();
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        tell(&mut host, world, line);
    }
    let said: Vec<String> = host.records.iter().filter_map(|record| say(world, record)).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(said, expected, "\n\ntold:\n    {}\n", said.join("\n    "));
}

pub(crate) fn tell(host: &mut Host<'_>, world: &World, line: &str) {
    let mut words = line.splitn(3, ' ');
    let day: i64 = words.next().unwrap().parse().unwrap();
    let now = at(day, words.next().unwrap());
    let mut rest = words.next().unwrap();
    let (mut own, mut pounds) = (now, 40);
    while let Some((before, last)) = rest.rsplit_once(' ') {
        if let Some(clock) = last.strip_prefix("happened=") {
            own = at(day, clock);
        } else if let Some(money) = last.strip_prefix('£') {
            pounds = money.parse().unwrap();
        } else {
            break;
        }
        rest = before;
    }
    host.run_until(now);
    let lines = [Line { product: ProductId(1), quantity: 1, price: Amount::whole(pounds) }];
    let revenue = [Property { name: REVENUE, value: Value::Number(Amount::whole(pounds)) }];
    let consent = |to| Input::Consent(Consent { topic: OFFERS, to, at: own, cause: None });
    let profile =
        |has_address| Profile { zone: ZoneIx::PROGRAM, has_address, created: None, traits: &[] };
    match rest {
        // Host time passes, and what was due has run.
        "…" => host.run_until(now.after(Wait::from_millis(1))),
        "unsubscribes" => host.apply(now, consent(ConsentTo::Withdrawn)),
        "loses the address" => host.apply(now, Input::Profile(profile(false))),
        "imports an old order" => {
            let event = Event {
                name: EventIx::ORDER_COMPLETED,
                origin: Origin::Backfill,
                at: own,
                id: 0,
                properties: &revenue,
                products: &[],
            };
            host.apply(now, Input::Event(event));
        }
        "was somebody's customer before" => {
            let since = at(1, "00:00");
            host.apply(now, Input::Remember { event: None, since });
        }
        name => {
            let name = match name {
                "views a page" => EventIx::OTHER,
                name => world.program.event(name).unwrap(),
            };
            let has_lines = [EventIx::PRODUCT_ADDED, EventIx::PRODUCT_REMOVED].contains(&name);
            let event = Event {
                name,
                origin: Origin::Live,
                at: own,
                id: 0,
                properties: if name == EventIx::ORDER_COMPLETED { &revenue } else { &[] },
                products: if has_lines { &lines } else { &[] },
            };
            host.apply(now, Input::Event(event));
        }
    }
}

/// One record in words; what the mail server said is not told.
pub(crate) fn say(world: &World, record: &Record) -> Option<String> {
    let journey = |ix: JourneyIx| world.program.journey(ix).name.clone();
    let step =
        |at: At| world.program.journey(at.of.journey).steps[usize::from(at.step.0)].name.clone();
    let what = match record.decided {
        Decided::Armed(ix, until) => format!("armed {} until {}", journey(ix), clock(until)),
        Decided::Rearmed(ix, until) => format!("rearmed {} until {}", journey(ix), clock(until)),
        Decided::Disarmed(ix, event) => {
            format!("disarmed {} by {}", journey(ix), event_name(world, event))
        }
        Decided::NotStarted(ix, why) => format!("not started {}: {why:?}", journey(ix)),
        Decided::Started(of, _, until) => {
            let goal = until.map_or(String::new(), |t| format!(", goal until {}", clock(t)));
            format!("started {}{goal}", journey(of.journey))
        }
        Decided::Listens(at, until) => format!("listens {} until {}", step(at), clock(until)),
        Decided::Heard(at, by) => {
            let by = by.map_or("nothing", |event| event_name(world, event));
            format!("heard {}: {by}", step(at))
        }
        Decided::Took(at, path, unknown) => {
            let unknown = if unknown > 0 { ", some unknown" } else { "" };
            format!("took {}: {path:?}{unknown}", step(at))
        }
        Decided::Left(at, topic) => {
            format!("left {}: {}", step(at), world.program.topic(topic).name)
        }
        Decided::Moved(at, why, to) => format!("moved {} to {}: {why:?}", step(at), clock(to)),
        Decided::Skipped(at, why) => format!("skipped {}: {why:?}", step(at)),
        Decided::Ready(at) => format!("ready {}", step(at)),
        Decided::Delayed(at, why, to) => format!("delayed {} to {}: {why:?}", step(at), clock(to)),
        Decided::Held(at, why) => format!("held {}: {why:?}", step(at)),
        Decided::Sent(at, attempt, late) => {
            format!("sent {}, attempt {attempt}, {late} min late", step(at))
        }
        Decided::Reached(of, first, value) => {
            let again = if first { "" } else { " again" };
            let pounds = value.parts() / Amount::SCALE;
            format!("reached{again} {} £{pounds}", journey(of.journey))
        }
        Decided::GoalClosed(of) => format!("goal closed {}", journey(of.journey)),
        Decided::Ended(at, why) => format!("ended {}: {why:?}", journey(at.of.journey)),
        Decided::GoalOpened(of, until) => {
            format!("goal of {} counts until {}", journey(of.journey), clock(until))
        }
        Decided::Turned(ix, truth) => format!("{} is {truth:?}", world.program.segment(ix).name),
        Decided::Set(at) => format!("set {}", step(at)),
        Decided::Calls(at) => format!("calls {}", step(at)),
        Decided::Called(at, done) => format!("called {}: {done}", step(at)),
        Decided::Paused(at) => format!("paused {}", step(at)),
        Decided::Resumed(at) => format!("resumed {}", step(at)),
        Decided::Gave(at, offer) => {
            format!("gave {}: {}", step(at), world.program.offer(offer).name)
        }
        Decided::Met(at, assigned, first) => {
            let experiment = world.program.experiment(assigned.experiment);
            let names: Vec<&str> = experiment.names(assigned.variants).collect();
            let out = if assigned.held_out { ", held out" } else { "" };
            let again = if first { "" } else { " again" };
            format!("met {}{again} at {}: {}{out}", experiment.name, step(at), names.join(", "))
        }
        Decided::Tested(of, assigned, did) => {
            let experiment = world.program.experiment(assigned.experiment);
            format!("tested {} in {}: {did:?}", experiment.name, journey(of.journey))
        }
        Decided::Awaits(..)
        | Decided::Answered(..)
        | Decided::Engaged(..)
        | Decided::ConsentSet(..)
        | Decided::Folded => return None,
    };
    Some(format!("{} {what}", clock(record.at)))
}

fn event_name(world: &World, event: EventIx) -> &str {
    &world.program.events[usize::from(event.0)].name
}
