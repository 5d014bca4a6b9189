//! Strands (§5.6–5.8): begun on a carrier that is at hand, for the key of who records on it; closed once.

use super::{Context, is_not_lost, text};
use crate::error::{Action, Detail, Error, Next, Result, Warning};
use crate::journal::entry::{PersonDismissed, StrandClosed, StrandOpened, bytes};
use crate::journal::read::{self, Carrier, Strand, Tables};
use crate::ledger::strand::StrandId;

/// A strand of somebody who works here, signed with a key of his that is in force, on a carrier that is at hand and has none.
pub fn opening(context: &Context<'_>, opened: &StrandOpened) -> Result<()> {
    let (tables, login) = (context.tables, &opened.login);
    if bytes::<{ size_of::<StrandId>() }>(&opened.strand).is_none() {
        return Err(Error::input(format!("номер цепочки «{}» не 32 шестнадцатеричных знака", opened.strand))
            .next("подготовьте носитель заново"));
    }
    if read::strand(tables, &opened.strand)?.is_some() {
        return Err(Error::refused(format!("цепочка {} уже начата", opened.strand)).next("подготовьте носитель заново"));
    }
    if read::carrier(tables, &opened.carrier)?.is_none() {
        return Err(Error::refused(format!("носитель {} не зарегистрирован", opened.carrier))
            .next_by("зарегистрируйте его", Action::RegisterCarrier));
    }
    is_not_lost(tables, &opened.carrier)?;
    if let Some(other) = read::open_strand_on(tables, &opened.carrier)? {
        let label = label_of(tables, &other)?;
        let what = format!("на носителе «{label}» уже записывает «{}»", other.login);
        return Err(
            Error::refused(what).next_by("сначала примите его записи и носитель", Action::ReturnCarrier { label })
        );
    }
    if read::staff(tables, login)?.is_none_or(|person| person.dismissed) {
        return Err(Error::refused(format!("сотрудник «{login}» в школе не работает"))
            .next_by("проверьте логин по списку сотрудников", Action::ListStaff));
    }
    if read::is_service(tables, login)? {
        return Err(Error::refused(format!("«{login}» — служба, носитель ей не выдаётся")).next("укажите сотрудника"));
    }
    match read::key(tables, &opened.key)? {
        Some(key) if key.login == *login && key.revoked_at.is_none() => Ok(()),
        _ => Err(Error::refused(format!("ключ {} не действующий ключ сотрудника «{login}»", opened.key))
            .next_by("сначала внесите ключ", Action::ListStaff)),
    }
}

/// A strand that goes on is closed.
pub fn closing(tables: &Tables, closed: &StrandClosed) -> Result<()> {
    text::fits(&closed.abandoned, "причина")?;
    match read::strand(tables, &closed.strand)? {
        None => Err(Error::input(format!("цепочки {} нет в журнале", closed.strand)).next("проверьте носитель")),
        Some(strand) => match strand.closed {
            Some(end) => Err(Error::refused(format!(
                "цепочка носителя уже закрыта записью № {}: {}",
                end.entry,
                end.why.in_words()
            ))
            .next("больше делать ничего не нужно")),
            None => Ok(()),
        },
    }
}

/// Nobody leaves while something may lie on his stick that was not taken in, unless it is given up with a reason.
pub fn nothing_is_left(tables: &Tables, dismissed: &PersonDismissed) -> Result<()> {
    text::fits(&dismissed.abandoned, "причина")?;
    let open = read::open_strands_of(tables, &dismissed.login)?;
    if open.is_empty() || !dismissed.abandoned.trim().is_empty() {
        return Ok(());
    }
    let labels = open.iter().map(|strand| label_of(tables, strand)).collect::<Result<Vec<_>>>()?;
    let label = labels.first().cloned().unwrap_or_default();
    Err(Error::refused(format!(
        "у «{}» личный журнал на носителе «{}», и записи с него могут быть не переданы (§5.7)",
        dismissed.login,
        labels.join("», «")
    ))
    .next_by("сначала примите записи и носитель", Action::ReturnCarrier { label })
    .then_by("если это невозможно, скажите, почему они оставлены", Action::Give(Detail::Abandon)))
}

/// Nobody records on a carrier that is handed in or retired: what lies on it was taken in, or given up with a reason.
pub fn has_ended(tables: &Tables, carrier: &Carrier) -> Result<()> {
    let Some(strand) = read::open_strand_on(tables, &carrier.id)? else { return Ok(()) };
    Err(Error::refused(left_on(&carrier.label, &strand.login))
        .next_by("сначала примите записи и носитель", Action::ReturnCarrier { label: carrier.label.clone() }))
}

/// What may lie on a carrier was not taken in.
pub fn left_on(label: &str, login: &str) -> String {
    format!("на носителе «{label}» личный журнал «{login}», и записи с него могут быть не переданы (§5.7)")
}

fn label_of(tables: &Tables, strand: &Strand) -> Result<String> {
    Ok(read::carrier(tables, &strand.carrier)?.map_or_else(|| strand.carrier.clone(), |carrier| carrier.label))
}

/// With a revoked key nobody hands in what lies on his stick: who is told of it, has it handed in by a deputy head. Of the carrier
/// that goes with the key there is nothing to tell.
pub fn of_revoked(
    tables: &Tables,
    fingerprint: &str,
    gone: Option<&Carrier>,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let is_gone = |strand: &Strand| gone.is_some_and(|gone| gone.id == strand.carrier);
    let of_key = |strand: &Strand| strand.key == fingerprint && strand.closed.is_none() && !is_gone(strand);
    for strand in read::strands(tables)?.iter().filter(|strand| of_key(strand)) {
        warnings.push(without_key(&label_of(tables, strand)?));
    }
    Ok(())
}

