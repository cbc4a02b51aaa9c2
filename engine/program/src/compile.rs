//! A folder of texts in; a compiled program, or every mistake in it, out.

use crate::catalogue;
use crate::check;
use crate::condition::compile::Scope;
use crate::condition::definitions::{Definitions, Sort};
use crate::condition::needs::{self, Needs};
use crate::currency::Currency;
use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::experiment::{self, Around, Experiment, ExperimentRead};
use crate::journey::{Build, JourneyRead};
use crate::known::Known;
use crate::lint;
use crate::mail::{self, Mail, Provided, Shown};
use crate::privacy::{Keep, Tracking};
use crate::program::{Brand, ProgramRead};
use crate::remembered::{self, Remembered};
use crate::sources::Sources;
use crate::yields;
use foresend_core::world::catalogue::Catalogue;
use foresend_core::world::experiment::Experiment as Tested;
use foresend_core::world::journey::Journey;
use foresend_core::world::program::{Outline, Program, Segment};

/// A program that can be run.
#[derive(Clone, PartialEq, Debug)]
pub struct Compiled {
    /// What a customer is run against.
    pub program: Program,
    /// Its size, in words for people.
    pub summary: Summary,
    /// What it remembers of a customer's events.
    pub remembered: Vec<Remembered>,
    /// Its one currency.
    pub currency: Currency,
    /// Who sends.
    pub brand: Brand,
    /// What is seen of readers.
    pub tracking: Tracking,
    /// How long what is known of people is kept.
    pub keep: Keep,
    /// What the shop sells, with the columns that conditions may read; empty without a catalogue.csv.
    pub catalogue: Catalogue,
    /// Its mails, in the order of [`MailIx`](foresend_core::world::journey::MailIx).
    pub mails: Vec<Mail>,
    /// Facts and segments that the mails of compiled journeys read.
    pub shown: Vec<Shown>,
    /// Every journey of the folder, by priority, compiled in or not.
    pub journey_names: Vec<String>,
    /// The names of each compiled journey's paths, in the order of [`PathIx`](foresend_core::world::journey::PathIx).
    pub path_names: Vec<Vec<String>>,
    /// Facts, then segments: each name with its definition as written.
    pub definitions: Vec<(String, String)>,
    /// The experiments on compiled journeys, in the order of
    /// [`ExperimentIx`](foresend_core::world::experiment::ExperimentIx).
    pub experiments: Vec<Experiment>,
    /// Every experiment of the folder, compiled in or not.
    pub experiment_names: Vec<String>,
}

/// What a folder holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Journeys, compiled in or not.
    pub journeys: usize,
    /// Mails, sent or not.
    pub mails: usize,
    /// Facts, used or not.
    pub facts: usize,
    /// Segments, used or not.
    pub segments: usize,
    /// Experiments, compiled in or not.
    pub experiments: usize,
    /// Files.
    pub files: usize,
    /// How many bytes of memory a customer takes before anything is remembered of their events.
    pub bytes_before: usize,
    /// About how many the usual customer takes, with what the compiled journeys must remember.
    pub bytes_a_customer: usize,
}

