//! The members of a workbook and the XML in them, event by event.
//!
//! A workbook is a stranger's zip file. Its directory is looked at before anything is unpacked; what unpacks, how deep
//! elements lie in each other and how long one tag or text is are bounded while it is read, so that no member costs more
//! memory than it may, whatever its directory says.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::cell::Cell;
use std::collections::HashSet;
use std::io::{BufReader, Cursor, Read};
use std::rc::Rc;
use zip::ZipArchive;

/// The most that all members may unpack to, in bytes.
const UNPACKED: u64 = 512 << 20;
/// The most members.
const MEMBERS: usize = 4096;
/// How much more than its file a workbook may unpack to, beyond what [`SMALL`] allows any: its XML packs 10 to 60 times.
const RATIO: u64 = 200;
/// What any workbook may unpack to, in bytes.
const SMALL: u64 = 32 << 20;
/// The longest tag or text, in bytes; a cell holds 32,767 characters at most.
const EVENT: u64 = 1 << 20;
/// The most elements within each other.
const DEPTH: usize = 256;
/// The longest small member (relations, a manifest), in bytes.
const NOTE: u64 = 8 << 20;

/// The members of a workbook.
pub struct Members<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Their names in lower case with `/`, as they are asked for.
    names: Vec<String>,
    left: Rc<Cell<u64>>,
}

/// What is wrong with a workbook that cannot be read at all.
pub fn unreadable(cause: impl std::fmt::Display) -> String {
    let cause = in_russian(&cause.to_string());
    format!(
        "файл повреждён или не является таблицей ({cause}); откройте его в редакторе таблиц и сохраните заново как XLSX"
    )
}

/// What the libraries say is English, and tells a school nothing.
fn in_russian(cause: &str) -> String {
    let is_russian = cause.chars().any(|c| matches!(c, '\u{400}'..='\u{52f}'));
    match cause {
        cause if is_russian => cause.to_owned(),
        cause if cause.contains("EOCD") || cause.to_ascii_lowercase().contains("invalid zip") => {
            "он обрезан, или это не книга XLSX или ODS".to_owned()
        }
        cause if cause.contains("checksum") || cause.contains("deflate") => "часть его испорчена".to_owned(),
        _ => "его части не читаются".to_owned(),
    }
}

fn key(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_lowercase()
}

impl<'a> Members<'a> {
    /// Looks at the directory of a workbook.
    ///
    /// # Errors
    /// No zip; too many members, two of one name, members that share bytes or claim to unpack to too much.
    pub fn of(bytes: &'a [u8]) -> Result<Self, String> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
        if zip.len() > MEMBERS {
            return Err(unreadable(format!("в архиве больше {MEMBERS} файлов")));
        }
        let (mut names, mut seen, mut packed, mut claimed) = (Vec::new(), HashSet::new(), 0u64, 0u64);
        for index in 0..zip.len() {
            let member = zip.by_index_raw(index).map_err(unreadable)?;
            let name = key(&member.name().map_err(unreadable)?);
            packed = packed.saturating_add(member.compressed_size());
            claimed = claimed.saturating_add(member.size());
            if !seen.insert(name.clone()) {
                return Err(unreadable("в архиве два файла с одним именем"));
            }
            names.push(name);
        }
        if packed > bytes.len() as u64 || zip.has_overlapping_entries().map_err(unreadable)? {
            return Err(unreadable("файлы архива лежат друг на друге"));
        }
        let most = UNPACKED.min(SMALL + RATIO * bytes.len() as u64);
        if claimed > most {
            return Err(too_large(most));
        }
        Ok(Self { zip, names, left: Rc::new(Cell::new(most)) })
    }

