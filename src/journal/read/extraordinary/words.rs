//! What an entry that takes two pairs of eyes says, for people: as it reads before it is in force.

use crate::error::Result;
use crate::journal::entry::{Body, Destroyed, Entry, LessonRef};
use crate::journal::read::{self, Tables, annulments};
use crate::ledger::identity::{fingerprint, ssh_blob};
use crate::school::{Role, School, format_date};

/// The login, fingerprint, personal file or course that an entry is about; empty where it is about the school.
pub fn about(body: &Body) -> String {
    match body {
        Body::Person(person) => person.login.clone(),
        Body::PersonDismissed(dismissed) => dismissed.login.clone(),
        Body::KeyEnrolled(enrolled) => enrolled.login.clone(),
        Body::EmergencyEnrolment(enrolled) => enrolled.login.clone(),
        Body::KeyRevoked(revoked) => revoked.fingerprint.clone(),
        Body::PupilSet(set) => set.file.clone(),
        Body::PupilRenumbered(set) => set.file.clone(),
        Body::PupilAnnulled(annulled) => annulled.file.clone(),
        Body::GroupAnnulled(annulled) => annulled.class.to_string(),
        Body::LessonRecorded(set) => set.at.course.to_string(),
        Body::MarksSet(set) => set.at.course.to_string(),
        Body::AttendanceSet(set) => set.at.course.to_string(),
        Body::FinalsSet(set) => set.course.to_string(),
        Body::CourseAnnulled(annulled) => annulled.course.to_string(),
        Body::ClassAnnulled(annulled) => annulled.class.to_string(),
        Body::WitnessAdded(added) => added.key.clone(),
        Body::WitnessRemoved(removed) => removed.key.clone(),
        _ => String::new(),
    }
}

/// What it says, in Russian, recorded under the number `seq`; `tables` as they stand before it.
///
/// # Errors
/// Tables that do not read.
pub fn in_words(tables: &Tables, seq: u64, entry: &Entry) -> Result<String> {
    let of_lesson = |at: &LessonRef| format!("перенос: «{}», урок {}", at.course, format_date(at.date));
    Ok(match &entry.body {
        Body::Person(person) => {
            let roles = person.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ");
            let (login, name) = (&person.login, person.name.full());
            match read::staff(tables, login)? {
                Some(known) if known.name != person.name => {
                    format!("сотрудник «{login}»: был(а) {}, станет {name}; роли: {roles}", known.name.full())
                }
                Some(_) => {
                    let before = read::roles_of(tables, login)?.into_iter().map(Role::word).collect::<Vec<_>>();
                    format!("сотрудник «{login}», {name}: роли были: {}; станут: {roles}", before.join(", "))
                }
                None => format!("сотрудник «{login}», {name}; роли: {roles}"),
            }
        }
        Body::PersonDismissed(dismissed) => format!("увольнение «{}»", dismissed.login),
        Body::KeyEnrolled(enrolled) => format!("ключ {} для «{}»", enrolled.key.fingerprint(), enrolled.login),
        Body::KeyRevoked(revoked) => {
            let of = read::key(tables, &revoked.fingerprint)?.map(|key| key.login.to_string()).unwrap_or_default();
            format!("отзыв ключа {} («{of}»): {}", revoked.fingerprint, revoked.reason)
        }
        Body::SchoolChanged(changed) => format!("школа: {}", differences(&read::school(tables)?, &changed.school)),
        Body::ClockReset(reset) => format!("поправка часов: {}", reset.reason),
        Body::PupilSet(set) => {
            let was = match read::pupil(tables, &set.file)? {
                Some(pupil) => {
                    let born = read::born(tables, &set.file)?.map(format_date).unwrap_or_default();
                    pupil.agree(&format!("был {} ({born}), станет ", pupil.name.full()))
                }
                None => String::new(),
            };
            format!("ученик «{}»: {was}{} ({})", set.file, set.name.full(), format_date(set.born))
        }
        Body::PupilRenumbered(set) => {
            let name = read::pupil(tables, &set.file)?.map(|pupil| pupil.name.full()).unwrap_or_default();
            format!("ученик «{}», {name}: номер личного дела станет «{}»", set.file, set.becomes)
        }
        Body::PupilAnnulled(annulled) => {
            let name = read::pupil(tables, &annulled.file)?.map(|pupil| pupil.name.full()).unwrap_or_default();
            format!("аннулирование ученика «{}», {name}: {}", annulled.file, annulled.reason)
        }
        Body::GroupAnnulled(annulled) => {
            format!("аннулирование группы «{}» {}: {}", annulled.group, annulled.class, annulled.reason)
        }
        Body::LessonRecorded(set) => of_lesson(&set.at),
        Body::MarksSet(set) => of_lesson(&set.at),
        Body::AttendanceSet(set) => of_lesson(&set.at),
        Body::FinalsSet(set) => format!("перенос: «{}», {}", set.course, set.period),
        Body::EmergencyKeySet(set) => {
            let key = ssh_blob(set.ed25519.strip_prefix("ssh-ed25519 ").unwrap_or_default());
            format!("аварийный ключ {}", key.map(|key| fingerprint(&key)).unwrap_or_default())
        }
        Body::EmergencyEnrolment(enrolled) => {
            let (key, login) = (enrolled.key.fingerprint(), &enrolled.login);
            let alone = if entry.key == key { ", подписано им самим" } else { "" };
            format!("ключ {key} для «{login}» внесён аварийным ключом{alone}: {}", enrolled.reason)
        }
        Body::CourseAnnulled(annulled) => {
            let what = annulments::course_in_words(tables, &annulled.course)?;
            format!("аннулирование курса «{}» ({what}): {}", annulled.course, annulled.reason)
        }
        Body::ClassAnnulled(annulled) => {
            let what = annulments::class_in_words(tables, &annulled.class)?;
            format!("аннулирование класса {} ({what}): {}", annulled.class, annulled.reason)
        }
        Body::JournalRestored(restored) => {
            let lost = read::LostRange::of(seq, &restored.lost);
            let lost =
                lost.map_or("что утрачено, не известно".to_owned(), |range| range.to_string());
            format!("журнал продолжен из восстановленной копии ({lost}): {}", restored.reason)
        }
        Body::ArchiveDestroyed(gone) => {
            let what = match gone.what {
                Destroyed::Journal => "журнал",
                Destroyed::Summaries => "сводные ведомости",
            };
            format!("{what} {} учебного года: выделение к уничтожению, протокол {}", gone.year, gone.protocol)
        }
        Body::WitnessAdded(added) => {
            let at = added.url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
            format!("свидетель журнала «{}» назван: ключ {}{at}", added.name, added.key)
        }
        Body::WitnessRemoved(removed) => {
            let named = read::witnesses_now(tables)?.into_iter().find(|known| known.key.to_string() == removed.key);
            let name = named.map_or_else(|| removed.key.clone(), |known| known.name);
            format!("свидетель журнала «{name}» убран: {}", removed.reason)
        }
        Body::YearReopened(reopened) => format!("закрытый учебный год открыт снова: {}", reopened.reason),
        other => other.kind().to_owned(),
    })
}

