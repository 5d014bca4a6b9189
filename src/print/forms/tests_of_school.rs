//! What stands in the registers, acts and extracts of the school.

use crate::journal::entry::{
    ArchiveCopied, ArchiveStored, Body, CarrierIssued, CarrierLost, CarrierRestored, CarrierReturned, Change,
    CorrectionRequested, LessonRef, LessonText, PupilMoved, SchoolChanged, VerifiedAs, VerifiedDepth,
};
use crate::journal::read::{self, Tables, standing};
use crate::journal::testing::{self, absence, day, decided, identity, lesson, lesson_at, moment, noon};
use crate::ledger::log::checkpoint::{Checkpoint, Origin};
use crate::print::page::{Page, TextRun};
use crate::print::testing::{
    ARCHIVE, CARRIERS, LIFELIKE, Size, act, annals_of_papers, context, extract, file, filing, lose_stick, lost,
    of_class, of_school, papers, russian, year,
};
use crate::print::{Form, IssueContext, Layouts, Subject, Wanted, lay_out};
use std::collections::BTreeMap;

/// The lines of a register, cell by cell.
fn lines(tables: &Tables, form: Form) -> Vec<Vec<String>> {
    lines_of(tables, &of_school(form))
}

/// The lines of a document, cell by cell.
fn lines_of(tables: &Tables, wanted: &Wanted) -> Vec<Vec<String>> {
    let document = lay_out(tables, &Layouts::load(None).unwrap(), wanted, &context("2025-0143")).unwrap();
    let mut cells: BTreeMap<(usize, u32, u32), String> = BTreeMap::new();
    for (page, runs) in document.pages.iter().enumerate().map(|(i, page)| (i, &page.runs)) {
        for run in runs {
            let cell = cells.entry((page, run.place.row, run.place.column)).or_default();
            if !cell.is_empty() {
                cell.push(' ');
            }
            cell.push_str(run.text());
        }
    }
    let mut rows: BTreeMap<(usize, u32), Vec<String>> = BTreeMap::new();
    for ((page, row, _), text) in cells {
        rows.entry((page, row)).or_default().push(text);
    }
    rows.into_values().collect()
}

fn has(lines: &[Vec<String>], line: &[&str]) -> bool {
    lines.iter().any(|known| known == line)
}

#[test]
fn the_register_of_corrections_says_what_was_asked_for_and_what_came_of_it() {
    let lines = lines(&papers(4, 0, false), Form::Corrections);
    let reason = "отметка поставлена не тому ученику";
    let line = |number, changes, decision| {
        let name = "Учителева И. И.";
        [number, "19.10.2025", "7 «А»", name, "14.10.2025, урок 3", "Русский язык", changes, reason, decision]
    };
    let [mark, five, two] = ["4", "5", "2"].map(|mark| format!("Андреев Глеб: было 3, стало {mark}"));
    assert!(has(&lines, &line("1", &mark, "удовлетворено 20.10.2025, Завьялова И. И.")), "{lines:#?}");
    assert!(has(&lines, &line("2", &five, "отклонено 20.10.2025, Завьялова И. И.: работа не найдена")), "{lines:#?}");
    assert!(has(&lines, &line("3", &two, "не рассмотрено")), "{lines:#?}");
    let fourth = lines.iter().find(|line| line[0] == "4").unwrap();
    assert!(fourth[6].ends_with("замена «Преподавателев И. И.»"), "a name and no login: {}", fourth[6]);
}

