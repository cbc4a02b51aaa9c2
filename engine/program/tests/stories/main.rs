//! Stories: what the example shop's journeys do for one customer, and each rule of a journey by a small one of its own.
//! Text in, expected timeline out; times are London's, March 2026.

#![expect(clippy::unwrap_used, reason = "a story that cannot be told should stop")]

mod player;
mod rules;
mod shop;
mod time;
