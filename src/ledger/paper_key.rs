//! A secret on paper, and typed back from it.
//!
//! What follows `AGE-SECRET-KEY-1` is printed in four lines of groups. Each line ends with two check characters of its
//! own, so that a mistake is named by its line; Bech32's checksum, which is part of the last line, then proves the whole.
//! The two are sums over GF(32), which find every mistake of one or two characters in a line, and so every transposition;
//! a hash of the same length would let one of 1024 through. `docs/formats/identity.md` says how to compute them.

use zeroize::Zeroizing;

use super::identity::Identity;
use crate::error::{Error, Result};
use crate::school::latin_alike;

/// What all secrets begin with.
pub const PREFIX: &str = "AGE-SECRET-KEY-1";

/// Characters of a key after its prefix.
const LENGTH: usize = 58;
/// Characters of a line; the last line is shorter.
const LINE: usize = 16;
/// Lines of a key.
pub const LINES: usize = LENGTH.div_ceil(LINE);
/// Characters of a group.
const GROUP: usize = 4;
/// Check characters of a line.
const CHECK: usize = 2;

/// The characters of Bech32 in the order of their values.
const DATA: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
/// The check characters in the order of their values: nothing that looks like 0 or 1.
const CHECKS: &str = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The lines of a secret as they are printed: `QPZR Y9X8 QPZR Y9X8 = K7`. A text that is no secret gives what can be shown.
pub fn lines(secret: &str) -> Vec<Zeroizing<String>> {
    let rest: Vec<char> = secret.strip_prefix(PREFIX).unwrap_or(secret).chars().collect();
    (1..).zip(rest.chunks(LINE)).map(|(number, line)| printed(number, line)).collect()
}

fn printed(number: u8, line: &[char]) -> Zeroizing<String> {
    // Room for all of it, so that no shorter buffer is left behind when it grows.
    let mut out = Zeroizing::new(String::with_capacity(2 * LINE + 8));
    for (i, group) in line.chunks(GROUP).enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.extend(group);
    }
    out.push_str(" = ");
    let values: Zeroizing<Vec<u8>> = Zeroizing::new(line.iter().map(|c| value(DATA, *c).unwrap_or_default()).collect());
    out.extend(checks(number, &values).map(|check| CHECKS.chars().nth(usize::from(check)).unwrap_or('?')));
    out
}

/// Reads the line of this number, counted from 1, as somebody typed it: spaces, hyphens, case and Cyrillic letters that
/// look like Latin ones do not matter. Gives its part of the secret.
///
/// # Errors
/// A line of another length, a character that keys do not have, check characters that do not fit.
pub fn read_line(number: usize, typed: &str) -> Result<Zeroizing<String>> {
    let fault = |what: String| {
        Error::input(format!("строка {number} ключа набрана с ошибкой: {what}"))
            .next(format!("сверьте строку {number} с листом знак за знаком и наберите её снова"))
    };
    let line = normal(without_number(typed));
    let expected = LENGTH.saturating_sub(LINE * number.saturating_sub(1)).min(LINE) + CHECK;
    let count = line.chars().count();
    if count != expected {
        return Err(fault(format!(
            "знаков в ней {count}, а должно быть {expected}: {} и {CHECK} контрольных",
            expected - CHECK
        )));
    }
    let mut data = Zeroizing::new(String::with_capacity(LINE));
    let mut values = Zeroizing::new(Vec::with_capacity(LINE));
    let mut given = Vec::with_capacity(CHECK);
    for (i, c) in line.chars().enumerate() {
        let is_data = i < expected - CHECK;
        // The letter O is in neither alphabet, and the digit in one.
        let c = if is_data && c == 'O' { '0' } else { c };
        let value = value(if is_data { DATA } else { CHECKS }, c)
            .ok_or_else(|| fault(format!("знак «{c}» на месте {} там не встречается", i + 1)))?;
        if is_data {
            data.push(c);
            values.push(value);
        } else {
            given.push(value);
        }
    }
    let number = u8::try_from(number).unwrap_or_default();
    if given != checks(number, &values) {
        return Err(fault("контрольные знаки в её конце не сходятся с остальными".to_owned()));
    }
    Ok(data)
}

