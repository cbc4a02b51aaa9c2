//! The live dashboard. It draws a [`Board`](foresend_insight::board::Board) and works out nothing but rates and
//! the sums of its rows; where boards come from is a [`Source`](source::Source): a rehearsal, a recording, one day an
//! engine.
//!
//! `app` is what is on the screen and what keys change, `keys` the one list of keys, `screen` a file for each screen,
//! `pen`, `table`, `letters` and `number` how things are written, `theme` how they look, `picture` a screen as SVG,
//! `terminal` the terminal, which is given back as it was, whatever happens.
//!
//! Invariant: nothing here knows an engine, an actor or a program.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod app;
mod keys;
mod letters;
mod number;
mod pen;
pub mod picture;
pub mod playback;
mod screen;
pub mod source;
mod table;
pub mod terminal;
pub mod theme;
