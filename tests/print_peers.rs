//! Printed documents in the hands of other programs: veraPDF, qpdf, pdffonts, pdftotext, zbarimg.

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
    school.run("2026-05-29 13:01:00", "petrova", &["print", "extract", "Петренко", "--out", "print"]).ok();
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

#[test]
fn the_text_can_be_copied_out() {
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let Some((school, files)) = printed() else { return };
    for file in &files {
        let text = pdftotext.run(["-layout", file.to_str().unwrap(), "-"], &school.path("print")).stdout;
        assert!(text.contains("Код сверки:") && text.contains("Документ № 2025-"), "{text}");
    }
}

/// Papers that are made without a journal: the act on a verification, and the sheet of the recovery key.
#[test]
fn papers_without_a_number_are_sound_pdf_a_and_the_recovery_key_is_read_from_its_code() {
    let (Some(pdftoppm), Some(zbarimg)) = (peers::require("pdftoppm"), peers::require("zbarimg")) else { return };
    let (Some(qpdf), Some(keygen)) = (peers::require("qpdf"), peers::require("age-keygen")) else { return };
    let Some(school) = School::small() else { return };
    for (usb, label, holder) in [("usb-1", "А-1", "kuznetsov"), ("usb-2", "А-2", "petrova")] {
        std::fs::create_dir(school.path(usb)).unwrap();
        let place = format!("сейф {usb}");
        let register = ["carrier", "register", usb, "--label", label, "--holder", holder, "--place", &place];
        school.run("2025-10-24 12:00:00", "petrova", &register).ok();
    }
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    school.run("2025-10-24 12:00:00", "petrova", &create).ok();
    let before = common::school::contents(&school.path("usb-1"));
    let verify = ["archive", "verify", "usb-1", "usb-2", "--act", "act.pdf"];
    let said = school.run("2025-10-24 13:00:00", "petrova", &verify).ok().stdout;
    assert!(said.contains("Акт проверки: act.pdf"), "{said}");
    assert!(before == common::school::contents(&school.path("usb-1")), "nothing is written to the carrier");
    let init = [
        "init",
        "--school",
        "school/school.toml",
        "--admin",
        "ivanova",
        "--journal",
        "new.letopis",
        "--recovery-sheet",
    ];
    let init = [&init[..], &["recovery.pdf"]].concat();
    school.run("2025-09-01 12:00:00", "ivanova", &init).ok();
    let files: Vec<PathBuf> = ["act.pdf", "recovery.pdf"].map(|name| school.path(name)).into();
    peers::verapdf("2u", &files).unwrap();
    for file in &files {
        let sound = qpdf.run(["--check", file.to_str().unwrap()], &school.path("."));
        assert_eq!(sound.code, Some(0), "{sound}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&files[1]).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let drawn = pdftoppm.run(["-r", "150", "-png", "-singlefile", "recovery.pdf", "sheet"], &school.path("."));
    assert_eq!(drawn.code, Some(0), "{drawn}");
    let secret = zbarimg.run(["-q", "--raw", "sheet.png"], &school.path(".")).stdout;
    std::fs::write(school.path("typed.key"), &secret).unwrap();
    let public = keygen.run(["-y", "typed.key"], &school.path(".")).stdout;
    let ledger = rusqlite::Connection::open(school.path("new.letopis")).unwrap();
    let known: String = ledger.query_row("SELECT recipient FROM recovery_keys", [], |row| row.get(0)).unwrap();
    assert_eq!(public.trim(), known, "the code on the sheet opens what the journal encrypts for");
}
