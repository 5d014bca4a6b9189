//! `letopis archive`: archive copies on two carriers, and their verification (§2.5, §5.5).

mod complete;
mod create;
mod derive;
mod repair;
mod restore;
mod status;

pub use create::say;

use super::{Common, screen, session};
use crate::archive::anchor::{Anchor, Code};
use crate::archive::bag::{Folder, RECOVERY};
use crate::archive::carrier::{self, Card, locate};
use crate::archive::progress::Progress;
use crate::archive::report::{Finding, Report, Severity, Verdict};
use crate::archive::sum::Sum;
use crate::archive::verify::{Chain, Comparison, Content, Copies, Request, Together, verify, vouch_back};
use crate::error::{Error, Result};
use crate::journal::{Journal, read};
use crate::ledger::chain::grouped;
use crate::ledger::identity::Identity;
use crate::print::Layouts;
use crate::school::{format_date, parse_date_or};
use crate::work::archive::act;
use crate::work::archive::trust::Witness;
use crate::work::archive::{judge, record_verification};
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
    /// Список архивов: код, когда создан, на каких носителях
    #[command(visible_alias = "список")]
    List,
    /// Состояние архивов: где копии, когда проверены, что пора сделать, до какого дня хранить
    #[command(visible_alias = "состояние")]
    Status,
}

#[derive(Args)]
pub struct Verify {
    /// Носители или папки архивов
    #[arg(value_name = "ПУТЬ", required = true)]
    paths: Vec<PathBuf>,
    /// Только состав: все ли файлы на месте и верна ли подпись под списками; сами файлы не читаются
    #[arg(long, conflicts_with = "deep")]
    quick: bool,
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
            Self::Complete(complete) => complete.run(common),
            Self::Verify(verify) => verify.run(common),
            Self::Repair(repair) => repair.run(common),
            Self::Restore(restore) => restore.run(common),
            Self::Rekey(derive) => derive.rekey(common),
            Self::ExtractSummaries(derive) => derive.summaries(common),
            Self::List => status::list(common),
            Self::Status => status::run(common),
        }
    }
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

/// Said of a carrier with several archives where the code is none of theirs.
const NOT_HERE: &str =
    "архива с кодом из акта на этом носителе нет: возьмите носитель, названный в акте, и проверьте, тот ли это акт";

impl Verify {
    fn run(self, common: &Common) -> Result<ExitCode> {
        each_once(&self.paths)?;
        let layouts = self.act.as_ref().map(|_| Layouts::load(self.layouts.as_deref())).transpose()?;
        if let Some(act) = &self.act {
            act::may_be_written(act, &self.paths)?;
        }
        let journal = common.journal.as_deref().map(Journal::open).transpose()?;
        let proven = journal.as_ref().map(|journal| journal.prove(&mut |_| {})).transpose().map_err(|error| {
            error
                .at("журнал, с которым сверяется архив")
                .next("выполните «letopis audit»; архив можно проверить по акту: --expect, --signer")
        })?;
        let witness = proven.as_ref().map(Witness);
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
        let content = |identity| Content { identity, scratch: &scratch, check: &judge::check };
        let request = Request {
            anchors: &anchors,
            content: identity.as_ref().filter(|_| self.deep).map(content),
            unread: self.quick,
        };
        let mut checked = self.check(&request)?;
        vouch_back(&mut checked.iter_mut().flat_map(|c| &mut c.reports).map(|(_, report)| report).collect::<Vec<_>>());
        drop(anchors);
        let reports = checked.iter().flat_map(|checked| &checked.reports);
        let together = Together::of(reports.map(|(bag, report)| (bag.as_path(), report)));
        let status = checked.iter().map(Checked::exit_status).max().unwrap_or_default();
        let status = status.max(u8::from(together.contradict()));
        report(common, &checked, &together);
        if let (Some(file), Some(layouts)) = (&self.act, &layouts) {
            let archives = checked
                .iter()
                .flat_map(|checked| act::inspected(&checked.own, checked.card.as_ref(), &checked.reports));
            act::write(file, layouts, archives.collect(), session::now())?;
            if !common.json {
                println!("Акт проверки: {}", file.display());
            }
        }
        // A look at the list of files is no verification.
        match (journal, identity) {
            _ if self.quick => {}
            (Some(journal), _) if journal.is_read_only() => {
                screen::warning("проверка в журнал не записана: он открыт только для чтения");
            }
            (Some(mut journal), Some(identity)) => self.record(&mut journal, &identity, &checked, common.json)?,
            (Some(_), None) if !common.json => {
                println!("Проверка в журнал не записана: чтобы записать, назовите свой ключ, --identity ФАЙЛ.");
            }
            _ => {}
        }
        Ok(ExitCode::from(status))
    }

