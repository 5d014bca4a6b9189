//! Every parser, and what it should read: damaged by `tests/attacks/malformed.rs`, mutated by the fuzz targets of this folder.

use chrono::DateTime;
use letopis::archive::anchor;
use letopis::archive::bag::{BagPath, Facts, Folder, Info, Manifest};
use letopis::archive::bagit::algorithm::Algorithm;
use letopis::archive::bagit::declaration::{Declaration, Version};
use letopis::archive::bagit::listing::Listing;
use letopis::archive::bagit::{self, encoding, fetch};
use letopis::archive::carrier::Carrier;
use letopis::archive::package::{INNER_SUMS, OpenPackage, directory, header};
use letopis::archive::par2;
use letopis::archive::progress::Quiet;
use letopis::archive::signature::{AllowedSigners, ArchiveSignature};
use letopis::archive::sum::Sum;
use letopis::away::base::{self, Taken, Trust};
use letopis::away::card::Card;
use letopis::away::exchange::{Answer, Ask, Asked, Challenge, Fault, Load, What};
use letopis::away::pins::Pins;
use letopis::away::receipts;
use letopis::away::signed;
use letopis::away::strand::StrandFile;
use letopis::files::medium::FolderMedium;
use letopis::import;
use letopis::journal::entry::{Entry, JournalCreated, Person};
use letopis::journal::{Author, Journal, rules};
use letopis::ledger::identity::{Identity, PublicIdentity};
use letopis::ledger::log::checkpoint::{Checkpoint, Origin};
use letopis::ledger::log::note::Note;
use letopis::ledger::log::policy::Policy;
use letopis::ledger::log::proof::Proof;
use letopis::ledger::log::segment::{self, Segment};
use letopis::ledger::signer::Signer;
use letopis::ledger::strand::StrandTip;
use letopis::ledger::{chain, keyfile, line, paper_key, store};
use letopis::print::{self, Layouts};
use letopis::school::{Attendance, Cell, ClassName, Marks, PersonName, Role, School, clean, parse_date};
use letopis::store::mirror::sealed;
use letopis::work::Workplace;
use letopis::work::brought::{self, Given, Map, TablesWish};
use letopis::work::note;
use md5::{Digest, Md5};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

const ENTRY: &str = r#"{"kind":"marks.set","time":"2025-09-15T12:00:00+03:00","author":"ivanova","key":"SHA256:x","rules":1,"body":{"at":{"course":{"class":"7А","subject":"Алгебра"},"date":"2025-09-15","lesson":2},"marks":[{"pupil":"К-17","marks":"4/5"}]}}"#;
const CORRECTION: &str = r#"{"kind":"correction.requested","time":"2025-09-15T12:00:00+03:00","author":"i","key":"k","rules":1,"body":{"course":{"class":"7А","subject":"Алгебра"},"date":"2025-09-15","lesson":2,"changes":[{"what":"mark","pupil":"К-1","was":"4","becomes":null}],"reason":"описка"}}"#;
const MANIFEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  data/database.zip.age\n";
const INFO: &str = "Bag-Software-Agent: letopis 0.1.0\nBagging-Date: 2025-10-31\nPayload-Oxum: 279164409832.1198\nExternal-Description: a long line\n that goes on\n";
const BAGIT: &str = "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-16\n";
const LISTING: &str = "d41d8cd98f00b204e9800998ecf8427e  data/a%0Ab\r\nD41D8CD98F00B204E9800998ECF8427E\t*./data/c\n";
const FETCH: &str = "http://example.org/a%20b 12 data/a\nfile:///srv/c - data/c\n";
const CARD: &str =
    r#"{"id":"1f","label":"А-1","holder":"Орлов П. И.","place":"сейф","registered":"2025-09-01T09:00:00+03:00"}"#;
const PAGE: &str = "letopis-page-1\n2025-0143\n13\n0 0 4 Ёж\n1 2 1 5\n";
const COSIGNED: &str = include_str!("../vectors/checkpoint/cosigned");
const POLICY: &str = include_str!("../vectors/checkpoint/policy");
const PROOF: &str = include_str!("../vectors/checkpoint/proof");
const CMS: &[u8] = include_bytes!("../../src/print/signature/cms/gost.p7s");
const CODE: &str = "LETOPIS:2025-0143/7:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
const XLSX: &[u8] = include_bytes!("../fixtures/libreoffice/marks.xlsx");
const SHEET: &str = "xl/worksheets/sheet1.xml";
const STRINGS: &str = "xl/sharedStrings.xml";
const BOOK: &str = "xl/workbook.xml";
const STYLES: &str = "xl/styles.xml";
const ODS: &[u8] = include_bytes!("../fixtures/libreoffice/marks.ods");
const CONTENT: &str = "content.xml";
const SECRET: &str = include_str!("../vectors/identity/secret");
const PAPER: &str = include_str!("../vectors/identity/paper_lines");

