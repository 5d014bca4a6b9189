//! `letopis pupil`: pupils, their classes and groups (§3.3.1).

use super::absence::day;
use super::desk::{Desk, pupils_of_class};
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::journal::entry::{GroupSet, PupilEnrolled, PupilLeft, PupilMoved, PupilSet};
use crate::journal::read::Tables;
use crate::journal::{read, resolve};
use crate::school::{Day, PersonName, clean, format_date, parse_date};
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
                let (class, since) = (resolve::class(desk.tables(), &step.class)?, parse_date(&step.date)?);
                let what =
                    format!("{}: зачислен(а) в {class} с {}", name(desk.tables(), &step.file)?, format_date(since));
                desk.record(PupilEnrolled { file: step.file, class, since }, &what)
            }
            Self::Move(step) => {
                let mut desk = Desk::open(common)?;
                let (class, since) = (resolve::class(desk.tables(), &step.class)?, parse_date(&step.date)?);
                let what =
                    format!("{}: переведён(а) в {class} с {}", name(desk.tables(), &step.file)?, format_date(since));
                desk.record(PupilMoved { file: step.file, class, since }, &what)
            }
            Self::Leave { file, date } => {
                let mut desk = Desk::open(common)?;
                let until = parse_date(&date)?;
                let what = format!("{}: выбыл(а) {}", name(desk.tables(), &file)?, format_date(until));
                desk.record(PupilLeft { file, until }, &what)
            }
            Self::List { class } => list(common, &class),
            Self::Group { class, group, pupils } => set_group(common, &class, &group, &pupils),
        }
    }
}

fn name(tables: &Tables, file: &str) -> Result<String> {
    let pupil = read::pupil(tables, file)?.ok_or_else(|| {
        Error::input(format!("в журнале нет ученика с личным делом «{file}»")).next("номера: letopis pupil list КЛАСС")
    })?;
    Ok(pupil.name.surname_given())
}

impl Add {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let file = clean(&self.file)?;
        if let Some(known) = read::pupil(desk.tables(), &file)? {
            return Err(Error::input(format!("личное дело «{file}» уже есть: {}", known.name.full()))
                .next("зачислить снова: letopis pupil enroll; исправить имя: letopis pupil change"));
        }
        let class = resolve::class(desk.tables(), &self.class)?;
        let since = self.since.as_deref().map_or(Ok(desk.school()?.year.begins), parse_date)?;
        let (surname, given, patronymic) = (clean(&self.surname)?, clean(&self.given)?, clean(&self.patronymic)?);
        let name = PersonName { surname, given, patronymic };
        let what = format!("{}: внесён(а), {class} с {}", name.full(), format_date(since));
        let set = PupilSet { file: file.clone(), name, born: parse_date(&self.born)? };
        desk.record_all(vec![set.into(), PupilEnrolled { file, class, since }.into()], &what)
    }
}

impl Change {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let known = read::pupil(desk.tables(), &self.file)?;
        let (Some(known), Some(born)) = (known, read::born(desk.tables(), &self.file)?) else {
            return name(desk.tables(), &self.file).map(|_| ExitCode::SUCCESS);
        };
        let or = |typed: &Option<String>, stands: &str| typed.as_deref().map_or(Ok(stands.to_owned()), clean);
        let changed = PersonName {
            surname: or(&self.surname, &known.name.surname)?,
            given: or(&self.given, &known.name.given)?,
            patronymic: or(&self.patronymic, &known.name.patronymic)?,
        };
        let changed_born = self.born.as_deref().map_or(Ok(born), parse_date)?;
        if changed == known.name && changed_born == born {
            return session::unchanged();
        }
        let what = format!("{}: теперь {}, {}", known.name.full(), changed.full(), format_date(changed_born));
        desk.record(PupilSet { file: self.file, name: changed, born: changed_born }, &what)
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
    let year = desk.school()?.year;
    let pupils = pupils_of_class(desk.tables(), &class, desk.today()?.clamp(year.begins, year.ends))?;
    let group = clean(group)?;
    let standing: Vec<String> = read::groups_of_class(desk.tables(), &class)?
        .into_iter()
        .filter(|(name, _)| *name == group)
        .filter_map(|(_, id)| pupils.iter().find(|pupil| pupil.id == id).map(|pupil| pupil.file.to_string()))
        .collect();
    let is_change = |text: &String| text.ends_with("=+") || text.ends_with("=-");
    let changes = typed.iter().filter(|text| is_change(text)).count();
    if changes != 0 && changes != typed.len() {
        return Err(Error::input("состав задаётся либо целиком, либо изменениями «Иванов=+» и «Петров=-»")
            .next("укажите одно из двух"));
    }
    let mut members = if changes == 0 { Vec::new() } else { standing.clone() };
    for text in typed {
        let file = resolve::pupil(&pupils, text.trim_end_matches("=+").trim_end_matches("=-"))?.file.to_string();
        if text.ends_with("=-") {
            members.retain(|member| *member != file);
        } else if !members.contains(&file) {
            members.push(file);
        }
    }
    if members == standing {
        return session::unchanged();
    }
    let what = format!("{class}, группа «{group}»: учеников {}", members.len());
    desk.record(GroupSet { class, group, members }, &what)
}
