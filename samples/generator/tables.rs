//! The tables of IMPORT.md, one function each.
//!
//! In the sample a class is not spelled the same in every file, dates come in
//! both forms, and three files have another dialect: what schools bring is like
//! that, and the sample is what the import is first tried on.

use std::io;
use std::path::Path;

use crate::calendar::{self, Date, ENDS};
use crate::curriculum::SUBJECTS;
use crate::finals::{self, Final};
use crate::marks::{self, Page};
use crate::names;
use crate::random::Rng;
use crate::school::{Class, Course, Pupil, School};
use crate::topics::Planned;
use crate::write::{Dialect, Table};
use crate::year::{CourseYear, Year};

const WEEKDAYS: [&str; 5] = ["пн", "вт", "ср", "чт", "пт"];

pub fn write_all(dir: &Path, school: &School, year: &Year, seed: u64) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("school.toml"), calendar::school_toml())?;
    staff(school).save(&dir.join("staff.csv"))?;
    subjects(school).save(&dir.join("subjects.csv"))?;
    classes(school).save(&dir.join("classes.csv"))?;
    pupils(school).save(&dir.join("pupils.csv"))?;
    groups(school).save(&dir.join("groups.csv"))?;
    courses(school).save(&dir.join("courses.csv"))?;
    timetable(school).save(&dir.join("timetable.csv"))?;
    plans(school, year).save(&dir.join("plans.csv"))?;
    lessons(school, year).save(&dir.join("lessons.csv"))?;
    reasons(school, year).save(&dir.join("reasons.csv"))?;
    contacts(school, seed).save(&dir.join("contacts.csv"))?;
    grid(dir, school, year, seed)
}

fn place(school: &School, course: &Course) -> [String; 3] {
    let group = school.group_name(course).to_string();
    [school.class_of(course).name(), group, SUBJECTS[course.subject].name.to_string()]
}

fn staff(school: &School) -> Table {
    let dialect = if school.is_sample { Dialect::Windows1251 } else { Dialect::Semicolon };
    let mut table = Table::new(dialect, &["Логин", "Фамилия", "Имя", "Отчество", "Должность", "МО", "Роли"]);
    for t in &school.staff {
        let roles = t.roles.join(", ");
        table.row(&[&t.login, &t.surname, &t.name, &t.patronymic, &t.post, &t.association, &roles]);
    }
    table
}

fn subjects(school: &School) -> Table {
    let dialect = if school.is_sample { Dialect::Tab } else { Dialect::Semicolon };
    let headings = ["Предмет", "Краткое название", "Методическое объединение", "Письменные работы"];
    let mut table = Table::new(dialect, &headings);
    for (index, subject) in SUBJECTS.iter().enumerate() {
        if school.courses.iter().any(|c| c.subject == index) {
            let written = if subject.written { "да" } else { "нет" };
            table.row(&[subject.name, subject.short, subject.association, written]);
        }
    }
    table
}

fn classes(school: &School) -> Table {
    let mut table = Table::new(Dialect::Semicolon, &["Класс", "Классный руководитель"]);
    for class in &school.classes {
        table.row(&[&class.name(), &school.staff[class.class_teacher].login]);
    }
    table
}

fn pupils(school: &School) -> Table {
    let headings = ["Личное дело", "Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Зачислен", "Выбыл"];
    let mut table = Table::new(Dialect::Semicolon, &headings);
    for (class, pupil) in everyone(school) {
        let spell = |name: &str| {
            if pupil.decomposed { name.replace('й', "и\u{306}") } else { name.to_string() }
        };
        table.row(&[
            pupil.file.clone(),
            class.name(),
            spell(&pupil.surname),
            spell(&pupil.name),
            spell(&pupil.patronymic),
            pupil.born.dotted(),
            pupil.enrolled.dotted(),
            pupil.left.map_or_else(String::new, Date::dotted),
        ]);
    }
    table
}

fn everyone(school: &School) -> impl Iterator<Item = (&Class, &Pupil)> {
    school.classes.iter().flat_map(|class| class.pupils.iter().map(move |pupil| (class, pupil)))
}

