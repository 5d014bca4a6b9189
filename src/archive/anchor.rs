//! Trust from outside the carrier: what makes a whole archive a genuine one.
//!
//! An anchor is something the checker already trusts: a fingerprint or a code printed on an act that lies in another
//! safe, the journal itself, or an archive that was checked before. Every anchor that is given must fit; one that
//! does not makes the archive a forgery, however whole it is.

mod journal;

use std::path::PathBuf;

use super::bag::{ALLOWED_SIGNERS, Content, Facts, Folder, INFO, Info, SIGNATURE, TAGMANIFEST};
use super::report::Finding;
use super::signature::{AllowedSigners, ArchiveSignature};
use super::sum::Sum;
use crate::error::{Action, Error, Result};
use crate::school::{RECORDS, counted, latin_alike};

pub use journal::{JournalFacts, Known, Maker};

/// The fewest digits of a code that are accepted: 128 bits, beyond any search for a second archive to fit it.
const MIN_CODE_DIGITS: usize = 32;

/// A code is printed in groups of so many digits.
const GROUP: usize = 4;

/// The length of a SHA-256 in base64 without padding.
const FINGERPRINT: usize = 43;

/// So few characters differ by a slip of the hand: a forger would have to find an archive or a key that fits all the others.
const SLIPS: usize = 4;

/// What the checker trusts already.
#[derive(Clone)]
pub enum Anchor<'a> {
    /// The signer's fingerprint, from the act or the registry of keys.
    Signer(String),
    /// The archive's code, from the act.
    Expect(Code),
    /// A journal that passed its audit.
    Journal(&'a dyn JournalFacts),
    /// The folder of a bag that was checked before.
    Bag(PathBuf),
}

/// An archive's code as typed from paper: hex digits, however grouped, in full or the first 32 at least. Letters that look
/// like the right ones are taken for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// Reads what was typed.
    pub fn parse(text: &str) -> Result<Self> {
        let is_gap = |character: char| character.is_whitespace() || matches!(character, '-' | ':' | '·' | '.');
        let typed = text.chars().filter(|character| !is_gap(*character)).flat_map(char::to_uppercase).map(latin_alike);
        // There is no letter O in a code.
        let digits = typed.collect::<String>().replace('O', "0").to_lowercase();
        if !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(Error::input(format!("в коде «{text}» есть знаки, кроме цифр 0–9 и букв A–F"))
                .next("введите код так, как он напечатан в акте"));
        }
        if !(MIN_CODE_DIGITS..=64).contains(&digits.len()) {
            let signs = counted(digits.len() as u64, ["знак", "знака", "знаков"]);
            return Err(Error::input(format!("в коде {signs}"))
                .next(format!("введите все 64 знака из акта или не меньше первых {MIN_CODE_DIGITS}")));
        }
        Ok(Self(digits))
    }

    /// Whether it is this archive's code.
    pub fn fits(&self, code: &Sum) -> bool {
        code.to_string().starts_with(&self.0)
    }

    /// Refuses a code that was meant to be this archive's and was mistyped.
    ///
    /// # Errors
    /// Such a code, with the group that differs.
    pub fn no_slip(&self, code: &Sum) -> Result<()> {
        let real = code.to_string();
        let beginning = real.get(..self.0.len()).unwrap_or(&real);
        if self.fits(code) || strsim::levenshtein(&self.0, beginning) > SLIPS {
            return Ok(());
        }
        let same = self.0.chars().zip(real.chars()).take_while(|(typed, real)| typed == real).count();
        let group = same / GROUP;
        let shown = |code: &str| code.chars().skip(group * GROUP).take(GROUP).collect::<String>().to_uppercase();
        Err(Error::input(format!(
            "код набран с ошибкой: в группе {} набрано «{}», а у архива там «{}»",
            group + 1,
            shown(&self.0),
            shown(&real)
        ))
        .next("сверьте эту группу с актом и наберите код снова"))
    }
}

/// A whole bag, as an anchor looks at it.
pub(super) struct Subject<'a> {
    pub name: &'a str,
    pub code: Sum,
    pub key: [u8; 32],
    pub fingerprint: &'a str,
    pub facts: &'a Facts,
}

/// What an anchor says: in whose name it vouches, or why it does not; and what else it noticed.
pub(super) struct Answer {
    pub vouched: Option<String>,
    pub findings: Vec<Finding>,
}

impl Answer {
    fn yes(by: impl Into<String>) -> Self {
        Self { vouched: Some(by.into()), findings: Vec::new() }
    }

    fn no(path: &str, why: impl Into<String>) -> Self {
        Self::against(vec![Finding::forgery(path, why)])
    }

    fn against(findings: Vec<Finding>) -> Self {
        Self { vouched: None, findings }
    }
}