/// Compiles a folder. All of it is checked; of its journeys only those in `only` are compiled in, all if it is
/// `None`. A name in `only` that is no journey adds nothing: the caller compares it with
/// [`Compiled::journey_names`], as [`Scenario::unknown_journeys`](crate::Scenario::unknown_journeys) does.
///
/// There is a program if no diagnostic is an error. Diagnostics are in the order of files and of places in them.
#[must_use]
pub fn compile(sources: &Sources, only: Option<&[String]>) -> (Option<Compiled>, Vec<Diagnostic>) {
    let mut told = Mistakes::default();
    let folder = sources.sort(&mut told);
    check::numbers(&folder, &mut told);
    let program = ProgramRead::read(folder.program, &mut told);
    let items =
        folder.catalogue.and_then(|file| catalogue::read(file, &program.columns, &mut told));
    let provided = Provided {
        definitions: &program.definitions,
        vocabulary: &program.vocabulary,
        traits: &program.traits,
        columns: &program.columns,
    };
    let mails: Vec<Option<Mail>> = folder
        .mails
        .iter()
        .map(|&(name, file)| mail::read(name, file, provided, &mut told))
        .collect();
    let mail_names: Vec<&str> = folder.mails.iter().map(|&(name, _)| name).collect();
    let names: Vec<&str> = folder.journeys.iter().map(|&(name, _)| name).collect();
    let (traits, columns) = (program.traits.all(), program.columns.all());
    let known = Known {
        topics: &program.topics,
        scope: Scope {
            definitions: &program.definitions,
            vocabulary: &program.vocabulary,
            own: None,
            waits: &[],
            traits: &traits,
            columns: &columns,
            starts: None,
        },
        traits: &program.traits,
        mails: &mail_names,
        offers: &program.offers,
        journeys: &names,
        quiet: program.limits.limits.quiet,
        is_keyed: false,
    };
    let mut journeys: Vec<JourneyRead<'_>> = folder
        .journeys
        .iter()
        .filter_map(|&(name, file)| JourneyRead::read(name, file, known, &mut told))
        .collect();
    let order = check::by_priority(&program, &names, &mut told);
    check::postal(&program, &journeys, &mut told);
    check::senders(&program, &journeys, &folder, &mails, &mut told);
    check::ids(&journeys, &mut told);
    let around = Around {
        program: &program,
        folder: &folder,
        journeys: &journeys,
        mails: &mails,
        provided,
        known,
    };
    let experiments = experiment::read_all(around, &mut told);
    for (at, journey) in journeys.iter_mut().enumerate() {
        let read = mail::of_journey((at, journey), &mails, &experiments);
        journey.reads(read, &mut told);
    }
    yields::check_circles(&journeys, &mut told);
    lint::all(folder.program, &program, &journeys, &order, &mut told);
    if told.any_error() {
        return (None, told.in_order());
    }
    let chosen: Vec<&JourneyRead<'_>> = order
        .iter()
        .filter(|name| only.is_none_or(|only| only.iter().any(|chosen| chosen == *name)))
        .filter_map(|name| journeys.iter().find(|journey| journey.name == *name))
        .collect();
    let segments = entered(&chosen);
    let needs = needs(&chosen, &segments, &program.definitions);
    check::remembered(&chosen, &needs, &mut told);
    if told.any_error() {
        return (None, told.in_order());
    }
    let read: Vec<String> =
        chosen.iter().flat_map(|journey| journey.read_by_mails.iter().cloned()).collect();
    let built = Built {
        shown: mail::shown(&read, &program.definitions, &needs),
        journeys: build(&chosen, &program, &segments, &needs),
        segments: segments.iter().map(|name| segment(&program.definitions, name, &needs)).collect(),
        mails: mails.into_iter().collect(),
        catalogue: items.map(|items| items.build(&columns)).unwrap_or_default(),
        journey_names: order.iter().map(|&name| name.to_owned()).collect(),
        path_names: chosen.iter().map(|journey| journey.paths.clone()).collect(),
        experiments: tests(&experiments, &journeys, &chosen),
        experiment_names: folder.experiments.iter().map(|&(name, _)| name.to_owned()).collect(),
    };
    let compiled = assemble(sources, program, built, &needs);
    debug_assert!(compiled.is_some(), "something is missing, and nothing was told: {told:?}");
    (compiled, told.in_order())
}

