//! When a step begins: `after` so long, or `due` at an instant that is worked out.

use crate::condition::compile::{Lowered, Purpose};
use crate::condition::needs::Needs;
use crate::defaults;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::journey;
use crate::known::Known;
use crate::text::read::Reader;
use foresend_core::time::Wait;
use foresend_core::world::journey::Begins;
use std::ops::Range;

/// When a step comes due, before it is moved.
#[derive(Debug)]
pub(crate) enum BeginsRead {
    /// So long after the step before it ended; where that stands, if it is written.
    After(Wait, Option<Range<usize>>),
    Due(Lowered),
}

impl BeginsRead {
    /// The least time after the step before it ended. An instant may be past: then it is at once.
    pub(crate) const fn least(&self) -> Wait {
        match self {
            Self::After(wait, _) => *wait,
            Self::Due(_) => Wait::ZERO,
        }
    }

    pub(crate) const fn due(&self) -> Option<&Lowered> {
        match self {
            Self::Due(due) => Some(due),
            Self::After(..) => None,
        }
    }

    pub(super) fn build(&self, needs: &Needs, slots: &[String]) -> Begins {
        match self {
            Self::After(wait, _) => Begins::After(*wait),
            Self::Due(due) => Begins::Due(due.condition(needs, slots)),
        }
    }
}

/// `None`: it is wrong, which is told.
pub(super) fn read(
    reader: &Reader<'_>,
    known: Known<'_>,
    told: &mut Mistakes,
) -> Option<BeginsRead> {
    let after = reader.duration("after", told);
    let due = journey::condition(reader, "due", Purpose::Due, known, told);
    match (reader.entry("after"), reader.entry("due")) {
        (Some(after), Some(due)) => {
            let [after, due] = [after, due].map(|(key, value)| key.span.start..value.span.end);
            told.tell(
                Diagnostic::error(
                    "foresend::two_moments",
                    reader.file.name,
                    "this step has both `after` and `due`",
                )
                .at(after, "so long after the step before it")
                .at(due, "at this instant")
                .help("keep one of the two"),
            );
            None
        }
        (Some(_), None) => after.map(|wait| BeginsRead::After(wait.value, Some(wait.span))),
        (None, Some(_)) => due.map(BeginsRead::Due),
        (None, None) if reader.was_meant("after") || reader.was_meant("due") => None,
        (None, None) => Some(BeginsRead::After(defaults::AFTER, None)),
    }
}
