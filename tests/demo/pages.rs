//! Words on paper and where they stand, as `pdftotext` finds them.

use crate::common::peers::Peer;
use std::path::Path;

/// A word with its box, in points from the upper left corner of the page.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    x: (f32, f32),
    y: (f32, f32),
}

impl Word {
    pub fn left(&self) -> f32 {
        self.x.0
    }

    pub fn top(&self) -> f32 {
        self.y.0
    }

    pub fn bottom(&self) -> f32 {
        self.y.1
    }

    /// The middle across the page.
    pub fn across(&self) -> f32 {
        f32::midpoint(self.x.0, self.x.1)
    }

    /// The middle down the page.
    pub fn down(&self) -> f32 {
        f32::midpoint(self.y.0, self.y.1)
    }

    pub fn is_number(&self) -> bool {
        self.text.chars().all(|c| c.is_ascii_digit())
    }
}

/// The words of every page of a file.
pub fn words(pdftotext: &Peer, pdf: &Path) -> Vec<Vec<Word>> {
    let output = pdftotext.run(["-bbox".as_ref(), pdf.as_os_str(), "-".as_ref()], Path::new("."));
    assert_eq!(output.code, Some(0), "{output}");
    let mut pages = Vec::new();
    for line in output.stdout.lines().map(str::trim) {
        if line.starts_with("<page ") {
            pages.push(Vec::new());
        } else if line.starts_with("<word ") {
            pages.last_mut().unwrap().push(word(line));
        }
    }
    pages
}

fn word(line: &str) -> Word {
    let number = |name: &str| -> f32 {
        let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let (_, text) = line.split_once('>').unwrap();
    let text = text.strip_suffix("</word>").unwrap();
    let text = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    Word { text, x: (number("xMin"), number("xMax")), y: (number("yMin"), number("yMax")) }
}

/// Words line by line as one reads them, a blank between two.
pub fn read(words: &[&Word]) -> String {
    let mut words = words.to_vec();
    words
        .sort_by(|a, b| ((a.top() * 2.0).round(), a.left()).partial_cmp(&((b.top() * 2.0).round(), b.left())).unwrap());
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The middle of words that stand side by side.
pub fn middle(words: &[&Word]) -> f32 {
    let left = words.iter().map(|word| word.x.0).fold(f32::MAX, f32::min);
    let right = words.iter().map(|word| word.x.1).fold(f32::MIN, f32::max);
    f32::midpoint(left, right)
}

/// Words in groups that stand over each other or closer side by side than `gap`, from left to right.
pub fn side_by_side(mut words: Vec<&Word>, gap: f32) -> Vec<Vec<&Word>> {
    words.sort_by(|a, b| a.left().total_cmp(&b.left()));
    let mut groups: Vec<Vec<&Word>> = Vec::new();
    let mut right = f32::MIN;
    for word in words {
        match groups.last_mut() {
            Some(group) if word.x.0 < right + gap => group.push(word),
            _ => groups.push(vec![word]),
        }
        right = right.max(word.x.1);
    }
    groups
}
