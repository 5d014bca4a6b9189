//! Who a person is to the program: one secret, and what others may know of it.
//!
//! The secret is a standard age X25519 identity, the text `AGE-SECRET-KEY-1…` that `age-keygen` writes. It opens
//! archives. The key that signs is not stored anywhere: it is derived from the same 32 bytes with HKDF, so that a
//! person types, prints and keeps one secret and not two. Whoever can open archives with it can therefore sign with
//! it as well; to lend the one without the other there is the recovery key, which no ledger enrols.
//!
//! The public half is an age recipient (who may open) and an Ed25519 key (who signed). The second is shown in
//! OpenSSH's spelling everywhere, because `ssh-keygen` is what a stranger will check a signature with in twenty years.
//!
//! `docs/formats/identity.md` is the page to write this anew from; `tests/vectors/identity/` holds both to it.

use std::fmt;

use age::secrecy::ExposeSecret;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use ssh_key::public::{Ed25519PublicKey, KeyData};
use ssh_key::{Algorithm, HashAlg, LineEnding, PublicKey, SshSig};
use zeroize::Zeroizing;

use crate::error::{Action, Error, Result};

/// What turns the 32 secret bytes into the signing key, for ever: `docs/formats/identity.md`.
const SIGNING_KEY_INFO: &[u8] = b"letopis ed25519 signing key v1";

/// HKDF info of the key that proofs are kept under, for their owner alone.
const PROOF_KEY_INFO: &[u8] = b"letopis kept proof key v1";

/// How every text of an age X25519 secret begins.
const SECRET_PREFIX: &str = "AGE-SECRET-KEY-1";

/// A person's secret. It wipes itself from memory and never shows itself in logs.
pub struct Identity {
    age: age::x25519::Identity,
    signing: SigningKey,
    public: PublicIdentity,
}

impl Identity {
    /// A new secret from the system's random generator.
    pub fn generate() -> Self {
        Self::from_age(age::x25519::Identity::generate())
    }

    /// Reads a secret from `AGE-SECRET-KEY-1…`, or from the text of an identity file: blank lines and lines with `#`
    /// are passed over, and exactly one secret must remain.
    pub fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().ok_or_else(|| not_a_secret("в тексте нет секретного ключа"))?;
        if let Some(error) = known_stranger(line) {
            return Err(error);
        }
        if lines.next().is_some() {
            return Err(not_a_secret("в файле больше одного секретного ключа или посторонний текст"));
        }
        let identity: age::x25519::Identity = line.parse().map_err(|_| {
            not_a_secret("секретный ключ записан с ошибкой: не сходится его контрольная сумма")
                .next("сверьте ключ посимвольно с листом или копией, с которой его вводили")
        })?;
        Ok(Self::from_age(identity))
    }

    /// The key under which this person's kept proofs are encrypted and authenticated: it signs nothing and opens no archive.
    pub fn proof_key(&self) -> Zeroizing<[u8; 32]> {
        derived(&self.age, PROOF_KEY_INFO)
    }

    /// `AGE-SECRET-KEY-1…`, as age and its kin read it.
    pub fn secret_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.age.to_string().expose_secret().to_owned())
    }

    /// What others may know.
    pub fn public(&self) -> PublicIdentity {
        self.public.clone()
    }

    /// The Ed25519 signature (RFC 8032) of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    /// The secret as the age crate takes it, to open what was encrypted for this person.
    pub fn age_identity(&self) -> age::x25519::Identity {
        self.age.clone()
    }

    fn from_age(age: age::x25519::Identity) -> Self {
        let signing = SigningKey::from_bytes(&derived(&age, SIGNING_KEY_INFO));
        let public = PublicIdentity { recipient: age.to_public().to_string(), key: signing.verifying_key().to_bytes() };
        Self { age, signing, public }
    }
}

/// An SSHSIG signature of `message` by the key of `public`, whose bytes `sign` gives.
pub(super) fn ssh_signature(
    public: &PublicIdentity,
    namespace: &str,
    message: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<[u8; 64]>,
) -> Result<String> {
    let signed = SshSig::signed_data(namespace, HashAlg::Sha512, message).map_err(unsignable)?;
    let signature = ssh_key::Signature::new(Algorithm::Ed25519, sign(&signed)?.to_vec()).map_err(unsignable)?;
    SshSig::new(public.key_data(), namespace, HashAlg::Sha512, signature)
        .and_then(|signature| signature.to_pem(LineEnding::LF))
        .map_err(unsignable)
}