/// A parser, and what it should read.
pub struct Target {
    pub name: &'static str,
    pub seeds: Vec<Vec<u8>>,
    /// How many inputs of a million it gets: few where an input costs much.
    pub share: u32,
    pub run: fn(&Scratch, &[u8]),
}

/// Where parsers of files find theirs. Most read none, so the folder is made when it is needed.
#[derive(Default)]
pub struct Scratch(OnceLock<tempfile::TempDir>);

impl Scratch {
    fn folder(&self) -> &Path {
        self.0.get_or_init(|| tempfile::tempdir().unwrap()).path()
    }

    fn put(&self, name: &str, input: &[u8]) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, input).unwrap();
        path
    }
}

fn text(input: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(input)
}

fn target(name: &'static str, share: u32, seeds: Vec<Vec<u8>>, run: fn(&Scratch, &[u8])) -> Target {
    Target { name, seeds, share, run }
}

fn texts(seeds: &[&str]) -> Vec<Vec<u8>> {
    seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}

pub fn targets() -> Vec<Target> {
    let mut all = of_the_ledger();
    all.extend(of_words());
    all.extend(of_a_school());
    all.extend(of_an_archive());
    all.extend(of_a_strangers_bag());
    all.extend(of_a_stick());
    all
}

fn of_the_ledger() -> Vec<Target> {
    vec![
        target("entry", 200_000, texts(&[ENTRY, CORRECTION]), |_, input| {
            let text = text(input);
            let _ = rules::is_canonical(&text);
            if let Ok(entry) = Entry::from_json(&text) {
                assert_eq!(Entry::from_json(&entry.to_json().unwrap()).unwrap(), entry, "what is read is written");
            }
        }),
        target("ledger-record", 5_000, texts(&[ENTRY]), |_, input| {
            let file = rusqlite::Connection::open_in_memory().unwrap();
            file.execute_batch("CREATE TABLE ledger (seq INTEGER PRIMARY KEY, payload, signature, head)").unwrap();
            let (payload, rest) = input.split_at(input.len() / 2);
            let values = rusqlite::params![payload, text(payload), rest, &rest[..rest.len().min(32)]];
            file.execute(
                "INSERT INTO ledger VALUES (1, ?1, ?3, ?4), (2, ?2, ?3, ?4), (-3, ?2, zeroblob(64), zeroblob(32))",
                values,
            )
            .unwrap();
            for seq in [0, 1, 2, u64::MAX] {
                let _ = store::get(&file, seq);
            }
            let _ = store::tip(&file);
            let _ = letopis::journal::audit_file(&letopis::journal::read::Tables::new(file).unwrap(), &mut |_| {});
        }),
        target("identity", 30_000, texts(&[SECRET]), |_, input| {
            let _ = Identity::parse(&text(input));
        }),
        target("paper-key", 20_000, texts(&[SECRET, PAPER]), |_, input| {
            let typed = text(input);
            let _ = paper_key::read(&typed);
            for (number, line) in (0..).zip(typed.lines().take(6)) {
                let _ = paper_key::read_line(number, line);
            }
        }),
        target("public-identity", 50_000, texts(&[&public()]), |_, input| {
            let _ = PublicIdentity::parse(&text(input));
        }),
        target(
            "key-file",
            20_000,
            texts(&[SECRET, "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n"]),
            |scratch, input| {
                let _ = keyfile::read(&scratch.put("some.key", input), || Err(letopis::Error::input("нет пароля")));
            },
        ),
        target("head", 50_000, texts(&[&MANIFEST[..64]]), |_, input| {
            let _ = chain::parse_hash(&text(input));
        }),
        target("note", 20_000, texts(&[&sealed_note()]), |_, input| {
            let _ = note::open(&author(), &text(input));
        }),
        target("checkpoint", 20_000, texts(&[COSIGNED]), |_, input| {
            if let Ok(read) = Note::parse(&text(input)) {
                assert_eq!(Note::parse(&read.to_string()).unwrap(), read);
                let _ = Checkpoint::read(&read);
                let _ = Policy::parse(POLICY).unwrap().judge(&read);
            }
        }),
        target("policy", 20_000, texts(&[POLICY]), |_, input| {
            if let Ok(policy) = Policy::parse(&text(input)) {
                let _ = policy.judge(&Note::parse(COSIGNED).unwrap());
            }
        }),
        target("record-proof", 20_000, texts(&[PROOF]), |_, input| {
            if let Ok(proof) = Proof::parse(&text(input)) {
                let _ = proof.shows(&[7; 32]);
            }
        }),
        target("mirror-note", 20_000, texts(&[&mirror_note()]), |_, input| {
            if let Ok(note) = Note::parse(&text(input))
                && let Some(read) = Segment::read(&note)
            {
                assert_eq!(read.text(), note.text(), "a segment has one text");
                assert!(read.from > 0 && read.from <= read.to && !read.is_signed(&note, &[]));
            }
        }),
        target(
            "mirror-line",
            20_000,
            texts(&[&mirror_line(), include_str!("../vectors/ledger/three.jsonl")]),
            |_, input| {
                for line in text(input).lines() {
                    if let Ok(segment::Line::Text { digest, bytes }) = segment::read_line(line) {
                        let again = segment::write_text(&digest, &bytes).unwrap();
                        assert_eq!(segment::read_line(&again).unwrap(), segment::Line::Text { digest, bytes });
                    }
                }
            },
        ),
        target("mirror-segment", 5_000, vec![mirror_file()], |_, input| {
            let _ = sealed::open(input, &author());
        }),
        target("record-line", 20_000, texts(&[include_str!("../vectors/ledger/three.jsonl")]), |_, input| {
            if let Ok(record) = line::read(&text(input)) {
                assert_eq!(line::read(&line::write(&record)).unwrap(), record);
            }
        }),
    ]
}

