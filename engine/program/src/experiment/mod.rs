//! experiments/NAME.toml: one step of a journey in several variants at once. What varies and what each variant is
//! stands in `factor.rs`; here is where it is tested, for how long, and what must hold meanwhile.
//!
//! Invariant: the control is what the step does without the experiment, so that ending one changes nothing for its
//! control. Whatever could make that untrue is an error.

mod control;
mod factor;

use self::control::Controls;
pub(crate) use self::factor::FACTORS;
use self::factor::{FactorRead, Meant, VariantRead};
use crate::check;
use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey::JourneyRead;
use crate::keys;
use crate::known::Known;
use crate::mail::{Mail, Provided};
use crate::program::ProgramRead;
use crate::scenario::{Expect, Measure, expect};
use crate::share::{self, Share};
use crate::sources::{File, Folder};
use crate::step::StepRead;
use crate::step::act::ActRead;
use crate::text::read::{self, Reader};
use crate::text::tree::{self, At};
use crate::text::words;
use crate::topic::bad_id;
use foresend_core::id::StableId;
use foresend_core::time::Wait;
use foresend_core::world::experiment::{COMBINATIONS_MAX, Experiment as Compiled};
use foresend_core::world::journey::{JourneyIx, MailIx, Send, StepIx};

/// An experiment in its author's words: what the core does not need of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Experiment {
    /// Its file's name.
    pub name: String,
    /// The question it is to answer.
    pub ask: String,
    /// What must hold of its mails while it runs, each of `unsubscribes`, `complaints` and `bounces`.
    pub guards: Vec<Expect>,
    /// For each factor what its variants say, in the core's order: a subject, the words of a button, the name of a mail
    /// or an offer, a duration.
    pub says: Vec<Vec<String>>,
}

/// What the files of experiments are read against.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) program: &'a ProgramRead,
    pub(crate) folder: &'a Folder<'a>,
    pub(crate) journeys: &'a [JourneyRead<'a>],
    /// In the order of their numbers; `None`: wrong, which is told.
    pub(crate) mails: &'a [Option<Mail>],
    pub(crate) provided: Provided<'a>,
    pub(crate) known: Known<'a>,
}

/// What an experiment's file says.
#[derive(Debug)]
pub(crate) struct ExperimentRead {
    name: String,
    /// Of [`Around::journeys`], and its step.
    at: Option<(usize, usize)>,
    ask: Option<String>,
    holdout: Share,
    guards: Vec<Expect>,
    ends: Option<Wait>,
    /// With the control of each.
    factors: Vec<(FactorRead, Option<u8>)>,
}

/// Most of its customers that an experiment may hold out.
const HOLDOUT_MAX: Share = Share::tenths(900);

/// Reads every experiment of the folder.
pub(crate) fn read_all(around: Around<'_>, told: &mut Mistakes) -> Vec<ExperimentRead> {
    let mut all: Vec<ExperimentRead> = Vec::new();
    for &(name, file) in &around.folder.experiments {
        let Some(experiment) = ExperimentRead::read(name, file, around, &all, told) else {
            continue;
        };
        all.push(experiment);
    }
    all
}

impl ExperimentRead {
    /// `None`: the file is not TOML, which is told. `others`: those read before.
    fn read(
        name: &str,
        file: File<'_>,
        around: Around<'_>,
        others: &[Self],
        told: &mut Mistakes,
    ) -> Option<Self> {
        if !words::is_id(name) {
            told.tell(bad_id(file, "experiment", name, None));
        }
        let table = match tree::parse(file) {
            Ok(table) => table,
            Err(wrong) => {
                told.tell(wrong);
                return None;
            }
        };
        let place = table.entries.first().map_or(0..0, |(key, _)| key.span.clone());
        let reader = Reader::new(file, &table, &keys::EXPERIMENT, place, told);
        let ask = reader.required_text("ask", told);
        let at = reader.required_text("at", told);
        let found = at.as_ref().and_then(|at| step(file, at, around, told));
        if let (Some(at), Some((journey, _))) = (&at, found) {
            one_a_journey(file, at, around.journeys[journey].name, (journey, others), told);
            has_a_goal(file, at, &around.journeys[journey], told);
        }
        reader.one_of("measure", &[("goal", ())], told);
        let holdout = holdout(&reader, found, around, told);
        then(&reader, told);
        reader.require("ends", &[], told);
        let ends = reader.some_duration("ends", told).map(|wait| wait.value);
        let place = found.map(|(journey, step)| Place { journey, step });
        let factors = factor::read_all(&reader, place, around, told);
        let controls = control::read(&reader, &factors, told);
        if let Some(place) = place {
            Controls { reader: &reader, place, around }.check(&factors, &controls, told);
        }
        Some(Self {
            name: name.to_owned(),
            at: found,
            ask: ask.map(|ask| ask.value.trim().to_owned()),
            holdout: holdout.map_or(defaults::HOLDOUT, |holdout| holdout.value),
            guards: guards(&reader, told),
            ends,
            factors: factors.into_iter().zip(controls).collect(),
        })
    }

