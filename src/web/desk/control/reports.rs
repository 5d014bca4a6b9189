//! «Отчёты»: what reports there are, and what each is made of (§3.3.5, §4.3).

use super::bars::Bars;
use crate::error::{Error, Result};
use crate::inform::{call_list, last_told};
use crate::report::progress::By;
use crate::report::table::Table;
use crate::report::{self, Filter, When};
use crate::school::{Day, PeriodName};
use crate::web::desk::page::{Frame, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::{informed, lesson};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/reports";

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Успеваемость.
    Progress,
    /// Посещаемость.
    Attendance,
    /// Накопляемость.
    Coverage,
    /// Ведение журнала.
    Discipline,
    /// План и факт.
    Plan,
    /// Прогноз итоговых.
    Forecast,
    /// Не записанные уроки.
    Missing,
    /// Кого не было и кому звонить.
    Absent,
    /// Когда и как сообщали родителям.
    Informing,
}

/// A part of the form that a report is narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// By what it is summed up.
    By,
    /// A class.
    Class,
    /// A subject.
    Subject,
    /// A teacher.
    Teacher,
    /// A period; else the current one.
    Period,
    /// Days from one to another; else the year to today.
    Days,
    /// The last day; else today.
    Until,
    /// Those who want for nothing too.
    All,
}

impl Kind {
    /// All reports, in the order of the page.
    pub const ALL: [Self; 9] = [
        Self::Progress,
        Self::Attendance,
        Self::Coverage,
        Self::Forecast,
        Self::Missing,
        Self::Discipline,
        Self::Plan,
        Self::Absent,
        Self::Informing,
    ];

    /// Its name in an address and in the name of a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Progress => "progress",
            Self::Attendance => "attendance",
            Self::Coverage => "coverage",
            Self::Discipline => "discipline",
            Self::Plan => "plan",
            Self::Forecast => "forecast",
            Self::Missing => "missing",
            Self::Absent => "absent",
            Self::Informing => "informing",
        }
    }

    /// The report of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Progress => "Успеваемость",
            Self::Attendance => "Посещаемость",
            Self::Coverage => "Накопляемость отметок",
            Self::Discipline => "Ведение журнала",
            Self::Plan => "План и факт",
            Self::Forecast => "Прогноз итоговых отметок",
            Self::Missing => "Не записанные уроки",
            Self::Absent => "Не были на уроках",
            Self::Informing => "Информирование родителей",
        }
    }

    /// What it tells.
    pub fn about(self) -> &'static str {
        match self {
            Self::Progress => "успеваемость, качество, СОУ, средний балл за период и сколько было в прошлом",
            Self::Attendance => "пропуски по причинам: по классам, а выбранного класса по ученикам",
            Self::Coverage => "хватает ли отметок для итоговых (§2.3.1) и хватит ли к концу периода",
            Self::Discipline => "опоздания с записью, пропуски, заявки, замечания по учителям; что аннулировано",
            Self::Plan => "сколько уроков по плану (КТП), по расписанию и дано",
            Self::Forecast => "итоговые отметки, какими они вышли бы сегодня",
            Self::Missing => "уроки, которые должны быть по расписанию, а в журнале их нет",
            Self::Absent => "кого не было в этот день без известной причины и кому из родителей позвонить",
            Self::Informing => "когда и как родителям сообщали в последний раз, кому ни разу, что не отправлено (§4)",
        }
    }

    /// What those are who are shown only when asked for.
    pub fn others(self) -> &'static str {
        match self {
            Self::Absent => "И те, чья причина известна",
            _ => "И те, у кого хватает",
        }
    }

    /// What its day is called.
    pub fn until(self) -> &'static str {
        match self {
            Self::Absent => "За какой день",
            _ => "По какой день",
        }
    }

    /// What it can be narrowed by.
    pub fn fields(self) -> &'static [Field] {
        use Field::{All, By, Class, Days, Period, Subject, Teacher, Until};
        match self {
            Self::Progress => &[By, Period, Class, Subject, Teacher],
            Self::Attendance => &[Class, Period, Days],
            Self::Coverage => &[Class, Subject, Teacher, Period, All],
            Self::Discipline => &[Class, Subject, Teacher, Period, Days],
            Self::Plan => &[Class, Subject, Teacher],
            Self::Forecast => &[Class, Subject, Teacher, Period],
            Self::Missing => &[Class, Subject, Teacher, Until],
            Self::Absent => &[Class, Until, All],
            Self::Informing => &[Class],
        }
    }
}

