//! `letopis stick`: teachers' sticks (§5.6–5.8): prepared, taken in and renewed, looked at.

mod looked_at;

use super::called::ME;
use super::recorder::say;
use super::typed::quoted;
use super::{Common, advice, screen, session};
use crate::away::exchange::Intake;
use crate::away::pins::Server;
use crate::away::stick::Stick as OnMount;
use crate::away::taking_in::{Outcome, Stopped};
use crate::away::wire::Wire;
use crate::error::{Error, Result, Warning};
use crate::journal::read::{self, Closed, Tables};
use crate::journal::{Journal, Proven, excerpt, resolve};
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;
use crate::school::{CourseKey, School, format_date};
use crate::work::Workplace;
use crate::work::lesson::LessonRef;
use crate::work::sticks::programs::{Fate, Program};
use crate::work::sticks::sync::{HandedOver, Renewing};
use crate::work::sticks::told::{Asks, Said};
use crate::work::sticks::{self, By, HandedIn, Preparation, Synced, at_work, handing};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Stick {
    /// Подготовить и выдать носитель: личный журнал работника школы с его ключом и программой (§5.6)
    #[command(visible_alias = "подготовить")]
    Prepare(Prepare),
    /// Принять записи с носителя в журнал и обновить его (§5.6)
    ///
    /// На компьютере, где есть журнал, записи принимает эта программа. Где журнала нет, например с самого носителя, они
    /// передаются через школьный сервер, если он виден и носитель его знает.
    #[command(visible_alias = "передать")]
    Sync(Sync),
    /// Как стоят носители: все по журналу, а с папкой носителя — что лежит на нём
    #[command(visible_alias = "состояние")]
    Status {
        /// Папка, в которой виден носитель: /media/usb
        #[arg(value_name = "НОСИТЕЛЬ")]
        mount: Option<PathBuf>,
    },
}

#[derive(Args)]
pub struct Prepare {
    /// Папка, в которой виден носитель: /media/usb
    #[arg(value_name = "НОСИТЕЛЬ")]
    mount: PathBuf,
    /// Логин того, чей он будет
    #[arg(long, value_name = "ЛОГИН", visible_alias = "кому")]
    to: String,
    /// Надпись на носителе, если он ещё не зарегистрирован: У-7
    #[arg(long, value_name = "НАДПИСЬ", visible_alias = "надпись")]
    label: Option<String>,
    /// Место хранения
    #[arg(long, value_name = "МЕСТО", visible_alias = "место")]
    place: Option<String>,
    /// Вместо утерянного носителя: его надпись или номер (§5.8.2)
    #[arg(long, value_name = "НАДПИСЬ", visible_alias = "вместо")]
    replaces: Option<String>,
    /// Папка с программами для разных систем (иначе та, из которой запущена эта)
    #[arg(long, value_name = "ПАПКА", visible_alias = "программы")]
    programs: Option<PathBuf>,
    /// Настройки школьного сервера, через который носитель будет передавать записи (иначе тот, который принимает в этот журнал)
    #[arg(long, value_name = "ФАЙЛ", visible_alias = "сервер")]
    server: Option<PathBuf>,
    /// Файл ключа владельца, если ключ у него уже есть: пароль к нему вводит он сам
    #[arg(long, value_name = "ФАЙЛ", visible_alias = "ключ-владельца")]
    owner_key: Option<PathBuf>,
}

#[derive(Args)]
pub struct Sync {
    /// Папка, в которой виден носитель (иначе текущая)
    #[arg(value_name = "НОСИТЕЛЬ")]
    mount: Option<PathBuf>,
    /// Без владельца и его пароля: принимает заместитель директора своим ключом; обновит носитель потом владелец
    #[arg(long, visible_alias = "без-владельца")]
    without_owner: bool,
    /// Папка с программами для разных систем (иначе та, из которой запущена эта)
    #[arg(long, value_name = "ПАПКА", visible_alias = "программы")]
    programs: Option<PathBuf>,
    /// Настройки школьного сервера, через который носитель будет передавать записи (иначе тот, который принимает в этот журнал)
    #[arg(long, value_name = "ФАЙЛ", visible_alias = "сервер")]
    server: Option<PathBuf>,
}

