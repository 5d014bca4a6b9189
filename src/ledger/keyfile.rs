//! The file a person keeps the secret in.
//!
//! With a passphrase it is what `age -p` makes of an identity file: `age -d -i director.key` takes it as it stands and
//! asks for the passphrase. It is armoured, so that it survives an editor and a mail program. The scrypt work factor
//! is fixed at 17 (about a quarter of a second, 128 MiB), instead of measured on the machine at hand, so that every
//! school PC can open what another wrote; files of other programs are accepted up to 20.
//!
//! Without a passphrase it is what `age-keygen` writes. The file is for its owner's eyes (mode 0600), is never
//! overwritten by a new key, and changes its passphrase by replacement: at every moment one of the two is whole.

use std::io::{Read, Write};
use std::path::Path;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use zeroize::Zeroizing;

use super::identity::Identity;
use crate::error::{Action, Error, NotTaken, Result};
use crate::files::{self, Readers};

/// log₂ of the scrypt cost of what is written. The unit tests make many keys, which nobody guesses.
const WORK_FACTOR: u8 = if cfg!(test) { 10 } else { 17 };

/// The greatest scrypt cost accepted: 1 GiB of memory.
const MAX_WORK_FACTOR: u8 = 20;

/// No key file is larger; what is larger was named by mistake and is not read to its end.
const MAX_SIZE: u64 = 64 * 1024;

const BINARY_HEADER: &[u8] = b"age-encryption.org/v1";
const ARMOR_HEADER: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// Writes a new key file, readable by its owner only. An existing file is never touched.
pub fn write_new(path: &Path, identity: &Identity, passphrase: Option<&str>) -> Result<()> {
    let content = encode(identity, passphrase)?;
    let write = || files::write_new(&files::real(path)?, &content, Readers::Owner);
    write().map_err(|cause| Error::file("записать ключ в файл", path, &cause))
}

/// Reads a key file; `passphrase` is asked only where the file is encrypted.
pub fn read(path: &Path, passphrase: impl FnOnce() -> Result<SecretString>) -> Result<Identity> {
    let content = load(path)?;
    decode(&content, passphrase).map_err(|error| error.at(format!("файл ключа «{}»", path.display())))
}

/// Whether the file asks for a passphrase.
pub fn is_encrypted(path: &Path) -> Result<bool> {
    Ok(looks_encrypted(&load(path)?))
}

/// Replaces the file by one under another passphrase, or under none. What its comment lines say beside the public keys stays.
pub fn change_passphrase(
    path: &Path,
    old: impl FnOnce() -> Result<SecretString>,
    new: Option<&str>,
) -> Result<Identity> {
    let content = load(path)?;
    let (identity, comments) =
        unlock(&content, old).map_err(|error| error.at(format!("файл ключа «{}»", path.display())))?;
    let content = lock(&identity, new, &comments)?;
    let replace = || files::replace(&files::real(path)?, &content, Readers::Owner);
    replace().map_err(|cause| Error::file("заменить файл ключа", path, &cause))?;
    Ok(identity)
}

fn load(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    match files::read_named(path, MAX_SIZE) {
        Ok(content) => Ok(as_saved(Zeroizing::new(content))),
        Err(cause) if matches!(NotTaken::behind(&cause), Some(NotTaken::Large(_))) => {
            Err(Error::input(format!("«{}» — не файл ключа: он слишком велик", path.display()))
                .next("укажите файл своего ключа")
                .then_by("если ключа ещё нет, создайте его", Action::MakeKey))
        }
        Err(cause) => Err(Error::file("прочитать файл ключа", path, &cause)),
    }
}

/// Text as it was before an editor saved it: Windows' Notepad puts a byte order mark before it, or makes UTF-16 of it.
/// What is no such text is left as it is.
pub fn as_saved(bytes: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    let (from, unit): (usize, fn([u8; 2]) -> u16) = match bytes[..] {
        [0xef, 0xbb, 0xbf, ..] => return Zeroizing::new(bytes[3..].to_vec()),
        [0xff, 0xfe, ..] => (2, u16::from_le_bytes),
        [0xfe, 0xff, ..] => (2, u16::from_be_bytes),
        [1..=u8::MAX, 0, ..] => (0, u16::from_le_bytes),
        [0, 1..=u8::MAX, ..] => (0, u16::from_be_bytes),
        _ => return bytes,
    };
    let units = bytes[from..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    // Made large enough at once: what grows leaves its secret behind.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for c in char::decode_utf16(units) {
        let Ok(c) = c else { return bytes.clone() };
        text.push(c);
    }
    Zeroizing::new(text.as_bytes().to_vec())
}

/// What the comment lines say that every key file has.
const PUBLIC_KEYS: [&str; 2] = ["# public key: ", "# signing key: "];

fn encode(identity: &Identity, passphrase: Option<&str>) -> Result<Zeroizing<Vec<u8>>> {
    lock(identity, passphrase, &[])
}

