//! What the scenario expected in every world, and the worst that was found.

use super::page::{Page, Role, Row};
use super::{Length, Report};

/// All of it; where the report is short, what was missed.
pub(super) fn write(report: &Report, length: Length, page: &mut Page) {
    let all = &report.expected;
    let missed = all.iter().filter(|expected| !expected.met).count();
    let shown = all.iter().filter(|expected| length == Length::Full || !expected.met);
    if all.is_empty() || length == Length::Quiet && missed == 0 {
        return;
    }
    if length == Length::Quiet {
        page.gap();
    }
    let wide = page.paper().is_wide();
    let (worst, at) = if wide { (60, 63) } else { (40, 43) };
    let title = match missed {
        0 => format!("Expected in every world: {0} of {0} met", all.len()),
        _ => format!("Expected in every world: {missed} of {} not met · exit 3", all.len()),
    };
    if wide {
        page.row(&Row::named(Role::Heading, title).until(worst, Role::Faint, "worst").from(
            at,
            Role::Faint,
            "in",
        ));
    } else {
        page.row(&Row::named(Role::Heading, title));
    }
    for expected in shown {
        let (role, sign) = if expected.met { (Role::Plain, "✓") } else { (Role::Failed, "✗") };
        page.row(
            &Row::named(role, format!("{sign} {}", expected.text))
                .until(worst, Role::Plain, &*expected.worst)
                .from(at, Role::Plain, &*expected.world),
        );
    }
    page.gap();
}
