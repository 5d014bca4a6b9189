//! A record as a line of text: what `ledger.jsonl` of an archive consists of, and what stands beside a proof.
//!
//! `{"seq":1,"head":"64 hex digits","signature":"128 hex digits","payload":"…"}`; `docs/formats/ledger.md` describes it.

use crate::error::{Error, Result};
use crate::ledger::chain::{Record, hex, parse_hash};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    head: String,
    signature: String,
    /// The signed text, byte for byte, as a JSON string.
    payload: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    seq: u64,
    head: String,
    signature: String,
    payload: String,
}

/// The line of a record, without its end.
pub fn write(record: &Record) -> String {
    let Record { seq, payload, signature, head } = record;
    let line = Line { seq: *seq, head: hex(head), signature: hex(signature), payload };
    serde_json::to_string(&line).expect("numbers and texts always have a JSON form")
}

/// Reads the line of a record. Says nothing of whether it is sound.
///
/// # Errors
/// What is no such line.
pub fn read(line: &str) -> Result<Record> {
    let refused = |why: &str| {
        Error::input(format!("это не запись журнала: {why}"))
            .next("нужна строка файла ledger.jsonl или файл, записанный вместе с доказательством")
    };
    let Read { seq, head, signature, payload } =
        serde_json::from_str(line).map_err(|error| refused(&error.to_string()))?;
    let head = parse_hash(&head).ok_or_else(|| refused("контрольная сумма — не 64 шестнадцатеричных цифры"))?;
    let halves =
        signature.split_at_checked(64).and_then(|(first, second)| Some([parse_hash(first)?, parse_hash(second)?]));
    let halves = halves.ok_or_else(|| refused("подпись — не 128 шестнадцатеричных цифр"))?;
    let mut signature = [0; 64];
    signature.iter_mut().zip(halves.iter().flatten()).for_each(|(byte, read)| *byte = *read);
    Ok(Record { seq, payload, signature, head })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::chain::Tip;
    use crate::ledger::identity::Identity;

    #[test]
    fn a_record_is_written_and_read() {
        let record = Tip::EMPTY.sign(&Identity::generate(), "{\"kind\":\"«ё»\\n\"}".into());
        let line = write(&record);
        assert_eq!(read(&line).unwrap(), record);
        assert!(!line.contains('\n'));
        for bad in [
            "",
            "{}",
            &line.replace("\"seq\":1", "\"seq\":-1"),
            &line.replace("head\":\"", "head\":\"0"),
            &line.replace("signature\":\"", "signature\":\"é"),
            &line.replace("{\"seq", "{\"more\":1,\"seq"),
            &format!("{line}{line}"),
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
