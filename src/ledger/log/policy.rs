//! Whom one believes: the logs, the witnesses, and how many of these must have signed (C2SP `tlog-policy`).
//!
//! It is the auditor's own file, from paper or from the municipality; a school cannot write it for him.
//! ```text
//! log letopis/5f0c…/1+1a2b3c4d+AWn…
//! witness роно роно.example/w1+5e6f7a8b+BHk…
//! witness школа-17 школа-17.example/w+9c0d1e2f+BDs…
//! group соседи any роно школа-17
//! quorum соседи
//! ```

use super::note::{Kind, Note, Opinion, Verifier};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// How many lines are read that name a key or a group.
const MOST: usize = 1000;

/// Who must have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Witness(usize),
    Members { needed: usize, of: Vec<usize> },
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Verifier>,
    witnesses: Vec<(String, Verifier)>,
    /// What the names stand for, in the order in which they were defined: a group names only what comes before it.
    rules: Vec<Rule>,
    /// The last word; nothing where no witness is asked for.
    quorum: Option<usize>,
}

/// A witness that signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// His name in the policy.
    pub witness: String,
    /// When he signed it.
    pub at: DateTime<Utc>,
}

/// What a policy says of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether one of its logs signed it; nothing where it names none, so that the log must be known from elsewhere.
    pub logged: Option<bool>,
    /// Its witnesses that signed it.
    pub seen: Vec<Seen>,
    /// Those whose signatures do not hold.
    pub wrong: Vec<String>,
    /// Whether those who must have signed it have.
    pub quorum: bool,
}

impl Verdict {
    /// Whether the note is to be believed.
    pub fn accepts(&self) -> bool {
        self.quorum && self.wrong.is_empty() && self.logged != Some(false)
    }
}

impl Policy {
    /// Reads a policy's file.
    ///
    /// # Errors
    /// What is none; the message names the line.
    pub fn parse(text: &str) -> Result<Self> {
        let mut reading = Reading::default();
        for (number, line) in text.split('\n').enumerate() {
            reading.line(line).map_err(|error| error.at(format!("строка {} файла доверия", number + 1)))?;
        }
        let Reading { policy, quorum, .. } = reading;
        let quorum = quorum.ok_or_else(|| {
            refused("в файле доверия нет строки quorum")
                .next("добавьте её последней: «quorum ИМЯ» — свидетеля или группы, без подписи которых точке не верить")
        })?;
        Ok(Self { quorum, ..policy })
    }

    /// The witnesses, by their names in the policy.
    pub fn witnesses(&self) -> &[(String, Verifier)] {
        &self.witnesses
    }

    /// What it says of a note.
    pub fn judge(&self, note: &Note) -> Verdict {
        let mut verdict = Verdict { logged: None, seen: Vec::new(), wrong: Vec::new(), quorum: false };
        for log in &self.logs {
            let opinion = log.opinion(note);
            if opinion == Opinion::Wrong {
                verdict.wrong.push(log.name().to_owned());
            }
            verdict.logged = Some(verdict.logged == Some(true) || matches!(opinion, Opinion::Signed(_)));
        }
        let mut signed = vec![false; self.witnesses.len()];
        for ((name, verifier), signed) in self.witnesses.iter().zip(&mut signed) {
            match verifier.opinion(note) {
                Opinion::Signed(Some(at)) => {
                    *signed = true;
                    verdict.seen.push(Seen { witness: name.clone(), at });
                }
                Opinion::Wrong => verdict.wrong.push(name.clone()),
                _ => {}
            }
        }
        let mut met: Vec<bool> = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            met.push(match rule {
                Rule::Witness(place) => signed.get(*place) == Some(&true),
                Rule::Members { needed, of } => {
                    of.iter().filter(|one| met.get(**one) == Some(&true)).count() >= *needed
                }
            });
        }
        verdict.quorum = self.quorum.is_none_or(|rule| met.get(rule) == Some(&true));
        verdict
    }
}

#[derive(Default)]
struct Reading {
    policy: Policy,
    names: HashMap<String, usize>,
    /// The rules that are a group's members already.
    taken: Vec<usize>,
    quorum: Option<Option<usize>>,
}

impl Default for Policy {
    /// Believes nobody and asks for nobody; what a file says is put into it.
    fn default() -> Self {
        Self { logs: Vec::new(), witnesses: Vec::new(), rules: Vec::new(), quorum: None }
    }
}

