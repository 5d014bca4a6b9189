//! Setting text: measuring it, breaking it into lines, putting the lines into cells.
//!
//! Lines break at spaces, and running text between syllables too. A word wider than its column breaks after a hyphen or a
//! stroke if it has one, else between syllables, else between letters: nothing is cut off and nothing runs over an edge.
//! What needs more lines makes its row higher, which is the
//! business of whoever builds the row; here only [`Block::height`] is said.

use crate::print::fonts::{Face, Family, MM_PER_PT, Shaped, Shaper};
use crate::print::page::{Area, Page, Place, TextRun};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Distance between baselines, in em: room for «Й» over «у».
const LEADING: f32 = 1.2;
/// Of which this much is above the baseline, in em.
const ABOVE: f32 = 0.945;
/// How far the mark of a note is raised, in em of the text it follows.
const NOTE_RISE: f32 = 0.24;
/// And how far it stands off, in em, so that «3» and «1)» are not read as one number.
const NOTE_GAP: f32 = 0.15;
/// The part of a line that may stay empty before a word of running text is divided.
const HYPHENATION_ZONE: f32 = 0.15;
/// Letters that stay together on either side of a hyphen.
const LEAST_PART: usize = 3;
/// Side bearings and rounding may let a line that just fits stick out by this, in mm.
const SLACK: f32 = 0.02;

/// A face at a size in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    /// The face.
    pub face: Face,
    /// The size in points.
    pub size: f32,
}

impl Type {
    /// Distance between the baselines of two lines, in mm.
    pub fn leading(self) -> f32 {
        LEADING * self.size * MM_PER_PT
    }

    /// From the upper edge of a line to its baseline, in mm.
    pub fn above(self) -> f32 {
        ABOVE * self.size * MM_PER_PT
    }
}

/// Where lines stand between the left and the right edge of their cell (for turned text, between bottom and top).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the beginning.
    Left,
    /// In the middle.
    Centre,
    /// At the end.
    Right,
}

/// Where lines stand between the top and the bottom edge of their cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// At the top.
    Top,
    /// In the middle.
    Middle,
    /// At the bottom.
    Bottom,
}

/// Room between text and the edges of its cell, in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pad {
    /// Left and right.
    pub x: f32,
    /// Above and below.
    pub y: f32,
}

/// Text broken into lines.
#[derive(Debug, Clone)]
pub struct Block {
    /// Face and size.
    pub kind: Type,
    /// The lines.
    pub lines: Vec<Arc<Shaped>>,
    /// The lines that end within a word, by their index.
    pub divided: Vec<Division>,
}

/// A line that ends within a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// The index of the line.
    pub line: usize,
    /// Whether its last character is a hyphen that the word has not.
    pub hyphen: bool,
}

impl Block {
    /// Lines each of which ends with a word.
    pub fn of_lines(kind: Type, lines: Vec<Arc<Shaped>>) -> Self {
        Self { kind, lines, divided: Vec::new() }
    }

    /// What the lines say together, as it was before it was broken into them.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (i, line) in self.lines.iter().enumerate() {
            text.push_str(&line.text);
            match self.divided.iter().find(|division| division.line == i) {
                Some(Division { hyphen: true, .. }) => drop(text.pop()),
                Some(_) => {}
                None if i + 1 < self.lines.len() => text.push(' '),
                None => {}
            }
        }
        text
    }

    /// Some of its lines.
    pub fn part(&self, lines: Range<usize>) -> Self {
        let count = self.lines.len();
        let (begins, ends) = (lines.start.min(count), lines.end.min(count));
        let here = self.divided.iter().filter(|division| (begins..ends).contains(&division.line));
        let divided = here.map(|division| Division { line: division.line - begins, ..*division }).collect();
        Self { kind: self.kind, lines: self.lines[begins..ends].to_vec(), divided }
    }

    /// The height of all lines, in mm.
    pub fn height(&self) -> f32 {
        self.lines.len() as f32 * self.kind.leading()
    }

    /// The width of the widest line, in mm.
    pub fn width(&self) -> f32 {
        self.lines.iter().map(|line| line.width_mm(self.kind.size)).fold(0.0, f32::max)
    }
}