impl Stick {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Prepare(prepare) => prepare.run(common),
            Self::Sync(sync) => sync.run(common),
            Self::Status { mount } => match mount.or_else(|| session::stick(common)) {
                Some(mount) => looked_at::on_stick(common, &mount),
                None => looked_at::all(common),
            },
        }
    }
}

/// The school's own journal, where a stick is to be handed over.
fn school_journal(common: &Common) -> Result<Journal> {
    if session::stick(common).is_some() {
        return Err(Error::input("не указан журнал школы, в который передаются записи")
            .next("укажите --journal ФАЙЛ на компьютере школы"));
    }
    session::journal(common)
}

/// The school's server, by the settings that are named, or else as it is found beside the journal. What is wrong with what nobody
/// has named hinders nothing.
fn server(journal: &Journal, named: Option<&Path>) -> Result<Option<Server>> {
    match named {
        Some(path) => match handing::of_settings(path, journal.tables())? {
            Some(server) => Ok(Some(server)),
            None => Err(Error::input(format!(
                "в «{}» нет раздела [taking_in]: сервер ничего не принимает с носителей",
                path.display()
            ))
            .next("добавьте его или не указывайте --server")),
        },
        None => {
            let found = handing::beside(journal.path(), journal.tip()?.journal, journal.tables());
            Ok(found.unwrap_or_else(|error| {
                screen::warning(&advice::warning(&Warning::of(&error)));
                None
            }))
        }
    }
}

/// Proves the journal, and keeps the proof for the next stick.
fn prove(journal: &Journal, identity: &Identity) -> Result<Proven> {
    let proven = session::prove(journal, Some(identity))?;
    session::keep(&proven, Some(identity));
    Ok(proven)
}

impl Prepare {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut journal = school_journal(common)?;
        let identity = session::identity(common)?;
        let owner_key = self.owner_key.as_deref().map(|path| session::read_identity(common, path)).transpose()?;
        let tables = journal.tables();
        let replaces = self.replaces.as_deref().map(|lost| resolve::carrier(tables, lost)).transpose()?;
        let owner = read::staff(tables, &self.to)?.map_or_else(|| self.to.clone(), |person| person.name.full());
        let wish = Preparation {
            mount: &self.mount,
            to: &self.to,
            label: self.label.as_deref(),
            place: self.place.as_deref(),
            replaces: replaces.as_ref().map(|lost| lost.id.as_str()),
            owner_key,
            programs: self.programs.as_deref(),
            server: server(&journal, self.server.as_deref())?,
        };
        let mut place = Workplace::at(&mut journal, &identity, &session::SystemClock)?;
        let prepared = sticks::prepare(&mut place, &wish, &mut |journal| prove(journal, &identity))?;
        let passphrase = &*prepared.passphrase;
        if common.json {
            screen::json(&serde_json::json!({
                "label": prepared.label, "carrier": prepared.id, "owner": self.to, "passphrase": passphrase,
                "new_key": prepared.new_key, "until": prepared.until, "bytes": prepared.bytes,
                "entries": prepared.done.numbers, "programs": programs_json(&prepared.programs),
            }));
            return Ok(ExitCode::SUCCESS);
        }
        let (label, until) = (&prepared.label, format_date(prepared.until));
        let what = format!("Носитель «{label}» подготовлен и выдан: {owner}; записывать на него можно до {until}");
        let status = say(prepared.done, &what)?;
        if let Some(key) = &prepared.new_key {
            println!("Создан ключ владельца: {key}");
        }
        say_programs(&prepared.programs);
        println!("\n- - - отрежьте и отдайте владельцу; больше этот пароль нигде не записан - - -");
        println!("Носитель «{label}», {owner}\nПароль: {passphrase}");
        println!("Не храните его вместе с носителем. Сменить: {ME} key passphrase ПАПКА_НОСИТЕЛЯ");
        println!("- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -");
        Ok(status)
    }
}

