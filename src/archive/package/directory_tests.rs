use std::io::{Cursor, Write};

use super::*;
use proptest::prelude::*;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn why(bytes: &[u8]) -> String {
    read(&mut Cursor::new(bytes)).unwrap().err().unwrap_or_default()
}

/// A member of a zip that is put together by hand: what its header says, and what the directory says of it.
struct Hand {
    name: &'static [u8],
    local_name: Option<&'static [u8]>,
    content: Vec<u8>,
    bytes: u32,
    method: u16,
    /// Where the directory says that it begins; behind the last one, where it does not.
    at: Option<u32>,
    attributes: u32,
}

impl Hand {
    fn stored(name: &'static str) -> Self {
        let (name, content) = (name.as_bytes(), b"content".to_vec());
        Self { name, local_name: None, bytes: 7, content, method: STORED, at: None, attributes: PLAIN << 16 }
    }

    fn zip(members: &[Self]) -> Vec<u8> {
        let (mut zip, mut directory) = (Vec::new(), Vec::new());
        for member in members {
            let at = member.at.unwrap_or(zip.len() as u32);
            let packed = member.content.len() as u32;
            let middle = |name: &[u8]| {
                let sizes = [0_u32.to_le_bytes(), packed.to_le_bytes(), member.bytes.to_le_bytes()].concat();
                let head = [0, member.method, 0, 0].map(u16::to_le_bytes).concat();
                [head, sizes, [name.len() as u16, 0].map(u16::to_le_bytes).concat()].concat()
            };
            let local = member.local_name.unwrap_or(member.name);
            zip.extend([LOCAL, &20_u16.to_le_bytes(), &middle(local), local, &member.content].concat());
            let (made_by, tail) = ([20, UNIX], [0_u8; 6]);
            let place = [member.attributes.to_le_bytes(), at.to_le_bytes()].concat();
            directory.extend(
                [CENTRAL, &made_by, &20_u16.to_le_bytes(), &middle(member.name), &tail, &place, member.name].concat(),
            );
        }
        let counts = [0, 0, members.len() as u16, members.len() as u16].map(u16::to_le_bytes).concat();
        let place = [directory.len() as u32, zip.len() as u32].map(u32::to_le_bytes).concat();
        [zip, directory, END.to_vec(), counts, place, vec![0; 2]].concat()
    }
}

#[test]
fn a_zip_as_programs_write_it_is_believed() {
    let bytes = zipped(&[("a.csv", "а,б\n".repeat(500).as_bytes()), ("book/7А.pdf", b""), ("SHA256SUMS", b"x")]);
    let entries = read(&mut Cursor::new(&bytes)).unwrap().unwrap();
    let sizes: Vec<_> = entries.iter().map(|entry| (entry.path.as_str(), entry.bytes)).collect();
    assert_eq!(sizes, [("a.csv", 3000), ("book/7А.pdf", 0), ("SHA256SUMS", 1)]);
    assert_eq!(why(&zipped(&[])), "");
    assert_eq!(why(&Hand::zip(&[Hand::stored("a"), Hand::stored("b/c")])), "");
    let large = SimpleFileOptions::default().large_file(true).compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("large", large).unwrap();
    zip.write_all(b"not that large").unwrap();
    assert_eq!(why(&zip.finish().unwrap().into_inner()), "");
    let streamed = ZipWriter::new_stream(Vec::new());
    let mut zip = streamed;
    for (name, options) in [("a", SimpleFileOptions::default()), ("b", large)] {
        zip.start_file(name, options).unwrap();
        zip.write_all(b"sizes that follow").unwrap();
    }
    assert_eq!(why(&zip.finish().unwrap().into_inner()), "");
}

#[test]
fn members_that_lie_over_one_another_are_not_believed() {
    // Every member of the directory is the same megabyte of zeros, as in a zip of 4 MB that claims 11 TiB.
    let over = |name| Hand { at: Some(0), ..Hand::stored(name) };
    assert!(why(&Hand::zip(&[Hand::stored("a"), over("b"), over("c")])).contains("поверх"));
    // And a member that reaches into the next: quoted headers, as in Fifield's bomb.
    let mut quoting = Hand::zip(&[Hand::stored("a"), Hand::stored("b")]);
    let central = quoting.windows(4).position(|bytes| bytes == CENTRAL).unwrap();
    for at in [18, 22, central + 20, central + 24] {
        quoting[at] += 9;
    }
    assert!(why(&quoting).contains("поверх"), "{}", why(&quoting));
}