fn build(
    journeys: &[&JourneyRead<'_>],
    program: &ProgramRead,
    segments: &[String],
    needs: &Needs,
) -> Option<Vec<Journey>> {
    let order: Vec<&str> = journeys.iter().map(|journey| journey.name).collect();
    let with = Build { needs, vocabulary: &program.vocabulary, segments, order: &order };
    journeys.iter().map(|journey| journey.build(with)).collect()
}

/// The experiments on `chosen` journeys.
fn tests(
    experiments: &[ExperimentRead],
    journeys: &[JourneyRead<'_>],
    chosen: &[&JourneyRead<'_>],
) -> Option<Vec<(Tested, Experiment)>> {
    let order: Vec<&str> = chosen.iter().map(|journey| journey.name).collect();
    let is_chosen = |experiment: &&ExperimentRead| {
        experiment.journey(journeys).is_none_or(|name| order.contains(&name))
    };
    let chosen = experiments.iter().filter(is_chosen);
    chosen.map(|experiment| experiment.build(journeys, &order)).collect()
}

/// Segments that journeys enter, in the order of their first use.
fn entered(journeys: &[&JourneyRead<'_>]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for segment in journeys.iter().filter_map(|journey| journey.start.segment()) {
        if !all.iter().any(|known| known == segment) {
            all.push(segment.to_owned());
        }
    }
    all
}

fn needs(journeys: &[&JourneyRead<'_>], segments: &[String], definitions: &Definitions) -> Needs {
    let mut needs = Needs::default();
    journeys.iter().for_each(|journey| journey.need(definitions, &mut needs));
    let pieces = segments.iter().filter_map(|name| definitions.get(name)?.pieces.as_ref());
    pieces.for_each(|pieces| needs.add(pieces));
    needs
}

fn segment(definitions: &Definitions, name: &str, needs: &Needs) -> Option<Segment> {
    let condition = definitions.condition(name, needs)?;
    Some(Segment { name: name.to_owned(), condition })
}

/// What was built of a folder; `None` where a mistake has been told.
struct Built {
    journeys: Option<Vec<Journey>>,
    segments: Option<Vec<Segment>>,
    mails: Option<Vec<Mail>>,
    shown: Vec<Shown>,
    catalogue: Catalogue,
    journey_names: Vec<String>,
    path_names: Vec<Vec<String>>,
    experiments: Option<Vec<(Tested, Experiment)>>,
    experiment_names: Vec<String>,
}

fn assemble(
    sources: &Sources,
    program: ProgramRead,
    built: Built,
    needs: &Needs,
) -> Option<Compiled> {
    let Built { journeys, segments, mails, shown, catalogue, journey_names, path_names, .. } =
        built;
    let (tested, experiments): (Vec<_>, Vec<_>) = built.experiments?.into_iter().unzip();
    let experiment_names = built.experiment_names;
    let (journeys, segments, mails) = (journeys?, segments?, mails?);
    let currency = program.currency?;
    let mut summary = Summary {
        journeys: journey_names.len(),
        mails: mails.len(),
        facts: program.definitions.count(Sort::Fact),
        segments: program.definitions.count(Sort::Segment),
        experiments: experiment_names.len(),
        files: sources.files.len(),
        bytes_before: 0,
        bytes_a_customer: 0,
    };
    let holdout = program.holdout.map_or(defaults::HOLDOUT, |holdout| holdout.value);
    let outline = Outline {
        hash: sources.hash(),
        zone: program.zone?,
        currency: currency.code.to_owned(),
        minor_digits: currency.minor_digits,
        credit: program.credit,
        events: program.vocabulary.into_events(),
        holdout: holdout.ppm(),
        topics: program.topics.into_topics(),
        traits: program.traits.all(),
        columns: program.columns.all(),
        offers: program.offers.into_offers(),
        segments,
        streams: needs.streams(),
        limits: program.limits.limits,
        mails: mails.iter().map(|mail| mail.name.clone()).collect(),
        journeys,
        experiments: tested,
    };
    let (brand, definitions) = (program.brand?, program.definitions);
    let (tracking, keep) = (program.tracking, program.keep);
    let program = Program::new(outline);
    // With the streams that it adds for stops.
    summary.bytes_before = remembered::before_any_event(&program);
    summary.bytes_a_customer =
        summary.bytes_before + program.streams.iter().map(needs::bytes).sum::<usize>();
    let remembered = remembered::all(&program, &definitions, needs);
    let definitions = definitions.texts();
    Some(Compiled {
        program,
        summary,
        remembered,
        currency,
        brand,
        tracking,
        keep,
        catalogue,
        mails,
        shown,
        journey_names,
        path_names,
        definitions,
        experiments,
        experiment_names,
    })
}
