//! Manifests: which files they must list, and how.

use super::bag::{Agrees, Bag, Case, Invalid, Laxer, Stricter, VERSIONS, Valid, Warned, combinations, sum};

const MD5: &str = "manifest-md5.txt";
const MERGED: &str = "it takes all payload manifests together";
const TAGS: &str = "it does not ask what a tag manifest lists";
const NO_TAGS: &str = "it reads tag manifests since 0.97 only";

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for version in VERSIONS {
        for algorithms in combinations() {
            let name = format!("{version} valid with {}", algorithms.join(" and "));
            cases.push(Case::new(name, Bag::new(version).listed_by(&algorithms), Valid, Agrees));
        }
    }
    cases.extend(["sha224", "sha384"].map(|algorithm| {
        Case::new(format!("1.0 valid with {algorithm}"), Bag::new("1.0").listed_by(&[algorithm]), Valid, Agrees)
    }));
    cases.extend(completeness());
    cases.extend(lines());
    cases.extend(paths());
    cases.extend(percent());
    cases.extend(tag_manifests());
    cases
}

fn completeness() -> Vec<Case> {
    let both = |version: &str| Bag::new(version).listed_by(&["md5", "sha1"]);
    let in_one = |version: &str| {
        both(version).manifest("manifest-sha1.txt", |text| text.lines().next().unwrap().to_owned() + "\n")
    };
    let mut cases = vec![
        Case::new(
            "1.0 a file in one of two manifests",
            in_one("1.0"),
            Invalid("data/folder/b.bin", "manifest-sha1.txt"),
            Laxer(MERGED),
        ),
        Case::new("0.97 a file in one of two manifests", in_one("0.97"), Valid, Agrees),
        Case::new("0.93 a file in one of two manifests", in_one("0.93"), Valid, Agrees),
        Case::new(
            "1.0 one manifest of two has a wrong sum",
            both("1.0").manifest("manifest-sha1.txt", |text| format!("{}{}", "0".repeat(40), &text[40..])),
            Invalid("data/a.txt", "manifest-sha1.txt"),
            Agrees,
        ),
        Case::new(
            "1.0 an unknown algorithm beside a known one",
            Bag::new("1.0")
                .after(|files| {
                    drop(files.insert("manifest-sum9.txt".into(), b"1f  data/a.txt\n1f  data/folder/b.bin\n".to_vec()))
                })
                .without_tagmanifest(),
            Warned("manifest-sum9.txt", "не поддерживается"),
            Agrees,
        ),
        Case::new(
            "1.0 an unknown algorithm alone",
            Bag::new("1.0").without_tagmanifest().after(|files| {
                files.remove(MD5);
                files.insert("manifest-sum9.txt".into(), b"1f  data/a.txt\n1f  data/folder/b.bin\n".to_vec());
            }),
            Invalid("", "алгоритмы"),
            Agrees,
        ),
        Case::new(
            "0.97 an algorithm in capitals",
            Bag::new("0.97").without_tagmanifest().after(|files| {
                let list = files.remove(MD5).unwrap();
                files.insert("manifest-MD5.txt".into(), list);
            }),
            Valid,
            Stricter("it knows names in small letters only"),
        ),
    ];
    for version in ["0.93", "0.97", "1.0"] {
        let case = |what: &str, bag: Bag, expected| Case::new(format!("{version} {what}"), bag, expected, Agrees);
        let new = || Bag::new(version);
        cases.extend([
            case(
                "a file is missing",
                new().after(|files| drop(files.remove("data/a.txt"))),
                Invalid("data/a.txt", "отсутствует"),
            ),
            case(
                "an unlisted file",
                new().after(|files| drop(files.insert("data/c".into(), vec![]))),
                Invalid("data/c", "лишний"),
            ),
            case(
                "a hidden unlisted file",
                new().after(|files| drop(files.insert("data/.c".into(), vec![]))),
                Invalid("data/.c", "лишний"),
            ),
            case(
                "a changed file",
                new().after(|files| drop(files.insert("data/a.txt".into(), b"A text\n".to_vec()))),
                Invalid("data/a.txt", "изменилось"),
            ),
            case(
                "no manifest",
                new().without_tagmanifest().after(|files| drop(files.remove(MD5))),
                Invalid("", "нет ни одного списка"),
            ),
            case(
                "no payload folder",
                Bag::bare(version).on_disk(|root| std::fs::remove_dir(root.join("data")).unwrap()),
                Invalid("data", "папки нет"),
            ),
            case("an empty payload", Bag::bare(version), Valid),
        ]);
    }
    cases
}

