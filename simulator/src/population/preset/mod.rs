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
#[serde(deny_unknown_fields, expecting = "a value with its unit, grade and source")]
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
    /// Another number of numbers than the setting takes.
    #[error("{key} takes {takes}")]
    Shape {
        /// Which setting.
        key: String,
        /// What it takes, in words.
        takes: String,
    },
    /// There is no such setting.
    #[error("a population has no setting called {0}")]
    Unknown(String),
}

/// A population's numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Preset {
    table: Table,
    numbers: Numbered,
    personas: Vec<Persona>,
}

/// Some of a population's customers, who have numbers of their own.
#[derive(Clone, PartialEq, Debug)]
pub struct Persona {
    /// What they are called.
    pub name: String,
    /// Which share of the customers they are.
    pub share: f64,
    /// All of their numbers; no personas.
    pub preset: Preset,
    /// What differs, as it stands in the file.
    differs: Table,
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
        let personas = table.remove(PERSONAS);
        let mut all = match table.remove("like") {
            None => std::mem::take(&mut table),
            Some(like) => {
                let known = like.as_str().and_then(Self::named);
                known.ok_or_else(|| PresetError::Unlike(like.to_string()))?.table
            }
        };
        put(&mut all, table)?;
        let mut preset = Self::of(all)?;
        if let Some(personas) = personas {
            preset.personas = preset.read_personas(personas)?;
        }
        Ok(preset)
    }

    /// Customers with numbers of their own; the others are as the population says.
    #[must_use]
    pub fn personas(&self) -> &[Persona] {
        &self.personas
    }

    fn read_personas(&self, personas: Value) -> Result<Vec<Persona>, PresetError> {
        let wrong = |wrong: String| PresetError::List { key: PERSONAS, wrong };
        let Value::Table(personas) = personas else { return Err(wrong("a table".to_owned())) };
        let mut read: Vec<Persona> = Vec::new();
        for (name, differs) in personas {
            let Value::Table(mut differs) = differs else {
                return Err(wrong(format!("{name} is no table")));
            };
            if self.table.contains_key(&name) {
                return Err(wrong(format!("{name} is a section of every population")));
            }
            let share =
                differs.remove("share").and_then(|share| share.try_into::<Graded<f64>>().ok());
            let share =
                share.ok_or_else(|| wrong(format!("{name} has no share with its source")))?.value;
            if !(0.0..=1.0).contains(&share) {
                return Err(wrong(format!("the share of {name} is {share}, which is not 0 to 1")));
            }
            // What all customers share, since they live in one shop and one rehearsal.
            if let Some(section) = ["zones", "catalogue", "stock", "season", "profile"]
                .iter()
                .find(|section| differs.contains_key(**section))
            {
                return Err(wrong(format!("{name}: {section} is of the whole population")));
            }
            let mut table = self.table.clone();
            put(&mut table, differs.clone())?;
            read.push(Persona { name, share, preset: Self::of(table)?, differs });
        }
        let sum: f64 = read.iter().map(|persona| persona.share).sum();
        if sum > 1.0 + 1e-9 {
            return Err(wrong(format!("their shares are {sum}, more than all customers")));
        }
        Ok(read)
    }

    /// This preset with the setting `key` ("reminder.strength", or of one persona "heavy.reminder.strength") at `values`:
    /// one, or the whole list. Without a persona it is that of everyone who has none of their own.
    ///
    /// # Errors
    /// [`PresetError::Unknown`] where there is no such setting, else as [`Preset::load`].
    pub fn with(&self, key: &str, values: &[f64]) -> Result<Self, PresetError> {
        let unknown = || PresetError::Unknown(key.to_owned());
        let (section, name) = key.split_once('.').ok_or_else(unknown)?;
        if let Some(at) = self.personas.iter().position(|persona| persona.name == section) {
            let mut changed = self.clone();
            let persona = &mut changed.personas[at];
            persona.preset = persona.preset.with(name, values)?;
            return Ok(changed);
        }
        let mut table = self.table.clone();
        let setting = table
            .get_mut(section)
            .and_then(|section| section.get_mut(name))
            .and_then(|setting| setting.get_mut("value"))
            .ok_or_else(unknown)?;
        let takes = takes(setting);
        *setting = match values {
            [one] => Value::Float(*one),
            list => Value::Array(list.iter().map(|&value| Value::Float(value)).collect()),
        };
        let mut changed = Self::of(table).map_err(|wrong| {
            if matches!(wrong, PresetError::Form(_)) {
                PresetError::Shape { key: key.to_owned(), takes }
            } else {
                wrong
            }
        })?;
        for persona in &self.personas {
            // What a persona says for itself stays.
            let own = persona.differs.get(section).is_some_and(|own| own.get(name).is_some());
            let preset =
                if own { persona.preset.clone() } else { persona.preset.with(key, values)? };
            changed.personas.push(Persona { preset, ..persona.clone() });
        }
        Ok(changed)
    }

    /// The keys of all settings, as [`with`](Self::with) takes them.
    pub fn keys(&self) -> Vec<String> {
        let own = self.settings().into_iter().map(|setting| setting.key);
        let own: Vec<String> = own.collect();
        let personas = self.personas.iter();
        let of = personas.flat_map(|one| own.iter().map(move |key| format!("{}.{key}", one.name)));
        own.iter().cloned().chain(of).collect()
    }

    /// Every number with what it rests on, in the order of the tables in this module, then those of personas.
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
        for persona in &self.personas {
            let own = |setting: &Setting| {
                let (section, name) = setting.key.split_once('.').unwrap_or_default();
                persona.differs.get(section).is_some_and(|own| own.get(name).is_some())
            };
            let differing = persona.preset.settings().into_iter().filter(own);
            settings.extend(differing.map(|setting| Setting {
                key: format!("{}.{}", persona.name, setting.key),
                ..setting
            }));
        }
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
        wrong.map_or(Ok(Self { table, numbers, personas: Vec::new() }), Err)
    }
}

