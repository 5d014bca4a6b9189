//! `letopis plan`: lesson plans (КТП), kept by the methodist (§3.3.3).

use super::desk::{Desk, WhichCourse};
use super::{Common, advice, screen, session};
use crate::error::{Error, Result};
use crate::import;
use crate::journal::entry::{Body, PlanLine, PlanSet};
use crate::journal::read::Tables;
use crate::journal::read::{self, Course};
use crate::journal::{plan, resolve};
use crate::school::{ClassName, clean, same_word};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Plan {
    /// Показать план курса
    #[command(visible_alias = "показать")]
    Show {
        #[command(flatten)]
        course: WhichCourse,
    },
    /// Внести план из файла CSV, XLSX или ODS (№, Тема, Вид работы, Домашнее задание)
    #[command(visible_alias = "внести")]
    Import {
        #[command(flatten)]
        whom: Whom,
        /// Файл плана
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
    },
    /// Вставить урок, остальные сдвинутся вниз
    #[command(visible_alias = "вставить")]
    Insert {
        #[command(flatten)]
        whom: Whom,
        /// Номер в плане
        #[arg(value_name = "НОМЕР")]
        no: u32,
        /// Тема
        #[arg(long, value_name = "ТЕМА")]
        topic: String,
        /// Вид работы: «контрольная работа № 2»
        #[arg(long, value_name = "ВИД", default_value = "")]
        work: String,
        /// Домашнее задание
        #[arg(long, value_name = "ЗАДАНИЕ", default_value = "")]
        homework: String,
    },
    /// Убрать урок, остальные поднимутся
    #[command(visible_alias = "убрать")]
    Drop {
        #[command(flatten)]
        whom: Whom,
        /// Номер в плане
        #[arg(value_name = "НОМЕР")]
        no: u32,
    },
    /// Переставить урок на другое место
    #[command(visible_alias = "переставить")]
    Move {
        #[command(flatten)]
        whom: Whom,
        /// Номер в плане
        #[arg(value_name = "НОМЕР")]
        no: u32,
        /// Новый номер
        #[arg(value_name = "КУДА")]
        to: u32,
    },
    /// Сдвинуть план с урока на несколько номеров: 2 — вниз, -2 — вверх
    #[command(visible_alias = "сдвинуть")]
    Shift {
        #[command(flatten)]
        whom: Whom,
        /// С какого номера
        #[arg(value_name = "НОМЕР")]
        from: u32,
        /// На сколько
        #[arg(value_name = "НА", allow_negative_numbers = true)]
        by: i32,
    },
}

/// Names a course, or all parallel courses of a grade.
#[derive(Args)]
pub struct Whom {
    /// Класс (7А) или параллель (7): тогда план меняется у всех её классов и групп
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Предмет, можно кратко
    #[arg(value_name = "ПРЕДМЕТ")]
    subject: String,
    /// Группа, если класс делится на группы
    #[arg(long, value_name = "ГРУППА")]
    group: Option<String>,
}

impl Whom {
    fn courses(&self, tables: &Tables) -> Result<Vec<Course>> {
        let grade = self.class.trim().parse::<u8>();
        let Ok(grade) = grade else {
            let class = ClassName::parse(&self.class)?;
            return Ok(vec![resolve::course(tables, &class, &self.subject, self.group.as_deref(), None)?]);
        };
        let subject = resolve::subject(tables, &self.subject)?;
        let mut courses = Vec::new();
        for class in read::classes(tables)?.into_iter().filter(|class| class.grade() == grade) {
            courses
                .extend(read::courses_of(tables, &class)?.into_iter().filter(|course| course.key.subject == subject));
        }
        if let Some(group) = &self.group {
            courses.retain(|course| same_word(&course.key.group, group));
        }
        if courses.is_empty() {
            return Err(Error::input(format!("в {grade}-х классах нет курсов «{subject}»"))
                .next("проверьте параллель и предмет"));
        }
        Ok(courses)
    }

    /// Records for each of the courses the plan that `change` makes of its own.
    fn adjust(
        &self,
        common: &Common,
        said: &str,
        change: impl Fn(Vec<PlanLine>) -> Result<Vec<PlanLine>>,
    ) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let mut bodies: Vec<Body> = Vec::new();
        let mut names = Vec::new();
        for course in self.courses(desk.tables())? {
            let before = read::plan_of(desk.tables(), course.id)?;
            let lines = change(before.clone()).map_err(|e| e.at(&course.key))?;
            if lines != before {
                names.push(course.key.to_string());
                bodies.push(PlanSet { course: course.key, lines }.into());
            }
        }
        desk.record_all(bodies, &format!("{said}: {}", names.join("; ")))
    }
}

impl Plan {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Show { course } => show(common, &course),
            Self::Import { whom, file } => {
                let (lines, faults) = import::read_plan(&file)?;
                faults.warnings.iter().for_each(|warning| screen::warning(&advice::warning(warning)));
                if !faults.list.is_empty() {
                    faults.list.iter().for_each(|fault| eprintln!("{}", advice::fault(fault)));
                    eprintln!("Ошибок в файле: {}. Ничего не записано: исправьте файл и повторите.", faults.list.len());
                    return Ok(ExitCode::from(2));
                }
                whom.adjust(common, "План внесён", |_| Ok(lines.clone()))
            }
            Self::Insert { whom, no, topic, work, homework } => {
                let line = PlanLine { no, topic: clean(&topic)?, work: clean(&work)?, homework: clean(&homework)? };
                whom.adjust(common, "Урок вставлен в план", |lines| plan::insert(lines, line.clone()))
            }
            Self::Drop { whom, no } => {
                whom.adjust(common, "Урок убран из плана", |lines| plan::drop(lines, no))
            }
            Self::Move { whom, no, to } => {
                whom.adjust(common, "Урок переставлен", |lines| plan::move_line(lines, no, to))
            }
            Self::Shift { whom, from, by } => {
                whom.adjust(common, "План сдвинут", |lines| plan::shift(lines, from, by))
            }
        }
    }
}

fn show(common: &Common, course: &WhichCourse) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let course = course.find(journal.tables(), None)?;
    let rows = read::plan_of(journal.tables(), course.id)?.into_iter();
    let rows = rows.map(|line| vec![line.no.into(), line.topic.into(), line.work.into(), line.homework.into()]);
    let columns = [("no", "№"), ("topic", "Тема"), ("work", "Вид работы"), ("homework", "Домашнее задание")];
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}