/// The note of a segment, as a school's server signs it.
fn mirror_note() -> String {
    let origin = Origin { journal: [7; 32], epoch: 2 };
    let segment = Segment { origin, from: 11, to: 20, previous: [1; 32], head: [2; 32], sha256: [3; 32] };
    segment.signed(&author()).unwrap().to_string()
}

/// The line of a page's text.
fn mirror_line() -> String {
    segment::write_text(&Sum::of(PAGE.as_bytes()).to_string(), PAGE.as_bytes()).unwrap()
}

/// A segment's file that the author opens.
fn mirror_file() -> Vec<u8> {
    sealed::seal(&(mirror_line() + "\n"), &[author().public().recipient().to_owned()]).unwrap()
}

fn member(workbook: &[u8], name: &str) -> Vec<u8> {
    let mut content = Vec::new();
    ZipArchive::new(Cursor::new(workbook)).unwrap().by_name(name).unwrap().read_to_end(&mut content).unwrap();
    content
}

/// The workbook with another content of a member.
fn replaced(workbook: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let (mut old, mut new) = (ZipArchive::new(Cursor::new(workbook)).unwrap(), ZipWriter::new(Cursor::new(Vec::new())));
    for index in (0..old.len()).filter(|index| Some(*index) != old.index_for_name(name)).collect::<Vec<_>>() {
        new.raw_copy_file(old.by_index_raw(index).unwrap()).unwrap();
    }
    new.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
    new.write_all(content).unwrap();
    new.finish().unwrap().into_inner()
}

/// What an import finds in a folder, as one text: a line `# pupils.csv`, then that file.
const TABLES: [(&str, &str); 15] = [
    ("school.toml", include_str!("../fixtures/small/school.toml")),
    ("staff.csv", include_str!("../fixtures/small/staff.csv")),
    ("subjects.csv", include_str!("../fixtures/small/subjects.csv")),
    ("classes.csv", include_str!("../fixtures/small/classes.csv")),
    ("pupils.csv", include_str!("../fixtures/small/pupils.csv")),
    ("groups.csv", include_str!("../fixtures/small/groups.csv")),
    ("courses.csv", include_str!("../fixtures/small/courses.csv")),
    ("timetable.csv", include_str!("../fixtures/small/timetable.csv")),
    ("plans.csv", "Класс;Предмет;№;Тема;Вид работы\n7А;Алгебра;1;Дроби;\n7А;Алгебра;2;Степень;контрольная\n"),
    ("lessons.csv", include_str!("../fixtures/libreoffice/lessons.csv")),
    ("marks.csv", include_str!("../fixtures/libreoffice/marks.csv")),
    ("reasons.csv", "Личное дело;С;По;Причина;Документ\nИ-01;01.09.2025;03.09.2025;болезнь;справка № 1\n"),
    ("finals.csv", "Класс;Предмет;Личное дело;Период;Отметка\n7А;Алгебра;И-01;I четверть;4\n"),
    ("decisions.csv", "Личное дело;Дата;Номер;Решение\nИ-01;2026-05-29;9;переведён в 8 класс\n"),
    ("contacts.csv", "Личное дело;Кто;ФИО;Телефон\nИ-01;мать;Иванова И. И.;+7 (900) 000-00-00\n"),
];

fn tables() -> String {
    TABLES.map(|(name, content)| format!("# {name}\n{content}")).concat()
}

