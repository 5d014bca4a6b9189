//! Finding the file of a table: `marks.csv`, or a workbook `marks.xlsx` or `marks.ods`, but one of them only.

use super::fault::Faults;
use super::sheet::Format;
use super::table::Shape;
use crate::error::{Error, Result};
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
    let there: Vec<_> =
        ENDINGS.into_iter().filter(|(ending, _)| crate::files::is_there(&dir.join(name(ending)))).collect();
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
    let bytes =
        crate::files::read(&path, crate::files::LARGEST_TABLE).map_err(|e| Error::file("прочитать", &path, &e))?;
    let Some(format) = format else { return Ok(Some(Found::Csv(bytes))) };
    faults.names.insert(shape.file, name(ending));
    Ok(Some(Found::Workbook(bytes, format)))
}

/// What is to be said where there is no file: that one must be, or that one of another format is not read.
fn lacks(dir: &Path, shape: &'static Shape, must_exist: bool, faults: &mut Faults) {
    let other = ["xls", "xlsm", "xlsb"].iter().map(|ending| format!("{}.{ending}", shape.stem()));
    if let Some(other) = other.into_iter().find(|name| crate::files::is_there(&dir.join(name))) {
        faults.names.insert(shape.file, other);
        faults.file(shape.file, "этот формат не читается; сохраните таблицу как XLSX, ODS или CSV");
    } else if must_exist {
        let what = format!("файла нет в папке «{}», а без него перенос невозможен", dir.display());
        faults.file(shape.file, what);
    }
}
