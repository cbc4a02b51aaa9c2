//! Reports drawn from numbers that are written down here and add up: on a wide page, a narrow one, without UTF-8,
//! and in the cases where a report must say less.

use super::page::Letters;
use super::*;
use foresend_insight::pulse::{
    Ended, Held, JourneyPulse, Mail, Moved, NotStarted, Skipped, StepPulse,
};

const WIDE: Paper = Paper { width: 100, letters: Letters::Unicode };
const NARROW: Paper = Paper { width: 60, letters: Letters::Unicode };
const ASCII: Paper = Paper { width: 100, letters: Letters::Ascii };

fn setting(key: &str, value: &str, unit: &str, grade: Grade) -> Setting {
    Setting {
        key: key.into(),
        value: value.into(),
        unit: unit.into(),
        grade,
        source: "somebody said so".into(),
    }
}

fn mail(sent: u64, bounced: u64, [opened, clicked, unsubscribed, complained]: [u64; 4]) -> Mail {
    Mail {
        sent,
        accepted: sent,
        bounced_hard: bounced,
        opened_human: opened,
        opened_machine: sent * 2 / 5,
        clicked_human: clicked,
        clicked_machine: sent / 50,
        unsubscribed,
        complained,
        ..Mail::default()
    }
}

/// 55,872 armed, 9,002 of them bought in time: 46,870 started, of whom 20,104 bought, 2,204 emptied their cart,
/// 24,412 came to the end, 150 are still in it.
fn cart_recovery() -> JourneyPulse {
    let first = StepPulse {
        arrived: 46_870,
        ready: 46_870,
        held: Held { no_permission: 3_400, ..Held::default() },
        mail: mail(43_470, 217, [17_301, 2_595, 130, 13]),
        ..StepPulse::default()
    };
    let second = StepPulse {
        arrived: 46_870,
        ready: 31_000,
        left: 15_800,
        moved: Moved { quiet: 9_000, ..Moved::default() },
        delayed: Moved { still_shopping: 1_466, ..Moved::default() },
        held: Held { no_permission: 1_600, limit: 190, stopped: 70, ..Held::default() },
        mail: mail(29_140, 145, [11_018, 1_545, 88, 9]),
        ..StepPulse::default()
    };
    let offer = StepPulse {
        arrived: 31_000,
        ready: 10_000,
        left: 6_508,
        skipped: Skipped { if_false: 14_000, if_unknown: 412, ..Skipped::default() },
        held: Held { no_permission: 150, suppressed: 12, late: 36, ..Held::default() },
        mail: mail(9_802, 49, [3_320, 399, 29, 5]),
        ..StepPulse::default()
    };
    JourneyPulse {
        armed: 55_872,
        disarmed: 9_002,
        started: 46_870,
        not_started: NotStarted { again: 5_328, ..NotStarted::default() },
        ended: Ended { last_step: 24_412, stopped: 20_104, while_false: 2_204, ..Ended::default() },
        goal_reached: 10_104,
        steps: vec![first, second, offer],
        ..JourneyPulse::default()
    }
}

fn report() -> Report {
    let arm = |id: &str, orders, revenue_minor, journey| Arm {
        id: id.into(),
        pulse: Pulse { journeys: vec![journey], ..Pulse::default() },
        orders,
        revenue_minor,
    };
    Report {
        scenario: "scenarios/cart-recovery.toml".into(),
        program: "7c1e9a4b00112233".into(),
        seed: 42,
        customers: 100_000,
        from: "2026-03-02".into(),
        days: 60,
        world: "retail".into(),
        set: Vec::new(),
        currency: Currency::of("GBP").unwrap(),
        journeys: vec![Journey {
            name: "cart-recovery".into(),
            stopped: "bought",
            goal_from_step: false,
            stopped_in_time: "bought while quiet",
            left: "emptied",
            steps: ["first", "second", "offer"].map(String::from).into(),
        }],
        no_mail: arm("no-mail", 24_180, 193_440_000, JourneyPulse::default()),
        as_written: arm("as-written", 25_005, 198_170_800, cart_recovery()),
        orders: Increment {
            value: 825,
            gained: 907,
            lost: 82,
            changed: 960,
            noise: Some(61.6),
            trial: Some(2_411_870),
        },
        revenue: Increment {
            value: 4_730_800,
            gained: 5_630_800,
            lost: 900_000,
            changed: 1_204,
            noise: Some(431_044.2),
            trial: Some(9_000_000),
        },
        attributed_orders: 2_188,
        sends: Sends { about_carts: true, ..Sends::default() },
        settings: vec![
            setting("intent.salience", "[1.5, 30.0]", "hours", Grade::A),
            setting("intent.intent", "[30.0, 120.0]", "hours", Grade::A),
            setting("reminder.reactance", "0.35", "share of the hazard", Grade::A),
            setting("mail.open_shape", "0.8", "", Grade::B),
            setting("purchase.r", "0.2426", "", Grade::R),
            setting("purchase.age", "104.0", "weeks", Grade::V),
        ],
        timing: Timing {
            events: 7_120_418,
            seconds: 1.271,
            threads: 2,
            peak_bytes: Some(40_900_000),
        },
    }
}

