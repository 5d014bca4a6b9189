//! `letopis completions`: what makes a shell complete commands and options with Tab, Russian names too.

use super::{Cli, help, output};
use crate::error::Result;
use clap::{Args, CommandFactory, ValueEnum};
use std::process::ExitCode;

#[derive(Args)]
pub struct Completions {
    /// Оболочка
    #[arg(value_name = "ОБОЛОЧКА")]
    shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Completions {
    pub fn run(self) -> Result<ExitCode> {
        let shell = match self.shell {
            Shell::Bash => clap_complete::Shell::Bash,
            Shell::Zsh => clap_complete::Shell::Zsh,
            Shell::Fish => clap_complete::Shell::Fish,
        };
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut help::with_headings(Cli::command()), "letopis", &mut script);
        output::put_lines(&String::from_utf8_lossy(&script));
        Ok(ExitCode::SUCCESS)
    }
}
