//! Documents signed by the school's own program: with `openssl` and a key of ГОСТ from end to end, and by programs that
//! hang, write nothing, write too much, or change what they were given.

use crate::common::peers;
use crate::common::school::{School, clear_after};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

const NOW: &str = "2026-05-29 12:00:00";

/// A signature that `openssl` made with a key of ГОСТ; of another document.
const ANY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/print/signature/cms/gost.p7s");

/// The small school with the book of 7А issued as `2025-0001`.
fn with_a_book() -> Option<School> {
    let school = School::small()?;
    school.run(NOW, "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    Some(school)
}

/// The book in its folder, and the names of what lies beside it.
fn beside(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.filter(|name| !name.ends_with(".pdf")).collect();
    names.sort();
    names
}

/// Signs by a script of `sh`: `$1` is the document, `$2` the signature.
fn by_script(
    school: &School,
    login: &str,
    seconds: &str,
    script: &str,
    check: Option<&str>,
) -> crate::common::school::Run {
    let mut args = vec!["print", "sign", "2025-0001", "--out", "print", "--seconds", seconds];
    args.extend(["--with", "sh", "-c", script, "sh", "{pdf}", "{signature}"]);
    args.extend(check.iter().flat_map(|check| ["--verify-with", "sh", "-c", check, "sh", "{pdf}", "{signature}"]));
    school.run(NOW, login, &args)
}

#[test]
fn a_book_and_its_gost_signature_verify_with_openssl_from_the_archive_alone() {
    let (Some(openssl), Some(age), Some(unzip)) =
        (peers::require_gost(), peers::require("age"), peers::require("unzip"))
    else {
        return;
    };
    let Some(school) = with_a_book() else { return };
    let folder = school.path(".");
    let run = |args: &[&str]| {
        let output = openssl.run(args, &folder);
        assert_eq!(output.code, Some(0), "{output}");
    };
    let new = ["req", "-engine", "gost", "-x509", "-newkey", "gost2012_256", "-pkeyopt", "paramset:A", "-nodes"];
    let of =
        ["-keyout", "sign.pem", "-out", "chain.pem", "-days", "3650", "-utf8", "-subj", "/O=Школа/CN=Петрова Е. Н."];
    run(&[&new[..], &of].concat());
    let (key, chain) = (folder.join("sign.pem").display().to_string(), folder.join("chain.pem").display().to_string());
    let signing =
        ["--with", "openssl", "cms", "-engine", "gost", "-sign", "-binary", "-outform", "DER", "-in", "{pdf}"];
    let signing = [&signing[..], &["-signer", &chain, "-inkey", &key, "-out", "{signature}"]].concat();
    let verify = ["openssl", "cms", "-engine", "gost", "-verify", "-binary", "-inform", "DER", "-in", "{signature}"];
    let of = ["-content", "{pdf}", "-CAfile", "{chain}", "-purpose", "any", "-no_check_time", "-out", "/dev/null"];
    let verifying = [&["--verify-with"], &verify[..], &of].concat();
    let sign = ["--json", "print", "sign", "2025-0001", "--out", "print", "--chain", &chain];
    let told = school.run(NOW, "petrova", &[&sign[..], &signing, &verifying].concat()).ok().stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["signature"]["check"], "accepted", "{told}");
    assert_eq!(told["signature"]["signer"], "Петрова Е. Н.", "{told}");
    assert!(told["signature"]["expires"].as_str().unwrap().contains("штампа времени нет"), "{told}");

    school.run(NOW, "petrova", &["print", "check", "print/journal-7a.pdf"]).says(&[
        "Электронная подпись 1 от 29.05.2026",
        "Петрова Е. Н.; подпись проверена программой openssl, без штампа времени",
        "штампа времени нет: подпись проверяется, пока действует сертификат, до ",
    ]);
    // Printed again elsewhere, the document brings its signature along; a second one comes beside the first.
    school.run(NOW, "petrova", &["print", "class", "7А", "--out", "again"]).says(&["номер прежний"]);
    assert_eq!(beside(&school.path("again")), ["journal-7a.pdf.1.chain.pem", "journal-7a.pdf.1.p7s"]);
    school.run(NOW, "petrova", &[&sign[1..], &signing].concat()).says(&["никто не проверял", "не проверена"]);
    assert_eq!(beside(&school.path("print")).len(), 4);

    let mounts = ["usb-1", "usb-2"];
    for (mount, holder, place) in [("usb-1", "kuznetsov", "сейф"), ("usb-2", "petrova", "кабинет")] {
        std::fs::create_dir(school.path(mount)).unwrap();
        let register = ["carrier", "register", mount, "--label", mount, "--holder", holder, "--place", place];
        school.run(NOW, "petrova", &register).ok();
    }
    let create = ["archive", "create", "--period", "Год", "--to", mounts[0], "--to", mounts[1], "--allow-same-device"];
    school.run("2026-06-01 12:00:00", "petrova", &create).ok();
    school.run("2026-06-01 12:10:00", "petrova", &["archive", "verify", "usb-1", "--deep"]).ok();
    // From here on nothing of Letopis is asked.
    let data = "usb-1/LETOPIS/2025-2026-year/data/class-7a.zip.age";
    let opened = age.run(["-d", "-i", "keys/petrova.key", "-o", "class.zip", data], &folder);
    assert_eq!(opened.code, Some(0), "{opened}");
    let taken = unzip.run(["-q", "class.zip", "-d", "class"], &folder);
    assert_eq!(taken.code, Some(0), "{taken}");
    let check = |pdf: &str, number: usize| {
        let (pdf, signature) = (format!("class/{pdf}"), format!("class/journal-7a.pdf.{number}.p7s"));
        let fill = |arg: &&str| match *arg {
            "{pdf}" => pdf.clone(),
            "{signature}" => signature.clone(),
            "{chain}" => "class/journal-7a.pdf.1.chain.pem".to_owned(),
            arg => arg.to_owned(),
        };
        openssl.run(verify[1..].iter().chain(&of).map(fill), &folder)
    };
    for number in [1, 2] {
        let output = check("journal-7a.pdf", number);
        assert_eq!(output.code, Some(0), "{output}");
    }
    let mut pdf = std::fs::read(school.path("class/journal-7a.pdf")).unwrap();
    *pdf.last_mut().unwrap() ^= 1;
    std::fs::write(school.path("class/changed.pdf"), pdf).unwrap();
    assert_ne!(check("changed.pdf", 1).code, Some(0));

    // The journal that comes out of the archive has them too.
    let bag = "usb-2/LETOPIS/2025-2026-year";
    school.run("2026-06-01 12:20:00", "petrova", &["archive", "restore", bag, "--to", "back"]).ok();
    let restored = ["--journal", "back/journal.letopis"];
    school.run("2026-06-01 12:21:00", "petrova", &[&restored[..], &["audit"]].concat()).ok();
    let again = [&restored[..], &["print", "check", "print/journal-7a.pdf"]].concat();
    school.run("2026-06-01 12:22:00", "petrova", &again).says(&["Электронная подпись 2 от 29.05.2026"]);
    assert_eq!(beside(&school.path("back/print/class-7a")).len(), 4);
}

