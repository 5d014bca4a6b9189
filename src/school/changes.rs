//! What goes and what comes where one school.toml takes the place of another, in words.

use super::{School, format_date};
use serde_json::Value;

impl School {
    /// What goes and what comes where `after` takes the place of this, a line a subject; nothing where they are equal.
    pub fn changes_to(&self, after: &Self) -> Vec<String> {
        let days = |name: &str, begins, ends| match begins == ends {
            true => format!("«{name}» {}", format_date(begins)),
            false => format!("«{name}» {}–{}", format_date(begins), format_date(ends)),
        };
        let year = |school: &Self| vec![days(&school.year.name, school.year.begins, school.year.ends)];
        let periods = |school: &Self| {
            let grades = |[first, last]: [u8; 2]| format!(" ({first}–{last} классы)");
            let of = school.periods.iter().map(|p| days(&p.name, p.begins, p.ends) + &grades(p.grades));
            of.collect::<Vec<_>>()
        };
        let holidays = |school: &Self| school.holidays.iter().map(|h| days(&h.name, h.begins, h.ends)).collect();
        let workdays = |school: &Self| school.workdays.iter().map(|workday| format_date(workday.day)).collect();
        let bells = |school: &Self| {
            let of = school.bells.iter().map(|bell| format!("урок {} {}–{}", bell.lesson, bell.begins, bell.ends));
            of.collect::<Vec<_>>()
        };
        type Listed<'f> = &'f dyn Fn(&School) -> Vec<String>;
        let subjects: [(&str, Listed<'_>); 9] = [
            ("сведения о школе", &|school| fields(serde_json::to_value(&school.school))),
            ("учебный год", &year),
            ("периоды", &periods),
            ("каникулы и выходные", &holidays),
            ("рабочие дни", &workdays),
            ("звонки", &bells),
            ("правила", &|school| fields(serde_json::to_value(&school.policy))),
            ("делопроизводство", &|school| fields(serde_json::to_value(&school.records))),
            ("номенклатура дел", &|school| {
                let of = school.cases.iter().map(|case| fields(serde_json::to_value(case)).join(", "));
                of.collect::<Vec<_>>()
            }),
        ];
        subjects.iter().filter_map(|(subject, listed)| line(subject, &listed(self), &listed(after))).collect()
    }
}

/// «звонки: убираются урок 7 14:20–15:05; добавляются урок 1 08:00–08:45».
fn line(subject: &str, before: &[String], after: &[String]) -> Option<String> {
    let lacking = |from: &[String], in_: &[String]| -> Vec<String> {
        from.iter().filter(|one| !in_.contains(one)).cloned().collect()
    };
    let (gone, come) = (lacking(before, after), lacking(after, before));
    let said = [("убирается", gone), ("добавляется", come)];
    let said: Vec<String> = said
        .into_iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(how, what)| format!("{how} {}", what.join(", ")))
        .collect();
    (!said.is_empty()).then(|| format!("{subject}: {}", said.join("; ")))
}

/// The fields of a section of school.toml, as they are written there.
fn fields(section: serde_json::Result<Value>) -> Vec<String> {
    let Ok(Value::Object(fields)) = section else { return Vec::new() };
    fields.iter().map(|(name, value)| format!("{name} = {value}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::{Bell, Holiday};

    #[test]
    fn what_goes_and_what_comes_is_said_by_subject_and_nothing_of_what_stays() {
        let before = School::from_toml(include_str!("../../tests/fixtures/small/school.toml")).unwrap();
        assert!(before.changes_to(&before).is_empty());
        let mut after = before.clone();
        let day = before.year.begins;
        after.holidays = vec![Holiday { name: "Карантин".into(), begins: day, ends: day }];
        after.bells = vec![Bell { lesson: 1, begins: "08:00".into(), ends: "08:45".into() }];
        after.policy.edit_days = 9;
        let said = after.changes_to(&before).join("\n");
        assert!(said.contains(&format!("убирается «Карантин» {}", format_date(day))), "{said}");
        assert!(said.contains("звонки: убирается урок 1 08:00–08:45"), "{said}");
        assert!(said.contains("правила: убирается edit_days = 9; добавляется edit_days = 7"), "{said}");
        assert!(!said.contains("периоды"), "{said}");
    }
}
