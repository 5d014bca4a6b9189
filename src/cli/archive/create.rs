//! `letopis archive create`: an archive of a period on two carriers (§5.5), or the dispatcher's copy of the database.

use super::{Bar, Common};
use crate::archive::par2::create::Share;
use crate::cli::called::ME;
use crate::cli::recorder::Recorder;
use crate::cli::store::{self, Where, beside};
use crate::cli::typed::quoted;
use crate::cli::{advice, screen, session};
use crate::error::{Error, Result};
use crate::ledger::chain::grouped;
use crate::print::Layouts;
use crate::store::protect::Protection;
use crate::store::push::Pushed;
use crate::store::{Settings, Shelf};
use crate::work::archive::{self, Made, NewArchive};
use crate::work::stores::{self, Store as Opened, Told, Wish};
use clap::Args;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Create {
    /// Период: «I четверть», «I полугодие», «Год»
    #[arg(long, visible_alias = "период", value_name = "ПЕРИОД")]
    period: String,
    /// Папка носителя; указывается дважды
    #[arg(long, visible_alias = "куда", value_name = "НОСИТЕЛЬ", required = true)]
    to: Vec<PathBuf>,
    /// Согласиться, что оба носителя могут быть одним устройством (§2.5 не будет доказан)
    #[arg(long, visible_alias = "одно-устройство")]
    allow_same_device: bool,
    /// Только база данных, без печатных документов: копия диспетчера (§5.5.1)
    #[arg(long, visible_alias = "только-база")]
    database_only: bool,
    /// Передать архив и в третье место, после обоих носителей
    #[arg(long, visible_alias = "в-хранилище")]
    to_store: bool,
    #[command(flatten)]
    settings: Where,
    /// Сколько данных для восстановления добавить, в процентах от объёма; 0 — не добавлять
    #[arg(long, visible_alias = "восстановление", value_name = "ДОЛЯ", default_value = "10%", value_parser = share)]
    recovery: Share,
    /// Папка с изменёнными макетами
    #[arg(long, visible_alias = "макеты", value_name = "ПАПКА")]
    layouts: Option<PathBuf>,
}

/// Reads `10%`, or `10`.
pub fn share(text: &str) -> std::result::Result<Share, String> {
    let percent = text.trim().strip_suffix('%').unwrap_or(text.trim()).trim();
    let percent: u8 = percent.parse().map_err(|_| "нужно целое число процентов от 0 до 100: 10%".to_owned())?;
    Share::new(percent).map_err(|error| error.message().to_owned())
}

/// Says what was made, and what follows from it. 0 where both copies were written; else the error that tells what became of
/// the other.
pub fn tell(common: &Common, made: Made, next: Option<&str>) -> Result<ExitCode> {
    if common.json {
        screen::json(&as_json(&made));
    } else {
        say(&made);
        next.iter().for_each(|next| println!("{next}"));
    }
    made.failed.map_or(Ok(ExitCode::SUCCESS), Err)
}

