//! What waits: how it is listed, what is not recorded beside it, and what it does not undo.

use super::*;

#[test]
fn a_course_and_a_class_wait_for_a_second_person_once_there_was_a_lesson_and_not_before() {
    let mut school = company();
    let (class, reason) = (course("9А", "Химия").class, || "не тот класс".to_owned());
    let set = |class: &ClassName| ClassSet { class: class.clone(), teacher: String::new() };
    let key = course("9А", "Химия");
    let made = || CourseSet { course: key.clone(), teacher: TEACHER.into(), hours: 1.0 };
    let annulled = || CourseAnnulled { course: key.clone(), reason: reason() };
    let gone = || ClassAnnulled { class: class.clone(), reason: reason() };
    let now = "2025-09-02T12:00";
    // While nothing was taught, one person is enough.
    school.by(ADMINISTRATOR, now, set(&class));
    school.by(ADMINISTRATOR, now, made());
    let seqs = [school.by(ADMINISTRATOR, now, annulled()), school.by(ADMINISTRATOR, now, gone())];
    assert_eq!(seqs.map(|seq| state(&school, seq)), [None, None]);
    // A lesson that was annulled was one.
    school.by(ADMINISTRATOR, now, set(&class));
    school.by(ADMINISTRATOR, now, made());
    let at = lesson_at(&key, "2025-09-02", 5);
    school.by(TEACHER, now, lesson(&at, "Вещества", ""));
    school.by(TEACHER, now, LessonAnnulled { at, reason: reason() });
    let waits = school.by(ADMINISTRATOR, now, annulled());
    assert_eq!(state(&school, waits), Some(State::Waits));
    is_refused(school.attempt(ADMINISTRATOR, &[gone().into()]), "на нём держится: курсов: 1");
    school.by(DIRECTOR, now, confirmed(waits));
    let waits = school.by(ADMINISTRATOR, now, gone());
    assert_eq!(state(&school, waits), Some(State::Waits));
    school.by(DEPUTY, now, confirmed(waits));
    assert_eq!(read::class_teacher(&school, &class).unwrap(), None);
    is_clean(&mut school);
}

#[test]
fn what_is_confirmed_together_is_listed_one_by_one() {
    let mut school = company();
    let at = lesson_at(&course("7А", "Алгебра"), "2025-09-02", 5);
    let other = course("9А", "Алгебра");
    school.by(ADMINISTRATOR, NOW, ClassSet { class: other.class.clone(), teacher: String::new() });
    school.by(ADMINISTRATOR, NOW, CourseSet { course: other.clone(), teacher: TEACHER.into(), hours: 1.0 });
    school.by(TEACHER, NOW, lesson(&crate::journal::entry::LessonRef { course: other.clone(), ..at }, "Тема", ""));
    let annul = |course| CourseAnnulled { course, reason: "не тот класс".into() };
    let first = school.by(ADMINISTRATOR, NOW, annul(course("7А", "Химия")));
    let second = school.by(ADMINISTRATOR, NOW, annul(other));
    let both = EntriesConfirmed { entries: vec![Span::one(first), Span::one(second)] };
    school.by(DIRECTOR, NOW, both);
    let about = school.rows("SELECT about FROM annulments ORDER BY about");
    assert_eq!(about, [["7А, Химия"], ["9А, Алгебра"]]);
    is_clean(&mut school);
}

#[test]
fn a_setting_of_the_clock_that_waits_or_was_refused_sets_nothing() {
    let mut school = company();
    school.by(ADMINISTRATOR, "2026-02-01T12:00", person("gusev", "Гусев Глеб", "учитель", &[Role::Teacher]));
    let (journal, _) = school.at_hand();
    let now = moment("2025-09-03T12:00");
    let record = |journal: &mut Journal, login: &str, body: Body| {
        let signer = identity(login);
        journal.record(crate::journal::Author { signer: &signer, clock: &now, taken_over: false }, body)
    };
    let reset = || Body::from(ClockReset { reason: "села батарейка".into() });
    let late = || person("belova", "Белова Белла", "учитель", &[Role::Teacher]);
    let seq = record(journal, ADMINISTRATOR, reset()).unwrap().seq;
    is_refused(record(journal, ADMINISTRATOR, late().into()), "часы показывают");
    record(journal, DIRECTOR, refused(seq)).unwrap();
    is_refused(record(journal, ADMINISTRATOR, late().into()), "часы показывают");
    let seq = record(journal, ADMINISTRATOR, reset()).unwrap().seq;
    record(journal, DIRECTOR, confirmed(seq)).unwrap();
    record(journal, ADMINISTRATOR, late().into()).unwrap();
    is_clean(&mut school);
}

