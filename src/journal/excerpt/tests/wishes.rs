//! What somebody of the sample school may wish to record, drawn at random and the same every time.

use super::*;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn often(&mut self) -> bool {
        self.below(4) > 0
    }
}

/// What somebody of the sample may wish to record.
pub(super) struct Wishes<'a> {
    tables: &'a Tables,
    login: &'a str,
    courses: Vec<Course>,
    own: Vec<Course>,
    pupils: Vec<Pupil>,
    dice: Dice,
}

impl<'a> Wishes<'a> {
    pub(super) fn new(tables: &'a Tables, login: &'a str, seed: u64) -> Self {
        let classes = read::classes(tables).unwrap();
        let courses: Vec<Course> = classes.iter().flat_map(|class| read::courses_of(tables, class).unwrap()).collect();
        let teachers = Teachers::read(tables).unwrap();
        let mut own = courses.clone();
        own.retain(|course| {
            teachers.ever(course, login)
                || read::has_substituted(tables, course.id, login).unwrap()
                || read::class_teacher(tables, &course.key.class).unwrap().is_some_and(|of| of == login)
        });
        let pupils = read::all_pupils(tables).unwrap();
        Self { tables, login, courses, own, pupils, dice: Dice(seed) }
    }

    fn course(&mut self) -> Course {
        let all = if self.dice.below(12) > 0 && !self.own.is_empty() { &self.own } else { &self.courses };
        self.dice.one(all).clone()
    }

    /// A lesson of the course, mostly one that was recorded, and mostly one that he gave where others teach.
    fn lesson(&mut self, course: &Course) -> LessonRef {
        let mut lessons = read::lessons_of(self.tables, course.id).unwrap();
        if course.teacher != self.login && self.dice.often() && lessons.iter().any(|of| of.substitute == self.login) {
            lessons.retain(|of| of.substitute == self.login);
        }
        match self.dice.often() && !lessons.is_empty() {
            true => {
                let lesson = self.dice.one(&lessons);
                LessonRef { course: course.key.clone(), date: lesson.date, lesson: lesson.number }
            }
            false => {
                let date =
                    noon(crate::journal::testing::day("2025-09-01")) + Duration::days(self.dice.below(272) as i64);
                lesson_at(&course.key, &date.date_naive().to_string(), 1 + u8::try_from(self.dice.below(8)).unwrap())
            }
        }
    }

    fn pupil(&mut self, course: &Course, day: Day) -> String {
        let roster = read::roster(self.tables, &course.key, day).unwrap();
        let all = if self.dice.often() && !roster.is_empty() { &roster } else { &self.pupils };
        self.dice.one(all).file.to_string()
    }

    fn marks(&mut self) -> Marks {
        Marks::parse(self.dice.one::<&str>(&["5", "4", "3", "2", "4/5", "зач"])).unwrap()
    }

    /// A wish, and the day on which it is wished.
    pub(super) fn next(&mut self) -> (Body, Day) {
        let course = self.course();
        let at = self.lesson(&course);
        let later = *self.dice.one(&[0, 0, 0, 1, 5, 7, 8, 40]);
        let pupil = self.pupil(&course, at.date);
        let today = at.date + Duration::days(later);
        match self.dice.below(11) {
            0 | 1 => {
                let mut set = lesson(&at, "Новая тема", "§ 1");
                set.despite = self.dice.often();
                if course.teacher != self.login || self.dice.below(8) == 0 {
                    set.substitute = self.login.to_owned();
                }
                (set.into(), today)
            }
            2 | 3 => {
                let earned = !self.dice.often();
                let marks = self.dice.often().then(|| self.marks());
                let line = MarkLine { pupil, marks, document: String::new(), earned };
                let work = (*self.dice.one(&["", "контрольная работа"])).to_owned();
                (MarksSet { at, work, marks: vec![line] }.into(), today)
            }
            4 => {
                let attendance = self.dice.often().then(|| *self.dice.one(&[Attendance::Absent, Attendance::Late]));
                let line = PresenceLine { pupil, attendance, earned: !self.dice.often() };
                (AttendanceSet { at, pupils: vec![line] }.into(), today)
            }
            5 => (LessonAnnulled { at, reason: "ошибка".into() }.into(), today),
            6 => self.finals(&course, at.date),
            7 => self.correction(&course, at, pupil, today),
            8 => (self.of_class(pupil, &course, at.date), today),
            9 => (self.withdrawn(pupil, at.date), today),
            _ => {
                let sealed = ["-----BEGIN AGE ENCRYPTED FILE-----", "YQ==", "-----END AGE ENCRYPTED FILE-----"];
                (NoteAdded { sealed: sealed.map(str::to_owned).to_vec() }.into(), today)
            }
        }
    }

