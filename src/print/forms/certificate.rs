//! The certificate (лист-заверитель): how many leaves the book has, and below a rule what proves that they are these.
//!
//! Above the rule stands what archives ask for, to be signed by whoever bound the book; cover and certificate are not
//! counted, and the leaves of the list are given apart. Below it the register and the ledger speak.

use super::signatures::CERTIFICATION_HEIGHT;
use super::{Composer, LEAST_BLANK, sans, serif, serif_bold};
use crate::error::{Error, Result};
use crate::journal::read::gaps::ClassGaps;
use crate::journal::read::{self, extraordinary};
use crate::print::layout::Label;
use crate::print::page::{Area, Page};
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row, Table};
use crate::print::typeset::Align;
use crate::print::words::{Gender, counted, number_in_words};
use crate::school::{Day, LeafName, LeafNumber, leaves_listed};

/// What the certificate certifies.
pub(super) struct Certified<'a> {
    /// The document's title.
    pub title: &'a str,
    /// The book's digest as hexadecimal digits, empty in a draft.
    pub digest: String,
    /// Leaves that are counted.
    pub leaves: Counted,
    /// Leaves of the list, which are numbered apart.
    pub list_leaves: u32,
    /// The certificate's own page, the book's last.
    pub page: u32,
}

/// How the leaves of a book count.
pub(super) struct Counted {
    numbers: Vec<LeafNumber>,
}

impl Counted {
    /// Of a book whose leaves are numbered one after another.
    pub fn in_order(leaves: u32) -> Self {
        Self { numbers: (1..=leaves).map(LeafNumber::plain).collect() }
    }

    /// Of a book in which some were replaced, the numbers of its leaves in order.
    pub fn of(numbers: Vec<LeafNumber>) -> Self {
        Self { numbers }
    }

    /// How many there are.
    pub fn leaves(&self) -> u32 {
        self.numbers.len() as u32
    }

    fn first(&self) -> String {
        self.numbers.first().map(ToString::to_string).unwrap_or_default()
    }

    fn last(&self) -> String {
        self.numbers.last().map(ToString::to_string).unwrap_or_default()
    }

    fn lettered(&self) -> String {
        leaves_listed(self.numbers.iter().filter(|leaf| leaf.letter > 0).copied().map(LeafName::Numbered))
    }

    /// The numbers below the last that no leaf has.
    fn skipped(&self) -> String {
        let has = |number: u32| self.numbers.iter().any(|leaf| leaf.number == number && leaf.letter == 0);
        let last = self.numbers.last().map_or(0, |leaf| leaf.number);
        let skipped = (1..=last).filter(|number| !has(*number));
        leaves_listed(skipped.map(|number| LeafName::Numbered(LeafNumber::plain(number))))
    }
}

/// The least height of the table for remarks written by hand, in mm.
const REMARKS: f32 = 32.0;

