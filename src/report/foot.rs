//! The last lines: what mail cost, what to look at, and what the answer rests on most.

use super::finding::findings;
use super::number::{count, counted, money, seconds};
use super::page::{Letters, Page, Role};
use super::{Report, Sends};
use foresend_simulator::population::preset::{Grade, Setting};

/// A setting, what people call it, and whether it concerns a program that sends these.
type Leading = (&'static str, &'static str, fn(Sends) -> bool);

/// The settings that an increment depends on most, as people call them: of mail about carts, of mail that advertises,
/// of offers.
const LEADING: [Leading; 6] = [
    ("intent.salience", "cart forgotten in", |sends| sends.about_carts),
    ("intent.intent", "intent gone in", |sends| sends.about_carts),
    ("reminder.reactance", "put off by an early mail", |sends| sends.about_carts),
    ("promotion.view_through", "come by themselves after an opened mail", |sends| {
        sends.advertising
    }),
    ("pull_forward.share", "orders only brought forward", |sends| sends.advertising),
    ("offer.strength", "strength of an offer", |sends| sends.offers),
];
/// Last click is named where it claims so much more than mail caused.
const CLAIM_RATIO: f64 = 1.2;

pub(super) fn costs(report: &Report, page: &mut Page) {
    page.prose(Role::Plain, &cost(report, page.paper().letters));
    for finding in findings(report) {
        page.signed_prose(finding.level.role(), finding.level.sign(), &finding.message);
    }
    if let Some(claim) = last_click(report) {
        page.prose(Role::Plain, &claim);
    }
}

/// What mail cost.
pub(super) fn cost(report: &Report, letters: Letters) -> String {
    let mail = report.pulse().all_steps().mail;
    let mut cost = format!(
        "Cost of mail: {} unsubscribed, {} complained",
        people(mail.unsubscribed),
        count(mail.complained)
    );
    if report.own().discounts_minor > 0 {
        let taken_off = report.own().discounts_minor;
        let money = money(taken_off, report.currency, letters);
        cost.push_str(&format!("; {money} of discounts, already off revenue"));
    }
    cost.push('.');
    cost
}

/// On which assumptions the answer rests most. Never left out.
pub(super) fn caution(report: &Report) -> String {
    let leading: Vec<String> = LEADING
        .iter()
        .filter(|(_, _, concerns)| concerns(report.sends))
        .filter_map(|&(key, says, _)| {
            let setting = report.settings.iter().find(|setting| setting.key == key)?;
            (setting.grade == Grade::A).then(|| format!("{says}\u{a0}{}", spelled(setting)))
        })
        .collect();
    if leading.is_empty() {
        "A rehearsal is no forecast.".to_owned()
    } else {
        format!(
            "{} comes from {}: {}. A rehearsal is no forecast.",
            if report.worlds.len() > 1 { "The range" } else { "What mail causes here" },
            counted(leading.len() as u64, "assumed setting"),
            leading.join(", ")
        )
    }
}

/// `1.5 / 30 h`, of `[1.5, 30.0]` hours.
fn spelled(setting: &Setting) -> String {
    let values: Vec<&str> = setting
        .value
        .trim_matches(['[', ']'])
        .split(", ")
        .map(|value| value.strip_suffix(".0").unwrap_or(value))
        .collect();
    let values = values.join("\u{a0}/\u{a0}");
    match &*setting.unit {
        "hours" => format!("{values}\u{a0}h"),
        _ => values,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a speed is shown to three digits")]
pub(super) fn speed(report: &Report, page: &mut Page) {
    let timing = &report.timing;
    let mut text = format!(
        "{} events in {} · {:.2}\u{a0}M\u{a0}events/s · {}\u{a0}arms · {}",
        count(timing.events),
        seconds(timing.seconds),
        timing.events as f64 / timing.seconds.max(1e-9) / 1e6,
        report.lived,
        counted(timing.threads as u64, "thread"),
    );
    if let Some(bytes) = timing.peak_bytes {
        text.push_str(&format!(" · peak\u{a0}{}\u{a0}MB", count(bytes.div_ceil(1_000_000))));
    }
    page.prose(Role::Faint, &text);
}

#[expect(clippy::cast_precision_loss, reason = "a ratio is shown to two digits")]
pub(super) fn last_click(report: &Report) -> Option<String> {
    let (claimed, orders) = (report.own().attributed_orders, &report.own().orders);
    if claimed == 0 {
        return None;
    }
    let claim = format!("Last click would claim {}", counted(claimed, "order"));
    match orders.holds_zero() {
        Some(false) if orders.value > 0 => {
            let ratio = claimed as f64 / orders.value as f64;
            (ratio >= CLAIM_RATIO).then(|| format!("{claim}: {ratio:.1} times what mail caused."))
        }
        Some(false) => Some(format!("{claim}, though mail caused none.")),
        Some(true) | None => Some(format!("{claim}; no effect of mail was found.")),
    }
}

fn people(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "person" } else { "people" })
}
