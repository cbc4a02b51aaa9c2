//! `foresend serve` and `torture`: the engine as its operator starts, watches and stops it, by the built binary.

use crate::Run;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

const PROGRAM: &str = r#"brand    = "A Shop"
from     = "A Shop <hello@shop.example>"
postal   = "Somewhere 1"
zone     = "Europe/London"
currency = "GBP"

[topics]
orders = { says = "About your orders", basis = "contract" }
offers = { says = "Reminders", basis = "consent" }
"#;
const JOURNEY: &str = r#"topic = "orders"
on    = "Order Completed"
key   = "order_id"
again = "always"
steps = [{ id = "thanks", send = "thanks" }]
"#;
const MAIL: &str = "+++\nsubject = \"Thank you\"\ngives = \"a word\"\n+++\nYour order {{ event.order_id }} is here.\n";
/// They are from when they arrive.
const CALLS: &str = r#"{"type":"identify","userId":"u-1","traits":{"email":"u@customers.example"},"messageId":"m-1"}
{"type":"consent","userId":"u-1","topic":"orders","to":"given","basis":"contract","proof":"test","messageId":"m-2"}
{"type":"track","userId":"u-1","event":"Order Completed","properties":{"order_id":"10023","revenue":5},"messageId":"m-3"}
"#;

/// How long anything may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);

fn shop(folder: &Path) {
    for sub in ["shop/journeys", "shop/mails"] {
        fs::create_dir_all(folder.join(sub)).unwrap();
    }
    fs::write(folder.join("shop/program.toml"), PROGRAM).unwrap();
    fs::write(folder.join("shop/journeys/order.toml"), JOURNEY).unwrap();
    fs::write(folder.join("shop/mails/thanks.md"), MAIL).unwrap();
    fs::write(folder.join("calls.ndjson"), CALLS).unwrap();
}

/// An engine that serves, until it is dropped.
struct Serving {
    child: Child,
    lines: Receiver<String>,
    address: String,
    said: String,
}

impl Serving {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut command = Run::within(folder, &all).command;
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || {
            // It ends with the process, or with the test.
            err.lines().map_while(Result::ok).all(|line| told.send(line + "\n").is_ok())
        });
        let mut serving = Self { child, lines, address: String::new(), said: String::new() };
        let line = serving.hear("accepting after");
        let address = line.split("http://").nth(1).unwrap().split(',').next().unwrap();
        serving.address = address.to_owned();
        serving
    }

    /// Reads on until it says something with these words; returns that line.
    fn hear(&mut self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|e| panic!("{words}? {e}; it said: {}", self.said));
            self.said += &line;
            if line.contains(words) {
                return line;
            }
        }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks until the answer has these words.
    fn ask(&self, path: &str, words: &str) -> String {
        until(|| Some(self.get(path)).filter(|answer| answer.contains(words)), words)
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Stops it as an operator does, and returns everything it said.
    fn stop(mut self) -> String {
        self.signal("-TERM");
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        std::mem::take(&mut self.said) + &self.lines.iter().collect::<String>()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill()); // it may have ended
        drop(self.child.wait());
    }
}

fn until<T>(mut there: impl FnMut() -> Option<T>, what: &str) -> T {
    let began = Instant::now();
    loop {
        if let Some(there) = there() {
            return there;
        }
        assert!(began.elapsed() < PATIENCE, "{what} does not come");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn captured(folder: &Path) -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(folder.join("data/captured")) else { return Vec::new() };
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "eml"));
    files.sort();
    files
}

