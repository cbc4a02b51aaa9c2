//! A population's numbers, each with its unit, its source and what the source is worth. Nowhere else in the
//! simulator stands a number that describes people.
//!
//! Invariant: a loaded preset is complete, has no key that we do not know, and every number is in its range; so
//! what is computed from it need not check again.

use serde::Deserialize;
use std::fmt;
use std::ops::Deref;
use toml::{Table, Value};

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
    /// There is no such setting.
    #[error("a population has no setting called {0}")]
    Unknown(String),
}

/// What a number may be. Bounds are wide; they keep out what no population is like, above all what would make a
/// rehearsal endless.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Range {
    low: f64,
    high: f64,
    says: &'static str,
}

impl Range {
    const fn new(low: f64, high: f64, says: &'static str) -> Self {
        Self { low, high, says }
    }

    fn holds(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value) // and so no NaN
    }
}

const SHARE: Range = Range::new(0.0, 1.0, "a share from 0 to 1");
const BELOW_ONE: Range = Range::new(0.0, 0.999, "a share from 0 to .999");
const SOME: Range = Range::new(0.01, 0.99, "a share from .01 to .99");
const POSITIVE: Range = Range::new(1e-3, 1e6, "a number from .001 to 1,000,000");
const NOT_NEGATIVE: Range = Range::new(0.0, 1e6, "a number from 0 to 1,000,000");
const PARAMETER: Range = Range::new(0.01, 1e3, "a number from .01 to 1,000");
const ABOVE_ONE: Range = Range::new(1.01, 1e3, "a number from 1.01 to 1,000");
const A_WEEK: Range = Range::new(0.01, 50.0, "a number from .01 to 50");
const POWER: Range = Range::new(0.0, 1.5, "a number from 0 to 1.5");
const WEEKS: Range = Range::new(0.0, 1040.0, "a number from 0 to 1,040");
const COUNT: Range = Range::new(2.0, 1000.0, "a number from 2 to 1,000");
const ALL: Range = Range::new(1.0 - 1e-9, 1.0 + 1e-9, "1");
const LOG: Range = Range::new(-20.0, 20.0, "a number from -20 to 20");

/// A number or a list: what a range is asked of.
trait Numbers {
    fn numbers(&self) -> &[f64];
}

impl Numbers for f64 {
    fn numbers(&self) -> &[f64] {
        std::slice::from_ref(self)
    }
}

impl<const N: usize> Numbers for [f64; N] {
    fn numbers(&self) -> &[f64] {
        self
    }
}

