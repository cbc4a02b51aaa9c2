//! Texts as authors type them: TOML with every place kept, and the small words in it (durations, rates, hours).

pub(crate) mod read;
pub(crate) mod spelled;
pub(crate) mod suggest;
mod syntax;
pub(crate) mod tree;
pub(crate) mod words;