impl Sync {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mount = match self.mount.clone().or_else(|| at_work::mount_of(Path::new("."))) {
            Some(mount) => mount,
            None => {
                return Err(
                    Error::input("не указан носитель").next(format!("укажите его папку: {ME} stick sync НОСИТЕЛЬ"))
                );
            }
        };
        if self.journal_is_elsewhere(common) {
            return self.through_server(common, &mount);
        }
        let mut journal = school_journal(common)?;
        let (by, identity) = match self.without_owner {
            true => {
                let identity = session::identity(common)?;
                let again = Identity::parse(&identity.secret_text())?;
                (By::Deputy(Box::new(OnMount::open(&mount)?), Box::new(again)), identity)
            }
            false => {
                let unlocked = session::unlocked(common, &mount)?;
                let owner = Identity::parse(&unlocked.owner().secret_text())?;
                (By::Owner(Box::new(unlocked)), owner)
            }
        };
        let server = server(&journal, self.server.as_deref())?;
        let mut prove = |journal: &Journal| prove(journal, &identity);
        let mut renewing = Renewing { prove: &mut prove, programs: self.programs.as_deref(), server };
        let synced = sticks::sync(&mut journal, &session::SystemClock, &mount, by, &mut renewing)?;
        let has_ended = synced.stopped.is_some() || synced.closed.is_some();
        let status = status(&synced);
        if common.json {
            screen::json(&synced_json(&synced));
        } else {
            say_synced(journal.tables(), &mount, &synced)?;
            if self.without_owner && !has_ended {
                println!(
                    "Носитель не изменён: записи остались на нём, обновит его владелец своим паролем: {ME} stick sync {}",
                    quoted(&mount.display().to_string())
                );
            }
        }
        Ok(status)
    }
}

impl Sync {
    /// Whether no journal was named and none lies here: then it is the school's server that takes in.
    fn journal_is_elsewhere(&self, common: &Common) -> bool {
        let is_at_hand = self.without_owner || self.programs.is_some() || self.server.is_some();
        let nowhere = common.journal.is_none() && !session::journal_path(common).exists();
        !is_at_hand && (nowhere || session::stick(common).is_some())
    }

    /// Hands over and renews where the journal is not at hand.
    fn through_server(&self, common: &Common, mount: &Path) -> Result<ExitCode> {
        let mut unlocked = session::unlocked(common, mount)?;
        let connect = &mut |server: &Server| Wire::to(server).map(|wire| Box::new(wire) as Box<dyn Intake>);
        let (outgoing, brought, renewed) = handing::hand_over(&mut unlocked, connect)?;
        let tables = excerpt::open(unlocked.image())?;
        let synced = brought.told(&outgoing, &unlocked, &tables, renewed)?;
        if common.json {
            screen::json(&synced_json(&synced));
        } else {
            say_synced(&tables, mount, &synced)?;
            if renewed.is_none() && synced.stopped.is_none() && synced.closed.is_none() {
                println!("Записывать на носитель можно до {}.", format_date(unlocked.base().until));
            }
        }
        Ok(status(&synced))
    }
}