/// Breaks and measures text.
pub struct Typesetter {
    shaper: Shaper,
    /// The families that text and grids are set in.
    families: [Family; 2],
}

impl Typesetter {
    /// Sets text in these families: what asks for a serif face gets one of `text`, what asks for one without of `grid`.
    pub fn new(shaper: Shaper, text: Family, grid: Family) -> Self {
        Self { shaper, families: [text, grid] }
    }

    fn shape(&self, kind: Type, text: &str) -> Arc<Shaped> {
        let [of_text, of_grid] = self.families;
        let (family, bold) = match kind.face {
            Face::Serif => (of_text, false),
            Face::SerifBold => (of_text, true),
            Face::Sans => (of_grid, false),
            Face::SansBold => (of_grid, true),
        };
        let face = match (family, bold) {
            (Family::Serif, false) => Face::Serif,
            (Family::Serif, true) => Face::SerifBold,
            (Family::Sans, false) => Face::Sans,
            (Family::Sans, true) => Face::SansBold,
        };
        self.shaper.shape(face, text)
    }

    /// The width of a text on one line, in mm.
    pub fn width(&self, kind: Type, text: &str) -> f32 {
        self.shape(kind, text).width_mm(kind.size)
    }

    /// The width of the widest word of a text, in mm.
    pub fn widest_word(&self, kind: Type, text: &str) -> f32 {
        text.split_whitespace().map(|word| self.width(kind, word)).fold(0.0, f32::max)
    }

    /// The text on a single line, however long.
    pub fn line(&self, kind: Type, text: &str) -> Block {
        Block::of_lines(kind, vec![self.shape(kind, text)])
    }

    /// The text in lines no wider than `width` mm, broken between words, and within one only where it is wider than the
    /// line. An empty text has no lines.
    pub fn wrap(&self, kind: Type, text: &str, width: f32) -> Block {
        self.broken(kind, text, width, f32::INFINITY)
    }

    /// As [`Self::wrap`] for running text: a word that would leave a good part of the line empty is divided between
    /// syllables, though never on two lines in a row.
    pub fn hyphenate(&self, kind: Type, text: &str, width: f32) -> Block {
        self.broken(kind, text, width, width * HYPHENATION_ZONE)
    }

    /// Breaks a text; a word is divided where it would otherwise leave more than `zone` mm of the line empty.
    fn broken(&self, kind: Type, text: &str, width: f32, zone: f32) -> Block {
        let room = width + SLACK;
        let space = self.width(kind, " ");
        let (mut lines, mut divisions): (Vec<String>, Vec<Division>) = Default::default();
        let (mut line, mut used, mut divided) = (String::new(), 0.0, false);
        for word in &self.unbroken(kind, text, room) {
            let word = word.as_ref();
            let mut rest = Cow::Borrowed(word);
            if !line.is_empty() {
                let left = room - used - space;
                if self.width(kind, word) <= left {
                    line.push(' ');
                    line.push_str(word);
                    used += space + self.width(kind, word);
                    continue;
                }
                let cut = (left >= zone && !divided).then(|| self.syllables_that_fit(kind, word, left)).flatten();
                if let Some(cut) = cut {
                    line.push(' ');
                    line.push_str(&word[..cut]);
                    line.push('-');
                    divisions.push(Division { line: lines.len(), hyphen: true });
                    rest = Cow::Owned(word[cut..].to_owned());
                }
                divided = cut.is_some();
                lines.push(std::mem::take(&mut line));
            }
            while self.width(kind, &rest) > room {
                let (first, next) = self.cut(kind, &rest, room);
                if next.is_empty() {
                    break;
                }
                divided = first.ends_with('-');
                divisions.push(Division { line: lines.len(), hyphen: first.len() + next.len() > rest.len() });
                lines.push(first);
                rest = Cow::Owned(next);
            }
            used = self.width(kind, &rest);
            line.push_str(&rest);
        }
        if !line.is_empty() {
            lines.push(line);
        }
        let lines = lines.iter().map(|line| self.shape(kind, line)).collect();
        Block { kind, lines, divided: divisions }
    }

