//! What lists and hints look like to whoever sits before them: as wide as the window, by the name that was typed.

use crate::common::peers;
use crate::common::school::{LETOPIS, School};
use crate::common::tmux::Window;

const CLOCK: &str = "2025-09-15 10:00:00";

#[test]
fn a_list_is_as_wide_as_the_window_and_whole_in_a_pipe_and_where_that_is_asked_for() {
    let Some(_) = peers::require("tmux") else { return };
    let Some(school) = School::small() else { return };
    let Some(window) = Window::shell(&school.path("."), 60, 40) else { return };
    let list = school.shell_line(CLOCK, Some("ivanova"), &["staff", "list"]);
    window.line(&format!("clear; {list}; echo ended"));
    let screen = window.wait_until("the list", |screen| screen.lines().any(|line| line == "ended"));
    let table: Vec<&str> = screen.lines().skip_while(|line| !line.starts_with("Логин")).collect();
    assert!(table.iter().all(|line| line.chars().count() <= 60), "{screen}");
    let words = |screen: &str| screen.split_whitespace().filter(|word| word.contains("заместитель")).count();
    assert!(
        words(&screen) == 1 && !screen.contains("Петрова Полина Павловна  заместитель директора по УВР"),
        "{screen}"
    );
    for part in ["Петрова", "Полина", "Павловна", "директора", "классный", "руководитель"]
    {
        assert!(screen.contains(part), "«{part}» is lost\n{screen}");
    }
    for all in [format!("{list} > list"), format!("{list} --wide | cat > list")] {
        window.line(&format!("clear; {all}; echo written"));
        window.wait_until("the list in a file", |screen| screen.lines().any(|line| line == "written"));
        let text = std::fs::read_to_string(school.path("list")).unwrap();
        assert!(text.contains("Петрова Полина Павловна         заместитель директора по УВР"), "{text}");
    }
    window.resize(200, 40);
    window.line(&format!("clear; {list}; echo ended"));
    window.wait_for("Петрова Полина Павловна         заместитель директора по УВР");
}

#[test]
fn hints_call_the_program_as_it_was_called_and_its_commands_in_the_language_they_were_typed_in() {
    let Some(school) = School::small() else { return };
    std::os::unix::fs::symlink(LETOPIS, school.path("класс")).unwrap();
    let journal = format!("LETOPIS_JOURNAL={}", school.path("journal.letopis").display());
    let key = format!("LETOPIS_IDENTITY={}", school.path("keys/semyonov.key").display());
    let run = |args: &[&str]| {
        let all = [&[journal.as_str(), key.as_str(), "XDG_STATE_HOME=/nowhere", "./класс"][..], args].concat();
        peers::run("env", all, &school.path("."))
    };
    let said = |args: &[&str], words: &str| {
        let output = run(args);
        assert!(output.stderr.contains(words) || output.stdout.contains(words), "«{words}» is missing in\n{output}");
    };
    said(&["mark", "list", "7А", "Алгебра", "05.09.2025"], "сначала запишите урок: ./класс lesson record");
    said(&["отметка", "список", "7А", "Алгебра", "05.09.2025"], "сначала запишите урок: ./класс урок записать");
    said(&["отметка", "список"], "справка: ./класс отметка список --помощь");
    said(&["help"], "./класс help КОМАНДА");
    said(&["staff", "list", "--help"], "./класс staff list");
    said(&[], "справка: ./класс --help или ./класс help КОМАНДА");
    said(&["--help"], "Учителю и классному руководителю:");
}
