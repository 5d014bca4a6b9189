//! A diary in the small school of [`testing`](super::testing).

use super::testing::{ALI, BORIS, IVAN, OTHER_IVAN, SMALL, TALL, algebra, annals, pupil, teach};
use super::*;
use crate::journal::entry::{
    Change, CorrectionRequested, ExemptionSet, LessonAnnulled, PlanLine, PlanSet, PupilLeft, PupilMoved,
    SubstitutionAssigned,
};
use crate::journal::read::course_view::{Outlook, Place, course_view};
use crate::journal::read::ledger::tip;
use crate::journal::testing::{self, TestJournal, course, day, decided, lesson_at, moment, reason};
use crate::school::{Attendance, Marks};

fn week_of(tables: &Tables, file: &str, monday: &str, today: &str) -> Week {
    week(tables, &pupil(tables, file), day(monday), day(today)).unwrap()
}

/// «пн 2 Алгебра: Дроби; 5», a line a lesson.
fn lines(week: &Week) -> Vec<String> {
    let all = week.days.iter().flat_map(|of| of.lessons.iter().map(move |lesson| (of.date, lesson)));
    all.map(|(date, of)| {
        let mark = of.mark.as_ref().map(|mark| mark.marks.clone());
        let absence = of.absence.map(|absence| absence.kind.as_str().to_owned());
        let cell: Vec<String> = mark.into_iter().chain(absence).collect();
        format!("{} {} {}{}: {}; {}", date.format("%d.%m"), of.number, of.subject, of.group, of.topic, cell.join(" "))
    })
    .collect()
}

fn period_of(tables: &Tables, file: &str, name: &str) -> Vec<SubjectLine> {
    period(tables, &pupil(tables, file), &name.into()).unwrap()
}

fn requested(on: &str, number: u8, change: Change) -> CorrectionRequested {
    let reason = "ошибка".to_owned();
    CorrectionRequested { course: algebra("7А"), date: day(on), lesson: number, changes: vec![change], reason }
}

fn mark_change(pupil: &str, was: &str, becomes: &str) -> Change {
    let marks = |text: &str| Some(Marks::parse(text).unwrap());
    let (work, document) = (String::new(), String::new());
    Change::Mark { pupil: pupil.into(), was: marks(was), becomes: marks(becomes), work, document, earned: false }
}

#[test]
fn a_week_has_what_was_recorded_and_what_the_timetable_leads_one_to_expect() {
    let mut annals = annals();
    teach(&mut annals, &algebra("7А"), "2025-09-03", 2, ("Степени", "§ 1"), &[]);
    teach(&mut annals, &algebra("7А"), "2025-09-08", 2, ("Дроби", "§ 2"), &[(ALI, "5"), (BORIS, "н")]);
    teach(&mut annals, &course("7А/1", "Английский язык"), "2025-09-09", 3, ("Time", ""), &[(ALI, "оп")]);
    annals.by("semyonov", moment("2025-09-09T15:00"), reason(BORIS, "2025-09-08", "2025-09-08", "болезнь", "справка"));
    let tables = annals.record();
    let week = week_of(&tables, ALI, "2025-09-08", "2025-09-09");
    assert_eq!(
        lines(&week),
        ["08.09 2 Алгебра: Дроби; 5", "09.09 3 Английский язык1: Time; оп", "10.09 2 Алгебра: ; ", "11.09 5 Химия: ; "]
    );
    let monday = &week.days[0].lessons[0];
    assert_eq!((monday.due.as_str(), monday.homework.as_str()), ("§ 1", "§ 2"));
    assert_eq!(monday.time.as_deref(), Some("09:25–10:10"));
    assert_eq!((week.days[2].lessons[0].due.as_str(), week.days[2].lessons[0].recorded), ("§ 2", false));
    assert_eq!(week.days.len(), 6, "a Sunday without lessons is left out");
    let ill = week_of(&tables, BORIS, "2025-09-08", "2025-09-09").days[0].lessons[0].absence.unwrap();
    assert_eq!((ill.kind, ill.in_words()), (Attendance::Absent, "отсутствие, болезнь"));
    let next = week_of(&tables, ALI, "2025-09-15", "2025-09-09");
    let due: Vec<&str> = next.days.iter().flat_map(|day| &day.lessons).map(|lesson| lesson.due.as_str()).collect();
    assert_eq!(due, ["", "", "", ""], "what was set on Monday is due on Wednesday and no more");
}

