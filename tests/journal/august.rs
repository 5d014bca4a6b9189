//! An office's August: sixty pupils are enrolled by hand, with every slip that hands make, and put right before school
//! begins. On 1 September the lists are right, and nothing of it is on paper.

use crate::common::peers;
use crate::common::school::School;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A journal that is begun in August, and the minutes of its office.
struct Office {
    school: School,
    minute: u32,
}

impl Office {
    fn open() -> Option<Self> {
        let school = School::small()?;
        let folder = school.path("august");
        crate::common::school::copy_folder(&school.path("school"), &folder);
        for table in ["groups", "timetable"] {
            std::fs::remove_file(folder.join(format!("{table}.csv"))).unwrap();
        }
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write("pupils.csv", "Личное дело;Класс;Фамилия;Имя;Отчество;Дата рождения;Зачислен;Выбыл\n");
        write("classes.csv", "Класс;Классный руководитель\n5А;semyonov\n5Б;belova\n");
        write("courses.csv", "Класс;Группа;Предмет;Учитель;Часов в неделю\n5А;;Алгебра;semyonov;3\n");
        let staff = std::fs::read_to_string(folder.join("staff.csv")).unwrap();
        write(
            "staff.csv",
            &staff.replace(
                "belova;Белова;Бэла;;учитель;МО учителей языков;учитель",
                "belova;Белова;Бэла;;учитель;МО учителей языков;учитель, классный руководитель",
            ),
        );
        let mut office = Self { school, minute: 0 };
        office.asks(&[
            "init",
            "--school",
            "august/school.toml",
            "--admin",
            "ivanova",
            "--recovery-sheet",
            "august.txt",
        ]);
        office.asks(&["import", "august"]);
        office.asks(&["staff", "enroll", "petrova", "keys/petrova.key"]);
        Some(office)
    }

    /// The administrator at work, a minute a command, from 20 August on.
    fn tries(&mut self, args: &[&str]) -> crate::common::school::Run {
        self.minute += 1;
        let (day, hour, minute) = (20 + self.minute / 600, 9 + self.minute / 60 % 10, self.minute % 60);
        let now = format!("2025-08-{day} {hour:02}:{minute:02}:00");
        self.school.run(&now, "ivanova", &[args, &["--journal", "august.letopis"]].concat())
    }

    #[track_caller]
    fn asks(&mut self, args: &[&str]) -> String {
        self.tries(args).ok().stdout
    }

    fn adds(
        &mut self,
        file: &str,
        class: &str,
        surname: &str,
        given: &str,
        born: &str,
        more: &[&str],
    ) -> crate::common::school::Run {
        let add = ["pupil", "add", file, class, "--surname", surname, "--given", given, "--born", born];
        self.tries(&[&add[..], more].concat())
    }
}

/// Sixty pupils, no two alike: number, surname, given name, birthday.
fn pupils() -> Vec<(String, String, String, String)> {
    let surnames = ["Абрамов", "Борисов", "Власов", "Громов", "Данилов", "Егоров", "Жуков", "Зубков", "Исаев", "Комов"];
    let given = ["Артём", "Богдан", "Вадим", "Глеб", "Денис", "Егор"];
    (0..60)
        .map(|n: usize| {
            let (surname, given) = (surnames[n % 10], given[n / 10]);
            (format!("Л-{n:02}"), surname.to_owned(), given.to_owned(), format!("{:02}.03.2014", n % 28 + 1))
        })
        .collect()
}

