//! `[limits]`: how much marketing one customer may get, and when.

use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::sources::File;
use crate::text::read::Reader;
use crate::text::tree::{At, Table};
use crate::text::words;
use foresend_core::world::limit::{Full, Limits, Rate};
use std::ops::Range;

const FULL: [(&str, Full); 2] = [("skip", Full::Skip), ("wait", Full::Wait)];
/// Most rates of a program.
const RATES_MAX: usize = 8;

/// Limits with the places of their rates.
#[derive(Debug, Default)]
pub(crate) struct LimitsRead {
    pub(crate) limits: Limits,
    pub(crate) rates: Vec<At<Rate>>,
}

impl LimitsRead {
    pub(crate) fn read(
        file: File<'_>,
        table: &Table,
        place: Range<usize>,
        told: &mut Mistakes,
    ) -> Self {
        let reader = Reader::new(file, table, &keys::LIMITS, place, told);
        let mut rates = Vec::new();
        for text in reader.list("mails", told) {
            match words::rate(text.value) {
                Some(rate) => rates.push(At { value: rate, span: text.span }),
                None => told.tell(bad_rate(file, &text)),
            }
        }
        if let Some(extra) = rates.get(RATES_MAX) {
            told.tell(
                Diagnostic::error(
                    "foresend::too_many",
                    file.name,
                    format!("`[limits]` may have {RATES_MAX} rates"),
                )
                .at(extra.span.clone(), "one too many"),
            );
        }
        let limits = Limits {
            mails: rates.iter().map(|rate| rate.value).collect(),
            full: reader.one_of("full", &FULL, told).unwrap_or_default(),
            quiet: reader.day_window("quiet", told).map(|window| window.value),
            still_shopping: reader.some_duration("still_shopping", told).map(|wait| wait.value),
        };
        Self { limits, rates }
    }
}

fn bad_rate(file: File<'_>, text: &At<&str>) -> Diagnostic {
    let words: Vec<&str> = text.value.split_whitespace().collect();
    // "3 per week", "3/7d": the number is right, the rest is not.
    let help = match words.as_slice() {
        [most, "per" | "a" | "every" | "/" | "each", unit] if most.parse::<u16>().is_ok() => {
            let within = match unit.trim_end_matches('s') {
                "day" => "1d",
                "week" => "7d",
                "month" => "30d",
                "hour" => "1h",
                other => other,
            };
            format!("write `{most} in {within}`")
        }
        _ => "write how many in how long: `1 in 20h`, `3 in 7d`".to_owned(),
    };
    Diagnostic::error("foresend::bad_rate", file.name, format!("`{}` is not a rate", text.value))
        .at(text.span.clone(), "a number, `in` and a duration was expected")
        .help(help)
}
