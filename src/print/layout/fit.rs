//! Whether what a layout wants fits on its paper: widths of columns in mm against the page between its margins.

use super::faults::Fault;
use super::kinds::{Columns, Fields, Halves, Mm};
use super::narrow::Ruler;
use super::source::Sources;
use super::{Layouts, RegisterLayout};
use crate::print::sheet::{self, Orientation, Sides};

/// Rounding may let widths that just fit stick out by this, in mm.
const SLACK: f32 = 0.05;
/// The least width that marks or subjects need beside the fixed columns, in mm.
const LEAST_ROOM: f32 = 40.0;
/// The least height that a form needs on a page, in mm.
const LEAST_HEIGHT: f32 = 100.0;

/// What does not fit.
pub(super) fn faults(layouts: &Layouts, sources: &Sources) -> Vec<Fault> {
    let mut fits = Fits { layouts, sources, ruler: None, faults: Vec::new() };
    fits.paper();
    if fits.faults.is_empty() {
        fits.book();
        let sheet = &layouts.summary_sheet;
        let fixed = [sheet.number.width, sheet.pupil.width, sheet.decision.width];
        fits.fixed("summary-sheet.toml", &["pupil"], &fixed, Orientation::Landscape);
        fits.register("corrections.toml", &["register", "columns"], &layouts.corrections.register);
        let orientation = layouts.corrections.register.orientation;
        fits.within("annulments.toml", &["columns"], total(&layouts.annulments.columns), fits.width(orientation));
        fits.register("carriers.toml", &["register", "columns"], &layouts.carriers.register);
        fits.register("register.toml", &["register", "columns"], &layouts.register.register);
        fits.within(
            "contacts.toml",
            &["columns"],
            total(&layouts.contacts.columns),
            fits.width(layouts.contacts.orientation),
        );
        let (held, annex) = (&layouts.lost_stick.columns, &layouts.lost_stick.annex_columns);
        fits.columns("lost-stick.toml", "columns", held, Orientation::Portrait);
        fits.columns("lost-stick.toml", "annex_columns", annex, Orientation::Portrait);
        let (cases, headings) = (&layouts.case_list.columns, &layouts.nomenclature.columns);
        fits.within("case-list.toml", &["columns"], total(cases), fits.width(Orientation::Portrait));
        fits.within("nomenclature.toml", &["columns"], total(headings), fits.width(Orientation::Portrait));
        let destroyed = total(&layouts.destruction.columns);
        fits.within("destruction-act.toml", &["columns"], destroyed, fits.width(Orientation::Landscape));
        fits.register("keys.toml", &["columns"], &layouts.keys);
        fits.analytics();
        // Those that are compiled in hold what stands in them: a test sees to it.
        fits.ruler = if sources.are_own() { Ruler::of(layouts) } else { None };
        fits.columns_hold_their_text();
    }
    fits.faults
}

pub(super) struct Fits<'a> {
    layouts: &'a Layouts,
    sources: &'a Sources,
    /// With what columns are measured; without it they are not.
    pub(super) ruler: Option<Ruler>,
    faults: Vec<Fault>,
}