    /// The words of a text; what must not stand alone at the end of a line («№», «с.», an initial, a preposition, a number
    /// before its noun) is one with the next, what must not begin one (a percent sign, a dash, initials after their
    /// surname) with the one before, unless the two are wider than the line.
    fn unbroken<'t>(&self, kind: Type, text: &'t str, room: f32) -> Vec<Cow<'t, str>> {
        let mut words: Vec<Cow<'t, str>> = Vec::new();
        for word in text.split_whitespace() {
            let joined = words
                .last()
                .filter(|last| leans_on_next(last) || leans_on_last(word) || are_one(last, word))
                .map(|last| format!("{last} {word}"));
            match joined.filter(|joined| self.width(kind, joined) <= room) {
                Some(joined) => {
                    words.pop();
                    words.push(joined.into());
                }
                None => words.push(word.into()),
            }
        }
        words
    }

    /// Where to divide a word so that its beginning and a hyphen fit into `room`: the last place between two syllables.
    fn syllables_that_fit(&self, kind: Type, word: &str, room: f32) -> Option<usize> {
        let begins = word.find(char::is_alphabetic)?;
        let ends = word[begins..].find(|c: char| !c.is_alphabetic()).map_or(word.len(), |at| begins + at);
        let core = &word[begins..ends];
        let small = core.to_lowercase();
        // An abbreviation is not divided, nor a word whose letters change their length when they become small.
        if core.chars().skip(1).any(char::is_uppercase) || small.len() != core.len() {
            return None;
        }
        let mut at = begins;
        let places = hypher::hyphenate_bounded(&small, hypher::Lang::Russian, LEAST_PART, LEAST_PART).map(|part| {
            at += part.len();
            at
        });
        let fits = |at: &usize| self.width(kind, &format!("{}-", &word[..*at])) <= room;
        places.filter(|at| *at < ends).take_while(fits).last()
    }

    /// Breaks a word too wide for `room`: after the last hyphen or stroke that leaves a first part that fits, else
    /// between syllables, else after the last letter that fits; after one letter at least, for a column narrower than a
    /// letter still ends.
    fn cut(&self, kind: Type, word: &str, room: f32) -> (String, String) {
        let shaped = self.shape(kind, word);
        let (mut used, mut fits) = (0.0, 0);
        for glyph in &shaped.glyphs {
            used += glyph.x_advance * kind.size * MM_PER_PT;
            if used > room {
                break;
            }
            fits = glyph.text_range.end;
        }
        let first = word.chars().next().map_or(0, char::len_utf8);
        // A letter may be narrower before the one after it («Р.») than at the end of a line.
        while fits > first && self.width(kind, &word[..fits]) > room {
            fits = word[..fits].char_indices().next_back().map_or(0, |(at, _)| at);
        }
        let hard = fits.max(first);
        // Nor does a stop or a bracket stand on a line by itself.
        let is_sign = (1..=2).contains(&word[hard..].chars().count()) && !word[hard..].contains(char::is_alphanumeric);
        let before = word[..hard].char_indices().next_back().map_or(hard, |(at, _)| at.max(first));
        let hard = if is_sign { before } else { hard };
        let split = |at: usize, mark: &str| (format!("{}{mark}", &word[..at]), word[at..].to_owned());
        if let Some(at) = word[..hard].rfind(['-', '–', '/']) {
            return split(at + word[at..].chars().next().map_or(1, char::len_utf8), "");
        }
        match self.syllables_that_fit(kind, word, room) {
            Some(at) => split(at, "-"),
            None => split(hard, ""),
        }
    }
}

/// Words that stand before another and never at the end of a line.
const PREPOSITIONS: [&str; 22] = [
    "в", "во", "к", "ко", "с", "со", "у", "о", "об", "обо", "на", "за", "из", "от", "до", "по", "при", "под", "над",
    "для", "без", "про",
];

