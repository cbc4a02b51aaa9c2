//! The only source of chance: a hash of (seed, who, purpose, index), fixed in the format.
//! Never a generator with state: one extra draw would shift all later ones, and arms would no longer pair.
//! Invariant: a value here never changes; golden tests hold them.

/// What every draw of one rehearsal or one engine is keyed by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seed(pub u64);

/// What the core draws for. Numbers are part of the format and never given out twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Purpose {
    /// The path of a `split`.
    Split = 1,
    /// Whether a customer is held out.
    Holdout = 2,
    /// A variant of a factor of an experiment.
    Variant = 3,
    /// Whether a customer is held out of an experiment.
    TestHoldout = 4,
}

/// 64 even bits for `purpose`, of the customer whose id ends in `customer`, for the occasion `index`.
#[must_use]
pub const fn drawn(seed: Seed, customer: u64, purpose: Purpose, index: u64) -> u64 {
    bits(join(join(mix(seed.0), customer), purpose as u64), index)
}

const PHI: u64 = 0x9E37_79B9_7F4A_7C15;

/// A bijection on 64 bits in which every input bit moves every output bit: two multiply-xorshift rounds.
///
/// Source: Stafford's variant 13 of the MurmurHash3 finaliser, as used by SplitMix64 (Steele, Lea, Flood 2014).
#[must_use]
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A key from two parts; the order of the parts matters.
#[must_use]
pub const fn join(key: u64, part: u64) -> u64 {
    mix(key.wrapping_add(PHI) ^ mix(part.wrapping_add(PHI)))
}

/// The `index`-th number of the stream under `key`: 64 even bits.
#[must_use]
pub const fn bits(key: u64, index: u64) -> u64 {
    mix(key.wrapping_add(index.wrapping_add(1).wrapping_mul(PHI)))
}

/// 64 even bits as a uniform number strictly between 0 and 1: `(k + 0.5) / 2^52`.
///
/// Not 53 bits: the largest `k + 0.5` would then round up to `2^53`, and the number to 1.
#[must_use]
pub const fn unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values_never_change() {
        // The first two outputs of SplitMix64 from seed 0, as published.
        assert_eq!(bits(0, 0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(bits(0, 1), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(join(42, 7), 0xC5DC_3F28_620E_8C44);
    }

    #[test]
    fn a_draw_of_the_core_never_changes() {
        assert_eq!(drawn(Seed(42), 7, Purpose::Split, 3), 0x67BB_BCB5_DC34_21C1);
        assert_ne!(drawn(Seed(42), 7, Purpose::Split, 3), drawn(Seed(42), 8, Purpose::Split, 3));
    }

    #[test]
    fn a_unit_is_never_zero_or_one() {
        assert!(unit(0) > 0.0);
        assert!(unit(u64::MAX) < 1.0);
    }

    #[test]
    fn neighbouring_keys_give_unrelated_numbers() {
        let n = 100_000u32;
        let mean: f64 =
            (0..n).map(|i| unit(bits(join(7, u64::from(i)), 0))).sum::<f64>() / f64::from(n);
        // A uniform mean has a standard error of 0.2887 / sqrt(n) = 0.0009.
        assert!((mean - 0.5).abs() < 0.003, "{mean}");
    }
}
