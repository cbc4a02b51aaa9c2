//! The production host. What a shop tells us becomes durable in a journal, then it is applied to the customers, and
//! what they ask for is done: mail is handed over.
//!
//! Decisions are the core's; promises are ours: what was acknowledged is in the journal, the state is the fold of the
//! journal, and a marketing mail leaves once. The parts that keep them are sans-I/O (`handle(input, &mut out)`): a thread
//! that reads a disk, an actor that reads a clock, or a simulated machine drives them, and they cannot tell which.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod disk;
pub mod entry;
pub mod feed;
pub mod host;
pub mod http;
pub mod journal;
pub mod kv;
pub mod look;
pub mod mail;
pub mod settings;
pub mod shard;
pub mod sim;
pub mod store;
pub mod version;
pub mod vitals;
