//! What GrowthBook's gbstats 0.8.0 (MIT) finds, found again to nine digits: `data/gbstats_fixtures.json`, where every
//! entry is read by name, so that none is passed over.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails the test")]

use foresend_insight::experiment::arm::{Arm, Pair, Sums, corrected};
use foresend_insight::experiment::bayes::chances;
use foresend_insight::experiment::difference::Difference;
use foresend_insight::experiment::{Test, proportions, sample_ratio};
use serde_json::Value;
use std::collections::BTreeSet;

/// The fixtures, and which of them were looked at.
struct Fixtures {
    all: Value,
    seen: BTreeSet<String>,
}

impl Fixtures {
    fn take(&mut self, name: &str) -> Value {
        self.seen.insert(name.to_owned());
        self.all.get(name).unwrap_or_else(|| panic!("no {name}")).clone()
    }
}

fn number(value: &Value, path: &str) -> f64 {
    let found = path.split('.').filter(|key| !key.is_empty()).fold(value, |value, key| {
        match key.parse::<usize>() {
            Ok(index) => &value[index],
            Err(_) => &value[key],
        }
    });
    found.as_f64().unwrap_or_else(|| panic!("{path} is {found}"))
}

fn whole(value: &Value, path: &str) -> u64 {
    let number = number(value, path);
    assert!(number >= 0.0 && number.fract().abs() < f64::EPSILON, "{path}: {number}");
    format!("{number:.0}").parse().unwrap()
}

#[track_caller]
fn close(name: &str, found: f64, expected: f64) {
    let tolerance = 1e-9 * expected.abs().max(1e-3);
    assert!((found - expected).abs() <= tolerance, "{name}: {found}, not {expected}");
}

#[track_caller]
fn same(name: &str, found: &Test, expected: &Value) {
    close(name, found.value, number(expected, "exp"));
    close(name, found.low, number(expected, "ci.0"));
    close(name, found.high, number(expected, "ci.1"));
    close(name, found.p, number(expected, "p"));
}

fn difference(fixture: &Value) -> Difference {
    let arm = |who: &str| {
        let of = |what: &str| whole(fixture, &format!("inputs.{who}.{what}"));
        Arm::share(of("n"), of("successes")).unwrap()
    };
    let (control, arm) = (arm("control"), arm("treated"));
    match fixture["inputs"]["difference"].as_str() {
        Some("relative") => Difference::relative(&control, &arm).unwrap(),
        Some("absolute") => Difference::absolute(&control, &arm).unwrap(),
        other => panic!("a difference that is {other:?}"),
    }
}

fn pair(inputs: &Value, arm: &str) -> Pair {
    let of = |what: &str| number(inputs, &format!("{what}{arm}"));
    let sums = |what: &str| Sums {
        n: whole(inputs, "n"),
        sum: of(&format!("sum_{what}")),
        squares: of(&format!("ss_{what}")),
    };
    Pair { of: sums("y"), by: sums("x"), products: of("sp_") }
}

