//! What stands in the cells of a printed book, read back by the lines of its grid.
//!
//! A reader of paper goes by lines: down from a day, across from a name, and where the two meet stands the mark. So does
//! this test. It takes rules and letters of the PDF from `mutool`, which knows nothing of rows and columns, finds for every
//! letter the cell that rules close around it, and compares what the cells say with the tables that were brought in. The
//! order of text in the file, and everything that Letopis knows of its own pages, is left out of account.

use crate::common::peers;
use crate::common::school::School;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Topics by class, subject, day and number of the lesson on it.
type Topics = BTreeMap<(String, String, String, usize), String>;

const PUPILS: usize = 44;
const SUBJECTS: usize = 37;
/// Rules that meet may miss each other by this, in points.
const NEAR: f32 = 0.6;

/// Class, subject, pupil, day and which of its lessons, or the heading of a final mark.
type Place = (String, String, String, String, usize);

/// A school whose every mark is drawn by lot.
struct Drawn {
    seed: u64,
    classes: Vec<String>,
    marks: BTreeMap<Place, String>,
    topics: BTreeMap<(String, String, String, usize), String>,
}

impl Drawn {
    fn lot(&mut self, of: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % of
    }

    /// Writes the tables of a school into a folder.
    fn write(seed: u64, classes: usize, folder: &Path) -> Self {
        let names = (5..=9).flat_map(|grade| ["А", "Б", "В", "Г", "Д", "Е"].map(|letter| format!("{grade}{letter}")));
        let mut school =
            Self { seed, classes: names.take(classes).collect(), marks: BTreeMap::new(), topics: BTreeMap::new() };
        std::fs::create_dir(folder).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write("school.toml", &settings());
        let mut staff = "Логин;Фамилия;Имя;Отчество;Должность;МО;Роли\nivanova;Иванова;Анна;Ивановна;администратор;;администратор\n".to_owned();
        let mut subjects = "Предмет;Краткое название;Методическое объединение\n".to_owned();
        (0..SUBJECTS).for_each(|subject| writeln!(subjects, "{0};{0};", name_of(subject)).unwrap());
        let mut tables = [
            "Класс;Классный руководитель\n",
            "Личное дело;Класс;Фамилия;Имя;Отчество;Дата рождения;Зачислен;Выбыл\n",
            "Класс;Группа;Предмет;Учитель;Часов в неделю\n",
            "Класс;Группа;Предмет;Дата;Урок;Тема;Вид работы;Домашнее задание;Замена\n",
            "Класс;Группа;Предмет;Дата;Урок;Личное дело;Отметка\n",
            "Класс;Группа;Предмет;Личное дело;Период;Отметка\n",
        ]
        .map(str::to_owned);
        for (number, class) in school.classes.clone().iter().enumerate() {
            writeln!(
                staff,
                "t{number};Учителева{};Инна;Игоревна;учитель;;\"учитель, классный руководитель\"",
                letters(number)
            )
            .unwrap();
            school.class(number, class, &mut tables);
        }
        write("staff.csv", &staff);
        write("subjects.csv", &subjects);
        let files = ["classes.csv", "pupils.csv", "courses.csv", "lessons.csv", "marks.csv", "finals.csv"];
        files.iter().zip(&tables).for_each(|(name, text)| write(name, text));
        school
    }