impl Fits<'_> {
    fn width(&self, orientation: Orientation) -> f32 {
        sheet::new_page(&self.layouts.page, orientation, Sides::Both, 1).1.w
    }

    pub(super) fn add(&mut self, file: &str, key: &[&str], what: String) {
        self.faults.push(self.sources.fault(file, key, what));
    }

    fn paper(&mut self) {
        for (orientation, name) in [(Orientation::Portrait, "книжной"), (Orientation::Landscape, "альбомной")]
        {
            let (_, area) = sheet::new_page(&self.layouts.page, orientation, Sides::Both, 1);
            if area.w < LEAST_HEIGHT || area.h < LEAST_HEIGHT {
                let (w, h) = (area.w.max(0.0), area.h.max(0.0));
                let what = format!(
                    "на {name} странице между полями остаётся {w:.0} × {h:.0} мм, а нужно не меньше {LEAST_HEIGHT:.0} × {LEAST_HEIGHT:.0}"
                );
                return self.add("page.toml", &["paper"], what);
            }
        }
    }

    fn book(&mut self) {
        let book = &self.layouts.book;
        self.columns("class-book.toml", "list", &book.list.columns, Orientation::Portrait);
        self.columns("class-book.toml", "pupils", &book.pupils.columns, Orientation::Portrait);
        self.columns("class-book.toml", "remarks", &book.remarks.columns, Orientation::Portrait);
        let spread = &book.spread;
        let lessons = total(&spread.lessons);
        let names = spread.number.width.0 + spread.pupil.width.0 + LEAST_ROOM;
        let key = ["spread", "lessons"];
        match spread.halves {
            Halves::Facing => {
                let room = self.width(Orientation::Portrait);
                self.within("class-book.toml", &key, lessons, room);
                self.within("class-book.toml", &["spread", "pupil"], names, room);
            }
            Halves::SideBySide => {
                let room = self.width(Orientation::Landscape);
                self.within("class-book.toml", &key, lessons + names + 4.0, room);
            }
        }
        let progress = &book.progress;
        let columns = [&progress.number, &progress.pupil, &progress.period, &progress.missed, &progress.decision];
        let fixed = columns.map(|column| column.width);
        self.fixed("class-book.toml", &["progress", "pupil"], &fixed, Orientation::Landscape);
    }

    /// Columns that are wide enough for their headings and for what is never divided in them.
    fn columns_hold_their_text(&mut self) {
        let layouts = self.layouts;
        let (file, book) = ("class-book.toml", &layouts.book);
        self.hold(file, &["list", "columns"], &book.list.columns, [book.list.size; 2]);
        self.hold(file, &["pupils", "columns"], &book.pupils.columns, [book.pupils.size; 2]);
        self.hold(file, &["remarks", "columns"], &book.remarks.columns, [book.remarks.size; 2]);
        let spread = &book.spread;
        let sizes = [spread.size, spread.head_size];
        self.hold(file, &["spread", "lessons"], &spread.lessons, sizes);
        for (section, column, specimen, sizes) in [
            ("spread", &spread.number, "00", sizes),
            ("spread", &spread.pupil, "Констан-", sizes),
            ("missed", &book.missed.number, "00", [book.missed.size, book.missed.head_size]),
            ("missed", &book.missed.pupil, "Констан-", [book.missed.size, book.missed.head_size]),
            ("progress", &book.progress.number, "00", [book.progress.size, book.progress.head_size]),
            ("progress", &book.progress.pupil, "Констан-", [book.progress.size, book.progress.head_size]),
        ] {
            self.holds(file, &[section], (&column.heading, column.width), specimen, sizes);
        }
        let (file, sheet) = ("summary-sheet.toml", &layouts.summary_sheet);
        for (section, column, specimen) in
            [("number", &sheet.number, "00"), ("pupil", &sheet.pupil, "Констан-"), ("decision", &sheet.decision, "00")]
        {
            let sizes = [sheet.size, sheet.head_size];
            self.holds(file, &[section], (&column.heading, column.width), specimen, sizes);
        }
        self.registers_hold_their_text();
    }

    fn registers_hold_their_text(&mut self) {
        let (layouts, key) = (self.layouts, ["register", "columns"]);
        self.hold_register("corrections.toml", &key, &layouts.corrections.register);
        self.hold_register("carriers.toml", &key, &layouts.carriers.register);
        self.hold_register("register.toml", &key, &layouts.register.register);
        self.hold_register("keys.toml", &["columns"], &layouts.keys);
        let annulments = &layouts.annulments;
        self.hold("annulments.toml", &["columns"], &annulments.columns, [annulments.size, annulments.head_size]);
        self.hold("contacts.toml", &["columns"], &layouts.contacts.columns, [layouts.contacts.size; 2]);
        let (file, stick) = ("lost-stick.toml", &layouts.lost_stick);
        self.hold(file, &["columns"], &stick.columns, [stick.table_size; 2]);
        self.hold(file, &["annex_columns"], &stick.annex_columns, [stick.table_size; 2]);
        self.hold("archive-act.toml", &["columns"], &layouts.archive_act.columns, [layouts.archive_act.table_size; 2]);
        let extract = &layouts.extract;
        self.hold("extract.toml", &["columns"], &extract.columns, [extract.size, extract.head_size]);
        let (file, report) = ("analytics.toml", &layouts.analytics);
        let sizes = [report.table_size, report.head_size];
        self.hold(file, &["totals", "columns"], &report.totals.columns, sizes);
        self.hold(file, &["classes", "columns"], &report.classes.columns, sizes);
        self.hold(file, &["subjects", "columns"], &report.subjects.columns, sizes);
        self.hold(file, &["attendance", "columns"], &report.attendance.columns, sizes);
    }

    fn hold_register<F: Fields>(&mut self, file: &str, key: &[&str], layout: &RegisterLayout<F>) {
        self.hold(file, key, &layout.columns, [layout.size, layout.head_size]);
    }

    fn register<F>(&mut self, file: &str, key: &[&str], layout: &RegisterLayout<F>) {
        let room = self.width(layout.orientation);
        self.within(file, key, total(&layout.columns), room);
    }

    fn analytics(&mut self) {
        let (file, layout) = ("analytics.toml", &self.layouts.analytics);
        self.columns(file, "totals", &layout.totals.columns, Orientation::Portrait);
        self.columns(file, "classes", &layout.classes.columns, Orientation::Portrait);
        self.columns(file, "subjects", &layout.subjects.columns, Orientation::Portrait);
        self.columns(file, "attendance", &layout.attendance.columns, Orientation::Portrait);
    }

    fn columns<F>(&mut self, file: &str, section: &str, columns: &Columns<F>, orientation: Orientation) {
        let room = self.width(orientation);
        self.within(file, &[section, "columns"], total(columns), room);
    }

    /// Columns of one width each beside those that share out the rest.
    fn fixed(&mut self, file: &str, key: &[&str], widths: &[Mm], orientation: Orientation) {
        let wanted = widths.iter().map(|width| width.0).sum::<f32>() + LEAST_ROOM;
        let room = self.width(orientation);
        self.within(file, key, wanted, room);
    }

    fn within(&mut self, file: &str, key: &[&str], wanted: f32, room: f32) {
        if wanted > room + SLACK {
            self.add(file, key, format!("столбцам нужно {wanted:.1} мм, а между полями {room:.1} мм"));
        }
    }
}

fn total<F>(columns: &Columns<F>) -> f32 {
    columns.iter().map(|column| column.width.0).sum()
}
