//! What happens in a school, put down, and the recording of it in the order of time.

use super::*;

impl Annals {
    /// A school, and who makes its journal at that moment.
    pub(crate) fn new(school: School, administrator: Person, begins: &str) -> Self {
        Self {
            school,
            administrator,
            begins: moment(begins),
            second: Vec::new(),
            emergency: false,
            entries: Vec::new(),
        }
    }

    /// Names somebody in the first entry as independent of the administrator, with a key.
    pub(crate) fn second(&mut self, person: Person) -> &mut Self {
        self.second.push(person);
        self
    }

    /// Gives the journal an emergency key, that of «emergency».
    pub(crate) fn emergency(&mut self) -> &mut Self {
        self.emergency = true;
        self
    }

    /// Puts down what somebody records at a moment.
    pub(crate) fn by(&mut self, login: &str, at: DateTime<FixedOffset>, body: impl Into<Body>) -> &mut Self {
        self.entries.push(Dated { at, by: By::Login(login.to_owned()), body: body.into() });
        self
    }

    /// Puts down what the course's teacher records, or the substitute.
    pub(crate) fn taught(&mut self, at: DateTime<FixedOffset>, body: impl Into<Body>) -> &mut Self {
        self.entries.push(Dated { at, by: By::Teacher, body: body.into() });
        self
    }

    /// Puts down what the administrator takes over from another program.
    pub(crate) fn taken_over(&mut self, at: DateTime<FixedOffset>, body: impl Into<Body>) -> &mut Self {
        self.entries.push(Dated { at, by: By::TakenOver, body: body.into() });
        self
    }

    /// Puts down what the administrator records at the beginning.
    pub(crate) fn first(&mut self, body: impl Into<Body>) -> &mut Self {
        let (login, at) = (self.administrator.login.clone(), self.begins);
        self.by(&login, at, body)
    }

    /// A member of staff, and a key.
    pub(crate) fn person(&mut self, person: Person) -> &mut Self {
        let login = person.login.clone();
        let key = identity(&login).public();
        let (possession, proven_in) = (String::new(), String::new());
        self.first(person).first(KeyEnrolled { login, key, possession, proven_in })
    }

    /// A subject with written work, whose short name is its name.
    pub(crate) fn subject(&mut self, name: &str) -> &mut Self {
        let (name, short) = (name.to_owned(), name.to_owned());
        self.first(SubjectsSet {
            subjects: vec![SubjectLine { name, short, association: String::new(), written: true }],
        })
    }

    /// A class and its class teacher, or nobody.
    pub(crate) fn class(&mut self, class: &str, teacher: &str) -> &mut Self {
        self.first(ClassSet { class: ClassName::parse(class).unwrap(), teacher: teacher.to_owned() })
    }

    /// A pupil who is in the class from a day on; the made-up are many and often alike.
    pub(crate) fn pupil(
        &mut self,
        file: &str,
        full: PersonName,
        born: NaiveDate,
        class: &str,
        since: NaiveDate,
    ) -> &mut Self {
        let (file, class) = (file.to_owned(), ClassName::parse(class).unwrap());
        let is_twin = |dated: &Dated| match &dated.body {
            Body::PupilSet(set) => set.born == born && set.name.may_be(&full),
            _ => false,
        };
        let another = self.entries.iter().any(is_twin);
        let set = PupilSet { file: file.clone(), name: full, born, sex: None, another };
        self.first(set).first(PupilEnrolled { file, class, since })
    }

    /// A group of a class.
    pub(crate) fn group(&mut self, class: &str, group: &str, members: Vec<String>) -> &mut Self {
        self.first(GroupSet {
            class: ClassName::parse(class).unwrap(),
            group: group.to_owned(),
            members,
            since: None,
            despite: false,
        })
    }

    /// A course.
    pub(crate) fn course(&mut self, course: &CourseKey, teacher: &str, hours: f64) -> &mut Self {
        self.first(CourseSet { course: course.clone(), teacher: teacher.to_owned(), hours })
    }

    /// A course's lessons in the week, as (weekday, lesson), for the whole year.
    pub(crate) fn timetable(&mut self, course: &CourseKey, slots: &[(u8, u8)]) -> &mut Self {
        let slots = slots.iter().map(|(weekday, lesson)| Slot { weekday: *weekday, lesson: *lesson }).collect();
        self.first(TimetableSet { course: course.clone(), since: None, slots, despite: true })
    }

    /// The lessons of a course that are put down, in order of time.
    pub(crate) fn lessons_of(&self, course: &CourseKey) -> Vec<LessonRef> {
        let lesson = |entry: &Dated| match &entry.body {
            Body::LessonRecorded(set) if set.at.course == *course => Some(set.at.clone()),
            _ => None,
        };
        let mut lessons: Vec<LessonRef> = self.entries.iter().filter_map(lesson).collect();
        lessons.sort_by_key(|at| (at.date, at.lesson));
        lessons
    }

    /// What is left out never happened.
    pub(crate) fn without(&mut self, left_out: impl Fn(&Body) -> bool) -> &mut Self {
        self.entries.retain(|entry| !left_out(&entry.body));
        self
    }

