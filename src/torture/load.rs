//! `foresend torture load`: an engine under load that says what it has acknowledged, until it is killed. It is what
//! `torture kill` kills.

use super::kill;
use crate::engine;
use crate::failure::Failure;
use foresend_core::chance;
use foresend_core::id::CustomerId;
use foresend_core::time::Timestamp;
use foresend_engine::entry::{Call, ConsentTo, Entry, Line, Origin, Said, Told, Value};
use foresend_engine::host::{Engine, Handover};
use foresend_engine::journal::Class;
use foresend_engine::mail::{Answer, Envelope, Pace, Renderer, Site, Wire};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Run an engine under load until it is killed; a part of `torture kill`
#[derive(clap::Args)]
#[command(hide = true)]
pub(crate) struct Arguments {
    /// The folder of everything that is held
    #[arg(long, value_name = "DIR")]
    data: PathBuf,

    /// What calls are drawn from; their message ids begin with it
    #[arg(long, value_name = "SEED")]
    seed: u64,
}

/// Appends on their way at a time.
const AHEAD: usize = 16;
/// Calls in each.
const CALLS: u64 = 20;

/// Runs it: one line on stdout for each append that was acknowledged: the place of its first entry, and how many there are.
///
/// # Errors
/// Where the engine cannot run. It ends only so, or by being killed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let settings = kill::settings(&arguments.data);
    let sent = Sent::open(&kill::sent(&arguments.data));
    let sent = sent.map_err(|e| Failure::run("the file of what was sent cannot be opened", &e))?;
    let handover = Handover {
        wire: Box::new(sent),
        renderer: Renderer::new(Site::default()),
        pace: Pace::default(),
        hears: Box::new(|_| {}),
    };
    actix::System::new().block_on(async {
        let opened = Engine::open(&settings, Some(&kill::program()), Some(handover)).await;
        let engine = opened.map_err(|error| engine::failure(&error))?;
        load(&engine, arguments.seed).await
    })
}

async fn load(engine: &Engine, seed: u64) -> Result<(), Failure> {
    let (told, answers) = mpsc::channel();
    let (mut number, mut on_way) = (0, 0);
    loop {
        while on_way < AHEAD {
            let mut entries = Vec::new();
            for _ in 0..CALLS {
                call(engine, seed, number, &mut entries);
                number += 1;
            }
            let count = u32::try_from(CALLS).expect("it is small");
            let told = told.clone();
            let done = Box::new(move |answer| told.send(answer).unwrap_or_default());
            engine.intake().append(Class::Event, entries, count, done);
            on_way += 1;
        }
        // The engine's own threads and this one's actors go on meanwhile.
        actix::clock::sleep(std::time::Duration::from_millis(1)).await;
        engine.status().await.map_err(|error| engine::failure(&error))?;
        let mut lines = String::new();
        for answer in answers.try_iter() {
            on_way -= 1;
            if let Ok(first) = answer {
                lines += &format!("{} {CALLS}\n", first.0);
            }
        }
        let mut out = io::stdout().lock();
        out.write_all(lines.as_bytes())?;
        out.flush()?;
    }
}

/// One call of one of some customers.
fn call(engine: &Engine, seed: u64, number: u64, entries: &mut Vec<u8>) {
    let drawn = |index| chance::bits(chance::join(seed, number), index);
    let user = kill::user(drawn(0));
    let whom = CustomerId::of(engine.id_key(), &user);
    let (order, email) = (format!("o-{seed}-{number}"), format!("{user}@torture.example"));
    let line = Line { product: "p-1", quantity: 1, price: 100_000 };
    let consent = |topic, to| Said::Consent { topic, to, cause: None, proof: "" };
    let track = |event, properties| Said::Track { event, properties, products: vec![line] };
    let said = match drawn(1) % 10 {
        0 => Said::Profile { traits: vec![("email", Value::Text(&email))], timezone: None },
        1 => consent("offers", ConsentTo::Consent),
        2 => consent("orders", ConsentTo::Contract),
        3..=5 => track("Product Added", Vec::new()),
        6 => track("Order Completed", vec![("order_id", Value::Text(&order))]),
        _ => track("Product Viewed", vec![("product_id", Value::Text("p-1"))]),
    };
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    let message = chance::join(chance::mix(seed), number);
    let call = Call { user: &user, message, at, origin: Origin::Live, said };
    Entry::Of(whom, Told::Call(call)).write(entries).expect("it is short");
}

/// A wire that writes down each mail that it took: what stands there has left.
struct Sent {
    file: File,
    answers: VecDeque<Answer>,
}

impl Sent {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file, answers: VecDeque::new() })
    }
}

impl Wire for Sent {
    fn send(&mut self, mail: Envelope) {
        let send = mail.send;
        let line = format!("{} {} {}\n", mail.id, send.journey.0, send.step.0);
        // A line that was not written has not left.
        let outcome = match self.file.write_all(line.as_bytes()) {
            Ok(()) => foresend_engine::entry::Outcome::Accepted,
            Err(_) => foresend_engine::entry::Outcome::Deferred,
        };
        self.answers.push_back(Answer::of(&mail, outcome));
    }

    fn answer(&mut self) -> Option<Answer> {
        self.answers.pop_front()
    }
}
