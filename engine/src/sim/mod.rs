//! The world under an engine, simulated: whatever may happen to a machine happens here, from one seed.

pub mod disk;
pub mod kv;
pub mod wire;
