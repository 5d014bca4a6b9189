//! `letopis import grid`: tables of marks that are kept elsewhere, a course each.

use crate::cli::called::ME;
use crate::cli::recorder::Recorder;
use crate::cli::typed::quoted;
use crate::cli::{Common, advice, screen};
use crate::error::{Error, Result};
use crate::files::LARGEST_TEXT;
use crate::journal::read::Tables;
use crate::school::{CourseKey, Marks, PersonalFile, counted, format_date};
use crate::work::brought::{self, Doubt, Late, Manner, Map, TablesWish, Taken, TakenCourse, Told, proposed, reason_of};
use crate::work::correction::{FinalChanges, LessonChanges, What, in_words};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// How many doubts and differences are listed; the rest are counted.
const LISTED: usize = 200;

#[derive(Args)]
pub struct Grid {
    /// Таблицы (CSV, XLSX, ODS) или папки с ними
    #[arg(value_name = "ФАЙЛ", required = true, num_args = 1..)]
    files: Vec<PathBuf>,
    /// Курс, если его не называет подпись таблицы или имя файла: «8Б Алгебра»
    #[arg(long, visible_alias = "курс", value_name = "КУРС")]
    course: Option<String>,
    /// Ответы на то, чего таблица не говорит: разделы [pupils], [marks], [dates]
    #[arg(long, visible_alias = "ответы", value_name = "ФАЙЛ")]
    map: Option<PathBuf>,
    /// Записать вопросы к таблицам в файл: ответьте в нём и укажите его в --map
    #[arg(long, visible_alias = "вопросы", value_name = "ФАЙЛ")]
    suggest_map: Option<PathBuf>,
    /// Тема уроков, у которых её нет ни в таблице, ни в плане
    #[arg(long, visible_alias = "тема", value_name = "ТЕМА")]
    topic: Option<String>,
    /// Только проверить, ничего не записывать
    #[arg(long, visible_alias = "проба")]
    dry_run: bool,
}

impl Grid {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let answers = match &self.map {
            Some(path) => {
                let text = crate::files::read_named_text(path, LARGEST_TEXT)
                    .map_err(|cause| Error::file("прочитать", path, &cause))?;
                Map::parse(&text).map_err(|error| error.at(format!("«{}»", path.display())))?
            }
            None => Map::default(),
        };
        let files = brought::read_files(&self.files)?;
        let (course, topic) = (self.course.clone(), self.topic.clone());
        let wish = TablesWish { files, course, answers, topic, trial: self.dry_run };
        let mut recorder = Recorder::open(common)?;
        let taken = brought::take(&mut recorder.workplace()?, &wish)?;
        let map = proposed(&taken.doubts);
        if let (Some(path), Some(map)) = (&self.suggest_map, &map) {
            screen::write_new(path, map.as_bytes())?;
        }
        match common.json {
            true => screen::json(&json(&taken, self.dry_run)),
            false => self.say(recorder.tables(), &taken, map.is_some())?,
        }
        Ok(match (taken.doubts.is_empty(), taken.is_refused_in_part()) {
            (false, _) => ExitCode::from(2),
            (true, true) => ExitCode::from(1),
            (true, false) => ExitCode::SUCCESS,
        })
    }

    fn say(&self, tables: &Tables, taken: &Taken, is_askable: bool) -> Result<()> {
        for warning in taken.warnings.iter().take(LISTED) {
            screen::warning(warning);
        }
        if !taken.doubts.is_empty() {
            self.say_doubts(&taken.doubts, is_askable);
            return Ok(());
        }
        taken.done.warnings.iter().take(LISTED).for_each(|warning| screen::warning(&advice::warning(warning)));
        for course in &taken.courses {
            say_course(tables, course, self.dry_run)?;
        }
        match (taken.done.numbers.len(), self.dry_run) {
            (0, _) => println!("Нового в таблицах нет: ничего не записано."),
            (number, true) => println!("Будет сделано записей: {number}. Ничего не записано."),
            (number, false) => println!("Записей сделано: {number}."),
        }
        if !taken.done.waiting.is_empty() {
            println!(
                "Из них ждут подтверждения второго лица и не в силе: {}. Посмотреть: {ME} confirm list",
                taken.done.waiting.len()
            );
        }
        if self.suggest_map.is_some() && !is_askable {
            println!("Вопросов к таблицам нет: файл ответов не нужен.");
        }
        Ok(())
    }

    fn say_doubts(&self, doubts: &[Doubt], is_askable: bool) {
        for doubt in doubts.iter().take(LISTED) {
            eprintln!("{}", doubt_in_words(doubt));
        }
        if doubts.len() > LISTED {
            eprintln!("… и ещё: {}", doubts.len() - LISTED);
        }
        let how = match (&self.suggest_map, is_askable) {
            (_, false) => "исправьте таблицы и повторите".to_owned(),
            (Some(path), true) => {
                let path = path.display();
                format!("вопросы записаны в «{path}»: ответьте в нём и повторите с --map {path}, или исправьте таблицы")
            }
            (None, true) => "исправьте таблицы или ответьте на вопросы: их запишет --suggest-map ФАЙЛ".to_owned(),
        };
        eprintln!("Сомнений: {}. Ничего не записано: {how}.", doubts.len());
    }
}

fn doubt_in_words(doubt: &Doubt) -> String {
    match &doubt.next {
        Some(next) => format!("{doubt}; {}", advice::advice(next)),
        None => doubt.to_string(),
    }
}

