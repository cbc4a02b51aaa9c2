//! The report as JSON: format `foresend.report/1`, described key by key in docs/reference/report-json.md. Counts
//! and amounts in minor units are integers, and there are no rates. Within version 1 keys are only ever added.
//! Keys stand in the order of these structs; `timing` alone may differ between two runs of one seed.

use super::finding::findings;
use super::journeys::still_in;
use super::{Arm, Report, Share};
use foresend_insight::increment::Increment;
use foresend_insight::pulse;
use foresend_simulator::population::preset::Setting;
use serde::Serialize;
use std::collections::BTreeMap;

const SCHEMA: &str = "foresend.report/1";
const LEVEL: f64 = 0.95;

/// `report` as one JSON document, with a newline at its end.
pub(crate) fn write(report: &Report) -> String {
    let document = Document::of(report);
    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers only");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    run: Run<'a>,
    range: Option<Range<'a>>,
    worlds: Vec<World<'a>>,
    compared: Vec<Compared<'a>>,
    journeys: Vec<Journey<'a>>,
    shared: Option<Shared>,
    mail: Mail,
    held_back: HeldBack,
    moved: Moved,
    skipped: Skipped,
    expect: Vec<Expect<'a>>,
    cost: Cost,
    findings: Vec<Finding>,
    assumptions: Vec<Assumption<'a>>,
    timing: Timing,
}

#[derive(Serialize)]
struct Run<'a> {
    scenario: &'a str,
    program: &'a str,
    seed: u64,
    customers: u64,
    from: &'a str,
    days: u32,
    population: &'a str,
    own_world: &'a str,
    arms: &'a [String],
    currency: &'a str,
    set: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Range<'a> {
    orders: Span<'a>,
    revenue_minor: Span<'a>,
}

#[derive(Serialize)]
struct Span<'a> {
    low: i64,
    high: i64,
    low_world: &'a str,
    high_world: &'a str,
}

#[derive(Serialize)]
struct Compared<'a> {
    id: &'a str,
    set: BTreeMap<&'a str, &'a str>,
    arm: Outcome,
    increment: Increments,
    against_as_written: Increments,
}

#[derive(Serialize)]
struct Shared {
    orders: i64,
    revenue_minor: i64,
}

#[derive(Serialize)]
struct Expect<'a> {
    text: &'a str,
    met: bool,
    worst: String,
    world: &'a str,
}

#[derive(Serialize)]
struct World<'a> {
    id: &'a str,
    no_mail: Outcome,
    as_written: Outcome,
    gained: u64,
    lost: u64,
    increment: Increments,
}

#[derive(Serialize)]
struct Outcome {
    orders: u64,
    revenue_minor: i64,
}

#[derive(Serialize)]
struct Increments {
    orders: Change,
    revenue_minor: Change,
}

#[derive(Serialize)]
struct Change {
    value: i64,
    noise: Option<f64>,
    level: f64,
    method: &'static str,
    changed_customers: u64,
    trial_customers_per_arm: Option<u64>,
}

#[derive(Serialize)]
struct Journey<'a> {
    id: &'a str,
    armed: u64,
    started: u64,
    not_started: NotStarted,
    ended: Ended,
    waiting: u64,
    increment: Option<Increments>,
    goal_counted: u64,
    goal_reached: u64,
    goal_value_minor: i64,
    steps: Vec<Step<'a>>,
    mail: Mail,
    held_back: HeldBack,
    moved: Moved,
    skipped: Skipped,
}

#[derive(Serialize)]
struct NotStarted {
    busy: u64,
    again: u64,
    if_false: u64,
    if_unknown: u64,
    while_false: u64,
    while_unknown: u64,
    stopped: u64,
    stopped_while_quiet: u64,
    full: u64,
    yielded: u64,
    no_key: u64,
}

#[derive(Serialize)]
struct Ended {
    last_step: u64,
    stopped: u64,
    #[serde(rename = "while")]
    while_false: u64,
    by_step: u64,
    yielded: u64,
}

#[derive(Serialize)]
struct Step<'a> {
    id: &'a str,
    arrived: u64,
    went_on: u64,
    left: u64,
    waiting: u64,
    mail: Mail,
    held_back: HeldBack,
    moved: Moved,
    skipped: Skipped,
}

#[derive(Serialize)]
struct Mail {
    sent: u64,
    delivered: u64,
    rejected: u64,
    unknown: u64,
    bounced_hard: u64,
    bounced_soft: u64,
    opened_human: u64,
    opened_machine: u64,
    clicked_human: u64,
    clicked_machine: u64,
    unsubscribed: u64,
    complained: u64,
}

#[derive(Serialize)]
struct HeldBack {
    stopped: u64,
    #[serde(rename = "while")]
    while_false: u64,
    while_unknown: u64,
    no_permission: u64,
    no_address: u64,
    suppressed: u64,
    holdout: u64,
    limit: u64,
    no_code: u64,
    yielded: u64,
    late: u64,
}

#[derive(Serialize)]
struct Moved {
    quiet: u64,
    still_shopping: u64,
    limit: u64,
    between: u64,
}

