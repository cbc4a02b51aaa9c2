//! What a choice changes in the program's texts, line by line; and writing it. Comments and everything else stay.
//! Invariant: all files are written or, where one has changed since it was read, none.

use super::opened::{Opened, Problem};
use super::report::Report;
use crate::failure::{Failure, plainly};
use crate::open;
use foresend_program::Sources;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use std::fs;
use std::path::PathBuf;

/// What changes in a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Change {
    /// As a reader would name it from here.
    pub(crate) file: String,
    pub(crate) lines: Vec<Line>,
}

/// A line that goes or comes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Line {
    /// Its number: in the text as it was for one that goes, as it will be for one that comes.
    pub(crate) number: usize,
    pub(crate) comes: bool,
    pub(crate) text: String,
    /// It has a comment, which may not be true any more.
    pub(crate) has_comment: bool,
}

/// Without a step the test of it would be of nothing, and its file a mistake. That is not for a tuning to decide.
///
/// # Errors
/// Where a step that is tested may be taken out.
pub(super) fn refuse_tested(opened: &Opened, problem: &Problem) -> Result<(), Failure> {
    let program = &problem.today.program;
    for test in &program.experiments {
        let journey = program.journey(test.journey);
        let step = &journey.steps[usize::from(test.step.0)].name;
        let address = format!("{}.{step}.after", journey.name);
        let takes_out = |values: &[String]| values.iter().any(|value| value == "never");
        if opened.tune.vary.iter().any(|one| one.address == address && takes_out(&one.values)) {
            let message =
                format!("--write: {address} may be `never`, and {} tests that step", test.name);
            return Err(
                Failure::input(message).help("end the experiment first, or tune without --write")
            );
        }
    }
    Ok(())
}

/// The program's texts with what is chosen.
fn edited(opened: &Opened, report: &Report) -> Result<Option<Sources>, Failure> {
    let Some(one) = report.changed_to() else { return Ok(None) };
    let mut sources = opened.scenario.sources.clone();
    let value = &report.values[one];
    let chosen = report.addresses.iter().zip(&value.values).zip(&report.today);
    let differs = chosen.filter(|((_, value), today)| today.as_ref() != Some(*value));
    let pairs: Vec<(&str, &str)> =
        differs.map(|((address, value), _)| (address.as_str(), value.as_str())).collect();
    foresend_program::set_all(&mut sources, &pairs)
        .map_err(|(_, wrong)| Failure::Run(format!("the choice cannot be set: {wrong}")))?;
    Ok(Some(sources))
}

/// What the choice would change.
///
/// # Errors
/// Where it cannot be set in the texts, which it could before.
pub(super) fn chosen(opened: &Opened, report: &Report) -> Result<Vec<Change>, Failure> {
    let Some(edited) = edited(opened, report)? else { return Ok(Vec::new()) };
    let before = &opened.scenario.sources.files;
    let differ = edited.files.iter().filter_map(|(path, new)| {
        let old = before.get(path).filter(|old| *old != new)?;
        let file = open::show(&opened.folder.join(path));
        Some(Change { file, lines: lines(old, new) })
    });
    Ok(differ.collect())
}

fn lines(old: &str, new: &str) -> Vec<Line> {
    let differ = TextDiff::from_lines(old, new);
    let lines = differ.iter_all_changes().filter_map(|change| {
        let (comes, at) = match change.tag() {
            ChangeTag::Equal => return None,
            ChangeTag::Delete => (false, change.old_index()),
            ChangeTag::Insert => (true, change.new_index()),
        };
        let text = change.value().trim_end().to_owned();
        let has_comment = text.contains('#');
        Some(Line { number: at.unwrap_or(0) + 1, comes, text, has_comment })
    });
    lines.collect()
}

/// Writes the choice into the program's files.
///
/// # Errors
/// Where a file has changed since it was read, or cannot be written.
pub(super) fn write(opened: &Opened, report: &mut Report) -> Result<(), Failure> {
    let Some(edited) = edited(opened, report)? else { return Ok(()) };
    let before = &opened.scenario.sources.files;
    let mut files: Vec<(PathBuf, &String)> = Vec::new();
    for (path, new) in &edited.files {
        let Some(old) = before.get(path).filter(|old| *old != new) else { continue };
        let path = opened.folder.join(path);
        let now = fs::read_to_string(&path);
        if !now.is_ok_and(|now| now == *old) {
            let shown = open::show(&path);
            return Err(Failure::Run(format!(
                "{shown} has changed since it was read: nothing was written. Run it again, or change it by hand"
            )));
        }
        files.push((path, new));
    }
    for (path, new) in files {
        crate::fmt::replace(&path, new).map_err(|e| {
            Failure::Run(format!("{} cannot be written: {}", open::show(&path), plainly(&e)))
        })?;
    }
    report.is_written = true;
    Ok(())
}
