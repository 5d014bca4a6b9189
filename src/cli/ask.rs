//! Asking at the terminal: for a passphrase, or for a line that may be seen.
//!
//! The echo is off before the question appears, and what was typed before is thrown away: whoever waits for the question
//! types nothing that is seen, however slow the machine is, and a line that was meant for another program is no
//! passphrase. However the question ends, by a signal too, the terminal is put right.

#[cfg(unix)]
pub use unix::passphrase;

use std::io::IsTerminal;

/// Asks for a line that may be seen; nothing where nobody sits at a terminal.
///
/// # Errors
/// A terminal that goes away.
pub fn line(question: &str) -> crate::Result<Option<String>> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Ok(None);
    }
    eprintln!("{}", super::shown::line(question));
    let mut typed = String::new();
    let failed = |cause: std::io::Error| {
        crate::Error::environment(format!("ответ не прочитан: {cause}")).next("повторите команду в обычном терминале")
    };
    let length = input.read_line(&mut typed).map_err(failed)?;
    Ok((length > 0).then(|| typed.trim().to_owned()))
}

/// Asks for a passphrase.
///
/// # Errors
/// No terminal.
#[cfg(not(unix))]
pub fn passphrase(question: &str) -> std::io::Result<age::secrecy::SecretString> {
    // Its own way to ask writes UTF-8 to a console, which takes it for another code page.
    eprintln!("{}", super::shown::line(question));
    Ok(rpassword::read_password()?.into())
}

#[cfg(unix)]
mod unix {
    use crate::cli::shown;
    use crate::cli::signals::{self, Came, Held};
    use age::secrecy::SecretString;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
    use std::fs::{File, OpenOptions};
    use std::io::{Error, ErrorKind, Read, Result, Write};
    use zeroize::Zeroizing;

    /// The longest line that a terminal hands over.
    const LINE: usize = 4096;
    /// How often signals are looked for that came just before the waiting.
    const STEP: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

    /// The terminal without its echo; with it again when this is dropped.
    struct Silent<'a> {
        terminal: &'a File,
        before: Termios,
    }

    impl<'a> Silent<'a> {
        /// Takes the echo away, and with it what was typed so far.
        fn take(terminal: &'a File) -> Result<Self> {
            let before = tcgetattr(terminal)?;
            let silent = Self { terminal, before };
            silent.again()?;
            Ok(silent)
        }

        fn again(&self) -> Result<()> {
            let mut modes = self.before.clone();
            modes.local_modes -= LocalModes::ECHO | LocalModes::ECHOE | LocalModes::ECHOK | LocalModes::ECHONL;
            modes.local_modes |= LocalModes::ICANON | LocalModes::ISIG;
            Ok(tcsetattr(self.terminal, OptionalActions::Flush, &modes)?)
        }
    }

    impl Drop for Silent<'_> {
        fn drop(&mut self) {
            let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
        }
    }

    /// Asks for a passphrase.
    ///
    /// # Errors
    /// No terminal, or one that goes away; a line that is no text.
    pub fn passphrase(question: &str) -> Result<SecretString> {
        asked(&OpenOptions::new().read(true).write(true).open("/dev/tty")?, question)
    }

    fn asked(terminal: &File, question: &str) -> Result<SecretString> {
        let question = shown::line(question);
        let held = signals::hold()?;
        loop {
            let silent = Silent::take(terminal)?;
            say(terminal, &question)?;
            let ended = wait(terminal, &held);
            if !matches!(ended, Ok(Came::Nothing)) {
                // What was typed of the passphrase is not for whoever reads next.
                let _ = tcflush(terminal, QueueSelector::IFlush);
            }
            drop(silent);
            say(terminal, "\n")?;
            match ended? {
                Came::Nothing => return line(terminal),
                Came::End(signal) => held.end(signal),
                Came::Stop => held.stop(),
                Came::Resumed => {}
            }
        }
    }

    fn say(mut terminal: &File, text: &str) -> Result<()> {
        terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush())
    }

    /// Waits until a line can be read, or something came.
    fn wait(terminal: &File, held: &Held) -> Result<Came> {
        loop {
            let came = held.came();
            if came != Came::Nothing {
                return Ok(came);
            }
            let mut wanted = [PollFd::new(terminal, PollFlags::IN)];
            match poll(&mut wanted, Some(&STEP)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(Came::Nothing),
                Err(fault) => return Err(fault.into()),
            }
        }
    }

    fn line(mut terminal: &File) -> Result<SecretString> {
        let mut typed = Zeroizing::new(vec![0; LINE]);
        let length = terminal.read(&mut typed)?;
        if length == 0 {
            return Err(Error::other("ввод закончен, а строка не набрана"));
        }
        let text = std::str::from_utf8(&typed[..length]).map_err(|_| Error::from(ErrorKind::InvalidData))?;
        Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use age::secrecy::ExposeSecret;
        use rustix::fs::{Mode, OFlags};
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

        #[test]
        fn the_echo_is_off_before_the_question_appears_and_what_was_typed_before_is_thrown_away() {
            let mut window = File::from(openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap());
            grantpt(&window).and_then(|()| unlockpt(&window)).unwrap();
            let name = ptsname(&window, Vec::new()).unwrap();
            let terminal = File::from(rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap());
            let mut seen = Vec::new();
            let until = |seen: &mut Vec<u8>, window: &mut File, words: &str| {
                while !String::from_utf8_lossy(seen).contains(words) {
                    let mut bytes = [0; 256];
                    let length = window.read(&mut bytes).unwrap();
                    seen.extend(&bytes[..length]);
                }
            };
            window.write_all("мимо\n".as_bytes()).unwrap();
            // Once it is echoed it lies where lines wait to be read.
            until(&mut seen, &mut window, "мимо");
            let asked_of = terminal.try_clone().unwrap();
            let answer = std::thread::spawn(move || asked(&asked_of, "Пароль\u{202e}: ").unwrap());
            until(&mut seen, &mut window, "Пароль⟨U+202E⟩: ");
            assert!(!tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO));
            window.write_all("весна в лесу\n".as_bytes()).unwrap();
            assert_eq!(answer.join().unwrap().expose_secret(), "весна в лесу");
            (&terminal).write_all(b"end").unwrap();
            until(&mut seen, &mut window, "end");
            assert!(!String::from_utf8_lossy(&seen).contains("весна"), "{}", String::from_utf8_lossy(&seen));
            assert!(tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO));
        }
    }
}
