//! The ten questions of `docs/statistics`, put to DuckDB and DataFusion over what schools gave out, and over one school before
//! anything is suppressed, where the answers must be those of its own reports.

use crate::common::peers;
use crate::common::school::{LETOPIS, School, copy_folder};
use letopis::journal::Journal;
use letopis::journal::read::Tables;
use letopis::report::progress::{By, progress};
use letopis::report::statistics::suppress::{Rule, table};
use letopis::report::statistics::{Row, counted};
use letopis::report::{Filter, When, attendance, discipline, plan};
use letopis::school::{ClassName, parse_date};
use serde_json::Value;
use std::path::Path;

const QUARTERS: [&str; 2] = ["I четверть", "II четверть"];
/// When the sample's year is over.
const JUNE: &str = "2026-06-10 12:00:00";
/// What this build gives out.
const ENDING: &str = if cfg!(feature = "district") { "parquet" } else { "csv" };

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A school whose year was taken over, with a deputy head who has a key; `drawn` are arguments of the generator.
fn school(drawn: &[&str]) -> School {
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("school");
    if drawn.is_empty() {
        copy_folder(&root().join("samples/school-1"), &from);
    } else {
        let ending = std::env::consts::EXE_SUFFIX;
        let generator = Path::new(LETOPIS).with_file_name("examples").join(format!("generate-school{ending}"));
        let args: Vec<&str> = [from.to_str().unwrap()].into_iter().chain(drawn.iter().copied()).collect();
        let made = peers::run(generator, args, dir.path());
        assert_eq!(made.code, Some(0), "{made}");
    }
    std::fs::create_dir(dir.path().join("keys")).unwrap();
    let school = School::in_folder(dir);
    let init = ["init", "--school", "school/school.toml", "--admin", "ivanova", "--no-passphrase"];
    school.run("2026-06-01 08:00:00", "ivanova", &[&init[..], &["--recovery-sheet", "recovery.txt"]].concat()).ok();
    school.run("2026-06-01 08:01:00", "ivanova", &["import", "school"]).ok();
    for login in ["petrova", "kuznetsov"] {
        let key = format!("keys/{login}.key");
        school.run("2026-06-01 09:00:00", login, &["key", "new", &key, "--no-passphrase"]).ok();
        school.run("2026-06-01 09:01:00", "ivanova", &["staff", "enroll", login, &key]).ok();
    }
    school
}

/// Puts the questions; the answers by engine and question.
fn ask(peer: &peers::Peer, folder: &Path) -> Value {
    let script = root().join("tests/peers/olap.py");
    let questions = root().join("docs/statistics");
    let args = [script.as_os_str(), questions.as_os_str(), folder.as_os_str(), ENDING.as_ref()];
    let output = peer.run(args, folder);
    assert_eq!(output.code, Some(0), "{output}");
    serde_json::from_str(&output.stdout).unwrap()
}

/// The rows of each question, the same of both engines.
#[track_caller]
fn agreed(answers: &Value) -> Vec<(String, Vec<Vec<Value>>)> {
    let of = |engine: &str| answers[engine].as_object().unwrap().clone();
    let (one, other) = (of("duckdb"), of("datafusion"));
    assert_eq!(one.len(), 10);
    let rows = |question: &str, answer: &Value, other: &Value| {
        assert_eq!(answer["rows"], other["rows"], "{question}");
        serde_json::from_value(answer["rows"].clone()).unwrap()
    };
    one.iter().map(|(question, answer)| (question.clone(), rows(question, answer, &other[question]))).collect()
}

