//! Who the people are: a [`Preset`] holds the numbers, a [`Person`] what is drawn from them for one customer;
//! [`purchase`] makes the orders of the years before, [`rhythm`] and [`clock`] their week, [`homes`] where they live.
//!
//! It knows nothing of carts and mail: a person is the same in every arm and under every program.

pub mod clock;
pub mod crowd;
pub mod homes;
pub mod person;
pub mod preset;
pub mod purchase;
pub mod quantiles;
pub mod rhythm;

pub use clock::{Clock, OwnClock};
pub use homes::{Home, HomeIx, Homes};
pub use person::{People, Person};
pub use preset::{Grade, Persona, Preset, PresetError, Setting};
pub use quantiles::Quantiles;
