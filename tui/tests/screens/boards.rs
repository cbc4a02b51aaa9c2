//! Boards that tests draw: a busy shop, one on which nothing happened, one in trouble. Numbers are made up, and add up.

use foresend_insight::board::alarm::{Alarm, Level};
use foresend_insight::board::caused::{Caused, Group, Interval, Measured, Rehearsed, World};
use foresend_insight::board::customer::{CustomerBoard, Line};
use foresend_insight::board::delivery::{Delivery, Domain, Outbox, Recent, WhyNot};
use foresend_insight::board::engine::{Engine, Feed, Histogram, Shard};
use foresend_insight::board::experiment::{self, Experiment, Factor, OverTime, Verdict};
use foresend_insight::board::funnel::Funnel;
use foresend_insight::board::map::{Did, Flow, Map, Row};
use foresend_insight::board::{Board, JourneyBoard, Of, Pace, SCHEMA};
use foresend_insight::day::Sales;
use foresend_insight::pulse::{Held, Moved, Skipped};
use std::collections::BTreeMap;

fn funnel(sent: u64) -> Funnel {
    Funnel {
        sent,
        delivered: sent - sent / 200,
        opened: sent * 377 / 1_000,
        opened_by_machines: sent * 425 / 1_000,
        clicked: sent * 49 / 1_000,
        clicked_by_machines: sent / 50,
        ordered: sent * 15 / 1_000,
        revenue_minor: i64::try_from(sent).unwrap() * 94,
        unsubscribed: sent / 400,
        complained: sent / 3_000,
        bounced: sent / 200,
    }
}

fn step(name: &str, when: Option<&str>, act: &str, waiting: u64, arrived: u64) -> Row {
    Row {
        name: name.to_owned(),
        when: when.map(str::to_owned),
        act: act.to_owned(),
        waiting,
        flow: Flow {
            arrived,
            went_on: arrived - arrived / 8,
            stop: arrived / 10,
            holds: arrived / 80,
            other: 0,
        },
        did: Did {
            sent: arrived / 2,
            held: Held {
                no_permission: arrived / 9,
                limit: arrived / 20,
                holdout: arrived / 10,
                ..Held::default()
            },
            skipped: Skipped::default(),
            ready: arrived / 300,
        },
        ..Row::default()
    }
}

fn cart_recovery() -> Map {
    let offer = Row {
        condition: Some("low_spender".to_owned()),
        did: Did {
            skipped: Skipped { if_false: 402, if_unknown: 31, ..Skipped::default() },
            ..step("offer", None, "send", 0, 1_372).did
        },
        ..step("offer", Some("after 2d, between 09:00-20:00"), "send", 51_307, 1_372)
    };
    Map {
        starts: "Product Added, Checkout Started · again 7d".to_owned(),
        entered: 2_470,
        arming: Some(Row {
            name: "arming".to_owned(),
            when: Some("quiet 1h".to_owned()),
            waiting: 1_386,
            flow: Flow { arrived: 2_470, went_on: 1_671, stop: 742, holds: 37, other: 0 },
            ..Row::default()
        }),
        steps: vec![
            step("first", None, "send", 412, 1_671),
            step("second", Some("after 22h, between 09:00-20:00"), "send", 28_604, 1_643),
            offer,
        ],
        finished: 1_196,
        by_step: 0,
        goal: Some("Order Completed within 7d".to_owned()),
        reached: (10_800, 100_000),
    }
}

fn post_purchase() -> Map {
    let on = |path: &str, row: Row| Row { path: Some(path.to_owned()), ..row };
    let mut delivered =
        step("delivered", None, "wait_for Order Delivered, at most 12d", 30_120, 412);
    delivered.branches = vec![("came".to_owned(), 148), ("silent".to_owned(), 21)];
    let mut which = step("which", None, "choose", 0, 169);
    which.branches = vec![("new".to_owned(), 70), ("known".to_owned(), 99)];
    Map {
        starts: "Order Completed · again always".to_owned(),
        entered: 412,
        steps: vec![
            step("confirmation", None, "send", 0, 412),
            delivered,
            which,
            on("new", step("care", Some("after 2d"), "send", 5_020, 70)),
            on("known", step("thanks", Some("after 1d, at 10:00"), "send", 6_790, 99)),
        ],
        finished: 150,
        by_step: 12,
        ..Map::default()
    }
}