    fn finals(&mut self, course: &Course, day: Day) -> (Body, Day) {
        let school = read::school(self.tables).unwrap();
        let periods = school.periods_of(&course.key.class);
        let period = periods[self.dice.below(periods.len())].clone();
        let pupil = self.pupil(course, day.min(period.ends));
        let mark = Marks::parse(self.dice.one::<&str>(&["5", "4", "3", "н/а", "осв"])).unwrap();
        let marks = vec![FinalLine { pupil, mark }];
        let (key, name) = (course.key.clone(), period.name.clone());
        let today = period.ends + Duration::days(self.dice.below(12) as i64 - 2);
        (FinalsSet { course: key, period: name, marks, override_reason: String::new() }.into(), today)
    }

    fn correction(&mut self, course: &Course, at: LessonRef, pupil: String, today: Day) -> (Body, Day) {
        let (becomes, document) = (Some(self.marks()), String::new());
        let change = match self.dice.below(3) {
            0 => Change::Final { pupil, period: "I четверть".into(), was: None, becomes },
            1 => Change::Annulment { was: None, cells: Vec::new() },
            _ => Change::Mark { pupil, was: None, becomes, work: String::new(), document, earned: self.dice.often() },
        };
        // What stands there is looked up by whoever asks, mostly.
        let change = match self.dice.often() {
            true => read::corrections::with_standing(self.tables, &at, change).unwrap(),
            false => change,
        };
        let LessonRef { date, lesson, .. } = at;
        let (course, reason) = (course.key.clone(), "описка".into());
        (CorrectionRequested { course, date, lesson, changes: vec![change], reason }.into(), today.max(date))
    }

    fn of_class(&mut self, pupil: String, course: &Course, since: Day) -> Body {
        let until = since + Duration::days(self.dice.below(9) as i64 - 1);
        match self.dice.often() {
            true => {
                let reason = *self.dice.one(&[Reason::Illness, Reason::Valid]);
                ReasonSet { pupil, since, until, reason, document: "справка".into() }.into()
            }
            false => {
                let (subject, document) = (course.key.subject.clone(), "справка".into());
                ExemptionSet { pupil, subject, since, until, document }.into()
            }
        }
    }

    fn withdrawn(&mut self, pupil: String, since: Day) -> Body {
        let mut given = {
            let year = read::school(self.tables).unwrap().year;
            read::explain::reasons(self.tables, year.begins, year.ends).unwrap()
        };
        if self.dice.often() {
            let class = |of: &read::explain::Explained| read::class_of_pupil(self.tables, &of.pupil, of.until).unwrap();
            let own = |class: ClassName| read::class_teacher(self.tables, &class).unwrap();
            given.retain(|of| class(of).and_then(own).is_some_and(|teacher| teacher == self.login));
        }
        match self.dice.often() && !given.is_empty() {
            true => {
                let of = self.dice.one(&given);
                ReasonWithdrawn { pupil: of.pupil.to_string(), since: of.since, until: of.until }.into()
            }
            false => ExemptionWithdrawn { pupil, subject: "Физическая культура".into(), since }.into(),
        }
    }
}
