//! The sentences of a verdict: short enough for a line of the dashboard, whole enough to be acted on.

use super::super::size;
use super::{Guard, POINTS, Then, Watched, real};
use crate::board::experiment::{Factor, Row};

/// Gaps worth asking for, in percentage points, from the narrowest.
const GAPS: [f64; 10] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
const DAYS_A_WEEK: f64 = 7.0;

pub(super) fn broken(groups: &[u64], shares: &[f64], p: f64) -> String {
    let groups = listed(&groups.iter().map(|&group| thousands(group)).collect::<Vec<_>>());
    let plan = if shares.iter().all(|share| share.total_cmp(&shares[0]).is_eq()) {
        "equal".to_owned()
    } else {
        listed(&shares.iter().map(|&share| percent(share, 0)).collect::<Vec<_>>())
    };
    let p = chance(p);
    format!("Groups {groups} should be {plan} (p {p}). Do not read its result; find the cause.")
}

pub(super) fn stopped(of: &Watched, guard: &Guard) -> String {
    format!(
        "Stopped in {}: {} {} of {}, and its guard is {}.",
        week(of),
        guard.name,
        percent_of(guard.share().unwrap_or_default()),
        thousands(guard.of),
        percent_of(guard.line),
    )
}

pub(super) fn found(of: &Watched, better: &[(&Row, bool)], ratio: Option<f64>) -> String {
    let name = |(row, is_control): &(&Row, bool)| {
        if *is_control { format!("{} (the control)", row.name) } else { row.name.clone() }
    };
    let names = listed(&better.iter().map(name).collect::<Vec<_>>());
    let (are, wait, them) =
        if better.len() == 1 { ("is", "It waits", "it") } else { ("are", "They wait", "them") };
    let then = match of.then {
        Then::Ask => {
            let place = &of.place;
            format!("{wait} for your word (then = \"ask\"): write {them} into {place}.")
        }
        Then::TakeTheWinner => format!("Everybody gets {them} now (then = \"take-the-winner\")."),
    };
    joined([Some(format!("{names} {are} better. {then}")), guards(of), sample_ratio(ratio)])
}

pub(super) fn ended(of: &Watched, factors: &[Factor], ratio: Option<f64>) -> String {
    let rows = || factors.iter().flat_map(|factor| &factor.variants);
    let intervals = || rows().filter_map(|row| row.against);
    let low = intervals().map(|interval| interval.low).fold(0.0, f64::min);
    let high = intervals().map(|interval| interval.high).fold(0.0, f64::max);
    let weeks = of.ends_days.div_ceil(7);
    let mut says = format!("Over after {weeks} weeks, and nothing is clear.");
    if intervals().next().is_some() {
        says +=
            &format!(" No variant is further from its control than −{:.2} … +{high:.2} pp.", -low);
    }
    joined([Some(says), guards(of), sample_ratio(ratio)])
}

pub(super) fn not_yet(of: &Watched, factors: &[Factor], ratio: Option<f64>) -> String {
    let missing = missing(of, factors);
    joined([Some(format!("Not yet, {}. {missing}", week(of))), guards(of), sample_ratio(ratio)])
}

