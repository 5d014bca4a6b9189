//! The page for who keeps the archives of many schools: what it says for schedulers runs as it stands there.

use crate::common::peers;
use crate::common::school::{School, copy_folder};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/district.md");

/// The page's blocks of code in a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let begins = format!("```{language}\n");
    PAGE.split(&begins).skip(1).filter_map(|rest| rest.split_once("```").map(|(block, _)| block)).collect()
}

/// A store with the archives of three schools, and a verifier's key; nothing where a peer is missing.
fn municipality() -> Option<School> {
    peers::require("faketime")?;
    let dir = tempfile::tempdir().unwrap();
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1"), dir.path());
    let school = School::in_folder(dir);
    for number in 1..=3 {
        for bag in ["2025-2026-q1", "2025-2026-year"] {
            let to = school.path(&format!("all/sosh-{number}/2025-2026/{bag}"));
            std::fs::create_dir_all(&to).unwrap();
            copy_folder(&school.path(&format!("usb-1/LETOPIS/{bag}")), &to);
        }
    }
    std::fs::write(school.path("store.toml"), "school = \"sosh-1\"\nfolder = \"all\"\n").unwrap();
    std::fs::copy(school.path("keys/petrova.key"), school.path("checker.key")).unwrap();
    let shown = school.run(NOW, "petrova", &["key", "show", "checker.key", "--json"]).ok().stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let key = shown["fingerprint"].as_str().unwrap();
    let trust = format!(
        "[schools]\nsosh-1 = \"{key}\"\nsosh-2 = [\"{key}\"]\nsosh-3 = \"{key}\"\n[verifiers]\n\"Отдел образования\" = \"{key}\"\n"
    );
    std::fs::write(school.path("trust.toml"), trust).unwrap();
    Some(school)
}

const NOW: &str = "2026-11-10 12:00:00";

/// The words of a command line of the page, with what a scheduler puts in filled in.
fn filled<'w>(words: impl Iterator<Item = &'w str>, index: usize) -> Vec<String> {
    let index = index.to_string();
    let fill = |word: &str| {
        let word = word.trim_matches('"').replace("$(JOB_COMPLETION_INDEX)", &index);
        let word = word.replace("$SLURM_ARRAY_TASK_ID", &index).replace("{}", &index);
        word.strip_prefix("/etc/letopis/").map_or(word.clone(), str::to_owned)
    };
    words.map(fill).collect()
}

/// Runs all shares of a line of the page in a run of its own; what they stated.
fn stated(school: &School, line: &[&str], run: &str, shares: usize) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for index in 0..shares {
        let mut words = filled(line.iter().copied(), index);
        let at = words.iter().position(|word| word == "2026-11").expect("the page names the run");
        words[at] = run.to_owned();
        words.push("--json".to_owned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = school.run(NOW, "nobody", &words).ok();
        for statement in serde_json::from_str::<Vec<Value>>(&output.stdout).unwrap() {
            assert_eq!(
                (&statement["verdict"], &statement["before"]),
                (&"цел и подлинен".into(), &false.into()),
                "{statement}"
            );
            assert!(all.insert(statement["bag"].as_str().unwrap().to_owned()), "stated once: {statement}");
        }
    }
    all
}

#[test]
fn what_the_page_says_for_schedulers_verifies_every_bag_once() {
    let Some(school) = municipality() else { return };
    let shell: Vec<&str> = blocks("sh").into_iter().flat_map(str::lines).collect();
    let of = |words: &str| -> Vec<&str> {
        let line = shell.iter().find(|line| line.contains(words)).unwrap_or_else(|| panic!("no line with {words}"));
        let (_, line) = line.split_once("letopis ").unwrap();
        line.split(" ::: ").next().unwrap().split_whitespace().collect()
    };
    let all: BTreeSet<String> = (1..=3)
        .flat_map(|number| ["q1", "year"].map(|bag| format!("sosh-{number}/2025-2026/2025-2026-{bag}")))
        .collect();
    assert_eq!(stated(&school, &of("SLURM_ARRAY_TASK_ID"), "slurm", 16), all);
    assert_eq!(stated(&school, &of("parallel"), "parallel", 16), all);
    let three: Vec<&&str> = shell.iter().filter(|line| line.starts_with("letopis store verify")).collect();
    assert_eq!(three.len(), 3);
    let mut union = BTreeSet::new();
    for line in three {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        union.extend(stated(&school, &words, "terminals", 1));
    }
    assert_eq!(union, all);
    let Some(python) = peers::require_file("python-moto") else { return };
    let read = "import json, sys, yaml\nprint(json.dumps(yaml.safe_load(sys.stdin.read())))";
    let file = school.path("job.yaml");
    std::fs::write(&file, blocks("yaml").concat()).unwrap();
    let script = format!("import sys; sys.stdin = open({:?})\n{read}", file.display().to_string());
    let output = std::process::Command::new(python).args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let job: Value = serde_json::from_slice(&output.stdout).unwrap();
    let spec = &job["spec"];
    assert_eq!(
        (&job["kind"], &spec["completionMode"], &spec["completions"]),
        (&"Job".into(), &"Indexed".into(), &16.into())
    );
    let container = &spec["template"]["spec"]["containers"][0];
    let command: Vec<&str> =
        container["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(
        (command[0], command.last()),
        ("letopis", Some(&"$(JOB_COMPLETION_INDEX)/16")),
        "as many shares as completions"
    );
    assert_eq!(container["env"][0]["name"], "JOB_COMPLETION_INDEX");
    assert_eq!(stated(&school, &command[1..], "kubernetes", 16), all);
}

#[test]
fn the_catalogue_page_passes_axe_and_its_table_opens_in_an_office_program() {
    let Some(school) = municipality() else { return };
    std::fs::remove_file(school.path("all/sosh-2/2025-2026/2025-2026-q1/bagit.txt")).unwrap();
    let data = school.path("all/sosh-3/2025-2026/2025-2026-q1/data");
    let package = std::fs::read_dir(data).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&package).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&package, bytes).unwrap();
    let verify =
        ["store", "verify", "--trust", "trust.toml", "--run", "2026-11", "--shard", "0/1", "--verifier", "никто"];
    school.run(NOW, "petrova", &verify).fails(1, &["sosh-3/2025-2026/2025-2026-q1: повреждён"]);
    school.run(NOW, "petrova", &verify).fails(1, &["проверено этим прогоном раньше: 6"]);
    std::fs::remove_dir_all(school.path("all/sosh-2/2025-2026/2025-2026-year")).unwrap();
    let catalogue = ["store", "catalogue", "--trust", "trust.toml", "--html", "c.html", "--csv", "c.csv"];
    school.run("2026-11-11 12:00:00", "petrova", &catalogue).fails(1, &["требуют внимания: 3"]);
    let csv = std::fs::read_to_string(school.path("c.csv")).unwrap();
    for line in [
        "передан не до конца",
        "повреждён",
        "нет в хранилище: проверен 10.11.2026: цел и подлинен",
        "Отдел образования",
    ] {
        assert!(csv.contains(line), "{line}: {csv}");
    }
    school
        .run("2027-12-01 12:00:00", "petrova", &["store", "catalogue"])
        .fails(1, &["проверка просрочена с 10.11.2027"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(browser) = crate::common::browser::Browser::start().await else { return };
        browser.client.goto(&format!("file://{}", school.path("c.html").display())).await.unwrap();
        browser.until("h1", "Каталог архивов").await;
        browser.accessible("the catalogue").await;
    });
}
