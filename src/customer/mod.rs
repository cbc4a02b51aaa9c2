//! `foresend customer`: what is held about one customer of an engine that does not run. Everything is as the core has it; the
//! layout is in `page.rs`, the document for machines in `json.rs`.

mod json;
mod page;

use crate::failure::Failure;
use crate::report::page::Page;
use crate::{looked, output, settings};
use foresend_core::customer::held::{OpenMail, Permission, Waiting};
use foresend_core::id::Key;
use foresend_core::time::{Timestamp, Zone};
use foresend_engine::entry::Told;
use foresend_engine::look::{Held, Look};
use foresend_program::{Fact, Timeline};
use std::collections::BTreeMap;

/// Show what is held about one customer, what they permit, and what they wait for
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend customer u-4711
  foresend customer anonymous:8d21 --data /var/lib/foresend --json

Stop the engine first: its data is locked while it runs. Nothing is changed. What happened to them
and why: foresend explain --customer ID --data DIR.

Exit codes: 0 done, 1 could not run, 2 there is no such data or no such customer.")]
pub(crate) struct Arguments {
    /// The id by which the shop knows them
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    settings: settings::Arguments,

    /// Write JSON to stdout instead of the page
    #[arg(long)]
    json: bool,
}

/// One customer, and everything that is shown of them.
struct Known<'a> {
    look: &'a Look,
    held: &'a Held,
    /// On whose clock.
    zone: &'a Zone,
    names: BTreeMap<Key, String>,
    /// How many calls about them are kept.
    calls: u64,
    permissions: Vec<Permission>,
    facts: Vec<Fact>,
    waiting: Vec<Waiting>,
    mails: Vec<OpenMail>,
    held_out: bool,
    /// When something is due next, if anything is.
    next_wake: Option<Timestamp>,
}

/// Runs it.
///
/// # Errors
/// Where there is no such data or customer, an engine runs on it, or it cannot be read.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let data = arguments.settings.open()?.data;
    let mut look = looked::open(&data)?;
    let held = looked::customer(&mut look, &arguments.id, &data)?;
    let known = Known::of(&look, &held)?;
    if arguments.json {
        return Ok(output::data(&json::write(&known, &data))?);
    }
    let mut page = Page::new(output::paper());
    page::draw(&known, &data, &mut page);
    Ok(output::data(&page.styled())?)
}

impl<'a> Known<'a> {
    fn of(look: &'a Look, held: &'a Held) -> Result<Self, Failure> {
        let customer = &held.customer;
        let moments = look.moments(customer.id()).map_err(|error| looked::failure(&error))?;
        let is_call = |told| matches!(told, Some((_, Ok(Told::Call(_)))));
        let calls = moments.iter().filter(|moment| is_call(moment.told())).count() as u64;
        let (world, now) = (look.world(), look.meta().now);
        let compiled = &look.version().compiled;
        let zone = world.zone(customer.zone());
        let timeline = Timeline::new(compiled, zone);
        Ok(Self {
            look,
            held,
            zone,
            names: looked::names(&moments),
            calls,
            permissions: customer.permissions(&compiled.program).collect(),
            facts: timeline.facts(now, &customer.facts(world, now)),
            waiting: customer.waiting(world),
            mails: customer.mails(world).collect(),
            held_out: world.is_held_out(customer.id()),
            next_wake: Some(customer.next_wake()).filter(|due| *due != Timestamp::NEVER),
        })
    }
}
