//! CSV taken apart so that nothing is swallowed.
//!
//! Readers of CSV are lenient: an opened quote that is never closed takes the rest of the file with it, and one in the middle
//! of a field is a letter. Here a quote is where it belongs, at both ends of a field, or it is a letter like those of
//! «Повесть "Дубровский"», which come in pairs; anything else is a fault of its line.

use std::borrow::Cow;

/// The rows of a text, one after another.
pub struct Reader<'t> {
    rest: &'t str,
    separator: char,
    line: u64,
}

/// A row: the line on which it begins, and its fields.
pub struct Row<'t> {
    /// Line, from 1.
    pub line: u64,
    /// The fields, without the quotes around them.
    pub fields: Vec<Cow<'t, str>>,
}

/// A row that cannot be taken apart.
pub struct Broken<'w> {
    /// The line on which it begins.
    pub line: u64,
    /// What is wrong, in Russian.
    pub what: &'w str,
}

const UNCLOSED: &str =
    "кавычка открыта и не закрыта до конца файла: строки после неё не прочитаны; закройте её или удалите";
const AFTER: &str = "после закрывающей кавычки стоит текст; кавычку внутри поля удвойте, а лишнюю удалите";
const ODD: &str = "кавычка внутри поля без пары; удалите её или заключите поле в кавычки, а её удвойте";

impl Row<'_> {
    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }

    /// How many columns it has, empty ones at its end left out.
    pub fn width(&self) -> usize {
        self.fields.iter().rposition(|field| !field.trim().is_empty()).map_or(0, |last| last + 1)
    }
}

impl<'t> Reader<'t> {
    /// Begins at the heading: a line «sep=;» before it names the separator, else it is what the heading has most of.
    pub fn of(text: &'t str) -> Self {
        let (first, after) = split_line(text);
        let named = first.trim().trim_matches('"');
        let separator = named.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| &named[4..]);
        // A tab is trimmed away.
        let separator = separator.and_then(|rest| rest.chars().chain(['\t']).next());
        match separator {
            Some(separator) => Self { rest: after, separator, line: 2 },
            None => Self { rest: text, separator: most(text), line: 1 },
        }
    }

    /// Begins at the first line of a table that may have lines of text above its heading: unless a line «sep=;» names the
    /// separator, it is what most lines have more than one of.
    pub fn of_any(text: &'t str) -> Self {
        let reader = Self::of(text);
        if reader.line > 1 {
            return reader;
        }
        let lines = |c: char| text.split(['\n', '\r']).filter(|line| line.matches(c).count() > 1).count();
        let separator = [';', '\t', ','].into_iter().max_by_key(|c| (lines(*c), *c != ',', *c == ';'));
        Self { separator: separator.unwrap_or(';'), ..reader }
    }

    /// What stands between fields.
    pub fn separator(&self) -> char {
        self.separator
    }

    /// Takes one field off: it, whether the row goes on after it, and whether the row is at its end.
    fn field(&mut self) -> Result<(Cow<'t, str>, bool), &'static str> {
        if let Some(inside) = self.rest.strip_prefix('"') {
            return self.quoted(inside);
        }
        let end = self.rest.find([self.separator, '\n', '\r']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(end);
        self.rest = rest;
        if field.matches('"').count() % 2 == 1 {
            return Err(ODD);
        }
        Ok((Cow::Borrowed(field), self.goes_on()))
    }

    fn quoted(&mut self, inside: &'t str) -> Result<(Cow<'t, str>, bool), &'static str> {
        let mut from = 0;
        loop {
            let Some(at) = inside[from..].find('"').map(|at| from + at) else {
                self.rest = "";
                return Err(UNCLOSED);
            };
            if inside[at + 1..].starts_with('"') {
                from = at + 2;
                continue;
            }
            let (field, rest) = (&inside[..at], &inside[at + 1..]);
            self.line += breaks(field);
            self.rest = rest;
            if !rest.is_empty() && !rest.starts_with([self.separator, '\n', '\r']) {
                return Err(AFTER);
            }
            let field = if from > 0 { Cow::Owned(field.replace("\"\"", "\"")) } else { Cow::Borrowed(field) };
            return Ok((field, self.goes_on()));
        }
    }

    /// Passes over what ends a field; says whether another one follows in the row.
    fn goes_on(&mut self) -> bool {
        if let Some(rest) = self.rest.strip_prefix(self.separator) {
            self.rest = rest;
            return true;
        }
        self.end_line();
        false
    }

    fn end_line(&mut self) {
        let (_, after) = split_line(self.rest);
        self.rest = after;
        self.line += 1;
    }
}

