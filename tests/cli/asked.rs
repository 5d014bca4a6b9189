//! Questions in a real terminal: a lesson that the timetable does not have is asked about, and recorded on a yes alone.

use crate::common::school::School;
use crate::common::tmux::Window;

const CLOCK: &str = "2025-09-15 12:00:00";

#[test]
fn a_lesson_that_the_timetable_does_not_have_is_recorded_on_a_yes_alone() {
    if crate::common::peers::require("tmux").is_none() {
        return;
    }
    let Some(school) = School::small() else { return };
    let Some(window) = Window::shell(&school.path("."), 160, 40) else { return };
    let record = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--lesson", "5"];
    let line = school.shell_line(CLOCK, Some("semyonov"), &record);
    let before = school.entries();
    window.line(&line);
    window.wait_for("Урок всё же был? [да/нет]");
    window.line("нет");
    window.wait_for("--despite");
    assert_eq!(school.entries(), before);
    window.line("clear");
    window.line(&line);
    window.wait_for("[да/нет]");
    window.line("да");
    window.wait_for("Урок записан");
    assert_eq!(school.entries(), before + 1);
}
