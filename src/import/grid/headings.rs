//! What a heading says: a day, a month, a period of a final mark, a kind of work, the number of a lesson, or that its column
//! is none of the journal's (an average, a sum). One heading may be of several cells, one below another.

use crate::import::sheet::Value;
use crate::school::{MONTHS, WEEKDAYS, WEEKDAYS_SHORT, WorkKind, fold, in_cyrillic, parse_date_or};
use chrono::{Datelike, NaiveDate};

/// A day as far as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DaySaid {
    /// With its year.
    Whole(NaiveDate),
    /// Day and month.
    OfMonth(u32, u32),
    /// The day alone.
    Day(u32),
}

/// What a final mark is of, as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinalSaid {
    /// A period by its kind's stem and its number: «II четв.».
    Period(&'static str, usize),
    /// The period that the table is of: «четверть».
    This,
    /// «Год», «Экзамен», «Итог».
    Yearly(&'static str),
}

/// What a heading says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// All of it, as it stands there.
    pub text: String,
    /// A day.
    pub day: Option<DaySaid>,
    /// A month that stands alone.
    pub month: Option<u32>,
    /// A final mark.
    pub of: Option<FinalSaid>,
    /// That the column is no lesson's and no final mark's.
    pub is_aside: bool,
    /// A kind of work, in words that the journal knows.
    pub work: Option<String>,
    /// The lesson's number in the day.
    pub lesson: Option<u8>,
    /// Why it is not certain.
    pub doubt: Option<&'static str>,
    /// What of it is not understood.
    pub rest: String,
}

/// A number that may be a day: the spreadsheet has taken a zero away.
pub const CUT: &str = "таблица хранит число: «1.1» может быть и 1 января, и 1 октября («1.10»)";

/// Words that begin the headings of columns that are none of the journal's.
const ASIDE: [&str; 20] = [
    "средн",
    "балл",
    "проп",
    "кол",
    "всего",
    "итого",
    "болезн",
    "уваж",
    "опозд",
    "примеч",
    "посещ",
    "качеств",
    "успев",
    "рейтинг",
    "долг",
    "сумма",
    "прогноз",
    "%",
    "телефон",
    "коммент",
];

/// What follows «ср» where it is an average; otherwise it is Wednesday.
const MEANS: [&str; 6] = [". о", " о", ". з", " з", ".о", ". ар"];

/// Kinds of periods, each with the stems that people write it with.
const PERIODS: [(&str, &[&str]); 4] =
    [("четв", &["четв", "чтв"]), ("полуг", &["полуг", "п/г", "пг"]), ("трим", &["трим"]), ("модул", &["модул"])];

/// Short forms of kinds of work without their points and strokes.
const WORKS: [(&str, &str); 16] = [
    ("к/р", "контрольная работа"),
    ("кр", "контрольная работа"),
    ("контр", "контрольная работа"),
    ("с/р", "самостоятельная работа"),
    ("сам", "самостоятельная работа"),
    ("п/р", "проверочная работа"),
    ("провер", "проверочная работа"),
    ("л/р", "лабораторная работа"),
    ("лр", "лабораторная работа"),
    ("пр/р", "практическая работа"),
    ("д/р", "домашняя работа"),
    ("д/з", "домашняя работа"),
    ("дикт", "диктант"),
    ("соч", "сочинение"),
    ("изл", "изложение"),
    ("отв", "ответ"),
];

/// What a cell of a heading says.
pub fn said(value: &Value) -> Said {
    let text = super::cells::text(value);
    let mut said = Said { text: text.clone(), ..Said::default() };
    match value {
        Value::Date(day) => said.day = Some(DaySaid::Whole(*day)),
        Value::Text(_) => said.read(&text),
        _ => {}
    }
    said
}

/// What several cells of one heading say together, from the top.
pub fn together(cells: impl IntoIterator<Item = Said>) -> Said {
    let mut all = Said::default();
    for cell in cells {
        if cell.text.is_empty() || all.text.split(" / ").any(|before| before == cell.text) {
            continue;
        }
        // A bare number below a whole day is the lesson's.
        match (all.day, cell.day) {
            (Some(DaySaid::Whole(_) | DaySaid::OfMonth(..)), Some(DaySaid::Day(number))) => {
                all.lesson = all.lesson.or(u8::try_from(number).ok().filter(|number| *number <= 15));
            }
            (None | Some(DaySaid::Day(_)), Some(day)) => all.day = Some(day),
            _ => {}
        }
        if !all.text.is_empty() {
            all.text += " / ";
        }
        all.text += &cell.text;
        all.month = cell.month.or(all.month);
        all.of = all.of.or(cell.of);
        all.is_aside |= cell.is_aside;
        all.work = all.work.or(cell.work);
        all.lesson = all.lesson.or(cell.lesson);
        all.doubt = all.doubt.or(cell.doubt);
        if all.rest.is_empty() {
            all.rest = cell.rest;
        }
    }
    if let (Some(DaySaid::Day(day)), Some(month)) = (all.day, all.month) {
        all.day = Some(DaySaid::OfMonth(day, month));
    }
    all
}

