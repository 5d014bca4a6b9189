//! `letopis pupil`: pupils, their classes and groups (§3.3.1).

use super::absence::day;
use super::agree::if_meant;
use super::days::Days;
use super::recorder::{Recorder, look_alike, say};
use super::{Common, advice, screen, session};
use crate::error::{Detail, Error, Result, every};
use crate::journal::{read, resolve};
use crate::school::{Day, PersonName, Sex, Stay, clean, format_date, parse_date};
use crate::work::groups::{self, Members};
use crate::work::pupils::{self, Changes, Leaving, ListedSex, NewPupil, Stepped, in_no_group, sex_in_words};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// What is asked where marks stand after a leaving.
const STAYS: &str = "Всё верно, эти записи остаются?";
/// What is asked of a second pupil of one name and birthday.
const ANOTHER: &str = "Это другой ученик?";

#[derive(Subcommand)]
pub enum Pupil {
    /// Внести ученика и зачислить его в класс
    #[command(visible_alias = "внести")]
    Add(Add),
    /// Изменить имя, дату рождения; исправить зачисление, класс, выбытие, номер личного дела, внесённые ошибочно
    #[command(visible_alias = "изменить")]
    Change(Change),
    /// Аннулировать ученика, внесённого ошибочно: не пришёл или внесён дважды
    #[command(visible_alias = "аннулировать")]
    Annul {
        /// Номер личного дела
        #[arg(value_name = "ДЕЛО")]
        file: String,
        /// Причина
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
    },
    /// Зачислить ученика, который уже есть в журнале: вернулся в школу
    #[command(visible_alias = "зачислить")]
    Enroll(Step),
    /// Перевести в другой класс: отметки остаются за учеником
    #[command(visible_alias = "перевести")]
    Move {
        #[command(flatten)]
        step: Step,
        /// Отметки и пропуски, которые с этого дня стоят в прежнем классе, остаются
        #[arg(long, visible_alias = "несмотря")]
        despite: bool,
    },
    /// Записать выбытие
    #[command(visible_alias = "выбыл")]
    Leave {
        /// Номер личного дела
        #[arg(value_name = "ДЕЛО")]
        file: String,
        /// Первый день, когда ученика уже нет
        #[arg(value_name = "ДАТА")]
        date: String,
        /// Отметки и пропуски, которые стоят с этого дня, остаются
        #[arg(long, visible_alias = "несмотря")]
        despite: bool,
    },
    /// Список класса за год
    #[command(visible_alias = "список")]
    List {
        /// Класс: 7А
        #[arg(value_name = "КЛАСС")]
        class: String,
    },
    /// Задать состав группы: все её ученики
    #[command(visible_alias = "группа")]
    Group(Group),
}

#[derive(Args)]
pub struct Group {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Название группы
    #[arg(value_name = "ГРУППА")]
    group: String,
    /// Ученики; «Иванов=+» добавляет к группе, «Иванов=-» убирает из неё
    #[arg(value_name = "УЧЕНИК", required_unless_present = "annul")]
    pupils: Vec<String>,
    /// С какого дня таков состав; иначе с начала года, а если у группы уже были уроки — с сегодняшнего дня
    #[arg(long, visible_alias = "с", value_name = "ДАТА")]
    since: Option<String>,
    /// Отметки, которые с этого дня стоят в группе у того, кто её покидает, остаются
    #[arg(long, visible_alias = "несмотря")]
    despite: bool,
    /// Аннулировать группу, внесённую ошибочно
    #[arg(long, visible_alias = "аннулировать", requires = "reason", conflicts_with_all = ["pupils", "since", "despite"])]
    annul: bool,
    /// Причина, по которой группа аннулируется
    #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА", requires = "annul")]
    reason: Option<String>,
}

