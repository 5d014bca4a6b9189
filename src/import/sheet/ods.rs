//! ODS (OpenDocument 1.2, part 1, chapter 9), read from its `content.xml` event by event.
//!
//! Not by a library: those expand the repeated cells that a file names before anyone can bound them, and tell nothing of
//! hidden sheets and rows. A cell keeps its value and the text that the office program shows, so a number that is shown
//! otherwise than it is («0315») is taken as it is shown.

use super::xml::{Members, Xml, attribute, bounded, cut, push_text};
use super::{NO_SHEET, Sheet, UNVALUED, Value, choose};
use chrono::NaiveDate;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashSet;

const CONTENT: &str = "content.xml";

/// Reads a sheet of a workbook.
pub fn read(members: &mut Members<'_>, wanted: &str) -> Result<Sheet, String> {
    let (all, shown) = sheets(members)?;
    let names: Vec<String> = shown.iter().map(|at| all[*at].0.clone()).collect();
    let chosen = choose(&names, wanted).ok_or(NO_SHEET)?;
    let sheet = Sheet {
        name: names[chosen].clone(),
        others: names.len() - 1,
        hidden_sheets: all.len() - names.len(),
        ..Sheet::default()
    };
    rows_of(&mut members.xml(CONTENT)?, shown[chosen], sheet)
}

/// Reads every sheet that is shown, with the notes of its cells.
pub fn read_all(members: &mut Members<'_>) -> Result<Vec<Sheet>, String> {
    let (all, shown) = sheets(members)?;
    super::not_too_many(shown.len())?;
    let (others, hidden_sheets) = (shown.len().saturating_sub(1), all.len() - shown.len());
    let read = |at: &usize| {
        let name = all.get(*at).map(|(name, _)| name.clone()).unwrap_or_default();
        rows_of(&mut members.xml(CONTENT)?, *at, Sheet { name, others, hidden_sheets, ..Sheet::default() })
    };
    shown.iter().map(read).collect()
}

/// The names and styles of the sheets, and which of them are shown.
#[allow(clippy::type_complexity)]
fn sheets(members: &mut Members<'_>) -> Result<(Vec<(String, String)>, Vec<usize>), String> {
    // One that is no text is not the reader's to judge.
    if members.text("META-INF/manifest.xml").is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err("файл защищён паролем; сохраните его без пароля".into());
    }
    let mut hidden = HashSet::new();
    if members.has("styles.xml") {
        listed(&mut members.xml("styles.xml")?, &mut hidden)?;
    }
    let sheets = listed(&mut members.xml(CONTENT)?, &mut hidden)?;
    let shown = (0..sheets.len()).filter(|at| !hidden.contains(&sheets[*at].1)).collect();
    Ok((sheets, shown))
}

