//! The printed files, in the hands of those who judge PDF files, scan codes and print again.

use super::{LATER, bare, demo};
use crate::common::peers::{self, Peer};
use crate::common::school::contents;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};
use std::path::Path;

#[test]
fn verapdf_passes_every_file_as_pdf_a_2u() {
    peers::verapdf("2u", &demo().printed()).unwrap_or_else(|report| panic!("{report}"));
}

#[test]
fn verapdf_passes_the_sheets_for_25_years_and_the_act_as_pdf_a_2a_and_pdf_ua_1() {
    let mut tagged = demo().printed();
    tagged.retain(|file| {
        let name = file.file_name().unwrap().to_string_lossy();
        name.starts_with("summary-") || name.starts_with("archive-act-")
    });
    assert_eq!(tagged.len(), 4, "{tagged:?}");
    peers::verapdf("2a,ua1", &tagged).unwrap_or_else(|report| panic!("{report}"));
}

#[test]
fn qpdf_finds_every_file_sound_and_with_the_pages_that_were_said() {
    let Some(qpdf) = peers::require("qpdf") else { return };
    for file in demo().printed() {
        let check = qpdf.run(["--check".as_ref(), file.as_os_str()], Path::new("."));
        assert_eq!(check.code, Some(0), "{check}");
        assert!(check.stdout.contains("No syntax or stream encoding errors"), "{check}");
        let pages = qpdf.run(["--show-npages".as_ref(), file.as_os_str()], Path::new(".")).stdout;
        let said = demo().said.lines().find(|line| line.ends_with(file.to_str().unwrap())).unwrap();
        assert!(said.contains(&format!("страниц {}, листов", pages.trim())), "{pages} pages, but {said}");
    }
}

#[test]
fn every_font_is_embedded_as_a_subset_with_a_unicode_map() {
    let Some(pdffonts) = peers::require("pdffonts") else { return };
    for file in demo().printed() {
        let output = pdffonts.run([&file], Path::new("."));
        assert_eq!(output.code, Some(0), "{output}");
        let fonts: Vec<&str> = output.stdout.lines().skip(2).collect();
        assert!(fonts.len() >= 2, "{output}");
        for font in fonts {
            // Name, type, encoding, embedded, subset, Unicode, and the two numbers of the object.
            let fields: Vec<&str> = font.split_whitespace().rev().collect();
            assert_eq!(fields[2..5], ["yes"; 3], "{}: {font}", file.display());
        }
    }
}

/// A page of a file in print: which, of which document, and its codes.
struct PageCode {
    number: String,
    page: usize,
    qr: String,
    /// «1A2B 3C4D 5E6F 7081», as it stands in the foot.
    groups: String,
}

/// The pages `pick` chooses from each file, by the number of its pages.
fn page_codes(work: &Path, pick: impl Fn(usize) -> Vec<usize>) -> Option<Vec<PageCode>> {
    let pdftoppm = peers::require("pdftoppm")?;
    let (pdftotext, zbarimg) = (peers::require("pdftotext")?, peers::require("zbarimg")?);
    let mut codes = Vec::new();
    for file in demo().printed() {
        let (text, _) = text_of(&pdftotext, &file, &[]);
        for page in pick(text.matches('\u{c}').count()) {
            let at = page.to_string();
            let (text, shown) = text_of(&pdftotext, &file, &["-f", &at, "-l", &at]);
            let after = |label: &str| {
                let line = text.lines().rev().find_map(|line| line.trim().strip_prefix(label));
                line.unwrap_or_else(|| panic!("«{label}» is missing in\n{shown}")).to_owned()
            };
            let image = render(&pdftoppm, &file, page, work);
            let read = zbarimg.run(["--raw", "-q", &image], work);
            assert_eq!(read.code, Some(0), "{}, page {page}: {read}", file.display());
            assert!(after("стр. ").starts_with(&format!("{page} ")), "{shown}");
            let (number, groups) = (after("Документ № "), after("Код сверки: "));
            codes.push(PageCode { number, page, qr: read.stdout.trim_end().to_owned(), groups });
        }
    }
    Some(codes)
}

fn text_of(pdftotext: &Peer, file: &Path, args: &[&str]) -> (String, String) {
    let args = args.iter().map(|arg| arg.as_ref()).chain([file.as_os_str(), "-".as_ref()]);
    let output = pdftotext.run(args, Path::new("."));
    assert_eq!(output.code, Some(0), "{output}");
    (output.stdout.clone(), output.to_string())
}

/// The name of the picture of a page at 150 dpi.
fn render(pdftoppm: &Peer, file: &Path, page: usize, work: &Path) -> String {
    let (page, image) = (page.to_string(), format!("{}-{page}", file.file_stem().unwrap().to_str().unwrap()));
    let output = pdftoppm
        .run(["-r", "150", "-png", "-singlefile", "-f", &page, "-l", &page, file.to_str().unwrap(), &image], work);
    assert_eq!(output.code, Some(0), "{output}");
    image + ".png"
}

