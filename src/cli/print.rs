//! `letopis print`: documents for binding, and checking paper (§5.1, §5.2, §5.4).

use super::{Common, desk::Desk, paper, screen, session};
use crate::error::{Error, Result};
use crate::journal::contacts::Contacts;
use crate::journal::entry::BookBound;
use crate::journal::{read, resolve};
use crate::print::forms::YEAR;
use crate::print::issue::{self, Out};
use crate::print::register;
use crate::print::{Form, Layouts, Subject, Wanted, contacts_sheet, ready};
use crate::school::{ClassName, School, clean, format_date, parse_date};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Print {
    /// Классный журнал одного класса
    #[command(visible_alias = "класс")]
    Class {
        #[command(flatten)]
        of: OfClass,
        /// Ещё и контакты родителей: отдельный лист без номера, который не подшивается и не архивируется (§1.5)
        #[arg(long)]
        with_contacts: bool,
    },
    /// Сводная ведомость итоговой успешности класса (хранится 25 лет)
    #[command(visible_alias = "ведомость")]
    Summary(OfClass),
    /// Сводная ведомость учёта успеваемости отдельным документом
    #[command(visible_alias = "успеваемость")]
    Progress(OfClass),
    /// Журнал «Замена сведений в электронном журнале» (§2.3.3)
    #[command(visible_alias = "замена")]
    Corrections(Where),
    /// Реестр выданных документов
    #[command(visible_alias = "реестр")]
    Register(Where),
    /// Журнал учёта электронных носителей (§5.6–5.8)
    #[command(visible_alias = "носители")]
    Carriers(Where),
    /// Реестр ключей подписи
    #[command(visible_alias = "ключи")]
    Keys(Where),
    /// Аналитическая справка за период: успеваемость, качество, посещаемость в диаграммах и таблицах
    #[command(visible_alias = "справка")]
    Analytics {
        /// Период: «I четверть» или «Год» (иначе последний закончившийся)
        #[arg(long, value_name = "ПЕРИОД")]
        period: Option<String>,
        #[command(flatten)]
        to: Where,
    },
    /// Все документы школы: журналы классов, ведомости на 25 лет, реестры
    #[command(visible_alias = "всё")]
    All(Where),
    /// Акт о создании архивных копий (§5.5)
    #[command(visible_alias = "акт")]
    Act {
        /// Имя архива: 2025-2026-q1
        #[arg(value_name = "АРХИВ")]
        archive: String,
        #[command(flatten)]
        to: Where,
    },
    /// Выписка текущих и итоговых отметок выбывающего ученика
    #[command(visible_alias = "выписка")]
    Extract {
        /// Ученик: «Фамилия Имя» или номер личного дела
        #[arg(value_name = "УЧЕНИК")]
        pupil: String,
        #[command(flatten)]
        to: Where,
    },
    /// Список выданных документов
    #[command(visible_alias = "список")]
    List,
    /// Записать, что классный журнал подшит: сколько в нём листов и где он хранится (§5.4)
    #[command(visible_alias = "подшить")]
    Bound(Binding),
    /// Проверить бумагу по коду внизу страницы или по тексту QR-кода, а файл PDF — по его сумме
    #[command(visible_alias = "сверить")]
    Check {
        /// Код: «2025-0143/13 1A2B 3C4D 5E6F 7081», текст QR-кода или файл PDF
        #[arg(value_name = "КОД", required = true, num_args = 1..)]
        code: Vec<String>,
        /// Папка с изменёнными макетами
        #[arg(long, value_name = "ПАПКА")]
        layouts: Option<PathBuf>,
    },
}

#[derive(Args)]
pub struct OfClass {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    #[command(flatten)]
    to: Where,
}

#[derive(Args)]
pub struct Where {
    /// Папка для файлов PDF
    #[arg(long, value_name = "ПАПКА")]
    out: PathBuf,
    /// Для печати на одной стороне листа: без разворотов и зеркальных полей
    #[arg(long)]
    simplex: bool,
    /// Проект: без номера и кода, с пометкой «ПРОЕКТ», без записи в журнал
    #[arg(long)]
    draft: bool,
    /// Папка с изменёнными макетами
    #[arg(long, value_name = "ПАПКА")]
    layouts: Option<PathBuf>,
}