/// What a report is asked about.
pub struct Scope {
    /// By what it is summed up.
    pub by: By,
    /// The courses.
    pub filter: Filter,
    /// The period that is named.
    pub period: Option<PeriodName>,
    /// The days.
    pub when: When,
    /// The day on which it is asked.
    pub today: Day,
    /// The last day.
    pub until: Day,
    /// Those who want for nothing too.
    pub all: bool,
}

/// A report as it was made.
pub struct Made {
    /// Its table.
    pub table: Table,
    /// A second table, where it has one.
    pub more: Option<Table>,
    /// Its chart, where one says something.
    pub bars: Option<Bars>,
}

impl From<Table> for Made {
    fn from(table: Table) -> Self {
        Self { table, more: None, bars: None }
    }
}

/// Makes a report.
///
/// # Errors
/// The database's; what lies beside the journal is not on a stick.
pub fn made(sitting: &Sitting, kind: Kind, scope: &Scope) -> Result<Made> {
    let journal = &sitting.seat.journal;
    let tables = journal.tables();
    let Scope { by, filter, when, today, .. } = scope;
    let period = scope.period.as_deref();
    Ok(match kind {
        Kind::Progress => {
            let rows = report::progress::progress(tables, filter, *by, period)?;
            Made { bars: progress(&rows), ..report::progress::table(&rows, *by).into() }
        }
        Kind::Attendance => {
            // Who misses is told of a class as a whole, or of its pupils; it is nobody's course.
            let filter = Filter { subject: None, teacher: None, ..filter.clone() };
            let rows = report::attendance::attendance(tables, &filter, when)?;
            Made { bars: attendance(&rows), ..report::attendance::table(&rows).into() }
        }
        Kind::Coverage => {
            let mut rows = report::coverage::coverage(tables, filter, period, *today)?;
            rows.retain(|row| scope.all || row.state.needs_care());
            report::coverage::table(&rows).into()
        }
        Kind::Discipline => {
            let rows = report::discipline::discipline(tables, filter, when, *today)?;
            let annulled = report::discipline::annulled(tables, filter, when)?;
            let more = (!annulled.is_empty()).then(|| report::discipline::annulled_table(&annulled));
            Made { more, ..report::discipline::table(&rows).into() }
        }
        Kind::Plan => report::plan::table(&report::plan::plan(tables, filter, *today)?).into(),
        Kind::Forecast => {
            let rows = report::forecast::forecast(tables, filter, None, period, *today)?;
            report::forecast::table(&rows).into()
        }
        Kind::Absent | Kind::Informing if sitting.seat.stick.is_some() => {
            return Err(Error::input("контактов родителей на носителе нет").next("откройте отчёт за компьютером школы"));
        }
        Kind::Absent => {
            let rows = informed::absent(journal, filter.class.as_ref(), scope.until, scope.all)?;
            call_list::table(&rows).into()
        }
        Kind::Informing => {
            let rows = informed::informing(journal, filter.class.as_ref(), sitting.seat.clock.now())?;
            last_told::table(&rows).into()
        }
        Kind::Missing => {
            let rows = lesson::missing(tables, filter.clone(), None, scope.until)?;
            report::missing::table(&rows).into()
        }
    })
}

/// The same measure as on paper (`print/forms/analytics`): успеваемость and качество side by side.
fn progress(rows: &[report::progress::Row]) -> Option<Bars> {
    let bars = rows.iter().map(|row| {
        let name = if rows.iter().any(|other| other.period != row.period) {
            format!("{}, {}", row.name, row.period)
        } else {
            row.name.clone()
        };
        (name, vec![row.success.percent(), row.quality.percent()])
    });
    let title = "Диаграмма успеваемости и качества знаний".to_owned();
    Bars::of(title, &["успеваемость", "качество знаний"], 100.0, bars.collect())
}

/// How much of their lessons the classes missed; of pupils a table says more.
fn attendance(rows: &[report::attendance::Row]) -> Option<Bars> {
    if rows.iter().any(|row| !row.pupil.is_empty()) {
        return None;
    }
    let bars: Vec<_> = rows.iter().map(|row| (row.class.clone(), vec![row.missed.percent()])).collect();
    let most = bars.iter().filter_map(|(_, values)| values.first().copied().flatten()).fold(1.0, f64::max);
    Bars::of("Диаграмма пропущенных уроков, в процентах от бывших".to_owned(), &["пропущено"], most, bars)
}

#[derive(Template)]
#[template(path = "desk/pages/control/reports.html")]
struct Page {
    frame: Frame,
    reports: [Kind; 9],
}

/// `GET /reports`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    let page = |sitting: &mut Sitting| {
        Ok(Page { frame: Frame::of(sitting, "Отчёты".to_owned(), ADDRESS.to_owned())?, reports: Kind::ALL })
    };
    shown(desk.ask(page).await)
}
