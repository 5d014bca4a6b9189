//! Rules for what the administrator keeps (§3.3.1): people, keys, classes, pupils, groups, courses, timetable, plans.
//! Mostly: a name that is used must be known, and nothing may be there twice.

use super::{Context, known_course, known_pupil, text, two_eyes};
use crate::error::{Action, Error, Result, Warning};
use crate::journal::entry::{
    ClassSet, CourseSet, Entry, GroupSet, JournalCreated, KeyEnrolled, KeyRevoked, Person, PersonDismissed, PlanSet,
    PupilEnrolled, PupilLeft, PupilMoved, PupilSet, SubjectsSet, TimetableSet,
};
use crate::journal::read;
use crate::journal::read::Tables;
use crate::ledger::identity::PublicIdentity;
use crate::school::{ClassName, Role, format_date};
use chrono::Datelike;
use rusqlite::{OptionalExtension, params};
use std::collections::HashSet;

/// The first entry: only the first, by an administrator, about a consistent school.
pub fn first_entry(context: &Context<'_>, created: &JournalCreated) -> Result<()> {
    if context.seq != 1 {
        return Err(Error::refused("журнал уже заведён").next("работайте в нём или укажите другой файл"));
    }
    created.school.check()?;
    person(&created.administrator)?;
    let mut taken = vec![(&created.administrator.login, &created.key)];
    for second in &created.second {
        person(&second.person)?;
        two_eyes::second_person(created, second, context.before)?;
        let (login, key) = (&second.person.login, &second.key);
        if taken.iter().any(|(other, known)| *other == login || known.key() == key.key()) {
            return Err(Error::input(format!("«{login}» назван(а) дважды, или это ключ другого лица"))
                .next("второму лицу нужен свой ключ"));
        }
        taken.push((login, key));
    }
    let Some(emergency) = &created.emergency else { return Ok(()) };
    let emergency = two_eyes::emergency(emergency)?;
    if taken.iter().any(|(_, key)| *key.key() == emergency) {
        return Err(Error::input("аварийный ключ не может быть ключом сотрудника")
            .next("создайте для сотрудника отдельный ключ"));
    }
    Ok(())
}

/// A member of staff.
pub fn person(person: &Person) -> Result<()> {
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    let login = &person.login;
    if login.is_empty() || login.len() > 32 || !login.chars().all(valid) {
        return Err(Error::input(format!("логин «{login}» не годится"))
            .next("логин состоит из строчных латинских букв, цифр, точки, дефиса, подчёркивания, до 32 знаков"));
    }
    text::is_given(&person.name.surname, "фамилия")?;
    text::is_given(&person.name.given, "имя")?;
    text::is_given(&person.position, "должность")?;
    if person.roles.is_empty() || person.roles.iter().collect::<HashSet<_>>().len() != person.roles.len() {
        return Err(Error::input(format!("у «{login}» не указаны роли или роль указана дважды"))
            .next("укажите каждую роль один раз"));
    }
    Ok(())
}

/// A member of staff as changed: an administrator must remain.
pub fn change_of_person(tables: &Tables, changed: &Person) -> Result<()> {
    person(changed)?;
    let administers = read::has_role(tables, &changed.login, Role::Administrator)?;
    if administers && !changed.roles.contains(&Role::Administrator) {
        another_administrator(tables, &changed.login, "")?;
    }
    Ok(())
}

/// Somebody leaves, but not the last administrator, without whom no key could be enrolled any more. What is still in the
/// hands of the dismissed goes into `warnings`.
pub fn dismissal(tables: &Tables, dismissed: &PersonDismissed, warnings: &mut Vec<Warning>) -> Result<()> {
    let person = known_person(tables, &dismissed.login)?;
    if person.dismissed {
        return Err(
            Error::refused(format!("«{}» уже уволен(а)", dismissed.login)).next("больше делать ничего не нужно")
        );
    }
    another_administrator(tables, &dismissed.login, "")?;
    let courses = read::courses_of_teacher(tables, &dismissed.login)?;
    if !courses.is_empty() {
        let names = courses.iter().map(|course| course.key.to_string()).collect::<Vec<_>>().join("; ");
        let left = Warning::from(format!("без учителя остаются курсы: {names}"));
        warnings.push(left.next_by("передайте их", Action::SetCourse));
    }
    for carrier in read::carriers_of(tables, &dismissed.login)? {
        let label = &carrier.label;
        warnings.push(match &carrier.issue {
            Some(_) => Warning::from(format!("носитель «{label}» не сдан (§5.7)"))
                .next_by("примите его", Action::ReturnCarrier { label: label.clone() }),
            None => Warning::from(format!("носитель «{label}» хранится у увольняемого ({})", carrier.place))
                .next_by("передайте его другому", Action::RegisterCarrier),
        });
    }
    Ok(())
}

