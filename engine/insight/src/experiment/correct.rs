//! Several tests read together: how each must be corrected so that one finding in twenty of nothing stays one.
//! For a few differences that decide, Holm; for many that only guide, Benjamini and Hochberg; for several arms against
//! one control, Dunnett, which knows that they share it.

use super::Test;
use super::arm::Arm;
use super::difference::Difference;
use super::{is_share, max_t, outside};

/// Holm's adjusted p-values, in the order given: the chance that any of several tests of nothing falls below α stays
/// below α, however the tests go together. NaN counts as 1.
///
/// Source: Holm (1979), Scandinavian Journal of Statistics 6(2). Held by `adjusted_values_are_those_of_r`.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let order = ascending(p);
    let mut adjusted = vec![1.0; p.len()];
    let mut largest = 0.0f64;
    for (&at, left) in order.iter().zip((0u32..).take(p.len()).map(f64::from)) {
        largest = largest.max(sound(p[at]) * (f64::from(count(p)) - left)).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

/// Adjusted p-values of Benjamini and Hochberg, in the order given: of those below α, a share of α is expected to be
/// nothing, where the tests are independent or go up together. NaN counts as 1.
///
/// Source: Benjamini, Hochberg (1995), JRSS B 57(1). Held by `adjusted_values_are_those_of_r`.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let order = ascending(p);
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0f64;
    let ranks: Vec<f64> = (1..=count(p)).map(f64::from).collect();
    for (&at, rank) in order.iter().zip(ranks).rev() {
        least = least.min(sound(p[at]) * (f64::from(count(p)) / rank));
        adjusted[at] = least;
    }
    adjusted
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| sound(p[a]).total_cmp(&sound(p[b])));
    order
}

fn sound(p: f64) -> f64 {
    if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
}

fn count(p: &[f64]) -> u32 {
    u32::try_from(p.len()).unwrap_or(u32::MAX)
}

/// Several arms against one control, read once: the intervals hold together with 1 − `alpha`, and each p-value is
/// the chance that any arm would seem so different if none were. `None`: nothing varies in one, or `alpha` is no share.
///
/// The correlation of two differences is that of what they share, the control: v / √((v + vᵢ)(v + vⱼ)) with v the
/// variance of each mean. Normal, not t: from a hundred customers an arm the two agree.
///
/// Source: Dunnett (1955), JASA 50(272); the point by [`max_t::quantile`], within its error. Held by
/// `dunnett_lies_between_one_test_and_bonferroni`.
#[must_use]
pub fn dunnett(control: &Arm, arms: &[Arm], alpha: f64) -> Option<Vec<Test>> {
    if !is_share(alpha) {
        return None;
    }
    let against = |arm: &Arm| Difference::absolute(control, arm);
    let differences = arms.iter().map(against).collect::<Option<Vec<_>>>()?;
    let shared = control.variance / control.n;
    let correlation: Vec<Vec<f64>> = (0..differences.len())
        .map(|i| {
            let one = |j: usize| {
                let both = (differences[i].variance * differences[j].variance).sqrt();
                if i == j { 1.0 } else { shared / both }
            };
            (0..differences.len()).map(one).collect()
        })
        .collect();
    let largest = max_t::Largest::of(&correlation);
    let point = largest.quantile(1.0 - alpha);
    let test = |difference: &Difference| {
        let error = difference.variance.sqrt();
        let z = difference.value / error;
        // The draws count no chance below one of them: beyond, Bonferroni's bound, which is then nearly exact.
        let bound = outside(z) * real_len(arms);
        let p = largest.beyond(z.abs()).max(outside(z)).min(bound);
        Test::about(difference.value, point * error, p)
    };
    Some(differences.iter().map(test).collect())
}

fn real_len(arms: &[Arm]) -> f64 {
    f64::from(u32::try_from(arms.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") and "BH" of R.
    #[test]
    fn adjusted_values_are_those_of_r() {
        let p = [0.01, 0.04, 0.03, 0.005];
        let close = |found: &[f64], expected: &[f64]| {
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
        };
        close(&holm(&p), &[0.03, 0.06, 0.06, 0.02]);
        close(&benjamini_hochberg(&p), &[0.02, 0.04, 0.04, 0.02]);
        close(&holm(&[0.9, 0.8, f64::NAN]), &[1.0, 1.0, 1.0]);
        close(&benjamini_hochberg(&[0.5]), &[0.5]);
        close(&holm(&[]), &[]);
    }

    #[test]
    fn dunnett_lies_between_one_test_and_bonferroni() {
        let control = Arm::share(10_000, 500).unwrap();
        let arms = [540, 560, 470, 700].map(|x| Arm::share(10_000, x).unwrap());
        let found = dunnett(&control, &arms, 0.05).unwrap();
        for (test, arm) in found.iter().zip(&arms) {
            let difference = Difference::absolute(&control, arm).unwrap();
            let error = difference.variance.sqrt();
            let point = (test.high - test.value) / error;
            // Dunnett (1964): 2.44 for four arms at ρ = 0.5, within the error of the draws.
            assert!((point - 2.44).abs() < 0.04, "{point}");
            let alone = outside(difference.value / error);
            assert!(test.p >= alone && test.p <= (4.0 * alone).min(1.0), "{test:?} {alone}");
        }
        assert!(found[3].is_clear() && found[3].p > 0.0 && found[3].p < 1e-6, "{:?}", found[3]);
        assert!(!found[0].is_clear());
        assert_eq!(dunnett(&control, &[], 0.05), Some(Vec::new()));
        assert_eq!(dunnett(&control, &arms, 0.0), None);
    }
}
