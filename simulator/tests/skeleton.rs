//! Lives without mail: the orders are those of the purchase process they claim to be, and people look around, fill
//! carts and leave them as often as the preset says. Mail is measured against this, so an error here would show up as
//! an effect of mail.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use foresend_core::chance::Seed;
use foresend_core::time::{Timestamp, Wait, Zone};
use foresend_simulator::behaviour::shopper::{Seen, Shopper};
use foresend_simulator::behaviour::{Model, Scene};
use foresend_simulator::population::{Clock, Person, Preset};
use foresend_simulator::stream::Chance;

const WEEK_H: f64 = 168.0;
/// 2026-03-02T00:00Z, a Monday.
const MONDAY: Timestamp = Timestamp::from_millis(1_772_409_600_000);

fn utc() -> Clock {
    Clock::new(&Zone::named("UTC").unwrap(), MONDAY, Wait::days(90), Wait::days(400))
}

/// From the same Monday, 00:00 on its own clocks, which go forward six days later.
fn new_york() -> Clock {
    let start = MONDAY.after(Wait::hours(5));
    let zone = Zone::named("America/New_York").unwrap();
    Clock::new(&zone, start, Wait::days(90), Wait::days(60))
}

/// What one life came to.
#[derive(Default)]
struct Life {
    sessions: u32,
    views: u32,
    carts: u32,
    orders: u32,
    /// Orders that came later than in the session.
    late: u32,
    checkouts: u32,
}

fn live(model: &Model, clock: &Clock, person: &Person, hours: f64) -> Life {
    let scene = Scene { model, clock, person, end: hours };
    let mut shopper = Shopper::default();
    shopper.begin(&scene);
    let (mut life, mut carts) = (Life::default(), Vec::new());
    while shopper.next() < clock.instant(hours) {
        let (at, seen) = shopper.step(&scene);
        match seen {
            Seen::Viewed(_, view) => {
                life.views += 1;
                life.sessions += u32::from(view == 0);
            }
            Seen::Added(cart, line) => {
                life.carts += u32::from(line == 0);
                carts.retain(|&(key, _)| key != cart.key);
                carts.push((cart.key, at));
            }
            Seen::CheckoutStarted(cart) => {
                life.checkouts += 1;
                carts.retain(|&(key, _)| key != cart.key);
                carts.push((cart.key, at));
            }
            Seen::Ordered(cart) => {
                life.orders += 1;
                let &(_, since) = carts.iter().find(|&&(key, _)| key == cart.key).unwrap();
                let hours = at.since(since).millis() as f64 / 3.6e6;
                life.late += u32::from(hours > 0.2);
            }
            Seen::Nothing => {}
            Seen::Retry(_)
            | Seen::Opened(..)
            | Seen::Clicked(_)
            | Seen::OpenedByMachine(_)
            | Seen::ClickedByMachine(_) => panic!("nobody was mailed"),
        }
    }
    life
}

fn person(model: &Model, seed: u64, customer: u32) -> Person {
    let chance = Chance::of(Seed(seed), u64::from(customer));
    Person::draw(&model.preset, model.funnel.per_cart(), chance, &mut Vec::new())
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

#[test]
fn orders_without_mail_are_bg_nbd() {
    let ages: Vec<f64> =
        include_str!("data/cdnow_ages.csv").lines().filter_map(|line| line.parse().ok()).collect();
    assert_eq!(ages.len(), 2357);
    let preset = Preset::named("retail").unwrap().with("purchase.age", &[0.0]).unwrap();
    let (model, clock) = (Model::new(preset, 2), utc());
    let (mut repeats, mut none) = (Mean::default(), Mean::default());
    let (mut over, mut none_over) = (Mean::default(), Mean::default());
    for customer in 0..100_000 {
        let weeks = ages[customer as usize % ages.len()];
        let person = person(&model, 11, customer);
        let orders = f64::from(live(&model, &clock, &person, weeks * WEEK_H).orders);
        let is_none = f64::from(u8::from(orders < 0.5));
        repeats.add(orders);
        none.add(is_none);
        over.add(orders - person.process.expected(weeks));
        none_over.add(is_none - (-person.process.rate * weeks).exp());
    }
    // The exact values at the ages of the CDNOW cohort are 1.0581 and .5972. The second pair takes the
    // expectation given λ and p away, and most of the noise with it.
    check(&[
        ("mean repeats", repeats.mean(), 1.058, 0.021),
        ("share without", none.mean(), 0.597, 0.005),
        ("mean repeats over expectation", over.mean(), 0.0, 3.0 * over.error()),
        ("share without over expectation", none_over.mean(), 0.0, 3.0 * none_over.error()),
    ]);
}

#[test]
fn sixty_days_of_retail_look_as_the_preset_says() {
    let (model, clock) = (Model::new(Preset::named("retail").unwrap(), 2), new_york());
    let (days, n) = (60.0, 100_000);
    let weeks = days / 7.0;
    let (mut all, mut expected) = (Life::default(), 0.0);
    for customer in 0..n {
        let person = person(&model, 12, customer);
        let life = live(&model, &clock, &person, weeks * WEEK_H);
        if person.dormant_since.is_none() {
            expected += person.process.expected(weeks);
        } else {
            assert_eq!(life.sessions, 0, "who went dormant before the start does not come back");
        }
        all.sessions += life.sessions;
        all.views += life.views;
        all.carts += life.carts;
        all.orders += life.orders;
        all.checkouts += life.checkouts;
        all.late += life.late;
    }
    let of = |a: u32, b: u32| f64::from(a) / f64::from(b);
    let abandoned = all.carts - (all.orders - all.late);
    check(&[
        ("orders over expectation", f64::from(all.orders) / expected, 1.0, 0.03),
        ("sessions a customer and month", of(all.sessions, n) / 60.0 * 30.4375, 3.48, 0.03 * 3.48),
        ("views a session", of(all.views, all.sessions), 3.5, 0.03 * 3.5),
        ("orders a session", of(all.orders, all.sessions), 0.0246, 0.04 * 0.0246),
        ("carts a session", of(all.carts, all.sessions), 0.069, 0.04 * 0.069),
        ("carts left", of(abandoned, all.carts), 0.695, 0.04 * 0.695),
        ("left carts ordered late", of(all.late, abandoned), 0.073, 0.04 * 0.073),
        ("carts that reach the checkout", of(all.checkouts, all.carts), 0.5, 0.02),
    ]);
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
