//! The signature over a bag's tag manifest, and the list of those whose signature may stand there.
//!
//! Both are OpenSSH's own formats, so that `ssh-keygen -Y verify` checks an archive on any machine. The namespace keeps
//! a signature given to an archive from being passed off as one over anything else.
//!
//! Base64 and PEM leave freedom: other line breaks or unused bits spell the same signature. An archive promises that
//! any flipped bit is found, so a signature must be spelled exactly as it would be written again.

use std::fmt;

use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, SshSig};

use crate::ledger::identity::{PublicIdentity, fingerprint};
use crate::ledger::signer::Signer;

/// The SSHSIG namespace of archives.
pub const NAMESPACE: &str = "letopis-archive";

/// A signature of ours has some 300 bytes; a larger file is none.
pub const MAX_SIGNATURE: usize = 4096;

/// Signs a tag manifest.
pub fn sign(signer: &dyn Signer, tagmanifest: &[u8]) -> crate::Result<String> {
    signer.ssh_sign(NAMESPACE, tagmanifest)
}

/// A signature that is well formed; whether it holds is another question.
pub struct ArchiveSignature {
    parsed: SshSig,
    namespace: &'static str,
    key: [u8; 32],
}

impl ArchiveSignature {
    /// Reads the file; the error says in Russian what is wrong with it.
    pub fn parse(file: &[u8]) -> Result<Self, &'static str> {
        Self::parse_in(file, NAMESPACE)
    }

    /// Reads a signature that was given to something else, in a namespace of its own.
    pub fn parse_in(file: &[u8], namespace: &'static str) -> Result<Self, &'static str> {
        if file.len() > MAX_SIGNATURE {
            return Err("файл слишком велик для подписи SSHSIG");
        }
        let parsed = SshSig::from_pem(file).map_err(|_| "это не подпись SSHSIG")?;
        if parsed.to_pem(LineEnding::LF).map_or(true, |again| again.as_bytes() != file) {
            return Err("подпись записана не в том виде, в каком создана");
        }
        // The version is not among the signed bytes, and a lower one than ours would be taken as it stands.
        if parsed.version() != SshSig::VERSION {
            return Err("неизвестная версия подписи SSHSIG");
        }
        if parsed.namespace() != namespace {
            return Err("подпись дана не архиву: другое пространство имён");
        }
        if parsed.hash_alg() != HashAlg::Sha512 {
            return Err("подпись взята не с SHA-512");
        }
        let KeyData::Ed25519(key) = parsed.public_key() else { return Err("подпись не Ed25519") };
        let key = key.0;
        Ok(Self { parsed, namespace, key })
    }

    /// The key it claims to be of.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// OpenSSH's fingerprint of that key.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key)
    }

    /// Whether it is that key's signature over exactly these bytes.
    pub fn holds(&self, tagmanifest: &[u8]) -> bool {
        let Ok(signed) = SshSig::signed_data(self.namespace, self.parsed.hash_alg(), tagmanifest) else { return false };
        let Ok(signature) = <[u8; 64]>::try_from(self.parsed.signature_bytes()) else { return false };
        crate::ledger::identity::verify(&self.key, &signed, &signature)
    }
}

/// Whether it is a signature that was given to something else than an archive.
pub fn is_of_another_namespace(file: &[u8]) -> bool {
    SshSig::from_pem(file).is_ok_and(|parsed| parsed.namespace() != NAMESPACE)
}

/// The lines of `allowed_signers`: logins and their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedSigners(Vec<(String, [u8; 32])>);

impl AllowedSigners {
    /// Lists people by login.
    pub fn new(people: impl IntoIterator<Item = (impl Into<String>, PublicIdentity)>) -> Self {
        Self(people.into_iter().map(|(login, public)| (login.into(), *public.key())).collect())
    }

