//! Finding the file of a table: `marks.csv`, or a workbook `marks.xlsx` or `marks.ods`, but one of them only.

use super::fault::Faults;
use super::sheet::{self, Format};
use super::table::Shape;
use crate::error::{Error, NotTaken, Result};
use crate::files;
use std::path::Path;

/// A table's file that was found, as bytes.
pub enum Found {
    /// A CSV file.
    Csv(Vec<u8>),
    /// A workbook.
    Workbook(Vec<u8>, Format),
}

const ENDINGS: [(&str, Option<Format>); 3] = [("csv", None), ("xlsx", Some(Format::Xlsx)), ("ods", Some(Format::Ods))];

/// Reads the file of a table; nothing where there is none or more than one, which is a fault.
///
/// # Errors
/// A file that exists and cannot be read.
pub fn read(dir: &Path, shape: &'static Shape, must_exist: bool, faults: &mut Faults) -> Result<Option<Found>> {
    let name = |ending: &str| format!("{}.{ending}", shape.stem());
    let there: Vec<_> = ENDINGS.into_iter().filter(|(ending, _)| files::is_there(&dir.join(name(ending)))).collect();
    let (ending, format) = match there[..] {
        [found] => found,
        [] => {
            lacks(dir, shape, must_exist, faults);
            return Ok(None);
        }
        _ => {
            let names: Vec<String> = there.iter().map(|(ending, _)| name(ending)).collect();
            let what = format!("одна таблица в нескольких файлах: {}; оставьте один из них", names.join(", "));
            faults.file(shape.file, what);
            return Ok(None);
        }
    };
    let path = dir.join(name(ending));
    if format.is_some() {
        faults.names.insert(shape.file, name(ending));
    }
    let Some(bytes) = bytes(&path)? else {
        faults.file(shape.file, sheet::too_long());
        return Ok(None);
    };
    let Some(format) = format else { return Ok(Some(Found::Csv(bytes))) };
    Ok(Some(Found::Workbook(bytes, format)))
}

/// The bytes of a file that is not longer than a table may be; nothing where it is.
///
/// # Errors
/// A file that cannot be read, or is none: a pipe never ends.
fn bytes(path: &Path) -> Result<Option<Vec<u8>>> {
    match files::read(path, sheet::FILE) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(cause) if matches!(NotTaken::behind(&cause), Some(NotTaken::Large(_))) => Ok(None),
        Err(cause) => Err(Error::file("прочитать", path, &cause)),
    }
}

/// As [`bytes`], of a file that a person named.
///
/// # Errors
/// As of [`bytes`].
pub fn named_bytes(path: &Path) -> Result<Option<Vec<u8>>> {
    bytes(&files::named(path)?)
}

/// What is to be said where there is no file: that one must be, or that one of another format is not read.
fn lacks(dir: &Path, shape: &'static Shape, must_exist: bool, faults: &mut Faults) {
    let other = ["xls", "xlsm", "xlsb"].iter().map(|ending| format!("{}.{ending}", shape.stem()));
    if let Some(other) = other.into_iter().find(|name| files::is_there(&dir.join(name))) {
        faults.names.insert(shape.file, other);
        faults.file(shape.file, "этот формат не читается; сохраните таблицу как XLSX, ODS или CSV");
    } else if must_exist {
        let what = format!("файла нет в папке «{}», а без него перенос невозможен", dir.display());
        faults.file(shape.file, what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_long_or_none_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("marks.csv");
        std::fs::File::create(&path).unwrap().set_len(sheet::FILE + 1).unwrap();
        assert!(bytes(&path).unwrap().is_none());
        assert!(bytes(dir.path()).unwrap_err().message().contains("не файл"));
    }
}