#[test]
fn holidays_are_named_and_have_no_lessons() {
    let tables = annals().record();
    let week = week_of(&tables, ALI, "2025-10-27", "2025-10-20");
    assert!(week.days.iter().all(|day| day.off.as_deref() == Some("Осенние каникулы") && day.lessons.is_empty()));
    let before = week_of(&tables, ALI, "2025-08-25", "2025-09-01");
    assert_eq!((before.days[0].off.as_deref(), before.days[0].is_there), (Some("не учебный год"), false));
}

#[test]
fn who_moves_keeps_his_marks_and_sees_the_old_class_up_to_the_day() {
    let mut annals = annals();
    for (class, topic) in [("7А", "Старый"), ("7Б", "Новый")] {
        let cells: &[(&str, &str)] = if class == "7А" { &[(ALI, "4/4")] } else { &[] };
        teach(&mut annals, &algebra(class), "2025-09-08", 2, (topic, ""), cells);
    }
    let class = ClassName::parse("7Б").unwrap();
    let moved = PupilMoved { file: ALI.into(), class, since: day("2025-09-10"), despite: true };
    annals.by("ivanova", moment("2025-09-10T08:30"), moved);
    for class in ["7А", "7Б"] {
        let cells: &[(&str, &str)] = if class == "7Б" { &[(ALI, "5")] } else { &[] };
        teach(&mut annals, &algebra(class), "2025-09-10", 2, (class, ""), cells);
    }
    let tables = annals.record();
    let week = week_of(&tables, ALI, "2025-09-08", "2025-09-12");
    assert_eq!(lines(&week)[0], "08.09 2 Алгебра: Старый; 4/4");
    assert_eq!(lines(&week)[2], "10.09 2 Алгебра: 7Б; 5");
    assert_eq!(lines(&week).len(), 3, "English of the 9th, and no chemistry: 7Б has none");
    assert_eq!(week.class.unwrap().to_string(), "7Б");
    let lines = period_of(&tables, ALI, "I четверть");
    let of = lines.iter().find(|line| line.subject == "Алгебра").unwrap();
    let marks: Vec<&str> = of.marks.iter().map(|(_, marks)| marks.as_str()).collect();
    assert_eq!((marks.as_slice(), of.outlook.as_ref().unwrap().average), (&["4/4", "5"][..], Some(4.33)));
    assert_eq!(lines.iter().filter(|line| line.subject == "Алгебра").count(), 1);
}

#[test]
fn the_forecast_is_the_one_that_the_teacher_sees() {
    let mut annals = annals();
    teach(&mut annals, &algebra("7А"), "2025-09-08", 2, ("Дроби", ""), &[(ALI, "3"), (IVAN, "2")]);
    teach(&mut annals, &algebra("7А"), "2025-09-10", 2, ("Степени", ""), &[(ALI, "4"), (OTHER_IVAN, "5")]);
    let tables = annals.record();
    let key = read::course(&tables, &algebra("7А")).unwrap().unwrap();
    let view = course_view(&tables, &key).unwrap();
    let place = Place::Final { period: "I четверть".into() };
    for file in [ALI, BORIS, IVAN, OTHER_IVAN] {
        let own = period_of(&tables, file, "I четверть").into_iter().find(|line| line.subject == "Алгебра").unwrap();
        assert_eq!(own.outlook.as_ref(), view.outlook(&place, view.row(file).unwrap()), "{file}");
    }
    let own = &period_of(&tables, ALI, "I четверть")[0];
    let outlook = own.outlook.as_ref().unwrap();
    assert_eq!((outlook.average, outlook.forecast.as_str()), (Some(3.5), "4"));
    assert_eq!(lack_in_words(outlook), "не хватает 3 отметок, из них одной за письменную работу");
    let twin = &period_of(&tables, OTHER_IVAN, "I четверть")[0].marks;
    assert_eq!(twin, &[(day("2025-09-10"), "5".to_owned())], "a namesake's marks are not his");
}