/// A school with its tables, made once, into which a table of marks is brought on trial.
fn taught_journal() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let (scratch, key) = (Scratch::default(), author());
        for (name, content) in TABLES {
            scratch.put(&format!("whole/{name}"), content.as_bytes());
        }
        let path = scratch.put("taught.letopis", begun_journal());
        let mut journal = Journal::open(&path).unwrap();
        let now = DateTime::parse_from_rfc3339("2026-06-01T12:00:00+03:00").unwrap();
        let by = Author { signer: &key, clock: &now, taken_over: false };
        let how = import::How { trial: false, another: true, despite: true };
        let folder = scratch.folder().join("whole");
        import::import(&mut journal, by, &folder, how, &mut |_, _| {}).unwrap();
        drop(journal);
        std::fs::read(path).unwrap()
    })
}

/// Brings a table, whole in all that is said of it: nothing panics, and where something is in doubt, nothing is kept.
fn bring_table(scratch: &Scratch, name: &str, input: &[u8], map: &str) {
    let path = scratch.put("brought.letopis", taught_journal());
    let mut journal = Journal::open(&path).unwrap();
    let (key, before) = (author(), journal.tip().unwrap().seq);
    let now = DateTime::parse_from_rfc3339("2026-06-01T12:00:00+03:00").unwrap();
    let answers = Map::parse(map).unwrap_or_default();
    let files = vec![Given { name: name.to_owned(), bytes: input.to_vec() }];
    let (course, topic) = (Some("7А Алгебра".to_owned()), Some("Тема".to_owned()));
    let wish = TablesWish { files, course, answers, topic, trial: false };
    let taken = brought::take(&mut Workplace::at(&mut journal, &key, &now).unwrap(), &wish);
    if let Ok(taken) = taken {
        let recorded = journal.tip().unwrap().seq - before;
        assert_eq!(recorded, if taken.doubts.is_empty() { taken.done.numbers.len() as u64 } else { 0 });
        if let Some(map) = brought::proposed(&taken.doubts) {
            Map::parse(&map).unwrap();
        }
    }
}

const GRID: &str = "7А, Алгебра\n№;Фамилия Имя;Сентябрь;;;01.10 К/р;I четв.;Ср. балл\n;;1;3;5;;;\n\
    1;Иванов Павел;5;н;4,5;5(2);5;4.5\n2;Иванов Пётр;;4;н/4;п;;\nИтого;;1;2;2;;;\n\
    №;Дата;Тема;Домашнее задание\n1;01.09;Числа;§ 1\n2;03.09;Дроби;\n";
const GRID_SHEETS: &str = "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"I четверть\">\
    <table:table-row><table:table-cell office:value-type=\"string\" table:number-rows-spanned=\"2\"><text:p>ФИО</text:p></table:table-cell>\
    <table:table-cell office:value-type=\"string\" table:number-columns-spanned=\"2\"><office:annotation><text:p>К/р</text:p></office:annotation>\
    <text:p>Сентябрь</text:p></table:table-cell><table:covered-table-cell/></table:table-row><table:table-row><table:covered-table-cell/>\
    <table:table-cell office:value-type=\"float\" office:value=\"1\"/><table:table-cell office:value-type=\"date\" office:date-value=\"2025-09-03\"/>\
    </table:table-row><table:table-row><table:table-cell office:value-type=\"string\"><text:p>Иванов Павел</text:p></table:table-cell>\
    <table:table-cell office:value-type=\"float\" office:value=\"4.5\" table:number-columns-repeated=\"2\"/></table:table-row></table:table>\
    </office:spreadsheet></office:body></office:document-content>";
const MAP: &str = "[pupils.\"7А\"]\n\"Ли\" = \"И-01\"\n[marks]\n\"п\" = \"у\"\n\"5(2)\" = \"5\"\n[dates]\n\"1.1\" = \"2025-10-01/1\"\n";

fn import_on_trial(scratch: &Scratch, input: &[u8]) {
    let folder = scratch.folder().join("whole");
    for (name, content) in TABLES {
        scratch.put(&format!("whole/{name}"), content.as_bytes());
    }
    for file in text(input).split("# ") {
        if let Some((name, content)) = file.split_once('\n')
            && TABLES.iter().any(|(known, _)| *known == name)
        {
            scratch.put(&format!("whole/{name}"), content.as_bytes());
        }
    }
    let journal = scratch.put("import.letopis", begun_journal());
    let mut journal = Journal::open(&journal).unwrap();
    let key = author();
    let now = DateTime::parse_from_rfc3339("2026-06-01T12:00:00+03:00").unwrap();
    let by = Author { signer: &key, clock: &now, taken_over: false };
    let _ = import::import(
        &mut journal,
        by,
        &folder,
        import::How { trial: true, another: true, despite: true },
        &mut |_, _| {},
    );
}

