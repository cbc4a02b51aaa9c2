//! `foresend generate`: the events of a scenario's people as a shop would send them, to try other tools with, or our
//! own server. One JSON object a line, in the form of Segment's calls.

use crate::failure::Failure;
use crate::scenario::{self, Opened};
use crate::{open, output, simulate};
use foresend_core::customer::input::{Consent, ConsentTo, Line};
use foresend_core::id::ProductId;
use foresend_core::money::Amount;
use foresend_core::time::Timestamp;
use foresend_core::world::event::{Cause, EventDef, PropertyIx};
use foresend_core::world::topic::Basis;
use foresend_core::world::value::Kept;
use foresend_program::{Compiled, Scenario};
use foresend_simulator::population::Preset;
use foresend_simulator::rehearsal::{
    Lived, NO_FAULTS, Plan, Step, Told, generate, name_of, products,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Write the events of a scenario's people, without any mail, as Segment calls
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend generate scenarios/cart-recovery.toml --customers 1_000 --out events.ndjson
  foresend generate scenarios/whole-shop.toml --out - | head -3

One customer after the other, each from their history on; sort by `timestamp` to replay them as they happened.
Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done.")]
pub(crate) struct Arguments {
    /// The scenario: which shop, which people, how long
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,

    /// The file to write, one call a line; - is stdout
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Synthetic customers, 1 to 50,000,000 [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = simulate::whole_to::<{ Scenario::CUSTOMERS_MAX }>)]
    customers: Option<u32>,

    /// What all chance follows from [default: the scenario's]
    #[arg(long, value_name = "S", value_parser = simulate::whole)]
    seed: Option<u64>,

    /// Days, 1 to 3650 [default: the scenario's]
    #[arg(long, value_name = "D", value_parser = simulate::whole_to::<{ Scenario::DAYS_MAX }>)]
    days: Option<u32>,
}

/// Runs it.
///
/// # Errors
/// Where the input is wrong, or the events cannot be written.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let opened = scenario::open(&arguments.scenario)?;
    let (compiled, preset) = simulate::compile(&opened, true)?;
    if arguments.out == Path::new("-") {
        return Ok(write(arguments, &opened, &compiled, &preset, &mut output::raw())?);
    }
    let name = open::show(&arguments.out);
    let file = File::create(&arguments.out).map_err(|e| {
        Failure::input(format!("--out {name} cannot be written: {}", crate::failure::plainly(&e)))
            .help("name a file in a folder that exists, or - for stdout")
    })?;
    write(arguments, &opened, &compiled, &preset, &mut BufWriter::new(file))
        .map_err(|e| Failure::run(format!("{name} cannot be written"), &e))
}

fn write(
    arguments: &Arguments,
    opened: &Opened,
    compiled: &Compiled,
    preset: &Preset,
    to: &mut dyn Write,
) -> io::Result<()> {
    let (scenario, program) = (&opened.scenario, &compiled.program);
    let plan = Plan {
        program,
        catalogue: Some(&compiled.catalogue),
        preset,
        customers: arguments.customers.unwrap_or(scenario.customers),
        from: scenario.start(&program.zone),
        days: arguments.days.unwrap_or(scenario.days),
        seed: arguments.seed.unwrap_or(scenario.seed),
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    let words = Words { compiled, from: plan.from, products: products(&plan) };
    let mut written = Ok(());
    generate(&plan, &mut |customer, lived| {
        written = words.calls(&name_of(customer), lived, to);
        written.is_ok()
    });
    written.and_then(|()| to.flush())
}

/// How events are called.
struct Words<'a> {
    compiled: &'a Compiled,
    from: Timestamp,
    products: BTreeMap<ProductId, String>,
}

