//! Rules for pupils, their classes and groups (§3.3.1), and for putting right what was recorded of them by mistake.

use super::people::known_class;
use super::resting::{Resting, bound_book};
use super::{Context, known_pupil, text};
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::journal::entry::{
    EnrolmentCorrected, Entry, GroupAnnulled, GroupSet, PupilAnnulled, PupilEnrolled, PupilLeft, PupilMoved,
    PupilRenumbered, PupilSet, StayIn,
};
use crate::journal::read::{self, Membership, Pupil, Tables};
use crate::school::{ClassName, CourseKey, Sex, Stay, alike, format_date, same_word};
use chrono::{Datelike, NaiveDate};
use rusqlite::{OptionalExtension, params};
use std::collections::HashSet;

/// From which rules on a second pupil of one name and birthday, and a change that leaves marks behind, are asked about.
const ASKED_SINCE: u32 = 2;

/// A pupil with a file, a name and a plausible age, who is not somebody whom the journal has already.
pub fn pupil(context: &Context<'_>, entry: &Entry, set: &PupilSet, warnings: &mut Vec<Warning>) -> Result<()> {
    text::is_given(&set.file, "номер личного дела")?;
    text::is_given(&set.name.surname, "фамилия")?;
    text::is_given(&set.name.given, "имя")?;
    let age = context.school.year.begins.year() - set.born.year();
    if !(4..=30).contains(&age) {
        return Err(Error::input(format!("дата рождения {} неправдоподобна для ученика", format_date(set.born)))
            .next("проверьте день, месяц и год"));
    }
    let known = read::pupil(context.tables, &set.file)?;
    if known.as_ref().is_none_or(|known| known.listed_sex != set.sex || known.name != set.name) {
        warnings.extend(unlike_the_patronymic(set));
    }
    if entry.rules < ASKED_SINCE {
        return Ok(());
    }
    if known.is_none() {
        is_nobodys_file(context.tables, &set.file, None)?;
    }
    let Some(twin) = twin(context.tables, set, known.as_ref())? else { return Ok(()) };
    let what =
        format!("{}, {}: такой ученик уже есть, личное дело «{}»", twin.name.full(), format_date(set.born), twin.file);
    if set.another {
        warnings.push(what.into());
        return Ok(());
    }
    Err(Error::input(what)
        .next("проверьте, не он ли это")
        .then_by("если это другой ученик с тем же именем и днём рождения, укажите это", Action::Give(Detail::Another)))
}

/// That the list says another sex than the patronymic.
fn unlike_the_patronymic(set: &PupilSet) -> Option<Warning> {
    let (listed, told) = (set.sex?, Sex::told_by(&set.name)?);
    let what = format!(
        "{}, личное дело «{}»: пол «{}», а отчество говорит другое",
        set.name.full(),
        set.file,
        listed.as_str()
    );
    (listed != told).then(|| Warning::from(what).next("в бумагах слова будут по полу; проверьте, верно ли он указан"))
}

/// Another pupil of this name and birthday; nobody where nothing of the name and the birthday changes.
pub fn twin(tables: &Tables, set: &PupilSet, known: Option<&Pupil>) -> Result<Option<Pupil>> {
    if let Some(known) = known
        && known.name == set.name
        && read::born(tables, &known.file)? == Some(set.born)
    {
        return Ok(None);
    }
    let own = known.map(|known| known.id);
    let alike = read::pupils_born(tables, set.born)?;
    Ok(alike.into_iter().find(|other| Some(other.id) != own && other.name.may_be(&set.name)))
}

/// A number is nobody's, never was, and is not taken for another on paper, but for those of the file itself.
fn is_nobodys_file(tables: &Tables, file: &str, own: Option<&Pupil>) -> Result<()> {
    if let Some(pupil) = read::pupil(tables, file)? {
        let former = if pupil.file == *file { "" } else { " (прежний номер)" };
        return Err(Error::refused(format!("личное дело «{file}» уже есть: {}{former}", pupil.name.full()))
            .next_by("посмотрите номера", Action::ListPupils));
    }
    if read::is_former_file(tables, file)? {
        return Err(Error::refused(format!("номер «{file}» уже был у другого личного дела и снова не выдаётся"))
            .next("укажите другой номер"));
    }
    let mut numbers = tables.prepare_cached("SELECT file FROM pupils UNION ALL SELECT file FROM pupil_aliases")?;
    let numbers = numbers.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let is_own = |number: &str| own.is_some_and(|pupil| pupil.is_named(number));
    match numbers.iter().find(|number| !is_own(number) && alike(number) == alike(file)) {
        Some(other) => {
            Err(Error::refused(format!("номер «{file}» не отличить на бумаге от номера «{other}», он уже есть"))
                .next_by("проверьте номер: регистр, пробелы и вид тире различием не считаются", Action::ListPupils))
        }
        None => Ok(()),
    }
}

