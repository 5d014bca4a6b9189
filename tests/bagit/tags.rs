//! `bagit.txt`, what the bag says of itself, and encodings.

use super::bag::{Agrees, Bag, Case, Expected, Invalid, Laxer, Peer, Valid, Warned, encode, info_name};

const BAGIT: &str = "bagit.txt";
const INFO: &str = "bag-info.txt";

pub fn cases() -> Vec<Case> {
    let mut cases = declarations();
    cases.extend(infos());
    cases.extend(encodings());
    cases
}

fn declarations() -> Vec<Case> {
    const UTF_8: &str = "Tag-File-Character-Encoding: UTF-8\n";
    let case = |name: &str, text: &str, expected: Expected, peer: Peer| {
        let version = if text.contains("0.97") { "0.97" } else { "1.0" };
        let bag = Bag::new(version).without_tagmanifest().bagit(text.as_bytes());
        Case::new(format!("bagit.txt {name}"), bag, expected, peer)
    };
    let invalid = |word| Invalid(BAGIT, word);
    let by_labels = Laxer("it takes the file for labels in any order and number");
    vec![
        case("empty", "", invalid("строка 1"), Agrees),
        case("with CR LF", &format!("BagIt-Version: 1.0\n{UTF_8}").replace('\n', "\r\n"), Valid, Agrees),
        case("with CR", &format!("BagIt-Version: 1.0\n{UTF_8}").replace('\n', "\r"), Valid, Agrees),
        case("without a last end", format!("BagIt-Version: 1.0\n{UTF_8}").trim_end(), Valid, Agrees),
        case("with a mark", &format!("\u{feff}BagIt-Version: 1.0\n{UTF_8}"), invalid("BOM"), Agrees),
        case("without a version", UTF_8, invalid("BagIt-Version"), Agrees),
        case("without an encoding", "BagIt-Version: 1.0\n", invalid("строка 2"), Agrees),
        case("turned round", &format!("{UTF_8}BagIt-Version: 1.0\n"), invalid("строка 1"), by_labels),
        case("of three lines", &format!("BagIt-Version: 1.0\n{UTF_8}More: x\n"), invalid("не две"), by_labels),
        case(
            "of three lines, 0.97",
            &format!("BagIt-Version: 0.97\n{UTF_8}More: x\n"),
            Warned(BAGIT, "не две"),
            Agrees,
        ),
        case("with an empty line", &format!("BagIt-Version: 1.0\n\n{UTF_8}"), invalid("строка 2"), by_labels),
        case("with a blank before the colon", &format!("BagIt-Version : 1.0\n{UTF_8}"), invalid("строка 1"), by_labels),
        case(
            "with a blank before the colon, 0.97",
            &format!("BagIt-Version : 0.97\n{UTF_8}"),
            invalid("строка 1"),
            by_labels,
        ),
        case("with two blanks", &format!("BagIt-Version:  1.0\n{UTF_8}"), invalid("пробел"), by_labels),
        case("with no blank", &format!("BagIt-Version:1.0\n{UTF_8}"), invalid("пробел"), by_labels),
        case("with a blank at the end", &format!("BagIt-Version: 1.0 \n{UTF_8}"), invalid("пробел"), by_labels),
        case("in small letters", &format!("bagit-version: 1.0\n{UTF_8}"), invalid("строка 1"), Agrees),
        case(
            "of version 1",
            &format!("BagIt-Version: 1\n{UTF_8}"),
            invalid("не два числа"),
            Laxer("it takes it for 1.0"),
        ),
        case("of version x.y", &format!("BagIt-Version: x.y\n{UTF_8}"), invalid("не два числа"), Agrees),
        case("of version 0.92", &format!("BagIt-Version: 0.92\n{UTF_8}"), invalid("не известна"), Agrees),
        case(
            "of version 0.98",
            &format!("BagIt-Version: 0.98\n{UTF_8}"),
            invalid("не известна"),
            Laxer("it takes all below 2 for known"),
        ),
        case(
            "of version 1.1",
            &format!("BagIt-Version: 1.1\n{UTF_8}"),
            invalid("не известна"),
            Laxer("it takes all below 2 for known"),
        ),
        case("of version 2.0", &format!("BagIt-Version: 2.0\n{UTF_8}"), invalid("не известна"), Agrees),
        case(
            "of an unknown encoding",
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-9\n",
            invalid("кодировка"),
            Agrees,
        ),
        Case::new(
            "bagit.txt missing",
            Bag::new("1.0").without_tagmanifest().after(|files| drop(files.remove(BAGIT))),
            invalid("отсутствует"),
            Agrees,
        ),
        Case::new(
            "bagit.txt of no text",
            Bag::new("1.0").without_tagmanifest().bagit(b"BagIt-Version: 1.0\n\xff\xfe\n"),
            invalid("UTF-8"),
            Agrees,
        ),
    ]
}

