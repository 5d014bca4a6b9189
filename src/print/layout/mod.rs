//! Layouts: paper, margins, type sizes, column widths, headings and wording, in TOML files that need no recompiling.
//!
//! The files in `layouts/` are compiled in; a folder given with `--layouts` replaces any of them by a file of the same
//! name. A layout says how a form looks, never what stands in it: which rows there are is the form's business. All is
//! checked when it is read, not when it is used: a key nobody knows, a size that nobody could read, a place in a wording
//! such as `{klass}` that the form does not fill, a character the fonts lack are refused with file and line.

mod kinds;
mod schema;

pub use kinds::{Column, ColumnAlign, Columns, Fields, Label, Mm, Named, Places, Size, Weight, Wording};
pub use schema::*;

use crate::error::{Error, Result};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The layouts that are compiled in: file name and text.
const BUILT_IN: [(&str, &str); 11] = [
    ("page.toml", include_str!("../../../layouts/page.toml")),
    ("class-book.toml", include_str!("../../../layouts/class-book.toml")),
    ("summary-sheet.toml", include_str!("../../../layouts/summary-sheet.toml")),
    ("corrections.toml", include_str!("../../../layouts/corrections.toml")),
    ("register.toml", include_str!("../../../layouts/register.toml")),
    ("carriers.toml", include_str!("../../../layouts/carriers.toml")),
    ("keys.toml", include_str!("../../../layouts/keys.toml")),
    ("archive-act.toml", include_str!("../../../layouts/archive-act.toml")),
    ("extract.toml", include_str!("../../../layouts/extract.toml")),
    ("inspection-act.toml", include_str!("../../../layouts/inspection-act.toml")),
    ("recovery-sheet.toml", include_str!("../../../layouts/recovery-sheet.toml")),
];

/// Every layout.
#[derive(Debug)]
pub struct Layouts {
    /// Paper, foot, rules and certification, common to all forms.
    pub page: PageLayout,
    /// The class's book.
    pub book: BookLayout,
    /// The summary sheet kept for 25 years.
    pub summary_sheet: SummarySheetLayout,
    /// The register «Замена сведений в электронном журнале».
    pub corrections: CorrectionsLayout,
    /// The register of issued documents.
    pub register: RegisterLayout<DocumentField>,
    /// The register of carriers.
    pub carriers: CarriersLayout,
    /// The register of signing keys.
    pub keys: RegisterLayout<KeyField>,
    /// The act on the making of archive copies.
    pub archive_act: ArchiveActLayout,
    /// The extract of a pupil's marks.
    pub extract: ExtractLayout,
    /// The act on a verification.
    pub inspection: InspectionLayout,
    /// The sheet of the recovery key.
    pub recovery: RecoveryLayout,
    digests: Vec<(String, [u8; 32])>,
}

impl Layouts {
    /// The built-in layouts, each replaced by the file of its name in `folder` where there is one.
    ///
    /// # Errors
    /// A folder or a file that cannot be read, a `.toml` file whose name is no layout's, and whatever is wrong in a
    /// layout, with its file and line.
    pub fn load(folder: Option<&Path>) -> Result<Self> {
        if let Some(folder) = folder {
            refuse_strangers(folder)?;
        }
        let mut texts = Vec::new();
        let mut digests = Vec::new();
        for (name, built_in) in BUILT_IN {
            let own = folder.map(|folder| folder.join(name)).filter(|path| path.exists());
            let (shown, text) = match own {
                Some(path) => {
                    let text = std::fs::read_to_string(&path).map_err(|e| Error::file("прочитать", &path, &e))?;
                    (path.display().to_string(), text)
                }
                None => (format!("layouts/{name}"), built_in.to_owned()),
            };
            digests.push((format!("layouts/{name}"), Sha256::digest(text.as_bytes()).into()));
            texts.push((name, shown, text));
        }
        let sources = Sources(texts);
        Ok(Self {
            page: sources.read("page.toml")?,
            book: sources.read("class-book.toml")?,
            summary_sheet: sources.read("summary-sheet.toml")?,
            corrections: sources.read("corrections.toml")?,
            register: sources.read("register.toml")?,
            carriers: sources.read("carriers.toml")?,
            keys: sources.read("keys.toml")?,
            archive_act: sources.read("archive-act.toml")?,
            extract: sources.read("extract.toml")?,
            inspection: sources.read("inspection-act.toml")?,
            recovery: sources.read("recovery-sheet.toml")?,
            digests,
        })
    }

