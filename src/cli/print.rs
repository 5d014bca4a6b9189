//! `letopis print`: documents for binding, and checking paper (§5.1, §5.2, §5.4).

use super::{Common, desk::Desk, paper, screen, session};
use crate::error::{Error, Result};
use crate::journal::entry::BookBound;
use crate::journal::find;
use crate::print::issue;
use crate::print::register;
use crate::print::{Form, Layouts, Subject, Wanted, ready};
use crate::school::{ClassName, clean, format_date, parse_date};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Print {
    /// Классный журнал одного класса
    #[command(visible_alias = "класс")]
    Class(OfClass),
    /// Сводная ведомость итоговой успешности класса (хранится 25 лет)
    #[command(visible_alias = "ведомость")]
    Summary(OfClass),
    /// Сводная ведомость учёта успеваемости отдельным документом
    #[command(visible_alias = "успеваемость")]
    Progress(OfClass),
    /// Реестр ключей подписи
    #[command(visible_alias = "ключи")]
    Keys(Where),
    /// Все документы школы: журналы классов, ведомости на 25 лет, реестры
    #[command(visible_alias = "всё")]
    All(Where),
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
            Self::Class(of) => one(common, Form::ClassBook, &of),
            Self::Summary(of) => one(common, Form::SummarySheet, &of),
            Self::Progress(of) => one(common, Form::Progress, &of),
            Self::Keys(to) => print(common, vec![Wanted::new(Form::Keys, Subject::School)], &to),
            Self::All(to) => {
                let journal = session::journal(common)?;
                let mut wanted = issue::everything(journal.tables())?;
                if !to.draft {
                    let today = find::school(journal.tables())?.day_of(session::now());
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

impl Binding {
    fn record(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let (number, shelf) = (self.number.trim().to_owned(), clean(&self.shelf)?);
        let known = register::bound(desk.tables(), &number)?;
        let date = match (self.date, known) {
            (Some(typed), _) => parse_date(&typed)?,
            (None, Some(known)) => known.date,
            (None, None) => desk.today()?,
        };
        let title = register::registered(desk.tables(), &number)?.map(|document| document.title).unwrap_or_default();
        let what = format!("№ {number} «{title}» подшит {}, место хранения: {shelf}", format_date(date));
        desk.record(BookBound { number, date, sheets: self.sheets, shelf }, &what)
    }
}

fn one(common: &Common, form: Form, of: &OfClass) -> Result<ExitCode> {
    let class = ClassName::parse(&of.class)?;
    let known = find::classes(session::journal(common)?.tables())?;
    if !known.contains(&class) {
        let known = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Error::input(format!("класса {class} нет в журнале")).next(format!("в журнале есть: {known}")));
    }
    print(common, vec![Wanted::of_class(form, class)], &of.to)
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
    let issued = issue::issue(&mut journal, author, &layouts, &wanted, &to.out, &|done| bar.set_position(done))?;
    bar.finish_and_clear();
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
