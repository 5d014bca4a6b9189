//! What is read of a signature that `openssl` made with a GOST key, and of bytes that are none.

use super::{Cms, read};
use proptest::prelude::*;

/// Made by `openssl cms -engine gost -sign -binary -outform DER` (key `gost2012_256`).
const SIGNATURE: &[u8] = include_bytes!("gost.p7s");
/// The same with `-nodetach`: what was signed is in it.
const WITH_CONTENT: &[u8] = include_bytes!("gost-nodetach.p7s");

#[test]
fn a_gost_signature_names_its_signer_and_when_his_certificate_ends() {
    let until = chrono::DateTime::parse_from_rfc3339("2028-01-03T02:30:17+00:00").unwrap();
    let expected = Cms {
        signer: "Петрова Елена Николаевна".into(), valid_until: Some(until), timestamp: false
    };
    assert_eq!(read(SIGNATURE), Some(expected));
}

#[test]
fn a_signature_that_holds_what_it_signs_or_is_cut_or_goes_on_is_none() {
    assert_eq!(read(WITH_CONTENT), None);
    assert_eq!(read(&SIGNATURE[..SIGNATURE.len() - 1]), None);
    assert_eq!(read(&[SIGNATURE, b"\n"].concat()), None);
    assert_eq!(read(b""), None);
    assert_eq!(read(b"-----BEGIN CMS-----"), None);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(at in 0..SIGNATURE.len(), with in any::<u8>(), cut in 0..SIGNATURE.len()) {
        let mut damaged = SIGNATURE.to_vec();
        damaged[at] = with;
        let _ = read(&damaged);
        let _ = read(&damaged[cut..]);
    }
}
