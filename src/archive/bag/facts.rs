//! What an archive says of itself in `bag-info.txt`: who made it, when, of which journal, and what came before it.

use super::info::{Info, Oxum};
use crate::archive::sum::Sum;
use base64ct::{Base64, Encoding};

/// The archive that was made before this one from the same school's journals.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Previous {
    /// The name of its bag.
    pub name: String,
    /// Its code: the SHA-256 of its tag manifest, in hex.
    pub code: String,
}

/// What an archive holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// The journal, and the documents printed from it.
    #[default]
    Journal,
    /// The journal alone: the dispatcher's copy of the database (§5.5.1).
    Database,
    /// The sheets of final results alone, which are kept for 25 years (§5.2): no journal is in it.
    Summaries,
    /// The journal alone, as it was on some day: no archive of a period, and no link in the chain of archives.
    Backup,
}

impl Content {
    /// What such an archive is called, in Russian.
    pub fn word(self) -> &'static str {
        match self {
            Self::Journal | Self::Database | Self::Summaries => "Архивная копия",
            Self::Backup => "Копия дня",
        }
    }
}

/// The facts of an archive.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Facts {
    /// The school's name.
    pub school: String,
    /// Who made it, as people write it («Петрова Анна Сергеевна, заместитель директора»).
    pub author: String,
    /// The login of the author, who is the principal of the signature.
    pub login: String,
    /// When, RFC 3339 with the school's offset.
    pub created: String,
    /// «I четверть», «2025/2026 учебный год».
    pub period: String,
    /// The journal's id, 64 hex digits.
    pub journal: String,
    /// How many records the ledger in it holds.
    pub length: u64,
    /// The head after the last of them, 64 hex digits.
    pub head: String,
    /// The archive made before this one, where there was one.
    pub previous: Option<Previous>,
    /// How much recovery data were made with it, in per cent of the slices; 0 where none.
    pub recovery: u8,
    /// The archive whose content was taken over into this one.
    pub source: Option<Previous>,
    /// What was packed.
    pub content: Content,
    /// The newest checkpoint of the journal that witnesses next door had signed: a signed note. Whose signatures hold, a
    /// policy says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
}

/// The values of `Letopis-Content`; an archive of everything has none.
const DATABASE: &str = "database";
const SUMMARIES: &str = "summaries";
const BACKUP: &str = "backup";

/// How the labels of ours begin.
pub const LABEL: &str = "Letopis-";

const SOFTWARE: &str = concat!("letopis ", env!("CARGO_PKG_VERSION"));

impl Facts {
    /// The fields of `bag-info.txt`: the RFC's own labels where it has one, `Letopis-…` for the rest.
    pub fn to_info(&self, name: &str, oxum: Oxum) -> Info {
        let mut info = Info::default();
        info.push("Source-Organization", &self.school);
        info.push("Contact-Name", &self.author);
        info.push("External-Description", &format!("{} электронного журнала: {}", self.content.word(), self.period));
        info.push("External-Identifier", name);
        info.push("Bagging-Date", self.created.get(..10).unwrap_or(&self.created));
        info.push("Payload-Oxum", &oxum.to_string());
        info.push("Bag-Software-Agent", SOFTWARE);
        info.push("Letopis-Created", &self.created);
        info.push("Letopis-Period", &self.period);
        info.push("Letopis-Signer", &self.login);
        info.push("Letopis-Journal", &self.journal);
        info.push("Letopis-Ledger-Length", &self.length.to_string());
        info.push("Letopis-Ledger-Head", &self.head);
        if let Some(previous) = &self.previous {
            info.push("Letopis-Previous-Archive", &previous.name);
            info.push("Letopis-Previous-Code", &previous.code);
        }
        if let Some(source) = &self.source {
            info.push("Letopis-Source-Archive", &source.name);
            info.push("Letopis-Source-Code", &source.code);
        }
        match self.content {
            Content::Journal => {}
            Content::Database => info.push("Letopis-Content", DATABASE),
            Content::Summaries => info.push("Letopis-Content", SUMMARIES),
            Content::Backup => info.push("Letopis-Content", BACKUP),
        }
        if let Some(note) = &self.checkpoint {
            info.push("Letopis-Checkpoint", &Base64::encode_string(note.as_bytes()));
        }
        if self.recovery > 0 {
            info.push("Letopis-Recovery", &format!("{}%", self.recovery));
        }
        info
    }

