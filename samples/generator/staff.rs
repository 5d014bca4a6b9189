//! The sample's staff with what each teaches, and the class teachers of any school.

use crate::curriculum::{self, SUBJECTS};
use crate::school::{Class, Course, School, Teacher};

const SAMPLE: &str = include_str!("people/staff.txt");
const CLASS_TEACHER: &str = "классный руководитель";

/// The sample's staff and its courses, in the order of classes and subjects.
pub fn sample(classes: &[Class]) -> (Vec<Teacher>, Vec<Course>) {
    let (mut staff, mut courses) = (Vec::new(), Vec::new());
    for line in SAMPLE.lines().filter(|line| !line.starts_with("//")) {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let [login, name, post, association, roles, teaches] = fields[..] else {
            panic!("six columns of the staff: {line}");
        };
        let name: Vec<String> = name.split(',').map(|part| part.trim().to_string()).collect();
        for load in teaches.split_whitespace() {
            courses.extend(sample_courses(classes, load, staff.len()));
        }
        staff.push(Teacher {
            login: login.to_string(),
            surname: name[0].clone(),
            name: name[1].clone(),
            patronymic: name[2].clone(),
            post: post.to_string(),
            association: match association {
                "-" => String::new(),
                code => SUBJECTS[curriculum::by_code(code)].association.to_string(),
            },
            roles: roles.split(',').map(|role| role.trim().to_string()).collect(),
        });
    }
    courses.sort_by_key(|c| (c.class, c.subject, c.group));
    assert_complete(classes, &courses);
    (staff, courses)
}

/// Reads `8Б/2:eng` or `5А:rus,lit`.
fn sample_courses(classes: &[Class], load: &str, teacher: usize) -> Vec<Course> {
    let (place, codes) = load.split_once(':').expect("a class and its subjects");
    let (name, group) = place.split_once('/').map_or((place, None), |(n, g)| (n, g.parse::<usize>().ok()));
    let class = classes.iter().position(|c| c.name() == name).expect("a class of the sample");
    let course = |code: &str| {
        let subject = curriculum::by_code(code);
        let hours = SUBJECTS[subject].hours_in(classes[class].grade);
        Course { class, group: group.map(|g| g - 1), subject, teacher, hours, slots: Vec::new() }
    };
    codes.split(',').map(course).collect()
}

fn assert_complete(classes: &[Class], courses: &[Course]) {
    for (index, class) in classes.iter().enumerate() {
        for (subject, entry) in SUBJECTS.iter().enumerate() {
            let taught = courses.iter().any(|c| c.class == index && c.subject == subject);
            assert_eq!(taught, entry.hours_in(class.grade) > 0, "{} in {}", entry.name, class.name());
        }
    }
}

/// A class goes to whoever has the role and most hours in it, each person taking one class;
/// where nobody has the role yet, it goes with the class.
pub fn appoint_class_teachers(school: &mut School) {
    let mut taken = vec![false; school.staff.len()];
    for class in 0..school.classes.len() {
        let hours = |teacher: usize| -> usize {
            school.courses.iter().filter(|c| c.class == class && c.teacher == teacher).map(|c| c.hours).sum()
        };
        let has_role = |teacher: usize| school.staff[teacher].roles.iter().any(|r| r == CLASS_TEACHER);
        let candidates = (0..school.staff.len()).filter(|t| hours(*t) > 0);
        let best = candidates.max_by_key(|t| (!taken[*t], school.is_sample && has_role(*t), hours(*t)));
        let best = best.expect("a class has teachers");
        taken[best] = true;
        school.classes[class].class_teacher = best;
        if !school.staff[best].roles.iter().any(|r| r == CLASS_TEACHER) {
            school.staff[best].roles.push(CLASS_TEACHER.to_string());
        }
    }
}