fn infos() -> Vec<Case> {
    let with = |version: &str, text: &str| Bag::new(version).tag(info_name(version), text.as_bytes());
    let case = |name: &str, version: &str, text: &str, expected: Expected, peer: Peer| {
        Case::new(format!("{version} {name}"), with(version, text), expected, peer)
    };
    let both = "Payload-Oxum: 12.2\nPayload-Oxum: 12.2\n";
    let mut cases = vec![
        Case::new("1.0 no bag-info.txt", Bag::new("1.0").without_tag(INFO), Valid, Agrees),
        case("an empty bag-info.txt", "1.0", "", Valid, Agrees),
        case("lines that go on", "1.0", "A: one\n\ttwo\n   three: four\nPayload-Oxum: 12.2\n", Valid, Agrees),
        case("labels again and again", "1.0", "A: 1\nA: 2\na: 3\n", Valid, Agrees),
        case("bag-info.txt with CR LF", "1.0", "A: 1\r\nPayload-Oxum: 12.2\r\n", Valid, Agrees),
        case("a line without a colon", "1.0", "A: 1\nno colon\n", Invalid(INFO, "строка 2"), Agrees),
        case("going on from nothing", "1.0", "  no label\nA: 1\n", Invalid(INFO, "строка 1"), Agrees),
        case("Payload-Oxum without files", "1.0", "Payload-Oxum: 12\n", Invalid(INFO, "Payload-Oxum"), Agrees),
        case("Payload-Oxum of words", "1.0", "Payload-Oxum: a.b\n", Invalid(INFO, "Payload-Oxum"), Agrees),
        case("Payload-Oxum twice", "1.0", both, Invalid(INFO, "дважды"), Laxer("it takes the first")),
        case("Payload-Oxum twice", "0.97", both, Warned(INFO, "дважды"), Agrees),
        case(
            "a wrong Payload-Oxum in small letters",
            "1.0",
            "payload-oxum: 1.1\n",
            Invalid("data", "1.1"),
            Laxer("it looks for the label in its own case"),
        ),
        Case::new(
            "0.97 a package-info.txt has no meaning",
            Bag::new("0.97").tag("package-info.txt", b"Payload-Oxum: 1.1\n"),
            Valid,
            Agrees,
        ),
    ];
    for version in ["0.93", "0.95", "0.96", "1.0"] {
        cases.push(case(
            "Payload-Oxum with too many bytes",
            version,
            "Payload-Oxum: 13.2\n",
            Invalid("data", "должно быть 13.2"),
            Agrees,
        ));
        cases.push(case(
            "Payload-Oxum with too many files",
            version,
            "Payload-Oxum: 12.3\n",
            Invalid("data", "должно быть 12.3"),
            Agrees,
        ));
    }
    cases
}

fn encodings() -> Vec<Case> {
    let named = |encoding: &str, name: &str| {
        Bag::bare("0.97").payload(name, b"x").tag(INFO, "Contact-Name: A\n".as_bytes()).encoded(encoding)
    };
    let marked = |file: &'static str| {
        Bag::new("1.0").without_tagmanifest().after(move |files| {
            let content = [b"\xEF\xBB\xBF".to_vec(), files[file].clone()].concat();
            files.insert(file.to_owned(), content);
        })
    };
    let spoilt = |encoding: &'static str, bytes: &'static [u8]| {
        named(encoding, "data/x")
            .without_tagmanifest()
            .after(move |files| drop(files.insert("manifest-md5.txt".into(), bytes.to_vec())))
    };
    let mut cases: Vec<Case> = [
        ("UTF-8", "data/й"),
        ("UTF-16", "data/й"),
        ("UTF-16LE", "data/й"),
        ("ISO-8859-1", "data/é"),
        ("windows-1251", "data/й"),
        ("US-ASCII", "data/x"),
    ]
    .into_iter()
    .map(|(encoding, name)| Case::new(format!("0.97 in {encoding}"), named(encoding, name), Valid, Agrees))
    .collect();
    cases.extend([
        Case::new("1.0 in UTF-16", Bag::new("1.0").encoded("UTF-16"), Valid, Agrees),
        Case::new(
            "0.97 in UTF-16, the other order",
            named("UTF-16", "data/x").without_tagmanifest().after(|files| {
                let text =
                    [b"\xFF\xFE".to_vec(), encode(&format!("{}  data/x\n", super::bag::sum("md5", b"x")), "UTF-16LE")]
                        .concat();
                files.insert("manifest-md5.txt".into(), text);
            }),
            Valid,
            Agrees,
        ),
        Case::new("0.97 in UTF-32", named("UTF-32", "data/x"), Invalid(BAGIT, "кодировка"), Laxer("it reads UTF-32")),
        Case::new("1.0 a mark in a manifest", marked("manifest-md5.txt"), Warned("manifest-md5.txt", "BOM"), Agrees),
        Case::new("1.0 a mark in bag-info.txt", marked(INFO), Warned(INFO, "BOM"), Agrees),
        Case::new(
            "0.97 bytes that are no UTF-8",
            spoilt("UTF-8", b"\xff\xff  data/x\n"),
            Invalid("manifest-md5.txt", "кодировке"),
            Agrees,
        ),
        Case::new(
            "0.97 bytes that are no ASCII",
            spoilt("US-ASCII", b"\xff\xff  data/x\n"),
            Invalid("manifest-md5.txt", "кодировке"),
            Agrees,
        ),
        Case::new(
            "0.97 half a character of UTF-16",
            spoilt("UTF-16", b"\xFE\xFF\x00a\x00"),
            Invalid("manifest-md5.txt", "кодировке"),
            Agrees,
        ),
    ]);
    cases
}
