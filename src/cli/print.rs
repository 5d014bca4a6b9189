//! `letopis print`: documents for binding, and checking paper (§5.1, §5.2, §5.4).

use super::days::Days;
use super::recorder::{Recorder, say as say_done};
use super::year::{reason_given, year_typed};
use super::{Common, advice, leaves, paper, screen, session, sign, slips};
use crate::error::{Result, Warning};
use crate::journal::read::outdated::Outdated;
use crate::journal::{Proven, read, resolve};
use crate::print::issue::{Issued, Out};
use crate::print::register;
use crate::print::setting::SetOtherwise;
use crate::print::{Form, Layouts, Subject, Wanted};
use crate::school::{ClassName, clean, format_date};
use crate::work::Workplace;
use crate::work::archive::destroyed;
use crate::work::papers::{self, SheetStanding};
use crate::work::year;
use clap::{Args, Subcommand};
use std::collections::BTreeSet;
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
        #[arg(long, visible_alias = "с-контактами")]
        with_contacts: bool,
        /// Только страницы одного предмета, отдельным документом
        #[arg(long, visible_alias = "предмет", value_name = "ПРЕДМЕТ", conflicts_with_all = ["with_contacts", "spine"])]
        subject: Option<String>,
        /// Ещё и наклейка на корешок
        #[arg(long, visible_alias = "корешок")]
        spine: bool,
        /// Только листы, которые отличаются от выданного журнала с этим номером: взамен прежних, пока он не подшит
        #[arg(long, visible_alias = "изменено-с", value_name = "НОМЕР",
              conflicts_with_all = ["with_contacts", "subject", "spine", "simplex", "draft", "from", "reissue"])]
        changed_since: Option<String>,
    },
    /// Сводная ведомость итоговой успешности класса (хранится 25 лет)
    #[command(visible_alias = "ведомость")]
    Summary(Summary),
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
        #[arg(long, visible_alias = "период", value_name = "ПЕРИОД")]
        period: Option<String>,
        #[command(flatten)]
        to: Where,
    },
    /// Опись дел, которые хранят больше 10 лет: сводные ведомости классов
    #[command(visible_alias = "опись")]
    CaseList(Where),
    /// Номенклатура дел: страница электронного журнала
    #[command(visible_alias = "номенклатура")]
    Nomenclature(Where),
    /// Акт о выделении к уничтожению журнала прошлых лет
    #[command(visible_alias = "уничтожение")]
    Destruction {
        /// Учебный год старого журнала (иначе выделенного последним)
        #[arg(value_name = "ГОД")]
        year: Option<String>,
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
    /// Справка о данных на утраченном носителе: чьи они и как защищены (§5.8, 152-ФЗ)
    #[command(visible_alias = "утрата")]
    Loss {
        /// Носитель: надпись или номер
        #[arg(value_name = "НОСИТЕЛЬ")]
        carrier: String,
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
    /// Листки доступа к дневнику: четыре на странице, разрезать и раздать (§4)
    #[command(visible_alias = "доступ")]
    Access(slips::Access),
    /// Листки дневника за неделю: четыре на странице, разрезать и вклеить (§4.5)
    #[command(visible_alias = "дневник")]
    Diary(slips::Diary),
    /// Бланки согласия на использование контактов для информирования (§4.5)
    #[command(visible_alias = "согласие")]
    Consent(slips::Consent),
    /// Список выданных документов
    #[command(visible_alias = "список")]
    List,
    /// Записать, что классный журнал подшит: сколько в нём листов и где он хранится (§5.4)
    #[command(visible_alias = "подшить")]
    Bound(Binding),
    /// Подписать выданный документ программой электронной подписи школы (повторно — ещё одна подпись)
    #[command(visible_alias = "подписать")]
    Sign(sign::Sign),
    /// Проверить бумагу по коду внизу страницы или по тексту QR-кода, а файл PDF — по его сумме
    #[command(visible_alias = "сверить")]
    Check {
        /// Код: «2025-0143/13 1A2B 3C4D 5E6F 7081», текст QR-кода или файл PDF
        #[arg(value_name = "КОД", required = true, num_args = 1..)]
        code: Vec<String>,
        /// Папка с изменёнными макетами
        #[arg(long, visible_alias = "макеты", value_name = "ПАПКА")]
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
pub struct Summary {
    #[command(flatten)]
    of: OfClass,
    /// Учебный год, чтобы не выдать ведомость случайно: 2025/2026
    #[arg(long, value_name = "ГОД", visible_alias = "год")]
    year: Option<String>,
    /// Почему ведомость выдаётся, хотя в ней чего-то не хватает; печатается на ней
    #[arg(long, value_name = "ПРИЧИНА", visible_alias = "причина")]
    reason: Option<String>,
}

#[derive(Args)]
pub struct Where {
    /// Папка для файлов PDF
    #[arg(long, visible_alias = "куда", value_name = "ПАПКА")]
    pub out: PathBuf,
    /// Для печати на одной стороне листа: без разворотов и зеркальных полей
    #[arg(long, visible_alias = "односторонняя")]
    simplex: bool,
    /// Проект: без номера и кода, с пометкой «ПРОЕКТ», без записи в журнал
    #[arg(long, visible_alias = "проект")]
    draft: bool,
    /// Папка с изменёнными макетами
    #[arg(long, visible_alias = "макеты", value_name = "ПАПКА")]
    pub layouts: Option<PathBuf>,
    /// Выданный раньше документ — файлом из архива (повторяется), если программа оформила бы его теперь иначе
    #[arg(long, visible_alias = "из-архива", value_name = "АРХИВ", conflicts_with_all = ["draft", "reissue"])]
    from: Vec<PathBuf>,
    /// Такой документ оформить заново, под новым номером
    #[arg(long, visible_alias = "заново", conflicts_with = "draft")]
    reissue: bool,
}

#[derive(Args)]
pub struct Binding {
    /// Номер документа, он стоит внизу каждой страницы: 2025-0143
    #[arg(value_name = "НОМЕР")]
    number: String,
    /// Сколько листов насчитано в подшитом журнале, без обложки, внутренней описи и листа-заверителя
    #[arg(long, visible_alias = "листов", value_name = "ЧИСЛО")]
    sheets: u32,
    /// Место хранения: «архив, шкаф 2, полка 3»; повторно — исправить записанное
    #[arg(long, visible_alias = "полка", value_name = "МЕСТО")]
    shelf: String,
    /// Когда подшит (иначе сегодня, а для подшитого уже — как записано)
    #[arg(long, visible_alias = "дата", value_name = "ДАТА")]
    date: Option<String>,
}

impl Print {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Class { of, subject: Some(subject), .. } => {
                let class = ClassName::parse(&of.class)?;
                let wanted = papers::of_subject(session::journal(common)?.tables(), class, &subject)?;
                print(common, vec![wanted], &of.to)
            }
            Self::Class { of, changed_since: Some(number), .. } => leaves::print(common, &of.class, &number, &of.to),
            Self::Class { of, with_contacts, spine, .. } => {
                let status = one(common, Form::ClassBook, &of)?;
                if with_contacts {
                    contacts(common, &of)?;
                }
                if spine {
                    let (journal, layouts) = (session::journal(common)?, Layouts::load(of.to.layouts.as_deref())?);
                    let class = ClassName::parse(&of.class)?;
                    let file =
                        papers::write_spine(journal.tables(), &session::SystemClock, &layouts, class, &of.to.out)?;
                    if !common.json {
                        println!("Наклейка на корешок: {}", file.display());
                    }
                }
                Ok(status)
            }
            Self::Summary(summary) => summary.run(common),
            Self::Progress(of) => one(common, Form::Progress, &of),
            Self::Corrections(to) => of_school(common, Form::Corrections, &to),
            Self::Register(to) => of_school(common, Form::Register, &to),
            Self::Act { archive, to } => act(common, archive, &to),
            Self::Loss { carrier, to } => {
                let wanted = papers::lost_stick(session::journal(common)?.tables(), &carrier)?;
                print(common, vec![wanted], &to)
            }
            Self::Extract { pupil, to } => {
                let all = read::all_pupils(session::journal(common)?.tables())?;
                let file = resolve::pupil(&all, &pupil)?.file.to_string();
                print(common, vec![Wanted::new(Form::Extract, Subject::Pupil(file))], &to)
            }
            Self::Access(slips) => slips.run(common),
            Self::Consent(papers) => papers.run(common),
            Self::Diary(slips) => slips.run(common),
            Self::List => list(common),
            Self::Carriers(to) => of_school(common, Form::Carriers, &to),
            Self::Keys(to) => of_school(common, Form::Keys, &to),
            Self::CaseList(to) => of_school(common, Form::CaseList, &to),
            Self::Nomenclature(to) => of_school(common, Form::Nomenclature, &to),
            Self::Destruction { year, to } => {
                let wanted = destroyed::act(session::journal(common)?.tables(), year.as_deref())?;
                print(common, vec![wanted], &to)
            }
            Self::Analytics { period, to } => {
                let journal = session::journal(common)?;
                let school = read::school(journal.tables())?;
                let wanted = papers::analytics(&school, period.as_deref(), school.day_of(session::now()))?;
                print(common, vec![wanted], &to)
            }
            Self::All(to) => {
                let mut wanted = papers::everything(session::journal(common)?.tables())?;
                if to.draft {
                    return print(common, wanted, &to);
                }
                papers::on_one_side(&mut wanted, to.simplex);
                issue(common, &to, |place, proven, layouts, otherwise| {
                    let (due, left) = papers::due(place, proven, layouts, wanted, otherwise)?;
                    left.iter().for_each(|why| screen::warning(&advice::warning(&Warning::of(why))));
                    Ok((due, String::new()))
                })
            }
            Self::Bound(binding) => binding.run(common),
            Self::Sign(sign) => sign.run(common),
            Self::Check { code, layouts } => paper::check(common, &code.join(" "), layouts.as_deref()),
        }
    }
}

fn of_school(common: &Common, form: Form, to: &Where) -> Result<ExitCode> {
    print(common, vec![Wanted::new(form, Subject::School)], to)
}

fn act(common: &Common, archive: String, to: &Where) -> Result<ExitCode> {
    print(common, vec![papers::act(session::journal(common)?.tables(), archive)?], to)
}

impl Binding {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let Self { number, sheets, shelf, date } = self;
        let date = Days::of(recorder.tables())?.given(date.as_deref())?;
        let bound = papers::bind(&mut recorder.workplace()?, &papers::Binding { number, sheets, shelf, date })?;
        let papers::Bound { done, number, title, date, shelf } = bound;
        say_done(done, &format!("№ {number} «{title}» подшит {}, место хранения: {shelf}", format_date(date)))
    }
}