#[test]
fn a_lesson_that_was_annulled_is_on_no_page_of_the_book_and_in_a_table_of_its_own_under_the_register() {
    let mut tables = papers(1, 0, false);
    let at = lesson_at(&russian(), "2025-10-14", 3);
    let text = |tables: &Tables, wanted: &Wanted| {
        let document = lay_out(tables, &Layouts::load(None).unwrap(), wanted, &context("2025-0143")).unwrap();
        let runs = document.pages.iter().flat_map(|page| page.runs.iter().map(|run| run.text().to_owned()));
        runs.collect::<Vec<_>>().join(" ")
    };
    let book = |tables: &Tables| text(tables, &of_class(Form::ClassBook));
    let before = book(&tables);
    assert!(before.contains("Повторение. Свойства"), "{before}");
    assert!(before.contains("запись № 1 журнала"), "{before}");
    assert!(!text(&tables, &of_school(Form::Corrections)).contains("АННУЛИРОВАННЫЕ ЗАПИСИ"));

    let lesson = read::lesson_at(&tables, &at).unwrap().unwrap();
    let cells = standing::cells_of(&tables, lesson.id).unwrap();
    let changes = vec![Change::Annulment { was: Some(lesson.text()), cells }];
    let LessonRef { course, date, lesson } = at.clone();
    let asked = CorrectionRequested { course, date, lesson, changes, reason: "не тот класс".into() };
    tables.by("t1", "2026-05-30T09:00", asked);
    let seq = tables.by("zav", "2026-05-30T10:00", decided(2, true, ""));
    let after = book(&tables);
    assert!(!after.contains("Повторение. Свойства") && !after.contains("запись № 1 журнала"), "{after}");

    let register = lines(&tables, Form::Corrections);
    let what = "14.10.2025, урок 3: тема «Повторение. Свойства степени», задание «§ 4»; с ним: Андреев Глеб 4";
    let about = "7А, Русский язык";
    let who = "Учителева И. И. по заявке № 2, разрешил(а) Завьялова И. И.";
    let row = [&seq.to_string(), "30.05.2026", "урок", about, what, "не тот класс", who];
    assert!(has(&register, &row), "{register:#?}");
    let request = register.iter().find(|line| line[0] == "2" && line.len() == 9).unwrap();
    assert!(request[6].contains("стало аннулирован; с ним: Андреев Глеб 4"), "{request:?}");

    // Recorded anew, it is another lesson: what was corrected in the one before is not said of it.
    let becomes = LessonText { topic: "Причастия".into(), ..LessonText::default() };
    let LessonRef { course, date, lesson } = at;
    let changes = vec![Change::Lesson { was: None, becomes }];
    tables.by("t1", "2026-05-31T09:00", CorrectionRequested { course, date, lesson, changes, reason: "был".into() });
    tables.by("zav", "2026-05-31T10:00", decided(3, true, ""));
    let anew = book(&tables);
    assert!(anew.contains("Причастия") && !anew.contains("запись № 1 журнала"), "{anew}");
    assert!(anew.contains("запись № 3 журнала"), "{anew}");
}

#[test]
fn a_clock_put_right_stands_between_the_requests_before_and_after_it() {
    let lines = lines(&papers(2, 0, false), Form::Corrections);
    let place = |number: &str| lines.iter().position(|line| line[0] == number && line.len() == 9).unwrap();
    let clock = place("—");
    assert!(place("1") < clock && clock < place("2"), "{lines:#?}");
    assert_eq!(lines[clock][3], "Директоров И. И.");
    assert!(lines[clock][6].starts_with("Поправлены часы"));
    assert_eq!(lines[clock][7], "села батарея, часы показывали 2031 год");
    assert_eq!(lines[clock][8], "внесено 19.10.2025, Директоров И. И.");
}

#[test]
fn the_register_of_documents_names_the_code_of_the_last_page_and_leaves_itself_out() {
    let lines = lines(&papers(0, 6, false), Form::Register);
    let title = "Классный журнал 7 «А» класса за 2025/2026 учебный год";
    let simplex = format!("{title} (на одной стороне листа)");
    let [first, second] =
        [simplex.as_str(), title].map(|title| format!("{title}. Заменён документом № 2025-0006 от 24.10.2025"));
    // Under which heading it is filed and for how long; what the school has not named is marked.
    let (index, term) = ("02-15", "5 лет (статью уточните)");
    let line = |number, title, code| [number, "24.10.2025", title, "72", code, index, term, "Завьялова И. И."];
    assert!(has(&lines, &line("2025-0001", &first, "0001 0002 0001 0002")), "{lines:#?}");
    assert!(has(&lines, &line("2025-0002", &second, "0002 0002 0002 0002")), "{lines:#?}");
    assert!(has(&lines, &line("2025-0006", &simplex, "0006 0002 0006 0002")), "{lines:#?}");
    assert!(lines.iter().all(|line| line[0] != "2025-0005"), "{lines:#?}");
    assert!(lines.iter().any(|line| line[0].contains("их номера пропущены")), "{lines:#?}");
}

