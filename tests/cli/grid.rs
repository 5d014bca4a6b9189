//! `letopis open` in a real terminal: typed into, looked at, resized, killed.

use crate::common::peers;
use crate::common::school::{School, clear_after};
use crate::common::tmux::Window;
use std::collections::HashMap;
use std::time::{Duration, Instant};

const CLOCK: &str = "2025-09-15 10:00:00";
const OPEN: [&str; 3] = ["open", "7А", "Алгебра"];
const LESSON: [&str; 6] = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic"];

/// A school with a class of 25 on 15 September; nothing where a peer is missing.
fn class_of_25() -> Option<School> {
    peers::require("tmux")?;
    let school = School::small()?;
    school.enlarge(20);
    Some(school)
}

/// The same with today's lesson recorded.
fn with_lesson() -> Option<School> {
    let school = class_of_25()?;
    school.run(CLOCK, "semyonov", &[&LESSON[..], &["Уравнения"]].concat()).ok();
    Some(school)
}

/// The marks of a day by surname and given name, read by another program's library.
fn marks(school: &School) -> HashMap<String, String> {
    let sql = "SELECT surname || ' ' || given, marks FROM marks JOIN pupils ON pupils.id = pupil
               JOIN lessons ON lessons.id = marks.lesson WHERE date = '2025-09-15'";
    let file = school.file();
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The last lesson's marks as the screen shows them: «12 Иванов Павел   5 · ·».
fn shown(screen: &str) -> HashMap<String, String> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = words.first()?.parse::<u8>().is_ok();
        let mark = words.get(3).filter(|mark| mark.chars().all(|c| c.is_ascii_digit() || c == '/'))?;
        number.then(|| (format!("{} {}", words[1], words[2]), (*mark).to_owned()))
    };
    screen.lines().filter_map(row).collect()
}

#[test]
fn a_lesson_and_25_marks_in_one_sitting_are_26_entries_in_the_right_cells_and_the_terminal_is_left_clean() {
    let Some(school) = class_of_25() else { return };
    let Some(window) = Window::shell(&school.path("."), 80, 24) else { return };
    let before = school.entries();
    window.line(&school.shell_line(CLOCK, Some("semyonov"), &OPEN));
    window.wait_for("Уроков ещё нет");
    assert_eq!(window.ask("#{alternate_on}"), "1");
    window.keys(&["IC"]);
    window.wait_for("Новый урок");
    window.text("Линейные уравнения");
    window.keys(&["Tab", "Tab"]);
    window.text("§ 4, № 31");
    window.keys(&["Enter"]);
    window.wait_for("Урок записан: 15.09.2025");

    let typed: Vec<String> = (0..25).map(|n| ["5", "4", "3", "4/5", "2"][n % 5].to_owned()).collect();
    let mut expected = HashMap::new();
    for (n, mark) in typed.iter().enumerate() {
        window.text(mark);
        window.keys(&[if n % 2 == 0 { "Enter" } else { "Down" }]);
        let screen = window.wait_for(&format!("№ {}, подписано: Семёнов С. С.", before + 2 + n as u64));
        let said = screen.lines().find(|line| line.contains("Записано: ")).unwrap();
        let name = said.trim_start_matches("Записано: ").split(',').next().unwrap().to_owned();
        expected.insert(name, mark.clone());
    }
    assert_eq!(expected.len(), 25, "every pupil once: {expected:?}");
    assert_eq!(marks(&school), expected);
    assert_eq!(school.entries(), before + 26);

    for (width, height) in [(60, 15), (40, 10), (20, 5), (5, 2), (120, 40), (80, 24)] {
        window.resize(width, height);
        if width >= 40 {
            window.wait_until("the help line at the bottom", |screen| {
                screen.trim_end().lines().last().is_some_and(|line| line.contains("F10 выход"))
            });
        }
    }
    let screen = window.wait_for("Данилов");
    assert!(screen.contains("7А, Алгебра") && screen.contains("сен"), "{screen}");

    window.keys(&["F10"]);
    window.wait_for("записей сделано: 26");
    is_clean(&window);
    school.run(CLOCK, "ivanova", &["audit"]).ok();
}

/// A command line that leaves its exit status in a file; `tmux` itself does not always learn it.
fn with_status(school: &School, line: &str) -> String {
    let file = school.path("status");
    let _ = std::fs::remove_file(&file);
    format!("{line}; echo $? > '{}'", file.display())
}

/// The program has ended by itself and without a fault.
#[track_caller]
fn ended(window: &Window, school: &School) {
    let status = || std::fs::read_to_string(school.path("status")).unwrap_or_default();
    window.wait_until("the end of the program", |_| status().ends_with('\n'));
    assert_eq!(status().trim(), "0");
    assert_eq!(window.ask("#{alternate_on}"), "0");
}

/// The alternate screen is left, the cursor shown, lines are edited and echoed again.
#[track_caller]
pub(super) fn is_clean(window: &Window) {
    window.wait_for("ready>");
    assert_eq!(window.ask("#{alternate_on} #{cursor_flag}"), "0 1");
    window.line("clear; stty -a");
    let screen = window.wait_until("stty's answer", |screen| screen.contains("icanon") && screen.contains("echoke"));
    for bad in ["-icanon", "-echo ", "-isig", "-opost"] {
        assert!(!screen.contains(bad), "{bad}\n{screen}");
    }
}

