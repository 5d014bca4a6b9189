//! `letopis plan`: lesson plans (КТП), kept by the methodist (§3.3.3).

use super::called::ME;
use super::recorder::{Recorder, WhichCourse, say};
use super::{Common, advice, screen, session};
use crate::error::{Error, Result};
use crate::import;
use crate::journal::read::{self, Tables};
use crate::journal::resolve;
use crate::school::{ClassName, CourseKey};
use crate::work::plan::{self, Adjustment, PlanLine};
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
    /// Убрать план целиком
    #[command(visible_alias = "очистить")]
    Clear {
        #[command(flatten)]
        whom: Whom,
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
        #[arg(long, visible_alias = "тема", value_name = "ТЕМА")]
        topic: String,
        /// Вид работы: «контрольная работа № 2»
        #[arg(long, visible_alias = "вид", value_name = "ВИД", default_value = "")]
        work: String,
        /// Домашнее задание
        #[arg(long, visible_alias = "задание", value_name = "ЗАДАНИЕ", default_value = "")]
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
    #[arg(long, visible_alias = "группа", value_name = "ГРУППА")]
    group: Option<String>,
}

impl Whom {
    fn courses(&self, tables: &Tables) -> Result<Vec<CourseKey>> {
        let group = self.group.as_deref();
        if let Ok(grade) = self.class.trim().parse::<u8>() {
            return plan::parallel_courses(tables, grade, &resolve::subject(tables, &self.subject)?, group);
        }
        let class = ClassName::parse(&self.class)?;
        Ok(vec![resolve::course(tables, &class, &self.subject, group, None)?.key])
    }

    /// Adjusts the plan of each of the courses.
    fn adjust(&self, common: &Common, said: &str, adjustment: Adjustment) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let courses = self.courses(recorder.tables())?;
        let adjusted = plan::adjust(&mut recorder.workplace()?, &courses, adjustment)?;
        let names: Vec<String> = adjusted.courses.iter().map(ToString::to_string).collect();
        say(adjusted.done, &format!("{said}: {}", names.join("; ")))
    }

    /// Puts these lines in the place of the plan of each of the courses, and says how much they replace.
    fn replace(&self, common: &Common, said: &str, lines: Vec<PlanLine>) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let courses = self.courses(recorder.tables())?;
        let adjusted = plan::adjust(&mut recorder.workplace()?, &courses, Adjustment::Replace(lines))?;
        let names = adjusted.courses.iter().zip(&adjusted.extents);
        let names: Vec<String> = names.map(|(course, extent)| format!("{course} ({extent})")).collect();
        say(adjusted.done, &format!("{said}: {}", names.join("; ")))
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
                if lines.is_empty() {
                    return Err(Error::input(format!("в файле «{}» нет ни одной строки плана", file.display()))
                        .next(format!("чтобы убрать план целиком: {ME} plan clear")));
                }
                whom.replace(common, "План внесён", lines)
            }
            Self::Clear { whom } => whom.replace(common, "План убран", Vec::new()),
            Self::Insert { whom, no, topic, work, homework } => {
                let line = PlanLine { no, topic, work, homework };
                whom.adjust(common, "Урок вставлен в план", Adjustment::Insert(line))
            }
            Self::Drop { whom, no } => whom.adjust(common, "Урок убран из плана", Adjustment::Drop { no }),
            Self::Move { whom, no, to } => whom.adjust(common, "Урок переставлен", Adjustment::Move { no, to }),
            Self::Shift { whom, from, by } => whom.adjust(common, "План сдвинут", Adjustment::Shift { from, by }),
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
