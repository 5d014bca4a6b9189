//! Files: their names, links, and what is still to be fetched.

use super::bag::{Agrees, Bag, Case, Expected, Files, Invalid, Laxer, Peer, Stricter, Valid, Warned, sum};

const MD5: &str = "manifest-md5.txt";
const NFC: &str = "data/\u{439}";
const NFD: &str = "data/\u{438}\u{306}";

pub fn cases() -> Vec<Case> {
    let mut cases = names();
    cases.extend(fetched());
    cases.extend(links());
    cases
}

fn names() -> Vec<Case> {
    let bare =
        |version: &str, names: &[&str]| names.iter().fold(Bag::bare(version), |bag, name| bag.payload(name, b"x"));
    let listed_as = |version: &str, disk: &str, list: &'static str| {
        let disk_name = disk.to_owned();
        bare(version, &[disk]).manifest(MD5, move |text| text.replace(&disk_name, list))
    };
    let nfc_only = Stricter("it finds the file only where the list is in NFC");
    let long: &str = &format!("data/{}", ["folder"; 30].join("/"));
    let mut cases = vec![
        Case::new(
            "1.0 names of all kinds",
            bare("1.0", &["data/a b  c", "data/Ёж «7А»", "data/a:b", "data/'\"", "data/#a", long]),
            Valid,
            Agrees,
        ),
        Case::new("1.0 an empty file", Bag::bare("1.0").payload("data/empty", b""), Valid, Agrees),
        Case::new("1.0 NFC in the list, NFD on disk", listed_as("1.0", NFD, NFC), Warned(NFD, "нормализацией"), Agrees),
        Case::new(
            "0.97 NFD in the list, NFC on disk",
            listed_as("0.97", NFC, NFD),
            Warned(NFC, "нормализацией"),
            nfc_only,
        ),
        Case::new(
            "1.0 names that differ in case",
            bare("1.0", &["data/A", "data/a"]),
            Warned("data/a", "регистром"),
            Agrees,
        ),
        Case::new(
            "1.0 names that differ in normalisation",
            bare("1.0", &[NFC, NFD]),
            Warned(NFC, "нормализацией"),
            Agrees,
        ),
        Case::new(
            "1.0 a name in another case",
            listed_as("1.0", "data/a", "data/A"),
            Invalid("data/A", "отсутствует"),
            Agrees,
        ),
        Case::new(
            "0.97 one file listed in both normalisations",
            bare("0.97", &[NFC]).line(NFD, b"x"),
            Warned(MD5, "дважды"),
            nfc_only,
        ),
        Case::new(
            "1.0 an empty folder",
            Bag::new("1.0").on_disk(|root| std::fs::create_dir_all(root.join("data/empty/too")).unwrap()),
            Valid,
            Agrees,
        ),
    ];
    #[cfg(unix)]
    cases.extend([
        Case::new("1.0 a backslash in a name", bare("1.0", &["data/a\\b"]), Valid, Agrees),
        Case::new(
            "1.0 a name that is no UTF-8",
            Bag::new("1.0").on_disk(|root| {
                let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"data/\xff");
                std::fs::write(root.join(name), "x").unwrap();
            }),
            Invalid("data/\u{fffd}", "не в UTF-8"),
            Agrees,
        ),
    ]);
    cases
}