impl Anchor<'_> {
    /// A signer's fingerprint as typed from paper: `SHA256:` and 43 characters of base64, as OpenSSH prints it; the
    /// prefix may be left out.
    pub fn signer(text: &str) -> Result<Self> {
        let bare = bare(text);
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
        // 43 characters hold two bits more than 256, which are zero.
        let whole = bare.len() == FINGERPRINT && b"AEIMQUYcgkosw048".contains(&bare.as_bytes()[FINGERPRINT - 1]);
        if whole && bare.bytes().all(is_base64) {
            return Ok(Self::Signer(format!("SHA256:{bare}")));
        }
        Err(Error::input(format!("«{}» — не отпечаток ключа", text.trim()))
            .next("введите его целиком, как в акте или в реестре ключей: SHA256: и 43 знака, большие и малые буквы различаются"))
    }

    /// What it is, in Russian, for an act.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Signer(_) => "отпечаток ключа из акта".to_owned(),
            Self::Expect(_) => "код из акта".to_owned(),
            Self::Journal(_) => "журнал".to_owned(),
            Self::Bag(path) => format!("архив {}", Folder::new(path).name()),
        }
    }

    /// Holds the anchor against a bag.
    ///
    /// # Errors
    /// A code or a fingerprint that was plainly mistyped; an anchor that cannot be read.
    pub(super) fn ask(&self, subject: &Subject<'_>) -> Result<Answer> {
        match self {
            Self::Signer(expected) => ask_signer(expected, subject),
            Self::Expect(code) if code.fits(&subject.code) => Ok(Answer::yes("код из акта")),
            Self::Expect(code) => code.no_slip(&subject.code).map(|()| {
                let what = "это не тот архив, для которого составлен акт";
                Answer::no(TAGMANIFEST, format!("код архива {}, а в акте {}: {what}", subject.code, code.0))
            }),
            Self::Journal(journal) => journal::ask(*journal, subject),
            Self::Bag(path) => ask_bag(&Folder::new(path), subject),
        }
    }
}

fn ask_signer(expected: &str, subject: &Subject<'_>) -> Result<Answer> {
    let (typed, real) = (bare(expected), bare(subject.fingerprint));
    if typed == real {
        return Ok(Answer::yes("отпечаток ключа из акта"));
    }
    if strsim::levenshtein(typed, real) <= SLIPS {
        let same = typed.chars().zip(real.chars()).take_while(|(typed, real)| typed == real).count();
        return Err(Error::input(format!(
            "отпечаток набран с ошибкой: знак {} после «SHA256:» не тот, у архива отпечаток SHA256:{real}",
            same + 1
        ))
        .next("сверьте его с актом, большие и малые буквы различаются, и наберите снова"));
    }
    Ok(Answer::no(SIGNATURE, format!("подписан ключом {}, а в акте {}", subject.fingerprint, expected.trim())))
}

fn bare(fingerprint: &str) -> &str {
    fingerprint.trim().trim_start_matches("SHA256:").trim_end_matches('=')
}

/// A trusted bag vouches for the one it names as its previous, and for any of its own journal signed by one of its
/// allowed signers.
fn ask_bag(trusted: &Folder, subject: &Subject<'_>) -> Result<Answer> {
    let bag = TrustedBag::open(trusted)?;
    let name = trusted.name();
    if bag.code == subject.code {
        return Ok(Answer::yes(format!("архив {name}: это он и есть")));
    }
    if bag.facts.previous.as_ref().is_some_and(|previous| previous.code == subject.code.to_string()) {
        return Ok(Answer::yes(format!("архив {name} называет его предыдущим")));
    }
    let same_journal = bag.facts.journal == subject.facts.journal;
    let (a_copy, of_a_copy) = (subject.facts.content == Content::Backup, bag.facts.content == Content::Backup);
    if same_journal && bag.facts.length == subject.facts.length && bag.facts.head != subject.facts.head {
        return Ok(Answer::no(
            INFO,
            format!("в архиве {name} столько же: {}, но другие", counted(subject.facts.length, RECORDS)),
        ));
    }
    // The key of a copy of any day may be a service's, which archives do not name and which vouches for none of them.
    if same_journal && a_copy != of_a_copy {
        let what = if a_copy {
            format!("архив {name} того же журнала, но о копиях дня он ничего не говорит")
        } else {
            format!("{name} — копия дня: поручиться за архив она не может")
        };
        return Ok(Answer { vouched: None, findings: vec![Finding::note(INFO, what)] });
    }
    if let (true, Some(login)) = (same_journal, bag.signers.login_of(&subject.key)) {
        return Ok(Answer::yes(format!("архив {name} того же журнала, ключ {login}")));
    }
    let why = if same_journal {
        format!("подписан ключом {}, которого нет среди подписывающих архива {name}", subject.fingerprint)
    } else {
        format!("архив {name} — другого журнала и не называет этот архив предыдущим, поручиться за него он не может")
    };
    Ok(Answer::no(SIGNATURE, why))
}

struct TrustedBag {
    code: Sum,
    facts: Facts,
    signers: AllowedSigners,
}