/// A pupil joins a class, being in no other on that day.
pub fn enrolment(context: &Context<'_>, enrolled: &PupilEnrolled) -> Result<()> {
    let tables = context.tables;
    known_class(tables, &enrolled.class)?;
    let pupil = known_pupil(tables, &enrolled.file)?;
    let year = &context.school.year;
    if !(year.begins..=year.ends).contains(&enrolled.since) {
        return Err(Error::input(format!("дата зачисления {} вне учебного года", format_date(enrolled.since)))
            .next(format!("укажите день с {} по {}", format_date(year.begins), format_date(year.ends))));
    }
    let sql = "SELECT class FROM enrolments WHERE pupil = ?1 AND (until IS NULL OR until > ?2) ORDER BY since";
    let class: Option<String> = tables
        .prepare_cached(sql)?
        .query_row(params![pupil.id, read::iso(enrolled.since)], |row| row.get(0))
        .optional()?;
    let Some(class) = class else { return Ok(()) };
    Err(Error::refused(format!("{} уже учится в классе {class}", read::name_of(tables, &pupil)?))
        .next_by("если ученик переходит в другой класс, запишите перевод", Action::MovePupil)
        .then_by("если класс внесён ошибочно, исправьте его", Action::CorrectClass)
        .then_by("если ученик уходил и вернулся, сначала запишите выбытие", Action::LeavePupil))
}

/// A pupil leaves the class he is in.
pub fn leaving(context: &Context<'_>, entry: &Entry, left: &PupilLeft, warnings: &mut Vec<Warning>) -> Result<()> {
    let tables = context.tables;
    let pupil = known_pupil(tables, &left.file)?;
    let sql = "SELECT 1 FROM enrolments WHERE pupil = ?1 AND until IS NULL AND since < ?2";
    if !tables.prepare_cached(sql)?.exists(params![pupil.id, read::iso(left.until)])? {
        if let [(_, stay)] = &read::stays_of(tables, pupil.id)?[..]
            && stay.until.is_none()
        {
            let (name, since) = (read::name_of(tables, &pupil)?, format_date(stay.since));
            let until = format_date(left.until);
            return Err(Error::refused(format!(
                "{name} {} с {since}: выбыть {until} ещё не может",
                pupil.agree("зачислен")
            ))
            .next_by("если ученик так и не пришёл, аннулируйте запись о нём", Action::AnnulPupil)
            .then("если пришёл, укажите день после первого дня в классе"));
        }
        return Err(Error::refused(format!(
            "{} на {} не учится в школе",
            read::name_of(tables, &pupil)?,
            format_date(left.until)
        ))
        .next_by("проверьте дату; записанный день выбытия исправляется", Action::CorrectLeaving));
    }
    leaves_nothing(context, entry, &pupil, left.until, left.despite, warnings)
}

/// A pupil moves to another class of the school, leaving his own on that day.
pub fn moving(context: &Context<'_>, entry: &Entry, moved: &PupilMoved, warnings: &mut Vec<Warning>) -> Result<()> {
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
    let stays = read::stays_of(tables, pupil.id)?;
    match class {
        None if stays.last().is_some_and(|(_, stay)| stay.since == moved.since && stay.until.is_none()) => {
            let now = stays.last().map(|(class, _)| class.to_string()).unwrap_or_default();
            Err(Error::refused(format!(
                "{name} и так с {} в {now}: второй перевод в тот же день",
                format_date(moved.since)
            ))
            .next_by("если класс записан ошибочно, исправьте его", Action::CorrectClass))
        }
        None => Err(Error::refused(format!("{name} до {} не учится в школе", format_date(moved.since)))
            .next_by("проверьте дату или сначала зачислите его", Action::EnrollPupil)
            .then_by("класс, внесённый ошибочно, исправляется", Action::CorrectClass)),
        Some(class) if class == moved.class.to_string() => {
            Err(Error::refused(format!("{name} уже учится в {class}"))
                .next("проверьте класс; переводить никуда не нужно"))
        }
        Some(_) => leaves_nothing(context, entry, &pupil, moved.since, moved.despite, warnings),
    }
}

