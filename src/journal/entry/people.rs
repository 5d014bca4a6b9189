//! Entries about the school, its people and keys, classes, pupils and groups (§3.3.1).

use crate::error::Result;
use crate::ledger::chain::Hash;
use crate::ledger::identity::PublicIdentity;
use crate::ledger::possession;
use crate::ledger::signer::Signer;
use crate::school::{ClassName, PersonName, Role, School, Sex};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The first entry of a journal, signed by its administrator with the key that it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalCreated {
    /// The journal of the year before, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// The school and its year.
    pub school: School,
    /// Who administers the journal.
    pub administrator: Person,
    /// The administrator's key.
    pub key: PublicIdentity,
    /// The age recipient of the recovery key (it opens archives and signs nothing).
    pub recovery: String,
    /// Second persons, who are independent of the administrator from the start; from rules 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub second: Vec<SecondPerson>,
    /// The emergency key, `ssh-ed25519 AAAA…`; from rules 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<String>,
}

/// A director, deputy head or another administrator who is named in a journal's first entry, with a key that is not the
/// administrator's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondPerson {
    /// Who.
    pub person: Person,
    /// The key.
    pub key: PublicIdentity,
    /// The proof of possession for a journal without an id, in hex.
    pub possession: String,
    /// The journal of an earlier year for which the proof was given, in hex, where it was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proven_in: String,
}

/// The journal that this one continues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// Its id, in hex.
    pub journal: String,
    /// Its last head, in hex.
    pub head: String,
    /// How many entries it has.
    pub length: u64,
    /// The last archive that was made of it, which the first of the new journal names as the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<LastArchive>,
    /// The token of the `year.continued` in the journal before; absent in journals of early versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub token: String,
    /// What vouched from outside that the journal before was whole; absent in journals of early versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<PreviousWitness>,
}

/// What vouched that the end of the journal before had not been cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PreviousWitness {
    /// Nothing: whoever made the new journal went on without.
    Nothing,
    /// Its head after so many entries, from paper.
    Head {
        /// How many.
        length: u64,
    },
    /// An archive of its first entries.
    Archive {
        /// The bag's name.
        name: String,
        /// The archive's code.
        code: String,
        /// How many entries it has seen.
        length: u64,
    },
}

/// An archive, as the next one names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastArchive {
    /// The bag's name.
    pub name: String,
    /// The digest of its `tagmanifest-sha256.txt`, in hex.
    pub code: String,
}

/// The school, its year or its policy were changed: the whole configuration anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolChanged {
    /// The configuration that holds from here on.
    pub school: School,
}

/// The way out when a wrong clock has poisoned the ledger: from here on times are compared with this entry's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockReset {
    /// What was wrong with the clock.
    pub reason: String,
}

/// A member of staff: added, or changed as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The login, by which entries name people.
    pub login: String,
    /// Surname, given name, patronymic.
    pub name: PersonName,
    /// Должность.
    pub position: String,
    /// Методическое объединение, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub association: String,
    /// Roles, one or several (§3.3).
    pub roles: Vec<Role>,
}

/// A member of staff left; all keys of that person are revoked with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonDismissed {
    /// Who.
    pub login: String,
    /// Why what may still lie on a stick of that person is given up; empty where nothing does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub abandoned: String,
}

/// A key was enrolled for a member of staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEnrolled {
    /// Whose key.
    pub login: String,
    /// The public half.
    pub key: PublicIdentity,
    /// The proof of possession, in hex: the key has signed journal, login and recipient. From rules 2.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub possession: String,
    /// The journal of an earlier year for which it was given, in hex; empty for this one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proven_in: String,
}

impl KeyEnrolled {
    /// The enrolment of a key that is at hand, in the journal of this id.
    ///
    /// # Errors
    /// A key that cannot be reached.
    pub fn of(signer: &dyn Signer, journal: &Hash, login: &str) -> Result<Self> {
        let possession = possession::prove(signer, journal, login)?;
        Ok(Self { login: login.to_owned(), key: signer.public(), possession, proven_in: String::new() })
    }
}

/// A key was revoked: lost, or in doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoked {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Why.
    pub reason: String,
}

/// The school's subjects in their order, or some more of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectsSet {
    /// The subjects; new ones take their place after those there are.
    pub subjects: Vec<SubjectLine>,
}

/// A subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectLine {
    /// Its name.
    pub name: String,
    /// A short name for narrow columns.
    pub short: String,
    /// Методическое объединение, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub association: String,
    /// Whether it has written work (§2.3.1).
    pub written: bool,
}

/// A class and its class teacher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassSet {
    /// The class.
    pub class: ClassName,
    /// Login of the class teacher, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub teacher: String,
}

/// A pupil's personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PupilSet {
    /// Номер личного дела.
    pub file: String,
    /// Surname, given name, patronymic.
    pub name: PersonName,
    /// Date of birth.
    pub born: NaiveDate,
    /// What the list's column «Пол» says; absent: nothing, it is told by the patronymic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// That another pupil of this name and birthday is there already and is somebody else; from rules 2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub another: bool,
}

/// A pupil was enrolled in a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PupilEnrolled {
    /// Номер личного дела.
    pub file: String,
    /// The class.
    pub class: ClassName,
    /// The first day in it.
    pub since: NaiveDate,
}

/// A pupil left the class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PupilLeft {
    /// Номер личного дела.
    pub file: String,
    /// The first day on which the pupil is no longer there («выбыл 03.02»).
    pub until: NaiveDate,
    /// Although marks or absences from that day on stand; from rules 2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite: bool,
}

/// A pupil moved to another class of the school.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PupilMoved {
    /// Номер личного дела.
    pub file: String,
    /// The class he moved to.
    pub class: ClassName,
    /// The first day in it, on which he is no longer in the other.
    pub since: NaiveDate,
    /// Although marks or absences from that day on stand in the other class; from rules 2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite: bool,
}

/// A group of a class: all its members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSet {
    /// The class.
    pub class: ClassName,
    /// The group's name.
    pub group: String,
    /// Numbers of the members' personal files.
    pub members: Vec<String>,
    /// The day from which on these are its members; absent: for the whole year. From rules 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// Although who leaves the group has marks or absences in it from that day on; from rules 2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite: bool,
}
