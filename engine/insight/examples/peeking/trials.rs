//! Many tests of two shares, each looked at every day, and how often each way of reading finds something. Days are
//! hashed binomial numbers, so a trial does not depend on which thread runs it, nor on how many there are.

use foresend_core::chance::{bits, join, unit};
use foresend_insight::experiment::arm::Arm;
use foresend_insight::experiment::difference::Difference;
use foresend_insight::experiment::sequential::TUNED_FOR;
use foresend_insight::experiment::{proportions, spending};
use std::thread;

pub(crate) const ALPHA: f64 = 0.05;
/// The difference that the mixture expects: one percentage point, the size of gap that a mail is hoped to make.
pub(crate) const TAU: f64 = 0.01;
/// The key of all trials: "peek" in ASCII.
const KEY: u64 = 0x7065_656B;

/// Tests to be run.
#[derive(Clone, Copy)]
pub(crate) struct Trials {
    pub(crate) runs: u32,
    /// Days, each with a look at its end.
    pub(crate) looks: u32,
    /// Customers an arm and day.
    pub(crate) a_day: u32,
    /// The true shares of the control and the arm.
    pub(crate) shares: [f64; 2],
}

/// In how many of the runs each way of reading found a difference, whenever that was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Found {
    /// The z test, ended at the first p below α.
    pub(crate) peeking: u32,
    pub(crate) mixture: u32,
    pub(crate) always: u32,
    /// The z test at α divided by the number of looks.
    pub(crate) bonferroni: u32,
    /// Bounds by Lan and DeMets.
    pub(crate) grouped: u32,
    /// The z test at the last look only.
    pub(crate) once: u32,
}

impl Trials {
    pub(crate) fn run(&self, threads: u32) -> Found {
        let times: Vec<f64> =
            (1..=self.looks).map(|look| f64::from(look) / f64::from(self.looks)).collect();
        let bounds = spending::bounds(&times, ALPHA).expect("evenly spaced looks");
        let days = self.shares.map(|share| Binomial::new(self.a_day, share));
        let part = |thread: u32| {
            let mut found = Found::default();
            for run in (thread..self.runs).step_by(usize::try_from(threads).unwrap_or(1)) {
                found.add(self.one(run, &days, &bounds));
            }
            found
        };
        let part = &part;
        thread::scope(|scope| {
            let parts: Vec<_> =
                (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
            let mut found = Found::default();
            for part in parts {
                found.add(part.join().expect("no trial panics"));
            }
            found
        })
    }

    fn one(&self, run: u32, days: &[Binomial; 2], bounds: &[f64]) -> Found {
        // Another key for another question, so that the two tables do not share their luck.
        let key = join(join(KEY, u64::from(self.looks)), u64::from(run));
        let each = ALPHA / f64::from(self.looks);
        let (mut n, mut reached) = (0u64, [0u64; 2]);
        let mut found = Found::default();
        for (look, bound) in (0u64..).zip(bounds) {
            n += u64::from(self.a_day);
            for (arm, (reached, day)) in (0u64..).zip(reached.iter_mut().zip(days)) {
                *reached += day.at(unit(bits(key, 2 * look + arm)));
            }
            let [control, arm] = reached;
            let Some((z, test)) = proportions::z_test((n, control), (n, arm), ALPHA) else {
                continue; // nobody or everybody so far
            };
            found.peeking |= u32::from(test.p < ALPHA);
            found.bonferroni |= u32::from(test.p < each);
            found.grouped |= u32::from(z.abs() > *bound);
            found.once = u32::from(test.p < ALPHA);
            let share = |x| Arm::share(n, x).expect("no more than there are");
            if let Some(of) = Difference::absolute(&share(control), &share(arm)) {
                let clear = |test: Option<foresend_insight::experiment::Test>| {
                    u32::from(test.is_some_and(|test| test.is_clear()))
                };
                found.mixture |= clear(of.mixture(ALPHA, TAU));
                found.always |= clear(of.always(ALPHA, TUNED_FOR));
            }
        }
        found
    }
}

impl Found {
    fn add(&mut self, other: Self) {
        let Self { peeking, mixture, always, bonferroni, grouped, once } = other;
        self.peeking += peeking;
        self.mixture += mixture;
        self.always += always;
        self.bonferroni += bonferroni;
        self.grouped += grouped;
        self.once += once;
    }
}

/// How many of a day's customers reach the goal, by inversion: the chance of at most so many, from none on.
struct Binomial(Vec<f64>);

impl Binomial {
    fn new(n: u32, p: f64) -> Self {
        let odds = p / (1.0 - p);
        let mut chance = (f64::from(n) * (-p).ln_1p()).exp();
        let mut sum = 0.0;
        let below = (0..=n).map(|k| {
            sum += chance;
            chance *= f64::from(n - k) / f64::from(k + 1) * odds;
            sum
        });
        Self(below.collect())
    }

