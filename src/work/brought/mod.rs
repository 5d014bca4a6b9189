//! Marks that are kept elsewhere and brought as tables, a course each: a web diary's, a teacher's own book.
//!
//! Brought by the course's teacher they are his own entries, under the day rules; what comes too late is made ready to be
//! asked for (§2.3.3). Brought by the administrator they are history taken over. Either way nothing that stands is
//! replaced, what differs is named, and an empty cell says nothing; so a table can be brought every week. Nothing is
//! recorded while anything about the tables is in doubt, and what is recorded is recorded in one go.

mod asked;
mod record;

use super::correction::What;
use super::{Done, Workplace};
use crate::error::{Action, Error, Result};
pub use crate::import::grid::{Doubt, Map, Place, Question, Section, proposed};
use crate::import::grid::{Doubts, File, Ground, captions, course_named, understood};
use crate::journal::Author;
use crate::journal::read::{self, Course, Tables};
use crate::school::{CourseKey, Role};
use record::Taking;
use std::path::{Path, PathBuf};

/// A file that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its name, by whose ending its format is told.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Tables that are to be taken in.
#[derive(Debug, Clone, Default)]
pub struct TablesWish {
    /// The files, one a course, or several of one.
    pub files: Vec<Given>,
    /// The course, where it is said: «8Б Алгебра»; else each file tells it itself.
    pub course: Option<String>,
    /// Answers to what the tables do not tell.
    pub answers: Map,
    /// The topic of lessons that are not recorded and have none, neither in the table nor in the plan.
    pub topic: Option<String>,
    /// Everything is checked and nothing kept.
    pub trial: bool,
}

/// As what entries are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// By the course's teacher, as his own.
    Own,
    /// By the administrator, as history taken over.
    TakenOver,
}

/// What became of the tables.
#[derive(Debug, Default)]
pub struct Taken {
    /// What must be settled; then nothing was recorded.
    pub doubts: Vec<Doubt>,
    /// What should be looked at in the files.
    pub warnings: Vec<String>,
    /// What was recorded; on a trial or with doubts, what would have been.
    pub done: Done,
    /// What each file came to.
    pub courses: Vec<TakenCourse>,
}

/// What one file came to.
#[derive(Debug)]
pub struct TakenCourse {
    /// The file's name.
    pub file: String,
    /// Its course.
    pub course: CourseKey,
    /// As what.
    pub manner: Manner,
    /// Lessons that were recorded, or whose line was filled in.
    pub lessons: usize,
    /// Cells in which marks or absences were recorded.
    pub cells: usize,
    /// Final marks that were recorded.
    pub finals: usize,
    /// Where the journal has something else already; it stays.
    pub differs: Vec<Told>,
    /// What comes too late, ready to be asked for.
    pub late: Vec<Late>,
    /// What a rule refuses otherwise.
    pub refused: Vec<Told>,
    /// How much comes too late and was asked for already.
    pub asked: usize,
}

/// Something that is said of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which cells.
    pub places: Vec<Place>,
    /// What.
    pub error: Error,
}

/// What comes too late and can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// What to ask for.
    pub what: What,
    /// Why it was not recorded.
    pub why: Error,
}

/// Why a correction is asked for that a table brings, in words that can stand in the register.
pub fn reason_of(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    format!("перенос из таблицы «{name}»: внесено позже срока")
}

/// Reads the files that are named, and those in the folders that are named, in order of their names.
///
/// # Errors
/// A file that cannot be read, or is too large; a folder without any.
pub fn read_files(paths: &[PathBuf]) -> Result<Vec<Given>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let inside = tables_in(path)?;
            if inside.is_empty() {
                return Err(Error::input(format!("в папке «{}» нет таблиц", path.display()))
                    .next("положите в неё файлы CSV, XLSX или ODS, по одному на курс"));
            }
            files.extend(inside.iter().map(|path| read_file(path)).collect::<Result<Vec<_>>>()?);
        } else {
            files.push(read_file(path)?);
        }
    }
    Ok(files)
}

fn tables_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let is_table = |name: &str| {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        matches!(ending.as_str(), "csv" | "xlsx" | "xlsm" | "ods" | "xls") && !name.starts_with(['.', '~'])
    };
    let dir = &*crate::files::named(dir)?;
    let inside = crate::files::list(dir).map_err(|cause| Error::file("прочитать", dir, &cause))?;
    let names = inside.into_iter().filter_map(|entry| entry.name.into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_table(name)).collect();
    names.sort();
    Ok(names.into_iter().map(|name| dir.join(name)).collect())
}

fn read_file(path: &Path) -> Result<Given> {
    let bytes = crate::import::named_bytes(path)?
        .ok_or_else(|| Error::input(format!("«{}»: файл слишком велик", path.display())).next("разделите таблицу"))?;
    Ok(Given { name: path.display().to_string(), bytes })
}

