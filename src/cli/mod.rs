//! The command line: reads arguments, asks for passphrases, prints what the library found. No rule and no SQL is here.
//!
//! A file is a noun of the command line. Every message is Russian; the exit status is 0 for done or intact, 1 for
//! refused or damaged, 2 for wrong usage, bad input or a fault of the environment.

#[macro_use]
mod output;

mod absence;
mod access;
mod advice;
mod agree;
mod archive;
mod ask;
mod audit;
mod called;
mod carrier;
mod cells;
mod clock;
mod columns;
mod completions;
mod confirm;
mod contact;
mod correction;
mod course;
mod days;
mod demo;
mod export;
mod finals;
mod gaps;
mod going;
mod grid;
mod help;
mod import;
mod inform;
mod init;
mod key;
mod layout;
mod leaf;
mod leaves;
mod lesson;
mod login;
mod manual;
mod mark;
mod mirror;
mod note;
mod page;
mod paper;
mod plan;
mod print;
mod pupil;
mod recorder;
mod remark;
mod report;
mod resume;
mod school;
mod school_event;
mod screen;
mod serve;
mod session;
mod shown;
mod sign;
mod slips;
mod staff;
mod state;
mod stick;
mod store;
mod substitution;
mod typed;
mod witness;
mod year;

// Apart, so that no neighbour in the alphabet comes between it and its condition.
#[cfg(unix)]
mod signals;

