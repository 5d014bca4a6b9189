//! XLSX (ECMA-376 part 1, 18), read from its members event by event.
//!
//! Not by a library: none that reads workbooks tells what a number format shows, that a formula has no value stored, or
//! that a row is hidden, and all make room for as many texts and cells as a file claims.

use super::shown::{self, Look};
use super::xml::{Members, Xml, attribute, bounded, cut, unreadable};
use super::{NO_SHEET, Sheet, TEXT, UNVALUED, Value, choose};
use chrono::{Duration, NaiveDate};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// The most texts that cells share: a year has less than half of it.
const STRINGS: usize = 2 << 20;
/// The most looks of cells; Excel's own bound is 64,000.
const LOOKS: usize = 1 << 16;

/// Reads a sheet of a workbook.
pub fn read(members: &mut Members<'_>, wanted: &str) -> Result<Sheet, String> {
    let whole = Whole::of(members)?;
    let names: Vec<String> = whole.shown.iter().map(|(name, _)| name.clone()).collect();
    let chosen = choose(&names, wanted).ok_or(NO_SHEET)?;
    whole.sheet(members, chosen)
}

/// Reads every sheet that is shown, with the notes of its cells.
pub fn read_all(members: &mut Members<'_>) -> Result<Vec<Sheet>, String> {
    let whole = Whole::of(members)?;
    super::not_too_many(whole.shown.len())?;
    let read = |at| {
        let mut sheet = whole.sheet(members, at)?;
        let target = whole.shown.get(at).map(|(_, target)| target.clone()).unwrap_or_default();
        let notes = relations(members, &target)?.into_iter().find(|relation| relation.is("comments"));
        if let Some(notes) = notes.filter(|notes| members.has(&notes.target)) {
            comments(&mut members.xml(&notes.target)?, &mut sheet)?;
        }
        Ok(sheet)
    };
    (0..whole.shown.len()).map(read).collect()
}

/// What the sheets of a workbook share.
struct Whole {
    /// Name and member of each sheet that is shown.
    shown: Vec<(String, String)>,
    hidden: usize,
    strings: Vec<String>,
    looks: Vec<Look>,
    since_1904: bool,
}

impl Whole {
    fn of(members: &mut Members<'_>) -> Result<Self, String> {
        let main = relations(members, "")?.into_iter().find(|relation| relation.is("officeDocument"));
        let main = main.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
        let book = workbook(&mut members.xml(&main)?)?;
        let relations = relations(members, &main)?;
        let of = |sheet: &Listed| relations.iter().find(|relation| relation.id == sheet.id && relation.is("worksheet"));
        let (shown, hidden): (Vec<&Listed>, Vec<&Listed>) =
            book.sheets.iter().filter(|sheet| of(sheet).is_some()).partition(|sheet| sheet.shown);
        let target = |sheet: &Listed| of(sheet).map(|relation| relation.target.clone()).unwrap_or_default();
        let shown = shown.iter().map(|sheet| (sheet.name.clone(), target(sheet))).collect();
        let part = |kind| relations.iter().find(|relation| relation.is(kind)).map(|relation| relation.target.clone());
        let strings = match part("sharedStrings").filter(|name| members.has(name)) {
            Some(name) => strings(&mut members.xml(&name)?)?,
            None => Vec::new(),
        };
        let looks = match part("styles").filter(|name| members.has(name)) {
            Some(name) => looks(&mut members.xml(&name)?)?,
            None => Vec::new(),
        };
        Ok(Self { shown, hidden: hidden.len(), strings, looks, since_1904: book.since_1904 })
    }

    fn sheet(&self, members: &mut Members<'_>, at: usize) -> Result<Sheet, String> {
        let (name, target) = self.shown.get(at).ok_or(NO_SHEET)?;
        let (others, hidden_sheets) = (self.shown.len() - 1, self.hidden);
        let sheet = Sheet { name: name.clone(), others, hidden_sheets, ..Sheet::default() };
        let mut reading = Reading { sheet, whole: self, next: (0, 0) };
        reading.worksheet(&mut members.xml(target)?)?;
        Ok(reading.sheet)
    }
}

