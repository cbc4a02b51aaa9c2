//! What decisions read besides the customer: the program, compiled, and the zones people live in.
//! Immutable while an input is applied; a host changes it only between inputs.

pub mod condition;
pub mod event;
pub mod journey;
pub mod limit;
pub mod program;
pub mod stream;
pub mod topic;

use crate::chance::Seed;
use crate::id::IdKey;
use crate::time::Zone;
use program::Program;

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
    zones: Vec<Zone>,
}

impl World {
    /// A world that runs `program`.
    #[must_use]
    pub fn new(seed: Seed, id_key: IdKey, program: Program) -> Self {
        let zones = vec![program.zone.clone()];
        Self { seed, id_key, program, zones }
    }

    /// The index of the zone called `name`. `None` if the zone database has none of that name.
    pub fn zone_named(&mut self, name: &str) -> Option<ZoneIx> {
        self.find_zone(name).or_else(|| {
            let ix = ZoneIx(u16::try_from(self.zones.len()).ok()?);
            self.zones.push(Zone::named(name)?);
            Some(ix)
        })
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