    fn class(
        &mut self,
        number: usize,
        class: &str,
        [classes, pupils, courses, lessons, marks, finals]: &mut [String; 6],
    ) {
        writeln!(classes, "{class};t{number}").unwrap();
        let file = |pupil: usize| format!("К-{number}-{pupil}");
        for pupil in 0..PUPILS {
            let (surname, given) = pupil_of(pupil);
            writeln!(
                pupils,
                "{};{class};{surname};{given};Игоревич;{:02}.0{}.2013;01.09.2025;",
                file(pupil),
                pupil % 28 + 1,
                pupil % 9 + 1
            )
            .unwrap();
        }
        for subject in 0..SUBJECTS {
            // Two lessons on one day are told apart by their order alone.
            let hours = 1 + subject % 3 % 2;
            writeln!(courses, "{class};;{};t{number};{hours}", name_of(subject)).unwrap();
            let mut finals_due = Vec::new();
            for (day, period) in school_days().filter(|(day, _)| weekday(*day) == subject % 5) {
                for lesson in 0..hours {
                    let date = day.format("%d.%m").to_string();
                    let topic = format!("Тема {} {}", letters(self.lot(400) as usize), letters(self.lot(400) as usize));
                    let hour = subject / 5 + 1 + lesson * 8;
                    writeln!(
                        lessons,
                        "{class};;{};{};{hour};{topic};;задание {};",
                        name_of(subject),
                        day.format("%Y-%m-%d"),
                        self.lot(90)
                    )
                    .unwrap();
                    self.topics.insert((class.to_owned(), name_of(subject), date.clone(), lesson), topic);
                    for pupil in 0..PUPILS {
                        let mark = match self.lot(20) {
                            0..=12 => continue,
                            13 => "н".to_owned(),
                            14 => "оп".to_owned(),
                            15 => format!("{}/{}", 2 + self.lot(4), 2 + self.lot(4)),
                            16 => format!("оп {}", 2 + self.lot(4)),
                            _ => (2 + self.lot(4)).to_string(),
                        };
                        writeln!(
                            marks,
                            "{class};;{};{};{hour};{};{mark}",
                            name_of(subject),
                            day.format("%Y-%m-%d"),
                            file(pupil)
                        )
                        .unwrap();
                        self.put(class, subject, pupil, date.clone(), lesson, &mark);
                    }
                }
                if finals_due.last() != Some(&period) {
                    finals_due.push(period);
                }
            }
            for period in finals_due.into_iter().chain([("Год", "Год")]) {
                for pupil in (0..PUPILS).filter(|pupil| pupil % 7 != 3 || subject % 2 == 0) {
                    let mark = (2 + self.lot(4)).to_string();
                    writeln!(finals, "{class};;{};{};{};{mark}", name_of(subject), file(pupil), period.0).unwrap();
                    self.put(class, subject, pupil, squeezed(period.1), 0, &mark);
                }
            }
        }
    }

    fn put(&mut self, class: &str, subject: usize, pupil: usize, column: String, nth: usize, mark: &str) {
        let (surname, given) = pupil_of(pupil);
        let place = (class.to_owned(), name_of(subject), format!("{surname} {given}"), column, nth);
        self.marks.insert(place, mark.to_owned());
    }
}

