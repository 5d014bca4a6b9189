//! `letopis desk`: one's own page in the browser. Here it is opened, and here the passphrase is typed; the page itself is
//! another face, which the program hands in ([`Face`]).

use super::recorder::Recorder;
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::work::seat::{Console, Face, Seat, Wish};
use crate::work::sticks::at_work;
use clap::Args;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

#[derive(Args, Default)]
pub struct Page {
    /// Папка носителя; иначе журнал, с которым работают остальные команды
    #[arg(value_name = "ПАПКА")]
    mount: Option<PathBuf>,
    /// Не открывать браузер, а назвать файл, который его откроет
    #[arg(long, visible_alias = "без-браузера")]
    no_browser: bool,
}

impl Page {
    /// The page of the stick that the current folder is, or that the program lies on.
    pub fn of_this_stick() -> Option<Self> {
        let beside = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
        let mount = at_work::mount_of(Path::new(".")).or_else(|| at_work::mount_of(&beside?))?;
        Some(Self { mount: Some(mount), no_browser: false })
    }

    /// Runs without anything on the command line, perhaps in a window of its own, which stays until it was read.
    pub fn alone(self, face: Face) -> ExitCode {
        let Err(error) = self.run(&Common::default(), face) else { return ExitCode::SUCCESS };
        screen::error(&error);
        if std::io::stdin().is_terminal() {
            println!("Нажмите Enter, чтобы закрыть окно.");
            let _ = std::io::stdin().read_line(&mut String::new());
        }
        ExitCode::from(error.exit_status())
    }

    pub fn run(self, common: &Common, face: Face) -> Result<ExitCode> {
        let common = match self.mount {
            Some(mount) => Common { journal: Some(mount), ..common.clone() },
            None => common.clone(),
        };
        let mut window = Window { common, no_browser: self.no_browser, held: None, ended: None };
        let seat = window.seat()?;
        window.hold();
        let done = face(seat, &mut window);
        window.end();
        done.map(|()| ExitCode::SUCCESS)
    }
}

/// The window in which the program runs.
struct Window {
    common: Common,
    no_browser: bool,
    /// What would end the program only closes the page, so that nothing of it is left behind.
    held: Option<Held>,
    /// By which signal it is ended.
    ended: Option<i32>,
}

#[cfg(unix)]
use super::signals::{self, Came, Held};
#[cfg(not(unix))]
type Held = ();

impl Window {
    #[cfg(unix)]
    fn hold(&mut self) {
        self.held = signals::hold().ok();
    }

    #[cfg(not(unix))]
    fn hold(&mut self) {}

    /// Ends the program as it was asked to, now that the page is closed.
    #[cfg(unix)]
    fn end(&mut self) {
        if let (Some(held), Some(signal)) = (self.held.take(), self.ended) {
            held.end(signal);
        }
    }

    #[cfg(not(unix))]
    fn end(&mut self) {}

    /// Whether the program is to end.
    #[cfg(unix)]
    fn is_ended(&mut self) -> bool {
        match self.held.as_ref().map(Held::came) {
            Some(Came::End(signal)) => self.ended = Some(signal),
            Some(Came::Stop) => self.held.iter().for_each(Held::stop),
            _ => {}
        }
        self.ended.is_some()
    }

    #[cfg(not(unix))]
    fn is_ended(&mut self) -> bool {
        self.ended.is_some()
    }

    fn seat(&self) -> Result<Seat> {
        let Recorder { journal, identity, .. } = Recorder::open(&self.common)?;
        Ok(Seat {
            journal,
            identity,
            clock: &session::SystemClock,
            cache: session::cache_folder(),
            stick: session::stick(&self.common),
            hand: session::hand(),
        })
    }
}

impl Console for Window {
    fn ready(&mut self, opening: &Path) {
        let opened = !self.no_browser && open(opening);
        match opened {
            true => println!("Страница открыта в браузере."),
            false => println!("Откройте в браузере файл {}", opening.display()),
        }
        if std::io::stdin().is_terminal() {
            println!("Ещё одна страница: Enter в этом окне. Закончить работу: Ctrl+C.");
        }
    }

    fn wish(&mut self) -> Wish {
        if self.is_ended() {
            return Wish::End;
        }
        if std::io::stdin().is_terminal() && is_entered() { Wish::Another } else { Wish::Nothing }
    }

    fn unlock(&mut self) -> Result<Seat> {
        session::put_away();
        println!("Страница заперта: за ней давно не работали.");
        if !std::io::stdin().is_terminal() && self.common.passphrase_file.is_none() {
            return Err(Error::environment("страница закрыта: за ней давно не работали").next("откройте её снова"));
        }
        // Asking holds the terminal itself.
        self.held = None;
        let seat = self.seat()?;
        self.hold();
        println!("Страница снова открыта.");
        Ok(seat)
    }
}

/// Whether Enter was pressed. Nothing else reads the terminal while the page is open.
fn is_entered() -> bool {
    let mut entered = false;
    while let Ok(true) = event::poll(Duration::ZERO) {
        match event::read() {
            Ok(Event::Key(key)) => entered |= key.code == KeyCode::Enter && key.kind != KeyEventKind::Release,
            Ok(_) => {}
            Err(_) => return entered,
        }
    }
    entered
}

/// Opens a file in the browser of whoever sits here.
fn open(file: &Path) -> bool {
    let mut command = match cfg!(windows) {
        true => Command::new("explorer"),
        false => Command::new("xdg-open"),
    };
    command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}
