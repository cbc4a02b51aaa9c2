//! The customer of Foresend: a pure state machine. Inputs go in, effects and records come out:
//!
//! ```text
//! customer.apply(&world, now, input, &mut out)
//! ```
//!
//! The simulator, the engine and anything that scales them out only host it; a decision that differs between
//! hosts on the same inputs is a bug. It reads no clock, file or socket, starts no thread, and takes no chance
//! but [`chance`], which is hashed from its arguments.
//!
//! Arrows go down: `customer` reads [`world`]; both read [`calendar`], [`moment`], [`time`], [`id`], [`money`]
//! and [`chance`]; `calendar` reads `moment`, and that reads `time`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod calendar;
pub mod chance;
pub mod customer;
pub mod id;
pub mod moment;
pub mod money;
pub mod time;
pub mod world;
