//! A customer as a page: a heading for each thing that is held, a line for each piece of it, on their own clock.

use super::Known;
use crate::looked;
use crate::report::number::count;
use crate::report::page::{MARGIN, Page, Role, Row};
use foresend_core::customer::held::Permission;
use foresend_core::customer::input::Line;
use foresend_core::id::Key;
use foresend_core::time::Timestamp;
use foresend_core::world::topic::Basis;
use foresend_engine::shard::Owned;
use foresend_program::{Timeline, basis_words};
use std::path::Path;

/// Before what stands under a heading.
const INDENT: usize = MARGIN + 2;
/// A longer name is cut.
const NAME_MAX: usize = 24;

pub(super) fn draw(known: &Known<'_>, data: &Path, page: &mut Page) {
    let compiled = &known.look.version().compiled;
    let timeline = Timeline::new(compiled, known.zone).naming(&known.names);
    let user = looked::shown(&known.held.person.user);
    let who = format!("{user} · {} · local times", known.zone.name());
    looked::head(who, known.look, data, &timeline, page);
    if known.held.quarantined {
        page.signed_prose(Role::Failed, "✗", &quarantined(known));
    }
    section(page, "Traits", &traits(known), "No traits.");
    let permissions: Vec<_> = known
        .permissions
        .iter()
        .map(|permission| {
            let topic = &compiled.program.topic(permission.topic).name;
            (topic.clone(), permits(permission, &timeline))
        })
        .collect();
    section(page, "May be mailed about", &permissions, "Nothing: the program has no topics.");
    let facts: Vec<_> =
        known.facts.iter().map(|fact| (fact.name.clone(), fact.says.clone())).collect();
    section(page, "Facts and segments", &facts, "The program reads no facts or segments.");
    section(page, "Cart", &cart(known, &timeline), "The cart is empty.");
    waits(known, &timeline, page);
    section(page, "Held", &held(known, &timeline), "");
}

fn quarantined(known: &Known<'_>) -> String {
    let since = count(known.held.settled.0);
    format!(
        "in quarantine: an input from entry {since} on made Foresend stumble, which is a bug of ours. What comes is \
         kept and not applied, until `foresend release` lets them go on"
    )
}

/// Lines under a heading, or the sentence that there are none.
fn section(page: &mut Page, heading: &str, lines: &[(String, String)], none: &str) {
    page.gap();
    if lines.is_empty() {
        page.beside(Row::default(), MARGIN, Role::Plain, none);
        return;
    }
    page.row(&Row::named(Role::Heading, heading));
    let longest = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let column = INDENT + longest.min(NAME_MAX) + 2;
    for (name, text) in lines {
        let row = Row::default().from(INDENT, Role::Plain, name.clone());
        page.beside(row, column, Role::Plain, text);
    }
}

fn traits(known: &Known<'_>) -> Vec<(String, String)> {
    let person = &known.held.person;
    let value = |value: &Owned| match value {
        Owned::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        Owned::Number(number) => number.to_string(),
        Owned::Text(text) | Owned::Json(text) => looked::shown(text),
    };
    let mut all: Vec<_> =
        person.traits.iter().map(|(name, one)| (looked::shown(name), value(one))).collect();
    all.extend(person.timezone.iter().map(|zone| ("time zone".to_owned(), looked::shown(zone))));
    all
}

/// `consent, since 2026-03-01`; `no: objected 2026-03-04`
fn permits(permission: &Permission, timeline: &Timeline<'_>) -> String {
    let Permission { topic: _, basis, consented, bought, objected } = *permission;
    let on = |at: Timestamp| timeline.local(at).chars().take(DAY).collect::<String>();
    match basis {
        Some(basis) => {
            let since = match basis {
                Basis::Consent => consented,
                Basis::ExistingCustomer => bought,
                Basis::Contract | Basis::Service | Basis::Request => None,
            };
            let since = since.map(|at| format!(", since {}", on(at))).unwrap_or_default();
            format!("{}{since}", basis_words(basis))
        }
        None => match objected {
            Some(at) => format!("no: objected {}", on(at)),
            None => "no: nothing permits it".to_owned(),
        },
    }
}

/// `2026-03-09` of `2026-03-09T10:10:04`
const DAY: usize = 10;

fn cart(known: &Known<'_>, timeline: &Timeline<'_>) -> Vec<(String, String)> {
    let lines = known.held.customer.cart_lines(known.look.meta().now);
    let line = |line: &Line| {
        let name = known.names.get(&Key::from(line.product));
        let name = name.cloned().unwrap_or_else(|| format!("{:016x}", line.product.0));
        let money = timeline.money(line.price);
        (name, if line.quantity == 1 { money } else { format!("{} × {money}", line.quantity) })
    };
    lines.iter().map(line).collect()
}

fn waits(known: &Known<'_>, timeline: &Timeline<'_>, page: &mut Page) {
    let compiled = &known.look.version().compiled;
    let waiting = known.waiting.iter().map(|waiting| timeline.waiting(waiting));
    let mails = known.mails.iter().map(|mail| looked::mail_waits(mail, compiled, timeline));
    let all: Vec<String> = waiting.chain(mails).collect();
    page.gap();
    if all.is_empty() {
        page.beside(Row::default(), MARGIN, Role::Plain, "Waits for nothing.");
        return;
    }
    page.row(&Row::named(Role::Heading, "Waits for"));
    for line in &all {
        page.beside(Row::default(), INDENT, Role::Plain, line);
    }
}

fn held(known: &Known<'_>, timeline: &Timeline<'_>) -> Vec<(String, String)> {
    let person = &known.held.person;
    let when = |at: Timestamp| format!("{} {}", timeline.day(at), timeline.time(at));
    let next = known.next_wake.map_or_else(|| "nothing is due".to_owned(), when);
    let address = match (known.held.customer.has_address(), person.suppressed) {
        (false, _) => "none: no mail can leave",
        (true, true) => "suppressed: mail came back for good, or was called spam",
        (true, false) => "there is one",
    };
    let mut all = vec![
        ("address", address.to_owned()),
        ("next wake", next),
        ("settled", format!("before entry {}", count(known.held.settled.0))),
        ("calls kept", count(known.calls)),
    ];
    if known.held_out {
        all.push(("holdout", "one of those who get no marketing".to_owned()));
    }
    all.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}
