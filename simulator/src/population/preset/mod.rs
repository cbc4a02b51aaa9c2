//! A population's numbers, each with its unit, its source and what the source is worth. Nowhere else in the
//! simulator stands a number that describes people.
//!
//! Invariant: a loaded preset is complete, has no key that we do not know, and every number is in its range; so
//! what is computed from it need not check again.

mod numbers;

use super::homes::row_of;
use foresend_core::time::Zone;
use numbers::{ALL, ORDERS};
use serde::Deserialize;
use std::fmt;
use std::ops::Deref;
use toml::{Table, Value};

pub use numbers::{Numbered, section};

/// What a number's source is worth.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
pub enum Grade {
    /// A randomised experiment or public data, re-analysed.
    R,
    /// Verified by computation.
    V,
    /// A vendor's benchmark: what was seen, not what was caused.
    B,
    /// An assumption.
    A,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A number, or a short list of them, with what it rests on. Reads as the number.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graded<T> {
    /// The number.
    pub value: T,
    /// What it is counted in; empty: nothing.
    pub unit: String,
    /// What the source is worth.
    pub grade: Grade,
    /// Where it is from.
    pub source: String,
}

impl<T> Deref for Graded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// One number of a preset, as reports and the models page list it.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    /// `section.name`.
    pub key: String,
    /// As it stands in the file.
    pub value: String,
    /// What it is counted in; empty: nothing.
    pub unit: String,
    /// What its source is worth.
    pub grade: Grade,
    /// Where it is from.
    pub source: String,
}

/// Why a text is no preset.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// Not TOML, or a key missing, misspelt or of the wrong type.
    #[error("not a population: {0}")]
    Form(#[from] toml::de::Error),
    /// A number that no population can have.
    #[error("{key} is {value}, which is not {allowed}")]
    Range {
        /// Which number.
        key: String,
        /// What it is.
        value: f64,
        /// What it may be.
        allowed: &'static str,
    },
    /// A text or a list that no population can have.
    #[error("{key}: {wrong}")]
    List {
        /// Which setting.
        key: &'static str,
        /// What is wrong with it.
        wrong: String,
    },
    /// It is to be like a preset that does not come with the simulator.
    #[error("like = {0}, which is no population that comes along")]
    Unlike(String),
    /// There is no such setting.
    #[error("a population has no setting called {0}")]
    Unknown(String),
}

/// A population's numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Preset {
    table: Table,
    numbers: Numbered,
}

impl Deref for Preset {
    type Target = Numbered;

    fn deref(&self) -> &Numbered {
        &self.numbers
    }
}

/// Presets that come with the simulator; the first has every number, the others say what differs.
const NAMED: &[(&str, &str)] = &[
    (RETAIL, include_str!("../../../presets/retail.toml")),
    ("fast-fashion", include_str!("../../../presets/fast-fashion.toml")),
    ("considered-purchase", include_str!("../../../presets/considered-purchase.toml")),
    ("touchy", include_str!("../../../presets/touchy.toml")),
];

const RETAIL: &str = "retail";

impl Preset {
    /// The names of the presets that come with the simulator.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|&(name, _)| name)
    }

    /// The preset called `name`. `None` if there is none.
    ///
    /// # Panics
    /// Never: tests load every preset that comes with the simulator.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let &(_, text) = NAMED.iter().find(|&&(known, _)| known == name)?;
        Some(Self::load(text).expect("every embedded preset is loaded in tests"))
    }

    /// The preset that `text` describes: every number, or `like = "retail"` and those that differ.
    ///
    /// # Errors
    /// [`PresetError`] with the first mistake found.
    pub fn load(text: &str) -> Result<Self, PresetError> {
        let mut table: Table = text.parse()?;
        let Some(like) = table.remove("like") else { return Self::of(table) };
        let known = like.as_str().and_then(Self::named);
        let mut all = known.ok_or_else(|| PresetError::Unlike(like.to_string()))?.table;
        for (section, settings) in table {
            let unknown = |name: &str| PresetError::Unknown(format!("{section}.{name}"));
            let Value::Table(settings) = settings else { return Err(unknown("")) };
            for (name, setting) in settings {
                let of_section = all.get_mut(&section).and_then(|all| all.get_mut(&name));
                *of_section.ok_or_else(|| unknown(&name))? = setting;
            }
        }
        Self::of(all)
    }

    /// This preset with the setting `key` ("reminder.strength") at `values`: one, or the whole list.
    ///
    /// # Errors
    /// [`PresetError::Unknown`] where there is no such setting, else as [`Preset::load`].
    pub fn with(&self, key: &str, values: &[f64]) -> Result<Self, PresetError> {
        let unknown = || PresetError::Unknown(key.to_owned());
        let mut table = self.table.clone();
        let (section, name) = key.split_once('.').ok_or_else(unknown)?;
        let setting = table
            .get_mut(section)
            .and_then(|section| section.get_mut(name))
            .and_then(|setting| setting.get_mut("value"))
            .ok_or_else(unknown)?;
        *setting = match values {
            [one] => Value::Float(*one),
            list => Value::Array(list.iter().map(|&value| Value::Float(value)).collect()),
        };
        Self::of(table)
    }

    /// Every number with what it rests on, in the order of the tables in this module.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        let mut settings = Vec::new();
        self.numbers.each(|section, name, _, _| {
            let setting = self.table[section][name].clone();
            let value = setting["value"].to_string();
            let Graded { value: _, unit, grade, source } =
                setting.try_into::<Graded<Value>>().expect("the table has been read before");
            settings.push(Setting { key: format!("{section}.{name}"), value, unit, grade, source });
        });
        settings
    }

    fn of(table: Table) -> Result<Self, PresetError> {
        let numbers: Numbered = table.clone().try_into()?;
        let mut wrong = None;
        numbers.each(|section, name, values, range| {
            let out = values.iter().copied().find(|&value| !range.holds(value));
            if let (None, Some(value)) = (&wrong, out) {
                let key = format!("{section}.{name}");
                wrong = Some(PresetError::Range { key, value, allowed: range.says });
            }
        });
        for (key, value, range) in [
            ("the sum of device.share", numbers.device.share.iter().sum(), ALL),
            ("the sum of funnel.lines", numbers.funnel.lines.iter().sum(), ALL),
            ("the sum of zones.shares", numbers.zones.shares.iter().sum(), ALL),
            ("purchase.r / purchase.alpha", *numbers.purchase.r / *numbers.purchase.alpha, ORDERS),
        ] {
            if !range.holds(value) {
                let (key, allowed) = (key.to_owned(), range.says);
                wrong = wrong.or(Some(PresetError::Range { key, value, allowed }));
            }
        }
        let wrong = wrong.or_else(|| wrong_lists(&numbers));
        wrong.map_or(Ok(Self { table, numbers }), Err)
    }
}