impl Reading {
    fn line(&mut self, line: &str) -> Result<()> {
        if let Some(strange) = line.chars().find(|c| c.is_control() && *c != '\t') {
            return Err(refused(&format!("управляющий знак {strange:?}"))
                .next("сохраните файл с переводами строк Unix (LF), без форматирования"));
        }
        let line = line.trim_matches([' ', '\t']);
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if self.policy.logs.len() + self.policy.rules.len() >= MOST {
            return Err(refused(&format!("строк больше {MOST}")));
        }
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words[..] {
            ["log", key] | ["log", key, _] => self.log(Verifier::parse(key)?),
            ["witness", name, key] | ["witness", name, key, _] => self.witness(name, Verifier::parse(key)?),
            ["group", name, needed, ref members @ ..] if !members.is_empty() => self.group(name, needed, members),
            ["quorum", name] => self.last_word(name),
            _ => Err(refused(&format!("«{line}» — не строка log, witness, group или quorum"))
                .next("проверьте, сколько в ней слов: их образец — в docs/formats/checkpoint.md")),
        }
    }

    fn log(&mut self, key: Verifier) -> Result<()> {
        if key.kind() != Kind::Log {
            return Err(refused(&format!("«{}» — ключ свидетеля, а не журнала", key.name())));
        }
        if self.policy.logs.iter().any(|known| known.key() == key.key() && known.name() == key.name()) {
            return Err(refused(&format!("журнал «{}» назван дважды", key.name())));
        }
        self.policy.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, name: &str, key: Verifier) -> Result<()> {
        if key.kind() != Kind::Witness {
            return Err(refused(&format!("ключ «{}» — ключ журнала, а не свидетеля", key.name())));
        }
        if let Some((known, _)) = self.policy.witnesses.iter().find(|(_, known)| known.key() == key.key()) {
            return Err(refused(&format!("свидетели «{known}» и «{name}» имеют один ключ")));
        }
        self.policy.witnesses.push((name.to_owned(), key));
        self.define(name, Rule::Witness(self.policy.witnesses.len() - 1))
    }

    fn group(&mut self, name: &str, needed: &str, members: &[&str]) -> Result<()> {
        let mut of = Vec::with_capacity(members.len());
        for member in members {
            let rule = self.named(member)?;
            if self.taken.contains(&rule) {
                return Err(refused(&format!("«{member}» входит в группы дважды")));
            }
            self.taken.push(rule);
            of.push(rule);
        }
        let needed = match needed {
            "all" => of.len(),
            "any" => 1,
            number => number.parse().ok().filter(|needed| (1..=of.len()).contains(needed)).ok_or_else(|| {
                refused(&format!("«{number}» — не число подписей группы «{name}»"))
                    .next(format!("нужно all, any или число от 1 до {}", of.len()))
            })?,
        };
        self.define(name, Rule::Members { needed, of })
    }

    fn last_word(&mut self, name: &str) -> Result<()> {
        if self.quorum.is_some() {
            return Err(refused("строка quorum стоит дважды"));
        }
        self.quorum = Some(if name == "none" { None } else { Some(self.named(name)?) });
        Ok(())
    }

    fn named(&self, name: &str) -> Result<usize> {
        self.names.get(name).copied().ok_or_else(|| {
            refused(&format!("свидетеля или группы «{name}» выше нет"))
                .next("сначала назовите их, потом ссылайтесь на них")
        })
    }

    fn define(&mut self, name: &str, rule: Rule) -> Result<()> {
        if name == "none" || self.names.contains_key(name) {
            return Err(refused(&format!("имя «{name}» уже занято")));
        }
        self.policy.rules.push(rule);
        self.names.insert(name.to_owned(), self.policy.rules.len() - 1);
        Ok(())
    }
}

