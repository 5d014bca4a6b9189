//! A class teacher at the page for parents: contacts, slips of access, whom to call, who has signed a week.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use letopis::journal::contacts::{Contacts, Standing};

const CLOCK: &str = "2025-09-15 15:00:00";
const MOTHER: &str = "Петренко Ольга Ивановна";

#[test]
fn a_class_teacher_writes_contacts_hands_out_slips_and_ends_access() {
    let Some(school) = School::small() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--absent", "Петренко"];
    school.run("2025-09-15 14:00:00", "semyonov", &lesson).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, CLOCK, "semyonov", &[]);
        browser.open(&desk).await;
        browser.until("nav", "Родители").await;
        browser.click("nav a[href='/parents']").await;
        browser.until("h1", "доступ к дневнику").await;
        browser.click("a[href='/parents/7a/contacts']").await;
        browser.until("main", "Контактов нет").await;

        // Nobody chosen; a consent without a day; then all of it.
        let form = "form.plain-form";
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "Ученик не выбран").await;
        browser.choose(&format!("{form} [name=pupil]"), "Петренко Анна").await;
        for (field, text) in [
            ("who", "мать"),
            ("name", MOTHER),
            ("telephone", "+7 900 000-00-01"),
            ("email", "olga@mail.example"),
            ("document", "согласие, личное дело"),
        ] {
            browser.fill(&format!("{form} [name={field}]"), text).await;
        }
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "Назван документ, но не день согласия").await;
        browser.fill(&format!("{form} [name=consent]"), "01.09.2025").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".said", "Контакты записаны").await;
        browser.until("main", "01.09.2025, согласие, личное дело").await;
        browser.accessible("контакты").await;
        browser.picture("parents-contacts").await;

        // Whom to call today: she is known now.
        browser.click("a[href='/parents/7a/call']").await;
        browser.until("main table", "мать Петренко Ольга Ивановна: +7 900 000-00-01").await;
        browser.accessible("кому звонить").await;
        browser.click("a[href='/parents/7a/told']").await;
        browser.until("main table", "Петренко Анна").await;

        // Slips of access: without an address none.
        browser.click("a[href='/parents/7a/slips']").await;
        browser.until("h1", "листки").await;
        browser.accessible("листки").await;
        browser.fits_at_twice_the_size("parents-slips").await;
        let access = "form[action$='/slips/access']";
        browser.click(&format!("{access} button")).await;
        browser.until(".fault", "Не сказано, по какому адресу открывают дневник").await;
        browser.fill(&format!("{access} [name=diary]"), "https://пример.рф").await;
        browser.click(&format!("{access} button")).await;
        browser.until("#live", "Файл сохранён: access-7a.pdf").await;
        browser.click(&format!("{access} button")).await;
        browser.until(".fault", "Новых листков не нужно").await;
        let week = "form[action$='/slips/week']";
        browser.fill(&format!("{week} [name=week]"), "32.09").await;
        browser.click(&format!("{week} button")).await;
        browser.until(".fault", "«32.09» не дата").await;
        browser.fill(&format!("{week} [name=week]"), "сегодня").await;
        browser.click(&format!("{week} button")).await;
        browser.until("#live", "Файл сохранён: diary-7a-2025-09-15.pdf").await;
        browser.click("a[href$='/slips/consents']").await;
        browser.until("#live", "Файл сохранён: consent-7a.pdf").await;

        // She has her slip; it is ended, and given anew.
        browser.click("a[href='/parents/7a']").await;
        browser.until("main table", "листок выдан 15.09.2025, входа не было").await;
        browser.accessible("доступ к дневнику").await;
        browser.picture("parents-access").await;
        browser.click("form[action$='/revoke'] button").await;
        browser.until(".said", "Доступ закрыт: Петренко Ольга Ивановна").await;
        browser.until("main table", "закрыт 15.09.2025").await;
        let journal = school.path("journal.letopis");
        let contacts = Contacts::open(&journal).unwrap();
        let slip = contacts.slips().unwrap().into_iter().find(|slip| slip.reader.name == MOTHER).unwrap();
        assert!(slip.revoked.is_some() && slip.reader.standing == Standing::Parent);

        // What she has signed in her diary stands with the class teacher.
        let monday = "2025-09-15".parse().unwrap();
        let child = slip.reader.children.first().unwrap();
        contacts.note_seen(slip.reader.id, child, monday, "2025-09-15".parse().unwrap()).unwrap();
        browser.click("a[href='/parents/7a/seen']").await;
        browser.until("main table", "Петренко Ольга Ивановна, 15.09").await;
        browser.accessible("ознакомлены").await;
        assert!(
            std::fs::read_dir(school.path("tmp"))
                .unwrap()
                .all(|left| { !left.unwrap().file_name().to_string_lossy().contains("slips") })
        );
    });
}

#[test]
fn a_teacher_without_a_class_keeps_nobody_s_contacts() {
    let Some(school) = School::small() else { return };
    let desk = Opened::of(&school, CLOCK, "belova", &[]);
    let secret = desk.enter();
    let heads = [("X-Letopis-Desk", secret.as_str())];
    for page in ["/parents", "/parents/7a", "/parents/7a/contacts", "/parents/7a/seen"] {
        let (status, _, body) = desk.ask("GET", page, &heads, "");
        assert!(status == 422 && !body.contains("Петренко"), "{page}: {status} {body}");
    }
    let (status, _, _) = desk.ask("POST", "/parents/7a/revoke", &heads, "name=x");
    assert_ne!(status, 303);
}
