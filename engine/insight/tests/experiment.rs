//! What must hold of any counts whatever: intervals shrink, arms may be swapped, a p-value is one, and counts that
//! say nothing are `None` and never a panic or NaN.

use foresend_insight::board::experiment::Verdict;
use foresend_insight::experiment::arm::{Arm, Pair, Sums, corrected};
use foresend_insight::experiment::bayes::chances;
use foresend_insight::experiment::difference::Difference;
use foresend_insight::experiment::judge::{Counts, Guard, Holdout, Split, Then, Watched, judge};
use foresend_insight::experiment::{Test, correct, proportions, sample_ratio, size, spending};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::with_cases(cases)
    }
}

/// (customers, successes), often at an edge.
fn any_counts() -> impl Strategy<Value = (u64, u64)> {
    let n = prop_oneof![0u64..4, 4u64..2_000, 2_000u64..5_000_000];
    (n, prop_oneof![1 => Just(0.0), 1 => Just(1.0), 4 => 0.0..1.0]).prop_map(|(n, share)| {
        let successes = format!("{:.0}", n as f64 * share).parse().unwrap_or(n);
        (n, u64::min(successes, n))
    })
}

fn all_tests(control: (u64, u64), arm: (u64, u64), alpha: f64) -> Vec<Option<Test>> {
    let share = |(n, x)| Arm::share(n, x);
    let both = share(control).zip(share(arm));
    let absolute = both.and_then(|(a, b)| Difference::absolute(&a, &b));
    let relative = both.and_then(|(a, b)| Difference::relative(&a, &b));
    let mut tests = vec![proportions::z_test(control, arm, alpha).map(|(_, test)| test)];
    for difference in [absolute, relative] {
        tests.push(difference.and_then(|of| of.welch(alpha)));
        tests.push(difference.and_then(|of| of.always(alpha, 5_000.0)));
        tests.push(difference.and_then(|of| of.mixture(alpha, 0.01)));
        let flat = difference.and_then(|of| of.posterior(None));
        tests.push(flat.and_then(|belief| {
            let (low, high) = belief.interval(alpha)?;
            Some(Test { value: belief.mean, low, high, p: belief.chance_to_win() })
        }));
    }
    tests
}

