//! The keys that the grid knows, and what a Latin letter means to a hand that is used to the Russian layout.

/// A key of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Records and goes down; in the panel records the lesson.
    Enter,
    /// Gives up.
    Esc,
    /// To the lesson's panel; there to the next line.
    Tab,
    /// To the line before.
    BackTab,
    /// Takes the last character out.
    Backspace,
    /// Empties the cell.
    Delete,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// First column, or the beginning of a line.
    Home,
    /// Last column, or the end of a line.
    End,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// F1: the list of keys.
    Help,
    /// F2: goes on typing what stands in the cell.
    Edit,
    /// Ins: a new lesson.
    NewLesson,
    /// F8: to the next refused cell.
    NextRefused,
    /// F10: leaves.
    Quit,
}

/// The list of keys, as F1 shows it; whether they write, which who only looks does not.
pub const HELP: &[(&str, &str, bool)] = &[
    ("5, 4/5, зач, н/а", "отметка в клетку", true),
    ("н, б, у, оп, оп 4", "отсутствие, опоздание, с отметкой", true),
    ("Enter, стрелки", "записать и перейти", false),
    ("Del", "убрать записанное (в день урока)", true),
    ("F2", "дополнить то, что стоит в клетке", true),
    ("Esc", "отказаться от набранного", true),
    ("F8", "к следующей отклонённой клетке (5!)", true),
    ("Home, End", "первый и последний столбец", false),
    ("PgUp, PgDn", "страница списка", false),
    ("Tab", "тема, вид работы, домашнее задание", true),
    ("Ins, Ctrl+N", "новый урок", true),
    ("ср., ещё, пр.", "средний балл, сколько отметок недостаёт (п — письменной), прогноз", false),
    ("×, о, (4)", "не в списке; освобождён; итог из другого класса, группы", false),
    ("F10, Ctrl+Q", "выйти", false),
];

/// The Russian letter on the key of a Latin one: marks are typed without a look at the layout, so «y» is «н».
pub fn russian(c: char) -> char {
    const LATIN: &str = "qwertyuiopasdfghjklzxcvbnm";
    const RUSSIAN: &str = "йцукенгшщзфывапролдячсмить";
    let lower = c.to_ascii_lowercase();
    match LATIN.find(lower) {
        Some(at) => RUSSIAN.chars().nth(at).unwrap_or(c),
        None => c,
    }
}

#[cfg(test)]
mod tests {
    use super::russian;

    #[test]
    fn a_mark_typed_in_the_latin_layout_is_the_mark_that_was_meant() {
        assert_eq!("y jg pfx 4/5".chars().map(russian).collect::<String>(), "н оп зач 4/5");
        assert_eq!("Н5".chars().map(russian).collect::<String>(), "Н5");
    }
}
