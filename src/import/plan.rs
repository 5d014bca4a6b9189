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
    let name = path.display().to_string();
    match files::named_bytes(path)? {
        Some(bytes) => Ok(plan_of(&name, &bytes)),
        None => {
            let mut faults = Faults::default();
            faults.names.insert(PLAN.file, name);
            faults.file(PLAN.file, sheet::too_long());
            Ok((Vec::new(), faults))
        }
    }
}

/// Reads a plan from the bytes of such a file, whose format its name tells.
pub fn plan_of(name: &str, bytes: &[u8]) -> (Vec<PlanLine>, Faults) {
    let mut faults = Faults::default();
    faults.names.insert(PLAN.file, name.to_owned());
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let table = match ending.as_str() {
        "xlsx" => Table::of_workbook(bytes, Format::Xlsx, &PLAN, &mut faults),
        "ods" => Table::of_workbook(bytes, Format::Ods, &PLAN, &mut faults),
        _ => Table::parse(bytes, &PLAN, &mut faults),
    };
    let Some(table) = table else { return (Vec::new(), faults) };
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
            let [work, homework] = [line.text(2), line.text(3)].map(plain);
            // A number counts among the others also where its topic is missing.
            Some((no?, topic.map(plain), work, homework))
        },
        |_| {},
    );
    let (mut lines, mut numbers): (Vec<PlanLine>, _) = (Vec::new(), HashSet::new());
    for (at, (no, topic, work, homework)) in rows {
        if !numbers.insert(no) {
            faults.column(at, "№", format!("номер {no} уже есть в плане"));
        }
        lines.extend(topic.map(|topic| PlanLine { no, topic, work, homework }));
    }
    lines.sort_by_key(|line| line.no);
    if lines.is_empty() && faults.list.is_empty() {
        faults.file(PLAN.file, "в файле нет ни одного урока");
    }
    (lines, faults)
}

/// A text without the apostrophe by which a table that we have given out keeps it from being a formula.
fn plain(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_from_bytes_by_the_ending_of_its_name_and_each_fault_has_its_row() {
        let text = "\u{feff}№;Тема;Вид работы;Домашнее задание\r\n2;Дроби;;'- § 2\r\n1;'Сложение';тест;\r\n";
        let (lines, faults) = plan_of("план.CSV", text.as_bytes());
        assert_eq!(faults.list, []);
        let told: Vec<_> = lines.iter().map(|line| (line.no, line.topic.as_str(), line.homework.as_str())).collect();
        assert_eq!(told, [(1, "'Сложение'", ""), (2, "Дроби", "- § 2")]);
        let (_, faults) = plan_of("план.csv", "№;Тема\n1;Дроби\n1;Степени\nдва;Корни\n".as_bytes());
        let places: Vec<String> = faults.list.iter().map(super::super::Fault::place).collect();
        assert_eq!(places, ["план.csv, строка 4, столбец 1 «№»", "план.csv, строка 3, столбец 1 «№»"]);
        // A line without a topic has its number all the same: both faults are told at once.
        let (_, faults) = plan_of("план.csv", "№;Тема\n2;\n2;Степени\n".as_bytes());
        let mut places: Vec<String> = faults.list.iter().map(super::super::Fault::place).collect();
        places.sort();
        assert_eq!(places, ["план.csv, строка 2, столбец 2 «Тема»", "план.csv, строка 3, столбец 1 «№»"]);
        let (lines, faults) = plan_of("план.xlsx", b"no workbook");
        assert!(lines.is_empty() && faults.list.len() == 1, "{faults:?}");
        assert_eq!(plan_of("план", b"").1.list.len(), 1);
    }
}
