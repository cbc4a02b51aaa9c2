//! Who the people are: a [`Preset`] holds the numbers, a [`Person`] what is drawn from them for one customer;
//! [`purchase`] makes the orders of the years before, [`rhythm`] and [`clock`] their week.
//!
//! It knows nothing of carts and mail: a person is the same in every arm and under every program.

pub mod clock;
pub mod person;
pub mod preset;
pub mod purchase;
pub mod rhythm;

pub use clock::{Clock, OwnClock};
pub use person::Person;
pub use preset::{Grade, Preset, PresetError, Setting};