#[derive(Args)]
pub struct Binding {
    /// Номер документа, он стоит внизу каждой страницы: 2025-0143
    #[arg(value_name = "НОМЕР")]
    number: String,
    /// Сколько листов насчитано в подшитом журнале
    #[arg(long, value_name = "ЧИСЛО")]
    sheets: u32,
    /// Место хранения: «архив, шкаф 2, полка 3»; повторно — исправить записанное
    #[arg(long, value_name = "МЕСТО")]
    shelf: String,
    /// Когда подшит (иначе сегодня, а для подшитого уже — как записано)
    #[arg(long, value_name = "ДАТА")]
    date: Option<String>,
}

impl Print {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Class { of, with_contacts } => {
                let status = one(common, Form::ClassBook, &of)?;
                if with_contacts {
                    contacts(common, &of)?;
                }
                Ok(status)
            }
            Self::Summary(of) => one(common, Form::SummarySheet, &of),
            Self::Progress(of) => one(common, Form::Progress, &of),
            Self::Corrections(to) => of_school(common, Form::Corrections, &to),
            Self::Register(to) => of_school(common, Form::Register, &to),
            Self::Act { archive, to } => act(common, archive, &to),
            Self::Extract { pupil, to } => {
                let all = read::all_pupils(session::journal(common)?.tables())?;
                let file = resolve::pupil(&all, &pupil)?.file.to_string();
                print(common, vec![Wanted::new(Form::Extract, Subject::Pupil(file))], &to)
            }
            Self::List => list(common),
            Self::Carriers(to) => of_school(common, Form::Carriers, &to),
            Self::Keys(to) => of_school(common, Form::Keys, &to),
            Self::Analytics { period, to } => {
                let journal = session::journal(common)?;
                let school = read::school(journal.tables())?;
                let period = period_of(&school, period.as_deref(), school.day_of(session::now()))?;
                print(common, vec![Wanted::new(Form::Analytics, Subject::Period(period))], &to)
            }
            Self::All(to) => {
                let journal = session::journal(common)?;
                let mut wanted = issue::everything(journal.tables())?;
                if !to.draft {
                    let today = read::school(journal.tables())?.day_of(session::now());
                    let (ready, later) = ready::sort_out(journal.tables(), wanted, today)?;
                    later.iter().for_each(|why| screen::warning(why.message()));
                    wanted = ready;
                }
                print(common, wanted, &to)
            }
            Self::Bound(binding) => binding.record(common),
            Self::Check { code, layouts } => paper::check(common, &code.join(" "), layouts.as_deref()),
        }
    }
}

/// The period that is named, else the year if it is over, else the period that ended last.
fn period_of(school: &School, typed: Option<&str>, today: NaiveDate) -> Result<String> {
    match typed {
        Some(typed) => resolve::period_of_school(school, typed).map(String::from),
        None if school.year.ends <= today => Ok(YEAR.to_owned()),
        None => {
            let over = school.periods.iter().filter(|period| period.ends <= today);
            let last = over.max_by_key(|period| period.ends).map(|period| period.name.clone());
            last.ok_or_else(|| {
                Error::input("ни один период ещё не закончился").next("назовите период: --period \"I четверть\"")
            })
        }
    }
}

fn of_school(common: &Common, form: Form, to: &Where) -> Result<ExitCode> {
    print(common, vec![Wanted::new(form, Subject::School)], to)
}

fn act(common: &Common, archive: String, to: &Where) -> Result<ExitCode> {
    let known = read::all_archives(session::journal(common)?.tables())?;
    let known: Vec<String> = known.into_iter().map(|archive| archive.name).collect();
    if !known.contains(&archive) {
        let next = match known.join(", ") {
            none if none.is_empty() => "создайте архив: letopis archive create".to_owned(),
            names => format!("в журнале есть: {names}"),
        };
        return Err(Error::input(format!("архива «{archive}» нет в журнале")).next(next));
    }
    print(common, vec![Wanted::new(Form::ArchiveAct, Subject::Archive(archive))], to)
}

impl Binding {
    fn record(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let (number, shelf) = (self.number.trim().to_owned(), clean(&self.shelf)?);
        let known = read::bound(desk.tables(), &number)?;
        let date = match (self.date, known) {
            (Some(typed), _) => parse_date(&typed)?,
            (None, Some(known)) => known.date,
            (None, None) => desk.today()?,
        };
        let title =
            read::documents::document(desk.tables(), &number)?.map(|document| document.title).unwrap_or_default();
        let what = format!("№ {number} «{title}» подшит {}, место хранения: {shelf}", format_date(date));
        desk.record(BookBound { number, date, sheets: self.sheets, shelf }, &what)
    }
}