/// The file of a journal with its first entry. It is made once: an import on trial leaves it as it was.
fn begun_journal() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let (scratch, key) = (Scratch::default(), author());
        let now = DateTime::parse_from_rfc3339("2025-09-01T08:00:00+03:00").unwrap();
        let name = PersonName { surname: "Иванова".into(), given: "Инна".into(), patronymic: String::new() };
        let created = JournalCreated {
            previous: None,
            school: School::from_toml(TABLES[0].1).unwrap(),
            administrator: Person {
                login: "ivanova".into(),
                name,
                position: "инженер".into(),
                association: String::new(),
                roles: vec![Role::parse("администратор").unwrap()],
            },
            key: key.public(),
            recovery: Identity::generate().public().recipient().to_owned(),
            second: Vec::new(),
            emergency: None,
        };
        let path = scratch.folder().join("begun.letopis");
        drop(Journal::create(&path, Author { signer: &key, clock: &now, taken_over: false }, created).unwrap());
        std::fs::read(path).unwrap()
    })
}

fn author() -> Identity {
    Identity::parse(SECRET).unwrap()
}

fn public() -> String {
    author().public().to_string()
}

fn sealed_note() -> String {
    note::seal(&author().public(), &note::Note::default()).unwrap().sealed.join("\n")
}

fn of_words() -> Vec<Target> {
    vec![
        target("class", 60_000, texts(&["7А", "11 «Б»", "5 a"]), |_, input| {
            if let Ok(class) = ClassName::parse(&text(input)) {
                assert_eq!(ClassName::parse(&class.to_string()).unwrap(), class);
            }
        }),
        target("date", 60_000, texts(&["15.09.2025", "2025-09-15", "15.9.25"]), |_, input| {
            let _ = parse_date(&text(input));
        }),
        target("cell", 60_000, texts(&["5", "4/5", "н", "зач", "н/а", "оп 5"]), |_, input| {
            let text = text(input);
            let _ = Cell::parse(&text);
            let _ = Attendance::parse(&text);
            if let Ok(marks) = Marks::parse(&text) {
                assert_eq!(Marks::parse(&marks.to_string()).unwrap(), marks);
            }
        }),
        target(
            "person",
            60_000,
            texts(&["Иванова Мария Петровна", "Иванова М. П.", "завуч"]),
            |_, input| {
                let text = text(input);
                let name = PersonName { surname: text.to_string(), given: text.to_string(), patronymic: String::new() };
                let _ = (name.initials(), name.surname_given(), name.sort_key(), Role::parse(&text), clean(&text));
            },
        ),
        target(
            "check-code",
            60_000,
            texts(&[CODE, "e3b0 c442 98fc 1c14", "2025-0143/7 e3b0-c442-98fc-1c14"]),
            |_, input| {
                let _ = print::parse_code(&text(input));
            },
        ),
        target("cms", 20_000, vec![CMS.to_vec()], |_, input| {
            let _ = print::signature::read_cms(input);
        }),
        target("page-record", 20_000, texts(&[PAGE]), |_, input| {
            let _ = print::show_page_record(input);
        }),
        target("archive-code", 60_000, texts(&[&MANIFEST[..64]]), |_, input| {
            let _ = anchor::Code::parse(&text(input));
        }),
    ]
}

fn of_a_school() -> Vec<Target> {
    let plan = "№;Тема;Вид работы;Домашнее задание\n1;Дроби;;§ 1\n2;\"Дроби; ещё\";контрольная;№ 5\n";
    vec![
        target("school-toml", 20_000, vec![include_bytes!("../fixtures/small/school.toml").to_vec()], |_, input| {
            let _ = School::from_toml(&text(input));
        }),
        target("csv", 50_000, texts(&[plan]), |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.csv", input));
        }),
        target("grid", 500, vec![GRID.as_bytes().to_vec()], |scratch, input| {
            bring_table(scratch, "grid.csv", input, MAP);
        }),
        target("grid-sheet", 500, vec![GRID_SHEETS.as_bytes().to_vec()], |scratch, input| {
            bring_table(scratch, "grid.ods", &replaced(ODS, CONTENT, input), MAP);
        }),
        target("grid-map", 20_000, texts(&[MAP]), |_, input| {
            let _ = Map::parse(&text(input));
        }),
        target("staff", 20_000, vec![include_bytes!("../fixtures/small/staff.csv").to_vec()], |scratch, input| {
            let folder = scratch.put("school/staff.csv", input);
            let _ = import::read_staff(folder.parent().unwrap(), &mut import::Faults::default());
        }),
        target("xlsx", 5_000, vec![XLSX.to_vec()], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.xlsx", input));
        }),
        target("ods", 5_000, vec![ODS.to_vec()], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.ods", input));
        }),
        // A zip hardly survives a change anywhere in it: what lies inside is changed by itself.
        target("xlsx-sheet", 5_000, vec![member(XLSX, SHEET)], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.xlsx", &replaced(XLSX, SHEET, input)));
        }),
        target("xlsx-strings", 5_000, vec![member(XLSX, STRINGS)], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.xlsx", &replaced(XLSX, STRINGS, input)));
        }),
        target("xlsx-book", 5_000, vec![member(XLSX, BOOK)], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.xlsx", &replaced(XLSX, BOOK, input)));
        }),
        target("xlsx-styles", 5_000, vec![member(XLSX, STYLES)], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.xlsx", &replaced(XLSX, STYLES, input)));
        }),
        target("ods-content", 5_000, vec![member(ODS, CONTENT)], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.ods", &replaced(ODS, CONTENT, input)));
        }),
        target("school", 500, texts(&[&tables()]), import_on_trial),
        target(
            "layout",
            5_000,
            vec![
                include_bytes!("../../layouts/page.toml").to_vec(),
                include_bytes!("../../layouts/summary-sheet.toml").to_vec(),
            ],
            |scratch, input| {
                let folder = scratch.put("layouts/page.toml", input);
                let _ = Layouts::load(folder.parent());
            },
        ),
    ]
}

