//! What leaves the command: the only file that prints. Data and reports go to stdout, talk to stderr, and both
//! lose their escape codes where nobody would see colours (a pipe, `NO_COLOR`, `TERM=dumb`).

use crate::report::number::count;
use crate::report::page::{Letters, Paper};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::env;
use std::io::{self, IsTerminal, Write};

/// Reports are never wider, and are this wide in a pipe.
const WIDTH_MAX: usize = 100;
/// How often a second the progress line is drawn again.
const FRAMES: u8 = 8;

/// Prints to stdout what was asked for.
///
/// # Errors
/// Where stdout is closed or full.
pub(crate) fn data(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Stdout for what is written line by line.
pub(crate) fn raw() -> impl Write {
    io::BufWriter::new(io::stdout().lock())
}

/// Prints to stderr. Where that is closed there is nobody left to tell.
pub(crate) fn talk(text: &str) {
    let mut err = anstream::stderr().lock();
    drop(err.write_all(text.as_bytes()).and_then(|()| err.flush()));
}

/// What a report on stdout is written for.
pub(crate) fn paper() -> Paper {
    Paper { width: width(io::stdout().is_terminal()), letters: letters() }
}

/// Columns of a page: those of the terminal if it is written to one.
pub(crate) fn width(terminal: bool) -> usize {
    match terminal_size::terminal_size() {
        Some((terminal_size::Width(columns), _)) if terminal => usize::from(columns).min(WIDTH_MAX),
        Some(_) | None => WIDTH_MAX,
    }
}

/// Columns of what is told on stderr.
pub(crate) fn talk_width() -> usize {
    width(io::stderr().is_terminal())
}

/// The letters of the reader's locale. One that is not set has all of them: containers and CI seldom set it,
/// and read UTF-8.
pub(crate) fn letters() -> Letters {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(env::var_os)
        .find(|value| !value.is_empty());
    let Some(locale) = set else { return Letters::Unicode };
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    if locale.contains("utf-8") || locale.contains("utf8") {
        Letters::Unicode
    } else {
        Letters::Ascii
    }
}

/// One line on stderr that says how far a rehearsal is; only on a terminal, and gone at the end.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Customers of each world, and worlds.
    customers: u64,
    worlds: u64,
    /// Whether there is room for more than the bar.
    wide: bool,
}

impl Progress {
    /// A line for `customers` customers in each of `worlds` worlds; with `quiet` there is none.
    pub(crate) fn of(customers: u64, worlds: u64, quiet: bool) -> Self {
        let wide = talk_width() >= WIDTH_MAX;
        if quiet || !io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden(), customers, worlds, wide };
        }
        let target = ProgressDrawTarget::stderr_with_hz(FRAMES);
        let bar = ProgressBar::with_draw_target(Some(customers * worlds), target);
        let template = if wide {
            "  rehearsing  {bar:24}  {percent:>3} %  {msg}"
        } else {
            "  rehearsing  {bar:14}  {percent:>3} %  {msg}"
        };
        let style = ProgressStyle::with_template(template).expect("the templates above are some");
        bar.set_style(style.progress_chars(match letters() {
            Letters::Unicode => "━╸─",
            Letters::Ascii => "#> ",
        }));
        Self { bar, customers, worlds, wide }
    }

    /// So many customers are done in the world at `world`, with so many events in all worlds.
    #[expect(clippy::cast_precision_loss, reason = "a speed is shown to two digits")]
    pub(crate) fn at(&self, world: u64, customers: u64, events: u64) {
        let left = self.bar.eta().as_secs();
        self.bar.set_message(if self.wide {
            let speed = events as f64 / self.bar.elapsed().as_secs_f64().max(1e-3) / 1e6;
            let world = match self.worlds {
                1 => String::new(),
                worlds => format!("world {} of {worlds}  ", world + 1),
            };
            let done = format!("{} of {} customers", count(customers), count(self.customers));
            format!("{world}{done}  {speed:.1} M events/s  {left} s left")
        } else {
            format!("{left} s left")
        });
        self.bar.set_position(world * self.customers + customers);
    }
}

/// A line on stderr for what has stages; only on a terminal, and gone at the end.
pub(crate) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// `verb`: what is being done.
    pub(crate) fn new(verb: &str) -> Self {
        if !io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(FRAMES));
        let style = ProgressStyle::with_template(&format!("  {verb}  {{bar:16}}  {{msg}}"));
        bar.set_style(style.expect("it is one").progress_chars(match letters() {
            Letters::Unicode => "━╸─",
            Letters::Ascii => "#> ",
        }));
        Self { bar }
    }

    /// So much of this stage is done; `says` is told the seconds left in it and those since the beginning.
    pub(crate) fn at(&self, done: u64, of: u64, says: impl Fn(u64, f64) -> String) {
        if self.bar.is_hidden() {
            return;
        }
        if self.bar.length() != Some(of) || self.bar.position() > done {
            self.bar.set_length(of);
            self.bar.reset_eta();
        }
        let elapsed = self.bar.elapsed().as_secs_f64();
        self.bar.set_message(says(self.bar.eta().as_secs(), elapsed));
        self.bar.set_position(done);
    }

    /// A line that stays, above it.
    pub(crate) fn above(&self, text: &str) {
        self.bar.suspend(|| talk(&format!("  {text}\n")));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