#[test]
fn the_register_of_carriers_says_who_has_each_and_leaves_room_for_the_pen() {
    let lines = lines(&papers(0, 0, false), Form::Carriers);
    let first = ["1", "«А-1», № 00c1d2e3f4a5b6c7"];
    let issued = "Директоров Инна Игоревна, 24.10.2025; место хранения: сейф директора, кабинет № 12";
    assert!(has(&lines, &[first[0], first[1], issued]), "{lines:#?}");
    let second = lines.iter().find(|line| line[0] == "2").unwrap();
    assert_eq!(second[1], "«А-2», № 11c1d2e3f4a5b6c7; JetFlash, серийный № 0A1B2C3D4E5F");
}

#[test]
fn the_register_of_carriers_has_a_line_for_each_issue_and_the_loss_in_the_last() {
    let mut tables = papers(0, 0, false);
    let [carrier, replacement] = CARRIERS.map(str::to_owned);
    let issued = || CarrierIssued { carrier: carrier.clone(), to: "zav".into() };
    tables.by("dir", "2026-06-02T09:00", issued());
    tables.by("dir", "2026-06-20T09:00", CarrierReturned { carrier: carrier.clone(), place: "шкаф".into() });
    tables.by("dir", "2026-07-01T23:30", issued());
    let (reported, circumstances) = (day("2026-07-10"), "забыт в автобусе".to_owned());
    let lost = CarrierLost { carrier: carrier.clone(), reported, circumstances, by_fault: true };
    tables.by("dir", "2026-07-10T09:00", lost);
    tables.by("dir", "2026-07-12T09:00", CarrierRestored { carrier, replacement });
    let lines = lines(&tables, Form::Carriers);
    let zav = |date: &str| format!("Завьялова Инна Игоревна, {date}");
    let carrier = "«А-1», № 00c1d2e3f4a5b6c7";
    let returned = "20.06.2026, принял(а) Директоров Инна Игоревна; место хранения: шкаф";
    assert!(has(&lines, &["2", carrier, &zav("02.06.2026"), returned]), "{lines:#?}");
    let lost = "10.07.2026: забыт в автобусе; по вине держателя";
    let restored = "12.07.2026, на «А-2», № 11c1d2e3f4a5b6c7";
    assert!(has(&lines, &["3", carrier, &zav("01.07.2026"), lost, restored]), "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| line.iter().any(|cell| cell.contains("забыт в автобусе"))).count(), 1);
}

#[test]
fn an_empty_register_says_so_and_is_certified_all_the_same() {
    let mut annals = annals_of_papers(0, 0, false);
    annals.without(|body| matches!(body, Body::ClockReset(_) | Body::CarrierRegistered(_) | Body::ArchiveCreated(_)));
    let tables = annals.record();
    // Nobody records anything without a key.
    tables.damage("DELETE FROM keys");
    for form in [Form::Corrections, Form::Register, Form::Carriers, Form::Keys] {
        let lines = lines(&tables, form);
        assert!(has(&lines, &["Записей нет"]), "{lines:#?}");
        assert!(has(&lines, &["Верно"]), "{lines:#?}");
    }
}

#[test]
fn the_act_names_the_archive_its_carriers_the_code_and_the_key() {
    let tables = papers(0, 0, false);
    let lines = lines_of(&tables, &act());
    // The archive holds what was recorded before it.
    let made = tables.rows("SELECT entry - 1 FROM archives").concat();
    let signer = identity("zav").public().fingerprint();
    let code = "1A2B 3C4D ".repeat(8);
    for line in [
        &["Председатель комиссии", "Директоров Инна Игоревна, директор"][..],
        &["Член комиссии", "Завьялова Инна Игоревна, заместитель директора по УВР"],
        &["Содержание", "электронный журнал и выданные по нему документы"],
        &["Период", "I четверть 2025/2026 учебного года"],
        &["Имя архива на носителе", ARCHIVE],
        &["Создан", "24.10.2025, 15:20"],
        &["Записей журнала", &made[0]],
        &["Объём одной копии", "файлов: 9, байт: 461825"],
        &["Код архива", code.trim()],
        &["Отпечаток ключа подписи", &signer],
        &["1", "А-1", "00c1d2e3f4a5b6c7", "Директоров Инна Игоревна", "сейф директора, кабинет № 12"],
        &["Верно"],
    ] {
        assert!(has(&lines, line), "{line:?}\n{lines:#?}");
    }
    let signed = lines.iter().filter(|line| line[0].ends_with("комиссии")).count();
    assert_eq!(signed, 6, "three of the commission, and their signatures");
}

#[test]
fn an_act_names_the_copies_that_are_left_and_promises_no_second_one_where_there_is_none() {
    let mut tables = papers(0, 0, false);
    let wanted = act();
    let says = |tables: &Tables, word: &str| lines_of(tables, &wanted).iter().flatten().any(|cell| cell.contains(word));
    assert!(says(&tables, "по одной на каждом") && says(&tables, "А-1") && says(&tables, "А-2"));
    let lost = |carrier: &str| CarrierLost {
        carrier: carrier.to_owned(),
        reported: day("2026-06-10"),
        circumstances: "забыт".to_owned(),
        by_fault: false,
    };
    // A copy that was wiped and written again is still one.
    let again = ArchiveCopied { archive: ARCHIVE.to_owned(), carrier: CARRIERS[0].to_owned() };
    tables.by("zav", "2026-06-01", again);
    let copies = lines_of(&tables, &wanted);
    assert_eq!(copies.iter().flatten().filter(|cell| cell.as_str() == "А-1").count(), 1, "{copies:#?}");
    tables.by("dir", "2026-06-10", lost(CARRIERS[1]));
    assert!(
        !says(&tables, "по одной на каждом")
            && says(&tables, "в одной архивной копии")
            && says(&tables, "А-1")
            && !says(&tables, "А-2")
    );
    tables.by("dir", "2026-06-10", lost(CARRIERS[0]));
    let error = lay_out(&tables, &Layouts::load(None).unwrap(), &wanted, &context("2025-0143")).unwrap_err();
    assert!(error.exit_status() == 2 && error.message().contains("утеряны"), "{error}");
}

#[test]
fn an_act_names_a_whole_copy_in_a_third_place_and_no_damaged_one() {
    let mut tables = papers(0, 0, false);
    let mut stored = |result: VerifiedAs, code: &str| {
        let [archive, place, shelf] =
            [ARCHIVE, "папка /mnt/archive", "sosh-1/2025-2026/2025-2026-q1"].map(str::to_owned);
        let (tagmanifest, depth) = (code.to_owned(), VerifiedDepth::Signature);
        let stored = ArchiveStored {
            archive,
            place,
            shelf,
            tagmanifest,
            put: false,
            depth,
            result,
            damaged: None,
            healable: None,
            locked_until: None,
        };
        tables.by("zav", "2026-06-01", stored);
        lines_of(&tables, &act())
            .iter()
            .any(|line| line.join(" ").contains("третьем месте (папка /mnt/archive), в sosh-1/2025-2026/2025-2026-q1"))
    };
    assert!(stored(VerifiedAs::Whole, &"1a2b3c4d".repeat(8)));
    assert!(!stored(VerifiedAs::Damaged, ""));
}

#[test]
fn the_checkpoint_stands_on_act_and_certificate_where_the_school_has_witnesses() {
    let origin = Origin { journal: [0x5f; 32], epoch: 2 };
    let point = Checkpoint { origin, size: 41_237, root: [7; 32] };
    let layouts = Layouts::load(None).unwrap();
    let (act, book) = (act(), of_class(Form::ClassBook));
    let acts = papers(0, 0, false);
    let books = year(Size { subjects: 2, ..LIFELIKE }).record();
    let said = format!("{origin}, записей 41237, корень {}", point.root_in_base64());
    for (tables, wanted) in [(&acts, &act), (&books, &book)] {
        let text = |checkpoint: Option<Checkpoint>, number: &str| {
            let context = IssueContext { checkpoint, ..context(number) };
            let document = lay_out(tables, &layouts, wanted, &context).unwrap();
            let runs = document.pages.iter().flat_map(|page| &page.runs);
            runs.map(|run| run.text()).collect::<String>().replace(char::is_whitespace, "")
        };
        let (with, without) = (text(Some(point), "2025-0143"), text(None, "2025-0143"));
        assert!(with.contains(&said.replace(' ', "")), "{with}");
        assert!(with.contains("Контрольнаяточкадлясвидетелейвнешколы"));
        assert!(!without.contains("Контрольнаяточка"), "a school without witnesses has the pages that it had");
        assert!(wanted.form == Form::ArchiveAct || !text(Some(point), "").contains("Контрольнаяточка"));
    }
}

#[test]
fn an_archive_that_the_journal_did_not_make_has_no_act() {
    let wanted = Wanted::new(Form::ArchiveAct, Subject::Archive("2024-2025-q1".into()));
    let tables = papers(0, 0, false);
    let fault = lay_out(&tables, &Layouts::load(None).unwrap(), &wanted, &context("2025-0143")).unwrap_err();
    assert_eq!(fault.exit_status(), 2);
    assert!(fault.message().contains("2024-2025-q1"));
}

#[test]
fn an_extract_has_the_marks_of_each_period_in_order_of_date_whatever_the_class_was() {
    let mut annals = year(Size { subjects: 2, ..LIFELIKE });
    let pupil = file(9);
    let (other, own) = (testing::course("7Б", "Литература"), testing::course("7А", "Литература"));
    annals.without_cells(|_, of| of == pupil);
    // He begins in 7Б.
    annals.class("7Б", "").course(&other, "t2", 2.0);
    for entry in &mut annals.entries {
        if let Body::PupilEnrolled(set) = &mut entry.body
            && set.file == pupil
        {
            set.class = other.class.clone();
        }
    }
    annals.entries.sort_by_key(|entry| matches!(entry.body, Body::PupilEnrolled(_)));
    let moved = PupilMoved { file: pupil.clone(), class: own.class.clone(), since: day("2025-11-12"), despite: false };
    annals.by("dir", moment("2025-11-12T08:00"), moved);
    for (course, on, mark, kind) in [
        (&other, "2025-09-04", "4/5", ""),
        (&other, "2025-09-11", "3", ""),
        (&other, "2025-09-12", "", "б"),
        (&own, "2025-12-06", "", "н"),
        (&own, "2025-12-20", "2", "оп"),
    ] {
        let at = lesson_at(course, on, 2);
        annals.taught(noon(at.date), lesson(&at, "Повторение", ""));
        if !mark.is_empty() {
            annals.taught(noon(at.date), testing::mark(&at, &pupil, mark, ""));
        }
        if !kind.is_empty() {
            annals.taught(noon(at.date), absence(&at, &pupil, kind));
        }
    }
    annals.taken_over(moment("2025-10-24"), testing::finals(&other, "I четверть", &[(&pupil, "4")]));
    let tables = annals.record();
    let lines = lines_of(&tables, &extract());
    for line in [
        &["№ личного дела", "А-009"][..],
        &["Класс", "7 «Б» класс с 01.09.2025 до 12.11.2025; 7 «А» класс с 12.11.2025 до 03.02.2026"],
        &["За период", "с 01.09.2025 по 02.02.2026"],
        &["2", "Литература", "I четверть", "4/5, 3", "1", "4"],
        &["II четверть", "2", "1", "–"],
        &["III четверть", "–", "0", "–"],
        &["I четверть", "1", "1", "1", "0", "0"],
        &["Верно"],
    ] {
        assert!(has(&lines, line), "{line:?}\n{lines:#?}");
    }
    assert!(lines.iter().flatten().all(|text| text != "IV четверть"), "he had left before it began");
}

#[test]
fn the_statement_on_a_lost_stick_says_whose_data_it_held_and_names_them_on_an_annex() {
    let mut tables = papers(0, 0, false);
    let wanted = Wanted::new(Form::LostStick, Subject::Carrier(CARRIERS[0].to_owned()));
    let refused = |tables: &Tables| {
        let error = lay_out(tables, &Layouts::load(None).unwrap(), &wanted, &context("2025-0143")).unwrap_err();
        assert_eq!(error.exit_status(), 2);
        error.message().to_owned()
    };
    assert!(refused(&tables).contains("не утерян"));
    let key = identity("t2").public().fingerprint();
    lose_stick(&mut tables);
    tables.by("zav", "2026-05-31", lost(CARRIERS[1]));
    let seen = crate::journal::excerpt::pupils(&tables, "t2").unwrap();
    assert!(!seen.is_empty());
    let lines = lines_of(&tables, &wanted);
    let revoked = format!("{key}: отозван 31.05.2026");
    for line in [
        &["Носитель", "«А-1», № 00c1d2e3f4a5b6c7"][..],
        &["Кому выдан", "Преподавателев Инна Игоревна, учитель"],
        &["Подготовлен", "30.05.2026"],
        &["Об утрате сообщено", "31.05.2026"],
        &["Ключ владельца", &revoked],
        &["Принято с носителя", "ничего"],
    ] {
        assert!(has(&lines, line), "{line:?}\n{lines:#?}");
    }
    // The statement can be shown without the names: they are on no side of its leaf.
    let document = lay_out(&tables, &Layouts::load(None).unwrap(), &wanted, &context("2025-0143")).unwrap();
    let says = |text: &str| {
        let has = |page: &crate::print::page::Page| page.runs.iter().any(|run| run.text().contains(text));
        document.pages.iter().position(has).unwrap()
    };
    assert_eq!((says("СПРАВКА"), says("ПРИЛОЖЕНИЕ")), (0, 2));
    assert!(document.pages[..2].iter().all(|page| page.runs.iter().all(|run| run.text() != seen[0].name.full())));
    let names: Vec<&String> =
        lines.iter().filter(|line| line.len() == 4 && line[1] != "Класс").map(|line| &line[2]).collect();
    let expected: Vec<String> = seen.iter().map(|pupil| pupil.name.full()).collect();
    assert_eq!(names.len(), expected.len());
    assert!(expected.iter().all(|name| names.contains(&name)), "{names:?}");
    assert!(lines.iter().flatten().all(|cell| cell != "Верно"), "it is no copy, and is certified by nobody");
    let other = Wanted::new(Form::LostStick, Subject::Carrier(CARRIERS[1].to_owned()));
    let error = lay_out(&tables, &Layouts::load(None).unwrap(), &other, &context("2025-0143")).unwrap_err();
    assert!(error.message().contains("не было индивидуальной версии"), "{error}");
}

#[test]
fn hands_sign_in_cells_of_their_own_that_are_high_enough() {
    for (form, signatures) in
        [(Form::Carriers, vec!["Подпись получившего", "Подпись принявшего"]), (Form::Keys, vec!["Подпись от руки"])]
    {
        let layouts = Layouts::load(None).unwrap();
        let document = lay_out(&papers(0, 0, false), &layouts, &of_school(form), &context("2025-0143")).unwrap();
        let page = &document.pages[0];
        for heading in signatures {
            let head = page.runs.iter().find(|run| run.text() == heading).unwrap_or_else(|| panic!("{heading}"));
            let below =
                page.runs.iter().filter(|run| run.place.column == head.place.column && run.cell.y > head.cell.y);
            assert!(head.cell.w >= 26.0 && below.filter(|run| run.cell.w == head.cell.w).count() == 0, "{heading}");
        }
        let lines = page.tables[0].body.clone();
        let cells = page.runs.iter().filter(|run| lines.contains(&run.place.row)).map(|run| run.cell.h);
        assert!(cells.fold(f32::MAX, f32::min) >= 12.0 - 0.01, "{form:?}");
    }
}

#[test]
fn an_extract_says_where_its_original_is_and_keeps_what_was_missed_above_the_certification() {
    let layouts = Layouts::load(None).unwrap();
    for subjects in [3, 10, 13, 17] {
        let tables = crate::print::testing::tables(Size { subjects, ..LIFELIKE });
        let document = lay_out(&tables, &layouts, &extract(), &context("2025-0143")).unwrap();
        let text_of = |page: &Page| page.runs.iter().map(TextRun::text).collect::<Vec<_>>().join(" ");
        let last = text_of(document.pages.last().unwrap());
        let says = "Подлинник документа находится в МБОУ «СОШ № 1» в деле № 02-15 за 2025/2026 учебный год.";
        assert!(last.contains(says) && last.contains("Верно"), "{subjects}: {last}");
        assert!(last.contains("Пропущено дней и уроков") && last.contains("Всего"), "{subjects}: {last}");
        assert!(document.pages.len() <= 2, "{subjects}");
        let whom = document.title.split_once(": ").unwrap().1.split(", 2025").next().unwrap();
        let goes_on = format!("ОТМЕТОК. {whom} (продолжение)");
        assert!(document.pages.len() < 2 || (whom.ends_with(" класс") && last.contains(&goes_on)), "{whom}: {last}");
    }
}

#[test]
fn the_act_names_order_place_and_originals_and_that_the_copies_are_equal() {
    let text = |tables: &Tables| {
        let document = lay_out(tables, &Layouts::load(None).unwrap(), &act(), &context("2025-0143")).unwrap();
        document.pages.iter().flat_map(|page| &page.runs).map(TextRun::text).collect::<Vec<_>>().join(" ")
    };
    let mut tables = papers(0, 0, false);
    let unnamed = text(&tables);
    assert!(unnamed.contains("приказом от ____________ № ________"), "{unnamed}");
    for says in ["Место составления: г. Великие Луки", "одинаковы до последнего байта", "в 2 (двух) подлинных"]
    {
        assert!(unnamed.contains(says), "{says}: {unnamed}");
    }
    assert!(!unnamed.contains(".txt"), "{unnamed}");
    let mut school = read::school(&tables).unwrap();
    school.records.commission = "от 01.09.2025 № 112".into();
    tables.by("dir", "2025-10-24T16:00", SchoolChanged { school });
    assert!(text(&tables).contains("созданная приказом от 01.09.2025 № 112, в составе:"));
}

#[test]
fn the_schedule_counts_files_by_term_once_the_year_is_over_and_marks_what_is_not_named() {
    let tables = filing(5, false);
    let lines = lines(&tables, Form::Nomenclature);
    assert!(
        has(&lines, &["02-16", "Сводные ведомости итоговой успешности классов за учебный год", "5", "25 лет, ст. 9"]),
        "{lines:#?}"
    );
    assert!(has(&lines, &["уточните", "Реестр ключей подписи", "0", "5 лет (статью уточните)"]), "{lines:#?}");
    assert!(has(&lines, &["Временного (свыше 10 лет)", "5", "0", "0"]), "{lines:#?}");
    let cases = self::lines(&tables, Form::CaseList);
    let closing = "В данную опись внесено 5 (пять) дел, с № 1 по № 5";
    assert!(cases.iter().flatten().any(|text| text.contains(closing)), "{cases:#?}");
    let fifth = ["5", "02-16", "Сводная ведомость итоговой успешности 1Д класса за 2025/2026 учебный год"];
    assert!(cases.iter().any(|line| line.starts_with(&fifth.map(str::to_owned))), "{cases:#?}");
}
