//! `letopis final`: final marks of a period and the year, exams (§2.3.1), and decisions of the pedagogical council.

use super::cells::{self, Listed, both};
use super::days::Days;
use super::recorder::{Recorder, WhichCourse, say};
use super::{Common, mark, screen, session};
use crate::error::{Error, Result, every};
use crate::journal::read::finals::{Other, finals_on_page};
use crate::journal::read::{self, Decision as Decided};
use crate::journal::resolve;
use crate::school::{Marks, fold, format_date};
use crate::work::finals::{self, ChangedDecision, DecisionsDone, DecisionsWish, FinalsWish, StandingDecision};
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
    #[arg(long, visible_alias = "причина", value_name = "ОБОСНОВАНИЕ", default_value = "")]
    reason: String,
}

#[derive(Args)]
pub struct Decision {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// «Фамилия=решение» словами списка: переведён, переведён условно, оставлен на повторное обучение, допущен к ГИА,
    /// окончил основную школу …; «все=переведён» — всем, о ком решения ещё нет; «Фамилия=-» отзывает решение
    #[arg(value_name = "УЧЕНИК=РЕШЕНИЕ", required = true)]
    decisions: Vec<String>,
    /// Дата педсовета
    #[arg(long, visible_alias = "дата", value_name = "ДАТА")]
    date: String,
    /// Номер протокола
    #[arg(long, visible_alias = "номер", value_name = "НОМЕР")]
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
        let mut recorder = Recorder::open(common)?;
        let course = self.course.find(recorder.tables(), Some(&recorder.login))?.key;
        let period = resolve::period(&recorder.school()?, &course.class, &self.period)?;
        let pupils = finals::pupils(recorder.tables(), &course.class, &period)?;
        let listed = Listed::of(recorder.tables(), pupils)?;
        let marks = every(self.marks.iter().map(|typed| {
            let (pupil, mark) = cells::split(typed, "отметка")?;
            both(listed.file(pupil), Marks::parse(mark).map_err(|e| e.at(typed)))
        }))?;
        let lines: Vec<String> = marks.iter().map(|(pupil, mark)| format!("{}: {mark}", listed.name(pupil))).collect();
        let wish = FinalsWish { course, period, marks, override_reason: self.reason };
        let set = finals::set(&mut recorder.workplace()?, &wish)?;
        let what = format!("{}, {}: итоговых отметок {}", wish.course, wish.period, set.marks);
        mark::told(set.done, &what, &lines)
    }
}

fn list(common: &Common, course: &WhichCourse) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let course = course.find(journal.tables(), None)?;
    let tables = journal.tables();
    let names = read::names_by_file(tables, &read::pupils_of_course(tables, &course)?)?;
    let finals = finals_on_page(tables, &read::school(tables)?, &course)?;
    let elsewhere = finals.iter().any(|on| on.other.is_some());
    let rows = finals.into_iter().map(|on| {
        let set_in = on.set_in().map(ToString::to_string);
        let instead = matches!(on.other, Some(Other::Counts(_))).then(|| on.counts().to_string());
        let name = names.get(&on.of.pupil.file).cloned().unwrap_or_else(|| on.of.pupil.name.surname_given());
        vec![
            on.of.pupil.file.into(),
            name.into(),
            on.of.period.into(),
            on.of.mark.to_string().into(),
            on.of.override_reason.into(),
            super::absence::day(common, on.of.set_on).into(),
            set_in.into(),
            instead.into(),
        ]
    });
    let columns = [
        ("pupil", "Личное дело"),
        ("name", "Фамилия, имя"),
        ("period", "Период"),
        ("mark", "Отметка"),
        ("override", "Обоснование (§2.3.1)"),
        ("set_on", "Выставлена"),
        ("set_in", "В другом курсе"),
        ("instead", "Вместо неё действует"),
    ];
    // Most courses have none of other courses.
    let shown = if common.json || elsewhere { columns.len() } else { columns.len() - 2 };
    let rows = rows.map(|row: Vec<_>| row.into_iter().take(shown).collect());
    screen::list(common.json, &columns[..shown], rows.collect());
    Ok(ExitCode::SUCCESS)
}

impl Decision {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let class = resolve::class(recorder.tables(), &self.class)?;
        let date = Days::of(recorder.tables())?.read(&self.date)?;
        let pupils = finals::decided_of(recorder.tables(), &class, date)?;
        let of_year = finals::pupils(recorder.tables(), &class, &"Год".into())?;
        let mut others = None;
        let decisions = every(self.decisions.iter().map(|typed| {
            let (pupil, decision) = cells::split(typed, "переведён")?;
            let withdraws = matches!(decision, "-" | "–" | "—");
            if fold(pupil) == "все" {
                if withdraws {
                    return Err(Error::input(format!("«{typed}»: решения всех сразу не отзываются"))
                        .next("назовите каждого: \"Фамилия=-\""));
                }
                others = Some(decision.to_owned());
                return Ok(None);
            }
            let listed = if withdraws { &of_year } else { &pupils };
            let decision = (!withdraws).then(|| decision.to_owned());
            Ok(Some((resolve::pupil(listed, pupil)?.file.clone(), decision)))
        }))?;
        let decisions = decisions.into_iter().flatten().collect();
        let wish = DecisionsWish { class, date, number: self.number, decisions, others };
        let decided = finals::decide(&mut recorder.workplace()?, &wish)?;
        told(&wish, decided)
    }
}

/// Says what was recorded, what stood before it, and whom «все» did not mean.
fn told(wish: &DecisionsWish, decided: DecisionsDone) -> Result<ExitCode> {
    let DecisionsDone { done, pupils, changed, left_out } = decided;
    let withdrawn = changed.iter().filter(|change| change.becomes.is_none()).count();
    let what = match (pupils - withdrawn, withdrawn) {
        (set, 0) => format!("{}: решений педагогического совета записано {set}", wish.class),
        (0, withdrawn) => format!("{}: решений педагогического совета отозвано {withdrawn}", wish.class),
        (set, withdrawn) => {
            format!("{}: решений педагогического совета записано {set}, отозвано {withdrawn}", wish.class)
        }
    };
    let was = |standing: &StandingDecision| {
        let Decided { date, number, decision } = &standing.decision;
        format!("«{decision}» ({}, протокол № {number})", format_date(*date))
    };
    let status = if done.is_nothing() && !left_out.is_empty() {
        println!("Ничего не изменено: «все» — это те, о ком решения ещё нет.");
        ExitCode::SUCCESS
    } else {
        say(done, &what)?
    };
    for ChangedDecision { was: standing, becomes } in &changed {
        let now = becomes.as_ref().map_or_else(|| "отозвано".to_owned(), |words| format!("«{words}»"));
        println!("  {} ({}): {now}, было {}", standing.name.full(), standing.file, was(standing));
    }
    if !left_out.is_empty() {
        println!("Решение о них уже другое, оно осталось; чтобы изменить его, назовите ученика:");
        let line = |of: &StandingDecision| println!("  {} ({}): {}", of.name.full(), of.file, was(of));
        left_out.iter().for_each(line);
    }
    Ok(status)
}
