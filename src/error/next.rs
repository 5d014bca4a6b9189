//! What a reader should do next: words for him, and what the program itself can do about it.
//!
//! The words are whole without the action («укажите вторую копию») and name no command, option or button. The action is
//! named after the things of a school and of its archive; how it is called, only a face knows. A terminal puts a command
//! or an option behind the words, a page puts a button there. Most steps are words alone: nobody but the reader can look
//! at a clock or free a disk.

use crate::school::{ClassName, CourseKey};
use std::fmt;
use std::path::PathBuf;

/// One or several steps, in their order. «Или» and «если» stand in the words.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Next {
    steps: Vec<Step>,
}

/// A step in Russian, without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// What to do, whole in itself.
    pub words: String,
    /// What of the program does it.
    pub action: Option<Action>,
}

/// What the program can do about a fault. Where a variant says all of it, nothing is added.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Prove the journal from its first record.
    Audit,
    /// Prove the journal and hold it against an archive or a sheet of paper.
    AuditAgainstWitness,
    /// Found a journal.
    FoundJournal,
    /// Go on from a restored copy of a journal.
    ResumeJournal,
    /// Make a journal anew from its mirror.
    RebuildFromMirror,
    /// Bring the mirror what it lacks.
    Mirror,
    /// Found the next year's journal, which follows an old one.
    FoundNextYear,
    CloseYear,
    /// Show how the year stands, and what is missing at its end.
    ShowYear,
    ReopenYear,
    /// Issue the book of a class.
    PrintClass {
        class: crate::school::ClassName,
    },
    /// Issue the sheet of a class that is kept for 25 years.
    IssueSheet {
        class: String,
    },
    ResetClock,
    /// A new key, in a new file.
    MakeKey,
    /// Show a key's open part, which is what one gives away of it.
    ShowKey,
    ChangePassphrase,
    EnrollKey,
    /// The same, of whom it is known.
    EnrollKeyOf {
        login: String,
    },
    /// Enrol a key of somebody who is not the one that was meant.
    EnrollAnotherKey,
    /// Enrol a key by the emergency key of the sheet.
    EnrollByEmergencyKey,
    /// Write down for the administrator what enrols a key.
    RequestKey,
    /// The same, for a key of whom it is known.
    RequestKeyOf {
        login: String,
    },
    ListConfirmations,
    /// Show whom the school names as witnesses of its ledger.
    ListWitnesses,
    RefuseConfirmation,
    /// Give a journal an emergency key.
    SetEmergencyKey,
    AddStaff,
    /// Change what is recorded of somebody who works here.
    ChangeStaff,
    /// Give somebody these roles, by their words, in place of those he has.
    SetRoles {
        login: String,
        roles: Vec<&'static str>,
    },
    /// Give the service that makes copies of any day its login and key.
    AddBackupService,
    /// Give the server its login and key.
    AddServerService,
    /// Make a certificate for the server.
    MakeCertificate,
    ListStaff,
    ShowSchool,
    /// Make a Sunday or a day of holidays a working day.
    AddWorkday {
        day: String,
    },
    ListPupils,
    /// Show who may read the diaries of a class.
    ListAccess {
        class: ClassName,
    },
    ChangePupil,
    EnrollPupil,
    /// Enter a pupil whom the journal does not have.
    AddPupil,
    LeavePupil,
    /// Move a pupil from his class to another.
    MovePupil,
    /// Put right the class that a pupil was put into by mistake.
    CorrectClass,
    /// Put right the day a pupil left, or take it back.
    CorrectLeaving,
    AnnulPupil,
    /// Add a pupil to a group of his class, beside those who are in it.
    JoinGroup {
        class: String,
        file: String,
    },
    /// Take a pupil out of a group from a day on; the others stay.
    LeaveGroup {
        class: String,
        group: String,
        file: String,
        since: String,
    },
    /// Withdraw what the pedagogical council decided of a pupil.
    WithdrawDecision {
        class: String,
        file: String,
    },
    /// Set the lessons of a course in the week.
    SetTimetable {
        course: CourseKey,
    },
    /// Give a course to a teacher.
    SetCourse,
    /// Give a class its teacher.
    SetClassTeacher {
        class: ClassName,
    },
    /// Annul a course, or a group of a class.
    AnnulCourse(Option<CourseKey>),
    AnnulGroup,
    /// Take a course's whole plan out.
    ClearPlan,
    ShowPlan,
    DropFromPlan,
    RecordLesson,
    ListMarks,
    Exempt,
    WithdrawReason(OfPupil),
    WithdrawExemption {
        subject: String,
        days: OfPupil,
    },
    ListAbsences,
    AssignSubstitution,
    ConfirmSubstitution,
    RequestCorrection,
    /// Ask that a mark, or an absence, of a pupil be taken out of a lesson.
    EmptyCell {
        course: CourseKey,
        day: String,
        file: String,
        is_mark: bool,
    },
    /// Ask for final marks of a period; of a pupil, where he is named, that his be taken out.
    CorrectFinals {
        course: CourseKey,
        period: String,
        file: Option<String>,
    },
    /// Ask in the register that a lesson be annulled.
    RequestAnnulment,
    ApproveCorrection,
    RejectCorrection,
    ShowCorrection {
        number: u64,
    },
    ListCorrections,
    ListRemarks,
    /// See the events of the school.
    ListEvents,
    ListNotes,
    /// Show all faults of the layouts in a folder.
    CheckLayouts {
        folder: PathBuf,
    },
    RegisterCarrier,
    /// Give a carrier that is registered to somebody.
    IssueCarrier,
    /// Give a stick to somebody, with what he works with.
    PrepareStick,
    /// Give somebody a stick in place of a lost one, with his new key.
    ReplaceStick {
        login: String,
        lost: String,
    },
    /// Issue the statement on what a lost stick held.
    PrintLoss {
        label: String,
    },
    /// Take in what lies on a stick, and renew it.
    SyncStick,
    RevokeKey,
    /// Register a carrier again under its label, with what was recorded wrongly.
    CorrectCarrier {
        mount: PathBuf,
        label: String,
        /// The holder and the place, where they may stay; otherwise others are to be given.
        holder: Option<String>,
        place: Option<String>,
    },
    ListCarriers,
    /// Take back a stick that somebody records on, with what lies on it.
    ReturnCarrier {
        label: String,
    },
    /// Take back a carrier that nobody records on.
    ReturnEmptyCarrier {
        label: String,
    },
    /// Record a loss, of this carrier where it is known which.
    ReportLoss {
        label: Option<String>,
    },
    CreateArchive,
    /// Make a copy of the day.
    MakeBackup,
    /// Write an archive's missing copy, of this one where it is known which, from the one that there is.
    CompleteArchive {
        name: Option<String>,
    },
    /// Write the archive of the sheets for 25 years alone.
    ExtractSummaries,
    ListArchives,
    VerifyArchive,
    /// Verify what is in the packages too.
    VerifyContent,
    /// Hold an archive against the journal it was made of.
    VerifyAgainstJournal,
    /// Repair an archive, this one where the reader may have several at hand.
    RepairArchive {
        bag: Option<PathBuf>,
    },
    RestoreArchive,
    /// Do the same again and say this with it.
    Give(Detail),
}

