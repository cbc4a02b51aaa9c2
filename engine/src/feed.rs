//! Calls from a file or a pipe, one JSON object a line, as entries for the journal. A file is checked as a whole before
//! anything of it is taken; a pipe cannot be read twice, so what is wrong in it is told of and left out.
//! Invariant: memory does not grow with the input, nor with the length of a line.

use crate::entry::{Entry, Origin};
use foresend_core::id::IdKey;
use foresend_core::time::Timestamp;
use foresend_program::call::{self, Arrival, Bad, Called, Why};
use std::io::{self, BufRead};

/// Wrong lines that are kept to be told of; the others are counted.
pub const WRONG_MAX: usize = 20;
/// A batch is handed on when it has so many calls,
const BATCH_CALLS: u32 = 1_000;
/// or so many bytes.
const BATCH_BYTES: usize = 256 << 10;

/// Takes entries.
pub trait Sink {
    /// Why it could not.
    type Error;

    /// Takes `count` entries, one after the other in `entries`; waits where there is no room. When it returns they may not
    /// be durable yet.
    ///
    /// # Errors
    /// Where nothing more is taken.
    fn submit(&mut self, entries: Vec<u8>, count: u32) -> Result<(), Self::Error>;
}

/// What was read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Read {
    /// Lines, those with nothing in them included.
    pub lines: u64,
    /// Calls that something is made of.
    pub calls: u64,
    /// Calls that nothing is made of: group and alias yet, product where it is history.
    pub not_used: u64,
    /// Lines that are no call.
    pub wrong: u64,
    /// The first [`WRONG_MAX`] of them: their line, from 1, and what is wrong with it.
    pub told: Vec<(u64, Bad)>,
}

/// Why not everything was fed.
#[derive(Debug)]
pub enum FeedError<E> {
    /// The input cannot be read on.
    Read(io::Error),
    /// The sink takes no more.
    Sink(E),
}

/// Reads all of `input` and hands nothing on. `now`: when it is read.
///
/// # Errors
/// What the input answers.
pub fn check(input: &mut dyn BufRead, now: Timestamp, origin: Origin) -> io::Result<Read> {
    let mut read = Read::default();
    let mut line = Vec::new();
    while next(input, &mut line)? {
        let one = call::parse(&line, &Arrival::in_file(now));
        read.count(&line, one.map(|called| is_used(&called, origin)));
    }
    Ok(read)
}

/// Hands every call of `input` to `sink`, under the key of the world. `now` is asked for the moment at which a batch begins:
/// the time of calls that have none. `seen` is told how far it is, after each batch.
///
/// # Errors
/// [`FeedError`]; what was handed on until then stays so.
pub fn feed<S: Sink>(
    input: &mut dyn BufRead,
    now: &dyn Fn() -> Timestamp,
    (key, origin): (IdKey, Origin),
    sink: &mut S,
    seen: &mut dyn FnMut(&Read),
) -> Result<Read, FeedError<S::Error>> {
    let mut read = Read::default();
    let mut line = Vec::new();
    let (mut entries, mut count, mut arrival) = (Vec::new(), 0, Arrival::in_file(now()));
    let mut more = true;
    while more {
        more = next(input, &mut line).map_err(FeedError::Read)?;
        if more {
            let one = call::parse(&line, &arrival).map(|called| {
                if !is_used(&called, origin) {
                    return false;
                }
                let entry = Entry::of_call(&called, key, origin);
                entry.write(&mut entries).expect("a call is far shorter than an entry may be");
                count += 1;
                true
            });
            read.count(&line, one);
        }
        if count == BATCH_CALLS || entries.len() >= BATCH_BYTES || (!more && count > 0) {
            sink.submit(std::mem::take(&mut entries), count).map_err(FeedError::Sink)?;
            (count, arrival) = (0, Arrival::in_file(now()));
            seen(&read);
        }
    }
    Ok(read)
}

impl Read {
    fn count(&mut self, line: &[u8], one: Result<bool, Bad>) {
        self.lines += 1;
        match one {
            Ok(true) => self.calls += 1,
            Ok(false) => self.not_used += 1,
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(Bad { why: Why::NotUsedYet, .. }) => self.not_used += 1,
            Err(bad) => {
                self.wrong += 1;
                if self.told.len() < WRONG_MAX {
                    self.told.push((self.lines, bad));
                }
            }
        }
    }
}

