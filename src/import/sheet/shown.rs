//! What a number format of XLSX shows (ECMA-376 part 1, 18.8.31): whether it makes a day or a time of a number, whether it
//! adds zeros or words, and whether it hides a part of it.
//!
//! A number is taken as it is read by a person: «0315» where the format adds the zero, «5» for 5.00. Where the format
//! hides what is in the cell, neither the one nor the other is taken.

use super::Value;

/// How a format shows what is in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// As it is.
    Plain,
    /// As a day.
    Day,
    /// As a time without a day.
    Time,
    /// As a number with zeros or words: what is shown above zero, below, and at it.
    Number(Vec<Section>),
    /// In a way that is not followed here: a fraction, an exponent, a condition.
    Other,
}

/// One of the parts of a format.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    parts: Vec<Part>,
    /// Digits after the point.
    decimals: usize,
    percent: bool,
    /// How many times it is divided by a thousand.
    thousands: u32,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Word(char),
    /// A digit before the point; whether a zero stands there for want of one.
    Digit(bool),
    /// Where the digits after the point stand.
    Point,
}

/// The look of one of the formats that have a number and no code.
pub fn built_in(id: u32) -> Look {
    match id {
        14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Look::Day,
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => Look::Time,
        1 | 3 | 37 | 38 => look("0"),
        2 | 4 | 39 | 40 => look("0.00"),
        9 => look("0%"),
        10 => look("0.00%"),
        11..=13 | 48 => Look::Other,
        _ => Look::Plain,
    }
}

/// The look of a format's code.
pub fn look(code: &str) -> Look {
    let mut sections = Vec::new();
    for part in split(code).iter().take(3) {
        match section(part) {
            Ok(section) => sections.push(section),
            Err(look) => return look,
        }
    }
    Look::Number(sections)
}

/// The parts of a code between its semicolons.
fn split(code: &str) -> Vec<String> {
    let (mut parts, mut chars, mut quoted) = (vec![String::new()], code.chars(), false);
    while let Some(c) = chars.next() {
        let mut part = parts.last_mut();
        if let Some(part) = &mut part {
            part.push(c);
        }
        match (c, part) {
            ('"', _) => quoted = !quoted,
            ('\\' | '_' | '*', Some(part)) if !quoted => part.extend(chars.next()),
            (';', Some(part)) if !quoted => {
                part.pop();
                parts.push(String::new());
            }
            _ => {}
        }
    }
    parts
}

fn section(code: &str) -> Result<Section, Look> {
    let plain: String = code.to_lowercase();
    if plain.is_empty() {
        return Ok(Section::default());
    }
    if matches!(plain.as_str(), "general" | "основной" | "standard" | "@") {
        return Err(Look::Plain);
    }
    let (mut out, mut chars) = (Section::default(), code.chars().peekable());
    let (mut day, mut month, mut clock, mut pointed, mut commas) = (false, false, false, false, 0);
    while let Some(c) = chars.next() {
        match c {
            '"' => out.parts.extend(chars.by_ref().take_while(|c| *c != '"').map(Part::Word)),
            '\\' => out.parts.extend(chars.next().map(Part::Word)),
            '_' | '*' => drop(chars.next()),
            '[' => match bracket(&chars.by_ref().take_while(|c| *c != ']').collect::<String>()) {
                Ok(word) => out.parts.extend(word.chars().map(Part::Word)),
                Err(Look::Time) => clock = true,
                Err(look) => return Err(look),
            },
            '0' | '#' | '?' if pointed => out.decimals += 1,
            '0' | '#' | '?' => {
                commas = 0;
                out.parts.push(Part::Digit(c == '0'));
            }
            '.' if !pointed => {
                pointed = true;
                out.parts.push(Part::Point);
            }
            ',' => commas += 1,
            '%' => {
                out.percent = true;
                out.parts.push(Part::Word('%'));
            }
            'E' | 'e' | '/' if !out.parts.is_empty() && !day && !month && !clock => return Err(Look::Other),
            'y' | 'Y' | 'd' | 'D' | 'e' | 'g' | 'b' | 'Г' | 'г' | 'Д' | 'д' => day = true,
            'm' | 'M' => month = true,
            'h' | 'H' | 's' | 'S' => clock = true,
            'A' | 'a' if clock => while chars.next_if(|c| "AaMmPp/".contains(*c)).is_some() {},
            '@' => return Err(Look::Plain),
            c => out.parts.push(Part::Word(c)),
        }
    }
    out.thousands = if out.parts.iter().any(|part| matches!(part, Part::Digit(_))) { commas } else { 0 };
    match (day || (month && !clock), clock) {
        (true, _) => Err(Look::Day),
        (false, true) => Err(Look::Time),
        _ => Ok(out),
    }
}

/// The word that `[$₽-419]` shows; nothing for a colour. A time that goes on past a day and a condition are looks.
fn bracket(inside: &str) -> Result<String, Look> {
    if let Some(currency) = inside.strip_prefix('$') {
        return Ok(currency.split('-').next().unwrap_or_default().to_owned());
    }
    match inside.chars().next() {
        Some('h' | 'H' | 'm' | 'M' | 's' | 'S') if inside.chars().all(|c| "hHmMsS".contains(c)) => Err(Look::Time),
        Some('<' | '>' | '=') => Err(Look::Other),
        _ => Ok(String::new()),
    }
}

