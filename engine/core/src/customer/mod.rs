//! The customer.

pub mod effect;
pub mod input;
pub mod record;

use crate::id::CustomerId;
use crate::time::Timestamp;
use crate::world::World;
use effect::Effects;
use input::Input;

/// One person, and everything we remember of them.
#[derive(Clone, PartialEq, Debug)]
pub struct Customer {
    id: CustomerId,
}

impl Customer {
    /// Somebody of whom nothing is known yet.
    #[must_use]
    pub fn new(id: CustomerId) -> Self {
        Self { id }
    }

    /// Applies one input at `now`.
    pub fn apply(&mut self, world: &World, now: Timestamp, input: Input<'_>, out: &mut Effects) {
        let _ = (self.id, world, now, input, out);
    }

    /// When they next need a [`Input::Wake`]; [`Timestamp::NEVER`] if not.
    #[must_use]
    pub fn next_wake(&self) -> Timestamp {
        Timestamp::NEVER
    }
}
