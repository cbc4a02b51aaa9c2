//! The first lines: what was rehearsed, and on how much assumption everything below rests. Never left out.

use super::Report;
use super::number::{count, counted};
use super::page::{Page, Role, Row};
use foresend_simulator::population::preset::Grade;

pub(super) fn write(report: &Report, page: &mut Page) {
    let program: String = report.program.chars().take(7).collect();
    let title = format!("Rehearsal of {}", report.scenario);
    if page.paper().is_wide() {
        let run = format!("seed {} · program {program}", report.seed);
        page.row(&Row::named(Role::Heading, title).until(100, Role::Faint, run));
        page.row(&Row::named(Role::Plain, people(report)));
        page.prose(Role::Plain, &rests_on(report));
    } else {
        let run = format!("seed {} · {program}", report.seed);
        page.row(&Row::named(Role::Heading, title).until(60, Role::Faint, run));
        page.row(&Row::named(
            Role::Plain,
            format!(
                "{} customers · {} · {}",
                count(report.customers),
                counted(report.days.into(), "day"),
                counted(report.worlds.len() as u64, "world")
            ),
        ));
        let (assumed, published, measured) = grades(report);
        let all = assumed + published + measured;
        page.row(&Row::named(
            Role::Plain,
            format!("Not calibrated; rests on {assumed} assumed settings of {all}."),
        ));
    }
    for assumed in &report.assumed {
        page.prose(Role::Look, &format!("Assumed of people: {assumed}"));
    }
    if let Some(faults) = faults(report) {
        page.prose(Role::Look, &faults);
    }
    for (address, value) in &report.set {
        page.prose(Role::Plain, &format!("Set for this run: {address} = {value}"));
    }
}

/// How many people, how long, in how many worlds.
pub(super) fn people(report: &Report) -> String {
    format!(
        "{} customers · {} from {} · {}",
        count(report.customers),
        counted(report.days.into(), "day"),
        report.from,
        match report.worlds.len() {
            1 => "1 world, the same people in every arm".to_owned(),
            worlds => format!("{worlds} worlds, in each the same people in every arm"),
        },
    )
}

/// On how much assumption all of it rests.
pub(super) fn rests_on(report: &Report) -> String {
    let (assumed, published, measured) = grades(report);
    format!(
        "Not calibrated on your shop; rests on {assumed} assumed settings (beside {published} published, \
         {measured} measured){}.",
        if report.worlds.len() == 1 { " in one assumed world" } else { "" },
    )
}

/// What went wrong in it, where something did.
pub(super) fn faults(report: &Report) -> Option<String> {
    let faults = report.faults.join("; ");
    (!faults.is_empty()).then(|| format!("With faults: {faults}."))
}

/// Settings that are assumed, published, measured.
fn grades(report: &Report) -> (usize, usize, usize) {
    let of = |grades: &[Grade]| report.settings_of(grades);
    (of(&[Grade::A]), of(&[Grade::B]), of(&[Grade::R, Grade::V]))
}