/// How many more customers the smallest gap takes that can still show before the end. A side is the variant that
/// fewest customers met; the share that of the first control, as it is shown.
fn missing(of: &Watched, factors: &[Factor]) -> String {
    let control = factors.first().and_then(|factor| factor.variants.first());
    let sides = factors.iter().flat_map(|factor| &factor.variants).map(|row| row.reached);
    let (Some(control), Some(reached)) = (control, sides.min().filter(|least| *least > 0)) else {
        return match of.window_days.saturating_add(1).saturating_sub(of.elapsed_days) {
            0 => "Nobody whose goal is settled met every variant.".to_owned(),
            1 => "The first goals are settled in a day.".to_owned(),
            days => format!("The first goals are settled in {days} days."),
        };
    };
    let everybody = |days: &[(u64, u64)]| days.iter().map(|(met, _)| met).sum::<u64>();
    let met = of.factors.iter().flat_map(|split| &split.variants).map(|of| everybody(&of.days));
    let a_day = real(met.min().unwrap_or_default()) / days(of.elapsed_days.max(1));
    let at_end = a_day * days(of.ends_days.saturating_sub(of.window_days));
    let base = (real(control.goal) / real(control.reached) * 1e4).round() / 1e4;
    let needs = |gap: f64| size::a_side(base, gap / POINTS, size::ALPHA, size::POWER);
    let reachable = |(_, needs): &(f64, u64)| real(*needs) <= at_end;
    let mut sized = GAPS.iter().filter_map(|&gap| Some((gap, needs(gap)?)));
    let Some((gap, needs)) = sized.find(reachable) else {
        return "At this pace no gap below 10 pp will show before its end.".to_owned();
    };
    let side = thousands(rounded(needs));
    if needs <= reached {
        let left = days(of.ends_days.saturating_sub(of.elapsed_days)) / DAYS_A_WEEK;
        return format!(
            "{gap} pp, with {side} a side, would likely show by now. Its end: {left:.1} weeks."
        );
    }
    let weeks = (real(needs - reached) / (a_day * DAYS_A_WEEK)).max(0.1);
    format!("{gap} pp needs {side} a side: {weeks:.1} more weeks.")
}

/// `✓` within its line, `▲` over it, though chance may have done it.
fn guards(of: &Watched) -> Option<String> {
    let each = of.guards.iter().filter_map(|guard| {
        let share = guard.share()?;
        let sign = if share < guard.line { "✓" } else { "▲" };
        Some(format!(" {sign} {}", percent_of(share)))
    });
    let each: String = each.collect();
    (!each.is_empty()).then(|| format!("Guards{each}."))
}

fn sample_ratio(p: Option<f64>) -> Option<String> {
    p.map(|p| format!("Sample ratio ✓ p {}", chance(p)))
}

fn week(of: &Watched) -> String {
    let weeks = of.ends_days.div_ceil(7);
    format!("week {} of {weeks}", (of.elapsed_days / 7 + 1).min(weeks.max(1)))
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn days(count: usize) -> f64 {
    real(u64::try_from(count).unwrap_or(u64::MAX))
}

/// To a hundred, of thousands to ten: what a size says is not more exact than the share it is made from.
fn rounded(n: u64) -> u64 {
    let step = match n {
        0..1_000 => 1,
        1_000..10_000 => 10,
        10_000.. => 100,
    };
    n.saturating_add(step / 2) / step * step
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub(super) fn percent(share: f64, decimals: usize) -> String {
    format!("{:.decimals$} %", share * POINTS)
}

/// A share in percent, to two digits: 12 %, 1.2 %, 0.30 %, 0.032 %.
fn percent_of(share: f64) -> String {
    percent(share, digits_after(share * POINTS, 1))
}

/// A p-value: 0.72, or its first digit.
fn chance(p: f64) -> String {
    if p < 1e-12 {
        return "below 10⁻¹²".to_owned();
    }
    let decimals = digits_after(p, 0).max(2);
    format!("{p:.decimals$}")
}

/// Decimals after which `more` digits follow the first that is not 0.
fn digits_after(number: f64, more: i32) -> usize {
    if number <= 0.0 {
        return 2;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a float is below 400")]
    let first = number.log10().floor() as i32;
    usize::try_from(more - first).unwrap_or(0).min(15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_to_the_digits_that_are_known() {
        let shares = [0.12, 0.0123, 0.003, 0.000_32, 0.0].map(percent_of);
        assert_eq!(shares, ["12 %", "1.2 %", "0.30 %", "0.032 %", "0.00 %"]);
        let chances = [0.723, 1.0, 0.0302, 0.000_003_6, 1e-300].map(chance);
        assert_eq!(chances, ["0.72", "1.00", "0.03", "0.000004", "below 10⁻¹²"]);
        let sizes = [7, 1_234_567, 380_213].map(|n| thousands(rounded(n)));
        assert_eq!(sizes, ["7", "1,234,600", "380,200"]);
        assert_eq!(listed(&["a", "b", "c"].map(str::to_owned)), "a, b and c");
    }
}
