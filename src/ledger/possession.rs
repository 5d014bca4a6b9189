//! What a key signs beside entries: that it is its holder's own (proof of possession), and, of the emergency key, that
//! another key is to be enrolled.
//!
//! Each message begins with a string of its own, so that neither signature is good for anything else. The parts after it
//! have fixed lengths or end with a zero byte, which no login and no recipient holds. `docs/formats/identity.md` lists the
//! strings.

use super::chain::{Hash, Tip, ZERO, hex, parse_hash};
use super::identity::{PublicIdentity, verify};
use super::signer::Signer;
use crate::error::{Action, Error, Result};

/// Begins what a key signs of its own enrolment.
const POSSESSION: &[u8] = b"letopis-possession-v1";

/// Begins what the emergency key signs.
const EMERGENCY: &[u8] = b"letopis-emergency-v1";

/// Begins the last word of a request.
const MARK: &str = "letopis-request:";

/// What a key signs so that it may be enrolled for `login` in a journal. A journal that is not founded yet has the id zero.
fn possession_message(journal: &Hash, login: &str, key: &PublicIdentity) -> Vec<u8> {
    [POSSESSION, journal, login.as_bytes(), &[0], key.recipient().as_bytes()].concat()
}

/// What the emergency key signs of an enrolment: it holds at one place of one journal.
fn emergency_message(before: &Tip, login: &str, key: &PublicIdentity) -> Vec<u8> {
    [EMERGENCY, &before.journal, &before.head, login.as_bytes(), &[0], key.recipient().as_bytes(), &[0], key.key()]
        .concat()
}

/// The proof that a key is its holder's own, in hex.
///
/// # Errors
/// A key that cannot be reached.
pub fn prove(signer: &dyn Signer, journal: &Hash, login: &str) -> Result<String> {
    Ok(hex(&signer.sign(&possession_message(journal, login, &signer.public()))?))
}

/// Whether a proof holds.
pub fn is_proven(proof: &str, journal: &Hash, login: &str, key: &PublicIdentity) -> bool {
    signature(proof).is_some_and(|proof| key.verify(&possession_message(journal, login, key), &proof))
}

/// The emergency key's signature of an enrolment at a place, in hex.
///
/// # Errors
/// A key that cannot be reached.
pub fn countersign(emergency: &dyn Signer, before: &Tip, login: &str, key: &PublicIdentity) -> Result<String> {
    Ok(hex(&emergency.sign(&emergency_message(before, login, key))?))
}

/// Whether an emergency key has signed this enrolment at this place.
pub fn is_countersigned(countersignature: &str, by: &Hash, before: &Tip, login: &str, key: &PublicIdentity) -> bool {
    signature(countersignature).is_some_and(|signed| verify(by, &emergency_message(before, login, key), &signed))
}

fn signature(text: &str) -> Option<[u8; 64]> {
    let (one, other) = text.split_at_checked(64)?;
    let (one, other) = (parse_hash(one)?, parse_hash(other)?);
    [one, other].concat().try_into().ok()
}

/// What somebody hands to the administrator so that his key may be enrolled: a line of text, nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// For whom.
    pub login: String,
    /// The journal; zero where it is to be named in the first entry of one.
    pub journal: Hash,
    /// The public half.
    pub key: PublicIdentity,
    /// The proof of possession, in hex.
    pub possession: String,
}

impl Request {
    /// Asks for the enrolment of a key in a journal, or in one that is yet to be founded.
    ///
    /// # Errors
    /// A key that cannot be reached.
    pub fn by(signer: &dyn Signer, journal: Option<Hash>, login: &str) -> Result<Self> {
        let journal = journal.unwrap_or(ZERO);
        let possession = prove(signer, &journal, login)?;
        Ok(Self { login: login.to_owned(), journal, key: signer.public(), possession })
    }

    /// Reads the line, also out of a text that says more.
    ///
    /// # Errors
    /// A text without one; a proof that does not hold.
    pub fn parse(text: &str) -> Result<Self> {
        let unproven = || {
            Error::input("открытая часть ключа не подписана самим ключом: чей он, не доказано")
                .next_by("составьте заявку на внесение ключа", Action::RequestKey)
        };
        let (before, after) = text.split_once(MARK).ok_or_else(unproven)?;
        let key = before.rfind("age1").and_then(|at| before.get(at..)).unwrap_or_default();
        let key = PublicIdentity::parse(key)?;
        let mut parts = after.split_whitespace().next().unwrap_or_default().split(':');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (login, journal, possession) = (part(), part(), part());
        let journal = if journal == "-" { Some(ZERO) } else { parse_hash(&journal) };
        let journal = journal.ok_or_else(unproven)?;
        if !is_proven(&possession, &journal, &login, &key) {
            return Err(Error::input("заявка на внесение ключа изменена: подпись ключа к ней не подходит")
                .next_by("составьте её заново", Action::RequestKey));
        }
        Ok(Self { login, journal, key, possession })
    }
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let journal = if self.journal == ZERO { "-".to_owned() } else { hex(&self.journal) };
        write!(f, "{} {MARK}{}:{journal}:{}", self.key, self.login, self.possession)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;

    #[test]
    fn a_request_reads_back_and_holds_for_its_login_journal_and_key_only() {
        let key = Identity::generate();
        let request = Request::by(&key, Some([7; 32]), "petrova").unwrap();
        let text = format!("Заявка:\n{request}\n");
        assert_eq!(Request::parse(&text).unwrap(), request);
        assert!(is_proven(&request.possession, &[7; 32], "petrova", &key.public()));
        for (journal, login, of) in [
            ([8; 32], "petrova", key.public()),
            ([7; 32], "petrov", key.public()),
            ([7; 32], "petrova", Identity::generate().public()),
        ] {
            assert!(!is_proven(&request.possession, &journal, login, &of));
        }
        for (from, to) in [("petrova", "ivanova"), ("0707", "0807"), (MARK, "x:")] {
            assert!(Request::parse(&text.replacen(from, to, 1)).is_err(), "{to}");
        }
        let founding = Request::by(&key, None, "petrova").unwrap();
        assert!(founding.to_string().contains(":-:"), "{founding}");
        assert_eq!(Request::parse(&founding.to_string()).unwrap(), founding);
    }

    #[test]
    fn the_emergency_key_signs_one_enrolment_at_one_place_and_it_is_no_proof_of_possession() {
        let (emergency, new) = (Identity::generate(), Identity::generate().public());
        let place = Tip { journal: [1; 32], seq: 9, head: [2; 32] };
        let signed = countersign(&emergency, &place, "petrova", &new).unwrap();
        let by = *emergency.public().key();
        assert!(is_countersigned(&signed, &by, &place, "petrova", &new));
        assert!(!is_countersigned(&signed, &by, &Tip { head: [3; 32], ..place }, "petrova", &new));
        assert!(!is_countersigned(&signed, &by, &Tip { journal: [3; 32], ..place }, "petrova", &new));
        assert!(!is_countersigned(&signed, &by, &place, "ivanova", &new));
        assert!(!is_proven(&signed, &place.journal, "petrova", &new));
        assert!(!is_countersigned("", &by, &place, "petrova", &new));
        assert!(!is_countersigned("пять", &by, &place, "petrova", &new));
    }
}
