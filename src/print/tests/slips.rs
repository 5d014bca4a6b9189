//! Slips of access and consents: four a page to be cut, one a page to be signed, whatever names there are.

use super::legible::assert_set;
use super::{LAYOUTS, assert_clean, text_of};
use crate::print::forms::{access, consent, diary_slips};
use crate::print::page::Area;
use crate::print::testing::{context, papers};
use crate::print::{AccessSheet, AccessSlip, ConsentOf, DiarySheet, DiarySlip, SlipDay, SlipLesson};
use crate::school::{ClassName, School};

fn slip(n: usize, name: &str, children: usize) -> AccessSlip {
    AccessSlip {
        name: name.to_owned(),
        is_own: n % 5 == 4,
        children: (0..children).map(|child| format!("Петренко Анна {child}, 7 «А»")).collect(),
        code: "K7QX 3M9D 2F8A 6TPWZ".to_owned(),
        link: "https://dnevnik.school.example/in/K7QX3M9D2F8A6TPWZ".to_owned(),
    }
}

fn school() -> School {
    crate::journal::read::school(&papers(0, 0, false)).unwrap()
}

#[test]
fn slips_are_four_a_page_and_each_stays_within_its_quarter_whatever_the_names() {
    let (school, class) = (school(), ClassName::parse("7А").unwrap());
    let long = format!("{} Александра Константиновна", "Христорождественская-Заречная-".repeat(3));
    let slips: Vec<AccessSlip> = (0..10).map(|n| slip(n, ["Петренко Мария Петровна", &long][n % 2], n)).collect();
    let at = context("").issued_at;
    let sheet = AccessSheet {
        class: &class,
        address: "dnevnik.school.example",
        teacher: "Белова Белла Борисовна",
        at,
        slips: &slips,
    };
    let pages = access::pages(&LAYOUTS, &school, &sheet).unwrap();
    assert_eq!(pages.len(), 3);
    for (page, number) in pages.iter().zip(1..) {
        assert_set(page, number);
        let (w, h) = (page.width / 2.0, page.height / 2.0);
        let quarters: Vec<Area> = (0..4)
            .map(|at| Area::new((at % 2) as f32 * w + 4.0, (at / 2) as f32 * h + 4.0, w - 8.0, h - 8.0))
            .collect();
        for run in &page.runs {
            assert!(quarters.iter().any(|quarter| quarter.holds(run.ink(), 0.01)), "«{}» is cut", run.text());
        }
        for qr in &page.codes {
            let side = f32::from(qr.side) * qr.module;
            let ink = Area::new(qr.x, qr.y, side, side);
            let quiet = 4.0 * qr.module;
            let white = Area::new(qr.x - quiet, qr.y - quiet, side + 2.0 * quiet, side + 2.0 * quiet);
            assert!(side > 30.0 && quarters.iter().any(|quarter| quarter.holds(ink, 0.01)));
            assert!(!page.runs.iter().any(|run| run.ink().overlaps(white, 0.1)), "text in the white around a code");
        }
    }
    assert_eq!(pages.iter().map(|page| page.codes.len()).collect::<Vec<_>>(), [4, 4, 2]);
    let text = text_of(&pages[0]);
    for words in ["Петренко Мария Петровна", "K7QX 3M9D 2F8A 6TPWZ", "dnevnik.school.example", "Белова Белла Борисовна"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.to_lowercase().contains("документ №") && pages[0].foot.is_none(), "neither number nor seal");
}