fn put(folder: &Path, school: &str, name: &str, rows: &[Row]) {
    let folder = folder.join(format!("school={school}/year=2025-2026"));
    std::fs::create_dir_all(&folder).unwrap();
    #[cfg(feature = "district")]
    let bytes = letopis::report::statistics::parquet::table(rows).unwrap();
    #[cfg(not(feature = "district"))]
    let bytes = letopis::report::statistics::csv(rows);
    std::fs::write(folder.join(format!("{name}.{ENDING}")), bytes).unwrap();
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

#[test]
fn two_engines_give_equal_answers_and_before_suppression_those_of_the_reports() {
    let (Some(python), Some(_)) = (peers::require("python-olap"), peers::require("faketime")) else { return };
    let work = tempfile::tempdir().unwrap();
    let (told, whole) = (work.path().join("told"), work.path().join("whole"));
    let schools = [("sosh-1", vec![]), ("sosh-2", vec!["--classes", "8", "--seed", "7"])];
    for (name, drawn) in &schools {
        let school = school(drawn);
        let out = school.path("out");
        std::fs::create_dir(&out).unwrap();
        for quarter in QUARTERS {
            let args = ["export", "statistics", quarter, "--school", name, "--to", "out"];
            school.run(JUNE, "petrova", &args).says(&["внесена в журнал"]);
        }
        for bag in std::fs::read_dir(&out).unwrap() {
            let bag = bag.unwrap().path();
            is_signed(&bag);
            copy_folder(&bag.join("data"), &told);
        }
        if *name == "sosh-1" {
            let journal = Journal::open(&school.path("journal.letopis")).unwrap();
            let rows = |quarter| table(&counted(journal.tables(), quarter).unwrap(), Rule::Everything);
            QUARTERS.iter().zip(["q1", "q2"]).for_each(|(quarter, short)| put(&whole, name, short, &rows(quarter)));
            reports(&ask(&python, &whole), journal.tables());
        }
    }
    let answers = agreed(&ask(&python, &told));
    // Something is told, and something is not.
    let tells = |at: usize| answers[at].1.iter().flatten().any(Value::is_number);
    assert!((0..10).filter(|at| tells(*at)).count() >= 6, "{answers:?}");
}

/// The bag is checked with public programs.
fn is_signed(bag: &Path) {
    // Whoever gets it has no journal.
    let verified = peers::run(LETOPIS, ["archive", "verify", bag.to_str().unwrap()], Path::new("/"));
    assert!(verified.code == Some(0) && verified.stdout.contains("цел как пакет BagIt"), "{verified}");
    let (Some(keygen), Some(sums)) = (peers::require("ssh-keygen"), peers::require("sha256sum")) else { return };
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let output = sums.run(["--check", "--quiet", list], bag);
        assert_eq!(output.code, Some(0), "{output}");
    }
    let signature = ["-s", "tagmanifest-sha256.txt.sig"];
    let verify = ["-Y", "verify", "-f", "allowed_signers", "-I", "petrova", "-n", "letopis-statistics"];
    let output = keygen.run_reading(&bag.join("tagmanifest-sha256.txt"), [&verify[..], &signature].concat(), bag);
    assert_eq!(output.code, Some(0), "{output}");
}

