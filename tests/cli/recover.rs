//! `letopis key recover` in a real terminal: a line with a mistake is asked for again, and the key is the one on paper.

use crate::common::school::School;
use crate::common::tmux::Window;

const CLOCK: &str = "2025-10-24 10:00:00";

#[test]
fn a_line_with_a_mistake_is_asked_for_again() {
    if crate::common::peers::require("tmux").is_none() {
        return;
    }
    let Some(school) = School::small() else { return };
    let Some(window) = Window::shell(&school.path("."), 120, 40) else { return };
    let recover = ["key", "recover", "recovered.key", "--no-passphrase"];
    window.line(&school.shell_line(CLOCK, None, &recover));
    let lines: Vec<&str> = include_str!("../vectors/identity/paper_lines").lines().collect();
    window.wait_for("Строка 1 из 4:");
    window.line(lines[0]);
    window.wait_for("Строка 2 из 4:");
    window.line(&lines[1].replacen("GFPY", "GPFY", 1));
    window.wait_for("строка 2 ключа набрана с ошибкой");
    for line in &lines[1..] {
        window.line(line);
    }
    let screen = window.wait_for("Ключ набран без ошибок и записан: recovered.key");
    assert!(screen.contains("Строка 4 из 4:"), "{screen}");
    let written = std::fs::read_to_string(school.path("recovered.key")).unwrap();
    assert!(written.contains(include_str!("../vectors/identity/secret").trim()), "{written}");
}
