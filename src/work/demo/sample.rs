//! The sample school, carried in the program, so that the demonstration runs wherever the program does.

use crate::error::{Error, Result};
use crate::files::{self, Readers};
use std::path::Path;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The files of `samples/school-1`.
        pub const FILES: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../samples/school-1/", $name)))),*];
    };
}

files![
    "school.toml",
    "staff.csv",
    "subjects.csv",
    "classes.csv",
    "pupils.csv",
    "groups.csv",
    "courses.csv",
    "timetable.csv",
    "plans.csv",
    "lessons.csv",
    "marks.csv",
    "reasons.csv",
    "finals.csv",
    "decisions.csv",
    "contacts.csv",
];

/// Writes the sample school into a new folder.
pub fn write(dir: &Path) -> Result<()> {
    files::make_folders(dir, Readers::All).map_err(|e| Error::file("создать папку", dir, &e))?;
    for (name, bytes) in FILES {
        let path = dir.join(name);
        files::write_new(&path, bytes, Readers::All).map_err(|e| Error::file("записать", &path, &e))?;
    }
    Ok(())
}
