//! The one act of a step: which it is, and what was read of it. Each act has its own file.

use super::{choose, send, set, wait_for};
use crate::condition::compile::Lowered;
use crate::condition::needs::Needs;
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::keys;
use crate::known::Known;
use crate::text::read::Reader;
use crate::text::tree::{At, Value};
use crate::text::words;
use crate::topic::bad_id;
use foresend_core::time::Wait;
use foresend_core::world::journey::{Act, Kind, Listen, PathIx, Row, Send, Share, WaitFor};
use foresend_core::world::topic::TopicIx;
use foresend_core::world::value::{Kept, TraitIx};

/// What an act says.
#[derive(Debug)]
pub(crate) enum ActRead {
    Send(Send),
    /// Events, for how long, which wait of the journey it is.
    WaitFor(Vec<Listen>, Wait, u8),
    Choose(Vec<(PathIx, Option<Lowered>)>),
    Split(Vec<Share>),
    Set(Vec<(TraitIx, Kept)>),
    /// The name of a webhook.
    Call(String),
    Leave(TopicIx),
    Stop(String),
}

/// What steps further up have said: paths that can be taken, waits that can be asked about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Above {
    pub(crate) paths: Vec<String>,
    pub(crate) waits: Vec<String>,
}

/// What an act is read with.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) topic: Option<TopicIx>,
    pub(super) journey_kind: Kind,
    pub(super) known: Known<'a>,
}

impl ActRead {
    pub(super) fn build(&self, needs: &Needs, slots: &[String]) -> Act {
        match self {
            Self::Send(send) => Act::Send(*send),
            Self::WaitFor(on, at_most, number) => {
                Act::WaitFor(WaitFor { on: on.clone(), at_most: *at_most, number: *number })
            }
            Self::Choose(rows) => Act::Choose(
                rows.iter()
                    .map(|(path, when)| Row {
                        path: *path,
                        when: when.as_ref().map(|when| when.condition(needs, slots)),
                    })
                    .collect(),
            ),
            Self::Split(shares) => Act::Split(shares.clone()),
            Self::Set(traits) => Act::Set(traits.clone()),
            Self::Call(webhook) => Act::Call(webhook.clone()),
            Self::Leave(topic) => Act::Leave(*topic),
            Self::Stop(reason) => Act::Stop(reason.clone()),
        }
    }
}

/// The act of a step; `None` where it is wrong, which is told. `step` is the step's name.
pub(super) fn read(
    reader: &Reader<'_>,
    step: &str,
    about: About<'_>,
    above: &mut Above,
    told: &mut Mistakes,
) -> Option<ActRead> {
    let (key, value) = one(reader, told)?;
    check_company(reader, &key.value, told);
    match key.value.as_str() {
        "send" => send::read(reader, value, about, told).map(ActRead::Send),
        "wait_for" => wait_for::read(reader, step, value, about.known, above, told),
        "choose" => choose::rows(reader, value, about.known, above, told),
        "split" => choose::shares(reader, value, above, told),
        "set" => set::read(reader, value, about.known, told).map(ActRead::Set),
        "call" => {
            let name = reader.as_text("call", value, told)?;
            if words::is_id(name.value) {
                return Some(ActRead::Call(name.value.to_owned()));
            }
            told.tell(bad_id(reader.file, "webhook", name.value, Some(name.span)));
            None
        }
        "leave" => {
            let name = reader.as_text("leave", value, told)?;
            about.known.topics.named(reader.file, &name, told).map(ActRead::Leave)
        }
        _ => {
            let reason = reader.as_text("stop", value, told)?;
            if reason.value.trim().is_empty() {
                told.tell(
                    Diagnostic::error(
                        "foresend::bad_value",
                        reader.file.name,
                        "this step stops for no reason",
                    )
                    .at(reason.span, "empty")
                    .help("say why, for who reads it later: `stop = \"not confirmed\"`"),
                );
                return None;
            }
            Some(ActRead::Stop(reason.value.to_owned()))
        }
    }
}

/// Keys that only one act takes.
fn check_company(reader: &Reader<'_>, act: &str, told: &mut Mistakes) {
    let company = [
        ("topic", "send"),
        ("offer", "send"),
        ("late", "send"),
        ("same", "wait_for"),
        ("at_most", "wait_for"),
    ];
    for (key, of) in company {
        if of != act
            && let Some((name, value)) = reader.entry(key)
        {
            told.tell(
                Diagnostic::error(
                    "foresend::out_of_place",
                    reader.file.name,
                    format!("`{key}` belongs to `{of}`, and this step is a `{act}`"),
                )
                .at(name.span.start..value.span.end, "out of place here")
                .help(format!("leave `{key}` out")),
            );
        }
    }
}

/// The one act that stands there.
fn one<'a>(reader: &Reader<'a>, told: &mut Mistakes) -> Option<&'a (At<String>, At<Value>)> {
    let acts: Vec<&(At<String>, At<Value>)> =
        keys::ACTS.iter().filter_map(|key| reader.entry(key)).collect();
    match acts.as_slice() {
        [] => {
            if !keys::ACTS.iter().any(|key| reader.was_meant(key)) {
                told.tell(
                    Diagnostic::error(
                        "foresend::one_act",
                        reader.file.name,
                        "this step does nothing",
                    )
                    .at(reader.place(), "it has no act")
                    .help("add `send = \"NAME\"`: the mail mails/NAME.md"),
                );
            }
            None
        }
        [act] => Some(act),
        [first, second, ..] => {
            let places = [first, second].map(|(key, value)| key.span.start..value.span.end);
            let [one, two] = places;
            told.tell(
                Diagnostic::error(
                    "foresend::one_act",
                    reader.file.name,
                    format!(
                        "this step does two things, `{}` and `{}`",
                        first.0.value, second.0.value
                    ),
                )
                .at(one, "one act")
                .at(two, "another")
                .help("a step does one thing: make two steps of it"),
            );
            None
        }
    }
}
