//! `foresend serve`: the engine, from the moment it opens its data until it is told to stop.

use crate::failure::{Failure, plainly};
use crate::report::number::{count, counted};
use crate::{engine, open, output, settings};
use foresend_engine::host::{Engine, EngineError, Handover};
use foresend_engine::http::{Look, Server, ServerError};
use foresend_engine::mail::post::{Hears, Trouble};
use foresend_engine::mail::transport::Capture;
use foresend_engine::mail::{Pace, Renderer, Site, Wire, unfillable};
use foresend_engine::settings::Settings;
use foresend_engine::vitals::{State, Vitals};
use foresend_program::{Compiled, Sources, Stage};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Run the engine: wake customers, apply what they did, hand mail over
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend serve --dev scenarios/shop
  foresend serve
  foresend serve --config /etc/foresend/foresend.toml
  foresend serve --data ./trial --listen 127.0.0.1:9090

It runs the program that was published last, and publishes none: a restart changes nothing. With
--dev the folder counts as published, at the start and whenever it changes. Every mail becomes a
file under data/captured, and nobody receives it. Ctrl-C or SIGTERM: it finishes what it has
begun, and ends; once more: it ends at once, and loses nothing.

Exit codes: 0 stopped as asked, 1 could not run, 2 the input is wrong and nothing was done.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: settings::Arguments,

    /// Where to listen [default: what the operator's file says, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// The folder of a program that runs from here on, as if it were published whenever it changes
    #[arg(long, value_name = "PROGRAM")]
    dev: Option<PathBuf>,
}

/// How often the engine is looked at, and whether it is told to stop.
const TICK: Duration = Duration::from_millis(100);
/// How often the folder of a program is looked at, in ticks.
const FOLDER_TICKS: u32 = 3;

/// Runs it until it is told to stop.
///
/// # Errors
/// Where the settings or the program are wrong, or the engine cannot run.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut settings = arguments.settings.open()?;
    if let Some(listen) = arguments.listen {
        settings.listen = listen;
    }
    let dev = arguments.dev.as_deref().map(Dev::open).transpose()?;
    let stop = stop().map_err(|e| Failure::run("signals cannot be heard", &e))?;
    actix::System::new().block_on(serve(&settings, dev, &stop))
}

/// What `/healthz`, `/readyz` and `/metrics` answer from: the engine as of the last tick.
#[derive(Default)]
struct Shown(Mutex<Vitals>);

impl Shown {
    fn show(&self, vitals: Vitals) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = vitals;
    }

    fn state(&self, state: State) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).state = state;
    }
}

