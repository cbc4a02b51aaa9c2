//! The terminal: taken over while the dashboard runs, and given back as it was however it ends: by a key, a signal, an
//! error or a panic. Stopped by ^Z it is given back too, and taken over once more when it goes on.

use crate::app::{App, Wants};
use crate::picture;
use crate::source::Source;
use crate::theme::{Depth, Theme};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableMouseCapture, EnableMouseCapture, Event, KeyCode, KeyModifiers, poll, read,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;
use std::fs::OpenOptions;
use std::io::{self, Stdout, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

/// Pictures are drawn at most so often unless somebody does something.
const FRAME: Duration = Duration::from_millis(250);

/// How it is to look, and where files go.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Whether the background is light. `None`: as the terminal says, else dark.
    pub is_light: Option<bool>,
    /// Whether letters beyond ASCII must not be used.
    pub is_plain: bool,
    /// Where `s` writes files.
    pub folder: PathBuf,
}

/// The terminal could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the terminal cannot be used")]
pub struct TerminalError(#[from] io::Error);

/// Shows `source` until its reader leaves. A signal that ends processes ends this one.
///
/// # Errors
/// Where the terminal cannot be read or written. It is given back as it was.
pub fn run(source: Box<dyn Source + '_>, options: &Options) -> Result<(), TerminalError> {
    let depth = Depth::of_terminal();
    let is_light = options.is_light.unwrap_or_else(|| has_light_background(depth));
    let mut app = App::new(source, Theme { depth, is_light });
    app.set_plain(options.is_plain);
    let _taken = Taken::over()?;
    let mut terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    terminal.clear()?;
    let (mut last, mut drawn, mut is_stale) = (Instant::now(), None::<Instant>, true);
    while !app.quits() {
        if WENT_ON.swap(false, Ordering::Relaxed) {
            terminal.clear()?;
            is_stale = true;
        }
        let now = Instant::now();
        is_stale |= app.tick(now - last);
        last = now;
        let may_draw = drawn.is_none_or(|drawn| now - drawn >= FRAME);
        if is_stale && may_draw {
            let _screen = screen();
            terminal.draw(|frame| app.draw(frame.buffer_mut()))?;
            (drawn, is_stale) = (Some(now), false);
        }
        // Everything that has been typed is taken in before the next picture.
        let mut wait = FRAME;
        while poll(wait)? {
            let event = read()?;
            if is_stop(&event) {
                stop();
            } else if app.hear(&event) {
                (is_stale, drawn) = (true, None);
            }
            if let Some(wish) = app.take_wish() {
                grant(&mut app, wish, &terminal, &options.folder)?;
            }
            wait = Duration::ZERO;
        }
    }
    Ok(())
}

fn has_light_background(depth: Depth) -> bool {
    depth != Depth::None && matches!(theme_mode(QueryOptions::default()), Ok(ThemeMode::Light))
}

/// The terminal is ours until this is dropped.
struct Taken(Handle);

/// Whoever writes to the screen holds it.
static SCREEN: Mutex<()> = Mutex::new(());
/// The process was stopped, and goes on: what was on the screen is gone.
static WENT_ON: AtomicBool = AtomicBool::new(false);

fn screen() -> MutexGuard<'static, ()> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Taken {
    fn over() -> io::Result<Self> {
        let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGTSTP])?;
        let handle = signals.handle();
        // A thread of their own: where the terminal is gone, whoever waits for keys may never come back.
        thread::spawn(move || {
            for signal in signals.forever() {
                if signal == SIGTSTP {
                    stop();
                } else {
                    give_back();
                    drop(emulate_default_handler(signal));
                }
            }
        });
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
        take()?;
        Ok(Self(handle))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.close();
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableMouseCapture, crossterm::cursor::Hide)
}

/// There is nobody to tell where this fails.
fn give_back() {
    let mut out = io::stdout();
    drop(execute!(out, DisableMouseCapture, LeaveAlternateScreen, crossterm::cursor::Show));
    drop(disable_raw_mode());
    drop(out.flush());
}

fn is_stop(event: &Event) -> bool {
    matches!(event, Event::Key(key)
        if key.code == KeyCode::Char('z') && key.modifiers.contains(KeyModifiers::CONTROL))
}

/// Stops the process, as a shell expects it, until it is told to go on. What fails here fails again in the next picture,
/// and is told then.
fn stop() {
    let _screen = screen();
    give_back();
    drop(emulate_default_handler(SIGTSTP));
    drop(take());
    WENT_ON.store(true, Ordering::Relaxed);
}

fn grant(
    app: &mut App<'_>,
    wish: Wants,
    terminal: &Terminal<CrosstermBackend<Stdout>>,
    folder: &Path,
) -> io::Result<()> {
    match wish {
        Wants::Save => {
            let size = terminal.size()?;
            let svg = picture::svg(app, (size.width, size.height));
            let json = app.json();
            let said = match save(folder, &app.called(), &[("json", &json), ("svg", &svg)]) {
                Ok(names) => format!("saved {}", names.join(" and ")),
                Err(e) => format!("✗ not saved: {e}"),
            };
            app.say(said);
        }
        Wants::Copy => {
            let chosen = app.chosen();
            if chosen.is_empty() {
                app.say("nothing is selected".to_owned());
            } else {
                execute!(io::stdout(), CopyToClipboard::to_clipboard_from(&chosen))?;
                app.say(format!("copied {chosen}"));
            }
        }
    }
    Ok(())
}

/// Writes new files, never over old ones: `foresend-overview-day-23.json`, `…-2.json`.
fn save(folder: &Path, called: &str, texts: &[(&str, &str)]) -> io::Result<Vec<String>> {
    let mut number = 1;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let name = |ending: &str| format!("foresend-{called}{suffix}.{ending}");
        if texts.iter().any(|(ending, _)| folder.join(name(ending)).exists()) {
            number += 1;
            continue;
        }
        let mut names = Vec::new();
        for (ending, text) in texts {
            let mut file =
                OpenOptions::new().write(true).create_new(true).open(folder.join(name(ending)))?;
            file.write_all(text.as_bytes())?;
            names.push(name(ending));
        }
        return Ok(names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            || save(folder.path(), "overview-day-1", &[("json", "{}"), ("svg", "<svg/>")]).unwrap();
        assert_eq!(write(), ["foresend-overview-day-1.json", "foresend-overview-day-1.svg"]);
        assert_eq!(write(), ["foresend-overview-day-1-2.json", "foresend-overview-day-1-2.svg"]);
    }
}
