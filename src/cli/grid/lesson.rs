//! The lesson in the grid: opened from its column or begun anew, edited line by line, recorded with Enter.

use super::form::Form;
use super::keys::Key;
use super::model::{Access, Focus, Job, Message, Model};
use crate::error::Error;
use crate::journal::read::course_view::Place;

impl Model {
    /// Opens the lines of the current column's lesson.
    pub(super) fn open_panel(&mut self) {
        match self.current().map(|column| (column.place.clone(), column.lesson.clone())) {
            Some((place @ Place::Lesson { .. }, Some(lesson))) => self.focus = Focus::Panel(Form::of(place, &lesson)),
            Some(_) => {
                let error = Error::input("у столбца итоговых отметок нет урока").next("перейдите к столбцу урока");
                self.message = Some(Message::Fault(error));
            }
            None => self.open_new_lesson(),
        }
    }

    /// Opens the lines of a new lesson.
    pub(super) fn open_new_lesson(&mut self) {
        if self.may_record() {
            self.focus = Focus::Panel(Form::new_lesson(self.today, &self.view));
        }
    }

    /// Takes a key while a lesson is edited.
    pub(super) fn press_in_panel(&mut self, key: Key) -> Option<Job> {
        let Focus::Panel(form) = &mut self.focus else { return None };
        match key {
            Key::Esc => {
                self.focus = Focus::Grid;
                self.message = None;
            }
            Key::Enter => return self.submit(),
            Key::NewLesson => self.open_new_lesson(),
            key => {
                form.press(key);
                form.follow_timetable(&self.view);
            }
        }
        None
    }

    fn submit(&mut self) -> Option<Job> {
        if !self.may_record() {
            return None;
        }
        let (Focus::Panel(form), Access::Keeps(keeper, _)) = (&mut self.focus, &self.access) else { return None };
        if let Some(doubt) = form.doubt(&self.view, keeper) {
            self.message = Some(Message::Fault(doubt));
            return None;
        }
        match form.lesson(&self.view, keeper) {
            Ok(None) => {
                self.focus = Focus::Grid;
                self.message = Some(Message::Done("Изменений нет".to_owned()));
                None
            }
            Ok(Some(wish)) => Some(Job::Lesson(wish)),
            Err(error) => {
                self.message = Some(Message::Fault(error));
                None
            }
        }
    }
}
