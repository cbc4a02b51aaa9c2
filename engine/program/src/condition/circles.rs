//! In which order facts and segments are compiled: each after all it rests on; and the circles, which have no
//! such order.

use super::definitions::Sort;
use super::expr::{Expr, Kind};
use crate::circle::circles;
use crate::diagnostic::Diagnostic;
use crate::sources::File;
use crate::text::spelled::Spelled;
use std::collections::BTreeMap;
use std::ops::Range;

/// A definition that is still a text.
pub(super) struct Draft<'a> {
    pub(super) name: &'a str,
    pub(super) sort: Sort,
    /// Where its name stands.
    pub(super) place: Range<usize>,
    pub(super) spelled: Spelled,
    pub(super) expr: Option<Expr>,
}

/// The names that an expression uses.
fn uses<'e>(expr: &'e Expr, out: &mut Vec<&'e str>) {
    match &expr.kind {
        Kind::Name(name) => out.push(name.split('.').next().unwrap_or(name)),
        Kind::Call(_, _, args) => args.iter().for_each(|arg| uses(arg, out)),
        Kind::Method(of, _, _, args) => {
            uses(of, out);
            args.iter().for_each(|arg| uses(arg, out));
        }
        // A list holds no names.
        Kind::In(of, _, _) => uses(of, out),
        Kind::Not(a) | Kind::Negate(a) => uses(a, out),
        Kind::Binary(_, _, a, b) => [a, b].iter().for_each(|e| uses(e, out)),
        Kind::Choose(a, b, c) => [a, b, c].iter().for_each(|e| uses(e, out)),
        Kind::Number(_) | Kind::Truth(_) | Kind::Text(_) | Kind::Foreign(_) => {}
    }
}

/// The drafts that each draft uses.
fn edges(drafts: &[Draft<'_>]) -> Vec<Vec<usize>> {
    let number: BTreeMap<&str, usize> =
        drafts.iter().enumerate().map(|(i, draft)| (draft.name, i)).collect();
    let of = |draft: &Draft<'_>| {
        let mut names = Vec::new();
        draft.expr.iter().for_each(|expr| uses(expr, &mut names));
        names.iter().filter_map(|name| number.get(name).copied()).collect()
    };
    drafts.iter().map(of).collect()
}

/// Every draft after all that it uses. Within a circle the order does not matter.
pub(super) fn order(drafts: &[Draft<'_>]) -> Vec<usize> {
    let edges = edges(drafts);
    let (mut done, mut order) = (vec![false; drafts.len()], Vec::new());
    for start in 0..drafts.len() {
        // No recursion: a long chain of facts must not end the process.
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.pop() {
            if next == 0 {
                if done[at] {
                    continue;
                }
                done[at] = true;
            }
            match edges[at].get(next) {
                Some(&to) => path.extend([(at, next + 1), (to, 0)]),
                None => order.push(at),
            }
        }
    }
    order
}

/// The circles: for each the drafts in the order in which they use each other, beginning with the first in the
/// file. A draft that stands in one already begins no other.
pub(super) fn find(drafts: &[Draft<'_>]) -> Vec<Vec<usize>> {
    circles(&edges(drafts))
}

pub(super) fn told(file: File<'_>, circle: &[usize], drafts: &[Draft<'_>]) -> Diagnostic {
    let names: Vec<&str> = circle.iter().chain(circle.first()).map(|&at| drafts[at].name).collect();
    let message = match circle {
        [_] => format!("`{}` is defined by itself", names[0]),
        _ => format!("these go in a circle: {}", names.join(" → ")),
    };
    let diagnostic = Diagnostic::error("foresend::circle", file.name, message);
    circle
        .iter()
        .zip(names.iter().skip(1))
        .fold(diagnostic, |diagnostic, (&at, uses)| {
            diagnostic.at(drafts[at].place.clone(), format!("uses `{uses}`"))
        })
        .help("a fact or segment rests on others and ends at events: leave one of these out")
}
