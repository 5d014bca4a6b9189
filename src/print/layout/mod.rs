//! Layouts: paper, margins, type sizes, column widths, headings and wording, in TOML files that need no recompiling.
//!
//! The files in `layouts/` are compiled in; a folder given with `--layouts` replaces any of them by a file of the same
//! name. A layout says how a form looks, never what stands in it: which rows there are is the form's business. All is
//! checked when it is read, not when it is used: a key nobody knows, a size that nobody could read, a place in a wording
//! such as `{klass}` that the form does not fill, a character the fonts lack are refused with file and line.

mod faults;
mod fit;
mod kinds;
mod narrow;
mod schema;
mod source;

pub use kinds::{
    Column, ColumnAlign, Columns, Fields, Halves, Label, Leaves, Mm, Named, Places, Size, Weight, Wording,
};
pub use schema::*;

pub use faults::Fault;

use crate::error::{Action, Error, Next, Result};
use source::Sources;
use std::path::Path;

/// Declares the layouts: the field they are read into, its type, and the file in `layouts/`.
macro_rules! layouts {
    ($($(#[$doc:meta])* $field:ident: $layout:ty = $file:literal;)+) => {
        /// Every layout.
        #[derive(Debug)]
        pub struct Layouts {
            $($(#[$doc])* pub $field: $layout,)+
            digests: Vec<(String, [u8; 32])>,
        }

        /// The layouts that are compiled in: file name and text.
        const BUILT_IN: &[(&str, &str)] = &[$(($file, include_str!(concat!("../../../layouts/", $file)))),+];

        impl Layouts {
            /// Reads the layouts, or finds everything that is wrong with them.
            fn read(sources: &Sources) -> std::result::Result<Self, Vec<Fault>> {
                let mut faults = Vec::new();
                $(let $field: Option<$layout> = sources.parse($file, &mut faults);)+
                let digests = sources.digests();
                match ($($field,)+) {
                    ($(Some($field),)+) => {
                        let layouts = Self { $($field,)+ digests };
                        faults.extend(fit::faults(&layouts, sources));
                        if faults.is_empty() { Ok(layouts) } else { Err(faults) }
                    }
                    _ => Err(faults),
                }
            }
        }
    };
}

layouts! {
    /// Paper, foot, rules and certification, common to all forms.
    page: PageLayout = "page.toml";
    /// The class's book.
    book: BookLayout = "class-book.toml";
    /// The summary sheet kept for 25 years.
    summary_sheet: SummarySheetLayout = "summary-sheet.toml";
    /// The register «Замена сведений в электронном журнале».
    corrections: CorrectionsLayout = "corrections.toml";
    /// What was annulled, below that register.
    annulments: AnnulmentsLayout = "annulments.toml";
    /// The register of issued documents.
    register: DocumentsLayout = "register.toml";
    /// The register of carriers.
    carriers: CarriersLayout = "carriers.toml";
    /// The act on the making of archive copies.
    archive_act: ArchiveActLayout = "archive-act.toml";
    /// The statement on a lost stick.
    lost_stick: LostStickLayout = "lost-stick.toml";
    /// How a class's parents can be reached.
    contacts: ContactsLayout = "contacts.toml";
    /// Slips of access to the diary.
    access: AccessLayout = "access-slip.toml";
    /// The slip of the diary.
    diary: DiarySlipLayout = "diary-slip.toml";
    /// The consent to the use of contacts.
    consent: ConsentLayout = "consent.toml";
    /// The extract of a pupil's marks.
    extract: ExtractLayout = "extract.toml";
    /// The act on a verification.
    inspection: InspectionLayout = "inspection-act.toml";
    /// The sheet of the recovery key.
    recovery: RecoveryLayout = "recovery-sheet.toml";
    /// The sheet of the emergency key.
    emergency: RecoveryLayout = "emergency-sheet.toml";
    /// The register of signing keys.
    keys: RegisterLayout<KeyField> = "keys.toml";
    /// The справка about a period.
    analytics: AnalyticsLayout = "analytics.toml";
    /// The list of what is kept over 10 years.
    case_list: CaseListLayout = "case-list.toml";
    /// The act on what is destroyed.
    destruction: DestructionLayout = "destruction-act.toml";
    /// The page of the records schedule.
    nomenclature: NomenclatureLayout = "nomenclature.toml";
}

/// Layouts that print the same journal on lying paper: `layouts/landscape/`.
const LANDSCAPE: &[(&str, &str)] = &[
    ("page.toml", include_str!("../../../layouts/landscape/page.toml")),
    ("class-book.toml", include_str!("../../../layouts/landscape/class-book.toml")),
];

impl Layouts {
    /// The built-in layouts, each replaced by the file of its name in `folder` where there is one.
    ///
    /// # Errors
    /// A folder or a file that cannot be read, a `.toml` file whose name is no layout's, and whatever is wrong in a
    /// layout, with its file and line.
    pub fn load(folder: Option<&Path>) -> Result<Self> {
        let sources = Sources::open(folder, BUILT_IN)?;
        Self::read(&sources).map_err(|faults| {
            let first = faults.first().map(ToString::to_string).unwrap_or_default();
            let next = folder.map_or_else(
                || Next::new("сообщите разработчикам"),
                |folder| Next::by("посмотрите все ошибки", Action::CheckLayouts { folder: folder.to_owned() }),
            );
            Error::input(first).next(next)
        })
    }

    /// Everything that is wrong with the layouts in a folder.
    ///
    /// # Errors
    /// A folder or a file that cannot be read.
    pub fn check(folder: &Path) -> Result<Vec<Fault>> {
        Ok(Self::read(&Sources::open(Some(folder), BUILT_IN)?).err().unwrap_or_default())
    }

    /// The SHA-256 of every layout in use, by its name, for the record of what a document was made with.
    pub fn digests(&self) -> &[(String, [u8; 32])] {
        &self.digests
    }
}

/// The names of the layouts, without `.toml`.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| name.trim_end_matches(".toml"))
}

/// The text of a built-in layout, on lying paper where there is such a one.
pub fn built_in(name: &str, landscape: bool) -> Option<&'static str> {
    let find = |set: &[(&str, &'static str)]| {
        set.iter().find(|(known, _)| known.trim_end_matches(".toml") == name).map(|(_, text)| *text)
    };
    landscape.then(|| find(LANDSCAPE)).flatten().or_else(|| find(BUILT_IN))
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
        assert!(fault("page.toml", "qr = 20", "qr = 12").contains("18"));
    }

    #[test]
    fn margins_that_no_printer_leaves_and_columns_narrower_than_their_text_are_refused() {
        for margin in ["outer = 9", "top = 10", "bottom = 8"] {
            let name = margin.split(' ').next().unwrap();
            let message = fault("page.toml", margin, &format!("{name} = 0"));
            assert!(message.contains("не печатает") && message.contains("от 4 до 200 мм"), "{message}");
        }
        assert!(fault("page.toml", "pad_x = 0.8", "pad_x = 0").contains("отступа текста от линии"));
        assert!(fault("page.toml", "gap = 3", "gap = 0").contains("белого поля вокруг QR-кода"));
        let narrow = |name: &str, from: &str, to: &str, column: &str| {
            let message = fault(name, from, to);
            assert!(
                message.contains(&format!("столбец «{column}»")) && message.contains("нужно не меньше"),
                "{message}"
            );
        };
        narrow(
            "class-book.toml",
            "heading = \"Дата рождения\", width = 24",
            "heading = \"Дата рождения\", width = 9",
            "Дата рождения",
        );
        narrow(
            "class-book.toml",
            "heading = \"Число и месяц\", width = 12",
            "heading = \"Число и месяц\", width = 3",
            "Число и месяц",
        );
        narrow("keys.toml", "heading = \"по\", width = 20", "heading = \"по\", width = 10", "по");
        narrow("register.toml", "heading = \"Листов\", width = 13", "heading = \"Листов\", width = 0", "Листов");
        narrow("analytics.toml", "heading = \"СОУ, %\", width = 14", "heading = \"СОУ, %\", width = 4", "СОУ, %");
    }

    #[test]
    fn an_empty_folder_is_refused_and_what_is_no_toml_is_told_in_russian() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Layouts::check(folder.path()).unwrap_err().message().contains("нет ни одного макета"));
        assert!(Layouts::load(Some(folder.path())).unwrap_err().message().contains("нет ни одного макета"));
        for broken in [
            "heading = \"КЛЮЧИ",
            "heading = ",
            "heading",
            "= 5",
            "[columns",
            "[[columns]",
            "columns = [1 2]",
            "columns = [,]",
            "a = { b = 1",
            "a = 1 2",
            "a = 1\na = 2",
            "a = .",
            "a = 0x",
            "a = 1__0",
            "a = \"\\q\"",
            "a = tru",
            "a = 'x",
            "\u{1}",
            "a = \"\"\"x",
            "\"a\nb\" = 1",
            "a.b.c",
            "a = +_1",
            "a = 2025-13-77",
            "[a]\n[a]",
        ] {
            std::fs::write(folder.path().join("keys.toml"), broken).unwrap();
            for fault in Layouts::check(folder.path()).unwrap() {
                // Names of keys are what they are.
                let words =
                    fault.what.split(|c: char| !c.is_ascii_alphabetic() && c != '_').filter(|word| word.len() > 2);
                let known = |word: &&str| {
                    !built_in("keys", false).unwrap().contains(*word) && !["TOML", "alone"].contains(word)
                };
                assert_eq!(words.filter(known).collect::<Vec<_>>(), [""; 0], "{broken:?}: {}", fault.what);
            }
        }
    }

    #[test]
    fn charts_that_nobody_could_read_and_columns_that_are_missing_are_refused() {
        let told = |from, to| fault("analytics.toml", from, to);
        assert!(told("bar_narrowest = 3.2", "bar_narrowest = 2").contains("толщина столбика"));
        assert!(told("hatching = 1.1", "hatching = 0.2").contains("штриховки"));
        assert!(told("names = 56", "names = 5").contains("ширина названий"));
        assert!(told("lines = 6", "lines = 60").contains("от 0 до 20"));
        assert!(told("{ field = \"indicator\"", "{ field = \"before\"").contains("indicator"));
        assert!(told("{before}", "{after}").contains("{after}"));
        let message = told("hatching =", "hatch =");
        assert!(message.contains(&format!("analytics.toml:{}", line_of("analytics.toml", "hatching ="))), "{message}");
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let text = BUILT_IN[1]
            .1
            .replace("heading_size = 30", "heading_size = \"big\"")
            .replace("keep = \"Хранить 5 лет\"\n", "")
            .replace("year_mark =", "yearmark =")
            .replace("heading = \"Дата рождения\", width = 24", "heading = \"Дата рождения\", widht = 24")
            .replace("\"Классный руководитель: {class_teacher}\"", "\"Классный руководитель: {teacher}\"")
            .replace("width = 97", "width = 197");
        std::fs::write(folder.path().join("class-book.toml"), &text).unwrap();
        std::fs::write(folder.path().join("keys.toml"), "heading = \"КЛЮЧИ\nsize = 8").unwrap();
        let faults = Layouts::check(folder.path()).unwrap();
        let line_of = |what: &str| text[..text.find(what).unwrap()].matches('\n').count() + 1;
        let found = |line: usize, what: &str| {
            assert!(faults.iter().any(|f| f.line == line && f.what.contains(what)), "{line}: {what}\n{faults:#?}");
        };
        found(line_of("heading_size = \"big\""), "нужно число");
        found(line_of("[title]"), "нет ключа keep в разделе [title]");
        found(line_of("[spread]"), "нет ключа year_mark");
        found(line_of("yearmark ="), "ключа yearmark здесь не бывает; похож year_mark");
        found(line_of("widht"), "ключа widht здесь не бывает");
        found(line_of("{teacher}"), "{teacher} здесь не подставляется");
        found(1, "это не TOML");
        assert_eq!(faults.len(), 7, "{faults:#?}");
    }

    #[test]
    fn columns_wider_than_the_paper_are_refused_with_file_and_line() {
        let message = fault("class-book.toml", "width = 97", "width = 197");
        assert!(
            message.contains(&format!("class-book.toml:{}", line_of("class-book.toml", "lessons = ["))),
            "{message}"
        );
        assert!(message.contains("столбцам нужно 281.0 мм, а между полями 181.0 мм"), "{message}");
        assert!(fault("keys.toml", "width = 86", "width = 87").contains("keys.toml"));
        assert!(fault("analytics.toml", "width = 44", "width = 45").contains("182.0 мм"));
        assert!(fault("page.toml", "outer = 9", "outer = 150").contains("page.toml"));
    }

    #[test]
    fn the_built_in_sets_are_without_fault_and_shown_by_name() {
        for set in [BUILT_IN, LANDSCAPE] {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in set {
                std::fs::write(folder.path().join(name), text).unwrap();
                assert!(names().any(|known| format!("{known}.toml") == *name));
            }
            assert_eq!(Layouts::check(folder.path()).unwrap(), []);
        }
        assert_ne!(built_in("class-book", true), built_in("class-book", false));
        assert_eq!(built_in("keys", true), built_in("keys", false));
        assert_eq!(built_in("bok", false), None);
    }

    #[test]
    fn a_file_that_is_no_layout_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("bok.toml"), "").unwrap();
        assert!(Layouts::load(Some(folder.path())).unwrap_err().message().contains("bok.toml"));
    }
}
