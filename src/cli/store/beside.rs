//! The journal beside which a third place is worked with, where one was named: it learns what was put and verified there.

use crate::cli::{Common, screen, session};
use crate::error::Result;
use crate::journal::{Author, Journal, Proven};
use crate::ledger::identity::Identity;
use crate::work::stores::Told;

/// The journal, and who works in it; nothing where no journal was named.
pub struct Beside {
    journal: Option<Journal>,
    identity: Option<Identity>,
    quiet: bool,
}

impl Beside {
    pub fn of(common: &Common) -> Result<Self> {
        let journal = common.journal.as_deref().map(session::open).transpose()?;
        let identity = journal.as_ref().map(|_| session::identity_if_named(common)).transpose()?.flatten();
        Ok(Self { journal, identity, quiet: common.json })
    }

    pub fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    /// The journal proved, that archives are held against it.
    pub fn proven(&self) -> Result<Option<Proven>> {
        self.journal.as_ref().map(|journal| journal.prove(&mut |_| {})).transpose()
    }

    /// Enters something about an archive, and says what became of it.
    pub fn enter(&mut self, name: &str, enter: impl FnOnce(&mut Journal, Author<'_>) -> Result<Told>) -> Result<()> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let Some(identity) = &self.identity else {
            if !self.quiet {
                println!("  В журнал это не записано: чтобы записать, назовите свой ключ, --identity ФАЙЛ.");
            }
            return Ok(());
        };
        say(enter(journal, session::author(identity))?, name, self.quiet);
        Ok(())
    }
}

/// Says what became of it in the journal.
pub fn say(told: Told, name: &str, quiet: bool) {
    match told {
        Told::Done if !quiet => println!("  Архив «{name}» в третьем месте записан в журнал."),
        Told::Done | Told::Foreign => {}
        Told::ReadOnly => screen::warning("в журнал это не записано: он открыт только для чтения"),
        Told::Stranger => screen::warning("в журнал это не записано: этого ключа в нём нет"),
    }
}
