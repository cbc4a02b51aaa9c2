//! `foresend experiment design-delay`: writes a test of one step's delay, at random, with some customers held out: one that
//! would tell how fast carts are forgotten and intent fades, which every ranking of delays rests on. And says how closely.

use super::{On, opened};
use crate::failure::{Failure, plainly};
use crate::output;
use crate::report::number::{count, roughly};
use crate::report::page::{Page, Paper, Role, Row};
use crate::scenario::Opened;
use crate::{mistakes, open};
use foresend_core::time::Wait;
use foresend_core::world::journey::{Act, Begins, Journey, Kind};
use foresend_program::Compiled;
use foresend_simulator::population::Preset;
use foresend_simulator::trial::Reached;
use foresend_simulator::trial::design::{Curve, Segment, Told, best};
use std::fs;
use std::path::{Path, PathBuf};

/// How many delays are tried, today's among them.
const DELAYS: usize = 4;
/// Hours after the cart that may be chosen.
const GRID: [u32; 12] = [0, 1, 2, 3, 6, 12, 24, 36, 48, 72, 120, 168];
/// A mail is read some time after it was sent: the median of the model, in hours.
const READ_AFTER: f64 = 4.6;
/// The share held out, and for how long it runs.
const HOLDOUT: &str = "20%";
const ENDS: &str = "12w";
/// A constant is known well enough within this factor on either side.
const WELL: f64 = 2.0;

/// Write a test of delays that would tell how fast carts are forgotten
#[derive(Clone, clap::Args)]
#[command(after_help = "\
Examples:
  foresend experiment design-delay cart-recovery.first
  foresend experiment design-delay cart-recovery.first --customers 1_000_000

Writes experiments/JOURNEY-STEP-delay.toml into the program's folder: nothing runs by itself.
Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done.")]
pub(super) struct Arguments {
    /// The step whose delay is to be tried
    #[arg(value_name = "JOURNEY.STEP")]
    step: String,

    #[command(flatten)]
    on: On,

    /// Say what it would be, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What one world says of it.
struct Said {
    world: String,
    met: u64,
    base: f64,
    adds: f64,
    told: Option<Told>,
    power: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let opened = opened::open(&arguments.on)?;
    let (compiled, _) = crate::simulate::compile(&opened, true)?;
    let place = Place::find(&compiled, &arguments.step)?;
    let name = format!("{}-{}-delay", place.journey.name, place.step);
    let file = Path::new(&opened.sources.folder).join(format!("experiments/{name}.toml"));
    if !arguments.dry_run && file.exists() {
        return Err(Failure::input(format!("{} is there already", open::show(&file)))
            .help("remove it first, or look with --dry-run"));
    }
    let along: Vec<&str> = Preset::names().collect();
    let worlds: Vec<(String, Preset)> = opened
        .scenario
        .worlds(&along)
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), opened.populations.get(name)?.clone())))
        .collect();
    let threads = opened::threads(&arguments.on);
    // First with some delays, to see how much mail wins here; then with those that tell most.
    let first = place.set(&[2, 24, 72]);
    let curves: Vec<Curve> = worlds
        .iter()
        .map(|(_, preset)| {
            let (_, curve) = place.lived(&opened, (&name, &first), preset, threads)?;
            Ok(curve)
        })
        .collect::<Result<_, Failure>>()?;
    let holdout = holdout();
    let candidates: Vec<f64> = place.candidates();
    let chosen = best(&curves, &candidates, DELAYS, holdout, Some(place.read(place.today)));
    let chosen: Vec<Wait> = match chosen {
        Some(chosen) => place.waits(&chosen),
        None => first,
    };
    let mut said = Vec::new();
    for (world, preset) in &worlds {
        let (met, curve) = place.lived(&opened, (&name, &chosen), preset, threads)?;
        let reads: Vec<f64> = chosen.iter().map(|&wait| place.read(wait)).collect();
        let n = real(met.len());
        said.push(Said {
            world: world.clone(),
            met: met.len() as u64,
            base: curve.base,
            adds: reads.iter().map(|&hours| curve.wins(hours)).sum::<f64>() / real(reads.len()),
            told: curve.told(&reads, holdout, n),
            power: curve.power_to_differ(&reads, holdout, n),
        });
    }
    if !arguments.dry_run {
        write(&file, &place.text(&chosen))?;
    }
    let page = page(&place, &chosen, &said, (&opened, &file, arguments.dry_run), output::paper());
    Ok(output::data(&page.styled())?)
}

