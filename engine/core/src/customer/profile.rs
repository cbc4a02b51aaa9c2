//! What we are told about a customer, and what they permit: traits, zone, age, consents.

use super::Customer;
use super::effect::Effects;
use super::enrolment::Phase;
use super::input::{Consent, ConsentTo, Profile};
use super::record::{Decided, Did};
use crate::time::Timestamp;
use crate::world::World;
use crate::world::event::{EventIx, Property, PropertyIx};
use crate::world::stream::StreamIx;
use crate::world::topic::{Basis, Confirm, TopicIx};
use crate::world::value::Value;

impl Customer {
    pub(super) fn introduced(
        &mut self,
        world: &World,
        t: Timestamp,
        (profile, is_new): (Profile<'_>, bool),
        out: &mut Effects,
    ) {
        let created = profile.created.filter(|created| *created < t);
        if let Some(created) = created {
            if is_new {
                // They are older than our acquaintance: what came before is unknown.
                let streams = (0u16..).map(StreamIx).take(world.program.streams.len());
                self.history.known_since(&world.program, streams, t);
            }
            self.first_seen = self.first_seen.min(created);
        }
        self.first_seen = self.first_seen.min(t);
        self.has_address = profile.has_address;
        for &(ix, value) in profile.traits.iter().filter(|(ix, _)| world.program.holds(*ix)) {
            self.ledger.note_trait(ix, value);
        }
        if profile.zone != self.zone {
            self.zone = profile.zone;
            self.replan(world, t, out);
        }
        self.traits_changed(world, t, out);
    }

    /// Their clock changed: what waits for a time of day waits anew, from `t` on.
    fn replan(&mut self, world: &World, t: Timestamp, out: &mut Effects) {
        for at in 0..self.runs.len() {
            let before = self.runs[at].due;
            if self.runs[at].phase == Phase::Waiting {
                self.plan(world, at, t);
                let run = &self.runs[at];
                if run.due != before {
                    out.record(t, Decided::Awaits(run.at(), run.due));
                }
            }
        }
    }

    /// Traits or the clock changed: dates and segments may have.
    pub(super) fn traits_changed(&mut self, world: &World, t: Timestamp, out: &mut Effects) {
        self.plan_calendar(world, t);
        self.reread_all(world, t, true, out);
    }

    pub(super) fn consents(
        &mut self,
        world: &World,
        t: Timestamp,
        consent: Consent,
        out: &mut Effects,
    ) {
        self.first_seen = self.first_seen.min(t);
        let Consent { topic, to, at: _, cause } = consent;
        if self.ledger.consents.note(topic, to, t) {
            let given = !matches!(to, ConsentTo::Withdrawn);
            out.record(t, Decided::ConsentSet(topic, given, cause.map(Into::into)));
            if let (false, Some(send)) = (given, cause) {
                self.did_with(world, t, send, Did::Unsubscribed, out);
            }
        }
        match to {
            ConsentTo::Requested => {
                self.of_topic(world, EventIx::CONSENT_REQUESTED, topic, t, out);
                match world.program.topic(topic).confirm {
                    Confirm::Double => {}
                    // Asking for it was agreeing to it.
                    Confirm::Single => {
                        let to = ConsentTo::Given(Basis::Consent);
                        self.consents(world, t, Consent { to, ..consent }, out);
                    }
                }
            }
            ConsentTo::Given(Basis::Consent) => {
                self.of_topic(world, EventIx::CONSENT_GIVEN, topic, t, out);
            }
            // A basis that arises by itself is nothing they did.
            ConsentTo::Given(
                Basis::Contract | Basis::Service | Basis::Request | Basis::ExistingCustomer,
            ) => {}
            ConsentTo::Withdrawn => {
                self.of_topic(world, EventIx::CONSENT_WITHDRAWN, topic, t, out);
            }
        }
    }

    /// An event of ours about a topic. All of them have `topic` as their first property.
    fn of_topic(
        &mut self,
        world: &World,
        name: EventIx,
        topic: TopicIx,
        t: Timestamp,
        out: &mut Effects,
    ) {
        let topic = &world.program.topic(topic).name;
        let topic = Property { name: PropertyIx(0), value: Value::Text(topic) };
        let basis = Property { name: PropertyIx(1), value: Value::Text("consent") };
        let properties = [topic, basis];
        let told = if name == EventIx::CONSENT_REQUESTED { 1 } else { 2 };
        self.ours(world, name, &properties[..told], t, out);
    }
}
