//! Two hosts, one core: what a rehearsal decided, the engine decides from the same inputs, record for record; whatever
//! the number of shards, the size of groups, who is in memory, and how often it is started again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hosted;
mod replayed;
mod restarted;
mod shop;
mod told;
