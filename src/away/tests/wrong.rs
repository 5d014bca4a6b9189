//! What can be wrong with a stick, each with its own words.

use crate::away::stick::Stick;
use crate::away::testing::{PASSPHRASE, School, again};
use crate::error::Action;
use crate::files::medium::{FolderMedium, Medium, SECTOR};
use crate::files::simulated::SimulatedCarrier;
use crate::ledger::strand::Strand;
use age::secrecy::SecretString;
use std::sync::Arc;

fn fault(school: &School, carrier: &Arc<SimulatedCarrier>) -> String {
    let error = school.open(carrier).err().expect("a fault");
    assert!(error.next_step().is_some(), "{error}");
    error.message().to_owned()
}

/// A stick with entries, of which some were taken in.
fn used() -> (School, Arc<SimulatedCarrier>) {
    let school = School::new();
    let carrier = school.made();
    let mut stick = school.open(&carrier).unwrap();
    let entries = school.record(&mut stick, 3).unwrap();
    let taken = entries[..2].iter().fold(school.empty(), |tip, strung| tip.after(strung));
    stick.renew(&school.base(20, &taken, 0), b"tables", &[school.receipt(1, &taken)], &school.server).unwrap();
    school.record(&mut stick, 3).unwrap();
    (school, carrier)
}

#[test]
fn a_stick_opens_by_its_passphrase_and_by_nothing_else() {
    let (school, carrier) = used();
    let open =
        |passphrase: &str| Stick::on(carrier.clone()).unwrap().unlock(|| Ok(SecretString::from(passphrase.to_owned())));
    let stick = open(PASSPHRASE).unwrap();
    assert_eq!((stick.unsent().len(), stick.base().generation, stick.image()), (4, 2, b"tables".as_slice()));
    assert_eq!(stick.receipts()[0].receipt.refused[0].why, "§2.3.2: поздно");
    assert!(stick.warnings().is_empty());
    assert!(open("весна").err().unwrap().message().contains("пароль не подходит"));
    let stranger =
        Stick::on(carrier.clone()).unwrap().unlock_by(crate::ledger::identity::Identity::generate(), &school.pinned());
    assert!(stranger.err().unwrap().message().contains("не для этого ключа"));
}

#[test]
fn a_deputy_head_reads_the_strand_from_where_the_ledger_stands() {
    let (school, carrier) = used();
    let strand = Stick::on(carrier.clone()).unwrap().strand(0).unwrap();
    let author = school.owner.public();
    let all = strand.after(&school.empty(), &author, &again(&school.deputy)).unwrap();
    assert_eq!(all.len(), 6);
    let two = all[..2].iter().fold(school.empty(), |tip, strung| tip.after(strung));
    assert_eq!(strand.after(&two, &author, &again(&school.deputy)).unwrap(), all[2..]);
    assert!(strand.after(&two, &author, &again(&school.server)).is_err(), "the server's key opens no frame");
}

#[test]
fn a_damaged_slot_of_the_base_falls_back_to_the_other_and_says_so() {
    let (school, carrier) = used();
    let [old, new] = crate::away::base::BASES.map(|name| carrier.get(name));
    carrier.put("base-1.age", &new[..new.len() - 1]);
    let mut stick = school.open(&carrier).unwrap();
    assert_eq!((stick.base().generation, stick.unsent().len()), (1, 6));
    assert!(stick.warnings()[0].message().contains("base-1.age"));
    assert!(stick.may_record().unwrap_err().message().contains("старше последней записи"));
    carrier.put("base-0.age", &old[..40]);
    let said = fault(&school, &carrier);
    assert!(said.contains("base-0.age повреждена") && said.contains("base-1.age повреждена"), "{said}");
    carrier.put("base-1.age", &new);
    assert_eq!(school.open(&carrier).unwrap().base().generation, 2);
}

