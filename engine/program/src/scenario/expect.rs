//! `expect`: what must hold in every world that is rehearsed, `unsubscribes < 0.4%`.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::text::read::{self, Reader};
use crate::text::tree::At;
use std::ops::Range;

/// One thing that must hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Expect {
    /// As its author wrote it.
    pub text: String,
    /// What is measured.
    pub measure: Measure,
    /// How it is compared with `than`.
    pub op: Compares,
    /// In the unit that stands behind it: 0.4 of `0.4%`.
    pub than: f64,
    /// The unit.
    pub unit: Unit,
    /// How many decimals its author wrote.
    pub decimals: usize,
    pub(super) place: Range<usize>,
    pub(super) journey_place: Range<usize>,
}

/// What an expectation is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Objections by a link, of delivered marketing mails.
    Unsubscribes,
    /// Spam complaints, of delivered marketing mails.
    Complaints,
    /// Mails that came back, of marketing mails that the mail server took.
    Bounces,
    /// Mails of any sort that left, by customers and weeks.
    MailsPerCustomerWeek,
    /// Mails that left though a known stop was earlier.
    MailsAfterPurchase,
    /// Orders with mail less those without.
    Orders,
    /// Revenue, in whole units of the currency, with mail less that without.
    Revenue,
    /// What the journey adds to the orders of those who started it, in percentage points.
    JourneyIncrement(String),
    /// Objections by a link in its mails, of those delivered.
    JourneyUnsubscribes(String),
}

/// How two numbers are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compares {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
}

/// What a number is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Itself.
    None,
    /// Hundredths: of delivered mails, or of what there is without mail.
    Percent,
    /// Percentage points.
    Points,
}

impl Measure {
    /// The journey that it is about.
    #[must_use]
    pub fn journey(&self) -> Option<&str> {
        match self {
            Self::JourneyIncrement(journey) | Self::JourneyUnsubscribes(journey) => Some(journey),
            Self::Unsubscribes | Self::Complaints | Self::Bounces => None,
            Self::MailsPerCustomerWeek | Self::MailsAfterPurchase => None,
            Self::Orders | Self::Revenue => None,
        }
    }

    fn named(text: &str) -> Option<Self> {
        Some(match text {
            "unsubscribes" => Self::Unsubscribes,
            "complaints" => Self::Complaints,
            "bounces" => Self::Bounces,
            "mails_per_customer_week" => Self::MailsPerCustomerWeek,
            "mails_after_purchase" => Self::MailsAfterPurchase,
            "orders.increment" => Self::Orders,
            "revenue.increment" => Self::Revenue,
            _ => match text.split_once('.')? {
                (journey, "increment") => Self::JourneyIncrement(journey.to_owned()),
                (journey, "unsubscribes") => Self::JourneyUnsubscribes(journey.to_owned()),
                _ => return None,
            },
        })
    }

    /// The units in which it may be written, the first of which is meant by a number alone if that is one of them.
    const fn units(&self) -> &'static [Unit] {
        match self {
            Self::Unsubscribes | Self::Complaints | Self::Bounces => &[Unit::Percent],
            Self::JourneyUnsubscribes(_) => &[Unit::Percent],
            Self::MailsPerCustomerWeek | Self::MailsAfterPurchase => &[Unit::None],
            Self::Orders | Self::Revenue => &[Unit::None, Unit::Percent],
            Self::JourneyIncrement(_) => &[Unit::Points],
        }
    }
}

const NAMES: [&str; 9] = [
    "unsubscribes",
    "complaints",
    "bounces",
    "mails_per_customer_week",
    "mails_after_purchase",
    "orders.increment",
    "revenue.increment",
    "JOURNEY.increment",
    "JOURNEY.unsubscribes",
];

const OPS: [(&str, Compares); 5] = [
    ("<=", Compares::AtMost),
    (">=", Compares::AtLeast),
    ("==", Compares::Equal),
    ("<", Compares::Less),
    (">", Compares::More),
];

impl Expect {
    /// Where it stands.
    pub(crate) fn place(&self) -> Range<usize> {
        self.place.clone()
    }

    /// Where the journey is named.
    pub(crate) fn journey_place(&self) -> Range<usize> {
        self.journey_place.clone()
    }
}

impl Compares {
    /// Whether `found` is what was expected of it.
    #[must_use]
    #[expect(clippy::float_cmp, reason = "`==` of the language is exact")]
    pub fn holds(self, found: f64, than: f64) -> bool {
        match self {
            Self::Less => found < than,
            Self::AtMost => found <= than,
            Self::More => found > than,
            Self::AtLeast => found >= than,
            Self::Equal => found == than,
        }
    }

    /// How far `found` is on the wrong side, or near to it: the larger, the worse.
    #[must_use]
    pub fn badness(self, found: f64, than: f64) -> f64 {
        match self {
            Self::Less | Self::AtMost => found - than,
            Self::More | Self::AtLeast => than - found,
            Self::Equal => (found - than).abs(),
        }
    }
}

impl Unit {
    /// As it stands behind a number.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Percent => "%",
            Self::Points => "pp",
        }
    }
}

/// What the list under `key` expects.
pub(crate) fn read(reader: &Reader<'_>, key: &str, told: &mut Mistakes) -> Vec<Expect> {
    let all = reader.list(key, told);
    all.iter().filter_map(|text| one(reader.file.name, text, told)).collect()
}

