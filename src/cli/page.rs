//! `letopis desk`: one's own page in the browser. Here it is opened, and here the passphrase is typed; the page itself is
//! another face, which the program hands in ([`Face`]).

use super::desk::Desk;
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::work::seat::{Console, Face, Seat};
use crate::work::sticks::at_work;
use clap::Args;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

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
        let mut window = Window { common, no_browser: self.no_browser };
        face(window.seat()?, &mut window)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The window in which the program runs.
struct Window {
    common: Common,
    no_browser: bool,
}

impl Window {
    fn seat(&self) -> Result<Seat> {
        let Desk { journal, identity, .. } = Desk::open(&self.common)?;
        Ok(Seat { journal, identity, clock: &session::SystemClock, stick: session::stick(&self.common) })
    }
}

impl Console for Window {
    fn ready(&mut self, opening: &Path) {
        let opened = !self.no_browser && open(opening);
        match opened {
            true => println!("Страница открыта в браузере. Закончить работу: Ctrl+C в этом окне."),
            false => println!("Откройте в браузере файл {}\nЗакончить работу: Ctrl+C в этом окне.", opening.display()),
        }
    }

    fn unlock(&mut self) -> Result<Seat> {
        session::put_away();
        println!("Страница заперта: за ней давно не работали.");
        if !std::io::stdin().is_terminal() && self.common.passphrase_file.is_none() {
            return Err(Error::environment("страница закрыта: за ней давно не работали").next("откройте её снова"));
        }
        let seat = self.seat()?;
        println!("Страница снова открыта.");
        Ok(seat)
    }
}

/// Opens a file in the browser of whoever sits here.
fn open(file: &Path) -> bool {
    let mut command = match cfg!(windows) {
        true => Command::new("explorer"),
        false => Command::new("xdg-open"),
    };
    command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}
