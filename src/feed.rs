//! `foresend feed`: calls from a file or a pipe into an engine's journal, as if they had come in just now. `import` does the
//! same with history.

use crate::failure::{Failure, plainly};
use crate::report::number::{count, counted};
use crate::{open, output, settings};
use foresend_core::id::IdKey;
use foresend_core::time::Timestamp;
use foresend_engine::entry::Origin;
use foresend_engine::feed::{self, FeedError, Read, Sink};
use foresend_engine::settings::Settings;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Feed calls from a file or a pipe, one JSON object a line, as if they came in now
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend feed events.ndjson --dev scenarios/shop
  foresend generate scenarios/cart-recovery.toml --out - | foresend feed - --dev scenarios/shop

A file is checked as a whole first: where one line is wrong, nothing of it is taken. Of a pipe,
wrong lines are told of and left out. Journeys start and go on; mails that come due stay ready
until `foresend serve` hands them over.

Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done, 3 lines of a pipe
were left out.")]
#[group(skip)]
pub(crate) struct Arguments {
    /// The file; - is stdin
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The folder of a program that runs from here on, as if it had been published
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) dev: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: settings::Arguments,
}

/// An engine, as far as feeding it goes.
pub(crate) trait Host: Sink<Error = Failure> {
    /// What external ids are hashed under.
    fn key(&self) -> IdKey;

    /// Everything handed on is durable and applied when this returns.
    ///
    /// # Errors
    /// Where that could not be.
    fn close(self) -> Result<(), Failure>;
}

/// Runs it, with the engine that `host` opens.
///
/// # Errors
/// Where the input is wrong, or the engine cannot run.
pub(crate) fn run<H: Host>(
    arguments: &Arguments,
    origin: Origin,
    host: impl FnOnce(&Settings, Option<&Path>) -> Result<H, Failure>,
) -> Result<(), Failure> {
    let settings = arguments.settings.open()?;
    let host = |settings: &Settings| host(settings, arguments.dev.as_deref());
    if arguments.file == Path::new("-") {
        return pour(&mut io::stdin().lock(), "stdin", origin, host(&settings)?);
    }
    let name = open::show(&arguments.file);
    let opened = || {
        let unread =
            |e: io::Error| Failure::input(format!("{name} cannot be read: {}", plainly(&e)));
        File::open(&arguments.file).map(BufReader::new).map_err(unread)
    };
    let read = feed::check(&mut opened()?, now(), origin)
        .map_err(|e| Failure::input(format!("{name} cannot be read: {}", plainly(&e))))?;
    if read.wrong > 0 {
        output::talk(&wrong_lines(&name, &read));
        return Err(Failure::input(format!("{name} is wrong, and nothing of it was taken"))
            .help(format!("mend it, or leave those lines out: foresend feed - < {name}")));
    }
    pour(&mut opened()?, &name, origin, host(&settings)?)
}

/// Hands on all of `input`.
fn pour<H: Host>(
    input: &mut dyn BufRead,
    name: &str,
    origin: Origin,
    mut host: H,
) -> Result<(), Failure> {
    let bar = output::Bar::new("feeding");
    let mut seen = |read: &Read| {
        bar.at(read.calls, read.calls, |_, _| counted(read.calls, "call"));
    };
    let whose = (host.key(), origin);
    let fed = feed::feed(input, &now, whose, &mut host, &mut seen);
    drop(bar);
    let closed = host.close();
    let read = fed.map_err(|error| match error {
        FeedError::Read(e) => Failure::run(format!("{name} cannot be read to its end"), &e),
        FeedError::Sink(failure) => failure,
    })?;
    closed?;
    output::talk(&summary(name, &read));
    if read.wrong > 0 { Err(Failure::Missed) } else { Ok(()) }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn summary(name: &str, read: &Read) -> String {
    let mut text = format!("{name}: {} taken", counted(read.calls, "call"));
    if read.not_used > 0 {
        text +=
            &format!(", {} not used", counted(read.not_used, "group, alias or past product call"));
    }
    text = text.replace('\u{a0}', " ");
    text.push('\n');
    if read.wrong > 0 {
        text += &wrong_lines(name, read);
    }
    text
}

/// One line each: `events.ndjson:3: …`, as editors and compilers write places.
fn wrong_lines(name: &str, read: &Read) -> String {
    let mut text: String =
        read.told.iter().map(|(line, bad)| format!("{name}:{line}: {bad}\n")).collect();
    let more = read.wrong.saturating_sub(read.told.len() as u64);
    if more > 0 {
        text += &format!("and {} more wrong lines\n", count(more));
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use clap::Parser;
    use std::cell::RefCell;
    use std::rc::Rc;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        feed: Arguments,
    }

    /// Counts what it takes, and whether it was closed.
    #[derive(Default, Clone)]
    pub(crate) struct Counts(Rc<RefCell<(u32, bool)>>);

    impl Sink for Counts {
        type Error = Failure;
        fn submit(&mut self, _: Vec<u8>, count: u32) -> Result<(), Failure> {
            self.0.borrow_mut().0 += count;
            Ok(())
        }
    }

    impl Host for Counts {
        fn key(&self) -> IdKey {
            IdKey(1)
        }
        fn close(self) -> Result<(), Failure> {
            self.0.borrow_mut().1 = true;
            Ok(())
        }
    }

    const CALL: &str = "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"E\"}\n";

    fn fed(text: &str) -> (Result<(), Failure>, (u32, bool)) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events.ndjson");
        std::fs::write(&file, text).unwrap();
        let line = Line::parse_from(["feed", file.to_str().unwrap(), "--data", "d"]);
        let counts = Counts::default();
        let result = run(&line.feed, Origin::Live, |settings, _| {
            assert_eq!(settings.data, Path::new("d"));
            Ok(counts.clone())
        });
        let seen = *counts.0.borrow();
        (result, seen)
    }

    #[test]
    fn a_file_is_taken_whole_or_not_at_all() {
        assert_eq!(fed(&CALL.repeat(3)), (Ok(()), (3, true)));
        let (result, seen) = fed(&(CALL.repeat(3) + "{\n"));
        assert!(matches!(result, Err(Failure::Input(..))), "{result:?}");
        assert_eq!(seen, (0, false), "nothing was opened");
    }

    #[test]
    fn of_a_pipe_what_is_wrong_is_left_out_and_told() {
        let text = CALL.to_owned() + "{\n" + CALL;
        let counts = Counts::default();
        let result = pour(&mut text.as_bytes(), "stdin", Origin::Live, counts.clone());
        assert_eq!((result, *counts.0.borrow()), (Err(Failure::Missed), (2, true)));
    }

    #[test]
    fn wrong_lines_are_told_by_their_place_and_not_without_end() {
        let text = CALL.to_owned() + &"{\"type\":\"group\"}\n".repeat(2) + &"[]\n".repeat(1_022);
        let read = feed::check(&mut text.as_bytes(), now(), Origin::Live).unwrap();
        let told = summary("events.ndjson", &read);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines[0],
            "events.ndjson: 1 call taken, 2 group, alias or past product calls not used"
        );
        assert!(lines[1].starts_with("events.ndjson:4: it is not a JSON object; "), "{told}");
        assert_eq!((lines.len(), lines[21]), (22, "and 1,002 more wrong lines"));
    }
}
