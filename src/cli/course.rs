//! `letopis course`: subjects, classes, courses and their timetable: the teaching load (§3.3.1).

use super::absence::day;
use super::days::Days;
use super::recorder::{Recorder, WhichCourse, say};
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::journal::read::annulments;
use crate::journal::read::timetable::Timetable;
use crate::journal::{read, resolve};
use crate::school::{ClassName, CourseKey, WEEKDAYS_SHORT, format_date};
use crate::work::courses::{self, Outcome, Standing, Wish};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Course {
    /// Завести курс, передать его другому учителю, изменить часы
    #[command(visible_alias = "задать")]
    Set(Set),
    /// Курсы класса или все
    #[command(visible_alias = "список")]
    List {
        /// Класс: 7А
        #[arg(value_name = "КЛАСС")]
        class: Option<String>,
    },
    /// Задать уроки курса в неделе, с начала года или с указанного дня
    #[command(visible_alias = "расписание")]
    Timetable {
        #[command(flatten)]
        course: WhichCourse,
        /// Уроки: «пн 2» «ср 4»; «нет» — в расписании курса больше нет
        #[arg(value_name = "ДЕНЬ УРОК", required = true)]
        slots: Vec<String>,
        /// С какого дня действует
        #[arg(long, visible_alias = "с", value_name = "ДАТА")]
        since: Option<String>,
        /// Записать, хотя у класса, группы или учителя в это время другой урок, это воскресенье или такого звонка нет
        #[arg(long, visible_alias = "несмотря")]
        despite: bool,
    },
    /// Расписание класса на неделю
    #[command(visible_alias = "неделя")]
    Week {
        /// Класс: 7А
        #[arg(value_name = "КЛАСС")]
        class: String,
        /// Неделя, в которую входит этот день; иначе текущая
        #[arg(value_name = "ДАТА")]
        date: Option<String>,
    },
    /// Внести предмет, изменить сведения о нём или аннулировать предмет, внесённый по ошибке
    #[command(visible_alias = "предмет")]
    Subject(Subject),
    /// Завести класс, назначить классного руководителя или аннулировать класс, заведённый по ошибке
    #[command(visible_alias = "класс")]
    Class(Class),
    /// Аннулировать курс, заведённый по ошибке: если на нём ничего не держится
    #[command(visible_alias = "аннулировать")]
    Annul {
        #[command(flatten)]
        course: WhichCourse,
        /// Причина
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
    },
}

#[derive(Args)]
pub struct Set {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Предмет
    #[arg(value_name = "ПРЕДМЕТ")]
    subject: String,
    /// Группа, если класс делится на группы
    #[arg(long, visible_alias = "группа", value_name = "ГРУППА", default_value = "")]
    group: String,
    /// Логин учителя
    #[arg(long, visible_alias = "учитель", value_name = "ЛОГИН")]
    teacher: Option<String>,
    /// Часов в неделю
    #[arg(long, visible_alias = "часов", value_name = "ЧАСЫ")]
    hours: Option<f64>,
}

#[derive(Args)]
pub struct Class {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Логин классного руководителя
    #[arg(long, visible_alias = "учитель", value_name = "ЛОГИН", required_unless_present = "annul")]
    teacher: Option<String>,
    /// Аннулировать класс, заведённый по ошибке: если в нём никого и ничего нет
    #[arg(long, visible_alias = "аннулировать", requires = "reason", conflicts_with = "teacher")]
    annul: bool,
    /// Почему он аннулируется
    #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА", requires = "annul")]
    reason: Option<String>,
}

#[derive(Args)]
pub struct Subject {
    /// Название
    #[arg(value_name = "ПРЕДМЕТ")]
    name: String,
    /// Краткое название для узких столбцов; иначе само название
    #[arg(long, visible_alias = "кратко", value_name = "КРАТКО")]
    short: Option<String>,
    /// Методическое объединение
    #[arg(long, visible_alias = "объединение", value_name = "МО")]
    association: Option<String>,
    /// Есть ли по предмету письменные работы (§2.3.1): да или нет
    #[arg(long, visible_alias = "письменные", value_name = "ДА/НЕТ")]
    written: Option<String>,
    /// Аннулировать предмет, внесённый по ошибке: если по нему нет ни курсов, ни освобождений
    #[arg(long, visible_alias = "аннулировать", requires = "reason", conflicts_with_all = ["short", "association", "written"])]
    annul: bool,
    /// Почему он аннулируется
    #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА", requires = "annul")]
    reason: Option<String>,
}

