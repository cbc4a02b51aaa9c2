//! Incentives: what a customer gets, for how long, and how often.

use crate::money::Money;
use crate::time::Wait;

/// An offer's place in a program's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OfferIx(pub u16);

/// An incentive that a mail may carry. Offers never stack: while one is running, no other is given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// Its id in program.toml.
    pub name: String,
    /// As people read it.
    pub says: String,
    /// What the customer types.
    pub codes: Codes,
    /// How long a code is good for, from the hand-over of the mail that carries it.
    pub lasts: Wait,
    /// The least time between two givings to one customer.
    pub once: Option<Wait>,
    /// What it costs the shop.
    pub cost: Cost,
}

/// What the customer types.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Codes {
    /// A code of their own, out of a pool: the host reserves one for each hand-over.
    SingleUse,
    /// The same for everyone.
    Shared(String),
}

/// What an offer costs the shop when it is redeemed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cost {
    /// So many millionths of the order.
    OfOrder(u32),
    /// An amount.
    Fixed(Money),
}
