//! The verdict in sentences: the plateau, today's value, the robust choice.

use super::report::Report;
use crate::report::number::roughly;
use crate::report::page::Letters;
use foresend_simulator::tune::TODAY;
use foresend_simulator::tune::confirm::Confirmed;
use foresend_simulator::tune::ensemble::Ensemble;
use foresend_simulator::tune::verdict::{Choice, Verdict};

/// What follows, with a sign where something is wrong.
pub(crate) struct Sentences {
    /// `✗`, or nothing.
    pub(crate) sign: &'static str,
    pub(crate) text: String,
}

/// `None`: it was stopped before there was a verdict.
pub(crate) fn sentences(report: &Report, letters: Letters) -> Option<Sentences> {
    let tuned = &report.tuned;
    let (Some(ensemble), Some(confirmed), Some(verdict)) =
        (&tuned.ensemble, &tuned.confirmed, &tuned.verdict)
    else {
        return None;
    };
    let words = Words { report, ensemble, confirmed, verdict, letters };
    let said = match verdict.choice {
        Choice::NoneKeeps => vec![words.none_keeps()],
        Choice::Harm => vec![words.harm()],
        Choice::Keep => {
            [words.alike(), words.open(), Some(words.keep())].into_iter().flatten().collect()
        }
        Choice::Change(one) => {
            [words.alike(), words.open(), Some(words.gain(one)), words.across(one)]
                .into_iter()
                .flatten()
                .collect()
        }
        Choice::ChangeForOtherWorlds(one) => {
            vec![words.no_worse(one), words.across(one).unwrap_or_default()]
        }
    };
    let is_wrong = matches!(verdict.choice, Choice::NoneKeeps | Choice::Harm)
        || (verdict.choice == Choice::Keep && words.is_lost());
    Some(Sentences { sign: if is_wrong { "✗" } else { "" }, text: said.join(" ") })
}

struct Words<'a> {
    report: &'a Report,
    ensemble: &'a Ensemble,
    confirmed: &'a Confirmed,
    verdict: &'a Verdict,
    letters: Letters,
}