fn refused(why: &str) -> Error {
    Error::input(format!("файл доверия не читается: {why}"))
        .next("исправьте эту строку, образец — в docs/formats/checkpoint.md")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;
    use crate::ledger::log::checkpoint::{Checkpoint, Origin};

    struct World {
        note: Note,
        log: Verifier,
        witnesses: Vec<(Identity, Verifier)>,
    }

    fn world() -> World {
        let server = Identity::generate();
        let checkpoint = Checkpoint::of(Origin { journal: [3; 32], epoch: 1 }, &[[1; 32]]);
        let note = checkpoint.signed(&server).unwrap();
        let log = Verifier::new(&checkpoint.origin.to_string(), Kind::Log, *server.public().key()).unwrap();
        let witnesses = (0..4).map(|number| {
            let witness = Identity::generate();
            let verifier = note.clone().cosign(&format!("w{number}"), &witness, 1);
            (witness, verifier)
        });
        World { log, witnesses: witnesses.collect(), note }
    }

    impl World {
        fn text(&self, rest: &str) -> String {
            let witnesses: String = self
                .witnesses
                .iter()
                .enumerate()
                .map(|(n, (_, key))| format!("witness Ш{n} {key} https://w{n}.example\n"))
                .collect();
            format!("# кому верит проверяющий\n\nlog {}\n{witnesses}\t{rest}\n", self.log)
        }

        fn signed_by(&self, these: &[usize]) -> Note {
            let mut note = self.note.clone();
            for number in these {
                note.cosign(&format!("w{number}"), &self.witnesses[*number].0, 1000 + *number as u32);
            }
            note
        }

        fn accepts(&self, rest: &str, these: &[usize]) -> bool {
            Policy::parse(&self.text(rest)).unwrap().judge(&self.signed_by(these)).accepts()
        }
    }

    #[test]
    fn the_quorum_decides() {
        let world = world();
        for (rest, enough, short) in [
            ("quorum Ш1", &[1][..], &[0, 2, 3][..]),
            ("group два any Ш0 Ш1\nquorum два", &[0], &[2, 3]),
            ("group два all Ш0 Ш1\nquorum два", &[0, 1], &[0, 2, 3]),
            ("group три 2 Ш0 Ш1 Ш2\nquorum три", &[0, 2], &[2, 3]),
            ("group a any Ш0 Ш1\ngroup b all a Ш3\nquorum b", &[1, 3], &[0, 1]),
        ] {
            assert!(world.accepts(rest, enough), "{rest}");
            assert!(!world.accepts(rest, short) && !world.accepts(rest, &[]), "{rest}");
        }
        assert!(world.accepts("quorum none", &[]));
    }

    #[test]
    fn a_verdict_names_who_signed_when_and_whose_signature_is_wrong() {
        let world = world();
        let policy = Policy::parse(&world.text("quorum Ш1")).unwrap();
        let verdict = policy.judge(&world.signed_by(&[1, 3]));
        let seen: Vec<_> = verdict.seen.iter().map(|seen| (seen.witness.as_str(), seen.at.timestamp())).collect();
        assert_eq!((seen, verdict.logged), (vec![("Ш1", 1001), ("Ш3", 1003)], Some(true)));
        let forged = Note::parse(&world.signed_by(&[1, 3]).to_string().replace("\n1\n", "\n2\n")).unwrap();
        let verdict = policy.judge(&forged);
        assert!(!verdict.accepts() && verdict.seen.is_empty() && verdict.wrong.len() == 3, "{verdict:?}");
        // One wrong line, though the quorum is met.
        let mut note = world.signed_by(&[1]).to_string();
        let wrong = world.signed_by(&[3]).to_string().lines().last().unwrap().to_owned();
        let middle = wrong.len() - 8;
        let other = if &wrong[middle..=middle] == "A" { "B" } else { "A" };
        note.push_str(&format!("{}{other}{}\n", &wrong[..middle], &wrong[middle + 1..]));
        assert!(!policy.judge(&Note::parse(&note).unwrap()).accepts());
        let of_other_log = Policy::parse(
            &world
                .text("quorum none")
                .replace(&world.log.to_string(), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
        )
        .unwrap();
        assert_eq!(of_other_log.judge(&world.note).logged, Some(false));
        assert!(!of_other_log.judge(&world.note).accepts());
    }

    #[test]
    fn a_faulty_policy_is_refused_by_its_line() {
        let world = world();
        let twice = format!("witness ещё {}\nquorum ещё", world.witnesses[0].1);
        let as_witness = format!("witness журнал {}\nquorum журнал", world.log);
        let as_log = format!("log {}\nquorum none", world.witnesses[0].1);
        for rest in [
            "",
            "quorum",
            "quorum Ш9",
            "quorum Ш1\nquorum Ш2",
            "group a 0 Ш1\nquorum a",
            "group a 3 Ш1 Ш2\nquorum a",
            "group a any\nquorum a",
            "group a any a\nquorum a",
            "group Ш1 any Ш2\nquorum Ш1",
            "group none any Ш2\nquorum none",
            "group a all Ш1 Ш1\nquorum a",
            "group a any Ш1\ngroup b any Ш1\nquorum b",
            "группа a any Ш1",
            "log x\nquorum none",
            "quorum Ш1\r",
            &twice,
            &as_witness,
            &as_log,
            &format!("log {}\nquorum none", world.log),
        ] {
            assert!(Policy::parse(&world.text(rest)).is_err(), "{rest}");
        }
    }
}