/// The table of personas in a population's file.
const PERSONAS: &str = "personas";

/// What a setting of this value takes, in words.
fn takes(value: &Value) -> String {
    match value.as_array() {
        Some(texts) if texts.iter().any(Value::is_str) => "texts, which stand in a file".to_owned(),
        Some(numbers) => format!("{} numbers", numbers.len()),
        None => "one number".to_owned(),
    }
}

/// Puts what differs into a whole table.
fn put(all: &mut Table, differs: Table) -> Result<(), PresetError> {
    for (section, settings) in differs {
        let unknown = |name: &str| PresetError::Unknown(format!("{section}.{name}"));
        let Value::Table(settings) = settings else { return Err(unknown("")) };
        for (name, setting) in settings {
            let of_section = all.get_mut(&section).and_then(|all| all.get_mut(&name));
            *of_section.ok_or_else(|| unknown(&name))? = setting;
        }
    }
    Ok(())
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

    const MIXED: &str = "
        like = 'retail'
        [personas.hunters]
        share = { value = 0.3, unit = 'share of customers', grade = 'A', source = 'a guess' }
        offer.strength = { value = 6.0, unit = 'log per depth', grade = 'A', source = 'they wait for it' }
        [personas.fans]
        share = { value = 0.2, unit = 'share of customers', grade = 'A', source = 'a guess' }
        visits.per_week = { value = 4.0, unit = 'visits a week', grade = 'A', source = 'they like to look' }
    ";

    #[test]
    fn personas_say_only_what_differs_and_keep_it() {
        let mixed = Preset::load(MIXED).unwrap();
        let names: Vec<_> = mixed.personas().iter().map(|one| (&*one.name, one.share)).collect();
        assert_eq!(names, [("fans", 0.2), ("hunters", 0.3)]);
        let settings = mixed.settings();
        let more: Vec<&str> =
            settings.iter().skip(retail().settings().len()).map(|setting| &*setting.key).collect();
        assert_eq!(more, ["fans.visits.per_week", "hunters.offer.strength"]);
        // Everyone's, but for those who have their own; or that of one persona.
        let changed = mixed.with("offer.strength", &[1.0]).unwrap();
        let changed = changed.with("fans.offer.training", &[0.5]).unwrap();
        let of = |at: usize| &changed.personas()[at].preset.offer;
        let all = [&changed.offer, of(0), of(1)].map(|offer| [*offer.strength, *offer.training]);
        assert_eq!(all, [[1.0, 0.15], [1.0, 0.5], [6.0, 0.15]]);
        assert!(mixed.keys().contains(&"hunters.reminder.strength".to_owned()));
    }

    #[test]
    fn what_is_wrong_with_personas_is_told() {
        for (from, to, told) in [
            (
                "value = 0.3",
                "value = 0.9",
                "personas: their shares are 1.1, more than all customers",
            ),
            (
                "value = 0.3",
                "value = -0.1",
                "personas: the share of hunters is -0.1, which is not 0 to 1",
            ),
            (
                "offer.strength",
                "offer.strenght",
                "a population has no setting called offer.strenght",
            ),
            ("visits.per_week", "zones.home", "personas: fans: zones is of the whole population"),
            (
                "personas.fans",
                "personas.visits",
                "personas: visits is a section of every population",
            ),
            (
                "share = { value = 0.2",
                "shares = { value = 0.2",
                "personas: fans has no share with its source",
            ),
        ] {
            let error = Preset::load(&MIXED.replace(from, to)).unwrap_err();
            assert_eq!(error.to_string(), told);
        }
    }

    #[test]
    fn one_number_can_be_changed_by_its_key() {
        let changed = retail().with("intent.salience", &[12.0, 12.0]).unwrap();
        assert_eq!(changed.intent.salience.value.map(f64::to_bits), [12.0f64; 2].map(f64::to_bits));
        assert!(matches!(retail().with("intent.nothing", &[1.0]), Err(PresetError::Unknown(_))));
        for (key, values, told) in [
            ("intent.salience", &[3.0][..], "intent.salience takes 2 numbers"),
            ("reminder.strength", &[0.1, 0.2][..], "reminder.strength takes one number"),
            ("zones.away", &[3.0][..], "zones.away takes texts, which stand in a file"),
        ] {
            assert_eq!(retail().with(key, values).unwrap_err().to_string(), told);
        }
    }
}