    /// The SHA-256 of every layout in use, by its name, for the record of what a document was made with.
    pub fn digests(&self) -> &[(String, [u8; 32])] {
        &self.digests
    }
}

fn refuse_strangers(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|e| Error::file("прочитать", folder, &e))? {
        let path = entry.map_err(|e| Error::file("прочитать", folder, &e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".toml") && BUILT_IN.iter().all(|(known, _)| *known != name) {
            let known = BUILT_IN.map(|(known, _)| known).join(", ");
            return Err(Error::input(format!("{}: нет такого макета", path.display()))
                .next(format!("макеты называются {known}")));
        }
    }
    Ok(())
}

/// The layout files: their names, how they are shown, their texts.
struct Sources(Vec<(&'static str, String, String)>);

impl Sources {
    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let missing = || Error::environment(format!("нет макета {name}"));
        let (_, shown, text) = self.0.iter().find(|(known, ..)| *known == name).ok_or_else(missing)?;
        toml::from_str(text).map_err(|fault| {
            let before = fault.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Error::input(format!("{shown}:{line}: {}", fault.message()))
                .next("сравните макет с тем, что в папке layouts/")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(name: &str, from: &str, to: &str) -> String {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name).unwrap();
        assert!(text.contains(from), "«{from}» не в макете {name}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text.replacen(from, to, 1)).unwrap();
        Layouts::load(Some(folder.path())).unwrap_err().message().to_owned()
    }

    fn line_of(name: &str, what: &str) -> usize {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name).unwrap();
        text[..text.find(what).unwrap()].matches('\n').count() + 1
    }

    #[test]
    fn the_built_in_layouts_are_read() {
        let layouts = Layouts::load(None).unwrap();
        assert_eq!(layouts.digests().len(), BUILT_IN.len());
        assert!(layouts.page.paper.inner.0 >= 20.0);
        assert!(layouts.page.foot.qr.0 >= 18.0);
    }

    #[test]
    fn a_folder_replaces_only_what_it_holds_and_the_digest_shows_it() {
        let folder = tempfile::tempdir().unwrap();
        let text = BUILT_IN[1].1.replace("КЛАССНЫЙ ЖУРНАЛ", "ЖУРНАЛ КЛАССА");
        std::fs::write(folder.path().join("class-book.toml"), text).unwrap();
        let (own, built_in) = (Layouts::load(Some(folder.path())).unwrap(), Layouts::load(None).unwrap());
        assert_eq!(own.book.title.heading.as_str(), "ЖУРНАЛ КЛАССА");
        assert_eq!(own.digests()[0], built_in.digests()[0]);
        assert_ne!(own.digests()[1], built_in.digests()[1]);
    }

    #[test]
    fn an_unknown_key_is_refused_with_file_and_line() {
        let message = fault("page.toml", "inner =", "iner =");
        assert!(message.contains(&format!("page.toml:{}", line_of("page.toml", "inner ="))), "{message}");
    }

    #[test]
    fn an_unknown_place_in_a_wording_is_refused_with_its_line() {
        let message = fault("page.toml", "{leaf}", "{list}");
        assert!(message.contains(&format!("page.toml:{}", line_of("page.toml", "{leaf}"))), "{message}");
        assert!(message.contains("{list}"), "{message}");
    }

    #[test]
    fn type_too_small_to_read_and_a_margin_off_the_paper_are_refused() {
        assert!(fault("page.toml", "size = 7", "size = 6").contains("6.5"));
        assert!(fault("page.toml", "inner = 20", "inner = 2000").contains("page.toml"));
        assert!(fault("page.toml", "inner = 20", "inner = 15").contains("20"));
        assert!(fault("page.toml", "qr = 18", "qr = 12").contains("18"));
    }

    #[test]
    fn a_file_that_is_no_layout_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("bok.toml"), "").unwrap();
        assert!(Layouts::load(Some(folder.path())).unwrap_err().message().contains("bok.toml"));
    }
}
