//! The sample school (`samples/school-1`): founded as a school founds its journal, and its year put down act by act, as it
//! would have been recorded day by day.

use super::Desk;
use crate::error::Result;
use crate::journal::testing::{TestJournal, identity, made_once, moment, noon};
use crate::ledger::possession::Request;
use crate::school::{Cell, ClassName, CourseKey, Day, Login, Marks, PeriodName, PersonName, School, parse_date};
use crate::work::absence::{self, Absent, Reason};
use crate::work::confirm::{self, Which};
use crate::work::finals::{self, FinalsWish};
use crate::work::founding::{self, Founding, Key};
use crate::work::import::{How, import};
use crate::work::lesson::{self, LessonRef, LessonWish};
use crate::work::marks::{self, CellWish, CellsWish};
use crate::work::pupils::{self, NewPupil};
use crate::work::{Done, Workplace, people, substitution};
use chrono::{DateTime, Days, Duration, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who records on a stick; class teachers among them.
pub const TEACHERS: [&str; 12] = [
    "semyonov",
    "sokolova",
    "pavlova",
    "novikova",
    "golubev",
    "vinogradova",
    "lebedeva",
    "tarasova",
    "ermakova",
    "belyaeva",
    "gromov",
    "komarov",
];

/// Who stands in, and records at the machine.
const SUBSTITUTES: [&str; 3] = ["kuznetsov", "ivanova", "kiselyova"];

/// A pupil who comes in November, into no group, and one who leaves in February.
const COMES: (&str, &str) = ("Р-0452", "2025-11-12");
const LEAVES: (&str, &str) = ("О-0443", "2026-02-03");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/school-1")
}

type Line = BTreeMap<String, String>;

fn table(name: &str) -> Vec<Line> {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    reader.deserialize().map(|line| line.unwrap()).collect()
}

