//! `foresend experiment plan`: how long a test must run, whether it can see what is hoped for, and how often it would be
//! right. Traffic and goals are those of the synthetic people, each of whom is counted once, at the first time.

use super::{On, opened};
use crate::failure::Failure;
use crate::output;
use crate::rehearsed;
use crate::report::number::{count, rate};
use crate::report::page::{Page, Paper, Role, Row};
use crate::scenario::Opened;
use crate::target::{self, Target};
use foresend_core::time::Wait;
use foresend_core::world::experiment::Experiment;
use foresend_insight::experiment::size::{self, ALPHA, POWER};
use foresend_program::{Assume, Compiled};
use foresend_simulator::rehearsal::{Assumed, People};
use foresend_simulator::trial::Reached;
use foresend_simulator::trial::dealt::{Found, Tried, tried};
use serde_json::json;
use std::path::PathBuf;

const SCHEMA: &str = "foresend.experiment-plan/1";
/// Gaps that people hope for, in points.
const GAPS: [f64; 4] = [1.0, 0.5, 0.2, 0.1];
/// Days of a week.
const WEEK: u32 = 7;
/// Weeks after which it is said what shows.
const AFTER: [u32; 5] = [4, 8, 12, 26, 52];

/// How long must a test run, and can it see what you hope for?
#[derive(Clone, clap::Args)]
#[command(after_help = "\
Examples:
  foresend experiment plan cart-first-look
  foresend experiment plan cart-first-look --scenario scenarios/whole-shop.toml --customers 1_000_000

Each customer is counted once. The test itself is rehearsed many times: docs/reference/experiment-plan.md.
Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done.")]
pub(super) struct Arguments {
    /// The experiment: the name of its file
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    on: On,

    /// How often the test is rehearsed, 100 to 100,000
    #[arg(long, value_name = "N", default_value = "2000", value_parser = times)]
    times: u32,

    /// Write the numbers as JSON too; - writes them to stdout instead of the page
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn times(text: &str) -> Result<u32, String> {
    let number = text.replace(['_', ','], "").parse::<u32>().ok();
    let number = number.filter(|number| (100..=100_000).contains(number));
    number.ok_or_else(|| "not a whole number from 100 to 100,000".to_owned())
}

/// What was found.
struct Rehearsed {
    /// A gap that is there, as a share, and how often it is found.
    there: Option<(f64, Found)>,
    /// None is there.
    nothing: Found,
}

/// A test, and who meets it.
struct Planned<'a> {
    opened: &'a Opened,
    experiment: &'a Experiment,
    at: String,
    within: String,
    people: People,
    /// What is assumed of a variant, and what the same people do if everybody has it.
    assumed: Vec<(String, Vec<Reached>)>,
    /// Of all who meet it: the share of the smallest side.
    side: f64,
    window_days: u32,
    ends_day: u32,
    times: u32,
    threads: usize,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let opened = opened::open(&arguments.on)?;
    let (compiled, preset) = crate::simulate::compile(&opened, true)?;
    let at = find(&compiled, &arguments.name)?;
    let [target] = target::open_all([("--json", arguments.json.as_deref())])?;
    let experiment = &compiled.program.experiments[at];
    let journey = compiled.program.journey(experiment.journey);
    let within = journey.goal.as_ref().map(|goal| goal.within).unwrap_or_default();
    let (ends_day, window_days) = (opened::days(experiment.ends), opened::days(within));
    let threads = opened::threads(&arguments.on);
    let days = ends_day.saturating_add(window_days).min(foresend_program::Scenario::DAYS_MAX);
    let lived = |assumed: &[Assumed<'_>]| {
        opened::meet(&opened, &compiled, (at, days), &preset, assumed, threads)
    };
    // Nothing is assumed of the control; what is assumed of a variant is tried on everybody.
    let people = lived(&[])?;
    let mut assumed = Vec::new();
    for one in opened.scenario.assume.iter().filter(|one| one.experiment == experiment.name) {
        let of_all = of_everybody(experiment, one);
        assumed.push((rehearsed::assumed_words(one), lived(&of_all)?.mailed));
    }
    let variants = experiment.factors.iter().map(|factor| factor.variants.len()).max();
    let planned = Planned {
        opened: &opened,
        experiment,
        at: format!("{}.{}", journey.name, journey.steps[usize::from(experiment.step.0)].name),
        within: within.to_string(),
        people,
        assumed,
        side: (1.0 - f64::from(experiment.holdout) / 1e6) / real(variants.unwrap_or(2)),
        window_days,
        ends_day,
        times: arguments.times,
        threads,
    };
    let found = planned.rehearsed();
    if let Some(to) = target {
        let is_page = !matches!(to, Target::Stdout);
        to.write(&planned.json(&found))?;
        if !is_page {
            return Ok(());
        }
    }
    Ok(output::data(&planned.page(&found, output::paper()).styled())?)
}