fn one(common: &Common, form: Form, of: &OfClass) -> Result<ExitCode> {
    let class = ClassName::parse(&of.class)?;
    print(common, vec![papers::of_class(session::journal(common)?.tables(), form, class)?], &of.to)
}

/// Writes the sheet of the class's contacts beside its book.
fn contacts(common: &Common, of: &OfClass) -> Result<()> {
    let (journal, class) = (session::journal(common)?, ClassName::parse(&of.class)?);
    let layouts = Layouts::load(of.to.layouts.as_deref())?;
    let file = papers::write_contacts(&journal, &session::SystemClock, &layouts, &class, &of.to.out)?;
    if !common.json {
        println!("Контакты: {} (не подшивается и не архивируется)", file.display());
    }
    Ok(())
}

impl Summary {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let Self { of, year, reason } = self;
        if of.to.draft {
            return one(common, Form::SummarySheet, &of);
        }
        let class = ClassName::parse(&of.class)?;
        let wanted = papers::of_class(session::journal(common)?.tables(), Form::SummarySheet, class)?;
        issue(common, &of.to, |place, proven, layouts, _| {
            if let Some(typed) = &year {
                year::is_typed(&place.school()?, typed)?;
            }
            let SheetStanding { issued, gaps } = papers::sheet(place, proven, layouts, &wanted)?;
            if issued && reason.is_none() {
                return Ok((vec![wanted], String::new()));
            }
            if let Some(gaps) = gaps.as_ref().filter(|_| !common.json) {
                println!("Не хватает:");
                super::gaps::of_class(gaps);
            }
            year_typed(&place.school()?, year, "заверяется сводной ведомостью (§5.2)")?;
            let reason = reason_given(gaps.is_some(), reason, "сводная ведомость (§5.2) выдаётся с пробелами")?;
            Ok((vec![wanted], clean(&reason)?))
        })
    }
}

