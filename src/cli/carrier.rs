//! `letopis carrier`: the sticks that archives are kept on (§5.5.3, §5.5.4).

use super::{Common, screen, session};
use crate::archive::of_journal::register;
use crate::error::Result;
use crate::journal::find;
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Carrier {
    /// Зарегистрировать носитель: кто хранит и где; повторно — исправить записанное о нём
    #[command(visible_alias = "зарегистрировать")]
    Register {
        /// Папка, в которой виден носитель: /media/usb
        #[arg(value_name = "НОСИТЕЛЬ")]
        mount: PathBuf,
        /// Надпись на носителе: А-1
        #[arg(long, value_name = "НАДПИСЬ")]
        label: String,
        /// Логин хранителя
        #[arg(long, value_name = "ЛОГИН")]
        holder: String,
        /// Место хранения: «сейф директора»
        #[arg(long, value_name = "МЕСТО")]
        place: String,
    },
    /// Список носителей
    #[command(visible_alias = "список")]
    List,
}

impl Carrier {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Register { mount, label, holder, place } => {
                let mut journal = session::journal(common)?;
                let identity = session::identity(common)?;
                let author = session::author(&identity);
                let (label, place) = (crate::school::clean(&label)?, crate::school::clean(&place)?);
                let (carrier, recorded) = register::register(&mut journal, author, &mount, &label, &holder, &place)?;
                let what = format!("Носитель «{label}» зарегистрирован, номер {}", carrier.card().id);
                match recorded {
                    Some(recorded) => session::recorded(&journal, &identity, &what, recorded.seq)?,
                    None => println!("{what}: так и записано в журнале, файлы носителя записаны заново."),
                }
            }
            Self::List => list(common)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(common: &Common) -> Result<()> {
    let journal = session::journal(common)?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for carrier in register::all(&journal)? {
        let holder = find::staff(journal.tables(), &carrier.holder)?.map(|p| p.name.initials()).unwrap_or_default();
        values.push(serde_json::json!({
            "id": carrier.id, "label": carrier.label, "holder": carrier.holder, "place": carrier.place,
        }));
        rows.push(vec![carrier.id, carrier.label, holder, carrier.place]);
    }
    if common.json {
        screen::json(&values.into());
    } else {
        screen::table(&["Номер", "Надпись", "Хранитель", "Место"], &rows);
    }
    Ok(())
}
