//! `was`: a renamed step keeps what it is known by for ever, so that the same mail does not go twice to who is on it.
//! Invariant: no two steps of a journey are known by the same name, then or now.

use super::StepRead;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::tree::At;
use crate::text::words;
use crate::topic::bad_id;

/// What the step was called when it was first published.
pub(super) fn read(reader: &Reader<'_>, id: &str, told: &mut Mistakes) -> Option<At<String>> {
    let was = reader.text("was", told)?;
    if !words::is_id(was.value) {
        told.tell(bad_id(reader.file, "step", was.value, Some(was.span)));
        return None;
    }
    if was.value == id {
        told.tell(
            Diagnostic::error(
                "foresend::duplicate_id",
                reader.file.name,
                format!("`was` is what the step `{id}` is called now"),
            )
            .at(was.span, "its own id")
            .help("write what it was called before, or leave `was` out"),
        );
        return None;
    }
    Some(At { value: was.value.to_owned(), span: was.span })
}

/// Tells of a step that has the id of one above it, or is known by the same name.
pub(super) fn check(file: File<'_>, step: &StepRead, above: &[StepRead], told: &mut Mistakes) {
    if step.name.is_empty() {
        return;
    }
    if let Some(other) = above.iter().find(|other| other.name == step.name) {
        told.tell(two_steps(file, step, other));
    } else if let Some(other) = above.iter().find(|other| other.known_by() == step.known_by()) {
        let known_by = step.known_by();
        let message = format!(
            "the steps `{}` and `{}` are both known as `{known_by}`",
            other.name, step.name
        );
        let place =
            |step: &StepRead| step.was.as_ref().map_or(&step.place, |was| &was.span).clone();
        let help = if step.was.is_some() && other.was.is_some() {
            format!("only one step can be what `{known_by}` became: leave one `was` out")
        } else {
            format!(
                "`was` names what a step is no longer called: leave it out, or give the step `{known_by}` another id"
            )
        };
        told.tell(
            Diagnostic::error("foresend::duplicate_id", file.name, message)
                .at(place(step), "this one")
                .at(place(other), "and this one")
                .help(help),
        );
    }
}

fn two_steps(file: File<'_>, step: &StepRead, other: &StepRead) -> Diagnostic {
    Diagnostic::error(
        "foresend::duplicate_id",
        file.name,
        format!("there are two steps `{}`", step.name),
    )
    .at(step.place.clone(), "named again here")
    .at(other.place.clone(), "first named here")
    .help("a step is known by its id for ever: give this one another")
}
