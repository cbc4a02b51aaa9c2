//! When a step may come due on the customer's clock: `at` or `between`, then `days`.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::known::Known;
use crate::text::read::Reader;
use crate::text::tree::At;
use foresend_core::moment::{Clock, Days, Moment};
use foresend_core::time::DayWindow;
use foresend_core::world::topic::TopicIx;

/// The moment, and where its `between` stands.
pub(super) fn read(reader: &Reader<'_>, told: &mut Mistakes) -> (Moment, Option<At<DayWindow>>) {
    let at = reader.day_minute("at", told);
    let between = reader.day_window("between", told);
    if let (Some(at), Some(between)) = (&at, &between) {
        told.tell(
            Diagnostic::error(
                "foresend::two_moments",
                reader.file.name,
                "this step has both `at` and `between`",
            )
            .at(at.span.clone(), "at one moment of the day")
            .at(between.span.clone(), "within a part of it")
            .help("keep one of the two"),
        );
    }
    let clock = match (&at, &between) {
        (Some(at), _) => Clock::At(at.value),
        (None, Some(between)) => Clock::Between(between.value),
        (None, None) => Clock::Any,
    };
    let days = reader.days("days", told).unwrap_or(Days::ALL);
    (Moment { clock, days }, between)
}

/// Marketing that may leave only in quiet hours would never leave.
pub(super) fn check(
    reader: &Reader<'_>,
    between: Option<&At<DayWindow>>,
    topic: Option<TopicIx>,
    known: Known<'_>,
    told: &mut Mistakes,
) {
    let (Some(between), Some(quiet), Some(topic)) = (between, known.quiet, topic) else { return };
    let minutes = |window: DayWindow| (0..1440i64).filter(move |m| window.contains(m * 60_000));
    let awake = quiet.complement();
    if known.topics.get(topic).is_marketing()
        && !minutes(between.value).any(|minute| awake.contains(minute * 60_000))
    {
        told.tell(
            Diagnostic::error(
                "foresend::never_due",
                reader.file.name,
                format!("this mail may leave only in the quiet hours, {quiet}"),
            )
            .at(between.span.clone(), "all of it is quiet")
            .help("move `between` into the day, or change `quiet` of [limits] in program.toml"),
        );
    }
}
