//! Why something did not happen, or later: reasons with their numbers, the largest first, each with its place in the
//! JSON. Where there is none there is no row.

use crate::html::figure::Figure;
use crate::html::{Kind, Row};
use maud::{Markup, html};
use std::cmp::Reverse;

/// One reason: what people call it, its key in the JSON, and how often.
pub(super) type Reason<'a> = (&'a str, &'a str, u64);

/// A row for all of them together and one for each; `at` is where their keys are.
pub(super) fn rows(title: &str, at: &str, mut reasons: Vec<Reason<'_>>) -> Vec<Row> {
    reasons.retain(|&(_, _, number)| number > 0);
    reasons.sort_by_key(|&(_, _, number)| Reverse(number)); // stable: equals stay in the order of the JSON
    let places: Vec<String> = reasons.iter().map(|(_, key, _)| format!("{at}/{key}")).collect();
    let all = Figure::count(places.join(" "), reasons.iter().map(|&(_, _, number)| number).sum());
    let mut rows =
        vec![Row { name: html! { (title) }, cells: vec![html! { (all) }], kind: Kind::Plain }];
    for (&(name, _, number), place) in reasons.iter().zip(places) {
        rows.push(Row {
            name: words(name),
            cells: vec![html! { (Figure::count(place, number)) }],
            kind: Kind::Part,
        });
    }
    if reasons.is_empty() { Vec::new() } else { rows }
}

/// What stands between backquotes is written as its author wrote it.
fn words(text: &str) -> Markup {
    html! { @for (at, part) in text.split('`').enumerate() {
        @if at % 2 == 1 { code { (part) } } @else { (part) }
    } }
}
