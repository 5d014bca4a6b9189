//! `fetch.txt`: payload files that the bag names and does not hold (RFC 8493, 2.2.3). They are never fetched: a bag that
//! lacks one is incomplete.

use super::declaration::Version;
use super::encoding::lines;
use super::listing::path_of;
use crate::archive::bag::BagPath;

/// A file to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it is to be had.
    pub url: String,
    /// Bytes, where the bag says how many.
    pub length: Option<u64>,
    /// Where in the bag it belongs.
    pub path: BagPath,
}

/// The items of the file, and its faulty lines with what is wrong.
pub fn parse(text: &str, version: Version) -> (Vec<Item>, Vec<(usize, String)>) {
    let (mut items, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in lines(text).filter(|(_, line)| !line.is_empty()) {
        match item(line, version) {
            Ok(item) => items.push(item),
            Err(why) => faults.push((number, why)),
        }
    }
    (items, faults)
}

fn item(line: &str, version: Version) -> Result<Item, String> {
    let blank = [' ', '\t'];
    let form = "должны быть адрес, длина и имя файла";
    let (url, rest) = line.split_once(blank).ok_or(form)?;
    let (length, path) = rest.trim_start_matches(blank).split_once(blank).ok_or(form)?;
    if !is_url(url) {
        return Err(format!("«{}» — не адрес", url.escape_debug()));
    }
    let length = match length {
        "-" => None,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().map_err(|_| format!("длина {digits} слишком велика"))?)
        }
        other => return Err(format!("длина «{}» — не число байтов и не «-»", other.escape_debug())),
    };
    let path = path.trim_start_matches(blank);
    let path = path_of(path, version).map_err(|why| format!("имя файла «{}»: {why}", path.escape_debug()))?;
    Ok(Item { url: url.to_owned(), length, path })
}

/// Whether it has a scheme and something after it.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    // One letter is a drive of Windows.
    let named = scheme.len() > 1 && scheme.as_bytes()[0].is_ascii_alphabetic() && scheme.bytes().all(of_scheme);
    named && !rest.trim_matches('/').is_empty() && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn items_are_read_and_faulty_lines_named() {
        let text = "http://example.org/a%20b\t12 data/a b\nftp://example.org/c - data/c\n";
        let (items, faults) = parse(text, Version::V1_0);
        assert_eq!((items[0].length, items[0].path.as_str(), faults.len()), (Some(12), "data/a b", 0));
        assert_eq!((items[1].length, items[1].path.as_str()), (None, "data/c"));
        for line in [
            "http://example.org/a data/a",
            "example.org 1 data/a",
            "http:// 1 data/a",
            "c:/x 1 data/a",
            "http://example.org/a -1 data/a",
            "http://example.org/a 99999999999999999999 data/a",
            "http://example.org/a 1 ../a",
            "http://example.org/a 1 /etc/passwd",
            "http://example.org/a 1 data/100%",
        ] {
            assert_eq!(parse(line, Version::V1_0).1.len(), 1, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_leaves_the_bag(text in "[\\PC\n\r\t%./*~:-]{0,60}") {
            for text in [text.clone(), format!("http://example.org/a 1 {text}")] {
                for item in parse(&text, Version::V1_0).0 {
                    prop_assert!(item.path.under(std::path::Path::new("/bag")).starts_with("/bag"));
                }
            }
        }
    }
}