impl Said {
    /// Whether it says anything that a heading of a column of marks says.
    pub fn is_heading(&self) -> bool {
        self.day.is_some() || self.month.is_some() || self.of.is_some() || self.is_aside || self.work.is_some()
    }

    fn read(&mut self, text: &str) {
        let folded = fold(&in_cyrillic(text));
        let plain = fold(text);
        let is_aside = ASIDE.iter().any(|word| folded.starts_with(word) && !folded.starts_with("итогов"))
            || folded.contains("балл");
        if is_aside || MEANS.iter().any(|word| folded.strip_prefix("ср").is_some_and(|rest| rest.starts_with(word))) {
            self.is_aside = true;
            return;
        }
        self.of = final_said(&plain);
        if self.of.is_some() {
            return;
        }
        let tokens: Vec<&str> =
            plain.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')')).collect();
        let tokens: Vec<&str> = tokens.into_iter().filter(|token| !token.is_empty()).collect();
        let mut rest = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let next = tokens.get(at + 1).copied().unwrap_or_default();
            at += self.token(token, next, &mut rest);
        }
        let rest = rest.join(" ");
        self.work = work(&rest);
        if self.work.is_none() {
            self.rest = rest;
        }
    }

    /// Takes one word of a heading, or one with the next; gives how many.
    fn token<'t>(&mut self, token: &'t str, next: &'t str, rest: &mut Vec<&'t str>) -> usize {
        let number = token.trim_end_matches('.').parse::<u32>().ok().filter(|_| token.len() <= 3);
        if is_of_lesson(token)
            && let Ok(lesson) = next.parse::<u8>()
        {
            self.lesson = Some(lesson);
            return 2;
        }
        if let Some(number) = number {
            if is_of_lesson(next) {
                self.lesson = u8::try_from(number).ok();
                return 2;
            }
            if let Some(month) = month(next) {
                self.day = Some(DaySaid::OfMonth(number, month));
                return 2;
            }
            if self.day.is_none() && rest.is_empty() {
                self.day = Some(DaySaid::Day(number));
                return 1;
            }
        }
        if let Some((day, doubt)) = date(token) {
            (self.day, self.doubt) = (self.day.or(Some(day)), doubt);
            return 1;
        }
        if let Some(month) = month(token) {
            self.month = Some(month);
            return 1;
        }
        let bare = token.trim_end_matches('.');
        let is_year = bare.len() == 4 && bare.parse::<i32>().is_ok_and(|year| (2000..2100).contains(&year));
        if !(WEEKDAYS_SHORT.contains(&bare) || WEEKDAYS.contains(&bare) || is_year || matches!(bare, "г" | "число"))
        {
            rest.push(token);
        }
        1
    }
}

fn is_of_lesson(token: &str) -> bool {
    matches!(token.trim_end_matches('.'), "урок" | "ур" | "уроку" | "урока")
}

/// A kind of work, in words that the journal knows.
pub fn work(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    if WorkKind::written_out(text).is_some() {
        return Some(text.to_owned());
    }
    let folded = fold(text);
    // «К.Р. № 2» is «к/р № 2».
    let word = folded.split_whitespace().next().unwrap_or_default();
    let short = word.trim_end_matches('.').replace('.', "/");
    let whole = WORKS.iter().find(|(known, _)| *known == short).map(|(_, whole)| *whole)?;
    let after = folded.get(word.len()..).unwrap_or_default().trim();
    Some(if after.is_empty() { whole.to_owned() } else { format!("{whole} {after}") })
}

/// The month of a word: «сентябрь», «сентября», «сент.».
pub fn month(word: &str) -> Option<u32> {
    let word = fold(word);
    let word = word.trim_end_matches('.');
    if word.chars().count() < 3 {
        return None;
    }
    let is_it = |name: &&str| {
        let stem = name.strip_suffix(['ь', 'й']);
        let genitive = stem.map_or_else(|| format!("{name}а"), |stem| format!("{stem}я"));
        name.starts_with(word) || genitive.starts_with(word)
    };
    MONTHS.iter().position(is_it).and_then(|at| u32::try_from(at + 1).ok())
}