/// A number as these sections show it.
pub fn number(number: f64, sections: &[Section]) -> Value {
    let at = match sections.len() {
        0 | 1 => 0,
        _ if number < 0.0 => 1,
        3.. if number == 0.0 => 2,
        _ => 0,
    };
    let Some(section) = sections.get(at) else { return Value::number(number) };
    let number = if at == 1 { -number } else { number };
    section.show(number).unwrap_or_else(|what| Value::Fault(what.into()))
}

impl Section {
    fn show(&self, number: f64) -> Result<Value, &'static str> {
        if !number.is_finite() {
            return Ok(Value::Error);
        }
        let digits = self.parts.iter().filter(|part| matches!(part, Part::Digit(_))).count();
        if digits == 0 {
            return Err("формат ячейки показывает не то число, что в ней записано; впишите значение текстом");
        }
        let scaled =
            number * if self.percent { 100.0 } else { 1.0 } / 1000f64.powi(i32::try_from(self.thousands).unwrap_or(9));
        let text = format!("{:.*}", self.decimals.min(15), scaled.abs());
        let shown: f64 = text.parse().unwrap_or(f64::NAN);
        if (shown - scaled.abs()).abs() > scaled.abs() * 1e-9 {
            return Err("формат ячейки показывает число округлённым; впишите его так, как оно должно быть прочитано");
        }
        let zeros = self.parts.iter().filter(|part| **part == Part::Digit(true)).count();
        let worded = self.parts.iter().any(|part| matches!(part, Part::Word(c) if !c.is_whitespace()));
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        if !worded && self.thousands == 0 && whole.len() >= zeros {
            return Ok(Value::number(number));
        }
        Ok(Value::Text(self.digits(whole, fraction.trim_end_matches('0'), digits, scaled < 0.0)))
    }

    /// The digits at their places among the words.
    fn digits(&self, whole: &str, fraction: &str, places: usize, negative: bool) -> String {
        let (mut out, mut digits) = (String::from(if negative { "-" } else { "" }), whole.chars().peekable());
        let mut missing = places.saturating_sub(whole.len());
        let mut extra = whole.len().saturating_sub(places);
        for part in &self.parts {
            match part {
                Part::Word(c) => out.push(*c),
                Part::Digit(zero) if missing > 0 => {
                    missing -= 1;
                    out.extend(zero.then_some('0'));
                }
                Part::Digit(_) => {
                    // Digits for which there is no place stand before the first.
                    out.extend(digits.by_ref().take(std::mem::take(&mut extra) + 1));
                }
                Part::Point if fraction.is_empty() => {}
                Part::Point => out.extend(['.'].into_iter().chain(fraction.chars())),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shows(code: &str, value: f64) -> String {
        match look(code) {
            Look::Number(sections) => match number(value, &sections) {
                Value::Text(text) => text,
                Value::Fault(_) => "?".to_owned(),
                other => format!("{other:?}"),
            },
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_number_is_read_as_its_format_shows_it() {
        for (code, value, expected) in [
            ("0000", 315.0, "0315"),
            ("0000", 12345.0, "12345"),
            ("00\\-00", 315.0, "03-15"),
            ("000-000", 12_345.0, "012-345"),
            ("\"А-\"0000", 315.0, "А-0315"),
            ("0\"А\"", 7.0, "7А"),
            ("0000;[Red]-0000", 315.0, "0315"),
            ("0.00", 5.0, "5"),
            ("0.0", 1.5, "1.5"),
            ("#,##0", 1234.0, "1234"),
            ("#,##0.00\\ [$₽-419]", 5.0, "5 ₽"),
            ("0%", 0.5, "50%"),
            ("00.00", 1.5, "01.5"),
            ("0", 4.5, "?"),
            ("0.0", 4.33, "?"),
            ("0,", 5000.0, "5"),
            (";;;", 5.0, "?"),
            ("\"н\"", 5.0, "?"),
            ("0;-0;\"нет\"", 0.0, "?"),
            ("General", 5.0, "Plain"),
            ("@", 5.0, "Plain"),
            ("# ?/?", 0.8, "Other"),
            ("0.00E+00", 5.0, "Other"),
            ("[=1]\"да\";\"нет\"", 1.0, "Other"),
        ] {
            assert_eq!(shows(code, value), expected, "{code} {value}");
        }
    }

    #[test]
    fn days_and_times_are_told_from_numbers() {
        for (code, expected) in [
            ("dd.mm.yyyy", Look::Day),
            ("[$-419]d mmmm yyyy\\ \"г.\";@", Look::Day),
            ("[$-FC19]dd mmmm yyyy\\ \"г\"\\.;@", Look::Day),
            ("mmm", Look::Day),
            ("dd/mm", Look::Day),
            ("dd.mm.yy h:mm", Look::Day),
            ("hh:mm", Look::Time),
            ("[h]:mm:ss", Look::Time),
            ("h:mm AM/PM", Look::Time),
            ("mm:ss.0", Look::Time),
        ] {
            assert_eq!(look(code), expected, "{code}");
        }
        assert_eq!(look("\"ymd\"0"), look("\\y\\m\\d0"));
    }

    proptest! {
        #[test]
        fn no_format_makes_the_reader_panic(code in "[0#?.,;%@\"\\\\_*\\[\\]$ymdhsAPE/=<>а-я -]{0,24}", value in any::<f64>()) {
            let _ = shows(&code, value);
        }
    }
}
