//! The same lesson by commands, in the terminal's grid and at the desk: the ledgers differ in times and signatures only, and
//! the desk takes no more keys than the grid.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use crate::common::tmux::Window;
use fantoccini::key::Key;
use serde_json::Value;

const CLOCK: &str = "2025-09-15 12:00:00";
/// What is typed, pupil by pupil down the list, and the commands that say the same.
const CELLS: [(&str, &[&str]); 5] = [
    ("5", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Ёлкина=5"]),
    ("н", &["absence", "set", "7А", "Алгебра", "15.09.2025", "Иванов Павел=н"]),
    ("4/5", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Иванов Пётр=4/5"]),
    ("3", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=3"]),
    ("оп", &["absence", "set", "7А", "Алгебра", "15.09.2025", "Сизов=оп"]),
];

/// What was recorded after a number: each entry but for its time.
fn recorded(school: &School, after: u64) -> Vec<Value> {
    let file = school.file();
    let mut statement = file.prepare("SELECT payload FROM ledger WHERE seq > ?1 ORDER BY seq").unwrap();
    let entries = statement.query_map([after], |row| row.get::<_, String>(0)).unwrap();
    let without_time = |payload: rusqlite::Result<String>| {
        let mut entry: Value = serde_json::from_str(&payload.unwrap()).unwrap();
        entry.as_object_mut().unwrap().remove("time").unwrap();
        entry
    };
    entries.map(without_time).collect()
}

fn by_commands(school: &School) {
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--homework", "п. 5"];
    school.run(CLOCK, "semyonov", &lesson).ok();
    for (_, command) in CELLS {
        school.run(CLOCK, "semyonov", command).ok();
    }
    school.run(CLOCK, "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Сизов=4"]).ok();
}

/// Gives how many keys it took.
fn by_grid(school: &School) -> Option<usize> {
    let window = Window::open(
        &school.path("."),
        100,
        30,
        &school.shell_line(CLOCK, Some("semyonov"), &["open", "7А", "Алгебра"]),
    )?;
    window.wait_for("Уроков ещё нет");
    let before = school.entries();
    window.keys(&["IC"]);
    window.wait_for("Новый урок");
    window.text("Дроби");
    window.keys(&["Tab", "Tab"]);
    window.text("п. 5");
    window.keys(&["Enter"]);
    window.wait_for("Урок записан");
    let mut keys = 1 + 5 + 2 + 4 + 1;
    for (number, (text, _)) in (2..).zip(CELLS) {
        window.text(text);
        window.keys(&["Enter"]);
        window.wait_for(&format!("№ {}", before + number));
        keys += text.chars().count() + 1;
    }
    window.keys(&["F2"]);
    window.text(" 4");
    window.keys(&["Enter"]);
    window.wait_for(&format!("№ {}", before + 7));
    Some(keys + 4)
}

async fn by_desk(school: &School) -> Option<usize> {
    let browser = Browser::start().await?;
    let desk = Opened::of(school, CLOCK, "semyonov", &[]);
    browser.open(&desk).await;
    browser.click("nav a[href^='/course/']").await;
    browser.until("h1", "Алгебра").await;
    let mut keys = 0;
    let before = school.entries();
    for text in [
        Key::Insert.to_string().as_str(),
        "Дроби",
        &Key::Tab.to_string(),
        &Key::Tab.to_string(),
        "п. 5",
        &Key::Enter.to_string(),
    ] {
        browser.press(text).await;
        keys += text.chars().count();
    }
    browser.until(".said", "Урок записан").await;
    for (number, (text, _)) in (2..).zip(CELLS) {
        // WebDriver has no key for a Russian letter; the page takes the Latin one on the same key.
        let text = match text {
            "н" => "y",
            "оп" => "jg",
            text => text,
        };
        browser.press(&format!("{text}{}", Key::Enter)).await;
        browser.until("#live", &format!("№ {}", before + number)).await;
        keys += text.chars().count() + 1;
    }
    browser.press(&Key::F2.to_string()).await;
    browser.press(&format!(" 4{}", Key::Enter)).await;
    browser.until("#live", &format!("№ {}", before + 7)).await;
    browser.close().await;
    Some(keys + 4)
}

#[test]
fn the_same_lesson_by_commands_in_the_grid_and_at_the_desk_gives_the_same_entries() {
    let (Some(commands), Some(grid), Some(desk)) = (School::small(), School::small(), School::small()) else { return };
    let before = commands.entries();
    by_commands(&commands);
    let Some(in_grid) = by_grid(&grid) else { return };
    let mut at_desk = None;
    run(async { at_desk = by_desk(&desk).await });
    let Some(at_desk) = at_desk else { return };
    let expected = recorded(&commands, before);
    assert_eq!(expected.len(), 7);
    assert_eq!(recorded(&grid, before), expected, "the grid");
    assert_eq!(recorded(&desk, before), expected, "the desk");
    assert!(at_desk <= in_grid, "{at_desk} keys at the desk, {in_grid} in the grid");
}

#[test]
fn a_topic_and_25_marks_take_no_more_than_38_keys() {
    let Some(school) = School::small() else { return };
    school.enlarge(20);
    let before = school.entries();
    let (topic, marks) = ("Уравнения", "5432543254325432543254325");
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, CLOCK, "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href^='/course/']").await;
        browser.until("h1", "Алгебра").await;
        let lesson = format!("{}{topic}{}", Key::Insert, Key::Enter);
        browser.press(&lesson).await;
        browser.until(".said", "Урок записан").await;
        let typed = format!("{marks}{}", Key::Enter);
        browser.press(&typed).await;
        browser.until_gone("td.sent, td.typing").await;
        assert_eq!(browser.text("td.refused").await, "");
        assert!(lesson.chars().count() + typed.chars().count() <= 38);
        browser.close().await;
    });
    if school.entries() == before {
        return;
    }
    assert_eq!(school.entries(), before + 26);
    let recorded = recorded(&school, before + 1);
    let recorded: String = recorded.iter().filter_map(|entry| entry["body"]["marks"][0]["marks"].as_str()).collect();
    assert_eq!(recorded, marks);
}
