//! `letopis print`: documents for binding, and checking paper (§5.1, §5.2, §5.4).

use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::journal::{find, resolve};
use crate::print::check::{self, Again};
use crate::print::{Form, Layouts, Subject, Wanted, parse_code, ready, show_page_record};
use crate::print::{issue, register};
use crate::school::{ClassName, format_date};
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
    /// Проверить бумагу: по коду внизу страницы или по тексту QR-кода
    #[command(visible_alias = "сверить")]
    Check {
        /// Код: «2025-0143/13 1A2B 3C4D 5E6F 7081» или текст QR-кода
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

impl Print {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Class(of) => one(common, Form::ClassBook, &of),
            Self::Summary(of) => one(common, Form::SummarySheet, &of),
            Self::Progress(of) => one(common, Form::Progress, &of),
            Self::Corrections(to) => of_school(common, Form::Corrections, &to),
            Self::Register(to) => of_school(common, Form::Register, &to),
            Self::Act { archive, to } => act(common, archive, &to),
            Self::Extract { pupil, to } => {
                let all = find::all_pupils(session::journal(common)?.tables())?;
                let file = resolve::pupil(&all, &pupil)?.file.clone();
                print(common, vec![Wanted::new(Form::Extract, Subject::Pupil(file))], &to)
            }
            Self::List => list(common),
            Self::Carriers(to) => of_school(common, Form::Carriers, &to),
            Self::Keys(to) => of_school(common, Form::Keys, &to),
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
            Self::Check { code, layouts } => check_page(common, &code.join(" "), layouts.as_deref()),
        }
    }
}

fn of_school(common: &Common, form: Form, to: &Where) -> Result<ExitCode> {
    print(common, vec![Wanted::new(form, Subject::School)], to)
}

fn act(common: &Common, archive: String, to: &Where) -> Result<ExitCode> {
    let known = find::archives(session::journal(common)?.tables())?;
    if !known.contains(&archive) {
        let next = match known.join(", ") {
            none if none.is_empty() => "создайте архив: letopis archive create".to_owned(),
            names => format!("в журнале есть: {names}"),
        };
        return Err(Error::input(format!("архива «{archive}» нет в журнале")).next(next));
    }
    print(common, vec![Wanted::new(Form::ArchiveAct, Subject::Archive(archive))], to)
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

fn list(common: &Common) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let school = find::school(tables)?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for line in register::all(tables)? {
        let document = &line.document;
        let code = line.code();
        values.push(serde_json::json!({
            "number": document.number, "issued_at": document.issued_at.to_rfc3339(), "form": document.form,
            "subject": document.subject, "variant": document.variant, "title": document.title,
            "pages": document.pages.len(), "leaves": line.leaves, "code": code, "issued_by": document.issued_by,
        }));
        let by = find::staff(tables, &document.issued_by)?.map(|person| person.name.initials()).unwrap_or_default();
        let (day, leaves) = (format_date(school.day_of(document.issued_at)), line.leaves.to_string());
        rows.push(vec![document.number.clone(), day, document.title.clone(), leaves, code, by]);
    }
    if common.json {
        screen::json(&values.into());
    } else {
        screen::table(&["№", "Дата", "Документ", "Листов", "Код сверки", "Кем заверен"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

fn check_page(common: &Common, typed: &str, layouts: Option<&std::path::Path>) -> Result<ExitCode> {
    let code = parse_code(typed)?;
    let journal = session::journal(common)?;
    let layouts = Layouts::load(layouts)?;
    let page = check::find(journal.tables(), &code)?;
    let again = check::render_again(&journal, &layouts, &page)?;
    let document = &page.document;
    let by = find::staff(journal.tables(), &document.issued_by)?.map(|p| p.name.initials()).unwrap_or_default();
    if common.json {
        screen::json(&serde_json::json!({
            "number": document.number, "title": document.title, "page": page.page, "pages": document.pages.len(),
            "issued_at": document.issued_at.to_rfc3339(), "issued_by": document.issued_by,
            "digest": page.digest, "superseded_by": page.superseded_by,
            "text": String::from_utf8_lossy(&page.record),
            "again": match &again {
                Again::Identical => "identical".into(),
                Again::SameText => "same text".into(),
                Again::Differs(what) => serde_json::json!({ "differs": what }),
                Again::Unexplained => "unexplained".into(),
            },
        }));
        return Ok(ExitCode::from(u8::from(again == Again::Unexplained)));
    }
    println!("{}", show_page_record(&page.record)?);
    println!("Код верен: такая страница выдана. Документ № {} «{}»,", document.number, document.title);
    println!(
        "стр. {} из {}, выдан {}, подписал(а) {by}",
        page.page,
        document.pages.len(),
        document.issued_at.format("%d.%m.%Y %H:%M")
    );
    println!("Код доказывает только это: сверьте напечатанное на бумаге с текстом выше.");
    if let Some(later) = &page.superseded_by {
        println!("Позже выдан документ № {later}: этот показывает прежнее состояние журнала.");
    }
    match &again {
        Again::Identical => println!("Повторная печать по записям на тот момент дала тот же файл, байт в байт."),
        Again::SameText => {
            println!("Повторная печать по записям на тот момент дала тот же текст; файл отличается оформлением.")
        }
        Again::Differs(what) => {
            println!("Повторная печать отличается, потому что с тех пор изменились: {}.", what.join(", "));
            println!("Страницу подтверждает её сохранённый текст.");
        }
        Again::Unexplained => {
            println!("Повторная печать по записям даёт другой текст, и это ничем не объясняется.");
            println!("Выполните «letopis audit» и сообщите директору.");
        }
    }
    Ok(ExitCode::from(u8::from(again == Again::Unexplained)))
}