#[test]
fn what_is_lacking_agrees_in_number() {
    let lacks = |lacking, lacks_written| lack_in_words(&Outlook { lacking, lacks_written, ..Outlook::default() });
    assert_eq!(lacks(0, false), "");
    assert_eq!(lacks(0, true), "не хватает отметки за письменную работу");
    assert_eq!(lacks(1, false), "не хватает 1 отметки");
    assert_eq!(lacks(1, true), "не хватает 1 отметки за письменную работу");
    assert_eq!(lacks(2, true), "не хватает 2 отметок, из них одной за письменную работу");
}

#[test]
fn a_grade_without_marks_has_no_forecast_and_upper_grades_have_half_years() {
    let tables = annals().record();
    assert_eq!(period_of(&tables, SMALL, "I четверть")[0].outlook, None);
    let (periods, current) = periods(&tables, &pupil(&tables, TALL), day("2025-11-10")).unwrap();
    assert_eq!((periods.as_slice(), current), (&[PeriodName::from("I полугодие")][..], 0));
    assert!(period_of(&tables, TALL, "I полугодие")[0].outlook.is_some());
    let error = period(&tables, &pupil(&tables, TALL), &"I четверть".into()).unwrap_err();
    assert!(error.message().contains("периода «I четверть» в этом учебном году нет"));
}

#[test]
fn groups_have_their_own_lessons_and_annulled_ones_are_not_there() {
    let mut annals = annals();
    for group in ["7А/1", "7А/2"] {
        teach(&mut annals, &course(group, "Английский язык"), "2025-09-09", 3, (group, ""), &[]);
    }
    teach(&mut annals, &algebra("7А"), "2025-09-08", 2, ("Не тот урок", ""), &[]);
    let at = lesson_at(&algebra("7А"), "2025-09-08", 2);
    annals.by("semyonov", moment("2025-09-08T18:00"), LessonAnnulled { at, reason: "не тот день".into() });
    let tables = annals.record();
    let week = week_of(&tables, BORIS, "2025-09-08", "2025-09-08");
    assert_eq!(lines(&week)[0], "09.09 3 Английский язык2: 7А/2; ");
    assert!(week.days[0].lessons.is_empty(), "annulled, and not expected again");
}

#[test]
fn who_left_sees_what_was_and_an_exemption_is_told() {
    let mut annals = annals();
    teach(&mut annals, &algebra("7А"), "2025-09-08", 2, ("Дроби", ""), &[(BORIS, "4")]);
    let (subject, document) = ("Химия".to_owned(), "справка".to_owned());
    let (since, until) = (day("2025-09-01"), day("2025-10-24"));
    annals.by(
        "semyonov",
        moment("2025-09-09T10:00"),
        ExemptionSet { pupil: ALI.into(), subject, since, until, document },
    );
    let left = PupilLeft { file: BORIS.into(), until: day("2025-09-10"), despite: false };
    annals.by("ivanova", moment("2025-09-10T08:30"), left);
    let tables = annals.record();
    let week = week_of(&tables, BORIS, "2025-09-08", "2025-09-12");
    assert_eq!(lines(&week), ["08.09 2 Алгебра: Дроби; 4", "09.09 3 Английский язык2: ; "]);
    assert!(week.days[1].is_there && !week.days[2].is_there);
    assert_eq!(period_of(&tables, BORIS, "I четверть")[0].marks.len(), 1);
    let chemistry = period_of(&tables, ALI, "I четверть").into_iter().find(|line| line.subject == "Химия").unwrap();
    assert!(chemistry.exempted);
    assert_eq!(chemistry.outlook.unwrap().forecast, "осв");
    assert!(week_of(&tables, ALI, "2025-09-08", "2025-09-12").days[3].lessons[0].exempted);
}