/// What `one` assumes, of every variant of its factor: then everybody has it, whichever they drew.
fn of_everybody<'a>(experiment: &'a Experiment, one: &'a Assume) -> Vec<Assumed<'a>> {
    let own = rehearsed::assumed(std::slice::from_ref(one));
    let factor = experiment.factors.iter().find(|factor| factor.name == one.factor);
    let variants = factor.into_iter().flat_map(|factor| &factor.variants);
    variants.flat_map(|variant| own.iter().map(move |own| Assumed { variant, ..*own })).collect()
}

fn find(compiled: &Compiled, name: &str) -> Result<usize, Failure> {
    let tests = &compiled.program.experiments;
    if let Some(at) = tests.iter().position(|test| test.name == name) {
        return Ok(at);
    }
    let names = &compiled.experiment_names;
    if names.iter().any(|other| other == name) {
        return Err(Failure::input(format!(
            "{name} tests a journey that this scenario does not rehearse"
        ))
        .help("add the journey to `only`, or leave --scenario out"));
    }
    let failure = Failure::input(format!("there is no experiment `{name}`"));
    Err(match foresend_program::closest(name, names.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => failure.help("an experiment is a file experiments/NAME.toml"),
        None => failure.help(format!("there are: {}", names.join(", "))),
    })
}