fn journey(name: &str, topic: &str, sent: u64, map: Map) -> JourneyBoard {
    JourneyBoard {
        name: name.to_owned(),
        topic: topic.to_owned(),
        waiting: map.waiting(),
        entered: map.entered,
        funnel: funnel(sent),
        late: 0,
        paused: None,
        map,
    }
}

fn pace() -> Vec<Pace> {
    let wave = |most: u64, phase: u64| -> Vec<Option<u64>> {
        (0..72)
            .map(|at: u64| {
                let x = (at + phase) % 72;
                let up = if x < 36 { x } else { 72 - x };
                (at != 30).then_some(most * (6 + up) / 42)
            })
            .collect()
    };
    let of = |name: &str, now, most, phase| Pace {
        name: name.to_owned(),
        now,
        columns: wave(most, phase),
    };
    vec![of("events/s", 312, 521, 10), of("mails/min", 76, 121, 50), of("ordered/h", 58, 92, 20)]
}

fn experiments() -> Vec<Experiment> {
    let row = |name: &str, reached, goal, against: Option<[f64; 3]>, best| experiment::Row {
        name: name.to_owned(),
        reached,
        goal,
        against: against.map(|[value, low, high]| Interval { value, low, high }),
        best: Some(best),
    };
    let factor = |name: &str, variants| Factor { name: name.to_owned(), variants };
    vec![
        Experiment {
            name: "cart-first-look".to_owned(),
            place: "cart-recovery.first".to_owned(),
            factors: vec![
                factor(
                    "subject",
                    vec![
                        row("plain", 73_604, 7_924, None, 0.29),
                        row("named", 73_512, 7_979, Some([0.09, -0.46, 0.64]), 0.71),
                    ],
                ),
                factor(
                    "design",
                    vec![
                        row("photo", 73_498, 7_953, None, 0.55),
                        row("letter", 73_618, 7_950, Some([-0.02, -0.57, 0.53]), 0.45),
                    ],
                ),
            ],
            holdout: Some((
                "no mail, 20 %".to_owned(),
                experiment::Row { best: None, ..row("", 36_703, 3_611, None, 0.0) },
            )),
            any: Some(row("", 147_116, 15_903, Some([0.97, 0.37, 1.57]), 0.9999)),
            over_time: ["plain", "named"].map(over_time).to_vec(),
            verdict: Verdict::NotYet {
                says: "Not yet, week 2 of 12. 0.2 pp needs 380,200 a side: 3.4 more weeks."
                    .to_owned(),
            },
        },
        Experiment {
            name: "win-back-offer".to_owned(),
            place: "win-back.offer".to_owned(),
            factors: vec![factor(
                "offer",
                vec![
                    row("comeback", 48_212, 1_350, None, 0.0005),
                    row("free-delivery", 48_090, 1_539, Some([0.40, 0.03, 0.77]), 0.9995),
                ],
            )],
            verdict: Verdict::Found {
                says: "free-delivery is better. It waits for your word.".to_owned(),
            },
            ..Experiment::default()
        },
        Experiment {
            name: "browse-layout".to_owned(),
            place: "browse-abandonment.look".to_owned(),
            factors: vec![factor("design", vec![row("never shown", 1, 1, None, 0.5)])],
            verdict: Verdict::Broken {
                says: "Groups 4,120 and 3,710 should be equal (p 0.000004). Find the cause."
                    .to_owned(),
            },
            ..Experiment::default()
        },
    ]
}

fn over_time(name: &str) -> OverTime {
    let better = u64::from(name == "named");
    let days = (1..=14).map(|day: u64| (day * 5_200, day * 560 + better * day * day * 6));
    OverTime { name: name.to_owned(), days: days.collect() }
}

