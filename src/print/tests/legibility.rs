//! Every form, however long it and its texts are: no word leaves its cell or touches a rule.

use super::*;

#[test]
fn text_of_a_lifelike_class_stands_in_its_cells_and_touches_no_rule() {
    let sheet = document(LIFELIKE, Form::SummarySheet);
    for document in [&*BOOK, &sheet] {
        document.pages.iter().zip(1..).for_each(|(page, number)| assert_legible(page, number));
    }
}

#[test]
fn text_of_an_unwieldy_class_stands_in_its_cells_and_touches_no_rule() {
    for form in OF_CLASS {
        for (page, number) in document(UNWIELDY, form).pages.iter().zip(1..) {
            assert_legible(page, number);
        }
    }
}

#[test]
fn text_of_an_analytical_report_touches_no_rule_and_no_bar_whatever_the_size_of_the_school() {
    for (classes, pupils, subjects) in [(1, 25, 1), (3, 12, 9), (30, 28, 25), (32, 6, 17)] {
        let tables = school_of(classes, pupils, subjects);
        for period in ["I четверть", "III четверть", "Год"] {
            let document = lay_out(&tables, &LAYOUTS, &analytics(period), &context(NUMBER)).unwrap();
            assert!(document.pages.iter().any(|page| !page.fills.is_empty()));
            document.pages.iter().zip(1..).for_each(|(page, number)| assert_legible(page, number));
        }
    }
}

#[test]
fn the_registers_of_the_school_are_legible_however_long_they_and_their_texts_are() {
    for tables in [papers(200, 300, false), papers(40, 60, true), papers(0, 0, false)] {
        for wanted in OF_SCHOOL.map(of_school).into_iter().chain([act()]) {
            let document = lay_out(&tables, &LAYOUTS, &wanted, &context(NUMBER)).unwrap();
            document.pages.iter().zip(1..).for_each(|(page, number)| assert_legible(page, number));
        }
    }
}

#[test]
fn lists_of_cases_acts_on_what_is_destroyed_and_the_schedule_are_legible_however_long_they_are() {
    for (classes, unwieldy) in [(0, false), (3, false), (44, false), (30, true)] {
        let tables = filing(classes, unwieldy);
        for wanted in [of_school(Form::CaseList), of_school(Form::Nomenclature), destruction(&tables)] {
            let document = lay_out(&tables, &LAYOUTS, &wanted, &context(NUMBER)).unwrap();
            document.pages.iter().zip(1..).for_each(|(page, number)| assert_legible(page, number));
            assert!(text_of(&document.pages[0]).contains("УТВЕРЖДАЮ"));
            assert!(document.pages.iter().any(|page| text_of(page).contains("Верно")));
        }
    }
}

/// An archive in which so much was found.
fn inspected(findings: usize) -> inspection::Inspected {
    let found = |number: usize| inspection::Found {
        place: format!("data/class-{number}a-{}.zip.age", "x".repeat(80)),
        what: "содержимое изменилось: 王 сумма не та, что в списке ".repeat(9),
        gravity: "повреждение".into(),
        fault: true,
    };
    inspection::Inspected {
        path: format!("/media/{}/LETOPIS/2025-2026-q1", "usb".repeat(60)),
        stick: Some(format!("«{}», № 00c1d2e3f4a5b6c7; хранит Орлов Пётр Ильич", "А-1 ".repeat(60))),
        code: Some("1a".repeat(32)),
        findings: (0..findings).map(found).collect(),
        carrier: Some(Vec::new()),
        verdict: "повреждён".into(),
        ..inspection::Inspected::default()
    }
}

fn same() -> inspection::Compared {
    let paths = vec![format!("/media/{}", "usb-1/".repeat(30)), "/media/usb-2".to_owned()];
    inspection::Compared { name: "2025-2026-q1".into(), paths, outcome: inspection::Outcome::Equal }
}

#[test]
fn an_act_on_a_verification_is_legible_whatever_was_found() {
    for archives in [vec![], vec![inspected(0)], vec![inspected(70), inspected(0), inspected(1), inspected(0)]] {
        let at = context("").issued_at;
        let act = inspection::Inspection { at, version: "0.1.0".into(), archives, copies: vec![same()] };
        let pages = inspection::pages(&LAYOUTS, &act).unwrap();
        pages.iter().zip(1..).for_each(|(page, number)| assert_clean(page, number));
        let all: String = pages.iter().map(text_of).collect();
        assert_eq!(all.matches("Заключение: архив повреждён.").count(), act.archives.len());
        assert!(all.contains("Проверку провёл(а):") && !all.contains("ПРОЕКТ") && !all.contains("Документ №"));
        assert_eq!(all.contains("<U+738B>"), act.archives.len() > 1, "what no font has is named by its number");
        assert_eq!(inspection_act(&LAYOUTS, &act).unwrap(), inspection_act(&LAYOUTS, &act).unwrap());
    }
}

