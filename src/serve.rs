//! `foresend serve`: the engine, from the moment it opens its data until it is told to stop.

use crate::failure::Failure;
use crate::settings;
use foresend_engine::settings::Settings;
use std::net::SocketAddr;

/// Run the engine: take calls, apply them, hand mail over
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  foresend serve
  foresend serve --settings /etc/foresend/foresend.toml
  foresend serve --data ./trial --listen 127.0.0.1:9090

It runs the program that was published last, and publishes none: a restart changes nothing. Ctrl-C or SIGTERM: it takes
no more calls, finishes what it has begun, and ends.
Exit codes: 0 stopped as asked, 1 could not run, 2 the input is wrong and nothing was done.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: settings::Arguments,

    /// Where to listen [default: what the operator's file says, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

/// Runs it, as `serve` does with settings until it is told to stop.
///
/// # Errors
/// Where the settings are wrong, or the engine cannot run.
pub(crate) fn run(
    arguments: &Arguments,
    serve: impl FnOnce(&Settings) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut settings = arguments.settings.open()?;
    if let Some(listen) = arguments.listen {
        settings.listen = listen;
    }
    serve(&settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::path::Path;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        serve: Arguments,
    }

    #[test]
    fn arguments_go_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("foresend.toml");
        std::fs::write(&file, "listen = '127.0.0.1:1'\ndata = 'x'").unwrap();
        let file = file.to_str().unwrap();
        let line = ["serve", "--settings", file, "--data", "d", "--listen", "127.0.0.1:2"];
        let line = Line::parse_from(line);
        run(&line.serve, |settings| {
            assert_eq!((settings.listen.port(), &*settings.data), (2, Path::new("d")));
            Ok(())
        })
        .unwrap();
        assert!(Line::try_parse_from(["serve", "--listen", "localhost"]).is_err());
    }
}
