use super::*;
use crate::error::Warning;
use proptest::prelude::*;

static SHAPE: Shape = Shape { file: "t.csv", columns: &["Класс", "Учитель", "Ещё"], required: 2 };

fn read(bytes: &[u8]) -> (Vec<Vec<String>>, Faults) {
    let mut faults = Faults::default();
    let table = Table::parse(bytes, &SHAPE, &mut faults);
    let split = |fields: String| fields.split(BETWEEN).map(str::to_owned).collect();
    (table.map(|t| t.lines.into_iter().map(|(_, fields)| split(fields)).collect()).unwrap_or_default(), faults)
}

#[test]
fn separators_encodings_and_order_of_columns_do_not_matter() {
    let expected = vec![vec!["7А".to_owned(), "Иванова".to_owned(), "да".to_owned()]];
    let text = "учитель (логин);еще;КЛАСС\nИванова;да;7А\n";
    let (utf16, _, _) = encoding_rs::UTF_16LE.encode(text);
    assert_eq!(utf16.len(), text.len(), "the web's UTF-16 encoder writes UTF-8");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (cp1251, _, _) = encoding_rs::WINDOWS_1251.encode(text);
    for bytes in [
        text.as_bytes().to_vec(),
        text.replace(';', ",").into_bytes(),
        text.replace(';', "\t").into_bytes(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        cp1251.into_owned(),
        utf16,
        text.replace('\n', "\r\n").into_bytes(),
    ] {
        let (lines, faults) = read(&bytes);
        assert_eq!((lines, faults.list), (expected.clone(), vec![]));
    }
}

#[test]
fn faults_of_form_name_their_place() {
    let (_, faults) = read("Класс;Имя\n".as_bytes());
    assert_eq!(faults.list[0].to_string(), "t.csv, строка 1: нет столбцов: «Учитель»");
    assert_eq!(faults.warnings, [Warning::from("t.csv: столбец 2 «Имя» не используется")]);
    let (_, faults) = read("Класс;Учитель\n\n7А\n".as_bytes());
    assert_eq!(faults.list[0].to_string(), "t.csv, строка 3: в строке 1 столбец, а в заголовке 2");
    let (_, faults) = read("Класс;Учитель\n7А;\u{1}\n".as_bytes());
    assert_eq!(faults.list[0].to_string(), "t.csv, строка 2, столбец 2 «Учитель»: символ U+0001 нельзя напечатать");
    let (_, faults) = read(b"");
    assert!(faults.list[0].to_string().contains("файл пуст"));
    let (_, faults) = read(b"\xff\xfe\x00\xd8\n");
    assert!(faults.list[0].to_string().contains("кодировка"), "half a surrogate pair");
    for foreign in [&b"%PDF-1.7\n%\xe2\xe3\n\"1 0 obj"[..], b"Wave\0\xff\"\n"] {
        let (_, faults) = read(foreign);
        assert_eq!(faults.list[0].to_string(), "t.csv: это не таблица; сохраните её как CSV, XLSX или ODS");
    }
}

#[test]
fn a_table_of_too_many_rows_is_refused_in_seconds() {
    let text = format!("Класс;Учитель\n{}", "7А;и\n".repeat(usize::try_from(ROWS).unwrap()));
    let (lines, faults) = read(text.as_bytes());
    assert_eq!((lines.len(), faults.list.len()), (0, 1));
    assert!(faults.list[0].to_string().contains("больше 1048576 строк"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
        read(&[b"\xd0\x9a;\xd0\xa3\n".as_slice(), &bytes].concat());
    }
}