fn print(common: &Common, mut wanted: Vec<Wanted>, to: &Where) -> Result<ExitCode> {
    papers::on_one_side(&mut wanted, to.simplex);
    if to.draft {
        let (journal, layouts) = (session::journal(common)?, Layouts::load(to.layouts.as_deref())?);
        for file in papers::draft(&journal, &session::SystemClock, &layouts, &wanted, &to.out)? {
            println!("Проект: {}", file.display());
        }
        return Ok(ExitCode::SUCCESS);
    }
    issue(common, to, |_, _, _, _| Ok((wanted, String::new())))
}

/// What is to be issued, as it is proven, and why with gaps.
type Chosen = (Vec<Wanted>, String);

/// Issues what is chosen of a proven journal.
fn issue(
    common: &Common,
    to: &Where,
    choose: impl FnOnce(&Workplace<'_>, &Proven, &Layouts, SetOtherwise<'_>) -> Result<Chosen>,
) -> Result<ExitCode> {
    papers::are_at_hand(&to.from)?;
    let mut journal = session::journal(common)?;
    let layouts = Layouts::load(to.layouts.as_deref())?;
    let identity = session::identity(common)?;
    let mut proven = session::prove(&journal, Some(&identity))?;
    let mut place = Workplace::at(&mut journal, &identity, &session::SystemClock)?;
    let from = |sums: &BTreeSet<String>| papers::from_archives(&to.from, &identity, sums);
    let otherwise = match (to.reissue, to.from.is_empty()) {
        (true, _) => SetOtherwise::Reissue,
        (false, false) => SetOtherwise::From(&from),
        (false, true) => SetOtherwise::Refuse,
    };
    let (wanted, reason) = choose(&place, &proven, &layouts, otherwise)?;
    let bar = screen::progress("Печать документов");
    bar.set_length(wanted.len() as u64);
    let out =
        Out { dir: &to.out, progress: &|done| bar.set_position(done), reason: &reason, otherwise, replaces: None };
    let issued = papers::issue(&mut place, &mut proven, &layouts, &wanted, &out)?;
    bar.finish_and_clear();
    session::keep(&proven, Some(&identity));
    if common.json {
        screen::json(&issued.iter().map(as_json).collect::<Vec<_>>().into());
        return Ok(ExitCode::SUCCESS);
    }
    issued.iter().for_each(say);
    Ok(ExitCode::SUCCESS)
}