    /// The journey that it tests a step of.
    pub(crate) fn journey<'j>(&self, journeys: &'j [JourneyRead<'_>]) -> Option<&'j str> {
        Some(journeys[self.at?.0].name)
    }

    /// Whether it tests a step of the journey at this place of [`Around::journeys`].
    pub(crate) fn is_on(&self, journey: usize) -> bool {
        self.at.is_some_and(|(at, _)| at == journey)
    }

    /// The mails that its variants send.
    pub(crate) fn mails(&self) -> impl Iterator<Item = MailIx> + '_ {
        self.variants().filter_map(|variant| variant.is.and_then(Meant::mail))
    }

    /// The words that its variants put into the mail.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let words = self.variants().filter(|variant| variant.is == Some(Meant::Words));
        words.map(|variant| variant.says.value.as_str())
    }

    fn variants(&self) -> impl Iterator<Item = &VariantRead> {
        self.factors.iter().flat_map(|(factor, _)| &factor.variants)
    }

    /// For the core and for people. `order`: the journeys that are compiled in, of which its own is one. `None` where a
    /// mistake has been told.
    pub(crate) fn build(
        &self,
        journeys: &[JourneyRead<'_>],
        order: &[&str],
    ) -> Option<(Compiled, Experiment)> {
        let (journey, step) = self.at?;
        let at = order.iter().position(|name| *name == journeys[journey].name)?;
        let factors = self.factors.iter();
        let compiled = Compiled {
            name: self.name.clone(),
            id: StableId::of("experiment", &self.name),
            journey: JourneyIx(u16::try_from(at).ok()?),
            step: StepIx(u8::try_from(step).ok()?),
            holdout: self.holdout.ppm(),
            ends: self.ends?,
            factors: factors
                .map(|(factor, control)| factor.build((*control)?))
                .collect::<Option<_>>()?,
        };
        let words = Experiment {
            name: self.name.clone(),
            ask: self.ask.clone()?,
            guards: self.guards.clone(),
            says: self.factors.iter().map(|(factor, _)| factor.says()).collect(),
        };
        Some((compiled, words))
    }
}

/// The step that is tested: of [`Around::journeys`].
#[derive(Clone, Copy, Debug)]
struct Place {
    journey: usize,
    step: usize,
}

impl Place {
    fn step<'a>(self, around: Around<'a>) -> &'a StepRead {
        &around.journeys[self.journey].steps[self.step]
    }

    /// What the step sends; `None` where that is wrong, which is told.
    fn send(self, around: Around<'_>) -> Option<Send> {
        self.step(around).send()
    }
}

/// The step that `at` names, which sends.
fn step(
    file: File<'_>,
    at: &At<&str>,
    around: Around<'_>,
    told: &mut Mistakes,
) -> Option<(usize, usize)> {
    let mut wrong = |code, message: String, help: String| {
        told.tell(
            Diagnostic::error(code, file.name, message)
                .at(at.span.clone(), "tested here")
                .help(help),
        );
    };
    let Some((journey, step)) = at.value.split_once('.') else {
        wrong(
            "foresend::bad_value",
            format!("`{}` names no step", at.value),
            "write the journey and the step: `cart-recovery.first`".to_owned(),
        );
        return None;
    };
    let Some(found) = around.journeys.iter().position(|known| known.name == journey) else {
        // One that could not be read at all is told there.
        let names = || around.folder.journeys.iter().map(|(name, _)| *name);
        if names().all(|name| name != journey) {
            let help = read::did_you_mean(journey, names(), || {
                read::there_are("there are", names(), "there are no journeys in journeys/")
            });
            let message = format!("there is no journey `{journey}`");
            wrong("foresend::unknown_journey", message, help);
        }
        return None;
    };
    let steps = &around.journeys[found].steps;
    let Some(place) = steps.iter().position(|known| known.name == step) else {
        let names = || steps.iter().map(|step| step.name.as_str());
        let help = read::did_you_mean(step, names(), || {
            read::there_are("its steps", names(), "it has none")
        });
        wrong("foresend::unknown_step", format!("{journey} has no step `{step}`"), help);
        return None;
    };
    match &steps[place].act {
        Some(ActRead::Send(_)) => Some((found, place)),
        None => None,
        Some(
            ActRead::WaitFor(..)
            | ActRead::Choose(_)
            | ActRead::Split(_)
            | ActRead::Set(_)
            | ActRead::Call(_)
            | ActRead::Leave(_)
            | ActRead::Stop(_),
        ) => {
            let sends = steps.iter().filter(|step| step.send().is_some());
            let names = sends.map(|step| step.name.as_str());
            let help = read::there_are("of its steps these do", names, "none of its steps does");
            wrong("foresend::sends_nothing", format!("`{}` sends no mail", at.value), help);
            None
        }
    }
}