#[test]
fn zbarimg_reads_on_pages_of_every_kind_exactly_the_code_that_the_foot_begins() {
    let work = tempfile::tempdir().unwrap();
    // The title, the list, a left page, the right one that faces it, a landscape sheet, the certificate.
    let pick = |pages: usize| match pages {
        0..=4 => (1..=pages).collect(),
        _ => vec![1, 3, pages / 4 * 2, pages / 4 * 2 + 1, pages - 6, pages],
    };
    let Some(codes) = page_codes(work.path(), pick) else { return };
    assert_eq!(codes.len(), 3 * 6 + 3 * 2 + 5, "books, sheets, registers and the act");
    for PageCode { number, page, qr, groups } in codes {
        let digest = qr.strip_prefix(&format!("LETOPIS:{number}/{page}:")).unwrap_or_else(|| panic!("{qr}"));
        assert_eq!(digest.len(), 64, "{qr}");
        assert!(digest.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c)), "{qr}");
        assert_eq!(groups.len(), 19, "{groups}");
        assert!(digest.starts_with(&groups.replace(' ', "")), "{qr} and {groups}");
    }
}

#[test]
fn print_check_takes_both_codes_from_paper_and_refuses_one_with_a_wrong_digit() {
    let Some(school) = demo().copy() else { return };
    let pick = |pages: usize| vec![if pages > 4 { pages / 4 * 2 } else { 1 }];
    let Some(codes) = page_codes(&school.path("."), pick) else { return };
    let check = |code: &str| school.run(LATER, "petrova", &["print", "check", code]);
    for PageCode { number, page, qr, groups } in &codes {
        let shown = [
            &format!("Код верен: такая страница выдана. Документ № {number} "),
            &format!("стр. {page} из "),
            "Код доказывает только это: сверьте напечатанное на бумаге с текстом выше.",
            "Повторная печать по записям на тот момент дала тот же файл, байт в байт.",
        ];
        let by_scan = check(qr).fails(0, &shown).stdout;
        assert_eq!(check(&format!("{number}/{page} {groups}")).ok().stdout, by_scan, "the same by hand");
        let last = qr.chars().last().unwrap();
        let wrong = if last == '7' { '8' } else { '7' };
        let wrong = format!("{}{wrong}", &qr[..qr.len() - 1]);
        check(&wrong).fails(1, &[]);
        let first = if groups.starts_with('7') { '8' } else { '7' };
        check(&format!("{number}/{page} {first}{}", &groups[1..])).fails(1, &[]);
    }
}

#[test]
fn headings_of_half_years_are_read_as_whole_words() {
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    for file in demo().printed() {
        let (text, output) = text_of(&pdftotext, &file, &[]);
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(!words.iter().any(|word| [".", ",", ";", ")"].contains(word)), "{output}");
        if file.ends_with("journal-10a.pdf") {
            assert!(words.iter().filter(|word| **word == "полуг.").count() > 10, "{output}");
        }
    }
}

#[test]
fn print_check_shows_the_words_of_the_page() {
    let (Some(school), Some(pdftotext)) = (demo().copy(), peers::require("pdftotext")) else { return };
    let work = school.path(".");
    let Some(codes) = page_codes(&work, |pages| if pages > 4 { vec![pages / 4 * 2] } else { vec![] }) else { return };
    let book = demo().path("print/journal-10a.pdf");
    let code = codes.iter().find(|code| code.number == "2025-0003").unwrap();
    let at = code.page.to_string();
    let (paper, _) = text_of(&pdftotext, &book, &["-f", &at, "-l", &at]);
    let shown = school.run(LATER, "petrova", &["print", "check", &code.qr]).ok().stdout;
    // Cells stand between rules.
    let mut words: Vec<&str> = shown.split(|c: char| c.is_whitespace() || c == '│').collect();
    for word in
        paper.split_whitespace().filter(|word| !code.groups.contains(word) && !["Код", "сверки:"].contains(word))
    {
        let at = words.iter().position(|shown| *shown == word);
        words.remove(at.unwrap_or_else(|| panic!("«{word}» of the page is missing in\n{shown}")));
    }
}

#[test]
fn printing_again_gives_the_same_numbers_and_the_same_bytes() {
    let Some(school) = demo().copy() else { return };
    let entries = school.entries();
    let said = school.run(LATER, "petrova", &["print", "all", "--out", "other"]).ok().stdout;
    assert_eq!(said.matches("(без изменений, номер прежний)").count(), 9, "{said}");
    for number in 1..=9 {
        assert!(said.contains(&format!("№ 2025-000{number}: ")), "{said}");
    }
    let but_the_last_two = |folder: &Path| {
        let mut files = contents(folder);
        files.retain(|name, _| name.to_str() != Some("register.pdf") && !name.to_string_lossy().starts_with("archive"));
        files
    };
    assert_eq!(but_the_last_two(&school.path("other")), but_the_last_two(&demo().path("print")));
    assert_eq!(school.entries(), entries + 1, "the register alone is new: the act was issued since");
}

