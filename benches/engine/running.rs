//! An engine in this process, on a real disk, and the way into it: appends of which so many stand at a time, each timed
//! until it is acknowledged.

use foresend_core::time::Timestamp;
use foresend_engine::entry::Seq;
use foresend_engine::host::{Engine, Status};
use foresend_engine::journal::{Class, Intake, Refused};
use foresend_engine::settings::Settings;
use foresend_program::Sources;
use hdrhistogram::Histogram;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// An engine that runs.
pub(crate) struct Running {
    system: actix::SystemRunner,
    pub(crate) engine: Engine,
}

/// Those of an operator who wrote none, with the data in `folder`.
pub(crate) fn settings(folder: &Path) -> Settings {
    Settings { data: folder.join("data"), ..Settings::default() }
}

impl Running {
    pub(crate) fn open(settings: &Settings, program: Option<&Sources>) -> Self {
        let system = actix::System::new();
        let opened = system.block_on(Engine::open(settings, program, None));
        let engine = opened.expect("a folder of ours");
        Self { system, engine }
    }

    /// Returns when everything durable is applied.
    pub(crate) fn applied(&self) {
        self.system.block_on(self.engine.applied()).expect("it runs");
    }

    pub(crate) fn status(&self) -> Status {
        self.system.block_on(self.engine.status()).expect("it runs")
    }

    pub(crate) fn close(self) {
        let Self { system, engine } = self;
        system.block_on(engine.close()).expect("it ran");
    }
}

/// An append, by its number, was answered after so long.
type Answer = (u64, Duration, Result<Seq, Refused>);

/// Somebody who appends.
pub(crate) struct Submitter {
    intake: Intake,
    to: Sender<Answer>,
    answers: Receiver<Answer>,
    number: u64,
    standing: u32,
    /// So many appends may stand.
    most: u32,
    /// From when each was wanted until it was acknowledged, in microseconds.
    pub(crate) waited: Histogram<u64>,
    /// How often the engine said "not now".
    pub(crate) refused: u64,
}

/// A refusal for want of room is tried again so much later.
const AGAIN: Duration = Duration::from_millis(1);

impl Submitter {
    pub(crate) fn new(intake: Intake, most: u32) -> Self {
        let (to, answers) = channel();
        let waited = Histogram::new_with_bounds(1, 600_000_000, 3).expect("bounds it takes");
        Self { intake, to, answers, number: 0, standing: 0, most, waited, refused: 0 }
    }

    /// Appends; waits while too many stand, or the engine says "not now". `wanted`: since when the answer is waited for.
    pub(crate) fn submit(&mut self, wanted: Instant, entries: &[u8], count: u32) {
        while self.standing >= self.most {
            let answer = self.answers.recv().expect("an answer");
            self.hear(answer);
        }
        loop {
            self.number += 1;
            let (number, to) = (self.number, self.to.clone());
            // Whoever left does not want the answer any more.
            let done =
                Box::new(move |answer| to.send((number, wanted.elapsed(), answer)).unwrap_or(()));
            self.standing += 1;
            self.intake.append(Class::Event, entries.to_vec(), count, done);
            let mut taken = true;
            while let Ok(answer) = self.answers.try_recv() {
                let is_refusal = answer.0 == number && answer.2.is_err();
                taken &= !is_refusal;
                self.hear(answer);
            }
            if taken {
                return;
            }
            thread::park_timeout(AGAIN);
        }
    }

    /// Returns when everything is answered.
    pub(crate) fn finish(&mut self) {
        while self.standing > 0 {
            let answer = self.answers.recv().expect("an answer");
            self.hear(answer);
        }
    }

    fn hear(&mut self, (_, after, answer): Answer) {
        self.standing -= 1;
        match answer {
            Ok(_) => {
                let after = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
                self.waited.saturating_record(after);
            }
            Err(Refused::Full { .. } | Refused::Behind { .. }) => self.refused += 1,
            Err(why) => panic!("{why}"),
        }
    }
}

/// The wall clock.
pub(crate) fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    Timestamp::from_millis(i64::try_from(since.as_millis()).expect("a clock of our age"))
}

/// Microseconds as people read them.
#[expect(clippy::cast_precision_loss, reason = "a figure to three digits")]
pub(crate) fn ms(us: u64) -> String {
    let ms = us as f64 / 1e3;
    if ms < 10.0 { format!("{ms:.2} ms") } else { format!("{ms:.0} ms") }
}

/// So many a second.
#[expect(clippy::cast_precision_loss, reason = "a figure to three digits")]
pub(crate) fn rate(number: u64, took: Duration) -> f64 {
    number as f64 / took.as_secs_f64()
}
