//! Printed documents in the hands of other programs: veraPDF, qpdf, pdffonts, pdftotext, zbarimg, ImageMagick.

mod common;

use common::peers;
use common::school::School;
use std::path::PathBuf;

/// Everything the small school prints, and where.
fn printed() -> Option<(School, Vec<PathBuf>)> {
    let school = School::small()?;
    let marks = ["final", "set", "7А", "Алгебра", "Год", "Петренко=4", "Ёлкина=5"];
    school.run("2026-05-29 12:00:00", "semyonov", &marks).ok();
    school.run("2026-05-29 13:00:00", "petrova", &["print", "all", "--out", "print"]).ok();
    let mut files: Vec<PathBuf> = std::fs::read_dir(school.path("print"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    files.sort();
    assert!(files.len() >= 2, "{files:?}");
    Some((school, files))
}

#[test]
fn verapdf_and_qpdf_find_nothing_wrong() {
    let Some(qpdf) = peers::require("qpdf") else { return };
    let Some((school, files)) = printed() else { return };
    peers::verapdf("2u", &files).unwrap();
    for file in &files {
        let file = file.to_str().unwrap();
        let sound = qpdf.run(["--check", file], &school.path("print"));
        assert_eq!(sound.code, Some(0), "{sound}");
    }
}

#[test]
fn every_font_is_embedded_subset_and_maps_to_unicode() {
    let Some(pdffonts) = peers::require("pdffonts") else { return };
    let Some((school, files)) = printed() else { return };
    for file in &files {
        let fonts = pdffonts.run([file.to_str().unwrap()], &school.path("print"));
        let lines: Vec<&str> = fonts.stdout.lines().skip(2).collect();
        assert!(!lines.is_empty(), "{fonts}");
        for line in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert!(words[0].contains("+PTSerif") || words[0].contains("+PTSans"), "{fonts}");
            assert!(words.windows(3).any(|three| three == ["yes", "yes", "yes"]), "{fonts}");
        }
    }
}

#[test]
fn the_qr_code_is_read_at_150_dpi_and_names_its_page() {
    let (Some(pdftoppm), Some(zbarimg)) = (peers::require("pdftoppm"), peers::require("zbarimg")) else { return };
    let Some((school, files)) = printed() else { return };
    for file in &files {
        for page in ["1", "2"] {
            let args = ["-r", "150", "-png", "-singlefile", "-f", page, "-l", page, file.to_str().unwrap(), "page"];
            let drawn = pdftoppm.run(args, &school.path("print"));
            assert_eq!(drawn.code, Some(0), "{drawn}");
            let read = zbarimg.run(["-q", "--raw", "page.png"], &school.path("print"));
            let code = letopis::print::parse_code(read.stdout.trim()).unwrap_or_else(|fault| panic!("{fault}\n{read}"));
            assert_eq!(code.page, page.parse().ok(), "{read}");
            assert_eq!(code.digest.len(), 32, "{read}");
            if page == "1" && !file.to_string_lossy().contains("journal") {
                break;
            }
        }
    }
}

/// A page as a scanner gives it back: at 150 dpi, turned by a degree, a little out of focus, as a JPEG.
#[test]
fn a_scanned_page_gives_its_qr_code_back_and_print_check_confirms_it() {
    let (Some(pdftoppm), Some(zbarimg)) = (peers::require("pdftoppm"), peers::require("zbarimg")) else { return };
    let Some(convert) = peers::require("convert") else { return };
    let Some((school, _)) = printed() else { return };
    let dir = school.path("print");
    // A page of marks and one of lessons of the book, and the sheet kept for 25 years, which lies.
    for (file, page) in [("journal-7a.pdf", "4"), ("journal-7a.pdf", "5"), ("summary-7a.pdf", "1")] {
        let drawn = pdftoppm.run(["-r", "150", "-png", "-singlefile", "-f", page, "-l", page, file, "page"], &dir);
        assert_eq!(drawn.code, Some(0), "{drawn}");
        let scan = ["-background", "white", "-rotate", "1", "-blur", "0x0.8", "-quality", "60", "scan.jpg"];
        let scanned = convert.run([&["page.png"], &scan[..]].concat(), &dir);
        assert_eq!(scanned.code, Some(0), "{scanned}");
        let read = zbarimg.run(["-q", "--raw", "scan.jpg"], &dir);
        assert_eq!(read.code, Some(0), "{file}, page {page}: {read}");
        let named = format!("стр. {page} из ");
        let said = ["Код верен: такая страница выдана", &named, "байт в байт"];
        school.run("2026-05-29 14:00:00", "gusev", &["print", "check", read.stdout.trim()]).fails(0, &said);
    }
}

#[test]
fn the_text_can_be_copied_out() {
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let Some((school, files)) = printed() else { return };
    for file in &files {
        let text = pdftotext.run(["-layout", file.to_str().unwrap(), "-"], &school.path("print")).stdout;
        assert!(text.contains("Код сверки:") && text.contains("Документ № 2025-"), "{text}");
    }
}