    /// Lessons that were never given, with all that stands in their cells.
    pub(crate) fn without_lessons(&mut self, left_out: impl Fn(&LessonRef) -> bool) -> &mut Self {
        self.without(|body| match body {
            Body::LessonRecorded(LessonRecorded { at, .. })
            | Body::MarksSet(MarksSet { at, .. })
            | Body::AttendanceSet(AttendanceSet { at, .. })
            | Body::SubstitutionAssigned(SubstitutionAssigned { at, .. }) => left_out(at),
            _ => false,
        })
    }

    /// Cells of lessons in which nothing was ever written.
    pub(crate) fn without_cells(&mut self, left_out: impl Fn(&LessonRef, &str) -> bool) -> &mut Self {
        for entry in &mut self.entries {
            match &mut entry.body {
                Body::MarksSet(MarksSet { at, marks, .. }) => marks.retain(|line| !left_out(at, &line.pupil)),
                Body::AttendanceSet(AttendanceSet { at, pupils }) => pupils.retain(|line| !left_out(at, &line.pupil)),
                _ => {}
            }
        }
        self.without(|body| match body {
            Body::MarksSet(set) => set.marks.is_empty(),
            Body::AttendanceSet(set) => set.pupils.is_empty(),
            _ => false,
        })
    }

    /// Every line of marks that is put down, with its lesson.
    pub(crate) fn marks_mut(&mut self) -> impl Iterator<Item = (LessonRef, &mut MarkLine)> {
        self.entries
            .iter_mut()
            .filter_map(|entry| if let Body::MarksSet(set) = &mut entry.body { Some(set) } else { None })
            .flat_map(|set| {
                let at = set.at.clone();
                set.marks.iter_mut().map(move |line| (at.clone(), line))
            })
    }

    /// Makes a cell hold these marks and nothing else, an hour after its lesson was entered.
    pub(crate) fn put_mark(&mut self, at: &LessonRef, pupil: &str, marks: &str) -> &mut Self {
        self.without_cells(|lesson, of| lesson == at && of == pupil);
        let is_lesson = |entry: &&Dated| matches!(&entry.body, Body::LessonRecorded(set) if set.at == *at);
        let entered = self.entries.iter().find(is_lesson).map_or(noon(at.date), |entry| entry.at);
        self.taught(entered + chrono::Duration::hours(1), mark(at, pupil, marks, ""))
    }

    /// Records everything in the order of time, all in one transaction.
    ///
    /// # Panics
    /// An entry that the rules refuse: then the school is none.
    pub(crate) fn record(&self) -> TestJournal {
        let folder = tempfile::tempdir().unwrap();
        let key = identity(&self.administrator.login);
        let created = JournalCreated {
            previous: None,
            school: self.school.clone(),
            administrator: self.administrator.clone(),
            key: key.public(),
            recovery: identity("recovery").public().recipient().to_owned(),
            second: self.second.iter().map(second_person).collect(),
            emergency: self.emergency.then(|| identity("emergency").public().ssh_line("")),
        };
        let author = Author { signer: &key, clock: &self.begins, taken_over: false };
        let path = folder.path().join("journal.letopis");
        drop(Journal::create(&path, author, created).unwrap());
        let journal = opened(&path);
        let administrator = self.administrator.login.clone();
        let mut recorded = TestJournal { journal, administrator, clock: self.begins, folder };
        let mut entries: Vec<&Dated> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry.at);
        recorded.record_all(entries);
        recorded
    }
}

fn second_person(person: &Person) -> SecondPerson {
    let request = Request::by(&identity(&person.login), None, &person.login).unwrap();
    let (key, possession) = (request.key, request.possession);
    SecondPerson { person: person.clone(), key, possession, proven_in: String::new() }
}

/// Who records a body of which the teacher is the author: a substitute who is named or gave the lesson, else the
/// course's teacher.
pub(super) fn teacher(tables: &Tables, body: &Body) -> String {
    let (course, substitute) = match body {
        Body::LessonRecorded(set) => (&set.at.course, Some(set.substitute.clone().into())),
        Body::MarksSet(MarksSet { at, .. }) | Body::AttendanceSet(AttendanceSet { at, .. }) => {
            (&at.course, read::lesson_at(tables, at).unwrap().map(|lesson| lesson.substitute.clone()))
        }
        Body::FinalsSet(set) => (&set.course, None),
        Body::CorrectionRequested(set) => (&set.course, None),
        _ => panic!("{} is no teacher's", body.kind()),
    };
    match substitute.filter(|login| !login.is_empty()) {
        Some(login) => login.into(),
        None => {
            read::course(tables, course).unwrap().unwrap_or_else(|| panic!("no course {course}")).teacher.clone().into()
        }
    }
}

/// An archive and a document name the place of the ledger at which they are made; a key proves that it is its holder's.
pub(super) fn at_its_place(mut body: Body, tip: &Tip) -> Body {
    match &mut body {
        Body::ArchiveCreated(archive) if archive.head.is_empty() => {
            (archive.length, archive.head) = (tip.seq, hex(&tip.head))
        }
        Body::DocumentIssued(issued) => issued.at_entry = tip.seq,
        Body::KeyEnrolled(enrolled) if enrolled.possession.is_empty() => {
            *enrolled = KeyEnrolled::of(&identity(&enrolled.login), &tip.journal, &enrolled.login).unwrap();
        }
        _ => {}
    }
    body
}
