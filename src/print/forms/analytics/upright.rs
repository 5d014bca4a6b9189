//! Text, tables and charts that follow each other down upright pages.

use crate::print::chart::{Chart, Group};
use crate::print::forms::{Composer, serif};
use crate::print::page::{Area, Page};
use crate::print::paginate::paginate;
use crate::print::sheet::Orientation;
use crate::print::table::{Row, Table};
use crate::print::typeset::{Align, Type};

/// Pages as they fill.
pub struct Upright<'c, 'a> {
    composer: &'c Composer<'a, ()>,
    pub pages: Vec<Page>,
    /// The lower edge of what stands on the last page, in mm.
    pub y: f32,
}

/// Between a chart and what follows it, in mm.
const BELOW_CHART: f32 = 3.0;
/// Rows of a table, or groups of a chart, that do not stand alone on a page.
const TOGETHER: usize = 3;
/// Rows of a table that is not divided between pages.
const UNDIVIDED: usize = 12;

impl<'c, 'a> Upright<'c, 'a> {
    pub fn new(composer: &'c Composer<'a, ()>) -> Self {
        let (page, area) = composer.new_page(Orientation::Portrait, 1);
        Self { composer, pages: vec![page], y: area.y }
    }

    /// The area of the last page that is free.
    pub fn free(&self) -> Area {
        let area = self.whole();
        Area { y: self.y, h: area.bottom() - self.y, ..area }
    }

    /// The whole area of the last page.
    fn whole(&self) -> Area {
        self.composer.new_page(Orientation::Portrait, self.pages.len() as u32).1
    }

    fn page(&mut self) -> &mut Page {
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Goes on on a new page.
    fn turn(&mut self) {
        let (page, area) = self.composer.new_page(Orientation::Portrait, self.pages.len() as u32 + 1);
        self.pages.push(page);
        self.y = area.y;
    }

    /// Goes on on a new page where the last has no room for so many mm.
    pub fn need(&mut self, height: f32) {
        if height > self.free().h && self.y > self.whole().y {
            self.turn();
        }
    }

    /// Leaves room, unless at the top of a page.
    pub fn skip(&mut self, height: f32) {
        if self.y > self.whole().y {
            self.y += height;
        }
    }

    /// Draws on the free area of the last page; `draw` gives the lower edge of what it drew.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Page, Area) -> f32) {
        let free = self.free();
        self.y = draw(self.page(), free);
    }

    /// A paragraph; on a new page where the last has no room for it.
    pub fn paragraph(&mut self, kind: Type, align: Align, text: &str) {
        let block = match align {
            Align::Left => self.composer.set.hyphenate(kind, text, self.whole().w),
            _ => self.composer.set.wrap(kind, text, self.whole().w),
        };
        self.need(block.height());
        let composer = self.composer;
        self.draw(|page, area| composer.lines(page, area, &block, align));
    }

    /// Running text.
    pub fn text(&mut self, text: &str) {
        let size = self.composer.layouts.analytics.size.0;
        self.paragraph(serif(size), Align::Left, text);
        self.y += 0.6;
    }

    /// A table whose heading is repeated on every page.
    pub fn table(&mut self, widths: &[f32], head: &Row, rows: &[Row]) {
        let look = self.composer.look;
        let table = |rows: &[Row]| {
            let rows = std::iter::once(head).chain(rows).cloned().collect();
            Table { widths: widths.to_vec(), heads: 1, rows }
        };
        let heights = table(rows).heights(look);
        let (head_height, heights) = (heights[0], &heights[1..]);
        let together = if rows.len() <= UNDIVIDED { rows.len() } else { TOGETHER };
        self.need(head_height + heights.iter().take(together).sum::<f32>());
        let (first, other) = (self.free().h - head_height, self.whole().h - head_height);
        for (i, range) in paginate(heights, first, other, 0.0).into_iter().enumerate() {
            if i > 0 {
                self.turn();
            }
            self.draw(|page, area| table(&rows[range]).draw(page, area.x, area.y, look).bottom());
        }
    }

    /// A chart of upright bars: as many as its groups need, evenly filled, on each page below a legend.
    pub fn columns(&mut self, chart: &Chart<'_>, groups: &[Group]) {
        let mut legend_on = 0;
        for part in self.shares(chart, groups) {
            self.need(chart.legend_height() + chart.columns_height(self.whole().w, part));
            if legend_on != self.pages.len() {
                self.draw(|page, area| chart.legend(page, area));
                legend_on = self.pages.len();
            }
            self.draw(|page, area| chart.columns(page, area, part));
            self.y += BELOW_CHART;
        }
    }

    /// What a chart of upright bars needs for its beginning.
    pub fn columns_need(&self, chart: &Chart<'_>, groups: &[Group]) -> f32 {
        let first = self.shares(chart, groups).next().unwrap_or_default();
        chart.legend_height() + chart.columns_height(self.whole().w, first)
    }

    /// The groups of each of the charts that they need, alike in number.
    fn shares<'g>(&self, chart: &Chart<'_>, groups: &'g [Group]) -> impl Iterator<Item = &'g [Group]> + use<'g> {
        let (count, most) = (groups.len(), chart.columns_that_fit(self.whole().w));
        let charts = count.div_ceil(most).max(1);
        (0..charts).map(move |i| &groups[count * i / charts..count * (i + 1) / charts])
    }

    /// A chart of lying bars, over as many pages as it takes, each with a legend and a scale.
    pub fn bars(&mut self, chart: &Chart<'_>, groups: &[Group]) {
        let around = chart.legend_height() + chart.scale_height();
        let (first, other) = (self.free().h - around, self.whole().h - around);
        for (i, range) in paginate(&chart.bar_heights(groups), first, other, 0.0).into_iter().enumerate() {
            if i > 0 {
                self.turn();
            }
            self.draw(|page, area| chart.legend(page, area));
            self.draw(|page, area| chart.bars(page, area, &groups[range]));
        }
        self.y += BELOW_CHART;
    }

    /// What a chart of lying bars needs for its beginning, with `above` mm that stand above it. Bars are compared most
    /// easily on one page: rather than cut the chart, the lesser half of a page stays empty.
    pub fn bars_need(&self, chart: &Chart<'_>, groups: &[Group], above: f32) -> f32 {
        let heights = chart.bar_heights(groups);
        let around = chart.legend_height() + chart.scale_height();
        let (all, whole) = (around + heights.iter().sum::<f32>(), self.whole().h);
        if above + all <= whole && self.free().h < whole / 2.0 {
            return all;
        }
        around + heights.iter().take(TOGETHER).sum::<f32>()
    }
}
