//! Passphrases in words: drawn by chance, read however they were typed, and whether a chosen one is as strong.
//!
//! A drawn one is seven words of [`WORDS`], 77 bits. Whoever types it may use capitals, «ё», any blanks or hyphens between the words, their
//! first four letters alone, or forget to switch the keyboard to Russian: what is meant is plain all the same. So a passphrase is
//! always brought into its one spelling ([`settled`]) before it locks or opens anything.
//!
//! A chosen one is judged from below. Estimators that are to be had know English words and no Russian ones, and take «информатика» for
//! eleven letters drawn by chance; so here every run of letters counts as one word of a small vocabulary at most, whatever its length.

use crate::error::{Action, Error, Result};
use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// The words, sorted; the first four letters tell them apart.
const WORDS: &str = include_str!("words.txt");
/// How many words are drawn.
pub const COUNT: usize = 7;
/// How strong a passphrase must be.
pub const LEAST_BITS: f64 = 70.0;
/// One of 2,048.
const BITS_OF_A_WORD: f64 = 11.0;
const LATIN: &str = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const RUSSIAN: &str = "ёйцукенгшщзхъфывапролджэячсмитьбю";

fn words() -> &'static [&'static str] {
    static SPLIT: OnceLock<Vec<&'static str>> = OnceLock::new();
    SPLIT.get_or_init(|| WORDS.lines().collect())
}

fn beginning(word: &str) -> String {
    word.chars().take(4).collect()
}

fn by_beginning(word: &str) -> Option<&'static str> {
    static BEGINNINGS: OnceLock<BTreeMap<String, &'static str>> = OnceLock::new();
    let known = BEGINNINGS.get_or_init(|| words().iter().map(|word| (beginning(word), *word)).collect());
    let found = *known.get(&beginning(word))?;
    (found.starts_with(word)).then_some(found)
}

/// Seven words drawn by chance.
pub fn generate() -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(COUNT * 16));
    for number in 0..COUNT {
        let at = OsRng.next_u32() as usize % words().len();
        if number > 0 {
            text.push(' ');
        }
        text.push_str(words().get(at).copied().unwrap_or_default());
    }
    text
}

