//! A map of answers: who is meant, what a cell says, which day a column is of, where the table alone does not tell.
//!
//! It is a TOML file with the sections `[pupils]`, `[marks]` and `[dates]`. An answer holds for the text that stands in the
//! table (`"Иванов И." = "А-0401"`), or for one cell (`"I четверть!B7" = …`), which goes before; in a section of a section
//! (`[pupils."8Б"]`) it holds for that class, which goes before again. `"-"` leaves out what it is of, `"?"` answers nothing
//! yet: so a map that was proposed can be filled in line by line.

use super::doubts::{Doubt, Question, Section};
use crate::error::{Error, Result, of_toml};
use crate::school::{ClassName, fold};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The answers.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// By section, class (empty: any) and text or cell.
    answers: HashMap<(Section, String, String), String>,
}

/// What a map says of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<'m> {
    /// It is left out.
    Leave,
    /// It is this.
    Is(&'m str),
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// What is no TOML, a section that there is none of, an answer that is no text.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |what: String| {
            Error::input(format!("файл ответов: {what}"))
                .next("разделы файла: [pupils], [marks], [dates], для одного класса: [pupils.\"8Б\"]")
        };
        let table: toml::Table = text.trim_start_matches('\u{feff}').parse().map_err(|cause: toml::de::Error| {
            let line = of_toml::line(text, cause.span().map_or(0, |span| span.start));
            bad(format!("строка {line}: {}", of_toml::in_russian(cause.message())))
        })?;
        let mut map = Self::default();
        for (name, answers) in table {
            let known =
                [Section::Pupils, Section::Marks, Section::Dates].into_iter().find(|known| known.name() == name);
            let section = known.ok_or_else(|| bad(format!("раздела [{name}] нет")))?;
            let toml::Value::Table(answers) = answers else {
                return Err(bad(format!("«{name}» не раздел")));
            };
            for (key, answer) in answers {
                match answer {
                    toml::Value::String(answer) => map.add(section, String::new(), &key, answer),
                    toml::Value::Table(of_class) => {
                        let class =
                            ClassName::parse(&key).map_err(|error| bad(error.message().to_owned()))?.to_string();
                        for (key, answer) in of_class {
                            let toml::Value::String(answer) = answer else {
                                return Err(bad(format!("ответ на «{key}» не в кавычках")));
                            };
                            map.add(section, class.clone(), &key, answer);
                        }
                    }
                    _ => return Err(bad(format!("ответ на «{key}» не в кавычках"))),
                }
            }
        }
        Ok(map)
    }

    /// Keeps the answer to a question.
    pub fn set(&mut self, question: &Question, answer: &str) {
        self.add(question.section, question.class.clone(), &question.key, answer.to_owned());
    }

    fn add(&mut self, section: Section, class: String, key: &str, answer: String) {
        let answer = answer.trim().to_owned();
        if answer != "?" && !answer.is_empty() {
            self.answers.insert((section, class, plain(key)), answer);
        }
    }

    /// What it says of a cell or the text in it, in a table of a class.
    pub fn answer(&self, section: Section, class: &str, cell: &str, text: &str) -> Option<Answer<'_>> {
        let find = |class: &str, key: &str| self.answers.get(&(section, class.to_owned(), plain(key)));
        let found =
            [(class, cell), (class, text), ("", cell), ("", text)].into_iter().find_map(|(c, key)| find(c, key))?;
        Some(if found == "-" { Answer::Leave } else { Answer::Is(found) })
    }
}

fn plain(key: &str) -> String {
    fold(&key.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The map that doubts ask for, each question once with where it comes up; nothing where no answer would settle any.
pub fn proposed(doubts: &[Doubt]) -> Option<String> {
    type Asked<'d> = (BTreeSet<&'d str>, Vec<&'d Doubt>);
    let mut questions: BTreeMap<(Section, &str, &str), Asked<'_>> = BTreeMap::new();
    for doubt in doubts {
        if let Some(question) = &doubt.question {
            let of = questions.entry((question.section, &question.class, &question.key)).or_default();
            of.0.insert(&question.guess);
            of.1.push(doubt);
        }
    }
    if questions.is_empty() {
        return None;
    }
    let mut text = String::from(
        "# Ответы на вопросы к таблицам. Впишите ответ вместо «?»; предложенные ответы проверьте.\n\
         # «-»: не вносить. Ученик — номер личного дела; отметка — как в журнале («4/5», «н», «у»);\n\
         # дата — 2025-09-15, с номером урока 2025-09-15/2, или период («I четверть»).\n",
    );
    let mut last = None;
    for ((section, class, key), (guesses, doubts)) in questions {
        if last != Some((section, class)) {
            text += &format!("\n[{}.{}]\n", section.name(), quoted(class));
            last = Some((section, class));
        }
        let guess = match guesses.len() {
            1 => guesses.first().copied().filter(|guess| !guess.is_empty()).unwrap_or("?"),
            _ => "?",
        };
        let more = if doubts.len() > 1 { format!("; и ещё мест: {}", doubts.len() - 1) } else { String::new() };
        if let Some(first) = doubts.first() {
            text += &format!("# {}{more}\n{} = {}\n", first.to_string().replace('\n', " "), quoted(key), quoted(guess));
        }
    }
    Some(text)
}

/// A text as TOML writes one on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_answer_for_a_cell_goes_before_one_for_its_text_and_one_for_the_class_before_one_for_all() {
        let text =
            "[marks]\n\"п\" = \"у\"\n\"Лист1!F5\" = \"-\"\n[marks.\"8б\"]\n\"П\" = \"н\"\n[pupils]\n\"Ли\" = \"?\"\n";
        let map = Map::parse(text).unwrap();
        let mark = |class: &str, cell: &str, text: &str| map.answer(Section::Marks, class, cell, text);
        assert_eq!(mark("7А", "F4", " п "), Some(Answer::Is("у")));
        assert_eq!(mark("8Б", "F4", "п"), Some(Answer::Is("н")));
        assert_eq!(mark("7А", "Лист1!F5", "п"), Some(Answer::Leave));
        assert_eq!((mark("7А", "F4", "ж"), map.answer(Section::Pupils, "7А", "", "Ли")), (None, None));
        for bad in ["[grades]\n", "marks = 1", "[marks]\n\"п\" = 5", "[marks.\"ж\"]\n", "[marks"] {
            assert!(Map::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// Whatever stands in a table, the proposed map is one, and answers when it is filled in.
        #[test]
        fn a_proposed_map_reads_back(key in "[^\\x00]{1,12}", guess in "[а-я0-9\"\\\\/]{1,6}") {
            prop_assume!(!key.trim().is_empty());
            let question = Question { section: Section::Pupils, class: "8Б".into(), key: key.clone(), guess: guess.clone() };
            let doubt =
                Doubt { file: "a\nb".into(), place: None, what: "что".into(), next: None, question: Some(question) };
            let text = proposed(&[doubt]).unwrap();
            let map = Map::parse(&text).map_err(|error| TestCaseError::fail(format!("{error} {text}")))?;
            prop_assert_eq!(map.answer(Section::Pupils, "8Б", "", &key), Some(Answer::Is(guess.as_str())));
        }
    }
}
