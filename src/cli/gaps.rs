//! What is missing at the year's end, in words: pupil by pupil, then the papers.

use super::called::ME;
use crate::work::year::{
    ClassGaps, Gaps, Loose, MissingMarks, Outdated, OutdatedBook, PupilGaps, StickOut, UnboundBook,
};
use serde_json::{Value, json};

/// Says all of how a year stands: what is missing, what is outdated, what else nobody has seen to; or that nothing is.
pub fn say_all(gaps: &Gaps, outdated: &Outdated, loose: &Loose) {
    if gaps.is_empty() && outdated.is_nothing() && loose.is_nothing() {
        return println!("Всё на месте: ничего не пропущено.");
    }
    say(gaps);
    self::outdated(outdated);
    self::loose(loose);
}

/// Says what else nobody has seen to.
fn loose(loose: &Loose) {
    if loose.lessons > 0 {
        println!("Не записано уроков по расписанию: {}: {ME} lesson missing", loose.lessons);
    }
    if !loose.without_class.is_empty() {
        println!("Не зачислены ни в один класс ({}): {ME} pupil enroll", loose.without_class.len());
        for pupil in &loose.without_class {
            println!("  {} ({})", pupil.name.full(), pupil.file);
        }
    }
}

/// Says what is missing.
fn say(gaps: &Gaps) {
    if gaps.is_empty() {
        return;
    }
    println!("Не хватает:");
    gaps.classes.iter().for_each(of_class);
    for line in of_papers(gaps) {
        println!("  {line}");
    }
}

/// Says what the pupils of a class lack.
pub fn of_class(gaps: &ClassGaps) {
    let (marks, decisions) = gaps.counts();
    let pupils = gaps.pupils.len();
    let lacking = [("итоговых отметок", marks), ("решений педсовета", decisions)];
    let lacking = lacking.iter().filter(|(_, count)| *count > 0);
    let lacking: String = lacking.map(|(what, count)| format!(", {what}: {count}")).collect();
    println!("  {}: у обучающихся: {pupils}{lacking}", gaps.class);
    for pupil in &gaps.pupils {
        println!("    {}", of_pupil(pupil));
    }
}

/// «Алиев Али — Год: все предметы (12); IV четверть: Химия; решение педсовета».
fn of_pupil(gaps: &PupilGaps) -> String {
    let subjects = |marks: &MissingMarks| match marks.all && marks.subjects.len() > 1 {
        true => format!("{}: все предметы ({})", marks.period, marks.subjects.len()),
        false => format!("{}: {}", marks.period, marks.subjects.join(", ")),
    };
    let mut parts: Vec<String> = gaps.marks.iter().map(subjects).collect();
    parts.extend(gaps.decision.then(|| "решение педсовета".to_owned()));
    format!("{} ({}) — {}", gaps.pupil.name.surname_given(), gaps.pupil.file, parts.join("; "))
}

fn of_papers(gaps: &Gaps) -> Vec<String> {
    let list = |texts: Vec<String>| texts.join(", ");
    let mut lines = Vec::new();
    if !gaps.corrections.is_empty() {
        let numbers = list(gaps.corrections.iter().map(u64::to_string).collect());
        lines.push(format!("не решены заявки на исправление № {numbers}: {ME} correction list"));
    }
    if !gaps.books.is_empty() {
        let book = |book: &UnboundBook| match &book.number {
            Some(number) => format!("{} (№ {number})", book.class),
            None => format!("{} (не напечатан)", book.class),
        };
        let books = list(gaps.books.iter().map(book).collect());
        lines.push(format!("не подшиты журналы классов: {books}: {ME} print class, затем {ME} print bound"));
    }
    if !gaps.sheets.is_empty() {
        let classes = list(gaps.sheets.iter().map(ToString::to_string).collect());
        lines.push(format!("не выданы сводные ведомости на 25 лет: {classes}: {ME} print summary"));
    }
    if gaps.archive {
        lines.push(format!("нет архива за год: {ME} archive create --period Год"));
    }
    if !gaps.sticks.is_empty() {
        let stick = |stick: &StickOut| format!("«{}» ({})", stick.label, stick.name);
        let sticks = list(gaps.sticks.iter().map(stick).collect());
        lines.push(format!("не сданы носители с личными журналами (§5.7): {sticks}: {ME} carrier return"));
    }
    if gaps.waiting > 0 {
        lines.push(format!("ждут подтверждения второго лица записей: {}: {ME} confirm list", gaps.waiting));
    }
    lines
}

/// Says which papers and which archive do not show what changed after them.
fn outdated(outdated: &Outdated) {
    if outdated.is_nothing() {
        return;
    }
    println!("Устарело: после этого в журнал внесены изменения.");
    for OutdatedBook { class, number, is_bound, since } in &outdated.books {
        let bound = if *is_bound { ", подшит" } else { "" };
        // A bound book is printed anew as a whole.
        let since_issued = if *is_bound { String::new() } else { format!(" --changed-since {number}") };
        println!("  журнал {class} (№ {number}{bound}), с записи № {since}: {ME} print class {class}{since_issued}");
    }
    for (class, number) in &outdated.sheets {
        println!("  сводная ведомость на 25 лет {class} (№ {number}): {ME} print summary {class}");
    }
    if let Some(archive) = &outdated.archive {
        println!("  архив за год «{archive}»: {ME} archive create --period Год");
    }
}

/// The same for scripts.
pub fn as_json(gaps: &Gaps) -> Value {
    let marks = |marks: &MissingMarks| json!({ "period": marks.period, "subjects": marks.subjects });
    let pupil = |pupil: &PupilGaps| {
        json!({
            "pupil": pupil.pupil.file, "name": pupil.pupil.name.surname_given(),
            "marks": pupil.marks.iter().map(marks).collect::<Vec<_>>(), "decision": pupil.decision,
        })
    };
    let class = |class: &ClassGaps| {
        let pupils: Vec<Value> = class.pupils.iter().map(pupil).collect();
        json!({ "class": class.class.to_string(), "pupils": pupils })
    };
    let book = |book: &UnboundBook| json!({ "class": book.class.to_string(), "number": book.number });
    let stick = |stick: &StickOut| json!({ "label": stick.label, "login": stick.login });
    json!({
        "classes": gaps.classes.iter().map(class).collect::<Vec<_>>(),
        "corrections": gaps.corrections,
        "books": gaps.books.iter().map(book).collect::<Vec<_>>(),
        "sheets": gaps.sheets.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "archive": gaps.archive,
        "sticks": gaps.sticks.iter().map(stick).collect::<Vec<_>>(),
        "waiting": gaps.waiting,
    })
}
