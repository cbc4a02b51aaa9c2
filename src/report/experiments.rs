//! Who met which variant of an experiment in the own world, and what they did: counts and rates. No verdict: whatever
//! differs here was assumed, follows from an offer or a delay, or is chance.

use super::Report;
use super::number::{count, rate, share};
use super::page::{Page, Role, Row};
use foresend_core::world::experiment::{self, Variants};
use foresend_insight::pulse::{ExperimentPulse, Tested};

/// One experiment of the program.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Experiment {
    /// As it is compiled.
    pub(crate) of: experiment::Experiment,
    /// Where it is: `cart-recovery.first`.
    pub(crate) place: String,
}

impl Experiment {
    /// What those did that have the variant at `variant` of the factor at `factor`.
    pub(super) fn counted(
        &self,
        pulse: &ExperimentPulse,
        (factor, variant): (usize, usize),
    ) -> Tested {
        let has = |at: usize| {
            let variants = u8::try_from(at).map(Variants);
            variants.is_ok_and(|variants| self.of.variant(variants, factor) == variant)
        };
        pulse.some(has)
    }
}

const NO_TEST: &str = "A rehearsal is no test of words: people here read none, so what is not assumed \
                       above does alike but for chance. Nobody is held out.";

pub(super) fn write(report: &Report, page: &mut Page) {
    if report.experiments.is_empty() {
        return;
    }
    let wide = page.paper().is_wide();
    let head = Row::named(Role::Heading, format!("Experiments in {}", report.own().id));
    page.row(&if wide {
        head.until(52, Role::Faint, "reached")
            .until(64, Role::Faint, "goal")
            .until(76, Role::Faint, "rate")
            .until(100, Role::Faint, "against the control")
    } else {
        head.until(43, Role::Faint, "reached").until(51, Role::Faint, "goal").until(
            60,
            Role::Faint,
            "rate",
        )
    });
    for (experiment, pulse) in report.experiments.iter().zip(&report.pulse().experiments) {
        let title = format!("{} · {}", experiment.of.name, experiment.place);
        page.row(&Row::named(Role::Plain, title));
        for (at, factor) in experiment.of.factors.iter().enumerate() {
            let found = |variant| experiment.counted(pulse, (at, variant));
            let control = found(usize::from(factor.control));
            for (variant, name) in factor.variants.iter().enumerate() {
                let title = if variant == 0 { factor.name.as_str() } else { "" };
                let row = Row::named(Role::Faint, title).from(13, Role::Plain, name.as_str());
                let is_control = variant == usize::from(factor.control);
                let against =
                    if is_control { "control".to_owned() } else { points(found(variant), control) };
                page.row(&of(row, found(variant), wide, &against));
            }
        }
    }
    page.prose(Role::Faint, NO_TEST);
    page.gap();
}

fn of(row: Row, found: Tested, wide: bool, against: &str) -> Row {
    let [reached, goal] = [found.reached, found.goal].map(count);
    let rate = rate(found.goal, found.reached, 2);
    if wide {
        row.until(52, Role::Plain, reached)
            .until(64, Role::Plain, goal)
            .until(76, Role::Plain, rate)
            .until(100, Role::Faint, against)
    } else {
        row.until(43, Role::Plain, reached).until(51, Role::Plain, goal).until(
            60,
            Role::Plain,
            rate,
        )
    }
}

/// `+0.09 pp`
fn points(found: Tested, control: Tested) -> String {
    match (share(found.goal, found.reached), share(control.goal, control.reached)) {
        (Some(one), Some(other)) => {
            let difference = format!("{:+.2}\u{a0}pp", one - other);
            difference.replace('-', "−")
        }
        (None, _) | (_, None) => "–".to_owned(),
    }
}
