//! Every parser, and what it should read: damaged by `tests/malformed.rs`, mutated by the fuzz targets of this folder.

use letopis::archive::anchor;
use letopis::archive::bag::{BagPath, Facts, Info, Manifest};
use letopis::archive::carrier::Carrier;
use letopis::archive::signature::{AllowedSigners, ArchiveSignature};
use letopis::import;
use letopis::journal::entry::Entry;
use letopis::journal::{note, rules};
use letopis::ledger::identity::{Identity, PublicIdentity};
use letopis::ledger::{chain, keyfile, store};
use letopis::print::{self, Layouts};
use letopis::school::{Attendance, Cell, ClassName, Marks, PersonName, Role, School, clean, parse_date};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const ENTRY: &str = r#"{"kind":"marks.set","time":"2025-09-15T12:00:00+03:00","author":"ivanova","key":"SHA256:x","rules":1,"body":{"at":{"course":{"class":"7А","subject":"Алгебра"},"date":"2025-09-15","lesson":2},"marks":[{"pupil":"К-17","marks":"4/5"}]}}"#;
const CORRECTION: &str = r#"{"kind":"correction.requested","time":"2025-09-15T12:00:00+03:00","author":"i","key":"k","rules":1,"body":{"course":{"class":"7А","subject":"Алгебра"},"date":"2025-09-15","lesson":2,"changes":[{"what":"mark","pupil":"К-1","was":"4","becomes":null}],"reason":"описка"}}"#;
const MANIFEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  data/database.zip.age\n";
const INFO: &str = "Bag-Software-Agent: letopis 0.1.0\nBagging-Date: 2025-10-31\nPayload-Oxum: 279164409832.1198\nExternal-Description: a long line\n that goes on\n";
const CARD: &str =
    r#"{"id":"1f","label":"А-1","holder":"Орлов П. И.","place":"сейф","registered":"2025-09-01T09:00:00+03:00"}"#;
const CODE: &str = "LETOPIS:2025-0143/7:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
const SECRET: &str = include_str!("../vectors/identity/secret");

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
            let _ = letopis::journal::audit_file(&file, &mut |_| {});
        }),
        target("identity", 50_000, texts(&[SECRET]), |_, input| {
            let _ = Identity::parse(&text(input));
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
    ]
}

fn author() -> Identity {
    Identity::parse(SECRET).unwrap()
}

fn public() -> String {
    author().public().to_string()
}

fn sealed_note() -> String {
    note::seal(&author(), &note::Note::default()).unwrap().sealed.join("\n")
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
        target("staff", 20_000, vec![include_bytes!("../fixtures/small/staff.csv").to_vec()], |scratch, input| {
            let folder = scratch.put("school/staff.csv", input);
            let _ = import::read_staff(folder.parent().unwrap(), &mut import::Faults::default());
        }),
        target("xlsx", 5_000, vec![include_bytes!("../fixtures/libreoffice/marks.xlsx").to_vec()], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.xlsx", input));
        }),
        target("ods", 5_000, vec![include_bytes!("../fixtures/libreoffice/marks.ods").to_vec()], |scratch, input| {
            let _ = import::read_plan(&scratch.put("plan.ods", input));
        }),
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