#[derive(Serialize)]
struct Skipped {
    #[serde(rename = "false")]
    if_false: u64,
    unknown: u64,
    while_unknown: u64,
    due_unknown: u64,
    no_code: u64,
    paused: u64,
    full: u64,
}

#[derive(Serialize)]
struct Cost {
    unsubscribed: u64,
    complained: u64,
    discount_minor: i64,
    attributed_orders: u64,
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    severity: &'static str,
    journey: Option<String>,
    message: String,
}

#[derive(Serialize)]
struct Assumption<'a> {
    key: &'a str,
    value: &'a str,
    unit: &'a str,
    grade: String,
    source: &'a str,
}

#[derive(Serialize)]
struct Timing {
    events: u64,
    seconds: f64,
    threads: usize,
    peak_bytes: Option<u64>,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        let all = report.pulse().all_steps();
        Self {
            schema: SCHEMA,
            run: Run::of(report),
            range: Range::of(report),
            worlds: report.worlds.iter().map(World::of).collect(),
            compared: report.compared.iter().map(Compared::of).collect(),
            journeys: journeys(report),
            shared: Shared::of(report),
            mail: Mail::of(&all.mail),
            held_back: HeldBack::of(&all.held),
            moved: Moved::of(&all),
            skipped: Skipped::of(&all.skipped),
            expect: report.expected.iter().map(Expect::of).collect(),
            cost: Cost {
                unsubscribed: all.mail.unsubscribed,
                complained: all.mail.complained,
                discount_minor: report.own().discounts_minor,
                attributed_orders: report.own().attributed_orders,
            },
            findings: findings(report).into_iter().map(Finding::of).collect(),
            assumptions: report.settings.iter().map(Assumption::of).collect(),
            timing: Timing {
                events: report.timing.events,
                seconds: report.timing.seconds,
                threads: report.timing.threads,
                peak_bytes: report.timing.peak_bytes,
            },
        }
    }
}

impl<'a> Run<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            scenario: &report.scenario,
            program: &report.program,
            seed: report.seed,
            customers: report.customers,
            from: &report.from,
            days: report.days,
            population: &report.own().id,
            own_world: &report.own().id,
            arms: &report.arms,
            currency: report.currency.code,
            set: report.set.iter().map(|(address, value)| (&**address, &**value)).collect(),
        }
    }
}

impl<'a> Range<'a> {
    /// `None`: of one world there is no range.
    fn of(report: &'a Report) -> Option<Self> {
        if report.worlds.len() < 2 {
            return None;
        }
        let span = |of: fn(&super::World) -> i64| {
            let by = |world: &&super::World| of(world);
            // Of equals the first: the scenario's own.
            let low = report.worlds.iter().min_by_key(by)?;
            let high = report.worlds.iter().rev().max_by_key(by)?;
            Some(Span { low: of(low), high: of(high), low_world: &low.id, high_world: &high.id })
        };
        Some(Self {
            orders: span(|world| world.orders.value)?,
            revenue_minor: span(|world| world.revenue.value)?,
        })
    }
}

impl<'a> World<'a> {
    fn of(world: &'a super::World) -> Self {
        let super::World { id, no_mail, as_written, orders, revenue, .. } = world;
        Self {
            id,
            no_mail: Outcome::of(no_mail),
            as_written: Outcome::of(as_written),
            gained: orders.gained,
            lost: orders.lost,
            increment: Increments::of(&Share { orders: *orders, revenue: *revenue }),
        }
    }
}

impl<'a> Compared<'a> {
    fn of(compared: &'a super::Compared) -> Self {
        let super::Compared { id, set, arm, less_no_mail, less_as_written } = compared;
        Self {
            id,
            set: set.iter().map(|(address, value)| (&**address, &**value)).collect(),
            arm: Outcome::of(arm),
            increment: Increments::of(less_no_mail),
            against_as_written: Increments::of(less_as_written),
        }
    }
}

impl Shared {
    fn of(report: &Report) -> Option<Self> {
        let shares: Option<Vec<&Share>> = report.own().shares.iter().map(Option::as_ref).collect();
        let shares = shares.filter(|shares| !shares.is_empty())?;
        let sum = |of: fn(&Share) -> i64| shares.iter().map(|share| of(share)).sum::<i64>();
        Some(Self {
            orders: report.own().orders.value - sum(|share| share.orders.value),
            revenue_minor: report.own().revenue.value - sum(|share| share.revenue.value),
        })
    }
}

impl<'a> Expect<'a> {
    fn of(expected: &'a super::Expected) -> Self {
        let super::Expected { text, met, worst, world } = expected;
        Self { text, met: *met, worst: worst.replace('\u{a0}', " "), world }
    }
}

impl Increments {
    fn of(share: &Share) -> Self {
        Self { orders: Change::of(&share.orders), revenue_minor: Change::of(&share.revenue) }
    }
}

impl Outcome {
    fn of(arm: &Arm) -> Self {
        Self { orders: arm.orders, revenue_minor: arm.revenue_minor }
    }
}

