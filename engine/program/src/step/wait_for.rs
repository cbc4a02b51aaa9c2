//! `wait_for`: until an event, or for so long at most. Conditions of steps further down ask `came('id')`.

use super::act::{Above, ActRead};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::known::Known;
use crate::listen;
use crate::text::read::{Reader, bad_duration};
use crate::text::tree::{At, Value};
use foresend_core::time::Wait;
use foresend_core::world::journey::WAITS_MAX;

pub(super) fn read(
    reader: &Reader<'_>,
    step: &str,
    value: &At<Value>,
    known: Known<'_>,
    above: &mut Above,
    told: &mut Mistakes,
) -> Option<ActRead> {
    let same = reader.text("same", told);
    let on = listen::read(reader, "wait_for", value, same.as_ref(), known, told);
    let number = u8::try_from(above.waits.len()).ok();
    // Known further down even where something else is wrong with it.
    above.waits.push(step.to_owned());
    if above.waits.len() > WAITS_MAX {
        told.tell(
            Diagnostic::error(
                "foresend::too_many",
                reader.file.name,
                format!("a journey may wait for events in {WAITS_MAX} steps"),
            )
            .at(value.span.clone(), "one too many"),
        );
        return None;
    }
    reader.require("at_most", &[], told)?;
    let at_most = reader.duration("at_most", told)?;
    if at_most.value == Wait::ZERO {
        told.tell(
            bad_duration(reader.file, "0m", at_most.span)
                .help("write how long to wait at most, such as `7d`"),
        );
        return None;
    }
    (!on.all.is_empty()).then_some(ActRead::WaitFor(on.build(), at_most.value, number?))
}