/// What two configurations differ in.
fn differences(one: &School, other: &School) -> String {
    let mut out = Vec::new();
    let fields = |school: &School| match serde_json::to_value(&school.policy) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (before, after) = (fields(one), fields(other));
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        out.push(format!("{name}: было {}, стало: нет", before[name]));
    }
    for (name, value) in &after {
        let was = before.get(name).unwrap_or(&serde_json::Value::Null);
        if was != value {
            out.push(format!("{name}: было {was}, стало {value}"));
        }
    }
    if one.school.utc_offset != other.school.utc_offset {
        out.push(format!("utc_offset: было {}, стало {}", one.school.utc_offset, other.school.utc_offset));
    }
    if one.year != other.year {
        let days = |school: &School| {
            format!("{} {}–{}", school.year.name, format_date(school.year.begins), format_date(school.year.ends))
        };
        out.push(format!("год: был {}, стал {}", days(one), days(other)));
    }
    if one.periods != other.periods {
        let periods = |school: &School| {
            let of = |period: &crate::school::Period| {
                format!("{} {}–{}", period.short, format_date(period.begins), format_date(period.ends))
            };
            school.periods.iter().map(of).collect::<Vec<_>>().join(", ")
        };
        out.push(format!("периоды: были {}; стали {}", periods(one), periods(other)));
    }
    out.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::is_printable;

    #[test]
    fn what_a_school_changes_is_said_in_letters_that_paper_has() {
        let school = School::from_toml(include_str!("../../../../tests/fixtures/small/school.toml")).unwrap();
        let mut other = school.clone();
        other.policy.final_days += 1;
        other.policy.decisions = vec!["переведён условно".into()];
        other.school.utc_offset = "+05:00".into();
        other.year.ends = other.year.ends.succ_opt().unwrap();
        other.periods.pop();
        for (one, other) in [(&school, &other), (&other, &school)] {
            let said = differences(one, other);
            assert_eq!(said.matches("был").count(), 5, "{said}");
            assert!(said.chars().all(is_printable), "{said}");
        }
    }
}
