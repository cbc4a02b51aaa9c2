//! Reports drawn from numbers that are written down here and add up: on a wide page, a narrow one, without UTF-8,
//! and in the cases where a report must say less.

use super::page::Letters;
use super::*;
use foresend_insight::pulse::{
    Ended, Held, JourneyPulse, Left, Mail, Moved, NotStarted, Skipped, StepPulse,
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
        left: Left { stopped: 15_800, ..Left::default() },
        moved: Moved { quiet: 9_000, ..Moved::default() },
        delayed: Moved { still_shopping: 1_466, ..Moved::default() },
        held: Held { no_permission: 1_600, limit: 190, stopped: 70, ..Held::default() },
        mail: mail(29_140, 145, [11_018, 1_545, 88, 9]),
        ..StepPulse::default()
    };
    let offer = StepPulse {
        arrived: 31_000,
        ready: 10_000,
        left: Left { stopped: 6_508, ..Left::default() },
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

/// What the own world found: 907 orders only with mail, 82 only without.
fn found() -> Share {
    let orders = Increment {
        value: 825,
        gained: 907,
        lost: 82,
        changed: 960,
        noise: Some(61.6),
        trial: Some(2_411_870),
    };
    let revenue = Increment {
        value: 4_730_800,
        gained: 5_630_800,
        lost: 900_000,
        changed: 1_204,
        noise: Some(431_044.2),
        trial: Some(9_000_000),
    };
    Share { orders, revenue }
}

fn arm(id: &str, orders: u64, revenue_minor: i64, journey: JourneyPulse) -> Arm {
    let pulse = Pulse { journeys: vec![journey], ..Pulse::default() };
    Arm { id: id.into(), pulse, orders, revenue_minor }
}

/// One world, one journey.
pub(super) fn report() -> Report {
    Report {
        scenario: "scenarios/cart-recovery.toml".into(),
        program: "7c1e9a4b00112233".into(),
        seed: 42,
        customers: 100_000,
        from: "2026-03-02".into(),
        days: 60,
        set: Vec::new(),
        faults: Vec::new(),
        assumed: Vec::new(),
        experiments: Vec::new(),
        currency: Currency::of("GBP").unwrap(),
        journeys: vec![Journey {
            name: "cart-recovery".into(),
            stopped: "bought",
            goal_from_step: false,
            stopped_in_time: "bought while quiet",
            left: "emptied",
            steps: ["first", "second", "offer"].map(String::from).into(),
        }],
        worlds: vec![World {
            id: "retail".into(),
            no_mail: arm("no-mail", 24_180, 193_440_000, JourneyPulse::default()),
            as_written: arm("as-written", 25_005, 198_170_800, cart_recovery()),
            orders: found().orders,
            revenue: found().revenue,
            discounts_minor: 431_000,
            attributed_orders: 2_188,
            deliverability: None,
            shares: vec![None],
        }],
        parts: Vec::new(),
        compared: Vec::new(),
        expected: Vec::new(),
        arms: ["no-mail", "as-written"].map(String::from).into(),
        lived: 2,
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

fn increment(value: i64, noise: f64) -> Increment {
    let (gained, lost) = (value.max(0).unsigned_abs() + 40, value.min(0).unsigned_abs() + 40);
    Increment { value, gained, lost, changed: 500, noise: Some(noise), trial: Some(1_000_000) }
}

/// Four worlds, six journeys, a further arm, and four expectations, one of which is not met.
pub(super) fn whole_shop() -> Report {
    let mut report = report();
    let own = report.worlds[0].clone();
    let names = ["post-purchase", "win-back", "welcome", "journal", "browse-abandonment"];
    let (mut journeys, mut shares) = (report.journeys.clone(), Vec::new());
    for (i, name) in names.iter().enumerate() {
        journeys.push(Journey { name: (*name).into(), ..journeys[0].clone() });
        let sent = 20_000 - 3_000 * i as u64;
        let complained = if *name == "win-back" { 21 } else { 2 };
        let only = StepPulse {
            ready: sent,
            mail: mail(sent, 9, [sent / 3, sent / 20, 40, complained]),
            ..StepPulse::default()
        };
        report.worlds[0].as_written.pulse.journeys.push(JourneyPulse {
            started: sent + 100,
            steps: vec![only],
            ..JourneyPulse::default()
        });
    }
    let adds = [(538, 49.0), (118, 26.0), (14, 27.0), (60, 20.0), (50, 19.0), (23, 9.0)];
    for (orders, noise) in adds {
        let (orders, revenue) = (increment(orders, noise), increment(orders * 5_700, noise * 9e3));
        shares.push(Some(Share { orders, revenue }));
    }
    report.worlds[0].shares = shares;
    report.parts = vec![
        Part { of: vec![0], orders: (538, Some(49.0)), revenue: 3_066_600 },
        Part { of: vec![1], orders: (118, Some(26.0)), revenue: 672_600 },
        Part { of: vec![2], orders: (14, Some(27.0)), revenue: 79_800 },
        Part { of: vec![3, 4, 5], orders: (133, Some(28.0)), revenue: 758_100 },
    ];
    for (id, no_mail, orders, noise, revenue) in [
        ("fast-fashion", 27_020, 1_106, 72.0, 6_306_000),
        ("considered-purchase", 15_022, 391, 44.0, 2_891_100),
        ("touchy", 24_180, -121, 64.0, -741_200),
    ] {
        report.worlds.push(World {
            id: id.into(),
            no_mail: Arm { orders: no_mail, ..own.no_mail.clone() },
            orders: increment(orders, noise),
            revenue: increment(revenue, 400_000.0),
            ..own.clone()
        });
    }
    report.compared = vec![Compared {
        id: "quicker".into(),
        set: vec![("cart-recovery.quiet".into(), "30m".into())],
        arm: arm("quicker", 24_968, 197_960_000, JourneyPulse::default()),
        less_no_mail: Share { orders: increment(788, 60.0), revenue: increment(4_520_000, 4e5) },
        less_as_written: Share { orders: increment(-37, 21.0), revenue: increment(-210_800, 1e5) },
    }];
    let expected = |text: &str, met, worst: &str, world: &str| Expected {
        text: text.into(),
        met,
        worst: worst.into(),
        world: world.into(),
    };
    report.expected = vec![
        expected("unsubscribes < 0.4%", true, "0.38\u{a0}%", "touchy"),
        expected("mails_per_customer_week < 1.5", true, "0.31", "fast-fashion"),
        expected("mails_after_purchase == 0", true, "0", "all"),
        expected("cart-recovery.increment > -0.2pp", false, "−0.43\u{a0}pp", "touchy"),
    ];
    report.scenario = "scenarios/whole-shop.toml".into();
    report.faults = vec![
        "mail provider down for 6h from 2026-03-20 02:00".into(),
        "10\u{a0}% of events 2h late".into(),
    ];
    report.journeys = journeys;
    report.lived = 15;
    report.arms =
        ["no-mail", "as-written", "quicker", "without-cart-recovery"].map(String::from).into();
    report
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
fn several_worlds_have_a_range_and_each_journey_what_it_adds() {
    for (paper, name) in [(WIDE, "worlds"), (NARROW, "worlds_narrow"), (ASCII, "worlds_ascii")] {
        check(&whole_shop(), paper, Length::Full, name);
    }
    check(&whole_shop(), WIDE, Length::Quiet, "worlds_quiet");
}

#[test]
fn a_verdict_over_worlds_has_fixed_words() {
    let with = |values: [(i64, Option<f64>); 4]| {
        let mut report = whole_shop();
        for (world, (value, noise)) in report.worlds.iter_mut().zip(values) {
            world.orders = Increment { noise, ..increment(value, 0.0) };
        }
        let page = report.page(Paper { width: 400, ..WIDE }, Length::Quiet).to_string();
        let words: Vec<&str> = page.split_whitespace().collect();
        let text = words.join(" ");
        let (_, after) = text.split_once("Mail gains").unwrap();
        let (verdict, _) = after.split_once(". No rehearsal can say which is yours.").unwrap();
        format!("Mail gains{verdict}")
    };
    let clear = |value| (value, Some(5.0));
    let few = (3, None);
    assert_eq!(with([clear(60); 4]), "Mail gains orders in all 4 worlds");
    assert_eq!(
        with([clear(60), clear(50), clear(40), clear(-121)]),
        "Mail gains orders in 3 of 4 worlds and loses 121 in touchy"
    );
    assert_eq!(
        with([clear(60), few, (2, Some(9.0)), few]),
        "Mail gains orders in 1 of 4 worlds, makes no detectable difference in considered-purchase and changes too \
         few outcomes to say in fast-fashion and touchy"
    );
    assert_eq!(
        with([clear(-1_060), clear(-50), few, few]),
        "Mail gains orders in none of 4 worlds, loses 1,060 in retail, loses 50 in fast-fashion and changes too few \
         outcomes to say in considered-purchase and touchy"
    );
}

#[test]
fn harm_in_all_worlds_and_by_a_journey_is_found() {
    let mut harmful = whole_shop();
    for world in &mut harmful.worlds {
        world.orders = increment(-90, 30.0);
    }
    harmful.worlds[0].shares[4] = Some(Share { orders: increment(-80, 20.0), ..found() });
    let page = harmful.page(WIDE, Length::Full).to_string();
    assert!(page.contains("✗ the program: mail loses orders in all 4 worlds."), "{page}");
    assert!(page.contains("✗ journal: costs 80 orders in retail."), "{page}");
    assert!(page.contains("▲ win-back: complaints reach 0.124 % for no clear effect."), "{page}");
}

#[test]
fn complaints_that_fed_back_are_said_with_how_far_they_settled() {
    let mut fed = report();
    fed.worlds[0].deliverability =
        Some(Deliverability { passes: 3, change: 0.004_2, lowest: 0.871 });
    let page = fed.page(WIDE, Length::Full).to_string();
    let words: Vec<&str> = page.split_whitespace().collect();
    let said = "on the worst day 12.9 % of it (3 passes, the last moved a day by 0.4 pp).";
    assert!(words.join(" ").contains(said), "{page}");
    let text = json::write(&fed);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["worlds"][0]["deliverability"]["passes"], 3);
}

#[test]
fn markdown_keeps_the_columns() {
    insta::assert_snapshot!("markdown", markdown::write(&whole_shop()));
}

#[test]
fn harm_complaints_and_changes_of_this_run_are_said() {
    let mut harmful = report();
    harmful.set = vec![("cart-recovery.quiet".into(), "30m".into())];
    let own = &mut harmful.worlds[0];
    own.revenue = Increment { value: -741_200, ..own.revenue };
    own.orders = Increment { value: -121, gained: 300, lost: 421, ..own.orders };
    own.as_written.pulse.journeys[0].steps[2].mail.complained = 250;
    check(&harmful, WIDE, Length::Full, "harm");
}

#[test]
fn too_few_changed_outcomes_are_no_result() {
    let mut small = report();
    small.customers = 500;
    let own = &mut small.worlds[0];
    own.no_mail.orders = 121;
    own.orders =
        Increment { value: 3, gained: 3, lost: 0, changed: 3, noise: None, trial: Some(80_000) };
    own.revenue = Increment { value: 24_000, changed: 4, noise: None, ..own.revenue };
    check(&small, WIDE, Length::Quiet, "too_few");
}

#[test]
fn a_difference_within_the_noise_is_no_difference() {
    let mut level = report();
    let own = &mut level.worlds[0];
    own.orders = Increment { value: 14, gained: 90, lost: 76, noise: Some(27.0), ..own.orders };
    check(&level, WIDE, Length::Quiet, "no_difference");
}

#[test]
fn json_has_every_number_of_the_page() {
    for (report, name) in [(report(), "json"), (whole_shop(), "json_worlds")] {
        let text = json::write(&report);
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn colours_stand_for_states_only() {
    let mut bad = report();
    bad.worlds[0].as_written.pulse.journeys[0].steps[0].mail.complained = 500;
    let page = bad.page(WIDE, Length::Full);
    let coloured: Vec<String> = page
        .styled()
        .split("\u{1b}[31m")
        .skip(1)
        .map(|rest| rest.split('\u{1b}').next().unwrap().to_owned())
        .collect();
    assert_eq!(coloured, ["✗ 0.627 %", "✗ 1.156 %", "✗ "]);
}
