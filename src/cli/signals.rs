//! Signals that would end or stop the program while it has the terminal in a mode of its own.
//!
//! Such a mode outlives the program: a shell whose echo is off, or that shows another screen. So while the terminal is
//! held ([`hold`]), a signal is only noted, and whoever holds it gives it back before the signal does what it does. At all
//! other times signals do what they do everywhere. Only `kill -9` leaves a terminal as it is; `reset` helps then.

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::{flag, low_level};
use std::io::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// The signals that end a program.
const ENDING: [i32; 4] = [SIGTERM, SIGHUP, SIGINT, SIGQUIT];

struct Noted {
    /// Whether nobody holds the terminal.
    free: Arc<AtomicBool>,
    ending: [Arc<AtomicBool>; 4],
    stop: Arc<AtomicBool>,
    resumed: Arc<AtomicBool>,
}

static NOTED: OnceLock<Noted> = OnceLock::new();

/// The terminal, held: signals are noted and wait until it is dropped.
pub struct Held(&'static Noted);

/// What has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Nothing.
    Nothing,
    /// The program is to end.
    End(i32),
    /// It is to stop until it is continued.
    Stop,
    /// It was stopped and goes on: others have had the terminal.
    Resumed,
}

/// Holds the terminal.
///
/// # Errors
/// A system that takes no handlers.
pub fn hold() -> Result<Held> {
    let noted = match NOTED.get() {
        Some(noted) => noted,
        None => {
            let noted = listen()?;
            NOTED.get_or_init(|| noted)
        }
    };
    for flag in noted.ending.iter().chain([&noted.stop, &noted.resumed]) {
        flag.store(false, Ordering::SeqCst);
    }
    noted.free.store(false, Ordering::SeqCst);
    Ok(Held(noted))
}

/// Handlers stay for good, so they do what the system would do wherever the terminal is not held.
fn listen() -> Result<Noted> {
    let noted = Noted {
        free: Arc::new(AtomicBool::new(true)),
        ending: Default::default(),
        stop: Arc::default(),
        resumed: Arc::default(),
    };
    for (signal, flag) in ENDING.into_iter().zip(&noted.ending) {
        flag::register_conditional_default(signal, Arc::clone(&noted.free))?;
        // A second one ends the program at once: whoever holds the terminal may be stuck at one that went away.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(flag))?;
        flag::register(signal, Arc::clone(flag))?;
    }
    flag::register_conditional_default(SIGTSTP, Arc::clone(&noted.free))?;
    flag::register(SIGTSTP, Arc::clone(&noted.stop))?;
    flag::register(SIGCONT, Arc::clone(&noted.resumed))?;
    Ok(noted)
}

impl Held {
    /// What has come since this was asked last.
    pub fn came(&self) -> Came {
        let ending = ENDING.into_iter().zip(&self.0.ending).find(|(_, flag)| flag.load(Ordering::SeqCst));
        if let Some((signal, _)) = ending {
            return Came::End(signal);
        }
        if self.0.stop.swap(false, Ordering::SeqCst) {
            return Came::Stop;
        }
        if self.0.resumed.swap(false, Ordering::SeqCst) { Came::Resumed } else { Came::Nothing }
    }

    /// Stops until it is continued. The terminal was given back.
    pub fn stop(&self) {
        let _ = low_level::emulate_default_handler(SIGTSTP);
        self.0.resumed.store(false, Ordering::SeqCst);
    }

    /// Ends the program as the signal would have. The terminal was given back.
    pub fn end(self, signal: i32) -> ! {
        // What SIGQUIT leaves behind would hold what is kept in memory, keys too.
        if signal != SIGQUIT {
            let _ = low_level::emulate_default_handler(signal);
        }
        std::process::exit(128 + signal)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.free.store(true, Ordering::SeqCst);
    }
}
