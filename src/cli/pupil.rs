//! `letopis pupil`: pupils, their classes and groups (§3.3.1).

use super::absence::day;
use super::days::Days;
use super::desk::{Desk, look_alike, say};
use super::{Common, screen, session};
use crate::error::{Error, Result, every};
use crate::journal::{read, resolve};
use crate::school::{Day, PersonName, clean, format_date, parse_date};
use crate::work::pupils::{self, Changes, Members, NewPupil};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Pupil {
    /// Внести ученика и зачислить его в класс
    #[command(visible_alias = "внести")]
    Add(Add),
    /// Изменить имя или дату рождения ученика
    #[command(visible_alias = "изменить")]
    Change(Change),
    /// Зачислить ученика, который уже есть в журнале: вернулся в школу
    #[command(visible_alias = "зачислить")]
    Enroll(Step),
    /// Перевести в другой класс: отметки остаются за учеником
    #[command(visible_alias = "перевести")]
    Move(Step),
    /// Записать выбытие
    #[command(visible_alias = "выбыл")]
    Leave {
        /// Номер личного дела
        #[arg(value_name = "ЛИЧНОЕ ДЕЛО")]
        file: String,
        /// Первый день, когда ученика уже нет
        #[arg(value_name = "ДАТА")]
        date: String,
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
    Group {
        /// Класс: 7А
        #[arg(value_name = "КЛАСС")]
        class: String,
        /// Название группы
        #[arg(value_name = "ГРУППА")]
        group: String,
        /// Ученики; «Иванов=+» добавляет к группе, «Иванов=-» убирает из неё
        #[arg(value_name = "УЧЕНИК", required = true)]
        pupils: Vec<String>,
    },
}

#[derive(Args)]
pub struct Add {
    /// Номер личного дела
    #[arg(value_name = "ЛИЧНОЕ ДЕЛО")]
    file: String,
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Фамилия
    #[arg(long, value_name = "ФАМИЛИЯ")]
    surname: String,
    /// Имя
    #[arg(long, value_name = "ИМЯ")]
    given: String,
    /// Отчество
    #[arg(long, value_name = "ОТЧЕСТВО", default_value = "")]
    patronymic: String,
    /// Дата рождения
    #[arg(long, value_name = "ДАТА")]
    born: String,
    /// Первый день в классе; иначе первый день учебного года
    #[arg(long, value_name = "ДАТА")]
    since: Option<String>,
}

#[derive(Args)]
pub struct Change {
    /// Номер личного дела
    #[arg(value_name = "ЛИЧНОЕ ДЕЛО")]
    file: String,
    /// Фамилия
    #[arg(long, value_name = "ФАМИЛИЯ")]
    surname: Option<String>,
    /// Имя
    #[arg(long, value_name = "ИМЯ")]
    given: Option<String>,
    /// Отчество
    #[arg(long, value_name = "ОТЧЕСТВО")]
    patronymic: Option<String>,
    /// Дата рождения
    #[arg(long, value_name = "ДАТА")]
    born: Option<String>,
}

/// A pupil, a class, and the first day in it.
#[derive(Args)]
pub struct Step {
    /// Номер личного дела
    #[arg(value_name = "ЛИЧНОЕ ДЕЛО")]
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
            Self::Enroll(step) => {
                let mut desk = Desk::open(common)?;
                let (class, since) =
                    (resolve::class(desk.tables(), &step.class)?, Days::of(desk.tables())?.read(&step.date)?);
                let (done, name) = pupils::enroll(&mut desk.workplace()?, &step.file, class.clone(), since)?;
                let name = name.surname_given();
                say(done, &format!("{name}: зачислен(а) в {class} с {}", format_date(since)))
            }
            Self::Move(step) => {
                let mut desk = Desk::open(common)?;
                let (class, since) =
                    (resolve::class(desk.tables(), &step.class)?, Days::of(desk.tables())?.read(&step.date)?);
                let (done, name) = pupils::move_to(&mut desk.workplace()?, &step.file, class.clone(), since)?;
                let name = name.surname_given();
                say(done, &format!("{name}: переведён(а) в {class} с {}", format_date(since)))
            }
            Self::Leave { file, date } => {
                let mut desk = Desk::open(common)?;
                let until = Days::of(desk.tables())?.read(&date)?;
                let (done, name) = pupils::leave(&mut desk.workplace()?, &file, until)?;
                say(done, &format!("{}: выбыл(а) {}", name.surname_given(), format_date(until)))
            }
            Self::List { class } => list(common, &class),
            Self::Group { class, group, pupils } => set_group(common, &class, &group, &pupils),
        }
    }
}

