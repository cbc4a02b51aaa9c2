//! Opens the programs that tests read, and draws diagnostics as plain text.

use foresend_program::{Diagnostic, Severity, Sources};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A path from the root of the workspace.
pub(crate) fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The texts of a folder.
pub(crate) fn open(path: &str) -> Sources {
    let mut sources = Sources { folder: path.to_owned(), ..Sources::default() };
    overlay(&mut sources, path);
    sources
}

/// Puts the texts of another folder over them.
pub(crate) fn overlay(sources: &mut Sources, path: &str) {
    fn walk(root: &Path, folder: &Path, sources: &mut Sources) {
        for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, sources);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                sources.files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = at(path);
    walk(&root, &root, sources);
}

/// Diagnostics as text. `text` gives the text of a file.
pub(crate) fn draw<'t>(told: &[Diagnostic], text: impl Fn(&str) -> &'t str) -> String {
    let mut out = String::new();
    for diagnostic in told {
        let text = text(&diagnostic.file);
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = diagnostic.labels.first().map(|label| position(text, label.span.start));
        let place = place.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
        let (code, file, message) = (diagnostic.code, &diagnostic.file, &diagnostic.message);
        writeln!(out, "{severity}[{code}] {file}{place}").unwrap();
        writeln!(out, "  {message}").unwrap();
        for label in &diagnostic.labels {
            let (line, _) = position(text, label.span.start);
            let slice = text.get(label.span.clone()).expect("a place is on character boundaries");
            writeln!(out, "    line {line} `{slice}`: {}", label.text).unwrap();
        }
        diagnostic.help.iter().for_each(|help| writeln!(out, "  help: {help}").unwrap());
    }
    out
}

fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).expect("a place is on a character boundary");
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