impl Look for Shown {
    fn vitals(&self) -> Vitals {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(
    settings: &Settings,
    mut dev: Option<Dev<'_>>,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let began = Instant::now();
    let shown = Arc::new(Shown::default());
    let look: Arc<dyn Look> = shown.clone();
    let server = Server::start(settings.listen, 1, look).map_err(|e| refused(&e))?;
    let program = dev.as_ref().map(|dev| &dev.sources);
    let opened = Engine::open(settings, program, Some(handover(settings))).await;
    let engine = opened.map_err(|error| engine::failure(&error))?;
    let data = open::show(&settings.data);
    let took = began.elapsed().as_millis();
    say(&format!("http://{}, data in {data}; accepting after {took} ms", server.address()));
    shown.state(State::Replaying);
    let ended = live(&engine, (settings, &mut dev), &shown, stop, began).await;
    if let Err(failure) = ended {
        shown.state(State::Stopped);
        drop(server.stop());
        return Err(failure);
    }
    shown.state(State::Draining);
    say("stopping: what has begun is finished first");
    let closed = engine.close().await.map_err(|error| engine::failure(&error));
    shown.state(State::Stopped);
    let stopped = server.stop().map_err(|e| refused(&e));
    closed.and(stopped)?;
    say("stopped");
    Ok(())
}

/// From the first moment until it is told to stop.
async fn live(
    engine: &Engine,
    (settings, dev): (&Settings, &mut Option<Dev<'_>>),
    shown: &Shown,
    stop: &AtomicBool,
    began: Instant,
) -> Result<(), Failure> {
    let told = |error: EngineError| engine::failure(&error);
    let (mut is_ready, mut ticks) = (false, 0u32);
    while !stop.load(Ordering::Relaxed) {
        let vitals = engine.vitals().await.map_err(told)?;
        if !is_ready && vitals.state == State::Ready {
            is_ready = true;
            say(&ready(&vitals, began.elapsed()));
            if let Some(dev) = dev {
                engine.publish(&dev.sources).await.map_err(told)?;
            }
            if let Some(version) = engine.version().await.map_err(told)? {
                warn(&version.compiled, &settings.site);
            }
        }
        shown.show(vitals);
        ticks = ticks.wrapping_add(1);
        if let Some(dev) = dev
            && is_ready
            && ticks.is_multiple_of(FOLDER_TICKS)
            && dev.has_changed()
        {
            publish(engine, dev, &settings.site).await?;
        }
        actix::clock::sleep(TICK).await;
    }
    Ok(())
}

/// Lets the changed folder run; where that cannot be, what ran goes on.
async fn publish(engine: &Engine, dev: &Dev<'_>, site: &Site) -> Result<(), Failure> {
    match engine.publish(&dev.sources).await {
        Ok(true) => {
            let hash = engine.version().await.map_err(|error| engine::failure(&error))?;
            let Some(version) = hash else { return Ok(()) };
            let id = foresend_engine::shard::hex(&version.id());
            say(&format!("{} runs as {}", dev.sources.folder, id.get(..12).unwrap_or(&id)));
            warn(&version.compiled, site);
            Ok(())
        }
        Ok(false) => Ok(()),
        Err(error @ EngineError::Incompatible { .. }) => {
            output::talk(&engine::failure(&error).text().unwrap_or_default());
            say("the version before goes on");
            Ok(())
        }
        Err(error) => Err(engine::failure(&error)),
    }
}

fn ready(vitals: &Vitals, took: Duration) -> String {
    let applied = count(vitals.applied_seq).replace('\u{a0}', " ");
    format!("ready after {} ms, at entry {applied} of the journal", took.as_millis())
}

/// Tells which mails cannot be made yet.
fn warn(compiled: &Compiled, site: &Site) {
    let told = unfillable(compiled, site);
    if told.is_empty() {
        return;
    }
    let files: BTreeSet<&str> = told.iter().map(|one| &*one.file).collect();
    let mails = counted(u64::try_from(files.len()).unwrap_or(u64::MAX), "mail");
    let mut text = format!("{mails} cannot be made in this version, and will not leave:\n");
    for one in &told {
        let what = one.message.trim_end_matches(" cannot be filled in this version");
        let help = one.help.as_deref().map_or_else(String::new, |help| format!("; {help}"));
        text += &format!("    {}: {what}{help}\n", one.file);
    }
    say(text.replace('\u{a0}', " ").trim_end());
}

fn handover(settings: &Settings) -> Handover {
    let wire: Box<dyn Wire + Send> = match settings.stage {
        Stage::Capture => Box::new(Capture::into_folder(settings.data.join("captured"))),
    };
    let renderer = Renderer::new(settings.site.clone());
    Handover { wire, renderer, pace: Pace::default(), hears: hears() }
}

/// Tells of trouble: of each kind once, for a mail that cannot be made once cannot be made a thousand times.
fn hears() -> Box<Hears> {
    const KINDS_MAX: usize = 100;
    let mut told = BTreeSet::new();
    Box::new(move |trouble| {
        let text = match trouble {
            Trouble::Unmade(draft, why) => {
                let why = foresend_engine::host::with_causes(why);
                format!("a mail of `{}` in `{}` is not sent: {why}", draft.step, draft.journey)
            }
            Trouble::Wire(why) => {
                format!("mail cannot be captured, and is tried again: {}", plainly(why))
            }
        };
        if told.len() < KINDS_MAX && told.insert(text.clone()) {
            say(&text);
        }
    })
}

/// The folder of a program that is being worked on.
struct Dev<'a> {
    folder: &'a Path,
    /// Its texts as they were last when they were right.
    sources: Sources,
    /// Its texts when they were last looked at, and whether they have been judged.
    seen: Sources,
    is_judged: bool,
}

impl<'a> Dev<'a> {
    fn open(folder: &'a Path) -> Result<Self, Failure> {
        let sources = engine::program(folder)?;
        Ok(Self { folder, seen: sources.clone(), sources, is_judged: true })
    }

    /// Whether it is another program now, and a right one. Its mistakes are shown, once. Texts are judged when they were the
    /// same at two looks: a file in the middle of being written is not.
    fn has_changed(&mut self) -> bool {
        let Ok(sources) = open::program(self.folder) else { return false };
        if sources != self.seen {
            self.seen = sources;
            self.is_judged = false;
            return false;
        }
        if std::mem::replace(&mut self.is_judged, true) {
            return false;
        }
        match engine::right(sources) {
            Ok(sources) => {
                self.sources = sources;
                true
            }
            Err(failure) => {
                output::talk(&failure.text().unwrap_or_default());
                say("the version before goes on");
                false
            }
        }
    }
}

/// Set by the first signal to stop; the second one ends the process.
fn stop() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
    }
    for signal in [SIGINT, SIGTERM] {
        register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

fn refused(error: &ServerError) -> Failure {
    Failure::Run(error.to_string())
}

/// One line of what happens, for whoever runs it.
fn say(text: &str) {
    output::talk(&format!("foresend: {text}\n"));
}