fn one_a_journey(
    file: File<'_>,
    at: &At<&str>,
    name: &str,
    (journey, others): (usize, &[ExperimentRead]),
    told: &mut Mistakes,
) {
    let tests_it = |other: &&ExperimentRead| other.at.is_some_and(|(of, _)| of == journey);
    if let Some(other) = others.iter().find(tests_it) {
        told.tell(
            Diagnostic::error(
                "foresend::two_experiments",
                file.name,
                format!("`{}` tests {name} already", other.name),
            )
            .at(at.span.clone(), "tested here too")
            .help("one experiment a journey at a time, or each would change whom the other counts: end one first, or cross their factors in one file"),
        );
    }
}

fn has_a_goal(file: File<'_>, at: &At<&str>, journey: &JourneyRead<'_>, told: &mut Mistakes) {
    if !journey.says_goal {
        told.tell(
            Diagnostic::error(
                "foresend::no_goal",
                file.name,
                format!("{} has no goal, and nothing can be measured by it", journey.name),
            )
            .at(at.span.clone(), "tested here")
            .help("give the journey one: `goal = { on = \"Order Completed\", within = \"7d\" }`"),
        );
    }
}

fn holdout(
    reader: &Reader<'_>,
    place: Option<(usize, usize)>,
    around: Around<'_>,
    told: &mut Mistakes,
) -> Option<At<Share>> {
    let holdout = share::read(reader, "holdout", HOLDOUT_MAX, told)?;
    let (journey, step) = place?;
    let send = Place { journey, step }.send(around)?;
    if holdout.value > Share::NONE && !around.program.topics.get(send.topic).is_marketing() {
        told.tell(
            Diagnostic::error(
                "foresend::holdout_of_no_marketing",
                reader.file.name,
                "mail that is no marketing is not held out",
            )
            .at(holdout.span.clone(), "held out of it")
            .help("people wait for such a mail: leave `holdout` out"),
        );
    }
    Some(holdout)
}

fn then(reader: &Reader<'_>, told: &mut Mistakes) {
    let is_winner = reader
        .get("then")
        .is_some_and(|then| matches!(&then.value, tree::Value::Text(t) if t == "take-the-winner"));
    if let (true, Some(then)) = (is_winner, reader.get("then")) {
        let what = "`then = \"take-the-winner\"`";
        let help = "write `then = \"ask\"`: nothing is rolled out by itself yet";
        told.tell(Diagnostic::not_yet(reader.file.name, what, then.span.clone(), help));
        return;
    }
    reader.one_of("then", &[("ask", ())], told);
}

/// What must hold of the mails while it runs.
fn guards(reader: &Reader<'_>, told: &mut Mistakes) -> Vec<Expect> {
    let mut all = Vec::new();
    for text in reader.list("guards", told) {
        let Some(guard) = expect::one(reader.file.name, &text, told) else { continue };
        match guard.measure {
            Measure::Unsubscribes | Measure::Complaints | Measure::Bounces => all.push(guard),
            Measure::MailsPerCustomerWeek
            | Measure::MailsAfterPurchase
            | Measure::Orders
            | Measure::Revenue
            | Measure::JourneyIncrement(_)
            | Measure::JourneyUnsubscribes(_) => told.tell(
                Diagnostic::error(
                    "foresend::bad_guard",
                    reader.file.name,
                    format!("`{}` says nothing of the mails that are tested", text.value),
                )
                .at(text.span, "to be guarded here")
                .help("guards are `unsubscribes`, `complaints` and `bounces`, of the delivered mails of this step"),
            ),
        }
    }
    all
}

/// How many combinations there are, if not too many.
fn check_combinations(reader: &Reader<'_>, factors: &[FactorRead], told: &mut Mistakes) {
    let count = factors.iter().fold(1usize, |all, factor| all.saturating_mul(factor.count()));
    if count > COMBINATIONS_MAX {
        told.tell(
            Diagnostic::error(
                "foresend::too_many",
                reader.file.name,
                format!(
                    "these factors cross to {count} combinations, of at most {COMBINATIONS_MAX}"
                ),
            )
            .at(
                reader.entry("vary").map_or_else(|| reader.place(), |(key, _)| key.span.clone()),
                "varied here",
            )
            .help("leave out variants or a factor: so many would be met by few customers each"),
        );
    }
}

/// Checks that the step can fill a mail, or a line of one, that the experiment sends instead of its own.
fn check_fills(
    around: Around<'_>,
    place: Place,
    (mail, file): (&Mail, File<'_>),
    has_offer: bool,
    told: &mut Mistakes,
) {
    let journey = &around.journeys[place.journey];
    let step = &journey.steps[place.step];
    check::sender(around.program, journey, (step, has_offer), (mail, file), told);
}