#[track_caller]
fn check(report: &Report, paper: Paper, length: Length, name: &str) {
    let page = report.page(paper, length).to_string();
    for line in page.lines() {
        assert!(line.chars().count() <= paper.width, "wider than {}: {line}", paper.width);
        assert_eq!(line, line.trim_end(), "blanks at the end");
    }
    insta::assert_snapshot!(name, page);
}

#[test]
fn a_report_on_a_hundred_columns() {
    check(&report(), WIDE, Length::Full, "wide");
}

#[test]
fn a_report_on_sixty_columns() {
    check(&report(), NARROW, Length::Full, "narrow");
}

#[test]
fn a_report_without_utf8_is_ascii() {
    let page = report().page(ASCII, Length::Full).to_string();
    assert!(page.is_ascii(), "{page}");
    check(&report(), ASCII, Length::Full, "ascii");
}

#[test]
fn below_sixty_columns_lines_are_cut() {
    check(&report(), Paper { width: 44, letters: Letters::Unicode }, Length::Full, "cut");
}

#[test]
fn a_quiet_report_keeps_the_assumptions_and_the_caution() {
    check(&report(), WIDE, Length::Quiet, "quiet");
}

#[test]
fn harm_complaints_and_changes_of_this_run_are_said() {
    let mut harmful = report();
    harmful.set = vec![("cart-recovery.quiet".into(), "30m".into())];
    harmful.revenue = Increment { value: -741_200, ..harmful.revenue };
    harmful.orders = Increment { value: -121, gained: 300, lost: 421, ..harmful.orders };
    harmful.as_written.pulse.journeys[0].steps[2].mail.complained = 250;
    check(&harmful, WIDE, Length::Full, "harm");
}

#[test]
fn too_few_changed_outcomes_are_no_result() {
    let mut small = report();
    small.customers = 500;
    small.no_mail.orders = 121;
    small.orders =
        Increment { value: 3, gained: 3, lost: 0, changed: 3, noise: None, trial: Some(80_000) };
    small.revenue = Increment { value: 24_000, changed: 4, noise: None, ..small.revenue };
    check(&small, WIDE, Length::Quiet, "too_few");
}

#[test]
fn a_difference_within_the_noise_is_no_difference() {
    let mut level = report();
    level.orders = Increment { value: 14, gained: 90, lost: 76, noise: Some(27.0), ..level.orders };
    check(&level, WIDE, Length::Quiet, "no_difference");
}

#[test]
fn several_journeys_have_a_row_each_and_one_for_all() {
    let mut two = report();
    two.journeys.push(Journey {
        name: "a-journey-whose-name-is-far-too-long-for-its-column".into(),
        stopped: "stopped",
        stopped_in_time: "stopped while quiet",
        left: "`while` false",
        goal_from_step: false,
        steps: vec!["only".into()],
    });
    let pulse = JourneyPulse {
        started: 12,
        ended: Ended { last_step: 10, stopped: 2, ..Ended::default() },
        steps: vec![StepPulse {
            ready: 10,
            mail: mail(10, 0, [5, 1, 0, 0]),
            ..StepPulse::default()
        }],
        ..JourneyPulse::default()
    };
    two.as_written.pulse.journeys.push(pulse);
    check(&two, WIDE, Length::Full, "two_journeys");
}

#[test]
fn json_has_every_number_of_the_page() {
    let text = json::write(&report());
    serde_json::from_str::<serde_json::Value>(&text).unwrap();
    insta::assert_snapshot!("json", text);
}

#[test]
fn colours_stand_for_states_only() {
    let mut bad = report();
    bad.as_written.pulse.journeys[0].steps[0].mail.complained = 500;
    let page = bad.page(WIDE, Length::Full);
    let coloured: Vec<String> = page
        .styled()
        .split("\u{1b}[31m")
        .skip(1)
        .map(|rest| rest.split('\u{1b}').next().unwrap().to_owned())
        .collect();
    assert_eq!(coloured, ["✗ 0.627 %", "✗ 1.156 %", "✗ "]);
}
