//! The title page of the class's book.

use super::class::Course;
use super::{Composer, serif, serif_bold};
use crate::print::page::{Area, Page};
use crate::print::sheet::Orientation;
use crate::print::typeset::{Align, Type};
use crate::print::words::plural;
use crate::school::{Filed, PersonName, format_date};

/// Room for the day on which the book is finished, while that is still to come.
const BY_HAND: &str = "____________________";

/// A volume of a book: which, of how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volume {
    pub number: u32,
    pub of: u32,
}

impl Volume {
    /// The title of a document, which names the volume where there are several.
    pub(super) fn title(self, title: &str) -> String {
        if self.of > 1 { format!("{title}, том {}", self.number) } else { title.to_owned() }
    }
}

impl Composer<'_> {
    /// The title page of a volume of so many leaves, as its certificate counts them.
    pub(super) fn title_page(&self, leaves: u32, volume: Volume) -> Page {
        let layout = &self.layouts.book.title;
        let (school, year) = (&self.school.school, &self.school.year);
        let indexed = self.school.is_indexed(Filed::ClassBook);
        let index = if indexed { self.school.case_of(Filed::ClassBook).index } else { String::new() };
        let owned = [
            ("school", school.name.clone()),
            ("place", school.place.clone()),
            ("class", self.data.class.quoted()),
            ("year", year.name.clone()),
            ("class_teacher", self.data.teacher.as_ref().map(|name| name.full()).unwrap_or_default()),
            ("case_index", index.clone()),
            ("begins", format_date(year.begins)),
            ("ends", if self.over { format_date(year.ends) } else { BY_HAND.to_owned() }),
            ("volume", volume.number.to_string()),
            ("volumes", volume.of.to_string()),
            ("leaves", format!("{leaves} {}", plural(leaves, ["листе", "листах", "листах"]))),
        ];
        let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (mut page, area) = self.new_page(Orientation::Portrait, 1);
        let school_name = layout.school.fill(&values);
        let top = self.balanced(&mut page, Area { y: area.y + 8.0, ..area }, serif(layout.school_size.0), &school_name);
        let mut at = |y: f32, kind: Type, align: Align, text: &str| {
            self.paragraph(&mut page, Area { y, ..area }, kind, align, text)
        };
        let below = at(top + 2.0, serif(layout.size.0), Align::Centre, &layout.place.fill(&values));
        let y = below.max(area.y + area.h * 0.30);
        let y = at(y, serif_bold(layout.heading_size.0), Align::Centre, layout.heading.as_str());
        let y = at(y + 4.0, serif_bold(layout.class_size.0), Align::Centre, &layout.class.fill(&values));
        let y = at(y + 4.0, serif(layout.size.0 + 2.0), Align::Centre, &layout.year.fill(&values));
        if volume.of > 1 {
            at(y + 4.0, serif(layout.size.0 + 2.0), Align::Centre, &layout.volume.fill(&values));
        }
        let mut y = y.max(area.y + area.h * 0.60);
        for line in &layout.lines {
            y = at(y, serif(layout.size.0), Align::Left, &line.fill(&values)) + 3.0;
        }
        let small = serif(layout.size.0);
        let mut y = y.max(area.bottom() - 2.0 * small.leading() - 3.0);
        if indexed {
            y = at(y, small, Align::Right, &layout.case_index.fill(&values));
        }
        at(y, small, Align::Right, layout.keep.as_str());
        page
    }

    /// The cover of one subject's pages.
    pub(super) fn subject_cover(&self, subject: &str, courses: &[&Course]) -> Page {
        let layout = &self.layouts.book.title;
        let (school, class) = (&self.school.school, self.data.class.quoted());
        let values = [("school", &*school.name), ("place", &*school.place), ("class", &*class), ("year", self.year())];
        let (mut page, area) = self.new_page(Orientation::Portrait, 1);
        let top = Area { y: area.y + 8.0, ..area };
        let top = self.balanced(&mut page, top, serif(layout.school_size.0), &layout.school.fill(&values));
        let mut at =
            |y: f32, kind: Type, text: &str| self.paragraph(&mut page, Area { y, ..area }, kind, Align::Centre, text);
        let below = at(top + 2.0, serif(layout.size.0), &layout.place.fill(&values));
        let y = below.max(area.y + area.h * 0.30);
        let y = at(y, serif_bold(layout.heading_size.0), layout.heading.as_str());
        let y = at(y + 4.0, serif_bold(layout.class_size.0), &layout.class.fill(&values));
        let mut y = at(y + 4.0, serif(layout.size.0 + 2.0), &layout.year.fill(&values)) + 10.0;
        y = at(y, serif_bold(layout.size.0 + 4.0), &layout.of_subject.fill(&[("subject", subject)])) + 4.0;
        for course in courses {
            let teacher = course.taught_by(PersonName::full);
            let group = if course.group.is_empty() { String::new() } else { format!("{}: ", course.group) };
            y = at(y, serif(layout.size.0), &format!("{group}{teacher}")) + 2.0;
        }
        page
    }
}