/// An administrator with a key in force must remain.
fn another_administrator(tables: &Tables, without: &str, without_key: &str) -> Result<()> {
    let sql = "SELECT 1 FROM keys JOIN roles USING (login) JOIN people USING (login)
               WHERE role = ?1 AND revoked_entry IS NULL AND dismissed IS NULL AND login <> ?2 AND fingerprint <> ?3";
    if tables.prepare_cached(sql)?.exists(params![Role::Administrator.word(), without, without_key])? {
        return Ok(());
    }
    Err(Error::refused("в журнале не осталось бы администратора с действующим ключом")
        .next("сначала назначьте другого администратора и внесите его ключ"))
}

/// A key for somebody who works here, which is nobody's yet.
pub fn enrolment_of_key(context: &Context<'_>, entry: &Entry, enrolled: &KeyEnrolled) -> Result<()> {
    let tables = context.tables;
    if known_person(tables, &enrolled.login)?.dismissed {
        return Err(Error::refused(format!("«{}» уволен(а), ключ не вносится", enrolled.login))
            .next("сначала внесите сотрудника заново"));
    }
    is_nobodys_key(tables, &enrolled.key)?;
    two_eyes::is_possessed(context, entry.rules, enrolled)
}

/// A key that nobody has yet, and that is no recovery key.
pub(super) fn is_nobodys_key(tables: &Tables, key: &PublicIdentity) -> Result<()> {
    let recipient = key.recipient();
    let sql = "SELECT 1 FROM recovery_keys WHERE recipient = ?1";
    if tables.prepare_cached(sql)?.exists([recipient])? {
        return Err(Error::refused("это ключ восстановления архива: он ничего не подписывает и не вносится")
            .next("внесите личный ключ сотрудника"));
    }
    let sql = "SELECT 1 FROM keys WHERE fingerprint = ?1 OR recipient = ?2";
    if tables.prepare_cached(sql)?.exists(params![key.fingerprint(), recipient])? {
        return Err(Error::refused("этот ключ уже внесён в журнал").next_by("создайте новый", Action::MakeKey));
    }
    Ok(())
}

/// A key in force is revoked, but not the last administrator's.
pub fn revocation(tables: &Tables, revoked: &KeyRevoked) -> Result<()> {
    text::is_given(&revoked.reason, "причина отзыва ключа")?;
    match read::key(tables, &revoked.fingerprint)? {
        None => Err(Error::input(format!("ключ {} не внесён в журнал", revoked.fingerprint))
            .next("сверьте отпечаток со списком ключей")),
        Some(key) if key.revoked_at.is_some() => {
            Err(Error::refused("ключ уже отозван").next("больше делать ничего не нужно"))
        }
        Some(_) => another_administrator(tables, "", &revoked.fingerprint),
    }
}

fn known_person(tables: &Tables, login: &str) -> Result<read::Staff> {
    read::staff(tables, login)?.ok_or_else(|| {
        Error::input(format!("сотрудника «{login}» нет в журнале"))
            .next_by("проверьте логин по списку сотрудников", Action::ListStaff)
    })
}

/// Somebody who works here in a role.
pub(super) fn known_teacher(tables: &Tables, login: &str, role: Role) -> Result<()> {
    known_person(tables, login)?;
    if read::has_role(tables, login, role)? {
        return Ok(());
    }
    Err(Error::input(format!("у «{login}» нет роли «{}»", role.word())).next("добавьте роль этому сотруднику"))
}