/// What is wrong with the lists of texts.
fn wrong_lists(numbers: &Numbered) -> Option<PresetError> {
    let (away, shares) = (&numbers.zones.away.value, &numbers.zones.shares.value);
    if away.len() != shares.len() {
        let wrong = format!("{} shares of {} places", shares.len(), away.len());
        return Some(PresetError::List { key: "zones.shares", wrong });
    }
    for place in away {
        let known = row_of(place).is_some_and(|[zone, _, _]| Zone::named(zone).is_some());
        if !known {
            let wrong = format!("{place:?} is not a zone, a country and a language");
            return Some(PresetError::List { key: "zones.away", wrong });
        }
    }
    numbers
        .profile
        .first_names
        .is_empty()
        .then(|| PresetError::List { key: "profile.first_names", wrong: "at least one".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retail() -> Preset {
        Preset::named("retail").unwrap()
    }

    #[test]
    fn every_preset_that_comes_along_loads() {
        for name in Preset::names() {
            assert!(Preset::named(name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_number_has_a_source_and_is_listed_once() {
        let settings = retail().settings();
        for (i, setting) in settings.iter().enumerate() {
            assert!(!setting.source.is_empty(), "{}", setting.key);
            assert!(settings[..i].iter().all(|other| other.key != setting.key), "{}", setting.key);
        }
        let in_file = retail().table.values().map(|s| s.as_table().unwrap().len()).sum::<usize>();
        assert_eq!(settings.len(), in_file);
    }

    #[test]
    fn a_world_says_only_what_differs() {
        let fast = Preset::named("fast-fashion").unwrap();
        let (fast, retail) = (fast.settings(), retail().settings());
        let differs = fast.iter().zip(&retail).filter(|(a, b)| a != b);
        let keys: Vec<_> = differs.map(|(setting, _)| setting.key.as_str()).collect();
        let written = "purchase.alpha spend.v visits.per_week funnel.late_order intent.salience intent.intent";
        assert_eq!(keys.join(" "), written);
        for (text, told) in [
            ("like = \"retial\"", "like = \"retial\", which is no population that comes along"),
            ("like = \"retail\"\n[spend]\nw = 1", "a population has no setting called spend.w"),
            ("like = \"retail\"\nspend = 1", "a population has no setting called spend."),
        ] {
            assert_eq!(Preset::load(text).unwrap_err().to_string(), told);
        }
        let text = "like = \"touchy\"\n[mail]\npressure = 0.2\n";
        assert!(matches!(Preset::load(text), Err(PresetError::Form(_))));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let text = NAMED[0].1.replace("same_item", "same_itme");
        assert!(Preset::load(&text).unwrap_err().to_string().contains("same_itme"));
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_its_key() {
        let error = retail().with("reminder.strength", &[1.5]).unwrap_err();
        assert_eq!(error.to_string(), "reminder.strength is 1.5, which is not a share from 0 to 1");
        let error = retail().with("device.share", &[0.5, 0.3, 0.1]).unwrap_err();
        assert!(error.to_string().starts_with("the sum of device.share is 0.9"), "{error}");
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        let text = NAMED[0].1.replace("Europe/Paris FR", "Europe/Pariss FR");
        let error = Preset::load(&text).unwrap_err().to_string();
        let told = "zones.away: \"Europe/Pariss FR fr-FR\" is not a zone, a country and a language";
        assert_eq!(error, told);
        let error = retail().with("zones.shares", &[0.5, 0.5]).unwrap_err().to_string();
        assert_eq!(error, "zones.shares: 2 shares of 5 places");
    }

    #[test]
    fn one_number_can_be_changed_by_its_key() {
        let changed = retail().with("intent.salience", &[12.0, 12.0]).unwrap();
        assert_eq!(changed.intent.salience.value.map(f64::to_bits), [12.0f64; 2].map(f64::to_bits));
        assert!(matches!(retail().with("intent.nothing", &[1.0]), Err(PresetError::Unknown(_))));
    }
}
