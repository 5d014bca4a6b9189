//! `letopis report`: what the deputy head reads (§3.3.5, §4.3). Nothing is recorded, so no key is needed.

use super::recorder::WhichCourse;
use super::{Common, days, screen, session};
use crate::error::Result;
use crate::inform::{call_list, last_told};
use crate::journal::Journal;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::journal::read::course_view::course_view;
use crate::journal::resolve;
use crate::report::progress::By;
use crate::report::table::Table;
use crate::report::{self, When};
use crate::school::{School, fold};
use crate::work::informed;
use crate::work::sticks::at_work;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Report {
    /// Успеваемость, качество, СОУ, средний балл за период (на бумаге, с диаграммами: letopis print analytics)
    #[command(visible_alias = "успеваемость")]
    Progress {
        /// По чему сводить: класс, предмет, учитель, школа
        #[arg(long, visible_alias = "по-чему", value_name = "ПО_ЧЕМУ", default_value = "класс", value_parser = by)]
        by: By,
        #[command(flatten)]
        period: Period,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        output: Output,
    },
    /// Пропуски по причинам: по классам, а с --class по ученикам
    #[command(visible_alias = "посещаемость")]
    Attendance {
        #[command(flatten)]
        days: Days,
        /// Только этот класс, по ученикам
        #[arg(long, visible_alias = "класс", value_name = "КЛАСС")]
        class: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Хватает ли отметок для итоговых (§2.3.1) и хватит ли к концу периода
    #[command(visible_alias = "накопляемость")]
    Coverage {
        /// Показать и тех, у кого хватает
        #[arg(long, visible_alias = "все")]
        all: bool,
        #[command(flatten)]
        period: Period,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        output: Output,
    },
    /// Как учителя ведут журнал: опоздания, пропуски, заявки, замечания
    #[command(visible_alias = "дисциплина")]
    Discipline {
        #[command(flatten)]
        days: Days,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        output: Output,
    },
    /// План (КТП) и факт в часах
    #[command(visible_alias = "план")]
    Plan {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        output: Output,
    },
    /// Кого сегодня не было: кому из родителей позвонить (§4.2, §4.5)
    #[command(visible_alias = "отсутствующие")]
    Absent {
        /// Только этот класс
        #[arg(long, visible_alias = "класс", value_name = "КЛАСС")]
        class: Option<String>,
        /// За какой день: 15.09.2025 (иначе сегодня)
        #[arg(long, visible_alias = "день", value_name = "ДАТА")]
        date: Option<String>,
        /// Показать и тех, чья причина известна
        #[arg(long, visible_alias = "все")]
        all: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Когда и как родителям сообщали в последний раз, кому ни разу, что лежит неотправленным (§4)
    #[command(visible_alias = "информирование")]
    Informing {
        /// Только этот класс
        #[arg(long, visible_alias = "класс", value_name = "КЛАСС")]
        class: Option<String>,
        /// Только те, кому не сообщали столько дней
        #[arg(long, visible_alias = "дней", value_name = "ДНЕЙ", default_value_t = 0)]
        days: i64,
        #[command(flatten)]
        output: Output,
    },
    /// Курс таблицей для другого дневника: ученики, даты, отметки, на втором листе темы; читается import grid
    #[command(visible_alias = "журнал")]
    Journal {
        #[command(flatten)]
        course: WhichCourse,
        /// Записать таблицу в книгу XLSX
        #[arg(long, value_name = "ФАЙЛ")]
        xlsx: PathBuf,
    },
    /// Итоговые отметки, какими они вышли бы сегодня (§4.3)
    #[command(visible_alias = "прогноз")]
    Forecast {
        /// Только этот ученик: фамилия или номер личного дела
        #[arg(long, visible_alias = "ученик", value_name = "УЧЕНИК")]
        pupil: Option<String>,
        #[command(flatten)]
        period: Period,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        output: Output,
    },
}

/// The courses that are meant.
#[derive(Args)]
pub struct Which {
    /// Только этот класс
    #[arg(long, visible_alias = "класс", value_name = "КЛАСС")]
    class: Option<String>,
    /// Только этот предмет, можно кратко
    #[arg(long, visible_alias = "предмет", value_name = "ПРЕДМЕТ")]
    subject: Option<String>,
    /// Только этот учитель: логин или фамилия
    #[arg(long, visible_alias = "учитель", value_name = "УЧИТЕЛЬ")]
    teacher: Option<String>,
}

#[derive(Args)]
pub struct Period {
    /// Период: «I четверть» (иначе текущий)
    #[arg(long, visible_alias = "период", value_name = "ПЕРИОД")]
    period: Option<String>,
}

#[derive(Args)]
pub struct Days {
    /// Период: «I четверть» (иначе весь год по сегодняшний день)
    #[arg(long, visible_alias = "период", value_name = "ПЕРИОД", conflicts_with_all = ["from", "to"])]
    period: Option<String>,
    /// С какого дня: 15.09.2025
    #[arg(long, visible_alias = "с", value_name = "ДАТА")]
    from: Option<String>,
    /// По какой день
    #[arg(long, visible_alias = "по", value_name = "ДАТА")]
    to: Option<String>,
}

/// Where a report goes.
#[derive(Args)]
pub struct Output {
    /// Записать таблицу в файл CSV
    #[arg(long, value_name = "ФАЙЛ")]
    csv: Option<PathBuf>,
    /// Записать таблицу в книгу XLSX
    #[arg(long, value_name = "ФАЙЛ")]
    xlsx: Option<PathBuf>,
}

fn by(text: &str) -> std::result::Result<By, String> {
    match fold(text.trim()).as_str() {
        "класс" | "class" => Ok(By::Class),
        "предмет" | "subject" => Ok(By::Subject),
        "учитель" | "teacher" => Ok(By::Teacher),
        "школа" | "school" => Ok(By::School),
        _ => Err("укажите класс, предмет, учитель или школа".to_owned()),
    }
}

impl Report {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let journal = session::journal(common)?;
        let tables = journal.tables();
        let school = read::school(tables)?;
        let today = school.day_of(session::now());
        match self {
            Self::Progress { by, period, which, output } => {
                let period = period.name_or_year(&school)?;
                let rows = report::progress::progress(tables, &which.find(&journal)?, by, period.as_deref())?;
                output.give(common, "progress", today, &rows, &report::progress::table(&rows, by))?;
            }
            Self::Attendance { days, class, output } => {
                let filter = report::Filter::find(tables, class.as_deref(), None, None)?;
                let filter = report::Filter { kept_by: at_work::kept_by(&journal)?, ..filter };
                let rows = report::attendance::attendance(tables, &filter, &days.when(tables, &school, today)?)?;
                output.give(common, "attendance", today, &rows, &report::attendance::table(&rows))?;
            }
            Self::Coverage { all, period, which, output } => {
                let period = period.name(&school)?;
                let mut rows = report::coverage::coverage(tables, &which.find(&journal)?, period.as_deref(), today)?;
                rows.retain(|row| all || row.state.needs_care());
                output.give(common, "coverage", today, &rows, &report::coverage::table(&rows))?;
            }
            Self::Discipline { days, which, output } => {
                let when = days.when(tables, &school, today)?;
                let filter = which.find(&journal)?;
                let rows = report::discipline::discipline(tables, &filter, &when, today)?;
                let annulled = report::discipline::annulled(tables, &filter, &when)?;
                let table = report::discipline::table(&rows);
                let value = serde_json::json!({
                    "report": "discipline", "date": today, "rows": rows, "annulled": annulled,
                });
                let shown = output.give_value(common, value, rows.len(), &table)?;
                if shown && !annulled.is_empty() {
                    println!("\nАннулированные записи:");
                    screen::report(&report::discipline::annulled_table(&annulled));
                }
            }
            Self::Plan { which, output } => {
                let rows = report::plan::plan(tables, &which.find(&journal)?, today)?;
                output.give(common, "plan", today, &rows, &report::plan::table(&rows))?;
            }
            Self::Absent { class, date, all, output } => {
                session::not_on_stick(common, "узнать, кому звонить")?;
                let class = class.map(|typed| resolve::class(tables, &typed)).transpose()?;
                let day = days::Days::of(tables)?.given(date.as_deref())?.unwrap_or(today);
                let rows = informed::absent(&journal, class.as_ref(), day, all)?;
                output.give(common, "absent", day, &rows, &call_list::table(&rows))?;
            }
            Self::Informing { class, days, output } => {
                session::not_on_stick(common, "узнать, кому что сообщали")?;
                let class = class.map(|typed| resolve::class(tables, &typed)).transpose()?;
                let mut rows = informed::informing(&journal, class.as_ref(), session::now())?;
                rows.retain(|row| days == 0 || row.last.is_none() || row.days >= days);
                output.give(common, "informing", today, &rows, &last_told::table(&rows))?;
            }
            Self::Journal { course, xlsx } => {
                let course = course.find(tables, None)?;
                let view = course_view(tables, &course)?;
                screen::write_new(&xlsx, &report::journal::workbook(&view)?)?;
                if common.json {
                    screen::json(&serde_json::json!({ "report": "journal", "date": today, "rows": view.pupils.len() }));
                } else {
                    println!("Записано: {} (строк: {})", xlsx.display(), view.pupils.len());
                }
            }
            Self::Forecast { pupil, period, which, output } => {
                let (filter, period) = (which.find(&journal)?, period.name(&school)?);
                let rows = report::forecast::forecast(tables, &filter, pupil.as_deref(), period.as_deref(), today)?;
                output.give(common, "forecast", today, &rows, &report::forecast::table(&rows))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Which {
    /// What is named, of what the journal knows whole.
    pub fn find(&self, journal: &Journal) -> Result<report::Filter> {
        let (class, subject, teacher) = (self.class.as_deref(), self.subject.as_deref(), self.teacher.as_deref());
        let filter = report::Filter::find(journal.tables(), class, subject, teacher)?;
        Ok(report::Filter { kept_by: at_work::kept_by(journal)?, ..filter })
    }

    /// Whether nothing is named.
    pub fn is_all(&self) -> bool {
        self.class.is_none() && self.subject.is_none() && self.teacher.is_none()
    }
}

impl Period {
    fn name(&self, school: &School) -> Result<Option<String>> {
        let name = self.period.as_deref().map(|typed| report::scope::a_period(school, typed)).transpose()?;
        Ok(name.map(String::from))
    }

    /// As [`Period::name`], or one of the final marks that are no period's: «Год», «Экзамен», «Итог».
    fn name_or_year(&self, school: &School) -> Result<Option<String>> {
        let name = self.period.as_deref().map(|typed| resolve::period_of_school(school, typed)).transpose()?;
        Ok(name.map(String::from))
    }
}

impl Days {
    fn when(&self, tables: &Tables, school: &School, today: NaiveDate) -> Result<When> {
        let days = days::Days::of(tables)?;
        let span = (days.given(self.from.as_deref())?, days.given(self.to.as_deref())?);
        When::new(school, self.period.as_deref(), span, today)
    }
}

impl Output {
    /// Writes the files that are asked for; without any, prints the report.
    pub fn give<T: Serialize>(
        &self,
        common: &Common,
        name: &str,
        today: NaiveDate,
        rows: &[T],
        table: &Table,
    ) -> Result<()> {
        let value = serde_json::json!({ "report": name, "date": today, "rows": rows });
        self.give_value(common, value, rows.len(), table).map(|_| ())
    }

    /// As [`Output::give`], of a report that tells `json` more than its rows. Whether the table was shown on the screen.
    fn give_value(&self, common: &Common, json: serde_json::Value, rows: usize, table: &Table) -> Result<bool> {
        if let Some(path) = &self.csv {
            screen::write_new(path, &report::csv(table))?;
        }
        if let Some(path) = &self.xlsx {
            screen::write_new(path, &report::xlsx(table)?)?;
        }
        let written: Vec<&PathBuf> = self.csv.iter().chain(&self.xlsx).collect();
        if common.json {
            screen::json(&json);
        } else if written.is_empty() {
            screen::report(table);
        }
        for path in written.iter().filter(|_| !common.json) {
            println!("Записано: {} (строк: {rows})", path.display());
        }
        Ok(!common.json && written.is_empty())
    }
}
