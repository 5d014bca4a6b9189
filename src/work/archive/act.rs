//! The act on a verification (form 13) as a file: what [`crate::archive::verify`] found, in the words of paper, and never on the
//! carrier that was verified.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use super::checked::{Checked, Checks};
use crate::archive::bag::{ALLOWED_SIGNERS, BAGIT, INFO, MANIFEST, RECOVERY, SIGNATURE, TAGMANIFEST};
use crate::archive::carrier::{self, Card};
use crate::archive::report::{Depth, Finding, Healing, Report, Severity};
use crate::archive::verify::{Comparison, Copies};
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Readers};
use crate::print::Layouts;
use crate::print::inspection::{Compared, Facts, Found, Inspected, Inspection, Outcome, inspection_act};
use crate::school::transliterate;

/// Refuses a file that is there, or whose folder lies in what is to be verified.
///
/// # Errors
/// Such a file; a folder that is not there.
pub fn may_be_written(file: &Path, verified: &[PathBuf]) -> Result<()> {
    let elsewhere = |what: String| Error::input(what).next_by("укажите другой файл", Action::Give(Detail::ActFile));
    if file.symlink_metadata().is_ok() {
        return Err(elsewhere(format!("файл «{}» уже есть", file.display())));
    }
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = parent.canonicalize().map_err(|cause| Error::file("открыть папку", parent, &cause))?;
    for path in verified {
        // What is not there holds no folder.
        let Ok(root) = carrier::root_of(path) else { continue };
        if folder.starts_with(&root) {
            return Err(elsewhere(format!("акт нельзя записать на проверяемый носитель «{}»", root.display())));
        }
    }
    Ok(())
}

/// What was found, archive by archive, in the words of the act.
pub fn inspected(checked: &[Checked]) -> Vec<Inspected> {
    let under = |Checked { own, card, reports, .. }: &Checked| -> Vec<Inspected> {
        reports.iter().map(|(bag, report)| of_report(own.as_deref(), card.as_ref(), bag, report)).collect()
    };
    checked.iter().flat_map(under).collect()
}

/// Said where the archive names none before it: nothing could be found amiss there.
fn first() -> Found {
    let what = "предыдущего архива он не называет: это первый архив журнала".to_owned();
    Found { place: in_words(INFO), what, gravity: "сведение".to_owned(), fault: false }
}

fn of_report(own: Option<&[Finding]>, card: Option<&Card>, bag: &Path, report: &Report) -> Inspected {
    let is_first = report.facts.as_ref().is_some_and(|facts| facts.previous.is_none());
    let facts = report.facts.as_ref().map(|facts| Facts {
        school: facts.school.clone(),
        period: facts.period.clone(),
        created: created(&facts.created),
        author: facts.author.clone(),
        entries: facts.length,
    });
    Inspected {
        path: bag.display().to_string(),
        stick: card.map(Card::to_string),
        foreign: report.is_foreign(),
        facts,
        payload: (report.payload.files, report.payload.bytes),
        code: report.code.clone(),
        signer: report.signer.clone(),
        content: report.depth == Depth::Content,
        anchors: report.asked.clone(),
        findings: report
            .findings
            .iter()
            .map(found)
            .chain(report.healing.as_ref().map(of_healing))
            .chain(is_first.then(first))
            .collect(),
        carrier: own.map(|own| own.iter().map(found).collect()),
        verdict: report.verdict.to_string(),
    }
}

fn of_healing(healing: &Healing) -> Found {
    let gravity = "сведение".to_owned();
    Found { place: in_words(RECOVERY), what: healing.to_string(), gravity, fault: false }
}

fn found(finding: &Finding) -> Found {
    let gravity = match finding.severity {
        Severity::Note => "сведение",
        Severity::Warning => "замечание",
        Severity::Damage => "повреждение",
        Severity::Forgery => "подлог",
    };
    Found {
        place: in_words(&finding.path),
        what: finding.what.clone(),
        gravity: gravity.to_owned(),
        fault: finding.severity >= Severity::Damage,
    }
}

fn compared(copies: &Copies) -> Compared {
    let outcome = match copies.comparison {
        Comparison::Same => Outcome::Equal,
        Comparison::Damaged => Outcome::Damaged,
        Comparison::Different => Outcome::Different,
    };
    let paths = copies.paths.iter().map(|path| path.display().to_string()).collect();
    Compared { name: copies.name.clone(), paths, outcome }
}

