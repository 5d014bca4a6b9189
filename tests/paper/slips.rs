//! Slips of access and consents in the hands of other programs: veraPDF, zbarimg, pdftotext.

use crate::common::peers;
use crate::common::school::School;

const AT: &str = "2025-09-02 09:00:00";

#[test]
fn slips_and_consents_are_archival_files_whose_codes_a_telephone_reads() {
    let Some(zbar) = peers::require("zbarimg") else { return };
    let (Some(draw), Some(read)) = (peers::require("pdftoppm"), peers::require("pdftotext")) else { return };
    let Some(school) = School::small() else { return };
    for (pupil, name) in
        [("И-01", "Иванова Анна Павловна"), ("П-03", "Петренко Мария Петровна"), ("С-05", "Сизова Ольга Ивановна")]
    {
        let run = ["contact", "set", pupil, "--who", "мать", "--name", name];
        school.run(AT, "semyonov", &run).ok();
    }
    std::fs::write(school.path("serve.toml"), "public_address = \"https://dnevnik.school.example\"\n").unwrap();
    school.run(AT, "semyonov", &["print", "access", "7А", "--out", "print"]).ok();
    school.run(AT, "semyonov", &["print", "consent", "7А", "--out", "print"]).ok();
    let folder = school.path("print");
    peers::verapdf("2u", &[folder.join("access-7a.pdf"), folder.join("consent-7a.pdf")]).unwrap();

    let text = read.run(["-layout", "access-7a.pdf", "-"], &folder).stdout;
    draw.run(["-r", "300", "-png", "-singlefile", "access-7a.pdf", "slips"], &folder);
    let codes = zbar.run(["-q", "--raw", "slips.png"], &folder).stdout;
    let links: Vec<&str> = codes.lines().collect();
    assert_eq!(links.len(), 3, "{codes}");
    let plain: String = text.split_whitespace().collect();
    for link in links {
        let code = link.strip_prefix("https://dnevnik.school.example/in/").unwrap_or_else(|| panic!("{link}"));
        // Two slips stand side by side, so a line of the text holds the groups of both.
        let groups = [&code[..4], &code[4..8], &code[8..12], &code[12..]];
        assert!(groups.iter().all(|group| text.split_whitespace().any(|word| word == *group)), "{code}: {text}");
    }
    assert!(plain.contains("dnevnik.school.example") && text.contains("Петренко Мария Петровна"), "{text}");
    let consent = read.run(["-layout", "consent-7a.pdf", "-"], &folder).stdout;
    assert!(consent.contains("Петренко Анна") && consent.contains("152-ФЗ"), "{consent}");
}