fn of_an_archive() -> Vec<Target> {
    vec![
        target("manifest", 80_000, texts(&[MANIFEST]), |_, input| {
            let _ = Manifest::parse(&text(input));
        }),
        target("bag-info", 60_000, texts(&[INFO]), |_, input| {
            if let Ok(info) = Info::parse(&text(input)) {
                let _ = Facts::from_info(&info);
            }
        }),
        target("bag-path", 60_000, texts(&["data/database.zip.age", "recovery/x.par2"]), |_, input| {
            let _ = BagPath::new(&text(input));
        }),
        target("package", 5_000, vec![encrypted(&zipped())], open_package),
        // Whoever can encrypt for a school can send it any zip.
        target("zip-of-package", 2_000, vec![zipped()], |scratch, input| {
            open_package(scratch, &encrypted(input));
        }),
        target(
            "age-header",
            20_000,
            vec![encrypted(b"x"), b"age-encryption.org/v1\n-> scrypt AAAA 62\nAAAA\n".into()],
            |_, input| {
                let _ = header::check(input).unwrap();
            },
        ),
        target("zip-directory", 20_000, vec![zipped()], |_, input| {
            if let Ok(entries) = directory::read(&mut Cursor::new(input)).unwrap() {
                let packed: u64 = entries.iter().map(|entry| entry.packed).sum();
                let bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
                assert!(packed <= input.len() as u64 && bytes <= packed * directory::MAX_RATIO);
            }
        }),
        // What packets say; their own sums are made right.
        target("par2-bodies", 5_000, vec![bodies()], |scratch, input| {
            let path = scratch.put("recovery/x.par2", &packets(input));
            let recovery = par2::read(std::slice::from_ref(&path));
            if let Some(set) = &recovery.set {
                let copies = [scratch.folder().to_owned()];
                let located = par2::locate::locate(set, &copies, &Quiet);
                assert!(located.lost().count() <= set.slices());
            }
        }),
        target("carrier", 20_000, texts(&[CARD]), |scratch, input| {
            scratch.put("stick/LETOPIS/carrier.json", input);
            let _ = Carrier::open(&scratch.folder().join("stick"));
        }),
        target("signature", 20_000, texts(&[&author().ssh_sign("letopis-archive", b"x").unwrap()]), |_, input| {
            let _ = ArchiveSignature::parse(input);
        }),
        target(
            "allowed-signers",
            20_000,
            texts(&["petrova namespaces=\"letopis-archive\" ssh-ed25519 AAAA\n"]),
            |_, input| {
                let _ = AllowedSigners::parse(&text(input));
            },
        ),
    ]
}

fn of_a_strangers_bag() -> Vec<Target> {
    vec![
        target("bagit-declaration", 60_000, texts(&[BAGIT, &BAGIT.replace("UTF-16", "ISO-8859-1")]), |_, input| {
            if let Ok(declaration) = Declaration::parse(input)
                && let Some((text, _)) = declaration.encoding.decode(input)
            {
                encoding::lines(&text).for_each(|(_, line)| assert!(!line.contains(['\n', '\r'])));
            }
        }),
        target("bagit-listing", 60_000, texts(&[LISTING, MANIFEST]), |_, input| {
            let old = Declaration::parse(BAGIT.as_bytes()).unwrap().version;
            for version in [old, Version::V1_0] {
                let listing = Listing::parse(&text(input), Some(Algorithm::Md5), version);
                listing.entries.keys().for_each(stays_in_the_bag);
            }
        }),
        target("bagit-fetch", 60_000, texts(&[FETCH]), |_, input| {
            fetch::parse(&text(input), Version::V1_0).0.iter().for_each(|item| stays_in_the_bag(&item.path));
        }),
        target("bagit-bag", 2_000, texts(&[BAGIT, LISTING, FETCH, INFO]), |scratch, input| {
            for file in ["bagit.txt", "manifest-md5.txt", "tagmanifest-md5.txt", "fetch.txt", "bag-info.txt"] {
                scratch.put("foreign/bagit.txt", BAGIT.replace("16", "8").as_bytes());
                scratch.put("foreign/manifest-md5.txt", LISTING.as_bytes());
                let path = scratch.put(&format!("foreign/{file}"), input);
                let folder = Folder::new(path.parent().unwrap());
                bagit::is_foreign(&folder);
                bagit::validate(&folder, &Quiet);
                std::fs::remove_file(path).unwrap();
            }
        }),
    ]
}