/// The notes of a sheet's cells.
fn comments(xml: &mut Xml<'_>, sheet: &mut Sheet) -> Result<(), String> {
    loop {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "comment" => {
                let place = attribute(&start, "ref")?.as_deref().and_then(place_of);
                let text = rich_text(xml)?;
                if let Some(place) = place {
                    sheet.note(place, text)?;
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// What a member says of another one that belongs to it.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Relation {
    /// Kinds are addresses, of two editions of the standard, that end in a word.
    fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}

/// The relations of a member, their targets as names of members; `""` is the workbook as a whole.
fn relations(members: &mut Members<'_>, of: &str) -> Result<Vec<Relation>, String> {
    let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
    let name = format!("{folder}/_rels/{file}.rels");
    let mut found = Vec::new();
    if !members.has(&name) {
        return Ok(found);
    }
    let mut xml = members.xml(&name)?;
    loop {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "Relationship" => {
                let given = |name| Ok::<_, String>(attribute(&start, name)?.unwrap_or_default());
                let target = given("Target")?;
                let target = if target.starts_with('/') { target } else { format!("{folder}/{target}") };
                found.push(Relation { id: given("Id")?, kind: given("Type")?, target: resolved(&target) });
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// A name without `.` and `..`.
fn resolved(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

struct Listed {
    name: String,
    id: String,
    shown: bool,
}

#[derive(Default)]
struct Book {
    sheets: Vec<Listed>,
    since_1904: bool,
}

fn workbook(xml: &mut Xml<'_>) -> Result<Book, String> {
    let mut book = Book::default();
    loop {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "sheet" => {
                let shown = attribute(&start, "state")?.is_none_or(|state| state == "visible");
                let (name, id) = (attribute(&start, "name")?, attribute(&start, "id")?);
                book.sheets.push(Listed { name: name.unwrap_or_default(), id: id.unwrap_or_default(), shown });
            }
            Event::Start(start) if start.local_name().as_ref() == "workbookPr" => {
                book.since_1904 = is_true(attribute(&start, "date1904")?.as_deref());
            }
            Event::Eof => return Ok(book),
            _ => {}
        }
    }
}

fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true" | "on"))
}

/// The texts that cells share. Their number is not believed.
fn strings(xml: &mut Xml<'_>) -> Result<Vec<String>, String> {
    let (mut strings, mut length) = (Vec::new(), 0);
    loop {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "si" => {
                let text = rich_text(xml)?;
                length += text.len();
                if strings.len() >= STRINGS || length > TEXT {
                    return Err(unreadable("в нём слишком много текстов"));
                }
                strings.push(text);
            }
            Event::Eof => return Ok(strings),
            _ => {}
        }
    }
}

/// The text within `si` or `is`: its runs, without how they are read aloud.
fn rich_text(xml: &mut Xml<'_>) -> Result<String, String> {
    let (mut within, mut out) = (1usize, String::new());
    while within > 0 {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "t" => out += &xml.text()?,
            Event::Start(start) if start.local_name().as_ref() == "rPh" => xml.skip()?,
            Event::Start(_) => within += 1,
            Event::End(_) => within -= 1,
            Event::Eof => return Err(cut()),
            _ => {}
        }
        bounded(&out)?;
    }
    Ok(unescaped(out))
}

/// `_x000D_` is how a character is written that XML cannot hold.
fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let (mut out, mut rest) = (String::new(), text.as_str());
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        let code = code.filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let c = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        out += &rest[..at];
        match c {
            Some(c) => out.push(c),
            None => out += "_x",
        }
        rest = &rest[at + if c.is_some() { 7 } else { 2 }..];
    }
    out + rest
}

/// How cells of each style look.
fn looks(xml: &mut Xml<'_>) -> Result<Vec<Look>, String> {
    let (mut codes, mut looks, mut within) = (HashMap::new(), Vec::new(), false);
    loop {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "numFmt" => {
                if let (Some(id), Some(code)) = (number(&start, "numFmtId")?, attribute(&start, "formatCode")?) {
                    codes.insert(id, shown::look(code.get(..1024).unwrap_or(&code)));
                }
            }
            Event::Start(start) if start.local_name().as_ref() == "cellXfs" => within = true,
            Event::End(end) if end.local_name().as_ref() == "cellXfs" => within = false,
            Event::Start(start) if within && start.local_name().as_ref() == "xf" => {
                let id = number(&start, "numFmtId")?.unwrap_or_default();
                let look = codes.get(&id).cloned();
                looks.push(look.unwrap_or_else(|| shown::built_in(u32::try_from(id).unwrap_or_default())));
            }
            Event::Eof => return Ok(looks),
            _ => {}
        }
        if codes.len() > LOOKS || looks.len() > LOOKS {
            return Err(unreadable("в нём слишком много форматов"));
        }
    }
}

fn number(start: &BytesStart<'_>, name: &str) -> Result<Option<u64>, String> {
    Ok(attribute(start, name)?.and_then(|text| text.parse().ok()))
}

/// A sheet that is being read.
struct Reading<'w> {
    sheet: Sheet,
    whole: &'w Whole,
    /// Row and column, from 0, of a cell that does not say where it is.
    next: (u64, u64),
}

