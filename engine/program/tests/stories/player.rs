//! A customer's weeks as text, played against a program as text: `DD HH:MM what happens`, on the program's clock, from
//! Sunday 2026-03-01 on. What was decided comes back as text too.

use foresend_core::calendar::Day;
use foresend_core::chance::Seed;
use foresend_core::customer::Customer;
use foresend_core::customer::effect::{Effect, Effects, Mailing};
use foresend_core::customer::input::{
    Code, Consent, ConsentTo, Engagement, Event, Gate, Input, Line, Origin, Outcome, Profile,
    Reader,
};
use foresend_core::customer::record::{At, Decided, Enrolled, NoMail, NoStart, Record};
use foresend_core::id::{CustomerId, IdKey, ProductId};
use foresend_core::money::Amount;
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::condition::Truth;
use foresend_core::world::event::{EventIx, Property, PropertyType};
use foresend_core::world::journey::{JourneyIx, StepIx};
use foresend_core::world::topic::{Basis, TopicIx};
use foresend_core::world::value::{TraitIx, Value};
use foresend_core::world::{World, ZoneIx};
use foresend_program::{Compiled, Sources};
use std::path::Path;
use std::{fs, mem};

/// The shop of scenarios/, compiled.
pub(crate) fn shop() -> World {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/shop");
    let mut sources = Sources { folder: "shop".into(), ..Sources::default() };
    for room in ["", "journeys", "mails"] {
        for entry in fs::read_dir(root.join(room)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap().to_str().unwrap();
                let name = if room.is_empty() { name.to_owned() } else { format!("{room}/{name}") };
                sources.files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    compiled(&sources)
}

/// The shop with some of its files replaced, or further ones.
pub(crate) fn shop_with(files: &[(&str, &str)]) -> World {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/shop");
    let program = fs::read_to_string(root.join("program.toml")).unwrap();
    let mut sources = Sources { folder: "shop".into(), ..Sources::default() };
    let priority = program.lines().find(|line| line.starts_with("priority")).unwrap().to_owned();
    sources.files.insert("program.toml".into(), program.replace(&priority, ""));
    let catalogue = fs::read_to_string(root.join("catalogue.csv")).unwrap();
    sources.files.insert("catalogue.csv".into(), catalogue);
    let letter = "+++\nsubject = \"Hello\"\n+++\nHello.\n";
    sources.files.insert("mails/letter.md".into(), letter.into());
    for (name, text) in files {
        sources.files.insert((*name).to_owned(), (*text).to_owned());
    }
    compiled(&sources)
}

fn compiled(sources: &Sources) -> World {
    let (compiled, told) = foresend_program::compile(sources, None);
    let compiled: Compiled = compiled.unwrap_or_else(|| panic!("{told:#?}"));
    let mut world = World::new(Seed(1), IdKey(1), compiled.program);
    world.catalogue = compiled.catalogue.into();
    for zone in ["Europe/Lisbon", "Asia/Tokyo", "America/New_York"] {
        world.zone_named(zone).unwrap();
    }
    world.without_holdout()
}

/// Plays `story`, and compares what was decided, a line each, with `expected`. Blank lines part nothing.
#[track_caller]
pub(crate) fn check(world: World, story: &str, expected: &str) {
    let said = Player::new(world).play(story);
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(said, expected, "\n\ntold:\n        {}\n", said.join("\n        "));
}

/// Their zone, address, and one host that is punctual unless it is down.
pub(crate) struct Player {
    world: World,
    customer: Customer,
    out: Effects,
    records: Vec<Record>,
    ready: Vec<Mailing>,
    sent: Vec<(Mailing, u16)>,
    attempts: u16,
    messages: u64,
    now: Timestamp,
    zone: ZoneIx,
}

impl Player {
    pub(crate) fn new(world: World) -> Self {
        let customer = Customer::new(CustomerId::of(world.id_key, "c-1"));
        Self {
            world,
            customer,
            out: Effects::default(),
            records: Vec::new(),
            ready: Vec::new(),
            sent: Vec::new(),
            attempts: 0,
            messages: 0,
            now: Timestamp::ALWAYS,
            zone: ZoneIx::PROGRAM,
        }
    }

    pub(crate) fn play(mut self, story: &str) -> Vec<String> {
        for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
            self.tell(line);
        }
        let records = mem::take(&mut self.records);
        records.iter().filter_map(|record| self.say(record)).collect()
    }

    /// The instant that the program's clock shows as `12 09:30`, the 12th of March; after 31 come the days of April.
    fn at(&self, day: &str, clock: &str) -> Timestamp {
        let day: i64 = day.parse().unwrap();
        let (hour, rest) = clock.split_once(':').unwrap();
        let (minute, second) = rest.split_once(':').unwrap_or((rest, "0"));
        let of = |text: &str| text.parse::<i64>().unwrap();
        let ms = (of(hour) * 3_600 + of(minute) * 60 + of(second)) * 1_000;
        let march = Day::of(2026, 3, 1).unwrap().number();
        self.world.zone(ZoneIx::PROGRAM).instant(march + day - 1, ms)
    }

    /// The same clock, read.
    fn clock(&self, at: Timestamp) -> String {
        let zone = self.world.zone(ZoneIx::PROGRAM);
        let day = zone.local_day(at) - Day::of(2026, 3, 1).unwrap().number() + 1;
        let seconds = zone.ms_of_day(at) / 1_000;
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let seconds = if second > 0 { format!(":{second:02}") } else { String::new() };
        format!("{day:02} {hour:02}:{minute:02}{seconds}")
    }

    fn tell(&mut self, line: &str) {
        let mut words = line.splitn(3, ' ');
        let (day, clock, rest) =
            (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let now = self.at(day, clock);
        // While the host is down nothing is due for it, and nobody reaches it.
        if rest == "the host is up again" {
            self.now = now;
            return;
        }
        self.run_until(now);
        self.now = now;
        match rest.split_once(' ').unwrap_or((rest, "")) {
            ("…", "") => self.run_until(now.after(Wait::from_millis(1))),
            ("has", "an address") => self.profile(&[]),
            ("moves", to) => {
                let name = to.strip_prefix("to ").unwrap();
                self.zone = self.world.find_zone(name).unwrap();
                self.profile(&[]);
            }
            ("is", told) => {
                let (name, value) = told.split_once('=').unwrap();
                let traits = self.world.program.traits.clone();
                let at = traits.iter().position(|(known, _)| known == name).unwrap();
                let value = match traits[at].1 {
                    PropertyType::Date => Value::Date(Day::parse(value).unwrap()),
                    PropertyType::Text => Value::Text(value),
                    PropertyType::Number => Value::Number(amount(value)),
                    PropertyType::Bool => Value::Bool(value == "true"),
                };
                self.profile(&[(TraitIx(u16::try_from(at).unwrap()), Some(value))]);
            }
            ("agrees", to) => self.consent(to, ConsentTo::Given(Basis::Consent)),
            ("asks", to) => self.consent(to, ConsentTo::Requested),
            ("objects", to) => self.consent(to, ConsentTo::Withdrawn),
            ("opens", "") => self.reads(Engagement::Open),
            ("follows", _) => self.reads(Engagement::Click),
            ("imports", event) => self.event(event, Origin::Backfill, (day, now)),
            ("pause", journey) => {
                let journey = self.journey(journey);
                self.world.pause(journey);
            }
            ("resume", journey) => {
                let journey = self.journey(journey);
                self.world.resume(journey);
                self.apply(Input::Wake);
            }
            _ => self.event(rest, Origin::Live, (day, now)),
        }
    }

    fn journey(&self, name: &str) -> JourneyIx {
        let at = self.world.program.journeys.iter().position(|journey| journey.name == name);
        JourneyIx(u16::try_from(at.unwrap()).unwrap())
    }

    fn profile(&mut self, traits: &[(TraitIx, Option<Value<'_>>)]) {
        let zone = self.zone;
        self.apply(Input::Profile(Profile { zone, has_address: true, created: None, traits }));
    }

    fn consent(&mut self, topic: &str, to: ConsentTo) {
        let topic = topic.rsplit(' ').next().unwrap();
        let at = self.world.program.topics.iter().position(|known| known.name == topic).unwrap();
        let topic = TopicIx(u16::try_from(at).unwrap());
        self.apply(Input::Consent(Consent { topic, to, at: self.now, cause: None }));
    }

    fn reads(&mut self, act: Engagement) {
        let (mail, _) = *self.sent.last().unwrap();
        let (send, reader, at) = (mail.send, Reader::Human, self.now);
        self.apply(Input::Engagement { send, act, reader, at });
    }

    /// `Order Completed order_id=o-1 revenue=40 of=jf-0001,jf-0002 happened=09:15`
    fn event(&mut self, line: &str, origin: Origin, (day, now): (&str, Timestamp)) {
        let (before, _) = line.split_once('=').unwrap_or((line, ""));
        let name = if before == line { line } else { before.rsplit_once(' ').unwrap().0 };
        let rest = line.strip_prefix(name).unwrap();
        let name = match name.trim() {
            "views a page" => EventIx::OTHER,
            name => self.world.program.event(name).unwrap_or_else(|| panic!("no event `{name}`")),
        };
        let def = self.world.program.events[usize::from(name.0)].clone();
        let (mut own, mut properties, mut products) = (now, Vec::new(), Vec::new());
        let mut price = Amount::whole(40);
        for (key, value) in rest.split_whitespace().map(|word| word.split_once('=').unwrap()) {
            match key {
                "happened" => {
                    own = match value.split_once('/') {
                        Some((day, clock)) => self.at(day, clock),
                        None => self.at(day, value),
                    }
                }
                "of" => {
                    let line = |id| Line { product: ProductId::of(id), quantity: 1, price };
                    products = value.split(',').map(line).collect();
                }
                _ => {
                    let (ix, kind) = def.property(key).unwrap_or_else(|| panic!("no `{key}`"));
                    let value = match kind {
                        PropertyType::Number => Value::Number(amount(value)),
                        PropertyType::Text => Value::Text(value),
                        PropertyType::Date => Value::Date(Day::parse(value).unwrap()),
                        PropertyType::Bool => Value::Bool(value == "true"),
                    };
                    if key == "price" {
                        price = value.number().unwrap();
                    }
                    properties.push(Property { name: ix, value });
                }
            }
        }
        self.messages += 1;
        let (id, properties, products) = (self.messages, &properties[..], &products[..]);
        self.apply(Input::Event(Event { name, origin, at: own, id, properties, products }));
    }

    fn apply(&mut self, input: Input<'_>) {
        self.out.clear();
        self.customer.apply(&self.world, self.now, input, &mut self.out);
        self.records.append(&mut self.out.records);
        for effect in mem::take(&mut self.out.asked) {
            match effect {
                Effect::Ready(mail) => self.ready.push(mail),
                Effect::Withdraw(send) => self.ready.retain(|mail| mail.send != send),
                Effect::Transmit(mail, attempt) => {
                    self.sent.push((mail, attempt));
                    let (send, outcome) = (mail.send, Outcome::Accepted);
                    self.apply(Input::Outcome { send, attempt, outcome });
                }
                Effect::Call(calling) => {
                    self.apply(Input::Called { send: calling.send, done: true });
                }
            }
        }
    }

    /// Wakes and hand-overs up to `until`; what is due at `until` itself waits for what arrives then.
    fn run_until(&mut self, until: Timestamp) {
        loop {
            let wake = self.customer.next_wake().max(self.now);
            self.ready.sort_by_key(|mail| (mail.not_before, mail.send));
            let next = self.ready.first().map(|mail| mail.not_before.max(self.now));
            match next {
                Some(at) if at < until && at < wake => {
                    let mail = self.ready.remove(0);
                    self.attempts += 1;
                    self.now = at;
                    let code = match (mail.offer, mail.code) {
                        (Some(_), None) => Code::Reserved(u64::from(self.attempts)),
                        (Some(_), Some(_)) | (None, _) => Code::None,
                    };
                    let (send, attempt, gate) = (mail.send, self.attempts, Gate::Open);
                    self.apply(Input::Handover { send, attempt, gate, code });
                }
                _ if wake < until => {
                    self.now = wake;
                    self.apply(Input::Wake);
                }
                _ => return,
            }
        }
    }

    fn say(&self, record: &Record) -> Option<String> {
        let program = &self.world.program;
        let journey = |ix: JourneyIx| program.journey(ix).name.as_str();
        let of = |of: Enrolled| journey(of.journey);
        let step = |at: At| {
            let StepIx(step) = at.step;
            let found = program.journey(at.of.journey);
            format!("{}.{}", found.name, found.steps[usize::from(step)].name)
        };
        let event = |ix: EventIx| program.events[usize::from(ix.0)].name.as_str();
        let clock = |at: Timestamp| self.clock(at);
        let what = match record.decided {
            Decided::Armed(ix, until) => format!("armed {} until {}", journey(ix), clock(until)),
            Decided::Rearmed(ix, until) => {
                format!("rearmed {} until {}", journey(ix), clock(until))
            }
            Decided::Disarmed(ix, by) => format!("disarmed {} by {}", journey(ix), event(by)),
            Decided::NotStarted(ix, why) => {
                let why = match why {
                    NoStart::Yielded(to) => format!("yields to {}", journey(to)),
                    NoStart::Stopped(by) => format!("stopped by {}", event(by)),
                    NoStart::Busy
                    | NoStart::Again
                    | NoStart::IfFalse
                    | NoStart::IfUnknown
                    | NoStart::WhileFalse
                    | NoStart::WhileUnknown
                    | NoStart::Full
                    | NoStart::NoKey
                    | NoStart::Closed => format!("{why:?}"),
                };
                format!("not started {}: {why}", journey(ix))
            }
            Decided::Started(enrolled, _, until) => {
                let goal = until.map_or(String::new(), |t| format!(", goal until {}", clock(t)));
                format!("started {}{goal}", of(enrolled))
            }
            Decided::GoalOpened(enrolled, until) => {
                format!("goal of {} counts until {}", of(enrolled), clock(until))
            }
            Decided::Turned(ix, truth) => {
                let truth = match truth {
                    Truth::True => "true",
                    Truth::False => "false",
                    Truth::Unknown => "unknown",
                };
                format!("{} is {truth}", program.segment(ix).name)
            }
            Decided::Awaits(at, due) => format!("awaits {} at {}", step(at), clock(due)),
            Decided::Moved(at, why, to) => format!("moved {} to {}: {why:?}", step(at), clock(to)),
            Decided::Skipped(at, why) => format!("skipped {}: {why:?}", step(at)),
            Decided::Ready(_) | Decided::Answered(..) | Decided::Engaged(..) => return None,
            Decided::Called(..) | Decided::ConsentSet(..) | Decided::Folded => return None,
            Decided::Tested(..) => return None,
            Decided::Met(at, assigned, _) => {
                let experiment = program.experiment(assigned.experiment);
                let names: Vec<&str> = experiment.names(assigned.variants).collect();
                format!("tested {}: {}", step(at), names.join(", "))
            }
            Decided::Listens(at, until) => format!("listens {} until {}", step(at), clock(until)),
            Decided::Heard(at, by) => {
                format!("heard {}: {}", step(at), by.map_or("nothing", event))
            }
            Decided::Took(at, path, _) => format!("took {}: {path:?}", step(at)),
            Decided::Set(at) => format!("set {}", step(at)),
            Decided::Calls(at) => format!("calls {}", step(at)),
            Decided::Left(at, topic) => {
                format!("left {}: {}", step(at), program.topic(topic).name)
            }
            Decided::Paused(at) => format!("paused {}", step(at)),
            Decided::Resumed(at) => format!("resumed {}", step(at)),
            Decided::Gave(at, offer) => {
                format!("gave {}: {}", step(at), program.offer(offer).name)
            }
            Decided::Delayed(at, why, to) => {
                format!("delayed {} to {}: {why:?}", step(at), clock(to))
            }
            Decided::Held(at, why) => {
                let why = match why {
                    NoMail::Stopped(by) => format!("stopped by {}", event(by)),
                    NoMail::Yielded(to) => format!("yields to {}", journey(to)),
                    NoMail::WhileFalse
                    | NoMail::WhileUnknown
                    | NoMail::NoAddress
                    | NoMail::NoPermission
                    | NoMail::Suppressed
                    | NoMail::Holdout
                    | NoMail::TestHoldout
                    | NoMail::Limit
                    | NoMail::NoCode
                    | NoMail::Late
                    | NoMail::Shut => format!("{why:?}"),
                };
                format!("held {}: {why}", step(at))
            }
            Decided::Sent(at, _, 0) => format!("sent {}", step(at)),
            Decided::Sent(at, _, late) => format!("sent {}, {late} min late", step(at)),
            Decided::Reached(enrolled, first, value) => {
                let again = if first { "" } else { " again" };
                format!("reached{again} {} £{}", of(enrolled), value.parts() / Amount::SCALE)
            }
            Decided::GoalClosed(enrolled) => format!("goal closed {}", of(enrolled)),
            Decided::Ended(at, why) => {
                use foresend_core::customer::record::End;
                let why = match why {
                    End::LastStep => "last step".to_owned(),
                    End::Stopped(by) => format!("stopped by {}", event(by)),
                    End::WhileFalse => "while is false".to_owned(),
                    End::ByStep => format!("by {}", step(at)),
                    End::Yielded(to) => format!("yields to {}", journey(to)),
                };
                format!("ended {}: {why}", of(at.of))
            }
        };
        Some(format!("{} {what}", self.clock(record.at)))
    }
}

fn amount(text: &str) -> Amount {
    let number: f64 = text.parse().unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
    Amount::from_parts((number * 10_000.0).round() as i64)
}
