//! One step, read aloud: on which path, when, on what condition, what it does.

use super::events::listens;
use super::words::{Conditions, duration, kept, list, may_be_unknown, moment, unknown};
use super::{default_late, kind};
use crate::Compiled;
use foresend_core::moment::Moment;
use foresend_core::time::Wait;
use foresend_core::world::condition::Condition;
use foresend_core::world::journey::{
    Act, Begins, Journey, PathIx, Row, Send, Share, Step, WaitFor,
};
use foresend_core::world::offer::{Codes, OfferIx};
use foresend_core::world::value::{Kept, TraitIx};

/// What steps are said against.
pub(super) struct Steps<'a> {
    pub(super) compiled: &'a Compiled,
    pub(super) journey: &'a Journey,
    /// Names of the journey's paths.
    pub(super) paths: &'a [String],
}

impl Steps<'_> {
    /// The step at `at`, in sentences.
    pub(super) fn say(&self, at: usize, conditions: &mut Conditions<'_>) -> String {
        let step = &self.journey.steps[at];
        let before = at.checked_sub(1).map(|before| &self.journey.steps[before]);
        let mut sentences = Vec::new();
        sentences.extend(step.path.map(|path| format!("Only on path {}.", self.path(path))));
        sentences.push(format!("{}.", when(step, before, conditions)));
        if let Begins::Due(due) = &step.begins
            && may_be_unknown([due])
        {
            sentences.push("Skipped if that is unknown.".to_owned());
        }
        if let Some(condition) = &step.when {
            let (text, unknown) = (conditions.spell(condition), unknown([condition]));
            sentences.push(format!("Only if {text}{unknown}."));
        }
        sentences.push(match &step.act {
            Act::Send(send) => self.send(send),
            Act::WaitFor(wait) => self.wait_for(wait),
            Act::Choose(rows) => self.choose(rows, conditions),
            Act::Split(shares) => self.split(shares),
            Act::Set(traits) => self.set(traits),
            Act::Call(webhook) => format!("Calls the webhook {webhook}."),
            Act::Leave(topic) => {
                let topic = &self.compiled.program.topic(*topic).name;
                format!("Records that they object to topic {topic}.")
            }
            Act::Stop(reason) => format!("Ends it: {}.", reason.trim_end_matches('.')),
        });
        sentences.join(" ")
    }

    fn send(&self, send: &Send) -> String {
        let program = &self.compiled.program;
        let mut text = format!("Mail {}", program.mails[usize::from(send.mail.0)]);
        let topic = program.topic(send.topic);
        if send.topic != self.journey.topic {
            text.push_str(&format!(", on topic {}", topic.name));
        }
        if send.kind != self.journey.kind {
            text.push_str(&format!(", of kind {}", kind(send.kind)));
        }
        if let Some(offer) = send.offer {
            text.push_str(if text.contains(',') { ", " } else { " " });
            text.push_str(&self.offer(offer));
        }
        if send.late != default_late(topic) {
            let late = duration(send.late);
            text.push_str(&format!("; none if it would leave more than {late} late"));
        }
        text.push('.');
        text
    }

    /// `with comeback: 10 % off your basket, a code of their own for 3 days, one in 180 days; no code left, no mail`
    fn offer(&self, ix: OfferIx) -> String {
        let offer = self.compiled.program.offer(ix);
        let lasts = duration(offer.lasts);
        let mut text = format!("with {}: {}", offer.name, offer.says.trim_end_matches('.'));
        text.push_str(&match &offer.codes {
            Codes::SingleUse => format!(", a code of their own for {lasts}"),
            Codes::Shared(code) => format!(", the code {code} for {lasts}"),
        });
        text.push_str(
            &offer.once.map(|once| format!(", one in {}", duration(once))).unwrap_or_default(),
        );
        let several = self.compiled.program.offers.len() > 1;
        let without = match (&offer.codes, offer.once) {
            (Codes::SingleUse, _) => "; no code left, no mail",
            (Codes::Shared(_), Some(_)) => ", else no mail",
            (Codes::Shared(_), None) => "",
        };
        text.push_str(without);
        text.push_str(if several { "; none while another offer of theirs runs" } else { "" });
        text
    }

    fn set(&self, traits: &[(TraitIx, Kept)]) -> String {
        let one = |(ix, value): &(TraitIx, Kept)| {
            let name = &self.compiled.program.traits[usize::from(ix.0)].0;
            format!("{name} to {}", kept(value))
        };
        let all: Vec<String> = traits.iter().map(one).collect();
        format!("Sets {}.", list(&all, "and"))
    }

    fn wait_for(&self, wait: &WaitFor) -> String {
        let on = listens(self.compiled, self.journey, &wait.on);
        let most = duration(wait.at_most);
        format!("Waits until {on} has happened since the start, {most} at most.")
    }

    fn choose(&self, rows: &[Row], conditions: &mut Conditions<'_>) -> String {
        let mut parts: Vec<String> = rows
            .iter()
            .map(|row| match &row.when {
                Some(when) => format!("{} if {}", self.path(row.path), conditions.spell(when)),
                None => self.path(row.path).to_owned(),
            })
            .collect();
        if rows.iter().all(|row| row.when.is_some()) {
            parts.push("none".to_owned());
        }
        let asked: Vec<&Condition> = rows.iter().filter_map(|row| row.when.as_ref()).collect();
        format!("Takes path {}{}.", parts.join(", else "), unknown(asked))
    }

    fn split(&self, shares: &[Share]) -> String {
        let names: Vec<&str> = shares.iter().map(|share| self.path(share.path)).collect();
        let weights: Vec<String> = shares.iter().map(|share| share.weight.to_string()).collect();
        format!("Takes path {} by chance, {}.", list(&names, "or"), weights.join(" : "))
    }

    fn path(&self, path: PathIx) -> &str {
        &self.paths[usize::from(path.0)]
    }
}

/// `At once`, `22 hours later, then likewise`: counted from the step before, or from the start.
fn when(step: &Step, before: Option<&Step>, conditions: &mut Conditions<'_>) -> String {
    let begins = match (&step.begins, before) {
        (Begins::After(Wait::ZERO), _) => None,
        (Begins::After(wait), Some(_)) => Some(format!("{} later", duration(*wait))),
        (Begins::After(wait), None) => Some(format!("{} after the start", duration(*wait))),
        (Begins::Due(due), _) => {
            Some(format!("At {}, or at once if that is past", conditions.spell(due)))
        }
    };
    let likewise = before.is_some_and(|before| before.moment == step.moment);
    let then = if likewise && step.moment != Moment::ANY {
        Some("likewise".to_owned())
    } else {
        moment(step.moment)
    };
    match (begins, then) {
        (None, None) => "At once".to_owned(),
        (Some(begins), None) => begins,
        (None, Some(then)) => capital(&then),
        (Some(begins), Some(then)) => format!("{begins}, then {then}"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
