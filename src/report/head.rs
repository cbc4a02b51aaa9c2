//! The first lines: what was rehearsed, and on how much assumption everything below rests. Never left out.

use super::Report;
use super::number::{count, counted};
use super::page::{Page, Role, Row};
use foresend_simulator::population::preset::Grade;

pub(super) fn write(report: &Report, page: &mut Page) {
    let program: String = report.program.chars().take(7).collect();
    let title = format!("Rehearsal of {}", report.scenario);
    let customers = count(report.customers);
    let days = counted(report.days.into(), "day");
    let assumed = report.settings_of(&[Grade::A]);
    let published = report.settings_of(&[Grade::B]);
    let measured = report.settings_of(&[Grade::R, Grade::V]);
    if page.paper().is_wide() {
        let run = format!("seed {} · program {program}", report.seed);
        page.row(&Row::named(Role::Heading, title).until(100, Role::Faint, run));
        page.row(&Row::named(
            Role::Plain,
            format!(
                "{customers} customers · {days} from {} · {}",
                report.from,
                match report.worlds.len() {
                    1 => "1 world, the same people in every arm".to_owned(),
                    worlds => format!("{worlds} worlds, in each the same people in every arm"),
                },
            ),
        ));
        page.prose(
            Role::Plain,
            &format!(
                "Not calibrated on your shop; rests on {assumed} assumed settings (beside {published} \
                 published, {measured} measured){}.",
                if report.worlds.len() == 1 { " in one assumed world" } else { "" },
            ),
        );
    } else {
        let run = format!("seed {} · {program}", report.seed);
        page.row(&Row::named(Role::Heading, title).until(60, Role::Faint, run));
        page.row(&Row::named(
            Role::Plain,
            format!(
                "{customers} customers · {days} · {}",
                counted(report.worlds.len() as u64, "world")
            ),
        ));
        let all = assumed + published + measured;
        page.row(&Row::named(
            Role::Plain,
            format!("Not calibrated; rests on {assumed} assumed settings of {all}."),
        ));
    }
    for assumed in &report.assumed {
        page.prose(Role::Look, &format!("Assumed of people: {assumed}"));
    }
    if !report.faults.is_empty() {
        page.prose(Role::Look, &format!("With faults: {}.", report.faults.join("; ")));
    }
    for (address, value) in &report.set {
        page.prose(Role::Plain, &format!("Set for this run: {address} = {value}"));
    }
}