macro_rules! sections {
    ($($(#[$about:meta])* $section:ident $Section:ident {
        $($(#[$doc:meta])* $field:ident: $type:ty, $range:ident;)*
    })*) => {
        /// The tables of a preset.
        pub mod section {
            use super::{Deserialize, Graded};
            $($(#[$about])*
            #[derive(Clone, PartialEq, Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $Section { $($(#[$doc])* pub $field: Graded<$type>,)* })*
        }

        /// The numbers, by table.
        #[derive(Clone, PartialEq, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Numbered { $($(#[$about])* pub $section: section::$Section,)* }

        impl Numbered {
            /// Every number with its key and range, in the order of the declaration.
            fn each(&self, mut visit: impl FnMut(&'static str, &'static str, &[f64], Range)) {
                $($(visit(
                    stringify!($section),
                    stringify!($field),
                    self.$section.$field.value.numbers(),
                    $range,
                );)*)*
            }
        }
    };
}

sections! {
    /// Orders without mail: BG/NBD.
    purchase Purchase {
        /// Shape of the order rate between customers.
        r: f64, PARAMETER;
        /// Rate of the order rate between customers, in weeks.
        alpha: f64, PARAMETER;
        /// First parameter of the dormancy coin.
        a: f64, PARAMETER;
        /// Second parameter of the dormancy coin.
        b: f64, PARAMETER;
        /// Longest time since the first order, in weeks.
        age: f64, WEEKS;
    }
    /// What an order is worth: Gamma-Gamma.
    spend Spend {
        /// Shape of one customer's orders.
        p: f64, PARAMETER;
        /// Shape of the spend level between customers.
        q: f64, ABOVE_ONE;
        /// Rate of the spend level between customers.
        v: f64, PARAMETER;
    }
    /// When people come, and how they look around.
    visits Visits {
        /// Visits a week of a customer with the mean order rate.
        per_week: f64, A_WEEK;
        /// Power of the order rate by which visits grow.
        exponent: f64, POWER;
        /// Largest share of one's visits that fill a cart.
        cart_share: f64, SOME;
        /// Views a session, mean.
        views: f64, ABOVE_ONE;
        /// Mean of the log of a gap between views, in seconds.
        gap_mu: f64, LOG;
        /// Its standard deviation.
        gap_sigma: f64, NOT_NEGATIVE;
        /// Longest gap, in minutes.
        gap_most: f64, POSITIVE;
        /// Share of sessions followed by a short one.
        again: f64, SHARE;
        /// Mean time until that one, in hours.
        again_after: f64, POSITIVE;
        /// Its views.
        again_views: f64, POSITIVE;
    }
    /// The daily and weekly rhythms.
    rhythm Rhythm {
        /// Weight of each hour for visits.
        visits: [f64; 24], POSITIVE;
        /// Weight of each hour for late orders.
        late_orders: [f64; 24], POSITIVE;
        /// Weight of each hour for reading mail.
        attention: [f64; 24], POSITIVE;
        /// Weight of each weekday from Monday on.
        weekdays: [f64; 7], POSITIVE;
        /// Largest shift of one customer's day, in hours.
        chronotype: f64, NOT_NEGATIVE;
    }
    /// Mobile, desktop, tablet.
    device Device {
        /// Share of visits.
        share: [f64; 3], SHARE;
        /// Multiplier on filling a cart.
        cart: [f64; 3], POSITIVE;
        /// Multiplier on ordering in the session.
        order: [f64; 3], POSITIVE;
    }
    /// From a cart to an order.
    funnel Funnel {
        /// Share of carts ordered in the session.
        order: f64, SOME;
        /// Share of abandoned carts ordered later, without mail.
        late_order: f64, BELOW_ONE;
        /// Share of abandoned carts that reached the checkout.
        checkout: f64, SHARE;
        /// From the cart to the checkout, in minutes.
        checkout_after: f64, NOT_NEGATIVE;
        /// From the cart, or a click, to the order, in minutes.
        order_after: f64, NOT_NEGATIVE;
        /// Between two lines added to a cart, in minutes.
        line_after: f64, NOT_NEGATIVE;
        /// Share of carts with one, two, three products.
        lines: [f64; 3], SHARE;
    }
    /// How an abandoned cart is forgotten, and the wish for it fades.
    intent Intent {
        /// Gamma shape of its size between carts.
        shape: f64, PARAMETER;
        /// Share of abandoned carts whose owner was interrupted; the others deliberate.
        interrupted: f64, SHARE;
        /// Forgetting time of the two, in hours.
        salience: [f64; 2], POSITIVE;
        /// Fading time of the wish of the two, in hours.
        intent: [f64; 2], POSITIVE;
    }
    /// What reading a cart mail does to an open cart.
    reminder Reminder {
        /// Share of what was forgotten that is restored.
        strength: f64, SHARE;
        /// Share of the hazard lost to a mail at once.
        reactance: f64, SHARE;
        /// How fast that fades with the mail's delay, in hours.
        reactance_fades: f64, POSITIVE;
        /// How long it lasts, in hours.
        reactance_lasts: f64, POSITIVE;
        /// Share of the remaining mass decided in the session of a click.
        spends: f64, SHARE;
    }
    /// Who reads mail, when, and how often they are tired of it.
    mail Mail {
        /// Mean readiness to open.
        propensity: f64, SOME;
        /// Its concentration, a + b.
        propensity_total: f64, PARAMETER;
        /// Median delay of a human open, in hours of attention.
        open_median: f64, POSITIVE;
        /// Shape of the delay.
        open_shape: f64, PARAMETER;
        /// Later than this it is never opened, in hours of attention.
        open_until: f64, POSITIVE;
        /// A click follows the open within this, in seconds.
        click_within: f64, POSITIVE;
        /// Loss of the logit of opening per recent mail.
        pressure: f64, NOT_NEGATIVE;
        /// Rise of the log of unsubscribing per recent mail.
        pressure_leaves: f64, NOT_NEGATIVE;
        /// How long a mail counts as recent, in hours.
        pressure_memory: f64, POSITIVE;
        /// Share of customers behind a privacy proxy.
        proxy: f64, SHARE;
        /// Share of their mail it opens.
        proxy_opens: f64, SHARE;
        /// Mean delay of that, in hours.
        proxy_after: f64, POSITIVE;
        /// Share of customers behind a link scanner.
        scanner: f64, SHARE;
        /// It follows links within this, in seconds.
        scanner_within: f64, ABOVE_ONE;
        /// Share of addresses that are dead.
        dead: f64, SHARE;
        /// Share of mails that bounce for good on a live address.
        hard_bounce: f64, SHARE;
        /// Share of mails that the server puts off.
        soft_bounce: f64, SHARE;
        /// Until the next attempt, from and to, in hours.
        soft_bounce_hours: [f64; 2], POSITIVE;
    }
    /// What people do with a cart mail: the first, second, third of an enrolment.
    cart_mail CartMail {
        /// Share opened by a person, without pressure.
        opens: [f64; 3], BELOW_ONE;
        /// Share of the opened that are clicked.
        clicks: [f64; 3], BELOW_ONE;
        /// Unsubscribes a mail.
        unsubscribes: f64, SHARE;
        /// Complaints a mail.
        complaints: f64, SHARE;
    }
    /// Whom we may mail.
    contact Contact {
        /// Share of customers whose address we hold.
        address: f64, SHARE;
        /// Share of those who agreed to marketing.
        consent: f64, SHARE;
    }
    /// What there is to buy.
    catalogue Catalogue {
        /// How many categories.
        categories: f64, COUNT;
        /// How many items in each.
        items: f64, COUNT;
        /// Share of sessions in one's first and second category.
        interests: [f64; 2], SHARE;
        /// Share of views of the item viewed before.
        same_item: f64, SHARE;
        /// An item costs up to this share more or less than a mean line.
        price_spread: f64, BELOW_ONE;
    }
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

/// Presets that come with the simulator.
const NAMED: &[(&str, &str)] = &[("retail", include_str!("../../presets/retail.toml"))];

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

    /// The preset that `text` describes.
    ///
    /// # Errors
    /// [`PresetError`] with the first mistake found.
    pub fn load(text: &str) -> Result<Self, PresetError> {
        Self::of(text.parse()?)
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
            ("purchase.r / purchase.alpha", *numbers.purchase.r / *numbers.purchase.alpha, A_WEEK),
        ] {
            if !range.holds(value) {
                let (key, allowed) = (key.to_owned(), range.says);
                wrong = wrong.or(Some(PresetError::Range { key, value, allowed }));
            }
        }
        wrong.map_or(Ok(Self { table, numbers }), Err)
    }
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
    fn one_number_can_be_changed_by_its_key() {
        let changed = retail().with("intent.salience", &[12.0, 12.0]).unwrap();
        assert_eq!(changed.intent.salience.value.map(f64::to_bits), [12.0f64; 2].map(f64::to_bits));
        assert!(matches!(retail().with("intent.nothing", &[1.0]), Err(PresetError::Unknown(_))));
    }
}