impl Course {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Set(set) => set.run(common),
            Self::List { class } => list(common, class),
            Self::Timetable { course, slots, since, despite } => timetable(common, &course, &slots, since, despite),
            Self::Week { class, date } => week(common, &class, date),
            Self::Subject(subject) => subject.run(common),
            Self::Class(class) => class.run(common),
            Self::Annul { course, reason } => {
                let mut recorder = Recorder::open(common)?;
                let course = course.find(recorder.tables(), None)?.key;
                let what = annulments::course_in_words(recorder.tables(), &course)?;
                let done = courses::annul(&mut recorder.workplace()?, &course, &reason)?;
                say(done, &format!("Курс «{course}» аннулирован: {what}"))
            }
        }
    }
}

impl Class {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        if self.annul {
            let class = resolve::class(recorder.tables(), &self.class)?;
            let what = annulments::class_in_words(recorder.tables(), &class)?;
            let done = courses::annul_class(&mut recorder.workplace()?, &class, &self.reason.unwrap_or_default())?;
            return say(done, &format!("Класс {class} аннулирован: {what}"));
        }
        let (class, teacher) = (ClassName::parse(&self.class)?, self.teacher.unwrap_or_default());
        let set = courses::set_class(&mut recorder.workplace()?, class.clone(), &teacher)?;
        let was = match set.before.filter(|before| !before.is_empty()) {
            Some(before) => format!(" (был(а) «{before}»)"),
            None => String::new(),
        };
        say(set.done, &format!("{class}: классный руководитель «{teacher}»{was}"))
    }
}

impl Set {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let class = resolve::class(recorder.tables(), &self.class)?;
        let subject = resolve::subject(recorder.tables(), &self.subject)?;
        let course = CourseKey { class, group: self.group, subject };
        let wish = Wish { course, teacher: self.teacher, hours: self.hours };
        let lacks = |course: CourseKey, what: &str| {
            Err(Error::input(format!("курс «{course}» новый: не указано {what}")).next("укажите и повторите"))
        };
        match courses::set(&mut recorder.workplace()?, wish)? {
            Outcome::NoTeacher(course) => lacks(course, "--teacher"),
            Outcome::NoHours(course) => lacks(course, "--hours"),
            Outcome::Set(standing) => {
                let Standing { done, course, teacher, hours, before, hours_before } = *standing;
                let hours_were = hours_before.map(|before| format!(" (было {before})")).unwrap_or_default();
                let what = match before {
                    Some(before) => {
                        let changed =
                            if hours_were.is_empty() { String::new() } else { format!(", часов {hours}") };
                        format!(
                            "Курс «{course}» передан: был «{before}», теперь «{teacher}»{changed}{hours_were}; отметки остаются"
                        )
                    }
                    None => format!("Курс «{course}»: учитель «{teacher}», часов в неделю {hours}{hours_were}"),
                };
                say(done, &what)
            }
        }
    }
}

fn list(common: &Common, class: Option<String>) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let classes = match class {
        Some(typed) => vec![resolve::class(tables, &typed)?],
        None => read::classes(tables)?,
    };
    let mut rows = Vec::new();
    for class in classes {
        for course in read::courses_of(tables, &class)? {
            let before = read::teachers_of_course(tables, course.id)?;
            let before: Vec<String> = before
                .into_iter()
                .filter(|(teacher, _)| *teacher != course.teacher)
                .map(|(teacher, since)| format!("{teacher} (с {})", day(common, since)))
                .collect();
            let CourseKey { class, group, subject } = course.key;
            rows.push(vec![
                class.to_string().into(),
                group.into(),
                subject.into(),
                course.teacher.into(),
                course.hours.into(),
                before.into(),
            ]);
        }
    }
    let columns = [
        ("class", "Класс"),
        ("group", "Группа"),
        ("subject", "Предмет"),
        ("teacher", "Учитель"),
        ("hours", "Часов в неделю"),
        ("before", "Прежние учителя"),
    ];
    screen::list(common.json, &columns, rows);
    Ok(ExitCode::SUCCESS)
}

