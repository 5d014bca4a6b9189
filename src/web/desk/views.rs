//! Courses as the page has seen them. What is typed answers to what was seen, so of each course the last few views are kept
//! under the ledger's length at which they were read.

use crate::error::Result;
use crate::journal::Journal;
use crate::journal::read::Course;
use crate::journal::read::course_view::{CourseView, course_view};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// How many views of a course are kept: a page that has slept through more of them is shown anew.
const KEPT: usize = 24;
/// Of how many courses.
const COURSES: usize = 6;

/// The views that pages have been given.
#[derive(Default)]
pub struct Views {
    of: HashMap<i64, VecDeque<Arc<CourseView>>>,
    order: VecDeque<i64>,
}

impl Views {
    /// The course as it stands now.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn now(&mut self, journal: &Journal, course: &Course) -> Result<Arc<CourseView>> {
        let length = journal.tip()?.seq;
        let last = self.of.get(&course.id).and_then(VecDeque::back);
        if let Some(last) = last.filter(|view| view.length == length && view.course == *course) {
            return Ok(Arc::clone(last));
        }
        let view = Arc::new(course_view(journal.tables(), course)?);
        self.keep(course.id, Arc::clone(&view));
        Ok(view)
    }

    /// The course as it was shown when the ledger had this length.
    pub fn seen(&self, course: i64, length: u64) -> Option<Arc<CourseView>> {
        self.of.get(&course)?.iter().find(|view| view.length == length).map(Arc::clone)
    }

    fn keep(&mut self, course: i64, view: Arc<CourseView>) {
        let views = self.of.entry(course).or_default();
        views.push_back(view);
        if views.len() > KEPT {
            views.pop_front();
        }
        self.order.retain(|known| *known != course);
        self.order.push_back(course);
        if self.order.len() > COURSES
            && let Some(oldest) = self.order.pop_front()
        {
            self.of.remove(&oldest);
        }
    }
}