/// The names and styles of the sheets, and into `hidden` the styles that hide one; tables within cells are none.
fn listed(xml: &mut Xml<'_>, hidden: &mut HashSet<String>) -> Result<Vec<(String, String)>, String> {
    let (mut sheets, mut style) = (Vec::new(), String::new());
    loop {
        match xml.next()? {
            Event::Start(start) if start.name().as_ref() == TABLE => {
                let (name, style) = (attribute(&start, "name")?, attribute(&start, "style-name")?);
                sheets.push((name.unwrap_or_default(), style.unwrap_or_default()));
                xml.skip()?;
            }
            Event::Start(start) if start.name().as_ref() == "style:style" => {
                style = attribute(&start, "name")?.unwrap_or_default();
            }
            Event::Start(start)
                if start.name().as_ref() == "style:table-properties"
                    && attribute(&start, "display")?.as_deref() == Some("false") =>
            {
                hidden.insert(style.clone());
            }
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

const TABLE: &str = "table:table";

/// The rows of the sheet that is the `chosen`th of the file.
fn rows_of(xml: &mut Xml<'_>, chosen: usize, sheet: Sheet) -> Result<Sheet, String> {
    let mut number = 0;
    loop {
        match xml.next()? {
            Event::Start(start) if start.name().as_ref() == TABLE && number == chosen => return table(xml, sheet),
            Event::Start(start) if start.name().as_ref() == TABLE => {
                number += 1;
                xml.skip()?;
            }
            Event::Eof => return Err(cut()),
            _ => {}
        }
    }
}

fn table(xml: &mut Xml<'_>, mut sheet: Sheet) -> Result<Sheet, String> {
    let (mut row, mut column) = (0u64, 0u64);
    loop {
        match xml.next()? {
            Event::Start(start) if start.name().as_ref() == "table:table-row" => {
                let last = row.saturating_add(repeated(&start, "number-rows-repeated")?);
                if is_hidden(&start)? {
                    sheet.hidden_rows.push((row.saturating_add(1), last));
                }
                let cells = cells_of_row(xml)?;
                // Rows without anything may be repeated to the end of the sheet.
                for line in (row..last).take_while(|_| !cells.is_empty()) {
                    for cell in &cells {
                        for column in cell.first..cell.first.saturating_add(cell.times) {
                            sheet.put(line, column, cell.value.clone())?;
                        }
                        let (rows, columns) = cell.spans;
                        let to = (line.saturating_add(rows - 1), cell.first.saturating_add(columns - 1));
                        sheet.merge((line, cell.first), to)?;
                        if let Some(note) = &cell.note {
                            sheet.note((line, cell.first), note.clone())?;
                        }
                    }
                }
                row = last;
            }
            Event::Start(start) if start.name().as_ref() == "table:table-column" => {
                let last = column.saturating_add(repeated(&start, "number-columns-repeated")?);
                if is_hidden(&start)? {
                    sheet.hidden_columns.push((column.saturating_add(1), last));
                }
                column = last;
            }
            // What is drawn on a sheet may hold tables.
            Event::Start(start) if matches!(start.name().as_ref(), "table:shapes" | "office:forms") => xml.skip()?,
            Event::End(end) if end.name().as_ref() == TABLE => return Ok(sheet),
            Event::Eof => return Err(cut()),
            _ => {}
        }
    }
}

fn is_hidden(start: &BytesStart<'_>) -> Result<bool, String> {
    Ok(matches!(attribute(start, "visibility")?.as_deref(), Some("collapse" | "filter")))
}

/// A cell of a row that has anything in it.
struct Filled {
    /// First column, from 0.
    first: u64,
    /// How many columns hold the same.
    times: u64,
    /// How many rows and columns it lies over.
    spans: (u64, u64),
    value: Value,
    note: Option<String>,
}

fn cells_of_row(xml: &mut Xml<'_>) -> Result<Vec<Filled>, String> {
    let (mut cells, mut next) = (Vec::new(), 0u64);
    loop {
        match xml.next()? {
            Event::Start(start) if start.name().as_ref() == "table:table-cell" => {
                let times = repeated(&start, "number-columns-repeated")?;
                let spans = (repeated(&start, "number-rows-spanned")?, repeated(&start, "number-columns-spanned")?);
                let start = start.into_owned();
                let mut note = None;
                let value = value(&start, text(xml, &mut note)?)?;
                if value != Value::Empty || note.is_some() {
                    cells.push(Filled { first: next, times, spans, value, note });
                }
                next = next.saturating_add(times);
            }
            Event::Start(start) if start.name().as_ref() == "table:covered-table-cell" => {
                next = next.saturating_add(repeated(&start, "number-columns-repeated")?);
                xml.skip()?;
            }
            Event::End(end) if end.name().as_ref() == "table:table-row" => return Ok(cells),
            Event::Start(_) => xml.skip()?,
            Event::Eof => return Err(cut()),
            _ => {}
        }
    }
}

/// The paragraphs of a cell, its end included; drawings in it are passed over, and a note is put aside. Nothing where it has none.
fn text(xml: &mut Xml<'_>, note: &mut Option<String>) -> Result<Option<String>, String> {
    let (mut out, mut depth, mut within): (Option<String>, usize, usize) = (None, 1, 0);
    while depth > 0 {
        match xml.next()? {
            Event::Start(start) => match start.name().as_ref() {
                "text:p" | "text:h" => {
                    let before = out.get_or_insert_default();
                    if !before.is_empty() {
                        before.push('\n');
                    }
                    (depth, within) = (depth + 1, within + 1);
                }
                "text:s" | "text:tab" | "text:line-break" => {
                    out.get_or_insert_default().push(' ');
                    xml.skip()?;
                }
                "text:span" | "text:a" => depth += 1,
                "office:annotation" => *note = Some(annotation(xml)?),
                // Fields that show something, such as a date.
                other if within > 0 && other.starts_with("text:") => depth += 1,
                _ => xml.skip()?,
            },
            Event::End(end) => {
                within -= usize::from(matches!(end.name().as_ref(), "text:p" | "text:h") && within > 0);
                depth -= 1;
            }
            Event::Eof => return Err(cut()),
            event if within > 0 => push_text(&event, out.get_or_insert_default())?,
            _ => {}
        }
        out.as_deref().map_or(Ok(()), bounded)?;
    }
    Ok(out)
}

/// The paragraphs of a note, its end included, without who wrote it and when.
fn annotation(xml: &mut Xml<'_>) -> Result<String, String> {
    let (mut out, mut depth) = (String::new(), 1usize);
    while depth > 0 {
        match xml.next()? {
            Event::Start(start) if matches!(start.name().as_ref(), "dc:creator" | "dc:date" | "meta:date-string") => {
                xml.skip()?;
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => {
                depth -= 1;
                out.push(' ');
            }
            Event::Eof => return Err(cut()),
            event => push_text(&event, &mut out)?,
        }
        bounded(&out)?;
    }
    Ok(out.trim().to_owned())
}

fn value(cell: &BytesStart<'_>, text: Option<String>) -> Result<Value, String> {
    let given = |name| attribute(cell, name);
    // LibreOffice writes the type twice, and that a value is an error only in its own.
    if kind(cell, "calcext:value-type")?.as_deref() == Some("error") {
        return Ok(Value::Error);
    }
    let formula = given("formula")?.is_some();
    Ok(match kind(cell, "office:value-type")?.as_deref() {
        Some("float" | "percentage" | "currency") => match given("value")?.and_then(|number| number.parse().ok()) {
            Some(number) => as_shown(number, text),
            None => Value::Fault(UNVALUED.into()),
        },
        Some("boolean") => match given("boolean-value")?.as_deref() {
            Some(yes) => Value::yes_or_no(yes == "true"),
            None => Value::Fault(UNVALUED.into()),
        },
        Some("date") => day(&given("date-value")?.unwrap_or_default()).map_or(Value::Time, Value::Date),
        Some("time") => Value::Time,
        Some(_) => Value::Text(given("string-value")?.or(text).unwrap_or_default()),
        None if formula => Value::Fault(UNVALUED.into()),
        // The office program shows it as a text.
        None => text.map_or(Value::Empty, Value::Text),
    })
}

fn kind(cell: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let found = cell.try_get_attribute(name).map_err(super::xml::unreadable)?;
    Ok(found.map(|attribute| attribute.value.to_string()))
}

/// A number as the text beside it shows it: with its zeros and words, and not where the text hides a part of it.
fn as_shown(number: f64, text: Option<String>) -> Value {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Value::number(number) };
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.replace(',', ".").replace('\u{2212}', "-");
    let Ok(shown) = plain.parse::<f64>() else { return Value::Text(text) };
    if (shown - number).abs() > number.abs() * 1e-9 {
        let what = "формат ячейки показывает число округлённым; впишите его так, как оно должно быть прочитано";
        return Value::Fault(what.into());
    }
    let digits = plain.trim_start_matches('-');
    if digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") {
        return Value::Text(plain);
    }
    Value::number(number)
}

/// The day of `2025-09-15` or `2025-09-15T00:00:00`.
pub fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()
}

/// How often something stands, at least once.
fn repeated(start: &BytesStart<'_>, name: &str) -> Result<u64, String> {
    Ok(attribute(start, name)?.and_then(|times| times.parse().ok()).unwrap_or(1).max(1))
}