/// Whether a word belongs to the one after it: a sign or an abbreviation before a number, an initial before a name, a
/// preposition.
fn leans_on_next(word: &str) -> bool {
    let last = last_of(word);
    is_initial(last)
        || ["№", "§", "с.", "стр.", "п.", "П.", "упр.", "гл.", "л.", "кл.", "г."].contains(&last)
        || PREPOSITIONS.contains(&last.to_lowercase().as_str())
}

/// The last of words that are one already, without what opens before it.
fn last_of(words: &str) -> &str {
    words.rsplit(' ').next().unwrap_or(words).trim_start_matches(['(', '«'])
}

/// «И.»
fn is_initial(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.as_str() == "."
}

/// Whether a word belongs to the one before it by what both are: a noun to its number («8 класс», «IV четверть», «7 «А»»),
/// initials to their surname, a date to what was done on it («зачислена 12.11»).
fn are_one(before: &str, word: &str) -> bool {
    let last = last_of(before);
    let is_number = last.chars().all(|c| c.is_ascii_digit()) || last.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    let is_surname = last.chars().next().is_some_and(char::is_uppercase) && last.chars().count() > 1;
    let ends_whole = last.chars().next_back().is_some_and(char::is_alphabetic);
    let initial = is_initial(word.trim_end_matches([',', ';', ')']));
    let is_participle = ends_whole && last.chars().all(char::is_lowercase);
    let is_date = word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.') && !word.ends_with('.');
    (is_number && word.trim_start_matches('«').starts_with(char::is_alphabetic))
        || (is_surname && ends_whole && initial)
        || (is_participle && is_date)
}

/// Whether a word belongs to the one before it: a percent sign, a dash.
fn leans_on_last(word: &str) -> bool {
    matches!(word.trim_end_matches([',', '.', ';', ':', ')', '»']), "%" | "—")
}

/// How a block is put into its cell.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Between left and right.
    pub align: Align,
    /// Between top and bottom.
    pub stand: Stand,
    /// Room around the text.
    pub pad: Pad,
}

impl Page {
    /// Puts the block into a cell, reading from left to right.
    pub fn put(&mut self, block: &Block, cell: Area, setting: Setting, place: Place) {
        let kind = block.kind;
        let top = beginning(cell.y, cell.h, setting.pad.y, block.height(), setting.stand);
        for (i, shaped) in block.lines.iter().enumerate() {
            let x = across(cell.x, cell.w, setting.pad.x, shaped.width_mm(kind.size), setting.align);
            let y = top + i as f32 * kind.leading() + kind.above();
            let shaped = Arc::clone(shaped);
            self.runs.push(TextRun { shaped, size: kind.size, x, y, turned: false, place, cell, seal: false });
        }
    }

    /// Puts the block into a cell and the mark of a note, raised, behind its first line.
    pub fn put_noted(&mut self, block: &Block, note: &Block, cell: Area, setting: Setting, place: Place) {
        let begins = self.runs.len();
        let gap = NOTE_GAP * block.kind.size * MM_PER_PT;
        let without = Area { w: cell.w - gap - note.width(), ..cell };
        self.put(block, without, setting, place);
        let Some(first) = self.runs.get(begins).cloned() else { return };
        let x = first.x + first.shaped.width_mm(first.size) + gap;
        let y = first.y - NOTE_RISE * block.kind.size * MM_PER_PT;
        self.runs.extend(note.lines.first().map(|mark| TextRun {
            shaped: Arc::clone(mark),
            size: note.kind.size,
            x,
            y,
            ..first
        }));
        self.runs[begins..].iter_mut().for_each(|run| run.cell = cell);
    }

    /// Puts the block into a cell, reading upwards; the lines follow each other from left to right.
    pub fn put_turned(&mut self, block: &Block, cell: Area, setting: Setting, place: Place) {
        let kind = block.kind;
        let left = beginning(cell.x, cell.w, setting.pad.x, block.height(), setting.stand);
        for (i, shaped) in block.lines.iter().enumerate() {
            let along = across(0.0, cell.h, setting.pad.y, shaped.width_mm(kind.size), setting.align);
            let x = left + i as f32 * kind.leading() + ABOVE * kind.size * MM_PER_PT;
            let (shaped, y) = (Arc::clone(shaped), cell.bottom() - along);
            self.runs.push(TextRun { shaped, size: kind.size, x, y, turned: true, place, cell, seal: false });
        }
    }
}