/// What is to be done with a stick that goes on, and whose key was revoked.
pub fn without_key(label: &str) -> Warning {
    let what = format!(
        "отозванным ключом подписывает носитель «{label}»: записывать на него больше нельзя, новых записей с него журнал не примет (§5.7)"
    );
    let next = Next::by("примите его с тем, что на нём записано", Action::ReturnCarrier { label: label.to_owned() })
        .then("отклонённое внесите снова или подайте заявки на исправление")
        .then_by("когда у владельца будет новый ключ, подготовьте носитель заново", Action::PrepareStick);
    Warning::from(what).next(next)
}

#[cfg(test)]
mod tests {
    use crate::journal::entry::{
        Body, CarrierIssued, CarrierLost, CarrierRetired, CarrierReturned, KeyRevoked, StrandClosed, StrandEnd,
    };
    use crate::journal::read;
    use crate::journal::testing::{Annals, TestJournal, TestStrand, carrier, day, identity, moment, person};
    use crate::ledger::chain::hex;
    use crate::school::{Role, School};

    /// A stick of semyonov's, given out or still with its holder.
    fn school(is_issued: bool) -> TestJournal {
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
        let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
        annals.person(person("petrova", "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead]));
        annals.person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]));
        annals.by("petrova", moment("2025-09-01T09:00"), carrier("c1", "У-7", "petrova", "кабинет 7"));
        if is_issued {
            let issued = CarrierIssued { carrier: "c1".into(), to: "semyonov".into() };
            annals.by("petrova", moment("2025-09-01T09:01"), issued);
        }
        let mut journal = annals.record();
        TestStrand::open(&mut journal, "petrova", "2025-09-01T10:00", ("c1", "semyonov"));
        journal
    }

    fn returned() -> Body {
        CarrierReturned { carrier: "c1".into(), place: "шкаф".into() }.into()
    }

    fn retired() -> Body {
        CarrierRetired { carrier: "c1".into(), reason: "изношен".into() }.into()
    }

    fn closed() -> Body {
        let (strand, abandoned) = (hex(&[7; 16]), String::new());
        StrandClosed { strand, why: StrandEnd::Returned, abandoned }.into()
    }

    fn is_open(journal: &TestJournal) -> bool {
        read::open_strand_on(journal, "c1").unwrap().is_some()
    }

    #[test]
    fn a_carrier_is_neither_handed_in_nor_retired_over_what_somebody_records_on_it() {
        let mut journal = school(true);
        let error = journal.attempt("petrova", &[returned()]).unwrap_err();
        assert!(error.message().contains("могут быть не переданы"), "{error}");
        journal.attempt("petrova", &[closed(), returned()]).unwrap();
        journal.attempt("petrova", &[retired()]).unwrap();

        let mut kept = school(false);
        let error = kept.attempt("petrova", &[retired()]).unwrap_err();
        assert!(error.message().contains("могут быть не переданы"), "{error}");
        kept.attempt("petrova", &[closed(), retired()]).unwrap();
        assert!(!is_open(&kept));
    }

    #[test]
    fn whose_key_is_revoked_is_told_to_hand_his_stick_in() {
        let mut journal = school(true);
        let revoked = KeyRevoked {
            fingerprint: identity("semyonov").public().fingerprint(),
            reason: "пароль известен другим".into(),
        };
        let (author, clock) = (identity("ivanova"), *journal.at_hand().1);
        let mut batch = journal.at_hand().0.batch().unwrap();
        let by = crate::journal::Author { signer: &author, clock: &clock, taken_over: false };
        let recorded = batch.record(by, revoked).unwrap();
        batch.commit().unwrap();
        let told: Vec<&str> = recorded.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert!(told.iter().any(|told| told.contains("«У-7»")), "{told:?}");
        assert!(is_open(&journal), "what lies on it can be handed in still");
    }

    #[test]
    fn a_year_that_ends_names_the_sticks_that_are_still_out() {
        let out = |journal: &TestJournal| {
            let gaps = read::gaps::Gaps::of_year(journal, &read::school(journal).unwrap()).unwrap();
            gaps.sticks.into_iter().map(|stick| (stick.label, stick.name)).collect::<Vec<_>>()
        };
        let named = [("У-7".to_owned(), "Семёнов С. С.".to_owned())];
        for is_issued in [true, false] {
            let mut journal = school(is_issued);
            assert_eq!(out(&journal), named);
            journal.attempt("petrova", &[closed()]).unwrap();
            assert_eq!(out(&journal).len(), usize::from(is_issued), "a stick that goes on no more is his still");
        }
        let mut journal = school(true);
        let lost = CarrierLost {
            carrier: "c1".into(),
            reported: day("2025-09-01"),
            circumstances: "забыт в автобусе".into(),
            by_fault: false,
        };
        journal.attempt("petrova", &[lost.into()]).unwrap();
        assert!(out(&journal).is_empty() && !is_open(&journal));
        let mut journal = school(true);
        journal.attempt("petrova", &[closed(), returned()]).unwrap();
        assert!(out(&journal).is_empty());
        journal.attempt("petrova", &[CarrierIssued { carrier: "c1".into(), to: "semyonov".into() }.into()]).unwrap();
        assert!(out(&journal).is_empty(), "given out again it is no stick of a teacher's");
    }
}