fn stays_in_the_bag(path: &BagPath) {
    let under = path.under(Path::new("/bag"));
    assert!(under.starts_with("/bag") && !under.components().any(|part| part == std::path::Component::ParentDir));
}

/// The packets of a set of one file: kind and length of each, then its body.
fn bodies() -> Vec<u8> {
    let length = 5_u64.to_le_bytes();
    let beginning = [3; 16];
    let id: [u8; 16] = Md5::new().chain_update(beginning).chain_update(length).chain_update(b"data").finalize().into();
    let main = [&8_u64.to_le_bytes()[..], &1_u32.to_le_bytes(), &id].concat();
    let description = [&id[..], &[2; 16], &beginning, &length, b"data"].concat();
    let checksums = [&id[..], &[1; 20]].concat();
    let slice = [&7_u32.to_le_bytes()[..], &[9; 8]].concat();
    let all = [main, description, checksums, slice];
    (0..).zip(all).flat_map(|(kind, body)| [vec![kind, body.len() as u8], body].concat()).collect()
}

/// Packets of these bodies, as a file of recovery data holds them.
fn packets(bodies: &[u8]) -> Vec<u8> {
    const KINDS: [&[u8; 16]; 4] =
        [b"PAR 2.0\0Main\0\0\0\0", b"PAR 2.0\0FileDesc", b"PAR 2.0\0IFSC\0\0\0\0", b"PAR 2.0\0RecvSlic"];
    let (mut file, mut rest, mut set) = (Vec::new(), bodies, [0; 16]);
    while let [kind, length, more @ ..] = rest {
        let (body, more) = more.split_at(usize::from(*length).min(more.len()));
        let mut body = body.to_vec();
        body.resize(body.len().next_multiple_of(4), 0);
        let kind = KINDS[usize::from(*kind) % KINDS.len()];
        if kind == KINDS[0] {
            set = Md5::digest(&body).into();
        }
        let sum: [u8; 16] = Md5::new().chain_update(set).chain_update(kind).chain_update(&body).finalize().into();
        let whole = 64 + body.len() as u64;
        file.extend([b"PAR2\0PKT", &whole.to_le_bytes(), &sum[..], &set, kind, &body].concat());
        rest = more;
    }
    file
}

fn zipped() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, content: &str| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    };
    let (marks, book) = ("а,б\n".repeat(100), "%PDF-1.7");
    add("journal.csv", &marks);
    add("book/7А.pdf", book);
    let sums = [Sum::of(marks.as_bytes()), Sum::of(book.as_bytes())];
    add(INNER_SUMS, &format!("{}  journal.csv\n{}  book/7А.pdf\n", sums[0], sums[1]));
    zip.finish().unwrap().into_inner()
}

fn encrypted(content: &[u8]) -> Vec<u8> {
    age::encrypt(&author().age_identity().to_public(), content).unwrap()
}

fn open_package(scratch: &Scratch, input: &[u8]) {
    scratch.put("bag/data/class-7a.zip.age", input);
    let (folder, path) = (Folder::new(scratch.folder().join("bag")), BagPath::new("data/class-7a.zip.age").unwrap());
    if let Ok(mut package) = OpenPackage::open(&folder, &[path], &author()) {
        let _ = package.check(&Quiet);
    }
}

const STICK: &str = r#"{"letopis_stick":1,"carrier":"9f0c1d2e3f4a5b6c","label":"У-7","journal":"0707070707070707070707070707070707070707070707070707070707070707","strand":"09090909090909090909090909090909"}"#;
const JOURNAL: [u8; 32] = [7; 32];
const STRAND: [u8; 16] = [9; 16];

const LOAD: &str = concat!(
    r#"{"entry":{"number":1,"base":{"length":3,"head":"0000000000000000000000000000000000000000000000000000000000000000"},"payload":"{}","signature":""#,
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    "\"}}\n",
    r#"{"receipt":{"text":"{}","key":"SHA256:x","signature":"00"}}"#,
    "\n"
);
const ANSWER: &str = r#"{"letopis_sync":1,"length":9,"taken":{"number":2,"head":"0000000000000000000000000000000000000000000000000000000000000000"},"results":[{"number":1,"entry":8,"refused":"§2.3.2","before":true,"warnings":["w"]}],"receipt":"{}\nSHA256:x 00\n","stopped":{"number":2,"why":"fork","text":"t","known":"{}"},"closed":{"why":"lost","time":"2025-09-15T12:00:00+03:00","entry":9,"number":1},"restored":true,"lacks":false}"#;
const CHALLENGE: &str = r#"{"letopis_sync":1,"journal":"0707070707070707070707070707070707070707070707070707070707070707","challenge":"00","time":"2025-09-15T12:00:00+03:00"}"#;
const FAULT: &str = r#"{"letopis_sync":1,"fault":"not-yours","text":"t","next":"n"}"#;