proptest! {
    #![proptest_config(settings(400))]

    #[test]
    fn a_test_is_a_number_or_nothing(a in any_counts(), b in any_counts(), alpha in 0.001f64..0.5) {
        for test in all_tests(a, b, alpha).into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&test.p), "{test:?}");
            prop_assert!(test.low.is_finite() && test.high.is_finite(), "{test:?}");
            prop_assert!(test.low <= test.value && test.value <= test.high, "{test:?}");
        }
    }

    #[test]
    fn swapped_arms_have_the_opposite_difference(a in any_counts(), b in any_counts()) {
        let there = all_tests(a, b, 0.05);
        let back = all_tests(b, a, 0.05);
        // The relative ones, from the fifth on, are of another base.
        for (there, back) in there.into_iter().zip(back).take(4) {
            prop_assert_eq!(there.is_some(), back.is_some());
            let Some((there, back)) = there.zip(back) else { continue };
            let scale = there.high.abs().max(there.low.abs()).max(1e-9);
            prop_assert!((there.low + back.high).abs() < 1e-9 * scale, "{there:?} {back:?}");
            prop_assert!((there.high + back.low).abs() < 1e-9 * scale, "{there:?} {back:?}");
            prop_assert!((there.p - back.p).abs() < 1e-9, "{there:?} {back:?}");
        }
    }

    #[test]
    fn intervals_shrink_as_customers_come(n in 2u64..100_000, x in 1u64..100_000, y in 1u64..100_000) {
        let (x, y) = (x.min(n - 1), y.min(n - 1));
        let few = all_tests((n, x), (n, y), 0.05);
        let many = all_tests((4 * n, 4 * x), (4 * n, 4 * y), 0.05);
        for (few, many) in few.into_iter().zip(many) {
            let Some((few, many)) = few.zip(many) else { continue };
            prop_assert!(many.high - many.low < few.high - few.low, "{few:?} {many:?}");
        }
    }

    #[test]
    fn one_who_may_look_always_knows_less(a in any_counts(), b in any_counts()) {
        let tests = all_tests(a, b, 0.05);
        for (fixed, always) in [(1, 2), (1, 3), (5, 6), (5, 7)] {
            // With few customers Welch's interval is wide for another reason: the variance is not known.
            if a.0.min(b.0) < 50 { continue; }
            let Some((fixed, always)) = tests[fixed].zip(tests[always]) else { continue };
            prop_assert!(always.high - always.low > fixed.high - fixed.low || fixed.p > 0.999 || rare(a, b));
        }
    }

    #[test]
    fn corrected_p_values_are_never_smaller(p in prop::collection::vec(0.0f64..=1.0, 0..12)) {
        for adjusted in [correct::holm(&p), correct::benjamini_hochberg(&p)] {
            prop_assert_eq!(adjusted.len(), p.len());
            prop_assert!(adjusted.iter().zip(&p).all(|(a, p)| a >= p && *a <= 1.0));
        }
        let pairs = correct::holm(&p).into_iter().zip(correct::benjamini_hochberg(&p));
        prop_assert!(pairs.into_iter().all(|(holm, bh)| holm >= bh - 1e-12));
    }

    #[test]
    fn any_split_has_a_p_value(seen in prop::collection::vec(0u64..1_000_000, 2..6), scale in 0.01f64..100.0) {
        let p = sample_ratio::p_value(&seen, &vec![scale; seen.len()]);
        prop_assert!(p.is_some_and(|p| (0.0..=1.0).contains(&p)));
        let mut turned = seen.clone();
        turned.reverse();
        let other = sample_ratio::p_value(&turned, &vec![1.0; seen.len()]);
        prop_assert!(p.zip(other).is_some_and(|(p, other)| (p - other).abs() < 1e-9));
    }

    #[test]
    fn sizes_grow_as_gaps_shrink(base in 0.0f64..1.0, gap in 0.0001f64..0.5, alpha in 0.001f64..0.3) {
        if let Some((wide, narrow)) = size::a_side(base, gap, alpha, 0.8).zip(size::a_side(base, gap / 2.0, alpha, 0.8)) {
            prop_assert!(narrow >= wide, "{narrow} {wide}");
        }
    }

    #[test]
    fn what_was_known_before_never_adds_variance(values in prop::collection::vec((-50.0f64..50.0, -50.0f64..50.0), 4..60)) {
        let pair = |values: &[(f64, f64)]| {
            let sums = |of: fn(&(f64, f64)) -> f64| Sums {
                n: values.len() as u64,
                sum: values.iter().map(of).sum(),
                squares: values.iter().map(|value| of(value).powi(2)).sum(),
            };
            let products = values.iter().map(|(y, x)| y * x).sum();
            Pair { of: sums(|v| v.0), by: sums(|v| v.1), products }
        };
        // Both arms the same customers: the pooled θ is that of either.
        let one = pair(&values);
        let plain = Arm::mean(&one.of).map(|arm| arm.variance);
        let found = corrected(&one, &one).map(|(_, _, arm)| arm.variance);
        prop_assert!(found.zip(plain).is_some_and(|(found, plain)| found <= plain * (1.0 + 1e-9) + 1e-9));
    }
}

/// So rare that Welch's degrees of freedom are few, whatever the customers.
fn rare(a: (u64, u64), b: (u64, u64)) -> bool {
    [a, b].iter().any(|(n, x)| x.min(&(n - x)) < &50)
}

