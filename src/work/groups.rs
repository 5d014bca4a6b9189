//! Groups of a class (§3.3.1): who belongs to one, and from which day on.
//!
//! A group without lessons is made for the whole year. Who comes to it from another group with the same subject comes on
//! the day he left that one, so that what he has there stands in a note and is counted as of a pupil who changed groups.

use super::{Done, Workplace};
use crate::error::{Result, Warning};
use crate::journal::entry::{Body, GroupAnnulled, GroupSet};
use crate::journal::read::{self, Membership, Pupil, Tables};
use crate::school::{ClassName, Day, clean, format_date};
use std::collections::{BTreeMap, BTreeSet};

/// From which day on a group is as it is set now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// The first day; nothing where it is so for the whole year.
    pub day: Option<Day>,
    /// That the day was said, and is nobody's conclusion.
    pub is_said: bool,
    /// Whether the group has had lessons.
    pub has_lessons: bool,
}

/// Who belongs to a group, by personal files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// These and nobody else.
    All(Vec<String>),
    /// These come to it (`true`) or leave it, in this order.
    Changes(Vec<(String, bool)>),
}

impl Members {
    /// Who belongs to the group then, after those who did.
    fn after(&self, standing: &[String]) -> Vec<String> {
        let (mut members, steps) = match self {
            Self::All(files) => (Vec::new(), files.iter().map(|file| (file.clone(), true)).collect()),
            Self::Changes(steps) => (standing.to_vec(), steps.clone()),
        };
        for (file, comes) in steps {
            match comes {
                false => members.retain(|member| *member != file),
                true if members.contains(&file) => {}
                true => members.push(file),
            }
        }
        members
    }
}

/// The day from which on a group changes: the one that is said, else today, once it has had lessons. No day where the
/// group is made, or made otherwise, for the whole year.
///
/// # Errors
/// Tables that do not read.
pub fn group_changes_on(place: &Workplace<'_>, class: &ClassName, group: &str, said: Option<Day>) -> Result<Since> {
    let (group, year, today) = (clean(group)?, place.school()?.year, place.today()?);
    let has_lessons = had_lessons(place.tables(), class, &group)?;
    let all = read::memberships(place.tables(), class)?;
    let has_days = all.iter().any(|of| of.group == group && (of.since.is_some() || of.until.is_some()));
    let day = match said {
        Some(day) => day,
        None if has_lessons => today.clamp(year.begins, year.ends),
        None => year.begins,
    };
    let day = (day != year.begins || has_lessons || has_days).then_some(day);
    Ok(Since { day, is_said: said.is_some(), has_lessons })
}

