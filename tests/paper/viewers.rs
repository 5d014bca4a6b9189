//! What viewers are told of a printed file, what stands across a draft, one subject's pages, the label for a spine.

use crate::common::peers;
use crate::common::school::School;
use std::path::Path;

const NOW: &str = "2026-05-29 12:00:00";

fn holds(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap();
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn viewers_show_facing_pages_bookmarks_and_the_title_and_the_file_names_its_number() {
    let Some(school) = School::small() else { return };
    let (Some(qpdf), Some(pdfinfo)) = (peers::require("qpdf"), peers::require("pdfinfo")) else { return };
    school.run(NOW, "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    school.run(NOW, "petrova", &["print", "progress", "7А", "--out", "print"]).ok();
    let (book, progress) = (school.path("print/journal-7a.pdf"), school.path("print/progress-7a.pdf"));
    for told in ["/PageLayout/TwoPageRight", "/PageMode/UseOutlines", "/DisplayDocTitle true"] {
        assert!(holds(&book, told), "{told}");
    }
    // A tagged document says that it is, and not that its tags are not suspect.
    assert!(holds(&progress, "/Marked true") && !holds(&progress, "/Suspects"));
    for (file, number) in [(&book, "2025-0001"), (&progress, "2025-0002")] {
        let file = file.to_str().unwrap();
        let sound = qpdf.run(["--check", file], &school.path("."));
        assert_eq!(sound.code, Some(0), "{sound}");
        let told = pdfinfo.run([file], &school.path("."));
        assert!(told.stdout.contains(&format!("Документ № {number}")), "{told}");
    }
    peers::verapdf("2u", &[&book]).unwrap();
    peers::verapdf("2a,ua1", &[&progress]).unwrap();
}

#[test]
fn a_draft_says_so_across_every_page_and_is_certified_by_nobody() {
    let Some(school) = School::small() else { return };
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let mut files = Vec::new();
    for (args, name) in [(["class", "7А"], "journal-7a"), (["progress", "7А"], "progress-7a")] {
        school.run(NOW, "petrova", &[&["print"], &args[..], &["--out", "print", "--draft"]].concat()).ok();
        files.push(school.path(&format!("print/{name}-draft.pdf")));
    }
    for file in &files {
        // In the order in which it is drawn: the word is under all else.
        let text = pdftotext.run(["-raw", file.to_str().unwrap(), "-"], &school.path(".")).stdout;
        let across = |page: &str| page.split_whitespace().collect::<String>().starts_with("ПРОЕКТ");
        let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
        assert!(!pages.is_empty() && pages.iter().all(|page| across(page)), "{text}");
        assert!(!text.contains("Верно") && !text.contains("М. П."), "{text}");
    }
    peers::verapdf("2u", &files[..1]).unwrap();
    peers::verapdf("2a,ua1", &files[1..]).unwrap();
}

#[test]
fn the_pages_of_one_subject_are_a_document_of_their_own() {
    let Some(school) = School::small() else { return };
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let print =
        |subject: &str| school.run(NOW, "petrova", &["print", "class", "7А", "--subject", subject, "--out", "print"]);
    print("алг").says(&[
        "№ 2025-0001: Предметные страницы классного журнала 7 «А» класса",
        "Алгебра",
        "subject-7a-algebra.pdf",
    ]);
    print("Алгебра").says(&["номер прежний"]);
    print("Латынь").fails(2, &["предмета «Латынь» нет в журнале"]);
    let file = school.path("print/subject-7a-algebra.pdf");
    let text = pdftotext.run(["-layout", file.to_str().unwrap(), "-"], &school.path(".")).stdout;
    let pages: Vec<&str> = text.split('\u{c}').collect();
    assert!(pages[0].contains("Страницы предмета «Алгебра»"), "{text}");
    // Marks stand on a left page, which is even; the last bears the certification.
    assert!(pages[1].contains("Наименование предмета: Алгебра") && pages[1].contains("стр. 2"), "{text}");
    assert!(!text.contains("Химия") && text.contains("Верно"), "{text}");
    peers::verapdf("2u", &[&file]).unwrap();
    let code = format!("{}", file.display());
    school.run(NOW, "petrova", &["print", "check", &code]).says(&["тот же файл, байт в байт"]);
    let both = ["print", "class", "7А", "--subject", "Алгебра", "--spine", "--out", "print"];
    assert_eq!(school.run(NOW, "petrova", &both).0.code, Some(2));
}

#[test]
fn a_label_for_the_spine_names_class_year_and_how_long_the_book_is_kept() {
    let Some(school) = School::small() else { return };
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    school.run(NOW, "petrova", &["print", "class", "7А", "--spine", "--out", "print"]).says(&["Наклейка на корешок"]);
    let file = school.path("print/spine-7a.pdf");
    let text = pdftotext.run([file.to_str().unwrap(), "-"], &school.path(".")).stdout;
    assert!(["7 «А»", "2025/2026", "Хранить 5 лет"].iter().all(|part| text.contains(part)), "{text}");
    peers::verapdf("2u", &[&file]).unwrap();
}
