//! ODS (OpenDocument 1.2, part 1, chapter 9), read from its `content.xml` event by event.
//!
//! Not by calamine: it expands the repeated cells that a file names before anyone can bound them, and never returns
//! from a file that ends within a table.

use super::{Sheet, Value, choose, unreadable};
use chrono::NaiveDate;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;
use quick_xml::reader::Reader;
use std::io::{BufReader, Cursor, Read};

type Xml<'a> = Reader<BufReader<Box<dyn Read + 'a>>>;

/// Reads a sheet. The bytes have been bounded before.
pub fn read(bytes: &[u8], wanted: &str) -> Result<Sheet, String> {
    let names = open(bytes, sheet_names)?;
    let chosen = choose(&names, wanted).ok_or("в файле нет ни одного листа")?;
    let mut sheet = open(bytes, |xml| rows_of(xml, chosen))?;
    (sheet.name, sheet.others) = (names[chosen].clone(), names.len() - 1);
    Ok(sheet)
}

fn open<T>(bytes: &[u8], read: impl FnOnce(&mut Xml<'_>) -> Result<T, String>) -> Result<T, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut manifest = String::new();
    if let Ok(mut member) = zip.by_name("META-INF/manifest.xml") {
        // One that is no text is not the reader's to judge.
        let _ = member.read_to_string(&mut manifest);
    }
    if manifest.contains("encryption-data") {
        return Err("файл защищён паролем; сохраните его без пароля".into());
    }
    let content = zip.by_name("content.xml").map_err(unreadable)?;
    let mut xml = Reader::from_reader(BufReader::new(Box::new(content) as Box<dyn Read + '_>));
    xml.config_mut().expand_empty_elements = true;
    read(&mut xml)
}

/// Names of the sheets; tables within cells are none.
fn sheet_names(xml: &mut Xml<'_>) -> Result<Vec<String>, String> {
    let (mut buffer, mut names) = (Vec::new(), Vec::new());
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) if start.name() == TABLE => {
                names.push(attribute(&start, "table:name")?.unwrap_or_default());
                xml.read_to_end_into(TABLE, &mut Vec::new()).map_err(unreadable)?;
            }
            Event::Eof => return Ok(names),
            _ => {}
        }
    }
}

const TABLE: QName<'static> = QName("table:table");

/// The rows of the sheet that is the `chosen`th of the file.
fn rows_of(xml: &mut Xml<'_>, chosen: usize) -> Result<Sheet, String> {
    let (mut buffer, mut number) = (Vec::new(), 0);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) if start.name() == TABLE && number == chosen => return table(xml),
            Event::Start(start) if start.name() == TABLE => {
                number += 1;
                xml.read_to_end_into(TABLE, &mut Vec::new()).map_err(unreadable)?;
            }
            Event::Eof => return Err(unreadable("лист кончается раньше времени")),
            _ => {}
        }
    }
}

fn table(xml: &mut Xml<'_>) -> Result<Sheet, String> {
    let (mut buffer, mut sheet, mut next) = (Vec::new(), Sheet::default(), 0u64);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) if start.name() == QName("table:table-row") => {
                let times = repeated(&start, "table:number-rows-repeated")?;
                let cells = row(xml)?;
                let last = next.saturating_add(times);
                // Rows without anything may be repeated to the end of the sheet.
                for line in (next..last).take_while(|_| !cells.is_empty()) {
                    for (from, times, value) in &cells {
                        for column in *from..from.saturating_add(*times) {
                            sheet.put(line, column, value.clone())?;
                        }
                    }
                }
                next = last;
            }
            Event::End(end) if end.name() == TABLE => return Ok(sheet),
            Event::Eof => return Err(unreadable("лист кончается раньше времени")),
            _ => {}
        }
    }
}

/// The cells of a row that have anything in them: first column from 0, how many columns, what.
fn row(xml: &mut Xml<'_>) -> Result<Vec<(u64, u64, Value)>, String> {
    let (mut buffer, mut cells, mut next) = (Vec::new(), Vec::new(), 0u64);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) if start.name().as_ref() == "table:table-cell" => {
                let times = repeated(&start, "table:number-columns-repeated")?;
                let start = start.into_owned();
                let text = text(xml, start.name())?;
                let value = value(&start, text)?;
                if !matches!(&value, Value::Empty) {
                    cells.push((next, times, value));
                }
                next = next.saturating_add(times);
            }
            Event::Start(start) if start.name().as_ref() == "table:covered-table-cell" => {
                next = next.saturating_add(repeated(&start, "table:number-columns-repeated")?);
                let start = start.into_owned();
                xml.read_to_end_into(start.name(), &mut Vec::new()).map_err(unreadable)?;
            }
            Event::End(end) if end.name().as_ref() == "table:table-row" => return Ok(cells),
            Event::Eof => return Err(unreadable("строка кончается раньше времени")),
            _ => {}
        }
    }
}

/// The paragraphs of a cell; notes and drawings in it are passed over.
fn text(xml: &mut Xml<'_>, cell: QName<'_>) -> Result<String, String> {
    let (mut buffer, mut out, mut within) = (Vec::new(), String::new(), false);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(start) if start.name().as_ref() == "text:p" => {
                if !out.is_empty() {
                    out.push('\n');
                }
                within = true;
            }
            Event::End(end) if end.name().as_ref() == "text:p" => within = false,
            Event::Start(start) if matches!(start.name().as_ref(), "text:s" | "text:tab" | "text:line-break") => {
                out.push(' ');
            }
            Event::Start(start) if matches!(start.name().as_ref(), "text:span" | "text:a") => {}
            Event::Start(start) => {
                let start = start.into_owned();
                xml.read_to_end_into(start.name(), &mut Vec::new()).map_err(unreadable)?;
            }
            Event::Text(text) if within => out.push_str(&text.xml10_content()),
            Event::CData(text) if within => out.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if within => match resolve_xml_entity(&reference) {
                Some(text) => out.push_str(text),
                None => out.extend(reference.resolve_char_ref().map_err(unreadable)?),
            },
            Event::End(end) if end.name() == cell => return Ok(out),
            Event::Eof => return Err(unreadable("ячейка кончается раньше времени")),
            _ => {}
        }
    }
}

fn value(cell: &BytesStart<'_>, text: String) -> Result<Value, String> {
    let given = |name| attribute(cell, name);
    if given("calcext:value-type")?.as_deref() == Some("error") {
        return Ok(Value::Error);
    }
    Ok(match given("office:value-type")?.as_deref() {
        Some("float" | "percentage" | "currency") => {
            let number = given("office:value")?.unwrap_or_default();
            number.parse().map_or(Value::Error, Value::number)
        }
        Some("boolean") => Value::yes_or_no(given("office:boolean-value")?.as_deref() == Some("true")),
        Some("date") => day(&given("office:date-value")?.unwrap_or_default()).map_or(Value::Time, Value::Date),
        Some("time") => Value::Time,
        Some(_) => Value::Text(given("office:string-value")?.unwrap_or(text)),
        None => Value::Empty,
    })
}

/// The day of `2025-09-15` or `2025-09-15T00:00:00`.
pub fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()
}

fn repeated(start: &BytesStart<'_>, name: &str) -> Result<u64, String> {
    Ok(attribute(start, name)?.and_then(|times| times.parse().ok()).unwrap_or(1))
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let Some(found) = start.try_get_attribute(name).map_err(unreadable)? else { return Ok(None) };
    Ok(Some(found.normalized_value(XmlVersion::Explicit1_0).map_err(unreadable)?.into_owned()))
}