    fn anchors<'w>(&self, witness: Option<&'w Witness<'w>>) -> Result<Vec<Anchor<'w>>> {
        let mut anchors = Vec::new();
        anchors.extend(self.signer.as_deref().map(Anchor::signer).transpose()?);
        let code = self.expect.as_deref().map(Code::parse).transpose()?;
        anchors.extend(self.trusted.clone().map(Anchor::Bag));
        if let Some(witness) = witness {
            anchors.push(Anchor::Journal(witness));
        }
        anchors.extend(code.map(Anchor::Expect));
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
                let next = match found.carrier {
                    Some(_) => {
                        "если копия на этом носителе была и пропала, запишите её снова с другого: letopis archive complete"
                    }
                    None => "укажите носитель или папку архива на нём",
                };
                return Err(Error::input(format!("в «{}» нет архива", path.display())).next(next));
            }
            let mut own = found.carrier.is_some().then_some(own);
            let (bags, is_here) = self.expected(bags)?;
            // A code that is none of several archives' says nothing against any one of them.
            let mut request = *request;
            if let (false, [others @ .., Anchor::Expect(_)]) = (is_here, request.anchors) {
                request.anchors = others;
                own.get_or_insert_default().push(Finding::forgery("", NOT_HERE));
            }
            let card = found.carrier.as_deref().and_then(carrier::card_in);
            let twin = all.iter_mut().find(|other: &&mut Checked| card.is_some() && id_of(&other.card) == id_of(&card));
            if let Some(twin) = twin {
                own.get_or_insert_default().push(same_number(&twin.path));
                twin.own.get_or_insert_default().push(same_number(path));
            }
            all.push(Checked { path: path.clone(), card, own, reports: Vec::new() });
            for bag in bags {
                let report = verify(bag, &request, &bar)?;
                if let Some(last) = all.last_mut() {
                    last.reports.push((bag.clone(), report));
                }
            }
        }
        bar.finish();
        Ok(all)
    }

    /// A code is one archive's: where it names one of several, only that one is meant. Gives those that are meant, and
    /// whether it may be one of them: `false` where it fits none of several.
    ///
    /// # Errors
    /// A code that fits none and was plainly mistyped.
    fn expected<'b>(&self, bags: Vec<&'b PathBuf>) -> Result<(Vec<&'b PathBuf>, bool)> {
        let Some(code) = self.expect.as_deref().map(Code::parse).transpose()? else { return Ok((bags, true)) };
        let codes: Vec<_> = bags.iter().map(|bag| Folder::new(bag).code().ok()).collect();
        let fits = |found: &Option<Sum>| found.as_ref().is_some_and(|found| code.fits(found));
        let named: Vec<&PathBuf> =
            bags.iter().zip(&codes).filter(|(_, found)| fits(found)).map(|(bag, _)| *bag).collect();
        if !named.is_empty() {
            return Ok((named, true));
        }
        codes.iter().flatten().try_for_each(|found| code.no_slip(found))?;
        let may_be = bags.len() == 1;
        Ok((bags, may_be))
    }

    /// A verification by the staff is an entry.
    fn record(&self, journal: &mut Journal, identity: &Identity, checked: &[Checked], quiet: bool) -> Result<()> {
        if read::key(journal.tables(), &identity.public().fingerprint())?.is_none() {
            screen::warning(
                "проверка в журнал не записана: этого ключа в нём нет. Ключ восстановления архивы только открывает",
            );
            return Ok(());
        }
        let doubted = |checked: &&Checked| checked.own.iter().flatten().any(|finding| finding.path == carrier::CARD);
        for checked in checked.iter().filter(doubted) {
            screen::warning(&format!(
                "проверка «{}» в журнал не записана: не ясно, какой это носитель",
                checked.path.display()
            ));
        }
        for card in checked.iter().filter_map(|checked| checked.card.as_ref()) {
            let loss = read::carrier(journal.tables(), &card.id)?.and_then(|carrier| carrier.loss);
            if let Some(loss) = loss {
                let (label, word) = (&card.label, loss.word());
                screen::warning(&format!(
                    "носитель «{label}» числится в журнале как {word}: копией то, что на нём, не считается"
                ));
            }
        }
        let known = checked.iter().filter(|checked| !doubted(checked));
        for (bag, report) in known.flat_map(|checked| &checked.reports) {
            if record_verification(journal, session::author(identity), bag, report)?.is_some() && !quiet {
                println!("Проверка архива «{}» записана в журнал.", report.name);
            }
        }
        Ok(())
    }
}

