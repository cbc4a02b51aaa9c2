//! A recording is read as it was written, and whatever else is read is told of with its line.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use foresend_insight::board::Board;
use foresend_insight::board::caused::Caused;
use foresend_insight::day::{Day, Sales};
use foresend_insight::pulse::{JourneyPulse, Pulse, StepPulse};
use foresend_insight::recording::{
    Head, JourneyHead, Recording, RecordingError, SCHEMA, StepHead, WorldHead,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn head() -> Head {
    let step = |name: &str| StepHead {
        name: name.to_owned(),
        act: "send".to_owned(),
        ..StepHead::default()
    };
    let journeys = [("cart", vec![step("first"), step("second")]), ("letter", vec![step("only")])];
    Head {
        schema: SCHEMA.to_owned(),
        source: "a.toml".to_owned(),
        days: 3,
        journeys: journeys
            .map(|(name, steps)| JourneyHead {
                name: name.to_owned(),
                steps,
                ..JourneyHead::default()
            })
            .to_vec(),
        worlds: vec![WorldHead {
            id: "retail".to_owned(),
            noise: Some(2.5),
            ..WorldHead::default()
        }],
        ..Head::default()
    }
}

fn day(n: u64) -> Day {
    let step = |n: u64| {
        let mut step = StepPulse { arrived: n, ready: n / 2, ..StepPulse::default() };
        step.mail.sent = n / 3;
        step
    };
    let journey =
        |steps: Vec<StepPulse>| JourneyPulse { started: n, steps, ..JourneyPulse::default() };
    let journeys = vec![journey(vec![step(n), step(0)]), journey(vec![step(2 * n)])];
    Day {
        pulse: Pulse { journeys, ..Pulse::default() },
        events: 10 * n,
        sales: Sales { orders: n, revenue: 100 },
        credited: vec![Sales::default(), Sales { orders: 1, revenue: -50 }],
        without: Some(Sales { orders: n / 2, revenue: 40 }),
    }
}

fn text(days: &[Day]) -> String {
    Recording { head: head(), days: days.to_vec() }.lines().collect()
}

#[test]
fn what_was_written_is_read() {
    let days = vec![day(7), day(0), day(1_000_000)];
    let text = text(&days);
    assert_eq!(text.lines().count(), 4);
    assert!(!text.contains(":0,") && !text.contains("null"), "nothing is left out: {text}");
    assert_eq!(Recording::read(&text).unwrap(), Recording { head: head(), days });
}

#[test]
fn half_a_line_at_the_end_is_left_out() {
    let whole = text(&[day(7), day(8)]);
    let cut = whole.get(..whole.len() - 20).unwrap();
    assert_eq!(Recording::read(cut).unwrap().days, [day(7)]);
}

#[track_caller]
fn refused(text: &str, says: &str) {
    assert_eq!(Recording::read(text).unwrap_err().to_string(), says);
}

#[test]
fn what_is_no_recording_is_told_with_its_line() {
    refused("", "it is empty");
    refused("\n\n", "it is empty");
    let whole = text(&[day(1), day(2), day(3)]);
    let lines: Vec<&str> = whole.lines().collect();
    let newer = lines[0].replace(SCHEMA, "foresend.pulse/2");
    refused(&newer, "it is of foresend.pulse/2; this command reads foresend.pulse/1");
    refused("{}\n", "its first line is not of foresend.pulse/1: it does not say its schema");
    let four = format!("{whole}{}\n", lines[1]);
    refused(&four, "line 5 is one day more than the 3 of the first line");
    let other =
        format!("{}\n{}\n", lines[0].replace(r#",{"act":"send","name":"second"}"#, ""), lines[1]);
    refused(&other, "line 2 has other journeys or steps than the first line");
    refused(
        &format!("{}\n{{\"events\":20000000000}}\n", lines[0]),
        "line 2 is not a day: a number is larger than any day can have",
    );
    let long = lines[0].replace(r#""days":3"#, r#""days":99999"#);
    assert!(matches!(Recording::read(&long), Err(RecordingError::NotOurs(_))));
    let with = |revenue: i64| {
        let mut head = head();
        let world = &mut head.worlds[0];
        (world.no_mail.revenue, world.as_written.revenue) = (-revenue, revenue);
        let text: String = Recording { head, days: vec![day(1)] }.lines().collect();
        Recording::read(&text)
    };
    assert!(with(i64::MAX).is_err() && with(1 << 62).is_err());
    let board = Board::of(&with(1 << 61).unwrap(), 0, 1);
    assert!(matches!(board.caused, Caused::Rehearsed(of) if of.worlds[0].revenue_minor == 1 << 62));
    let broken = format!("{}\n{{\"events\":-1}}\n", lines[0]);
    let told = Recording::read(&broken).unwrap_err();
    assert!(matches!(told, RecordingError::NotADay { line: 2, .. }), "{told}");
}

#[test]
fn days_add_up_to_windows() {
    let recording = Recording { head: head(), days: vec![day(1), day(2), day(4)] };
    let events = |at, days| recording.window(at, days).events;
    assert_eq!(
        [events(0, 1), events(2, 1), events(2, 2), events(2, 99), events(99, 1)],
        [10, 40, 60, 70, 40]
    );
    assert_eq!(recording.sum(0..3).without, Some(Sales { orders: 3, revenue: 120 }));
    assert_eq!(recording.sum(3..9), recording.head.nothing());
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(6), ..ProptestConfig::default() })]

    /// Whatever happens to a file, it is read or told of.
    #[test]
    fn any_text_is_a_recording_or_told_of(cuts in prop::collection::vec((0usize..4000, "\\PC{0,4}"), 0..6), whole in any::<bool>()) {
        let mut text = if whole { text(&[day(7), day(8)]) } else { String::new() };
        for (at, put) in cuts {
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) { at -= 1; }
            text.insert_str(at, &put);
        }
        if let Ok(recording) = Recording::read(&text) {
            let again: String = recording.lines().collect();
            prop_assert_eq!(Recording::read(&again).unwrap(), recording);
        }
    }
}
