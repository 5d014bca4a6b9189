//! What a store says of a request that it did not do, and what that means for whoever asked.
//!
//! The crate tells the status of an answer in its words alone, so it is read out of them.

use crate::store::place::{Fault, FaultKind};
use object_store::Error;

/// An error and those below it, in its words.
fn words(error: &Error) -> String {
    let (mut words, mut below) = (error.to_string(), std::error::Error::source(error));
    while let Some(source) = below {
        let said = source.to_string();
        if !words.contains(&said) {
            words += ": ";
            words += &said;
        }
        below = source.source();
    }
    words
}

/// The status of the answer, where there was one.
pub(super) fn status(error: &Error) -> Option<u16> {
    let words = words(error);
    let after = words.split("status code: ").nth(1)?;
    after.get(..3)?.parse().ok()
}

/// What an error of the crate is.
pub(super) fn fault(error: &Error) -> Fault {
    match error {
        Error::PermissionDenied { .. } => of_status(403, &words(error)),
        Error::Unauthenticated { .. } => of_status(401, &words(error)),
        Error::NotFound { .. } => of_status(404, &words(error)),
        _ => match status(error) {
            Some(status) => of_status(status, &words(error)),
            None => of_transport(&words(error)),
        },
    }
}

/// What an answer of this status is; `body` is what came with it.
pub(super) fn of_status(status: u16, body: &str) -> Fault {
    let code = body.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap_or_default();
    let what = match code {
        "NoSuchBucket" => "такой корзины нет".to_owned(),
        "InvalidAccessKeyId" => "такого ключа доступа нет (InvalidAccessKeyId)".to_owned(),
        "SignatureDoesNotMatch" => "ключ доступа не подходит (SignatureDoesNotMatch)".to_owned(),
        "RequestTimeTooSkewed" => "часы этой машины слишком расходятся с часами хранилища".to_owned(),
        "" => format!("ответ {status}"),
        code => format!("ответ {status}, {code}"),
    };
    let kind = match status {
        _ if matches!(code, "QuotaExceeded" | "XMinioStorageFull" | "StorageFull") => FaultKind::Full,
        507 => FaultKind::Full,
        401 | 403 => FaultKind::Denied,
        408 | 409 | 425 | 429 => FaultKind::Passing,
        400 if matches!(code, "RequestTimeout" | "IncompleteBody" | "BadDigest" | "XAmzContentSHA256Mismatch") => {
            FaultKind::Passing
        }
        300..=499 | 501 => FaultKind::Lasting,
        _ => FaultKind::Passing,
    };
    Fault { kind, what }
}

/// What a fault of the way there is.
pub(super) fn of_transport(words: &str) -> Fault {
    if ["certificate", "UnknownIssuer", "CertNotValid"].iter().any(|word| words.contains(word)) {
        return Fault::lasting(format!("сертификату хранилища нельзя верить ({})", last(words)));
    }
    Fault::passing(format!("нет связи ({})", last(words)))
}

/// What lies at the bottom of it.
fn last(words: &str) -> &str {
    words.rsplit(": ").next().unwrap_or(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_does_not() {
        for (status, body, kind) in [
            (503, "<Code>SlowDown</Code>", FaultKind::Passing),
            (500, "", FaultKind::Passing),
            (429, "", FaultKind::Passing),
            (403, "<Code>AccessDenied</Code>", FaultKind::Denied),
            (404, "<Code>NoSuchBucket</Code>", FaultKind::Lasting),
            (400, "<Code>BadDigest</Code>", FaultKind::Passing),
            (400, "<Code>InvalidArgument</Code>", FaultKind::Lasting),
            (507, "", FaultKind::Full),
        ] {
            assert_eq!(of_status(status, body).kind, kind, "{status} {body}");
        }
        assert_eq!(of_transport("error: invalid peer certificate: UnknownIssuer").kind, FaultKind::Lasting);
        assert_eq!(of_transport("error: connection reset").what, "нет связи (connection reset)");
    }
}