fn groups(school: &School) -> Table {
    let mut table = Table::new(Dialect::Semicolon, &["Класс", "Группа", "Личное дело"]);
    for class in &school.classes {
        let name = if school.is_sample { format!("{} «{}»", class.grade, class.letter) } else { class.name() };
        for group in &class.groups {
            for member in &group.members {
                table.row(&[&name, group.name, &class.pupils[*member].file]);
            }
        }
    }
    table
}

fn courses(school: &School) -> Table {
    let headings = ["Класс", "Группа", "Предмет", "Учитель", "Часов в неделю"];
    let mut table = Table::new(Dialect::Semicolon, &headings);
    for course in &school.courses {
        let [class, group, subject] = place(school, course);
        table.row(&[class, group, subject, school.staff[course.teacher].login.clone(), course.hours.to_string()]);
    }
    table
}

fn timetable(school: &School) -> Table {
    let mut table = Table::new(Dialect::Semicolon, &["Класс", "Группа", "Предмет", "День", "Урок"]);
    for course in &school.courses {
        let [class, group, subject] = place(school, course);
        // «А» as a Latin letter and «Б» after a hyphen: both are read as the class they look like.
        let class = if school.is_sample { class.replace('А', "A").replace('Б', "-Б") } else { class };
        for slot in &course.slots {
            let lesson = (slot.lesson + 1).to_string();
            table.row(&[&*class, &group, &subject, WEEKDAYS[slot.day], &lesson]);
        }
    }
    table
}

fn plans(school: &School, year: &Year) -> Table {
    let headings = ["Класс", "Группа", "Предмет", "№", "Тема", "Вид работы", "Домашнее задание"];
    let mut table = Table::new(Dialect::Semicolon, &headings);
    for (course, of_year) in school.courses.iter().zip(&year.courses) {
        let [class, group, subject] = place(school, course);
        for (index, planned) in of_year.plan.iter().enumerate() {
            let number = (index + 1).to_string();
            let Planned { topic, work, homework } = planned;
            table.row(&[&class, &group, &subject, &number, topic, work, homework]);
        }
    }
    table
}

fn lessons(school: &School, year: &Year) -> Table {
    let headings = ["Класс", "Группа", "Предмет", "Дата", "Урок", "Тема", "Вид работы", "Домашнее задание", "Замена"];
    let mut table = Table::new(Dialect::Semicolon, &headings);
    for (course, of_year) in school.courses.iter().zip(&year.courses) {
        let [class, group, subject] = place(school, course);
        for (lesson, planned) in of_year.lessons.iter().zip(&of_year.plan) {
            let (date, number) = (lesson.date.dotted(), (lesson.slot.lesson + 1).to_string());
            let substitute = lesson.substitute.map_or("", |teacher| &school.staff[teacher].login);
            let Planned { topic, work, homework } = planned;
            table.row(&[&*class, &group, &subject, &date, &number, topic, work, homework, substitute]);
        }
    }
    table
}

fn reasons(school: &School, year: &Year) -> Table {
    let mut table = Table::new(Dialect::Semicolon, &["Личное дело", "С", "По", "Причина", "Документ"]);
    for (class, absences) in school.classes.iter().zip(&year.absences) {
        for (pupil, spans) in class.pupils.iter().zip(absences) {
            for span in spans {
                if let Some(reason) = span.reason {
                    table.row(&[&pupil.file, &span.from.dotted(), &span.to.dotted(), reason, &span.document]);
                }
            }
        }
    }
    table
}

