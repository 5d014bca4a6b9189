//! `letopis archive restore`: the journal and its documents back from a carrier.

use super::{Bar, Common};
use crate::archive::restore::Restored;
use crate::cli::{screen, session};
use crate::error::Result;
use crate::work::archive;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Restore {
    /// Папка архива, или носитель с одним архивом
    #[arg(value_name = "ПУТЬ")]
    path: PathBuf,
    /// Куда: новая папка
    #[arg(long, value_name = "ПАПКА")]
    to: PathBuf,
    /// Только это: класс («7А»), «журнал» или «реестры»; можно несколько раз
    #[arg(long, value_name = "ЧТО")]
    only: Vec<String>,
}

impl Restore {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let bag = archive::one_bag(&self.path)?;
        let identity = session::identity(common)?;
        let bar = Bar::new();
        let restored = archive::restore(&bag, &identity, &self.only, &self.to, &bar);
        bar.finish();
        let restored = restored?;
        if common.json {
            screen::json(&serde_json::json!({
                "name": restored.name, "folder": self.to, "journal": restored.journal, "packages": restored.packages,
                "bytes": restored.bytes, "notes": restored.notes, "length": restored.facts.length,
                "head": restored.facts.head,
            }));
        } else {
            say(&restored, &self.to);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn say(restored: &Restored, to: &Path) {
    for note in &restored.notes {
        screen::warning(&format!("в архиве есть и повреждённое, сюда не взятое: {note}"));
    }
    println!("Из архива «{}» извлечено в {}: байт — {}.", restored.name, to.display(), restored.bytes);
    for (package, files) in &restored.packages {
        println!("  {package}: файлов — {files}");
    }
    if let Some(journal) = &restored.journal {
        println!(
            "Журнал {}: записей — {}, подписи, таблицы и документы сошлись.",
            journal.display(),
            restored.facts.length
        );
        println!("Работать с ним: letopis --journal {} …", journal.display());
        println!("Контактов родителей в архивах нет: их вносят заново («letopis contact set»).");
    }
    println!("Извлечённое не зашифровано: закончив, удалите папку.");
}
