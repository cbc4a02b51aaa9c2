//! What the records of many customers add up to. [`pulse`] counts what was decided; [`increment`] says what
//! mail caused, from the outcomes of the same customers in several arms.
//!
//! Pure: sums only, in integers, so that any split of the customers over threads gives the same answer to the
//! bit. It draws nothing and prints nothing; rates and words are made where they are shown.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod board;
pub mod day;
pub mod experiment;
pub mod increment;
pub mod pulse;
pub mod recording;