fn fetched() -> Vec<Case> {
    const URL: &str = "http://example.org/a.txt";
    let fetch = |version: &str, line: &str| Bag::new(version).tag("fetch.txt", format!("{line}\n").as_bytes());
    let gone = |files: &mut Files| drop(files.remove("data/a.txt"));
    let lax = Laxer("it does not ask what is to be fetched");
    let case = |name: &str, version: &str, line: &str, expected: Expected, peer: Peer| {
        Case::new(format!("{version} {name}"), fetch(version, line), expected, peer)
    };
    let lacks = |version: &str| fetch(version, &format!("{URL} 7 data/a.txt")).after(gone);
    vec![
        Case::new("1.0 a file still to be fetched", lacks("1.0"), Invalid("data/a.txt", "неполон"), Agrees),
        Case::new("0.94 a file still to be fetched", lacks("0.94"), Invalid("data/a.txt", "неполон"), Agrees),
        case("a file that was fetched", "1.0", &format!("{URL} 7 data/a.txt"), Valid, Agrees),
        case("a fetched file of no known length", "0.97", &format!("{URL}\t-\tdata/a.txt"), Valid, Agrees),
        case(
            "a fetched file of another length",
            "1.0",
            &format!("{URL} 8 data/a.txt"),
            Warned("fetch.txt", "длина"),
            Agrees,
        ),
        case("a fetched file on a disk", "1.0", "file:///srv/a.txt 7 data/a.txt", Valid, Agrees),
        case("a fetch line without a URL", "1.0", "a.txt 7 data/a.txt", Invalid("fetch.txt", "не адрес"), Agrees),
        case(
            "a fetch line of two words",
            "1.0",
            &format!("{URL} data/a.txt"),
            Invalid("fetch.txt", "строка 1"),
            Agrees,
        ),
        case(
            "a fetch line with a wrong length",
            "1.0",
            &format!("{URL} seven data/a.txt"),
            Invalid("fetch.txt", "не число"),
            lax,
        ),
        case("a tag file to be fetched", "1.0", &format!("{URL} 7 notes.txt"), Invalid("fetch.txt", "вне папки"), lax),
        case(
            "an unlisted file to be fetched",
            "1.0",
            &format!("{URL} 7 data/c"),
            Invalid("data/c", "нет в списке"),
            lax,
        ),
        case("fetching to above", "1.0", &format!("{URL} 7 ../outside.txt"), Invalid("fetch.txt", "выходит"), Agrees),
        case("fetching to the root", "0.97", &format!("{URL} 7 /tmp/x"), Invalid("fetch.txt", "от корня"), Agrees),
        case("fetching to a home", "1.0", &format!("{URL} 7 ~/x"), Invalid("fetch.txt", "«~»"), Agrees),
    ]
}

#[cfg(not(unix))]
fn links() -> Vec<Case> {
    Vec::new()
}

#[cfg(unix)]
fn links() -> Vec<Case> {
    use std::os::unix::fs::symlink;
    let link = |bag: Bag, from: &'static str, to: &'static str| {
        bag.on_disk(move |root| {
            let _ = std::fs::remove_file(root.join(from));
            symlink(to, root.join(from)).unwrap();
        })
    };
    let follows = Laxer("it follows links that stay in the bag");
    let line =
        |name: &'static str, content: &'static [u8]| Bag::new("1.0").without_tag("bag-info.txt").line(name, content);
    vec![
        Case::new(
            "1.0 a link in the payload",
            link(line("data/link", b"a text\n"), "data/link", "a.txt"),
            Invalid("data/link", "не открывается"),
            follows,
        ),
        Case::new(
            "1.0 a link out of the bag",
            link(line("data/link", b"outside\n"), "data/link", "../../outside.txt"),
            Invalid("data/link", "не открывается"),
            Agrees,
        ),
        Case::new(
            "1.0 a payload file that became a link out",
            link(Bag::new("1.0"), "data/a.txt", "../../outside.txt"),
            Invalid("data/a.txt", "не открывается"),
            Agrees,
        ),
        Case::new(
            "1.0 a manifest that is a link",
            link(Bag::new("1.0").after(|files| drop(files.insert("list".into(), files[MD5].clone()))), MD5, "list"),
            Invalid(MD5, "не открывается"),
            follows,
        ),
        Case::new(
            "1.0 a declaration that is a link",
            link(
                Bag::new("1.0").after(|files| drop(files.insert("declared".into(), files["bagit.txt"].clone()))),
                "bagit.txt",
                "declared",
            ),
            Invalid("bagit.txt", "ссылка"),
            follows,
        ),
        Case::new(
            "1.0 a link beside the payload",
            link(Bag::new("1.0"), "link", "../outside.txt"),
            Warned("link", "не открывается"),
            Agrees,
        ),
        Case::new(
            "1.0 a payload that is a link to a folder",
            Bag::bare("1.0").line("data/x", b"x").on_disk(|root| {
                std::fs::remove_dir(root.join("data")).unwrap();
                std::fs::create_dir(root.join("other")).unwrap();
                std::fs::write(root.join("other/x"), "x").unwrap();
                symlink("other", root.join("data")).unwrap();
            }),
            Invalid("data", "папки нет"),
            follows,
        ),
        Case::new(
            "1.0 a sum of a file outside",
            Bag::new("1.0").after(|files| {
                let line = format!("{}  ../outside.txt\n", sum("md5", b"outside\n"));
                files.get_mut("tagmanifest-md5.txt").unwrap().extend(line.bytes());
            }),
            Invalid("tagmanifest-md5.txt", "выходит"),
            Agrees,
        ),
    ]
}
