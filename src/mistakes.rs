//! Mistakes in texts, drawn for their authors: where, what stands there, what to write. Miette draws; this file
//! hands it one diagnostic at a time and counts them for the last line.

use crate::output;
use crate::report::number::counted;
use crate::report::page::Letters;
use foresend_program::{Diagnostic, Severity};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, NarratableReportHandler,
    ThemeCharacters, ThemeStyles,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use textwrap::WordSplitter;

/// Tells `diagnostics`, which stop what was to be done, with their number below them.
pub(crate) fn tell(diagnostics: &[Diagnostic], texts: &BTreeMap<String, String>) {
    let counted = format!("{} · exit 2\n", count(diagnostics, texts.len()));
    output::talk(&(draw(diagnostics, texts) + &output::letters().spell(&counted)));
}

/// `diagnostics` drawn one below the other. `texts` holds the files they speak of.
pub(crate) fn draw(diagnostics: &[Diagnostic], texts: &BTreeMap<String, String>) -> String {
    let narrated = std::env::var_os("NO_GRAPHICS").is_some_and(|value| value != "0");
    let mut all = String::new();
    for diagnostic in diagnostics {
        let text = texts.get(&diagnostic.file).cloned().unwrap_or_default();
        let shown = Shown { diagnostic, source: NamedSource::new(&diagnostic.file, text) };
        let drawn = if narrated {
            NarratableReportHandler::new().render_report(&mut all, &shown)
        } else {
            handler().render_report(&mut all, &shown)
        };
        drawn.expect("a string takes every text");
        all.push('\n');
    }
    all
}

/// `3 errors, 1 warning in 3 of 32 files`
pub(crate) fn count(diagnostics: &[Diagnostic], files: usize) -> String {
    let of = |severity| diagnostics.iter().filter(|d| d.severity == severity).count() as u64;
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let wrong = diagnostics.iter().map(|d| &d.file).collect::<BTreeSet<_>>().len();
    let mut text = String::new();
    if errors > 0 {
        text.push_str(&counted(errors, "error"));
    }
    if warnings > 0 {
        let comma = if errors > 0 { ", " } else { "" };
        write!(text, "{comma}{}", counted(warnings, "warning")).expect("a string takes every text");
    }
    let files = counted(files as u64, "file");
    write!(text, " in {wrong} of {files}").expect("a string takes every text");
    text.replace('\u{a0}', " ")
}

fn handler() -> GraphicalReportHandler {
    let characters = match output::letters() {
        Letters::Unicode => ThemeCharacters::unicode(),
        Letters::Ascii => ThemeCharacters::ascii(),
    };
    // Escape codes are taken out again where nobody would see them: see output.rs.
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles: ThemeStyles::ansi() })
        .with_width(output::talk_width())
        .with_links(false)
        // Without it `cart-recovery` is broken at its hyphen.
        .with_word_splitter(WordSplitter::NoHyphenation)
}

/// A diagnostic in miette's words.
#[derive(Debug)]
struct Shown<'a> {
    diagnostic: &'a Diagnostic,
    source: NamedSource<String>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without a place in it, miette would not name the file.
        if self.diagnostic.labels.is_empty() {
            write!(f, "{}: ", self.diagnostic.file)?;
        }
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = &self.diagnostic.labels;
        (!labels.is_empty()).then(|| {
            Box::new(labels.iter().map(|label| {
                let text = (!label.text.is_empty()).then(|| label.text.clone());
                LabeledSpan::new(text, label.span.start, label.span.len())
            })) as Box<dyn Iterator<Item = LabeledSpan>>
        })
    }
}