impl Change {
    fn of(increment: &Increment) -> Self {
        Self {
            value: increment.value,
            noise: increment.noise.map(|noise| (noise * 10.0).round() / 10.0),
            level: LEVEL,
            method: "paired",
            changed_customers: increment.changed,
            trial_customers_per_arm: increment.trial,
        }
    }
}

fn journeys(report: &Report) -> Vec<Journey<'_>> {
    let digits = report.currency.minor_digits;
    report
        .journeys
        .iter()
        .zip(&report.pulse().journeys)
        .enumerate()
        .map(|(at, (journey, pulse))| {
            let all = pulse.all_steps();
            Journey {
                id: &journey.name,
                armed: pulse.armed,
                started: pulse.started,
                not_started: NotStarted::of(pulse),
                ended: Ended::of(&pulse.ended),
                waiting: still_in(pulse),
                increment: report.own().shares.get(at).and_then(Option::as_ref).map(Increments::of),
                goal_counted: pulse.goal_counted(journey.goal_from_step),
                goal_reached: pulse.goal_reached,
                goal_value_minor: pulse.goal_value.minor(digits).minor(),
                steps: steps(journey, pulse),
                mail: Mail::of(&all.mail),
                held_back: HeldBack::of(&all.held),
                moved: Moved::of(&all),
                skipped: Skipped::of(&all.skipped),
            }
        })
        .collect()
}

fn steps<'a>(journey: &'a super::Journey, pulse: &pulse::JourneyPulse) -> Vec<Step<'a>> {
    let steps = journey.steps.iter().zip(&pulse.steps);
    let step = |(id, step): (&'a String, &pulse::StepPulse)| {
        let went_on = step.went_on();
        Step {
            id,
            arrived: step.arrived,
            went_on,
            left: step.left,
            waiting: step.arrived.saturating_sub(went_on + step.left),
            mail: Mail::of(&step.mail),
            held_back: HeldBack::of(&step.held),
            moved: Moved::of(step),
            skipped: Skipped::of(&step.skipped),
        }
    };
    steps.map(step).collect()
}

impl NotStarted {
    fn of(pulse: &pulse::JourneyPulse) -> Self {
        let pulse::NotStarted {
            busy,
            again,
            if_false,
            if_unknown,
            while_false,
            while_unknown,
            stopped,
            full,
            yielded,
            no_key,
            closed: _, // of an arm that is without the journey
        } = pulse.not_started;
        Self {
            busy,
            again,
            if_false,
            if_unknown,
            while_false,
            while_unknown,
            stopped,
            stopped_while_quiet: pulse.disarmed,
            full,
            yielded,
            no_key,
        }
    }
}

impl Ended {
    fn of(ended: &pulse::Ended) -> Self {
        let pulse::Ended { last_step, stopped, while_false, by_step, yielded } = *ended;
        Self { last_step, stopped, while_false, by_step, yielded }
    }
}

impl Mail {
    fn of(mail: &pulse::Mail) -> Self {
        Self {
            sent: mail.sent,
            delivered: mail.delivered(),
            rejected: mail.rejected,
            unknown: mail.unknown,
            bounced_hard: mail.bounced_hard,
            bounced_soft: mail.bounced_soft,
            opened_human: mail.opened_human,
            opened_machine: mail.opened_machine,
            clicked_human: mail.clicked_human,
            clicked_machine: mail.clicked_machine,
            unsubscribed: mail.unsubscribed,
            complained: mail.complained,
        }
    }
}

impl HeldBack {
    fn of(held: &pulse::Held) -> Self {
        let pulse::Held {
            stopped,
            while_false,
            while_unknown,
            no_address,
            no_permission,
            suppressed,
            holdout,
            limit,
            no_code,
            yielded,
            late,
            shut: _, // the no-mail arm's own doing
        } = *held;
        Self {
            stopped,
            while_false,
            while_unknown,
            no_permission,
            no_address,
            suppressed,
            holdout,
            limit,
            no_code,
            yielded,
            late,
        }
    }
}

impl Moved {
    /// Moves of the plan and delays of the hand-over together, as on the page.
    fn of(step: &pulse::StepPulse) -> Self {
        let mut all = step.moved;
        all.merge(&step.delayed);
        let pulse::Moved { quiet, still_shopping, limit, between } = all;
        Self { quiet, still_shopping, limit, between }
    }
}

impl Skipped {
    fn of(skipped: &pulse::Skipped) -> Self {
        let pulse::Skipped {
            if_false,
            if_unknown,
            while_unknown,
            due_unknown,
            no_code,
            paused,
            full,
        } = *skipped;
        let unknown = if_unknown;
        Self { if_false, unknown, while_unknown, due_unknown, no_code, paused, full }
    }
}

impl Finding {
    fn of(finding: super::finding::Finding) -> Self {
        Self {
            code: finding.code,
            severity: finding.level.name(),
            journey: finding.journey,
            message: finding.message.replace('\u{a0}', " "),
        }
    }
}

impl<'a> Assumption<'a> {
    fn of(setting: &'a Setting) -> Self {
        Self {
            key: &setting.key,
            value: &setting.value,
            unit: &setting.unit,
            grade: setting.grade.to_string(),
            source: &setting.source,
        }
    }
}