/// Whether anything is made of the call: what happened to a product in the past is nobody's news.
const fn is_used(called: &Called<'_>, origin: Origin) -> bool {
    match (called, origin) {
        (Called::Customer(_), _) | (Called::Product { .. }, Origin::Live) => true,
        (Called::Product { .. }, Origin::Backfill) => false,
    }
}

/// The next line without its end; of one that is too long for a call, as much as tells so. `false`: there is none.
fn next(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let bytes = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let part = bytes.iter().take(end.unwrap_or(bytes.len()));
        let room = (call::BYTES_MAX + 2).saturating_sub(line.len());
        line.extend(part.take(room));
        let used = end.map_or(bytes.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Told, each};
    use std::io::BufReader;

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    #[derive(Default)]
    struct Taken {
        batches: Vec<(Vec<u8>, u32)>,
        most: usize,
    }

    impl Sink for Taken {
        type Error = &'static str;

        fn submit(&mut self, entries: Vec<u8>, count: u32) -> Result<(), &'static str> {
            if self.batches.len() == self.most {
                return Err("full");
            }
            self.batches.push((entries, count));
            Ok(())
        }
    }

    /// Reads `text` through a window of a few bytes, as a pipe may hand it over.
    fn fed(text: &str, most: usize) -> (Result<Read, FeedError<&'static str>>, Taken) {
        let mut taken = Taken { most, ..Taken::default() };
        let mut input = BufReader::with_capacity(7, text.as_bytes());
        let whose = (IdKey(1), Origin::Backfill);
        let read = feed(&mut input, &|| NOW, whose, &mut taken, &mut |_| ());
        (read, taken)
    }

    fn users(taken: &Taken) -> Vec<String> {
        let entries = taken.batches.iter().flat_map(|(entries, _)| each(entries));
        let user = |raw: crate::entry::Raw<'_>| {
            let Ok(Entry::Of(_, Told::Call(call))) = raw.read() else { panic!("{raw:?}") };
            assert_eq!((call.origin, call.at), (Origin::Backfill, NOW));
            call.user.to_owned()
        };
        entries.map(|raw| user(raw.unwrap())).collect()
    }

    fn track(user: &str) -> String {
        format!(r#"{{"type":"track","event":"E","userId":"{user}"}}"#)
    }

    #[test]
    fn every_call_is_handed_on_and_what_is_wrong_is_told_by_its_line() {
        let long = track(&"x".repeat(40_000));
        let text = [
            &*track("a"),
            "",
            "{",
            &(track("b") + "\r"),
            r#"{"type":"group","userId":"c"}"#,
            &long,
            &track("d"),
        ]
        .join("\n");
        let (read, taken) = fed(&text, 9);
        let read = read.unwrap();
        assert_eq!((read.lines, read.calls, read.not_used, read.wrong), (7, 3, 1, 2));
        let told: Vec<_> = read.told.iter().map(|(line, bad)| (*line, bad.why)).collect();
        assert_eq!(told, [(3, Why::Json), (6, Why::Size)]);
        assert_eq!(users(&taken), ["a", "b", "d"]);
        assert_eq!(
            check(&mut text.as_bytes(), NOW, Origin::Live).unwrap(),
            read,
            "checked as it is fed"
        );
    }

    #[test]
    fn batches_are_bounded_and_lose_nothing() {
        let text: String = (0..2_500).map(|i| track(&i.to_string()) + "\n").collect();
        let (read, taken) = fed(&text, 9);
        assert_eq!(read.unwrap().calls, 2_500);
        let counts: Vec<u32> = taken.batches.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [1_000, 1_000, 500]);
        assert_eq!(users(&taken), (0..2_500).map(|i| i.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn a_sink_that_takes_no_more_ends_it() {
        let text: String = (0..2_500).map(|i| track(&i.to_string()) + "\n").collect();
        let (read, taken) = fed(&text, 1);
        assert!(matches!(read, Err(FeedError::Sink("full"))), "{read:?}");
        assert_eq!(users(&taken).len(), 1_000);
    }

    #[test]
    fn only_the_first_wrong_lines_are_kept() {
        let read = check(&mut "[]\n".repeat(50).as_bytes(), NOW, Origin::Live).unwrap();
        assert_eq!((read.wrong, read.told.len()), (50, WRONG_MAX));
        assert_eq!(check(&mut &b""[..], NOW, Origin::Live).unwrap(), Read::default());
    }
}