#[test]
fn a_sigterm_leaves_the_terminal_clean_too() {
    let Some(school) = with_lesson() else { return };
    let Some(window) = Window::shell(&school.path("."), 80, 24) else { return };
    let line = school.shell_line(CLOCK, Some("semyonov"), &OPEN);
    window.line(&format!("sh -c 'echo $$ > pid; exec \"$@\"' sh {line}"));
    window.wait_for("Уравнения");
    let process = std::fs::read_to_string(school.path("pid")).unwrap();
    peers::run("kill", ["-TERM", process.trim()], &school.path("."));
    window.wait_for("записей сделано: 0");
    is_clean(&window);
}

#[test]
fn killed_in_the_middle_nothing_shown_as_recorded_is_lost() {
    let Some(school) = with_lesson() else { return };
    let command = format!("exec {}", school.shell_line(CLOCK, Some("semyonov"), &OPEN));
    let (mut seen, mut midway) = (0, 0);
    for round in 0..12u32 {
        let Some(window) = Window::open(&school.path("."), 100, 40, &command) else { return };
        window.wait_for("Уравнения");
        let mark = ["5", "4", "3", "4/5"][round as usize % 4];
        let typed: String = (0..25).map(|_| format!("{mark}\r")).collect();
        let before = school.entries();
        window.text(&typed);
        let enough = before + u64::from(round * 7 % 23);
        let start = Instant::now();
        while school.entries() <= enough && start.elapsed() < Duration::from_secs(20) {}
        let process = window.process();
        peers::run("kill", ["-KILL", &process.to_string()], &school.path("."));
        window.wait_until("the end of the program", |_| window.ask("#{pane_dead}") == "1");
        clear_after(process);
        let (screen, after) = (window.screen(), school.entries() - before);
        let stand = marks(&school);
        for (name, shown) in shown(&screen) {
            seen += 1;
            assert_eq!(stand.get(&name), Some(&shown), "{name} was shown as recorded\n{screen}");
        }
        midway += u32::from((1..25).contains(&after));
        school.run(CLOCK, "ivanova", &["audit"]).ok();
    }
    assert!(seen > 0 && midway > 0, "{seen} marks seen, killed midway {midway} times");
}

#[test]
fn what_another_program_records_appears_by_itself() {
    let Some(school) = with_lesson() else { return };
    let command = format!("exec {}", school.shell_line(CLOCK, Some("semyonov"), &OPEN));
    let Some(window) = Window::open(&school.path("."), 120, 40, &command) else { return };
    window.wait_for("Уравнения");
    school.run(CLOCK, "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=4/5"]).ok();
    let screen = window.wait_for("4/5");
    assert_eq!(shown(&screen).get("Петренко Анна").map(String::as_str), Some("4/5"), "{screen}");
}

#[test]
fn what_the_rules_refuse_stays_visible_with_its_reason_and_records_nothing() {
    let Some(school) = with_lesson() else { return };
    let late = "2025-09-24 10:00:00";
    let command = with_status(&school, &school.shell_line(late, Some("semyonov"), &OPEN));
    let Some(window) = Window::open(&school.path("."), 80, 24, &command) else { return };
    window.wait_for("Уравнения");
    let before = school.entries();
    window.text("5");
    window.keys(&["Enter"]);
    window
        .wait_until("the refusal", |screen| ["§2.3.2", "5!", "Отклонено: 1"].iter().all(|part| screen.contains(part)));
    window.keys(&["F10"]);
    window.wait_for("не записано клеток: 1");
    window.keys(&["Up", "Escape"]);
    window.wait_until("no refused cell", |screen| !screen.contains("5!"));
    window.keys(&["F10"]);
    ended(&window, &school);
    assert_eq!(school.entries(), before);
}

#[test]
fn without_a_key_or_with_anothers_the_course_is_only_looked_at() {
    let Some(school) = with_lesson() else { return };
    let before = school.entries();
    for (login, reason) in [(None, "ключ не указан"), (Some("belova"), "нет права")] {
        let command = with_status(&school, &school.shell_line(CLOCK, login, &OPEN));
        let Some(window) = Window::open(&school.path("."), 80, 24, &command) else { return };
        window.wait_for("только просмотр");
        window.text("5");
        window.keys(&["Enter", "DC", "IC"]);
        let screen = window.wait_for(reason);
        assert!(!screen.contains("Новый урок"), "{screen}");
        window.keys(&["F10"]);
        ended(&window, &school);
    }
    assert_eq!(school.entries(), before);
}

#[test]
fn a_substitute_opens_the_course_to_record_the_lesson_given_instead() {
    let Some(school) = class_of_25() else { return };
    let command = format!("exec {}", school.shell_line(CLOCK, Some("gusev"), &[&OPEN[..], &["--substitute"]].concat()));
    let Some(window) = Window::open(&school.path("."), 80, 24, &command) else { return };
    window.wait_for("замещает Гусев Г. Г.");
    window.keys(&["IC"]);
    window.wait_for("Новый урок");
    window.text("Повторение");
    window.keys(&["Enter"]);
    window.wait_for("Урок записан");
    window.text("5");
    window.keys(&["Enter"]);
    window.wait_for("подписано: Гусев Г. Г.");
    school.run(CLOCK, "ivanova", &["audit"]).ok();
}

#[test]
fn without_a_terminal_it_says_what_to_use_instead() {
    let Some(school) = School::small() else { return };
    school.run(CLOCK, "semyonov", &OPEN).fails(2, &["только в терминале", "mark set"]);
}
