//! `letopis final`: final marks of a period and the year, exams (§2.3.1), and decisions of the pedagogical council.

use super::desk::{Desk, WhichCourse, pupils_of_class};
use super::{Common, mark, screen, session};
use crate::error::Result;
use crate::journal::entry::{Body, DecisionSet, FinalLine};
use crate::journal::{cell, read, resolve};
use crate::school::{Marks, clean, fold, parse_date};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Final {
    /// Выставить итоговые отметки за период, год, экзамен
    #[command(visible_alias = "выставить")]
    Set(Set),
    /// Выставленные итоговые отметки курса
    #[command(visible_alias = "список")]
    List {
        #[command(flatten)]
        course: WhichCourse,
    },
    /// Записать решение педагогического совета
    #[command(visible_alias = "решение")]
    Decision(Decision),
}

#[derive(Args)]
pub struct Set {
    #[command(flatten)]
    course: WhichCourse,
    /// Период: «I четверть» или 1, «Год», «Экзамен», «Итог»
    #[arg(value_name = "ПЕРИОД")]
    period: String,
    /// «Фамилия=отметка»
    #[arg(value_name = "УЧЕНИК=ОТМЕТКА", required = true)]
    marks: Vec<String>,
    /// Обоснование завуча, если отметок меньше, чем требует §2.3.1
    #[arg(long, value_name = "ОБОСНОВАНИЕ", default_value = "")]
    reason: String,
}

#[derive(Args)]
pub struct Decision {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// «Фамилия=решение»: "Иванов=переведён"; «все=переведён» — всем, о ком решения ещё нет
    #[arg(value_name = "УЧЕНИК=РЕШЕНИЕ", required = true)]
    decisions: Vec<String>,
    /// Дата педсовета
    #[arg(long, value_name = "ДАТА")]
    date: String,
    /// Номер протокола
    #[arg(long, value_name = "НОМЕР")]
    number: String,
}

impl Final {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Set(set) => set.run(common),
            Self::List { course } => list(common, &course),
            Self::Decision(decision) => decision.run(common),
        }
    }
}

impl Set {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let course = self.course.find(desk.tables(), Some(&desk.login))?;
        let school = desk.school()?;
        let period = resolve::period(&school, &course.key.class, &self.period)?;
        let span = school.periods_of(&course.key.class).into_iter().find(|p| p.name == period);
        let (first, last) = span.map_or((school.year.begins, school.year.ends), |p| (p.begins, p.ends));
        let pupils = read::members_of_class(desk.tables(), &course.key.class, first, last)?;
        let (mut lines, mut named) = (Vec::new(), Vec::new());
        for typed in &self.marks {
            let (pupil, mark) = mark::split(typed, "отметка")?;
            let pupil = resolve::pupil(&pupils, pupil)?;
            named.push(pupil);
            lines.push(FinalLine { pupil: pupil.file.to_string(), mark: Marks::parse(mark).map_err(|e| e.at(typed))? });
        }
        mark::no_pupil_twice(named.into_iter())?;
        let Some(set) = cell::finals(desk.tables(), &course, &period, lines, &clean(&self.reason)?)? else {
            return session::unchanged();
        };
        let what = format!("{}, {period}: итоговых отметок {}", course.key, set.marks.len());
        desk.record(set, &what)
    }
}

fn list(common: &Common, course: &WhichCourse) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let course = course.find(journal.tables(), None)?;
    let rows = read::finals_of(journal.tables(), course.id)?.into_iter().map(|f| {
        vec![
            f.pupil.file.into(),
            f.pupil.name.surname_given().into(),
            f.period.into(),
            f.mark.to_string().into(),
            f.override_reason.into(),
            super::absence::day(common, f.set_on).into(),
        ]
    });
    let columns = [
        ("pupil", "Личное дело"),
        ("name", "Фамилия, имя"),
        ("period", "Период"),
        ("mark", "Отметка"),
        ("override", "Обоснование (§2.3.1)"),
        ("set_on", "Выставлена"),
    ];
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}

impl Decision {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let class = resolve::class(desk.tables(), &self.class)?;
        let date = parse_date(&self.date)?;
        let year = desk.school()?.year;
        let pupils = pupils_of_class(desk.tables(), &class, date.clamp(year.begins, year.ends))?;
        let (mut named, mut everyone) = (Vec::new(), None);
        for typed in &self.decisions {
            let (pupil, decision) = mark::split(typed, "переведён")?;
            if fold(pupil) == "все" {
                everyone = Some(clean(decision)?);
            } else {
                named.push((resolve::pupil(&pupils, pupil)?, clean(decision)?));
            }
        }
        mark::no_pupil_twice(named.iter().map(|(pupil, _)| *pupil))?;
        if let Some(decision) = everyone {
            let decided = read::decisions(desk.tables())?;
            let free =
                |p: &&read::Pupil| !decided.contains_key(&p.id) && named.iter().all(|(other, _)| other.id != p.id);
            let others: Vec<_> = pupils.iter().filter(free).collect();
            named.extend(others.into_iter().map(|pupil| (pupil, decision.clone())));
        }
        if named.is_empty() {
            return session::unchanged();
        }
        let number = clean(&self.number)?;
        let body = |(pupil, decision): (&read::Pupil, String)| -> Body {
            DecisionSet { pupil: pupil.file.to_string(), date, number: number.clone(), decision }.into()
        };
        let what = format!("{class}: решений педагогического совета записано {}", named.len());
        let bodies = named.into_iter().map(body).collect();
        desk.record_all(bodies, &what)
    }
}
