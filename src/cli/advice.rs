//! What the command line says of a next step: the words, and after them the command or option that does it. Below this
//! layer nobody knows one; here is the one table that says how each action is called.

use super::called::ME;
use super::typed::{complete, quoted as typed};
use crate::error::{Action, Detail, Error, Next, OfPupil, Step, Warning};
use crate::import::Fault;
use crate::school::CourseKey;

/// The steps of a next step, each with its command, without a full stop.
pub fn advice(next: &Next) -> String {
    steps(next).join("; ")
}

/// The steps one by one, each with its command.
pub fn steps(next: &Next) -> Vec<String> {
    next.steps().iter().map(step).collect()
}

/// An error with its next step, as [`Error`] shows it, with commands.
pub fn error(error: &Error) -> String {
    let own = match error.next_step() {
        Some(next) => format!("{}\n  Что делать: {}.", error.message(), advice(next)),
        None => error.message().to_owned(),
    };
    error.also().iter().fold(own, |told, other| format!("{told}\n{}", self::error(other)))
}

/// A fault of a file that was brought in, with its place.
pub fn fault(fault: &Fault) -> String {
    format!("{}: {}", fault.place(), what(fault))
}

/// What is wrong there and what to do.
pub fn what(fault: &Fault) -> String {
    with(&fault.what, fault.next.as_ref())
}

/// What there is to look at and what to do about it.
pub fn warning(warning: &Warning) -> String {
    with(&warning.message, warning.next.as_ref())
}

fn with(message: &str, next: Option<&Next>) -> String {
    match next {
        Some(next) => format!("{message}; {}", advice(next)),
        None => message.to_owned(),
    }
}

fn step(Step { words, action }: &Step) -> String {
    match action {
        Some(Action::Give(detail)) => format!("{words}: {}", option(*detail)),
        Some(action) => format!("{words}: {ME} {}", complete(&command(action))),
        None => words.clone(),
    }
}

