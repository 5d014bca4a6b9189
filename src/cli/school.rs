//! `letopis school`: the school's data, its days off and bells (§3.3.1).

use super::days::Days;
use super::recorder::{Recorder, say};
use super::school_event::Event;
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::files;
use crate::journal::read;
use crate::school::{Bell, Holiday, School as Config, clean, format_date, parse_date, parse_date_or};
use crate::work::school;
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum School {
    /// Показать сведения о школе, периоды, каникулы, звонки и правила
    #[command(visible_alias = "показать")]
    Show,
    /// Заменить сведения о школе файлом school.toml
    #[command(visible_alias = "задать")]
    Set {
        /// Файл school.toml
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
    },
    /// Добавить каникулы или дополнительный выходной
    #[command(visible_alias = "выходной")]
    Holiday {
        /// Название: «Карантин»
        #[arg(value_name = "НАЗВАНИЕ")]
        name: String,
        /// Первый день
        #[arg(value_name = "С")]
        begins: String,
        /// Последний день; иначе тот же
        #[arg(value_name = "ПО")]
        ends: Option<String>,
    },
    /// Убрать каникулы или выходной, или сделать один день рабочим
    #[command(visible_alias = "рабочий")]
    Workday {
        /// Название, как в «school show», или дата: воскресенье или день каникул, когда уроки есть
        #[arg(value_name = "НАЗВАНИЕ|ДАТА")]
        name: String,
        /// Снять с даты рабочий день: снова воскресенье или день каникул
        #[arg(long, visible_alias = "аннулировать")]
        annul: bool,
    },
    /// Мероприятия школы: собрания, олимпиады, экскурсии
    #[command(visible_alias = "мероприятие", subcommand)]
    Event(Event),
    /// Задать звонок урока
    #[command(visible_alias = "звонок")]
    Bell {
        /// Номер урока
        #[arg(value_name = "УРОК")]
        lesson: u8,
        /// Начало: 08:30
        #[arg(value_name = "НАЧАЛО", required_unless_present = "annul")]
        begins: Option<String>,
        /// Конец: 09:15
        #[arg(value_name = "КОНЕЦ", required_unless_present = "annul")]
        ends: Option<String>,
        /// Убрать звонок, внесённый по ошибке: если этого урока нет ни в расписании, ни в журнале
        #[arg(long, visible_alias = "аннулировать", conflicts_with_all = ["begins", "ends"])]
        annul: bool,
    },
}

impl School {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Event(event) => event.run(common),
            Self::Show => show(common),
            Self::Set { file } => {
                let text = files::read_named_text(&file, files::LARGEST_TEXT)
                    .map_err(|e| Error::file("прочитать", &file, &e))?;
                let school = Config::from_toml(text.trim_start_matches('\u{feff}'))
                    .map_err(|e| e.at(format!("файл {}", file.display())))?;
                say(school::replace(&mut Recorder::open(common)?.workplace()?, school)?, "Сведения о школе записаны")
            }
            Self::Holiday { name, begins, ends } => {
                let mut recorder = Recorder::open(common)?;
                let days = Days::of(recorder.tables())?;
                let (name, begins) = (clean(&name)?, days.read(&begins)?);
                let ends = days.given(ends.as_deref())?.unwrap_or(begins);
                let said = format!("Учебных занятий нет: {name}, {}–{}", format_date(begins), format_date(ends));
                let holiday = Holiday { name, begins, ends };
                let (done, worked) = school::add_holiday(&mut recorder.workplace()?, holiday)?;
                let worked: Vec<String> = worked.into_iter().map(format_date).collect();
                let no_more = match worked.is_empty() {
                    true => String::new(),
                    false => format!("; больше не рабочий день: {}", worked.join(", ")),
                };
                say(done, &format!("{said}{no_more}"))
            }
            Self::Workday { name, annul: true } => {
                let mut recorder = Recorder::open(common)?;
                let day = Days::of(recorder.tables())?.read(&name)?;
                let done = school::remove_workday(&mut recorder.workplace()?, day)?;
                say(done, &format!("{} — снова не учебный день", format_date(day)))
            }
            Self::Workday { name, .. } if parse_date_or(&name).is_some() => {
                let day = parse_date(&name)?;
                let done = school::add_workday(&mut Recorder::open(common)?.workplace()?, day)?;
                say(done, &format!("{} — учебный день", format_date(day)))
            }
            Self::Workday { name, .. } => {
                let removed = school::remove_holiday(&mut Recorder::open(common)?.workplace()?, &name)?;
                let span = |holiday: &Holiday| match holiday.begins == holiday.ends {
                    true => format!("«{}», {}", holiday.name, format_date(holiday.begins)),
                    false => {
                        let (begins, ends) = (format_date(holiday.begins), format_date(holiday.ends));
                        format!("«{}», {begins}–{ends}", holiday.name)
                    }
                };
                let spans: Vec<String> = removed.holidays.iter().map(span).collect();
                let what = format!("Снова учебных дней: {} ({})", removed.days, spans.join("; "));
                say(removed.done, &what)
            }
            Self::Bell { lesson, annul: true, .. } => {
                let (done, bell) = school::remove_bell(&mut Recorder::open(common)?.workplace()?, lesson)?;
                say(done, &format!("Звонок урока {lesson} убран (был {}–{})", bell.begins, bell.ends))
            }
            Self::Bell { lesson, begins, ends, .. } => {
                set_bell(common, Bell { lesson, begins: begins.unwrap_or_default(), ends: ends.unwrap_or_default() })
            }
        }
    }
}

fn set_bell(common: &Common, bell: Bell) -> Result<ExitCode> {
    let mut recorder = Recorder::open(common)?;
    let before = recorder.school()?.bells.into_iter().find(|known| known.lesson == bell.lesson);
    let was = before.map(|bell| format!(" (был {}–{})", bell.begins, bell.ends)).unwrap_or_default();
    let said = format!("Звонок урока {}: {}–{}{was}", bell.lesson, bell.begins, bell.ends);
    say(school::set_bell(&mut recorder.workplace()?, bell)?, &said)
}

fn show(common: &Common) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let school = read::school(journal.tables())?;
    if common.json {
        screen::json(&serde_json::to_value(&school).unwrap_or_default());
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}\n{}, {}", school.school.name, school.school.short_name, school.school.place);
    let year = &school.year;
    println!("{} учебный год: {}–{}", year.name, format_date(year.begins), format_date(year.ends));
    let days = |name: &str, begins, ends| println!("  {name}: {}–{}", format_date(begins), format_date(ends));
    println!("Периоды:");
    school
        .periods
        .iter()
        .for_each(|p| days(&format!("{} ({}–{} классы)", p.name, p.grades[0], p.grades[1]), p.begins, p.ends));
    println!("Каникулы и выходные:");
    school.holidays.iter().for_each(|holiday| days(&holiday.name, holiday.begins, holiday.ends));
    school.workdays.iter().for_each(|workday| println!("  рабочий день: {}", format_date(workday.day)));
    println!("Звонки:");
    school.bells.iter().for_each(|bell| println!("  урок {}: {}–{}", bell.lesson, bell.begins, bell.ends));
    let policy = &school.policy;
    println!("Правила:");
    println!("  дополнять записи можно дней после урока: {} (§2.3.2)", policy.edit_days);
    println!(
        "  отметок за период не менее: {} при одном часе, {} при двух и более (§2.3.1)",
        policy.min_marks_one_hour, policy.min_marks_more_hours
    );
    println!("  на носителе учителя можно записывать дней без обновления: {} (§5.6)", policy.stick_days);
    Ok(ExitCode::SUCCESS)
}
