//! What a customer's outcome is worth to the shop: the margin of what they ordered, less what offers took off, what mail
//! cost, and what a subscriber who left would have been worth.

use super::arm::Row;
use foresend_insight::increment::OUTCOME_MAX;

/// What orders, mails and subscribers are worth. Amounts are in hundredths of a minor unit of the currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Worth {
    /// Of an order before its discount, in millionths.
    pub margin_ppm: u32,
    /// What one mail costs.
    pub mail: i64,
    /// What somebody who may be mailed is worth: lost where they unsubscribe or complain.
    pub subscriber: i64,
}

impl Worth {
    /// How many of it are one minor unit of the currency.
    pub const PER_MINOR: i64 = 100;

    /// margin · (revenue + discounts) − discounts − mails − subscribers lost. Beyond ±[`OUTCOME_MAX`]: that.
    pub(super) fn profit(&self, row: &Row) -> i64 {
        let before_discount = i128::from(row.revenue) + i128::from(row.discounts);
        let margin = before_discount * i128::from(self.margin_ppm) * i128::from(Self::PER_MINOR);
        let profit = margin.div_euclid(1_000_000)
            - i128::from(row.discounts) * i128::from(Self::PER_MINOR)
            - i128::from(row.sent) * i128::from(self.mail)
            - i128::from(row.left) * i128::from(self.subscriber);
        let most = i128::from(OUTCOME_MAX);
        i64::try_from(profit.clamp(-most, most)).expect("within bounds that an i64 holds")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profit_is_margin_less_offers_mails_and_subscribers() {
        let worth = Worth { margin_ppm: 420_000, mail: 8, subscriber: 35_000 };
        let row = Row { revenue: 9_000, discounts: 1_000, sent: 3, left: 1, ..Row::default() };
        // 42 % of 100.00 less 10.00, three mails at 0.0008, and 3.50.
        assert_eq!(worth.profit(&row), 420_000 - 100_000 - 24 - 35_000);
        let vast = Row { revenue: i64::MAX / 2, ..Row::default() };
        assert_eq!(worth.profit(&vast), OUTCOME_MAX);
    }
}
