//! `foresend schema`: JSON Schemas of our files, for editors. What is in them, foresend-program knows.

use crate::failure::Failure;
use crate::output;
use foresend_program::SCHEMAS;

/// Print the JSON Schema of a kind of file, for editors
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend schema                                    which kinds are there?
  foresend schema journey > journey.schema.json

An editor that knows TOML then completes keys and marks mistakes: see docs/reference/schema.md.
Exit codes: 0 done, 2 there is no such kind.")]
pub(crate) struct Arguments {
    /// The kind of file [default: list them]
    #[arg(value_parser = SCHEMAS)]
    kind: Option<String>,
}

/// Runs it.
///
/// # Errors
/// Where stdout is closed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let text = match &arguments.kind {
        Some(kind) => foresend_program::schema(kind).expect("clap lets only these through"),
        None => SCHEMAS.map(|name| format!("{name}\n")).concat(),
    };
    Ok(output::data(&text)?)
}
