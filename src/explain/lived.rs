//! One life in one arm, as lines: what came before the start in a sentence, what happened since in order, and what is
//! waited for at the end.

use foresend_core::customer::input::{Consent, ConsentTo, Line, Origin};
use foresend_core::customer::record::{Decided, Record};
use foresend_core::id::Key;
use foresend_core::money::Amount;
use foresend_core::time::Zone;
use foresend_core::world::condition::Truth;
use foresend_core::world::event::{EventIx, Property};
use foresend_core::world::value::Value;
use foresend_program::{Compiled, Timeline, Waits, basis_words};
use foresend_simulator::rehearsal::{self, Step, Told};
use std::collections::{BTreeMap, BTreeSet};

/// What is shown of one life.
pub(super) struct Lived {
    /// On whose clock.
    pub(super) zone: Zone,
    pub(super) before: Before,
    pub(super) lines: Vec<foresend_program::Line>,
    /// What is waited for at the end of the rehearsal, one line each.
    pub(super) waits: Vec<String>,
    /// Only some of it is shown: it does not begin at the start.
    pub(super) since: bool,
}

/// What the customer brought with them.
#[derive(Default)]
pub(super) struct Before {
    pub(super) address: bool,
    /// Events, with how often each happened.
    pub(super) events: BTreeMap<EventIx, u64>,
    /// The segments that they are in, of those that journeys enter.
    pub(super) segments: BTreeSet<String>,
    /// Topics, on what they may be mailed about them, and the day since when.
    pub(super) permitted: Vec<(String, &'static str, String)>,
}

impl Lived {
    pub(super) fn of(life: &rehearsal::Lived, compiled: &Compiled) -> Self {
        let mut lived = Self {
            zone: life.zone.clone(),
            before: Before::default(),
            lines: Vec::new(),
            waits: Vec::new(),
            since: false,
        };
        let keys = keys(&life.steps);
        let timeline = Timeline::new(compiled, &life.zone).naming(&keys);
        let mut waits = Waits::default();
        for step in &life.steps {
            step.records.iter().for_each(|record| waits.fold(record));
            let before = &mut lived.before;
            let happened = match &step.told {
                Told::Profile { has_address, zone: _, traits: _ } => {
                    before.address = *has_address;
                    None
                }
                Told::Event { name, origin: Origin::Backfill, .. } => {
                    *before.events.entry(*name).or_default() += 1;
                    before.turn(&step.records, compiled);
                    continue; // history is told piece by piece: only where it leaves them matters
                }
                Told::Consent(Consent { topic, to: ConsentTo::Given(basis), at, cause: None }) => {
                    let topic = compiled.program.topic(*topic).name.clone();
                    let since = timeline.local(*at).chars().take(DAY).collect();
                    before.permitted.push((topic, basis_words(*basis), since));
                    continue; // it is said as what was before
                }
                Told::Event { name, origin: Origin::Live, at, id: _, properties, products } => {
                    let told = properties.iter();
                    let mut properties: Vec<Property<'_>> = told
                        .map(|(name, kept)| Property { name: *name, value: kept.value() })
                        .collect();
                    if properties.is_empty() {
                        // Nobody but the reader asks what they were worth.
                        properties.extend(worth(*name, products, compiled));
                    }
                    Some(timeline.event(*at, *name, &properties))
                }
                Told::Wake
                | Told::Consent(_)
                | Told::Handover { .. }
                | Told::Outcome { .. }
                | Told::Called { .. }
                | Told::Engagement { .. }
                | Told::Remember { .. } => None,
            };
            // What was due before an event was decided before it.
            let records = step.records.iter().enumerate().map(|(i, record)| {
                let read = step.details.iter().filter(|detail| detail.record == i);
                timeline.record(record, &read.cloned().collect::<Vec<_>>())
            });
            let (earlier, later): (Vec<_>, Vec<_>) = records.partition(|line| {
                happened.as_ref().is_some_and(|event: &foresend_program::Line| line.at < event.at)
            });
            lived.lines.extend(earlier);
            lived.lines.extend(happened);
            lived.lines.extend(later);
        }
        lived.waits = waits.lines(&timeline);
        lived
    }

