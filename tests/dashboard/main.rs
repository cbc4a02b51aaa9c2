//! The dashboard of the built command, in a terminal: start, keys, resizing, leaving; and what it says where it cannot
//! be shown.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../tui/tests/terminal/pty.rs"]
mod pty;

use portable_pty::CommandBuilder;
use pty::Pty;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// So few customers that an expectation of the scenario is missed: exit code 3.
const SCENARIO: [&str; 6] =
    ["simulate", "scenarios/whole-shop.toml", "--customers", "400", "--days", "30"];
const MISSED: i32 = 3;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn foresend(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_foresend"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap()
}

/// A recording of a small shop, with its report.
fn recorded(folder: &TempDir) -> (PathBuf, Value) {
    let path = folder.path().join("days.ndjson");
    let more = ["--world", "retail", "--record", path.to_str().unwrap(), "--json", "-"];
    let said = foresend(&[&SCENARIO[..], &more].concat());
    assert_eq!(said.status.code(), Some(MISSED), "{}", String::from_utf8_lossy(&said.stderr));
    (path, serde_json::from_slice(&said.stdout).unwrap())
}

fn in_a_terminal(arguments: &[&str], size: (u16, u16)) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_foresend"));
    command.args(arguments);
    command.cwd(root());
    Pty::start(command, size)
}

#[test]
fn a_recording_is_played_looked_through_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let (days, _) = recorded(&folder);
    let mut pty = in_a_terminal(&["dash", days.to_str().unwrap(), "--theme", "dark"], (80, 24));
    pty.until_shown("Caused by mail");
    pty.press(" >>>>>>");
    pty.until_shown("‖ day 30 of 30");
    pty.press("<");
    pty.until_shown("‖ day 23 of 30");
    pty.press(".");
    pty.until_shown("‖ day 24 of 30");
    pty.press("2");
    pty.until_shown("browse-abandonment");
    pty.resize((120, 40));
    pty.until_shown(" 6 Customer ");
    pty.until_shown("went on");
    pty.press("6/c-1\r");
    pty.until_shown("A recording keeps no customers");
    pty.press("?");
    pty.until_shown("these keys");
    pty.press("x");
    pty.resize((50, 12));
    pty.until_shown("Foresend needs 60 × 16; this is 50 × 12");
    pty.resize((80, 24));
    pty.until_shown("‖ day 24 of 30");
    pty.press("q");
    assert_eq!(pty.ends().0.exit_code(), 0);
}

#[test]
fn a_rehearsal_is_shown_and_its_report_follows() {
    let more = ["--tui", "--theme", "light", "--world", "retail"];
    let mut pty = in_a_terminal(&[&SCENARIO[..], &more].concat(), (100, 50));
    pty.until_shown("of 30");
    pty.press("6/c-7\r");
    pty.until_shown("c-0000000007 · ");
    pty.until_shown("Waits for");
    pty.press("q");
    let (status, text) = pty.ends();
    assert_eq!(status.exit_code(), MISSED.unsigned_abs(), "{text}");
    assert!(text.contains("A rehearsal is no forecast."), "{text}");
}

#[test]
fn a_rehearsal_that_is_left_early_says_so_by_its_exit_code() {
    let arguments = [
        "simulate",
        "scenarios/whole-shop.toml",
        "--customers",
        "5_000_000",
        "--tui",
        "--theme",
        "dark",
    ];
    let mut pty = in_a_terminal(&arguments, (100, 30));
    pty.until_shown("rehearsing");
    pty.press("q");
    assert_eq!(pty.ends().0.exit_code(), 130);
}

#[test]
fn it_is_stopped_goes_on_and_does_not_outlive_its_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (days, _) = recorded(&folder);
    let mut pty = in_a_terminal(&["dash", days.to_str().unwrap(), "--theme", "dark"], (80, 24));
    pty.until_shown("Caused by mail");
    pty.press("\x1a");
    pty.until("the stop", |pty| pty.is_stopped());
    pty.until("the terminal given back", |pty| !pty.is_taken());
    pty.signal("-CONT");
    pty.until("the terminal taken again", |pty| pty.is_taken());
    pty.until_shown("Caused by mail");
    pty.hang_up();
}

