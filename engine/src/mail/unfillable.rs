//! What a program's mails show that this version cannot fill: told before anything is sent, with the mail and the
//! place, so that no customer is promised what does not come.

use super::render::is_made;
use super::values::Site;
use foresend_core::world::experiment::Sets;
use foresend_core::world::journey::{Act, MailIx};
use foresend_program::{BlockKind, Compiled, Diagnostic, Label, Mail, Paths, Severity};
use std::collections::BTreeSet;

/// An error for each value and each block of a mail that some journey sends and that cannot be filled, in the order of
/// the mails and of their places; each value once a mail. Empty: everything can be.
#[must_use]
pub fn unfillable(compiled: &Compiled, site: &Site) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    for ix in sent(compiled) {
        let Some(mail) = compiled.mails.get(usize::from(ix.0)) else { continue };
        let mut seen: Vec<&str> = Vec::new();
        for (path, place) in &mail.reads {
            if let Some(help) = lacks(path, site).filter(|_| !seen.contains(&path.as_str())) {
                seen.push(path);
                let what = format!("`{path}`");
                told.push((place.start, diagnostic(mail, &what, place.clone(), help)));
            }
        }
        for (name, place) in &mail.blocks {
            let Some(kind) = BlockKind::named(name) else { continue };
            if !is_made(kind) {
                let what = format!("the block `{name}`");
                told.push((place.start, diagnostic(mail, &what, place.clone(), leave_out(kind))));
            }
        }
        let from = told.iter().position(|(_, d)| d.file == file(mail)).unwrap_or(told.len());
        told[from..].sort_by_key(|(start, _)| *start);
    }
    let mut told: Vec<Diagnostic> = told.into_iter().map(|(_, diagnostic)| diagnostic).collect();
    for experiment in &compiled.experiments {
        for words in experiment.says.iter().flatten() {
            for path in Paths::of(words).reads {
                if let Some(help) = lacks(&path, site) {
                    told.push(Diagnostic {
                        code: CODE,
                        severity: Severity::Error,
                        message: format!("`{path}` cannot be filled in this version"),
                        file: format!("experiments/{}.toml", experiment.name),
                        labels: Vec::new(),
                        help: Some(help.to_owned()),
                    });
                }
            }
        }
    }
    told
}

const CODE: &str = "foresend::not_supported_yet";

/// The mails that steps and their variants send.
fn sent(compiled: &Compiled) -> BTreeSet<MailIx> {
    let steps = compiled.program.journeys.iter().flat_map(|journey| &journey.steps);
    let by_steps = steps.filter_map(|step| match &step.act {
        Act::Send(send) => Some(send.mail),
        Act::WaitFor(_) | Act::Choose(_) | Act::Split(_) | Act::Set(_) => None,
        Act::Call(_) | Act::Leave(_) | Act::Stop(_) => None,
    });
    let factors = compiled.program.experiments.iter().flat_map(|experiment| &experiment.factors);
    let by_variants = factors.flat_map(|factor| match &factor.sets {
        Sets::Mail(mails) => mails.as_slice(),
        Sets::Words | Sets::Offer(_) | Sets::Delay(_) => &[],
    });
    by_steps.chain(by_variants.copied()).collect()
}

/// What to do where a value cannot be filled; `None`: it can.
fn lacks(path: &str, site: &Site) -> Option<&'static str> {
    match path {
        "cart.url" if site.cart.is_none() => {
            Some("say in foresend.toml where the shop's cart is: `cart_url`")
        }
        "confirm.url" | "preferences.url" => {
            Some("no page of ours is served yet: leave it out, or let the journey out")
        }
        "item.id" | "cart.first.id" => {
            Some("a product is kept by the hash of its id: show its `name`, or its `url`")
        }
        _ => None,
    }
}

const fn leave_out(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::LookedAt | BlockKind::LikeThese => {
            "nothing is recommended yet: leave the block out, or name the things in words"
        }
        BlockKind::Order => {
            "the lines of an order are not kept yet: leave the block out, and link to the order's page"
        }
        BlockKind::Review | BlockKind::Preferences => {
            "no page of ours is served yet: leave the block out, and link to a page of the shop"
        }
        BlockKind::Cart | BlockKind::Offer | BlockKind::Address => "leave the block out",
    }
}

fn file(mail: &Mail) -> String {
    format!("mails/{}.md", mail.name)
}

fn diagnostic(
    mail: &Mail,
    what: &str,
    span: std::ops::Range<usize>,
    help: &'static str,
) -> Diagnostic {
    Diagnostic {
        code: CODE,
        severity: Severity::Error,
        message: format!("{what} cannot be filled in this version"),
        file: file(mail),
        labels: vec![Label { span, text: "shown here".to_owned() }],
        help: Some(help.to_owned()),
    }
}
