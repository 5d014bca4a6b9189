//! Rules for the signatures that the school's own program makes of issued documents.

use super::{Context, text};
use crate::error::{Error, Result};
use crate::journal::entry::{DocumentSigned, SignatureCheck, SignaturePart};
use crate::journal::read;
use crate::ledger::chain::parse_hash;

/// The largest file of a signature, in bytes: a CMS with all that proves it for decades is smaller.
pub const LARGEST_SIGNATURE: u64 = 8 << 20;
/// The most files of one signature.
pub const MOST_SIGNATURE_FILES: usize = 16;

/// A signature is of the file that was issued, has its files, and is not recorded yet.
pub fn signing(context: &Context<'_>, signed: &DocumentSigned) -> Result<()> {
    let (tables, number) = (context.tables, &signed.number);
    let Some(document) = read::documents::document(tables, number)? else {
        return Err(Error::input(format!("документа № {number} нет в реестре"))
            .next("номер стоит внизу каждой страницы: 2025-0143"));
    };
    if document.pdf_sha256 != signed.pdf_sha256 {
        return Err(Error::refused(format!("подписан не тот файл, который выдан под № {number}"))
            .next("подпишите файл, который выдан"));
    }
    let is_signature = |kind: SignaturePart| kind == SignaturePart::Signature;
    let one = signed.files.iter().filter(|file| is_signature(file.kind)).count() == 1
        && signed.files.first().is_some_and(|first| is_signature(first.kind));
    let sound = signed
        .files
        .iter()
        .all(|file| (1..=LARGEST_SIGNATURE).contains(&file.bytes) && parse_hash(&file.sha256).is_some());
    let asked = signed.checker.is_empty() == (signed.check == SignatureCheck::None);
    if !one || !sound || !asked || signed.files.len() > MOST_SIGNATURE_FILES {
        return Err(Error::refused(format!("подпись документа № {number} описана неверно")).next("подпишите заново"));
    }
    text::is_given(&signed.program, "программа подписи")?;
    text::fits(&signed.signer, "владелец сертификата")?;
    text::fits(&signed.program, "программа подписи")?;
    text::fits(&signed.checker, "программа проверки")?;
    let first = signed.files.first().map(|file| file.sha256.as_str());
    if read::signatures::of(tables, number)?.iter().any(|known| known.files.first().map(|f| f.sha256.as_str()) == first)
    {
        return Err(Error::refused(format!("эта подпись документа № {number} уже записана"))
            .next("подпишите заново, если нужна ещё одна"));
    }
    Ok(())
}