fn lines() -> Vec<Case> {
    let with = |version: &str, change: fn(&str) -> String| Bag::new(version).manifest(MD5, change);
    let star = |text: &str| text.replace("  ", " *");
    let end = |end: &'static str| Bag::new("1.0").manifest(MD5, move |text| text.replace('\n', end));
    let twice = |text: &str| format!("{text}{}\n", text.lines().next().unwrap());
    let conflict = |text: &str| format!("{text}{}  data/a.txt\n", "0".repeat(32));
    vec![
        Case::new("0.93 md5sum's mark", with("0.93", star), Valid, Agrees),
        Case::new("0.97 md5sum's mark", with("0.97", star), Valid, Agrees),
        Case::new("1.0 md5sum's mark", with("1.0", star), Warned(MD5, "md5sum"), Agrees),
        Case::new("0.96 a tab", with("0.96", |text| text.replace("  ", "\t")), Valid, Agrees),
        Case::new("1.0 many blanks", with("1.0", |text| text.replace("  ", " \t   ")), Valid, Agrees),
        Case::new("1.0 one blank", with("1.0", |text| text.replace("  ", " ")), Valid, Agrees),
        Case::new("1.0 CR LF", end("\r\n"), Valid, Agrees),
        Case::new("1.0 CR", end("\r"), Valid, Agrees),
        Case::new("1.0 no end of the last line", with("1.0", |text| text.trim_end().to_owned()), Valid, Agrees),
        Case::new("1.0 an empty line", with("1.0", |text| format!("{text}\n")), Valid, Agrees),
        Case::new(
            "1.0 sums in capitals",
            with("1.0", |text| {
                text.lines().map(|line| format!("{}{}\n", line[..32].to_uppercase(), &line[32..])).collect()
            }),
            Valid,
            Agrees,
        ),
        Case::new(
            "1.0 a sum too short",
            with("1.0", |text| text[1..].to_owned()),
            Invalid(MD5, "32 шестнадцатеричных"),
            Agrees,
        ),
        Case::new(
            "1.0 a sum that is no number",
            with("1.0", |text| format!("g{}", &text[1..])),
            Invalid(MD5, "строка 1"),
            Agrees,
        ),
        Case::new(
            "1.0 a line without a name",
            with("1.0", |text| format!("{text}{}\n", "0".repeat(32))),
            Invalid(MD5, "строка 3: нет имени"),
            Laxer("it passes over such lines"),
        ),
        Case::new(
            "1.0 a comment",
            with("1.0", |text| format!("# comment\n{text}")),
            Invalid(MD5, "строка 1"),
            Laxer("it passes over comments"),
        ),
        Case::new("1.0 a file listed twice", with("1.0", twice), Invalid(MD5, "дважды"), Agrees),
        Case::new("0.97 a file listed twice", with("0.97", twice), Warned(MD5, "дважды"), Agrees),
        Case::new("1.0 a file listed twice with two sums", with("1.0", conflict), Invalid(MD5, "суммы разные"), Agrees),
        Case::new(
            "0.97 a file listed twice with two sums",
            with("0.97", conflict),
            Invalid(MD5, "суммы разные"),
            Agrees,
        ),
    ]
}

fn paths() -> Vec<Case> {
    let outside = b"outside\n";
    let mut cases = Vec::new();
    for version in ["0.97", "1.0"] {
        for (path, word, peer) in [
            ("../outside.txt", "выходит", Agrees),
            ("data/../../outside.txt", "выходит", Agrees),
            ("/etc/hostname", "от корня", Agrees),
            ("~/outside.txt", "«~»", Agrees),
            ("C:/outside.txt", "буквой диска", Agrees),
            ("C:\\outside.txt", "недопустимый знак", Agrees),
            ("\\\\server\\share\\outside.txt", "недопустимый знак", Agrees),
            ("..\\outside.txt", "недопустимый знак", Agrees),
            ("data/folder/../outside.txt", "выходит", Agrees),
        ] {
            cases.push(Case::new(
                format!("{version} lists {path}"),
                Bag::new(version).line(path, outside),
                Invalid(MD5, word),
                peer,
            ));
            let tagged = Bag::new(version).after(move |files| {
                let list = files.get_mut("tagmanifest-md5.txt").unwrap();
                list.extend(format!("{}  {path}\n", sum("md5", outside)).bytes());
            });
            cases.push(Case::new(
                format!("{version} tag manifest lists {path}"),
                tagged,
                Invalid("tagmanifest-md5.txt", word),
                peer,
            ));
        }
    }
    let respelt = |version: &str, path: &'static str| {
        Bag::new(version).manifest(MD5, move |text| text.replace("data/a.txt", path))
    };
    let laxer = Laxer("it makes paths plain before it looks");
    cases.extend([
        Case::new("1.0 a path with .", respelt("1.0", "./data/a.txt"), Invalid(MD5, "неоднозначно"), laxer),
        Case::new("0.97 a path with .", respelt("0.97", "./data/a.txt"), Warned(MD5, "«./»"), Agrees),
        Case::new("1.0 a path with ..", respelt("1.0", "data/folder/../a.txt"), Invalid(MD5, "неоднозначно"), laxer),
        Case::new("1.0 a path with //", respelt("1.0", "data//a.txt"), Invalid(MD5, "неоднозначно"), laxer),
        Case::new(
            "1.0 a tag file in a payload manifest",
            respelt_tag("1.0"),
            Invalid(MD5, "вне папки data"),
            Laxer("it does not ask where a listed file lies"),
        ),
        Case::new("0.97 a tag file in a payload manifest", respelt_tag("0.97"), Warned(MD5, "вне папки data"), Agrees),
    ]);
    cases
}

