//! What is taught, and for how many hours a week, after the federal curricula.
//!
//! The order of the subjects is their order in the journal. A subject's code
//! names its topic bank and lets the sample's data files speak of it shortly.

/// How a class is divided for a subject.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Division {
    Whole,
    /// Two halves by the alphabet, from this grade on.
    Halves(u8),
    /// Boys and girls, from this grade on.
    BoysAndGirls(u8),
}

pub struct Subject {
    pub code: &'static str,
    pub name: &'static str,
    pub short: &'static str,
    pub association: &'static str,
    pub written: bool,
    pub division: Division,
    /// Hours a week in grades 1 to 11.
    pub hours: [u8; 11],
}

pub const PRIMARY: &str = "МО учителей начальных классов";
const PHILOLOGY: &str = "МО учителей русского языка и литературы";
const LANGUAGES: &str = "МО учителей иностранных языков";
const MATHEMATICS: &str = "МО учителей математики и информатики";
const HUMANITIES: &str = "МО учителей общественных наук";
const SCIENCES: &str = "МО учителей естественных наук";
const ARTS: &str = "МО учителей искусства, технологии и физической культуры";

/// The groups a class may have; a subject's division names two of them.
pub const HALVES: [&str; 2] = ["1 подгруппа", "2 подгруппа"];
pub const BOYS_AND_GIRLS: [&str; 2] = ["мальчики", "девочки"];

use Division::{BoysAndGirls, Halves, Whole};

pub const SUBJECTS: [Subject; 25] = [
    subject("rus", "Русский язык", "Русск. яз.", PHILOLOGY, true, Whole, [5, 5, 5, 5, 5, 6, 4, 3, 3, 2, 2]),
    subject("read", "Литературное чтение", "Лит. чт.", PRIMARY, true, Whole, [4, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0]),
    subject("lit", "Литература", "Литер.", PHILOLOGY, true, Whole, [0, 0, 0, 0, 3, 3, 2, 2, 3, 3, 3]),
    subject("eng", "Английский язык", "Англ. яз.", LANGUAGES, true, Halves(2), [0, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3]),
    subject("mat", "Математика", "Матем.", MATHEMATICS, true, Whole, [4, 4, 4, 4, 5, 5, 0, 0, 0, 0, 0]),
    subject("alg", "Алгебра", "Алгебра", MATHEMATICS, true, Whole, [0, 0, 0, 0, 0, 0, 3, 3, 3, 0, 0]),
    subject(
        "anal",
        "Алгебра и начала математического анализа",
        "Алг. и нач. ан.",
        MATHEMATICS,
        true,
        Whole,
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3],
    ),
    subject("geom", "Геометрия", "Геометр.", MATHEMATICS, true, Whole, [0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2]),
    subject(
        "prob",
        "Вероятность и статистика",
        "Вер. и стат.",
        MATHEMATICS,
        true,
        Whole,
        [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
    ),
    subject("inf", "Информатика", "Информ.", MATHEMATICS, true, Halves(7), [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]),
    subject("hist", "История", "История", HUMANITIES, true, Whole, [0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2]),
    subject("soc", "Обществознание", "Обществ.", HUMANITIES, true, Whole, [0, 0, 0, 0, 0, 1, 1, 1, 1, 4, 4]),
    subject("geog", "География", "География", SCIENCES, true, Whole, [0, 0, 0, 0, 1, 1, 2, 2, 2, 1, 1]),
    subject("phys", "Физика", "Физика", SCIENCES, true, Whole, [0, 0, 0, 0, 0, 0, 2, 2, 3, 2, 2]),
    subject("chem", "Химия", "Химия", SCIENCES, true, Whole, [0, 0, 0, 0, 0, 0, 0, 2, 2, 1, 1]),
    subject("bio", "Биология", "Биология", SCIENCES, true, Whole, [0, 0, 0, 0, 1, 1, 1, 2, 2, 1, 1]),
    subject("world", "Окружающий мир", "Окр. мир", PRIMARY, true, Whole, [2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0]),
    subject(
        "orkse",
        "Основы религиозных культур и светской этики",
        "ОРКСЭ",
        PRIMARY,
        false,
        Whole,
        [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    ),
    subject(
        "odnk",
        "Основы духовно-нравственной культуры народов России",
        "ОДНКНР",
        HUMANITIES,
        true,
        Whole,
        [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
    ),
    subject("art", "Изобразительное искусство", "ИЗО", ARTS, false, Whole, [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]),
    subject("mus", "Музыка", "Музыка", ARTS, false, Whole, [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]),
    subject("tech", "Труд (технология)", "Труд", ARTS, false, BoysAndGirls(5), [1, 1, 1, 1, 2, 2, 2, 1, 1, 0, 0]),
    subject(
        "safe",
        "Основы безопасности и защиты Родины",
        "ОБЗР",
        ARTS,
        true,
        Whole,
        [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
    ),
    subject("pe", "Физическая культура", "Физ. культ.", ARTS, false, Whole, [3, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3]),
    subject(
        "proj",
        "Индивидуальный проект",
        "Инд. проект",
        HUMANITIES,
        false,
        Whole,
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    ),
];

const fn subject(
    code: &'static str,
    name: &'static str,
    short: &'static str,
    association: &'static str,
    written: bool,
    division: Division,
    hours: [u8; 11],
) -> Subject {
    Subject { code, name, short, association, written, division, hours }
}

impl Subject {
    pub fn hours_in(&self, grade: u8) -> usize {
        usize::from(self.hours[usize::from(grade) - 1])
    }

    /// The groups a class of this grade is divided into for the subject; none is the whole class.
    pub fn groups_in(&self, grade: u8) -> Option<[&'static str; 2]> {
        match self.division {
            Halves(from) if grade >= from => Some(HALVES),
            BoysAndGirls(from) if grade >= from => Some(BOYS_AND_GIRLS),
            _ => None,
        }
    }
}

pub fn by_code(code: &str) -> usize {
    SUBJECTS.iter().position(|s| s.code == code).expect("a subject's code in the data files")
}
