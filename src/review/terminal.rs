//! The window: keys are read from it, screens are drawn on it. However the program ends, it is left as
//! it was found.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{cursor, execute, queue};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::screen::Screen;
use super::state::Key;

/// How long to wait for a key before it is looked whether a signal came, in milliseconds.
const PATIENCE: i32 = 100;

/// How long a program may take to notice that its terminal is gone.
const GRACE: Duration = Duration::from_secs(2);

/// What came from the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// It has another size.
    Resized,
    /// It is gone, or the program is asked to end.
    Gone,
}

/// A window in which the dialogue is held.
pub struct Window {
    ended: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
}

/// Whether there is a terminal to read from and to draw on.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

impl Window {
    /// Takes the window over. What a panic says is shown once it has been given back.
    pub fn open() -> io::Result<Self> {
        let ended = Arc::new(AtomicBool::new(false));
        for signal in [
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGQUIT,
        ] {
            signal_hook::flag::register(signal, Arc::clone(&ended))?;
        }
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
        watch(&ended);
        let continued = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGCONT, Arc::clone(&continued))?;
        let window = Self { ended, continued };
        Self::take()?;
        Ok(window)
    }

    fn take() -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::Relaxed);
        execute!(io::stdout(), EnterAlternateScreen, Clear(ClearType::All))
    }

    /// Gives the window back while something else uses it.
    pub fn lend<T>(&self, run: impl FnOnce() -> T) -> io::Result<T> {
        give_back();
        let stdin = io::stdin();
        let settings = tcgetattr(&stdin);
        let result = run();
        // What it left of the terminal's settings is not ours to hand on.
        if let Ok(settings) = settings {
            tcsetattr(&stdin, OptionalActions::Now, &settings)?;
        }
        Self::take()?;
        Ok(result)
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        let (columns, rows) = size().unwrap_or((80, 24));
        (usize::from(columns), usize::from(rows))
    }

    /// Draws a screen.
    pub fn draw(&self, screen: &Screen) -> io::Result<()> {
        let mut out = io::stdout().lock();
        queue!(out, BeginSynchronizedUpdate, cursor::Hide)?;
        for (index, row) in screen.rows.iter().enumerate() {
            let at = u16::try_from(index).unwrap_or(u16::MAX);
            queue!(out, cursor::MoveTo(0, at), Clear(ClearType::CurrentLine))?;
            out.write_all(row.as_bytes())?;
        }
        queue!(out, Clear(ClearType::FromCursorDown))?;
        let place = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        queue!(out, cursor::MoveTo(place(screen.cursor.0), place(screen.cursor.1)))?;
        queue!(out, cursor::Show, EndSynchronizedUpdate)?;
        out.flush()
    }

    /// Waits for what comes next.
    pub fn next(&self) -> Input {
        loop {
            if self.ended.load(Ordering::Relaxed) {
                return Input::Gone;
            }
            // Who stopped the program had the window meanwhile.
            if self.continued.swap(false, Ordering::Relaxed) {
                let _ = disable_raw_mode();
                if Self::take().is_err() {
                    return Input::Gone;
                }
                return Input::Resized;
            }
            if !is_left(PATIENCE) {
                return Input::Gone;
            }
            match event::poll(Duration::ZERO) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(_) => return Input::Gone,
            }
            match event::read() {
                Ok(Event::Resize(..)) => return Input::Resized,
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => {
                    if let Some(key) = known(key) {
                        return Input::Key(key);
                    }
                }
                Ok(_) => {}
                Err(_) => return Input::Gone,
            }
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        give_back();
        OPEN.store(false, Ordering::Relaxed);
    }
}

/// Whether the window shows the dialogue at this moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether a dialogue is going on.
static OPEN: AtomicBool = AtomicBool::new(false);

/// Waits until there is something to read, for so many milliseconds at most. Tells whether the
/// terminal is still there.
fn is_left(milliseconds: i32) -> bool {
    let stdin = io::stdin();
    let mut files = [PollFd::new(&stdin, PollFlags::IN)];
    let patience = Timespec { tv_sec: 0, tv_nsec: i64::from(milliseconds) * 1_000_000 };
    // What a signal cuts short is looked at again.
    let _ = poll(&mut files, Some(&patience));
    !files[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// Notices that the terminal is gone. Who reads from one that is would read nothing without end, and so
/// the program ends if it does not do so by itself.
fn watch(ended: &Arc<AtomicBool>) {
    OPEN.store(true, Ordering::Relaxed);
    let ended = Arc::clone(ended);
    std::thread::spawn(move || {
        let stdin = io::stdin();
        loop {
            // Nothing is waited for but the end, of which a system always tells.
            let mut files = [PollFd::new(&stdin, PollFlags::empty())];
            let found = poll(&mut files, None);
            if found.is_err() {
                continue;
            }
            if !files[0].revents().is_empty() {
                break;
            }
        }
        ended.store(true, Ordering::Relaxed);
        std::thread::sleep(GRACE);
        if OPEN.load(Ordering::Relaxed) {
            give_back();
            std::process::exit(2);
        }
    });
}

/// Leaves the window as it was found. Nothing more can be done where that fails.
fn give_back() {
    // A second time would set the cursor back over what was printed since.
    if !TAKEN.swap(false, Ordering::Relaxed) {
        return;
    }
    let _ = execute!(io::stdout(), LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

fn known(key: KeyEvent) -> Option<Key> {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c') if is_control => Key::Interrupt,
        KeyCode::Char('m' | 'j') if is_control => Key::Enter,
        KeyCode::Char('h') if is_control => Key::Backspace,
        KeyCode::Char(_) if is_control => return None,
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Tab => Key::Tab,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}
