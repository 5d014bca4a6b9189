//! Whether what a layout wants fits on its paper: widths of columns in mm against the page between its margins.

use super::faults::Fault;
use super::kinds::{Columns, Halves, Mm};
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
    let mut fits = Fits { layouts, sources, faults: Vec::new() };
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
        fits.register("keys.toml", &["columns"], &layouts.keys);
        fits.analytics();
    }
    fits.faults
}

struct Fits<'a> {
    layouts: &'a Layouts,
    sources: &'a Sources,
    faults: Vec<Fault>,
}

impl Fits<'_> {
    fn width(&self, orientation: Orientation) -> f32 {
        sheet::new_page(&self.layouts.page, orientation, Sides::Both, 1).1.w
    }

    fn add(&mut self, file: &str, key: &[&str], what: String) {
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
