//! Conditions, from text to ops: [`token`] refuses what cannot be read, [`parse`] makes a tree, [`compile`]
//! with [`names`], [`types`] and [`functions`] checks it and writes facts and segments out, [`needs`] says what must
//! be remembered for it.
//!
//! There is one kind of number: a 64-bit float. So `/` is real division, always: `7 / 2` is 3.5. CEL, whose
//! notation this is, divides two integers to an integer; here nothing is an integer, neither counts nor literals.

pub(crate) mod compile;
pub(crate) mod definitions;
mod functions;
mod names;
pub(crate) mod needs;
mod parse;
mod token;
mod types;
