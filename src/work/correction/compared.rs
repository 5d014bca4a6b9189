//! A request beside what stands in the journal now: what whoever decides it has to look at (§2.3.3.2).

use crate::error::Result;
use crate::journal::entry::{Change, LessonText};
use crate::journal::read::annulments::cells_in_words;
use crate::journal::read::corrections::{Correction, whose, with_standing};
use crate::journal::read::{self, Tables};

/// One place that a request is about. An empty text is an empty cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Whose cell, or which part of the lesson: «Ёлкина Дарья, отметка», «Тема».
    pub place: String,
    /// What stood there when it was asked for.
    pub was: String,
    /// What stands there now.
    pub now: String,
    /// What is to stand there.
    pub becomes: String,
    /// What else is said of it: kind of work, document.
    pub more: String,
}

impl Compared {
    /// Whether something else stands there now than when it was asked for.
    pub fn has_changed(&self) -> bool {
        self.was != self.now
    }
}

/// The places of a request, in its order.
///
/// # Errors
/// Tables that do not read.
pub fn compared(tables: &Tables, request: &Correction) -> Result<Vec<Compared>> {
    let at = request.at();
    let mut out = Vec::new();
    for change in &request.changes {
        let now = with_standing(tables, &at, change.clone())?;
        match (change, &now) {
            (Change::Lesson { was, becomes }, Change::Lesson { was: now, .. }) => {
                out.extend(of_line(tables, was.as_ref(), now.as_ref(), Some(becomes))?);
            }
            (Change::Annulment { was, cells }, Change::Annulment { was: now, cells: standing }) => {
                out.extend(of_line(tables, was.as_ref(), now.as_ref(), None)?);
                let (was, now) = (cells_in_words(tables, cells)?, cells_in_words(tables, standing)?);
                out.push(Compared {
                    place: "Отметки и пропуски".to_owned(), was, now, ..Compared::none()
                });
            }
            _ => out.push(of_cell(tables, change, &now)?),
        }
    }
    Ok(out)
}

impl Compared {
    fn none() -> Self {
        let none = String::new;
        Self { place: none(), was: none(), now: none(), becomes: none(), more: none() }
    }
}

fn of_cell(tables: &Tables, change: &Change, now: &Change) -> Result<Compared> {
    let name = change.pupil().map(|file| whose(tables, file)).transpose()?.unwrap_or_default();
    let (what, more) = match change {
        Change::Mark { work, document, earned, .. } => {
            let said = [("вид работы", work), ("документ", document)].into_iter().filter(|(_, text)| !text.is_empty());
            let said = said.map(|(what, text)| format!("{what}: {text}"));
            let later = earned.then(|| "получена позже".to_owned());
            ("отметка", said.chain(later).collect::<Vec<_>>().join(", "))
        }
        Change::Attendance { .. } => ("посещаемость", String::new()),
        _ => (change.period(), String::new()),
    };
    let ((was, becomes), (now, _)) = (change.texts(), now.texts());
    Ok(Compared { place: format!("{name}, {what}"), was, now, becomes, more })
}

/// The parts of a lesson's line that are to be changed, or were changed since; all of them of a lesson that is to be added
/// or, where nothing is to stand, annulled.
fn of_line(
    tables: &Tables,
    was: Option<&LessonText>,
    now: Option<&LessonText>,
    becomes: Option<&LessonText>,
) -> Result<Vec<Compared>> {
    let there = |line: Option<&LessonText>| if line.is_some() { "записан" } else { "не записан" }.to_owned();
    let mut out = Vec::new();
    if was.is_none() || now.is_none() || becomes.is_none() {
        let becomes = becomes.map_or_else(|| "аннулирован".to_owned(), |line| there(Some(line)));
        let place = "Урок".to_owned();
        out.push(Compared { place, was: there(was), now: there(now), becomes, ..Compared::none() });
    }
    let parts = |line: Option<&LessonText>| -> Result<[String; 4]> {
        let Some(LessonText { topic, work, homework, substitute }) = line else { return Ok(Default::default()) };
        let name = read::staff(tables, substitute)?.map(|person| person.name.initials());
        Ok([topic.clone(), work.clone(), homework.clone(), name.unwrap_or_else(|| substitute.clone())])
    };
    let lines = parts(was)?.into_iter().zip(parts(now)?).zip(parts(becomes)?);
    for (place, ((was, now), becomes)) in ["Тема", "Вид работы", "Задание", "Замена"].into_iter().zip(lines)
    {
        if was != now || was != becomes {
            out.push(Compared { place: place.to_owned(), was, now, becomes, more: String::new() });
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::compared;
    use crate::journal::read::corrections;
    use crate::school::Marks;
    use crate::work::correction::{CorrectionWish, LessonChanges, What, approve, request};
    use crate::work::testing::{Office, at};

    type Told = Vec<(String, String, String, String)>;

    fn told(office: &Office, number: u64) -> Told {
        let request = corrections::by_number(office, number).unwrap().unwrap();
        let all = compared(office, &request).unwrap().into_iter();
        all.map(|one| (one.place, one.was, one.now, one.becomes)).collect()
    }

    fn line(place: &str, was: &str, now: &str, becomes: &str) -> (String, String, String, String) {
        (place.to_owned(), was.to_owned(), now.to_owned(), becomes.to_owned())
    }

    fn asked(office: &mut Office, what: What) -> u64 {
        let wish = CorrectionWish { what, reason: "ошибка".into() };
        office.ask("semyonov", "2025-09-20", |place| request(place, &wish)).unwrap().number
    }

    #[test]
    fn what_was_changed_since_it_was_asked_for_stands_beside_it() {
        let mut office = Office::open();
        office.teach(&at("2025-09-01", 2));
        let mark = |text: &str| {
            let mut changes = LessonChanges::of(at("2025-09-01", 2));
            changes.marks.push(("Б-2".into(), Some(Marks::parse(text).unwrap())));
            What::Lesson(changes)
        };
        let (first, second) = (asked(&mut office, mark("4")), asked(&mut office, mark("3")));
        assert_eq!(told(&office, second), [line("Белов Борис, отметка", "", "", "3")]);
        office.ask("petrova", "2025-09-20", |place| approve(place, first, "")).unwrap();
        assert_eq!(told(&office, second), [line("Белов Борис, отметка", "", "4", "3")]);
    }

    #[test]
    fn of_a_lesson_the_parts_that_change_are_named_and_of_one_that_goes_all_that_goes_with_it() {
        let mut office = Office::open();
        office.teach(&at("2025-09-01", 2));
        let mut changes = LessonChanges::of(at("2025-09-01", 2));
        changes.line.homework = Some("§ 9".into());
        let homework = asked(&mut office, What::Lesson(changes));
        assert_eq!(told(&office, homework), [line("Задание", "§ 1", "§ 1", "§ 9")]);
        let mut changes = LessonChanges::of(at("2025-09-03", 1));
        changes.line.topic = Some("Дроби".into());
        let added = asked(&mut office, What::Lesson(changes));
        let expected = [line("Урок", "не записан", "не записан", "записан"), line("Тема", "", "", "Дроби")];
        assert_eq!(told(&office, added), expected);
        let gone = asked(&mut office, What::Annulment(at("2025-09-01", 2)));
        let gone = told(&office, gone);
        assert_eq!(gone[..2], [line("Урок", "записан", "записан", "аннулирован"), line("Тема", "Тема", "Тема", "")]);
    }
}
