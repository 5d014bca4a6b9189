//! Printed documents in the hands of other programs: veraPDF, qpdf, pdffonts, pdftotext, zbarimg, ImageMagick.

use crate::common::peers;
use crate::common::school::School;
use std::path::{Path, PathBuf};

/// Everything the small school prints, and where.
fn printed() -> Option<(School, Vec<PathBuf>)> {
    let school = School::small()?;
    let marks = ["final", "set", "7А", "Алгебра", "Год", "Петренко=4", "Ёлкина=5"];
    school.run("2026-05-29 12:00:00", "semyonov", &marks).ok();
    school.run("2026-05-29 13:00:00", "petrova", &["print", "all", "--out", "print"]).ok();
    // The small school has no year: the sheet says why it is certified all the same.
    let sheet = ["print", "summary", "7А", "--out", "print", "--year", "2025/2026", "--reason", "учебный пример"];
    school.run("2026-05-29 13:00:30", "petrova", &sheet).ok();
    school.run("2026-05-29 13:01:00", "petrova", &["print", "progress", "7А", "--out", "print"]).ok();
    school.run("2026-05-29 13:01:00", "petrova", &["print", "analytics", "--out", "print"]).ok();
    school.run("2026-05-29 13:01:00", "petrova", &["print", "extract", "Петренко", "--out", "print"]).ok();
    school.run("2026-05-29 13:01:30", "petrova", &["print", "nomenclature", "--out", "print"]).ok();
    school.run("2026-05-29 13:01:30", "petrova", &["print", "case-list", "--out", "print"]).ok();
    let mut files: Vec<PathBuf> = std::fs::read_dir(school.path("print"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    files.sort();
    assert!(files.len() >= 3, "{files:?}");
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

/// The files of documents that are tagged.
fn tagged(files: &[PathBuf]) -> Vec<&PathBuf> {
    let is_tagged = |file: &&PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy();
        ["summary-", "progress-", "archive-act-", "case-list", "nomenclature", "destruction-act"]
            .iter()
            .any(|begins| name.starts_with(begins))
    };
    files.iter().filter(is_tagged).collect()
}

#[test]
fn what_is_kept_for_25_years_or_printed_by_itself_is_accessible_and_nothing_else_is_tagged() {
    let Some(pdfinfo) = peers::require("pdfinfo") else { return };
    let Some((school, files)) = printed() else { return };
    let tagged = tagged(&files);
    assert!(tagged.len() >= 2, "{files:?}");
    peers::verapdf("2a,ua1", &tagged).unwrap();
    for file in &files {
        let told = pdfinfo.run([file], &school.path("print"));
        let says = told.stdout.lines().any(|line| line.split_whitespace().eq(["Tagged:", "yes"]));
        assert_eq!(says, tagged.contains(&file), "{told}");
    }
}

/// The names of a file's pages, as `qpdf` reads them: a prefix, a number, or both.
fn page_names(file: &Path, pages: usize) -> Vec<String> {
    let shown = peers::require("qpdf")
        .unwrap()
        .run([Path::new("--json=2"), Path::new("--json-key=pagelabels"), file], Path::new("."));
    let all: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap_or_else(|fault| panic!("{fault}: {shown}"));
    let ranges = all["pagelabels"].as_array().unwrap();
    let name = |page: u64| {
        let range = ranges.iter().rfind(|range| range["index"].as_u64().unwrap() <= page).unwrap();
        let (begins, label) = (range["index"].as_u64().unwrap(), &range["label"]);
        let prefix = label["/P"].as_str().map_or("", |text| text.strip_prefix("u:").unwrap());
        let number = label["/St"].as_u64().unwrap_or(1) + page - begins;
        if label["/S"] == "/D" { format!("{prefix}{number}") } else { prefix.to_owned() }
    };
    (0..pages as u64).map(name).collect()
}

#[test]
fn pages_are_named_by_their_leaves() {
    let Some(qpdf) = peers::require("qpdf") else { return };
    let Some((school, mut files)) = printed() else { return };
    let one_side = ["print", "class", "7А", "--simplex", "--out", "simplex"];
    school.run("2026-05-29 13:02:00", "petrova", &one_side).ok();
    files.push(school.path("simplex").join("journal-7a-simplex.pdf"));
    for file in &files {
        let pages = qpdf.run([Path::new("--show-npages"), file], &school.path("print")).stdout;
        let pages: usize = pages.trim().parse().unwrap();
        let is_book = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("journal"));
        let name = |page: usize| match file.starts_with(school.path("simplex")) {
            true => page.to_string(),
            false => format!("{}{}", page.div_ceil(2), if page.is_multiple_of(2) { " об." } else { "" }),
        };
        // Of a book neither the cover nor the certificate is counted, and the list apart.
        let name = |page: usize| match (is_book, file.starts_with(school.path("simplex"))) {
            (false, _) => name(page),
            (true, _) if page == pages => "лист-заверитель".to_owned(),
            (true, false) if page <= 4 => {
                let leaf = if page <= 2 { "обложка" } else { "опись 1" };
                format!("{leaf}{}", if page.is_multiple_of(2) { " об." } else { "" })
            }
            (true, false) => name(page - 4),
            (true, true) => match page {
                1 => "обложка".to_owned(),
                2 => "опись 1".to_owned(),
                page => name(page - 2),
            },
        };
        assert_eq!(page_names(file, pages), (1..=pages).map(name).collect::<Vec<_>>(), "{}", file.display());
    }
}

#[test]
fn ghostscript_and_mupdf_draw_every_page_without_a_warning() {
    let (Some(gs), Some(mutool)) = (peers::require("gs"), peers::require("mutool")) else { return };
    let Some((school, files)) = printed() else { return };
    for file in &files {
        let file = file.to_str().unwrap();
        let drawn = gs.run(["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=nullpage", file], &school.path("print"));
        assert_eq!((drawn.code, drawn.stdout.trim(), drawn.stderr.trim()), (Some(0), "", ""), "{drawn}");
        let drawn = mutool.run(["draw", "-q", "-F", "txt", "-o", "drawn.txt", file], &school.path("print"));
        // Debian builds mutool without colour management, which it says of itself, not of the file.
        let said = drawn.stderr.replace("warning: ICC support is not available\n", "");
        assert_eq!((drawn.code, said.trim()), (Some(0), ""), "{drawn}");
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
        let scan = ["-background", "white", "-rotate", "1", "-gaussian-blur", "0x0.5", "-quality", "60", "scan.jpg"];
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
    let before = crate::common::school::contents(&school.path("usb-1"));
    let verify = ["archive", "verify", "usb-1", "usb-2", "--act", "act.pdf"];
    let said = school.run("2025-10-24 13:00:00", "petrova", &verify).ok().stdout;
    assert!(said.contains("Акт проверки: act.pdf"), "{said}");
    assert!(before == crate::common::school::contents(&school.path("usb-1")), "nothing is written to the carrier");
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