/// The command of an action, without the program's name. Words in capitals stand for what the reader fills in.
fn command(action: &Action) -> String {
    let command = match action {
        Action::Audit => "audit",
        Action::AuditAgainstWitness => "audit --against АРХИВ",
        Action::FoundJournal => "init",
        Action::FoundNextYear => "init --previous СТАРЫЙ",
        Action::ResumeJournal => "journal resume --reason ПРИЧИНА",
        Action::RebuildFromMirror => "store rebuild --to ПАПКА",
        Action::Mirror => "store mirror",
        Action::CloseYear => "year close --year ГОД",
        Action::ShowYear => "year status",
        Action::ReopenYear => "year reopen --reason ПРИЧИНА",
        Action::PrintClass { class } => return format!("print class {class} --out ПАПКА"),
        Action::IssueSheet { class } => {
            return format!("print summary {} --out ПАПКА --year ГОД --reason ПРИЧИНА", typed(class));
        }
        Action::ResetClock => "clock reset",
        Action::MakeKey => "key new ФАЙЛ",
        Action::ShowKey => "key show",
        Action::ChangePassphrase => "key passphrase",
        Action::EnrollKey => "staff enroll",
        Action::EnrollAnotherKey => "staff enroll ДРУГОЙ_ЛОГИН ЗАЯВКА",
        Action::EnrollByEmergencyKey => "staff enroll ДРУГОЙ_ЛОГИН ЗАЯВКА --emergency-key ФАЙЛ --reason ПРИЧИНА",
        Action::RequestKey => "key request ФАЙЛ --login ЛОГИН",
        Action::RequestKeyOf { login } => return format!("key request ФАЙЛ --login {}", typed(login)),
        Action::EnrollKeyOf { login } => return format!("staff enroll {} ЗАЯВКА", typed(login)),
        Action::ListConfirmations => "confirm list",
        Action::ListWitnesses => "witness list",
        Action::RefuseConfirmation => "confirm refuse НОМЕР --reason ПРИЧИНА",
        Action::SetEmergencyKey => "key emergency --sheet ФАЙЛ",
        Action::AddStaff => "staff add",
        Action::ChangeStaff => "staff change ЛОГИН",
        Action::SetRoles { login, roles } => {
            return format!("staff change {} --roles {}", typed(login), typed(&roles.join(",")));
        }
        Action::AddBackupService => "staff service backup --key ФАЙЛ",
        Action::AddServerService => "staff service server --key ФАЙЛ",
        Action::MakeCertificate => "serve certificate",
        Action::ListStaff => "staff list",
        Action::ShowSchool => "school show",
        Action::AddWorkday { day } => return format!("school workday {day}"),
        Action::ListPupils => "pupil list КЛАСС",
        Action::ListAccess { class } => return format!("access list {class}"),
        Action::ChangePupil => "pupil change",
        Action::EnrollPupil => "pupil enroll",
        Action::AddPupil => "pupil add",
        Action::LeavePupil => "pupil leave",
        Action::MovePupil => "pupil move",
        Action::CorrectClass => "pupil change ДЕЛО --class КЛАСС",
        Action::CorrectLeaving => "pupil change ДЕЛО --left ДАТА",
        Action::AnnulPupil => "pupil annul ДЕЛО --reason ПРИЧИНА",
        Action::JoinGroup { class, file } => {
            return format!("pupil group {class} ГРУППА {}", typed(&format!("{file}=+")));
        }
        Action::LeaveGroup { class, group, file, since } => {
            let (group, file) = (typed(group), typed(&format!("{file}=-")));
            return format!("pupil group {class} {group} {file} --since {since}");
        }
        Action::WithdrawDecision { class, file } => {
            let (class, file) = (typed(class), typed(&format!("{file}=-")));
            return format!("final decision {class} {file} --date ДАТА --number НОМЕР");
        }
        Action::SetTimetable { course } => return format!("course timetable {}", of_course(course, "")),
        Action::SetCourse => "course set",
        Action::SetClassTeacher { class } => return format!("course class {class} --teacher ЛОГИН"),
        Action::AnnulCourse(None) => "course annul",
        Action::AnnulCourse(Some(course)) => return format!("course annul {}", of_course(course, "")),
        Action::AnnulGroup => "pupil group",
        Action::ClearPlan => "plan clear",
        Action::ShowPlan => "plan show",
        Action::DropFromPlan => "plan drop",
        Action::RecordLesson => "lesson record",
        Action::ListMarks => "mark list",
        Action::Exempt => "absence exempt",
        Action::WithdrawReason(days) => return withdrawal(days),
        Action::WithdrawExemption { subject, days } => {
            return format!("{} --subject {}", withdrawal(days), typed(subject));
        }
        Action::ListAbsences => "absence list",
        Action::AssignSubstitution => "substitution assign",
        Action::ConfirmSubstitution => "substitution confirm",
        Action::RequestCorrection => "correction request",
        Action::EmptyCell { course, day, file, is_mark } => {
            let option = if *is_mark { "mark" } else { "absence" };
            return format!("correction request {} --{option} {}", of_course(course, day), typed(&format!("{file}=-")));
        }
        Action::CorrectFinals { course, period, file } => {
            let pupil = file.as_ref().map_or_else(|| "УЧЕНИК=ОТМЕТКА".to_owned(), |file| typed(&format!("{file}=-")));
            let (course, period) = (of_course(course, ""), typed(period));
            return format!("correction request {course} --period {period} --final {pupil}");
        }
        Action::RequestAnnulment => "correction request --annul",
        Action::ApproveCorrection => "correction approve",
        Action::RejectCorrection => "correction reject",
        Action::ShowCorrection { number } => return format!("correction show {number}"),
        Action::ListCorrections => "correction list",
        Action::ListRemarks => "remark list",
        Action::ListEvents => "school event list",
        Action::ListNotes => "note list",
        Action::CheckLayouts { folder } => return format!("layout check {}", typed(&folder.display().to_string())),
        Action::RegisterCarrier => "carrier register",
        Action::PrepareStick => "stick prepare НОСИТЕЛЬ --to ЛОГИН",
        Action::SyncStick => "stick sync НОСИТЕЛЬ",
        Action::ReplaceStick { login, lost } => {
            let (login, lost) = (typed(login), typed(lost));
            return format!("stick prepare НОСИТЕЛЬ --to {login} --replaces {lost} --label НАДПИСЬ --owner-key ФАЙЛ");
        }
        Action::PrintLoss { label } => return format!("print loss {} --out ПАПКА", typed(label)),
        Action::IssueCarrier => "carrier issue",
        Action::RevokeKey => "staff revoke ОТПЕЧАТОК --reason ПРИЧИНА",
        Action::CorrectCarrier { mount, label, holder, place } => {
            let holder = holder.as_deref().map_or_else(|| "ДРУГОЙ_ЛОГИН".to_owned(), typed);
            let place = place.as_deref().map_or_else(|| "ДРУГОЕ_МЕСТО".to_owned(), typed);
            let (mount, label) = (typed(&mount.display().to_string()), typed(label));
            return format!("carrier register {mount} --label {label} --holder {holder} --place {place}");
        }
        Action::ListCarriers => "carrier list",
        Action::ReturnCarrier { label } => {
            return format!("carrier return {} --place МЕСТО --stick ПАПКА", typed(label));
        }
        Action::ReturnEmptyCarrier { label } => return format!("carrier return {} --place МЕСТО", typed(label)),
        Action::ReportLoss { label: Some(label) } => {
            return format!("carrier lost {} --circumstances ОБСТОЯТЕЛЬСТВА", typed(label));
        }
        Action::ReportLoss { label: None } => "carrier lost",
        Action::CreateArchive => "archive create",
        Action::MakeBackup => "archive backup --to ПАПКА",
        Action::CompleteArchive { name } => {
            let name = name.as_deref().map_or_else(|| "АРХИВ".to_owned(), typed);
            return format!("archive complete {name} --from НОСИТЕЛЬ --to ДРУГОЙ");
        }
        Action::ExtractSummaries => "archive extract-summaries НОСИТЕЛЬ",
        Action::ListArchives => "archive list",
        Action::VerifyArchive => "archive verify НОСИТЕЛЬ",
        Action::VerifyContent => "archive verify НОСИТЕЛЬ --deep",
        Action::VerifyAgainstJournal => "archive verify НОСИТЕЛЬ --journal ФАЙЛ",
        Action::RepairArchive { bag: Some(bag) } => {
            return format!("archive repair {}", typed(&bag.display().to_string()));
        }
        Action::RepairArchive { bag: None } => "archive repair НОСИТЕЛЬ",
        Action::RestoreArchive => "archive restore",
        Action::Give(detail) => option(*detail),
    };
    command.to_owned()
}

