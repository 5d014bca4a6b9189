//! `letopis archive`: archive copies on two carriers, and their verification (§2.5, §5.5).

pub mod anchors;
mod backup;
mod complete;
mod create;
mod derive;
mod destroyed;
mod repair;
mod restore;
mod status;

pub use create::say;

use super::called::ME;
use super::typed::quoted;
use super::{Common, advice, screen, session, shown};
use crate::archive::bag::{Content, Oxum, RECOVERY};
use crate::archive::dated;
use crate::archive::progress::Progress;
use crate::archive::report::{Finding, Report, Severity, Verdict};
use crate::archive::verify::{Chain, Comparison, Copies, Together};
use crate::error::{Error, Result};
use crate::files;
use crate::ledger::chain::grouped;
use crate::print::Layouts;
use crate::school::{BYTES, RECORDS, counted, format_date, parse_date_or};
use crate::work::archive::{self, Checked, Doubt, Entered, Verification, act};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

#[derive(Subcommand)]
pub enum Archive {
    /// Создать архивную копию за период на двух носителях
    #[command(visible_alias = "создать")]
    Create(create::Create),
    /// Сделать копию дня: на носитель, второй диск или в сеть; сама убирает отслужившие (§5.5.1)
    #[command(visible_alias = "копия")]
    Backup(backup::Backup),
    /// Дописать вторую копию архива, у которого она одна
    #[command(visible_alias = "дополнить")]
    Complete(complete::Complete),
    /// Проверить архив: на носителе или в папке; журнал и ключ не нужны
    #[command(visible_alias = "проверить")]
    Verify(Verify),
    /// Исправить повреждённый архив по данным для восстановления или второй копии
    #[command(visible_alias = "исправить")]
    Repair(repair::Repair),
    /// Извлечь журнал и документы из архива ключом директора, завуча или ключом восстановления
    #[command(visible_alias = "извлечь")]
    Restore(restore::Restore),
    /// Записать архив заново для действующих ключей: когда сменился директор или завуч
    #[command(visible_alias = "перешифровать")]
    Rekey(derive::Derive),
    /// Записать архив одних сводных ведомостей, которые хранят 25 лет (§5.2)
    #[command(visible_alias = "ведомости")]
    ExtractSummaries(derive::Derive),
    /// Записать, что журнал прошлых лет выделен к уничтожению: срок хранения истёк
    #[command(visible_alias = "уничтожено")]
    Destroyed(destroyed::DestroyedArgs),
    /// Список архивов: код, когда создан, на каких носителях
    #[command(visible_alias = "список")]
    List,
    /// Состояние архивов: где копии, когда проверены, что пора сделать, до какого дня хранить
    #[command(visible_alias = "состояние")]
    Status {
        /// На сколько дней копия дня может отстать от сегодняшнего
        #[arg(long, value_name = "ДНЕЙ", default_value_t = 2, visible_alias = "копия-дней")]
        backup_days: u32,
        /// Журнал текущего года, если этот — прошлых лет: записано ли в нём, что этот выделен к уничтожению
        #[arg(long, value_name = "ЖУРНАЛ", visible_alias = "текущий")]
        current: Option<PathBuf>,
    },
}

#[derive(Args)]
pub struct Verify {
    /// Носители или папки архивов
    #[arg(value_name = "ПУТЬ", required = true)]
    paths: Vec<PathBuf>,
    /// Только состав: все ли файлы на месте и верна ли подпись под списками; сами файлы не читаются
    #[arg(long, visible_alias = "быстро", conflicts_with = "deep")]
    quick: bool,
    /// Открыть своим ключом (--identity) и проверить содержание: журнал, записи, документы
    #[arg(long, visible_alias = "глубоко")]
    deep: bool,
    #[command(flatten)]
    anchors: anchors::Anchors,
    /// Записать акт проверки для печати; не на проверяемый носитель
    #[arg(long, visible_alias = "акт", value_name = "ФАЙЛ.pdf")]
    act: Option<PathBuf>,
    /// Папка с изменёнными макетами для акта
    #[arg(long, visible_alias = "макеты", value_name = "ПАПКА", requires = "act")]
    layouts: Option<PathBuf>,
}