fn beginning(edge: f32, room: f32, pad: f32, needed: f32, stand: Stand) -> f32 {
    match stand {
        Stand::Top => edge + pad,
        Stand::Middle => edge + (room - needed) / 2.0,
        Stand::Bottom => edge + room - pad - needed,
    }
}

fn across(edge: f32, room: f32, pad: f32, needed: f32, align: Align) -> f32 {
    match align {
        Align::Left => edge + pad,
        Align::Centre => edge + (room - needed) / 2.0,
        Align::Right => edge + room - pad - needed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: Type = Type { face: Face::Serif, size: 9.0 };

    fn typesetter() -> Typesetter {
        Typesetter::new(Shaper::new().unwrap(), Family::Serif, Family::Sans)
    }

    fn texts(block: &Block) -> Vec<&str> {
        block.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn lines_break_at_spaces_and_only_where_they_must() {
        let set = typesetter();
        let width = set.width(BODY, "сложение и");
        assert_eq!(texts(&set.wrap(BODY, "сложение и вычитание", width)), ["сложение и", "вычитание"]);
        assert_eq!(texts(&set.wrap(BODY, "сложение и", width)), ["сложение и"]);
        assert_eq!(texts(&set.wrap(BODY, "сложение и", width - 0.5)), ["сложение", "и"]);
    }

    #[test]
    fn a_percent_sign_and_a_dash_begin_no_line() {
        let set = typesetter();
        let width = set.width(BODY, "составила 98,2") + 0.5;
        assert_eq!(texts(&set.wrap(BODY, "составила 98,2 %", width)), ["составила", "98,2 %"]);
        assert_eq!(texts(&set.wrap(BODY, "составила 98,2 %.", width)), ["составила", "98,2 %."]);
        let width = set.width(BODY, "качество — 98,2");
        assert_eq!(texts(&set.wrap(BODY, "качество — 98,2 %", width)), ["качество —", "98,2 %"]);
    }

    #[test]
    fn a_word_too_long_breaks_after_its_hyphen_first() {
        let set = typesetter();
        let width = set.width(BODY, "Заречная-П");
        assert_eq!(texts(&set.wrap(BODY, "Заречная-Подгорная", width)), ["Заречная-", "Подгорная"]);
    }

    #[test]
    fn a_word_without_hyphens_breaks_between_syllables_and_without_those_between_letters() {
        let set = typesetter();
        let broken = |word: &str| {
            let block = set.wrap(BODY, word, 12.0);
            assert!(block.width() <= 12.0 + SLACK);
            texts(&block).join("|")
        };
        assert_eq!(broken("рентгеноэлектрокардиография"), "рентге-|ноэлек-|трокар-|диогра-|фия");
        assert_eq!(broken("ШШШШШШШШ"), "ШШШШ|ШШШШ");
    }

    #[test]
    fn a_stop_is_not_left_alone_where_its_word_has_no_room() {
        let set = typesetter();
        assert_eq!(texts(&set.wrap(BODY, "полуг.", set.width(BODY, "полуг") + 0.01)), ["полу", "г."]);
    }

    #[test]
    fn running_text_is_divided_where_a_line_would_stay_empty_but_not_twice_in_a_row() {
        let set = typesetter();
        let text = "Составление математической модели рациональными последовательностями преобразований";
        let block = set.hyphenate(BODY, text, 34.0);
        let lines = texts(&block);
        assert_eq!(
            lines,
            ["Составление матема-", "тической модели", "рациональными", "последовательно-", "стями", "преобразований"]
        );
        assert!(texts(&set.wrap(BODY, text, 50.0)).iter().all(|line| !line.ends_with('-')));
    }

    #[test]
    fn a_sign_and_its_number_an_initial_and_its_name_stay_together() {
        let set = typesetter();
        let broken = |text: &str, width: &str| texts(&set.wrap(BODY, text, set.width(BODY, width))).join("|");
        assert_eq!(broken("пересказ (с. 244–245)", "пересказ (с. 2"), "пересказ|(с. 244–245)");
        assert_eq!(broken("роман А. С. Пушкина", "А. С. Пушкина"), "роман|А. С. Пушкина");
        assert_eq!(broken("упражнение № 5", "упражнение №"), "упражнение|№ 5");
        assert_eq!(broken("№ 123456789", "№ 1234567"), "№|123456789", "wider than the line");
    }

    #[test]
    fn no_preposition_initial_or_number_stands_alone_at_the_end_of_a_line() {
        let set = typesetter();
        let broken = |text: &str, width: &str| texts(&set.wrap(BODY, text, set.width(BODY, width))).join("|");
        assert_eq!(broken("Сложение в столбик", "Сложение в "), "Сложение|в столбик");
        assert_eq!(broken("Переведён в 8 класс", "Переведён в 8"), "Переведён|в 8 класс");
        assert_eq!(broken("урок в 7 «А»", "урок в 7 "), "урок|в 7 «А»");
        assert_eq!(broken("учебная IV четверть", "учебная IV ч"), "учебная|IV четверть");
        assert_eq!(broken("ведёт Петрова А. А.", "ведёт Петрова А."), "ведёт|Петрова А. А.");
        assert_eq!(broken("Ли Анна, выбыла 03.02", "Ли Анна, выбыла "), "Ли Анна,|выбыла 03.02");
        assert_eq!(broken("Из истории, 12, Рим", "Из истории, 12, "), "Из истории, 12,|Рим");
    }

    #[test]
    fn abbreviations_numbers_and_short_words_stay_whole() {
        let set = typesetter();
        for word in ["МБОУ", "145–148", "урок", "ПриЛОЖЕНИЕ", "İstanbulluoğlu"] {
            assert_eq!(set.syllables_that_fit(BODY, word, 7.0), None, "{word}");
        }
        assert_eq!(set.syllables_that_fit(BODY, "«Приложение»", 15.0), Some("«Прило".len()));
    }

    #[test]
    fn an_empty_text_has_no_lines() {
        assert_eq!(typesetter().wrap(BODY, "  ", 10.0).lines.len(), 0);
    }

    #[test]
    fn lines_are_said_as_the_text_that_was_broken_into_them() {
        let set = typesetter();
        let text = "Лада-Заречная рентгеноэлектрокардиография 12/13";
        for width in [4.0, 9.0, 15.0, 30.0, 100.0] {
            assert_eq!(set.wrap(BODY, text, width).text(), text, "{width}");
            assert_eq!(set.hyphenate(BODY, text, width).text(), text, "{width}");
        }
    }

    #[test]
    fn a_letter_that_leans_under_the_next_is_measured_at_the_end_of_its_line() {
        let set = typesetter();
        let room = set.width(BODY, "ёёЁёР.") - set.width(BODY, ".") + 0.01;
        assert!(set.wrap(BODY, "ёёЁёР.", room).width() <= room);
    }

    proptest! {
        #[test]
        fn whatever_is_broken_into_lines_is_said_as_it_was(text in "[А-яЁё0-9 ,./-]{0,120}", width in 3.0f32..80.0) {
            let given = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(typesetter().wrap(BODY, &text, width).text(), given.clone());
            prop_assert_eq!(typesetter().hyphenate(BODY, &text, width).text(), given);
        }

        #[test]
        fn no_line_is_wider_than_asked_and_no_letter_is_lost(
            text in "[А-яЁё0-9 ,./«»-]{0,120}",
            width in 6.0f32..80.0,
            running in any::<bool>(),
        ) {
            let set = typesetter();
            let block = if running { set.hyphenate(BODY, &text, width) } else { set.wrap(BODY, &text, width) };
            // Kerning between a word and a space is not seen when words are measured alone.
            prop_assert!(block.width() <= width + 0.3, "{} > {width}", block.width());
            let plain = |text: &str| text.replace(|c: char| c.is_whitespace() || c == '-', "");
            let (kept, given) = (plain(&texts(&block).concat()), plain(&text));
            prop_assert_eq!(kept, given);
        }
    }
}