impl Planned<'_> {
    /// Those who met it early enough to be counted on that day.
    fn known(&self, people: &[Reached], day: u32) -> u64 {
        let known = people.iter().filter(|one| one.day < self.ends_day);
        known.filter(|one| one.day + self.window_days <= day).count() as u64
    }

    /// The last day on which it is read: when the goals of the last who met it can no longer be reached.
    const fn last(&self) -> u32 {
        self.ends_day + self.window_days
    }

    fn base(&self) -> Option<f64> {
        share(&self.people.mailed)
    }

    /// Customers of the smallest side that are known after so many weeks.
    fn side_after(&self, weeks: u32) -> u64 {
        let known = self.known(&self.people.mailed, weeks * WEEK);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of customers"
        )]
        let side = (known as f64 * self.side) as u64;
        side
    }

    /// The first week whose end knows so many a side.
    fn weeks(&self, a_side: u64) -> Option<u32> {
        let last = self.last().div_ceil(WEEK);
        (1..=last).find(|&weeks| self.side_after(weeks) >= a_side)
    }

    fn rehearsed(&self) -> Rehearsed {
        let people = self.in_time();
        let gap = self.smallest(self.last().div_ceil(WEEK)).filter(|gap| *gap < 0.5);
        Rehearsed {
            there: gap.map(|gap| (gap, tried(&people, &self.how(gap), self.threads))),
            nothing: tried(&people, &self.how(0.0), self.threads),
        }
    }

    fn smallest(&self, weeks: u32) -> Option<f64> {
        size::smallest_gap(self.base()?, self.side_after(weeks), ALPHA, POWER)
    }

    fn page(&self, found: &Rehearsed, paper: Paper) -> Page {
        let mut page = Page::new(paper);
        let title = format!(
            "Plan of {} · at {} · goal within {}",
            self.experiment.name, self.at, self.within
        );
        let heading = Row::named(Role::Heading, title);
        page.row(&if paper.is_wide() {
            heading.until(100, Role::Faint, "power 80 %, two-sided 5 %")
        } else {
            heading
        });
        page.prose(Role::Plain, &self.traffic());
        page.gap();
        let Some(base) = self.base().filter(|base| *base > 0.0 && *base < 1.0) else {
            page.prose(
                Role::Plain,
                "○ Nobody meets it and reaches the goal here: there is nothing to plan with.",
            );
            return page;
        };
        let heading = Row::named(Role::Heading, "To tell apart");
        page.row(&heading.until(46, Role::Faint, "counted a side").until(58, Role::Faint, "weeks"));
        for (at, points) in GAPS.into_iter().enumerate() {
            let gap = points / 100.0;
            let Some(a_side) = size::a_side(base, gap, ALPHA, POWER) else { continue };
            let of = match at {
                0 => format!("{points:.1} pp of {:.2} %", base * 100.0),
                _ => format!("{points:.1} pp"),
            };
            let row = Row::named(Role::Plain, of).until(46, Role::Plain, count(a_side));
            page.row(&match self.weeks(a_side) {
                Some(weeks) => row.until(58, Role::Plain, count(weeks.into())),
                None => row.until(58, Role::Plain, "–").from(
                    60,
                    Role::Failed,
                    format!("✗ not by its end, {}", spelled(self.experiment.ends)),
                ),
            });
        }
        if let Some(text) = self.shows() {
            page.prose(Role::Plain, &text);
        }
        page.prose(Role::Plain, &self.says(found));
        for assumed in &self.assumed {
            page.prose(Role::Look, &self.says_of(assumed));
        }
        if let Some(text) = self.any_mail() {
            page.prose(Role::Plain, &text);
        }
        page.prose(
            Role::Faint,
            "Each customer is counted once, at the first time; so weeks bring fewer and fewer. A rehearsal is no test: what a \
             variant does nobody knows before.",
        );
        page.prose(
            Role::Faint,
            &format!(
                "Bolder: an offer or another delay moves more than a subject. foresend experiment design-delay {}",
                self.at
            ),
        );
        page
    }

    /// `5,230 reach the step a week: 20 % without mail, 2,092 a side of each factor.`
    fn traffic(&self) -> String {
        let scenario = &self.opened.scenario;
        let all = self.people.mailed.iter().filter(|one| one.day < self.ends_day).count() as u64;
        let first = self.people.mailed.iter().filter(|one| one.day < WEEK).count() as u64;
        let holdout = f64::from(self.experiment.holdout) / 1e4;
        let without = if self.experiment.holdout == 0 {
            "nobody without mail".to_owned()
        } else {
            format!("{holdout} % without mail")
        };
        format!(
            "{} customers of {}: {} meet it in its {}, {} in the first week; {without}, {:.0} % a side of each factor.",
            count(scenario.customers.into()),
            scenario.population,
            count(all),
            spelled(self.experiment.ends),
            count(first),
            self.side * 100.0
        )
    }

    /// `Smallest gap that shows after 4 weeks 0.24 pp, 8 weeks 0.15 pp.`
    fn shows(&self) -> Option<String> {
        let end = self.last().div_ceil(WEEK);
        let weeks = AFTER.into_iter().filter(|&weeks| weeks < end).chain([end]);
        let gaps: Vec<String> = weeks
            .filter_map(|weeks| {
                let gap = self.smallest(weeks)? * 100.0;
                Some(format!("{weeks} weeks {gap:.2} pp"))
            })
            .collect();
        (!gaps.is_empty()).then(|| format!("Smallest gap that shows after {}.", gaps.join(", ")))
    }

    fn says(&self, found: &Rehearsed) -> String {
        let percent = |found: &Found, part: u32| format!("{:.0} %", found.share(part) * 100.0);
        let times = count(self.times.into());
        let mut text = format!("Rehearsed {times} times: ");
        if let Some((gap, there)) = &found.there {
            text += &format!(
                "a gap of {:.2} pp is found in {} when read once at the end, {} when read every week with bounds that share out \
                 the risk, {} when watched daily with always-valid bounds; ",
                gap * 100.0,
                percent(there, there.at_end),
                percent(there, there.weekly),
                percent(there, there.always)
            );
        }
        let nothing = &found.nothing;
        text + &format!(
            "a gap that is not there in {} at the end, {} weekly, {} always-valid, but in {} by peeking at plain p-values.",
            percent(nothing, nothing.at_end),
            percent(nothing, nothing.weekly),
            percent(nothing, nothing.always),
            percent(nothing, nothing.peeking)
        )
    }

    /// How far apart an assumption moves two sides, and how often this test would find that.
    fn says_of(&self, (words, with): &(String, Vec<Reached>)) -> String {
        let gap = share(with).zip(self.base()).map_or(0.0, |(with, without)| with - without);
        let points = format!("{:+.3} pp", gap * 100.0).replace('-', "−");
        if gap <= 0.0 {
            return format!("Assumed {words}: {points} here. Nothing to find.");
        }
        let found = tried(&self.in_time(), &self.how(gap), self.threads);
        let needs = self.base().and_then(|base| size::a_side(base, gap, ALPHA, POWER));
        let needs = needs.map_or_else(String::new, |needs| {
            let weeks = match self.weeks(needs) {
                Some(weeks) => format!("week {weeks}"),
                None => "not by its end".to_owned(),
            };
            format!("; {} a side would show it: {weeks}", count(needs))
        });
        format!(
            "Assumed {words}: {points} of goals here. This test finds that in {:.0} % when read at its end, {:.0} % watched with \
             always-valid bounds{needs}.",
            found.share(found.at_end) * 100.0,
            found.share(found.always) * 100.0
        )
    }

    /// Those who met it while it took people in.
    fn in_time(&self) -> Vec<Reached> {
        self.people.mailed.iter().filter(|one| one.day < self.ends_day).copied().collect()
    }

    fn how(&self, gap: f64) -> Tried {
        Tried {
            gap,
            side: self.side.min(0.5),
            window_days: self.window_days,
            ends_day: self.last(),
            times: self.times,
            seed: self.opened.scenario.seed,
        }
    }

    /// What any mail adds here, and when that shows against the holdout.
    fn any_mail(&self) -> Option<String> {
        let (with, without) = (self.base()?, share(&self.people.without)?);
        let gap = with - without;
        if self.experiment.holdout == 0 {
            return Some(
                "Without a holdout it cannot say what these mails cause: add `holdout = \"20%\"`."
                    .to_owned(),
            );
        }
        let held = f64::from(self.experiment.holdout) / 1e6;
        let weeks = size::a_side(without, gap, ALPHA, POWER).and_then(|a_side| {
            // Groups of unequal size know as much as two of their harmonic mean.
            let share = 2.0 * held * (1.0 - held);
            let last = self.last().div_ceil(WEEK);
            #[expect(clippy::cast_precision_loss, reason = "customers are far below 2^52")]
            let known = |weeks: u32| self.known(&self.people.mailed, weeks * WEEK) as f64 * share;
            #[expect(clippy::cast_precision_loss, reason = "customers are far below 2^52")]
            let needed = a_side as f64;
            (1..=last).find(|&weeks| known(weeks) >= needed)
        });
        let when = match weeks {
            Some(weeks) => format!("that shows against the holdout after {weeks} weeks"),
            None => "that does not show against the holdout by its end".to_owned(),
        };
        let people = |all: &[Reached]| {
            let goals = all.iter().filter(|one| one.goal).count() as u64;
            rate(goals, all.len() as u64, 2)
        };
        Some(
            format!(
                "Here any of its mails brings {} to the goal and none {}: {:+.2} pp, {when}.",
                people(&self.people.mailed),
                people(&self.people.without),
                gap * 100.0
            )
            .replace("-", "−"),
        )
    }

    fn json(&self, found: &Rehearsed) -> String {
        let of = |found: &Found| {
            json!({
                "times": found.times, "at_end": found.at_end, "weekly": found.weekly, "always_valid": found.always,
                "peeking": found.peeking,
            })
        };
        let goals = |all: &[Reached]| all.iter().filter(|one| one.goal).count();
        let base = self.base().unwrap_or(0.0);
        let gaps = GAPS.into_iter().map(|points| {
            let a_side = size::a_side(base, points / 100.0, ALPHA, POWER);
            json!({ "points": points, "a_side": a_side, "weeks": a_side.and_then(|n| self.weeks(n)) })
        });
        let weeks = (1..=self.last().div_ceil(WEEK)).map(|weeks| {
            let points = self.smallest(weeks).map(|gap| gap * 100.0);
            json!({ "weeks": weeks, "a_side": self.side_after(weeks), "smallest_points": points })
        });
        let scenario = &self.opened.scenario;
        let document = json!({
            "schema": SCHEMA, "experiment": self.experiment.name, "at": self.at, "within": self.within,
            "ends": self.experiment.ends.to_string(), "population": scenario.population,
            "customers": scenario.customers, "seed": scenario.seed, "alpha": ALPHA, "power": POWER,
            "holdout_ppm": self.experiment.holdout, "side": self.side,
            "met": self.people.mailed.len(), "goals": goals(&self.people.mailed),
            "met_without_mail": self.people.without.len(), "goals_without_mail": goals(&self.people.without),
            "assumed": self.assumed.iter().map(|(words, with)| json!({ "text": words, "met": with.len(), "goals": goals(with) }))
                .collect::<Vec<_>>(),
            "gaps": gaps.collect::<Vec<_>>(), "weeks": weeks.collect::<Vec<_>>(),
            "rehearsed": {
                "gap_points": found.there.as_ref().map(|(gap, _)| gap * 100.0),
                "gap": found.there.as_ref().map(|(_, found)| of(found)),
                "no_gap": of(&found.nothing),
            },
        });
        let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers only");
        text.push('\n');
        text
    }
}

/// In weeks where it is whole weeks, as tests are spoken of.
pub(super) fn spelled(wait: Wait) -> String {
    let week = Wait::days(7).millis();
    match wait.millis() {
        ms if ms > 0 && ms % week == 0 => format!("{}w", ms / week),
        _ => wait.to_string(),
    }
}

fn share(people: &[Reached]) -> Option<f64> {
    let goals = people.iter().filter(|one| one.goal).count();
    (!people.is_empty()).then(|| real(goals) / real(people.len()))
}

#[expect(clippy::cast_precision_loss, reason = "people are far below 2^52")]
fn real(number: usize) -> f64 {
    number as f64
}
