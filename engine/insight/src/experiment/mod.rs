//! The statistics by which experiments are judged: each file answers one question, and says with which formula,
//! from which source, and which test holds it. [`judge`] puts them together into what the board shows.
//!
//! Pure: what is drawn here is hashed from a fixed key, so the same numbers always give the same answer. Where a
//! question has no answer (nobody reached an arm, nothing varies) there is `None`, never a number that is not one.

pub mod arm;
pub mod bayes;
pub mod correct;
pub mod difference;
pub mod judge;
pub mod max_t;
pub mod proportions;
pub mod sample_ratio;
pub mod sequential;
pub mod size;
pub mod spending;

use statrs::distribution::{ContinuousCDF, Normal};

/// What a comparison comes to: an estimate, an interval about it, and the chance of so much if there were nothing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Test {
    /// The estimate, in the unit of what was compared.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The p-value, 0 to 1, two-sided.
    pub p: f64,
}

impl Test {
    fn about(value: f64, half: f64, p: f64) -> Self {
        Self { value, low: value - half, high: value + half, p: p.clamp(0.0, 1.0) }
    }

    /// Whether the interval leaves no doubt about the sign.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// A share to be wrong in: strictly between 0 and 1.
fn is_share(alpha: f64) -> bool {
    alpha > 0.0 && alpha < 1.0
}

/// The point that a normal variable exceeds, on either side, with probability `alpha`.
fn two_sided(alpha: f64) -> f64 {
    -Normal::standard().inverse_cdf(alpha / 2.0)
}

/// How likely a normal variable is further out than `z`, on either side.
fn outside(z: f64) -> f64 {
    2.0 * Normal::standard().sf(z.abs())
}

#[expect(clippy::cast_precision_loss, reason = "statistics are shown to four digits")]
fn real(count: u64) -> f64 {
    count as f64
}
