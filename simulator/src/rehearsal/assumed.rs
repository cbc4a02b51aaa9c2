//! What a plan assumes of variants of experiments: that people open, or click in, so many more or fewer of the mails that
//! have one. Synthetic people read no words, so without it all words do alike.
//!
//! Invariant: which variant somebody has changes no draw, only the rate that a draw is compared with; of what nothing is
//! assumed, not even that.

use super::{Plan, RehearsalError};
use crate::behaviour::kind::{MailKind, Rates};
use foresend_core::world::experiment::{Experiment, Variants};
use foresend_core::world::journey::{Act, Kind};
use foresend_core::world::program::Program;

/// What is assumed of one variant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Assumed<'a> {
    /// The experiment, by its name.
    pub experiment: &'a str,
    /// The factor, by its name.
    pub factor: &'a str,
    /// The variant, by its name.
    pub variant: &'a str,
    /// By what the share of its mails that people open is multiplied; 1: nothing is assumed.
    pub opens: f64,
    /// By what the share of the opened that they click in is multiplied.
    pub clicks: f64,
}

/// No rate is assumed to be larger.
const RATE_MAX: f64 = 0.95;

/// What is assumed of all variants of a combination together.
fn of_combination(plan: &Plan<'_>, experiment: &Experiment, variants: Variants) -> (f64, f64) {
    let has = |assumed: &&Assumed<'_>| {
        let mut factors = experiment.factors.iter().zip(experiment.names(variants));
        experiment.name == assumed.experiment
            && factors
                .any(|(factor, name)| (&*factor.name, name) == (assumed.factor, assumed.variant))
    };
    let assumed = plan.assumed.iter().filter(has);
    assumed.fold((1.0, 1.0), |(opens, clicks), one| (opens * one.opens, clicks * one.clicks))
}

fn combinations(experiment: &Experiment) -> impl Iterator<Item = Variants> {
    (0u8..=u8::MAX).map(Variants).take(experiment.combinations())
}

const NOTHING: (f64, f64) = (1.0, 1.0);

fn same(one: (f64, f64), other: (f64, f64)) -> bool {
    (one.0.to_bits(), one.1.to_bits()) == (other.0.to_bits(), other.1.to_bits())
}

/// Everything that is assumed of some combination, each once: a letter names it by its place from 1.
pub(super) fn effects(plan: &Plan<'_>) -> Vec<(f64, f64)> {
    let mut all: Vec<(f64, f64)> = Vec::new();
    if plan.assumed.is_empty() {
        return all;
    }
    let programs = plan.compared.iter().map(|other| other.program).chain([plan.program]);
    for experiment in programs.flat_map(|program| &program.experiments) {
        for variants in combinations(experiment) {
            let effect = of_combination(plan, experiment, variants);
            if !same(effect, NOTHING) && !all.iter().any(|known| same(*known, effect)) {
                all.push(effect);
            }
        }
    }
    all
}

/// For each experiment of `program` and each combination its effect; 0: nothing is assumed of it.
pub(super) fn by_combination(plan: &Plan<'_>, program: &Program) -> Vec<Vec<u16>> {
    let effects = effects(plan);
    let place = |effect| effects.iter().position(|known| same(*known, effect));
    let of = |experiment: &Experiment| {
        let effects = combinations(experiment).map(|variants| {
            let place = place(of_combination(plan, experiment, variants));
            place.map_or(0, |at| u16::try_from(at + 1).expect("64 experiments of 64 combinations"))
        });
        effects.collect()
    };
    program.experiments.iter().map(of).collect()
}

/// Refuses what cannot be so in this population: a share of nearly all mails, or more.
///
/// # Errors
/// [`RehearsalError::TooMuchAssumed`].
pub fn check(plan: &Plan<'_>) -> Result<(), RehearsalError> {
    if plan.assumed.is_empty() {
        return Ok(());
    }
    let presets = plan.preset.personas().iter().map(|persona| &persona.preset);
    for rates in presets.chain([plan.preset]).map(Rates::all) {
        for experiment in &plan.program.experiments {
            let kinds = kinds(plan.program, experiment);
            for variants in combinations(experiment) {
                let (opens, clicks) = of_combination(plan, experiment, variants);
                let rate = |of: fn(&Rates) -> f64| {
                    kinds.iter().map(|kind| of(&rates[kind.ix()])).fold(0.0, f64::max)
                };
                for (what, is, times) in
                    [("opened", rate(|r| r.opens), opens), ("clicked", rate(|r| r.clicks), clicks)]
                {
                    if times > 1.0 && is * times > RATE_MAX {
                        let experiment = experiment.name.clone();
                        return Err(RehearsalError::TooMuchAssumed { experiment, what, is, times });
                    }
                }
            }
        }
    }
    Ok(())
}

/// The sorts of mail that the step of an experiment may send.
fn kinds(program: &Program, experiment: &Experiment) -> Vec<MailKind> {
    let step = &program.journey(experiment.journey).steps[usize::from(experiment.step.0)];
    let Act::Send(send) = &step.act else { return Vec::new() };
    match send.kind {
        Kind::Cart => vec![MailKind::Cart(0), MailKind::Cart(1), MailKind::Cart(2)],
        Kind::Browse => vec![MailKind::Browse],
        Kind::Order => vec![MailKind::PostPurchase, MailKind::Order],
        Kind::Item => vec![MailKind::Replenishment],
        Kind::Return => vec![MailKind::WinBack],
        Kind::Welcome => vec![MailKind::Welcome],
        Kind::Alert => vec![MailKind::Alert],
        Kind::News => vec![MailKind::Campaign],
        Kind::Service => vec![MailKind::Service],
    }
}
