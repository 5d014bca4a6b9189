//! The plan of one course in a file of its own (КТП): what a methodist brings (§3.3.3). Columns: № · Тема · Вид работы ·
//! Домашнее задание.

use super::fault::Faults;
use super::files;
use super::sheet::{self, Format};
use super::table::{Shape, Table};
use crate::error::{Error, Result};
use crate::journal::entry::PlanLine;
use std::collections::HashSet;
use std::path::Path;

/// The faults name the file that was given, whatever it is called.
const PLAN: Shape = Shape {
    file: "plan.csv", columns: &["№", "Тема", "Вид работы", "Домашнее задание"], required: 2
};

/// Reads a plan from a CSV, XLSX or ODS file.
///
/// # Errors
/// A file that cannot be read; otherwise every fault of the file is in the [`Faults`] that come with the lines.
pub fn read_plan(path: &Path) -> Result<(Vec<PlanLine>, Faults)> {
    let mut faults = Faults::default();
    faults.names.insert(PLAN.file, path.display().to_string());
    let Some(bytes) = files::named_bytes(path)? else {
        faults.file(PLAN.file, sheet::too_long());
        return Ok((Vec::new(), faults));
    };
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let table = match ending.as_str() {
        "xlsx" => Table::of_workbook(&bytes, Format::Xlsx, &PLAN, &mut faults),
        "ods" => Table::of_workbook(&bytes, Format::Ods, &PLAN, &mut faults),
        _ => Table::parse(&bytes, &PLAN, &mut faults),
    };
    let Some(table) = table else { return Ok((Vec::new(), faults)) };
    let rows = table.map(
        &mut faults,
        |line| {
            let number = |text: &str| {
                text.parse()
                    .ok()
                    .filter(|no| *no > 0)
                    .ok_or_else(|| Error::input(format!("«{text}» не номер урока")).next("впишите число"))
            };
            let (no, topic) = (line.parse(0, number), line.given(1));
            Some(PlanLine { no: no?, topic: topic?, work: line.text(2), homework: line.text(3) })
        },
        |_| {},
    );
    let (mut lines, mut numbers): (Vec<PlanLine>, _) = (Vec::new(), HashSet::new());
    for (at, line) in rows {
        if !numbers.insert(line.no) {
            faults.column(at, "№", format!("номер {} уже есть в плане", line.no));
        }
        lines.push(line);
    }
    lines.sort_by_key(|line| line.no);
    if lines.is_empty() && faults.list.is_empty() {
        faults.file(PLAN.file, "в файле нет ни одного урока");
    }
    Ok((lines, faults))
}