#[test]
fn what_was_fed_becomes_a_mail_once_whatever_happens_to_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    shop(folder);
    let fed = Run::within(folder, &["feed", "calls.ndjson", "--dev", "shop"]).said();
    assert_eq!((fed.code, captured(folder)), (Some(0), Vec::new()));

    let serving = Serving::start(folder, &[]);
    let mail = until(|| captured(folder).pop(), "the mail");
    serving.ask("/readyz", "\"ready\"");
    assert!(serving.get("/healthz").starts_with("HTTP/1.1 200 OK"));
    let metrics = serving.ask("/metrics", "foresend_sends_total{outcome=\"accepted\"} 1");
    assert!(metrics.contains("\nforesend_state{state=\"ready\"} 1\n"), "{metrics}");
    assert!(serving.get("/other").starts_with("HTTP/1.1 404"));
    let second = Run::within(folder, &["feed", "calls.ndjson"]).said();
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("in use by process"), "{}", second.err);
    let said = serving.stop();
    assert!(said.ends_with("foresend: stopped\n"), "{said}");
    let text = fs::read_to_string(&mail).unwrap();
    assert!(text.contains("To: u@customers.example\r\n"), "{text}");
    assert!(text.contains("Your order 10023 is here."), "{text}");

    // Once more, killed at once, and once more: the mail has left, and does not leave again.
    let mut killed = Serving::start(folder, &[]);
    killed.signal("-KILL");
    killed.child.wait().unwrap();
    fs::remove_file(&mail).unwrap();
    let mut serving = Serving::start(folder, &[]);
    serving.hear("ready after");
    let said = serving.stop();
    assert!(said.ends_with("foresend: stopped\n"), "{said}");
    assert_eq!(captured(folder), Vec::<PathBuf>::new());
}

#[test]
fn with_dev_the_folder_runs_as_it_is_and_its_mistakes_stop_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    shop(folder);
    let mail = folder.join("shop/mails/thanks.md");
    let mut serving = Serving::start(folder, &["--dev", "shop"]);
    serving.hear("ready after");
    fs::write(&mail, MAIL.replace("Your order", "Your {{ parcel }}")).unwrap();
    serving.hear("the version before goes on");
    fs::write(&mail, MAIL.replace("is here", "has come")).unwrap();
    let line = serving.hear(" runs as ");
    assert!(line.starts_with("foresend: shop runs as "), "{line}");
    fs::write(&mail, MAIL.to_owned() + "\n[[review]]\n").unwrap();
    assert_ne!(serving.hear(" runs as "), line);
    serving.hear("1 mail cannot be made in this version, and will not leave");
    serving.hear("mails/thanks.md: the block `review`");
    serving.stop();
}

#[test]
fn what_cannot_be_served_is_said_in_a_sentence_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let serve = |arguments: &[&str]| {
        let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let said = Run::within(folder, &all).said();
        (said.code, said.err)
    };
    let none =
        "error: no program is published in data\n  help: name the folder of one: --dev PROGRAM\n";
    assert_eq!(serve(&[]), (Some(2), none.to_owned()));
    let (code, said) = serve(&["--dev", "shop"]);
    assert!(code == Some(2) && said.starts_with("error: no program folder shop"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = Run::within(folder, &["serve", "--listen", &address]).said();
    assert_eq!(said.code, Some(1));
    assert_eq!(said.err, format!("error: cannot listen at {address}: address already in use\n"));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn tortured_it_loses_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let sim = Run::within(folder.path(), &["torture", "sim", "--histories", "50"]).said();
    assert_eq!(sim.code, Some(0), "{sim}");
    assert!(sim.out.ends_with("0 entries lost, 0 marketing mails doubled, 0 customers astray\n"));
    let again = Run::within(folder.path(), &["torture", "sim", "--histories", "50"]).said();
    assert_eq!(sim.out, again.out, "the same seeds, the same histories");
    let kill = ["torture", "kill", "--rounds", "3", "--flips", "20", "--data", "work"];
    let said = Run::within(folder.path(), &kill).said();
    assert_eq!(said.code, Some(0), "{said}");
    for line in ["  0  of them lost\n", "  0  marketing mails sent twice\n"] {
        assert!(said.out.contains(line), "{said}");
    }
    assert!(said.out.contains("  0  flipped bytes that went unnoticed\n"), "{said}");
    let said = Run::within(folder.path(), &kill).said();
    assert_eq!(said.code, Some(2));
    assert!(said.err.starts_with("error: work is not empty\n"), "{said}");
}