#[test]
fn a_size_that_deflate_cannot_reach_is_not_believed() {
    let member = |content: usize, bytes| {
        Hand::zip(&[Hand { content: vec![0; content], bytes, method: DEFLATED, ..Hand::stored("a") }])
    };
    assert_eq!(why(&member(10, 10_320)), "");
    assert!(why(&member(10, 10_321)).contains("не распаковать"));
    assert!(why(&member(1000, u32::MAX - 1)).contains("не распаковать"));
    assert!(why(&Hand::zip(&[Hand { bytes: 8, ..Hand::stored("a") }])).contains("не сходятся"));
}

#[test]
fn a_name_given_twice_or_that_leaves_the_folder_is_refused() {
    for (one, two) in [("a", "a"), ("a", "A"), ("й", "и\u{306}"), ("x/a", "X/a")] {
        assert!(why(&Hand::zip(&[Hand::stored(one), Hand::stored(two)])).contains("дважды"), "{one} {two}");
    }
    for name in ["/etc/passwd", "../x", "a/../../x", "a\\b", "C:/x", "", "folder/", "~/x", "a\0b", "./x"] {
        assert!(!why(&Hand::zip(&[Hand::stored(name)])).is_empty(), "{name}");
    }
    assert!(why(&Hand::zip(&[Hand { name: b"a\xff", ..Hand::stored("a") }])).contains("UTF-8"));
}

#[test]
fn links_devices_and_pipes_are_refused() {
    for kind in [0o120_000_u32, 0o060_000, 0o020_000, 0o010_000, 0o140_000, 0o040_000] {
        let member = Hand { attributes: (kind | 0o777) << 16, ..Hand::stored("a") };
        assert!(why(&Hand::zip(&[member])).contains("ссылка"), "{kind:o}");
    }
    for kind in [0, PLAIN] {
        assert_eq!(why(&Hand::zip(&[Hand { attributes: (kind | 0o644) << 16, ..Hand::stored("a") }])), "");
    }
}

#[test]
fn a_header_that_says_otherwise_than_the_directory_is_refused() {
    let other = Hand { local_name: Some(b"b"), ..Hand::stored("a") };
    assert!(why(&Hand::zip(&[other])).contains("не сходится"));
    let sound = Hand::zip(&[Hand::stored("a")]);
    // Signature, flags, method, CRC, both sizes and the length of the name, before the member.
    for at in [0, 6, 8, 14, 18, 22, 26] {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        assert!(!why(&bytes).is_empty(), "{at}");
    }
}

#[test]
fn an_end_that_claims_too_much_is_not_read() {
    let sound = Hand::zip(&[Hand::stored("a")]);
    let end = sound.len() - 22;
    for (at, value) in [(end + 10, 2), (end + 8, 2), (end + 4, 1), (end + 12, 1), (end + 16, 1), (end + 20, 1)] {
        let mut bytes = sound.clone();
        bytes[at] = bytes[at].wrapping_add(value);
        assert!(!why(&bytes).is_empty(), "{at}");
    }
    assert!(!why(&[sound.clone(), b"more".to_vec()].concat()).is_empty());
    assert!(!why(&[b"before".to_vec(), sound].concat()).is_empty());
    // Sixteen million members, by the record of 64 bits.
    let members = (1_u64 << 24).to_le_bytes();
    let wide = [END_64, &44_u64.to_le_bytes(), &[0; 12], &members, &members, &[0; 16]].concat();
    let locator = [LOCATOR_64, &[0; 12], &1_u32.to_le_bytes()].concat();
    let bytes = [wide, locator, END.to_vec(), vec![0; 4], vec![0xFF; 12], vec![0; 2]].concat();
    assert!(why(&bytes).contains("столько не бывает"), "{}", why(&bytes));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(at in 0_usize..400, bytes in proptest::collection::vec(any::<u8>(), 0..40), cut in 0_usize..400) {
        let mut zip = zipped(&[("a", b"content"), ("b", &[7; 90])]);
        let at = at.min(zip.len());
        zip.splice(at..at, bytes);
        zip.truncate(zip.len().saturating_sub(cut));
        let _ = read(&mut Cursor::new(zip));
    }
}