    /// Whether there is a member of this name.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(&key(name))
    }

    /// The member of this name as XML.
    ///
    /// # Errors
    /// There is none.
    pub fn xml(&mut self, name: &str) -> Result<Xml<'_>, String> {
        let (left, since) = (Rc::clone(&self.left), Rc::new(Cell::new(0)));
        let bounded = Bounded { inner: self.open(name)?, left, since: Rc::clone(&since) };
        let mut reader = Reader::from_reader(BufReader::new(bounded));
        reader.config_mut().expand_empty_elements = true;
        Ok(Xml { reader, buffer: Vec::new(), since, depth: 0 })
    }

    /// A short member as text; nothing where there is none, or it is no text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let (mut text, left) = (String::new(), Rc::clone(&self.left));
        let member = Bounded { inner: self.open(name).ok()?, left, since: Rc::new(Cell::new(0)) };
        member.take(NOTE).read_to_string(&mut text).ok()?;
        Some(text)
    }

    fn open(&mut self, name: &str) -> Result<Box<dyn Read + '_>, String> {
        let index = self.names.iter().position(|known| *known == key(name));
        let index = index.ok_or_else(|| unreadable(format!("в нём нет {name}")))?;
        Ok(Box::new(self.zip.by_index(index).map_err(unreadable)?))
    }
}

fn too_large(most: u64) -> String {
    format!("файл распаковывается больше чем в {} МБ; это не таблица школы", most >> 20)
}

/// A member that is read no further than it may be.
struct Bounded<'a> {
    inner: Box<dyn Read + 'a>,
    left: Rc<Cell<u64>>,
    since: Rc<Cell<u64>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.ok_or_else(|| std::io::Error::other("распаковывается больше, чем бывает таблица школы"))?);
        self.since.set(self.since.get() + read as u64);
        if self.since.get() > EVENT {
            return Err(std::io::Error::other("один текст длиннее 1 МБ"));
        }
        Ok(read)
    }
}

/// XML that is read event by event.
pub struct Xml<'a> {
    reader: Reader<BufReader<Bounded<'a>>>,
    buffer: Vec<u8>,
    since: Rc<Cell<u64>>,
    depth: usize,
}

impl Xml<'_> {
    /// The next event.
    ///
    /// # Errors
    /// What is no XML, or beyond the bounds.
    pub fn next(&mut self) -> Result<Event<'_>, String> {
        self.buffer.clear();
        self.since.set(0);
        let event = self.reader.read_event_into(&mut self.buffer).map_err(unreadable)?;
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > DEPTH {
            return Err(unreadable("в нём слишком много вложенных частей"));
        }
        Ok(event)
    }

    /// Passes over what is within the element whose start was read last, its end included.
    ///
    /// # Errors
    /// As [`Self::next`]; an end before it.
    pub fn skip(&mut self) -> Result<(), String> {
        let mut within = 1usize;
        while within > 0 {
            match self.next()? {
                Event::Start(_) => within += 1,
                Event::End(_) => within -= 1,
                Event::Eof => return Err(cut()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The text within the element whose start was read last, whatever elements stand in it.
    ///
    /// # Errors
    /// As [`Self::skip`].
    pub fn text(&mut self) -> Result<String, String> {
        let (mut within, mut out) = (1usize, String::new());
        while within > 0 {
            match self.next()? {
                Event::Start(_) => within += 1,
                Event::End(_) => within -= 1,
                Event::Eof => return Err(cut()),
                event => push_text(&event, &mut out)?,
            }
            bounded(&out)?;
        }
        Ok(out)
    }
}

/// Adds the text of an event, if it has any.
pub fn push_text(event: &Event<'_>, out: &mut String) -> Result<(), String> {
    match event {
        Event::Text(text) => out.push_str(&text.xml10_content()),
        Event::CData(text) => out.push_str(&text.xml10_content()),
        Event::GeneralRef(reference) => match resolve_xml_entity(reference) {
            Some(text) => out.push_str(text),
            None => out.extend(reference.resolve_char_ref().map_err(unreadable)?),
        },
        _ => {}
    }
    Ok(())
}

/// Whether a text that grows is not longer than one may be.
pub fn bounded(text: &str) -> Result<(), String> {
    if text.len() as u64 > EVENT { Err(unreadable("один текст длиннее 1 МБ")) } else { Ok(()) }
}

/// XML that ends too early.
pub fn cut() -> String {
    unreadable("файл кончается раньше времени")
}

/// An attribute, by its name without a prefix (`id` for `r:id`).
pub fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(unreadable)?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(unreadable)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}