#[test]
fn a_draft_is_no_document_and_carries_no_code() {
    let (Some(school), Some(pdftotext)) = (demo().copy(), peers::require("pdftotext")) else { return };
    let (Some(pdftoppm), Some(zbarimg)) = (peers::require("pdftoppm"), peers::require("zbarimg")) else { return };
    let entries = school.entries();
    school.run(LATER, "petrova", &["print", "all", "--out", "drafts", "--draft"]).ok();
    assert_eq!(school.entries(), entries, "a draft is not recorded");
    let drafts: Vec<_> = contents(&school.path("drafts")).into_keys().collect();
    assert_eq!(drafts.len(), 10, "{drafts:?}");
    for name in drafts {
        let file = school.path("drafts").join(name);
        let (text, shown) = text_of(&pdftotext, &file, &[]);
        for page in text.split_terminator('\u{c}') {
            assert!(page.contains("ПРОЕКТ"), "a page does not say that it is a draft:\n{page}\n{shown}");
            assert!(!page.contains("Код сверки:") && !page.contains("Документ №"), "{page}");
        }
        let image = render(&pdftoppm, &file, 1, &school.path("."));
        let read = zbarimg.run(["--raw", "-q", &image], &school.path("."));
        assert_eq!((read.code, read.stdout.as_str()), (Some(4), ""), "zbarimg finds no code: {read}");
    }
}

#[test]
fn the_register_has_the_sum_of_every_file_and_the_certificate_one_over_the_codes_of_the_pages() {
    let (Some(sha256sum), Some(pdftotext)) = (peers::require("sha256sum"), peers::require("pdftotext")) else { return };
    let issued = issued();
    assert_eq!(issued.len(), 11);
    for file in demo().printed() {
        let sum = sha256sum.run([&file], Path::new(".")).stdout;
        let document = issued.iter().find(|document| sum.starts_with(document["pdf_sha256"].as_str().unwrap()));
        let document = document.unwrap_or_else(|| panic!("{}: {sum}", file.display()));
        if document["form"] == "class-book" {
            let codes: Vec<&str> = document["pages"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
            let (_, others) = codes.split_last().unwrap();
            let over = others.iter().fold(Sha256::new(), |sum, code| sum.chain_update(bytes(code)));
            let (text, shown) = text_of(&pdftotext, &file, &["-f", &codes.len().to_string()]);
            assert!(text.contains(&format!("Свод дела (SHA-256): {:x}.", over.finalize())), "{shown}");
        }
    }
}

#[test]
fn the_act_names_the_code_by_which_a_copy_is_verified() {
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let act = demo().path("print/archive-act-2025-2026-year.pdf");
    let (text, shown) = text_of(&pdftotext, &act, &["-layout"]);
    let after = |label: &str| text.split_once(label).unwrap_or_else(|| panic!("{shown}")).1.to_owned();
    let code = after("Код архива  ").split_whitespace().take(16).collect::<Vec<_>>().join(" ");
    let signer = after("Отпечаток ключа подписи").split_whitespace().next().unwrap().to_owned();
    assert_eq!((code.as_str(), signer.as_str()), (&*demo().act().0, &*demo().act().1), "{shown}");
    let run = ["archive", "verify", "usb-1", "--expect", &code, "--signer", &signer];
    bare(&run, &demo().path("")).fails(0, &["цел и подлинен: отпечаток ключа из акта; код из акта"]);
    // A slip of the hand is told from a forgery, and no act is made of it.
    let act = tempfile::tempdir().unwrap();
    let file = act.path().join("act.pdf");
    let refused = |option: &str, typed: &str, words: &[&str]| {
        let run = ["archive", "verify", "usb-1", option, typed, "--act", file.to_str().unwrap()];
        bare(&run, &demo().path("")).fails(2, words);
        assert!(!file.exists());
    };
    let turned = |text: &str, at: usize| {
        let other = if &text[at..=at] == "7" { "2" } else { "7" };
        format!("{}{other}{}", &text[..at], &text[at + 1..])
    };
    refused("--expect", &turned(&code, code.len() - 1), &["в группе 16", "наберите код снова"]);
    refused("--signer", &turned(&signer, 20), &["знак 14 после", &signer]);
}

/// The bodies of the ledger's entries on issued documents.
fn issued() -> Vec<serde_json::Value> {
    let ledger = Connection::open_with_flags(demo().path("journal.letopis"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = ledger.prepare("SELECT payload FROM ledger ORDER BY seq").unwrap();
    let payloads = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
    let entries = payloads.filter(|text| text.contains("document.issued"));
    entries.map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap()["body"].take()).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