use crate::error::Result;
use crate::work::seat::Faces;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Электронный классный журнал школы: ведение, печать, архив, проверка.
#[derive(Parser)]
#[command(name = "letopis", version)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Args, Clone, Default)]
struct Common {
    /// Файл журнала (иначе LETOPIS_JOURNAL, иначе journal.letopis здесь)
    #[arg(
        long,
        visible_alias = "журнал",
        global = true,
        value_name = "ФАЙЛ",
        env = "LETOPIS_JOURNAL",
        hide_env = true
    )]
    journal: Option<PathBuf>,
    /// Файл вашего ключа (иначе LETOPIS_IDENTITY)
    #[arg(
        long,
        visible_alias = "мой-ключ",
        global = true,
        value_name = "ФАЙЛ",
        env = "LETOPIS_IDENTITY",
        hide_env = true
    )]
    identity: Option<PathBuf>,
    /// Прочитать пароль ключа из файла, а не спрашивать
    #[arg(long, visible_alias = "файл-пароля", global = true, value_name = "ФАЙЛ")]
    passphrase_file: Option<PathBuf>,
    /// Вывод в JSON для программ
    #[arg(long, global = true)]
    json: bool,
    /// Таблицы целиком, во всю их ширину, а не по ширине окна
    #[arg(long, global = true, visible_alias = "широко")]
    wide: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Показать всё на учебной школе, от переноса до архива
    #[command(visible_alias = "показ")]
    Demo(demo::Demo),
    /// Завести журнал учебного года
    #[command(visible_alias = "завести")]
    Init(init::Init),
    /// Перенести данные школы из папки с таблицами
    #[command(visible_alias = "перенос")]
    Import(import::Import),
    /// Ключи: создать, показать открытую часть, набрать с листа
    #[command(visible_alias = "ключ", subcommand)]
    Key(key::Key),
    /// Сотрудники, их роли и ключи (§3.3)
    #[command(visible_alias = "сотрудник", subcommand)]
    Staff(staff::Staff),
    /// Чрезвычайные записи: что ждёт второго лица; подтвердить, отказать
    #[command(visible_alias = "подтверждение", subcommand)]
    Confirm(confirm::Confirm),
    /// Сведения о школе, каникулы, звонки (§3.3.1)
    #[command(visible_alias = "школа", subcommand)]
    School(school::School),
    /// Ученики, зачисление, перевод, выбытие, группы (§3.3.1)
    #[command(visible_alias = "ученик", subcommand)]
    Pupil(pupil::Pupil),
    /// Контакты родителей: отдельно от журнала, стираются (§1.5, §4.5)
    #[command(visible_alias = "контакт", subcommand)]
    Contact(contact::Contact),
    /// Доступ к дневнику: у кого есть листок, кто вошёл, закрыть доступ (§4)
    #[command(visible_alias = "доступ", subcommand)]
    Access(access::Access),
    /// Письма родителям: до кого доходят, разослать (§4.2–4.5)
    #[command(visible_alias = "письма", subcommand)]
    Inform(inform::Inform),
    /// Предметы, классы, курсы, расписание (§3.3.1)
    #[command(visible_alias = "курс", subcommand)]
    Course(course::Course),
    /// Календарно-тематические планы, КТП (§3.3.3)
    #[command(visible_alias = "план", subcommand)]
    Plan(plan::Plan),
    /// Ввести пароль ключа один раз на время работы в этом терминале
    #[command(visible_alias = "войти")]
    Login(login::Login),
    /// Закончить работу: ключ снова под паролем
    #[command(visible_alias = "выйти")]
    Logout(login::Logout),
    /// Своя страница в браузере: уроки, отметки, темы (§5.6)
    #[command(visible_alias = "стол")]
    Desk(page::Page),
    /// Школьный сервер: дневник, приём с носителей (§4, §5.6)
    #[command(visible_alias = "сервер")]
    Serve(serve::Serve),
    /// Открыть курс таблицей: отметки, пропуски, темы и задания (§2.1–2.3)
    #[command(visible_alias = "открыть")]
    Open(grid::Open),
    /// Уроки (§2.1, §2.2)
    #[command(visible_alias = "урок", subcommand)]
    Lesson(lesson::Lesson),
    /// Отметки (§2.3)
    #[command(visible_alias = "отметка", subcommand)]
    Mark(mark::Mark),
    /// Посещаемость (§2.1)
    #[command(visible_alias = "пропуск", subcommand)]
    Absence(absence::Absence),
    /// Отчёты: успеваемость, посещаемость, план (§3.3.5, §4.3)
    #[command(visible_alias = "отчёт", alias = "отчет", subcommand)]
    Report(report::Report),
    /// Итоговые отметки за период и год, экзамены, решения педсовета (§2.3.1)
    #[command(name = "final", visible_alias = "итог", subcommand)]
    Final(finals::Final),
    /// Замены: кто ведёт урок вместо учителя курса (§2.1)
    #[command(visible_alias = "замена", subcommand)]
    Substitution(substitution::Substitution),
    /// Журнал «Замена сведений в электронном журнале»: исправления (§2.3.3)
    #[command(visible_alias = "исправление", subcommand)]
    Correction(correction::Register),
    /// Замечания по ведению журнала и отметки об их выполнении (§3.3.5)
    #[command(visible_alias = "замечание", subcommand)]
    Remark(remark::Remark),
    /// «Блокнот»: ваши записи об отметках, требующих работы (§2.3.4)
    #[command(visible_alias = "блокнот", subcommand)]
    Note(note::Notebook),
    /// Печать для брошюровки, проверка бумаги (§5.1, §5.4)
    #[command(visible_alias = "печать", subcommand)]
    Print(print::Print),
    /// Макеты печатных форм: показать встроенные, проверить свои
    #[command(subcommand, visible_alias = "макет")]
    Layout(layout::Layout),
    /// Архивные копии на двух носителях, их проверка (§2.5, §5.5)
    #[command(visible_alias = "архив", subcommand)]
    Archive(archive::Archive),
    /// Третье место для архивов: папка сети или хранилище S3
    #[command(visible_alias = "хранилище")]
    Store(store::Store),
    /// Статистика закрытого периода без имён, для вопросов по многим школам
    #[command(visible_alias = "выгрузка", subcommand)]
    Export(export::Export),
    /// Носители: учёт, выдача, сдача, утеря (§5.5.3, §5.5.4, §5.6–5.8)
    #[command(visible_alias = "носитель", subcommand)]
    Carrier(carrier::Carrier),
    /// Носители учителей: подготовить, принять записи, посмотреть (§5.6–5.8)
    #[command(visible_alias = "флешка", subcommand)]
    Stick(stick::Stick),
    /// Учебный год: чего не хватает, закрыть, открыть снова
    #[command(visible_alias = "год", subcommand)]
    Year(year::Year),
    /// Часы компьютера: выход, когда неверное время помешало записям
    #[command(visible_alias = "часы", subcommand)]
    Clock(clock::Clock),
    /// Журнал после беды: продолжить его из восстановленной копии
    #[command(visible_alias = "журнал", subcommand)]
    Journal(resume::Whole),
    /// Справка: обо всём или об одной команде
    #[command(visible_alias = "помощь")]
    Help(help::Help),
    /// Проверить журнал: цепочку записей, подписи, права, правила, таблицы
    #[command(visible_alias = "проверка")]
    Audit(audit::Audit),
    /// Контрольные точки для свидетелей вне школы, доказательства записей
    #[command(visible_alias = "свидетель", subcommand)]
    Witness(witness::Witness),
    /// Дополнение команд по клавише Tab: сценарий для вашей оболочки
    #[command(visible_alias = "дополнение")]
    Completions(completions::Completions),
    /// Страницы справочника man, по одной на команду
    #[command(visible_alias = "справочник")]
    Man(manual::Manual),
}