fn delivery() -> Delivery {
    let domain = |name: &str, accepted, deferred, rejected, bounced, complained| Domain {
        name: name.to_owned(),
        accepted,
        deferred,
        rejected,
        bounced,
        complained,
        a_minute: (accepted / 1_000, Some(600)),
        ..Domain::default()
    };
    let yahoo = Domain {
        breaker: Some("slowed".to_owned()),
        ramp_a_day: Some(9_330),
        a_minute: (8, Some(10)),
        ..domain("yahoo.com", 9_118, 201, 11, 14, Some(11))
    };
    let why_not = WhyNot {
        due: 126_862,
        stopped: 17_204,
        holds: 1_411,
        yielded: 96,
        holdout: 20_918,
        no_permission: 3_310,
        suppressed: 402,
        limit: 3_604,
        late: 38,
        no_code: 61,
        ramp: 214,
        sent: 79_604,
        moved: Moved { quiet: 5_902, ..Moved::default() },
    };
    Delivery {
        outbox: Outbox {
            ready: 1_204,
            going: Some(12),
            deferred: 318,
            unknown: 0,
            accepted: 79_190,
            rejected: 96,
        },
        domains: Some(vec![
            domain("gmail.com", 36_412, 58, 21, 29, None),
            domain("outlook.com", 15_204, 36, 18, 17, Some(4)),
            yahoo,
            Domain { a_minute: (9, None), ..domain("other (2,214)", 9_528, 14, 38, 30, Some(2)) },
        ]),
        why_not,
        recent: BTreeMap::from([(
            "yahoo.com".to_owned(),
            vec![Recent {
                at: "14:31:58".to_owned(),
                send: "01a0c5e6a3b4".to_owned(),
                what: "cart-recovery.first · 421 too many".to_owned(),
            }],
        )]),
        answers: [
            ("250 ok", 79_190),
            ("421 too many", 188),
            ("452 mailbox full", 74),
            ("550 no such user", 96),
        ]
        .map(|(name, count)| (name.to_owned(), count))
        .to_vec(),
    }
}

fn engine() -> Engine {
    let histogram = |scale: u64, quantiles, line| Histogram {
        bins: (0..40)
            .map(|at: u64| (scale + scale * at * at / 12, (20 - at.min(20)) * (at + 1) * 40))
            .collect(),
        quantiles,
        line,
        over: "10 min".to_owned(),
    };
    let shard = |events, in_memory, at_rest, due| Shard {
        events,
        in_memory,
        at_rest,
        mailbox: 0,
        apply_p50: 142,
        due,
        quarantined: 0,
    };
    Engine {
        acknowledge: histogram(200, [1_200, 4_100, 8_700, 19_300], Some(15_000)),
        wake_lateness: histogram(100, [600, 3_800, 9_200, 14_000], Some(10_000)),
        shards: vec![shard(158, 593_102, 1_807_220, 3_904), shard(154, 588_940, 1_810_738, 3_811)],
        memory: (412_000_000, 1_000_000_000),
        disk: (41_000_000_000, 200_000_000_000),
        journal: "38 MB since 14:21, 418 records/s".to_owned(),
        commit: "0.21 ms p50, 1.4 records each".to_owned(),
        status: "Up 12 d 3 h · restored 0.8 s · clock in step".to_owned(),
        stage: "ramp".to_owned(),
        feed: [
            ("Product Viewed", 0.0, 0.1),
            ("Order Delivered", 19.0, 12.0),
            ("Product Added", 2.0, 0.4),
        ]
        .map(|(event, since, usual)| Feed { event: event.to_owned(), since, usual })
        .to_vec(),
    }
}

/// A shop in production, busy and well.
pub(crate) fn busy() -> Board {
    Board {
        schema: SCHEMA,
        of: Of {
            source: "shop".to_owned(),
            program: "7c1e9a4".to_owned(),
            world: None,
            customers: 4_800_000,
            currency: "GBP".to_owned(),
            minor_digits: 2,
            credit: "5d".to_owned(),
            day: None,
            window_hours: 24,
            column_minutes: 20,
        },
        funnel: funnel(79_604),
        before: Some(funnel(71_000)),
        caused: Caused::Measured(Measured {
            since: "1 Jan".to_owned(),
            program: Group { ordered: 531_800, people: 4_320_388 },
            holdout: Group { ordered: 57_100, people: 479_612 },
            points: Interval { value: 0.41, low: 0.22, high: 0.60 },
            customers: Interval { value: 17_713.0, low: 9_473.0, high: 25_953.0 },
            groups_p: 0.55,
        }),
        pace: pace(),
        journeys: vec![
            journey("cart-recovery", "offers", 46_300, cart_recovery()),
            journey("post-purchase", "orders", 21_900, post_purchase()),
            journey("win-back", "offers", 11_404, Map { entered: 88, ..Map::default() }),
        ],
        alarms: Vec::new(),
        experiments: experiments(),
        delivery: delivery(),
        engine: Some(engine()),
    }
}