#[derive(Args)]
pub struct Add {
    /// Номер личного дела
    #[arg(value_name = "ДЕЛО")]
    file: String,
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Фамилия
    #[arg(long, visible_alias = "фамилия", value_name = "ФАМИЛИЯ")]
    surname: String,
    /// Имя
    #[arg(long, visible_alias = "имя", value_name = "ИМЯ")]
    given: String,
    /// Отчество
    #[arg(long, visible_alias = "отчество", value_name = "ОТЧЕСТВО", default_value = "")]
    patronymic: String,
    /// Пол, если отчества нет: слова в бумагах согласуются с ним
    #[arg(long, visible_alias = "пол", value_name = "м|ж")]
    sex: Option<String>,
    /// Дата рождения
    #[arg(long, visible_alias = "родился", value_name = "ДАТА")]
    born: String,
    /// Первый день в классе; иначе первый день учебного года, а когда он начался — сегодняшний
    #[arg(long, visible_alias = "с", value_name = "ДАТА")]
    since: Option<String>,
    /// Это другой ученик, чем тот с тем же именем и датой рождения, который уже есть
    #[arg(long, visible_alias = "другой")]
    another: bool,
}

#[derive(Args)]
pub struct Change {
    /// Номер личного дела
    #[arg(value_name = "ДЕЛО")]
    file: String,
    /// Фамилия
    #[arg(long, visible_alias = "фамилия", value_name = "ФАМИЛИЯ")]
    surname: Option<String>,
    /// Имя
    #[arg(long, visible_alias = "имя", value_name = "ИМЯ")]
    given: Option<String>,
    /// Отчество
    #[arg(long, visible_alias = "отчество", value_name = "ОТЧЕСТВО")]
    patronymic: Option<String>,
    /// Пол; «нет» — не указан, берётся из отчества
    #[arg(long, visible_alias = "пол", value_name = "м|ж|нет")]
    sex: Option<String>,
    /// Дата рождения
    #[arg(long, visible_alias = "родился", value_name = "ДАТА")]
    born: Option<String>,
    /// Зачислен с другого дня: первый день в классе, где ученик учится
    #[arg(long, visible_alias = "зачислен", value_name = "ДАТА")]
    enrolled: Option<String>,
    /// Зачислен в другой класс: прежний внесён ошибочно
    #[arg(long, visible_alias = "класс", value_name = "КЛАСС")]
    class: Option<String>,
    /// Выбыл в другой день; «нет» — не выбывал, выбытие внесено ошибочно
    #[arg(long, visible_alias = "выбыл", value_name = "ДАТА|нет")]
    left: Option<String>,
    /// Новый номер личного дела; прежний остаётся за учеником и больше никому не выдаётся
    #[arg(long = "file", visible_alias = "дело", value_name = "НОМЕР")]
    number: Option<String>,
    /// Почему внесённое было ошибкой
    #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА", default_value = "")]
    reason: String,
    /// Это другой ученик, чем тот с тем же именем и датой рождения, который уже есть
    #[arg(long, visible_alias = "другой")]
    another: bool,
    /// Отметки и пропуски, которые стоят после исправленного дня выбытия или перевода, остаются
    #[arg(long, visible_alias = "несмотря")]
    despite: bool,
}

/// A pupil, a class, and the first day in it.
#[derive(Args)]
pub struct Step {
    /// Номер личного дела
    #[arg(value_name = "ДЕЛО")]
    file: String,
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Первый день в этом классе
    #[arg(value_name = "ДАТА")]
    date: String,
}

impl Pupil {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Add(add) => add.run(common),
            Self::Change(change) => change.run(common),
            Self::Annul { file, reason } => {
                let mut recorder = Recorder::open(common)?;
                let (done, name) = pupils::annul(&mut recorder.workplace()?, &file, &reason)?;
                say(done, &format!("{}: запись об ученике аннулирована", name.full()))
            }
            Self::Enroll(step) => {
                let mut recorder = Recorder::open(common)?;
                let class = resolve::class(recorder.tables(), &step.class)?;
                let since = Days::of(recorder.tables())?.read(&step.date)?;
                let stepped = pupils::enroll(&mut recorder.workplace()?, &step.file, class.clone(), since)?;
                say_stepped(stepped, &format!("зачислен в {class} с {}", format_date(since)))
            }
            Self::Move { step, despite } => {
                let mut recorder = Recorder::open(common)?;
                let class = resolve::class(recorder.tables(), &step.class)?;
                let since = Days::of(recorder.tables())?.read(&step.date)?;
                let stepped = if_meant(Detail::Despite, despite, STAYS, |despite| {
                    pupils::move_to(&mut recorder.workplace()?, &step.file, class.clone(), since, despite)
                })?;
                say_stepped(stepped, &format!("переведён в {class} с {}", format_date(since)))
            }
            Self::Leave { file, date, despite } => {
                let mut recorder = Recorder::open(common)?;
                let until = Days::of(recorder.tables())?.read(&date)?;
                let stepped = if_meant(Detail::Despite, despite, STAYS, |despite| {
                    pupils::leave(&mut recorder.workplace()?, &file, until, despite)
                })?;
                say_stepped(stepped, &format!("выбыл {}", format_date(until)))
            }
            Self::List { class } => list(common, &class),
            Self::Group(group) => group.run(common),
        }
    }
}