fn one(common: &Common, form: Form, of: &OfClass) -> Result<ExitCode> {
    let class = ClassName::parse(&of.class)?;
    let known = read::classes(session::journal(common)?.tables())?;
    if !known.contains(&class) {
        let known = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Error::input(format!("класса {class} нет в журнале")).next(format!("в журнале есть: {known}")));
    }
    print(common, vec![Wanted::of_class(form, class)], &of.to)
}

/// Writes the sheet of the class's contacts beside its book.
fn contacts(common: &Common, of: &OfClass) -> Result<()> {
    let (journal, class) = (session::journal(common)?, ClassName::parse(&of.class)?);
    let layouts = Layouts::load(of.to.layouts.as_deref())?;
    let all = Contacts::open(journal.path())?.all()?;
    let sheet = contacts_sheet(journal.tables(), &layouts, &class, &all, session::now())?;
    let file = of.to.out.join(format!("contacts-{}.pdf", class.ascii()));
    std::fs::write(&file, sheet).map_err(|e| Error::file("записать", &file, &e))?;
    if !common.json {
        println!("Контакты: {} (не подшивается и не архивируется)", file.display());
    }
    Ok(())
}

fn print(common: &Common, mut wanted: Vec<Wanted>, to: &Where) -> Result<ExitCode> {
    for document in wanted.iter_mut().filter(|wanted| wanted.form.is_bound()) {
        document.variant.simplex = to.simplex;
    }
    let mut journal = session::journal(common)?;
    let layouts = Layouts::load(to.layouts.as_deref())?;
    if to.draft {
        for file in issue::draft(&journal, session::now(), &layouts, &wanted, &to.out)? {
            println!("Проект: {}", file.display());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let identity = session::identity(common)?;
    let bar = screen::progress("Печать документов");
    bar.set_length(wanted.len() as u64);
    let author = session::author(&identity);
    let mut proven = session::prove(&journal, Some(&identity))?;
    let out = Out { dir: &to.out, progress: &|done| bar.set_position(done) };
    let issued = issue::issue(&mut journal, &mut proven, author, &layouts, &wanted, &out)?;
    bar.finish_and_clear();
    session::keep(&proven, Some(&identity));
    if common.json {
        let values = issued.iter().map(|d| {
            serde_json::json!({
                "number": d.number, "form": d.wanted.form.id(), "class": d.wanted.subject.class().map(ToString::to_string).unwrap_or_default(),
                "subject": d.wanted.subject.to_string(), "variant": d.wanted.variant.to_string(),
                "title": d.title, "pages": d.pages, "leaves": d.leaves, "file": d.file, "new": d.new,
            })
        });
        screen::json(&values.collect::<Vec<_>>().into());
        return Ok(ExitCode::SUCCESS);
    }
    issued.iter().for_each(say);
    Ok(ExitCode::SUCCESS)
}

/// Says what a document is and where its file lies.
pub fn say(document: &issue::Issued) {
    let state = if document.new { "" } else { " (без изменений, номер прежний)" };
    println!(
        "№ {}: {}, страниц {}, листов {}: {}{state}",
        document.number,
        document.title,
        document.pages,
        document.leaves,
        document.file.display()
    );
}

fn list(common: &Common) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let school = read::school(tables)?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for line in register::all(tables)? {
        let document = &line.document;
        let code = line.code();
        values.push(serde_json::json!({
            "number": document.number, "issued_at": document.issued_at.to_rfc3339(), "form": document.form,
            "subject": document.subject, "variant": document.variant, "title": document.title,
            "pages": document.pages.len(), "leaves": line.document.leaves, "code": code, "issued_by": document.issued_by,
            "bound": line.bound.as_ref().map(|bound| serde_json::json!({
                "date": bound.date.to_string(), "sheets": bound.sheets, "shelf": bound.shelf,
            })),
        }));
        let by = read::staff(tables, &document.issued_by)?.map(|person| person.name.initials()).unwrap_or_default();
        let (day, leaves) = (format_date(school.day_of(document.issued_at)), line.document.leaves.to_string());
        let bound = line.bound.map(|bound| format!("{}, {}", format_date(bound.date), bound.shelf)).unwrap_or_default();
        rows.push(vec![document.number.clone(), day, document.title.clone(), leaves, code, by, bound]);
    }
    if common.json {
        screen::json(&values.into());
    } else {
        screen::table(&["№", "Дата", "Документ", "Листов", "Код сверки", "Кем заверен", "Подшит"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::page::Page;
    use crate::print::testing::{context, school_of};
    use crate::print::{Document, lay_out};
    use crate::report::progress::{By, progress, table};
    use crate::report::{Filter, When, attendance};
    use crate::school::parse_date;

    /// Every row of a document's pages as the texts of its cells, the lines of a cell joined.
    fn rows(document: &Document) -> Vec<Vec<String>> {
        let of_page = |page: &Page| {
            let mut rows: std::collections::BTreeMap<u32, Vec<String>> = Default::default();
            for run in &page.runs {
                let cells = rows.entry(run.place.row).or_default();
                match cells.get_mut(run.place.column as usize) {
                    Some(cell) => *cell = format!("{cell} {}", run.text()),
                    None => cells.push(run.text().to_owned()),
                }
            }
            rows.into_values().collect::<Vec<_>>()
        };
        document.pages.iter().flat_map(of_page).collect()
    }

    #[test]
    fn the_printed_report_has_the_numbers_of_the_reports() {
        let (tables, layouts) = (school_of(5, 14, 9), Layouts::load(None).unwrap());
        for (period, months) in [
            ("III четверть", &[("Январь", "12.01.2026", "31.01.2026"), ("Март", "01.03.2026", "20.03.2026")][..]),
            ("Год", &[("Сентябрь", "01.09.2025", "30.09.2025"), ("Май", "01.05.2026", "29.05.2026")][..]),
        ] {
            let wanted = Wanted::new(Form::Analytics, Subject::Period(period.to_owned()));
            let printed = rows(&lay_out(&tables, &layouts, &wanted, &context("2025-0143")).unwrap());
            let line = |name: &str, cells: usize| {
                printed.iter().find(|row| row[0] == name && row.len() >= cells).unwrap_or_else(|| panic!("{name}"))
            };
            let mut compared = 0;
            for by in [By::Class, By::Subject, By::School] {
                let reported = progress(&tables, &Filter::default(), by, Some(period)).unwrap();
                let reported = table(&reported, by);
                for row in &reported.rows {
                    let mut told = reported.texts(row);
                    told.remove(1); // the period
                    if by == By::School {
                        told[0] = "По школе".to_owned();
                    }
                    if period == "Год" {
                        told.retain(|cell| !cell.is_empty()); // nothing to compare with
                    }
                    let printed: Vec<String> =
                        line(&told[0], 11).iter().map(|cell| cell.replace('−', "-").replace('+', "")).collect();
                    assert_eq!(printed, told.iter().map(|cell| cell.replace('+', "")).collect::<Vec<_>>());
                    compared += 1;
                }
            }
            assert_eq!(compared, 5 + 9 + 1);
            for (name, first, last) in months {
                let when = When::Days(parse_date(first).unwrap(), parse_date(last).unwrap());
                let classes = attendance::attendance(&tables, &Filter::default(), &when).unwrap();
                // 10А has no quarters, so it is not in theirs.
                let classes = classes.iter().filter(|row| period == "Год" || row.class != "10А");
                let sum = |of: fn(&attendance::Row) -> u32| classes.clone().map(of).sum::<u32>().to_string();
                let told = [
                    sum(|row| row.lessons_held),
                    sum(|row| row.lessons.all),
                    sum(|row| row.lessons.ill),
                    sum(|row| row.lessons.excused),
                    sum(|row| row.lessons.unexcused + row.lessons.unexplained),
                    sum(|row| row.lessons.unexplained),
                ];
                assert_eq!(line(name, 10)[2..8], told, "{name}");
            }
        }
    }

    #[test]
    fn the_period_that_ended_last_is_meant_where_none_is_named() {
        let school = read::school(&school_of(1, 1, 1)).unwrap();
        let on = |day: &str| period_of(&school, None, parse_date(day).unwrap());
        assert!(on("23.10.2025").is_err());
        assert_eq!(on("24.10.2025").unwrap(), "I четверть");
        assert_eq!(on("15.02.2026").unwrap(), "II четверть");
        assert_eq!(on("29.05.2026").unwrap(), "Год");
        assert_eq!(period_of(&school, Some("год"), parse_date("24.10.2025").unwrap()).unwrap(), "Год");
    }
}