/// The tree of commands, for whoever wants to walk it.
pub fn commands() -> clap::Command {
    help::with_headings(Cli::command())
}

/// Runs the program; returns its exit status. The page in the browser and the server are other faces, and are handed in.
pub fn main(faces: Faces) -> ExitCode {
    let tree = commands();
    called::remember(&tree, std::env::args_os());
    // Started by a click on a stick, it opens the page that the stick is for.
    if std::env::args_os().len() < 2
        && let Some(page) = page::Page::of_this_stick()
    {
        return page.alone(faces.desk);
    }
    let parsed = tree.clone().try_get_matches().and_then(|found| {
        typed::remember(&tree, &found);
        Cli::from_arg_matches(&found)
    });
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return help::report(&error),
    };
    let status = match run(cli, faces) {
        Ok(status) => status,
        Err(error) => {
            screen::error(&error);
            ExitCode::from(error.exit_status())
        }
    };
    output::finish(status)
}

fn run(cli: Cli, faces: Faces) -> Result<ExitCode> {
    let common = &cli.common;
    if common.wide {
        output::be_wide();
    }
    login::sweep();
    crate::files::sweep_temporary();
    match cli.command {
        Command::Demo(command) => command.run(faces.server),
        Command::Init(command) => command.run(common),
        Command::Import(command) => command.run(common),
        Command::Key(command) => command.run(common),
        Command::Staff(command) => command.run(common),
        Command::Confirm(command) => command.run(common),
        Command::School(command) => command.run(common),
        Command::Pupil(command) => command.run(common),
        Command::Contact(command) => command.run(common),
        Command::Access(command) => command.run(common),
        Command::Inform(command) => command.run(common),
        Command::Course(command) => command.run(common),
        Command::Plan(command) => command.run(common),
        Command::Year(command) => command.run(common),
        Command::Login(command) => command.run(common),
        Command::Logout(command) => command.run(),
        Command::Desk(command) => command.run(common, faces.desk),
        Command::Serve(command) => command.run(common, faces.server),
        Command::Open(command) => command.run(common),
        Command::Lesson(command) => command.run(common),
        Command::Mark(command) => command.run(common),
        Command::Absence(command) => command.run(common),
        Command::Report(command) => command.run(common),
        Command::Final(command) => command.run(common),
        Command::Substitution(command) => command.run(common),
        Command::Correction(command) => command.run(common),
        Command::Remark(command) => command.run(common),
        Command::Note(command) => command.run(common),
        Command::Print(command) => command.run(common),
        Command::Layout(command) => command.run(common),
        Command::Archive(command) => command.run(common),
        Command::Store(command) => command.run(common),
        Command::Export(command) => command.run(common),
        Command::Carrier(command) => command.run(common),
        Command::Stick(command) => command.run(common),
        Command::Clock(command) => command.run(common),
        Command::Journal(command) => command.run(common),
        Command::Help(command) => command.run(),
        Command::Audit(command) => command.run(common),
        Command::Witness(command) => command.run(common),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    }
}
