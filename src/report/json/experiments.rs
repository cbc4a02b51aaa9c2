//! `experiments[]`: what those did who met a variant, in counts.

use crate::report::Report;
use foresend_insight::pulse::{ExperimentPulse, Tested};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Experiment<'a> {
    id: &'a str,
    at: &'a str,
    factors: Vec<Factor<'a>>,
}

#[derive(Serialize)]
struct Factor<'a> {
    id: &'a str,
    control: &'a str,
    variants: Vec<Variant<'a>>,
}

#[derive(Serialize)]
struct Variant<'a> {
    id: &'a str,
    reached: u64,
    goal: u64,
    exposed: u64,
    delivered: u64,
    opened: u64,
    clicked: u64,
    unsubscribed: u64,
    complained: u64,
}

pub(super) fn experiments(report: &Report) -> Vec<Experiment<'_>> {
    let all = report.experiments.iter().zip(&report.pulse().experiments);
    all.map(|(experiment, pulse)| Experiment {
        id: &experiment.of.name,
        at: &experiment.place,
        factors: factors(experiment, pulse),
    })
    .collect()
}

fn factors<'a>(
    experiment: &'a crate::report::Experiment,
    pulse: &ExperimentPulse,
) -> Vec<Factor<'a>> {
    let all = experiment.of.factors.iter().enumerate();
    all.map(|(at, factor)| {
        let variants = factor.variants.iter().enumerate().map(|(variant, name)| {
            let found = experiment.counted(pulse, (at, variant));
            let delivered = found.delivered();
            let Tested { reached, goal, exposed, opened, clicked, .. } = found;
            let Tested { unsubscribed, complained, .. } = found;
            Variant {
                id: name,
                reached,
                goal,
                exposed,
                delivered,
                opened,
                clicked,
                unsubscribed,
                complained,
            }
        });
        let control = &factor.variants[usize::from(factor.control)];
        Factor { id: &factor.name, control, variants: variants.collect() }
    })
    .collect()
}