fn status(synced: &Synced) -> ExitCode {
    let refused = synced.entries.iter().any(|one| matches!(one.outcome, Outcome::Refused(_)));
    let has_ended = synced.stopped.is_some() || synced.closed.is_some();
    if refused || has_ended { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

/// Says what was taken in of a stick that was handed in.
pub fn say_handed_in(handed: &HandedIn) {
    if !handed.entries.is_empty() {
        say_entries(&handed.entries, "С носителя");
    }
}

fn say_synced(tables: &Tables, mount: &Path, synced: &Synced) -> Result<()> {
    let owner = read::staff(tables, &synced.owner)?.map_or(synced.owner.clone(), |person| person.name.initials());
    say_entries(&synced.entries, &format!("Носитель «{}», {owner}", synced.card.label));
    synced.remarks().for_each(|warning| screen::warning(&advice::warning(warning)));
    synced.warnings.iter().for_each(|error| screen::warning(&advice::warning(&Warning::of(error))));
    match &synced.stopped {
        Some(Stopped::Fork(fork)) => {
            println!("Приём остановлен: запись № {} носителя уже принята с другим содержанием.", fork.number);
            println!("Значит, копия носителя велась в другом месте.");
            println!("  принято: {}\n  на этом носителе: {}", shown(&fork.known), shown(&fork.other));
            let strand = read::strand(tables, &hex(&synced.card.strand))?;
            match strand.and_then(|strand| strand.closed) {
                Some(end) => println!("Носитель закрыт записью № {}. Сообщите директору.", end.entry),
                None => println!(
                    "Что делать: сообщите директору; носитель закроет заместитель директора своим ключом: \
                     {ME} stick sync {} --without-owner.",
                    quoted(&mount.display().to_string())
                ),
            }
        }
        Some(Stopped::Fault { number, why }) => {
            advice::error(why).lines().enumerate().for_each(|(line, text)| match line {
                0 => println!("Приём остановлен на записи № {number}: {text}"),
                _ => println!("{text}"),
            });
        }
        None => {}
    }
    let is_fork = matches!(synced.stopped, Some(Stopped::Fork(_)));
    if let Some(end) = synced.closed.as_ref().filter(|_| !is_fork) {
        say_closed(end, &read::school(tables)?, (mount, &synced.owner));
    }
    if let Some(until) = synced.renewed {
        println!("Носитель обновлён: записывать на него можно до {}.", format_date(until));
    }
    say_programs(&synced.programs);
    Ok(())
}

/// How a strand ended, and how its owner goes on.
fn say_closed(end: &Closed, school: &School, (mount, owner): (&Path, &str)) {
    let (day, why, mount) = (format_date(school.day_of(end.at)), end.why.in_words(), mount.display().to_string());
    println!("Носитель закрыт записью № {}, {day}: {why}. Записывать на него больше нельзя, только читать.", end.entry);
    // A lost carrier is registered no more; one that was found is another.
    let label = if end.why.is_loss() { " --label НОВАЯ_НАДПИСЬ" } else { "" };
    println!(
        "Что делать: чтобы записывать на него снова, подготовьте его заново: {ME} stick prepare {} --to {}{label}",
        quoted(&mount),
        quoted(owner)
    );
}

/// What became of entries.
fn say_entries(entries: &[HandedOver], of: &str) {
    let count = |is: fn(&Outcome) -> bool| entries.iter().filter(|one| is(&one.outcome)).count();
    let taken = count(|outcome| matches!(outcome, Outcome::Accepted(_)));
    let refused = count(|outcome| matches!(outcome, Outcome::Refused(_)));
    let before = count(|outcome| matches!(outcome, Outcome::Already { .. }));
    let earlier = if before > 0 { format!(", принято раньше: {before}") } else { String::new() };
    println!("{of}: принято записей: {taken}, отклонено: {refused}{earlier}.");
    for one in entries {
        let Some(why) = refusal(&one.outcome) else { continue };
        say_refused(one.number, Some(&one.said), why);
    }
}

/// An entry that was refused, with what it says where that is known, and the request for it where it can be made.
fn say_refused(number: u64, said: Option<&Said>, why: &str) {
    match said {
        Some(said) => println!("  Отклонена запись № {number} ({}): {why}", said.what),
        None => println!("  Отклонена запись № {number}: {why}"),
    }
    match said.and_then(request) {
        Some(request) => println!("    Заявка на исправление: {request}"),
        None => println!("    Что делать: {}", said.map_or_else(|| "обратитесь к завучу".to_owned(), again)),
    }
}

/// Whatever comes from a stick is shown on one line.
fn shown(payload: &str) -> String {
    Said::of(payload)
        .map_or_else(|| "не читается".to_owned(), |said| format!("{}, {}", said.what, said.at.format("%d.%m.%Y %H:%M")))
}

fn refusal(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Refused(why) => Some(why),
        Outcome::Already { refused } if !refused.is_empty() => Some(refused),
        _ => None,
    }
}

/// What is done about an entry that was refused, and that no request asks for.
fn again(said: &Said) -> String {
    let still = "если это ещё нужно, внесите снова, исправив то, что названо в отказе";
    match (said.kind, &said.asked) {
        (_, Some((key, day, lesson))) => {
            let lesson = if *lesson == 0 { String::new() } else { format!(" --lesson {lesson}") };
            let command = format!("{} {}{lesson} --reason ПРИЧИНА", correction(key), format_date(*day));
            format!("исправьте то, что названо в отказе, и подайте заявку снова: {command}")
        }
        ("reason.set", _) => format!("{still}: {ME} absence excuse"),
        ("reason.withdrawn" | "exemption.withdrawn", _) => format!("{still}: {ME} absence withdraw"),
        ("exemption.set", _) => format!("{still}: {ME} absence exempt"),
        ("note.added", _) => format!("{still}: {ME} note add"),
        _ => "у вас нет права просить об исправлении: обратитесь к завучу".to_owned(),
    }
}

fn correction(key: &CourseKey) -> String {
    let group = if key.group.is_empty() { String::new() } else { format!(" --group {}", quoted(&key.group)) };
    format!("{ME} correction request {} {}{group}", key.class, quoted(&key.subject))
}

/// The command that asks for what was refused, where it can be asked for (§2.3.3).
fn request(said: &Said) -> Option<String> {
    let lesson = |at: &LessonRef| format!("{} {} --lesson {}", correction(&at.course), format_date(at.date), at.lesson);
    let lines = |option: &str, lines: &[(String, String)]| {
        let one = |(pupil, text): &(String, String)| {
            let text = if text.is_empty() { "-" } else { text };
            format!(" --{option} {}", quoted(&format!("{pupil}={text}")))
        };
        lines.iter().map(one).collect::<String>()
    };
    let asked = match said.asks.as_ref()? {
        Asks::Lesson { at, topic, work, homework } => {
            let given = [("topic", topic), ("work", work), ("homework", homework)];
            let given = given.iter().filter(|(_, text)| !text.is_empty());
            lesson(at) + &given.map(|(option, text)| format!(" --{option} {}", quoted(text))).collect::<String>()
        }
        Asks::Annulment { at } => lesson(at) + " --annul",
        Asks::Marks { at, marks } => lesson(at) + &lines("mark", marks),
        Asks::Absences { at, kinds } => lesson(at) + &lines("absence", kinds),
        Asks::Finals { course: key, period, marks } => {
            format!("{} --period {}{}", correction(key), quoted(period), lines("final", marks))
        }
    };
    Some(format!("{asked} --reason ПРИЧИНА"))
}

fn say_programs(programs: &[Program]) {
    for Program { name, fate } in programs {
        match fate {
            Fate::Put => println!("Программа {name}: записана."),
            Fate::Renewed => println!("Программа {name}: заменена новой."),
            Fate::Exchanged => screen::warning(&format!(
                "программа {name} на носителе была подменена: она не та, что записана школой; заменена"
            )),
            Fate::Removed => screen::warning(&format!(
                "программа {name} на носителе была подменена: она не та, что записана школой; удалена, заменить её нечем"
            )),
            Fate::Missing => println!("Программы {name} под рукой нет: на носителе её не будет (--programs ПАПКА)."),
            Fate::Same | Fate::Left => {}
        }
    }
}

fn programs_json(programs: &[Program]) -> serde_json::Value {
    let word = |fate: Fate| match fate {
        Fate::Put => "put",
        Fate::Same => "same",
        Fate::Renewed => "renewed",
        Fate::Exchanged => "exchanged",
        Fate::Missing => "missing",
        Fate::Left => "left",
        Fate::Removed => "removed",
    };
    programs.iter().map(|one| serde_json::json!({"name": one.name, "fate": word(one.fate)})).collect()
}

fn synced_json(synced: &Synced) -> serde_json::Value {
    let one = |of: &HandedOver| {
        let outcome = match &of.outcome {
            Outcome::Accepted(_) => "accepted",
            Outcome::Refused(_) => "refused",
            Outcome::Already { .. } => "already",
        };
        let refused = refusal(&of.outcome);
        let request = refused.and_then(|_| request(&of.said));
        serde_json::json!({"number": of.number, "entry": of.seq, "kind": of.said.kind, "outcome": outcome,
            "refused": refused, "request": request})
    };
    let stopped = synced.stopped.as_ref().map(|stopped| match stopped {
        Stopped::Fork(fork) => serde_json::json!({"number": fork.number, "why": "fork", "closed": fork.closed}),
        Stopped::Fault { number, why } => serde_json::json!({"number": number, "why": why.message()}),
    });
    serde_json::json!({
        "label": synced.card.label, "carrier": synced.card.carrier, "owner": synced.owner,
        "entries": synced.entries.iter().map(one).collect::<Vec<_>>(),
        "stopped": stopped, "closed": synced.closed.as_ref().map(|end| end.why.word()), "until": synced.renewed, "programs": programs_json(&synced.programs),
    })
}
