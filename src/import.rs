//! `foresend import`: history. What happened before we were told is learned, and triggers nothing.

use crate::failure::Failure;
use crate::feed::{self, Host};
use foresend_engine::entry::Origin;
use foresend_engine::settings::Settings;
use std::path::Path;

/// Import history, one JSON object a line: it is learned, and starts nothing
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend import orders-2025.ndjson --dev scenarios/shop
  zcat orders-*.ndjson.gz | foresend import -

Lines are those of `foresend feed`. Nobody gets a mail for what is imported: journeys do not start,
carts of the past are not reminded of. Give every call its own `timestamp`, and a `messageId`: then
importing a file again changes nothing.

Exit codes: 0 done, 1 could not run, 2 the input is wrong and nothing was done, 3 lines of a pipe
were left out.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    feed: feed::Arguments,
}

/// Runs it, with the engine that `host` opens.
///
/// # Errors
/// As those of `feed`.
pub(crate) fn run<H: Host>(
    arguments: &Arguments,
    host: impl FnOnce(&Settings, Option<&Path>) -> Result<H, Failure>,
) -> Result<(), Failure> {
    feed::run(&arguments.feed, Origin::Backfill, host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        import: Arguments,
    }

    #[test]
    fn a_file_that_is_not_there_is_told_of_before_anything_is_opened() {
        let line = Line::parse_from(["import", "/no/such.ndjson", "--data", "d"]);
        let opened = |_: &Settings, _: Option<&Path>| -> Result<feed::tests::Counts, Failure> {
            panic!("opened")
        };
        let told = run(&line.import, opened).unwrap_err().text().unwrap();
        assert_eq!(told, "error: /no/such.ndjson cannot be read: no such file or directory\n");
    }
}