/// The step, and what stands around it.
struct Place<'a> {
    journey: &'a Journey,
    step: &'a str,
    /// Its `after`, as it is.
    today: Wait,
    /// From the last thing that happened in the cart until the wait for the step begins, at least.
    before: Wait,
}

impl<'a> Place<'a> {
    fn find(compiled: &'a Compiled, address: &str) -> Result<Self, Failure> {
        let Some((journey, step)) = address.split_once('.') else {
            return Err(Failure::input(format!("`{address}` is no step"))
                .help("write JOURNEY.STEP: cart-recovery.first"));
        };
        let journeys = &compiled.program.journeys;
        let Some(found) = journeys.iter().find(|one| one.name == journey) else {
            return Err(crate::say::unknown(journey, compiled, "the program"));
        };
        let steps: Vec<&str> = found.steps.iter().map(|step| step.name.as_str()).collect();
        let Some(at) = steps.iter().position(|name| *name == step) else {
            let failure = Failure::input(format!("{journey} has no step `{step}`"));
            return Err(match foresend_program::closest(step, steps.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!("its steps: {}", steps.join(", "))),
            });
        };
        let taken = compiled
            .program
            .experiments
            .iter()
            .find(|test| compiled.program.journey(test.journey).name == journey);
        if let Some(test) = taken {
            return Err(Failure::input(format!("{journey} is tested by {} already", test.name))
                .help("a journey has one experiment at a time: end that one first, and move its file out of experiments/"));
        }
        let is_about_cart = match &found.steps[at].act {
            Act::Send(send) => send.kind == Kind::Cart,
            Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => false,
            Act::Call(_) | Act::Leave(_) | Act::Stop(_) => false,
        };
        if !is_about_cart {
            return Err(Failure::input(format!("{address} sends no mail about a cart")).help(
                "for another mail write a test with a factor `delay`: docs/reference/experiment.md",
            ));
        }
        if found.goal.is_none() {
            return Err(Failure::input(format!("{journey} has no goal"))
                .help("add one: `goal = { on = \"Order Completed\", within = \"7d\" }`"));
        }
        let Begins::After(today) = found.steps[at].begins else {
            return Err(Failure::input(format!(
                "{address} comes due at an instant, not after a delay"
            ))
            .help("only a step with `after`, or without `due`, can be tried with delays"));
        };
        let waits = found.steps[..at].iter().map(|step| match &step.begins {
            Begins::After(wait) => wait.millis(),
            Begins::Due(_) => 0,
        });
        let quiet = found.quiet.unwrap_or(Wait::ZERO);
        let before = Wait::from_millis(quiet.millis() + waits.sum::<i64>());
        Ok(Self { journey: found, step: &found.steps[at].name, today, before })
    }

    /// When a mail after this wait is read, in hours after the cart: sent, and some time later.
    fn read(&self, wait: Wait) -> f64 {
        hours(wait) + hours(self.before) + READ_AFTER
    }

    /// Waits to choose from, by when their mails are read; today's among them.
    fn candidates(&self) -> Vec<f64> {
        let mut all: Vec<Wait> = GRID.iter().map(|&hours| Wait::hours(hours)).collect();
        if !all.contains(&self.today) {
            all.push(self.today);
        }
        all.sort();
        all.into_iter().map(|wait| self.read(wait)).collect()
    }

    /// Back from when they are read.
    fn waits(&self, reads: &[f64]) -> Vec<Wait> {
        let all = GRID.iter().map(|&hours| Wait::hours(hours)).chain([self.today]);
        let mut waits: Vec<Wait> = all
            .filter(|&wait| reads.iter().any(|read| (read - self.read(wait)).abs() < 1e-9))
            .collect();
        waits.sort();
        waits.dedup();
        waits
    }

    /// Today's wait and these.
    fn set(&self, hours: &[u32]) -> Vec<Wait> {
        let mut set: Vec<Wait> = hours.iter().map(|&hours| Wait::hours(hours)).collect();
        set.push(self.today);
        set.sort();
        set.dedup();
        set
    }

    /// The experiment's file.
    fn text(&self, waits: &[Wait]) -> String {
        let delays: Vec<String> =
            waits.iter().map(|wait| format!("{} = \"{wait}\"", name_of(*wait))).collect();
        format!(
            "ask     = \"How fast are carts forgotten, and how fast does intent fade?\"\n\
             at      = \"{}.{}\"\n\
             measure = \"goal\"                        # of everyone who came to the step, mailed or not\n\
             holdout = \"{HOLDOUT}\"                         # of them get no mail from this journey: what mail causes\n\
             ends    = \"{ENDS}\"\n\
             control = {{ delay = \"{}\" }}\n\
             [vary]                                  # delays at random: only so they can be compared\n\
             delay = {{ {} }}\n",
            self.journey.name,
            self.step,
            name_of(self.today),
            delays.join(", ")
        )
    }

    /// Who meets the test with these delays, and the curve that follows.
    fn lived(
        &self,
        opened: &Opened,
        (name, waits): (&str, &[Wait]),
        preset: &Preset,
        threads: usize,
    ) -> Result<(Vec<Reached>, Curve), Failure> {
        let mut sources = opened.sources.clone();
        sources.files.insert(format!("experiments/{name}.toml"), self.text(waits));
        let only = opened.scenario.only.as_deref();
        let (compiled, told) = foresend_program::compile(&sources, only);
        let Some(compiled) = compiled else {
            mistakes::tell(&told, &sources.files);
            return Err(Failure::Mistakes);
        };
        let at = compiled.program.experiments.iter().position(|test| test.name == name);
        let at = at.expect("it was put in just now, on a journey that is rehearsed");
        let test = &compiled.program.experiments[at];
        let within = self.journey.goal.as_ref().map(|goal| goal.within).unwrap_or_default();
        let (ends, window) = (opened::days(test.ends), opened::days(within));
        let people = opened::meet(opened, &compiled, (at, ends + window), preset, &[], threads)?;
        let met = |all: &[Reached]| -> Vec<Reached> {
            all.iter().filter(|one| one.day < ends).copied().collect()
        };
        let (mailed, without) = (met(&people.mailed), met(&people.without));
        let rate = |all: &[Reached]| {
            real(all.iter().filter(|one| one.goal).count()) / real(all.len().max(1))
        };
        let intent = &preset.intent;
        let interrupted = *intent.interrupted;
        let segment = |at: usize, weight: f64| Segment {
            weight,
            memory: intent.salience[at],
            intent: intent.intent[at],
        };
        let mut curve = Curve {
            segments: vec![segment(0, interrupted), segment(1, 1.0 - interrupted)],
            height: 1.0,
            base: rate(&without),
        };
        let shapes = waits.iter().map(|&wait| curve.wins(self.read(wait))).sum::<f64>();
        let shape = shapes / real(waits.len());
        // A world in which mail wins nothing, or loses, tells nothing of how that fades: a thousandth is as good as nothing.
        curve.height = ((rate(&mailed) - curve.base) / shape).max(1e-3);
        Ok((mailed, curve))
    }
}

