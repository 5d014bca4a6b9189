//! Submitting a checkpoint (C2SP `tlog-witness`, `add-checkpoint`).

use crate::ledger::chain::Hash;
use crate::ledger::log::note::{Note, Opinion, Verifier};
use crate::ledger::log::tree;
use crate::school::{RECORDS, counted};
use base64ct::{Base64, Encoding};
use chrono::{DateTime, Utc};

/// No answer is read beyond so many bytes.
pub const LARGEST: usize = 64 * 1024;

/// So often a witness may name another size before he is given up.
const TRIES: usize = 4;

/// What a witness answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// What came with it.
    pub body: String,
}

/// How a witness is reached.
pub trait Way {
    /// Posts a text to an address. An answer of any status is one.
    ///
    /// # Errors
    /// Why there is no answer.
    fn post(&self, url: &str, body: &str) -> Result<Reply, String>;
}

/// Why a witness did not sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// He does not know the journal, or its key.
    Unknown,
    /// He has signed a ledger of so many records, and this one is shorter.
    Longer(u64),
    /// He has signed another beginning of the ledger.
    Forked,
    /// What he answered is not what the protocol has.
    Strange(String),
    /// He cannot be reached now.
    Unreachable(String),
}

impl Refusal {
    /// Whether he says that the ledger was changed or cut.
    pub fn contradicts(&self) -> bool {
        matches!(self, Self::Longer(_) | Self::Forked)
    }

    /// Why, in Russian.
    pub fn words(&self) -> String {
        match self {
            Self::Unknown => "он не знает этого журнала или ключа службы приёма: сообщите их ему".to_owned(),
            Self::Longer(size) => {
                format!(
                    "он подписывал журнал, в котором {}, а этот короче: конец журнала отрезан",
                    counted(*size, RECORDS)
                )
            }
            Self::Forked => "он подписывал другие первые записи: журнал переписан".to_owned(),
            Self::Strange(why) => format!("ответ не по протоколу tlog-witness ({why})"),
            Self::Unreachable(why) => format!("нет связи ({why})"),
        }
    }
}

/// What is submitted: a checkpoint that its log has signed, with the leaves it is over.
#[derive(Debug, Clone, Copy)]
pub struct Submitted<'a> {
    /// The checkpoint.
    pub note: &'a Note,
    /// All of its leaves.
    pub leaves: &'a [Hash],
}

/// A witness's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The checkpoint with the log's signature and his.
    pub note: Note,
    /// When he signed.
    pub at: DateTime<Utc>,
}

/// Asks a witness to sign. `before` is the size that he is believed to have signed; where that is wrong, he names his own.
///
/// # Errors
/// Why he did not.
pub fn submit(
    way: &dyn Way,
    (key, url): (&Verifier, &str),
    what: Submitted<'_>,
    before: u64,
) -> Result<Signed, Refusal> {
    let (url, size) = (format!("{}/add-checkpoint", url.trim_end_matches('/')), what.leaves.len() as u64);
    let mut old = before.min(size);
    for _ in 0..TRIES {
        let Reply { status, body } = way.post(&url, &request(what, old)).map_err(Refusal::Unreachable)?;
        match status {
            200 => return signed(key, what.note, &body),
            409 => match named(&body) {
                Some(known) if known > size => return Err(Refusal::Longer(known)),
                // From where he stands himself: the roots differ.
                Some(known) if known == old => return Err(Refusal::Forked),
                Some(known) => old = known,
                None => return Err(Refusal::Strange("409 без числа записей".to_owned())),
            },
            403 | 404 => return Err(Refusal::Unknown),
            422 => return Err(Refusal::Forked),
            408 | 429 | 500.. => return Err(Refusal::Unreachable(format!("ответ {status}"))),
            _ => return Err(Refusal::Strange(format!("ответ {status}"))),
        }
    }
    Err(Refusal::Strange("он называет каждый раз другое число записей".to_owned()))
}

fn request(what: Submitted<'_>, old: u64) -> String {
    let proof = usize::try_from(old).ok().and_then(|old| tree::consistency(what.leaves, old)).unwrap_or_default();
    let proof: String = proof.iter().map(|hash| Base64::encode_string(hash) + "\n").collect();
    format!("old {old}\n{proof}\n{}", what.note)
}

/// The size that a witness names: a decimal number and a line's end.
fn named(body: &str) -> Option<u64> {
    let number = body.strip_suffix('\n').unwrap_or(body);
    number.parse().ok().filter(|size: &u64| size.to_string() == number)
}

