//! `letopis archive rekey` and `archive extract-summaries`: archives made from archives.

use super::create::{share, tell};
use super::{Bar, Common};
use crate::archive::par2::create::Share;
use crate::cli::recorder::Recorder;
use crate::cli::session;
use crate::error::Result;
use crate::work::Workplace;
use crate::work::archive::{self, Derived, Made};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Derive {
    /// Папка архива, или носитель с одним архивом
    #[arg(value_name = "ПУТЬ")]
    path: PathBuf,
    /// Папка носителя; указывается дважды
    #[arg(long, visible_alias = "куда", value_name = "НОСИТЕЛЬ", required = true)]
    to: Vec<PathBuf>,
    /// Ключ, которым архив открывается, если ваш для этого не годится: например, ключ восстановления
    #[arg(long, visible_alias = "открыть-ключом", value_name = "ФАЙЛ")]
    open_with: Option<PathBuf>,
    /// Согласиться, что оба носителя могут быть одним устройством (§2.5 не будет доказан)
    #[arg(long, visible_alias = "одно-устройство")]
    allow_same_device: bool,
    /// Сколько данных для восстановления добавить, в процентах от объёма; 0 — не добавлять
    #[arg(long, visible_alias = "восстановление", value_name = "ДОЛЯ", default_value = "10%", value_parser = share)]
    recovery: Share,
}

impl Derive {
    pub fn rekey(self, common: &Common) -> Result<ExitCode> {
        let next =
            "Прежний архив остался как был: его откроют прежние ключи. Когда обе новые копии проверены, сотрите его.";
        self.run(common, next, |place, wish, bar| archive::rekey(place, wish, bar))
    }

    pub fn summaries(self, common: &Common) -> Result<ExitCode> {
        let next = "В нём только сводные ведомости: он остаётся и тогда, когда журналы уничтожены по сроку хранения.";
        self.run(common, next, |place, wish, bar| archive::extract_summaries(place, wish, bar))
    }

    fn run(
        self,
        common: &Common,
        next: &str,
        derive: impl Fn(&mut Workplace<'_>, &Derived<'_>, &Bar) -> Result<Made>,
    ) -> Result<ExitCode> {
        let bag = archive::one_bag(&self.path)?;
        let Recorder { mut journal, identity, .. } = Recorder::open(common)?;
        let other = self.open_with.as_deref().map(|path| session::read_identity(common, path)).transpose()?;
        let wish = Derived {
            bag: &bag,
            opener: other.as_ref().unwrap_or(&identity),
            targets: &self.to,
            allow_same_device: self.allow_same_device,
            recovery: self.recovery,
        };
        let bar = Bar::new();
        let made = Workplace::at(&mut journal, &identity, &session::SystemClock)
            .and_then(|mut place| derive(&mut place, &wish, &bar));
        bar.finish();
        let made = made?;
        tell(common, made, Some(next))
    }
}