/// A day in figures, and why it is not certain.
fn date(token: &str) -> Option<(DaySaid, Option<&'static str>)> {
    let token = token.trim_end_matches('.');
    if let Some(day) = parse_date_or(token) {
        return Some((DaySaid::Whole(day), None));
    }
    let parts: Vec<&str> = token.split(['.', '/']).collect();
    let number = |text: &str| {
        let is_one = (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
        is_one.then(|| text.parse::<u32>().ok()).flatten()
    };
    match parts[..] {
        [day, month] => {
            let (day_of, month_of) = (number(day)?, number(month)?);
            NaiveDate::from_ymd_opt(2024, month_of, day_of)?;
            // Of «01.10» a spreadsheet that takes it for a number leaves «1.1».
            let is_cut = month == "1" && !day.starts_with('0') && token.contains('.');
            Some((DaySaid::OfMonth(day_of, month_of), is_cut.then_some(CUT)))
        }
        [day, month, year] if year.len() == 2 || year.len() == 4 => {
            let year = year.parse::<i32>().ok()?;
            let year = if year < 100 { year + 2000 } else { year };
            Some((DaySaid::Whole(NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)?), None))
        }
        _ => None,
    }
}

/// The final mark that a text as a whole names, a caption or a sheet's name.
pub fn final_of(text: &str) -> Option<FinalSaid> {
    final_said(&fold(text))
}

/// What a final mark is of.
fn final_said(folded: &str) -> Option<FinalSaid> {
    let words: Vec<&str> = folded.split_whitespace().map(|word| word.trim_end_matches('.')).collect();
    let yearly = |word: &str| match word {
        "год" | "годовая" | "годовой" | "годовые" => Some("Год"),
        "экзамен" | "экз" | "экзаменационная" => Some("Экзамен"),
        "итог" | "итоговая" | "итоговый" | "итоговые" => Some("Итог"),
        _ => None,
    };
    for (kind, stems) in PERIODS {
        if !words.iter().any(|word| stems.iter().any(|stem| word.starts_with(stem))) {
            continue;
        }
        return Some(
            words.iter().find_map(|word| ordinal(word)).map_or(FinalSaid::This, |no| FinalSaid::Period(kind, no)),
        );
    }
    if folded.contains("за период") || folded.contains("отметка периода") {
        return Some(FinalSaid::This);
    }
    words.iter().find_map(|word| yearly(word)).map(FinalSaid::Yearly)
}

/// The number of «II», «2», «2-я», «вторая».
fn ordinal(word: &str) -> Option<usize> {
    const ORDINALS: [[&str; 3]; 4] =
        [["i", "1", "перв"], ["ii", "2", "втор"], ["iii", "3", "трет"], ["iv", "4", "четверт"]];
    // «Четверть» is no «четвёртая».
    let is = |[roman, arabic, stem]: &[&str; 3]| {
        let bare = word.split('-').next().unwrap_or_default();
        let digits = bare.trim_end_matches(|c: char| c.is_alphabetic());
        bare == *roman || digits == *arabic || (word.starts_with(stem) && *stem != "четверт") || word == "четвертая"
    };
    let roman = word.replace('і', "i");
    if roman != word {
        return ordinal(&roman);
    }
    match word {
        "четвертая" | "четвертое" => Some(4),
        _ => ORDINALS.iter().position(is).map(|at| at + 1),
    }
}