    /// Keeps what is about `journey` or happened, from the day `since` on.
    pub(super) fn narrow(
        &mut self,
        compiled: &Compiled,
        journey: Option<&str>,
        since: Option<&str>,
    ) {
        let timeline = Timeline::new(compiled, &self.zone);
        self.since = since.is_some();
        self.lines.retain(|line| {
            let is_about = match (journey, &line.journey) {
                (Some(wanted), Some(journey)) => wanted == journey,
                (Some(_), None) | (None, _) => true,
            };
            is_about && since.is_none_or(|since| *timeline.local(line.at) >= *since)
        });
        if let Some(journey) = journey {
            self.waits.retain(|wait| wait.starts_with(&format!("{journey}, ")));
        }
    }
}

/// What enrolments may be about, by its key: every text that an event said, such as the number of an order.
fn keys(steps: &[Step]) -> BTreeMap<Key, String> {
    let properties = steps.iter().flat_map(|step| match &step.told {
        Told::Event { properties, .. } => &properties[..],
        Told::Wake | Told::Profile { .. } | Told::Consent(_) | Told::Handover { .. } => &[],
        Told::Outcome { .. } | Told::Called { .. } | Told::Engagement { .. } => &[],
        Told::Remember { .. } => &[],
    });
    let texts = properties.filter_map(|(_, value)| match value.value() {
        Value::Text(text) => Some((Key::of_text(text), text.to_owned())),
        Value::Number(_) | Value::Date(_) | Value::Bool(_) => None,
    });
    texts.collect()
}

/// What the products of an event cost together, as the property that would have said so.
fn worth(name: EventIx, products: &[Line], compiled: &Compiled) -> Option<Property<'static>> {
    let event = &compiled.program.events[usize::from(name.0)];
    let (name, _) = ["price", "value"].iter().find_map(|name| event.property(name))?;
    let cost = |line: &Line| line.price.times(line.quantity.into());
    let all = products.iter().map(cost).reduce(Amount::plus)?;
    Some(Property { name, value: Value::Number(all) })
}

/// `2026-03-09` of `2026-03-09T10:10:04`
const DAY: usize = 10;

impl Before {
    /// Notes the segments that a piece of their history turned.
    fn turn(&mut self, records: &[Record], compiled: &Compiled) {
        for record in records {
            if let Decided::Turned(segment, truth) = record.decided {
                let name = &compiled.program.segment(segment).name;
                self.segments.remove(name);
                if truth == Truth::True {
                    self.segments.insert(name.clone());
                }
            }
        }
    }

    /// `3 orders, 41 views · in lapsed · may be mailed about offers since 2024-05-03 (consent)`
    pub(super) fn says(&self, compiled: &Compiled) -> String {
        let counted = |(event, &count): (&EventIx, &u64)| {
            let s = if count == 1 { "" } else { "s" };
            match *event {
                EventIx::ORDER_COMPLETED => format!("{count} order{s}"),
                EventIx::PRODUCT_VIEWED => format!("{count} view{s}"),
                other => {
                    let name = &compiled.program.events[usize::from(other.0)].name;
                    format!("{count} time{s} {name}")
                }
            }
        };
        let events: Vec<String> = self.events.iter().map(counted).collect();
        let mut parts =
            vec![if events.is_empty() { "nothing".to_owned() } else { events.join(", ") }];
        parts.extend(self.segments.iter().map(|segment| format!("in {segment}")));
        if !self.address {
            parts.push("no address".to_owned());
        }
        let permitted = self.permitted.iter();
        parts.extend(permitted.map(|(topic, basis, since)| {
            format!("may be mailed about {topic} since {since} ({basis})")
        }));
        parts.join(" · ")
    }
}
