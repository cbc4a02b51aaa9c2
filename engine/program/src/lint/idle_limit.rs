//! # `idle-limit`
//!
//! A limit that another limit never lets fill: it looks like protection and does nothing.
//!
//! ```toml
//! mails = ["1 in 20h", "3 in 2d"]    # one in 20 hours is three in two days at most: the second never binds
//! ```
//!
//! Leave it out, or make it tighter. It speaks of program.toml, so no journey can allow it.

use crate::diagnostic::Diagnostic;
use crate::sources::File;
use crate::text::tree::At;
use foresend_core::world::limit::Rate;

pub(crate) fn find(file: File<'_>, rates: &[At<Rate>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (i, idle) in rates.iter().enumerate() {
        // Of two limits that keep each other idle (the same one twice) the later is told.
        let by = rates.iter().enumerate().find(|(j, by)| {
            *j != i
                && never_fills(idle.value, by.value)
                && (*j < i || !never_fills(by.value, idle.value))
        });
        if let Some((_, by)) = by {
            found.push(
                Diagnostic::warning(
                    "foresend::lint::idle_limit",
                    file.name,
                    "this limit never binds",
                )
                .at(idle.span.clone(), "never full")
                .at(
                    by.span.clone(),
                    format!(
                        "allows {} in {} at most",
                        most(by.value, idle.value),
                        idle.value.within
                    ),
                )
                .help("leave it out, or make it tighter"),
            );
        }
    }
    found
}

/// Whether `by` alone lets no more mails through than `idle` allows.
fn never_fills(idle: Rate, by: Rate) -> bool {
    most(by, idle) <= i64::from(idle.most)
}

/// The most mails that `by` lets into a stretch as long as that of `other`: windows are half-open, so a stretch
/// of twice the window holds twice the mails, and any bit more than that a third time.
fn most(by: Rate, other: Rate) -> i64 {
    let (within, stretch) = (by.within.millis().max(1), other.within.millis());
    i64::from(by.most).saturating_mul((stretch + within - 1) / within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words::rate;

    #[test]
    fn a_limit_that_another_keeps_from_filling_is_idle() {
        let idle = |a: &str, b: &str| never_fills(rate(a).unwrap(), rate(b).unwrap());
        assert!(!idle("3 in 7d", "1 in 20h"));
        assert!(idle("3 in 2d", "1 in 20h"));
        assert!(!idle("2 in 2d", "1 in 20h"));
        assert!(idle("2 in 2d", "1 in 1d"));
        assert!(idle("5 in 1h", "2 in 1d"));
        assert!(!idle("1 in 1d", "2 in 1d"));
    }
}