/// Subjects with names, none twice.
pub fn subjects(set: &SubjectsSet) -> Result<()> {
    let mut seen = HashSet::new();
    for subject in &set.subjects {
        text::is_given(&subject.name, "название предмета")?;
        text::is_given(&subject.short, "краткое название предмета")?;
        if !seen.insert(&subject.name) {
            return Err(Error::input(format!("предмет «{}» указан дважды", subject.name)).next("оставьте одну строку"));
        }
    }
    Ok(())
}

/// A class whose teacher, if named, is one.
pub fn class(tables: &Tables, set: &ClassSet) -> Result<()> {
    if set.teacher.is_empty() { Ok(()) } else { known_teacher(tables, &set.teacher, Role::ClassTeacher) }
}

/// A pupil with a file, a name and a plausible age.
pub fn pupil(context: &Context<'_>, set: &PupilSet) -> Result<()> {
    text::is_given(&set.file, "номер личного дела")?;
    text::is_given(&set.name.surname, "фамилия")?;
    text::is_given(&set.name.given, "имя")?;
    let age = context.school.year.begins.year() - set.born.year();
    if !(4..=30).contains(&age) {
        return Err(Error::input(format!("дата рождения {} неправдоподобна для ученика", format_date(set.born)))
            .next("проверьте день, месяц и год"));
    }
    Ok(())
}

/// A pupil joins a class, being in no other on that day.
pub fn enrolment(context: &Context<'_>, enrolled: &PupilEnrolled) -> Result<()> {
    let tables = context.tables;
    known_class(tables, &enrolled.class)?;
    let pupil = known_pupil(tables, &enrolled.file)?;
    let year = &context.school.year;
    if !(year.begins..=year.ends).contains(&enrolled.since) {
        return Err(Error::input(format!("дата зачисления {} вне учебного года", format_date(enrolled.since)))
            .next("проверьте дату; она должна быть в учебном году"));
    }
    let sql = "SELECT 1 FROM enrolments WHERE pupil = ?1 AND (until IS NULL OR until > ?2)";
    if tables.prepare_cached(sql)?.exists(params![pupil.id, read::iso(enrolled.since)])? {
        return Err(Error::refused(format!("{} уже учится в классе", read::name_of(tables, &pupil)?))
            .next("сначала запишите выбытие из прежнего класса"));
    }
    Ok(())
}

/// A pupil leaves the class he is in.
pub fn leaving(tables: &Tables, left: &PupilLeft) -> Result<()> {
    let pupil = known_pupil(tables, &left.file)?;
    let sql = "SELECT 1 FROM enrolments WHERE pupil = ?1 AND until IS NULL AND since < ?2";
    if !tables.prepare_cached(sql)?.exists(params![pupil.id, read::iso(left.until)])? {
        return Err(Error::refused(format!(
            "{} на {} не учится в школе",
            read::name_of(tables, &pupil)?,
            format_date(left.until)
        ))
        .next("проверьте дату и личное дело; выбытие записывается тому, кто учится"));
    }
    Ok(())
}

/// A pupil moves to another class of the school, leaving his own on that day.
pub fn moving(context: &Context<'_>, moved: &PupilMoved) -> Result<()> {
    let tables = context.tables;
    known_class(tables, &moved.class)?;
    let pupil = known_pupil(tables, &moved.file)?;
    let year = &context.school.year;
    if !(year.begins..=year.ends).contains(&moved.since) {
        return Err(Error::input(format!("дата перевода {} вне учебного года", format_date(moved.since)))
            .next("проверьте дату; она должна быть в учебном году"));
    }
    let sql = "SELECT class FROM enrolments WHERE pupil = ?1 AND until IS NULL AND since < ?2";
    let class: Option<String> = tables
        .prepare_cached(sql)?
        .query_row(params![pupil.id, read::iso(moved.since)], |row| row.get(0))
        .optional()?;
    let name = read::name_of(tables, &pupil)?;
    match class {
        None => Err(Error::refused(format!("{name} до {} не учится в школе", format_date(moved.since)))
            .next_by("проверьте дату или сначала зачислите его", Action::EnrollPupil)),
        Some(class) if class == moved.class.to_string() => {
            Err(Error::refused(format!("{name} уже учится в {class}"))
                .next("проверьте класс; переводить никуда не нужно"))
        }
        Some(_) => Ok(()),
    }
}

