//! `foresend store`: looks into the data of an engine that does not run.

use crate::failure::Failure;
use crate::settings;
use foresend_engine::settings::Settings;

/// Look into the data of an engine that does not run
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Read everything that is held, and tell of whatever is not as it was written
    #[command(after_help = "\
Examples:
  foresend store check
  foresend store check --data /var/lib/foresend

Nothing is changed. Stop the engine first: its data is locked while it runs.
Exit codes: 0 all is as it was written, 1 could not run, 2 there is no such data, 3 something is not.")]
    Check(settings::Arguments),
}

/// Runs it, as `check` does with settings.
///
/// # Errors
/// Where the settings are wrong, or as `check` says.
pub(crate) fn run(
    arguments: &Arguments,
    check: impl FnOnce(&Settings) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let What::Check(settings) = &arguments.what;
    let settings = settings.open()?;
    if !settings.data.is_dir() {
        let data = crate::open::show(&settings.data);
        return Err(Failure::input(format!("there is no data in {data}"))
            .help("name the folder by --data DIR, or the operator's file by --settings FILE"));
    }
    check(&settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        store: Arguments,
    }

    #[test]
    fn data_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("none");
        let check = |data: &std::path::Path| {
            let line = ["store", "check", "--data", data.to_str().unwrap()];
            run(&Line::parse_from(line).store, |_| Ok(()))
        };
        assert_eq!(check(folder.path()), Ok(()));
        assert!(matches!(check(&data), Err(Failure::Input(..))));
        assert!(!data.exists());
    }
}