/// What a pupil leaves behind from a day on, by marks and absences that stand, is meant to be left.
fn leaves_nothing(
    context: &Context<'_>,
    entry: &Entry,
    pupil: &Pupil,
    day: NaiveDate,
    despite: bool,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    if entry.rules < ASKED_SINCE {
        return Ok(());
    }
    let left = Resting::after(context.tables, pupil, (day, None), None)?.with_finals_after(context, pupil, day)?;
    left_behind(&left, pupil, day, despite, warnings)
}

fn left_behind(
    left: &Resting,
    pupil: &Pupil,
    day: NaiveDate,
    despite: bool,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    if left.is_nothing() {
        return Ok(());
    }
    let name = pupil.name.surname_given();
    let what = format!("{name}: с {} уже стоят записи: {}", format_date(day), left.in_words());
    if despite {
        warnings.push(format!("{what}; они остаются").into());
        return Ok(());
    }
    Err(Error::input(what)
        .next("проверьте день")
        .then_by("если они верны и остаются, подтвердите", Action::Give(Detail::Despite)))
}

/// A group of pupils of the class, from a day on or for the year.
pub fn group(context: &Context<'_>, entry: &Entry, set: &GroupSet, warnings: &mut Vec<Warning>) -> Result<()> {
    let tables = context.tables;
    known_class(tables, &set.class)?;
    text::is_given(&set.group, "название группы")?;
    let year = &context.school.year;
    if let Some(since) = set.since
        && !(year.begins..=year.ends).contains(&since)
    {
        return Err(Error::input(format!("дата {} вне учебного года {}", format_date(since), year.name))
            .next("укажите день, с которого действует состав группы"));
    }
    if entry.rules >= ASKED_SINCE {
        is_no_other_group(tables, set)?;
    }
    let (mut seen, mut members) = (HashSet::new(), HashSet::new());
    for file in &set.members {
        let pupil = known_pupil(tables, file)?;
        let sql = "SELECT 1 FROM enrolments WHERE pupil = ?1 AND class = ?2 AND (until IS NULL OR until > ?3)";
        let since = set.since.map(read::iso).unwrap_or_default();
        if !tables.prepare_cached(sql)?.exists(params![pupil.id, set.class.to_string(), since])? {
            return Err(Error::input(format!("{} ({file}) не из {}", read::name_of(tables, &pupil)?, set.class))
                .next("проверьте фамилию и класс"));
        }
        if !seen.insert(pupil.file.clone()) {
            return Err(Error::input(format!("{} ({file}) указан в группе дважды", read::name_of(tables, &pupil)?))
                .next("назовите каждого один раз"));
        }
        members.insert(pupil.id);
    }
    if entry.rules < ASKED_SINCE {
        return Ok(());
    }
    gone(context, set, &members, warnings)?;
    twice(context, set, &members, warnings)
}

/// Groups of a class differ in more than case or «ё».
fn is_no_other_group(tables: &Tables, set: &GroupSet) -> Result<()> {
    let known = read::memberships(tables, &set.class)?;
    let other = known.iter().find(|of| of.group != set.group && same_word(&of.group, &set.group));
    other.map_or(Ok(()), |other| {
        Err(Error::refused(format!("«{}» — та же группа, что «{}»", set.group, other.group))
            .next("пишите её так же, как она уже записана"))
    })
}

/// Who is not in the group any more leaves no marks there while he is not, unless it is meant so.
fn gone(context: &Context<'_>, set: &GroupSet, members: &HashSet<i64>, warnings: &mut Vec<Warning>) -> Result<()> {
    let tables = context.tables;
    let goes = |of: &Membership| {
        of.group == set.group && !members.contains(&of.pupil) && set.since.is_none_or(|since| of.covers(since))
    };
    let all = read::memberships(tables, &set.class)?;
    if !all.iter().any(goes) {
        return Ok(());
    }
    let of_class = read::pupils_of_class(tables, &set.class)?;
    for of in all.iter().filter(|of| goes(of)) {
        let Some(pupil) = of_class.iter().find(|pupil| pupil.id == of.pupil) else { continue };
        let first = set.since.or(of.since).unwrap_or(context.school.year.begins);
        let left = Resting::after(tables, pupil, (first, of.until), Some((&set.class, &set.group)))?;
        left_behind(&left, pupil, first, set.despite, warnings)?;
    }
    Ok(())
}

