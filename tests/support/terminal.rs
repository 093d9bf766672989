//! A pseudo-terminal in which the real binary runs, with a screen that understands it.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};

use super::Sandbox;

/// What ends the drawing of a screen.
const DRAWN: &[u8] = b"\x1b[?2026l";

/// How long to wait for what is bound to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// A terminal and the program in it.
pub struct Terminal {
    pty: Arc<Pty>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Whether the last screen was drawn to its end.
    is_whole: Arc<AtomicBool>,
    child: Child,
}

impl Terminal {
    /// Starts the binary in the folder of a sandbox.
    pub fn start(sandbox: &Sandbox, arguments: &[&str], (rows, columns): (u16, u16)) -> Self {
        Self::start_with(sandbox, arguments, (rows, columns), &[])
    }

    /// The same with more variables in its environment.
    pub fn start_with(
        sandbox: &Sandbox,
        arguments: &[&str],
        (rows, columns): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_untrust"));
        Self::start_program(program, sandbox, arguments, (rows, columns), variables)
    }

    /// The same with another program.
    pub fn start_program(
        program: &Path,
        sandbox: &Sandbox,
        arguments: &[&str],
        (rows, columns): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(pty_process::Size::new(rows, columns)).unwrap();
        let mut command = Command::new(program)
            .args(arguments)
            .current_dir(sandbox.root())
            .env("XDG_STATE_HOME", sandbox.folder.path().join("state"))
            .env("HOME", sandbox.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("TERM", "xterm-256color")
            .env_remove("VISUAL")
            .env_remove("EDITOR");
        for (name, value) in variables {
            command = command.env(name, value);
        }
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let screen = Arc::new(Mutex::new(parser(rows, columns)));
        let (reader, shared) = (Arc::clone(&pty), Arc::clone(&screen));
        let is_whole = Arc::new(AtomicBool::new(false));
        let whole = Arc::clone(&is_whole);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            let mut tail: Vec<u8> = Vec::new();
            // A terminal whose program has ended cannot be read.
            while let Ok(count @ 1..) = (&*reader).read(&mut bytes) {
                let mut parser = shared.lock().unwrap();
                parser.process(&bytes[..count]);
                tail.extend_from_slice(&bytes[..count]);
                tail.drain(..tail.len().saturating_sub(DRAWN.len()));
                whole.store(tail == DRAWN, Ordering::SeqCst);
                drop(parser);
            }
        });
        Self { pty, screen, is_whole, child }
    }

    /// What is on the screen.
    pub fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Whether the program has a screen of its own.
    pub fn is_alternate(&self) -> bool {
        self.screen.lock().unwrap().screen().alternate_screen()
    }

    /// Waits until the screen is as it should be; returns it.
    pub fn until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let (text, is_settled) = {
                let parser = self.screen.lock().unwrap();
                let screen = parser.screen();
                let is_whole = self.is_whole.load(Ordering::SeqCst);
                (screen.contents(), is_whole || !screen.alternate_screen())
            };
            if is_settled && is_so(&text) {
                return text;
            }
            assert!(begun.elapsed() < PATIENCE, "{what} did not come:\n{text}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the screen holds a text; returns it.
    pub fn shows(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    /// Presses keys.
    pub fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Presses keys and waits until the screen holds a text.
    pub fn press_until(&self, keys: &str, text: &str) -> String {
        self.press(keys);
        self.shows(text)
    }

    /// Makes the window another size.
    pub fn resize(&self, rows: u16, columns: u16) {
        self.screen.lock().unwrap().set_size(nonzero(rows), nonzero(columns));
        self.pty.resize(pty_process::Size::new(rows, columns)).unwrap();
    }

    /// The id of the program's process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end of the program.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Kills the program.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn parser(rows: u16, columns: u16) -> vt100::Parser {
    vt100::Parser::new(nonzero(rows), nonzero(columns), 0)
}

fn nonzero(value: u16) -> NonZero<u16> {
    NonZero::new(value).unwrap()
}
