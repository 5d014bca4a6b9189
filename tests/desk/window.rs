//! The window in which the program runs: another way in, and an end that leaves nothing behind.

use super::browser::{Browser, run};
use super::{Opened, is_elsewhere};
use crate::common::peers;
use crate::common::school::School;
use crate::common::tmux::Window;
use std::path::PathBuf;
use std::time::Duration;

const NOON: &str = "2025-09-15 12:00:00";

/// The files that the window has named.
fn named(screen: &str) -> Vec<PathBuf> {
    let whole = screen.replace('\n', "");
    let files = whole.split("в браузере файл ").skip(1);
    files.filter_map(|rest| Some(PathBuf::from(format!("{}.html", rest.split(".html").next()?.trim())))).collect()
}

#[test]
fn enter_in_the_window_opens_another_way_in_and_its_end_leaves_no_file() {
    let Some(school) = School::small() else { return };
    let line = school.shell_line(NOON, Some("semyonov"), &["desk", "--no-browser"]);
    let Some(window) = Window::open(&school.path("."), 200, 30, &line) else { return };
    let first = named(&window.wait_for("Закончить работу"));
    assert!(first[0].exists(), "{first:?}");
    window.keys(&["Enter"]);
    let both = named(&window.wait_until("another file", |screen| named(screen).len() == 2));
    assert!(both[1].exists() && !both[0].exists(), "{both:?}");
    window.keys(&["C-c"]);
    window.wait_until("the end of the program", |_| window.ask("#{pane_dead}") == "1");
    assert!(!both[1].exists() && !both[1].parent().unwrap().exists(), "{both:?}");
}

#[test]
fn a_program_that_is_ended_leaves_no_file() {
    if is_elsewhere() {
        eprintln!("skipped: Windows ends a program without asking it");
        return;
    }
    let Some(school) = School::small() else { return };
    let mut desk = Opened::of(&school, NOON, "semyonov", &[]);
    let folder = desk.file.parent().unwrap().to_owned();
    peers::run("kill", ["-TERM", &desk.process().to_string()], &school.path("."));
    assert!(!desk.ended(Duration::from_secs(10)).success());
    assert!(!folder.exists(), "{}", folder.display());
}

#[test]
fn a_page_is_opened_by_its_address_in_another_window_while_one_is_open() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, NOON, "semyonov", &[]);
        browser.open(&desk).await;
        let second = browser.client.new_window(true).await.unwrap();
        browser.client.switch_to_window(second.handle).await.unwrap();
        browser.client.goto(&format!("http://{}/course/1", desk.authority)).await.unwrap();
        browser.until("h1", "Алгебра").await;
        browser.client.goto(&format!("http://{}/nothing", desk.authority)).await.unwrap();
        browser.until(".fault", "Такой страницы нет").await;
        browser.click("main a[href='/']").await;
        browser.until("h1", "Сегодня").await;
        browser.close().await;
    });
}
