//! Conditions, from text to ops: [`token`] and [`shape`] refuse what cannot be read, [`parse`] makes a tree
//! ([`expr`]), [`compile`] walks it with the words of the language, each in its file: [`names`] and [`places`],
//! [`operators`], [`functions`] and [`history`], [`texts`], [`times`]. What comes out are the parts of [`piece`];
//! [`needs`] says what must be remembered for them, and gives them numbers.
//!
//! There is one kind of number: a 64-bit float. So `/` is real division, always: `7 / 2` is 3.5. CEL, whose
//! notation this is, divides two integers to an integer; here nothing is an integer, neither counts nor literals.
//! Instants and spans are such numbers too, of milliseconds, and never mix with the others.

mod circles;
pub(crate) mod compile;
pub(crate) mod definitions;
mod expr;
mod functions;
mod history;
mod names;
pub(crate) mod needs;
mod operators;
mod parse;
pub(crate) mod piece;
mod places;
#[cfg(test)]
mod rig;
mod shape;
#[cfg(test)]
mod tests;
mod texts;
mod times;
mod token;
mod types;