/// What was done, `what` being worded in the masculine.
fn say_stepped(stepped: Stepped, what: &str) -> Result<ExitCode> {
    let Stepped { mut done, name, sex, ungrouped } = stepped;
    done.warnings.extend(ungrouped.as_ref().map(in_no_group));
    say(done, &format!("{}: {}", name.surname_given(), Sex::agree(sex, what)))
}

impl Add {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let Self { file, class, surname, given, patronymic, sex, born, since, another } = self;
        let class = resolve::class(recorder.tables(), &class)?;
        let since = Days::of(recorder.tables())?.given(since.as_deref())?;
        let name = PersonName { surname, given, patronymic };
        let (born, sex) =
            (parse_date(&born)?, sex.as_deref().filter(|sex| !sex.trim().is_empty()).map(Sex::parse).transpose()?);
        let mut wish = NewPupil { file, name, born, sex, class, since, another };
        let mut added = if_meant(Detail::Another, another, ANOTHER, |another| {
            wish.another = another;
            pupils::add(&mut recorder.workplace()?, &wish)
        })?;
        let begins = recorder.school()?.year.begins;
        let why = match wish.since {
            None if added.since > begins => ", с сегодняшнего дня (день зачисления не указан)",
            _ => "",
        };
        added.done.warnings.extend(added.ungrouped.as_ref().map(in_no_group));
        look_alike(&added.name);
        let (name, since) = (added.name.full(), format_date(added.since));
        say(added.done, &format!("{name}: {}, {} с {since}{why}", Sex::agree(added.sex, "внесён"), wish.class))
    }
}

impl Change {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let Self { file, surname, given, patronymic, sex, born, enrolled, class, left, number, .. } = self;
        let (reason, another, despite) = (self.reason, self.another, self.despite);
        let days = Days::of(recorder.tables())?;
        let left = match left.as_deref() {
            None => None,
            Some("нет") => Some(Leaving::Withdrawn),
            Some(date) => Some(Leaving::On(days.read(date)?)),
        };
        let class = class.map(|class| resolve::class(recorder.tables(), &class)).transpose()?;
        let born = born.as_deref().map(parse_date).transpose()?;
        let enrolled = days.given(enrolled.as_deref())?;
        let sex = sex.as_deref().map(ListedSex::parse).transpose()?;
        let mut changes =
            Changes { surname, given, patronymic, born, sex, enrolled, class, left, number, reason, another, despite };
        let mut changed = if_meant(Detail::Another, another, ANOTHER, |another| {
            if_meant(Detail::Despite, despite, STAYS, |despite| {
                (changes.another, changes.despite) = (another, despite);
                pupils::change(&mut recorder.workplace()?, &file, &changes)
            })
        })?;
        changed.done.warnings.extend(changed.ungrouped.as_ref().map(in_no_group));
        look_alike(&changed.name);
        let (before, name, born) = (changed.before.full(), changed.name.full(), format_date(changed.born));
        let stay = changed.stay.map(|stay| format!(", {}", stay.in_words())).unwrap_or_default();
        let number = changed.number.map(|number| format!(", личное дело «{number}»")).unwrap_or_default();
        let sex = changed.sex.map(sex_in_words).unwrap_or_default();
        say(changed.done, &format!("{before}: теперь {name}, {born}{sex}{stay}{number}"))
    }
}