/// What a stick holds, decrypted: whoever knows its owner's public key can encrypt anything to him.
fn of_a_stick() -> Vec<Target> {
    let owner = Identity::parse(SECRET).unwrap();
    let key = owner.public();
    let ids = format!(r#""journal":"{}","strand":"{}""#, chain::hex(&JOURNAL), chain::hex(&STRAND));
    let (line, recipient) = (key.ssh_line(""), key.recipient());
    let pins = format!(
        r#"{{{ids},"login":"i","key":"{}","prepared":"2025-09-01T08:00:00+03:00","may_prepare":["{line}"],"recipients":["{recipient}"]}}"#,
        key.fingerprint()
    );
    let head = chain::hex(&[0; 32]);
    let base = format!(
        r#"{{{ids},"login":"i","generation":1,"length":3,"head":"{head}","time":"2025-09-01T08:00:00+03:00","made":"2025-09-01T08:00:00+03:00","until":"2025-10-30","taken":{{"number":0,"head":"{head}"}},"archived":0,"schema":1,"recipients":["{recipient}"],"may_prepare":["{line}"],"bytes":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}"#
    );
    let receipt = format!(
        r#"{{{ids},"from":1,"to":2,"strand_head":"{head}","length":9,"head":"{head}","time":"2025-09-15T12:00:00+03:00","refused":[{{"number":2,"why":"§2.3.2"}}]}}"#
    );
    let taken = Taken { number: 0, head: [0; 32] };
    let ask = Ask::of(What::HandOver, (JOURNAL, STRAND), taken, taken).with(LOAD.as_bytes()).sign(&owner).unwrap();
    let question = format!("{}\n{}\n{LOAD}", ask.text, ask.signature).into_bytes();
    let signed = |domain: &str, json: &str| signed::sign(&owner, domain, json).unwrap().into_bytes();
    vec![
        target("stick-card", 20_000, texts(&[STICK]), |_, input| {
            let _ = Card::parse(input);
        }),
        target("stick-pins", 20_000, vec![signed("letopis-pins-v1", &pins)], |_, input| {
            let _ = Pins::read(input, &Identity::parse(SECRET).unwrap().public().fingerprint());
        }),
        target("stick-base", 20_000, vec![signed("letopis-base-v1", &base)], |_, input| {
            let keys = vec![*Identity::parse(SECRET).unwrap().public().key()];
            let _ = base::read(input, &Trust { journal: JOURNAL, strand: STRAND, login: "i".to_owned(), keys });
        }),
        target("stick-receipts", 20_000, vec![signed("letopis-receipt-v1", &receipt)], |_, input| {
            let _ = receipts::read(input, &[*Identity::parse(SECRET).unwrap().public().key()], (JOURNAL, STRAND));
        }),
        target("sync-question", 20_000, vec![question], |_, input| {
            let mut parts = input.splitn(3, |byte| *byte == b'\n');
            let [head, signature, load] = [(); 3].map(|()| parts.next().unwrap_or_default());
            let asked = Asked { text: text(head).into_owned(), signature: text(signature).into_owned() };
            if let Some(ask) = asked.read() {
                let _ = ask.is_with(load);
            }
            let _ = asked.is_by(Identity::parse(SECRET).unwrap().public().key());
            if let Some(load) = Load::read(load) {
                assert_eq!(Load::read(&load.to_bytes().unwrap()), Some(load), "what is read is written");
            }
        }),
        target("sync-answer", 20_000, texts(&[ANSWER, CHALLENGE, FAULT]), |_, input| {
            let _ = (Answer::read(input), Challenge::read(input), Fault::read(input));
        }),
        target("strand-file", 5_000, vec![include_bytes!("../vectors/strand/strand-0").to_vec()], |scratch, input| {
            scratch.put("stick/strand-0", input);
            let medium = FolderMedium::open(&scratch.folder().join("stick")).unwrap();
            let owner = Identity::parse(SECRET).unwrap();
            for taken in [0, 1, u64::MAX] {
                if let Ok(strand) =
                    StrandFile::on(std::sync::Arc::new(FolderMedium::open(medium.folder()).unwrap()), STRAND, taken)
                {
                    let _ = strand.after(&StrandTip::empty(JOURNAL, STRAND), &owner.public(), &owner);
                }
            }
        }),
    ]
}
