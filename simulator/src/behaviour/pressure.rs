//! How tired of our mail someone is: recent mails, each counting 1 when it arrives and fading with the memory of the
//! preset. It lowers the chance that the next is opened, and raises the chance that an opened one is the last.
//!
//! Assumed: see docs/models.md. It acts on opening and leaving, not on buying.

/// Recent mails of one customer.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Pressure {
    level: f64,
    at: f64,
}

impl Pressure {
    /// A mail arrives at `t`, in hours: what weighed before it, with a memory of `memory` hours.
    #[must_use]
    pub fn arrive(&mut self, t: f64, memory: f64) -> f64 {
        let before = self.level * (-(t - self.at) / memory).exp();
        *self = Self { level: before + 1.0, at: t };
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_weighs_on_the_next_and_fades() {
        let mut pressure = Pressure::default();
        assert!(pressure.arrive(100.0, 168.0).abs() < 1e-12);
        let second = pressure.arrive(268.0, 168.0);
        assert!((second - (-1.0f64).exp()).abs() < 1e-12);
        let third = pressure.arrive(268.0, 168.0);
        assert!((third - (second + 1.0)).abs() < 1e-12);
    }
}