    /// Reads the file as Letopis writes it: a login, the namespace, an Ed25519 key. The error names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let signers = lines.map(|(index, line)| {
            let fault = || format!("строка {}: нужны логин, namespaces=\"{NAMESPACE}\" и ключ ssh-ed25519", index + 1);
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            let [login, options, "ssh-ed25519", blob] = words[..] else { return Err(fault()) };
            if options != format!("namespaces=\"{NAMESPACE}\"") {
                return Err(fault());
            }
            let key = crate::ledger::identity::ssh_blob(blob).map_err(|_| fault())?;
            Ok((login.to_owned(), key))
        });
        signers.collect::<Result<_, _>>().map(Self)
    }

    /// The file, for signatures of another namespace.
    pub fn in_namespace(&self, namespace: &str) -> String {
        let line = |(login, key): &(String, [u8; 32])| {
            format!("{login} namespaces=\"{namespace}\" {}\n", crate::ledger::identity::ssh_line(key, ""))
        };
        self.0.iter().map(line).collect()
    }

    /// Whose key it is.
    pub fn login_of(&self, key: &[u8; 32]) -> Option<&str> {
        self.0.iter().find(|(_, allowed)| allowed == key).map(|(login, _)| login.as_str())
    }
}

/// The file, in the form of ssh-keygen(1), ALLOWED SIGNERS.
impl fmt::Display for AllowedSigners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_namespace(NAMESPACE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;
    use proptest::prelude::*;

    #[test]
    fn any_flipped_bit_of_the_signature_file_is_noticed() {
        let signer = Identity::generate();
        let file = sign(&signer, b"tag manifest").unwrap().into_bytes();
        let intact = ArchiveSignature::parse(&file).unwrap();
        assert!(intact.holds(b"tag manifest") && !intact.holds(b"tag manifesto"));
        assert_eq!(intact.fingerprint(), signer.public().fingerprint());
        for bit in 0..file.len() * 8 {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let passes = ArchiveSignature::parse(&flipped).is_ok_and(|signature| signature.holds(b"tag manifest"));
            assert!(!passes, "bit {bit}");
        }
    }

    #[test]
    fn a_signature_given_to_something_else_is_refused() {
        let file = Identity::generate().ssh_sign("file", b"tag manifest").unwrap();
        assert!(ArchiveSignature::parse(file.as_bytes()).err().unwrap().contains("пространство"));
    }

    #[test]
    fn a_signature_over_another_hash_cut_off_or_too_long_is_none() {
        let signer = Identity::generate();
        let file = sign(&signer, b"tag manifest").unwrap();
        let parsed = SshSig::from_pem(&file).unwrap();
        let (key, signature) = (parsed.public_key().clone(), parsed.signature().clone());
        let other = SshSig::new(key, NAMESPACE, HashAlg::Sha256, signature).unwrap().to_pem(LineEnding::LF).unwrap();
        assert!(ArchiveSignature::parse(other.as_bytes()).err().unwrap().contains("SHA-512"));
        for length in 0..file.len() {
            assert!(ArchiveSignature::parse(&file.as_bytes()[..length]).is_err(), "{length}");
        }
        let long = format!("{file}{}", "\n".repeat(MAX_SIGNATURE));
        assert!(ArchiveSignature::parse(long.as_bytes()).err().unwrap().contains("велик"));
    }

    #[test]
    fn allowed_signers_are_read_back() {
        let (one, two) = (Identity::generate().public(), Identity::generate().public());
        let signers = AllowedSigners::new([("petrova".to_owned(), one.clone()), ("orlov".to_owned(), two)]);
        let again = AllowedSigners::parse(&signers.to_string()).unwrap();
        assert_eq!(again, signers);
        assert_eq!(again.login_of(one.key()), Some("petrova"));
        assert!(AllowedSigners::parse("petrova ssh-ed25519 AAAA").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parsers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let text = String::from_utf8_lossy(&bytes);
            let _ = ArchiveSignature::parse(&bytes);
            let armour = format!("-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n");
            let _ = ArchiveSignature::parse(armour.as_bytes());
            let _ = AllowedSigners::parse(&text);
        }
    }
}