/// What the engines say of the whole table is what the reports say.
fn reports(answers: &Value, tables: &Tables) {
    let answers = agreed(answers);
    let of = |question: &str| &answers.iter().find(|(name, _)| name.starts_with(question)).unwrap().1;
    let filter = Filter::default();
    for quarter in QUARTERS {
        let when = When::Period(quarter.into());
        let missed = attendance::attendance(tables, &filter, &when).unwrap();
        let sum =
            |of: fn(&attendance::ByReason) -> u32| missed.iter().map(|row| u64::from(of(&row.lessons))).sum::<u64>();
        let row = of("03").iter().find(|row| row[2] == quarter).unwrap();
        let expected =
            [sum(|of| of.ill), sum(|of| of.excused), sum(|of| of.unexcused + of.unexplained), sum(|of| of.all)];
        assert_eq!(row[3..].iter().map(number).collect::<Vec<_>>(), expected, "{quarter}");
        assert!(expected[0] > 0);

        let held: u64 = missed.iter().map(|row| u64::from(row.lessons_held)).sum();
        let lessons: u64 = of("10").iter().filter(|row| row[1] == quarter).map(|row| number(&row[4])).sum();
        assert_eq!(lessons, held);

        // A grade of the sample is a class.
        for class in ["5А", "8Б"] {
            let class = ClassName::parse(class).unwrap();
            let filter = Filter { class: Some(class.clone()), ..Filter::default() };
            for row in progress(tables, &filter, By::Subject, Some(quarter)).unwrap() {
                let graded = |asked: &&Vec<Value>| {
                    asked[1] == quarter
                        && asked[2] == row.name.as_str()
                        && number(&asked[4]) == u64::from(class.grade())
                };
                let Some(asked) = of("04").iter().find(graded) else { panic!("{class} {}", row.name) };
                // Who has «зач» alone counts for the report among the pupils, and has no grade.
                if row.fives + row.fours + row.threes + row.twos + row.not_attested == row.pupils {
                    let tenths = (row.quality.percent().unwrap() * 10.0).round() as u64;
                    assert_eq!(
                        (number(&asked[5]), number(&asked[6])),
                        (u64::from(row.pupils), tenths),
                        "{class} {}",
                        row.name
                    );
                }
            }
        }
    }
    let both = When::Days(parse_date("2025-09-01").unwrap(), parse_date("2025-12-30").unwrap());
    let kept = discipline::discipline(tables, &filter, &both, parse_date("2026-06-10").unwrap()).unwrap();
    let lessons: u64 = of("01").iter().map(|row| number(&row[4])).sum();
    let entered: u64 = kept.iter().map(|row| u64::from(row.lessons)).sum();
    assert!(lessons > 0 && lessons <= entered, "{lessons} of {entered}");
    let first = plan::plan(tables, &filter, parse_date("2025-10-26").unwrap()).unwrap();
    for row in of("06").iter().filter(|row| row[1] == QUARTERS[0]) {
        let of = |column: fn(&plan::Row) -> u32| -> u64 {
            // Grades 10 and 11 have half-years.
            let rows = first.iter().filter(|plan| row[2] == plan.subject.as_str() && !plan.class.starts_with('1'));
            rows.map(|row| u64::from(column(row))).sum()
        };
        assert_eq!((number(&row[3]), number(&row[4])), (of(|row| row.due), of(|row| row.given)), "{row:?}");
    }
}

/// Twelve million rows of persons, drawn and multiplied; by hand: `cargo test --features district --test integration
/// statistics:: -- --ignored --nocapture`.
#[cfg(feature = "district")]
#[test]
#[ignore = "writes a gigabyte"]
fn twelve_million_rows_are_answered_in_three_seconds() {
    use letopis::report::statistics::{parquet, rows};
    let Some(python) = peers::require("python-olap") else { return };
    let school = school(&["--classes", "30"]);
    let journal = Journal::open(&school.path("journal.letopis")).unwrap();
    let mut number = 0_u64;
    let mut name = || {
        number += 1;
        format!("{number:016x}")
    };
    let files: Vec<(usize, Vec<u8>)> = ["I четверть", "II четверть", "III четверть", "IV четверть"]
        .iter()
        .map(|quarter| {
            let rows = rows::rows(&counted(journal.tables(), quarter).unwrap(), &mut name);
            (rows.len(), parquet::persons(&rows).unwrap())
        })
        .collect();
    let of_school: usize = files.iter().map(|(rows, _)| rows).sum();
    let all = tempfile::tempdir().unwrap();
    let schools = 12_000_000_usize.div_ceil(of_school);
    let mut bytes = 0;
    for at in 0..schools {
        let folder = all.path().join(format!("school=sosh-{at}/year=2025-2026"));
        std::fs::create_dir_all(&folder).unwrap();
        for (number, (_, file)) in files.iter().enumerate() {
            std::fs::write(folder.join(format!("q{}.parquet", number + 1)), file).unwrap();
            bytes += file.len();
        }
    }
    let answers = ask(&python, all.path());
    agreed(&answers);
    println!("{} rows of {schools} schools, {} MB", of_school * schools, bytes / 1_000_000);
    for engine in ["duckdb", "datafusion"] {
        let seconds = |answer: &Value| answer["seconds"].as_f64().unwrap();
        let each: Vec<(&str, f64)> = answers[engine]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, answer)| (name.as_str(), seconds(answer)))
            .collect();
        println!("{engine}: {each:?}");
        let slow: Vec<_> = each.iter().filter(|(_, seconds)| *seconds > 3.0).collect();
        assert!(engine != "duckdb" || slow.is_empty(), "{slow:?}");
    }
}
