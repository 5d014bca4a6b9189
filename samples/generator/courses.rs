//! The staff of a school of any size: teachers are engaged as the load asks.
//!
//! A teacher has a field (several subjects that one person teaches) and about
//! twenty hours a week, which leaves the timetable room. Within a field a class
//! keeps one teacher; its second group gets another. In grades 1 to 4 one
//! teacher takes nearly everything, and that is his only class.

use crate::curriculum::{self, PRIMARY, SUBJECTS};
use crate::names;
use crate::random::Rng;
use crate::school::{Class, Course, Teacher};

const MOST_HOURS: usize = 21;

struct Field {
    post: &'static str,
    subjects: &'static [&'static str],
}

const PRIMARY_FIELD: usize = 0;
const FIELDS: [Field; 15] = [
    Field { post: "Учитель начальных классов", subjects: &["read"] },
    Field { post: "Учитель русского языка и литературы", subjects: &["rus", "lit"] },
    Field { post: "Учитель английского языка", subjects: &["eng"] },
    Field { post: "Учитель математики", subjects: &["mat", "alg", "anal", "geom", "prob"] },
    Field { post: "Учитель информатики", subjects: &["inf"] },
    Field {
        post: "Учитель истории и обществознания", subjects: &["hist", "soc", "odnk", "proj"]
    },
    Field { post: "Учитель географии", subjects: &["geog"] },
    Field { post: "Учитель физики", subjects: &["phys"] },
    Field { post: "Учитель химии", subjects: &["chem"] },
    Field { post: "Учитель биологии", subjects: &["bio"] },
    Field { post: "Учитель изобразительного искусства", subjects: &["art"] },
    Field { post: "Учитель музыки", subjects: &["mus"] },
    Field { post: "Учитель труда (технологии)", subjects: &["tech"] },
    Field { post: "Учитель физической культуры", subjects: &["pe"] },
    Field { post: "Преподаватель-организатор ОБЗР", subjects: &["safe"] },
];
/// What the teacher of a primary class leaves to others.
const BY_SPECIALISTS: [&str; 3] = ["eng", "mus", "pe"];

/// Those every school has, whatever its size.
const OFFICE: [(&str, &str, &str, &str, &str, &str); 5] = [
    ("ivanova", "Иванова", "Ольга", "Сергеевна", "Администратор электронного журнала", "администратор"),
    ("petrova", "Петрова", "Елена", "Николаевна", "Заместитель директора по УВР", "завуч"),
    ("kuznetsov", "Кузнецов", "Андрей", "Викторович", "Директор", "директор"),
    ("morozova", "Морозова", "Тамара", "Фёдоровна", "Секретарь учебной части", "секретарь"),
    ("orlov", "Орлов", "Пётр", "Ильич", "Диспетчер образовательного учреждения", "диспетчер"),
];

struct Engagement {
    staff: Vec<Teacher>,
    /// Beside each member of the staff: his field and hours.
    load: Vec<Option<(usize, usize)>>,
    rng: Rng,
}

/// The staff and the courses of a school with these classes.
pub fn invented(classes: &[Class], seed: u64) -> (Vec<Teacher>, Vec<Course>) {
    let office = OFFICE.map(|(login, surname, name, patronymic, post, role)| Teacher {
        login: login.to_string(),
        surname: surname.to_string(),
        name: name.to_string(),
        patronymic: patronymic.to_string(),
        post: post.to_string(),
        association: String::new(),
        roles: vec![role.to_string()],
    });
    let load = office.iter().map(|_| None).collect();
    let mut engagement = Engagement { staff: office.into(), load, rng: Rng::of(seed, "staff", 0) };
    let mut courses = Vec::new();
    for (class, entry) in classes.iter().enumerate() {
        for field in 0..FIELDS.len() {
            courses.extend(engagement.teach(class, entry, field));
        }
    }
    courses.sort_by_key(|c| (c.class, c.subject, c.group));
    (engagement.staff, courses)
}

impl Engagement {
    /// The courses of one field in one class.
    fn teach(&mut self, class: usize, entry: &Class, field: usize) -> Vec<Course> {
        let subjects: Vec<usize> = (0..SUBJECTS.len())
            .filter(|s| SUBJECTS[*s].hours_in(entry.grade) > 0 && field_of(*s, entry.grade) == field)
            .collect();
        let mut courses = Vec::new();
        let mut first = None;
        for half in 0..2 {
            let taught = subjects.iter().filter(|s| half == 0 || SUBJECTS[**s].groups_in(entry.grade).is_some());
            let taught: Vec<usize> = taught.copied().collect();
            let hours = taught.iter().map(|s| SUBJECTS[*s].hours_in(entry.grade)).sum();
            if hours == 0 {
                break;
            }
            let teacher = self.find(field, hours, first);
            first = Some(teacher);
            for subject in taught {
                let group = SUBJECTS[subject].groups_in(entry.grade).map(|names| {
                    entry.groups.iter().position(|g| g.name == names[half]).expect("the class is divided")
                });
                let hours = SUBJECTS[subject].hours_in(entry.grade);
                courses.push(Course { class, group, subject, teacher, hours, slots: Vec::new() });
            }
        }
        courses
    }

    /// Someone of the field with that many hours free, other than `but`.
    fn find(&mut self, field: usize, hours: usize, but: Option<usize>) -> usize {
        let free = |load: &Option<(usize, usize)>| {
            load.is_some_and(|(f, taken)| f == field && field != PRIMARY_FIELD && taken + hours <= MOST_HOURS)
        };
        let found = (0..self.load.len()).find(|t| Some(*t) != but && free(&self.load[*t]));
        let teacher = found.unwrap_or_else(|| self.engage(field));
        if let Some((_, taken)) = &mut self.load[teacher] {
            *taken += hours;
        }
        teacher
    }

    fn engage(&mut self, field: usize) -> usize {
        let female = self.rng.permille(800);
        let name = names::invent(female, &mut self.rng);
        let base = names::login(&name.surname);
        let taken = |login: &String| self.staff.iter().any(|t| t.login == *login);
        let numbered = (2..).map(|n| format!("{base}{n}"));
        let login = std::iter::once(base.clone()).chain(numbered).find(|l| !taken(l)).unwrap_or(base);
        let association = match field {
            PRIMARY_FIELD => PRIMARY,
            _ => SUBJECTS[curriculum::by_code(FIELDS[field].subjects[0])].association,
        };
        let mut roles = vec!["учитель".to_string()];
        if self.staff.iter().all(|t| t.association != association) {
            roles.push("методист".to_string());
        }
        self.staff.push(Teacher {
            login,
            surname: name.surname,
            name: name.name,
            patronymic: name.patronymic,
            post: FIELDS[field].post.to_string(),
            association: association.to_string(),
            roles,
        });
        self.load.push(Some((field, 0)));
        self.staff.len() - 1
    }
}

fn field_of(subject: usize, grade: u8) -> usize {
    let code = SUBJECTS[subject].code;
    if grade <= 4 && !BY_SPECIALISTS.contains(&code) {
        return PRIMARY_FIELD;
    }
    FIELDS.iter().position(|f| f.subjects.contains(&code)).expect("every subject has a field")
}