impl Words<'_> {
    fn calls(&self, user: &str, lived: &Lived, to: &mut dyn Write) -> io::Result<()> {
        for (nth, step) in lived.steps.iter().enumerate() {
            if let Some(call) = self.call(user, nth, step, lived) {
                serde_json::to_writer(&mut *to, &call)?;
                to.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// A step as a call. `None`: nobody sends one.
    fn call(&self, user: &str, nth: usize, step: &Step, lived: &Lived) -> Option<Call> {
        let program = &self.compiled.program;
        let (said, at, id) = match &step.told {
            Told::Profile { has_address, zone: _, traits } => {
                let known = traits.iter().map(|(ix, value)| {
                    let (name, _) = &program.traits[usize::from(ix.0)];
                    (name.clone(), plain(value))
                });
                let address = has_address.then(|| {
                    // Of a reserved domain: a mail to it can reach nobody.
                    ("email".to_owned(), json!(format!("{user}@customers.example")))
                });
                let traits = known.chain(address).collect();
                let context = json!({ "timezone": lived.zone.name() });
                (Said::Identify { traits, context }, step.at, 0)
            }
            Told::Consent(Consent { topic, to, at, cause: _ }) => {
                let (to, basis) = match to {
                    ConsentTo::Given(basis) => ("given", Some(written(*basis))),
                    ConsentTo::Requested => ("requested", None),
                    ConsentTo::Withdrawn => ("withdrawn", None),
                };
                let topic = program.topic(*topic).name.clone();
                (Said::Consent { topic, to, basis, proof: "synthetic population" }, *at, 0)
            }
            Told::Event { name, origin: _, at, id, properties, products } => {
                let event = &program.events[usize::from(name.0)];
                match event.cause {
                    Cause::Customer | Cause::Shop => {}
                    Cause::Ourselves | Cause::Catalogue => return None, // no shop tells of it by customer
                }
                let properties = self.properties(user, event, properties, products);
                (Said::Track { event: event.name.clone(), properties }, *at, *id)
            }
            Told::Wake | Told::Handover { .. } | Told::Outcome { .. } => return None,
            Told::Called { .. } | Told::Engagement { .. } | Told::Remember { .. } => return None,
        };
        let message = if id == 0 { nth.to_string() } else { format!("{id:016x}") };
        Some(Call {
            said,
            user_id: user.to_owned(),
            timestamp: iso(if at == Timestamp::ALWAYS { self.from } else { at }),
            message_id: format!("{user}-{message}"),
        })
    }

    fn properties(
        &self,
        user: &str,
        event: &EventDef,
        said: &[(PropertyIx, Kept)],
        lines: &[Line],
    ) -> Map<String, Value> {
        let named = said.iter().map(|(ix, value)| {
            let name = &event.properties[usize::from(ix.0)].0;
            let value = match (&**name, value) {
                // An order's id tells apart what one customer ordered; here it tells apart all orders.
                ("order_id", Kept::Text(order)) => json!(format!("{user}-{order}")),
                (_, value) => plain(value),
            };
            (name.clone(), value)
        });
        let mut all: Map<String, Value> = named.collect();
        all.insert("currency".to_owned(), json!(self.compiled.currency.code));
        if !all.contains_key("product_id") && !lines.is_empty() {
            let line = |line: &Line| {
                json!({
                    "product_id": self.products.get(&line.product),
                    "price": number(line.price),
                    "quantity": line.quantity,
                })
            };
            all.insert("products".to_owned(), lines.iter().map(line).collect());
        }
        all
    }
}

/// One line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    #[serde(flatten)]
    said: Said,
    user_id: String,
    timestamp: String,
    message_id: String,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Said {
    Identify {
        traits: Map<String, Value>,
        context: Value,
    },
    Track {
        event: String,
        properties: Map<String, Value>,
    },
    Consent {
        topic: String,
        to: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        basis: Option<&'static str>,
        proof: &'static str,
    },
}

/// `2026-03-02T17:08:06.123Z`
fn iso(at: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(at.millis());
    time.map_or_else(|_| at.millis().to_string(), |time| format!("{time:.3}"))
}

fn plain(value: &Kept) -> Value {
    match value {
        Kept::Number(amount) => number(*amount),
        Kept::Text(text) => json!(text),
        Kept::Bool(truth) => json!(truth),
        Kept::Date(day) => json!(day.to_string()),
    }
}

/// To the ten-thousandth, as amounts are kept.
#[expect(clippy::cast_precision_loss, reason = "amounts of one order are exact in a float")]
pub(crate) fn number(amount: Amount) -> Value {
    let parts = amount.parts();
    if parts % 10_000 == 0 { json!(parts / 10_000) } else { json!(parts as f64 / 10_000.0) }
}

/// A basis as a program writes it.
pub(crate) const fn written(basis: Basis) -> &'static str {
    match basis {
        Basis::Contract => "contract",
        Basis::Service => "service",
        Basis::Request => "request",
        Basis::Consent => "consent",
        Basis::ExistingCustomer => "existing-customer",
    }
}
