//! A terminal that tests type into and look at: `tmux` with a server of its own.

use super::peers;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a screen is waited for. Machines that test other things at the same time are slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// A window of a private `tmux` server, which ends with it.
pub struct Window {
    dir: tempfile::TempDir,
    cwd: PathBuf,
}

impl Window {
    /// Opens a window of a size and runs a command line of `sh` in it; nothing where `tmux` is missing. The window
    /// stays when the program ends.
    pub fn open(cwd: &Path, width: u16, height: u16, command: &str) -> Option<Self> {
        peers::require("tmux")?;
        let window = Self { dir: tempfile::tempdir().unwrap(), cwd: cwd.to_owned() };
        let config = window.dir.path().join("conf");
        std::fs::write(&config, "set -g remain-on-exit on\nset -g escape-time 0\nset -g status off\n").unwrap();
        let (width, height) = (width.to_string(), height.to_string());
        let config = config.display().to_string();
        window.tmux(&["-f", &config, "new-session", "-d", "-x", &width, "-y", &height, command]);
        Some(window)
    }

    /// A shell to type commands into.
    pub fn shell(cwd: &Path, width: u16, height: u16) -> Option<Self> {
        let window = Self::open(cwd, width, height, "exec env PS1='ready> ' LC_ALL=C.UTF-8 sh")?;
        window.wait_for("ready>");
        Some(window)
    }

    fn tmux(&self, args: &[&str]) -> String {
        let socket = self.dir.path().join("socket").display().to_string();
        let output = peers::run("tmux", [&["-u", "-S", &socket][..], args].concat(), &self.cwd);
        assert_eq!(output.code, Some(0), "{output}");
        output.stdout
    }

    /// Types a text.
    pub fn text(&self, text: &str) {
        self.tmux(&["send-keys", "-l", "--", text]);
    }

    /// Presses keys by tmux's names: `Enter`, `Down`, `F10`, `IC` (Insert), `DC` (Delete).
    pub fn keys(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"][..], keys].concat());
    }

    /// Types a line and Enter.
    pub fn line(&self, text: &str) {
        self.text(text);
        self.keys(&["Enter"]);
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// A format of tmux: `#{alternate_on}`.
    pub fn ask(&self, format: &str) -> String {
        self.tmux(&["display-message", "-p", format]).trim().to_owned()
    }

    /// The process that was started in the window.
    pub fn process(&self) -> u32 {
        self.ask("#{pane_pid}").parse().unwrap()
    }

    /// Gives the window another size.
    pub fn resize(&self, width: u16, height: u16) {
        self.tmux(&["resize-window", "-x", &width.to_string(), "-y", &height.to_string()]);
    }

    /// Waits until a text is on the screen, and gives the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits until a screen is as it should be, and gives it.
    #[track_caller]
    pub fn wait_until(&self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if is(&screen) {
                return screen;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain for «{what}»:\n{screen}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let socket = self.dir.path().join("socket").display().to_string();
        peers::run("tmux", ["-S", &socket, "kill-server"], &self.cwd);
    }
}
