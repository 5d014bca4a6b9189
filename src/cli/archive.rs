//! `letopis archive`: archive copies on two carriers, and their verification (§2.5, §5.5).

mod repair;
mod restore;

use super::{Common, screen, session};
use crate::archive::act;
use crate::archive::anchor::{Anchor, Code};
use crate::archive::bag::Folder;
use crate::archive::carrier::{self, locate};
use crate::archive::of_journal::make::{self, Made, Wish};
use crate::archive::of_journal::trust::Witness;
use crate::archive::of_journal::{deep, record_verification};
use crate::archive::par2::create::Share;
use crate::archive::progress::Progress;
use crate::archive::report::{Finding, Healing, Report, Severity, Verdict};
use crate::archive::verify::{Content, Request, verify};
use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::ledger::chain::grouped;
use crate::ledger::identity::Identity;
use crate::print::Layouts;
use crate::school::{format_date, parse_date_or};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

#[derive(Subcommand)]
pub enum Archive {
    /// Создать архивную копию за период на двух носителях
    #[command(visible_alias = "создать")]
    Create(Create),
    /// Проверить архив: на носителе или в папке; журнал и ключ не нужны
    #[command(visible_alias = "проверить")]
    Verify(Verify),
    /// Исправить повреждённый архив по данным для восстановления или второй копии
    #[command(visible_alias = "исправить")]
    Repair(repair::Repair),
    /// Извлечь журнал и документы из архива ключом директора, завуча или ключом восстановления
    #[command(visible_alias = "извлечь")]
    Restore(restore::Restore),
}

#[derive(Args)]
pub struct Create {
    /// Период: «I четверть», «I полугодие», «Год»
    #[arg(long, value_name = "ПЕРИОД")]
    period: String,
    /// Папка носителя; указывается дважды
    #[arg(long, value_name = "НОСИТЕЛЬ", required = true)]
    to: Vec<PathBuf>,
    /// Согласиться, что оба носителя могут быть одним устройством (§2.5 не будет доказан)
    #[arg(long)]
    allow_same_device: bool,
    /// Сколько данных для восстановления добавить, в процентах от объёма; 0 — не добавлять
    #[arg(long, value_name = "ДОЛЯ", default_value = "10%", value_parser = share)]
    recovery: Share,
    /// Папка с изменёнными макетами
    #[arg(long, value_name = "ПАПКА")]
    layouts: Option<PathBuf>,
}

#[derive(Args)]
pub struct Verify {
    /// Носители или папки архивов
    #[arg(value_name = "ПУТЬ", required = true)]
    paths: Vec<PathBuf>,
    /// Открыть своим ключом (--identity) и проверить содержание: журнал, записи, документы
    #[arg(long)]
    deep: bool,
    /// Отпечаток ключа подписавшего из акта или реестра ключей: SHA256:…
    #[arg(long, value_name = "ОТПЕЧАТОК")]
    signer: Option<String>,
    /// Код архива из акта
    #[arg(long, value_name = "КОД")]
    expect: Option<String>,
    /// Архив, которому вы уже доверяете
    #[arg(long, value_name = "ПАПКА")]
    trusted: Option<PathBuf>,
    /// Записать акт проверки для печати; не на проверяемый носитель
    #[arg(long, value_name = "ФАЙЛ.pdf")]
    act: Option<PathBuf>,
    /// Папка с изменёнными макетами для акта
    #[arg(long, value_name = "ПАПКА", requires = "act")]
    layouts: Option<PathBuf>,
}

impl Archive {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Create(create) => create.run(common),
            Self::Verify(verify) => verify.run(common),
            Self::Repair(repair) => repair.run(common),
            Self::Restore(restore) => restore.run(common),
        }
    }
}

/// Reads `10%`, or `10`.
fn share(text: &str) -> std::result::Result<Share, String> {
    let percent = text.trim().strip_suffix('%').unwrap_or(text.trim()).trim();
    let percent: u8 = percent.parse().map_err(|_| "нужно целое число процентов от 0 до 100: 10%".to_owned())?;
    Share::new(percent).map_err(|error| error.message().to_owned())
}

/// A bar that follows the library's steps.
pub struct Bar(Mutex<ProgressBar>);

impl Bar {
    pub fn new() -> Self {
        Self(Mutex::new(screen::progress("")))
    }