/// Shows whose secret it is, never the secret.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("fingerprint", &self.public.fingerprint()).finish_non_exhaustive()
    }
}

/// HKDF-SHA256 over the 32 secret bytes, no salt. The age crate gives out no bytes, only Bech32.
fn derived(age: &age::x25519::Identity, info: &[u8]) -> Zeroizing<[u8; 32]> {
    let text = age.to_string();
    let (_, secret) = bech32::decode(text.expose_secret()).expect("the age crate writes valid Bech32");
    let secret = Zeroizing::new(secret);
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, &secret).expand(info, key.as_mut()).expect("32 bytes are one HKDF block");
    key
}

fn not_a_secret(why: &str) -> Error {
    Error::input(why).next("нужен секретный ключ, который начинается с «AGE-SECRET-KEY-1»")
}

/// Things people give instead of an age secret, each with a word on what it is.
fn known_stranger(line: &str) -> Option<Error> {
    let upper = line.to_uppercase();
    let what = if upper.starts_with(SECRET_PREFIX) {
        return None;
    } else if upper.contains("PRIVATE KEY-----") {
        "это закрытый ключ SSH или PEM, а не ключ «Летописи»"
    } else if upper.starts_with("SSH-") {
        "это открытый ключ SSH, а не секретный ключ «Летописи»"
    } else if upper.starts_with("AGE1") {
        "это открытая часть ключа, а нужна секретная"
    } else if upper.starts_with("AGE-PLUGIN-") || upper.starts_with("AGE-SECRET-KEY-") {
        "это ключ age другого вида: «Летопись» принимает только X25519"
    } else {
        "это не секретный ключ «Летописи»"
    };
    Some(not_a_secret(what))
}

fn unsignable(cause: ssh_key::Error) -> Error {
    Error::environment(format!("не удалось составить подпись SSHSIG ({cause})"))
        .next("сообщите разработчикам")
        .caused_by(cause)
}

/// The public half of an identity, as enrolled in the ledger.
///
/// In JSON `{"recipient": "age1…", "ed25519": "ssh-ed25519 AAAA…"}`; in a line, which a person hands to the
/// administrator, the two texts with a space between them ([`fmt::Display`] and [`PublicIdentity::parse`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PublicIdentity {
    recipient: String,
    key: [u8; 32],
}

impl PublicIdentity {
    /// Takes an age recipient and an Ed25519 public key, refusing what is neither.
    pub fn new(recipient: &str, key: [u8; 32]) -> Result<Self> {
        let recipient: age::x25519::Recipient = recipient.parse().map_err(|_| {
            Error::input(format!("«{recipient}» — не получатель age"))
                .next("открытый ключ начинается с «age1», скопируйте его целиком")
        })?;
        if VerifyingKey::from_bytes(&key).map_or(true, |key| key.is_weak()) {
            return Err(Error::input("открытый ключ Ed25519 непригоден: такого ключа программа создать не могла")
                .next_by("попросите владельца показать ключ ещё раз и прислать", Action::ShowKey));
        }
        Ok(Self { recipient: recipient.to_string(), key })
    }

    /// Reads the line `age1… ssh-ed25519 AAAA…`; a comment after it is passed over.
    pub fn parse(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.trim_start_matches('\u{feff}').split_whitespace().collect();
        match words[..] {
            [recipient, "ssh-ed25519", blob, ..] => Self::new(recipient, ssh_blob(blob)?),
            _ => Err(Error::input("это не открытый ключ «Летописи»")
                .next_by("нужна строка вида «age1… ssh-ed25519 AAAA…», её показывает владелец ключа", Action::ShowKey)),
        }
    }