fn timetable(
    common: &Common,
    which: &WhichCourse,
    typed: &[String],
    since: Option<String>,
    despite: bool,
) -> Result<ExitCode> {
    let mut recorder = Recorder::open(common)?;
    let course = which.find(recorder.tables(), None)?;
    let slots = match typed {
        [word] if crate::school::fold(word) == "нет" => Vec::new(),
        _ => typed.iter().map(|text| courses::slot(text)).collect::<Result<Vec<_>>>()?,
    };
    let since = Days::of(recorder.tables())?.given(since.as_deref())?;
    let from = since.map(|day| format!(" с {}", format_date(day))).unwrap_or_default();
    let begins = recorder.school()?.year.begins;
    let weeks = Timetable::of(recorder.tables(), course.id)?;
    let before = weeks.weeks().iter().find(|(day, _)| *day == since.unwrap_or(begins)).map(|(_, week)| week);
    let was = before.map(|week| format!(" (было: {})", courses::in_words(week))).unwrap_or_default();
    let what = format!("{}: уроков в неделю {}{from}{was}", course.key, slots.len());
    say(courses::set_timetable(&mut recorder.workplace()?, &course, since, slots, despite)?, &what)
}

fn week(common: &Common, class: &str, date: Option<String>) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let class = resolve::class(tables, class)?;
    let today = read::school(tables)?.day_of(session::now());
    let date = Days::of(tables)?.given(date.as_deref())?.unwrap_or(today);
    let mut slots = Vec::new();
    for course in read::courses_of(tables, &class)? {
        for slot in Timetable::of(tables, course.id)?.week(date) {
            slots.push((*slot, course.key.clone(), course.teacher.clone()));
        }
    }
    slots.sort();
    let rows = slots.into_iter().map(|(slot, key, teacher)| {
        let weekday = WEEKDAYS_SHORT.get(usize::from(slot.weekday).wrapping_sub(1)).copied().unwrap_or_default();
        vec![weekday.into(), slot.lesson.into(), key.subject.into(), key.group.into(), teacher.into()]
    });
    let columns =
        [("weekday", "День"), ("lesson", "Урок"), ("subject", "Предмет"), ("group", "Группа"), ("teacher", "Учитель")];
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}

impl Subject {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let Self { name, short, association, written, annul, reason } = self;
        if annul {
            let name = resolve::subject(recorder.tables(), &name)?;
            let done = courses::annul_subject(&mut recorder.workplace()?, &name, &reason.unwrap_or_default())?;
            return say(done, &format!("Предмет «{name}» аннулирован"));
        }
        let written = match written.as_deref().map(crate::school::fold).as_deref() {
            None => None,
            Some("да") => Some(true),
            Some("нет") => Some(false),
            Some(other) => return Err(Error::input(format!("«{other}» не «да» и не «нет»")).next("укажите да или нет")),
        };
        let subject = courses::Subject { name, short, association, written };
        let courses::SubjectDone { done, now, before } = courses::set_subject(&mut recorder.workplace()?, &subject)?;
        let what = match before {
            None => format!("Предмет «{}» записан: {}", now.name, of_subject(&now)),
            Some(before) => {
                format!("Предмет «{}»: было {}; стало {}", now.name, of_subject(&before), of_subject(&now))
            }
        };
        say(done, &what)
    }
}

/// «кратко «Алг.», МО естественных наук, письменные работы есть».
fn of_subject(subject: &courses::SubjectLine) -> String {
    let association = match subject.association.as_str() {
        "" => "объединения нет".to_owned(),
        name => format!("объединение «{name}»"),
    };
    let written = if subject.written {
        "письменные работы есть"
    } else {
        "письменных работ нет"
    };
    format!("кратко «{}», {association}, {written}", subject.short)
}
