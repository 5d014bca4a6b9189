//! Numbers in Russian words, and the forms that nouns take after numbers: «сто сорок четыре листа».

pub use crate::school::plural;

/// Grammatical gender of the noun that is counted; only «один/одна/одно» and «два/две» mind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// Лист, час, урок.
    Masculine,
    /// Страница, запись.
    Feminine,
    /// Дело.
    Neuter,
}

const UNITS: [&str; 20] = [
    "",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
];
const TENS: [&str; 10] =
    ["", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"];
const HUNDREDS: [&str; 10] =
    ["", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"];

/// The number in words, in the nominative. Numbers from a million on, which no journal reaches, stay figures.
pub fn number_in_words(number: u32, gender: Gender) -> String {
    if number == 0 {
        return "ноль".to_owned();
    }
    if number >= 1_000_000 {
        return number.to_string();
    }
    let mut words = Vec::new();
    let thousands = number / 1000;
    if thousands > 0 {
        below_thousand(thousands, Gender::Feminine, &mut words);
        words.push(plural(thousands, ["тысяча", "тысячи", "тысяч"]));
    }
    below_thousand(number % 1000, gender, &mut words);
    words.join(" ")
}

fn below_thousand(number: u32, gender: Gender, words: &mut Vec<&'static str>) {
    let (hundreds, rest) = ((number / 100) as usize, (number % 100) as usize);
    let (tens, units) = if rest < 20 { (0, rest) } else { (rest / 10, rest % 10) };
    let unit = match (units, gender) {
        (1, Gender::Feminine) => "одна",
        (1, Gender::Neuter) => "одно",
        (2, Gender::Feminine) => "две",
        _ => UNITS[units],
    };
    words.extend([HUNDREDS[hundreds], TENS[tens], unit].into_iter().filter(|word| !word.is_empty()));
}

/// «144 (сто сорок четыре) листа».
pub fn counted(number: u32, gender: Gender, forms: [&str; 3]) -> String {
    format!("{number} ({}) {}", number_in_words(number, gender), plural(number, forms))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAF: [&str; 3] = ["лист", "листа", "листов"];

    #[test]
    fn numbers_read_as_they_are_spoken() {
        for (number, words) in [
            (0, "ноль"),
            (1, "один"),
            (11, "одиннадцать"),
            (19, "девятнадцать"),
            (20, "двадцать"),
            (42, "сорок два"),
            (100, "сто"),
            (112, "сто двенадцать"),
            (144, "сто сорок четыре"),
            (250, "двести пятьдесят"),
            (999, "девятьсот девяносто девять"),
            (1000, "одна тысяча"),
            (2002, "две тысячи два"),
            (5011, "пять тысяч одиннадцать"),
            (21_001, "двадцать одна тысяча один"),
            (999_999, "девятьсот девяносто девять тысяч девятьсот девяносто девять"),
            (1_000_000, "1000000"),
        ] {
            assert_eq!(number_in_words(number, Gender::Masculine), words);
        }
    }

    #[test]
    fn one_and_two_mind_the_gender() {
        assert_eq!(number_in_words(21, Gender::Feminine), "двадцать одна");
        assert_eq!(number_in_words(102, Gender::Feminine), "сто две");
        assert_eq!(number_in_words(12, Gender::Feminine), "двенадцать");
        assert_eq!(number_in_words(31, Gender::Neuter), "тридцать одно");
        assert_eq!(number_in_words(2, Gender::Neuter), "два");
    }

    #[test]
    fn a_counted_noun_has_its_number_in_figures_and_words() {
        assert_eq!(counted(144, Gender::Masculine, LEAF), "144 (сто сорок четыре) листа");
    }
}