    /// The age recipient `age1…`: what to encrypt for.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// The Ed25519 public key.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// OpenSSH's fingerprint of the signing key: `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key)
    }

    /// `ssh-ed25519 AAAA… comment`, the line of a `.pub` file. Control characters in the comment become spaces.
    pub fn ssh_line(&self, comment: &str) -> String {
        ssh_line(&self.key, comment)
    }

    /// Whether `signature` is this person's over exactly `message`. Strict: a signature has one form only, and keys
    /// and points of small order are refused, so that nobody can make one signature fit two messages.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        verify(&self.key, message, signature)
    }

    fn key_data(&self) -> KeyData {
        KeyData::Ed25519(Ed25519PublicKey(self.key))
    }
}

impl fmt::Display for PublicIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.recipient, self.ssh_line(""))
    }
}

/// [`PublicIdentity::verify`] with the bare key.
pub fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingPoint::of(key).is_some_and(|key| key.verify(message, signature))
}

/// A bare public key made ready to check many signatures: its point is worked out once.
#[derive(Clone, Copy)]
pub struct VerifyingPoint(VerifyingKey);

impl VerifyingPoint {
    /// Nothing where the key is no point of the curve, so that no signature can be of it.
    pub fn of(key: &[u8; 32]) -> Option<Self> {
        VerifyingKey::from_bytes(key).ok().map(Self)
    }

    /// See [`PublicIdentity::verify`].
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// [`PublicIdentity::ssh_line`] with the bare key.
pub fn ssh_line(key: &[u8; 32], comment: &str) -> String {
    let comment = comment.replace(char::is_control, " ");
    let line = PublicKey::new(KeyData::Ed25519(Ed25519PublicKey(*key)), comment.trim()).to_openssh();
    line.expect("an Ed25519 public key always has a textual form")
}

/// OpenSSH's fingerprint of an Ed25519 public key.
pub fn fingerprint(key: &[u8; 32]) -> String {
    KeyData::Ed25519(Ed25519PublicKey(*key)).fingerprint(HashAlg::Sha256).to_string()
}

/// The public key inside the base64 of an `ssh-ed25519` line.
pub fn ssh_blob(blob: &str) -> Result<[u8; 32]> {
    let key = PublicKey::from_openssh(&format!("ssh-ed25519 {blob}")).ok();
    let key = key.as_ref().and_then(|key| key.key_data().ed25519()).map(|key| key.0);
    key.ok_or_else(|| {
        Error::input(format!("«ssh-ed25519 {blob}» — не открытый ключ Ed25519"))
            .next("скопируйте строку ключа целиком, без переносов")
    })
}

/// The form of [`PublicIdentity`] in JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    recipient: String,
    ed25519: String,
}

impl From<PublicIdentity> for Written {
    fn from(public: PublicIdentity) -> Self {
        Self { ed25519: public.ssh_line(""), recipient: public.recipient }
    }
}

impl TryFrom<Written> for PublicIdentity {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        Self::parse(&format!("{} {}", written.recipient, written.ed25519))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file of tests/vectors/identity/, made by other programs: its README tells which.
    macro_rules! vector {
        ($name:literal) => {
            include_str!(concat!("../../tests/vectors/identity/", $name)).trim_ascii_end()
        };
    }

    const SECRET: &str = vector!("secret");

    #[test]
    fn the_vectors_of_other_programs_are_met() {
        let identity = Identity::parse(vector!("secret")).unwrap();
        let public = identity.public();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(public.recipient(), vector!("recipient"));
        assert_eq!(hex(identity.signing.as_bytes()), vector!("signing_seed"));
        assert_eq!(public.ssh_line(""), vector!("signing_key.pub"));
        assert_eq!(public.fingerprint(), vector!("fingerprint"));
        assert_eq!(hex(&identity.sign(b"entry")), vector!("signature_of_entry"));
    }

    #[test]
    fn the_secret_survives_its_text() {
        let identity = Identity::generate();
        let again = Identity::parse(&identity.secret_text()).unwrap();
        assert_eq!(again.public(), identity.public());
        assert_eq!(again.sign(b"entry"), identity.sign(b"entry"));
    }

    #[test]
    fn an_identity_file_with_comments_is_read() {
        let text = format!("# created: 2025-09-01\n# public key: age1\n\n  {SECRET}\r\n");
        assert_eq!(Identity::parse(&text).unwrap().secret_text().as_str(), SECRET);
    }