/// Numbers on the screen are those of the board, and the board's those of the report of the same rehearsal.
#[test]
fn what_is_shown_is_what_was_reported() {
    let folder = tempfile::tempdir().unwrap();
    let (days, report) = recorded(&folder);
    let text = std::fs::read_to_string(&days).unwrap();
    let recording = foresend_insight::recording::Recording::read(&text).unwrap();
    let board = foresend_insight::board::Board::of(&recording, 29, u32::MAX);
    let board: Value = serde_json::to_value(&board).unwrap();
    let mail = &report["mail"];
    for (of_board, of_report) in [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("opened", "opened_human"),
        ("opened_by_machines", "opened_machine"),
        ("clicked", "clicked_human"),
        ("clicked_by_machines", "clicked_machine"),
        ("unsubscribed", "unsubscribed"),
        ("complained", "complained"),
    ] {
        assert_eq!(board["funnel"][of_board], mail[of_report], "{of_board}");
    }
    assert_eq!(board["funnel"]["ordered"], report["cost"]["attributed_orders"]);
    let increment = &report["worlds"][0]["increment"]["orders"]["value"];
    assert_eq!(&board["caused"]["worlds"][0]["orders"], increment);
    let no_mail = &report["worlds"][0]["no_mail"]["orders"];
    assert_eq!(&board["caused"]["no_mail"]["orders"], no_mail);
    for (of_board, of_report) in
        board["journeys"].as_array().unwrap().iter().zip(report["journeys"].as_array().unwrap())
    {
        assert_eq!(of_board["name"], of_report["id"]);
        assert_eq!(of_board["funnel"]["sent"], of_report["mail"]["sent"]);
        for (row, step) in of_board["map"]["steps"]
            .as_array()
            .unwrap()
            .iter()
            .zip(of_report["steps"].as_array().unwrap())
        {
            assert_eq!(row["waiting"], step["waiting"], "{} {}", of_board["name"], row["name"]);
        }
    }
    // And on the screen.
    let mut pty = in_a_terminal(&["dash", days.to_str().unwrap(), "--theme", "dark"], (120, 40));
    pty.until_shown("Caused by mail");
    pty.press(" >>>>>>]]]");
    pty.until_shown("30 days to day 30");
    let shown = pty.text();
    let sent = board["funnel"]["sent"].as_u64().unwrap();
    assert!((100..1_000).contains(&sent), "{sent}: drawn as it is");
    let row = |name: &str| shown.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
    assert!(row("sent").contains(&format!(" {sent} ")), "{shown}");
    let share = |part: &str| {
        let of = |name: &str| board["funnel"][name].as_f64().unwrap();
        format!("{:.1} %", of(part) * 100.0 / of("delivered"))
    };
    for name in ["opened", "clicked", "ordered"] {
        assert!(row(name).contains(&share(name)), "{name} {}\n{shown}", share(name));
    }
    let orders = increment.as_i64().unwrap();
    let signed =
        if orders > 0 { format!("+{orders}") } else { orders.to_string().replace('-', "−") };
    assert!(shown.contains(&format!("retail{signed:>28}")), "{signed}\n{shown}");
    pty.press("q");
    assert!(pty.ends().0.success());
}

#[track_caller]
fn refused(arguments: &[&str], code: i32, says: &str) {
    let said = foresend(arguments);
    let told = String::from_utf8(said.stderr).unwrap();
    assert_eq!((said.status.code(), said.stdout.len()), (Some(code), 0), "{told}");
    assert!(told.contains(says), "{told}");
}

#[test]
fn where_it_cannot_be_shown_it_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let (days, _) = recorded(&folder);
    let days = days.to_str().unwrap();
    refused(
        &["dash", days],
        1,
        "dash needs a terminal; for a report use: foresend simulate … --json",
    );
    refused(&[&SCENARIO[..], &["--tui"]].concat(), 1, "simulate --tui needs a terminal");
    let both = ["--json", "-", "--record", "-"];
    refused(
        &[&SCENARIO[..], &both].concat(),
        2,
        "--json - and --record - cannot both go to stdout",
    );
    refused(
        &["dash", "no/such.ndjson"],
        2,
        "no recording no/such.ndjson: no such file or directory",
    );
    refused(
        &["dash", "README.md"],
        2,
        "README.md is no recording: its first line is not of foresend.pulse/1",
    );
    refused(
        &["dash", days, "--picture", "-", "--day", "31"],
        2,
        "there is no day 31: it has days 1 to 30",
    );
    refused(&["dash", days, "--picture", "-", "--size", "10x10"], 2, "write COLUMNSxROWS");
    refused(&["dash", days, "--picture", "no/such/folder.svg"], 2, "cannot be written");
    refused(
        &[&SCENARIO[..], &["--record", "no/such/folder.ndjson"]].concat(),
        2,
        "--record no/such/folder.ndjson cannot be written",
    );
}

#[test]
fn a_picture_is_the_same_each_time_and_holds_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (days, _) = recorded(&folder);
    let draw = |more: &[&str]| {
        let all = [&["dash", days.to_str().unwrap(), "--picture", "-"], more].concat();
        let said = foresend(&all);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    };
    let one = draw(&[]);
    assert_eq!(one, draw(&["--day", "30", "--screen", "1", "--size", "120x40"]));
    assert!(
        one.starts_with("<svg ") && one.ends_with("</svg>\n") && one.contains(">Day 30</text>")
    );
    assert!(one.contains("#16181C") && draw(&["--theme", "light"]).contains("#FFFFFF"));
    assert!(draw(&["--screen", "2"]).contains("went on"));
}
