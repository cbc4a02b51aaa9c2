//! Single lives, without a program: what people do by themselves, and what a mail changes in it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod delays;
mod hillstrom;
mod overlay;
mod skeleton;

use foresend_core::chance::Seed;
use foresend_core::time::{Timestamp, Wait, Zone};
use foresend_simulator::behaviour::shopper::{Letter, Seen, Shopper};
use foresend_simulator::behaviour::{Heard, Model, Scene};
use foresend_simulator::population::{Clock, Person, Preset};
use foresend_simulator::stream::Chance;

const WEEK_H: f64 = 168.0;
/// No season.
const EVEN: [f64; 12] = [1.0; 12];
/// 2026-03-02T00:00Z, a Monday.
const MONDAY: Timestamp = Timestamp::from_millis(1_772_409_600_000);

fn utc() -> Clock {
    Clock::new(&Zone::named("UTC").unwrap(), MONDAY, (Wait::days(90), Wait::days(400)), &EVEN)
}

fn person(model: &Model, seed: u64, customer: u32) -> Person {
    let chance = Chance::of(Seed(seed), u64::from(customer));
    Person::draw(&model.preset, &model.people, chance, &mut Vec::new())
}

/// `retail` with these numbers changed.
fn retail(changes: &[(&str, &[f64])]) -> Preset {
    let retail = Preset::named("retail").unwrap();
    changes.iter().fold(retail, |preset, (key, values)| preset.with(key, values).unwrap())
}

/// Plays the life of `person` for so many hours, hands over each of `mails` at its hour, and shows all that is seen.
fn live(
    (model, clock, person): (&Model, &Clock, &Person),
    hours: f64,
    mails: &[(f64, Letter)],
    mut see: impl FnMut(Timestamp, Seen),
) {
    let scene = Scene { model, clock, person, end: hours, heard: Heard::default(), inbox: 1.0 };
    let mut shopper = Shopper::default();
    shopper.begin(&scene);
    let mut mails = mails.iter().peekable();
    let end = clock.instant(hours);
    loop {
        let at = mails.peek().map_or(end, |(t, _)| clock.instant(*t));
        while shopper.next() < at {
            let (at, seen) = shopper.step(&scene);
            see(at, seen);
        }
        let Some((t, letter)) = mails.next() else { return };
        shopper.receive(&scene, *t, *letter);
    }
}

/// A mean and its standard error.
#[derive(Default)]
struct Mean {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.n += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    fn mean(&self) -> f64 {
        self.sum / self.n
    }

    fn error(&self) -> f64 {
        ((self.squares / self.n - self.mean().powi(2)) / self.n).sqrt()
    }
}

#[track_caller]
#[expect(clippy::print_stdout, reason = "with --nocapture it says what was measured")]
fn check(found: &[(&str, f64, f64, f64)]) {
    for &(name, value, wanted, band) in found {
        println!("{name}: {value:.5} (wanted {wanted} ± {band:.5})");
    }
    for &(name, value, wanted, band) in found {
        assert!((value - wanted).abs() < band, "{name}: {value}, wanted {wanted} ± {band}");
    }
}
