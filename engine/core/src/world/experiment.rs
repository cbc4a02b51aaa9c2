//! Experiments: one step in several variants at once, to see which does better. Who gets which follows from hashed
//! chance alone: it is the same for ever, on every host, and nobody has to store it.
//!
//! Factors cross: each splits the same customers into equal shares, whatever the others do.
//! Invariant: a draw is keyed by the names of the experiment and of the factor, and falls on variants in the order of
//! their names; the order in which a file lists them moves nobody.

use super::journey::{JourneyIx, MailIx, Send, StepIx};
use super::offer::OfferIx;
use crate::chance::{Purpose, Seed, drawn};
use crate::id::{CustomerId, StableId};
use crate::time::Wait;

/// An experiment's place in a program's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExperimentIx(pub u8);

/// Most combinations of variants of one experiment.
pub const COMBINATIONS_MAX: usize = 64;

/// One variant of each factor of an experiment, as one number below [`COMBINATIONS_MAX`]: the first factor counts
/// most. [`Experiment::variant`] takes it apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Variants(pub u8);

/// What one customer has in an experiment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Assigned {
    /// The experiment.
    pub experiment: ExperimentIx,
    /// Their variants, also where they are held out.
    pub variants: Variants,
    /// They get no marketing from the journey, to measure what it causes.
    pub held_out: bool,
}

/// A test of one step of one journey.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Experiment {
    /// Its file's name.
    pub name: String,
    /// What its draws are keyed by.
    pub id: StableId,
    /// The journey; it has no other experiment.
    pub journey: JourneyIx,
    /// The step, which sends.
    pub step: StepIx,
    /// The share of those who reach the step that get no marketing from the journey from there on, in millionths.
    pub holdout: u32,
    /// How long it takes in new enrolments from when it began.
    pub ends: Wait,
    /// What varies; at least one, and at most [`COMBINATIONS_MAX`] combinations.
    pub factors: Vec<Factor>,
}

/// One thing that varies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    /// `subject`, `delay`.
    pub name: String,
    /// What its draws are keyed by.
    pub id: StableId,
    /// The names of its variants, as they are listed; two at least.
    pub variants: Vec<String>,
    /// Which of them is what the step does without the experiment.
    pub control: u8,
    /// What they change for the core.
    pub sets: Sets,
    /// The same variants in the order of their names: draws fall on these.
    by_name: Vec<u8>,
}

/// What the variants of a factor change, one by one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sets {
    /// Words, which the host fills in.
    Words,
    /// The mail.
    Mail(Vec<MailIx>),
    /// The offer that the mail carries.
    Offer(Vec<Option<OfferIx>>),
    /// How long after the step before it the step comes due.
    Delay(Vec<Wait>),
}

impl Factor {
    /// The factor `name` with these variants.
    ///
    /// # Panics
    /// Where there are more than 256 variants, or `control` is none of them: the compiler of programs must have
    /// refused that.
    #[must_use]
    pub fn new(name: &str, variants: Vec<String>, control: u8, sets: Sets) -> Self {
        assert!(usize::from(control) < variants.len(), "{name} has no variant {control}");
        let last = u8::try_from(variants.len() - 1).expect("at most 64 combinations");
        let mut by_name: Vec<u8> = (0..=last).collect();
        by_name.sort_by_key(|at| &variants[usize::from(*at)]);
        let (name, id) = (name.to_owned(), StableId::of("factor", name));
        Self { name, id, variants, control, sets, by_name }
    }

    /// The variant that `customer` has in the experiment known by `of`: equal shares.
    fn drawn(&self, seed: Seed, of: StableId, customer: CustomerId) -> u8 {
        let index = u64::from(of.0) << 32 | u64::from(self.id.0);
        let drawn = drawn(seed, customer.low(), Purpose::Variant, index);
        let at = (u128::from(drawn) * self.by_name.len() as u128) >> 64;
        self.by_name[usize::try_from(at).expect("below their number")]
    }
}

impl Experiment {
    /// How many combinations there are.
    #[must_use]
    pub fn combinations(&self) -> usize {
        self.factors.iter().map(|factor| factor.variants.len()).product()
    }

    /// Which variant of the factor at `factor` the combination has.
    ///
    /// # Panics
    /// Where there is no such factor.
    #[must_use]
    pub fn variant(&self, variants: Variants, factor: usize) -> usize {
        let later = self.factors[factor + 1..].iter().map(|factor| factor.variants.len());
        usize::from(variants.0) / later.product::<usize>() % self.factors[factor].variants.len()
    }

    /// The combination of these variants, one of each factor.
    ///
    /// # Panics
    /// Where there are more combinations than [`COMBINATIONS_MAX`].
    #[must_use]
    pub fn combined(&self, variants: impl IntoIterator<Item = u8>) -> Variants {
        let mut all = 0;
        for (factor, variant) in self.factors.iter().zip(variants) {
            all = all * factor.variants.len() + usize::from(variant);
        }
        Variants(u8::try_from(all).expect("at most 64 combinations"))
    }

