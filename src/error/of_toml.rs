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
    if !message.is_ascii() {
        return message.to_owned();
    }
    let known = SYNTAX.iter().find(|(begins, _)| message.starts_with(begins)).map(|(_, what)| *what);
    format!("это не TOML: {}", known.unwrap_or("строка не читается; проверьте кавычки, скобки, запятые и знак ="))
}

/// What the reader finds wrong with the writing itself, by how its message begins.
const SYNTAX: [(&str, &str); 24] = [
    ("duplicate key", "такой ключ здесь уже есть"),
    ("missing opening quote", "нет открывающей кавычки"),
    ("string values must be quoted", "текст пишется в кавычках"),
    ("invalid basic string", "у текста нет закрывающей кавычки, или в нём недопустимый знак"),
    ("invalid literal string", "у текста нет закрывающей кавычки, или в нём недопустимый знак"),
    ("invalid string", "у текста нет закрывающей кавычки, или в нём недопустимый знак"),
    ("missing escaped value", "после обратной черты недопустимый знак"),
    ("too few unicode value digits", "после обратной черты недопустимый знак"),
    ("missing comma", "между значениями нет запятой"),
    ("extra comma", "лишняя запятая"),
    ("missing assignment", "между ключом и значением нет знака ="),
    ("key with no value", "у ключа нет знака = и значения"),
    ("extra assignment", "лишний знак ="),
    ("extra `=`", "лишний знак ="),
    ("unexpected `=`", "лишний знак ="),
    ("missing value", "у ключа нет значения"),
    ("invalid value", "у ключа нет значения, или оно записано неверно"),
    ("unclosed table", "имя раздела не закрыто скобкой ]"),
    ("unclosed array table", "имя раздела не закрыто скобками ]]"),
    ("unclosed inline table", "запись не закрыта скобкой }"),
    ("unclosed array", "список не закрыт скобкой ]"),
    ("invalid unquoted key", "в имени ключа недопустимый знак"),
    ("unquoted keys cannot be empty", "имя ключа пустое"),
    ("unexpected content", "лишнее после значения"),
];