/// What a file of an archive is called on paper; its name where it has no other.
fn in_words(path: &str) -> String {
    let package = path.strip_prefix("data/").and_then(|name| name.strip_suffix(".zip.age"));
    match (path, package) {
        (BAGIT, _) => "отметка о завершении архива".to_owned(),
        (INFO, _) => "сведения об архиве".to_owned(),
        (MANIFEST, _) => "перечень сумм пакетов".to_owned(),
        (TAGMANIFEST, _) => "перечень, заверяющий все суммы".to_owned(),
        (SIGNATURE, _) => "подпись под перечнем".to_owned(),
        (ALLOWED_SIGNERS, _) => "список ключей, которыми подписывают".to_owned(),
        (_, Some("database")) => "пакет журнала".to_owned(),
        (_, Some("registers")) => "пакет документов школы".to_owned(),
        (_, Some("summaries")) => "пакет сводных ведомостей".to_owned(),
        (_, Some(name)) => match name.strip_prefix("class-").map(class_of) {
            Some(class) => format!("пакет {class} класса"),
            None => path.to_owned(),
        },
        _ if path == RECOVERY || path.starts_with("recovery/") => "данные для восстановления".to_owned(),
        _ => path.to_owned(),
    }
}

/// The class of a package, whose name has its letter in Latin ones: «7А» of `7a`.
fn class_of(name: &str) -> String {
    let grade: String = name.chars().take_while(char::is_ascii_digit).collect();
    let letter = name.get(grade.len()..).unwrap_or_default();
    let of = |c: &char| transliterate(*c).eq_ignore_ascii_case(letter);
    match ('А'..='Я').chain(['Ё']).find(of) {
        Some(letter) => format!("{grade}{letter}"),
        None => name.to_owned(),
    }
}

fn created(time: &str) -> String {
    DateTime::parse_from_rfc3339(time).map_or(time.to_owned(), |at| at.format("%d.%m.%Y, %H:%M").to_string())
}

/// Writes the act.
///
/// # Errors
/// A file that cannot be written.
pub fn write(file: &Path, layouts: &Layouts, checks: &Checks, at: DateTime<FixedOffset>) -> Result<()> {
    let (archives, copies) = (inspected(&checks.checked), checks.together.copies.iter().map(compared).collect());
    let inspection = Inspection { at, version: env!("CARGO_PKG_VERSION").to_owned(), archives, copies };
    let pdf = inspection_act(layouts, &inspection)?;
    files::write_new_named(file, &pdf, Readers::Owner).map_err(|cause| Error::file("записать", file, &cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_an_archive_have_words_on_paper() {
        for (path, words) in [
            ("manifest-sha256.txt", "перечень сумм пакетов"),
            ("data/class-7a.zip.age", "пакет 7А класса"),
            ("data/class-10b.zip.age", "пакет 10Б класса"),
            ("data/database.zip.age", "пакет журнала"),
            ("recovery/archive.vol0.par2", "данные для восстановления"),
            ("data/photo.jpg", "data/photo.jpg"),
            ("", ""),
        ] {
            assert_eq!(in_words(path), words);
        }
    }

    #[test]
    fn an_act_is_never_written_to_what_it_is_about_nor_over_another_file() {
        let dir = tempfile::tempdir().unwrap();
        let bag = dir.path().join("usb/LETOPIS/2025-2026-q1");
        std::fs::create_dir_all(&bag).unwrap();
        std::fs::write(dir.path().join("old.pdf"), "").unwrap();
        let usb = dir.path().join("usb");
        for verified in [&usb, &usb.join("LETOPIS"), &bag] {
            let may = |file: PathBuf| may_be_written(&file, std::slice::from_ref(verified));
            assert!(may(dir.path().join("act.pdf")).is_ok());
            for on_it in [usb.join("act.pdf"), usb.join("LETOPIS/act.pdf"), bag.join("act.pdf")] {
                assert!(may(on_it).unwrap_err().message().contains("проверяемый носитель"));
            }
            assert!(may(dir.path().join("old.pdf")).unwrap_err().message().contains("уже есть"));
            assert!(may(dir.path().join("nowhere/act.pdf")).is_err());
        }
    }
}
