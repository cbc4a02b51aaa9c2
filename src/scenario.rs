//! A scenario's file, and the program it names, opened together: what `simulate` and `check` share.

use crate::failure::Failure;
use crate::population::Populations;
use crate::{mistakes, open};
use foresend_program::{Compiled, Diagnostic, Label, Scenario, SetError, Severity, Sources};
use std::collections::BTreeMap;
use std::path::Path;

/// A scenario and the texts of its program.
pub(crate) struct Opened {
    /// As the reader named it.
    pub(crate) file: String,
    /// What it says.
    pub(crate) scenario: Scenario,
    /// The texts of its program.
    pub(crate) sources: Sources,
    /// The populations that it may live in.
    pub(crate) populations: Populations,
    /// Warnings about the scenario itself.
    pub(crate) told: Vec<Diagnostic>,
    text: String,
}

impl Opened {
    /// Its program with the journeys that the scenario names, and everything there is to say about either.
    pub(crate) fn compile(&self) -> (Option<Compiled>, Vec<Diagnostic>) {
        let only = self.scenario.only.as_deref();
        let (compiled, of_program) = foresend_program::compile(&self.sources, only);
        let mut told = self.told.clone();
        if let Some(compiled) = &compiled {
            told.extend(self.scenario.unknown_journeys(&compiled.journey_names));
            told.extend(self.scenario.unknown_variants(compiled));
        }
        told.extend(self.scenario.unknown_populations(&self.populations.names()));
        told.extend(of_program);
        if compiled.is_some() && !any_error(&told) {
            told.extend(self.scenario.compared(&self.sources).err().into_iter().flatten());
        }
        (compiled.filter(|_| !any_error(&told)), told)
    }

    /// Changes what `address` names for this run: a value of the program, or of all populations.
    ///
    /// # Errors
    /// Where it names nothing, or cannot be so.
    pub(crate) fn set(&mut self, address: &str, value: &str) -> Result<(), Failure> {
        if let Some(key) = address.strip_prefix("population.") {
            return self.populations.set(key, value);
        }
        foresend_program::set(&mut self.sources, address, value)
            .map_err(|wrong| refused(address, wrong))
    }

    /// Every text a diagnostic may speak of, by the name it uses.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let mut texts = self.sources.files.clone();
        texts.insert(self.file.clone(), self.text.clone());
        texts
    }
}

/// Why a scenario was not opened.
pub(crate) enum Unopened {
    /// A file cannot be read.
    Unread(Failure),
    /// The scenario has mistakes: they, and its text by its name. Without it there is no program to look at.
    Mistakes(Vec<Diagnostic>, BTreeMap<String, String>),
}

impl From<Failure> for Unopened {
    fn from(failure: Failure) -> Self {
        Self::Unread(failure)
    }
}

/// The program in `folder`, all of it, with the people that a scenario has that names none.
///
/// # Errors
/// Where it cannot be read.
pub(crate) fn of_program(folder: &Path) -> Result<Opened, Failure> {
    let sources = open::program(folder)?;
    let (scenario, _) = foresend_program::scenario("", "program = \".\"");
    let scenario = scenario.expect("every other key has a default");
    let populations = Populations::of(folder, &scenario).unwrap_or_default();
    let (file, text, told) = (String::new(), String::new(), Vec::new());
    Ok(Opened { file, scenario, sources, populations, told, text })
}

/// Opens the scenario at `path` and its program, and tells of mistakes in the scenario.
///
/// # Errors
/// Where a file cannot be read, or the scenario has an error.
pub(crate) fn open(path: &Path) -> Result<Opened, Failure> {
    look(path).map_err(|unopened| match unopened {
        Unopened::Unread(failure) => failure,
        Unopened::Mistakes(told, texts) => {
            mistakes::tell(&told, &texts);
            Failure::Mistakes
        }
    })
}

/// The same, and tells nobody.
///
/// # Errors
/// The same.
pub(crate) fn look(path: &Path) -> Result<Opened, Unopened> {
    let file = open::show(path);
    let text = open::text(path, "scenario")?;
    if crate::tune::opened::is_named(path) {
        let wrong = Failure::input(format!("{file} is a tune file, not a scenario"));
        return Err(Unopened::Unread(wrong.help(format!("foresend tune {file}"))));
    }
    let (scenario, told) = foresend_program::scenario(&file, &text);
    let Some(scenario) = scenario.filter(|_| !any_error(&told)) else {
        let texts = BTreeMap::from([(file, text)]);
        return Err(Unopened::Mistakes(told, texts));
    };
    let populations = match Populations::of(path, &scenario) {
        Ok(populations) => populations,
        Err(told) => return Err(Unopened::Mistakes(told, BTreeMap::from([(file, text)]))),
    };
    match open::program(&open::beside(path, &scenario.program)) {
        Ok(sources) => Ok(Opened { file, scenario, sources, populations, told, text }),
        Err(Failure::Input(message, help)) => {
            let place = Label { span: scenario.program_place(), text: "named here".to_owned() };
            let wrong = Diagnostic {
                code: "foresend::program_folder",
                severity: Severity::Error,
                message,
                file: file.clone(),
                labels: vec![place],
                help: help.or_else(|| Some("it is looked for beside the scenario".to_owned())),
            };
            Err(Unopened::Mistakes(vec![wrong], BTreeMap::from([(file, text)])))
        }
        Err(other) => Err(other.into()),
    }
}

/// Whether one of `told` is an error.
pub(crate) fn any_error(told: &[Diagnostic]) -> bool {
    told.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

fn refused(address: &str, wrong: SetError) -> Failure {
    let failure = Failure::input(format!("--set {address}: {}", wrong.message));
    match wrong.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}
