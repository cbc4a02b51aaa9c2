//! Zipf's law: of n things the one of rank k, counted from 0, has weight 1/(k + 1). A table of quantiles.

/// Ranks by popularity.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Ranks(Box<[u32]>);

const QUANTILES: usize = 2048;

impl Ranks {
    /// Of `n` things, from 1.
    pub(super) fn zipf(n: usize) -> Self {
        let total: f64 = (1..=n).map(weight).sum();
        let (mut rank, mut sum) = (0u32, 1.0);
        let quantile = |i: usize| {
            while sum < (small(i) + 0.5) / small(QUANTILES) * total && (rank as usize) + 1 < n {
                rank += 1;
                sum += 1.0 / (f64::from(rank) + 1.0);
            }
            rank
        };
        Self((0..QUANTILES).map(quantile).collect())
    }

    /// How often the rank is drawn.
    pub(super) fn share(&self, rank: usize) -> f64 {
        let count = self.0.iter().filter(|&&other| other as usize == rank).count();
        // Of a thousand categories some have no quantile to themselves.
        small(count).max(0.5) / small(QUANTILES)
    }

    /// The rank for a uniform number. Where ranks are rarer than quantiles, evenly between two of these.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below QUANTILES")]
    pub(super) fn at(&self, unit: f64) -> usize {
        let place = unit * small(QUANTILES);
        let at = place as usize;
        let (rank, next) = (self.0[at], self.0[(at + 1).min(QUANTILES - 1)]);
        let between = (place - small(at)) * f64::from(next - rank);
        rank as usize + if next - rank > 1 { between as usize } else { 0 }
    }
}

/// What rank k has, counted from 1.
pub(super) fn weight(k: usize) -> f64 {
    1.0 / small(k)
}

#[expect(clippy::cast_precision_loss, reason = "at most some millions")]
const fn small(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popularity_follows_zipf() {
        let ranks = Ranks::zipf(50);
        let total: f64 = (1..=50).map(weight).sum();
        for rank in [0, 1, 9, 49] {
            let share = weight(rank + 1) / total;
            assert!((ranks.share(rank) - share).abs() < 1e-3, "{rank}");
        }
    }

    #[test]
    fn of_very_many_things_every_one_may_come() {
        let (n, draws) = (100_000, 4_000_000u32);
        let ranks = Ranks::zipf(n);
        let mut seen = vec![false; n];
        let units = (0..draws).map(|i| (f64::from(i) + 0.5) / f64::from(draws));
        units.for_each(|unit| seen[ranks.at(unit)] = true);
        let missed = seen.iter().filter(|seen| !**seen).count();
        assert!(missed < n / 20, "{missed}"); // but for the gap behind the last quantile
        assert_eq!(Ranks::zipf(1).at(0.999), 0);
    }
}
