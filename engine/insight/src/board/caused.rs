//! What mail caused: known exactly in a rehearsal, measured against a holdout in production, or not known.

use crate::day::{Day, Sales};
use crate::recording::Head;
use serde::Serialize;

/// Fewer people than this in a holdout say nothing.
pub const HOLDOUT_MIN: u64 = 1_000;

/// What mail caused.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case", tag = "known")]
pub enum Caused {
    /// Nobody is held out.
    #[default]
    NotMeasured,
    /// Too few are held out so far.
    TooFew {
        /// So many, of [`HOLDOUT_MIN`].
        holdout: u64,
    },
    /// The same people with mail and without it.
    Rehearsed(Rehearsed),
    /// Customers who get mail against those who are held out.
    Measured(Measured),
}

/// In a rehearsal.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Rehearsed {
    /// What was ordered until now without mail, in the world whose days are shown.
    pub no_mail: Sales,
    /// And with it.
    pub as_written: Sales,
    /// Orders that mail caused over the whole period, world by world.
    pub worlds: Vec<World>,
}

/// Of the whole period.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct World {
    /// Its name.
    pub id: String,
    /// Orders with mail less those without.
    pub orders: i64,
    /// Revenue likewise, in minor units.
    pub revenue_minor: i64,
    /// Orders without mail.
    pub no_mail_orders: u64,
    /// Half the 95 % interval of simulation noise, in orders. `None`: too few changed outcomes.
    pub noise: Option<f64>,
}

/// In production.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Measured {
    /// Since which date.
    pub since: String,
    /// Customers who may get mail.
    pub program: Group,
    /// Customers who are held out.
    pub holdout: Group,
    /// The difference of the two shares, in percentage points.
    pub points: Interval,
    /// Customers who ordered because of mail: the difference × the customers of the program.
    pub customers: Interval,
    /// The chance of group sizes as unequal as these, if nothing is wrong (χ²).
    pub groups_p: f64,
}

/// Customers, and how many of them ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Group {
    /// How many ordered.
    pub ordered: u64,
    /// Of how many.
    pub people: u64,
}

/// A value and the interval in which the true one lies, however often it is looked at.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// From.
    pub low: f64,
    /// To.
    pub high: f64,
}

impl Caused {
    pub(super) fn rehearsed(head: &Head, so_far: &Day) -> Self {
        let worlds = head.worlds.iter().map(|world| World {
            id: world.id.clone(),
            orders: less(world.as_written.orders, world.no_mail.orders),
            revenue_minor: world.as_written.revenue - world.no_mail.revenue,
            no_mail_orders: world.no_mail.orders,
            noise: world.noise,
        });
        match so_far.without {
            Some(no_mail) => {
                let as_written = so_far.sales;
                Self::Rehearsed(Rehearsed { no_mail, as_written, worlds: worlds.collect() })
            }
            None => Self::NotMeasured,
        }
    }
}

impl Rehearsed {
    /// Orders that mail caused until now.
    #[must_use]
    pub fn orders(&self) -> i64 {
        less(self.as_written.orders, self.no_mail.orders)
    }

    /// The worlds in which mail causes least and most.
    #[must_use]
    pub fn range(&self) -> Option<(&World, &World)> {
        let by_orders = |world: &&World| world.orders;
        Some((self.worlds.iter().min_by_key(by_orders)?, self.worlds.iter().max_by_key(by_orders)?))
    }
}

/// `a` less `b`.
fn less(a: u64, b: u64) -> i64 {
    i64::try_from(i128::from(a) - i128::from(b)).unwrap_or(i64::MAX)
}
