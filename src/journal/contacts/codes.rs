//! The code on a slip of paper that lets a reader in.
//!
//! Seventeen signs of Crockford's base32 (figures, and Latin capitals without I, L, O, U): sixteen of them are 80 random bits, the
//! last one checks the others, so that a slip of the pen is told from a wrong code without asking anybody. Whoever types it may
//! use small letters, any blanks and dashes, «O» for zero, «I» and «L» for one, and Cyrillic letters that look like Latin ones.
//!
//! The check sign is the remainder of the others, read as a polynomial over GF(32) (x⁵ + x² + 1) at α: one wrong sign, or two
//! that changed places, never pass.

use crate::school::latin_alike;
use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Signs of a code, the last one being the check.
pub const SIGNS: usize = 17;
/// How the signs are grouped for people.
const GROUPS: [usize; 4] = [4, 4, 4, 5];

/// A code, as it stands on the slip.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Zeroizing<String>);

/// Why what was typed is no code at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// So many signs, not seventeen.
    Length(usize),
    /// A sign that no code has.
    Sign(char),
    /// The check sign does not fit: there is a slip of the pen somewhere.
    Check,
}

impl Code {
    /// A new code, drawn by chance.
    pub fn draw() -> Self {
        let mut bytes = Zeroizing::new([0; SIGNS - 1]);
        OsRng.fill_bytes(&mut *bytes);
        let values = bytes.iter().map(|byte| byte & 31);
        let check = check(values.clone());
        Self(Zeroizing::new(values.chain([check]).map(sign).collect()))
    }

    /// Reads what somebody has typed or scanned.
    ///
    /// # Errors
    /// What is no code; says nothing of which codes there are.
    pub fn parse(typed: &str) -> Result<Self, CodeFault> {
        let mut values = Zeroizing::new(Vec::with_capacity(SIGNS));
        let mut signs = 0;
        for c in typed.chars().filter(|c| !c.is_whitespace() && !"-–—‑_.".contains(*c)) {
            signs += 1;
            if signs <= SIGNS {
                values.push(value(c).ok_or(CodeFault::Sign(c))?);
            }
        }
        match values.split_last() {
            Some((last, rest)) if signs == SIGNS => {
                if check(rest.iter().copied()) != *last {
                    return Err(CodeFault::Check);
                }
                Ok(Self(Zeroizing::new(values.iter().copied().map(sign).collect())))
            }
            _ => Err(CodeFault::Length(signs)),
        }
    }

    /// Without blanks: for a link.
    pub fn plain(&self) -> &str {
        &self.0
    }

    /// In groups: for people.
    pub fn grouped(&self) -> String {
        let mut out = String::new();
        let mut rest = self.0.as_str();
        for group in GROUPS {
            let (head, tail) = rest.split_at_checked(group).unwrap_or((rest, ""));
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(head);
            rest = tail;
        }
        out
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(…)")
    }
}

fn sign(value: u8) -> char {
    char::from(ALPHABET.get(usize::from(value)).copied().unwrap_or(b'0'))
}

fn value(c: char) -> Option<u8> {
    let c = c.to_uppercase().next().unwrap_or(c);
    let c = match latin_alike(c) {
        'O' => '0',
        'I' | 'L' | 'І' => '1',
        'З' => '3',
        c => c,
    };
    let at = ALPHABET.iter().position(|sign| char::from(*sign) == c)?;
    u8::try_from(at).ok()
}

/// The remainder at α, by Horner.
fn check(values: impl Iterator<Item = u8>) -> u8 {
    let times_alpha = |x: u8| ((x << 1) & 31) ^ if x & 16 == 0 { 0 } else { 0b00101 };
    times_alpha(values.fold(0, |sum, value| times_alpha(sum) ^ value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let code = Code::parse(&example()).unwrap();
        let plain = code.plain().to_owned();
        let groups: Vec<_> = code.grouped().split(' ').map(str::len).collect();
        assert_eq!(groups, GROUPS);
        let cyrillic: String = plain
            .chars()
            .map(|c| "ABEKMHPCTXY".find(c).map_or(c, |at| "АВЕКМНРСТХУ".chars().nth(at).unwrap()))
            .collect();
        let confused = plain.replace('0', "o").replace('1', "l");
        for typed in [
            code.grouped(),
            plain.to_lowercase(),
            cyrillic,
            confused,
            format!(" {} ", code.grouped().replace(' ', " – ")),
        ] {
            assert_eq!(Code::parse(&typed).map(|read| read.plain().to_owned()), Ok(plain.clone()), "{typed}");
        }
    }

    /// Has letters and figures of every kind that people mistake.
    fn example() -> String {
        let rest = "0A1BEKMHPCTXY379";
        let check = check(rest.chars().map(|c| value(c).unwrap()));
        format!("{rest}{}", sign(check))
    }

    #[test]
    fn one_wrong_sign_and_two_that_changed_places_are_told_at_once() {
        for _ in 0..20 {
            let code = Code::draw();
            let signs: Vec<char> = code.plain().chars().collect();
            for at in 0..SIGNS {
                for other in ALPHABET.iter().map(|sign| char::from(*sign)).filter(|other| *other != signs[at]) {
                    let mut wrong = signs.clone();
                    wrong[at] = other;
                    assert_eq!(Code::parse(&wrong.iter().collect::<String>()), Err(CodeFault::Check));
                }
                for with in (0..at).filter(|with| signs[*with] != signs[at]) {
                    let mut wrong = signs.clone();
                    wrong.swap(at, with);
                    assert_eq!(Code::parse(&wrong.iter().collect::<String>()), Err(CodeFault::Check));
                }
            }
        }
    }

    #[test]
    fn what_is_no_code_is_told_by_its_length_or_its_sign() {
        let code = example();
        assert_eq!(Code::parse(&code[1..]), Err(CodeFault::Length(16)));
        assert_eq!(Code::parse(&format!("{code}0")), Err(CodeFault::Length(18)));
        assert_eq!(Code::parse(""), Err(CodeFault::Length(0)));
        assert_eq!(Code::parse(&code.replace('3', "Ж")), Err(CodeFault::Sign('Ж')));
        assert_eq!(Code::parse(&"0".repeat(100_000)), Err(CodeFault::Length(100_000)));
    }

    #[test]
    fn codes_are_drawn_from_all_signs_and_say_nothing_when_debugged() {
        let mut seen = [false; 32];
        for _ in 0..200 {
            for c in Code::draw().plain().chars() {
                seen[usize::from(value(c).unwrap())] = true;
            }
        }
        assert!(seen.iter().all(|seen| *seen));
        assert_eq!(format!("{:?}", Code::draw()), "Code(…)");
    }
}