/// `now`, `after-3h`
fn name_of(wait: Wait) -> String {
    if wait == Wait::ZERO { "now".to_owned() } else { format!("after-{wait}") }
}

fn holdout() -> f64 {
    HOLDOUT.trim_end_matches('%').parse::<f64>().map_or(0.2, |percent| percent / 100.0)
}

fn hours(wait: Wait) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "waits are below a hundred years")]
    let ms = wait.millis() as f64;
    ms / 3_600_000.0
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let wrong = |e: &std::io::Error| {
        Failure::Run(format!("{} cannot be written: {}", open::show(file), plainly(e)))
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|e| wrong(&e))?;
    }
    let mut new =
        fs::OpenOptions::new().write(true).create_new(true).open(file).map_err(|e| wrong(&e))?;
    std::io::Write::write_all(&mut new, text.as_bytes()).map_err(|e| wrong(&e))
}

fn page(
    place: &Place<'_>,
    waits: &[Wait],
    said: &[Said],
    (opened, file, is_dry): (&Opened, &PathBuf, bool),
    paper: Paper,
) -> Page {
    let mut page = Page::new(paper);
    let title = format!("Delays of {}.{}, at random", place.journey.name, place.step);
    let row = Row::named(Role::Heading, title);
    page.row(&if paper.is_wide() {
        row.until(100, Role::Faint, format!("seed {}", opened.scenario.seed))
    } else {
        row
    });
    let waits: Vec<String> = waits
        .iter()
        .map(
            |wait| {
                if *wait == place.today { format!("{wait} (today's)") } else { wait.to_string() }
            },
        )
        .collect();
    page.prose(
        Role::Plain,
        &format!(
            "`after` {}; {HOLDOUT} without mail; {ENDS}. Of all such sets with today's in it the one that tells most in the worst of \
             {} worlds.",
            waits.join(", "),
            said.len()
        ),
    );
    page.gap();
    let customers = count(opened.scenario.customers.into());
    let mut edge = 40;
    let mut heading = Row::named(Role::Heading, format!("What {customers} customers tell"));
    let columns: Vec<usize> = said.iter().map(|one| one.world.chars().count().max(8) + 3).collect();
    let shown = columns.iter().scan(edge, |edge, width| {
        *edge += width;
        Some(*edge)
    });
    let shown = shown.take_while(|edge| *edge <= paper.width.min(100)).count().max(1);
    for (one, width) in said.iter().zip(&columns).take(shown) {
        edge += width;
        heading = heading.until(edge, Role::Faint, one.world.clone());
    }
    page.row(&heading);
    let within = |error: Option<f64>| match error.map(Told::factor) {
        Some(factor) if factor < 100.0 => format!("÷× {factor:.1}"),
        Some(_) | None => "nothing".to_owned(),
    };
    let rows: [Line<'_>; 6] = [
        ("customers who meet it", &|one| count(one.met)),
        ("goal without mail", &|one| format!("{:.2} %", one.base * 100.0)),
        ("its mails add", &|one| format!("{:+.2} pp", one.adds * 100.0).replace('-', "−")),
        ("carts forgotten: known within", &|one| within(one.told.map(|told| told.memory))),
        ("intent fades: known within", &|one| within(one.told.map(|told| told.intent))),
        ("that delays differ at all: power", &|one| format!("{:.0} %", one.power * 100.0)),
    ];
    for (name, of) in rows {
        let mut row = Row::named(Role::Plain, name);
        let mut edge = 40;
        for (one, width) in said.iter().zip(&columns).take(shown) {
            edge += width;
            row = row.until(edge, Role::Plain, of(one));
        }
        page.row(&row);
    }
    if let Some(own) = said.first() {
        page.gap();
        page.prose(Role::Plain, &needs(own));
    }
    page.prose(
        Role::Faint,
        "÷× 2: between half and double, with 95 %. The times of both kinds of customers move together; a mail is taken to be read \
         4.6 h after it was sent, the model's median. Read it once, at its end, and fit all groups together.",
    );
    page.prose(
        Role::Plain,
        &if is_dry {
            format!("Not written: {} (--dry-run)", open::show(file))
        } else {
            format!(
                "Written: {}. Nothing runs by itself. foresend check {}",
                open::show(file),
                opened.sources.folder
            )
        },
    );
    page
}

/// A row of the page: what it is called, and what it says of a world.
type Line<'a> = (&'a str, &'a dyn Fn(&Said) -> String);

/// How many customers must meet it until both times are known well enough: errors shrink by their root.
fn needs(own: &Said) -> String {
    let Some(told) = own.told else {
        return format!("In {} these groups cannot tell the two times apart.", own.world);
    };
    let error = told.memory.max(told.intent) * 1.96 / WELL.ln();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative; a float beyond u64 becomes its largest value"
    )]
    let needed = (own.met as f64 * error * error).ceil() as u64;
    format!(
        "In {} both times would be known within a factor of 2 once about {} customers have met it.",
        own.world,
        roughly(needed)
    )
}

#[expect(clippy::cast_precision_loss, reason = "people are far below 2^52")]
fn real(number: usize) -> f64 {
    number as f64
}