/// A group of pupils of the class.
pub fn group(tables: &Tables, set: &GroupSet) -> Result<()> {
    known_class(tables, &set.class)?;
    text::is_given(&set.group, "название группы")?;
    let mut seen = HashSet::new();
    for file in &set.members {
        let pupil = known_pupil(tables, file)?;
        let sql = "SELECT 1 FROM enrolments WHERE pupil = ?1 AND class = ?2";
        if !tables.prepare_cached(sql)?.exists(params![pupil.id, set.class.to_string()])? {
            return Err(Error::input(format!("{} ({file}) не из {}", read::name_of(tables, &pupil)?, set.class))
                .next("проверьте фамилию и класс"));
        }
        if !seen.insert(file) {
            return Err(Error::input(format!("{} ({file}) указан в группе дважды", read::name_of(tables, &pupil)?))
                .next("назовите каждого один раз"));
        }
    }
    Ok(())
}

/// A course of a known class, group, subject and teacher.
pub fn course(tables: &Tables, set: &CourseSet) -> Result<()> {
    known_class(tables, &set.course.class)?;
    if !tables.prepare_cached("SELECT 1 FROM subjects WHERE name = ?1")?.exists([&set.course.subject])? {
        return Err(Error::input(format!("предмета «{}» нет в списке", set.course.subject))
            .next("добавьте предмет (subjects.csv)"));
    }
    if !set.course.group.is_empty() {
        let sql = "SELECT 1 FROM group_members WHERE class = ?1 AND grp = ?2";
        if !tables.prepare_cached(sql)?.exists(params![set.course.class.to_string(), set.course.group])? {
            return Err(Error::input(format!("в {} нет группы «{}»", set.course.class, set.course.group))
                .next("добавьте состав группы (groups.csv)"));
        }
    }
    if !(set.hours > 0.0 && set.hours <= 40.0) {
        return Err(Error::input(format!("часов в неделю {}: так не бывает", set.hours))
            .next("укажите число больше 0 и не больше 40"));
    }
    known_teacher(tables, &set.teacher, Role::Teacher)
}

/// Lessons in the week, none twice, from a day of the year on.
pub fn timetable(context: &Context<'_>, set: &TimetableSet) -> Result<()> {
    known_course(context.tables, &set.course)?;
    let year = &context.school.year;
    if let Some(since) = set.since
        && !(year.begins..=year.ends).contains(&since)
    {
        return Err(Error::input(format!("дата {} вне учебного года {}", format_date(since), year.name))
            .next("укажите день, с которого действует расписание"));
    }
    let mut seen = HashSet::new();
    for slot in &set.slots {
        if !(1..=7).contains(&slot.weekday) || !(1..=15).contains(&slot.lesson) || !seen.insert(slot) {
            return Err(Error::input(format!("в расписании «{}» неверный или повторный урок", set.course))
                .next("проверьте дни и номера уроков"));
        }
    }
    Ok(())
}

/// A plan with numbered lines, each with a topic.
pub fn plan(tables: &Tables, set: &PlanSet) -> Result<()> {
    known_course(tables, &set.course)?;
    let mut last = 0;
    for line in &set.lines {
        text::is_given(&line.topic, "тема")?;
        text::fits(&line.topic, "тема")?;
        text::fits(&line.homework, "домашнее задание")?;
        if line.no <= last {
            return Err(Error::input(format!("план «{}»: номер {} не по порядку", set.course, line.no))
                .next("пронумеруйте уроки подряд"));
        }
        last = line.no;
    }
    Ok(())
}

pub(super) fn known_class(tables: &Tables, class: &ClassName) -> Result<()> {
    if tables.prepare_cached("SELECT 1 FROM classes WHERE name = ?1")?.exists([class.to_string()])? {
        return Ok(());
    }
    Err(Error::input(format!("класс {class} не заведён в журнале"))
        .next("проверьте класс; классы заводит администратор"))
}
