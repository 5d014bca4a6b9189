//! A terminal that the program held is put right, whatever signal ends or stops it: in the grid and at the question for a
//! passphrase.

use super::grid::is_clean;
use crate::common::peers;
use crate::common::school::School;
use crate::common::tmux::Window;

const CLOCK: &str = "2025-09-15 10:00:00";

/// A shell that has started the program, and its process.
fn started(school: &School, args: &[&str], shown: &str) -> Option<(Window, String)> {
    let window = Window::shell(&school.path("."), 100, 30)?;
    let line = school.shell_line(CLOCK, Some("semyonov"), args);
    window.line(&format!("clear; sh -c 'echo $$ > pid; exec \"$@\"' sh {line}"));
    window.wait_for(shown);
    let process = std::fs::read_to_string(school.path("pid")).unwrap();
    Some((window, process.trim().to_owned()))
}

fn send(school: &School, signal: &str, process: &str) {
    peers::run("kill", [signal, process], &school.path("."));
}

/// The small school where Семёнов's key has a passphrase.
fn guarded() -> Option<School> {
    peers::require("tmux")?;
    let school = School::small()?;
    std::fs::write(school.path("phrase"), "весна в лесу\n").unwrap();
    let change = ["key", "passphrase", "keys/semyonov.key", "--new-passphrase-file", "phrase"];
    school.run(CLOCK, "ivanova", &change).ok();
    Some(school)
}

const RECORD: [&str; 7] = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Уравнения"];
const OPEN: [&str; 3] = ["open", "7А", "Алгебра"];

#[test]
fn a_signal_that_ends_the_grid_leaves_the_terminal_clean() {
    let Some(school) = School::small() else { return };
    school.run(CLOCK, "semyonov", &RECORD).ok();
    for signal in ["-QUIT", "-HUP", "-INT"] {
        let Some((window, process)) = started(&school, &OPEN, "Уравнения") else { return };
        send(&school, signal, &process);
        window.wait_for("записей сделано: 0");
        is_clean(&window);
    }
}

#[test]
fn a_grid_that_is_stopped_gives_the_terminal_back_and_takes_it_again() {
    let Some(school) = School::small() else { return };
    school.run(CLOCK, "semyonov", &RECORD).ok();
    let Some((window, process)) = started(&school, &OPEN, "Уравнения") else { return };
    send(&school, "-TSTP", &process);
    window.wait_for("Stopped");
    is_clean(&window);
    window.line("clear; fg");
    window.wait_for("Уравнения");
    window.keys(&["F10"]);
    window.wait_for("записей сделано: 0");
    is_clean(&window);
}

#[test]
fn a_signal_at_the_question_for_a_passphrase_leaves_the_echo_on_and_nothing_typed() {
    let Some(school) = guarded() else { return };
    for signal in ["-TERM", "-QUIT", "-HUP", "-INT"] {
        let Some((window, process)) = started(&school, &RECORD, "Пароль ключа") else { return };
        window.text("весна");
        send(&school, signal, &process);
        is_clean(&window);
        assert!(!window.screen().contains("весна"), "{signal}\n{}", window.screen());
    }
}

#[test]
fn a_question_that_is_stopped_is_asked_again() {
    let Some(school) = guarded() else { return };
    let Some((window, process)) = started(&school, &RECORD, "Пароль ключа") else { return };
    window.text("вес");
    send(&school, "-TSTP", &process);
    window.wait_for("Stopped");
    is_clean(&window);
    window.line("clear; fg");
    window.wait_for("Пароль ключа");
    window.line("весна в лесу");
    let screen = window.wait_for("подписано: Семёнов С. С.");
    assert!(!screen.contains("вес"), "{screen}");
}

#[test]
fn what_was_typed_before_the_question_is_no_passphrase() {
    let Some(school) = guarded() else { return };
    let Some(window) = Window::shell(&school.path("."), 100, 30) else { return };
    window.line(&format!("clear; sleep 2; {}", school.shell_line(CLOCK, Some("semyonov"), &RECORD)));
    window.line("letopis");
    window.wait_for("Пароль ключа");
    window.line("весна в лесу");
    let screen = window.wait_for("подписано: Семёнов С. С.");
    assert!(!screen.contains("весна"), "{screen}");
}
