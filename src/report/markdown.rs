//! The report for a pull request: the same page in Markdown, the numbers first, the rest folded away.

use super::page::{Letters, Paper};
use super::{Length, Report};

/// `report`, as a comment on a change.
pub(crate) fn write(report: &Report) -> String {
    let paper = Paper { width: 100, letters: Letters::Unicode };
    let missed = report.expected.iter().filter(|expected| !expected.met).count();
    let (sign, all) = (if missed == 0 { "✓" } else { "✗" }, report.expected.len());
    let verdict = match all {
        0 => String::new(),
        all => format!("{sign} {} of {all} expectations met\n\n", all - missed),
    };
    let page = |length| report.page(paper, length).to_string();
    format!(
        "### Rehearsal of `{}`\n\n{verdict}{}\n<details><summary>The whole report</summary>\n\n{}\n</details>\n",
        report.scenario,
        fenced(&page(Length::Quiet)),
        fenced(&page(Length::Full)),
    )
}

/// In a fence, so that columns stay columns.
fn fenced(page: &str) -> String {
    format!("```text\n{page}```\n")
}