/// Who is in two groups that share a subject has two teachers of it; that is told.
fn twice(context: &Context<'_>, set: &GroupSet, members: &HashSet<i64>, warnings: &mut Vec<Warning>) -> Result<()> {
    let tables = context.tables;
    let day = set.since.unwrap_or(context.school.year.begins);
    let courses = read::courses_of(tables, &set.class)?;
    let subjects: HashSet<&str> =
        courses.iter().filter(|of| of.key.group == set.group).map(|of| of.key.subject.as_str()).collect();
    let shares = |group: &str| {
        courses
            .iter()
            .any(|of| of.key.group == group && of.key.group != set.group && subjects.contains(&*of.key.subject))
    };
    for other in read::memberships(tables, &set.class)? {
        let goes_on = other.until.is_none_or(|until| until > day);
        if !members.contains(&other.pupil) || !goes_on || !shares(&other.group) {
            continue;
        }
        let key = CourseKey { class: set.class.clone(), group: String::new(), subject: String::new() };
        let roster = read::members_of_course(tables, &key, day, context.school.year.ends)?;
        if let Some(pupil) = roster.iter().find(|pupil| pupil.id == other.pupil) {
            let name = read::name_of(tables, pupil)?;
            let what = format!("{name} состоит и в группе «{}», у неё тот же предмет", other.group);
            let leaves = Action::LeaveGroup {
                class: set.class.to_string(),
                group: other.group.to_string(),
                file: pupil.file.to_string(),
                since: format_date(day),
            };
            warnings.push(Warning::from(what).next_by("если ученик перешёл, уберите его из неё", leaves));
        }
    }
    Ok(())
}

/// A group is taken back while no course is taught to it.
pub fn annulment_of_group(context: &Context<'_>, annulled: &GroupAnnulled) -> Result<()> {
    let GroupAnnulled { class, group, reason } = annulled;
    let tables = context.tables;
    text::is_given(reason, "причина")?;
    text::fits(reason, "причина")?;
    known_class(tables, class)?;
    if !read::memberships(tables, class)?.iter().any(|of| of.group == *group) {
        return Err(
            Error::input(format!("в {class} нет группы «{group}»")).next_by("посмотрите группы", Action::ListPupils)
        );
    }
    let mut courses = read::courses_of(tables, class)?;
    courses.retain(|course| course.key.group == *group);
    let first = courses.first().map(|course| course.key.clone());
    let courses: Vec<String> = courses.into_iter().map(|course| course.key.subject).collect();
    if !courses.is_empty() {
        let what = format!("группу «{group}» {class} аннулировать нельзя: у неё есть курсы: {}", courses.join(", "));
        return Err(Error::refused(what).next_by("сначала аннулируйте эти курсы", Action::AnnulCourse(first)));
    }
    bound_book(tables, [class])
}

/// A pupil is taken back while nothing rests on him.
pub fn annulment(context: &Context<'_>, annulled: &PupilAnnulled) -> Result<()> {
    let tables = context.tables;
    let pupil = known_pupil(tables, &annulled.file)?;
    text::is_given(&annulled.reason, "причина")?;
    text::fits(&annulled.reason, "причина")?;
    let stays = read::stays_of(tables, pupil.id)?;
    bound_book(tables, stays.iter().map(|(class, _)| class))?;
    Resting::on(tables, &pupil)?.refuse(&format!("{} ({})", read::name_of(tables, &pupil)?, pupil.file))
}

/// A personal file gets a number that is nobody else's and never was.
pub fn renumbering(context: &Context<'_>, renumbered: &PupilRenumbered) -> Result<()> {
    let tables = context.tables;
    let PupilRenumbered { file, becomes, reason } = renumbered;
    let pupil = known_pupil(tables, file)?;
    text::is_given(becomes, "номер личного дела")?;
    text::fits(reason, "причина")?;
    if pupil.file == *becomes {
        return Err(Error::input(format!("у {} и так личное дело «{becomes}»", read::name_of(tables, &pupil)?))
            .next("менять нечего; проверьте номер"));
    }
    if !pupil.is_named(becomes) {
        is_nobodys_file(tables, becomes, Some(&pupil))?;
    }
    bound_book(tables, read::stays_of(tables, pupil.id)?.iter().map(|(class, _)| class))
}