fn respelt_tag(version: &str) -> Bag {
    Bag::new(version).without_tagmanifest().tag("notes.txt", b"notes\n").line("notes.txt", b"notes\n")
}

fn percent() -> Vec<Case> {
    let named = |version: &str, name: &str| Bag::bare(version).payload(name, b"x");
    let raw = |version: &str, name: &str, from: &'static str, to: &'static str| {
        named(version, name).manifest(MD5, move |text| text.replace(from, to))
    };
    vec![
        Case::new("1.0 %25", named("1.0", "data/100%"), Valid, Stricter("it does not decode %25")),
        Case::new(
            "1.0 a bare percent sign",
            raw("1.0", "data/100%", "%25", "%"),
            Invalid(MD5, "%25"),
            Laxer("it does not ask"),
        ),
        Case::new("1.0 another character encoded", raw("1.0", "data/a b", " b", "%20b"), Invalid(MD5, "%25"), Agrees),
        Case::new("1.0 %0A", named("1.0", "data/a\nb"), Valid, Agrees),
        Case::new("1.0 %0a", raw("1.0", "data/a\nb", "%0A", "%0a"), Valid, Stricter("it decodes capitals only")),
        Case::new("0.97 %0A", named("0.97", "data/a\nb"), Valid, Agrees),
        Case::new("0.97 a percent sign", named("0.97", "data/100%25"), Valid, Agrees),
        Case::new("0.97 a name that only looks encoded", named("0.97", "data/a%0Ab"), Valid, Stricter("it decodes it")),
    ]
}

fn tag_manifests() -> Vec<Case> {
    const TAG: &str = "tagmanifest-md5.txt";
    let mut cases = vec![Case::new("1.0 no tag manifest", Bag::new("1.0").without_tagmanifest(), Valid, Agrees)];
    for version in VERSIONS {
        let peer = if version >= "0.97" { Agrees } else { Laxer(NO_TAGS) };
        let notes = || Bag::new(version).tag("notes/notes.md", b"notes\n");
        let case = |what: &str, bag, expected, peer| Case::new(format!("{version} {what}"), bag, expected, peer);
        cases.extend([
            case("another tag file", notes(), Valid, Agrees),
            case(
                "a tag file that is missing",
                notes().after(|files| drop(files.remove("notes/notes.md"))),
                Invalid("notes/notes.md", "отсутствует"),
                peer,
            ),
            case(
                "a tag file that changed",
                notes().after(|files| drop(files.insert("notes/notes.md".into(), vec![]))),
                Invalid("notes/notes.md", "изменилось"),
                peer,
            ),
            case(
                "an unlisted tag file",
                Bag::new(version).after(|files| drop(files.insert("notes.md".into(), vec![]))),
                Valid,
                Agrees,
            ),
        ]);
    }
    let payload = |version: &str| {
        Bag::new(version).after(|files| {
            files.get_mut(TAG).unwrap().extend(format!("{}  data/a.txt\n", sum("md5", b"a text\n")).bytes())
        })
    };
    let itself = |version: &str| {
        Bag::new(version).listed_by(&["md5", "sha1"]).after(|files| {
            let line = format!("{}  tagmanifest-sha1.txt\n", sum("md5", &files["tagmanifest-sha1.txt"]));
            files.get_mut(TAG).unwrap().extend(line.bytes());
        })
    };
    let without = |version: &str| {
        Bag::new(version).after(|files| {
            let text = String::from_utf8(files[TAG].clone()).unwrap();
            let kept: String =
                text.lines().filter(|line| !line.ends_with(MD5)).map(|line| format!("{line}\n")).collect();
            files.insert(TAG.into(), kept.into_bytes());
        })
    };
    cases.extend([
        Case::new("1.0 a tag manifest lists payload", payload("1.0"), Invalid(TAG, "из папки data"), Agrees),
        Case::new("0.97 a tag manifest lists payload", payload("0.97"), Warned(TAG, "из папки data"), Agrees),
        Case::new(
            "1.0 a tag manifest lists a tag manifest",
            itself("1.0"),
            Invalid(TAG, "такой же список"),
            Laxer(TAGS),
        ),
        Case::new("0.97 a tag manifest lists a tag manifest", itself("0.97"), Warned(TAG, "такой же список"), Agrees),
        Case::new(
            "1.0 a tag manifest lists no payload manifest",
            without("1.0"),
            Invalid(TAG, "не называет списка"),
            Laxer(TAGS),
        ),
        Case::new(
            "0.97 a tag manifest lists no payload manifest",
            without("0.97"),
            Warned(TAG, "не называет списка"),
            Agrees,
        ),
    ]);
    cases
}
