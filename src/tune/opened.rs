//! A tune file, the scenario that it names, and the programs to choose from, opened together.

use crate::failure::Failure;
use crate::scenario::{self, Unopened, any_error};
use crate::{mistakes, open};
use foresend_program::{Candidates, Compiled, Diagnostic, Label, Maximise, Severity, Tune, Worth};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal;
use foresend_simulator::tune::rehearsed::Objective;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A tune file and its scenario.
pub(crate) struct Opened {
    /// As the reader named it.
    pub(crate) file: String,
    pub(crate) tune: Tune,
    pub(crate) scenario: scenario::Opened,
    /// Where the program's texts are.
    pub(crate) folder: PathBuf,
    text: String,
}

/// What is to be tried.
pub(crate) struct Problem {
    pub(crate) today: Compiled,
    pub(crate) candidates: Candidates,
    pub(crate) objective: Objective,
    /// The own one first.
    pub(crate) worlds: Vec<(String, Preset)>,
}

impl Opened {
    /// Every text that a mistake may be in.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let mut texts = self.scenario.texts();
        texts.insert(self.file.clone(), self.text.clone());
        texts
    }

    /// The programs to choose from, and the worlds to try them in; or everything that is wrong, told.
    ///
    /// # Errors
    /// [`Failure::Mistakes`].
    pub(crate) fn problem(&self) -> Result<Problem, Failure> {
        self.compiled().map_err(|told| {
            mistakes::tell(&told, &self.texts());
            Failure::Mistakes
        })
    }

    /// The same, and tells nobody.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn compiled(&self) -> Result<Problem, Vec<Diagnostic>> {
        let (compiled, mut told) = self.scenario.compile();
        let known = self.scenario.populations.names();
        told.extend(self.tune.unknown_worlds(&known));
        let Some(today) = compiled.filter(|_| !any_error(&told)) else { return Err(told) };
        let rehearsed: Vec<String> =
            today.program.journeys.iter().map(|journey| journey.name.clone()).collect();
        let unknown = self.tune.unknown_journeys(&rehearsed);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let objective = self.objective(&today)?;
        let scenario = &self.scenario.scenario;
        let only = scenario.only.as_deref();
        let candidates =
            self.tune.candidates(&self.scenario.sources, only, &today, scenario.seed)?;
        if candidates.all.len() < 2 {
            let place = self.tune.vary_place();
            let message = "there is nothing to choose from: every value is today's";
            let help = Some("add values to `[vary]`".to_owned());
            return Err(vec![self.tune.mistake("foresend::bad_value", message, place, help)]);
        }
        Ok(Problem { today, candidates, objective, worlds: self.worlds() })
    }

    fn objective(&self, today: &Compiled) -> Result<Objective, Vec<Diagnostic>> {
        let Some(Worth { margin_ppm, mail, subscriber }) = &self.tune.worth else {
            return Ok(match self.tune.maximise {
                Maximise::Revenue => Objective::Revenue,
                Maximise::Orders | Maximise::Profit => Objective::Orders,
            });
        };
        let amount = |amount: &foresend_program::Amount| {
            amount.hundredths_of_minor(today.currency.minor_digits).map_err(|place| {
                let message = format!("`{}` is finer than this currency", amount.text);
                let help = format!(
                    "write it to a hundredth of the smallest coin: {} digits behind the point",
                    today.currency.minor_digits + 2
                );
                vec![self.tune.mistake("foresend::bad_value", message, place, Some(help))]
            })
        };
        Ok(Objective::Profit(rehearsal::Worth {
            margin_ppm: *margin_ppm,
            mail: amount(mail)?,
            subscriber: amount(subscriber)?,
        }))
    }

    /// Those of `across`, or the scenario's, its own first in any case.
    fn worlds(&self) -> Vec<(String, Preset)> {
        let along: Vec<&str> = Preset::names().collect();
        let scenario = &self.scenario.scenario;
        let mut names: Vec<&str> = match &self.tune.across {
            Some(across) => {
                [&scenario.population].into_iter().chain(across).map(|name| &**name).collect()
            }
            None => scenario.worlds(&along),
        };
        let mut seen: Vec<&str> = Vec::new();
        names.retain(|name| {
            let is_new = !seen.contains(name);
            seen.push(name);
            is_new
        });
        let preset = |name: &str| {
            let preset = self.scenario.populations.get(name)?;
            Some((name.to_owned(), preset.clone()))
        };
        names.into_iter().filter_map(preset).collect()
    }
}

/// Opens the tune file at `path`, its scenario and program, and tells of mistakes.
///
/// # Errors
/// Where a file cannot be read, or has an error.
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
    let text = open::text(path, "tune file")?;
    if !is_named(path) {
        let wrong = Failure::input(format!("{file} is not named like a tune file"));
        return Err(Unopened::Unread(wrong.help(
            "a tune file is called NAME.tune.toml, and names the scenario: docs/reference/tune.md",
        )));
    }
    let (tune, told) = foresend_program::tune(&file, &text);
    let wrong = |told: Vec<Diagnostic>, mut texts: BTreeMap<String, String>| {
        texts.insert(file.clone(), text.clone());
        Unopened::Mistakes(told, texts)
    };
    let Some(tune) = tune.filter(|_| !any_error(&told)) else {
        return Err(wrong(told, BTreeMap::new()));
    };
    let at = open::beside(path, &tune.scenario);
    match scenario::look(&at) {
        Ok(scenario) => {
            let folder = open::beside(&at, &scenario.scenario.program);
            Ok(Opened { file, tune, scenario, folder, text })
        }
        Err(Unopened::Mistakes(told, texts)) => Err(wrong(told, texts)),
        Err(Unopened::Unread(Failure::Input(message, help))) => {
            let place = Label { span: tune.scenario_place(), text: "named here".to_owned() };
            let told = Diagnostic {
                code: "foresend::no_scenario",
                severity: Severity::Error,
                message,
                file: file.clone(),
                labels: vec![place],
                help: help.or_else(|| Some("it is looked for beside this file".to_owned())),
            };
            Err(wrong(vec![told], BTreeMap::new()))
        }
        Err(unread @ Unopened::Unread(_)) => Err(unread),
    }
}

/// Whether `path` is named like a tune file.
pub(crate) fn is_named(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".tune.toml"))
}