impl Add {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let Self { file, class, surname, given, patronymic, born, since } = self;
        let class = resolve::class(desk.tables(), &class)?;
        let since = Days::of(desk.tables())?.given(since.as_deref())?;
        let name = PersonName { surname, given, patronymic };
        let wish = NewPupil { file, name, born: parse_date(&born)?, class, since };
        let added = pupils::add(&mut desk.workplace()?, &wish)?;
        look_alike(&added.name);
        let (name, since) = (added.name.full(), format_date(added.since));
        say(added.done, &format!("{name}: внесён(а), {} с {since}", wish.class))
    }
}

impl Change {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let Self { file, surname, given, patronymic, born } = self;
        let born = born.as_deref().map(parse_date).transpose()?;
        let changes = Changes { surname, given, patronymic, born };
        let changed = pupils::change(&mut desk.workplace()?, &file, &changes)?;
        look_alike(&changed.name);
        let (before, name, born) = (changed.before.full(), changed.name.full(), format_date(changed.born));
        say(changed.done, &format!("{before}: теперь {name}, {born}"))
    }
}

fn list(common: &Common, class: &str) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let class = resolve::class(tables, class)?;
    let year = read::school(tables)?.year;
    let groups = read::groups_of_class(tables, &class)?;
    let mut rows = Vec::new();
    let stays = read::stays_in(tables, &class)?;
    let shown = |of: Option<Day>| of.map(|of| day(common, of)).unwrap_or_default();
    for pupil in read::members_of_class(tables, &class, year.begins, year.ends)? {
        let last = stays.get(&pupil.id).and_then(|stays| stays.last());
        let of: Vec<&str> = groups.iter().filter(|(_, id)| *id == pupil.id).map(|(group, _)| group.as_str()).collect();
        let born = read::born(tables, &pupil.file)?;
        rows.push(vec![
            pupil.file.into(),
            pupil.name.full().into(),
            shown(born).into(),
            shown(last.map(|stay| stay.since)).into(),
            shown(last.and_then(|stay| stay.until)).into(),
            of.into(),
        ]);
    }
    let columns = [
        ("pupil", "Личное дело"),
        ("name", "Фамилия, имя, отчество"),
        ("born", "Дата рождения"),
        ("since", "Зачислен"),
        ("until", "Выбыл"),
        ("groups", "Группы"),
    ];
    screen::list(common.json, &columns, rows);
    Ok(ExitCode::SUCCESS)
}

fn set_group(common: &Common, class: &str, group: &str, typed: &[String]) -> Result<ExitCode> {
    let mut desk = Desk::open(common)?;
    let class = resolve::class(desk.tables(), class)?;
    let pupils = pupils::of_class_now(&desk.workplace()?, &class)?;
    let is_change = |text: &String| text.ends_with("=+") || text.ends_with("=-");
    let changes = typed.iter().filter(|text| is_change(text)).count();
    if changes != 0 && changes != typed.len() {
        return Err(Error::input("состав задаётся либо целиком, либо изменениями «Иванов=+» и «Петров=-»")
            .next("укажите одно из двух"));
    }
    let steps = every(typed.iter().map(|text| {
        let file = resolve::pupil(&pupils, text.trim_end_matches("=+").trim_end_matches("=-"))?.file.to_string();
        Ok((file, !text.ends_with("=-")))
    }))?;
    let members = match changes {
        0 => Members::All(steps.into_iter().map(|(file, _)| file).collect()),
        _ => Members::Changes(steps),
    };
    let (done, count) = pupils::set_group(&mut desk.workplace()?, &class, group, &members)?;
    say(done, &format!("{class}, группа «{}»: учеников {count}", clean(group)?))
}