/// `marks.csv`, `finals.csv` and the decisions that follow from them.
fn grid(dir: &Path, school: &School, year: &Year, seed: u64) -> io::Result<()> {
    let headings = ["Класс", "Группа", "Предмет", "Дата", "Урок", "Личное дело", "Отметка"];
    let mut cells = Table::new(Dialect::Semicolon, &headings);
    let headings = ["Класс", "Группа", "Предмет", "Личное дело", "Период", "Отметка"];
    let mut periods = Table::new(Dialect::Semicolon, &headings);
    let mut failed: Vec<Vec<usize>> = school.classes.iter().map(|c| vec![0; c.pupils.len()]).collect();
    for (index, course) in school.courses.iter().enumerate() {
        let page = marks::page(school, year, index, seed);
        push_cells(&mut cells, school, course, &year.courses[index], &page);
        let [class, group, subject] = place(school, course);
        for Final { pupil, period, mark } in finals::of(school, course, &year.courses[index], &page, seed) {
            let file = &school.class_of(course).pupils[pupil].file;
            periods.row(&[&*class, &group, &subject, file, period, &mark]);
            failed[course.class][pupil] += usize::from(period == finals::YEAR && mark == "2");
        }
    }
    cells.save(&dir.join("marks.csv"))?;
    periods.save(&dir.join("finals.csv"))?;
    decisions(school, &failed).save(&dir.join("decisions.csv"))
}

fn push_cells(table: &mut Table, school: &School, course: &Course, year: &CourseYear, page: &Page) {
    let [class, group, subject] = place(school, course);
    let pupils = &school.class_of(course).pupils;
    for (lesson, row) in year.lessons.iter().zip(&page.cells) {
        let (date, number) = (lesson.date.dotted(), (lesson.slot.lesson + 1).to_string());
        for (member, cell) in page.members.iter().zip(row) {
            if let Some(text) = cell.text() {
                table.row(&[&class, &group, &subject, &date, &number, &pupils[*member].file, &text]);
            }
        }
    }
}

fn decisions(school: &School, failed: &[Vec<usize>]) -> Table {
    let mut table = Table::new(Dialect::Semicolon, &["Личное дело", "Дата", "Номер", "Решение"]);
    for (class, failed) in school.classes.iter().zip(failed) {
        for (pupil, failed) in class.pupils.iter().zip(failed).filter(|(p, _)| p.attends(ENDS)) {
            let into = if class.grade == 1 { "во" } else { "в" };
            let next = class.grade + 1;
            let decision = match (class.grade, failed) {
                (9, _) => "выпущен, выдан аттестат об основном общем образовании".to_string(),
                (11, _) => "выпущен, выдан аттестат о среднем общем образовании".to_string(),
                (_, 0) => format!("переведён {into} {next} класс"),
                (_, 1) => format!("переведён условно {into} {next} класс"),
                (grade, _) => format!("оставлен на повторное обучение в {grade} классе"),
            };
            table.row(&[&*pupil.file, &ENDS.iso(), "9", &decision]);
        }
    }
    table
}

fn contacts(school: &School, seed: u64) -> Table {
    const STREETS: [&str; 8] =
        ["Ботвина", "Дьяконова", "Ставского", "Тимирязева", "Мурманская", "Зверева", "Гагарина", "Пионерская"];
    let dialect = if school.is_sample { Dialect::CommaWithMark } else { Dialect::Semicolon };
    let headings = ["Личное дело", "Кто", "ФИО", "Телефон", "E-mail", "Адрес"];
    let mut table = Table::new(dialect, &headings);
    let mut rng = Rng::of(seed, "contacts", 0);
    for (_, pupil) in everyone(school) {
        let street = rng.pick(&STREETS);
        let (house, flat) = (rng.between(1, 60), rng.between(1, 90));
        let address = format!("182100, г. Великие Луки, ул. {street}, д. {house}, кв. {flat}");
        for (who, share) in [("мать", 800), ("бабушка", 250)] {
            if !rng.permille(share) {
                continue;
            }
            let name = names::invent_guardian(&pupil.surname, pupil.female, &mut rng);
            let phone = format!("+7 (900) 000-{:02}-{:02}", rng.between(0, 99), rng.between(0, 99));
            let login = names::login(&pupil.surname);
            let mail =
                if rng.permille(600) { format!("{login}{}@example.com", rng.between(70, 99)) } else { String::new() };
            table.row(&[&*pupil.file, who, &name, &phone, &mail, &address]);
        }
    }
    table
}
