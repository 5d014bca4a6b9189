//! Killed with `kill -9` at random moments: the journal opens, its audit is clean, and nothing acknowledged is lost.

use crate::common::school::School;
use std::time::{Duration, Instant};

/// Moments spread evenly over a span, as many as are asked for: multiples of the golden ratio.
fn moments(span: Duration) -> impl Iterator<Item = Duration> {
    (1..).map(move |n: u32| span.mul_f64((f64::from(n) * 0.618_033_988_75).fract()))
}

/// How long a whole run takes here when nothing disturbs it, and a little more.
fn span_of(run: impl Fn()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..4).map(time).min().unwrap_or_default().mul_f64(1.1)
}

#[test]
fn killed_while_setting_marks_no_acknowledged_mark_is_lost() {
    let Some(school) = School::small() else { return };
    let clock = "2025-09-15 10:00:00";
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Линейные уравнения"];
    school.run(clock, "semyonov", &lesson).ok();
    let set =
        |mark: &str| ["mark", "set", "7А", "Алгебра", "15.09.2025", &format!("Петренко={mark}")].map(str::to_owned);
    let span = span_of(|| {
        school.run(clock, "semyonov", &set("2").each_ref().map(String::as_str)).ok();
    });
    let (mut acknowledged, mut killed) = (0, 0);
    for (n, delay) in (0..300).zip(moments(span)) {
        if killed == 60 {
            break;
        }
        let before = school.entries();
        let args = set(if n % 2 == 0 { "5" } else { "4" });
        let stdout = school.run_and_kill(clock, "semyonov", &args.each_ref().map(String::as_str), delay);
        let after = school.entries();
        if stdout.contains("Отметок записано") {
            assert_eq!(after, before + 1, "acknowledged and lost");
            acknowledged += 1;
        } else {
            assert!(after - before <= 1);
            killed += 1;
        }
        school.run(clock, "ivanova", &["audit"]).ok();
    }
    assert!(killed == 60, "{acknowledged} acknowledged, {killed} killed");
}

#[test]
fn killed_while_importing_all_of_it_is_there_or_nothing() {
    let Some(school) = School::small() else { return };
    let clock = "2025-12-01 10:00:00";
    let mut lessons = "Класс;Предмет;Дата;Урок;Тема\n".to_owned();
    let mut marks = "Класс;Предмет;Дата;Урок;Личное дело;Отметка\n".to_owned();
    for day in 1..=30 {
        let date = chrono::NaiveDate::from_ymd_opt(2025, 9, day).unwrap();
        if chrono::Datelike::weekday(&date) == chrono::Weekday::Sun {
            continue;
        }
        for lesson in 1..=7 {
            lessons += &format!("7А;Алгебра;{date};{lesson};Тема {day}.{lesson}\n");
            marks += &format!("7А;Алгебра;{date};{lesson};И-01;5\n7А;Алгебра;{date};{lesson};П-03;н\n");
        }
    }
    std::fs::write(school.path("school/lessons.csv"), lessons).unwrap();
    std::fs::write(school.path("school/marks.csv"), marks).unwrap();
    let before = school.entries();
    let span = span_of(|| {
        school.run(clock, "ivanova", &["import", "school", "--dry-run"]).ok();
    });
    let mut killed = 0;
    for delay in moments(span).take(200) {
        if killed == 40 {
            break;
        }
        school.run_and_kill(clock, "ivanova", &["import", "school"], delay);
        let after = school.entries();
        school.run(clock, "ivanova", &["audit"]).ok();
        if after == before {
            killed += 1;
            continue;
        }
        assert_eq!(after, before + 182, "26 days of 7 lessons");
        let file = school.file();
        let marks: u32 = file.query_row("SELECT count(*) FROM marks", [], |row| row.get(0)).unwrap();
        assert_eq!(marks, 182);
        // Begin anew.
        drop(file);
        let fresh = School::small().unwrap();
        let beside = ["journal.contacts", "journal.contacts-wal", "journal.contacts-shm"];
        for name in ["journal.letopis", "journal.letopis-wal", "journal.letopis-shm"].into_iter().chain(beside) {
            let _ = std::fs::remove_file(school.path(name));
            let _ = std::fs::copy(fresh.path(name), school.path(name));
        }
    }
    assert!(killed == 40, "{killed} killed");
    school.run(clock, "ivanova", &["import", "school"]).ok();
    school.run(clock, "ivanova", &["import", "school"]).fails(0, &["ничего не изменено"]);
}