fn signed(key: &Verifier, note: &Note, lines: &str) -> Result<Signed, Refusal> {
    let strange = |why: &str| Refusal::Strange(why.to_owned());
    let mut heard = note.clone();
    heard.add(lines).map_err(|error| strange(error.message()))?;
    match key.opinion(&heard) {
        // What others signed in his answer is nobody's business.
        Opinion::Signed(Some(at)) => {
            let mut note = note.clone();
            note.add(&heard.lines_of(key)).map_err(|error| strange(error.message()))?;
            Ok(Signed { note, at })
        }
        Opinion::Wrong => Err(strange("подпись не сходится")),
        _ => Err(strange("подписи ключом, который назвала школа, в нём нет")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;
    use crate::ledger::log::checkpoint::{Checkpoint, Origin};
    use std::cell::RefCell;

    const ORIGIN: Origin = Origin { journal: [7; 32], epoch: 1 };

    /// A witness as the protocol describes one.
    struct Neighbour {
        identity: Identity,
        known: RefCell<(u64, Hash)>,
        asked: RefCell<Vec<String>>,
        answer: Option<Reply>,
    }

    impl Neighbour {
        fn new() -> Self {
            let known = RefCell::new((0, tree::root(&[])));
            Self { identity: Identity::generate(), known, asked: RefCell::default(), answer: None }
        }

        fn key(&self) -> Verifier {
            unsigned(&Identity::generate(), &[]).cosign("w", &self.identity, 1)
        }
    }

    fn unsigned(server: &Identity, leaves: &[Hash]) -> Note {
        Checkpoint::of(ORIGIN, leaves).signed(server).unwrap()
    }

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, body: body.to_owned() }
    }

    impl Way for Neighbour {
        fn post(&self, url: &str, body: &str) -> Result<Reply, String> {
            assert_eq!(url, "http://w/add-checkpoint");
            self.asked.borrow_mut().push(body.lines().next().unwrap().to_owned());
            if let Some(answer) = &self.answer {
                return Ok(answer.clone());
            }
            let (head, note) = body.split_once("\n\n").unwrap();
            let mut lines = head.lines();
            let old: u64 = lines.next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
            let proof: Vec<Hash> = lines.map(|line| Base64::decode_vec(line).unwrap().try_into().unwrap()).collect();
            let mut note = Note::parse(note).unwrap();
            let point = Checkpoint::read(&note).unwrap();
            let (size, root) = *self.known.borrow();
            if old > point.size {
                return Ok(reply(400, ""));
            }
            if old != size || (old == point.size && old > 0 && root != point.root) {
                return Ok(reply(409, &format!("{size}\n")));
            }
            if !tree::extends((size, &root), (point.size, &point.root), &proof) {
                return Ok(reply(422, ""));
            }
            *self.known.borrow_mut() = (point.size, point.root);
            let key = note.cosign("w", &self.identity, 1_700_000_000);
            Ok(reply(200, &note.lines_of(&key)))
        }
    }

    fn leaves(size: u8) -> Vec<Hash> {
        (0..size).map(|byte| [byte; 32]).collect()
    }

    fn ask(neighbour: &Neighbour, leaves: &[Hash], before: u64) -> Result<Signed, Refusal> {
        let note = unsigned(&Identity::generate(), leaves);
        submit(neighbour, (&neighbour.key(), "http://w/"), Submitted { note: &note, leaves }, before)
    }

    #[test]
    fn a_witness_signs_from_the_size_that_he_names() {
        let neighbour = Neighbour::new();
        for (size, before, asked) in [
            (5, 0, &["old 0"][..]),
            (9, 5, &["old 5"]),
            // Somebody has forgotten what was signed, or believes more than there was.
            (12, 0, &["old 0", "old 9"]),
            (13, 99, &["old 13", "old 12"]),
            (13, 13, &["old 13"]),
        ] {
            neighbour.asked.borrow_mut().clear();
            let signed = ask(&neighbour, &leaves(size), before).unwrap();
            assert_eq!(*neighbour.asked.borrow(), asked);
            assert_eq!(neighbour.key().opinion(&signed.note), Opinion::Signed(Some(signed.at)));
            assert_eq!(Checkpoint::read(&signed.note).unwrap().size, u64::from(size));
        }
    }

    #[test]
    fn a_shorter_and_another_ledger_are_told_from_faults() {
        let neighbour = Neighbour::new();
        ask(&neighbour, &leaves(9), 0).unwrap();
        assert_eq!(ask(&neighbour, &leaves(7), 0), Err(Refusal::Longer(9)));
        let mut other = leaves(9);
        other[3][0] ^= 1;
        assert_eq!(ask(&neighbour, &other, 9), Err(Refusal::Forked), "as long");
        other.push([0; 32]);
        assert_eq!(ask(&neighbour, &other, 0), Err(Refusal::Forked), "longer");
        assert_eq!(neighbour.known.borrow().0, 9);
    }

    #[test]
    fn an_answer_that_is_none_is_never_taken_for_a_signature() {
        let mut neighbour = Neighbour::new();
        let stranger = Neighbour::new();
        let other = ask(&stranger, &leaves(3), 0).unwrap().note.lines_of(&stranger.key());
        for (status, body, words) in [
            (200, String::new(), "оборвана"),
            (200, "да\n".to_owned(), "не подпись"),
            (200, other, "в нём нет"),
            (409, String::new(), "без числа"),
            (409, "много\n".to_owned(), "без числа"),
            (409, "-1\n".to_owned(), "без числа"),
            (409, "1\n".to_owned(), "переписан"),
            (301, String::new(), "301"),
            (403, String::new(), "не знает"),
            (404, String::new(), "не знает"),
            (503, String::new(), "нет связи"),
        ] {
            neighbour.answer = Some(reply(status, &body));
            let refused = ask(&neighbour, &leaves(3), 0).unwrap_err();
            assert!(refused.words().contains(words), "{status} {body}: {}", refused.words());
        }
        // His own signature, over another checkpoint.
        neighbour.answer = None;
        let signed = ask(&neighbour, &leaves(2), 0).unwrap();
        neighbour.answer = Some(reply(200, &signed.note.lines_of(&neighbour.key())));
        let refused = ask(&neighbour, &leaves(3), 2).unwrap_err();
        assert_eq!(refused, Refusal::Strange("подпись не сходится".to_owned()));
    }
}
