//! Rules for what the administrator keeps (§3.3.1): people, keys, classes, courses, timetable, plans.
//! Mostly: a name that is used must be known, and nothing may be there twice.

use super::{Context, backup, known_course, text, two_eyes};
use crate::error::{Action, Error, Result, Warning};
use crate::journal::entry::{
    ClassSet, CourseSet, Entry, JournalCreated, KeyEnrolled, KeyRevoked, Person, PersonDismissed, PlanSet,
    SubjectAnnulled, SubjectLine, SubjectsSet,
};
use crate::journal::read;
use crate::journal::read::Tables;
use crate::ledger::identity::PublicIdentity;
use crate::school::{ClassName, CourseKey, Role, same_word};
use rusqlite::params;
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
    backup::service_alone(person)
}

/// A member of staff as changed: an administrator must remain. What stays with somebody who has no role for it any more goes
/// into `warnings`.
pub fn change_of_person(tables: &Tables, changed: &Person, warnings: &mut Vec<Warning>) -> Result<()> {
    person(changed)?;
    backup::service_stays(tables, changed)?;
    let administers = read::has_role(tables, &changed.login, Role::Administrator)?;
    if administers && !changed.roles.contains(&Role::Administrator) {
        another_administrator(tables, &changed.login, "")?;
    }
    let standing = read::roles_of(tables, &changed.login)?;
    let loses = |role: Role| standing.contains(&role) && !changed.roles.contains(&role);
    let (login, word) = (&changed.login, Role::word);
    if loses(Role::ClassTeacher) {
        let mut classes = Vec::new();
        for class in read::classes(tables)? {
            if read::class_teacher(tables, &class)?.is_some_and(|teacher| *teacher == **login) {
                classes.push(class);
            }
        }
        if let Some(class) = classes.first().cloned() {
            let names = classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let what = format!("«{login}» без роли «{}», а классы остаются за ним: {names}", word(Role::ClassTeacher));
            warnings.push(Warning::from(what).next_by("назначьте им другого", Action::SetClassTeacher { class }));
        }
    }
    let courses = read::courses_of_teacher(tables, login)?;
    if loses(Role::Teacher) && !courses.is_empty() {
        let names = courses.iter().map(|course| course.key.to_string()).collect::<Vec<_>>().join("; ");
        let what = format!("«{login}» без роли «{}», а курсы остаются за ним: {names}", word(Role::Teacher));
        warnings.push(Warning::from(what).next_by("передайте их", Action::SetCourse));
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
    super::strand::nothing_is_left(tables, dismissed)?;
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
                .next_by("примите его", super::carrier::taking_back(tables, &carrier)?),
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
pub fn revocation(tables: &Tables, revoked: &KeyRevoked, warnings: &mut Vec<Warning>) -> Result<()> {
    text::is_given(&revoked.reason, "причина отзыва ключа")?;
    match read::key(tables, &revoked.fingerprint)? {
        None => Err(Error::input(format!("ключ {} не внесён в журнал", revoked.fingerprint))
            .next("сверьте отпечаток со списком ключей")),
        Some(key) if key.revoked_at.is_some() => {
            Err(Error::refused("ключ уже отозван").next("больше делать ничего не нужно"))
        }
        Some(_) => {
            another_administrator(tables, "", &revoked.fingerprint)?;
            super::strand::of_revoked(tables, &revoked.fingerprint, None, warnings)
        }
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
    let mut roles = read::roles_of(tables, login)?;
    if roles.contains(&role) {
        return Ok(());
    }
    roles.push(role);
    let roles = Action::SetRoles { login: login.to_owned(), roles: roles.into_iter().map(Role::word).collect() };
    Err(Error::input(format!("у «{login}» нет роли «{}»", role.word()))
        .next_by("если он им станет, добавьте роль этому сотруднику", roles))
}

/// Since these rules two names that only differ in case or «ё» are one.
const TOLD_APART: u32 = 2;

/// Subjects with names, none twice, and none that only differs from another in case or «ё».
pub fn subjects(tables: &Tables, entry: &Entry, set: &SubjectsSet) -> Result<()> {
    let mut seen = HashSet::new();
    for subject in &set.subjects {
        text::is_given(&subject.name, "название предмета")?;
        text::is_given(&subject.short, "краткое название предмета")?;
        if !seen.insert(&subject.name) {
            return Err(Error::input(format!("предмет «{}» указан дважды", subject.name)).next("оставьте одну строку"));
        }
    }
    if entry.rules < TOLD_APART {
        return Ok(());
    }
    let known = read::subjects(tables)?;
    for subject in &set.subjects {
        let other = |other: &&SubjectLine| other.name != subject.name && same_word(&other.name, &subject.name);
        if let Some(other) = known.iter().chain(&set.subjects).find(other) {
            let what = format!("«{}» — тот же предмет, что «{}»", subject.name, other.name);
            return Err(Error::refused(what).next("пишите его так же, как он уже записан"));
        }
    }
    Ok(())
}

/// A subject that was entered by mistake goes while nothing rests on it.
pub fn annulment_of_subject(tables: &Tables, annulled: &SubjectAnnulled) -> Result<()> {
    let name = &annulled.subject;
    text::is_given(&annulled.reason, "причина")?;
    text::fits(&annulled.reason, "причина")?;
    if read::subject(tables, name)?.is_none() {
        return Err(Error::input(format!("предмета «{name}» нет в журнале")).next("проверьте предмет"));
    }
    let sql = "SELECT class, grp, subject FROM courses WHERE subject = ?1 ORDER BY class, grp";
    let courses: Vec<CourseKey> = tables.all("курс", sql, [name], |row| row.course())?;
    if let Some(first) = courses.first() {
        let all: Vec<String> = courses.iter().map(ToString::to_string).collect();
        let what = format!("предмет «{name}» аннулировать нельзя, по нему есть курсы: {}", all.join("; "));
        return Err(
            Error::refused(what).next_by("сначала аннулируйте эти курсы", Action::AnnulCourse(Some(first.clone())))
        );
    }
    let exempt: u64 = tables
        .prepare_cached("SELECT count(*) FROM exemptions WHERE subject = ?1")?
        .query_row([name], |row| row.get(0))?;
    if exempt > 0 {
        let what = format!("предмет «{name}» аннулировать нельзя, от него записаны освобождения: {exempt}");
        return Err(Error::refused(what).next("сначала классный руководитель отменяет их"));
    }
    Ok(())
}

/// A class whose teacher, if named, is one.
pub fn class(tables: &Tables, set: &ClassSet) -> Result<()> {
    if set.teacher.is_empty() { Ok(()) } else { known_teacher(tables, &set.teacher, Role::ClassTeacher) }
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
