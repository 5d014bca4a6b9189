//! `letopis login` in a real terminal: once a passphrase, then none, until the time is over or somebody logs out.

use crate::common::peers;
use crate::common::school::{LETOPIS, School};
use crate::common::tmux::Window;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU32, Ordering};

const CLOCK: &str = "2025-09-15 10:00:00";
const LESSON: [&str; 6] = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic"];

/// The small school where Семёнов's key has a passphrase; `run` is the account's runtime folder.
fn guarded() -> Option<School> {
    peers::require("tmux")?;
    let school = School::small()?;
    std::fs::create_dir(school.path("run")).unwrap();
    private(&school, 0o700);
    std::fs::write(school.path("phrase"), "весна в лесу\n").unwrap();
    let change = ["key", "passphrase", "keys/semyonov.key", "--new-passphrase-file", "phrase"];
    school.run(CLOCK, "ivanova", &change).ok();
    Some(school)
}

fn private(school: &School, mode: u32) {
    std::fs::set_permissions(school.path("run"), std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A shell that knows the account's runtime folder.
fn shell(school: &School) -> Option<Window> {
    let window = Window::shell(&school.path("."), 120, 40)?;
    window.line(&format!("export XDG_RUNTIME_DIR='{}'", school.path("run").display()));
    Some(window)
}

/// Types a command; waits for its exit status, and gives the screen.
#[track_caller]
fn run(window: &Window, line: &str, status: i32) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let ended = format!("\ncommand {}:", NUMBER.fetch_add(1, Ordering::Relaxed));
    window.line(&format!("clear; {line}; echo \"{}$?.\"", &ended[1..]));
    let screen = window.wait_until("the end of a command", |screen| screen.contains(&ended));
    assert!(screen.contains(&format!("{ended}{status}.")), "{screen}");
    screen
}

#[track_caller]
fn log_in(window: &Window, school: &School, args: &[&str]) {
    let args = [&["login", "keys/semyonov.key"], args].concat();
    window.line(&format!("clear; {}", school.shell_line(CLOCK, None, &args)));
    window.wait_for("Пароль ключа");
    window.line("весна в лесу");
    let screen = window.wait_for("Вход выполнен: Семёнов С. С.");
    assert!(!screen.contains("весна"), "the passphrase is not shown\n{screen}");
    window.wait_for("letopis logout");
}

fn logins(school: &School) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(school.path("run")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn after_a_login_nothing_asks_for_the_passphrase_until_the_logout() {
    let Some(school) = guarded() else { return };
    let Some(window) = shell(&school) else { return };
    log_in(&window, &school, &[]);
    let [file] = &logins(&school)[..] else { panic!() };
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let unnamed = school.shell_line(CLOCK, None, &[&LESSON[..], &["Уравнения"]].concat());
    assert!(run(&window, &unnamed, 0).contains("подписано: Семёнов С. С."));
    let named =
        school.shell_line(CLOCK, Some("semyonov"), &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"]);
    let screen = run(&window, &named, 0);
    assert!(!screen.contains("Пароль"), "the named key is the one logged in\n{screen}");
    let others = school.shell_line(CLOCK, Some("belova"), &[&LESSON[..], &["Чужое"]].concat());
    assert!(run(&window, &others, 1).contains("нет права"), "another's named key is used as named");

    window.line(&format!("clear; {}", school.shell_line(CLOCK, None, &["open", "7А", "Алгебра"])));
    window.wait_for("подписывает Семёнов С. С.");
    window.keys(&["F10"]);
    window.wait_for("записей сделано: 0");

    assert!(run(&window, &school.shell_line(CLOCK, None, &["logout"]), 0).contains("Выход выполнен"));
    assert!(logins(&school).is_empty());
    assert!(run(&window, &unnamed, 2).contains("не указан файл вашего ключа"));
    assert!(run(&window, &school.shell_line(CLOCK, None, &["выйти"]), 0).contains("Входа в этом терминале нет"));
}

#[test]
fn a_login_is_of_its_terminal_and_is_wiped_when_that_is_closed() {
    let Some(school) = guarded() else { return };
    let Some(window) = shell(&school) else { return };
    log_in(&window, &school, &[]);
    let lesson = school.shell_line(CLOCK, None, &[&LESSON[..], &["Уравнения"]].concat());
    let Some(other) = shell(&school) else { return };
    assert!(run(&other, &lesson, 2).contains("не указан файл вашего ключа"));
    assert_eq!(logins(&school).len(), 1, "the other terminal's login is left alone");
    drop(window);
    for _ in 0..50 {
        run(&other, &lesson, 2);
        if logins(&school).is_empty() {
            return;
        }
    }
    panic!("nobody is at that terminal any more");
}

#[test]
fn a_login_ends_after_its_idle_time_and_the_next_command_wipes_it() {
    let Some(school) = guarded() else { return };
    let Some(window) = shell(&school) else { return };
    log_in(&window, &school, &["--idle", "30"]);
    let lesson = |clock, topic| school.shell_line(clock, None, &[&LESSON[..], &[topic]].concat());
    run(&window, &lesson("2025-09-15 10:25:00", "Первая"), 0);
    run(&window, &lesson("2025-09-15 10:50:00", "Вторая"), 0);
    assert!(run(&window, &lesson("2025-09-15 11:25:00", "Третья"), 2).contains("не указан файл вашего ключа"));
    assert!(logins(&school).is_empty());
}

#[test]
fn a_clock_that_is_set_back_ends_a_login() {
    let Some(school) = guarded() else { return };
    let Some(window) = shell(&school) else { return };
    log_in(&window, &school, &[]);
    let back = school.shell_line("2025-09-15 09:00:00", None, &["staff", "list"]);
    run(&window, &back, 0);
    assert!(logins(&school).is_empty());
}

#[test]
fn a_runtime_folder_that_is_open_to_others_is_refused() {
    let Some(school) = guarded() else { return };
    let Some(window) = shell(&school) else { return };
    let login = school.shell_line(CLOCK, None, &["login", "keys/semyonov.key"]);
    private(&school, 0o755);
    assert!(run(&window, &login, 2).contains("0700"));
    private(&school, 0o700);
    assert!(run(&window, &format!("setsid -w {login}"), 2).contains("терминала здесь нет"));
    assert!(logins(&school).is_empty());
}

/// A line with a state folder that commands share.
fn at_home(school: &School, line: &str) -> String {
    let home = school.path("home").display().to_string();
    line.replace(&format!(" '{LETOPIS}'"), &format!(" 'XDG_STATE_HOME={home}' '{LETOPIS}'"))
}

#[test]
fn without_a_runtime_folder_a_login_lies_in_a_private_folder_on_the_disk_and_says_so() {
    let Some(school) = guarded() else { return };
    let Some(window) = shell(&school) else { return };
    let user = peers::run("id", ["-u"], &school.path(".")).stdout;
    if std::path::Path::new("/run/user").join(user.trim()).is_dir() {
        return;
    }
    window.line("unset XDG_RUNTIME_DIR");
    let at_home = |args: &[&str]| at_home(&school, &school.shell_line(CLOCK, None, args));
    window.line(&format!("clear; {}", at_home(&["login", "keys/semyonov.key"])));
    window.wait_for("Пароль ключа");
    window.line("весна в лесу");
    window.wait_for("Вход выполнен: Семёнов С. С.");
    window.wait_for("лежит на диске");
    let folder = school.path("home/letopis/login");
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let kept = || std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(kept().len(), 1);
    assert_eq!(kept()[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(run(&window, &at_home(&[&LESSON[..], &["Уравнения"]].concat()), 0).contains("подписано: Семёнов С. С."));
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    run(&window, &at_home(&[&LESSON[..], &["Другое"]].concat()), 2);
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert!(run(&window, &at_home(&["logout"]), 0).contains("Выход выполнен"));
    assert!(kept().is_empty());
}

#[test]
fn a_wrong_passphrase_is_asked_for_again_three_times_in_all() {
    let Some(school) = guarded() else { return };
    let Some(window) = shell(&school) else { return };
    let login = school.shell_line(CLOCK, None, &["login", "keys/semyonov.key"]);
    let asked = |times: usize| move |screen: &str| screen.matches("Пароль ключа").count() == times;
    window.line(&format!("clear; {login}"));
    window.wait_until("the first question", asked(1));
    window.line("весна в поле");
    window.wait_until("the second question", asked(2));
    window.wait_for("Осталось: 2 попытки.");
    window.line("весна в лесу");
    window.wait_for("Вход выполнен: Семёнов С. С.");
    assert!(run(&window, &school.shell_line(CLOCK, None, &["logout"]), 0).contains("Выход выполнен"));
    window.line(&format!("clear; {login}; echo \"ended $?.\""));
    for times in 1..=3 {
        window.wait_until("a question", asked(times));
        window.line("зима");
    }
    let screen = window.wait_for("ended 2.");
    assert!(screen.contains("Осталось: 1 попытка.") && screen.contains("пароль не подходит"), "{screen}");
}