/// One of them, or one that guards an experiment.
pub(crate) fn one(file: &str, text: &At<&str>, told: &mut Mistakes) -> Option<Expect> {
    let mut wrong = |message: String, help: String| {
        told.tell(
            Diagnostic::error("foresend::bad_expectation", file, message)
                .at(text.span.clone(), "expected here")
                .help(help),
        );
    };
    let written = text.value.trim();
    let found = written.find(['<', '>', '=']).and_then(|at| {
        let (name, rest) = written.split_at(at);
        let number = |(sign, op): &(&str, Compares)| Some((*op, rest.strip_prefix(sign)?.trim()));
        let (op, number) = OPS.iter().find_map(number)?;
        Some((name.trim(), op, number))
    });
    let Some((name, op, number)) = found else {
        wrong(
            format!("`{written}` compares nothing"),
            "write a measure, one of < <= > >= ==, and a number: `unsubscribes < 0.4%`".to_owned(),
        );
        return None;
    };
    let Some(measure) = Measure::named(name) else {
        let help = read::did_you_mean(name, NAMES.iter().copied(), || {
            format!("there are: {}", NAMES.join(", "))
        });
        wrong(format!("there is no measure `{name}`"), help);
        return None;
    };
    let (digits, unit) = match number {
        _ if number.ends_with('%') => (number.trim_end_matches('%').trim(), Unit::Percent),
        _ if number.ends_with("pp") => (number.trim_end_matches("pp").trim(), Unit::Points),
        _ => (number, Unit::None),
    };
    let than = digits.replace('−', "-").parse::<f64>().ok().filter(|than| than.is_finite());
    let Some(than) = than else {
        let example = example(&measure);
        wrong(format!("`{number}` is no number"), format!("write it like `{name} {example}`"));
        return None;
    };
    if !measure.units().contains(&unit) {
        let example = example(&measure);
        let says = match unit {
            Unit::None => "a number alone".to_owned(),
            Unit::Percent | Unit::Points => format!("`{}`", unit.sign()),
        };
        wrong(
            format!("`{name}` is not counted in {says}"),
            format!("write it like `{name} {example}`"),
        );
        return None;
    }
    // The journey's name stands first.
    let start = text.span.start + 1 + (text.value.len() - text.value.trim_start().len());
    let journey_place = start..start + measure.journey().map_or(0, str::len);
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let (text, place) = (written.to_owned(), text.span.clone());
    Some(Expect { text, measure, op, than, unit, decimals, place, journey_place })
}

const fn example(measure: &Measure) -> &'static str {
    match measure {
        Measure::Unsubscribes | Measure::JourneyUnsubscribes(_) => "< 0.4%",
        Measure::Complaints => "< 0.08%",
        Measure::Bounces => "< 1%",
        Measure::MailsPerCustomerWeek => "< 1.5",
        Measure::MailsAfterPurchase => "== 0",
        Measure::Orders => "> 0",
        Measure::Revenue => "> 0",
        Measure::JourneyIncrement(_) => "> -0.2pp",
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario;
    use super::*;

    fn expects(text: &str) -> (Vec<Expect>, Vec<Diagnostic>) {
        let (read, told) = scenario("s.toml", &format!("program = 'shop'\nexpect = [\"{text}\"]"));
        (read.map(|read| read.expect).unwrap_or_default(), told)
    }

    #[test]
    fn an_expectation_is_a_measure_a_sign_and_a_number() {
        for (text, measure, op, than, unit) in [
            ("unsubscribes < 0.4%", Measure::Unsubscribes, Compares::Less, 0.4, Unit::Percent),
            ("complaints<=0.08 %", Measure::Complaints, Compares::AtMost, 0.08, Unit::Percent),
            (
                "mails_after_purchase == 0",
                Measure::MailsAfterPurchase,
                Compares::Equal,
                0.0,
                Unit::None,
            ),
            ("orders.increment >= 1%", Measure::Orders, Compares::AtLeast, 1.0, Unit::Percent),
            ("revenue.increment > -100", Measure::Revenue, Compares::More, -100.0, Unit::None),
            (
                "cart-recovery.increment > −0.2pp",
                Measure::JourneyIncrement("cart-recovery".to_owned()),
                Compares::More,
                -0.2,
                Unit::Points,
            ),
        ] {
            let (read, told) = expects(text);
            let [read] = &*read else { panic!("{text}: {told:?}") };
            assert_eq!((&read.measure, read.op, read.unit), (&measure, op, unit), "{text}");
            assert!((read.than - than).abs() < 1e-12 && read.text == text, "{read:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_expectation_is_told() {
        for (text, message, help) in [
            ("unsubscribes", "`unsubscribes` compares nothing", "`unsubscribes < 0.4%`"),
            (
                "unsubscribe < 1%",
                "there is no measure `unsubscribe`",
                "did you mean `unsubscribes`?",
            ),
            ("unsubscribes < few", "`few` is no number", "write it like `unsubscribes < 0.4%`"),
            ("unsubscribes < 0.4", "`unsubscribes` is not counted in a number alone", "< 0.4%`"),
            ("mails_per_customer_week < 2pp", "is not counted in `pp`", "< 1.5`"),
            ("bounces < inf%", "`inf%` is no number", "< 1%"),
        ] {
            let (read, told) = expects(text);
            assert!(read.is_empty(), "{text}");
            let [told] = &*told else { panic!("{text}: {told:?}") };
            assert!(told.message.contains(message), "{text}: {}", told.message);
            assert!(told.help.as_ref().is_some_and(|told| told.contains(help)), "{text}: {told:?}");
        }
    }
}