#[test]
fn what_an_office_gets_wrong_in_august_is_right_in_september_and_on_no_paper() {
    let Some(mut office) = Office::open() else { return };
    let mut expected: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (n, (file, surname, given, born)) in pupils().into_iter().enumerate() {
        let class = if n % 2 == 0 { "5А" } else { "5Б" };
        // Seven are put into the wrong class.
        let wrong = n % 9 == 4;
        let typed = if wrong { if class == "5А" { "5Б" } else { "5А" } } else { class };
        let said = office.adds(&file, typed, &surname, &given, &born, &[]).ok().stdout;
        assert!(
            said.contains(&format!("{typed} с 01.09.2025")),
            "before school begins it is from its first day: {said}"
        );
        if wrong {
            office.asks(&["pupil", "change", &file, "--class", class]);
        }
        expected.insert(file, (class.to_owned(), format!("{surname} {given}")));
    }
    // Three are there twice: the second time is asked about, and taken back.
    for (n, (_, surname, given, born)) in pupils().into_iter().enumerate().skip(30).take(3) {
        let file = format!("Д-{n}");
        office.adds(&file, "5А", &surname, &given, &born, &[]).fails(2, &["такой ученик уже есть", "--another"]);
        office.adds(&file, "5А", &surname, &given, &born, &["--patronymic", "Лишний", "--another"]).ok();
        office.asks(&["pupil", "annul", &file, "--reason", "внесён дважды"]);
    }
    // Two never came.
    for file in ["Л-10", "Л-11"] {
        office.asks(&["pupil", "annul", file, "--reason", "не пришёл"]);
        expected.remove(file);
    }
    // Five have other names than were typed.
    for n in 20..25 {
        let file = format!("Л-{n}");
        office.asks(&["pupil", "change", &file, "--surname", "Яковлев"]);
        let known = expected.get_mut(&file).unwrap();
        known.1 = format!("Яковлев {}", known.1.split(' ').nth(1).unwrap());
    }
    // A class is split in two, and a group of one that was made by mistake is taken back.
    office.asks(&["course", "class", "5В", "--teacher", "semyonov"]);
    let fifth: Vec<String> =
        expected.iter().filter(|(_, (class, _))| class == "5Б").map(|(file, _)| file.clone()).collect();
    office
        .tries(&["pupil", "move", &fifth[0], "5В", "01.09.2025"])
        .fails(1, &[&format!("letopis pupil change {} --class 5В", fifth[0])]);
    for file in fifth.iter().step_by(2) {
        office.asks(&["pupil", "change", file, "--class", "5В"]);
        expected.get_mut(file).unwrap().0 = "5В".to_owned();
    }
    office.asks(&["pupil", "group", "5А", "1", "Л-00", "Л-02"]);
    office.asks(&["pupil", "group", "5А", "1", "--annul", "--reason", "не делится"]);
    // A number was mistyped.
    office.asks(&["pupil", "change", "Л-00", "--file", "М-00"]);
    let first = expected.remove("Л-00").unwrap();
    expected.insert("М-00".into(), first);
    office.adds("Л-00", "5А", "Юдин", "Юрий", "01.01.2014", &[]).fails(2, &["«Л-00» — прежний номер личного дела"]);

    lists_are_right(&office.school, &expected);
    nothing_is_on_paper(&office.school, &expected);
    let audit = office.school.run("2025-09-02 12:00:00", "ivanova", &["audit", "--journal", "august.letopis"]).ok();
    assert!(audit.stdout.contains("замечаний нет") || !audit.stdout.contains("нарушен"), "{audit}");
}

fn lists_are_right(school: &School, expected: &BTreeMap<String, (String, String)>) {
    for class in ["5А", "5Б", "5В"] {
        let args = ["pupil", "list", class, "--json", "--journal", "august.letopis"];
        let listed = school.run("2025-09-01 08:00:00", "petrova", &args).ok().stdout;
        let listed: Vec<serde_json::Value> = serde_json::from_str(&listed).unwrap();
        let of = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let listed: BTreeSet<_> = listed
            .iter()
            .map(|row| {
                assert_eq!((of(row, "since"), of(row, "until")), ("2025-09-01".into(), String::new()), "{row}");
                (of(row, "pupil"), of(row, "name"))
            })
            .collect();
        let expected: BTreeSet<_> = expected
            .iter()
            .filter(|(_, (of, _))| of == class)
            .map(|(file, (_, name))| (file.clone(), name.clone()))
            .collect();
        assert_eq!(listed, expected, "{class}");
    }
}

fn nothing_is_on_paper(school: &School, expected: &BTreeMap<String, (String, String)>) {
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let print = |args: &[&str]| {
        let more = ["--out", "print", "--journal", "august.letopis"];
        school.run("2025-09-02 12:00:00", "petrova", &[&["print"], args, &more].concat()).ok();
    };
    print(&["class", "5А"]);
    print(&["class", "5Б"]);
    print(&["class", "5В"]);
    print(&["corrections"]);
    let mut papers = 0;
    for entry in walkdir::WalkDir::new(school.path("print")).into_iter().map(Result::unwrap) {
        if entry.path().extension().is_none_or(|extension| extension != "pdf") {
            continue;
        }
        let text = pdftotext.run(["-layout".as_ref(), entry.path().as_os_str(), "-".as_ref()], Path::new(".")).stdout;
        for slip in [
            "выбыл 0",
            "выбыл 1",
            "зачислен 0",
            "зачислен 1",
            "Лишний",
            "аннулирован",
            "Л-10",
            "Л-11",
            "Д-3",
            "Л-00",
            "внесён дважды",
        ] {
            assert!(!text.contains(slip), "«{slip}» stands in {}:\n{text}", entry.path().display());
        }
        papers += 1;
        let class =
            ["5А", "5Б", "5В"].into_iter().find(|class| text.contains(&format!("{} «{}»", &class[..1], &class[1..])));
        if let (Some(class), true) = (class, text.contains("КЛАССНЫЙ ЖУРНАЛ")) {
            for (file, (of, _)) in expected {
                assert_eq!(text.contains(file.as_str()), of == class, "{file} in the book of {class}");
            }
        }
    }
    assert_eq!(papers, 4);
}