impl Archive {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Create(create) => create.run(common),
            Self::Backup(backup) => backup.run(common),
            Self::Complete(complete) => complete.run(common),
            Self::Verify(verify) => verify.run(common),
            Self::Repair(repair) => repair.run(common),
            Self::Restore(restore) => restore.run(common),
            Self::Rekey(derive) => derive.rekey(common),
            Self::ExtractSummaries(derive) => derive.summaries(common),
            Self::List => status::list(common),
            Self::Destroyed(destroyed) => destroyed.run(common),
            Self::Status { backup_days, current } => status::run(common, backup_days, current.as_deref()),
        }
    }
}

/// A bar that follows the library's steps.
pub struct Bar(Mutex<ProgressBar>);

impl Bar {
    pub fn new() -> Self {
        Self(Mutex::new(screen::progress("Подготовка")))
    }

    pub fn finish(&self) {
        if let Ok(bar) = self.0.lock() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn begin(&self, step: &str, bytes: u64) {
        if let Ok(mut bar) = self.0.lock() {
            if bar.is_finished() {
                *bar = screen::progress("Подготовка");
            }
            bar.set_message(shown::line(step).into_owned());
            bar.set_length(bytes);
            bar.set_position(0);
        }
    }

    fn advance(&self, bytes: u64) {
        if let Ok(bar) = self.0.lock() {
            bar.inc(bytes);
        }
    }
}

impl Verify {
    fn run(self, common: &Common) -> Result<ExitCode> {
        archive::each_once(&self.paths)?;
        let layouts = self.act.as_ref().map(|_| Layouts::load(self.layouts.as_deref())).transpose()?;
        if let Some(act) = &self.act {
            act::may_be_written(act, &self.paths)?;
        }
        let journal = common.journal.as_deref().map(session::open).transpose()?;
        let proven = journal.as_ref().map(|journal| journal.prove(&mut |_| {})).transpose().map_err(|error| {
            error
                .at("журнал, с которым сверяется архив")
                .next(format!("выполните «{ME} audit»; архив можно проверить по акту: --expect, --signer"))
        })?;
        let identity = match (self.deep, &common.identity) {
            (false, None) => None,
            (true, None) => {
                return Err(Error::input("для проверки содержания нужен ключ, которым архив открывается")
                    .next("укажите --identity ФАЙЛ: ключ директора, завуча или ключ восстановления"));
            }
            (_, Some(path)) if self.deep || journal.is_some() => Some(session::read_identity(common, path)?),
            _ => None,
        };
        let (anchors, code) = (self.anchors.given()?, self.anchors.code()?);
        let scratch = files::temporary("verify");
        let wish = Verification {
            paths: &self.paths,
            quick: self.quick,
            opener: identity.as_ref().filter(|_| self.deep),
            anchors,
            code,
            journal: proven.as_ref(),
            scratch: &scratch,
        };
        let bar = Bar::new();
        let checks = archive::verify(&wish, &bar);
        bar.finish();
        let checks = checks?;
        report(common, &checks.checked, &checks.together);
        if let (Some(file), Some(layouts)) = (&self.act, &layouts) {
            act::write(file, layouts, &checks, session::now())?;
            if !common.json {
                println!("Акт проверки: {}", file.display());
            }
        }
        match (journal, identity) {
            (Some(mut journal), Some(identity)) => {
                say_entered(archive::enter(&mut journal, session::author(&identity), &checks)?, common.json);
            }
            // A look at the list of files is no verification.
            (Some(_), None) if self.quick => {}
            (Some(journal), None) if journal.is_read_only() => say_entered(Entered::ReadOnly, common.json),
            (Some(_), None) if !common.json => {
                println!("Проверка в журнал не записана: чтобы записать, назовите свой ключ, --identity ФАЙЛ.");
            }
            _ => {}
        }
        Ok(ExitCode::from(checks.exit_status()))
    }
}

/// Says what became of a verification in the journal.
fn say_entered(entered: Entered, quiet: bool) {
    match entered {
        Entered::NoVerification => {}
        Entered::ReadOnly => screen::warning("проверка в журнал не записана: он открыт только для чтения"),
        Entered::Stranger => screen::warning(
            "проверка в журнал не записана: этого ключа в нём нет. Ключ восстановления архивы только открывает",
        ),
        Entered::Done { archives, doubts } => {
            for doubt in doubts {
                screen::warning(&match doubt {
                    Doubt::WhichCarrier(path) => {
                        format!("проверка «{}» в журнал не записана: не ясно, какой это носитель", path.display())
                    }
                    Doubt::Gone(label, loss) => format!(
                        "носитель «{label}» числится в журнале как {}: копией то, что на нём, не считается",
                        loss.word()
                    ),
                });
            }
            for name in archives.iter().filter(|_| !quiet) {
                println!("Проверка архива «{name}» записана в журнал.");
            }
        }
    }
}

fn report(common: &Common, checked: &[Checked], together: &Together) {
    if common.json {
        let values = checked.iter().map(|checked| {
            serde_json::json!({
                "path": checked.path, "carrier": checked.own.as_deref().unwrap_or_default(),
                "archives": checked.reports.iter().map(|(_, report)| report).collect::<Vec<_>>(),
                "failed": checked.failed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        });
        let paths: Vec<_> = values.collect();
        screen::json(&serde_json::json!({
            "paths": paths, "chains": together.chains, "copies": together.copies,
        }));
        return;
    }
    for checked in checked {
        for finding in checked.own.iter().flatten() {
            println!("{}: {finding}", checked.path.display());
        }
        for name in &checked.gone {
            let to = quoted(&checked.path.display().to_string());
            println!("  Что делать: подключите вторую копию: «{ME} archive complete {name} --from ВТОРАЯ --to {to}».");
        }
        let is_damaged = |of: &Finding| of.severity == Severity::Damage && !checked.gone.contains(&of.path);
        if checked.own.iter().flatten().any(is_damaged) {
            println!(
                "  Что делать: архивы на носителе это не портит; его собственные файлы запишет заново \
                 «{ME} carrier register» с теми же надписью, хранителем и местом."
            );
        }
        for (bag, report) in &checked.reports {
            say_report(bag, report);
        }
        for error in &checked.failed {
            screen::warning(&format!("{}: {}", checked.path.display(), advice::error(error)));
        }
    }
    say_together(together);
}

/// How the archives that were checked hang together.
fn say_together(together: &Together) {
    for Copies { name, paths, comparison } in &together.copies {
        let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        let word = match comparison {
            Comparison::Same => "одинаковы до последнего байта",
            Comparison::Damaged => "сравнить нельзя, пока одна из них повреждена; исправьте её по другой («--from»)",
            Comparison::Different => {
                "РАЗНЫЕ: одна из них создана заново или подменена; сверьте код каждой с актом («--expect»)"
            }
        };
        println!("Копии «{name}» ({}): {word}.", paths.join(", "));
    }
    for Chain { names, missing } in &together.chains {
        println!("Цепочка архивов: {} — каждый называет код предыдущего, и коды сходятся.", names.join(" → "));
        if let Some(before) = missing {
            println!("  Перед ними был «{}»: здесь его нет.", before.name);
        }
    }
}

/// The files of a payload, and the bytes in them.
fn in_payload(payload: Oxum, forms: [&str; 3]) -> String {
    format!("{}, в них {}", counted(payload.files, forms), counted(payload.bytes, BYTES))
}

/// A report in words.
pub fn say_report(bag: &Path, report: &Report) {
    let kind = match &report.facts {
        _ if report.is_foreign() => "Пакет BagIt",
        Some(facts) if facts.content == Content::Backup => "Копия дня",
        _ => "Архив",
    };
    println!("{kind} {}", bag.display());
    if report.is_foreign() {
        println!("  {}", in_payload(report.payload, ["файл", "файла", "файлов"]));
    }
    if let Some(facts) = &report.facts {
        let created = facts.created.get(..10).and_then(parse_date_or).map(format_date).unwrap_or_default();
        println!("  {}; создан {created}, {}", facts.period, facts.author);
        let packages = in_payload(report.payload, ["пакет", "пакета", "пакетов"]);
        println!("  журнал: {}; {packages}", counted(facts.length, RECORDS));
    }
    if let Some(code) = &report.code {
        println!("  код архива: {}", grouped(code));
    }
    for finding in &report.findings {
        println!("  {finding}");
    }
    if let Some(healing) = &report.healing {
        println!("  {healing}");
    }
    say_strays(report, bag);
    println!("  проверено: {}", report.depth);
    match &report.verdict {
        Verdict::Genuine { by, .. } => println!("  {}: {}", report.verdict, by.join("; ")),
        verdict => println!("  {verdict}"),
    }
    let path = quoted(&bag.display().to_string());
    let next = match &report.verdict {
        Verdict::Complete { .. } => "проверьте и сами файлы: та же команда без --quick".to_owned(),
        Verdict::Whole { .. } => "сверьте отпечаток и код с актом: --signer ОТПЕЧАТОК --expect КОД".to_owned(),
        Verdict::Genuine { .. } => return,
        Verdict::Unfinished if dated::day_of(&report.name).is_some() => {
            format!("запись копии прервали: следующая «{ME} archive backup» туда же её закончит или уберёт")
        }
        Verdict::Unfinished if bag.join(RECOVERY).is_dir() => {
            format!("если архив был закончен, исправьте его: «{ME} archive repair {path}»; если запись прервали, повторите «{ME} archive create»")
        }
        Verdict::Unfinished => format!("запись архива прервали: повторите «{ME} archive create»"),
        Verdict::Damaged if report.healing.is_some_and(|healing| healing.suffices()) => {
            format!("исправьте: «{ME} archive repair {path}»; если носитель портит файлы не впервые, замените его")
        }
        Verdict::Damaged if report.lost_declaration_only() => {
            format!("остальное цело: bagit.txt допишет «{ME} archive create», если назвать ему этот носитель; вторую копию проверьте")
        }
        Verdict::Damaged => {
            format!("подключите вторую копию и исправьте по ней: «{ME} archive repair {path} --from ВТОРАЯ»; эту не удаляйте")
        }
        Verdict::Bag { .. } => "узнайте от того, кто его дал, чей он: суммы в нём этого не доказывают".to_owned(),
        Verdict::BrokenBag { .. } if report.payload.files == 0 => {
            format!("если здесь была копия архива школы, запишите её снова с другого носителя: «{ME} archive complete»; если чужой пакет, возьмите его заново")
        }
        Verdict::BrokenBag { .. } => "возьмите пакет заново у того, кто его дал, или из другой его копии".to_owned(),
        Verdict::Forged if report.is_foreign() => {
            "если это выдают за архив школы, сообщите директору; чужой пакет проверяйте без --deep, данных акта и журнала (--journal или переменная LETOPIS_JOURNAL)".to_owned()
        }
        Verdict::Forged => "не доверяйте этой копии; сохраните её и сообщите директору".to_owned(),
    };
    println!("  Что делать: {next}.");
}

/// Says where the files of other programs go.
fn say_strays(report: &Report, bag: &Path) {
    if report.strays().next().is_some() {
        println!(
            "  Посторонние файлы архиву не вредят. Отложить их в папку {}.extra рядом с ним: «{ME} archive repair {}».",
            report.name,
            quoted(&bag.display().to_string())
        );
    }
}
