//! The report as a page to send round: what the page for a terminal says, in the same words, with every journey, charts
//! beside their tables, and all assumptions. Each number names its place in `foresend.report/1`. What the run itself
//! took is left out, so that the same inputs make the same page to the byte.

mod caused;
mod foot;
mod head;
mod journeys;
mod mail;
mod reasons;

pub(crate) use foot::settings;

use super::Report;
use crate::html::{Page, Section};
use maud::html;

/// `report`, as one file.
pub(crate) fn write(report: &Report) -> String {
    let own = &report.own().id;
    let journeys = match report.journeys.len() {
        1 => "Journeys".to_owned(),
        _ => format!("By journey in {own}"),
    };
    let section = |id, title: &str, body| Section { id, title: title.to_owned(), body };
    let mut sections = vec![
        section("caused", "Caused by mail", caused::write(report)),
        section("journeys", &journeys, journeys::write(report)),
        section("mail", "Mail", mail::write(report)),
        section("cost", "What it cost", foot::cost(report)),
    ];
    if !report.expected.is_empty() {
        sections.push(section("expected", "Expected in every world", foot::expected(report)));
    }
    sections.push(section("rests", "What this rests on", foot::rests(report)));
    Page {
        title: format!("Rehearsal of {}", report.scenario),
        head: head::write(report),
        sections,
        foot: html! {
            dl {
                dt { "Range over worlds" }
                dd { "What the assumptions leave open, from the lowest world to the highest. It is no interval, and \
                      noise is not added to it." }
                dt { "Simulation noise" }
                dd { "What chance leaves open inside one world (95\u{a0}%, paired: the same people with mail and without). It \
                      says nothing about how far that world is from your shop." }
                dt { "Opened and clicked" }
                dd { "By people. Machines are counted apart; the two overlap and are never added up. Rates are of \
                      delivered mails; – stands where fewer than 20 were." }
            }
            p { "Made by foresend simulate. The same files, customers and seed make the same page." }
        },
    }
    .write()
}

#[cfg(test)]
mod tests;