fn withdrawal(days: &OfPupil) -> String {
    let OfPupil { class, file, since, until } = days;
    let class = class.as_deref().map_or_else(|| "КЛАСС".to_owned(), typed);
    format!("absence withdraw {class} {} {since} {until}", typed(file))
}

/// A course and, where one is meant, its day.
fn of_course(course: &CourseKey, day: &str) -> String {
    let course_and_day = format!("{} {} {day}", typed(&course.class.to_string()), typed(&course.subject));
    let group = if course.group.is_empty() { String::new() } else { format!(" --group {}", typed(&course.group)) };
    course_and_day.trim_end().to_owned() + &group
}

/// The option that gives a detail.
fn option(detail: Detail) -> &'static str {
    match detail {
        Detail::Year => "--year ГОД",
        Detail::Reason => "--reason ПРИЧИНА",
        Detail::Journal => "--journal ФАЙЛ или переменная LETOPIS_JOURNAL",
        Detail::Administrator => "--admin ЛОГИН --identity ФАЙЛ",
        Detail::School => "--school ФАЙЛ",
        Detail::AdministratorName => "--admin-name \"Фамилия Имя Отчество\"",
        Detail::WithoutWitness => "--without-witness",
        Detail::Another => "--another",
        Detail::Despite => "--despite",
        Detail::Period => "--period ПЕРИОД",
        Detail::Days => "--from ДЕНЬ --to ДЕНЬ",
        Detail::Group => "--group НАЗВАНИЕ",
        Detail::LessonNumber => "--lesson НОМЕР",
        Detail::Topic => "--topic ТЕМА",
        Detail::Note => "--note \"…\"",
        Detail::Draft => "--draft",
        Detail::FromArchive => "--from АРХИВ",
        Detail::Reissue => "--reissue",
        Detail::DayOfBinding => "--date ДЕНЬ",
        Detail::Shelf => "--shelf МЕСТО",
        Detail::Label => "--label НАДПИСЬ",
        Detail::DayOfReport => "--reported ДЕНЬ",
        Detail::Carrier => "--to НОСИТЕЛЬ",
        Detail::BothCarriers => "--to НОСИТЕЛЬ1 --to НОСИТЕЛЬ2",
        Detail::SecondCarrier => "--to НОСИТЕЛЬ2",
        Detail::SoundCopy | Detail::OtherCopy => "--from НОСИТЕЛЬ",
        Detail::Folder => "--to ПАПКА",
        Detail::ActFile => "--act ФАЙЛ.pdf",
        Detail::RecoveryShare => "--recovery 10%",
        Detail::DatabaseOnly => "--database-only",
        Detail::DespiteSeal => "--despite-broken-seal",
        Detail::SameDevice => "--allow-same-device",
        Detail::Instead => "--instead",
        Detail::NewPlace => "--new-place",
        Detail::FewerCopies => "--daily ДНЕЙ --weekly НЕДЕЛЬ",
        Detail::OnlySome => "--only КЛАСС",
        Detail::OwnerKey => "--owner-key ФАЙЛ",
        Detail::Stick => "--stick ПАПКА",
        Detail::Abandon => "--abandon ПРИЧИНА",
        Detail::Replace => "--replace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// One of each, and both faces of those that have two.
    fn actions() -> Vec<Action> {
        let label = || "А-1".to_owned();
        let mount = || PathBuf::from("/media/a");
        let days = || OfPupil::new(None, "П-20", ("01.09.2025".to_owned(), "02.09.2025".to_owned()));
        let class = crate::school::ClassName::parse("7А").unwrap();
        let course = || CourseKey { class: class.clone(), group: String::new(), subject: "ИЗО".to_owned() };
        vec![
            Action::Audit,
            Action::AuditAgainstWitness,
            Action::FoundJournal,
            Action::RebuildFromMirror,
            Action::Mirror,
            Action::FoundNextYear,
            Action::CloseYear,
            Action::ShowYear,
            Action::ReopenYear,
            Action::PrintClass { class: crate::school::ClassName::parse("7А").unwrap() },
            Action::IssueSheet { class: "7А".to_owned() },
            Action::ResetClock,
            Action::MakeKey,
            Action::ShowKey,
            Action::ChangePassphrase,
            Action::EnrollKey,
            Action::EnrollAnotherKey,
            Action::EnrollByEmergencyKey,
            Action::RequestKey,
            Action::RequestKeyOf { login: "Петров".to_owned() },
            Action::EnrollKeyOf { login: "Петров".to_owned() },
            Action::ListConfirmations,
            Action::ListWitnesses,
            Action::RefuseConfirmation,
            Action::SetEmergencyKey,
            Action::ResumeJournal,
            Action::AddStaff,
            Action::ChangeStaff,
            Action::SetRoles { login: "Петров".to_owned(), roles: vec!["учитель", "секретарь"] },
            Action::AddBackupService,
            Action::AddServerService,
            Action::MakeCertificate,
            Action::ListStaff,
            Action::ShowSchool,
            Action::AddWorkday { day: "07.09.2025".to_owned() },
            Action::ListPupils,
            Action::ListAccess { class: crate::school::ClassName::parse("8Б").unwrap() },
            Action::ChangePupil,
            Action::EnrollPupil,
            Action::AddPupil,
            Action::LeavePupil,
            Action::MovePupil,
            Action::CorrectClass,
            Action::CorrectLeaving,
            Action::AnnulPupil,
            Action::JoinGroup { class: "7А".to_owned(), file: "П-20".to_owned() },
            Action::LeaveGroup {
                class: "7А".to_owned(),
                group: "1".to_owned(),
                file: "П-20".to_owned(),
                since: "01.09.2025".to_owned(),
            },
            Action::WithdrawDecision { class: "7А".to_owned(), file: "П-20".to_owned() },
            Action::SetTimetable { course: course() },
            Action::SetCourse,
            Action::SetClassTeacher { class: class.clone() },
            Action::AnnulCourse(None),
            Action::AnnulCourse(Some(course())),
            Action::AnnulGroup,
            Action::ClearPlan,
            Action::ShowPlan,
            Action::DropFromPlan,
            Action::RecordLesson,
            Action::ListMarks,
            Action::Exempt,
            Action::WithdrawReason(days()),
            Action::WithdrawExemption { subject: "ИЗО".to_owned(), days: days() },
            Action::ListAbsences,
            Action::AssignSubstitution,
            Action::ConfirmSubstitution,
            Action::RequestCorrection,
            Action::EmptyCell { course: course(), day: "01.09.2025".into(), file: "П-20".into(), is_mark: true },
            Action::CorrectFinals { course: course(), period: "I четверть".to_owned(), file: None },
            Action::RequestAnnulment,
            Action::ApproveCorrection,
            Action::RejectCorrection,
            Action::ShowCorrection { number: 3 },
            Action::ListCorrections,
            Action::ListRemarks,
            Action::ListEvents,
            Action::ListNotes,
            Action::CheckLayouts { folder: mount() },
            Action::RegisterCarrier,
            Action::PrepareStick,
            Action::ReplaceStick { login: "Петров".to_owned(), lost: label() },
            Action::PrintLoss { label: label() },
            Action::IssueCarrier,
            Action::SyncStick,
            Action::RevokeKey,
            Action::CorrectCarrier { mount: mount(), label: label(), holder: None, place: Some("сейф".to_owned()) },
            Action::CorrectCarrier {
                mount: mount(), label: label(), holder: Some("Петров".to_owned()), place: None
            },
            Action::ListCarriers,
            Action::ReturnCarrier { label: label() },
            Action::ReturnEmptyCarrier { label: label() },
            Action::ReportLoss { label: None },
            Action::ReportLoss { label: Some(label()) },
            Action::CreateArchive,
            Action::MakeBackup,
            Action::CompleteArchive { name: None },
            Action::CompleteArchive { name: Some("2025-2026-q1".to_owned()) },
            Action::ExtractSummaries,
            Action::ListArchives,
            Action::VerifyArchive,
            Action::VerifyContent,
            Action::VerifyAgainstJournal,
            Action::RepairArchive { bag: None },
            Action::RepairArchive { bag: Some(mount()) },
            Action::RestoreArchive,
        ]
        .into_iter()
        .chain(DETAILS.map(Action::Give))
        .collect()
    }

    const DETAILS: [Detail; 41] = [
        Detail::DespiteSeal,
        Detail::Journal,
        Detail::Year,
        Detail::Reason,
        Detail::Administrator,
        Detail::School,
        Detail::AdministratorName,
        Detail::WithoutWitness,
        Detail::Another,
        Detail::Despite,
        Detail::Period,
        Detail::Days,
        Detail::Group,
        Detail::LessonNumber,
        Detail::Topic,
        Detail::Note,
        Detail::Draft,
        Detail::FromArchive,
        Detail::Reissue,
        Detail::DayOfBinding,
        Detail::Shelf,
        Detail::Label,
        Detail::DayOfReport,
        Detail::Carrier,
        Detail::BothCarriers,
        Detail::SecondCarrier,
        Detail::SoundCopy,
        Detail::OtherCopy,
        Detail::Folder,
        Detail::ActFile,
        Detail::RecoveryShare,
        Detail::DatabaseOnly,
        Detail::SameDevice,
        Detail::Instead,
        Detail::NewPlace,
        Detail::FewerCopies,
        Detail::OnlySome,
        Detail::OwnerKey,
        Detail::Stick,
        Detail::Abandon,
        Detail::Replace,
    ];

    /// The names of an enum's variants, from its source.
    fn variants(of: &str) -> Vec<&'static str> {
        let source = include_str!("../error/next.rs");
        let body = source.split_once(&format!("pub enum {of} {{\n")).unwrap().1.split_once("\n}").unwrap().0;
        let names = body
            .lines()
            .filter_map(|line| line.strip_prefix("    "))
            .map(|line| line.trim_end_matches([',', ' ', '{']));
        let names = names.map(|name| name.split('(').next().unwrap());
        names.filter(|name| name.starts_with(char::is_uppercase)).collect()
    }

    #[test]
    fn the_lists_of_these_tests_name_every_action_and_every_detail() {
        let listed: Vec<String> = actions().iter().map(|action| format!("{action:?}")).collect();
        for (name, shown) in variants("Action").iter().map(|name| (name, (*name).to_owned())) {
            let is_it = |action: &&String| action.split([' ', '(']).next() == Some(shown.as_str());
            assert!(listed.iter().any(|action| is_it(&action)), "{name} is not listed");
        }
        let listed: Vec<String> = DETAILS.iter().map(|detail| format!("{detail:?}")).collect();
        assert_eq!(variants("Detail"), listed);
    }

    #[test]
    fn every_command_and_option_that_is_advised_is_one_of_the_program() {
        let program = crate::cli::commands();
        for action in actions() {
            let line = command(&action);
            let mut words = line.split(' ').peekable();
            let mut at = &program;
            while let Some(inner) = words.peek().and_then(|word| at.find_subcommand(word)) {
                assert_eq!(inner.get_name(), *words.peek().unwrap(), "{line}: an alias is advised");
                (at, _) = (inner, words.next());
            }
            let is_option = matches!(action, Action::Give(_));
            assert!(is_option || !at.has_subcommands(), "«{line}» is no command");
            for word in words {
                let Some(name) = word.strip_prefix("--") else {
                    let first = word.chars().next().unwrap();
                    assert!(!first.is_ascii_lowercase(), "«{word}» of «{line}» is no command");
                    continue;
                };
                let known = if is_option { somewhere(&program, name) } else { has(at, name) || has(&program, name) };
                assert!(known, "«{line}»: there is no --{name}");
            }
        }
    }

    fn has(command: &clap::Command, option: &str) -> bool {
        command.get_arguments().any(|argument| argument.get_long() == Some(option))
    }

    fn somewhere(command: &clap::Command, option: &str) -> bool {
        has(command, option) || command.get_subcommands().any(|inner| somewhere(inner, option))
    }

    #[test]
    fn a_step_is_followed_by_its_command() {
        let fault = Error::refused("нельзя")
            .next_by("проверьте журнал", Action::Audit)
            .then("сообщите директору")
            .then_by("укажите вторую копию", Action::Give(Detail::OtherCopy));
        assert_eq!(
            error(&fault),
            "нельзя\n  Что делать: проверьте журнал: letopis audit; сообщите директору; укажите вторую копию: --from НОСИТЕЛЬ."
        );
        assert_eq!(error(&Error::input("нет")), "нет");
        let stick =
            Error::refused("выдан").next_by("примите его", Action::ReturnCarrier { label: "Флешка 2".to_owned() });
        assert!(error(&stick).contains("carrier return \"Флешка 2\" --place МЕСТО --stick ПАПКА"));
    }
}
