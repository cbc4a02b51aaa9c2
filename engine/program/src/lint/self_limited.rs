//! # `self-limited`
//!
//! More steps of one journey may send within the shortest limit's window than the limit allows: the journey keeps
//! its own mails from leaving, even if no other journey mails.
//!
//! ```toml
//! mails = ["1 in 20h"]                                     # program.toml
//! steps = [
//!   { id = "first",  send = "cart-first" },
//!   { id = "second", after = "6h", send = "cart-second" }, # would find the limit full
//! ]
//! ```
//!
//! Wait longer between the steps, or loosen the limit. Meant so (the steps' `if` exclude each other)?
//! `allow = ["self-limited"]`.

use crate::diagnostic::Diagnostic;
use crate::journey::JourneyRead;
use crate::step::begins::BeginsRead;
use crate::text::tree::At;
use crate::topic::Topics;
use foresend_core::time::Wait;
use foresend_core::world::limit::Rate;

pub(crate) fn find(
    journey: &JourneyRead<'_>,
    topics: &Topics,
    rates: &[At<Rate>],
) -> Option<Diagnostic> {
    let limit = rates.iter().map(|rate| rate.value).min_by_key(|rate| rate.within)?;
    // Marketing mails with their due instants, counted from the start, as early as can be.
    let mut at = Wait::ZERO;
    let mut due = Vec::new();
    for step in &journey.steps {
        match step.begins.as_ref()? {
            BeginsRead::After(wait, _) => {
                at = Wait::from_millis(at.millis().saturating_add(wait.millis()));
            }
            // Nobody can say how long after the mails before it that is.
            BeginsRead::Due(_) => due.clear(),
        }
        // Of steps on different paths only one may run: those are not counted against each other.
        let sends = step.send().filter(|_| step.path.is_none());
        if sends.is_some_and(|send| topics.get(send.topic).is_marketing()) {
            due.push((at.millis(), step));
        }
    }
    let most = usize::from(limit.most);
    let (first, step) = due.windows(most + 1).find_map(|pair| {
        let (first, last) = (pair.first()?, pair.last()?);
        (last.0 - first.0 < limit.within.millis()).then_some((first.1, last.1))
    })?;
    let gap = Wait::from_millis(
        due.iter().find(|d| std::ptr::eq(d.1, step))?.0
            - due.iter().find(|d| std::ptr::eq(d.1, first))?.0,
    );
    let place = match &step.begins {
        Some(BeginsRead::After(_, Some(place))) => place.clone(),
        Some(BeginsRead::After(_, None) | BeginsRead::Due(_)) | None => step.place.clone(),
    };
    let limit_text = format!("{} in {}", limit.most, limit.within);
    Some(
        Diagnostic::warning(
            "foresend::lint::self_limited",
            journey.file.name,
            format!(
                "`{}` may find the limit `{limit_text}` filled by this journey itself",
                step.name
            ),
        )
        .at(place, format!("{gap} after `{}`", first.name))
        .help(format!(
            "let {} pass between the two, or loosen `mails` of [limits] in program.toml",
            limit.within
        )),
    )
}