    pub fn finish(&self) {
        if let Ok(bar) = self.0.lock() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn begin(&self, step: &str, bytes: u64) {
        if let Ok(bar) = self.0.lock() {
            bar.set_message(step.to_owned());
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

impl Create {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut journal = session::journal(common)?;
        let identity = session::identity(common)?;
        let layouts = Layouts::load(self.layouts.as_deref())?;
        let wish = Wish {
            period: &self.period,
            targets: &self.to,
            allow_same_device: self.allow_same_device,
            layouts: &layouts,
            recovery: self.recovery,
        };
        let bar = Bar::new();
        let made = make::make(&mut journal, session::author(&identity), &wish, &bar);
        bar.finish();
        let made = made?;
        if common.json {
            let recorded = &made.recorded;
            screen::json(&serde_json::json!({
                "name": recorded.name, "period": recorded.period, "code": recorded.tagmanifest,
                "length": recorded.length, "head": recorded.head, "files": recorded.files, "bytes": recorded.bytes,
                "folders": made.folders, "fingerprint": made.fingerprint, "notes": made.notes,
            }));
        } else {
            say(&made);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What was made, with the figures that go into the act.
pub fn say(made: &Made) {
    for note in &made.notes {
        screen::warning(note);
    }
    let recorded = &made.recorded;
    println!(
        "Архив «{}» за период «{}» записан на два носителя, прочитан с них и сверен.",
        recorded.name, recorded.period
    );
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
    println!("Акт о создании копий: letopis print act {} --out ПАПКА", recorded.name);
    println!("Вернуть носители хранителям и держать в разных помещениях (§2.5, §5.5.4).");
}

impl Verify {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let layouts = self.act.as_ref().map(|_| Layouts::load(self.layouts.as_deref())).transpose()?;
        if let Some(act) = &self.act {
            act::may_be_written(act, &self.paths)?;
        }
        let journal = common.journal.as_deref().map(Journal::open).transpose()?;
        let witness = journal.as_ref().map(Witness);
        let identity = match (self.deep, &common.identity) {
            (false, None) => None,
            (true, None) => {
                return Err(Error::input("для проверки содержания нужен ключ, которым архив открывается")
                    .next("укажите --identity ФАЙЛ: ключ директора, завуча или ключ восстановления"));
            }
            (_, Some(path)) if self.deep || journal.is_some() => Some(session::read_identity(common, path)?),
            _ => None,
        };
        let anchors = self.anchors(witness.as_ref())?;
        let scratch = std::env::temp_dir().join(format!("letopis-verify-{}", std::process::id()));
        let content = |identity| Content { identity, scratch: &scratch, check: &deep::check };
        let request = Request { anchors: &anchors, content: identity.as_ref().filter(|_| self.deep).map(content) };
        let checked = self.check(&request)?;
        drop(anchors);
        let status = checked.iter().map(Checked::exit_status).max().unwrap_or_default();
        report(common, &checked);
        if let (Some(file), Some(layouts)) = (&self.act, &layouts) {
            let archives = checked.iter().flat_map(|checked| act::inspected(&checked.own, &checked.reports));
            act::write(file, layouts, archives.collect(), session::now())?;
            if !common.json {
                println!("Акт проверки: {}", file.display());
            }
        }
        if let (Some(mut journal), Some(identity)) = (journal, identity) {
            self.record(&mut journal, &identity, &checked)?;
        }
        Ok(ExitCode::from(status))
    }

    fn anchors<'w>(&self, witness: Option<&'w Witness<'w>>) -> Result<Vec<Anchor<'w>>> {
        let mut anchors = Vec::new();
        anchors.extend(self.signer.as_deref().map(Anchor::signer).transpose()?);
        if let Some(code) = &self.expect {
            anchors.push(Anchor::Expect(Code::parse(code)?));
        }
        anchors.extend(self.trusted.clone().map(Anchor::Bag));
        if let Some(witness) = witness {
            let report = witness.0.audit(&mut |_| {})?;
            if !report.is_clean() {
                return Err(Error::damaged("журнал, с которым сверяется архив, сам не прошёл проверку")
                    .next("выполните «letopis audit»; архив можно проверить по акту: --expect, --signer"));
            }
            anchors.push(Anchor::Journal(witness));
        }
        Ok(anchors)
    }

    /// Checks every archive under every path.
    fn check(&self, request: &Request<'_>) -> Result<Vec<Checked>> {
        let bar = Bar::new();
        let mut all = Vec::new();
        for path in &self.paths {
            let found = locate(path)?;
            let own = found.carrier.as_deref().map(carrier::check).unwrap_or_default();
            let bags: Vec<&PathBuf> = found.bags.iter().chain(&found.unfinished).collect();
            if bags.is_empty() {
                return Err(Error::input(format!("в «{}» нет архива", path.display()))
                    .next("укажите носитель или папку архива на нём"));
            }
            let own = found.carrier.is_some().then_some(own);
            all.push(Checked { path: path.clone(), own, reports: Vec::new() });
            for bag in self.expected(bags) {
                let report = verify(bag, request, &bar)?;
                if let Some(last) = all.last_mut() {
                    last.reports.push((bag.clone(), report));
                }
            }
        }
        bar.finish();
        Ok(all)
    }

    /// A code is one archive's: where it names one of several, only that one is meant.
    fn expected<'b>(&self, bags: Vec<&'b PathBuf>) -> Vec<&'b PathBuf> {
        let Some(code) = self.expect.as_deref().and_then(|code| Code::parse(code).ok()) else { return bags };
        let fits = |bag: &PathBuf| Folder::new(bag).code().is_ok_and(|found| code.fits(&found));
        let named: Vec<&PathBuf> = bags.iter().copied().filter(|bag| fits(bag)).collect();
        if named.is_empty() { bags } else { named }
    }

    /// A verification by the staff is an entry.
    fn record(&self, journal: &mut Journal, identity: &Identity, checked: &[Checked]) -> Result<()> {
        for (bag, report) in checked.iter().flat_map(|checked| &checked.reports) {
            if record_verification(journal, session::author(identity), bag, report)?.is_some() {
                println!("Проверка архива «{}» записана в журнал.", report.name);
            }
        }
        Ok(())
    }
}

/// What was found under one path.
struct Checked {
    path: PathBuf,
    /// Faults of the carrier's own files, where the path is a carrier's.
    own: Option<Vec<Finding>>,
    reports: Vec<(PathBuf, Report)>,
}

impl Checked {
    fn exit_status(&self) -> u8 {
        let own = u8::from(self.own.iter().flatten().any(|finding| finding.severity >= Severity::Damage));
        self.reports.iter().map(|(_, report)| report.verdict.exit_status()).max().unwrap_or_default().max(own)
    }
}

fn report(common: &Common, checked: &[Checked]) {
    if common.json {
        let values = checked.iter().map(|checked| {
            serde_json::json!({
                "path": checked.path, "carrier": checked.own.as_deref().unwrap_or_default(),
                "archives": checked.reports.iter().map(|(_, report)| report).collect::<Vec<_>>(),
            })
        });
        screen::json(&values.collect::<Vec<_>>().into());
        return;
    }
    for checked in checked {
        for finding in checked.own.iter().flatten() {
            println!("{}: {finding}", checked.path.display());
        }
        if checked.own.iter().flatten().any(|finding| finding.severity >= Severity::Damage) {
            println!("  Что делать: архивы на носителе это не портит; его собственные файлы {}.", carrier::MEND);
        }
        for (bag, report) in &checked.reports {
            say_report(bag, report);
        }
    }
}

/// A report in words.
pub fn say_report(bag: &Path, report: &Report) {
    println!("{} {}", if report.is_foreign() { "Пакет BagIt" } else { "Архив" }, bag.display());
    if report.is_foreign() {
        println!("  файлов: {}, байт в них: {}", report.payload.files, report.payload.bytes);
    }
    if let Some(facts) = &report.facts {
        let created = facts.created.get(..10).and_then(parse_date_or).map(format_date).unwrap_or_default();
        println!("  {}; создан {created}, {}", facts.period, facts.author);
        println!(
            "  записей журнала: {}, пакетов: {}, байт в них: {}",
            facts.length, report.payload.files, report.payload.bytes
        );
    }
    if let Some(code) = &report.code {
        println!("  код архива: {}", grouped(code));
    }
    for finding in &report.findings {
        println!("  {finding}");
    }
    if let Some(healing) = &report.healing {
        let Healing { slices, lost, available } = healing;
        let can = if healing.suffices() {
            "исправимо"
        } else {
            "одной этой копии для исправления мало"
        };
        println!("  частей повреждено: {lost} из {slices}; данных для восстановления хватает на {available}: {can}");
    }
    println!("  проверено: {}", report.depth);
    match &report.verdict {
        Verdict::Genuine { by, .. } => println!("  {}: {}", report.verdict, by.join("; ")),
        verdict => println!("  {verdict}"),
    }
    let next = match &report.verdict {
        Verdict::Whole { .. } => "сверьте отпечаток и код с актом: --signer ОТПЕЧАТОК --expect КОД",
        Verdict::Genuine { .. } => return,
        Verdict::Unfinished => "повторите «letopis archive create»: незаконченная копия будет завершена или удалена",
        Verdict::Damaged if report.lost_declaration_only() => {
            "остальное цело: bagit.txt допишет «letopis archive create», если назвать ему этот носитель; вторую копию проверьте"
        }
        Verdict::Damaged if report.healing.is_some_and(|healing| healing.suffices()) => {
            "исправьте: «letopis archive repair ПУТЬ»; если носитель портит файлы не впервые, замените его"
        }
        Verdict::Damaged => {
            "подключите вторую копию и исправьте по ней: «letopis archive repair ПУТЬ --from ВТОРАЯ»; эту не удаляйте"
        }
        Verdict::Bag { .. } => "узнайте от того, кто его дал, чей он: суммы в нём этого не доказывают",
        Verdict::BrokenBag { .. } => "возьмите пакет заново у того, кто его дал, или из другой его копии",
        Verdict::Forged if report.is_foreign() => {
            "если это выдают за архив школы, сообщите директору; чужой пакет проверяйте без --deep, --journal и данных акта"
        }
        Verdict::Forged => "не доверяйте этой копии; сохраните её и сообщите директору",
    };
    println!("  Что делать: {next}.");
}
