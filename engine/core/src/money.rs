//! Amounts. Sums must not depend on the order in which they were added, so nothing here is a float.

use serde::{Deserialize, Serialize};

/// A quantity in fixed point, in ten-thousandths: what events carry and facts sum. Exact, associative, and
/// saturating at ±9.2e14. Written down as its ten-thousandths.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// How many parts make one.
    pub const SCALE: i64 = 10_000;

    /// `parts` ten-thousandths.
    #[must_use]
    pub const fn from_parts(parts: i64) -> Self {
        Self(parts)
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self(number.saturating_mul(Self::SCALE))
    }

    /// Ten-thousandths.
    #[must_use]
    pub const fn parts(self) -> i64 {
        self.0
    }

    /// This plus `other`.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This `times` times.
    #[must_use]
    pub const fn times(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }

    /// In minor units of a currency that has `digits` of them, rounded half away from zero.
    #[must_use]
    pub const fn minor(self, digits: u8) -> Money {
        let mut unit = Self::SCALE;
        let mut left = digits;
        while left > 0 && unit > 1 {
            unit /= 10;
            left -= 1;
        }
        let half = if self.0 < 0 { -(unit / 2) } else { unit / 2 };
        Money(self.0.saturating_add(half) / unit)
    }
}

/// An amount in minor units (cents, pence, yen) of the program's one currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Money(i64);

impl Money {
    /// `minor` minor units.
    #[must_use]
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// As the amount an event carries, for a currency with `digits` minor digits, 0 to 4.
    #[must_use]
    pub const fn amount(self, digits: u8) -> Amount {
        let mut unit = Amount::SCALE;
        let mut left = digits;
        while left > 0 && unit > 1 {
            unit /= 10;
            left -= 1;
        }
        Amount(self.0.saturating_mul(unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_becomes_minor_units_by_the_currency() {
        assert_eq!(Amount::from_parts(123_456).minor(2), Money(1_235));
        assert_eq!(Amount::from_parts(-123_456).minor(2), Money(-1_235));
        assert_eq!(Amount::from_parts(125_000).minor(0), Money(13));
        assert_eq!(Money(1_235).amount(2), Amount::from_parts(123_500));
    }

    #[test]
    fn sums_stop_at_the_end_instead_of_wrapping() {
        assert_eq!(Amount(i64::MAX).plus(Amount(1)), Amount(i64::MAX));
        assert_eq!(Amount::whole(i64::MAX), Amount(i64::MAX));
    }
}