/// A number in letters: «Ба», «Вако».
fn letters(mut number: usize) -> String {
    let mut out = String::new();
    loop {
        out.push_str(["ба", "во", "ги", "ду", "жи", "ка", "ло", "ми", "но", "пу"][number % 10]);
        number /= 10;
        if number == 0 {
            return out;
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn name_of(subject: usize) -> String {
    format!("Предмет {}", letters(subject))
}

fn pupil_of(pupil: usize) -> (String, String) {
    (format!("{}ев", capital(&letters(pupil + 11))), ["Артём", "Глеб", "Илья", "Семён"][pupil % 4].to_owned())
}

/// The days of lessons, Monday to Friday, each with its period's name and what the column of its final marks is called.
fn school_days() -> impl Iterator<Item = (chrono::NaiveDate, (&'static str, &'static str))> {
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    PERIODS.into_iter().flat_map(move |(name, short, begins, ends)| {
        day(begins)
            .iter_days()
            .take_while(move |at| *at <= day(ends))
            .filter(|at| weekday(*at) < 5)
            .map(move |at| (at, (name, short)))
    })
}

fn weekday(day: chrono::NaiveDate) -> usize {
    chrono::Datelike::weekday(&day).num_days_from_monday() as usize
}

const PERIODS: [(&str, &str, &str, &str); 4] = [
    ("I четверть", "I четв.", "2025-09-01", "2025-10-24"),
    ("II четверть", "II четв.", "2025-11-03", "2025-12-30"),
    ("III четверть", "III четв.", "2026-01-12", "2026-03-20"),
    ("IV четверть", "IV четв.", "2026-03-30", "2026-05-29"),
];

const YEAR: &str = r#"
[school]
name = "Школа № 1"
short_name = "Школа № 1"
place = "г. Великие Луки"
case_index = "02-15"
[year]
name = "2025/2026"
begins = 2025-09-01
ends = 2026-05-29
"#;

/// `school.toml`: the school with its periods.
fn settings() -> String {
    PERIODS.into_iter().fold(YEAR.to_owned(), |text, (name, short, begins, ends)| {
        text + &format!(
            "[[period]]\nname = \"{name}\"\nshort = \"{short}\"\ngrades = [1, 11]\nbegins = {begins}\nends = {ends}\n"
        )
    })
}

/// A letter, where its middle is and how large it is, in points from the upper left corner.
struct Letter {
    x: f32,
    y: f32,
    text: String,
}

/// A page as ink: letters, and rules as spans (level x from, x to, y) and upright (y from, y to, x).
#[derive(Default)]
struct Ink {
    letters: Vec<Letter>,
    level: Vec<(f32, f32, f32)>,
    upright: Vec<(f32, f32, f32)>,
}

/// A cell's edges in tenths of points: left, top, right, bottom.
type Edges = (i32, i32, i32, i32);

/// The value of an attribute of a line of `mutool trace`.
fn value<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let from = line.find(&format!(" {name}=\""))? + name.len() + 3;
    line[from..].split('"').next()
}

fn number(line: &str, name: &str) -> Option<f32> {
    value(line, name)?.parse().ok()
}

/// The pages of a file.
fn pages(traced: &str) -> Vec<Ink> {
    let (mut pages, mut at, mut size): (Vec<Ink>, (f32, f32), f32) = (Vec::new(), (0.0, 0.0), 0.0);
    for line in traced.lines().map(str::trim_start) {
        if line.starts_with("<page ") {
            pages.push(Ink::default());
        }
        let Some(page) = pages.last_mut() else { continue };
        if line.starts_with("<span ") {
            let trm: Vec<f32> = value(line, "trm").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
            // Letters that lie or that run across the page, as those of a draft, are none of a cell.
            size = if trm[1] == 0.0 && trm[0] < 15.0 { trm[0] } else { 0.0 };
        } else if let (true, true, Some(x), Some(y)) =
            (line.starts_with("<g "), size > 0.0, number(line, "x"), number(line, "y"))
        {
            let wide = number(line, "adv").unwrap_or(0.5) * size;
            let text = value(line, "unicode").unwrap_or_default().to_owned();
            page.letters.push(Letter { x: x + wide / 2.0, y: y - size * 0.25, text });
        } else if line.starts_with("<moveto ") {
            at = (number(line, "x").unwrap(), number(line, "y").unwrap());
        } else if line.starts_with("<lineto ") {
            let to = (number(line, "x").unwrap(), number(line, "y").unwrap());
            if (at.1 - to.1).abs() < 0.01 {
                page.level.push((at.0.min(to.0), at.0.max(to.0), to.1));
            } else if (at.0 - to.0).abs() < 0.01 {
                page.upright.push((at.1.min(to.1), at.1.max(to.1), to.0));
            }
            at = to;
        }
    }
    pages
}

impl Ink {
    /// What stands in each cell that rules close around.
    fn cells(&self) -> BTreeMap<Edges, String> {
        let mut cells: BTreeMap<Edges, Vec<&Letter>> = BTreeMap::new();
        for letter in self.letters.iter().filter(|letter| letter.text != " ") {
            let (x, y) = (letter.x, letter.y);
            let above = |of: &[(f32, f32, f32)], along: f32| -> Vec<f32> {
                of.iter()
                    .filter(|(from, to, _)| from - NEAR <= along && along <= to + NEAR)
                    .map(|rule| rule.2)
                    .collect()
            };
            let (levels, uprights) = (above(&self.level, x), above(&self.upright, y));
            let before = |of: &[f32], at: f32| of.iter().copied().filter(|one| *one <= at).reduce(f32::max);
            let after = |of: &[f32], at: f32| of.iter().copied().filter(|one| *one > at).reduce(f32::min);
            let edges = (before(&uprights, x), before(&levels, y), after(&uprights, x), after(&levels, y));
            let (Some(left), Some(top), Some(right), Some(bottom)) = edges else { continue };
            let tenth = |at: f32| (at * 10.0).round() as i32;
            cells.entry((tenth(left), tenth(top), tenth(right), tenth(bottom))).or_default().push(letter);
        }
        let said = |mut letters: Vec<&Letter>| {
            letters.sort_by(|a, b| ((a.y / 2.0).round(), a.x).partial_cmp(&((b.y / 2.0).round(), b.x)).unwrap());
            letters.iter().map(|letter| letter.text.as_str()).collect()
        };
        cells.into_iter().map(|(edges, letters)| (edges, said(letters))).collect()
    }

    /// What stands above its tables.
    fn heading(&self) -> String {
        let top = self.level.iter().map(|rule| rule.2).fold(f32::MAX, f32::min);
        self.letters.iter().filter(|letter| letter.y < top).map(|letter| letter.text.as_str()).collect()
    }
}

const MONTHS: [(&str, &str); 9] = [
    ("сент", "09"),
    ("окт", "10"),
    ("нояб", "11"),
    ("дек", "12"),
    ("янв", "01"),
    ("февр", "02"),
    ("март", "03"),
    ("апр", "04"),
    ("май", "05"),
];

/// The headings of columns: a day with its month, or what a column of final marks is called.
fn heads_of(cells: &BTreeMap<Edges, String>) -> Vec<(Edges, String)> {
    let named = cells.iter().filter_map(|(edges, text)| {
        let is_day = text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        match month_over(cells, *edges).filter(|_| is_day) {
            Some(month) => Some((*edges, format!("{text:0>2}.{month}"))),
            None => (text.ends_with("четв.") || text == "Год").then(|| (*edges, text.clone())),
        }
    });
    named.collect()
}

/// The heading that stands nearest above a cell, as wide as it.
fn column_of(heads: &[(Edges, String)], (left, top, right, _): Edges) -> Option<(Edges, String)> {
    let near = |a: i32, b: i32| (a - b).abs() <= 4;
    let above = heads.iter().filter(|(of, _)| near(of.0, left) && near(of.2, right) && of.3 <= top + 4);
    above.max_by_key(|(of, _)| of.3).cloned()
}

/// The month whose cell stands directly above a day's.
fn month_over(cells: &BTreeMap<Edges, String>, (left, top, right, _): Edges) -> Option<&'static str> {
    let over = |edges: &Edges| (edges.3 - top).abs() <= 4 && edges.0 <= left + 4 && edges.2 >= right - 4;
    let text = cells.iter().find(|(edges, _)| over(edges)).map(|(_, text)| text)?;
    MONTHS.iter().find(|(name, _)| text.starts_with(name)).map(|(_, number)| *number)
}

/// Reads a class's book back.
fn read(
    pages: &[Ink],
    class: &str,
    subjects: &BTreeMap<String, String>,
    pupils: &BTreeMap<String, String>,
) -> (BTreeMap<Place, String>, Topics) {
    let (mut marks, mut topics) = (BTreeMap::new(), BTreeMap::new());
    let mut seen: BTreeMap<(String, String), Vec<(usize, Edges)>> = BTreeMap::new();
    let (mut subject, mut lessons): (String, BTreeMap<(String, String), usize>) = Default::default();
    for (at, page) in pages.iter().enumerate() {
        let (cells, heading) = (page.cells(), page.heading());
        if let Some(rest) =
            heading.split_once("Наименованиепредмета:").or(heading.split_once("Наименование предмета: "))
        {
            let squeezed: String = rest.1.split_whitespace().collect();
            let found = subjects.iter().filter(|(name, _)| squeezed.starts_with(name.as_str()));
            subject = found.max_by_key(|(name, _)| name.len()).map(|(_, name)| name.clone()).unwrap();
            let heads = heads_of(&cells);
            for (edges, text) in &cells {
                let Some((head, column)) = column_of(&heads, *edges) else { continue };
                let name = cells.iter().filter(|(of, _)| of.1 == edges.1 && of.3 == edges.3 && of.2 < edges.0 + 4);
                let Some(pupil) = name.filter_map(|(of, text)| Some((of.0, pupils.get(text)?))).max() else { continue };
                let columns = seen.entry((subject.clone(), column.clone())).or_default();
                let nth = match columns.iter().position(|of| *of == (at, head)) {
                    Some(nth) => nth,
                    None => {
                        columns.push((at, head));
                        columns.len() - 1
                    }
                };
                if text != "–" {
                    marks.insert((class.to_owned(), subject.clone(), pupil.1.clone(), column, nth), text.clone());
                }
            }
        } else if heading.contains("Учитель:") {
            let is_date = |text: &str| {
                text.len() == 5 && text.as_bytes()[2] == b'.' && text.bytes().filter(u8::is_ascii_digit).count() == 4
            };
            let mut rows: Vec<(&Edges, &String)> = cells.iter().filter(|(_, text)| is_date(text)).collect();
            rows.sort_by_key(|(edges, _)| edges.1);
            for (edges, date) in rows {
                let beside = cells.iter().filter(|(of, _)| of.1 == edges.1 && of.3 == edges.3 && of.0 > edges.0);
                let mut beside: Vec<_> = beside.collect();
                beside.sort_by_key(|(of, _)| of.0);
                let nth = lessons.entry((subject.clone(), date.clone())).or_default();
                topics.insert((class.to_owned(), subject.clone(), date.clone(), *nth), beside[1].1.clone());
                *nth += 1;
            }
        }
    }
    (marks, topics)
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Brings a drawn school in, prints every class, and holds what is read against what was drawn.
fn stands_in_its_place(seed: u64, classes: usize) {
    let (Some(_), Some(mutool)) = (peers::require("faketime"), peers::require("mutool")) else { return };
    let work = School::in_folder(tempfile::tempdir().unwrap());
    let folder = work.path("");
    let school = Drawn::write(seed, classes, &work.path("school"));
    std::fs::create_dir(work.path("keys")).unwrap();
    let run = |args: &[&str]| work.run("2026-06-01 12:00:00", "ivanova", args).ok();
    let init = ["init", "--school", "school/school.toml", "--admin", "ivanova"];
    run(&[&init[..], &["--no-passphrase", "--recovery-sheet", "recovery.txt"]].concat());
    run(&["import", "school", "--another"]);
    let subjects: BTreeMap<String, String> = (0..SUBJECTS).map(|s| (squeezed(&name_of(s)), name_of(s))).collect();
    let pupils =
        (0..PUPILS).map(pupil_of).map(|(surname, given)| (format!("{surname}{given}"), format!("{surname} {given}")));
    let pupils: BTreeMap<String, String> = pupils.collect();
    for class in &school.classes {
        run(&["print", "class", class, "--draft", "--out", "print"]);
        let name = std::fs::read_dir(work.path("print"))
            .unwrap()
            .map(|file| file.unwrap().path())
            .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
            .unwrap();
        let traced = mutool.run([Path::new("trace"), &name], &folder);
        assert_eq!(traced.code, Some(0), "{}", traced.stderr);
        let (marks, topics) = read(&pages(&traced.stdout), class, &subjects, &pupils);
        let of = |(place, text): (&Place, &String)| (place.0 == *class).then(|| (place.clone(), squeezed(text)));
        let drawn: BTreeMap<Place, String> = school.marks.iter().filter_map(of).collect();
        assert!(drawn.len() > 10_000, "{}", drawn.len());
        let differing: BTreeSet<_> =
            drawn.iter().filter(|(place, text)| marks.get(*place) != Some(*text)).take(5).collect();
        assert!(differing.is_empty(), "{class}, of {} drawn and {} read: {differing:#?}", drawn.len(), marks.len());
        let beyond: Vec<_> = marks.iter().filter(|(place, _)| !drawn.contains_key(*place)).take(5).collect();
        assert!(beyond.is_empty(), "{class}: {beyond:#?}");
        let taught = school.topics.iter().filter(|(place, _)| place.0 == *class);
        for (place, topic) in taught {
            assert_eq!(topics.get(place).map(|topic| topic.replace('-', "")), Some(squeezed(topic)), "{place:?}");
        }
        std::fs::remove_file(name).unwrap();
    }
}

#[test]
fn every_mark_of_a_school_of_four_classes_stands_where_its_lines_meet() {
    stands_in_its_place(1, 4);
}

#[test]
fn so_it_does_whatever_the_lot() {
    for seed in [20, 300, 4000] {
        stands_in_its_place(seed, 1);
    }
}

#[test]
#[ignore = "takes a quarter of an hour: cargo test --test integration grid_lines -- --ignored"]
fn every_mark_of_a_school_of_thirty_classes_stands_where_its_lines_meet() {
    stands_in_its_place(5, 30);
}
