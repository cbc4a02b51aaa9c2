//! The world under an engine, simulated: whatever may happen to a machine happens here, from one seed.

pub mod disk;
pub mod history;
pub mod kv;
pub mod machine;
mod oracle;
pub mod promises;
mod setup;
pub mod wire;
