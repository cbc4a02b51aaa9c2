//! Mistakes for machines: `foresend.check/1`, described key by key in docs/reference/check.md, and the annotations
//! of GitHub's actions. Within version 1 keys are only ever added; keys stand in the order of these structs.
//! Lines and columns count from 1, columns in characters; an end is the place just behind the last character.

use foresend_program::{Diagnostic, Label, Severity};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const SCHEMA: &str = "foresend.check/1";

/// What was found, and where its files are.
pub(crate) struct Told<'a> {
    pub(crate) diagnostics: &'a [Diagnostic],
    /// The texts they speak of, by the names they use.
    pub(crate) texts: &'a BTreeMap<String, String>,
    /// Where the program's files are, seen from here.
    pub(crate) folder: &'a Path,
    /// The scenario: its name leads to it from here already.
    pub(crate) scenario: Option<&'a str>,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    files: usize,
    errors: usize,
    warnings: usize,
    mistakes: Vec<Mistake>,
}

#[derive(Serialize)]
struct Mistake {
    code: &'static str,
    severity: &'static str,
    message: String,
    file: String,
    #[serde(flatten)]
    place: Place,
    labels: Vec<Marked>,
    help: Option<String>,
}

#[derive(Serialize)]
struct Marked {
    #[serde(flatten)]
    place: Place,
    text: String,
}

/// Nulls: the whole file.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
struct Place {
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

impl Told<'_> {
    /// One JSON document, with a newline at its end.
    pub(crate) fn json(&self) -> String {
        let count = |severity| self.diagnostics.iter().filter(|d| d.severity == severity).count();
        let document = Document {
            schema: SCHEMA,
            files: self.texts.len(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            mistakes: self.mistakes().collect(),
        };
        let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers only");
        text.push('\n');
        text
    }

    /// One workflow command a line: GitHub shows each beside its place in the change.
    pub(crate) fn github(&self) -> String {
        let mut all = String::new();
        for mistake in self.mistakes() {
            let Mistake { code, severity, message, file, place, labels, help } = mistake;
            write!(all, "::{severity} file={}", property(&file)).expect("a string takes all");
            if let Place { line: Some(line), column: Some(column), .. } = place {
                write!(all, ",line={line}").expect("a string takes all");
                // Columns over several lines are refused there.
                if place.end_line == Some(line) {
                    write!(all, ",col={column}").expect("a string takes all");
                }
                for (name, end) in [("endLine", place.end_line), ("endColumn", place.end_column)] {
                    let end = end.filter(|_| name == "endLine" || place.end_line == Some(line));
                    if let Some(end) = end {
                        write!(all, ",{name}={end}").expect("a string takes all");
                    }
                }
            }
            let marked = labels.iter().map(|label| &label.text).find(|text| !text.is_empty());
            let mut words = message;
            marked.iter().for_each(|text| words += &format!(" ({text})"));
            help.iter().for_each(|help| words += &format!("\nhelp: {help}"));
            writeln!(all, ",title={}::{}", property(code), data(&words))
                .expect("a string takes all");
        }
        all
    }

    fn mistakes(&self) -> impl Iterator<Item = Mistake> + '_ {
        self.diagnostics.iter().map(|diagnostic| {
            let text = self.texts.get(&diagnostic.file).map_or("", String::as_str);
            let labels: Vec<Marked> = diagnostic
                .labels
                .iter()
                .map(|label| Marked { place: place(text, label), text: label.text.clone() })
                .collect();
            Mistake {
                code: diagnostic.code,
                severity: match diagnostic.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                message: diagnostic.message.clone(),
                file: self.path(&diagnostic.file),
                place: labels.first().map(|label| label.place).unwrap_or_default(),
                labels,
                help: diagnostic.help.clone(),
            }
        })
    }

    /// A file as it is found from here, with `/` between the parts.
    fn path(&self, file: &str) -> String {
        if self.scenario == Some(file) || self.folder == Path::new(".") {
            return file.to_owned();
        }
        self.folder.join(file).to_string_lossy().replace('\\', "/")
    }
}

fn place(text: &str, label: &Label) -> Place {
    let (line, column) = position(text, label.span.start);
    let (end_line, end_column) = position(text, label.span.end);
    Place {
        line: Some(line),
        column: Some(column),
        end_line: Some(end_line),
        end_column: Some(end_column),
    }
}

fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The message of a workflow command: it is one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command: it ends at `,` or `:`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(
        text: &str,
        span: std::ops::Range<usize>,
    ) -> (Vec<Diagnostic>, BTreeMap<String, String>) {
        let diagnostic = Diagnostic {
            code: "foresend::bad_value",
            severity: Severity::Error,
            message: "100 % of\nnothing".to_owned(),
            file: "journeys/a,b.toml".to_owned(),
            labels: vec![Label { span, text: "here: a, b".to_owned() }],
            help: Some("write less".to_owned()),
        };
        (vec![diagnostic], BTreeMap::from([("journeys/a,b.toml".to_owned(), text.to_owned())]))
    }

    #[track_caller]
    fn github(text: &str, span: std::ops::Range<usize>, expected: &str) {
        let (diagnostics, texts) = told(text, span);
        let (diagnostics, texts) = (&*diagnostics, &texts);
        let told = Told { diagnostics, texts, folder: Path::new("shop"), scenario: None };
        assert_eq!(told.github(), expected);
    }

    #[test]
    fn what_would_end_an_annotation_is_escaped() {
        github(
            "ä = 'é'\n",
            5..9,
            "::error file=shop/journeys/a%2Cb.toml,line=1,col=5,endLine=1,endColumn=8,\
             title=foresend%3A%3Abad_value::100 %25 of%0Anothing (here: a, b)%0Ahelp: write less\n",
        );
    }

    #[test]
    fn a_place_over_several_lines_has_no_columns() {
        github(
            "a = [\n1,\n]\n",
            4..10,
            "::error file=shop/journeys/a%2Cb.toml,line=1,endLine=3,\
             title=foresend%3A%3Abad_value::100 %25 of%0Anothing (here: a, b)%0Ahelp: write less\n",
        );
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("ab\nä€x", 5), (2, 2));
        assert_eq!(position("ab\nä€x", 8), (2, 3));
        assert_eq!(position("", 0), (1, 1));
    }
}