impl Composer<'_> {
    /// The certificate.
    ///
    /// # Errors
    /// A layout whose wording leaves no room for the signatures.
    pub(super) fn certificate(&self, certified: &Certified<'_>) -> Result<Page> {
        let layout = &self.layouts.book.certificate;
        let (mut page, area) = self.new_page(Orientation::Portrait, certified.page);
        let owned = self.certificate_values(certified);
        let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let heading = serif_bold(layout.heading_size.0);
        let mut y = self.paragraph(&mut page, area, heading, Align::Centre, layout.heading.as_str()) + 4.0;
        for wording in [Some(&layout.leaves), layout.list_leaves.as_ref()].into_iter().flatten() {
            let text = wording.fill(&values);
            y = self.paragraph(&mut page, Area { y, ..area }, serif(layout.size.0), Align::Left, &text) + 2.0;
        }
        y = self.condition_of_the_file(&mut page, Area { y: y + 2.0, ..area }) + 4.0;
        // Nobody signs a draft.
        if !self.context.number.is_empty() {
            y = self.signed_by_binder(&mut page, Area { y, ..area }) + 3.0;
        }
        page.rule((area.x, y), (area.right(), y), self.look.firm);
        y += 3.0;
        if !self.context.number.is_empty() {
            for fact in &layout.facts {
                let text = fact.fill(&values);
                y = self.paragraph(&mut page, Area { y, ..area }, serif(layout.size.0 - 1.0), Align::Left, &text) + 1.2;
            }
            if let Some(text) = self.checkpoint(&layout.checkpoint) {
                y = self.paragraph(&mut page, Area { y, ..area }, serif(layout.size.0 - 1.0), Align::Left, &text) + 1.2;
            }
            let below = Area { y: y + 1.0, ..area };
            y = self.paragraph(&mut page, below, serif(layout.small.0), Align::Left, layout.explanation.as_str());
        }
        let below = Area { y: y + 1.0, h: area.bottom() - y - 1.0, ..area };
        y = self.extraordinary_on_certificate(&mut page, below)?;
        let signing = area.bottom() - CERTIFICATION_HEIGHT - 4.0;
        if y > signing {
            return Err(Error::input("на листе-заверителе не остаётся места для подписей")
                .next("сократите надписи раздела [certificate] макета class-book.toml"));
        }
        // Nothing is written in afterwards.
        if signing - y > LEAST_BLANK {
            page.rule((area.x, signing - 2.0), (area.right(), y + 3.0), self.look.fifth);
        }
        self.certification(&mut page, Area { y: signing, ..area });
        Ok(page)
    }

    /// The table in which whoever binds the book writes what is amiss with it; gives its lower edge, in mm.
    fn condition_of_the_file(&self, page: &mut Page, area: Area) -> f32 {
        let layout = &self.layouts.book.certificate;
        let kind = sans(layout.small.0);
        let widths = vec![area.w - 30.0, 30.0];
        let heads = [&layout.condition, &layout.remarks];
        let head = heads.iter().zip(&widths).map(|(text, width)| self.cell(kind, text.as_str(), *width)).collect();
        let rows = vec![
            Row { cells: head, least: 6.0, fifth: false },
            Row { cells: vec![Cell::empty(), Cell::empty()], least: REMARKS, fifth: false },
        ];
        Table { widths, heads: 1, rows }.draw(page, area.x, area.y, self.look).bottom()
    }

    /// «Чрезвычайные записи», as far as there is room above the signatures; else how many of which kind.
    fn extraordinary_on_certificate(&self, page: &mut Page, area: Area) -> Result<f32> {
        let layout = &self.layouts.book.certificate;
        let text = |label: &Option<Label>| label.as_ref().map(|label| label.as_str().to_owned()).unwrap_or_default();
        let (heading, alone) = (text(&layout.extraordinary), text(&layout.alone));
        let lines = match heading.is_empty() {
            true => Vec::new(),
            false => self.extraordinary(&heading, &alone)?,
        };
        if self.context.number.is_empty() {
            return Ok(area.y);
        }
        let kind = serif(layout.small.0);
        let area = self.closed_with_gaps(page, area)?;
        if lines.is_empty() {
            return Ok(area.y);
        }
        let room = area.bottom() - CERTIFICATION_HEIGHT - 4.0 - area.y;
        let whole = lines.join(" ");
        let text = match self.set.wrap(kind, &whole, area.w).height() <= room {
            true => whole,
            false => {
                let counts = self.extraordinary_counts()?;
                format!("{heading} {counts} {}", text(&layout.further))
            }
        };
        Ok(self.paragraph(page, area, kind, Align::Left, &text))
    }

    /// That the year was closed with gaps, where this class has some: what is left of the area below it.
    fn closed_with_gaps(&self, page: &mut Page, area: Area) -> Result<Area> {
        let Some(closed) = read::closed(self.tables)?.filter(|closed| !closed.reason.is_empty()) else {
            return Ok(area);
        };
        if ClassGaps::all(self.tables, &self.school, &self.data.class, Day::MAX)?.is_empty() {
            return Ok(area);
        }
        let (layout, date) = (&self.layouts.book.certificate, self.day(closed.at));
        let reason = format!("{}.", closed.reason.trim_end_matches('.'));
        let values = [("date", date.as_str()), ("reason", &reason)];
        let kind = serif(layout.small.0);
        let room = area.bottom() - CERTIFICATION_HEIGHT - 4.0 - area.y;
        let whole = layout.closed_with_gaps.fill(&values);
        // Half of the room is left to the extraordinary entries.
        let fits = self.set.wrap(kind, &whole, area.w).height() <= room / 2.0;
        let text = if fits { whole } else { layout.closed_with_gaps_in_short.fill(&values) };
        let y = self.paragraph(page, area, kind, Align::Left, &text) + 1.0;
        Ok(Area { y, h: area.bottom() - y, ..area })
    }

    /// «подтверждено: 12, ждёт подтверждения: 1.»
    fn extraordinary_counts(&self) -> Result<String> {
        let mut counts: Vec<(&str, u64)> = Vec::new();
        for one in extraordinary::extraordinary(self.tables)? {
            let word = one.state.word();
            match counts.iter_mut().find(|(known, _)| *known == word) {
                Some((_, count)) => *count += one.count,
                None => counts.push((word, one.count)),
            }
        }
        let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{word}: {count}")).collect();
        Ok(format!("{}.", counts.join(", ")))
    }

    fn certificate_values(&self, certified: &Certified<'_>) -> [(&'static str, String); 16] {
        let (context, none) = (self.context, self.layouts.book.certificate.none.as_str());
        let Certified { leaves, list_leaves, .. } = certified;
        let or_none = |text: String| if text.is_empty() { none.to_owned() } else { text };
        let list_leaves = *list_leaves;
        [
            ("leaves", counted(leaves.leaves(), Gender::Masculine, ["лист", "листа", "листов"])),
            ("first_leaf", leaves.first()),
            ("last_leaf", leaves.last()),
            ("lettered", or_none(leaves.lettered())),
            ("skipped", or_none(leaves.skipped())),
            ("list_leaves", format!("{list_leaves} ({})", number_in_words(list_leaves, Gender::Masculine))),
            ("list_first", "1".to_owned()),
            ("list_last", list_leaves.to_string()),
            ("number", context.number.clone()),
            ("title", certified.title.to_owned()),
            ("date", self.issued_on()),
            ("digest", certified.digest.clone()),
            ("journal", context.journal_id.clone()),
            ("entries", context.ledger_length.to_string()),
            ("head", context.ledger_head.clone()),
            ("version", context.version.clone()),
        ]
    }
}