#[test]
fn plans_say_what_is_ahead_and_who_stands_in_is_named() {
    let mut annals = annals();
    let line =
        |no, topic: &str, work: &str| PlanLine { no, topic: topic.into(), work: work.into(), homework: String::new() };
    let lines = vec![line(1, "Дроби", ""), line(2, "Степени", ""), line(3, "Итог", "контрольная работа № 1")];
    annals.by("semyonov", moment("2025-09-01T12:00"), PlanSet { course: algebra("7А"), lines });
    let at = lesson_at(&algebra("7А"), "2025-09-10", 2);
    annals.by("petrova", moment("2025-09-05T10:00"), SubstitutionAssigned { at, substitute: "gusev".into() });
    teach(&mut annals, &algebra("7А"), "2025-09-03", 2, ("Дроби", ""), &[]);
    let tables = annals.record();
    let ali = pupil(&tables, ALI);
    let span = (day("2025-09-08"), day("2025-09-21"));
    let ahead = ahead(&tables, &ali, span, day("2025-09-05")).unwrap();
    let told: Vec<_> = ahead.iter().map(|of| (of.date, of.number, of.line.topic.as_str())).collect();
    assert_eq!(told, [(day("2025-09-10"), 2, "Итог")]);
    let week = week_of(&tables, ALI, "2025-09-08", "2025-09-05");
    let wednesday = &week.days[2].lessons[0];
    assert_eq!(wednesday.planned.as_ref().unwrap().work, "контрольная работа № 1");
    assert_eq!(wednesday.substitute, "Гусев Г. Г.");
    assert_eq!(week.days[0].lessons[0].planned, None);
}

/// Two lessons with marks, of which one is corrected later.
fn corrected() -> TestJournal {
    let mut annals = annals();
    teach(&mut annals, &algebra("7А"), "2025-09-08", 2, ("Дроби", "§ 1"), &[(ALI, "3"), (BORIS, "н")]);
    teach(&mut annals, &algebra("7А"), "2025-09-10", 2, ("Степени", "§ 2"), &[(ALI, "5")]);
    annals.by("semyonov", moment("2025-09-20T10:00"), requested("2025-09-08", 2, mark_change(ALI, "3", "4")));
    annals.by("petrova", moment("2025-09-20T11:00"), decided(1, true, ""));
    annals.record()
}

#[test]
fn a_correction_is_told_beside_what_stands_there_now() {
    let tables = corrected();
    let monday = week_of(&tables, ALI, "2025-09-08", "2025-09-20").days[0].lessons[0].clone();
    assert_eq!(monday.mark.unwrap().marks, "4");
    assert_eq!(monday.corrected[0].in_words(), "исправлено 20.09.2025, было 3");
    assert!(week_of(&tables, BORIS, "2025-09-08", "2025-09-20").days[0].lessons[0].corrected.is_empty());
}

