//! `foresend dash`, and `foresend simulate --tui`: the dashboard of a recording or of a rehearsal, and pictures of it.

use crate::failure::{Failure, plainly};
use crate::report::page::Letters;
use crate::simulate::{Done, Job};
use crate::target::Target;
use crate::{explain, open, output};
use foresend_insight::recording::Recording;
use foresend_tui::app::App;
use foresend_tui::picture;
use foresend_tui::playback::{News, Playback};
use foresend_tui::source::Source;
use foresend_tui::terminal::{self, Options};
use foresend_tui::theme::{Depth, Theme};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

/// The live dashboard: is mail flowing, is it read, what does it cause?
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend simulate scenarios/whole-shop.toml --record days.ndjson --quiet
  foresend dash days.ndjson
  foresend dash days.ndjson --picture overview.svg --day 45 --window 7d --size 120x40

Keys are listed by ? in the dashboard; docs/dashboard.md says what each number means.
Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done, 130 interrupted.")]
pub(crate) struct Arguments {
    /// What was recorded by foresend simulate --record
    #[arg(value_name = "FILE")]
    recording: PathBuf,

    /// Colours for a dark or a light background [default: as the terminal says]
    #[arg(long, value_name = "THEME", value_enum)]
    theme: Option<Ground>,

    /// Write a picture instead, as SVG; - writes it to stdout
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,

    /// Which screen to draw, 1 to 6
    #[arg(long, value_name = "N", requires = "picture", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=6))]
    screen: u8,

    /// Which day to draw [default: the last]
    #[arg(long, value_name = "N", requires = "picture")]
    day: Option<usize>,

    /// Over how many days: 1d, 7d, 28d, all
    #[arg(long, value_name = "WINDOW", requires = "picture", default_value = "1d")]
    window: String,

    /// Whose map to draw on screen 2 [default: the journey with most mails]
    #[arg(long, value_name = "JOURNEY", requires = "picture")]
    journey: Option<String>,

    /// How large, in columns and rows, 60x16 to 300x100
    #[arg(long, value_name = "COLUMNSxROWS", requires = "picture", default_value = "120x40")]
    #[arg(value_parser = size)]
    size: (u16, u16),
}

/// The background that colours are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Ground {
    /// A dark one.
    Dark,
    /// A light one.
    Light,
}

/// Runs it.
///
/// # Errors
/// Where the file is no recording, or the terminal cannot be used.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let recording = read(&arguments.recording)?;
    if let Some(to) = &arguments.picture {
        return draw(arguments, recording, to);
    }
    needs_terminal("dash")?;
    show(Box::new(Playback::of(recording)), arguments.theme)
}

/// Nobody could see it, or leave it.
///
/// # Errors
/// Where stdin or stdout is no terminal.
pub(crate) fn needs_terminal(command: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    let report = "for a report use: foresend simulate … --json";
    Err(Failure::Run(format!("{command} needs a terminal; {report}")))
}