#[test]
fn a_consent_is_a_page_of_its_own_that_names_what_the_law_wants_named() {
    let (school, class) = (school(), ClassName::parse("7А").unwrap());
    let pupils =
        [("Петренко Анна Ильинична", false), ("Ли Вэй", true), (&*format!("{} Анна", "Заречная-".repeat(8)), false)]
            .map(|(name, of_age)| ConsentOf { name: name.to_owned(), of_age });
    let pages = consent::pages(&LAYOUTS, &school, &class, &pupils, context("").issued_at).unwrap();
    assert_eq!(pages.len(), 3);
    for page in &pages {
        // Each is the front of a leaf.
        assert_clean(page, 1);
        let text = text_of(page);
        for words in ["СОГЛАСИЕ", "паспорт", "152-ФЗ", "Отозвать", "дата", "подпись", &school.school.name]
        {
            assert!(text.replace('\n', " ").contains(words), "{words}: {text}");
        }
        assert!(!text.contains("ПРОЕКТ"));
    }
    assert!(
        text_of(&pages[0]).contains("законный представитель") && !text_of(&pages[1]).contains("законный представитель")
    );
}

fn week(name: &str, lessons: u8, homework: &str) -> DiarySlip {
    let lesson = |number: u8| SlipLesson {
        number,
        subject: ["Алг.", "Рус. яз.", "Физ-ра", "ОБЗР"][usize::from(number) % 4].to_owned(),
        homework: homework.to_owned(),
        mark: ["", "5", "4 к/р", "н"][usize::from(number) % 4].to_owned(),
    };
    let day = |day: u32| SlipDay {
        date: chrono::NaiveDate::from_ymd_opt(2025, 9, 15 + day).unwrap(),
        told: if day == 3 { vec!["Родительское собрание в 18:00".to_owned()] } else { Vec::new() },
        lessons: (1..=lessons).map(lesson).collect(),
    };
    DiarySlip {
        name: name.to_owned(),
        days: (0..6).map(day).collect(),
        standing: (0..14).map(|n| format!("Предмет {n} 4,3{} (4)", n % 10)).collect(),
        lacking: vec!["Химия: не хватает 2 отметок".to_owned()],
    }
}

#[test]
fn a_week_keeps_to_its_quarter_or_goes_on_in_the_next_and_nothing_of_it_is_lost() {
    let (school, class) = (school(), ClassName::parse("7А").unwrap());
    let long = "читать главы 3 и 4, ответить на вопросы 1–12 письменно, выучить наизусть отрывок".to_owned();
    let slips = [week("Петренко Анна", 6, "§ 14, № 305, 307"), week("Ли Вэй", 7, &long), week("Котов Ян", 1, "")];
    let monday = chrono::NaiveDate::from_ymd_opt(2025, 9, 15).unwrap();
    let at = context("").issued_at;
    let (period, teacher) = ("I четверть", "Белова Б. Б.");
    let sheet = DiarySheet { class: &class, monday, period, teacher, at, slips: &slips };
    let pages = diary_slips::pages(&LAYOUTS, &school, &sheet).unwrap();
    let mut filled = 0;
    for (page, number) in pages.iter().zip(1..) {
        assert_set(page, number);
        let (w, h) = (page.width / 2.0, page.height / 2.0);
        let quarters: Vec<Area> = (0..4)
            .map(|at| Area::new((at % 2) as f32 * w + 4.0, (at / 2) as f32 * h + 4.0, w - 8.0, h - 8.0))
            .collect();
        for run in &page.runs {
            assert!(quarters.iter().any(|quarter| quarter.holds(run.ink(), 0.01)), "«{}» is cut", run.text());
        }
        filled += quarters.iter().filter(|quarter| page.runs.iter().any(|run| quarter.holds(run.ink(), 0.01))).count();
        assert!(page.foot.is_none(), "neither number nor seal");
    }
    assert!((4..=6).contains(&filled), "an ordinary week takes one slip, a long one two or three: {filled}");
    let text: String = pages.iter().map(text_of).collect();
    assert_eq!(text.matches("наизусть").count(), 42, "each homework of the long week");
    assert_eq!(text.matches("Классный руководитель").count(), 3, "signed once a pupil");
    for words in
        ["понедельник, 15 сентября", "Родительское собрание в 18:00", "Предмет 13 4,33 (4)", "не хватает 2 отметок"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}