/// The day that is said, in the school year that has it.
pub fn day_of_year(said: DaySaid, (begins, ends): (NaiveDate, NaiveDate)) -> Option<NaiveDate> {
    let within = |day: &NaiveDate| (begins..=ends).contains(day);
    let (day, month) = match said {
        DaySaid::Whole(day) if within(&day) => return Some(day),
        // A spreadsheet gives a day without a year the year in which it was typed.
        DaySaid::Whole(day) => (day.day(), day.month()),
        DaySaid::OfMonth(day, month) => (day, month),
        DaySaid::Day(_) => return None,
    };
    (begins.year()..=ends.year()).filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)).find(within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Said {
        said(&Value::Text(text.to_owned()))
    }

    #[test]
    fn days_are_read_in_all_the_ways_in_which_people_head_a_column() {
        use DaySaid::{Day, OfMonth, Whole};
        let whole = |y, m, d| Some(Whole(NaiveDate::from_ymd_opt(y, m, d).unwrap()));
        for (text, day) in [
            ("01.09", Some(OfMonth(1, 9))),
            ("1.9.", Some(OfMonth(1, 9))),
            ("3/09", Some(OfMonth(3, 9))),
            ("01.09.2025", whole(2025, 9, 1)),
            ("1.09.25", whole(2025, 9, 1)),
            ("2025-09-01", whole(2025, 9, 1)),
            ("1 сентября", Some(OfMonth(1, 9))),
            ("1 сент. 2025 г.", Some(OfMonth(1, 9))),
            ("Пн 01.09", Some(OfMonth(1, 9))),
            ("ср. 03.09", Some(OfMonth(3, 9))),
            ("12", Some(Day(12))),
            ("31.02", None),
            ("Тема", None),
        ] {
            assert_eq!(of(text).day, day, "{text}");
        }
        assert_eq!((of("1.1").doubt, of("01.01").doubt, of("12.1").doubt), (Some(CUT), None, Some(CUT)));
        assert_eq!((of("Сентябрь").month, of("окт.").month, of("мая").month), (Some(9), Some(10), Some(5)));
    }

    #[test]
    fn a_kind_of_work_and_a_lessons_number_stand_beside_the_day() {
        for (text, work, lesson) in [
            ("01.09 К/р", Some("контрольная работа"), None),
            ("01.09\nК.Р. № 2", Some("контрольная работа № 2"), None),
            ("01.09, диктант", Some("диктант"), None),
            ("01.09 (2 урок)", None, Some(2)),
            ("01.09 урок 3 с/р", Some("самостоятельная работа"), Some(3)),
            ("01.09 экскурсия", None, None),
        ] {
            let said = of(text);
            assert_eq!((said.work.as_deref(), said.lesson), (work, lesson), "{text}");
            assert_eq!(said.day, Some(DaySaid::OfMonth(1, 9)), "{text}");
        }
        assert_eq!(of("01.09 экскурсия").rest, "экскурсия");
    }

    #[test]
    fn final_marks_are_told_from_averages() {
        use FinalSaid::{Period, This, Yearly};
        for (text, what) in [
            ("I четв.", Some(Period("четв", 1))),
            ("II четверть", Some(Period("четв", 2))),
            ("Четверть 3", Some(Period("четв", 3))),
            ("4-я четв", Some(Period("четв", 4))),
            ("1 полугодие", Some(Period("полуг", 1))),
            ("IV ЧЕТВЕРТЬ", Some(Period("четв", 4))),
            ("четвёртая четверть", Some(Period("четв", 4))),
            ("Четверть", Some(This)),
            ("Отметка за период", Some(This)),
            ("Год", Some(Yearly("Год"))),
            ("годовая", Some(Yearly("Год"))),
            ("Экз.", Some(Yearly("Экзамен"))),
            ("Итоговая", Some(Yearly("Итог"))),
            ("Итого", None),
            ("Ср. балл", None),
            ("Ср.балл за I четв.", None),
            ("01.09", None),
        ] {
            assert_eq!(of(text).of, what, "{text}");
        }
        assert!(
            of("Итого").is_aside
                && of("Средний балл").is_aside
                && of("Ср. отм.").is_aside
                && !of("Ср 03.09").is_aside
                && of("Пропусков").is_aside
        );
    }

    #[test]
    fn a_heading_of_two_rows_is_month_and_day_or_day_and_lesson() {
        let both = |above: &str, below: &str| together([of(above), of(below)]);
        assert_eq!(both("Сентябрь", "3").day, Some(DaySaid::OfMonth(3, 9)));
        let lesson = both("03.09", "2");
        assert_eq!((lesson.day, lesson.lesson), (Some(DaySaid::OfMonth(3, 9)), Some(2)));
        assert_eq!(both("03.09", "К/р").work.as_deref(), Some("контрольная работа"));
    }

    #[test]
    fn a_day_lies_in_the_school_year_whatever_year_a_spreadsheet_has_given_it() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let year = (day(2025, 9, 1), day(2026, 5, 29));
        assert_eq!(day_of_year(DaySaid::OfMonth(12, 1), year), Some(day(2026, 1, 12)));
        assert_eq!(day_of_year(DaySaid::Whole(day(2026, 10, 6)), year), Some(day(2025, 10, 6)));
        assert_eq!(day_of_year(DaySaid::OfMonth(12, 7), year), None);
    }

    proptest! {
        #[test]
        fn no_heading_makes_the_reader_panic(above in "\\PC{0,16}", below in "[0-9./ №а-яIVk]{0,12}") {
            let _ = together([of(&above), of(&below)]);
        }
    }
}
