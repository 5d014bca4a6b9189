//! A subject's spread read from paper by the places of its words: nothing is known here of how it was set.

use super::pages::{Word, middle, read, side_by_side};

/// How far the middle of a text may lie from the middle of its column or row, in points.
const OFF: f32 = 1.2;

/// Months as they stand over dates, in full and shortened.
pub const MONTHS: [[&str; 2]; 12] = [
    ["январь", "янв."],
    ["февраль", "февр."],
    ["март", "март"],
    ["апрель", "апр."],
    ["май", "май"],
    ["июнь", "июнь"],
    ["июль", "июль"],
    ["август", "авг."],
    ["сентябрь", "сент."],
    ["октябрь", "окт."],
    ["ноябрь", "нояб."],
    ["декабрь", "дек."],
];

/// A left page.
pub struct Left {
    /// Subject, class and hours, as the heading has them.
    pub heading: String,
    /// The tables below it: a small group has two, one above the other.
    pub blocks: Vec<Block>,
}

/// Dates and final marks side by side over the rows of the pupils.
pub struct Block {
    /// The months over the dates, from left to right.
    pub months: Vec<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// A column of marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// A lesson's, by the day of the month.
    Day(u32),
    /// Final marks', by its heading.
    Final(String),
}

/// A pupil's row.
pub struct Row {
    /// The name and what stands beside it.
    pub name: String,
    /// A text a column, empty where nothing stands.
    pub cells: Vec<String>,
}

/// Reads a page, if it is a left one.
pub fn left(words: &[Word]) -> Option<Left> {
    words.iter().find(|word| word.text == "предмета:")?;
    let page_left = words.iter().find(|word| word.text == "Наименование").unwrap().left();
    // Each table begins with the heading of its numbers, in two lines.
    let below = |number: &Word| {
        words.iter().find(|word| {
            word.text == "п/п"
                && (word.across() - number.across()).abs() < OFF
                && (0.0..20.0).contains(&(word.top() - number.top()))
        })
    };
    let mut numbers: Vec<(&Word, &Word)> =
        words.iter().filter(|word| word.text == "№").filter_map(|word| Some((word, below(word)?))).collect();
    numbers.sort_by(|a, b| a.0.top().total_cmp(&b.0.top()));
    let tops: Vec<f32> = numbers.iter().map(|(number, _)| number.top() - 8.0).chain([f32::MAX]).collect();
    let heading = read(&words.iter().filter(|word| word.down() < tops[0]).collect::<Vec<_>>());
    let block = |((number, foot), span): (&(&Word, &Word), &[f32])| {
        let words: Vec<Word> = words.iter().filter(|word| (span[0]..span[1]).contains(&word.down())).cloned().collect();
        block(&words, number, foot.bottom() + 1.0, page_left)
    };
    Some(Left { heading, blocks: numbers.iter().zip(tops.windows(2)).map(block).collect() })
}

/// Reads a table of which these are the words, notes below it included.
fn block(words: &[Word], number: &Word, head_bottom: f32, page_left: f32) -> Block {
    let head_top = number.top() - 8.0;
    // The heading of the names stands in the middle of their column, which begins where that of the numbers ends.
    let head: Vec<&Word> = words.iter().filter(|word| (head_top..head_bottom).contains(&word.down())).collect();
    let of_names: Vec<&Word> =
        head.iter().copied().filter(|w| ["Фамилия,", "имя", "обучающегося"].contains(&w.text.as_str())).collect();
    let names_left = 2.0 * number.across() - page_left;
    let names_right = 2.0 * middle(&of_names) - names_left;

    let (months, columns) = columns(head.into_iter().filter(|word| word.left() > names_right).collect());
    let numbers = words.iter().filter(|w| w.down() > head_bottom && (w.across() - number.across()).abs() < OFF);
    let mut numbers: Vec<&Word> = numbers.filter(|word| word.is_number()).collect();
    numbers.sort_by(|a, b| a.top().total_cmp(&b.top()));
    for (index, number) in numbers.iter().enumerate() {
        assert_eq!(number.text, (index + 1).to_string(), "the pupils are numbered");
    }
    let table_bottom = numbers.last().expect("a pupil").down() + 6.0;
    let body = words.iter().filter(|word| (head_bottom..table_bottom).contains(&word.down()));
    let mut places: Vec<RowOnPaper> = numbers.iter().map(|_| RowOnPaper::new(columns.len())).collect();
    for word in body.filter(|word| word.left() > names_left - 1.0) {
        let row = nearest(numbers.iter().map(|number| number.down()), word.down());
        if word.left() < names_right {
            places[row].name.push(word);
        } else {
            assert!((word.down() - numbers[row].down()).abs() < OFF, "{word:?} stands between rows");
            places[row].cells[nearest(columns.iter().map(|(_, at)| *at), word.across())].push(word);
        }
    }
    let rows = places.iter().map(|place| place.read(&columns)).collect();
    Block { months, columns: columns.into_iter().map(|(column, _)| column).collect(), rows }
}