/// Puts the lines of a key together.
///
/// # Errors
/// Lines that fit each for itself and are no key together.
pub fn join(lines: &[Zeroizing<String>]) -> Result<Identity> {
    let mut secret = Zeroizing::new(String::with_capacity(PREFIX.len() + LENGTH));
    secret.push_str(PREFIX);
    lines.iter().for_each(|line| secret.push_str(line));
    Identity::parse(&secret)
}

/// Reads what was typed from a sheet: its lines with their check characters, with `AGE-SECRET-KEY-1` before them or without;
/// or the bare key, as the QR code holds it. Blank lines and lines with `#` are passed over.
///
/// # Errors
/// As [`read_line`] and [`join`]; another number of lines.
pub fn read(text: &str) -> Result<Identity> {
    let is_said = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut lines: Vec<Zeroizing<String>> = text.lines().filter(is_said).map(|line| line.to_owned().into()).collect();
    if let Some(first) = lines.first_mut()
        && let Some(rest) = bare(first)
    {
        *first = rest;
    }
    lines.retain(|line| !normal(line).is_empty());
    let all = lines.iter().fold(Zeroizing::new(String::with_capacity(text.len())), |mut all, line| {
        all.push_str(&normal(line));
        all
    });
    if all.chars().count() == LENGTH {
        return join(&[with_zeros(&all)]);
    }
    if lines.len() != LINES {
        return Err(Error::input(format!("в ключе на листе строк {LINES}, а набрано {}", lines.len())).next(
            "наберите каждую строку листа отдельной строкой, с контрольными знаками после «=»; или ключ из QR-кода",
        ));
    }
    let parts = (1..).zip(&lines).map(|(number, line)| read_line(number, line)).collect::<Result<Vec<_>>>()?;
    join(&parts)
}

/// Whether a line holds the whole key, with or without what all keys begin with.
pub fn is_bare(line: &str) -> bool {
    let line = bare(line).unwrap_or_else(|| normal(line));
    line.chars().count() == LENGTH
}

/// What follows the prefix in a line that begins with it.
fn bare(line: &str) -> Option<Zeroizing<String>> {
    let line = normal(line);
    line.strip_prefix(&PREFIX.replace('-', "")).map(|rest| Zeroizing::new(rest.to_owned()))
}

/// A line without the number that is printed before it: «2.», «2)».
fn without_number(line: &str) -> &str {
    let line = line.trim_start();
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['.', ')', ':']) {
        Some(rest) if line.len() == rest.len() + 2 => rest,
        _ => line,
    }
}

/// Capital Latin letters and digits, without what separates them.
fn normal(line: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(line.len()));
    let separates = |c: &char| c.is_whitespace() || "-‐‑–—=·.,_".contains(*c);
    for c in line.chars().filter(|c| !separates(c)) {
        out.extend(c.to_uppercase().map(latin_alike));
    }
    out
}

fn with_zeros(line: &str) -> Zeroizing<String> {
    Zeroizing::new(line.replace('O', "0"))
}

fn value(alphabet: &str, c: char) -> Option<u8> {
    alphabet.chars().position(|known| known == c).and_then(|at| u8::try_from(at).ok())
}

/// The sum of the line's number and its values, and the sum of each times a power of x: two mistakes never cancel out in both.
fn checks(number: u8, values: &[u8]) -> [u8; CHECK] {
    let (mut plain, mut weighted, mut power) = (number, number, 1);
    for value in values {
        power = times(power, 2);
        plain ^= value;
        weighted ^= times(power, *value);
    }
    [plain, weighted]
}

