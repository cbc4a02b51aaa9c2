//! Where people live: most in the program's own zone, the others by the preset's table. A home has a clock, and
//! whatever a profile says of it.
//!
//! Invariant: where somebody lives moves the hours of their day, and never how much they order.

use super::clock::Clock;
use super::preset::Preset;
use super::preset::section::Zones;
use crate::stream::{Chance, Purpose};
use foresend_core::time::{Timestamp, Wait};
use foresend_core::world::{World, ZoneIx};

/// A home's place in [`Homes`]; the first is the program's zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HomeIx(u16);

impl HomeIx {
    /// Where the customer whose luck is `chance` lives.
    #[must_use]
    pub fn draw(numbers: &Zones, chance: Chance) -> Self {
        let draws = chance.stream(Purpose::Home, 0);
        if draws.unit(0) < *numbers.home {
            return Self(0);
        }
        let mut left = draws.unit(1);
        let found = numbers.shares.iter().zip(1u16..).find(|(share, _)| {
            left -= **share;
            left < 0.0
        });
        Self(found.map_or(1, |(_, ix)| ix))
    }
}

/// A place to live.
#[derive(Clone, PartialEq, Debug)]
pub struct Home {
    /// Its zone, in the world.
    pub zone: ZoneIx,
    /// Its clock.
    pub clock: Clock,
    /// Its country and language, where the table says.
    pub says: Option<(Box<str>, Box<str>)>,
}

/// All places to live.
#[derive(Clone, PartialEq, Debug)]
pub struct Homes(Vec<Home>);

impl Homes {
    /// Those of `preset`, with their zones in `world`, from `before` ahead of `start` until `after` it.
    #[must_use]
    pub fn new(
        world: &mut World,
        preset: &Preset,
        start: Timestamp,
        (before, after): (Wait, Wait),
    ) -> Self {
        let season = &preset.season.months;
        let rows = || preset.zones.away.iter().filter_map(|row| row_of(row));
        let at_home = world.program.zone.name().to_owned();
        let first = rows().find(|row| row[0] == at_home);
        let all = [first.unwrap_or([&at_home, "", ""])].into_iter().chain(rows());
        let home = |[name, country, locale]: [&str; 3]| {
            let zone = world.zone_named(name).expect("a preset's zones are in the database");
            let clock = Clock::new(world.zone(zone), start, (before, after), season);
            let says = (!country.is_empty()).then(|| (country.into(), locale.into()));
            Home { zone, clock, says }
        };
        Self(all.map(home).collect())
    }

    /// The home at `ix`.
    #[must_use]
    pub fn home(&self, ix: HomeIx) -> &Home {
        &self.0[usize::from(ix.0)]
    }

    /// The clock of the program's own zone.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0[0].clock
    }
}

/// A row of the table: zone, country, language.
#[must_use]
pub fn row_of(row: &str) -> Option<[&str; 3]> {
    let mut words = row.split(' ');
    let read = [words.next()?, words.next()?, words.next()?];
    (words.next().is_none() && read.iter().all(|word| !word.is_empty())).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_core::chance::Seed;
    use foresend_core::id::IdKey;
    use foresend_core::time::Zone;
    use foresend_core::world::program::{Outline, Program};

    #[test]
    fn people_live_where_the_preset_says() {
        let preset = Preset::named("retail").unwrap();
        let n = 50_000u32;
        let mut counts = [0.0; 6];
        for customer in 0..n {
            let chance = Chance::of(Seed(5), u64::from(customer));
            counts[usize::from(HomeIx::draw(&preset.zones, chance).0)] += 1.0 / f64::from(n);
        }
        let home = *preset.zones.home;
        assert!((counts[0] - home).abs() < 0.01, "{counts:?}");
        for (count, share) in counts[1..].iter().zip(&preset.zones.shares.value) {
            assert!((count - (1.0 - home) * share).abs() < 0.005, "{counts:?}");
        }
    }

    #[test]
    fn a_home_has_the_clock_of_its_zone_and_the_programs_own_comes_first() {
        let preset = Preset::named("retail").unwrap();
        let program = |zone| Program::new(Outline::new(Zone::named(zone).unwrap(), "EUR", 2));
        let monday = Timestamp::from_millis(1_772_409_600_000);
        let waits = (Wait::ZERO, Wait::days(60));
        for (zone, country) in [("Europe/Berlin", Some("DE")), ("Asia/Tokyo", None)] {
            let mut world = World::new(Seed(1), IdKey(1), program(zone));
            let homes = Homes::new(&mut world, &preset, monday, waits);
            assert_eq!(homes.0.len(), 1 + preset.zones.away.len());
            assert_eq!(homes.0[0].zone, ZoneIx::PROGRAM);
            let says = homes.0[0].says.as_ref().map(|(country, _)| &**country);
            assert_eq!(says, country, "{zone}");
            for home in &homes.0 {
                let own = Clock::new(world.zone(home.zone), monday, waits, &[1.0; 12]);
                assert_eq!(home.clock, own);
            }
        }
        assert_eq!(row_of("Europe/Paris FR fr-FR"), Some(["Europe/Paris", "FR", "fr-FR"]));
        assert_eq!(
            (row_of("Europe/Paris FR"), row_of("a b c d"), row_of("a  b")),
            (None, None, None)
        );
    }
}