/// The words of what was typed: small letters, «е» for «ё», Russian where the keyboard was left in Latin.
fn typed_words(typed: &str) -> Zeroizing<Vec<String>> {
    let small = Zeroizing::new(typed.to_lowercase());
    let is_latin = small.chars().any(|c| c.is_ascii_lowercase()) && !small.chars().any(|c| RUSSIAN.contains(c));
    let russian = |c: char| match LATIN.chars().position(|latin| latin == c) {
        Some(at) if is_latin => RUSSIAN.chars().nth(at).unwrap_or(c),
        _ => c,
    };
    let text = Zeroizing::new(small.chars().map(russian).map(|c| if c == 'ё' { 'е' } else { c }).collect::<String>());
    Zeroizing::new(
        text.split(|c: char| c.is_whitespace() || "-–—_".contains(c))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

/// The one spelling of a passphrase: seven words of the list are completed and written in small letters with a blank between them;
/// anything else stays as it was typed.
pub fn settled(typed: &str) -> Zeroizing<String> {
    let typed_words = typed_words(typed);
    let known: Option<Vec<&str>> =
        typed_words.iter().map(|word| by_beginning(word).filter(|_| word.chars().count() >= 4)).collect();
    match known {
        Some(known) if known.len() == COUNT => Zeroizing::new(known.join(" ")),
        _ => Zeroizing::new(typed.to_owned()),
    }
}

/// What is wrong with words that were meant to be a drawn passphrase and do not open anything: the first that is not in the list.
pub fn misspelled(typed: &str) -> Option<Error> {
    let words = typed_words(typed);
    let known = words.iter().filter(|word| by_beginning(word).is_some()).count();
    if known < 4 {
        return None;
    }
    let unknown = words.iter().position(|word| by_beginning(word).is_none());
    let why = match unknown {
        Some(at) => format!("слова {} по порядку нет в списке слов паролей", at + 1),
        None if words.len() != COUNT => format!("слов {}, а должно быть {COUNT}", words.len()),
        None => return None,
    };
    let sheet = "сверьте слова с листком, на котором записан пароль";
    Some(Error::input(format!("пароль не подходит: {why}")).next(sheet))
}

/// Whether a chosen passphrase is strong enough.
///
/// # Errors
/// One that could be guessed.
pub fn check(chosen: &str) -> Result<()> {
    let bits = strength(chosen);
    if bits >= LEAST_BITS {
        return Ok(());
    }
    Err(Error::input(format!(
        "пароль слишком слаб: его подберут (стойкость {bits:.0} бит, нужно не меньше {LEAST_BITS:.0})"
    ))
    .next_by(
        "возьмите пароль, который предлагает программа, или семь и больше не связанных между собой слов",
        Action::ChangePassphrase,
    ))
}

/// At least so many bits it takes to guess a passphrase, as people choose them.
pub fn strength(chosen: &str) -> f64 {
    let mut seen = BTreeSet::new();
    runs(&chosen.to_lowercase()).into_iter().map(|run| if seen.insert(run.clone()) { bits_of(&run) } else { 1.0 }).sum()
}

/// Runs of letters, of digits, and of other signs.
fn runs(text: &str) -> Vec<String> {
    let class = |c: char| if c.is_alphabetic() { 0 } else { 1 + u8::from(!c.is_numeric()) };
    let mut runs: Vec<String> = Vec::new();
    for c in text.chars() {
        match runs.last_mut() {
            Some(run) if run.chars().last().is_some_and(|last| class(last) == class(c)) => run.push(c),
            _ => runs.push(c.to_string()),
        }
    }
    runs
}

fn bits_of(run: &str) -> f64 {
    let letters: Vec<char> = run.chars().collect();
    let many = letters.len() as f64;
    let first = letters.first().copied().unwrap_or(' ');
    let goes_on =
        |step: i64| letters.windows(2).all(|two| i64::from(u32::from(two[1])) - i64::from(u32::from(two[0])) == step);
    if letters.len() > 2 && (is_on_a_row(run) || (-1..=1).any(goes_on)) {
        return 4.0;
    }
    match first {
        c if c.is_alphabetic() => (many * 4.0).min(BITS_OF_A_WORD),
        // A year, a day: what people choose.
        c if c.is_numeric() && letters.len() == 4 && (run.starts_with("19") || run.starts_with("20")) => 6.5,
        c if c.is_numeric() => (many * 3.3).min(BITS_OF_A_WORD + 4.0),
        ' ' | '-' => 0.0,
        _ => many.min(2.0) * 3.0,
    }
}

fn is_on_a_row(run: &str) -> bool {
    let latin = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890"];
    let russian = ["йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"];
    latin.iter().chain(&russian).any(|row| row.contains(run) || row.chars().rev().collect::<String>().contains(run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_list_has_as_many_words_as_it_says_and_four_letters_tell_them_apart() {
        let beginnings: BTreeSet<String> = words().iter().map(|word| beginning(word)).collect();
        assert_eq!((words().len(), beginnings.len()), (2048, 2048));
        assert!(words().is_sorted());
        let is_plain =
            |word: &&str| (4..=7).contains(&word.chars().count()) && word.chars().all(|c| ('а'..='я').contains(&c));
        assert!(words().iter().all(is_plain));
    }

    #[test]
    fn a_drawn_passphrase_is_strong_and_opens_however_it_is_typed() {
        for _ in 0..50 {
            let drawn = generate();
            assert_eq!(drawn.split(' ').count(), COUNT);
            let switch =
                |c: char| RUSSIAN.chars().position(|r| r == c).and_then(|at| LATIN.chars().nth(at)).unwrap_or(c);
            let shortened: Vec<String> = drawn.split(' ').map(beginning).collect();
            for typed in [
                drawn.to_uppercase(),
                drawn.replace(' ', "-"),
                format!("  {}\t", drawn.replace(' ', "  ")),
                drawn.replace('е', "ё"),
                drawn.chars().map(switch).collect(),
                shortened.join(" "),
            ] {
                assert_eq!(*settled(&typed), *drawn, "{typed}");
            }
            let distinct: BTreeSet<&str> = drawn.split(' ').collect();
            if distinct.len() == COUNT {
                check(&drawn).unwrap();
            }
        }
        assert_eq!(*settled("Моя Собака"), "Моя Собака");
    }

    #[test]
    fn a_word_that_is_not_in_the_list_is_named_by_its_place() {
        let list: Vec<&str> = words().iter().step_by(290).copied().take(COUNT).collect();
        assert!(misspelled(&list.join(" ")).is_none());
        let wrong = [&list[..2], &["щщщщ"], &list[3..]].concat().join(" ");
        assert!(misspelled(&wrong).unwrap().message().contains("слова 3"));
        assert!(misspelled(&list[1..].join(" ")).unwrap().message().contains("слов 6"));
        assert!(misspelled("моя собака").is_none());
    }

    #[test]
    fn what_people_choose_is_refused_and_what_chance_draws_is_taken() {
        for weak in [
            "",
            "пароль",
            "Пароль2025!",
            "qwerty123456",
            "йцукенгшщзхъфывапролджэ",
            "информатика",
            "иванова-мария-ивановна-1985",
            "1234567890123456789012345678901234567890",
            "аааааааааааааааааааааааааааааа",
            "весна весна весна весна весна весна весна",
            "мама мыла раму",
            "correct horse battery staple",
            "школа № 1 г. Москва",
        ] {
            let error = check(weak).unwrap_err();
            assert!(error.next_step().is_some(), "{weak}");
        }
        for strong in
            ["x7Kq9mZ2vB4tR8wL3nP5", "сурок кабина весло туман гребень бархат фонарь", "k3-Wq.8z/Lp+4v=Tn!6rYd"]
        {
            check(strong).unwrap();
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(typed in "\\PC{0,80}") {
            let _ = (settled(&typed), misspelled(&typed), check(&typed));
        }
    }
}
