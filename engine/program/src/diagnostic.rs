//! What is wrong with a text, told so that its author can mend it: where, what stands there, what to write.
//! A reader of texts never stops at the first mistake; it tells [`Mistakes`] and goes on.
//! Invariant: nothing here knows how a diagnostic is drawn; the command does that.

use std::ops::Range;

/// One mistake, or one warning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// What it is called for ever: `foresend::unknown_key`, `foresend::lint::constant`.
    pub code: &'static str,
    /// Whether the program can be used in spite of it.
    pub severity: Severity,
    /// One sentence, without a full stop, in the author's words.
    pub message: String,
    /// The file it is in: relative to the program folder, or the scenario's name as it was given.
    pub file: String,
    /// Places in that file, in bytes; the first is where the mistake is. Empty: the whole file.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
}

/// Whether a program can be used in spite of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can.
    Warning,
}

/// A place, and what stands there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Bytes of the file, on character boundaries.
    pub span: Range<usize>,
    /// What stands there.
    pub text: String,
}

impl Diagnostic {
    pub(crate) fn error(code: &'static str, file: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            file: file.to_owned(),
            labels: Vec::new(),
            help: None,
        }
    }

    pub(crate) fn warning(code: &'static str, file: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, file, message) }
    }

    /// Adds a place. An empty text marks it without words.
    pub(crate) fn at(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the help, if there is any to give.
    pub(crate) fn perhaps(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// "`x` is not supported yet": part of the language, and not built.
    pub(crate) fn not_yet(file: &str, what: &str, span: Range<usize>, instead: &str) -> Self {
        Self::error("foresend::not_supported_yet", file, format!("{what} is not supported yet"))
            .at(span, "part of the language, not built yet")
            .help(instead)
    }
}

/// Everything told so far.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    told: Vec<Diagnostic>,
}

impl Mistakes {
    pub(crate) fn tell(&mut self, diagnostic: Diagnostic) {
        self.told.push(diagnostic);
    }

    /// Whether something by this code has been told of this place already.
    pub(crate) fn is_told(&self, code: &str, file: &str, place: &Range<usize>) -> bool {
        self.told.iter().any(|d| {
            d.code == code
                && d.file == file
                && d.labels.first().is_some_and(|label| label.span == *place)
        })
    }

    pub(crate) fn any_error(&self) -> bool {
        self.told.iter().any(|d| d.severity == Severity::Error)
    }

    /// In the order of files and of places in them, each once.
    pub(crate) fn in_order(mut self) -> Vec<Diagnostic> {
        let place = |d: &Diagnostic| d.labels.first().map_or(0, |label| label.span.start);
        self.told.sort_by(|a, b| a.file.cmp(&b.file).then_with(|| place(a).cmp(&place(b))));
        self.told.dedup();
        self.told
    }
}