#[test]
fn a_program_that_hangs_writes_nothing_or_too_much_or_changes_the_document_is_refused_in_words() {
    let Some(school) = with_a_book() else { return };
    let before = school.entries();
    let pdf = std::fs::read(school.path("print/journal-7a.pdf")).unwrap();
    let group = school.path("group");
    let hangs = format!("echo $$ > '{}'; sleep 600 & sleep 600", group.display());
    let good = format!("cp '{ANY}' \"$2\"");
    let cases: [(&str, Option<&str>, &[&str]); 12] = [
        (&hangs, None, &["«sh» не закончила за 2 с и остановлена"]),
        ("true", None, &["«sh» ничего не записала на место {signature}"]),
        (": > \"$2\"", None, &["ничего не записала на место {signature}"]),
        ("ln -s /etc/passwd \"$2\"", None, &["то, что вернула программа, не взято: это ссылка"]),
        ("mkfifo \"$2\"", None, &["не взято: это не файл, а канал"]),
        ("mkdir \"$2\"", None, &["не взято: это папка"]),
        ("head -c 1000000000 /dev/zero > \"$2\"", None, &["записала больше, чем бывает у подписи"]),
        ("head -c 9000000 /dev/urandom > \"$2\"", None, &["файл слишком велик: принимается не больше 8192 КиБ"]),
        ("head -c 900 /dev/urandom > \"$2\"", None, &["не отсоединённая подпись CMS"]),
        ("echo 'нет ключа' >&2; exit 1", None, &["не подписала документ (код 1: нет ключа)"]),
        (&format!("{good}; echo >> \"$1\""), None, &["изменила то, что ей дали: документ"]),
        (&good, Some("printf x >> \"$2\""), &["изменила то, что ей дали: подпись"]),
    ];
    for (script, check, words) in cases {
        let begun = Instant::now();
        by_script(&school, "petrova", "2", script, check).fails(2, words);
        assert!(begun.elapsed() < Duration::from_secs(30), "{script}");
        assert_eq!(school.entries(), before, "{script}");
    }
    // What it had started itself was ended with it.
    let id: u32 = std::fs::read_to_string(&group).unwrap().trim().parse().unwrap();
    // One that has ended is still listed where process 1, as in many a container, does not ask what became of it.
    let left = peers::run("pgrep", ["--pgroup", &id.to_string(), "--runstates", "R,S,D,T"], Path::new("."));
    assert_eq!(left.stdout, "", "{left}");
    clear_after(id);
    assert_eq!(std::fs::read(school.path("print/journal-7a.pdf")).unwrap(), pdf);
    assert_eq!(beside(&school.path("print")), [""; 0]);
    let folders = std::fs::read_dir(school.path(".")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(folders.into_iter().all(|name| !name.to_string_lossy().contains("sign-tmp")));
}

#[test]
fn what_nobody_accepted_is_recorded_as_not_checked_and_only_who_certifies_may_sign() {
    let Some(school) = with_a_book() else { return };
    // The program is told nothing of our keys.
    let good = format!("[ -z \"$LETOPIS_IDENTITY$LETOPIS_JOURNAL\" ] && cp '{ANY}' \"$2\"");
    by_script(&school, "semyonov", "60", &good, None).fails(1, &["нет права", "завуч или директор"]);
    by_script(&school, "petrova", "60", &good, Some("echo чужой файл; exit 4")).says(&[
        "программа проверки «sh» подпись не приняла (код 4: чужой файл)",
        "не проверена",
        "Запись №",
    ]);
    by_script(&school, "petrova", "60", &good, None).fails(1, &["эта подпись документа № 2025-0001 уже записана"]);
    school
        .run(NOW, "petrova", &["print", "check", "print/journal-7a.pdf"])
        .says(&["не проверена: программа sh её не приняла"]);
    school.run(NOW, "petrova", &["audit"]).ok();
    let unknown = ["print", "sign", "2025-0009", "--out", "print", "--with", "sh", "{pdf}", "{signature}"];
    school.run(NOW, "petrova", &unknown).fails(2, &["документа № 2025-0009 нет в реестре"]);
    let nothing = ["print", "sign", "2025-0001", "--out", "print", "--with", "sh", "{pdf}"];
    school.run(NOW, "petrova", &nothing).fails(2, &["нет {signature}"]);
    // A kept file that somebody alters in the journal is found.
    school.file().execute("DELETE FROM page_texts WHERE digest IN (SELECT sha256 FROM signature_files)", []).unwrap();
    school.run(NOW, "petrova", &["audit"]).fails(1, &["сохранённая подпись документа № 2025-0001 утрачена"]);
}