    /// The names of a combination's variants, in the order of the factors.
    pub fn names(&self, variants: Variants) -> impl Iterator<Item = &str> {
        let all = self.factors.iter().enumerate();
        all.map(move |(at, factor)| factor.variants[self.variant(variants, at)].as_str())
    }

    /// The combination that `customer` has, for ever.
    #[must_use]
    pub fn drawn(&self, seed: Seed, customer: CustomerId) -> Variants {
        self.combined(self.factors.iter().map(|factor| factor.drawn(seed, self.id, customer)))
    }

    /// Whether `customer` is one of those who get no marketing from the journey.
    #[must_use]
    pub fn holds_out(&self, seed: Seed, customer: CustomerId) -> bool {
        let drawn = drawn(seed, customer.low(), Purpose::TestHoldout, u64::from(self.id.0));
        u128::from(drawn) * 1_000_000 < u128::from(self.holdout) << 64
    }

    /// Whether its variants come due at different times.
    #[must_use]
    pub fn varies_delay(&self) -> bool {
        self.factors.iter().any(|factor| matches!(factor.sets, Sets::Delay(_)))
    }

    /// What the step sends under these variants, instead of `send`.
    #[must_use]
    pub fn send(&self, variants: Variants, mut send: Send) -> Send {
        for (at, factor) in self.factors.iter().enumerate() {
            match &factor.sets {
                Sets::Words | Sets::Delay(_) => {}
                Sets::Mail(mails) => send.mail = mails[self.variant(variants, at)],
                Sets::Offer(offers) => send.offer = offers[self.variant(variants, at)],
            }
        }
        send
    }

    /// How long the step waits under these variants, instead of `wait`.
    #[must_use]
    pub fn wait(&self, variants: Variants, wait: Wait) -> Wait {
        let waits = self.factors.iter().enumerate().find_map(|(at, factor)| match &factor.sets {
            Sets::Delay(waits) => Some(waits[self.variant(variants, at)]),
            Sets::Words | Sets::Mail(_) | Sets::Offer(_) => None,
        });
        waits.unwrap_or(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::IdKey;

    fn factor(name: &str, variants: &[&str]) -> Factor {
        Factor::new(name, variants.iter().map(|&v| v.to_owned()).collect(), 0, Sets::Words)
    }

    fn experiment(factors: Vec<Factor>) -> Experiment {
        Experiment {
            name: "cart-first-look".to_owned(),
            id: StableId::of("experiment", "cart-first-look"),
            journey: JourneyIx(0),
            step: StepIx(0),
            holdout: 200_000,
            ends: Wait::days(84),
            factors,
        }
    }

    fn crossed() -> Experiment {
        experiment(vec![
            factor("subject", &["plain", "named", "short"]),
            factor("button", &["return", "order"]),
        ])
    }

    fn customer(n: u32) -> CustomerId {
        CustomerId::of(IdKey(7), &format!("c-{n}"))
    }

    #[test]
    fn golden_values_never_change() {
        let experiment = crossed();
        let drawn = |n| experiment.drawn(Seed(42), customer(n)).0.to_string();
        let out = |n: &u32| experiment.holds_out(Seed(42), customer(*n));
        assert_eq!((0..24).map(drawn).collect::<String>(), "400051110151113534452235");
        assert_eq!((0..24).filter(out).collect::<Vec<_>>(), [12, 14, 19, 23]);
    }

    #[test]
    fn shares_are_equal_and_factors_do_not_know_of_each_other() {
        let experiment = crossed();
        let n = 60_000;
        let mut counts = [[0u32; 2]; 6];
        for n in 0..n {
            let variants = experiment.drawn(Seed(1), customer(n));
            let out = experiment.holds_out(Seed(1), customer(n));
            counts[usize::from(variants.0)][usize::from(out)] += 1;
        }
        // Binomial: 10,000 of each, of which a fifth is held out; 4.5 standard errors.
        for [of, out] in counts {
            assert!((f64::from(of + out) - 10_000.0).abs() < 4.5 * 91.3, "{counts:?}");
            assert!((f64::from(out) - 2_000.0).abs() < 4.5 * 44.0, "{counts:?}");
        }
    }

    #[test]
    fn the_order_of_variants_and_factors_moves_nobody() {
        let one = crossed();
        let other = experiment(vec![
            factor("button", &["order", "return"]),
            factor("subject", &["short", "plain", "named"]),
        ]);
        for n in 0..500 {
            let names = |of: &Experiment| {
                let variants = of.drawn(Seed(3), customer(n));
                let mut names: Vec<String> = of.names(variants).map(str::to_owned).collect();
                names.sort();
                names
            };
            assert_eq!(names(&one), names(&other));
        }
    }

    #[test]
    fn a_combination_is_taken_apart_as_it_was_put_together() {
        let experiment = crossed();
        assert_eq!(experiment.combinations(), 6);
        let mut seen = Vec::new();
        for subject in 0..3 {
            for button in 0..2 {
                let all = experiment.combined([subject, button]);
                assert_eq!(experiment.variant(all, 0), usize::from(subject));
                assert_eq!(experiment.variant(all, 1), usize::from(button));
                seen.push(all.0);
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
    }
}
