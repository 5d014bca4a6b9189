//! Names of people: invented ones from banks, their alphabet and their logins.
//!
//! Russian surnames and patronymics agree in gender; the register of a class is
//! kept in the order of the alphabet, where «ё» counts as «е».

use crate::random::Rng;

const SURNAMES: &str = include_str!("people/surnames.txt");
const MALE: &str = include_str!("people/male.txt");
const FEMALE: &str = include_str!("people/female.txt");
const PATRONYMICS: &str = include_str!("people/patronymics.txt");

pub struct Name {
    pub surname: String,
    pub name: String,
    pub patronymic: String,
}

fn pick(bank: &'static str, rng: &mut Rng) -> &'static str {
    let words: Vec<&str> = bank.split_whitespace().collect();
    rng.pick(&words)
}

pub fn invent(female: bool, rng: &mut Rng) -> Name {
    Name {
        surname: in_gender(pick(SURNAMES, rng), female),
        name: pick(if female { FEMALE } else { MALE }, rng).to_string(),
        patronymic: patronymic(female, rng),
    }
}

/// The name of a mother or grandmother, with the family's surname.
pub fn invent_guardian(surname: &str, child_is_female: bool, rng: &mut Rng) -> String {
    let surname = if child_is_female { surname.to_string() } else { in_gender(surname, true) };
    format!("{surname} {} {}", pick(FEMALE, rng), patronymic(true, rng))
}

fn patronymic(female: bool, rng: &mut Rng) -> String {
    let (his, hers) = pick(PATRONYMICS, rng).split_once('/').expect("two forms of a patronymic");
    if female { hers } else { his }.to_string()
}

/// A surname in its feminine or masculine form; each part of a double one agrees.
fn in_gender(masculine: &str, female: bool) -> String {
    if !female {
        return masculine.to_string();
    }
    let parts = masculine.split('-').map(|part| match part {
        _ if ["ов", "ев", "ёв", "ин", "ын"].iter().any(|end| part.ends_with(end)) => {
            format!("{part}а")
        }
        _ if ["ий", "ый", "ой"].iter().any(|end| part.ends_with(end)) => {
            format!("{}ая", part.strip_suffix(['й']).map_or(part, |p| &p[..p.len() - 2]))
        }
        _ => part.to_string(),
    });
    parts.collect::<Vec<_>>().join("-")
}

/// The key by which a register is ordered.
pub fn alphabetical(full_name: &str) -> String {
    full_name.to_lowercase().replace('ё', "е")
}

/// A surname in Latin letters, as a login.
pub fn login(surname: &str) -> String {
    const LETTERS: [(char, &str); 33] = [
        ('а', "a"),
        ('б', "b"),
        ('в', "v"),
        ('г', "g"),
        ('д', "d"),
        ('е', "e"),
        ('ё', "yo"),
        ('ж', "zh"),
        ('з', "z"),
        ('и', "i"),
        ('й', "y"),
        ('к', "k"),
        ('л', "l"),
        ('м', "m"),
        ('н', "n"),
        ('о', "o"),
        ('п', "p"),
        ('р', "r"),
        ('с', "s"),
        ('т', "t"),
        ('у', "u"),
        ('ф', "f"),
        ('х', "h"),
        ('ц', "ts"),
        ('ч', "ch"),
        ('ш', "sh"),
        ('щ', "shch"),
        ('ъ', ""),
        ('ы', "y"),
        ('ь', ""),
        ('э', "e"),
        ('ю', "yu"),
        ('я', "ya"),
    ];
    let latin = |c: char| LETTERS.iter().find(|(from, _)| *from == c).map_or("", |(_, to)| *to);
    surname.to_lowercase().chars().map(latin).collect()
}
