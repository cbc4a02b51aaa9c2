//! However the dashboard ends, the terminal is as it was: after a panic of whatever is shown, too.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod pty;

use foresend_insight::board::Board;
use foresend_insight::board::customer::CustomerBoard;
use foresend_tui::source::{Play, Source, Status};
use foresend_tui::terminal::{Options, run};
use portable_pty::CommandBuilder;
use pty::Pty;
use std::env;
use std::time::Duration;

/// A source that breaks when it is asked for another day.
struct Breaks;

impl Source for Breaks {
    fn poll(&mut self, _: Duration) -> bool {
        false
    }

    fn status(&self) -> Status {
        Status::Stopped { day: 7, days: 9 }
    }

    fn windows(&self) -> &[&'static str] {
        &["1 d"]
    }

    fn board(&self, _: usize) -> Option<Board> {
        None
    }

    fn play(&mut self, _: Play) -> bool {
        panic!("the source broke")
    }

    fn is_played(&self) -> bool {
        true
    }

    fn customer(&mut self, _: &str) -> Result<CustomerBoard, String> {
        Err("nobody".to_owned())
    }
}

const IN_A_TERMINAL: &str = "FORESEND_TEST_IN_A_TERMINAL";

/// What runs in the terminal: this test again, with the variable set.
#[test]
fn shows_a_source_that_breaks() {
    if env::var_os(IN_A_TERMINAL).is_some() {
        run(Box::new(Breaks), &Options { is_light: Some(false), ..Options::default() }).unwrap();
    }
}

fn broken() -> Pty {
    let mut command = CommandBuilder::new(env::current_exe().unwrap());
    command.args(["--exact", "shows_a_source_that_breaks", "--nocapture"]);
    command.env(IN_A_TERMINAL, "1");
    let mut pty = Pty::start(command, (80, 24));
    pty.until_shown("day 7 of 9");
    assert!(pty.is_taken());
    pty
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_told_on_it() {
    let mut pty = broken();
    pty.press(".");
    let (status, text) = pty.ends();
    assert!(!status.success() && text.contains("the source broke"), "{text}");
}

#[test]
fn a_signal_gives_the_terminal_back_and_ends_the_process() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let pty = broken();
        pty.signal(signal);
        let (status, _) = pty.ends();
        assert!(status.signal().is_some(), "{signal}: {status:?}");
    }
}

#[test]
fn stopped_it_gives_the_terminal_back_and_takes_it_again_when_it_goes_on() {
    // By the key, and by the signal of another process.
    for by_key in [true, false] {
        let mut pty = broken();
        if by_key {
            pty.press("\x1a");
        } else {
            pty.signal("-TSTP");
        }
        pty.until("the stop", |pty| pty.is_stopped());
        pty.until("the terminal given back", |pty| !pty.is_taken());
        pty.signal("-CONT");
        pty.until("the terminal taken again", |pty| pty.is_taken());
        pty.until_shown("day 7 of 9");
        pty.press("q");
        assert!(pty.ends().0.success());
    }
}

#[test]
fn another_size_is_drawn_anew() {
    let mut pty = broken();
    pty.resize((50, 12));
    pty.until_shown("this is 50 × 12");
    pty.resize((130, 30));
    pty.until_shown("6 Customer ");
    pty.press("q");
    assert!(pty.ends().0.success());
}

#[test]
fn without_a_terminal_it_does_not_go_on() {
    broken().hang_up();
}