#[test]
fn what_was_exchanged_is_named() {
    let (school, carrier) = used();
    let other = School { journal: [8; 32], owner: again(&school.owner), ..School::new() };
    let others = other.made();
    let foreign = School { owner: again(&school.owner), ..School::new() }.made();
    let spoiled = |name: &str, bytes: &[u8]| {
        let carrier = Arc::new(carrier.twin());
        carrier.put(name, bytes);
        carrier
    };
    let both_bases = |from: &SimulatedCarrier| {
        let carrier = spoiled("base-0.age", &from.get("base-0.age"));
        carrier.put("base-1.age", &[]);
        carrier
    };
    let resigned =
        School { server: again(&school.server), owner: again(&school.owner), journal: [8; 32], ..School::new() }.made();
    let earlier =
        School { server: again(&school.server), owner: again(&school.owner), strand: [3; 16], ..School::new() }.made();
    for (carrier, words) in [
        (
            spoiled("letopis-stick.json", &others.get("letopis-stick.json")),
            "letopis-stick.json: файл с другого носителя",
        ),
        (spoiled("pins.age", &School::new().made().get("pins.age")), "pins.age: файл подменён или взят с другого"),
        (spoiled("pins.age", &foreign.get("pins.age")), "pins.age: файл подменён: он подписан не тем"),
        (spoiled("pins.age", b"age-encryption.org/v1\n"), "pins.age: файл повреждён"),
        (both_bases(&foreign), "подготовлена не тем"),
        (both_bases(&resigned), "от другого журнала"),
        (both_bases(&earlier), "с другого носителя"),
        (spoiled("strand-0", &earlier.get("strand-0")), "за другой учебный год"),
        (spoiled("strand-0", &[0; 4096]), "оба файла записей"),
        (spoiled("strand-0", &school.made().get("strand-0")), "записи кончаются на № 0, а в школу принята уже № 2"),
    ] {
        let said = fault(&school, &carrier);
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn frames_that_were_swapped_or_repeated_are_named() {
    let (school, carrier) = used();
    let bytes = carrier.get("strand-0");
    let places: Vec<usize> =
        (SECTOR..bytes.len()).step_by(SECTOR).filter(|at| bytes[*at..].starts_with(b"LSF1")).collect();
    assert_eq!(places.len(), 6);
    // Whoever swaps frames can make their sums fit: they are no secret.
    let rebuilt = |order: &[usize]| {
        let mut sum = crc32fast::hash(&bytes[..80]);
        let mut out = bytes[..SECTOR].to_vec();
        for (number, from) in (1u64..).zip(order) {
            let at = places[*from];
            let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
            let head = [&bytes[at..at + 16], &number.to_le_bytes()].concat();
            let content = &bytes[at + 28..at + 28 + length];
            sum = crc32fast::hash(&[&sum.to_le_bytes(), &head[..], content].concat());
            out.extend([&head[..], &sum.to_le_bytes(), content].concat());
            out.resize(out.len().next_multiple_of(SECTOR), 0);
        }
        out.resize(bytes.len(), 0);
        let carrier = Arc::new(carrier.twin());
        carrier.put("strand-0", &out);
        carrier
    };
    assert_eq!(school.open(&rebuilt(&[0, 1, 2, 3, 4, 5])).unwrap().unsent().len(), 4);
    assert!(fault(&school, &rebuilt(&[0, 1, 3, 2, 4, 5])).contains("запись № 3 не продолжает"));
    assert!(fault(&school, &rebuilt(&[0, 1, 2, 2, 4, 5])).contains("запись № 4 не продолжает"));
    assert!(fault(&school, &rebuilt(&[0, 1, 3])).contains("запись № 3 не продолжает"));
    assert!(fault(&school, &rebuilt(&[0])).contains("кончаются на № 1"));
}

#[test]
fn a_stick_that_is_full_write_protected_or_gone_says_so_and_keeps_what_it_has() {
    let (school, carrier) = used();
    let mut stick = school.open(&carrier).unwrap();
    let refused = loop {
        match school.record(&mut stick, 10) {
            Ok(_) => {}
            Err(refused) => break refused,
        }
    };
    assert!(refused.message().contains("не осталось места") && refused.next_step().is_some());
    let count = school.open(&carrier).unwrap().unsent().len();
    assert_eq!(stick.unsent().len(), count);

    let mut stick = school.open(&carrier).unwrap();
    carrier.protect();
    assert!(stick.may_record().unwrap_err().message().contains("защищён от записи"));
    assert_eq!(school.open(&carrier).unwrap().to_hand_in().unwrap().len(), count);

    let (school, carrier) = used();
    let mut stick = school.open(&carrier).unwrap();
    carrier.pull_out();
    assert!(school.record(&mut stick, 1).unwrap_err().message().contains("носитель вынут"));
    carrier.power_on(&mut crate::files::simulated::Dice::new(1));
    assert!(
        school.record(&mut stick, 1).unwrap_err().message().contains("перестал отвечать"),
        "it is opened anew first"
    );
    assert_eq!(school.open(&carrier).unwrap().unsent().len(), 4);

    let small = Arc::new(SimulatedCarrier::default());
    small.room(100 * 1024);
    assert!(school.make(small.clone()).err().unwrap().message().contains("нет места"));
}

#[test]
fn a_strand_that_is_half_full_is_made_larger_and_what_is_archived_is_forgotten() {
    // Frames differ in size: whatever comes before the first renewal that makes it larger has room.
    let school = School { strand_size: 96 * 1024, ..School::new() };
    let carrier = school.made();
    let mut stick = school.open(&carrier).unwrap();
    let mut taken = school.empty();
    for round in 1..10 {
        let archived = taken.number;
        let entries = school.record(&mut stick, 20).unwrap();
        taken = entries.iter().fold(taken, |tip, strung| tip.after(strung));
        stick.renew(&school.base(10 + round, &taken, archived), b"tables", &[], &school.server).unwrap();
        stick = school.open(&carrier).unwrap();
        assert_eq!((stick.tip(), stick.unsent().len()), (taken, 0));
    }
    assert!(carrier.get("strand-0").len() + carrier.get("strand-1").len() > 2 * 96 * 1024);
    assert!(Stick::on(carrier.clone()).unwrap().strand(0).unwrap().first() > 100);
}

#[test]
fn a_real_folder_is_a_stick_and_no_link_in_it_is_followed() {
    let school = School::new();
    let dir = tempfile::tempdir().unwrap();
    let medium = || Arc::new(FolderMedium::open(dir.path()).unwrap());
    school.make(medium()).unwrap();
    assert!(school.make(medium()).err().unwrap().message().contains("уже подготовлен"));
    let open = || Stick::open(dir.path()).unwrap().unlock_by(again(&school.owner), &school.pinned());
    let mut stick = open().unwrap();
    school.record(&mut stick, 3).unwrap();
    assert_eq!(open().unwrap().unsent().len(), 3);
    #[cfg(unix)]
    {
        let (elsewhere, strand) = (dir.path().join("elsewhere"), dir.path().join("strand-0"));
        std::fs::rename(&strand, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &strand).unwrap();
        assert!(open().err().unwrap().message().contains("ссылка"));
        assert!(medium().write_at("strand-0", 0, b"x").is_err());
    }
    Stick::forget(dir.path()).unwrap();
    assert_eq!(Stick::state(dir.path()).unwrap(), crate::away::stick::State::None);
}

/// Whether a text is among bytes, in UTF-8 or UTF-16, as they are or inflated from wherever something deflated may begin.
fn tells(bytes: &[u8], text: &str) -> bool {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let is_in =
        |bytes: &[u8]| [text.as_bytes(), &utf16].iter().any(|text| bytes.windows(text.len()).any(|some| some == *text));
    let inflated = |at: usize| {
        let mut out = Vec::new();
        let from = flate2::read::DeflateDecoder::new(&bytes[at..]);
        let _ = std::io::Read::read_to_end(&mut std::io::Read::take(from, 4096), &mut out);
        out
    };
    is_in(bytes) || (0..bytes.len().min(8 * 1024)).any(|at| is_in(&inflated(at)))
}

#[test]
fn whoever_finds_a_stick_gets_no_name_and_no_mark_from_it() {
    let (school, carrier) = used();
    for name in carrier.names() {
        let bytes = carrier.get(&name);
        for text in ["Климова", "Алиев", "Дёмина", "marks.set", "semyonov", "поздно", "SQLite", PASSPHRASE]
        {
            assert!(!tells(&bytes, text), "«{text}» in {name}");
        }
    }
    let stick = school.open(&carrier).unwrap();
    assert!(tells(stick.unsent()[3].payload.as_bytes(), "Дёмина"), "or this shows nothing");
}

#[test]
fn a_damaged_entry_with_others_after_it_is_no_torn_end() {
    let (school, carrier) = used();
    let whole = carrier.get("strand-0");
    let places: Vec<usize> =
        (SECTOR..whole.len()).step_by(SECTOR).filter(|at| whole[*at..].starts_with(b"LSF1")).collect();
    // In its header and in its content, of the first and of a later one that were not taken in.
    for (number, byte) in [(3, 1), (3, 100), (5, 9), (5, 17), (5, 25), (5, 100)] {
        let mut bytes = whole.clone();
        bytes[places[number - 1] + byte] ^= 1;
        carrier.put("strand-0", &bytes);
        let mut stick = school.open(&carrier).unwrap();
        assert_eq!(stick.unsent().len(), number - 3, "what stands before it is handed in");
        let named = format!("strand-0: запись № {number} повреждена");
        assert!(stick.warnings()[0].message().contains(&named), "{}", stick.warnings()[0]);
        assert!(stick.warnings()[0].message().contains("последняя № 6"));
        assert!(stick.may_record().unwrap_err().message().contains(&named));
        assert!(school.record(&mut stick, 1).unwrap_err().message().contains(&named));
        let tip = stick.tip();
        let renewed = stick.renew(&school.base(30, &tip, 2), b"tables", &[], &school.server);
        assert!(renewed.unwrap_err().message().contains(&named));
        assert_eq!(carrier.get("strand-0"), bytes, "and nothing is written over what follows");
        let by_deputy = Stick::on(carrier.clone()).unwrap().strand(2).unwrap();
        assert_eq!(by_deputy.damage().map(|damage| damage.number), Some(number as u64));
    }
    // The last one may have been torn by a cut: it was never acknowledged.
    let mut bytes = whole.clone();
    bytes[places[5] + 100] ^= 1;
    carrier.put("strand-0", &bytes);
    let mut stick = school.open(&carrier).unwrap();
    assert_eq!((stick.unsent().len(), stick.warnings().len()), (3, 0));
    school.record(&mut stick, 2).unwrap();
    assert_eq!(school.open(&carrier).unwrap().unsent().len(), 5);
}

#[test]
fn a_stick_that_lost_its_card_is_not_prepared_over_its_entries() {
    let (school, carrier) = used();
    let strand = carrier.get("strand-0");
    for card in [&b""[..], b"{", b"\0\0\0\0"] {
        carrier.put("letopis-stick.json", card);
        let said = school.open(&carrier).err().unwrap();
        assert!(said.message().contains("записи на носителе есть (последняя № 6)"), "{said}");
        assert!(school.make(carrier.clone()).is_err());
        assert_eq!(carrier.get("strand-0"), strand);
    }
    // Also where the strand's beginning is gone with it.
    let mut bytes = strand.clone();
    bytes[20] ^= 1;
    carrier.put("strand-0", &bytes);
    assert!(school.make(carrier.clone()).is_err());
    // What was never recorded on, is prepared anew.
    let unused = school.made();
    unused.put("letopis-stick.json", b"{");
    assert!(school.open(&unused).err().unwrap().message().contains("letopis-stick.json"));
    school.make(unused).unwrap();
}

#[test]
fn a_damaged_key_file_is_named_with_what_the_other_did_and_what_to_do() {
    const OTHER: &str = "семь зим восемь лет девять дней ночь";
    let (_, carrier) = used();
    let typed = |text: &str| {
        let text = SecretString::from(text.to_owned());
        move || Ok(text)
    };
    let whole = carrier.get("key.age");
    let changed = Arc::new(carrier.twin());
    Stick::on(changed.clone()).unwrap().change_passphrase(typed(PASSPHRASE), OTHER).unwrap();
    let (torn, new) = (&whole[..200], changed.get("key.age"));
    let with = |key: Option<&[u8]>, new: Option<&[u8]>| {
        let carrier = Arc::new(carrier.twin());
        for (name, bytes) in [("key.age", key), ("key-new.age", new)] {
            match bytes {
                Some(bytes) => carrier.put(name, bytes),
                None => carrier.remove(name).unwrap(),
            }
        }
        carrier
    };
    let return_it = Action::ReturnCarrier { label: "У-7".to_owned() };
    for (key, new, by, words) in [
        (Some(torn), None, PASSPHRASE, "key.age: файл ключа на носителе повреждён, второго (key-new.age) нет"),
        (
            Some(torn),
            Some(&new[..200]),
            PASSPHRASE,
            "key.age: файл ключа на носителе повреждён, key-new.age тоже не помог",
        ),
        (
            Some(torn),
            Some(&new),
            PASSPHRASE,
            "key.age: файл ключа на носителе повреждён; key-new.age: пароль не подходит",
        ),
        (None, None, PASSPHRASE, "key.age: файла ключа на носителе нет, второго (key-new.age) нет"),
        (Some(b"\0\0"), None, PASSPHRASE, "key.age: файл ключа на носителе повреждён"),
        (Some(&whole), None, OTHER, "key.age: пароль не подходит"),
    ] {
        let error = Stick::on(with(key, new)).unwrap().unlock(typed(by)).err().unwrap();
        assert!(error.message().starts_with(words), "{words}: {error}");
        assert!(error.next_step().unwrap().offers(&return_it), "{error}");
    }
    let healed = with(Some(torn), Some(&new));
    let stick = Stick::on(healed.clone()).unwrap().unlock(typed(OTHER)).unwrap();
    assert!(stick.warnings()[0].message().contains("ключ взят из key-new.age, и записан на место"));
    assert!(!healed.names().iter().any(|name| name == "key-new.age"));
    let stick = Stick::on(healed).unwrap().unlock(typed(OTHER)).unwrap();
    assert!(stick.warnings().is_empty());
}

#[test]
fn of_a_strand_without_its_beginning_is_said_which_file_it_is_and_what_is_seen_in_it() {
    let (school, carrier) = used();
    let (whole, unused) = (carrier.get("strand-0"), carrier.get("strand-1"));
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[20] ^= 1;
        bytes
    };
    let mut erased = whole.clone();
    erased[..SECTOR].fill(0);
    let damaged = flipped(&whole);
    for (one, other, words) in [
        (
            &damaged,
            Some(&unused),
            "у файла записей strand-0 повреждено начало, записи в нём видны (№ 1–6); strand-1 не используется",
        ),
        (
            &erased,
            Some(&unused),
            "у файла записей strand-0 стёрто начало, записи в нём видны (№ 1–6); strand-1 не используется",
        ),
        (&damaged, None, "повреждено начало, записи в нём видны (№ 1–6); файла записей strand-1 нет"),
        (
            &unused,
            Some(&flipped(&unused)),
            "strand-0 не используется; у файла записей strand-1 повреждено начало, записей в нём не видно",
        ),
        (&unused, Some(&unused), "оба файла записей (strand-0, strand-1) пусты"),
    ] {
        carrier.put("strand-0", one);
        match other {
            Some(other) => carrier.put("strand-1", other),
            None => carrier.remove("strand-1").unwrap(),
        }
        let said = fault(&school, &carrier);
        assert!(said.contains(words), "{words}: {said}");
    }
}
