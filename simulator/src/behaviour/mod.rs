//! What people do: a file for each effect. [`visit`], [`funnel`] and [`intent`] are their life without mail; [`open`],
//! [`click`], [`pressure`], [`promotion`] and [`offer`] what mail changes in it. [`shopper`] plays one life by all of
//! them.
//!
//! Mail changes a life only through an overlay: it raises, lowers or moves what an open mission has left, or adds a
//! session that is keyed by the mail. It never adds a visit to the skeleton or shifts the number of one.
//! Invariant: nothing here knows a program, an actor or an arm.

pub mod catalogue;
pub mod click;
pub mod funnel;
pub mod inbox;
pub mod intent;
pub mod key;
pub mod kind;
pub mod offer;
pub mod open;
pub mod parcel;
pub mod pressure;
pub mod promotion;
pub mod queue;
pub mod shopper;
pub mod stock;
pub mod visit;

use crate::population::rhythm::Rhythm;
use crate::population::{Clock, OwnClock, People, Person, Preset, Quantiles};
use crate::stream::{Chance, Purpose};
use catalogue::{Catalogue, Shelves, described};
use click::Clicking;
use funnel::Funnel;
use intent::Intent;
use open::Opening;
use promotion::Promotion;
use std::sync::Arc;
use stock::Stock;
use visit::Sessions;

/// A preset and all that is computed from it, once a rehearsal.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// The numbers.
    pub preset: Preset,
    /// Who the people are.
    pub people: People,
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
    /// The same two under each thing that is assumed of words.
    pub assumed: Vec<(Opening, Clicking)>,
    /// What sessions that mail brings come to.
    pub promotion: Promotion,
    /// Of the time until an order is delivered, in days.
    pub delivery: Quantiles,
    /// What is out of stock.
    pub stock: Stock,
    /// What there is to buy.
    pub catalogue: Catalogue,
    /// Minor digits of the currency.
    pub digits: u8,
}

impl Model {
    /// Solves what the preset leaves to be solved, for the shop that it describes itself, whose currency has `digits`
    /// minor digits.
    ///
    /// # Panics
    /// Where the preset describes a shop without items; none that was read does.
    #[must_use]
    pub fn new(preset: Preset, digits: u8) -> Self {
        let usual = Catalogue::usual_price(&preset, digits);
        let shelves = Shelves::of(&described(&preset, &[], digits), usual);
        let shelves = shelves.expect("a described shop has items");
        Self::shopping(preset, Arc::new(shelves), digits)
    }

    /// The same for a shop with these shelves.
    #[must_use]
    pub fn shopping(preset: Preset, shelves: Arc<Shelves>, digits: u8) -> Self {
        let weekly = |hours| Rhythm::new(hours, &preset.rhythm.weekdays);
        let visits = weekly(&preset.rhythm.visits);
        let funnel = Funnel::new(&preset);
        let catalogue = Catalogue::new(&preset, shelves);
        let promotion = Promotion::new(&preset, funnel.per_cart(), &catalogue);
        Self {
            people: People::new(&preset, funnel.per_cart()),
            attention: weekly(&preset.rhythm.attention),
            sessions: Sessions::new(&preset.visits),
            funnel,
            intent: Intent::new(&preset, &visits, &weekly(&preset.rhythm.late_orders)),
            opening: Opening::new(&preset),
            clicking: Clicking::new(&preset),
            assumed: Vec::new(),
            promotion,
            delivery: Quantiles::normal().map(|z| {
                *preset.parcel.delivered_after * (*preset.parcel.delivered_spread * z).exp()
            }),
            stock: Stock::new(&preset.stock),
            catalogue,
            digits,
            visits,
            preset,
        }
    }
}

impl Model {
    /// Who opens a mail whose letter says `assumed`.
    #[must_use]
    pub fn opening(&self, assumed: u16) -> &Opening {
        self.under(assumed).map_or(&self.opening, |(opening, _)| opening)
    }

    /// Who clicks in it.
    #[must_use]
    pub fn clicking(&self, assumed: u16) -> &Clicking {
        self.under(assumed).map_or(&self.clicking, |(_, clicking)| clicking)
    }

    fn under(&self, assumed: u16) -> Option<&(Opening, Clicking)> {
        self.assumed.get(usize::from(assumed).checked_sub(1)?)
    }

    fn assuming(mut self, effects: &[(f64, f64)]) -> Self {
        let under = |&(opens, clicks): &(f64, f64)| {
            (Opening::assuming(&self.preset, opens), Clicking::assuming(&self.preset, clicks))
        };
        self.assumed = effects.iter().map(under).collect();
        self
    }
}

/// All who shop there: most behave as the population says, personas as they do.
#[derive(Clone, PartialEq, Debug)]
pub struct Crowd {
    everyone: Model,
    /// With their shares.
    personas: Vec<(f64, Model)>,
}

impl Crowd {
    /// Those of `preset`, for a shop with these shelves, whose currency has `digits` minor digits. Each persona is solved as a population of
    /// its own: what a mean over customers is to be, it is over each of them.
    #[must_use]
    pub fn new(preset: &Preset, shelves: &Arc<Shelves>, digits: u8) -> Self {
        let model = |preset: &Preset| Model::shopping(preset.clone(), Arc::clone(shelves), digits);
        let personas = preset.personas().iter();
        Self {
            everyone: model(preset),
            personas: personas.map(|one| (one.share, model(&one.preset))).collect(),
        }
    }

    /// The same under each of `effects`: by what opens, and clicks of the opened, are multiplied.
    #[must_use]
    pub fn assuming(self, effects: &[(f64, f64)]) -> Self {
        let personas = self.personas.into_iter();
        Self {
            everyone: self.everyone.assuming(effects),
            personas: personas.map(|(share, model)| (share, model.assuming(effects))).collect(),
        }
    }

    /// How those behave who are no persona, and what is the same for all.
    #[must_use]
    pub const fn everyone(&self) -> &Model {
        &self.everyone
    }

    /// How the customer behaves whose luck is `chance`.
    #[must_use]
    pub fn model(&self, chance: Chance) -> &Model {
        if self.personas.is_empty() {
            return &self.everyone; // nearly always: no draw
        }
        let mut left = chance.stream(Purpose::Persona, 0).unit(0);
        let drawn = self.personas.iter().find(|(share, _)| {
            left -= share;
            left < 0.0
        });
        drawn.map_or(&self.everyone, |(_, model)| model)
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
    /// What somebody listens to.
    pub heard: Heard,
    /// The share of mail that complaints leave out of the spam folder now.
    pub inbox: f64,
}

/// Of the scenery, what somebody listens to: the rest need not happen. No order depends on any of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Heard {
    /// What becomes of orders.
    pub parcels: bool,
    /// Forms on the site that ask for a topic.
    pub sign_ups: bool,
    /// What is out of stock and back again.
    pub stock: bool,
}

impl Heard {
    /// All of it.
    pub const ALL: Self = Self { parcels: true, sign_ups: true, stock: true };
}

impl Scene<'_> {
    /// The clock as this person lives by it.
    #[must_use]
    pub const fn own(&self) -> OwnClock<'_> {
        self.clock.shifted(self.person.shift)
    }
}