#[test]
fn gbstats_values_are_found() {
    let text = include_str!("data/gbstats_fixtures.json");
    let mut fixtures = Fixtures { all: serde_json::from_str(text).unwrap(), seen: BTreeSet::new() };

    for name in ["gb_ttest_absolute", "gb_ttest_relative", "gb_ttest_abs_500_540"] {
        let fixture = fixtures.take(name);
        let difference = difference(&fixture);
        same(name, &difference.welch(number(&fixture, "inputs.alpha")).unwrap(), &fixture);
        if fixture.get("sd").is_some() {
            close(name, difference.variance.sqrt(), number(&fixture, "sd"));
        }
    }
    for name in ["gb_seq_absolute", "gb_seq_relative", "gb_seq_abs_500_540"] {
        let fixture = fixtures.take(name);
        let (alpha, tuned) =
            (number(&fixture, "inputs.alpha"), number(&fixture, "inputs.tuning_n"));
        same(name, &difference(&fixture).always(alpha, tuned).unwrap(), &fixture);
    }
    for name in [
        "gb_bayes_flat_absolute",
        "gb_bayes_flat_relative",
        "gb_bayes_prior_absolute",
        "gb_bayes_prior_relative",
    ] {
        let fixture = fixtures.take(name);
        let difference = difference(&fixture);
        let prior = fixture["inputs"]["prior"]["proper"].as_bool().unwrap().then(|| {
            // Priors of gbstats are of the relative difference.
            let scale = match fixture["inputs"]["difference"].as_str() {
                Some("absolute") => difference.control,
                _ => 1.0,
            };
            let of = |what: &str| number(&fixture, &format!("inputs.prior.{what}"));
            (of("mean") * scale, of("variance") * scale * scale)
        });
        let posterior = difference.posterior(prior).unwrap();
        let (low, high) = posterior.interval(number(&fixture, "inputs.alpha")).unwrap();
        let (control, arm) = posterior.risk();
        close(name, posterior.chance_to_win(), number(&fixture, "ctw"));
        close(name, posterior.mean, number(&fixture, "exp"));
        close(name, low, number(&fixture, "ci.0"));
        close(name, high, number(&fixture, "ci.1"));
        close(name, control, number(&fixture, "risk.0"));
        close(name, arm, number(&fixture, "risk.1"));
    }

    let (z, test) = proportions::z_test((10_000, 500), (10_000, 540), 0.05).unwrap();
    let fixture = fixtures.take("ztest_500_540");
    close("z", z, number(&fixture, "0"));
    close("z", test.p, number(&fixture, "1"));
    let fixture = fixtures.take("chi2_500_540");
    close("chi2", z * z, number(&fixture, "0"));
    close("chi2", test.p, number(&fixture, "1"));

    // Assigned half and half, 10,000 and 10,300 customers in all; and the three arms of Hillstrom's test.
    let srm = sample_ratio::p_value(&[10_000, 10_300], &[1.0, 1.0]).unwrap();
    close("srm", srm, number(&fixtures.take("srm_5050_10000_10300"), ""));
    let hillstrom = sample_ratio::p_value(&[21_306, 21_387, 21_307], &[1.0; 3]).unwrap();
    close("srm_hill", hillstrom, number(&fixtures.take("srm_hill"), ""));

    // Beta(501, 9501) and Beta(541, 9461).
    let found = chances(&[(10_000, 500), (10_000, 540)]).unwrap();
    let exact = fixtures.take("P_B_gt_A_beta(501,9501)vs(541,9461)");
    close("P(B > A)", found[1].best, number(&exact, ""));
    close("loss", found[1].loss, number(&fixtures.take("loss_choose_B"), ""));
    // Not the same method: 4 million draws. Their error is 0.00015 and 0.0000004 (twice the standard error 0.0000002).
    let drawn = number(&fixtures.take("  mc"), "");
    assert!((found[1].best - drawn).abs() < 3.0 * 0.00015, "{drawn}");
    let drawn = number(&fixtures.take("  loss mc"), "");
    assert!((found[1].loss - drawn).abs() < 3.0 * 0.0000004, "{drawn}");

    let fixture = fixtures.take("cuped");
    let inputs = &fixture["inputs"];
    let (theta, control, arm) = corrected(&pair(inputs, "a"), &pair(inputs, "b")).unwrap();
    close("theta", theta, number(&fixture, "theta"));
    let found = Difference::absolute(&control, &arm).unwrap().welch(0.05).unwrap();
    same("cuped", &found, &fixture);

    let all: BTreeSet<String> = fixtures.all.as_object().unwrap().keys().cloned().collect();
    let left: Vec<&String> =
        all.difference(&fixtures.seen).filter(|name| *name != "_about").collect();
    assert!(left.is_empty(), "not looked at: {left:?}");
}