/// The bytes of a key file with further comment lines, each beginning with `#`.
///
/// # Errors
/// A passphrase that is empty.
pub fn lock(identity: &Identity, passphrase: Option<&str>, comments: &[String]) -> Result<Zeroizing<Vec<u8>>> {
    let public = identity.public();
    let secret = identity.secret_text();
    let [recipient, signing] = PUBLIC_KEYS;
    let mut plain = Zeroizing::new(format!(
        "{recipient}{}\n{signing}{}\n{}\n",
        public.recipient(),
        public.ssh_line(""),
        secret.as_str()
    ));
    let comments = comments.iter().map(|line| line.clone() + "\n").collect::<String>();
    plain = Zeroizing::new(comments + &plain);
    let Some(passphrase) = passphrase else { return Ok(Zeroizing::new(plain.as_bytes().to_vec())) };
    if passphrase.is_empty() {
        return Err(Error::input("пустой пароль ключа").next("введите пароль хотя бы из нескольких слов"));
    }
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(WORK_FACTOR);
    encrypt(&recipient, plain.as_bytes()).map(Zeroizing::new).map_err(|cause| {
        Error::environment(format!("не удалось зашифровать ключ ({cause})")).next("повторите").caused_by(cause)
    })
}

fn encrypt(recipient: &scrypt::Recipient, plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let encryptor =
        Encryptor::with_recipients(std::iter::once(recipient as &dyn age::Recipient)).map_err(std::io::Error::other)?;
    let mut writer = encryptor.wrap_output(ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?)?;
    writer.write_all(plain)?;
    writer.finish()?.finish()
}

fn decode(content: &[u8], passphrase: impl FnOnce() -> Result<SecretString>) -> Result<Identity> {
    unlock(content, passphrase).map(|(identity, _)| identity)
}

/// The key in the bytes of a key file, and its comment lines but those that [`lock`] writes of itself.
///
/// # Errors
/// What is no key file; a passphrase that does not fit.
pub fn unlock(content: &[u8], passphrase: impl FnOnce() -> Result<SecretString>) -> Result<(Identity, Vec<String>)> {
    let text = if looks_encrypted(content) { decrypt(content, passphrase)? } else { Zeroizing::new(content.to_vec()) };
    let text = std::str::from_utf8(&text).map_err(|_| not_a_key())?;
    let comments = text.lines().map(str::trim).filter(|line| line.starts_with('#'));
    let others = comments.filter(|line| !PUBLIC_KEYS.iter().any(|known| line.starts_with(known)));
    Ok((Identity::parse(text)?, others.map(str::to_owned).collect()))
}

fn looks_encrypted(content: &[u8]) -> bool {
    let content = content.trim_ascii_start();
    content.starts_with(BINARY_HEADER) || content.starts_with(ARMOR_HEADER)
}

fn decrypt(content: &[u8], passphrase: impl FnOnce() -> Result<SecretString>) -> Result<Zeroizing<Vec<u8>>> {
    let decryptor = Decryptor::new(ArmoredReader::new(content)).map_err(|cause| torn().caused_by(cause))?;
    if !decryptor.is_scrypt() {
        return Err(Error::input("это зашифрованные данные, но не файл ключа: они открываются ключом, а не паролем")
            .next("укажите файл своего ключа")
            .then_by("если ключа ещё нет, создайте его", Action::MakeKey));
    }
    let passphrase = passphrase()?;
    if passphrase.expose_secret().is_empty() {
        return Err(wrong_passphrase());
    }
    let mut identity = scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let mut plain = Zeroizing::new(Vec::with_capacity(content.len()));
    decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(why_locked)?
        .read_to_end(&mut plain)
        .map_err(|cause| torn().caused_by(cause))?;
    Ok(plain)
}

fn why_locked(cause: DecryptError) -> Error {
    let error = match &cause {
        DecryptError::ExcessiveWork { required, .. } => Error::input(format!(
            "файл ключа зашифрован со стоимостью scrypt {required}, принимается не больше {MAX_WORK_FACTOR}"
        ))
        .next("на мощном компьютере откройте его программой age")
        .then_by("задайте пароль заново", Action::ChangePassphrase),
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            return wrong_passphrase();
        }
        _ => torn(),
    };
    error.caused_by(cause)
}

/// That a passphrase does not open a key file: worth asking for it again.
#[derive(Debug)]
struct WrongPassphrase;

impl std::fmt::Display for WrongPassphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("wrong passphrase")
    }
}

impl std::error::Error for WrongPassphrase {}

fn wrong_passphrase() -> Error {
    Error::input("пароль не подходит")
        .next("проверьте раскладку клавиатуры и Caps Lock; забытый пароль восстановить нельзя, нужен новый ключ")
        .caused_by(WrongPassphrase)
}

/// Whether it is nothing but the passphrase that does not fit.
pub fn is_wrong_passphrase(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<WrongPassphrase>())
}

