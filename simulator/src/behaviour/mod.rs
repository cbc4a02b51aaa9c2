//! What people do: a file for each effect. [`visit`], [`funnel`] and [`intent`] are their life without mail; [`open`],
//! [`click`] and [`pressure`] what mail changes in it. [`shopper`] plays one life by all of them.
//!
//! Mail changes a life only through an overlay: it raises, lowers or moves what an open mission has left. It never
//! adds a visit to the skeleton or shifts the number of one.
//! Invariant: nothing here knows a program, an actor or an arm.

pub mod catalogue;
pub mod click;
pub mod funnel;
pub mod intent;
pub mod open;
pub mod pressure;
pub mod queue;
pub mod shopper;
pub mod visit;

use crate::population::rhythm::Rhythm;
use crate::population::{Clock, OwnClock, Person, Preset};
use catalogue::Catalogue;
use click::Clicking;
use funnel::Funnel;
use intent::Intent;
use open::Opening;
use visit::Sessions;

/// A preset and all that is computed from it, once a rehearsal.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// The numbers.
    pub preset: Preset,
    /// When people visit.
    pub visits: Rhythm,
    /// When they read mail.
    pub attention: Rhythm,
    /// Views and their gaps.
    pub sessions: Sessions,
    /// From visit to order.
    pub funnel: Funnel,
    /// What becomes of an abandoned cart.
    pub intent: Intent,
    /// Who opens what, and when.
    pub opening: Opening,
    /// Who clicks.
    pub clicking: Clicking,
    /// What there is to buy.
    pub catalogue: Catalogue,
    /// Minor digits of the currency.
    pub digits: u8,
}

impl Model {
    /// Solves what the preset leaves to be solved, for a shop whose currency has `digits` minor digits.
    #[must_use]
    pub fn new(preset: Preset, digits: u8) -> Self {
        let weekly = |hours| Rhythm::new(hours, &preset.rhythm.weekdays);
        let visits = weekly(&preset.rhythm.visits);
        Self {
            attention: weekly(&preset.rhythm.attention),
            sessions: Sessions::new(&preset.visits),
            funnel: Funnel::new(&preset),
            intent: Intent::new(&preset, &visits, &weekly(&preset.rhythm.late_orders)),
            opening: Opening::new(&preset),
            clicking: Clicking::new(&preset),
            catalogue: Catalogue::new(&preset, digits),
            digits,
            visits,
            preset,
        }
    }
}

/// Where one life is played: whose, by which model, by which clock, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// How people behave.
    pub model: &'a Model,
    /// The zone's clock.
    pub clock: &'a Clock,
    /// Who.
    pub person: &'a Person,
    /// What happens from here on is not played, in hours since the start.
    pub end: f64,
}

impl Scene<'_> {
    /// The clock as this person lives by it.
    #[must_use]
    pub const fn own(&self) -> OwnClock<'_> {
        self.clock.shifted(self.person.shift)
    }
}