#[test]
fn an_act_on_a_verification_names_copies_by_their_numbers_and_files_in_their_row_alone() {
    let copy = |stick: &str| inspection::Inspected { path: format!("{stick}/LETOPIS/2025-2026-q1"), ..inspected(0) };
    let of = |sticks: &[&str]| inspection::Compared {
        paths: sticks.iter().map(|stick| copy(stick).path).collect(),
        ..same()
    };
    let act = inspection::Inspection {
        at: context("").issued_at,
        version: "0.1.0".into(),
        archives: ["usb-1", "usb-2", "usb-3"].map(copy).into(),
        copies: vec![of(&["usb-1", "usb-3"])],
    };
    let all: Vec<String> = inspection::pages(&LAYOUTS, &act).unwrap().iter().map(text_of).collect();
    let all = all.join(" ");
    assert!(all.contains("Копии одного архива № 1 и № 3 одинаковы до последнего байта."), "{all}");
    assert!(all.contains("2. Архивная копия") && all.contains("Где прочитан"), "{all}");
    assert_eq!(all.matches("LETOPIS").count(), 3, "{all}");
}

#[test]
fn an_act_on_a_strangers_bag_claims_no_more_than_was_checked() {
    let bag = inspection::Inspected {
        path: "/media/usb/bag".into(),
        foreign: true,
        verdict: "цел как пакет BagIt 1.0".into(),
        ..inspection::Inspected::default()
    };
    let act = inspection::Inspection {
        at: context("").issued_at,
        version: "0.1.0".into(),
        archives: vec![bag],
        copies: Vec::new(),
    };
    let all: String = inspection::pages(&LAYOUTS, &act).unwrap().iter().map(text_of).collect();
    assert!(all.contains("Заключение: цел как пакет BagIt 1.0."), "{all}");
    for unchecked in ["одпись списка", "связь с предыдущим", "Связь с предыдущим", "Код архива", "не читается"]
    {
        assert!(!all.contains(unchecked), "{unchecked}: {all}");
    }
}

#[test]
fn the_sheets_of_the_recovery_and_the_emergency_key_are_one_legible_page_with_the_key_and_its_code() {
    let school = crate::journal::read::school(&papers(0, 0, false)).unwrap();
    let secret = format!("AGE-SECRET-KEY-1{}", "QPZRY9X8".repeat(7) + "GF");
    let recipient = format!("age1{}", "w".repeat(58));
    let at = context("").issued_at;
    let recovery = Recovery { school: &school, secret: &secret, recipient: &recipient, at, version: "0.1.0" };
    for layout in [&LAYOUTS.recovery, &LAYOUTS.emergency] {
        let pages = forms::recovery::pages(&LAYOUTS, layout, &recovery).unwrap();
        assert_eq!(pages.len(), 1);
        assert_clean(&pages[0], 1);
        let qr = pages[0].qr.as_ref().unwrap();
        assert!(f32::from(qr.side) * qr.module > 51.0);
        let text = text_of(&pages[0]);
        assert!(text.contains("1. QPZR Y9X8 QPZR Y9X8 = ") && text.contains("4. QPZR Y9X8 GF = "), "{text}");
        let typed: Vec<&str> = text.lines().filter(|line| line.contains(" = ")).collect();
        for (number, line) in (1..).zip(&typed) {
            assert!(crate::ledger::paper_key::read_line(number, line).is_ok(), "{line}");
        }
        assert_eq!(typed.len(), crate::ledger::paper_key::LINES);
    }
}

#[test]
fn a_sheet_of_contacts_is_legible_and_holds_who_is_in_the_class_with_and_without_them() {
    for size in [LIFELIKE, UNWIELDY] {
        let tables = tables(Size { subjects: 0, ..size });
        let contact = |n: usize| crate::journal::contacts::Contact {
            pupil: format!("А-{:03}", n % 20 + 1),
            who: "законный представитель".into(),
            name: format!("Представителева-Заречная Александра Константиновна {n}"),
            telephone: "+7 900 000-00-00, добавочный 12345".into(),
            email: format!("{}@example.org", "a".repeat(60)),
            address: "г. Великие Луки, ул. Героев-Десантников, д. 12, корп. 3, кв. 145; 王".into(),
            consent: None,
        };
        let all: Vec<_> = (0..40).map(contact).collect();
        let class = crate::school::ClassName::parse("7А").unwrap();
        let pages = forms::contacts::pages(&tables, &LAYOUTS, &class, &all, context("").issued_at).unwrap();
        pages.iter().zip(1..).for_each(|(page, number)| assert_clean(page, number));
        let text: String = pages.iter().map(text_of).collect();
        assert!(text.contains("не подшивается") && text.contains("<U+738B>") && !text.contains("ПРОЕКТ"));
        // Pupil 9 left in February; the class is larger than those whose contacts are known.
        let names = cells_of_column(&pages, 0);
        assert!(names.len() > 40 && names.iter().all(|name| !name.is_empty()));
    }
}

/// The texts of a column on all pages, without the headings.
fn cells_of_column(pages: &[Page], column: u32) -> Vec<String> {
    let rows = pages.iter().flat_map(|page| page.tables.iter().map(move |table| (page, table.body.clone())));
    rows.flat_map(|(page, body)| {
        cells(page)
            .into_iter()
            .filter(|((row, c), _)| body.contains(row) && *c == column)
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn an_extract_is_legible_for_every_pupil() {
    for size in [LIFELIKE, UNWIELDY] {
        let tables = tables(size);
        for pupil in [extract(), Wanted::new(Form::Extract, Subject::Pupil("А-004".to_owned()))] {
            let document = lay_out(&tables, &LAYOUTS, &pupil, &context(NUMBER)).unwrap();
            document.pages.iter().zip(1..).for_each(|(page, number)| assert_legible(page, number));
        }
    }
}