/// The words of a row.
struct RowOnPaper<'a> {
    name: Vec<&'a Word>,
    cells: Vec<Vec<&'a Word>>,
}

impl RowOnPaper<'_> {
    fn new(columns: usize) -> Self {
        Self { name: Vec::new(), cells: vec![Vec::new(); columns] }
    }

    fn read(&self, columns: &[(Column, f32)]) -> Row {
        for (words, (column, at)) in self.cells.iter().zip(columns) {
            let off = if words.is_empty() { 0.0 } else { middle(words) - at };
            assert!(off.abs() < OFF, "{words:?} stands {off} pt beside the middle of {column:?}");
        }
        Row { name: read(&self.name), cells: self.cells.iter().map(|words| read(words)).collect() }
    }
}

/// The months, and the columns with their middles, from the words of the heading right of the names.
fn columns(head: Vec<&Word>) -> (Vec<String>, Vec<(Column, f32)>) {
    let (days, others): (Vec<&Word>, Vec<&Word>) = head.into_iter().partition(|word| word.is_number());
    let is_month = |word: &&Word| MONTHS.iter().flatten().any(|name| *name == word.text);
    let (mut months, finals): (Vec<&Word>, Vec<&Word>) = others.into_iter().partition(is_month);
    months.sort_by(|a, b| a.left().total_cmp(&b.left()));
    let mut columns: Vec<(Column, f32)> =
        days.iter().map(|word| (Column::Day(word.text.parse().unwrap()), word.across())).collect();
    for heading in side_by_side(finals, 3.0) {
        // A full stop that is kerned under its letter is read as a word of its own.
        columns.push((Column::Final(read(&heading).replace(" .", ".")), middle(&heading)));
    }
    columns.sort_by(|a, b| a.1.total_cmp(&b.1));
    (months.into_iter().map(|word| word.text.clone()).collect(), columns)
}

fn nearest(places: impl Iterator<Item = f32>, at: f32) -> usize {
    let distances = places.map(|place| (place - at).abs()).enumerate();
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).expect("there is a column").0
}

/// The lessons of a right page: day and month as printed, and which lesson of the day.
pub fn right(words: &[Word]) -> Vec<(String, u32)> {
    let day = words.iter().find(|word| word.text == "месяц").expect("a right page").across();
    let lesson = words.iter().find(|word| word.text == "урока").expect("a right page").across();
    let is_day = |word: &&Word| (word.across() - day).abs() < OFF && word.text.len() == 5 && word.text.contains('.');
    let mut days: Vec<&Word> = words.iter().filter(is_day).collect();
    days.sort_by(|a, b| a.top().total_cmp(&b.top()));
    let beside = |day: &Word| {
        let in_row = words.iter().filter(|w| (w.top() - day.top()).abs() < OFF && (w.across() - lesson).abs() < OFF);
        in_row.map(|word| word.text.parse().unwrap()).next().expect("a number of the lesson")
    };
    days.iter().map(|day| (day.text.clone(), beside(day))).collect()
}
