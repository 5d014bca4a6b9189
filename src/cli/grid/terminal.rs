//! The terminal: taken for the grid, given back as it was.
//!
//! Whatever way the grid ends (a key, an error, a panic, a signal), the alternate screen is left, the cursor shown and the
//! line mode restored; so it is while the grid is stopped. Only `kill -9` leaves a terminal as it is; `reset` helps then.

use super::keys::Key;
use crate::cli::called::ME;
use crate::cli::shown;
#[cfg(unix)]
use crate::cli::signals::{self, Came};
use crate::error::{Error, Result};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEventKind, KeyModifiers,
};
use ratatui::crossterm::execute;
#[cfg(unix)]
use ratatui::crossterm::terminal::{self, EnterAlternateScreen};
use std::io::{IsTerminal, stdin, stdout};
use std::time::Duration;

/// A terminal that shows the grid.
pub struct Screen {
    terminal: DefaultTerminal,
    #[cfg(unix)]
    held: signals::Held,
}

/// What happened at the terminal.
pub enum Input {
    /// A key.
    Key(Key),
    /// A text was pasted.
    Paste(String),
    /// The window has another size, or something that the grid does not know was pressed.
    Other,
    /// Nothing, for as long as was waited.
    Nothing,
    /// A signal asks the program to end.
    End,
}

/// Whether there is a terminal to take.
///
/// # Errors
/// Input or output goes to a file or a pipe.
pub fn require() -> Result<()> {
    if stdin().is_terminal() && stdout().is_terminal() {
        return Ok(());
    }
    Err(Error::input("таблица курса открывается только в терминале")
        .next(format!("для программ есть команды {ME} mark set, {ME} absence set, {ME} lesson record")))
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// A terminal that cannot be switched.
    pub fn take() -> Result<Self> {
        #[cfg(unix)]
        let held = signals::hold().map_err(fault)?;
        let terminal = ratatui::try_init().inspect_err(|_| ratatui::restore()).map_err(fault)?;
        let screen = Self {
            terminal,
            #[cfg(unix)]
            held,
        };
        execute!(stdout(), EnableBracketedPaste).map_err(fault)?;
        Ok(screen)
    }

    /// Draws. Nothing that a terminal would obey is left in any cell.
    pub fn draw(&mut self, draw: impl FnOnce(&mut ratatui::Frame<'_>)) -> Result<()> {
        let drawn = self.terminal.draw(|frame| {
            draw(frame);
            for cell in &mut frame.buffer_mut().content {
                if let Some(seen) = shown::cell(cell.symbol()) {
                    cell.set_symbol(&seen);
                }
            }
        });
        drawn.map(|_| ()).map_err(fault)
    }

    /// Gives the terminal back, stops, and takes it again when the program is continued.
    #[cfg(unix)]
    fn stop(&mut self) -> Result<()> {
        let _ = execute!(stdout(), DisableBracketedPaste);
        ratatui::restore();
        let _ = self.terminal.show_cursor();
        self.held.stop();
        self.retake()
    }

    /// Takes the terminal that others have had.
    #[cfg(unix)]
    fn retake(&mut self) -> Result<()> {
        // It is taken to be in our mode still, and is not.
        let _ = terminal::disable_raw_mode();
        terminal::enable_raw_mode().map_err(fault)?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste).map_err(fault)?;
        self.terminal.clear().map_err(fault)
    }

    /// What a signal asks for; nothing where none came.
    #[cfg(unix)]
    fn asked(&mut self) -> Result<Option<Input>> {
        match self.held.came() {
            Came::Nothing => return Ok(None),
            Came::End(_) => return Ok(Some(Input::End)),
            Came::Stop => self.stop()?,
            Came::Resumed => self.retake()?,
        }
        Ok(Some(Input::Other))
    }

    #[cfg(not(unix))]
    fn asked(&mut self) -> Result<Option<Input>> {
        Ok(None)
    }

    /// Waits for a key, at most so long. Signals are noticed several times a second.
    pub fn wait(&mut self, patience: Duration) -> Result<Input> {
        let step = Duration::from_millis(200).min(patience);
        let mut waited = Duration::ZERO;
        while waited < patience {
            if let Some(input) = self.asked()? {
                return Ok(input);
            }
            if hung_up(step) {
                return Ok(Input::End);
            }
            if event::poll(Duration::ZERO).map_err(fault)? {
                return Ok(input(event::read().map_err(fault)?));
            }
            waited += step;
        }
        Ok(Input::Nothing)
    }
}

/// Waits for input, at most so long; says whether the terminal has gone away. The reader of keys below would wait for ever
/// at a terminal that is gone, and busily.
#[cfg(unix)]
fn hung_up(patience: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let input = stdin();
    let mut wanted = [PollFd::new(&input, PollFlags::IN)];
    let patience = Timespec::try_from(patience).ok();
    match poll(&mut wanted, patience.as_ref()) {
        Ok(_) => wanted[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL),
        // A signal: a window of another size, or the end, which is looked for next.
        Err(_) => false,
    }
}

#[cfg(not(unix))]
fn hung_up(patience: Duration) -> bool {
    let _ = event::poll(patience);
    false
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = execute!(stdout(), DisableBracketedPaste);
        ratatui::restore();
        let _ = self.terminal.show_cursor();
    }
}

fn input(event: Event) -> Input {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => match known(key.code, key.modifiers) {
            Some(key) => Input::Key(key),
            None => Input::Other,
        },
        Event::Paste(text) => Input::Paste(text),
        _ => Input::Other,
    }
}

fn known(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
    if modifiers.contains(KeyModifiers::CONTROL) {
        return match code {
            KeyCode::Char('q' | 'Q' | 'c' | 'C' | 'й' | 'с') => Some(Key::Quit),
            KeyCode::Char('n' | 'N' | 'т') => Some(Key::NewLesson),
            _ => None,
        };
    }
    if modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    Some(match code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Insert => Key::NewLesson,
        KeyCode::F(1) => Key::Help,
        KeyCode::F(2) => Key::Edit,
        KeyCode::F(8) => Key::NextRefused,
        KeyCode::F(10) => Key::Quit,
        _ => return None,
    })
}

fn fault(cause: std::io::Error) -> Error {
    Error::environment(format!("терминал не отвечает: {cause}"))
        .next("откройте таблицу в другом окне; вид терминала возвращает команда reset")
}