impl Reading<'_> {
    fn worksheet(&mut self, xml: &mut Xml<'_>) -> Result<(), String> {
        loop {
            match xml.next()? {
                Event::Start(start) => {
                    let start = start.into_owned();
                    self.element(xml, &start)?;
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn element(&mut self, xml: &mut Xml<'_>, start: &BytesStart<'_>) -> Result<(), String> {
        match start.local_name().as_ref() {
            "col" if is_hidden(start, "width")? => {
                if let (Some(first), Some(last)) = (number(start, "min")?, number(start, "max")?) {
                    self.sheet.hidden_columns.push((first, last));
                }
            }
            "row" => {
                let row = number(start, "r")?.map_or(self.next.0, |row| row.saturating_sub(1));
                if is_hidden(start, "ht")? {
                    self.sheet.hidden_rows.push((row.saturating_add(1), row.saturating_add(1)));
                }
                self.next = (row.saturating_add(1), 0);
            }
            "c" => {
                let here = (self.next.0.saturating_sub(1), self.next.1);
                let (row, column) = match attribute(start, "r")? {
                    Some(place) => place_of(&place).ok_or_else(|| unreadable(format!("нет такой ячейки: {place}")))?,
                    None => here,
                };
                let value = self.cell(xml, start)?;
                self.sheet.put(row, column, value)?;
                self.next.1 = column.saturating_add(1);
            }
            "mergeCell" => {
                let range = attribute(start, "ref")?.unwrap_or_default();
                let (from, to) = range.split_once(':').unwrap_or((&range, &range));
                if let (Some(from), Some(to)) = (place_of(from), place_of(to)) {
                    self.sheet.merge(from, to)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn cell(&self, xml: &mut Xml<'_>, start: &BytesStart<'_>) -> Result<Value, String> {
        let (mut formula, mut stored, mut inline) = (false, None, None);
        loop {
            match xml.next()? {
                Event::Start(start) => match start.local_name().as_ref() {
                    "f" => {
                        formula = true;
                        xml.skip()?;
                    }
                    "v" => stored = Some(xml.text()?),
                    "is" => inline = Some(rich_text(xml)?),
                    _ => xml.skip()?,
                },
                Event::End(_) => break,
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
        let kind = attribute(start, "t")?;
        let look = number(start, "s")?.and_then(|style| self.whole.looks.get(usize::try_from(style).ok()?));
        let look = look.unwrap_or(&Look::Plain);
        let Some(stored) = stored else {
            return Ok(match inline {
                Some(text) => Value::Text(text),
                None if formula => Value::Fault(UNVALUED.into()),
                None => Value::Empty,
            });
        };
        let text = stored.trim();
        Ok(match kind.as_deref() {
            Some("str") => Value::Text(unescaped(stored)),
            _ if text.is_empty() && formula => Value::Fault(UNVALUED.into()),
            _ if text.is_empty() => Value::Empty,
            Some("s") => {
                let string = text.parse().ok().and_then(|index: usize| self.whole.strings.get(index));
                Value::Text(string.ok_or_else(|| unreadable("нет текста, на который ссылается ячейка"))?.clone())
            }
            Some("inlineStr") => Value::Text(inline.unwrap_or(stored)),
            Some("b") => Value::yes_or_no(is_true(Some(text))),
            Some("e") => Value::Error,
            Some("d") => super::ods::day(text).map_or(Value::Time, Value::Date),
            _ => self.number(text, look),
        })
    }

    fn number(&self, text: &str, look: &Look) -> Value {
        let Ok(number) = text.parse::<f64>() else { return Value::Error };
        match look {
            Look::Plain => Value::number(number),
            Look::Day => self.day(number).map_or(Value::Time, Value::Date),
            Look::Time => Value::Time,
            Look::Number(sections) => shown::number(number, sections),
            Look::Other => Value::Fault(
                "формат ячейки показывает число иначе, чем оно записано (дробь, степень, условие); впишите значение текстом"
                    .into(),
            ),
        }
    }

    /// The day that a number stands for, counted from 1900 or from 1904 as the workbook says.
    fn day(&self, number: f64) -> Option<NaiveDate> {
        if !(1.0..2_958_466.0).contains(&number) {
            return None;
        }
        #[allow(clippy::cast_possible_truncation)] // bounded above
        let days = number.floor() as i64;
        let first = match (self.whole.since_1904, days) {
            (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
            // Excel's 1900 has a 29th of February, its day 60.
            (false, ..60) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
            (false, _) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
        };
        first.checked_add_signed(Duration::days(days))
    }
}

/// Whether a row or column is hidden, or has no size.
fn is_hidden(start: &BytesStart<'_>, size: &str) -> Result<bool, String> {
    let size = attribute(start, size)?.and_then(|size| size.parse::<f64>().ok());
    Ok(is_true(attribute(start, "hidden")?.as_deref()) || size == Some(0.0))
}

/// Row and column, from 0, of «B12».
fn place_of(text: &str) -> Option<(u64, u64)> {
    let text = text.replace('$', "");
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = text.split_at(letters);
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = column.bytes().fold(0u64, |sum, c| sum * 26 + u64::from(c.to_ascii_uppercase() - b'A') + 1);
    Some((row.parse::<u64>().ok()?.checked_sub(1)?, column - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_places_and_names_are_read() {
        assert_eq!(unescaped("а_x000D_б_x_xZZZZ__x0041".into()), "а\rб_x_xZZZZ__x0041");
        assert_eq!(place_of("B12"), Some((11, 1)));
        assert_eq!(place_of("$AA$1"), Some((0, 26)));
        assert_eq!((place_of("A0"), place_of("12"), place_of("ABCD1"), place_of("")), (None, None, None, None));
        assert_eq!(resolved("xl/worksheets/../a/./b.xml"), "xl/a/b.xml");
    }
}
