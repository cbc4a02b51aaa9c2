//! A program in a terminal of its own: what it writes becomes a screen, and what is waited for either comes or is
//! missed by far.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Nothing takes so long that works.
const MISSED: Duration = Duration::from_secs(60);

/// The program, its terminal, and what is on the screen.
pub(crate) struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    bytes: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    /// How the terminal was before.
    before: String,
}

impl Pty {
    /// Starts `command` in a terminal of so many columns and rows.
    pub(crate) fn start(mut command: CommandBuilder, (cols, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = modes(&*pair.master);
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LC_ALL", "C.UTF-8"),
            ("RUST_BACKTRACE", "0"),
        ] {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (mut reader, keys) =
            (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let (tell, bytes) = channel();
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut some) {
                if tell.send(some[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let parser = vt100::Parser::new(rows, cols, 0);
        Self { child, master: Some(pair.master), keys: Some(keys), bytes, parser, before }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        let to = self.keys.as_mut().unwrap();
        to.write_all(keys.as_bytes()).unwrap();
        to.flush().unwrap();
    }

    pub(crate) fn resize(&mut self, (cols, rows): (u16, u16)) {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().unwrap().resize(size).unwrap();
        self.parser.screen_mut().set_size(rows, cols);
    }

    pub(crate) fn signal(&self, name: &str) {
        // The shell's own `kill`: nothing else need be installed.
        let kill = format!("kill {name} {}", self.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Whether the process is stopped, as by ^Z.
    pub(crate) fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    }

    /// Reads on until `there` is true.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !there(self) {
            if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(20)) {
                self.take_in(&bytes);
            }
            assert!(start.elapsed() < MISSED, "{what} never came:\n{}", self.text());
        }
    }

    #[track_caller]
    pub(crate) fn until_shown(&mut self, text: &str) {
        self.until(text, |pty| pty.text().contains(text));
    }

    /// What was written is on the screen; a question of where the cursor is gets its answer, as from any terminal.
    fn take_in(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        if bytes.windows(4).any(|four| four == b"\x1b[6n") {
            self.press("\x1b[1;1R");
        }
    }

    pub(crate) fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Whether the dashboard has the screen.
    pub(crate) fn is_taken(&self) -> bool {
        self.parser.screen().alternate_screen()
    }

    /// Waits for its end, and asserts that the terminal is as it was.
    #[track_caller]
    pub(crate) fn ends(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        self.until("the terminal given back", |pty| {
            !pty.is_taken() && !pty.parser.screen().hide_cursor()
        });
        let mouse = self.parser.screen().mouse_protocol_mode();
        assert_eq!(mouse, vt100::MouseProtocolMode::None);
        assert_eq!(modes(&**self.master.as_ref().unwrap()), self.before, "raw mode is left on");
        // What is still on its way.
        while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(200)) {
            self.parser.process(&bytes);
        }
        (status, self.text())
    }

    /// The terminal goes away; waits for the end of the process.
    pub(crate) fn hang_up(mut self) {
        // Whoever reads ends with the next thing that is written, and holds the terminal until then.
        self.bytes = channel().1;
        self.press("?");
        drop((self.keys.take(), self.master.take()));
        let start = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < MISSED, "it goes on without a terminal");
            std::thread::yield_now();
        }
    }
}

fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().unwrap();
    format!("{:?} {:?} {:?}", modes.input_flags, modes.output_flags, modes.local_flags)
}