fn had_lessons(tables: &Tables, class: &ClassName, group: &str) -> Result<bool> {
    for course in read::courses_of(tables, class)?.iter().filter(|course| course.key.group == group) {
        if !read::lessons_of(tables, course.id)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Those of whom a group of the class can be made from a day on, or where none is said from the year's first: who is in it on that
/// day and who comes later; without a day also whoever is in it today.
///
/// # Errors
/// Tables that do not read.
pub fn of_class_on(place: &Workplace<'_>, class: &ClassName, since: Option<Day>) -> Result<Vec<Pupil>> {
    let year = place.school()?.year;
    let day = since.unwrap_or_else(|| place.today().map_or(year.begins, |today| today)).clamp(year.begins, year.ends);
    read::members_of_class(place.tables(), class, day, year.ends)
}

/// Sets who belongs to a group, from a day on or for the whole year. `despite` says that marks which somebody who leaves
/// it has there from that day on are to stay. Gives how many belong to it then.
///
/// # Errors
/// Text that cannot be printed; what a right or a rule refuses.
pub fn set_group(
    place: &mut Workplace<'_>,
    class: &ClassName,
    group: &str,
    wish: &Members,
    since: Since,
    despite: bool,
) -> Result<(Done, usize)> {
    let group = clean(group)?;
    let plan = Plan::read(place, class, &group, since)?;
    let standing = plan.members_on(since.day);
    let wanted = wish.after(&standing);
    let steps = plan.steps(wish, &standing, &wanted);
    let mut warnings: Vec<Warning> = plan.later(&wanted).into_iter().collect();
    let count = steps.last().map_or(wanted.len(), |(_, members)| members.len());
    let set = |(since, members): (Option<Day>, Vec<String>)| {
        Body::from(GroupSet { class: class.clone(), group: group.clone(), members, since, despite })
    };
    if let Members::All(_) = wish {
        warnings.extend(gone(&plan.pupils, &standing, &wanted));
    }
    warnings.extend(plan.came(&standing, &wanted));
    let bodies: Vec<Body> = steps.into_iter().map(set).collect();
    let mut done = match bodies.is_empty() {
        true => place.stands(set((since.day, wanted)))?,
        false => place.record(bodies)?,
    };
    done.warnings.extend(warnings);
    Ok((done, count))
}

/// What a group's composition is worked out from.
struct Plan {
    pupils: Vec<Pupil>,
    /// Those of the group, past and to come.
    own: Vec<Membership>,
    since: Since,
    begins: Day,
    /// Who comes from another group: from which day on, and from which group.
    from_another: BTreeMap<i64, (Day, String)>,
}

impl Plan {
    fn read(place: &Workplace<'_>, class: &ClassName, group: &str, since: Since) -> Result<Self> {
        let (year, tables) = (place.school()?.year, place.tables());
        let pupils = match since.day {
            Some(day) => read::members_of_class(tables, class, day, year.ends)?,
            None => read::pupils_of_class(tables, class)?,
        };
        let (own, others): (Vec<_>, Vec<_>) =
            read::memberships(tables, class)?.into_iter().partition(|of| of.group == group);
        let from_another = match since.is_said || since.has_lessons {
            true => BTreeMap::new(),
            false => from_another(tables, class, group, &others, place.today()?.clamp(year.begins, year.ends))?,
        };
        Ok(Self { pupils, own, since, begins: year.begins, from_another })
    }

    fn file(&self, pupil: i64) -> Option<String> {
        self.pupils.iter().find(|known| known.id == pupil).map(|known| known.file.to_string())
    }

    fn pupil(&self, file: &str) -> Option<&Pupil> {
        self.pupils.iter().find(|known| known.is_named(file))
    }

    /// Who is in the group on a day, or for the whole year.
    fn members_on(&self, day: Option<Day>) -> Vec<String> {
        let there = self.own.iter().filter(|of| day.is_none_or(|day| of.covers(day)));
        there.filter_map(|of| self.file(of.pupil)).collect()
    }

    /// The day on which a newcomer comes, where that is later than the rest's, and from which group.
    fn comes(&self, file: &str) -> Option<&(Day, String)> {
        let comes = self.from_another.get(&self.pupil(file)?.id)?;
        (comes.0 > self.since.day.unwrap_or(self.begins)).then_some(comes)
    }

    /// The compositions to record, each from its day on: that of the day itself, and one for each later day on which
    /// somebody comes, or on which somebody was to come who is taken out.
    fn steps(&self, wish: &Members, standing: &[String], wanted: &[String]) -> Vec<(Option<Day>, Vec<String>)> {
        let is_late = |file: &String| !standing.contains(file) && self.comes(file).is_some();
        let at_once: Vec<String> = wanted.iter().filter(|file| !is_late(file)).cloned().collect();
        let taken_out: Vec<&String> = match wish {
            Members::Changes(steps) if !self.since.is_said => {
                steps.iter().filter(|(file, comes)| !comes && !wanted.contains(file)).map(|(file, _)| file).collect()
            }
            _ => Vec::new(),
        };
        let first_day = self.since.day.unwrap_or(self.begins);
        let was_to_come = |file: &str, day: Day| {
            let of_him = |of: &&Membership| self.file(of.pupil).as_deref() == Some(file);
            self.own.iter().filter(of_him).any(|of| of.since == Some(day) && day > first_day)
        };
        let mut days: BTreeSet<Day> = BTreeSet::new();
        days.extend(
            wanted.iter().filter(|file| is_late(file)).filter_map(|file| self.comes(file)).map(|(day, _)| *day),
        );
        let later = self.own.iter().filter_map(|of| of.since);
        days.extend(later.filter(|day| taken_out.iter().any(|file| was_to_come(file, *day))));
        let mut steps = Vec::new();
        if !is_same(&at_once, standing) {
            steps.push((self.since.day, at_once.clone()));
        }
        for day in days {
            let mut there = self.members_on(Some(day));
            there.retain(|file| at_once.contains(file) || !standing.contains(file));
            there.extend(at_once.iter().filter(|file| !there.contains(file)).cloned().collect::<Vec<_>>());
            let has_come = |file: &&String| self.comes(file).is_some_and(|(first, _)| *first <= day) && is_late(file);
            let mut members: Vec<String> = there.iter().filter(|file| !taken_out.contains(file)).cloned().collect();
            members.extend(wanted.iter().filter(has_come).filter(|file| !there.contains(file)).cloned());
            if !is_same(&members, &there) {
                steps.push((Some(day), members));
            }
        }
        steps
    }

    /// Who comes from another group, from which day on.
    fn came(&self, standing: &[String], wanted: &[String]) -> Vec<Warning> {
        let newcomers = wanted.iter().filter(|file| !standing.contains(file));
        let told = newcomers.filter_map(|file| {
            let ((day, from), pupil) = (self.comes(file)?, self.pupil(file)?);
            let name = pupil.name.surname_given();
            let what =
                format!("{name} ({}) в группе с {}: до этого дня в группе «{from}»", pupil.file, format_date(*day));
            Some(Warning::from(what).next("если это был другой день, назовите его"))
        });
        told.collect()
    }

    /// That the group changes later, as was said before; this stands.
    fn later(&self, wanted: &[String]) -> Option<Warning> {
        let first_day = self.since.day?;
        let mut changes: Vec<(Day, &str, String)> = Vec::new();
        for of in &self.own {
            let Some(pupil) = self.pupils.iter().find(|pupil| pupil.id == of.pupil) else { continue };
            let is_in = wanted.iter().any(|file| pupil.is_named(file));
            let name = format!("{} ({})", pupil.name.surname_given(), pupil.file);
            if let Some(comes) = of.since.filter(|comes| *comes > first_day && !is_in) {
                changes.push((comes, "приходит", name.clone()));
            }
            if let Some(leaves) = of.until.filter(|leaves| *leaves > first_day && is_in) {
                changes.push((leaves, "уходит", name));
            }
        }
        changes.sort();
        let told: Vec<String> =
            changes.into_iter().map(|(day, what, name)| format!("с {} {what} {name}", format_date(day))).collect();
        (!told.is_empty()).then(|| {
            Warning::from(format!("состав группы меняется и позже, это остаётся: {}", told.join("; ")))
                .next("если и это не так, задайте состав и с того дня")
        })
    }
}

fn is_same(one: &[String], other: &[String]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect::<BTreeSet<_>>()
}

/// Who is or was in another group that had lessons in a subject of this one, from which day on he may be in this one: the
/// day he left that one, or today where he is there still. A group that nothing is taught to yet may get any subject: then
/// only who left another one is meant.
fn from_another(
    tables: &Tables,
    class: &ClassName,
    group: &str,
    others: &[Membership],
    today: Day,
) -> Result<BTreeMap<i64, (Day, String)>> {
    let courses = read::courses_of(tables, class)?;
    let subjects = |of: &str| -> BTreeSet<&str> {
        courses.iter().filter(|course| course.key.group == of).map(|course| &*course.key.subject).collect()
    };
    let own = subjects(group);
    let mut out: BTreeMap<i64, (Day, String)> = BTreeMap::new();
    for of in others {
        let shares = own.is_empty() && of.until.is_some() || !own.is_disjoint(&subjects(&of.group));
        if !shares || !had_lessons(tables, class, &of.group)? {
            continue;
        }
        let day = of.until.unwrap_or(today);
        if out.get(&of.pupil).is_none_or(|(later, _)| *later < day) {
            out.insert(of.pupil, (day, of.group.clone()));
        }
    }
    Ok(out)
}

/// Whom a list that names all of a group leaves out of it.
fn gone(pupils: &[Pupil], standing: &[String], members: &[String]) -> Option<Warning> {
    let is_gone = |pupil: &&Pupil| {
        let is_in = |files: &[String]| files.iter().any(|file| pupil.is_named(file));
        is_in(standing) && !is_in(members)
    };
    let name = |pupil: &Pupil| format!("{} ({})", pupil.name.surname_given(), pupil.file);
    let gone: Vec<String> = pupils.iter().filter(is_gone).map(name).collect();
    (!gone.is_empty())
        .then(|| format!("назван весь состав группы, больше в ней не состоят: {}", gone.join("; ")).into())
}

/// Takes back a group that was made by mistake.
///
/// # Errors
/// Courses that are taught to it; as [`set_group`].
pub fn annul_group(place: &mut Workplace<'_>, class: &ClassName, group: &str, reason: &str) -> Result<Done> {
    let (group, reason) = (clean(group)?, clean(reason)?);
    place.record([GroupAnnulled { class: class.clone(), group, reason }.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::testing::day;
    use crate::school::CourseKey;
    use crate::work::courses;
    use crate::work::lesson::{self, LessonRef, LessonWish};
    use crate::work::testing::{Office, about, algebra, at};

    #[test]
    fn a_group_is_named_as_a_whole_or_by_who_comes_and_goes() {
        let standing = files(&["1", "2"]);
        assert_eq!(Members::All(files(&["3", "1", "3"])).after(&standing), files(&["3", "1"]));
        let steps = [("2", false), ("3", true), ("1", true)].map(|(file, comes)| (file.to_owned(), comes));
        assert_eq!(Members::Changes(steps.to_vec()).after(&standing), files(&["1", "3"]));
        assert_eq!(Members::Changes(Vec::new()).after(&standing), standing);
    }

    /// English in two groups: Алиев and Белов in the first from the beginning, which has had a lesson on 1 September.
    fn office() -> Office {
        let mut office = Office::open();
        let class = ClassName::parse("7А").unwrap();
        let all = Since { day: None, is_said: false, has_lessons: false };
        let (first, second) = (key("1"), key("2"));
        office.ask("ivanova", "2025-09-01T09:00", |place| {
            for (group, members) in [("1", &["А-1", "Б-2"][..]), ("2", &["Г-4"])] {
                set_group(place, &class, group, &Members::All(files(members)), all, false).unwrap();
            }
            let english =
                courses::Subject { name: "Английский язык".into(), ..courses::Subject::default() };
            courses::set_subject(place, &english).unwrap();
            for (course, teacher) in [(&first, "belova"), (&second, "gusev")] {
                let (course, teacher) = (course.clone(), Some(teacher.to_owned()));
                courses::set(place, courses::Wish { course, teacher, hours: Some(3.0) }).unwrap();
            }
        });
        let at = LessonRef { course: first, ..at("2025-09-01", 1) };
        let wish = LessonWish { despite: true, ..about(&at, "Hello") };
        office.ask("belova", "2025-09-01T10:00", |place| lesson::record(place, &wish)).unwrap();
        office
    }

    fn files(files: &[&str]) -> Vec<String> {
        files.iter().map(|file| (*file).to_owned()).collect()
    }

    fn key(group: &str) -> CourseKey {
        CourseKey { group: group.into(), subject: "Английский язык".into(), ..algebra() }
    }

    fn set(office: &mut Office, now: &str, group: &str, wish: Members, said: Option<&str>) -> (Done, usize) {
        let class = ClassName::parse("7А").unwrap();
        office.ask("ivanova", now, |place| {
            let since = group_changes_on(place, &class, group, said.map(day)).unwrap();
            set_group(place, &class, group, &wish, since, false).unwrap()
        })
    }

    fn of_group(office: &Office, group: &str) -> Vec<String> {
        let class = ClassName::parse("7А").unwrap();
        let all = read::pupils_of_class(office, &class).unwrap();
        let name = |of: &Membership| all.iter().find(|pupil| pupil.id == of.pupil).unwrap().file.to_string();
        let shown = |of: Option<Day>| of.map(|day| day.format("%d.%m").to_string()).unwrap_or_default();
        let standing = read::memberships(office, &class).unwrap();
        let own = standing.iter().filter(|of| of.group == group);
        own.map(|of| format!("{} {}–{}", name(of), shown(of.since), shown(of.until))).collect()
    }

    fn comes(file: &str) -> Members {
        Members::Changes(vec![(file.to_owned(), true)])
    }

    fn goes(file: &str) -> Members {
        Members::Changes(vec![(file.to_owned(), false)])
    }

    #[test]
    fn who_left_a_group_of_the_subject_is_in_one_without_lessons_from_that_day_on() {
        let mut office = office();
        set(&mut office, "2025-09-09T09:00", "1", goes("А-1"), None);
        let all = Members::All(files(&["Г-4", "А-1"]));
        let (done, count) = set(&mut office, "2025-09-10T09:00", "2", all.clone(), None);
        assert_eq!((done.numbers.len(), count), (1, 2));
        assert_eq!(of_group(&office, "2"), ["А-1 09.09–", "Г-4 –"]);
        let said = done.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
        assert!(said.contains("Алиев Али (А-1) в группе с 09.09.2025: до этого дня в группе «1»"), "{said}");
        assert!(set(&mut office, "2025-09-11T09:00", "2", all, None).0.is_nothing(), "it is so already");
        // He is taken out again, and nothing is left of it.
        set(&mut office, "2025-09-11T09:10", "2", goes("А-1"), None);
        assert_eq!(of_group(&office, "2"), ["Г-4 –"]);
        // A day that is said is the day.
        set(&mut office, "2025-09-11T09:20", "2", comes("А-1"), Some("2025-09-05"));
        assert_eq!(of_group(&office, "2"), ["А-1 05.09–", "Г-4 –"]);
    }

    #[test]
    fn who_is_in_a_group_of_the_subject_still_comes_on_the_day_of_the_command() {
        let mut office = office();
        let (done, _) = set(&mut office, "2025-09-10T09:00", "2", comes("Б-2"), None);
        assert_eq!(of_group(&office, "2"), ["Б-2 10.09–", "Г-4 –"]);
        let said = done.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
        assert!(said.contains("в группе с 10.09.2025") && said.contains("состоит и в группе «1»"), "{said}");
        // A group of something else has nothing to do with it.
        set(&mut office, "2025-09-10T09:10", "труд", Members::All(files(&["Б-2", "Г-4"])), None);
        assert_eq!(of_group(&office, "труд"), ["Б-2 –", "Г-4 –"]);
    }

    #[test]
    fn a_composition_that_was_set_for_later_is_told_to_whoever_sets_one_for_an_earlier_day() {
        let mut office = office();
        set(&mut office, "2025-09-09T09:00", "1", comes("В-3"), Some("2025-12-01"));
        let (done, _) = set(&mut office, "2025-09-09T09:10", "1", comes("Г-4"), Some("2025-11-10"));
        let said = done.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
        assert!(
            said.contains("меняется и позже") && said.contains("с 01.12.2025 приходит Волкова Вера (В-3)"),
            "{said}"
        );
        let (done, _) = set(&mut office, "2025-09-09T09:20", "1", comes("Г-4"), Some("2025-11-10"));
        assert!(done.is_nothing() && !done.warnings.is_empty());
    }
}