proptest! {
    #![proptest_config(settings(60))]

    #[test]
    fn chances_are_shares_of_one(arms in prop::collection::vec(any_counts(), 1..5)) {
        let Some(found) = chances(&arms) else { panic!("{arms:?}") };
        prop_assert!(found.iter().all(|of| (0.0..=1.0).contains(&of.best) && (0.0..=1.0).contains(&of.loss)));
        let sum = found.iter().map(|of| of.best).sum::<f64>();
        prop_assert!((sum - 1.0).abs() < 1e-6, "{sum}: {found:?}");
        let turned: Vec<(u64, u64)> = arms.into_iter().rev().collect();
        let turned = chances(&turned).unwrap_or_default();
        let pairs = found.iter().zip(turned.iter().rev());
        prop_assert!(pairs.into_iter().all(|(a, b)| (a.best - b.best).abs() < 1e-9));
    }

    #[test]
    fn bounds_spend_no_less_than_one_look(steps in prop::collection::vec(0.01f64..1.0, 1..8), alpha in 0.001f64..0.3) {
        let all: f64 = steps.iter().sum();
        let times: Vec<f64> = steps.iter().scan(0.0, |at, step| { *at += step / all; Some(f64::min(*at, 1.0)) }).collect();
        let bounds = spending::bounds(&times, alpha);
        let one = spending::bounds(&[1.0], alpha);
        let (Some(bounds), Some(one)) = (bounds, one) else { panic!("{times:?}") };
        prop_assert!(bounds.iter().all(|bound| bound.is_finite() && *bound > one[0] - 1e-6), "{bounds:?}");
    }

    #[test]
    fn dunnett_is_wider_than_one_test(counts in prop::collection::vec((100u64..10_000, 0.01f64..0.99), 2..5)) {
        let share = |&(n, p): &(u64, f64)| Arm { n: n as f64, mean: p, variance: p * (1.0 - p), uncorrected: p };
        let arms: Vec<Arm> = counts.iter().map(share).collect();
        let found = correct::dunnett(&arms[0], &arms[1..], 0.05);
        for (test, arm) in found.into_iter().flatten().zip(&arms[1..]) {
            let alone = Difference::absolute(&arms[0], arm).map(|of| of.variance.sqrt() * 1.92 * 2.0);
            prop_assert!(alone.is_some_and(|alone| test.high - test.low > alone));
            prop_assert!((0.0..=1.0).contains(&test.p));
        }
    }

    /// Whatever the counts and the plan: a verdict, finite numbers, and no word for a number that is none.
    #[test]
    fn anything_can_be_judged(
        days in prop::collection::vec(prop::collection::vec((0u64..3_000, 0u64..3_000), 0..20), 0..5),
        held in prop::option::of(prop::collection::vec((0u64..900, 0u64..900), 0..20)),
        plan in (0usize..30, 0usize..10, 0usize..40),
        guard in (-0.1f64..1.1, 0u64..50, 0u64..4_000),
        share in -0.5f64..1.5,
    ) {
        let variants = days.into_iter().enumerate().map(|(at, days)| Counts { name: format!("v{at}"), days });
        let found = judge(&Watched {
            name: "any".to_owned(),
            place: "a.b".to_owned(),
            factors: vec![Split { name: "subject".to_owned(), variants: variants.collect() }],
            holdout: held.map(|days| Holdout { share, days }),
            elapsed_days: plan.0,
            window_days: plan.1,
            ends_days: plan.2,
            guards: vec![Guard { name: "unsubscribes".to_owned(), line: guard.0, happened: guard.1, of: guard.2 }],
            then: Then::Ask,
        });
        let rows = found.factors.iter().flat_map(|of| &of.variants).chain(&found.any);
        for row in rows {
            prop_assert!(row.goal <= row.reached);
            prop_assert!(row.best.is_none_or(|best| (0.0..=1.0).contains(&best)));
            prop_assert!(row.against.is_none_or(|of| of.low <= of.value && of.value <= of.high));
        }
        let says = match found.verdict {
            Verdict::Open => String::new(),
            Verdict::NotYet { says } | Verdict::Ended { says } | Verdict::Stopped { says } | Verdict::Found { says } | Verdict::Broken { says } => says,
        };
        prop_assert!(says.ends_with('.') || says.contains("Sample ratio ✓ p "), "{says}");
        prop_assert!(!says.contains("NaN") && !says.contains("inf"), "{says}");
    }
}
