//! Leaves of a class's book that differ from those that were issued: printed alone, followed from code to code, bound with
//! the rest, and archived with it.

use crate::common::peers;
use crate::common::school::School;
use std::path::Path;

const LESSON: [&str; 3] = ["7А", "Алгебра", "25.05.2026"];

/// The small school with a lesson, a mark, and the class's book issued.
fn school() -> Option<School> {
    let school = School::small()?;
    let lesson = [&["lesson", "record"], &LESSON[..], &["--topic", "Итоги года"]].concat();
    school.run("2026-05-25 10:00:00", "semyonov", &lesson).ok();
    school.run("2026-05-25 10:01:00", "semyonov", &[&["mark", "set"], &LESSON[..], &["Петренко=4"]].concat()).ok();
    school.run("2026-05-29 12:00:00", "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    Some(school)
}

fn correct(school: &School, clock: &str, number: &str, mark: &str) {
    let what = [&["correction", "request"], &LESSON[..], &["--mark", mark, "--reason", "описка"]].concat();
    school.run(&format!("{clock} 10:00:00"), "semyonov", &what).ok();
    school.run(&format!("{clock} 10:01:00"), "petrova", &["correction", "approve", number]).ok();
}

/// Prints the leaves that differ, as the deputy head.
fn changed(school: &School, clock: &str, since: &str) -> String {
    school.run(clock, "petrova", &["print", "class", "7А", "--changed-since", since, "--out", "print"]).ok().stdout
}

fn code(school: &School, number: &str, page: u32) -> String {
    let sql = "SELECT digest FROM document_pages WHERE number = ?1 AND page = ?2";
    let digest: String = school.file().query_row(sql, (number, page), |row| row.get(0)).unwrap();
    format!("{number}/{page} {}", &digest[..16])
}

fn check(school: &School, number: &str, page: u32) -> String {
    school.run("2026-06-20 10:00:00", "gusev", &["print", "check", &code(school, number, page)]).ok().stdout
}

/// What stands on each page of a file.
fn pages(file: &Path) -> Vec<String> {
    let text = peers::require("pdftotext").unwrap().run([file.to_str().unwrap(), "-"], Path::new(".")).stdout;
    let mut pages: Vec<String> =
        text.split('\u{c}').map(|page| page.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    pages.pop();
    pages
}

/// The page of a book whose text has this.
fn page_with(pages: &[String], what: &str) -> u32 {
    (1..).zip(pages).find(|(_, page)| page.contains(what)).unwrap_or_else(|| panic!("{what}: {pages:#?}")).0
}

#[test]
fn only_the_leaves_that_differ_are_printed_and_every_code_is_followed_to_what_lies_in_its_place() {
    let (Some(pdftoppm), Some(zbarimg)) = (peers::require("pdftoppm"), peers::require("zbarimg")) else { return };
    if peers::require("pdftotext").is_none() {
        return;
    }
    let Some(school) = school() else { return };
    let before = school.entries();
    let said = changed(&school, "2026-06-01 09:00:00", "2025-0001");
    assert!(said.contains("заменять нечего") && school.entries() == before, "{said}");
    let book = pages(&school.path("print/journal-7a.pdf"));
    let marks = page_with(&book, "Наименование предмета: Алгебра");
    let leaf = (marks - 5) / 2 + 1;

    correct(&school, "2026-06-01", "1", "Петренко=5");
    let said = changed(&school, "2026-06-02 09:00:00", "2025-0001");
    assert!(said.contains("№ 2025-0002: Листы взамен прежних в классном журнале 7 «А» класса"), "{said}");
    assert!(
        said.contains(&format!("Взамен прежних: {leaf}, {}, внутренняя опись, лист-заверитель.", leaf + 1)),
        "{said}"
    );
    let file = school.path("print/leaves-7a-1.pdf");
    let leaves = pages(&file);
    // The note on a correction stands below the marks and below the lessons that face them.
    assert_eq!(leaves.len(), 2 + 2 + 2 * 2 + 1, "inset, list, leaves, certificate: {leaves:#?}");
    assert!(leaves[0].contains("ВКЛАДНОЙ ЛИСТ") && leaves[0].contains("№ 2025-0001"), "{}", leaves[0]);
    assert!(leaves[2].contains("взамен л. 1 внутренней описи документа № 2025-0001"), "{}", leaves[2]);
    for (page, leaf) in [(4, leaf), (5, leaf), (6, leaf + 1), (7, leaf + 1)] {
        let place = format!("стр. {} (л. {leaf}) из 9 взамен л. {leaf} документа № 2025-0001", page + 1);
        assert!(leaves[page].contains("Документ № 2025-0002"), "{}", leaves[page]);
        assert!(leaves[page].contains(&place), "{place}: {}", leaves[page]);
    }
    assert!(leaves[8].contains("взамен листа-заверителя документа № 2025-0001"), "{}", leaves[8]);
    let counted = |certificate: &str| {
        let after = certificate.split("В дело подшито").nth(1).unwrap();
        after.split("Особенности").next().unwrap().to_owned()
    };
    assert_eq!(counted(&leaves[8]), counted(book.last().unwrap()), "as many leaves as before");

    for page in 1..=9 {
        let shown = page.to_string();
        let args = ["-r", "150", "-png", "-singlefile", "-f", &shown, "-l", &shown, file.to_str().unwrap(), "page"];
        pdftoppm.run(args, &school.path("print"));
        let read = zbarimg.run(["-q", "--raw", "page.png"], &school.path("print")).stdout;
        assert!(read.starts_with(&format!("LETOPIS:2025-0002/{page}:")), "{read}");
        let named = format!("стр. {page} из 9");
        let said = ["Код верен: такая страница выдана", &named, "байт в байт"];
        school.run("2026-06-02 12:00:00", "gusev", &["print", "check", read.trim()]).fails(0, &said);
    }
    let said = check(&school, "2025-0001", marks);
    let page = 5 + (marks - 5) % 2;
    let replaced = format!("Лист заменён (л. {leaf} журнала № 2025-0001): документ № 2025-0002, стр. 5");
    assert!(said.contains(&replaced) && said.contains("байт в байт"), "{said}");
    let said = check(&school, "2025-0001", 1);
    assert!(
        said.contains("Лист действует: это обложка журнала № 2025-0001. Листы в нём заменяли: № 2025-0002"),
        "{said}"
    );
    assert!(check(&school, "2025-0002", page).contains(&format!("Лист действует: это л. {leaf} журнала № 2025-0001")));

    let before = school.entries();
    let said = changed(&school, "2026-06-02 13:00:00", "2025-0002");
    assert!(said.contains("Журнал № 2025-0001 с листами № 2025-0002 показывает всё"), "{said}");
    assert!(said.contains("№ 2025-0002") && said.contains("без изменений"), "{said}");
    assert_eq!((school.entries(), pages(&file)), (before, leaves));
}

#[test]
fn leaves_are_replaced_again_and_added_and_the_book_is_bound_and_archived_with_them() {
    if peers::require("pdftotext").is_none() {
        return;
    }
    let Some(school) = school() else { return };
    let book = pages(&school.path("print/journal-7a.pdf"));
    let (marks, remarks) = (page_with(&book, "Наименование предмета: Алгебра"), book.len() as u32 - 2);
    let last = (book.len() as u32 - 5) / 2;
    let leaf = (marks - 5) / 2 + 1;
    correct(&school, "2026-06-01", "1", "Петренко=5");
    changed(&school, "2026-06-02 09:00:00", "2025-0001");
    correct(&school, "2026-06-03", "2", "Петренко=3");
    let long = "Домашние задания записываются не на каждом уроке, темы не совпадают с планом. ".repeat(9);
    for at in 0..12 {
        let remark = format!("{long}{at}");
        school.run(&format!("2026-06-03 11:{at:02}:00"), "petrova", &["remark", "write", "7А", &remark]).ok();
    }
    let said = changed(&school, "2026-06-04 09:00:00", "2025-0001");
    assert!(said.contains("№ 2025-0003: ") && said.contains(&format!("Добавлены: {last}а.")), "{said}");
    assert!(
        said.contains(&format!("Взамен прежних: {leaf}, {}, {last}, обложка, внутренняя опись", leaf + 1)),
        "{said}"
    );
    let leaves = pages(&school.path("print/leaves-7a-2.pdf"));
    let added = page_with(&leaves, &format!("(л. {last}а) из"));
    assert!(leaves[added as usize - 1].contains("добавлен"), "{leaves:#?}");
    let certificate = leaves.last().unwrap();
    let counted =
        format!("с № 1 по № {last}а, в том числе: литерные номера листов: {last}а; пропущенные номера листов: нет");
    assert!(certificate.contains(&counted), "{certificate}");
    assert!(certificate.contains(&format!("{} (", last + 1)), "{certificate}");

    let said = check(&school, "2025-0001", marks);
    let chain = format!(
        "Лист заменён (л. {leaf} журнала № 2025-0001): документ № 2025-0002, стр. 5, затем документ № 2025-0003, стр. "
    );
    assert!(said.contains(&chain), "{said}");
    let said = check(&school, "2025-0002", 5);
    let chain = format!("Лист заменён (л. {leaf} журнала № 2025-0001): документ № 2025-0003, стр. ");
    assert!(said.contains(&chain) && said.contains("байт в байт"), "{said}");
    assert!(check(&school, "2025-0001", remarks).contains("Лист заменён"), "the page of remarks");
    assert!(check(&school, "2025-0003", added).contains(&format!("Лист действует: это л. {last}а журнала")));

    // Book and leaves show the journal together: nothing is issued anew, and both are in the archive.
    let said = school.run("2026-06-04 10:00:00", "petrova", &["print", "all", "--out", "all"]).ok().stdout;
    for number in ["2025-0001: Классный журнал", "2025-0002: Листы взамен", "2025-0003: Листы взамен"]
    {
        let line = said.lines().find(|line| line.contains(number)).unwrap_or_else(|| panic!("{number}: {said}"));
        assert!(line.contains("без изменений"), "{line}");
    }
    for (usb, label, holder) in [("usb-1", "А-1", "kuznetsov"), ("usb-2", "А-2", "petrova")] {
        std::fs::create_dir(school.path(usb)).unwrap();
        let place = format!("сейф {usb}");
        let register = ["carrier", "register", usb, "--label", label, "--holder", holder, "--place", &place];
        school.run("2026-06-04 11:00:00", "petrova", &register).ok();
    }
    let create = ["archive", "create", "--period", "Год", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    school.run("2026-06-04 11:10:00", "petrova", &create).ok();
    school.run("2026-06-04 11:20:00", "petrova", &["archive", "verify", "usb-1", "--deep"]).ok();
    let bag = school.path("usb-1/LETOPIS/2025-2026-year");
    let bag = bag.to_str().unwrap();
    school.run("2026-06-04 11:30:00", "petrova", &["archive", "restore", bag, "--to", "out"]).ok();
    for (file, own) in [("journal-7a", "journal-7a"), ("leaves-7a-1", "leaves-7a-1"), ("leaves-7a-2", "leaves-7a-2")] {
        let restored = std::fs::read(school.path(&format!("out/print/class-7a/{file}.pdf"))).unwrap();
        assert_eq!(restored, std::fs::read(school.path(&format!("print/{own}.pdf"))).unwrap(), "{file}");
    }

    school.run("2026-06-05 09:00:00", "ivanova", &["staff", "change", "belova", "--roles", "учитель,секретарь"]).ok();
    let bind = |sheets: u32| {
        let sheets = sheets.to_string();
        let args = ["print", "bound", "2025-0001", "--sheets", &sheets, "--shelf", "архив"];
        school.run("2026-06-05 10:00:00", "belova", &args)
    };
    bind(last).fails(1, &["в его листе-заверителе", "пересчитайте листы"]);
    bind(last + 1).ok();
    let args = ["print", "class", "7А", "--changed-since", "2025-0001", "--out", "print"];
    school.run("2026-06-05 11:00:00", "petrova", &args).fails(1, &["§5.4: он подшит 05.06.2026", "листы не меняют"]);
    school.run("2026-06-05 12:00:00", "petrova", &["audit"]).ok();
}

#[test]
fn the_document_of_leaves_is_sound() {
    let Some(qpdf) = peers::require("qpdf") else { return };
    let Some(school) = school() else { return };
    correct(&school, "2026-06-01", "1", "Петренко=5");
    changed(&school, "2026-06-02 09:00:00", "2025-0001");
    let file = school.path("print/leaves-7a-1.pdf");
    peers::verapdf("2u", &[&file]).unwrap();
    let sound = qpdf.run(["--check", file.to_str().unwrap()], &school.path("print"));
    assert_eq!(sound.code, Some(0), "{sound}");
}
