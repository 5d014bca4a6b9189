//! The passphrase of a new stick: six made-up words that can be said, typed and remembered, each of 7,776 (77 bits in all).
//!
//! A word is two syllables, 72 first ones and 108 second ones, so no list of words needs to be kept, and no word is another's
//! beginning. None of the letters is one of those that are typed differently on different keyboards.

use crate::ledger::identity::Identity;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How many words.
const WORDS: usize = 6;
/// Begins the first syllable, and ends it.
const FIRST: ([&str; 12], [&str; 6]) =
    (["б", "в", "г", "д", "з", "к", "л", "м", "н", "р", "с", "т"], ["а", "е", "и", "о", "ю", "я"]);
/// Begins the second syllable, and ends it.
const SECOND: ([&str; 12], [&str; 9]) = (
    ["б", "в", "г", "д", "з", "л", "м", "н", "р", "с", "т", "ш"],
    ["ан", "ас", "ем", "ик", "ин", "од", "ор", "ул", "ур"],
);
/// How many words there are.
const COUNT: usize = FIRST.0.len() * FIRST.1.len() * SECOND.0.len() * SECOND.1.len();

/// A new passphrase: «бамор-велин-…».
pub(super) fn generate() -> Zeroizing<String> {
    // An identity is the one source of system randomness that the program has.
    let secret = Identity::generate().secret_text();
    let words: Vec<Zeroizing<String>> = (0..WORDS)
        .map(|at| {
            let digest = Sha256::new().chain_update(secret.as_bytes()).chain_update([at as u8]).finalize();
            let number = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
            Zeroizing::new(word(usize::try_from(number % COUNT as u64).unwrap_or_default()))
        })
        .collect();
    Zeroizing::new(words.iter().map(|word| word.as_str()).collect::<Vec<_>>().join("-"))
}

fn word(number: usize) -> String {
    let mut left = number;
    let mut take = |of: &[&'static str]| {
        let one = of.get(left % of.len()).copied().unwrap_or_default();
        left /= of.len();
        one
    };
    [take(&FIRST.0), take(&FIRST.1), take(&SECOND.0), take(&SECOND.1)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn six_of_7776_words_none_of_which_is_another_and_never_the_same() {
        assert_eq!(COUNT, 7776);
        assert_eq!((0..COUNT).map(word).collect::<BTreeSet<_>>().len(), COUNT);
        let (one, other) = (generate(), generate());
        assert_ne!(one, other);
        assert_eq!(one.split('-').count(), WORDS);
        assert!(one.chars().all(|c| c == '-' || c.is_lowercase()));
    }
}