impl Create {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let layouts = Layouts::load(self.layouts.as_deref())?;
        // What is wrong in the settings is heard before anything is written.
        let third = self.to_store.then(|| Settings::read(&self.settings.config)).transpose()?;
        let wish = NewArchive {
            period: &self.period,
            targets: &self.to,
            allow_same_device: self.allow_same_device,
            layouts: &layouts,
            recovery: self.recovery,
            database_only: self.database_only,
        };
        let bar = Bar::new();
        let made = archive::create(&mut recorder.workplace()?, &wish, &bar);
        bar.finish();
        let made = made?;
        let third = third.map(|settings| self.bring(&mut recorder, settings, &made)).transpose();
        let Made { failed, .. } = &made;
        match third {
            Ok(None) => tell(common, made, None),
            Ok(Some(third)) => {
                tell_with(common, &made, Some(&third));
                made.failed.map_or(Ok(ExitCode::SUCCESS), Err)
            }
            Err(error) => {
                tell_with(common, &made, None);
                failed.iter().for_each(screen::error);
                Err(error)
            }
        }
    }

    /// Brings what lies on the carriers to the third place, and records it. The carriers stand, whatever comes of it.
    fn bring(&self, recorder: &mut Recorder, settings: Settings, made: &Made) -> Result<Third> {
        let (name, bag) = (&made.recorded.name, made.folders.first());
        let config = &self.settings.config;
        let config = if config.as_os_str() == "store.toml" {
            String::new()
        } else {
            format!(" --config {}", quoted(&config.display().to_string()))
        };
        let shown = bag.map(|bag| quoted(&bag.display().to_string())).unwrap_or_default();
        let again =
            format!("передайте его туда: {ME} store push {shown}{config} --journal ЖУРНАЛ --identity ФАЙЛ_КЛЮЧА");
        let missing = |error: Error| {
            let message = format!("архив «{name}» записан на носители, а в третьем месте его нет: {}", error.message());
            Error::damaged(message).next(again.clone())
        };
        let who = store::who();
        let wish = Wish { paths: &[], only: &[], who: &who, clock: &session::SystemClock, take_over: false };
        let bar = Bar::new();
        let brought = Opened::of(settings).and_then(|store| {
            let bag = bag.map_or(Path::new(""), PathBuf::as_path);
            store.push(bag, &wish, &bar).map(|brought| (store.name(), brought))
        });
        bar.finish();
        let (place, (shelf, pushed, protection)) = brought.map_err(missing)?;
        let author = session::author(&recorder.identity);
        let told = stores::enter_put(&mut recorder.journal, author, (&place, &shelf), &pushed, protection)
            .map_err(|error| error.at("архив в третьем месте цел, а в журнал это не записано"))?;
        Ok(Third { place, shelf, pushed, protection, told })
    }
}

/// What was brought to the third place.
struct Third {
    place: String,
    shelf: Shelf,
    pushed: Pushed,
    protection: Protection,
    told: Told,
}

/// Says what was made, and what of it lies in the third place.
fn tell_with(common: &Common, made: &Made, third: Option<&Third>) {
    if common.json {
        let mut value = as_json(made);
        value["third"] =
            third.map_or(Value::Null, |third| store::as_json(&third.shelf, &third.pushed, third.protection));
        screen::json(&value);
        return;
    }
    say(made);
    if let Some(Third { place, shelf, pushed, protection, told }) = third {
        store::say_pushed(shelf.bag(), place, pushed, *protection);
        beside::say(*told, shelf.bag(), false);
    }
}

/// What was made, for scripts.
fn as_json(made: &Made) -> Value {
    let recorded = &made.recorded;
    serde_json::json!({
        "name": recorded.name, "period": recorded.period, "code": recorded.tagmanifest,
        "length": recorded.length, "head": recorded.head, "files": recorded.files, "bytes": recorded.bytes,
        "folders": made.folders, "fingerprint": made.fingerprint, "notes": made.notes.iter().map(advice::warning).collect::<Vec<_>>(),
        "failed": made.failed.as_ref().map(|error| error.message()),
    })
}

/// What was made, with the figures that go into the act.
pub fn say(made: &Made) {
    for note in &made.notes {
        screen::warning(&advice::warning(note));
    }
    let recorded = &made.recorded;
    let place = if made.failed.is_some() {
        "на один носитель, прочитан с него"
    } else {
        "на два носителя, прочитан с них"
    };
    println!("Архив «{}» за период «{}» записан {place} и сверен.", recorded.name, recorded.period);
    for folder in &made.folders {
        println!("  {}", folder.display());
    }
    println!(
        "Всего в копии файлов: {}, байт: {}. Записей журнала: {}.",
        recorded.files, recorded.bytes, recorded.length
    );
    println!("Для акта: код архива        {}", grouped(&recorded.tagmanifest));
    println!("          последняя сумма   {}", recorded.head);
    println!("          отпечаток ключа   {}", made.fingerprint);
    println!("Акт о создании копий: {ME} print act {} --out ПАПКА", quoted(&recorded.name));
    if made.failed.is_some() {
        return;
    }
    println!("Вернуть носители хранителям и держать в разных помещениях (§2.5, §5.5.4).");
}
