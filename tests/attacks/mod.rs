//! What comes from somebody who means harm, or from a disk that lost its mind.

mod falsehoods;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(unix)]
mod links;
mod malformed;
mod tamper;
mod vouching;

use crate::common::school::School;

const NOON: &str = "2025-09-15 12:00:00";

/// The small school with a lesson, a mark and an absence on 15 September.
fn school() -> Option<School> {
    let school = School::small()?;
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Линейные уравнения"];
    school.run("2025-09-15 10:00:00", "semyonov", &lesson).ok();
    school.run("2025-09-15 10:01:00", "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=4"]).ok();
    school.run("2025-09-15 10:02:00", "semyonov", &["absence", "set", "7А", "Алгебра", "15.09.2025", "Сизов"]).ok();
    Some(school)
}