/// The journal of the sample school on its first morning: everybody is there, and nothing was taught yet.
pub fn founded() -> TestJournal {
    made_once("the sample school".to_owned(), || {
        let (home, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in ["school.toml", "staff.csv", "subjects.csv", "classes.csv", "courses.csv", "timetable.csv"] {
            std::fs::copy(folder().join(name), source.path().join(name)).unwrap();
        }
        for name in ["pupils.csv", "groups.csv"] {
            let text = std::fs::read_to_string(folder().join(name)).unwrap();
            let of_september = text.lines().filter(|line| !line.contains(COMES.0));
            let not_left = of_september.map(|line| line.trim_end_matches("03.02.2026").to_owned() + "\n");
            std::fs::write(source.path().join(name), not_left.collect::<String>()).unwrap();
        }
        let school = School::from_toml(&std::fs::read_to_string(folder().join("school.toml")).unwrap()).unwrap();
        let (administrator, deputy) = (identity("ivanova"), identity("petrova"));
        let wish = Founding {
            path: &home.path().join("journal.letopis"),
            school,
            administrator: founding::administrator(source.path(), "ivanova", None).unwrap(),
            key: Key::AtHand(&administrator),
            second: vec![
                founding::second(source.path(), "petrova", &Request::by(&deputy, None, "petrova").unwrap()).unwrap(),
            ],
            recovery_sheet: None,
            emergency_sheet: None,
        };
        let begins = "2025-09-01T07:00";
        drop(founding::found(wish, &moment(begins)).unwrap());
        let mut desk = Desk::of(TestJournal::in_folder(home, "journal.letopis", "ivanova", begins));
        let outcome = desk.ask("ivanova", moment("2025-09-01T07:01"), |place| {
            import(place, source.path(), How::default(), &mut |_, _| {}).unwrap()
        });
        assert!(outcome.faults.is_empty(), "{:?}", outcome.faults);
        confirm_all(&mut desk);
        let journal = desk.school.at_hand().0.tip().unwrap().journal;
        let teachers: BTreeSet<String> = table("courses.csv").iter().map(|line| line["Учитель"].clone()).collect();
        for login in teachers.iter().filter(|login| !["ivanova", "petrova"].contains(&login.as_str())) {
            let request = Request::by(&identity(login), Some(journal), login).unwrap();
            desk.ask("ivanova", moment("2025-09-01T07:03"), |place| people::enroll(place, login, &request).unwrap());
            confirm_all(&mut desk);
        }
        desk.school
    })
}

fn confirm_all(desk: &mut Desk) {
    desk.ask("petrova", moment("2025-09-01T07:02"), |place| {
        let list = confirm::list(place.tables()).unwrap();
        if !list.waiting.is_empty() {
            confirm::give(place, &Which::All(list.code)).unwrap();
        }
    });
}

/// What somebody records.
#[derive(Debug, Clone)]
pub enum What {
    Assign(LessonRef, Login),
    Lesson(LessonWish),
    Cells(CellsWish),
    Reason(Absent, Reason, String),
    Finals(FinalsWish),
    Comes(NewPupil),
    Leaves(&'static str, Day),
}

/// What somebody records at a moment.
#[derive(Debug, Clone)]
pub struct Act {
    pub at: DateTime<FixedOffset>,
    pub by: String,
    /// At the school's machine also by who has a stick.
    pub at_machine: bool,
    pub what: What,
    /// What a rule must refuse in the end: something else stands there, recorded at the machine meanwhile.
    pub clashes: bool,
}

impl What {
    /// Records it at somebody's place.
    ///
    /// # Errors
    /// What a right or a rule refuses.
    pub fn record(&self, place: &mut Workplace<'_>) -> Result<Done> {
        match self {
            Self::Assign(at, to) => substitution::assign(place, at, to).map(|done| done.done),
            Self::Lesson(wish) => lesson::record(place, wish).map(|done| done.done),
            Self::Cells(wish) => marks::set(place, wish).map(|done| done.done),
            Self::Reason(who, reason, document) => {
                absence::excuse(place, who, *reason, document, false).map(|done| done.done)
            }
            Self::Finals(wish) => finals::set(place, wish).map(|done| done.done),
            Self::Comes(pupil) => pupils::add(place, pupil).map(|done| done.done),
            Self::Leaves(file, until) => pupils::leave(place, file, *until, false).map(|done| done.done),
        }
    }
}

/// Numbers that look like chance and are the same each time (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    /// Whether something happens that happens so many times in a hundred.
    pub fn is(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// The school year from a day to another, in the order of time.
pub struct Script {
    pub acts: Vec<Act>,
    /// The days on which lessons are given.
    pub days: Vec<Day>,
}

/// What is put down of the sample.
struct Writer {
    acts: Vec<Act>,
    days: Vec<Day>,
    teachers: BTreeMap<String, String>,
    chance: Chance,
}

fn course_of(line: &Line) -> CourseKey {
    let class = ClassName::parse(&line["Класс"]).unwrap();
    CourseKey { class, group: line["Группа"].clone(), subject: line["Предмет"].clone() }
}

fn at_hour(day: Day, minutes: i64) -> DateTime<FixedOffset> {
    noon(day) + Duration::minutes(minutes - 12 * 60)
}

impl Script {
    /// The year of the sample between two days, both included; `seed` decides on what is late, mistyped or in conflict.
    pub fn of(since: &str, until: &str, seed: u64) -> Self {
        let (since, until) = (parse_date(since).unwrap(), parse_date(until).unwrap());
        let within = |day: Day| (since..=until).contains(&day);
        let lessons: Vec<Line> =
            table("lessons.csv").into_iter().filter(|line| within(parse_date(&line["Дата"]).unwrap())).collect();
        let days: BTreeSet<Day> = lessons.iter().map(|line| parse_date(&line["Дата"]).unwrap()).collect();
        let courses = table("courses.csv");
        let teachers = courses.iter().map(|line| (course_of(line).to_string(), line["Учитель"].clone())).collect();
        let mut writer = Writer { acts: Vec::new(), days: days.into_iter().collect(), teachers, chance: Chance(seed) };
        let mut cells: BTreeMap<(String, Day, u8), Vec<CellWish>> = BTreeMap::new();
        for line in table("marks.csv") {
            let at = lesson_of(&line);
            if within(at.date) && !is_without_group(&line) {
                let cell = Cell::parse(&line["Отметка"]).unwrap();
                let (pupil, attendance) = (line["Личное дело"].clone().into(), cell.attendance.map(Some));
                let cell = CellWish { pupil, attendance, marks: cell.marks.map(Some) };
                cells.entry((at.course.to_string(), at.date, at.lesson)).or_default().push(cell);
            }
        }
        for line in &lessons {
            let at = lesson_of(line);
            let of = cells.remove(&(at.course.to_string(), at.date, at.lesson)).unwrap_or_default();
            writer.lesson(line, at, of);
        }
        writer.reasons(&within);
        writer.finals(&within);
        writer.moves(&within);
        writer.finish()
    }
}

/// What the sample says of who comes later, in a group that he is not put into here.
fn is_without_group(line: &Line) -> bool {
    line["Личное дело"] == COMES.0 && !line["Группа"].is_empty()
}

fn lesson_of(line: &Line) -> LessonRef {
    let (date, lesson) = (parse_date(&line["Дата"]).unwrap(), line["Урок"].parse().unwrap());
    LessonRef { course: course_of(line), date, lesson }
}

impl Writer {
    fn put(&mut self, at: DateTime<FixedOffset>, by: &str, what: What) -> &mut Act {
        self.acts.push(Act { at, by: by.to_owned(), at_machine: false, what, clashes: false });
        self.acts.last_mut().unwrap()
    }

    /// The next day with lessons that is still within the days of adding, where there is one.
    fn next_day(&self, day: Day) -> Option<Day> {
        let next = self.days.iter().find(|next| **next > day).copied();
        next.filter(|next| *next - day < Duration::days(5))
    }

    fn lesson(&mut self, line: &Line, at: LessonRef, cells: Vec<CellWish>) {
        let teacher = self.teachers[&at.course.to_string()].clone();
        let wish = LessonWish {
            at: at.clone(),
            topic: Some(line["Тема"].clone()),
            work: Some(line["Вид работы"].clone()),
            homework: Some(line["Домашнее задание"].clone()),
            substitute: false,
            despite: true,
        };
        let of_sample = line["Замена"].clone();
        let has_stick = TEACHERS.contains(&teacher.as_str());
        let mut by = teacher.clone();
        let mut clash = None;
        if !of_sample.is_empty() {
            by = of_sample;
        } else if has_stick && self.chance.is(5) {
            clash = self.next_day(at.date);
            if clash.is_some() && self.chance.is(50) {
                by = SUBSTITUTES[self.chance.below(3) as usize].to_owned();
            }
        }
        if by != teacher {
            self.put(at_hour(at.date, 7 * 60 + 40), "petrova", What::Assign(at.clone(), by.as_str().into()));
        }
        let is_late = by == teacher && clash.is_none() && self.chance.is(6);
        let late = self.next_day(at.date).filter(|day| is_late && *day - at.date <= Duration::days(1));
        let minutes = 9 * 60 + 5 + 60 * i64::from(at.lesson);
        let when = late.map_or(at_hour(at.date, minutes), |day| at_hour(day, 16 * 60 + 10));
        let when = when + Duration::minutes(self.chance.below(20) as i64);
        let at_machine = clash.is_some();
        self.put(when, &by, What::Lesson(wish.clone())).at_machine = at_machine;
        let marked = cells.iter().find(|cell| cell.marks.is_some()).cloned();
        if !cells.is_empty() {
            let mut set = CellsWish { cells, ..CellsWish::of(at.clone()) };
            if let (Some(right), None, None) = (&marked, late, clash)
                && self.chance.is(5)
            {
                self.put(when, &by, What::Cells(set.clone()));
                let slip = self.acts.last_mut().unwrap();
                if let What::Cells(slip) = &mut slip.what {
                    let cell = slip.cells.iter_mut().find(|cell| cell.pupil == right.pupil).unwrap();
                    cell.marks = Some(Some(another(right)));
                }
                set.cells = vec![right.clone()];
            }
            self.put(when + Duration::minutes(1), &by, What::Cells(set)).at_machine = at_machine;
        }
        if let Some(day) = clash {
            self.clash(at_hour(day, 15 * 60 + 30), (&teacher, by == teacher), wish, marked);
        }
    }

    /// On the day after, the course's teacher records on his stick what was recorded at the machine already.
    fn clash(
        &mut self,
        when: DateTime<FixedOffset>,
        (teacher, was_himself): (&str, bool),
        wish: LessonWish,
        marked: Option<CellWish>,
    ) {
        let at = wish.at.clone();
        let mut lesson = wish;
        if !was_himself {
            lesson.topic = lesson.topic.map(|topic| format!("Иное. {topic}"));
        }
        self.put(when, teacher, What::Lesson(lesson)).clashes = !was_himself;
        if let Some(right) = marked {
            let cells = vec![CellWish { marks: Some(Some(another(&right))), attendance: None, pupil: right.pupil }];
            self.put(when, teacher, What::Cells(CellsWish { cells, ..CellsWish::of(at) })).clashes = true;
        }
    }

    fn class_teacher_of(file: &str) -> String {
        let class = table("pupils.csv").into_iter().find(|line| line["Личное дело"] == file).unwrap()["Класс"].clone();
        let classes = table("classes.csv");
        classes.into_iter().find(|line| line["Класс"] == class).unwrap()["Классный руководитель"].clone()
    }

    fn reasons(&mut self, within: &dyn Fn(Day) -> bool) {
        for line in table("reasons.csv") {
            let (since, until) = (parse_date(&line["С"]).unwrap(), parse_date(&line["По"]).unwrap());
            let when = until + Days::new(1);
            if !within(since) || !within(when) {
                continue;
            }
            let file = &line["Личное дело"];
            let (teacher, reason) = (Self::class_teacher_of(file), Reason::parse(&line["Причина"]).unwrap());
            let who = Absent { pupil: file.clone().into(), since, until };
            let document = line["Документ"].clone();
            let clashes = self.chance.is(10);
            let when = at_hour(when, 17 * 60);
            self.put(when, &teacher, What::Reason(who.clone(), reason, document)).at_machine = clashes;
            if clashes {
                let other = if reason == Reason::Valid { Reason::Illness } else { Reason::Valid };
                let other = What::Reason(who, other, "записка родителей".to_owned());
                self.put(when + Duration::minutes(5), &teacher, other).clashes = true;
            }
        }
    }

    /// Final marks on the last day of their period; a few the deputy head has set the day before.
    fn finals(&mut self, within: &dyn Fn(Day) -> bool) {
        let school = School::from_toml(&std::fs::read_to_string(folder().join("school.toml")).unwrap()).unwrap();
        let mut wishes: BTreeMap<(String, String), FinalsWish> = BTreeMap::new();
        for line in table("finals.csv").into_iter().filter(|line| !is_without_group(line)) {
            let (course, period) = (course_of(&line), line["Период"].clone());
            let wish = wishes.entry((course.to_string(), period.clone())).or_insert_with(|| FinalsWish {
                course,
                period: PeriodName::from(period),
                marks: Vec::new(),
                override_reason: String::new(),
            });
            wish.marks.push((line["Личное дело"].clone().into(), Marks::parse(&line["Отметка"]).unwrap()));
        }
        for ((course, period), mut wish) in wishes {
            let of_class = school.periods_of(&wish.course.class).into_iter().find(|known| known.name == period);
            let ends = match (period.as_str(), of_class) {
                (_, Some(known)) => known.ends,
                ("Год", _) => school.year.ends,
                _ => continue,
            };
            if !within(ends) {
                continue;
            }
            let teacher = self.teachers[&course].clone();
            let when = at_hour(ends, if period == "Год" { 18 * 60 } else { 17 * 60 + 30 });
            if TEACHERS.contains(&teacher.as_str()) && self.chance.is(12) {
                let (pupil, mark) = wish.marks.remove(0);
                let override_reason = "болезнь в течение месяца".to_owned();
                let by_deputy =
                    FinalsWish { marks: vec![(pupil.clone(), mark.clone())], override_reason, ..wish.clone() };
                self.put(when - Duration::days(1), "petrova", What::Finals(by_deputy));
                let other = Marks::parse(if mark.to_string() == "4" { "5" } else { "4" }).unwrap();
                let late = FinalsWish { marks: vec![(pupil, other)], ..wish.clone() };
                self.put(when + Duration::minutes(20), &teacher, What::Finals(late)).clashes = true;
            }
            self.put(when, &teacher, What::Finals(wish));
        }
    }

    fn moves(&mut self, within: &dyn Fn(Day) -> bool) {
        let (comes, leaves) = (parse_date(COMES.1).unwrap(), parse_date(LEAVES.1).unwrap());
        if within(comes) {
            let line = table("pupils.csv").into_iter().find(|line| line["Личное дело"] == COMES.0).unwrap();
            let of = |name: &str| line[name].clone();
            let name =
                PersonName { surname: of("Фамилия"), given: of("Имя"), patronymic: of("Отчество") };
            let born = parse_date(&line["Дата рождения"]).unwrap();
            let (class, since) = (ClassName::parse(&line["Класс"]).unwrap(), Some(comes));
            let pupil = NewPupil { file: COMES.0.to_owned(), name, born, sex: None, class, since, another: false };
            self.put(at_hour(comes, 7 * 60 + 50), "ivanova", What::Comes(pupil));
        }
        if within(leaves) {
            self.put(at_hour(leaves, 19 * 60), "ivanova", What::Leaves(LEAVES.0, leaves));
        }
    }

    /// No two acts at one second.
    fn finish(mut self) -> Script {
        self.acts.sort_by_key(|act| act.at);
        let mut last = moment("2025-09-01T07:30");
        for act in &mut self.acts {
            act.at = act.at.max(last + Duration::seconds(1));
            last = act.at;
        }
        Script { acts: self.acts, days: self.days }
    }
}

/// Another mark than a cell has.
fn another(cell: &CellWish) -> Marks {
    let is_four = cell.marks.clone().flatten().is_some_and(|marks| marks.to_string() == "4");
    Marks::parse(if is_four { "3" } else { "4" }).unwrap()
}
