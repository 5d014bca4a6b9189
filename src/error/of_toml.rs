//! What a reader of TOML says, for the one who wrote the file: in Russian, and by the line.

use toml::de::{DeTable, DeValue};

/// The line of a key, which is named by the sections it is in; of its section where it is not there.
pub fn line_of(text: &str, key: &[&str]) -> usize {
    let Ok(root) = DeTable::parse(text) else { return 1 };
    let (mut table, mut at) = (root.get_ref(), 0);
    for name in key {
        let Some((found, value)) = table.iter().find(|(known, _)| known.get_ref().as_ref() == *name) else { break };
        at = found.span().start;
        let DeValue::Table(inner) = value.get_ref() else { break };
        table = inner;
    }
    line(text, at)
}

/// The line of a place in a text, from 1.
pub fn line(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// What the reader says in English, in Russian. What this program says itself is Russian already.
pub fn in_russian(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    let named = |rest: &str| rest.split('`').nth(1).unwrap_or_default().to_owned();
    let list = |rest: &str| rest.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", ");
    if let Some(rest) = message.strip_prefix("missing field ") {
        return format!("нет ключа {}", named(rest));
    }
    for (begins, what) in
        [("unknown field ", "ключа {} здесь не бывает"), ("unknown variant ", "значения {} здесь не бывает")]
    {
        if let Some((name, known)) = message.strip_prefix(begins).and_then(|rest| rest.split_once(", expected ")) {
            return format!("{}; бывают {}", what.replace("{}", &named(name)), list(known));
        }
    }
    if let Some((_, expected)) = message
        .split_once(", expected ")
        .filter(|_| message.starts_with("invalid type") || message.starts_with("invalid value"))
    {
        let kind = match expected {
            "f32" | "f64" => "число",
            "u32" | "u16" | "usize" => "целое число без знака",
            "a string" | "string" => "строка в кавычках",
            "a sequence" => "список в квадратных скобках",
            "a boolean" => "true или false",
            _ => "раздел или запись в фигурных скобках",
        };
        return format!("значение не того вида: нужно {kind}");
    }
    if message.is_ascii() { format!("это не TOML: {message}") } else { message.to_owned() }
}
