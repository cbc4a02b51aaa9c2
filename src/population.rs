//! The populations that a scenario names: those that come along, and files of the same form beside it.

use crate::failure::{Failure, plainly};
use crate::open;
use foresend_program::{Diagnostic, Scenario, closest};
use foresend_simulator::population::{Preset, PresetError};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Populations by the names that a scenario has for them.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Populations {
    of: BTreeMap<String, Preset>,
}

impl Populations {
    /// Those that `scenario`, at `path`, names, and all that come along.
    ///
    /// # Errors
    /// A mistake for each file that cannot be read or is no population.
    pub(crate) fn of(path: &Path, scenario: &Scenario) -> Result<Self, Vec<Diagnostic>> {
        let along =
            Preset::names().filter_map(|name| Some((name.to_owned(), Preset::named(name)?)));
        let mut of: BTreeMap<String, Preset> = along.collect();
        let mut wrong = Vec::new();
        let is_file = |name: &str| Path::new(name).extension().is_some_and(|end| end == "toml");
        for (name, place) in scenario.populations().filter(|(name, _)| is_file(name)) {
            let file = open::beside(path, name);
            let read = fs::read_to_string(&file)
                .map_err(|e| format!("{} cannot be read: {}", open::show(&file), plainly(&e)))
                .and_then(|text| {
                    Preset::load(&text).map_err(|e| format!("{name}: {}", on_one_line(&e)))
                });
            match read {
                Ok(preset) => drop(of.insert(name.to_owned(), preset)),
                Err(message) => wrong.push(scenario.bad_population(&message, place)),
            }
        }
        if wrong.is_empty() { Ok(Self { of }) } else { Err(wrong) }
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.of.keys().map(String::as_str).collect()
    }

    /// The population called `name`. `None`: the scenario names none of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Preset> {
        self.of.get(name)
    }

    /// The population called `name`, which an argument asked for.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn asked(&self, argument: &str, name: &str) -> Result<&Preset, Failure> {
        self.get(name).ok_or_else(|| {
            let help = closest(name, self.names()).map_or_else(
                || format!("there are: {}", Preset::names().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            Failure::input(format!("{argument}: there is no population `{name}`")).help(help)
        })
    }

    /// Sets `key`, such as `reminder.strength`, in all of them, to `value`: a number, or several in brackets.
    ///
    /// # Errors
    /// Where the value is none, or no population has such a setting, or it cannot have that value.
    pub(crate) fn set(&mut self, key: &str, value: &str) -> Result<(), Failure> {
        let address = format!("population.{key}");
        let parts = value.trim().trim_start_matches('[').trim_end_matches(']').split(',');
        let numbers: Result<Vec<f64>, _> = parts.map(|part| part.trim().parse::<f64>()).collect();
        let numbers = numbers.ok().filter(|all| all.iter().all(|number| number.is_finite()));
        let numbers = numbers.ok_or_else(|| {
            let message = format!("--set {address}: `{value}` is no number");
            Failure::input(message).help("write a number, or several: `0.4`, `[1.5, 30]`")
        })?;
        let (mut changed, mut unknown) = (0, None);
        for preset in self.of.values_mut() {
            // A persona may live in some of the worlds only.
            if !preset.keys().iter().any(|known| known == key) {
                unknown = closest(key, preset.keys().iter().map(String::as_str)).map(str::to_owned);
                continue;
            }
            *preset = preset.with(key, &numbers).map_err(|wrong| {
                Failure::input(format!("--set {address}: {wrong}"))
                    .help("docs/models.md lists every setting with its value and unit")
            })?;
            changed += 1;
        }
        if changed > 0 {
            return Ok(());
        }
        let help = unknown.map_or_else(
            || "docs/models.md lists every setting".to_owned(),
            |near| format!("did you mean `population.{near}`?"),
        );
        Err(Failure::input(format!("--set {address}: a population has no setting `{key}`"))
            .help(help))
    }
}

/// An error that says in several lines where it is.
fn on_one_line(error: &PresetError) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
