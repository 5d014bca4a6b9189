//! `letopis print sign`: the school's own signing program signs an issued document.

use super::called::ME;
use super::recorder::say as say_done;
use super::{Common, screen, session};
use crate::error::Result;
use crate::journal::read::signatures::Signature;
use crate::print::Layouts;
use crate::school::format_date;
use crate::work::Workplace;
use crate::work::papers::sign::{self, Program, SECONDS, SignatureCheck, SignaturePart, Signing, what_expires};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Sign {
    /// Номер документа, он стоит внизу каждой страницы: 2025-0143
    #[arg(value_name = "НОМЕР")]
    number: String,
    /// Папка, где лежит его PDF; подпись кладётся рядом
    #[arg(long, visible_alias = "куда", value_name = "ПАПКА")]
    out: PathBuf,
    /// Файл с цепочкой сертификатов, который хранить рядом с подписью (можно повторить)
    #[arg(long, visible_alias = "цепочка", value_name = "ФАЙЛ")]
    chain: Vec<PathBuf>,
    /// Список отозванных сертификатов (можно повторить)
    #[arg(long, visible_alias = "отозванные", value_name = "ФАЙЛ")]
    crl: Vec<PathBuf>,
    /// Штамп времени, если он не в самой подписи (можно повторить)
    #[arg(long, visible_alias = "штамп", value_name = "ФАЙЛ")]
    timestamp: Vec<PathBuf>,
    /// Сколько секунд дать каждой программе
    #[arg(long, visible_alias = "секунд", value_name = "ЧИСЛО", default_value_t = SECONDS)]
    seconds: u64,
    /// Папка с изменёнными макетами
    #[arg(long, visible_alias = "макеты", value_name = "ПАПКА")]
    layouts: Option<PathBuf>,
    /// Программа подписи и её аргументы: {pdf} — документ, {signature} — куда записать подпись, если нужно, {chain}, {crl},
    /// {timestamp}. Идёт последним: всё дальше до --verify-with — её
    #[arg(
        long,
        visible_alias = "чем",
        value_name = "ПРОГРАММА",
        required = true,
        num_args = 1..,
        allow_hyphen_values = true
    )]
    with: Vec<String>,
    /// Программа проверки и её аргументы, с теми же {pdf} и {signature}; без неё подпись записывается как непроверенная
    #[arg(long, visible_alias = "чем-проверить", value_name = "ПРОГРАММА", num_args = 1.., allow_hyphen_values = true)]
    verify_with: Vec<String>,
}

/// What begins the arguments of the program that checks: they follow those of the one that signs, which takes all.
const VERIFY_WITH: [&str; 2] = ["--verify-with", "--чем-проверить"];

impl Sign {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let (with, verify_with) = self.programs();
        let with = Program::parse(&with, "--with")?;
        let verify_with = verify_with.map(|words| Program::parse(&words, "--verify-with")).transpose()?;
        let beside = [
            (SignaturePart::Chain, self.chain),
            (SignaturePart::Crl, self.crl),
            (SignaturePart::Timestamp, self.timestamp),
        ];
        let beside: Vec<_> =
            beside.into_iter().flat_map(|(part, files)| files.into_iter().map(move |file| (part, file))).collect();
        let layouts = Layouts::load(self.layouts.as_deref())?;
        let mut journal = session::journal(common)?;
        let identity = session::identity(common)?;
        let mut proven = session::prove(&journal, Some(&identity))?;
        let mut place = Workplace::at(&mut journal, &identity, &session::SystemClock)?;
        let wish = Signing {
            number: &self.number,
            dir: &self.out,
            with: &with,
            verify_with: verify_with.as_ref(),
            beside: &beside,
            seconds: self.seconds,
            layouts: &layouts,
        };
        let signed = sign::sign(&mut place, &mut proven, &wish)?;
        session::keep(&proven, Some(&identity));
        let expires = what_expires(&proven.tables()?, &signed.signature)?;
        if common.json {
            screen::json(&json!({
                "number": signed.document.number, "entry": signed.signature.entry, "file": signed.pdf,
                "files": signed.files, "signature": as_json(&signed.signature, expires.as_deref()),
                "rejected": signed.rejected,
            }));
            return Ok(ExitCode::SUCCESS);
        }
        if !signed.rejected.is_empty() {
            screen::warning(&format!(
                "программа проверки «{}» подпись не приняла ({}): подпись записана как непроверенная; найдите причину и подпишите снова",
                signed.signature.checker, signed.rejected
            ));
        } else if signed.signature.check == SignatureCheck::None {
            screen::warning(
                "подпись никто не проверял: она записана как непроверенная; назовите программу проверки, --verify-with",
            );
        }
        expires.iter().for_each(|expires| screen::warning(expires));
        let files = signed.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join("\n  ");
        println!("Подписи рядом с «{}»:\n  {files}", signed.pdf.display());
        let (number, title) = (&signed.document.number, &signed.document.title);
        say_done(signed.done, &format!("№ {number} «{title}» подписан: {}", in_words(&signed.signature)))
    }

    /// The words of both programs: whichever was typed first has taken all that follows.
    fn programs(&self) -> (Vec<String>, Option<Vec<String>>) {
        let of_check = |words: &[String]| words.iter().position(|word| VERIFY_WITH.contains(&word.as_str()));
        match (of_check(&self.with), self.verify_with.is_empty()) {
            (Some(at), _) => (self.with[..at].to_vec(), Some(self.with[at + 1..].to_vec())),
            (None, true) => (self.with.clone(), None),
            (None, false) => (self.with.clone(), Some(self.verify_with.clone())),
        }
    }
}

/// A signature in a line: «Петрова Е. Н., проверена программой openssl».
pub fn in_words(signature: &Signature) -> String {
    let signer = if signature.signer.is_empty() {
        "владелец сертификата не назван"
    } else {
        &signature.signer
    };
    let check = match signature.check {
        SignatureCheck::Accepted => format!("проверена программой {}", signature.checker),
        SignatureCheck::Rejected => format!("не проверена: программа {} её не приняла", signature.checker),
        SignatureCheck::None => "не проверена".to_owned(),
    };
    let stamp =
        if signature.timestamp { "со штампом времени" } else { "без штампа времени" };
    format!("{signer}; подпись {check}, {stamp}")
}

/// Says what signatures a document has.
pub fn say(signatures: &[(Signature, Option<String>)]) {
    for (at, (signature, expires)) in (1..).zip(signatures) {
        let (day, entry) = (format_date(signature.at.date_naive()), signature.entry);
        println!("Электронная подпись {at} от {day} (запись № {entry}): {}.", in_words(signature));
        expires.iter().for_each(|expires| println!("  {expires}"));
    }
    if !signatures.is_empty() {
        println!("Файлы подписей: рядом с PDF в папке печати («{ME} print» кладёт их снова) и в архивах.");
    }
}

pub fn as_json(signature: &Signature, expires: Option<&str>) -> Value {
    let files = signature
        .files
        .iter()
        .map(|file| json!({ "kind": file.kind.word(), "sha256": file.sha256, "bytes": file.bytes }));
    json!({
        "entry": signature.entry, "at": signature.at.to_rfc3339(), "by": signature.by, "program": signature.program,
        "check": signature.check.word(), "checker": signature.checker, "signer": signature.signer,
        "valid_until": signature.valid_until.map(|until| until.to_rfc3339()), "timestamp": signature.timestamp,
        "expires": expires, "files": files.collect::<Vec<_>>(),
    })
}
