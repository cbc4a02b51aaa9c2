//! Below the title: what was rehearsed, and on how much assumption everything rests. Never left out.

use crate::html::{prose, signed};
use crate::report::Report;
use crate::report::head::{faults, people, rests_on};
use maud::{Markup, html};

pub(super) fn write(report: &Report) -> Markup {
    let program: String = report.program.chars().take(7).collect();
    html! {
        p { (prose(&people(report))) br; span.faint { "seed " (report.seed) " · program " (program) } }
        p { (rests_on(report)) " " a href="#rests" { "What they are" } "." }
        @if let Some(faults) = faults(report) { (signed("look", "▲", &faults)) }
        @for (address, value) in &report.set {
            p { "Set for this run: " code { (address) " = " (value) } }
        }
    }
}