/// Days of a pupil, as they are read and typed; his class then, where it is known.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfPupil {
    pub class: Option<String>,
    pub file: String,
    pub since: String,
    pub until: String,
}

impl OfPupil {
    /// The days from one to another.
    pub fn new(class: Option<ClassName>, file: impl ToString, (since, until): (String, String)) -> Self {
        Self { class: class.map(|class| class.to_string()), file: file.to_string(), since, until }
    }
}

/// What can be said with an action, beside what it is. Where a variant says all of it, nothing is added.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Take out what lies under a broken seal.
    DespiteSeal,
    Journal,
    /// The school year, so that it is not another.
    Year,
    /// Why something unusual is done, which is printed.
    Reason,
    /// Who is the administrator, and his key.
    Administrator,
    /// The school's data for the new year.
    School,
    /// The administrator's name.
    AdministratorName,
    /// That nobody is asked whether the old journal is whole.
    WithoutWitness,
    /// That the next year's journal is begun once more, or that a pupil of the same name and birthday is somebody else.
    Another,
    /// That what stands already is meant to stay.
    Despite,
    Period,
    /// The first and the last day.
    Days,
    Group,
    LessonNumber,
    Topic,
    /// The deputy head's reason, which is printed.
    Note,
    /// That the print is a draft.
    Draft,
    /// The archive in which an issued file lies.
    FromArchive,
    /// That a document is set anew under a new number.
    Reissue,
    /// The day a book was bound.
    DayOfBinding,
    Shelf,
    Label,
    /// The day a loss was reported.
    DayOfReport,
    Carrier,
    BothCarriers,
    SecondCarrier,
    /// A carrier with a sound copy to copy from.
    SoundCopy,
    /// A second copy to repair with.
    OtherCopy,
    /// A folder to write to.
    Folder,
    /// The file that an act is written to.
    ActFile,
    /// The share of recovery data, in percent.
    RecoveryShare,
    /// That nothing but the database is archived.
    DatabaseOnly,
    /// That two targets may be one device.
    SameDevice,
    /// That what stands is withdrawn, and this recorded in its place.
    Instead,
    /// That copies are made in a place where none are.
    NewPlace,
    /// Keep fewer copies of a day.
    FewerCopies,
    /// What of an archive is wanted, where not all of it is.
    OnlySome,
    /// The file of the key of whose a stick is to be.
    OwnerKey,
    /// Where a stick is mounted.
    Stick,
    /// Why what may lie on a stick is given up.
    Abandon,
    /// Put it in the place of what is there.
    Replace,
}

impl Next {
    /// Words alone.
    pub fn new(words: impl Into<String>) -> Self {
        Self::default().then(words)
    }

    /// Words, and what of the program does it.
    pub fn by(words: impl Into<String>, action: Action) -> Self {
        Self::default().then_by(words, action)
    }

    /// A further step.
    #[must_use]
    pub fn then(mut self, words: impl Into<String>) -> Self {
        self.steps.push(Step { words: words.into(), action: None });
        self
    }

    /// A further step, and what of the program does it.
    #[must_use]
    pub fn then_by(mut self, words: impl Into<String>, action: Action) -> Self {
        self.steps.push(Step { words: words.into(), action: Some(action) });
        self
    }

    /// The steps in their order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether one of the steps is done by this.
    pub fn offers(&self, action: &Action) -> bool {
        self.steps.iter().any(|step| step.action.as_ref() == Some(action))
    }
}

impl<W: Into<String>> From<W> for Next {
    fn from(words: W) -> Self {
        Self::new(words)
    }
}

/// The words alone.
impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.steps.iter().map(|step| step.words.as_str()).collect();
        f.write_str(&words.join("; "))
    }
}