/// The product in GF(32) = GF(2)[x] / (x⁵ + x³ + 1), the field of Bech32.
fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b > 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 0b10_0000 != 0 {
            a ^= 0b10_1001;
        }
        b >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = include_str!("../../tests/vectors/identity/secret").trim_ascii_end();

    fn texts(secret: &str) -> Vec<String> {
        lines(secret).iter().map(|line| line.to_string()).collect()
    }

    fn recipient(text: &str) -> String {
        read(text).unwrap().public().recipient().to_owned()
    }

    #[test]
    fn the_lines_are_those_that_another_program_computes() {
        let vector = include_str!("../../tests/vectors/identity/paper_lines").trim_ascii_end();
        assert_eq!(texts(SECRET).join("\n"), vector);
    }

    #[test]
    fn what_is_typed_carelessly_is_the_key_all_the_same() {
        let known = Identity::parse(SECRET).unwrap().public().recipient().to_owned();
        let printed = texts(SECRET).join("\n");
        let numbered = (1..).zip(texts(SECRET)).map(|(n, line)| format!("{n}. {line}\r\n")).collect::<String>();
        let cyrillic: String = printed
            .chars()
            .map(|c| "ABEKMHOPCTXY".find(c).map_or(c, |at| "АВЕКМНОРСТХУ".chars().nth(at).unwrap()))
            .collect();
        assert_ne!(cyrillic, printed);
        for typed in [
            SECRET.to_owned(),
            SECRET.to_lowercase(),
            SECRET.chars().flat_map(|c| [c, ' ']).collect(),
            format!("# с листа\n\nAGE-SECRET-KEY-1\n{printed}\n"),
            format!("age secret key 1 {printed}"),
            printed.replace([' ', '='], ""),
            printed.replace(' ', "-").to_lowercase(),
            printed.replace('0', "O"),
            cyrillic.to_lowercase(),
            numbered,
            printed.clone(),
        ] {
            assert_eq!(recipient(&typed), known, "{typed}");
        }
    }

    #[test]
    fn a_fault_names_its_line_and_what_is_wrong_with_it() {
        let lines = texts(SECRET);
        let fault = |typed: &[&str]| read(&typed.join("\n")).err().map(|e| e.to_string()).unwrap_or_default();
        let [one, two, three, four] = [0, 1, 2, 3].map(|i| lines[i].as_str());
        assert!(fault(&[one, &two[1..], three, four]).contains("строка 2 ключа набрана с ошибкой: знаков в ней 17"));
        assert!(fault(&[one, two, &three.replacen('G', "1", 1), four]).contains("знак «1»"));
        assert!(fault(&[two, one, three, four]).contains("строка 1 ключа набрана с ошибкой: контрольные знаки"));
        assert!(fault(&[one, two, three]).contains("строк 4, а набрано 3"));
        let other = texts(&Identity::generate().secret_text());
        assert!(
            fault(&[&other[0], two, three, four]).contains("контрольная сумма"),
            "each line fits, the whole does not"
        );
        for text in ["", "AGE-SECRET-KEY-1", "\u{feff}", "1.\n2.\n3.\n4."] {
            assert_eq!(read(text).err().map(|e| e.exit_status()), Some(2), "{text}");
        }
    }

    /// A line of a random secret, and its number.
    fn line() -> impl Strategy<Value = (usize, Vec<char>)> {
        (1..=LINES, proptest::collection::vec(0..32_usize, LENGTH)).prop_map(|(number, values)| {
            let secret: String = values.into_iter().map(|value| char::from(DATA.as_bytes()[value])).collect();
            (number, normal(&texts(&secret)[number - 1]).chars().collect())
        })
    }

    proptest! {
        #[test]
        fn any_character_mistyped_is_found_in_its_line(
            (number, mut line) in line(), at in any::<prop::sample::Index>(), typed in "[0-9A-ZА-Я]",
        ) {
            let at = at.index(line.len());
            let typed = normal(&typed).replace('O', "0").chars().next().unwrap();
            prop_assume!(line[at] != typed);
            line[at] = typed;
            let fault = read_line(number, &line.iter().collect::<String>()).map(|_| ()).unwrap_err();
            let named = format!("строка {number} ключа");
            prop_assert!(fault.message().contains(&named), "{}", fault);
        }

        #[test]
        fn any_two_characters_exchanged_are_found_in_their_line(
            (number, mut line) in line(), at in any::<prop::sample::Index>(), with in any::<prop::sample::Index>(),
        ) {
            let (at, with) = (at.index(line.len()), with.index(line.len()));
            prop_assume!(line[at] != line[with]);
            line.swap(at, with);
            prop_assert!(read_line(number, &line.iter().collect::<String>()).is_err());
        }

        #[test]
        fn any_secret_is_read_back_from_its_lines(bytes in any::<[u8; 32]>()) {
            let hrp = bech32::Hrp::parse("age-secret-key-").unwrap();
            let secret = bech32::encode::<bech32::Bech32>(hrp, &bytes).unwrap().to_uppercase();
            let identity = read(&texts(&secret).join("\n")).unwrap();
            let text = identity.secret_text();
            prop_assert_eq!(text.as_str(), &secret);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,90}", number in 1..=LINES) {
            let _ = read(&text);
            let _ = read_line(number, &text);
        }
    }
}