impl Words<'_> {
    fn name(&self, one: usize) -> &str {
        &self.report.values[one].label
    }

    fn list(&self, some: &[usize]) -> String {
        let names: Vec<&str> = self
            .report
            .drawn()
            .into_iter()
            .filter(|one| some.contains(one))
            .map(|one| self.name(one))
            .collect();
        match names.split_last() {
            Some((last, [])) => (*last).to_owned(),
            // Names of several values are long.
            Some((last, others)) if self.report.addresses.len() > 1 => {
                format!("{}; and {last}", others.join("; "))
            }
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        }
    }

    fn own(&self) -> &str {
        &self.report.worlds[0]
    }

    fn scale(&self) -> super::report::Scale {
        self.report.scale(self.confirmed.customers, self.confirmed.units)
    }

    /// `+0.6, +0.2 … +1.0`
    fn over_today(&self, one: usize) -> Option<String> {
        let over = self.confirmed.over_today[self.confirmed.place(one)?];
        let scale = self.scale();
        let value = scale.signed(over.value, self.letters);
        Some(format!("{value}, {}", scale.signed_range(&over, self.letters)))
    }

    fn delta(&self) -> String {
        self.scale().plain(self.report.tuned.searched.indifference, self.letters)
    }

    /// `2h and 4h are as good as each other in retail, within 0.9.`
    fn alike(&self) -> Option<String> {
        (self.verdict.within.len() > 1).then(|| {
            let within = self.list(&self.verdict.within);
            format!(
                "{within} are as good as each other in {}, within {}.",
                self.own(),
                self.delta()
            )
        })
    }

    /// `12h is not separated from the best: that takes about 900,000 customers.`
    fn open(&self) -> Option<String> {
        let customers = self.verdict.would_part?;
        let (open, verb) = (
            self.list(&self.verdict.open),
            if self.verdict.open.len() == 1 { "is" } else { "are" },
        );
        let best = self.name(self.verdict.best);
        let size = roughly(customers);
        Some(format!(
            "{open} {verb} not separated from {best} at this size: about {size} customers would."
        ))
    }

    /// Whether what the search would have had is no better than today's value.
    fn is_lost(&self) -> bool {
        self.verdict.is_winner_lost && self.winner().is_some_and(|winner| winner != TODAY)
    }

    fn winner(&self) -> Option<usize> {
        let ranking = self.report.tuned.searched.ranking.iter().copied();
        ranking.into_iter().find(|&one| self.confirmed.place(one).is_some())
    }

    fn keep(&self) -> String {
        let today = self.name(TODAY);
        let noise = self.confirmed.over_today.iter().enumerate();
        let are_alike = noise
            .into_iter()
            .all(|(at, over)| self.confirmed.candidates[at] == TODAY || over.holds_zero());
        match self.winner().filter(|_| self.is_lost()) {
            Some(winner) if !self.verdict.within.contains(&TODAY) || are_alike => {
                let found = self.over_today(winner).unwrap_or_default();
                let name = self.name(winner);
                format!(
                    "{name} did not hold on fresh people against today ({found}). No value differs clearly from today. Keep {today}."
                )
            }
            _ if are_alike => format!("No value differs clearly from today. Keep {today}."),
            _ => {
                let delta = self.delta();
                format!(
                    "Today's {today} is as good as the best, within {delta}: no change worth making."
                )
            }
        }
    }

    fn gain(&self, one: usize) -> String {
        let (name, own) = (self.name(one), self.own());
        match self.over_today(one) {
            Some(over) => {
                format!("{name} is better than today's {} in {own}: {over}.", self.name(TODAY))
            }
            None => String::new(),
        }
    }

    /// `Across the worlds 12h risks least.`
    fn across(&self, one: usize) -> Option<String> {
        if self.ensemble.worlds.len() < 2 {
            return None;
        }
        let scale = |world: usize| {
            self.report.scale(self.ensemble.customers, self.ensemble.worlds[world].units)
        };
        let worst = |one: usize| {
            let (regret, world) = self.ensemble.worst(self.ensemble.place(one)?);
            let text = scale(world).plain(regret, self.letters);
            let is_none = regret <= 0.0 || text.bytes().all(|byte| !(b'1'..=b'9').contains(&byte));
            Some((!is_none).then(|| format!("{text} in {}", self.report.worlds[world])))
        };
        let name = self.name(one);
        if self.ensemble.robust == Some(one) {
            return Some(match worst(one)? {
                Some(worst) => {
                    format!("Across the worlds {name} risks least: at worst it loses {worst}.")
                }
                None => format!(
                    "Across the worlds {name} risks least: in none does another value add more."
                ),
            });
        }
        let robust = self.ensemble.robust?;
        let none = || "nothing".to_owned();
        Some(format!(
            "Across the worlds {name} loses at worst {}; {} risks least, {}.",
            worst(one)?.unwrap_or_else(none),
            self.name(robust),
            worst(robust)?.unwrap_or_else(none)
        ))
    }

    fn no_worse(&self, one: usize) -> String {
        let (name, own, today) = (self.name(one), self.own(), self.name(TODAY));
        let over = self.over_today(one).unwrap_or_default();
        format!("In {own} {name} cannot be told from today's {today} ({over}).")
    }

    fn harm(&self) -> String {
        let best = self.verdict.best;
        let adds = self.confirmed.place(best).map(|place| self.confirmed.adds[place]);
        let scale = self.scale();
        let found = adds.map_or_else(String::new, |adds| {
            let value = scale.signed(adds.value, self.letters);
            format!("{value}, {}", scale.signed_range(&adds, self.letters))
        });
        format!(
            "Mail does harm: even the best value, {}, loses {} ({found}).",
            self.name(best),
            self.report.what()
        )
    }

    fn none_keeps(&self) -> String {
        "No value keeps what is to be kept in every world: nothing is recommended.".to_owned()
    }
}
