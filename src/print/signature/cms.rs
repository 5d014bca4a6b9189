//! What a detached signature says of itself: whom its certificate names, until when, whether a timestamp is in it.
//!
//! Nothing is verified here: that is for the school's program, and for whoever holds the file later. The structure
//! (RFC 5652, in DER) is only walked, so that what is no detached signature is not kept, and so that people are told in
//! time what expires.

use chrono::{DateTime, FixedOffset, NaiveDateTime};

/// What a signature says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cms {
    /// Whom the certificate in it names (CN, else O), or empty where none is in it.
    pub signer: String,
    /// The end of that certificate's validity.
    pub valid_until: Option<DateTime<FixedOffset>>,
    /// Whether it holds a timestamp (CAdES-T and further).
    pub timestamp: bool,
}

/// pkcs7-signedData, 1.2.840.113549.1.7.2.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// id-aa-timeStampToken, 1.2.840.113549.1.9.16.2.14.
const TIMESTAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e];
/// commonName, 2.5.4.3, and organizationName, 2.5.4.10.
const NAMES: [&[u8]; 2] = [&[0x55, 0x04, 0x03], &[0x55, 0x04, 0x0a]];

const INTEGER: u8 = 0x02;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]` and `[1]`, constructed.
const CONTEXT: [u8; 2] = [0xa0, 0xa1];
/// `[0]`, primitive: a subject key identifier.
const KEY_ID: u8 = 0x80;

/// A value: its tag, the bytes in it, and its whole encoding.
#[derive(Debug, Clone, Copy)]
struct Value<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

/// The values that follow one another in some bytes; it ends where they do not read.
struct Values<'a>(&'a [u8]);

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let (value, rest) = value(self.0)?;
        self.0 = rest;
        Some(value)
    }
}

fn value(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // Four bytes of length are more than is ever read; the indefinite form is not DER.
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - rest.len())?;
    Some((Value { tag, content, whole }, rest))
}

impl<'a> Value<'a> {
    fn is(&self, tag: u8) -> Option<Values<'a>> {
        (self.tag == tag).then_some(Values(self.content))
    }
}

/// Reads a detached signature; nothing where the bytes are none. What cannot be made out of its certificates is left out.
pub fn read(bytes: &[u8]) -> Option<Cms> {
    let (outer, rest) = value(bytes)?;
    let mut content = outer.is(SEQUENCE).filter(|_| rest.is_empty())?;
    let kind = content.next()?;
    if kind.tag != OID || kind.content != SIGNED_DATA {
        return None;
    }
    let mut signed = content.next()?.is(CONTEXT[0])?.next()?.is(SEQUENCE)?;
    signed.next().filter(|version| version.tag == INTEGER)?;
    signed.next().filter(|digests| digests.tag == SET)?;
    let mut encapsulated = signed.next()?.is(SEQUENCE)?;
    encapsulated.next().filter(|kind| kind.tag == OID)?;
    // What was signed is not in it: it lies beside.
    if encapsulated.next().is_some() {
        return None;
    }
    let rest: Vec<Value<'_>> = signed.collect();
    let certificates = rest.iter().find_map(|value| value.is(CONTEXT[0])).into_iter().flatten();
    let certificates: Vec<Certificate<'_>> = certificates.filter_map(certificate).collect();
    let signers: Vec<Value<'_>> = rest.last()?.is(SET)?.collect();
    let by = signers.first().and_then(|signer| signer.is(SEQUENCE)?.nth(1))?;
    let own = certificates.iter().find(|certificate| certificate.is_named_by(&by)).or(match &certificates[..] {
        [only] => Some(only),
        _ => None,
    });
    Some(Cms {
        signer: own.map(|own| own.subject.clone()).unwrap_or_default(),
        valid_until: own.and_then(|own| own.until),
        timestamp: signers.iter().any(|signer| has_timestamp(signer).is_some()),
    })
}

/// The unsigned attribute of a signer that is a timestamp.
fn has_timestamp<'a>(signer: &Value<'a>) -> Option<Value<'a>> {
    let unsigned = signer.is(SEQUENCE)?.find_map(|value| value.is(CONTEXT[1]))?;
    let is_timestamp = |attribute: &Value<'a>| {
        let kind = attribute.is(SEQUENCE).and_then(|mut parts| parts.next());
        kind.is_some_and(|kind| kind.tag == OID && kind.content == TIMESTAMP)
    };
    unsigned.into_iter().find(is_timestamp)
}

struct Certificate<'a> {
    serial: &'a [u8],
    issuer: &'a [u8],
    subject: String,
    until: Option<DateTime<FixedOffset>>,
    whole: &'a [u8],
}

impl Certificate<'_> {
    /// Whether a signer is identified by it: by issuer and serial number, or by a key identifier that is in it.
    fn is_named_by(&self, by: &Value<'_>) -> bool {
        if by.tag == KEY_ID {
            return !by.content.is_empty() && self.whole.windows(by.content.len()).any(|part| part == by.content);
        }
        let named: Vec<Value<'_>> = by.is(SEQUENCE).into_iter().flatten().collect();
        matches!(&named[..], [issuer, serial] if issuer.whole == self.issuer && serial.content == self.serial)
    }
}

fn certificate(value: Value<'_>) -> Option<Certificate<'_>> {
    let mut body = value.is(SEQUENCE)?.next()?.is(SEQUENCE)?.peekable();
    body.next_if(|version| version.tag == CONTEXT[0]);
    let serial = body.next().filter(|serial| serial.tag == INTEGER)?.content;
    let _algorithm = body.next()?;
    let issuer = body.next()?.whole;
    let until = body.next()?.is(SEQUENCE)?.nth(1)?;
    let subject = name(body.next()?);
    Some(Certificate { serial, issuer, subject, until: time(&until), whole: value.whole })
}

/// UTCTime or GeneralizedTime, as certificates have them: to the second, in UTC.
fn time(value: &Value<'_>) -> Option<DateTime<FixedOffset>> {
    let text = std::str::from_utf8(value.content).ok()?;
    let text = match value.tag {
        // RFC 5280: two digits of the year count from 1950.
        0x17 if text.get(..2)? >= "50" => format!("19{text}"),
        0x17 => format!("20{text}"),
        0x18 => text.to_owned(),
        _ => return None,
    };
    Some(NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?.and_utc().fixed_offset())
}

/// The most of a name that is shown.
const LONGEST_NAME: usize = 200;

/// Whom a name names, as one printable line.
fn name(name: Value<'_>) -> String {
    let parts = || name.is(SEQUENCE).into_iter().flatten().filter_map(|set| set.is(SET)).flatten();
    let of = |kind: &[u8]| {
        parts().filter_map(|part| part.is(SEQUENCE)).find_map(|mut part| {
            part.next().filter(|known| known.tag == OID && known.content == kind)?;
            part.next().and_then(|value| text(&value))
        })
    };
    NAMES.into_iter().find_map(of).unwrap_or_default()
}

/// The text of a name, canonical as every text of an entry.
fn text(value: &Value<'_>) -> Option<String> {
    let text = match value.tag {
        // UTF8String, PrintableString, IA5String.
        0x0c | 0x13 | 0x16 => String::from_utf8(value.content.to_vec()).ok()?,
        // BMPString.
        0x1e => {
            let units: Vec<u16> =
                value.content.chunks_exact(2).map(|pair| u16::from(pair[0]) << 8 | u16::from(pair[1])).collect();
            String::from_utf16(&units).ok()?
        }
        _ => return None,
    };
    let text: String = text.chars().take(LONGEST_NAME).map(|c| if c.is_control() { ' ' } else { c }).collect();
    crate::school::clean(&text).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
