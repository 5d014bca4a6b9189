//! What is wrong in a layout: every fault with its line, not only the first.
//!
//! A reader stops at the first thing it does not understand. So that a school need not mend its layout one run at a time,
//! a layout that was not read is taken apart: its keys are held against those of the built-in layout, and each of its
//! values is read in place of the built-in one, alone.

use crate::error::of_toml::{in_russian, line};
use serde::de::DeserializeOwned;
use std::fmt;
use toml::de::{DeTable, DeValue, Error};
use toml::{Spanned, Table, Value};

/// How alike a misspelt key is to the one that was meant, by Jaro and Winkler.
const ALIKE: f64 = 0.8;

/// Something wrong in a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in Russian.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// The faults of a text that is no `T`: line and message. `first` is what the reader said.
pub(super) fn diagnose<T: DeserializeOwned>(text: &str, built_in: &str, first: &Error) -> Vec<(usize, String)> {
    let reader = || vec![(line(text, first.span().map_or(0, |span| span.start)), in_russian(first.message()))];
    let (Ok(theirs), Ok(ours)) = (DeTable::parse(text), built_in.parse::<Table>()) else { return reader() };
    let mut taking = Taking { text, ours: &ours, faults: Vec::new(), missing: Vec::new() };
    taking.table::<T>(theirs.get_ref(), 0, &ours, &mut Vec::new());
    let Taking { mut faults, mut missing, .. } = taking;
    faults.sort_by_key(|(line, _)| *line);
    // A key that is missing may be one that was misspelt: that is told first.
    faults.append(&mut missing);
    if faults.is_empty() { reader() } else { faults }
}

/// A layout being taken apart.
struct Taking<'a> {
    text: &'a str,
    /// The whole built-in layout.
    ours: &'a Table,
    faults: Vec<(usize, String)>,
    /// Keys that are not there, with the lines of their sections.
    missing: Vec<(usize, String)>,
}

impl Taking<'_> {
    fn fault(&mut self, at: usize, what: String) {
        self.faults.push((line(self.text, at), what));
    }

    /// Holds a section, which begins at `begins`, against the built-in one; `path` leads to it.
    fn table<T: DeserializeOwned>(
        &mut self,
        theirs: &DeTable<'_>,
        begins: usize,
        ours: &Table,
        path: &mut Vec<String>,
    ) {
        for key in ours.keys().filter(|key| theirs.keys().all(|known| known.get_ref().as_ref() != *key)) {
            let section =
                if path.is_empty() { String::new() } else { format!(" в разделе [{}]", path.join(".")) };
            self.missing.push((line(self.text, begins), format!("нет ключа {key}{section}")));
        }
        for (key, value) in theirs {
            let name = key.get_ref().to_string();
            let Some(ours) = ours.get(&name) else {
                let alike = |known: &&String| strsim::jaro_winkler(known, &name);
                let nearest = ours.keys().max_by(|one, other| alike(one).total_cmp(&alike(other)));
                let nearest = nearest.filter(|known| alike(known) > ALIKE).map(|known| format!("; похож {known}"));
                self.fault(key.span().start, format!("ключа {name} здесь не бывает{}", nearest.unwrap_or_default()));
                continue;
            };
            path.push(name);
            match (value.get_ref(), ours) {
                (DeValue::Table(theirs), Value::Table(ours)) => self.table::<T>(theirs, key.span().start, ours, path),
                _ => self.value::<T>(value, ours, path),
            }
            path.pop();
        }
    }

    /// Reads a value in place of the built-in one.
    fn value<T: DeserializeOwned>(&mut self, theirs: &Spanned<DeValue<'_>>, ours: &Value, path: &[String]) {
        let Some(value) = self.plain(theirs) else { return };
        let Err(fault) = self.try_with::<T>(value, path) else { return };
        let before = self.faults.len();
        if let (DeValue::Array(theirs), Value::Array(ours)) = (theirs.get_ref(), ours) {
            for element in theirs.iter() {
                let Some(value) = self.plain(element) else { continue };
                // A column stands in for the built-in column of its field, a line of text for all lines.
                let field = value.get("field").cloned();
                let twin = ours.iter().position(|column| field.is_some() && column.get("field") == field.as_ref());
                let array = match twin {
                    Some(at) => {
                        ours.iter().enumerate().map(|(i, own)| if i == at { &value } else { own }).cloned().collect()
                    }
                    None => vec![value.clone()],
                };
                let is_column = ours.first().is_some_and(|own| own.get("field").is_some());
                if let Err(fault) = self.try_with::<T>(Value::Array(array), path)
                    && (twin.is_some() || !is_column)
                {
                    self.fault(element.span().start, fault);
                }
            }
        }
        if self.faults.len() == before {
            self.fault(theirs.span().start, fault);
        }
    }

    /// The built-in layout with one value exchanged, read.
    fn try_with<T: DeserializeOwned>(&self, value: Value, path: &[String]) -> Result<(), String> {
        let mut layout = self.ours.clone();
        let Some((last, sections)) = path.split_last() else { return Ok(()) };
        let mut table = &mut layout;
        for section in sections {
            let Some(Value::Table(inner)) = table.get_mut(section) else { return Ok(()) };
            table = inner;
        }
        table.insert(last.clone(), value);
        T::deserialize(layout).map(|_| ()).map_err(|fault| in_russian(fault.message()))
    }

    fn plain(&self, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let text = self.text.get(value.span())?;
        format!("value = {text}").parse::<Table>().ok()?.remove("value")
    }
}