impl<'t> Iterator for Reader<'t> {
    type Item = Result<Row<'t>, Broken<'static>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, mut fields) = (self.line, Vec::new());
        loop {
            match self.field() {
                Ok((field, goes_on)) => {
                    fields.push(field);
                    if !goes_on {
                        return Some(Ok(Row { line, fields }));
                    }
                }
                Err(what) => {
                    // An unclosed quote stands where it was opened, which may be lines after the row began.
                    let line = if what == UNCLOSED { self.line } else { line };
                    self.end_line();
                    return Some(Err(Broken { line, what }));
                }
            }
        }
    }
}

/// The first line of a text, and what comes after its end: LF, CR LF or CR.
fn split_line(text: &str) -> (&str, &str) {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    (line, rest.strip_prefix("\r\n").or(rest.strip_prefix(['\n', '\r'])).unwrap_or_default())
}

/// How many lines end within a text.
fn breaks(text: &str) -> u64 {
    let carriage = text.matches('\r').count() - text.matches("\r\n").count();
    (text.matches('\n').count() + carriage) as u64
}

/// The separator that the heading has most of.
fn most(text: &str) -> char {
    let heading = text.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |c: char| heading.matches(c).count();
    [';', ',', '\t'].into_iter().max_by_key(|c| (count(*c), *c == ';')).unwrap_or(';')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Read = Result<(u64, Vec<String>), (u64, &'static str)>;

    fn read(text: &str) -> Vec<Read> {
        let owned = |row: Row<'_>| (row.line, row.fields.iter().map(|field| field.to_string()).collect());
        Reader::of(text).map(|row| row.map(owned).map_err(|broken| (broken.line, broken.what))).collect()
    }

    #[test]
    fn quotes_lines_and_separators_are_read_as_spreadsheets_write_them() {
        let rows = [(1, vec!["а", "б"]), (2, vec!["5 \"А\"", "1\n2"]), (4, vec!["Повесть \"Дубровский\"", ""])];
        let expected: Vec<_> = rows
            .iter()
            .map(|(line, row)| Ok((*line, row.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>())))
            .collect();
        let text = "а;б\n\"5 \"\"А\"\"\";\"1\n2\"\nПовесть \"Дубровский\";\n";
        assert_eq!(read(text), expected);
        assert_eq!(read(&text.replace(';', "\t")), expected);
        assert_eq!(read("sep=,\r\nа,б;\r\n"), [Ok((2, vec!["а".to_owned(), "б;".to_owned()]))]);
        assert_eq!(read("sep=\t\nа\tб;\n"), [Ok((2, vec!["а".to_owned(), "б;".to_owned()]))]);
        assert_eq!(
            read("а\rб\r\rв"),
            ["а", "б", "", "в"]
                .map(str::to_owned)
                .into_iter()
                .zip(1..)
                .map(|(f, line)| Ok((line, vec![f])))
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_quote_that_is_out_of_place_is_a_fault_of_its_line() {
        let faults = |text: &str| read(text).into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert_eq!(faults("а;б\n1;\"2\n3;4\n"), [(2, UNCLOSED)]);
        assert_eq!(faults("а;б\n\"1\n1\";\"2\n3;4\n"), [(3, UNCLOSED)]);
        assert_eq!(faults("а;б\n\"1\n3;\"4\n5;6\n"), [(2, AFTER)]);
        assert_eq!(faults("а;б\n5\";2\n3;4\n"), [(2, ODD)]);
        assert_eq!(read("а;б\n5\";2\n3;4\n").last().unwrap().as_ref().unwrap().0, 3);
    }

    proptest! {
        #[test]
        fn every_row_is_read_or_named(text in "[а\";\n\r ]{0,40}") {
            let lines = read(&text);
            let mut last = 0;
            for row in &lines {
                let line = match row { Ok((line, _)) | Err((line, _)) => *line };
                prop_assert!(line > last);
                last = line;
            }
        }

        /// What is written with every field in quotes comes back.
        #[test]
        fn what_is_written_is_read(rows in prop::collection::vec(prop::collection::vec("[а\";\n ]{0,5}", 2), 1..5)) {
            let text: String = rows.iter().map(|row| {
                row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect::<Vec<_>>().join(";") + "\n"
            }).collect();
            let read: Vec<Vec<String>> = read(&format!("sep=;\n{text}")).into_iter().map(|row| row.unwrap().1).collect();
            prop_assert_eq!(read, rows);
        }
    }
}