/// A document for scripts.
pub fn as_json(d: &Issued) -> serde_json::Value {
    let class = d.wanted.subject.class().map(ToString::to_string).unwrap_or_default();
    serde_json::json!({
        "number": d.number, "form": d.wanted.form.id(), "class": class,
        "subject": d.wanted.subject.to_string(), "variant": d.wanted.variant.to_string(),
        "title": d.title, "pages": d.pages, "leaves": d.leaves, "file": d.file, "new": d.new,
    })
}

/// Says what a document is and where its file lies.
pub fn say(document: &Issued) {
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
    session::not_on_stick(common, "смотреть, что напечатано")?;
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let school = read::school(tables)?;
    let outdated = Outdated::of(tables)?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for line in register::all(tables)? {
        let document = &line.document;
        let is_outdated = outdated.names(&document.number);
        let (code, later) = (line.code(), line.later.clone());
        values.push(serde_json::json!({
            "number": document.number, "issued_at": document.issued_at.to_rfc3339(), "form": document.form,
            "subject": document.subject, "variant": document.variant, "title": document.title,
            "pages": document.pages.len(), "leaves": line.document.leaves, "code": code, "issued_by": document.issued_by,
            "superseded_by": later, "replaces": line.replaces, "leaves_replaced_by": line.replaced_by,
            "reason": document.reason, "superseded": document.superseded.is_some(),
            "outdated": is_outdated,
            "signatures": read::signatures::of(tables, &document.number)?.len(),
            "bound": line.bound.as_ref().map(|bound| serde_json::json!({
                "date": bound.date.to_string(), "sheets": bound.sheets, "shelf": bound.shelf,
            })),
        }));
        let by = read::staff(tables, &document.issued_by)?.map(|person| person.name.initials()).unwrap_or_default();
        let (day, leaves) = (format_date(school.day_of(document.issued_at)), line.document.leaves.to_string());
        let bound = line.bound.map(|bound| format!("{}, {}", format_date(bound.date), bound.shelf)).unwrap_or_default();
        let later = match (later, &line.replaces, &line.replaced_by[..]) {
            (Some(number), ..) => format!("№ {number}"),
            (None, Some(replaces), _) => format!("взамен листов № {}", replaces.book),
            (None, None, []) => String::new(),
            (None, None, by) => format!("листы: № {}", by.join(", № ")),
        };
        let title = match document.superseded {
            Some(_) => format!("{} (не действует: год открыт снова)", document.title),
            None if is_outdated => format!("{} (документ устарел: после него в классе записано новое)", document.title),
            None => document.title.clone(),
        };
        rows.push(vec![document.number.clone(), day, title, leaves, code, by, bound, later]);
    }
    if common.json {
        screen::json(&values.into());
    } else {
        screen::table(&["№", "Дата", "Документ", "Листов", "Код сверки", "Кем заверен", "Подшит", "Заменён"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}
