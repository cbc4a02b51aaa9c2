//! Why a command did not do what it was asked to, as its reader will see it. Which exit code follows is decided
//! in `main.rs` alone.

use std::fmt::Display;
use std::io;

/// Why a command stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    /// What was given is wrong, and nothing was done: a sentence, and what to do instead.
    Input(String, Option<String>),
    /// The mistakes in texts have been shown.
    Mistakes,
    /// It ran, and what had to hold does not: that has been shown.
    Missed,
    /// It could not run: disk, memory, a closed file.
    Run(String),
    /// Its reader left before it was done.
    Interrupted,
    /// Nobody reads stdout any more: they have seen enough.
    Pipe,
}

impl Failure {
    /// Wrong input, with nothing to add.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::Input(message.into(), None)
    }

    /// Adds what to do instead.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        match self {
            Self::Input(message, None) => Self::Input(message, Some(help.into())),
            other @ (Self::Input(_, Some(_))
            | Self::Mistakes
            | Self::Missed
            | Self::Run(_)
            | Self::Interrupted
            | Self::Pipe) => other,
        }
    }

    /// `doing` something with a file failed.
    pub(crate) fn run(doing: impl Display, error: &io::Error) -> Self {
        Self::Run(format!("{doing}: {}", plainly(error)))
    }

    /// What to tell on stderr; nothing where all has been told.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Input(message, None) | Self::Run(message) => Some(format!("error: {message}\n")),
            Self::Input(message, Some(help)) => Some(format!("error: {message}\n  help: {help}\n")),
            Self::Mistakes | Self::Missed | Self::Interrupted | Self::Pipe => None,
        }
    }
}

/// Writing to stdout failed.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Pipe
        } else {
            Self::run("stdout cannot be written", &error)
        }
    }
}

/// An I/O error in words, without the number.
pub(crate) fn plainly(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}