impl TrustedBag {
    /// Reads what a trusted bag says, after proving that it was not damaged since.
    fn open(folder: &Folder) -> Result<Self> {
        let unfit = |why: &str| {
            Error::input(format!("архив «{}» не годится как образец: {why}", folder.root().display()))
                .next_by("сначала проверьте его самого", Action::VerifyArchive)
        };
        let read = |name: &str| {
            folder.read_tag(name).map_err(|cause| unfit(&format!("не читается {name} ({cause})")).caused_by(cause))
        };
        let tagmanifest = read(TAGMANIFEST)?;
        let signature = ArchiveSignature::parse(&read(SIGNATURE)?).map_err(unfit)?;
        if !signature.holds(&tagmanifest) {
            return Err(unfit("подпись не сходится"));
        }
        let listed = super::bag::Manifest::parse(&String::from_utf8_lossy(&tagmanifest))
            .map_err(|error| unfit(&format!("{TAGMANIFEST}: {error}")))?;
        let text = |name: &str| {
            let bytes = read(name)?;
            let path = super::bag::BagPath::new(name).map_err(unfit)?;
            if listed.get(&path) != Some(Sum::of(&bytes)) {
                return Err(unfit(&format!("{name} повреждён")));
            }
            String::from_utf8(bytes).map_err(|_| unfit(&format!("{name} не в UTF-8")))
        };
        let info = Info::parse(&text(INFO)?).map_err(|why| unfit(&why))?;
        Ok(Self {
            code: Sum::of(&tagmanifest),
            facts: Facts::from_info(&info).map_err(|why| unfit(&why))?,
            signers: AllowedSigners::parse(&text(ALLOWED_SIGNERS)?).map_err(|why| unfit(&why))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_fingerprint_is_bad_input_and_no_forgery() {
        let right = crate::ledger::identity::Identity::generate().public().fingerprint();
        let bare = right.trim_start_matches("SHA256:");
        for typed in [right.clone(), format!(" {bare} "), format!("{right}=")] {
            assert!(matches!(Anchor::signer(&typed), Ok(Anchor::Signer(read)) if read == right), "{typed}");
        }
        let (long, foreign) = (format!("{right}A"), format!("SHA256:{}", "Ж".repeat(43)));
        let odd = format!("{}B", &right[..right.len() - 1]);
        for typed in ["SHA256:abcd", "", &right[..right.len() - 1], &long, &foreign, &odd] {
            let error = Anchor::signer(typed).err().unwrap();
            assert_eq!(error.exit_status(), 2, "{typed}");
            assert!(error.next_step().unwrap().to_string().contains("43 знака"), "{error}");
        }
    }

    #[test]
    fn the_length_of_a_code_agrees_with_its_noun() {
        for (code, words) in
            [("a", "1 знак"), ("abcd", "4 знака"), ("abcde", "5 знаков"), (&*"a".repeat(65), "65 знаков")]
        {
            assert_eq!(Code::parse(code).unwrap_err().message(), format!("в коде {words}"));
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_grouped_and_never_too_short() {
        let sum = Sum::of(b"tag manifest");
        let full = sum.to_string();
        let grouped: Vec<String> =
            full.to_uppercase().as_bytes().chunks(4).map(|g| String::from_utf8_lossy(g).into()).collect();
        assert!(Code::parse(&grouped.join(" ")).unwrap().fits(&sum));
        assert!(Code::parse(&grouped[..8].join("-")).unwrap().fits(&sum));
        assert!(!Code::parse(&"0".repeat(64)).unwrap().fits(&sum));
        assert!(Code::parse(&full[..31]).is_err());
        assert!(Code::parse(&format!("{full}0")).is_err());
        assert!(Code::parse("Ж".repeat(32).as_str()).is_err());
        let alike = full.to_uppercase().replace('A', "А").replace('B', "В").replace('C', "С").replace('0', "О");
        assert_ne!(alike, full.to_uppercase());
        assert!(Code::parse(&alike).unwrap().fits(&sum));
    }

    #[test]
    fn a_mistyped_code_is_bad_input_and_another_archives_is_none() {
        let sum = Sum::of(b"tag manifest");
        let full = sum.to_string();
        let turned = |at: usize| if &full[at..=at] == "0" { "1" } else { "0" };
        let wrong = |at: usize| format!("{}{}{}", &full[..at], turned(at), &full[at + 1..]);
        let missing = format!("{}{}", &full[..20], &full[21..]);
        for (typed, group) in [(&*wrong(62), 16), (&wrong(0), 1), (&wrong(17)[..32], 5), (&missing, 6)] {
            let error = Code::parse(typed).unwrap().no_slip(&sum).unwrap_err();
            assert_eq!(error.exit_status(), 2);
            assert!(error.message().contains(&format!("в группе {group} ")), "{typed}: {error}");
        }
        let other = Sum::of(b"another tag manifest").to_string();
        for typed in [&*full, &full[..32], &other, &other[..32]] {
            Code::parse(typed).unwrap().no_slip(&sum).unwrap();
        }
    }
}