    /// Reads the facts; the error names the label that is missing, wrong or said twice.
    pub fn from_info(info: &Info) -> Result<Self, String> {
        if let Some(label) = info.labels().find(|label| is_once(label) && info.all(label).nth(1).is_some()) {
            return Err(format!("поле «{}» стоит дважды", label.escape_debug()));
        }
        let field = |label: &str| info.get(label).map(str::to_owned).ok_or_else(|| format!("нет поля «{label}»"));
        let hex = |label: &str| {
            field(label)?
                .parse::<Sum>()
                .map(|sum| sum.to_string())
                .map_err(|()| format!("поле «{label}» — не 64 цифры"))
        };
        let length = field("Letopis-Ledger-Length")?;
        let named = |name: &str, code: &str| match info.get(name) {
            Some(name) => Ok::<_, String>(Some(Previous { name: name.to_owned(), code: hex(code)? })),
            None => Ok(None),
        };
        let content = match info.get("Letopis-Content") {
            None => Content::Journal,
            Some(DATABASE) => Content::Database,
            Some(SUMMARIES) => Content::Summaries,
            Some(BACKUP) => Content::Backup,
            Some(_) => return Err("поле «Letopis-Content» — не из известных".to_owned()),
        };
        let checkpoint = info.get("Letopis-Checkpoint").map(|coded| {
            let note = Base64::decode_vec(coded).ok().and_then(|note| String::from_utf8(note).ok());
            note.ok_or_else(|| "поле «Letopis-Checkpoint» — не текст в Base64".to_owned())
        });
        let recovery = match info.get("Letopis-Recovery") {
            Some(share) => share.strip_suffix('%').and_then(|share| share.parse().ok()).filter(|share| *share <= 100),
            None => Some(0),
        };
        Ok(Self {
            school: field("Source-Organization")?,
            author: field("Contact-Name")?,
            login: field("Letopis-Signer")?,
            created: field("Letopis-Created")?,
            period: field("Letopis-Period")?,
            journal: hex("Letopis-Journal")?,
            length: length.parse().map_err(|_| "поле «Letopis-Ledger-Length» — не число".to_owned())?,
            head: hex("Letopis-Ledger-Head")?,
            previous: named("Letopis-Previous-Archive", "Letopis-Previous-Code")?,
            source: named("Letopis-Source-Archive", "Letopis-Source-Code")?,
            content,
            checkpoint: checkpoint.transpose()?,
            recovery: recovery.ok_or_else(|| "поле «Letopis-Recovery» — не доля в процентах".to_owned())?,
        })
    }
}

/// Whether what two lines said of a label could be read as one or the other.
fn is_once(label: &str) -> bool {
    let is = |other: &str| label.eq_ignore_ascii_case(other);
    let of_ours = label.get(..LABEL.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(LABEL));
    of_ours || is("Payload-Oxum") || is("External-Identifier")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_survive_bag_info() {
        let facts = Facts {
            school: "МБОУ «Средняя общеобразовательная школа № 1»".into(),
            author: "Петрова Анна Сергеевна".into(),
            login: "petrova".into(),
            created: "2025-10-31T15:00:00+03:00".into(),
            period: "I четверть".into(),
            journal: Sum::of(b"journal").to_string(),
            length: 1234,
            head: Sum::of(b"head").to_string(),
            previous: Some(Previous { name: "2024-2025".into(), code: Sum::of(b"previous").to_string() }),
            recovery: 10,
            source: Some(Previous { name: "2025-2026-q0".into(), code: Sum::of(b"source").to_string() }),
            content: Content::Summaries,
            checkpoint: Some("letopis/00/1\n5\nAAA=\n\n— letopis/00/1 AAAA\n".into()),
        };
        let text = facts.to_info("2025-2026-q1", Oxum { bytes: 10, files: 2 }).to_string();
        assert!(text.contains("Bagging-Date: 2025-10-31\n"), "{text}");
        assert_eq!(Facts::from_info(&Info::parse(&text).unwrap()).unwrap(), facts);
        let error = Facts::from_info(&Info::parse(&text.replace("Ledger-Length: 1234", "Ledger-Length: x")).unwrap());
        assert!(error.unwrap_err().contains("Letopis-Ledger-Length"));
        let error =
            Facts::from_info(&Info::parse(&text.replace("Letopis-Checkpoint: ", "Letopis-Checkpoint: —")).unwrap());
        assert!(error.unwrap_err().contains("Letopis-Checkpoint"));
    }

    #[test]
    fn a_label_that_is_said_twice_is_refused_whatever_its_letters() {
        let text = crate::archive::fixture::shared::facts(10)
            .to_info("2025-2026-q1", Oxum { bytes: 10, files: 2 })
            .to_string();
        for line in
            ["Letopis-Journal: 00", "letopis-ledger-length: 7", "LETOPIS-NEW: 1\nLetopis-New: 1", "payload-oxum: 1.1"]
        {
            for text in [format!("{text}{line}\n"), format!("{line}\n{text}")] {
                let error = Facts::from_info(&Info::parse(&text).unwrap()).unwrap_err();
                assert!(error.contains("стоит дважды"), "{line}: {error}");
            }
        }
        // The RFC lets other labels repeat.
        assert!(Facts::from_info(&Info::parse(&format!("{text}Contact-Name: Б\n")).unwrap()).is_ok());
    }
}
