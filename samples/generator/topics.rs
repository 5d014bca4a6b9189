//! Lesson plans (КТП): what is taught on each lesson of a course, in order.
//!
//! A bank is a text file a subject, with a part for each grade it was written
//! for; other grades borrow the nearest part. It lists sections (`#`), topics in
//! a textbook's order, and works that have a place of their own (`!`), such as
//! laboratory works. A year has more lessons than a bank has topics: a topic is
//! spread over several lessons, which the bank's `more` patterns name apart.
//! Control works are then set among them, so that every period has its own.

use crate::random::Rng;

pub struct Planned {
    pub topic: String,
    pub work: String,
    pub homework: String,
}

const BANKS: [(&str, &str); 25] = [
    ("rus", include_str!("topics/rus.txt")),
    ("read", include_str!("topics/read.txt")),
    ("lit", include_str!("topics/lit.txt")),
    ("eng", include_str!("topics/eng.txt")),
    ("mat", include_str!("topics/mat.txt")),
    ("alg", include_str!("topics/alg.txt")),
    ("anal", include_str!("topics/anal.txt")),
    ("geom", include_str!("topics/geom.txt")),
    ("prob", include_str!("topics/prob.txt")),
    ("inf", include_str!("topics/inf.txt")),
    ("hist", include_str!("topics/hist.txt")),
    ("soc", include_str!("topics/soc.txt")),
    ("geog", include_str!("topics/geog.txt")),
    ("phys", include_str!("topics/phys.txt")),
    ("chem", include_str!("topics/chem.txt")),
    ("bio", include_str!("topics/bio.txt")),
    ("world", include_str!("topics/world.txt")),
    ("orkse", include_str!("topics/orkse.txt")),
    ("odnk", include_str!("topics/odnk.txt")),
    ("art", include_str!("topics/art.txt")),
    ("mus", include_str!("topics/mus.txt")),
    ("tech", include_str!("topics/tech.txt")),
    ("safe", include_str!("topics/safe.txt")),
    ("pe", include_str!("topics/pe.txt")),
    ("proj", include_str!("topics/proj.txt")),
];

/// Kinds of work that are counted through the year: «контрольная работа № 3».
const NUMBERED: [&str; 4] = ["контрольная", "лабораторная", "практическая", "диктант"];

struct Line<'a> {
    section: &'a str,
    topic: &'a str,
    /// The kind of a work that has its own place.
    work: Option<&'a str>,
}

struct Bank<'a> {
    big: Vec<&'a str>,
    small: Vec<&'a str>,
    more: Vec<&'a str>,
    home: Vec<&'a str>,
    pages: usize,
    lines: Vec<Line<'a>>,
}

/// A lesson before it has its homework.
struct Step {
    topic: String,
    /// The bank's topic, without what `more` added.
    bare: String,
    work: String,
    section: String,
    paragraph: usize,
    is_big: bool,
}

/// The plan of a course with so many lessons in each of its periods.
pub fn plan(code: &str, grade: u8, hours: usize, periods: &[usize], rng: &mut Rng) -> Vec<Planned> {
    let bank = bank(code, grade);
    let works = works(&bank, hours, periods);
    let total: usize = periods.iter().sum();
    let set = works.iter().filter(|w| w.is_some()).count();
    let mut lessons = spread(&bank, total - set).into_iter();
    let last_big = works.iter().rposition(|w| w.is_some_and(|(_, is_big)| is_big));
    let mut steps: Vec<Step> = Vec::with_capacity(total);
    for (index, work) in works.into_iter().enumerate() {
        let step = match work.filter(|_| !steps.is_empty()) {
            Some((kind, is_big)) => work_step(&steps, kind, is_big),
            None => lessons.next().unwrap_or_else(|| panic!("the bank of {code} is too short")),
        };
        steps.push(step);
        if last_big == Some(index) {
            steps[index].topic = format!("Итоговая работа за курс {grade} класса");
        }
    }
    number(&mut steps);
    let homework = |(index, step): (usize, &Step)| homework(&bank, step, index * bank.pages / total, rng);
    let homework: Vec<String> = steps.iter().enumerate().map(homework).collect();
    let planned = |(step, homework): (Step, String)| Planned { topic: step.topic, work: step.work, homework };
    steps.into_iter().zip(homework).map(planned).collect()
}

fn bank(code: &str, grade: u8) -> Bank<'static> {
    let text = BANKS.iter().find(|(c, _)| *c == code).expect("every subject has a bank").1;
    let mut bank = Bank { big: vec![], small: vec![], more: vec![], home: vec![], pages: 200, lines: vec![] };
    let grades = text.lines().filter_map(|l| l.strip_prefix("== ")).map(|g| g.parse::<u8>().expect("a grade"));
    let nearest = grades.min_by_key(|g| g.abs_diff(grade)).expect("a bank has a grade");
    let (mut of_grade, mut section) = (None, "");
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        if let Some(grade) = line.strip_prefix("== ") {
            of_grade = grade.parse().ok();
        } else if of_grade.is_none() {
            let (key, value) = line.split_once(':').expect("a heading of the bank");
            let values = value.split('|').map(str::trim).filter(|v| !v.is_empty());
            match key {
                "big" => bank.big = values.collect(),
                "small" => bank.small = values.collect(),
                "more" => bank.more = values.collect(),
                "home" => bank.home = values.collect(),
                "pages" => bank.pages = value.trim().parse().expect("a number of pages"),
                _ => panic!("{key} in the bank of {code}"),
            }
        } else if of_grade == Some(nearest) {
            if let Some(name) = line.strip_prefix("# ") {
                section = name;
            } else if let Some((work, topic)) = line.strip_prefix("! ").and_then(|l| l.split_once(": ")) {
                bank.lines.push(Line { section, topic, work: Some(work) });
            } else {
                bank.lines.push(Line { section, topic: line, work: None });
            }
        }
    }
    bank
}