#[test]
fn a_run_of_history_is_decided_on_at_once_and_other_entries_one_by_one() {
    let mut school = company();
    let history = |number: u8| crate::journal::entry::LessonRecorded {
        cells: vec![cell("Б-2", "5")],
        ..lesson(&lesson_at(&course("7А", "Алгебра"), "2025-09-01", number), "Дроби", "")
    };
    for number in 3..6 {
        record(&mut school, true, history(number).into());
    }
    for login in ["gusev", "gusin"] {
        let new = person(login, &format!("Гусев {login}"), "диспетчер", &[Role::Dispatcher]);
        record(&mut school, false, new.into());
    }
    let waiting = extraordinary::waiting(&school).unwrap();
    assert_eq!(waiting.iter().map(|one| one.count).collect::<Vec<_>>(), [3, 1, 1]);
}

#[test]
fn what_waits_about_somebody_undoes_nothing_that_was_recorded_of_him_after_it() {
    let mut school = company();
    let teacher = |full: &str, position: &str, roles: &[Role]| Body::from(person(TEACHER, full, position, roles));
    let (savva, both) = ("Семёнов Савва Сергеевич", [Role::Teacher, Role::DeputyHead]);
    let office = record(&mut school, false, teacher(savva, "учитель", &both));
    // Neither what would wait as well nor what would be in force at once.
    for other in
        [teacher("Семин Савва Сергеевич", "учитель", &[Role::Teacher]), teacher(savva, "психолог", &[Role::Teacher])]
    {
        is_refused(school.attempt(ADMINISTRATOR, &[other]), &format!("ждёт подтверждения запись № {office}"));
    }
    school.attempt(DIRECTOR, &[refused(office)]).unwrap();
    let name = record(&mut school, false, teacher("Семин Савва Сергеевич", "учитель", &[Role::Teacher]));
    let gone = record(&mut school, false, PersonDismissed { login: TEACHER.into(), abandoned: String::new() }.into());
    let words = format!("запись № {name}: после неё о том же записано № {gone}");
    is_refused(school.attempt(DIRECTOR, &[confirmed(name)]), &words);
    school.attempt(DIRECTOR, &[refused(name)]).unwrap();
    is_clean(&mut school);
}

#[test]
fn what_waits_about_a_pupil_or_the_school_is_decided_on_before_more_is_recorded() {
    let mut school = company();
    let pupil = |full: &str, born: &str| {
        Body::from(PupilSet { file: "А-1".into(), name: name(full), born: day(born), sex: None, another: false })
    };
    let waits = record(&mut school, false, pupil("Алин Али", "2012-01-01"));
    let number = PupilRenumbered { file: "А-1".into(), becomes: "Я-9".into(), reason: "опечатка".into() };
    let renumbered = record(&mut school, false, number.into());
    let other = |body| format!("ждёт подтверждения запись № {body}");
    is_refused(school.attempt(ADMINISTRATOR, &[pupil("Алиев Али", "2012-01-02")]), &other(waits));
    let number = PupilRenumbered { file: "А-1".into(), becomes: "Я-8".into(), reason: "опечатка".into() };
    is_refused(school.attempt(ADMINISTRATOR, &[number.into()]), &other(renumbered));
    school.attempt(DIRECTOR, &[confirmed(waits), confirmed(renumbered)]).unwrap();
    // By the number that was his before.
    let waits = record(&mut school, false, pupil("Алимов Али", "2012-01-01"));
    let set =
        PupilSet {
            file: "Я-9".into(), name: name("Алин Али"), born: day("2012-01-02"), sex: None, another: false
        };
    is_refused(school.attempt(ADMINISTRATOR, &[set.into()]), &other(waits));
    let mut policy = read::school(&school).unwrap();
    policy.policy.overwrite_days = 365;
    let waits = record(&mut school, false, SchoolChanged { school: policy }.into());
    let mut bells = read::school(&school).unwrap();
    bells.school.place = "Москва".into();
    is_refused(school.attempt(ADMINISTRATOR, &[SchoolChanged { school: bells }.into()]), &other(waits));
    is_clean(&mut school);
}

#[test]
fn a_name_and_a_number_of_one_pupil_are_confirmed_in_whichever_order() {
    for (number_first, together) in [(true, true), (false, true), (true, false), (false, false)] {
        let mut school = company();
        let set =
            PupilSet {
                file: "А-1".into(), name: name("Алин Али"), born: day("2012-01-01"), sex: None, another: false
            };
        let number = PupilRenumbered { file: "А-1".into(), becomes: "Я-9".into(), reason: "опечатка".into() };
        let mut bodies: [Body; 2] = [set.into(), number.into()];
        if number_first && together {
            bodies.reverse();
        }
        let mut seqs = bodies.map(|body| record(&mut school, false, body));
        if together {
            let entries = seqs.map(Span::one).to_vec();
            school.attempt(DIRECTOR, &[EntriesConfirmed { entries }.into()]).unwrap();
        } else {
            if number_first {
                seqs.reverse();
            }
            seqs.into_iter().for_each(|seq| drop(school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap()));
        }
        assert_eq!(school.rows("SELECT file, surname FROM pupils WHERE file LIKE 'Я%'"), [["Я-9", "Алин"]]);
        is_clean(&mut school);
    }
}
