//! `letopis archive restore`: the journal and its documents back from a carrier.

use super::anchors::Anchors;
use super::{Bar, Common};
use crate::archive::anchor::Anchor;
use crate::archive::restore::Restored;
use crate::cli::called::ME;
use crate::cli::typed::quoted;
use crate::cli::{screen, session};
use crate::error::Result;
use crate::journal::{Journal, Proven};
use crate::ledger::chain::grouped;
use crate::work::archive::{self, Opening};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Restore {
    /// Папка архива, или носитель с одним архивом
    #[arg(value_name = "ПУТЬ")]
    path: PathBuf,
    /// Куда: новая папка
    #[arg(long, visible_alias = "куда", value_name = "ПАПКА")]
    to: PathBuf,
    /// Только это: класс («7А»), «журнал» или «реестры»; можно несколько раз
    #[arg(long, visible_alias = "только", value_name = "ЧТО")]
    only: Vec<String>,
    #[command(flatten)]
    anchors: Anchors,
    /// Извлечь, хотя печать архива нарушена или он не подлинен: за содержание отвечаете вы
    #[arg(long, visible_alias = "несмотря-на-печать")]
    despite_broken_seal: bool,
}

impl Restore {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let bag = archive::one_bag(&self.path)?;
        let identity = session::identity(common)?;
        let mut anchors = self.anchors.given()?;
        anchors.extend(self.anchors.code()?.map(Anchor::Expect));
        let proven = journal_beside(common);
        let wish = Opening {
            bag: &bag,
            opener: &identity,
            only: &self.only,
            to: &self.to,
            anchors,
            journal: proven.as_ref(),
            despite_seal: self.despite_broken_seal,
        };
        let bar = Bar::new();
        let restored = archive::restore(&wish, &bar);
        bar.finish();
        let restored = restored?;
        if common.json {
            screen::json(&serde_json::json!({
                "name": restored.name, "folder": self.to, "journal": restored.journal, "packages": restored.packages,
                "bytes": restored.bytes, "notes": restored.notes, "length": restored.facts.length,
                "head": restored.facts.head, "code": restored.code, "signer": restored.signer,
                "vouched": restored.vouched, "despite": restored.despite,
            }));
        } else {
            say(&restored, &self.to);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The journal that was named, proven. After a disaster it may be gone or damaged, which is no reason not to open an
/// archive: then it vouches for nothing, and that is said.
fn journal_beside(common: &Common) -> Option<Proven> {
    let path = common.journal.as_deref()?;
    let proven = Journal::open(path).and_then(|journal| journal.prove(&mut |_| {}));
    if let Err(error) = &proven {
        screen::warning(&format!("с журналом «{}» архив не сверен: {}", path.display(), error.message()));
    }
    proven.ok()
}

/// Says whose archive it is, as far as anybody knows.
fn say_author(restored: &Restored) {
    for why in &restored.despite {
        screen::warning(&format!("ПЕЧАТЬ НАРУШЕНА, извлечено по вашему требованию, содержанию верить нельзя: {why}"));
    }
    let code = restored.code.as_deref().map_or_else(|| "не читается".to_owned(), grouped);
    println!("Код архива: {code}.");
    println!("Подписан ключом: {}.", restored.signer.as_deref().unwrap_or("подпись не сходится"));
    match restored.vouched.as_slice() {
        [] => screen::warning(
            "кто создал архив, не доказано: сверьте код и отпечаток ключа с актом (или назовите их: --expect, --signer)",
        ),
        by => println!("Архив подлинен: {}.", by.join("; ")),
    }
}

fn say(restored: &Restored, to: &Path) {
    for note in &restored.notes {
        screen::warning(&format!("в архиве есть и повреждённое, сюда не взятое: {note}"));
    }
    say_author(restored);
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
        println!("Работать с ним: {ME} --journal {} …", quoted(&journal.display().to_string()));
        println!("Контактов родителей в архивах нет: их вносят заново («{ME} contact set»).");
    }
    println!("Извлечённое не зашифровано: закончив, удалите папку.");
}