fn say_course(tables: &Tables, course: &TakenCourse, dry_run: bool) -> Result<()> {
    let as_what = if course.manner == Manner::TakenOver { " (перенос)" } else { "" };
    let counts = [
        counted(course.lessons as u64, ["урок", "урока", "уроков"]),
        counted(course.cells as u64, ["клетка", "клетки", "клеток"]),
        counted(course.finals as u64, ["итоговая отметка", "итоговые отметки", "итоговых отметок"]),
    ];
    let will = if dry_run { "было бы внесено" } else { "внесено" };
    println!("{}{as_what}, {}: {will}: {}.", course.course, course.file, counts.join(", "));
    for (what, told) in [("отличается", &course.differs), ("отказано", &course.refused)] {
        for told in told.iter().take(LISTED) {
            println!("  {what}: {}", told_in_words(told));
        }
        if told.len() > LISTED {
            println!("  … и ещё: {}", told.len() - LISTED);
        }
    }
    if course.asked > 0 {
        println!("  поздно, но заявка уже подана: {}", counted(course.asked as u64, ["клетка", "клетки", "клеток"]));
    }
    if !course.late.is_empty() {
        println!("  Поздно (§2.3.2), не внесено; заявки на исправление готовы, выполните эти команды:");
    }
    for late in &course.late {
        println!("# {}", in_words(tables, &late.what)?);
        println!("{}", command(late, &course.file));
    }
    Ok(())
}

fn told_in_words(told: &Told) -> String {
    let what = match told.error.next_step() {
        Some(next) => format!("{}; {}", told.error.message(), advice::advice(next)),
        None => told.error.message().to_owned(),
    };
    match (&told.places[..], told.places.len()) {
        ([], _) => what,
        ([place, ..], 1) => format!("{place}: {what}"),
        ([place, ..], number) => format!("{place} и ещё {}: {what}", number - 1),
    }
}

fn mark(marks: Option<&Marks>) -> String {
    marks.map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// The command that asks for it, whole.
fn command(late: &Late, file: &str) -> String {
    let mut words = vec![ME.to_string(), "correction".to_owned(), "request".to_owned()];
    let of_course = |words: &mut Vec<String>, course: &CourseKey| {
        words.extend([course.class.to_string(), quoted(&course.subject)]);
        if !course.group.is_empty() {
            words.extend(["--group".to_owned(), quoted(&course.group)]);
        }
    };
    let list = |words: &mut Vec<String>, option: &str, values: Vec<String>| {
        if !values.is_empty() {
            words.push(option.to_owned());
            words.extend(values.iter().map(|value| quoted(value)));
        }
    };
    match &late.what {
        What::Lesson(changes) => {
            let LessonChanges { at, line, marks, earned, attendance, .. } = changes;
            of_course(&mut words, &at.course);
            words.extend([format_date(at.date), "--lesson".to_owned(), at.lesson.to_string()]);
            let texts = [("--topic", &line.topic), ("--work", &line.work), ("--homework", &line.homework)];
            texts.into_iter().for_each(|(option, text)| list(&mut words, option, text.iter().cloned().collect()));
            let marks = marks.iter().map(|(pupil, marks)| format!("{pupil}={}", mark(marks.as_ref())));
            let earned = earned.iter().map(|(pupil, absence, marks)| format!("{pupil}={}/{marks}", absence.as_str()));
            list(&mut words, "--mark", marks.chain(earned).collect());
            let absent = |(pupil, kind): &(PersonalFile, Option<crate::school::Attendance>)| {
                format!("{pupil}={}", kind.map_or("-", |kind| kind.as_str()))
            };
            list(&mut words, "--absence", attendance.iter().map(absent).collect());
        }
        What::Finals(FinalChanges { course, period, marks }) => {
            of_course(&mut words, course);
            words.extend(["--period".to_owned(), quoted(period)]);
            let marks = marks.iter().map(|(pupil, marks)| format!("{pupil}={}", mark(marks.as_ref())));
            list(&mut words, "--final", marks.collect());
        }
        What::Annulment(at) => {
            of_course(&mut words, &at.course);
            words.extend([format_date(at.date), "--annul".to_owned()]);
        }
    }
    words.extend(["--reason".to_owned(), quoted(&reason_of(file))]);
    words.join(" ")
}

fn json(taken: &Taken, dry_run: bool) -> serde_json::Value {
    let is_kept = taken.doubts.is_empty() && !dry_run;
    let told = |told: &Told| {
        serde_json::json!({
            "cells": told.places.iter().map(brought::Place::key).collect::<Vec<_>>(), "what": told_in_words(told),
        })
    };
    let course = |course: &TakenCourse| {
        serde_json::json!({
            "file": course.file, "course": course.course.to_string(),
            "taken_over": course.manner == Manner::TakenOver,
            "lessons": course.lessons, "cells": course.cells, "finals": course.finals,
            "differs": course.differs.iter().map(told).collect::<Vec<_>>(),
            "refused": course.refused.iter().map(told).collect::<Vec<_>>(),
            "late": course.late.iter().map(|late| command(late, &course.file)).collect::<Vec<_>>(),
            "asked": course.asked,
        })
    };
    let doubt = |doubt: &Doubt| {
        serde_json::json!({
            "file": doubt.file, "sheet": doubt.place.as_ref().map(|place| &place.sheet),
            "cell": doubt.place.as_ref().map(brought::Place::cell), "what": doubt.what,
        })
    };
    serde_json::json!({
        "recorded": if is_kept { taken.done.numbers.len() } else { 0 },
        "waiting": if is_kept { taken.done.waiting.len() } else { 0 },
        "warnings": taken.warnings.iter().cloned().chain(taken.done.warnings.iter().map(advice::warning)).collect::<Vec<_>>(),
        "doubts": taken.doubts.iter().map(doubt).collect::<Vec<_>>(),
        "courses": taken.courses.iter().map(course).collect::<Vec<_>>(),
    })
}
