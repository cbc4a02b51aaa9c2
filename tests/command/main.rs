//! The command as people and scripts use it: the built binary, from the outside. One snapshot holds the exit code,
//! stdout and stderr together. Durations and memory are taken out; nothing rests on speed, or on how wide the
//! terminal is.
#![expect(clippy::unwrap_used, reason = "a command that cannot be run fails its test")]

mod broken;
mod check;
mod experiment;
mod explain;
mod feed;
mod fmt;
mod generate;
mod html;
mod look;
mod new;
mod say;
mod schema;
mod serve;
mod simulate;
mod tune;
mod usage;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{fs, str};

/// The built binary, about to be run in `folder`, which paths in arguments are seen from.
struct Run {
    command: Command,
}

/// What it said.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

/// `foresend` with `arguments`, seen from the fixtures of these tests.
fn foresend(arguments: &[&str]) -> Run {
    Run::within(&fixtures(), arguments)
}

/// Where the fixtures of these tests are.
fn fixtures() -> PathBuf {
    root().join("tests/command/fixtures")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder, over what is there.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

impl Run {
    fn within(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_foresend"));
        command.args(arguments).current_dir(folder).stdin(Stdio::null());
        // Whoever runs the tests may have a locale, a taste in colours, or a backtrace to look at.
        for name in [
            "LC_ALL",
            "LC_CTYPE",
            "LANG",
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "NO_GRAPHICS",
            "RUST_BACKTRACE",
        ] {
            command.env_remove(name);
        }
        Self { command }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    fn said(mut self) -> Said {
        let Output { status, stdout, stderr } = self.command.output().unwrap();
        let text = |bytes: &[u8]| str::from_utf8(bytes).unwrap().to_owned();
        Said { code: status.code(), out: text(&stdout), err: text(&stderr) }
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or_else(|| "by a signal".to_owned(), |code| code.to_string());
        write!(f, "exit {code}\n--- stdout\n{}--- stderr\n{}", self.out, self.err)
    }
}

/// Compares with the snapshot `name`, less what differs from run to run and from machine to machine.
#[track_caller]
fn check(name: &str, said: &Said) {
    assert!(!said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'), "escape codes in a pipe");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"(?m)^(  [\d,]+ events) in \d.*$", "$1 in [time, speed, threads, memory]");
    settings.bind(|| insta::assert_snapshot!(name, said.to_string()));
}