#[test]
fn news_are_what_a_stretch_of_entries_brought_and_are_told_once() {
    let tables = corrected();
    let (ali, boris, last) = (pupil(&tables, ALI), pupil(&tables, BORIS), tip(&tables).unwrap().seq);
    let told = |of: &News| {
        let lessons = of.lessons.iter().map(|of| {
            let cell = of.mark.as_ref().map(|mark| mark.marks.clone());
            cell.or(of.absence.map(|absence| absence.kind.as_str().to_owned())).unwrap_or_default()
        });
        let corrected =
            of.corrected.iter().map(|of| format!("{}→{}", of.correction.was.as_deref().unwrap(), of.becomes));
        lessons.chain(corrected).collect::<Vec<_>>().join(" ")
    };
    let of = |pupil, entries, on: &str| news(&tables, pupil, &entries, day(on)).unwrap();
    // The last two entries are the request and its decision.
    let before = of(&ali, 1..=last - 2, "2025-09-10");
    assert_eq!(told(&before), "5", "what was corrected since is told by the entry that corrected it");
    assert_eq!(before.homework.len(), 1);
    assert_eq!(told(&of(&ali, last - 1..=last, "2025-09-20")), "3→4");
    assert!(of(&boris, last - 1..=last, "2025-09-20").is_empty());
    assert_eq!(told(&of(&boris, 1..=last, "2025-09-20")), "н");
    let whole = of(&ali, 1..=last, "2025-09-20");
    assert_eq!(told(&whole), "5 3→4", "a corrected mark is told as such, once");
}

#[test]
fn absences_are_counted_by_cause_and_day() {
    let mut annals = annals();
    teach(&mut annals, &algebra("7А"), "2025-09-08", 2, ("Дроби", ""), &[(BORIS, "н"), (ALI, "оп")]);
    teach(&mut annals, &algebra("7А"), "2025-09-10", 2, ("Степени", ""), &[(BORIS, "н")]);
    annals.by("semyonov", moment("2025-09-11T10:00"), reason(BORIS, "2025-09-10", "2025-09-10", "болезнь", ""));
    let tables = annals.record();
    let span = (day("2025-09-01"), day("2025-10-24"));
    let of = absences(&tables, &pupil(&tables, BORIS), span).unwrap();
    assert_eq!((of.missed.lessons.ill, of.missed.lessons.unexplained, of.missed.days.all(), of.late), (1, 1, 2, 0));
    let words: Vec<&str> = of.days.iter().map(|day| day.lessons[0].2.in_words()).collect();
    assert_eq!(words, ["отсутствие, причина не указана", "отсутствие, болезнь"]);
    let late = absences(&tables, &pupil(&tables, ALI), span).unwrap();
    assert_eq!((late.late, late.missed.lessons.all()), (1, 0));
}

#[test]
fn final_marks_stand_by_subject_and_period_and_a_subject_has_its_lessons() {
    let mut annals = annals();
    teach(&mut annals, &algebra("7А"), "2025-09-08", 2, ("Дроби", ""), &[(ALI, "5")]);
    annals.taken_over(moment("2025-10-24"), testing::finals(&algebra("7А"), "I четверть", &[(ALI, "5")]));
    let tables = annals.record();
    let ali = pupil(&tables, ALI);
    let all = finals(&tables, &ali, day("2025-10-25")).unwrap();
    let periods: Vec<(&str, &str)> = all.periods.iter().map(|(name, short)| (name.as_str(), short.as_str())).collect();
    assert_eq!(periods, [("I четверть", "I четв."), ("II четверть", "II четв.")]);
    let row = |subject: &str| {
        let of = all.subjects.iter().find(|of| of.subject == subject).unwrap();
        of.marks.iter().map(|of| of.as_ref().map_or(String::new(), |(mark, ..)| mark.to_string())).collect::<Vec<_>>()
    };
    assert_eq!((row("Алгебра"), row("Химия")), (vec!["5".into(), String::new()], vec![String::new(), String::new()]));
    assert_eq!(subjects(&tables, &ali).unwrap(), ["Алгебра", "Английский язык", "Химия"]);
    let page = subject(&tables, &ali, "Алгебра", &"I четверть".into()).unwrap();
    assert_eq!((page.lines.len(), page.lessons.len(), page.lessons[0].topic.as_str()), (1, 1, "Дроби"));
    assert_eq!(page.lines[0].final_mark.as_ref().unwrap().to_string(), "5");
}
