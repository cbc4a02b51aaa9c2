//! The program of a shop, from its texts. A folder of TOML and Markdown goes in; a
//! [`Program`](foresend_core::world::program::Program) that the core can run comes out, or every mistake in the
//! folder, each with its place and how to mend it.
//!
//! ```
//! let mut sources = foresend_program::Sources::default();
//! sources.files.insert("program.toml".to_owned(), "brnad = 'Juniper & Finch'".to_owned());
//! let (compiled, diagnostics) = foresend_program::compile(&sources, None);
//! assert!(compiled.is_none());
//! assert!(diagnostics.iter().any(|d| d.message == "unknown key `brnad` in program.toml"));
//! ```
//!
//! Nothing here opens a file, prints, or knows how a diagnostic is drawn. No text can make it panic.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod address;
pub mod call;
mod catalogue;
mod check;
mod circle;
mod compile;
mod condition;
mod currency;
mod defaults;
mod diagnostic;
mod event;
mod every;
mod experiment;
mod fmt;
mod goal;
mod journey;
mod key;
mod keys;
mod kind;
mod known;
mod limit;
mod lint;
mod listen;
mod mail;
mod offer;
mod operator;
mod privacy;
mod program;
mod remembered;
mod say;
mod scenario;
mod schema;
mod set;
mod share;
mod sources;
mod start;
mod step;
mod text;
mod timeline;
mod topic;
mod traits;
mod tune;
mod typed;
mod yields;

pub use address::current;
pub use compile::{Compiled, Summary, compile};
pub use currency::Currency;
pub use diagnostic::{Diagnostic, Label, Severity};
pub use experiment::Experiment;
pub use fmt::fmt;
pub use mail::{Block, BlockKind, Button, Mail, Paths, Shown};
pub use operator::{Operator, Stage, operator};
pub use privacy::{Keep, Track, Tracking};
pub use program::Brand;
pub use remembered::Remembered;
pub use say::{Said, SaidStep, say};
pub use scenario::{
    Assume, Assumed, Compare, Compares, Day, Expect, Fault, Measure, Moment, Scenario, Unit,
    scenario,
};
pub use schema::{SCHEMAS, schema};
pub use set::{SetError, set, set_all};
pub use sources::Sources;
pub use text::suggest::closest;
pub use timeline::{Fact, Line, Timeline, Waits, basis_words};
pub use tune::{Amount, Candidate, Candidates, Maximise, Tune, Vary, Worth, tune};
