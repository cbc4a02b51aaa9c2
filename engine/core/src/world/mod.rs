//! What decisions read besides the customer: the program, compiled, and the zones people live in.
//! Immutable while an input is applied; a host changes it only between inputs.

pub mod catalogue;
pub mod condition;
pub mod country;
pub mod event;
pub mod experiment;
pub mod flip;
pub mod journey;
pub mod limit;
mod names;
pub mod offer;
pub mod program;
pub mod stream;
pub mod topic;
pub mod value;

use crate::chance::{Purpose, Seed, drawn};
use crate::id::{CustomerId, IdKey};
use crate::time::{Timestamp, Zone};
use catalogue::Catalogue;
use experiment::{Assigned, ExperimentIx};
use journey::JourneyIx;
use program::Program;
use std::sync::Arc;

/// A zone's place in a world's list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ZoneIx(u16);

impl ZoneIx {
    /// The program's zone, for customers whose own we do not know.
    pub const PROGRAM: Self = Self(0);
}

/// Everything a decision may read that is not the customer's own state.
#[derive(Clone, PartialEq, Debug)]
pub struct World {
    /// What hashed chance is keyed by.
    pub seed: Seed,
    /// What external ids are hashed under.
    pub id_key: IdKey,
    /// The program that runs.
    pub program: Program,
    /// The shop's items, with the columns that the program reads.
    pub catalogue: Arc<Catalogue>,
    zones: Vec<Zone>,
    /// Journeys of which nothing leaves for now.
    paused: Vec<JourneyIx>,
    /// Journeys that nobody starts.
    closed: Vec<JourneyIx>,
    /// When each experiment began to run, in the program's order; [`Timestamp::NEVER`]: it has not.
    began: Vec<Timestamp>,
    /// Whether holdouts, the program's and those of experiments, hold anybody out.
    holds_out: bool,
}

impl World {
    /// A world that runs `program`.
    #[must_use]
    pub fn new(seed: Seed, id_key: IdKey, program: Program) -> Self {
        let zones = vec![program.zone.clone()];
        let catalogue = Arc::default();
        let (paused, closed) = (Vec::new(), Vec::new());
        let began = vec![Timestamp::NEVER; program.experiments.len()];
        Self { seed, id_key, program, catalogue, zones, paused, closed, began, holds_out: true }
    }

    /// The same, in which nobody is held out: a rehearsal has an arm without mail instead.
    #[must_use]
    pub fn without_holdout(self) -> Self {
        Self { holds_out: false, ..self }
    }

    /// Whether marketing to the customer is held out, to measure what it causes: the same for ever, by hash.
    #[must_use]
    pub fn is_held_out(&self, customer: CustomerId) -> bool {
        let share = u128::from(self.program.holdout);
        // Millionths of all 2^64 draws.
        let drawn = drawn(self.seed, customer.low(), Purpose::Holdout, 0);
        self.holds_out && u128::from(drawn) * 1_000_000 < share << 64
    }

    /// The experiment begins to run at `at`, and takes in whoever begins to wait for its step from then on, until it
    /// ends.
    pub fn begin_experiment(&mut self, ix: ExperimentIx, at: Timestamp) {
        let ix = usize::from(ix.0);
        self.began.resize(self.began.len().max(ix + 1), Timestamp::NEVER);
        self.began[ix] = at;
    }

    /// The same, in which every experiment begins at `at`.
    #[must_use]
    pub fn with_experiments_from(mut self, at: Timestamp) -> Self {
        self.began = vec![at; self.program.experiments.len()];
        self
    }

    /// Whether the experiment takes in new enrolments at `at`.
    #[must_use]
    pub fn is_running(&self, ix: ExperimentIx, at: Timestamp) -> bool {
        let ends = self.program.experiment(ix).ends;
        let mut began = self.began.get(usize::from(ix.0)).into_iter();
        began.any(|began| *began <= at && at < began.after(ends))
    }

    /// What `customer` has in the experiment: the same for ever, by hash.
    #[must_use]
    pub fn assigned(&self, ix: ExperimentIx, customer: CustomerId) -> Assigned {
        let experiment = self.program.experiment(ix);
        Assigned {
            experiment: ix,
            variants: experiment.drawn(self.seed, customer),
            held_out: self.holds_out && experiment.holds_out(self.seed, customer),
        }
    }

    /// The same, in which nobody starts `journey`: as if it were not there. What arms it and speaks against it is
    /// recorded all the same, and a start that is refused for no other reason counts for `again` and takes its
    /// enrolment's number, so that everything else stays as it is with the journey.
    #[must_use]
    pub fn without(mut self, journey: JourneyIx) -> Self {
        self.closed.push(journey);
        self
    }

    /// Whether nobody starts the journey.
    #[must_use]
    pub fn is_closed(&self, journey: JourneyIx) -> bool {
        self.closed.contains(&journey)
    }

    /// Nothing of the journey leaves until it goes on. Its enrolments advance all the same: plans do not move, and
    /// what has grown late by then is not sent.
    pub fn pause(&mut self, journey: JourneyIx) {
        if !self.is_paused(journey) {
            self.paused.push(journey);
        }
    }

    /// The journey goes on. A host wakes the customers that have mails of it pending.
    pub fn resume(&mut self, journey: JourneyIx) {
        self.paused.retain(|paused| *paused != journey);
    }

    /// Whether the journey is paused.
    #[must_use]
    pub fn is_paused(&self, journey: JourneyIx) -> bool {
        self.paused.contains(&journey)
    }

    /// The index of the zone called `name`. `None` if the zone database has none of that name.
    pub fn zone_named(&mut self, name: &str) -> Option<ZoneIx> {
        self.find_zone(name).or_else(|| {
            let ix = ZoneIx(u16::try_from(self.zones.len()).ok()?);
            self.zones.push(Zone::named(name)?);
            Some(ix)
        })
    }

    /// The zone of a customer: their own if it is known, else the only one of their country, else the program's.
    pub fn zone_of(&mut self, own: Option<&str>, country: Option<&str>) -> ZoneIx {
        own.and_then(|name| self.zone_named(name))
            .or_else(|| self.zone_named(country::only_zone(country?)?))
            .unwrap_or(ZoneIx::PROGRAM)
    }

    /// The index of the zone called `name`, if this world knows it already.
    #[must_use]
    pub fn find_zone(&self, name: &str) -> Option<ZoneIx> {
        let at = self.zones.iter().position(|zone| zone.name() == name)?;
        u16::try_from(at).ok().map(ZoneIx)
    }

    /// The zone at `ix`.
    #[must_use]
    pub fn zone(&self, ix: ZoneIx) -> &Zone {
        &self.zones[usize::from(ix.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use program::Outline;

    #[test]
    fn a_zone_is_their_own_or_their_countrys_only_one_or_the_programs() {
        let program = Program::new(Outline::new(Zone::named("Europe/London").unwrap(), "GBP", 2));
        let mut world = World::new(Seed(1), IdKey(1), program);
        let mut zone = |own, country| {
            let ix = world.zone_of(own, country);
            world.zone(ix).name().to_owned()
        };
        assert_eq!(zone(Some("Asia/Tokyo"), Some("DE")), "Asia/Tokyo");
        assert_eq!(zone(Some("Nowhere/Land"), Some("de")), "Europe/Berlin");
        assert_eq!(zone(None, Some("US")), "Europe/London");
        assert_eq!(zone(None, None), "Europe/London");
    }
}