/// The same with a rehearsal's way of knowing what mail caused.
pub(crate) fn rehearsed() -> Board {
    let world = |id: &str, orders, noise| World {
        id: id.to_owned(),
        orders,
        revenue_minor: orders * 5_000,
        no_mail_orders: 24_180,
        noise,
    };
    let worlds = vec![
        world("retail", 825, Some(62.4)),
        world("fast-fashion", 1_106, Some(72.0)),
        world("considered-purchase", 391, Some(44.0)),
        world("touchy", -121, None),
    ];
    let mut board = busy();
    board.of.day = Some((23, 60));
    board.of.world = Some("retail".to_owned());
    board.of.column_minutes = 24 * 60;
    board.caused = Caused::Rehearsed(Rehearsed {
        no_mail: Sales { orders: 9_100, revenue: 0 },
        as_written: Sales { orders: 9_412, revenue: 0 },
        worlds,
    });
    (board.experiments, board.engine, board.delivery.domains) = (Vec::new(), None, None);
    board
}

/// The first day of a shop, before its first event.
pub(crate) fn empty() -> Board {
    let of = Of { customers: 0, ..busy().of };
    let delivery = Delivery { domains: Some(Vec::new()), ..Delivery::default() };
    Board { schema: SCHEMA, of, delivery, ..Board::default() }
}

/// A shop in trouble.
pub(crate) fn alarmed() -> Board {
    let alarm = |code, level, what: &str, cleared: Option<&str>, screen| Alarm {
        code,
        level,
        what: what.to_owned(),
        detail: "11 of 9,118 delivered".to_owned(),
        since: "13:58".to_owned(),
        cleared: cleared.map(str::to_owned),
        screen,
    };
    let mut board = busy();
    board.alarms = vec![
        alarm("unknown", Level::Failed, "3 mails went without an answer", None, 4),
        alarm(
            "complaints",
            Level::Look,
            "Yahoo complaints 0.121 % over 24 h, line 0.10 %",
            None,
            4,
        ),
        alarm("lateness", Level::Look, "wake lateness p99 14 ms, line 10 ms", Some("03:03"), 5),
    ];
    board.caused = Caused::TooFew { holdout: 212 };
    board.delivery.outbox.unknown = 3;
    board.journeys[0].paused = Some(("13:02".to_owned(), 412));
    board.journeys[0].late = 38;
    let engine = board.engine.as_mut().unwrap();
    engine.memory.0 = 861_000_000;
    engine.shards[1].quarantined = 2;
    engine.wake_lateness.quantiles[1] = 14_000;
    board
}

/// A customer of it.
pub(crate) fn customer() -> CustomerBoard {
    let line = |time: &str, kind: &str, what: &str, why: &str| Line {
        day: "Sun 2026-03-15".to_owned(),
        time: time.to_owned(),
        kind: kind.to_owned(),
        what: what.to_owned(),
        why: why.to_owned(),
    };
    CustomerBoard {
        id: "c-0000048213".to_owned(),
        zone: "Europe/Lisbon".to_owned(),
        known: vec!["before the start: 3 orders, 41 views · may be mailed about offers since 2026-01-03 (consent)".to_owned()],
        lines: vec![
            line("17:41:08", "event", "Product Viewed", "£64.00"),
            line("17:50:31", "due", "second", "after 22h, between 09:00-20:00 ✓ · while cart.items > 0 ✓ (cart.items 1)"),
            line("18:11:08", "ready", "second", "asks to be handed over"),
            line("18:11:09", "event", "Order Completed", "o-5521, £64.00, happened 18:10:55, arrived 14 s late"),
            line("18:11:10", "held", "second", "last look: stop Order Completed"),
            line("18:11:12", "machine", "confirmation", "opened"),
        ],
        waits: vec!["post-purchase, o-5521, delivered: Order Delivered, at most until Fri 2026-03-27 18:10:55".to_owned()],
    }
}