fn torn() -> Error {
    Error::damaged("файл ключа повреждён или обрезан").next("возьмите его копию; если её нет, нужен новый ключ")
}

fn not_a_key() -> Error {
    Error::input("это не файл ключа")
        .next("укажите файл своего ключа")
        .then_by("если ключа ещё нет, создайте его", Action::MakeKey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    fn unasked() -> Result<SecretString> {
        panic!("no passphrase is needed here")
    }

    fn typed(passphrase: &str) -> impl FnOnce() -> Result<SecretString> {
        let passphrase = SecretString::from(passphrase.to_owned());
        move || Ok(passphrase)
    }

    #[test]
    fn a_file_without_passphrase_is_read_back_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ivanova.key");
        let identity = Identity::generate();
        write_new(&path, &identity, None).unwrap();
        assert_eq!(read(&path, unasked).unwrap().public(), identity.public());
        assert!(!is_encrypted(&path).unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_comment_of_its_own_stays_when_the_passphrase_is_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key.age");
        let (identity, comment) = (Identity::generate(), "# letopis-stick 01 02 SHA256:x".to_owned());
        fs::write(&path, lock(&identity, Some("весна"), std::slice::from_ref(&comment)).unwrap()).unwrap();
        change_passphrase(&path, typed("весна"), Some("лето")).unwrap();
        let (again, comments) = unlock(&fs::read(&path).unwrap(), typed("лето")).unwrap();
        assert_eq!((again.public(), comments), (identity.public(), vec![comment]));
        assert_eq!(read(&path, typed("лето")).unwrap().public(), identity.public());
    }

    #[test]
    fn a_file_that_an_editor_saved_anew_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let identity = Identity::generate();
        for passphrase in [None, Some("весна")] {
            let text = encode(&identity, passphrase).unwrap();
            let text = std::str::from_utf8(&text).unwrap().replace('\n', "\r\n");
            let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
            let saved = [
                [b"\xef\xbb\xbf", text.as_bytes()].concat(),
                [b"\xff\xfe", &utf16(u16::to_le_bytes)[..]].concat(),
                [b"\xfe\xff", &utf16(u16::to_be_bytes)[..]].concat(),
                utf16(u16::to_le_bytes),
                utf16(u16::to_be_bytes),
            ];
            for (number, bytes) in saved.iter().enumerate() {
                let path = dir.path().join("saved.key");
                fs::write(&path, bytes).unwrap();
                assert_eq!(is_encrypted(&path).unwrap(), passphrase.is_some(), "{number}");
                assert_eq!(read(&path, typed("весна")).unwrap().public(), identity.public(), "{number}");
            }
        }
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ivanova.key");
        fs::write(&path, "something dear").unwrap();
        assert!(write_new(&path, &Identity::generate(), None).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "something dear");
    }

    #[test]
    fn a_passphrase_opens_its_file_and_can_be_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ivanova.key");
        let identity = Identity::generate();
        write_new(&path, &identity, Some("ёлка в снегу")).unwrap();

        let wrong = read(&path, typed("елка в снегу")).unwrap_err();
        assert!(wrong.message().contains("пароль не подходит"), "{wrong}");
        change_passphrase(&path, typed("ёлка в снегу"), Some("весна")).unwrap();
        assert!(read(&path, typed("ёлка в снегу")).is_err());
        assert_eq!(read(&path, typed("весна")).unwrap().public(), identity.public());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn an_empty_passphrase_is_refused() {
        assert!(encode(&Identity::generate(), Some("")).is_err());
    }

    #[test]
    fn a_cut_off_file_is_called_damaged_before_any_passphrase_is_asked() {
        let whole = encode(&Identity::generate(), Some("весна")).unwrap();
        let error = decode(&whole[..60], unasked).unwrap_err();
        assert!(error.message().contains("повреждён"), "{error}");
        let error = decode(&whole[..whole.len() - 40], typed("весна")).unwrap_err();
        assert!(error.message().contains("повреждён"), "{error}");
    }

    #[test]
    fn an_archive_given_as_a_key_is_called_so() {
        let recipient = Identity::generate().age_identity().to_public();
        let sealed = age::encrypt(&recipient, b"payload").unwrap();
        let error = decode(&sealed, unasked).unwrap_err();
        assert!(error.message().contains("не файл ключа"), "{error}");
    }

    #[test]
    fn a_work_factor_that_would_exhaust_the_machine_is_refused_unworked() {
        let mut sealed = b"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 21\n".to_vec();
        sealed.extend_from_slice(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- ");
        sealed.extend_from_slice(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n0123456789abcdef");
        let error = decode(&sealed, typed("весна")).unwrap_err();
        assert!(error.message().contains("21"), "{error}");
    }

    proptest! {
        #[test]
        fn garbage_is_refused_without_panic(content in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(decode(&content, typed("весна")).is_err());
            let headed = [BINARY_HEADER, b"\n-> scrypt ", &content].concat();
            prop_assert!(decode(&headed, typed("весна")).is_err());
        }
    }
}