    fn at(&self, unit: f64) -> u64 {
        let below = self.0.partition_point(|sum| *sum < unit).min(self.0.len() - 1);
        u64::try_from(below).expect("no more than customers of a day")
    }
}

/// A figure that was found, against one that is known: within three standard errors of both and the rounding.
pub(crate) struct Figure {
    pub(crate) found: f64,
    pub(crate) published: f64,
    pub(crate) band: f64,
}

impl Figure {
    /// `published`: a share found in so many runs, none where it is exact; and half its last digit.
    pub(crate) fn new(found: u32, runs: u32, published: (f64, Option<u32>, f64)) -> Self {
        let (share, of, rounding) = published;
        let both = 1.0 / f64::from(runs) + of.map_or(0.0, |of| 1.0 / f64::from(of));
        let band = 3.0 * (share * (1.0 - share) * both).sqrt() + rounding;
        Self { found: f64::from(found) / f64::from(runs), published: share, band }
    }

    pub(crate) fn holds(&self) -> bool {
        (self.found - self.published).abs() <= self.band
    }
}

/// Tests of nothing, 28 looks: what was published of 20,000 runs; and α, which is exact for group sequential bounds.
pub(crate) fn of_nothing(runs: u32, threads: u32) -> Vec<(&'static str, Figure)> {
    let found = Trials { runs, looks: 28, a_day: 1_000, shares: [0.05, 0.05] }.run(threads);
    let known = |share, rounding| (share, Some(20_000), rounding);
    let figure = |found, published| Figure::new(found, runs, published);
    vec![
        ("peeking: ended at the first p < 0.05", figure(found.peeking, known(0.271, 0.0005))),
        ("mixture (mSPRT), τ = 0.01", figure(found.mixture, known(0.0164, 0.000_05))),
        ("confidence sequence, N* = 5,000", figure(found.always, known(0.0165, 0.000_05))),
        ("Bonferroni over the looks", figure(found.bonferroni, known(0.0163, 0.000_05))),
        ("group sequential (Lan, DeMets)", figure(found.grouped, (ALPHA, None, 0.0))),
        ("one look, at the end", figure(found.once, known(0.049, 0.0005))),
    ]
}

/// Tests of 5 % against 5.5 %, 60 looks: what was published of 5,000 runs. The group sequential row was not: it has to
/// lie between Bonferroni's and one look.
pub(crate) fn of_something(runs: u32, threads: u32) -> (Vec<(&'static str, Figure)>, Found) {
    let found = Trials { runs, looks: 60, a_day: 1_000, shares: [0.05, 0.055] }.run(threads);
    let known = |share, rounding| (share, Some(5_000), rounding);
    let figure = |found, published| Figure::new(found, runs, published);
    let figures = vec![
        ("peeking, which is not valid", figure(found.peeking, known(0.99, 0.005))),
        ("mixture (mSPRT), τ = 0.01", figure(found.mixture, known(0.82, 0.005))),
        ("confidence sequence, N* = 5,000", figure(found.always, known(0.78, 0.005))),
        ("Bonferroni over the looks", figure(found.bonferroni, known(0.77, 0.005))),
        ("one look, at the end", figure(found.once, known(0.973, 0.0005))),
    ];
    (figures, found)
}
