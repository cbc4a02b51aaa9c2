//! What a choice changes in the program's texts, line by line; and writing it. Comments and everything else stay.
//! Invariant: all files are written or, where one has changed since it was read, none.

use super::opened::Opened;
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

/// The program's texts with what is chosen.
fn edited(opened: &Opened, report: &Report) -> Result<Option<Sources>, Failure> {
    let Some(one) = report.changed_to() else { return Ok(None) };
    let mut sources = opened.scenario.sources.clone();
    let value = &report.values[one];
    // What is gone takes the rest of its step along: it is taken out last, and nothing else is set in it.
    let goes = |at: usize| report.addresses[at].ends_with(".after") && value.values[at] == "never";
    let step = |at: usize| report.addresses[at].rsplit_once('.').map(|(step, _)| step);
    let numbers = 0..report.addresses.len();
    let gone: Vec<usize> = numbers.clone().filter(|&at| goes(at)).collect();
    let stays = numbers.filter(|&at| !gone.iter().any(|&gone| step(gone) == step(at)));
    for at in stays.chain(gone.iter().copied()) {
        if report.today[at].as_deref() == Some(&value.values[at]) {
            continue;
        }
        foresend_program::set(&mut sources, &report.addresses[at], &value.values[at])
            .map_err(|wrong| Failure::Run(format!("the choice cannot be set: {wrong}")))?;
    }
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