    #[test]
    fn a_mistyped_letter_of_the_secret_is_noticed() {
        let error = Identity::parse(&SECRET.replace("GFPQ4", "GFPQ5")).unwrap_err();
        assert!(error.message().contains("контрольная сумма"), "{error}");
    }

    #[test]
    fn what_is_no_secret_is_called_by_its_name() {
        let public = Identity::parse(SECRET).unwrap().public();
        for (text, word) in [
            ("", "нет секретного ключа"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n", "SSH"),
            (public.ssh_line("").as_str(), "открытый ключ SSH"),
            (public.recipient(), "открытая часть"),
            ("AGE-PLUGIN-YUBIKEY-1QQ", "другого вида"),
            ("AGE-SECRET-KEY-PQ-1QQ", "другого вида"),
            ("пароль", "не секретный ключ"),
            (&format!("{SECRET}\n{SECRET}"), "больше одного"),
        ] {
            let error = Identity::parse(text).unwrap_err();
            assert!(error.message().contains(word) && error.next_step().is_some(), "{text}: {error}");
        }
    }

    #[test]
    fn debug_shows_the_fingerprint_and_not_the_secret() {
        let identity = Identity::parse(SECRET).unwrap();
        let shown = format!("{identity:?}");
        assert!(shown.contains(&identity.public().fingerprint()));
        assert!(!shown.contains("GFPYY"));
    }

    #[test]
    fn the_public_line_and_json_are_read_back() {
        let public = Identity::generate().public();
        assert_eq!(PublicIdentity::parse(&public.to_string()).unwrap(), public);
        assert_eq!(PublicIdentity::parse(&format!(" {public} Иванова\n")).unwrap(), public);
        let json = serde_json::to_string(&public).unwrap();
        assert!(json.contains("\"recipient\":\"age1") && json.contains("\"ed25519\":\"ssh-ed25519 AAAA"), "{json}");
        assert_eq!(serde_json::from_str::<PublicIdentity>(&json).unwrap(), public);
    }

    /// What a lax check takes for anybody's signature under any text.
    #[test]
    fn a_signature_is_checked_strictly_so_that_none_fits_two_messages() {
        use ed25519_dalek::Verifier;
        let mut key = [0; 32];
        key[0] = 1; // the neutral point, which is of small order
        let mut signature = [0; 64];
        signature[0] = 1;
        for message in [b"one".as_slice(), b"other"] {
            let lax = VerifyingKey::from_bytes(&key).unwrap().verify(message, &Signature::from_bytes(&signature));
            assert!(lax.is_ok(), "or this test shows nothing");
            assert!(!verify(&key, message, &signature));
        }
        // The same signature spelled with S + L, the order of the group added.
        let identity = Identity::parse(SECRET).unwrap();
        let order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
        let mut spelled_anew = identity.sign(b"entry");
        let mut carry = 0;
        for (at, byte) in spelled_anew[32..].iter_mut().enumerate() {
            let sum = u16::from(*byte) + u16::from_str_radix(&order[2 * at..2 * at + 2], 16).unwrap() + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert!(identity.public().verify(b"entry", &identity.sign(b"entry")));
        assert!(!identity.public().verify(b"entry", &spelled_anew));
    }

    #[test]
    fn a_weak_public_key_is_refused() {
        let recipient = Identity::generate().public().recipient().to_owned();
        let mut identity_point = [0; 32];
        identity_point[0] = 1;
        assert!(PublicIdentity::new(&recipient, identity_point).is_err());
    }

    #[test]
    fn a_signature_holds_for_its_message_and_key_only() {
        let (one, other) = (Identity::generate(), Identity::generate());
        let signature = one.sign(b"entry");
        assert!(one.public().verify(b"entry", &signature));
        assert!(!one.public().verify(b"entry ", &signature));
        assert!(!other.public().verify(b"entry", &signature));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parsers_panic(text in "\\PC{0,200}") {
            let _ = Identity::parse(&text);
            let _ = Identity::parse(&format!("AGE-SECRET-KEY-1{text}"));
            let _ = PublicIdentity::parse(&text);
            let _ = PublicIdentity::parse(&format!("age1 ssh-ed25519 {text}"));
        }
    }
}
