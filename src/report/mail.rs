//! The mail itself: how much left, what people did with it, and why some did not leave. People and machines are
//! never added up.

use super::Report;
use super::finding::complaint_level;
use super::journeys::Reasons;
use super::number::{count, rate};
use super::page::{Page, Role, Row};
use foresend_insight::pulse::{Held, Mail, Moved, Skipped, StepPulse};
use foresend_simulator::rehearsal::Deliverability;

pub(super) fn write(report: &Report, page: &mut Page) {
    let wide = page.paper().is_wide();
    let head = Row::named(Role::Heading, "Mail");
    page.row(&if wide {
        head.until(31, Role::Faint, "sent")
            .until(44, Role::Faint, "delivered")
            .until(54, Role::Faint, "opened")
            .until(64, Role::Faint, "clicked")
            .until(79, Role::Faint, "unsubscribed")
            .until(92, Role::Faint, "complained")
    } else {
        head.until(27, Role::Faint, "delivered")
            .until(36, Role::Faint, "opened")
            .until(46, Role::Faint, "clicked")
            .until(60, Role::Faint, "unsubscribed")
    });
    let pulses = &report.pulse().journeys;
    for (name, of) in report.rows() {
        let mut all = StepPulse::default();
        of.iter().for_each(|&at| all.merge(&pulses[at].all_steps()));
        page.row(&row(&name, &all.mail, wide));
    }
    // Steps only where there is one journey: a page of many steps hides the journey that matters.
    if let ([journey], [pulse]) = (&*report.journeys, &**pulses) {
        let sending = |(_, step): &(_, &StepPulse)| step.ready > 0;
        for (step, pulse) in journey.steps.iter().zip(&pulse.steps).filter(sending) {
            page.row(&row(&format!("  {step}"), &pulse.mail, wide));
        }
    }
    let all = report.pulse().all_steps();
    if report.journeys.len() > 1 {
        page.row(&row("all", &all.mail, wide));
    }
    if let Some(opens) = opens(report) {
        page.prose(Role::Faint, &opens);
    }
    machines(&all.mail, page);
    if let Some(spam) = spam(report) {
        page.prose(Role::Plain, &spam);
    }
    held_back(report, &all.held, page);
    moved_and_skipped(&all, page);
}

fn row(name: &str, mail: &Mail, wide: bool) -> Row {
    let delivered = mail.delivered();
    let of = |part, decimals| rate(part, delivered, decimals);
    let row = Row::named(Role::Plain, name);
    if wide {
        let complaints = of(mail.complained, 3);
        let row = row
            .until(31, Role::Plain, count(mail.sent))
            .until(44, Role::Plain, count(delivered))
            .until(54, Role::Plain, of(mail.opened_human, 1))
            .until(64, Role::Plain, of(mail.clicked_human, 1))
            .until(79, Role::Plain, of(mail.unsubscribed, 2));
        match complaint_level(mail) {
            Some(level) => {
                row.until(92, level.role(), format!("{}\u{a0}{complaints}", level.sign()))
            }
            None => row.until(92, Role::Plain, complaints),
        }
    } else {
        row.until(27, Role::Plain, count(delivered))
            .until(36, Role::Plain, of(mail.opened_human, 1))
            .until(46, Role::Plain, of(mail.clicked_human, 1))
            .until(60, Role::Plain, of(mail.unsubscribed, 2))
    }
}

/// An open is only seen of who agreed to it: what is counted is fewer than what happens.
pub(super) fn opens(report: &Report) -> Option<String> {
    let tracked = report.settings.iter().find(|setting| setting.key == "contact.open_tracking");
    let share = tracked.and_then(|setting| setting.value.parse::<f64>().ok())?;
    let percent = share * 100.0;
    (share < 1.0).then(|| format!("Opened: seen only of the {percent:.0} % who agreed to it."))
}

/// What mailbox providers made of complaints, where the population says that they do.
pub(super) fn spam(report: &Report) -> Option<String> {
    let Deliverability { passes, change, lowest } = report.own().deliverability?;
    Some(format!(
        "Complaints sent mail to the spam folder: on the worst day {:.1}\u{a0}% of it ({}, the last moved a day by \
         {:.1}\u{a0}pp).",
        (1.0 - lowest) * 100.0,
        if passes == 1 { "1\u{a0}pass".to_owned() } else { format!("{passes}\u{a0}passes") },
        change * 100.0,
    ))
}

fn machines(mail: &Mail, page: &mut Page) {
    let delivered = mail.delivered();
    if mail.opened_machine + mail.clicked_machine == 0 {
        return;
    }
    let text = format!(
        "Machines opened {} mails ({}) and clicked in {} ({}); no decision uses either.",
        count(mail.opened_machine),
        rate(mail.opened_machine, delivered, 1),
        count(mail.clicked_machine),
        rate(mail.clicked_machine, delivered, 1),
    );
    page.prose(Role::Faint, &text);
}

fn held_back(report: &Report, all: &Held, page: &mut Page) {
    let mut reasons = Reasons::default();
    for (journey, pulse) in report.journeys.iter().zip(&report.pulse().journeys) {
        let held = pulse.all_steps().held;
        reasons.add(journey.stopped, held.stopped);
        reasons.add(journey.left, held.while_false);
    }
    let Held {
        stopped: _, // by journey, above: they call it by their own words
        while_false: _,
        while_unknown,
        no_address,
        no_permission,
        suppressed,
        holdout,
        test_holdout,
        limit,
        no_code,
        yielded,
        late,
        shut: _, // not held back: the arm's own doing
    } = *all;
    reasons.add("`while` unknown", while_unknown);
    reasons.add("no address", no_address);
    reasons.add("no permission", no_permission);
    reasons.add("suppressed", suppressed);
    reasons.add("holdout", holdout);
    reasons.add("experiment holdout", test_holdout);
    reasons.add("limit", limit);
    reasons.add("no code", no_code);
    reasons.add("yielded", yielded);
    reasons.add("late", late);
    if let Some(text) = reasons.text("Held back") {
        page.prose(Role::Plain, &text);
    }
}

fn moved_and_skipped(all: &StepPulse, page: &mut Page) {
    let mut moved = Reasons::default();
    for Moved { quiet, still_shopping, limit, between } in [all.moved, all.delayed] {
        moved.add("quiet", quiet);
        moved.add("still shopping", still_shopping);
        moved.add("limit", limit);
        moved.add("between", between);
    }
    let mut skipped = Reasons::default();
    let Skipped { if_false, if_unknown, while_unknown, due_unknown, no_code, paused, full } =
        all.skipped;
    skipped.add("`if` false", if_false);
    skipped.add("`if` unknown", if_unknown);
    skipped.add("`while` unknown", while_unknown);
    skipped.add("`due` unknown", due_unknown);
    skipped.add("no code", no_code);
    skipped.add("paused", paused);
    skipped.add("too many mails waiting", full);
    for text in [moved.text("Moved"), skipped.text("Skipped")].into_iter().flatten() {
        page.prose(Role::Plain, &text);
    }
}