/// Takes tables in, all of them or, where anything is in doubt, nothing.
///
/// # Errors
/// A course that is not one's own; a key or clock that cannot record; a journal that cannot be written.
pub fn take(place: &mut Workplace<'_>, wish: &TablesWish) -> Result<Taken> {
    if read::is_closed(place.tables())? {
        return Err(Error::refused("учебный год закрыт: в журнал ничего не вносится")
            .next_by("если это нужно, год открывает директор", Action::ReopenYear));
    }
    let mut taken = Taken::default();
    let (today, login) = (place.today()?, place.login().clone());
    let author = place.author;
    let mut batch = place.journal.batch()?;
    batch.check_author(author)?;
    let school = read::school(batch.tables())?;
    for given in &wish.files {
        let mut doubts = Doubts::of(&given.name);
        let file = match File::read(&given.name, &given.bytes) {
            Ok(file) => file,
            Err(what) => {
                doubts.whole(what);
                taken.hear(doubts);
                continue;
            }
        };
        let Some(course) = course_of(batch.tables(), wish, &file, &login, &mut doubts)? else {
            taken.hear(doubts);
            continue;
        };
        let manner = manner(batch.tables(), &course, &login)?;
        taken.hear(doubts);
        let ground = Ground { tables: batch.tables(), school: &school, map: &wish.answers, today };
        let (brought, doubts) = understood(&ground, &course, &file)?;
        let author = Author { taken_over: manner == Manner::TakenOver, ..author };
        let mut taking = Taking::new(&mut batch, author, &brought, wish.topic.as_deref(), doubts);
        taking.run(&mut taken.done)?;
        let (of_course, doubts) = taking.end();
        taken.courses.push(of_course);
        taken.hear(doubts);
    }
    if taken.doubts.is_empty() && !wish.trial {
        batch.commit()?;
        taken.done = place.done(taken.done)?;
    }
    Ok(taken)
}

impl Taken {
    fn hear(&mut self, doubts: Doubts) {
        let (list, warnings) = doubts.all();
        self.doubts.extend(list);
        self.warnings.extend(warnings);
    }

    /// Whether a rule refused anything, or something comes too late.
    pub fn is_refused_in_part(&self) -> bool {
        self.courses.iter().any(|course| !course.late.is_empty() || !course.refused.is_empty())
    }
}

/// Whose course it is decides how it is taken in.
fn manner(tables: &Tables, course: &Course, login: &str) -> Result<Manner> {
    if course.teacher == *login && read::has_role(tables, login, Role::Teacher)? {
        return Ok(Manner::Own);
    }
    if read::has_role(tables, login, Role::Administrator)? {
        return Ok(Manner::TakenOver);
    }
    Err(Error::refused(format!(
        "у «{login}» нет права на это действие (§3.3): таблицу курса «{}» вносит его учитель, а перенос делает администратор",
        course.key
    ))
    .next("обратитесь к ним"))
}

/// The course of a file: the one that is said, else the one that its captions or its name tell.
fn course_of(
    tables: &Tables,
    wish: &TablesWish,
    file: &File,
    login: &str,
    doubts: &mut Doubts,
) -> Result<Option<Course>> {
    let mut told: Vec<Course> = Vec::new();
    for caption in captions(file) {
        let named = course_named(tables, &caption, Some(login))?;
        if told.is_empty() || named.len() == 1 {
            told = named;
        }
        if told.len() == 1 {
            break;
        }
    }
    let Some(said) = &wish.course else {
        return Ok(one_of(told, "", doubts));
    };
    let named = course_named(tables, said, Some(login))?;
    if named.is_empty() {
        return Err(Error::input(format!("курса «{said}» в журнале нет")).next(
            "назовите класс и предмет, как они заведены: «8Б Алгебра», с группой «8Б Английский язык (группа 1)»",
        ));
    }
    let Some(course) = one_of(named, said, doubts) else { return Ok(None) };
    if let [other] = &told[..]
        && other.key != course.key
        && !(other.key.class == course.key.class && other.key.subject == course.key.subject)
    {
        doubts.whole(format!(
            "таблица подписана «{}», а вносится в «{}»: исправьте подпись или курс",
            other.key, course.key
        ));
    }
    Ok(Some(course))
}

fn one_of(mut courses: Vec<Course>, said: &str, doubts: &mut Doubts) -> Option<Course> {
    match courses.len() {
        1 => return courses.pop(),
        0 => doubts.whole(
            "какого курса эта таблица, не сказано: назовите курс, подпишите таблицу («8Б, Алгебра») или назовите так файл",
        ),
        _ => {
            let names = courses.iter().map(|course| course.key.to_string()).collect::<Vec<_>>().join("; ");
            let said = if said.is_empty() { "таблица" } else { said };
            doubts.whole(format!("«{said}» — это несколько курсов: {names}; назовите группу: «8Б Английский язык (группа 1)»"));
        }
    }
    None
}