/// Rehearses `job` in the dashboard. What came of it, once its reader has left.
///
/// # Errors
/// Where the rehearsal refuses, its reader left before it was done, or the terminal cannot be used.
pub(crate) fn rehearsal(job: &Arc<Job>) -> Result<Done, Failure> {
    let (tell, news) = mpsc::channel();
    let is_done = Arc::new(AtomicBool::new(false));
    let theme = job.theme();
    let rehearsing = {
        let (job, is_done) = (Arc::clone(job), Arc::clone(&is_done));
        thread::spawn(move || {
            let done = job.run(&|world, customers, events| {
                // A reader who has left does not listen any more.
                drop(tell.send(progress(&job, world, customers, events)));
            });
            is_done.store(true, Ordering::Release); // before anybody can see it
            drop(tell.send(match &done {
                Ok(done) => News::Done(Box::new(done.recording.clone())),
                Err(failure) => News::Failed(failure.text().unwrap_or_default()),
            }));
            done
        })
    };
    let customers = |id: &str| {
        let rehearsed = (&job.compiled, &job.worlds[0].1);
        let found = explain::on_the_board(&job.opened, rehearsed, id);
        found.map_err(|failure| match failure {
            Failure::Input(message, _) | Failure::Run(message) => message,
            Failure::Mistakes | Failure::Missed | Failure::Interrupted | Failure::Pipe => {
                format!("no customer {id}")
            }
        })
    };
    show(Box::new(Playback::of_rehearsal(news, Box::new(customers))), theme)?;
    if !is_done.load(Ordering::Acquire) {
        return Err(Failure::Interrupted); // the thread ends with the process
    }
    match rehearsing.join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn progress(job: &Job, world: u64, customers: u64, events: u64) -> News {
    let (of, worlds) = (u64::from(job.opened.scenario.customers), job.worlds.len() as u64);
    let done = (world * of + customers) as f64 / (of * worlds).max(1) as f64;
    let count = crate::report::number::count;
    let name = job.worlds.get(usize::try_from(world).unwrap_or(0)).map_or("", |(name, _)| name);
    let world = if worlds > 1 {
        format!(" in {name}, world {} of {worlds}", world + 1)
    } else {
        format!(" in {name}")
    };
    let words =
        format!("{} of {} customers{world}, {} events", count(customers), count(of), count(events));
    News::Progress(done, words)
}

/// Shows `source` until its reader leaves.
fn show(source: Box<dyn Source + '_>, theme: Option<Ground>) -> Result<(), Failure> {
    let options = Options {
        is_light: theme.map(|theme| theme == Ground::Light),
        is_plain: output::letters() == Letters::Ascii,
        folder: PathBuf::new(),
    };
    terminal::run(source, &options).map_err(|e| Failure::Run(e.to_string()))
}

fn read(path: &Path) -> Result<Recording, Failure> {
    let shown = open::show(path);
    let bytes = std::fs::read(path)
        .map_err(|e| Failure::input(format!("no recording {shown}: {}", plainly(&e))))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::input(format!("{shown} is no recording: it is not UTF-8")))?;
    Recording::read(&text).map_err(|e| {
        Failure::input(format!("{shown} is no recording: {e}"))
            .help("make one: foresend simulate scenarios/whole-shop.toml --record days.ndjson")
    })
}

/// Writes a picture of one day.
fn draw(arguments: &Arguments, recording: Recording, to: &Path) -> Result<(), Failure> {
    let days = recording.days.len();
    let day = arguments.day.unwrap_or(days);
    if day == 0 && days > 0 || day > days {
        return Err(Failure::input(format!("there is no day {day}: it has days 1 to {days}")));
    }
    let journeys: Vec<String> =
        recording.head.journeys.iter().map(|journey| journey.name.clone()).collect();
    let is_light = arguments.theme == Some(Ground::Light);
    let source = Playback::of(recording).on_day(day);
    let mut app = App::new(Box::new(source), Theme { depth: Depth::True, is_light });
    app.go(usize::from(arguments.screen - 1));
    if !app.look_over(&arguments.window) {
        return Err(Failure::input(format!("there is no window `{}`", arguments.window))
            .help("write one of: 1d, 7d, 28d, all"));
    }
    if let Some(journey) = &arguments.journey {
        if !journeys.contains(journey) {
            return Err(Failure::input(format!("there is no journey `{journey}` in it"))
                .help(format!("its journeys are {}", journeys.join(", "))));
        }
        app.choose(journey);
    }
    let target = Target::open("--picture", to)?;
    let svg = picture::svg(&mut app, arguments.size);
    match target {
        Target::Stdout => Ok(output::data(&svg)?),
        Target::File(file) => file.write(&svg),
    }
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once('x').and_then(|(columns, rows)| {
        let (columns, rows) = (columns.parse().ok()?, rows.parse().ok()?);
        ((60..=300).contains(&columns) && (16..=100).contains(&rows)).then_some((columns, rows))
    });
    parsed.ok_or_else(|| "write COLUMNSxROWS, 60x16 to 300x100: 120x40".to_owned())
}