/// For every lesson, the control (`true`) or shorter work that stands there by the calendar.
fn works<'a>(bank: &Bank<'a>, hours: usize, periods: &[usize]) -> Vec<Option<(&'a str, bool)>> {
    let mut works = Vec::new();
    let (mut bigs, mut smalls) = (0, 0);
    for lessons in periods {
        let start = works.len();
        works.resize(start + lessons, None);
        if bank.big.is_empty() {
            continue;
        }
        let between = match hours {
            1 => 9,
            2 => 15,
            _ => 19,
        };
        let count = 2 * (lessons / between).max(1);
        for work in 0..count {
            // The last stands on the last lesson but one; the very last is left for what was missed.
            let place = ((work + 1) * lessons / count).saturating_sub(2).max(1);
            if place >= *lessons || (start + place) == 0 {
                continue;
            }
            works[start + place] = Some(if work % 2 == 1 {
                bigs += 1;
                (bank.big[(bigs - 1) % bank.big.len()], true)
            } else {
                smalls += 1;
                (bank.small[(smalls - 1) % bank.small.len()], false)
            });
        }
    }
    works
}

/// The bank's lines drawn out to so many lessons.
fn spread(bank: &Bank, lessons: usize) -> Vec<Step> {
    let fixed = bank.lines.iter().filter(|l| l.work.is_some()).count();
    let ordinary = bank.lines.len() - fixed;
    let room = lessons.saturating_sub(fixed);
    let (mut steps, mut seen) = (Vec::new(), 0);
    for (paragraph, line) in bank.lines.iter().enumerate() {
        let count = if line.work.is_some() {
            1
        } else {
            seen += 1;
            seen * room / ordinary - (seen - 1) * room / ordinary
        };
        for part in 0..count {
            steps.push(Step {
                topic: match part {
                    0 => line.topic.to_string(),
                    _ => drawn_out(line.topic, bank.more[(paragraph + part) % bank.more.len()]),
                },
                bare: line.topic.to_string(),
                work: line.work.unwrap_or("").to_string(),
                section: line.section.to_string(),
                paragraph: paragraph + 1,
                is_big: false,
            });
        }
    }
    steps
}

/// A work on what was taught last: a shorter one on the topic, a control work on the section that
/// was on some lessons ago, or on the topic where that section has had its own already.
fn work_step(before: &[Step], kind: &str, is_big: bool) -> Step {
    let last = before.last().expect("a lesson before the work");
    let section = &before[before.len().saturating_sub(4)].section;
    let had_its_own = before.iter().any(|step| step.is_big && step.topic == *section);
    let topic = if is_big && !had_its_own { section } else { &last.bare };
    Step {
        topic: topic.clone(),
        bare: last.bare.clone(),
        work: kind.to_string(),
        section: last.section.clone(),
        paragraph: last.paragraph,
        is_big,
    }
}

/// «Топонимы. Закрепление», but «Что такое история? Закрепление».
fn drawn_out(topic: &str, pattern: &str) -> String {
    let pattern =
        if topic.ends_with(['.', '?', '!', '…']) { pattern.replacen("{}.", "{}", 1) } else { pattern.to_string() };
    pattern.replace("{}", topic)
}

fn number(steps: &mut [Step]) {
    let mut counts = [0; NUMBERED.len()];
    for step in steps {
        if let Some(kind) = NUMBERED.iter().position(|kind| step.work.starts_with(kind)) {
            counts[kind] += 1;
            step.work = format!("{} № {}", step.work, counts[kind]);
        }
    }
}

fn homework(bank: &Bank, step: &Step, page: usize, rng: &mut Rng) -> String {
    if step.is_big || bank.home.is_empty() || rng.permille(60) {
        return if step.is_big && rng.permille(500) { "Не задано".to_string() } else { String::new() };
    }
    let page = page + 6;
    let exercise = page * 3 + rng.below(4);
    let pattern = rng.pick(&bank.home);
    let numbers = [
        ("{p}", step.paragraph),
        ("{n}", exercise),
        ("{m}", exercise + 2 + rng.below(3)),
        ("{s}", page),
        ("{t}", page + 1 + rng.below(4)),
    ];
    numbers.iter().fold(pattern.to_string(), |text, (mark, n)| text.replace(mark, &n.to_string()))
}

const WRITTEN: [&str; 9] = [
    "тест",
    "самостоятельная",
    "проверочная",
    "контрольная",
    "диктант",
    "сочинение",
    "изложение",
    "лабораторная",
    "практическая",
];

pub fn is_written(work: &str) -> bool {
    WRITTEN.iter().any(|kind| work.starts_with(kind))
}
