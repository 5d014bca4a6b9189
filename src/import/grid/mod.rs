//! Marks kept elsewhere: a table a course, pupils down and days across, as web diaries give it out and teachers keep it.
//!
//! Nothing is recorded here. A [`File`] is read as it is ([`cells`]); [`shape`] finds the tables on its sheets by their
//! headings; what they mean in this journal ([`understood`]) is asked of the calendar, the timetable and the lists of
//! pupils. What cannot be told is a [`Doubt`], all of them are told at once, and a [`Map`] of answers settles them.

mod bare;
mod cells;
mod course;
mod doubts;
mod headings;
mod map;
mod marks;
mod meant;
mod pupils;
mod shape;
mod when;

pub use cells::{File, Place, spans};
pub use course::named as course_named;
pub use doubts::{Doubt, Doubts, Question, Section};
pub use map::{Map, proposed};
pub use meant::{Brought, Ground, Lesson, understood};

use shape::shape;

/// The texts of a file that may name its course: what stands above its tables, its sheets, its own name.
pub fn captions(file: &File) -> Vec<String> {
    let above = file.leaves.iter().flat_map(|leaf| shape(leaf).captions);
    let sheets = file.leaves.iter().map(|leaf| leaf.name.clone());
    let own = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let own = own.rsplit_once('.').map_or(own, |(stem, _)| stem).to_owned();
    above.chain(sheets).chain([own]).filter(|text| !text.is_empty()).collect()
}