fn id_of(card: &Option<Card>) -> Option<&str> {
    card.as_ref().map(|card| card.id.as_str())
}

/// Two sticks that say they are the same one.
fn same_number(other: &Path) -> Finding {
    let other = other.display();
    Finding::damage(
        carrier::CARD,
        format!(
            "номер тот же, что на «{other}»: один из носителей — не тот, за который себя выдаёт; на нём удалите этот файл"
        ),
    )
}

/// Refuses a path that is given twice: two copies are two.
fn each_once(paths: &[PathBuf]) -> Result<()> {
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in paths {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if seen.contains(&real) {
            return Err(Error::input(format!("«{}» указан дважды", path.display()))
                .next("укажите два разных носителя: одна и та же копия сама себя не подтверждает"));
        }
        seen.push(real);
    }
    Ok(())
}

/// What was found under one path.
struct Checked {
    path: PathBuf,
    /// Which carrier it says it is.
    card: Option<Card>,
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

fn report(common: &Common, checked: &[Checked], together: &Together) {
    if common.json {
        let values = checked.iter().map(|checked| {
            serde_json::json!({
                "path": checked.path, "carrier": checked.own.as_deref().unwrap_or_default(),
                "archives": checked.reports.iter().map(|(_, report)| report).collect::<Vec<_>>(),
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
        if checked.own.iter().flatten().any(|finding| finding.severity == Severity::Damage) {
            println!("  Что делать: архивы на носителе это не портит; его собственные файлы {}.", carrier::MEND);
        }
        for (bag, report) in &checked.reports {
            say_report(bag, report);
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
        println!("  {healing}");
    }
    println!("  проверено: {}", report.depth);
    match &report.verdict {
        Verdict::Genuine { by, .. } => println!("  {}: {}", report.verdict, by.join("; ")),
        verdict => println!("  {verdict}"),
    }
    let next = match &report.verdict {
        Verdict::Complete { .. } => "проверьте и сами файлы: та же команда без --quick",
        Verdict::Whole { .. } => "сверьте отпечаток и код с актом: --signer ОТПЕЧАТОК --expect КОД",
        Verdict::Genuine { .. } => return,
        Verdict::Unfinished if bag.join(RECOVERY).is_dir() => {
            "если архив был закончен, исправьте его: «letopis archive repair ПУТЬ»; если запись прервали, повторите «letopis archive create»"
        }
        Verdict::Unfinished => "запись архива прервали: повторите «letopis archive create»",
        Verdict::Damaged if report.healing.is_some_and(|healing| healing.suffices()) => {
            "исправьте: «letopis archive repair ПУТЬ»; если носитель портит файлы не впервые, замените его"
        }
        Verdict::Damaged if report.lost_declaration_only() => {
            "остальное цело: bagit.txt допишет «letopis archive create», если назвать ему этот носитель; вторую копию проверьте"
        }
        Verdict::Damaged => {
            "подключите вторую копию и исправьте по ней: «letopis archive repair ПУТЬ --from ВТОРАЯ»; эту не удаляйте"
        }
        Verdict::Bag { .. } => "узнайте от того, кто его дал, чей он: суммы в нём этого не доказывают",
        Verdict::BrokenBag { .. } => "возьмите пакет заново у того, кто его дал, или из другой его копии",
        Verdict::Forged if report.is_foreign() => {
            "если это выдают за архив школы, сообщите директору; чужой пакет проверяйте без --deep, данных акта и журнала (--journal или переменная LETOPIS_JOURNAL)"
        }
        Verdict::Forged => "не доверяйте этой копии; сохраните её и сообщите директору",
    };
    println!("  Что делать: {next}.");
}