fn list(common: &Common, class: &str) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let class = resolve::class(tables, class)?;
    let school = read::school(tables)?;
    let year = &school.year;
    let today = school.day_of(session::now()).clamp(year.begins, year.ends);
    let groups = read::memberships(tables, &class)?;
    let mut rows = Vec::new();
    let stays = read::stays_in(tables, &class)?;
    let shown = |of: Option<Day>| of.map(|of| day(common, of)).unwrap_or_default();
    for pupil in read::members_of_class(tables, &class, year.begins, year.ends)? {
        let stays = stays.get(&pupil.id).map_or(&[][..], |stays| stays);
        let (last, earlier) = stays.split_last().map_or((None, stays), |(last, earlier)| (Some(last), earlier));
        let span =
            |stay: &Stay| format!("{}–{}", format_date(stay.since), stay.until.map(format_date).unwrap_or_default());
        let earlier: Vec<String> = earlier.iter().map(span).collect();
        let now = |of: &&read::Membership| of.pupil == pupil.id && of.until.is_none_or(|until| until > today);
        let mut of: Vec<&str> = groups.iter().filter(now).map(|of| of.group.as_str()).collect();
        of.dedup();
        let born = read::born(tables, &pupil.file)?;
        let sex = pupil.sex().map(Sex::as_str).unwrap_or_default();
        rows.push(vec![
            pupil.file.into(),
            pupil.name.full().into(),
            sex.into(),
            shown(born).into(),
            shown(last.map(|stay| stay.since)).into(),
            shown(last.and_then(|stay| stay.until)).into(),
            of.into(),
            earlier.iter().map(String::as_str).collect::<Vec<_>>().into(),
        ]);
    }
    let columns = [
        ("pupil", "Личное дело"),
        ("name", "Фамилия, имя, отчество"),
        ("sex", "Пол"),
        ("born", "Дата рождения"),
        ("since", "Зачислен"),
        ("until", "Выбыл"),
        ("groups", "Группы"),
        ("earlier", "Прежде в классе"),
    ];
    screen::list(common.json, &columns, rows);
    for one in read::ungrouped(tables, &class, today)? {
        screen::warning(&advice::warning(&in_no_group(&one)));
    }
    Ok(ExitCode::SUCCESS)
}

impl Group {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let class = resolve::class(recorder.tables(), &self.class)?;
        let group = clean(&self.group)?;
        if self.annul {
            let reason = self.reason.unwrap_or_default();
            let done = groups::annul_group(&mut recorder.workplace()?, &class, &group, &reason)?;
            return say(done, &format!("{class}, группа «{group}»: аннулирована"));
        }
        let place = recorder.workplace()?;
        let said = self.since.as_deref().map(parse_date).transpose()?;
        let since = groups::group_changes_on(&place, &class, &group, said)?;
        let members = members(&groups::of_class_on(&place, &class, since.day)?, &self.pupils)?;
        let has_lessons = since.has_lessons;
        drop(place);
        let (done, count) = if_meant(Detail::Despite, self.despite, STAYS, |despite| {
            groups::set_group(&mut recorder.workplace()?, &class, &group, &members, since, despite)
        })?;
        let from = match since.day {
            None => ", с начала года".to_owned(),
            Some(since) if said.is_none() && has_lessons => {
                format!(", с {}: у группы уже были уроки", format_date(since))
            }
            Some(since) => format!(", с {}", format_date(since)),
        };
        say(done, &format!("{class}, группа «{group}»: учеников {count}{from}"))
    }
}

/// Who belongs to a group: all who are named, or who comes and goes.
fn members(pupils: &[read::Pupil], typed: &[String]) -> Result<Members> {
    let is_change = |text: &String| text.ends_with("=+") || text.ends_with("=-");
    let changes = typed.iter().filter(|text| is_change(text)).count();
    if changes != 0 && changes != typed.len() {
        return Err(Error::input("состав задаётся либо целиком, либо изменениями «Иванов=+» и «Петров=-»")
            .next("укажите одно из двух"));
    }
    let steps = every(typed.iter().map(|text| {
        let file = resolve::pupil(pupils, text.trim_end_matches("=+").trim_end_matches("=-"))?.file.to_string();
        Ok((file, !text.ends_with("=-")))
    }))?;
    Ok(match changes {
        0 => Members::All(steps.into_iter().map(|(file, _)| file).collect()),
        _ => Members::Changes(steps),
    })
}