/// What a pupil's last stay should have been: no day of it is in another class too, and nothing rests on the days that
/// it loses, but what stands after an earlier day of leaving or moving and is meant to stay.
pub fn correction_of_enrolment(
    context: &Context<'_>,
    corrected: &EnrolmentCorrected,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let EnrolmentCorrected { file, was, becomes, reason, despite } = corrected;
    let (tables, year) = (context.tables, &context.school.year);
    let pupil = known_pupil(tables, file)?;
    let name = read::name_of(tables, &pupil)?;
    text::fits(reason, "причина")?;
    known_class(tables, &becomes.class)?;
    let before = read::stays_of(tables, pupil.id)?;
    let last = before.last().map(|(class, stay)| StayIn::of(class.clone(), *stay));
    if last.as_ref() != Some(was) {
        let stands = last.map_or_else(|| pupil.agree("не зачислен"), |last| last.in_words());
        return Err(Error::refused(format!("{name}: в журнале стоит: {stands}"))
            .next_by("посмотрите, что записано", Action::ListPupils));
    }
    if was == becomes {
        return Err(Error::input(format!("{name}: это уже так записано, исправлять нечего"))
            .next("проверьте, что вы хотели изменить"));
    }
    if !(year.begins..=year.ends).contains(&becomes.since) {
        return Err(Error::input(format!("дата зачисления {} вне учебного года", format_date(becomes.since)))
            .next(format!("укажите день с {} по {}", format_date(year.begins), format_date(year.ends))));
    }
    if becomes.until.is_some_and(|until| until <= becomes.since) {
        return Err(Error::input(format!("{name}: день выбытия раньше дня зачисления или тот же"))
            .next("проверьте дни")
            .then_by("кто не приходил вовсе, аннулируется", Action::AnnulPupil));
    }
    let after = after(&before, was, becomes);
    if let Some(pair) = after.windows(2).find(|pair| pair[0].1.until.is_none_or(|until| until > pair[1].1.since)) {
        let other = StayIn::of(pair[0].0.clone(), pair[0].1).in_words();
        return Err(Error::refused(format!("{name}: в эти дни {} в другом классе: {other}", pupil.agree("учился")))
            .next("проверьте дату зачисления"));
    }
    bound_book(tables, differing(&before, &after))?;
    let lost = Resting::between(context, &pupil, &before, &after)?;
    let may_stay = Resting::between(context, &pupil, &before, &ending_as_late(&before, &after))?.is_nothing();
    if *despite && may_stay {
        if !lost.is_nothing() {
            warnings.push(format!("{name}: после этого дня стоят записи: {}; они остаются", lost.in_words()).into());
        }
        return Ok(());
    }
    lost.refuse(&format!("{name} ({}), {}", pupil.file, was.in_words())).map_err(|error| match may_stay {
        true => error.then_by("или, если они верны и остаются, подтвердите", Action::Give(Detail::Despite)),
        false => error,
    })
}

/// The stays `after`, each ending no earlier than that which began on its day in its class did `before`: what is lost even
/// so is not lost by leaving or moving earlier.
fn ending_as_late(before: &[(ClassName, Stay)], after: &[(ClassName, Stay)]) -> Vec<(ClassName, Stay)> {
    let was = |of: &(ClassName, Stay)| before.iter().find(|(class, stay)| *class == of.0 && stay.since == of.1.since);
    let longer = |of: &(ClassName, Stay)| {
        let until = match was(of) {
            Some((_, stay)) => stay.until.and_then(|was| of.1.until.map(|until| until.max(was))),
            None => of.1.until,
        };
        (of.0.clone(), Stay { until, ..of.1 })
    };
    after.iter().map(longer).collect()
}

/// The stays as the correction leaves them: the one before the last ends where this one begins, as it did.
fn after(before: &[(ClassName, Stay)], was: &StayIn, becomes: &StayIn) -> Vec<(ClassName, Stay)> {
    let mut after: Vec<(ClassName, Stay)> = before[..before.len().saturating_sub(1)].to_vec();
    let mut last = (becomes.class.clone(), becomes.stay());
    if let Some((class, stay)) = after.last_mut()
        && stay.until == Some(was.since)
    {
        if *class == becomes.class {
            last.1.since = stay.since;
            after.pop();
        } else {
            stay.until = Some(becomes.since);
        }
    }
    // A move from the very first day of the stay before leaves nothing of it.
    after.retain(|(_, stay)| stay.until.is_none_or(|until| stay.since < until));
    after.push(last);
    after
}

/// The classes in which the two say different days.
fn differing<'s>(before: &'s [(ClassName, Stay)], after: &'s [(ClassName, Stay)]) -> HashSet<&'s ClassName> {
    let apart = |one: &'s [(ClassName, Stay)], other: &'s [(ClassName, Stay)]| {
        one.iter().filter(|stay| !other.contains(stay)).map(|(class, _)| class).collect::<Vec<_>>()
    };
    apart(before, after).into_iter().chain(apart(after, before)).collect()
}

#[cfg(test)]
mod tests;
