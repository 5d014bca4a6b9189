//! Charts of bars, drawn with what a page has: black areas, rules and text.
//!
//! Bars come in groups, a bar a series. They stand upright ([`Chart::columns`]), where groups have short names, or lie
//! ([`Chart::bars`]), where the names are long. A copier makes one grey of all greys, so series are told apart by black,
//! hatching and outline. The value stands at the end of its bar, never on one, and the lines of the scale leave out whatever
//! stands in their way: no text touches a rule.

use crate::print::page::{Area, Page, Place};
use crate::print::table::Look;
use crate::print::typeset::{Align, Block, Pad, Setting, Stand, Type, Typesetter};

/// How the bars of a series are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Black.
    Solid,
    /// Outlined, with slanting lines inside.
    Hatched,
    /// Outlined.
    Outline,
}

/// A group of bars: its name, and the value of each series with the text that stands at its bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The name.
    pub label: String,
    /// The values; nothing where there is none.
    pub values: Vec<(Option<f64>, String)>,
}

/// The scale of a chart, from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The value at the end.
    pub top: f64,
    /// The distance between two lines.
    pub step: f64,
}

impl Scale {
    /// From 0 to 100 %.
    pub const PERCENT: Self = Self { top: 100.0, step: 20.0 };

    /// A scale of round numbers for values up to `most`: 3 to 6 steps, of 1, 2 or 5 times a power of ten.
    pub fn up_to(most: f64) -> Self {
        if !(most.is_finite() && most > 0.0) {
            return Self { top: 1.0, step: 0.5 };
        }
        let power = 10f64.powf(most.log10().floor() - 1.0);
        let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0].map(|step| step * power);
        let step = steps.into_iter().find(|step| most <= step * 6.0).unwrap_or(most);
        Self { top: (most / step - 1e-9).ceil() * step, step }
    }

    /// The values at which lines stand, the last of which is the top.
    fn lines(self) -> impl Iterator<Item = f64> {
        let count = (self.top / self.step).round() as u32;
        (0..=count).map(move |i| f64::from(i) * self.step)
    }

    fn text(self, value: f64) -> String {
        let decimals = if self.step >= 1.0 { 0 } else { 1 + usize::from(self.step < 0.1) };
        format!("{value:.decimals$}").replace('.', ",")
    }
}

/// The sizes of a chart, in mm, and its type.
#[derive(Debug, Clone, Copy)]
pub struct Measures {
    /// The type of values and of the scale.
    pub value: Type,
    /// The type of the groups' names and of the legend.
    pub label: Type,
    /// The thickness of a bar, from and to; what is free goes to the bars up to this.
    pub bar: (f32, f32),
    /// Between two groups at least.
    pub gap: f32,
    /// The length of the longest bar of upright charts.
    pub height: f32,
    /// The room for the names of lying charts.
    pub names: f32,
    /// Between the lines of hatching.
    pub hatching: f32,
    /// The weight of the scale's lines, in points.
    pub grid: f32,
}

/// A chart.
pub struct Chart<'a> {
    /// Sets its text.
    pub set: &'a Typesetter,
    /// Weights of rules.
    pub look: Look,
    /// Its sizes.
    pub measures: Measures,
    /// Its scale.
    pub scale: Scale,
    /// The name of each series, and how its bars are drawn.
    pub series: &'a [(&'a str, Pattern)],
}

const NO_PAD: Pad = Pad { x: 0.0, y: 0.0 };
/// Between a bar and its value, between the axis and what is written along it.
const CLEAR: f32 = 0.9;
/// Between the name of a lying bar and the axis.
const NAME_GAP: f32 = 1.5;
/// What a line of the scale, which ends at bars, keeps from text.
const AWAY: f32 = 0.5;
/// Pieces of such lines shorter than this are left out.
const LEAST_PIECE: f32 = 0.8;
/// The sides of a pattern in the legend.
const SAMPLE: (f32, f32) = (7.0, 3.2);
/// Between two entries of the legend.
const BETWEEN: f32 = 7.0;

impl Chart<'_> {
    /// Draws the legend at the top of `area`; returns its lower edge.
    pub fn legend(&self, page: &mut Page, area: Area) -> f32 {
        let line = self.legend_line();
        let (mut x, mut y, mut place) = (area.x, area.y, Place { row: page.new_row(), column: 0 });
        for (name, pattern) in self.series {
            let block = self.set.line(self.measures.label, name);
            let width = SAMPLE.0 + 1.5 + block.width();
            if x > area.x && x + width > area.right() {
                (x, y, place) = (area.x, y + line, Place { row: page.new_row(), column: 0 });
            }
            self.pattern(page, Area::new(x, y + (line - SAMPLE.1) / 2.0, SAMPLE.0, SAMPLE.1), *pattern);
            let cell = Area::new(x + SAMPLE.0 + 1.5, y, block.width() + 0.1, line);
            self.put(page, &block, cell, (Align::Left, Stand::Middle), place);
            x += width + BETWEEN;
            place.column += 1;
        }
        y + line + CLEAR
    }

    /// The height of the legend where it takes one line.
    pub fn legend_height(&self) -> f32 {
        self.legend_line() + CLEAR
    }

    fn legend_line(&self) -> f32 {
        self.measures.label.leading().max(SAMPLE.1) + 0.8
    }

    /// How many groups an upright chart of this width holds.
    pub fn columns_that_fit(&self, width: f32) -> usize {
        let least = self.measures.bar.0 * self.series.len() as f32 + self.measures.gap;
        (((width - self.scale_width()) / least) as usize).max(1)
    }

    /// The height of an upright chart of this width.
    pub fn columns_height(&self, width: f32, groups: &[Group]) -> f32 {
        let width = (width - self.scale_width()) / groups.len().max(1) as f32;
        self.headroom(width, groups) + self.measures.height + CLEAR + self.names_height(width, groups)
    }

    /// The thickness of upright bars whose groups are so wide.
    fn thickness(&self, width: f32) -> f32 {
        let Measures { bar: (from, to), gap, .. } = self.measures;
        ((width - gap) / self.series.len().max(1) as f32).clamp(from, to)
    }

    /// The room that a value takes above its bar, and whether it reads upwards since the bar is too thin for it.
    fn value_above(&self, block: &Block, thick: f32) -> (f32, bool) {
        let turned = block.width() > thick - 2.0 * AWAY;
        (if turned { block.width() + 0.2 } else { self.measures.value.leading() }, turned)
    }

    /// The height of the names below an upright chart whose groups are so wide.
    fn names_height(&self, width: f32, groups: &[Group]) -> f32 {
        groups.iter().map(|group| self.name_below(group, width).height()).fold(0.0, f32::max)
    }

    fn name_below(&self, group: &Group, width: f32) -> Block {
        self.set.wrap(self.measures.label, &group.label, width - 2.0 * AWAY)
    }

    /// Room above the longest bar, for its value, where groups are so wide.
    fn headroom(&self, width: f32, groups: &[Group]) -> f32 {
        let (thick, value) = (self.thickness(width), self.measures.value);
        let texts = groups.iter().flat_map(|group| &group.values).map(|(_, text)| self.set.line(value, text));
        texts.map(|block| self.value_above(&block, thick).0).fold(value.leading(), f32::max) + AWAY
    }

    /// Room for the numbers beside an upright chart.
    fn scale_width(&self) -> f32 {
        let widest = self.scale.lines().map(|value| self.set.width(self.measures.value, &self.scale.text(value)));
        widest.fold(0.0, f32::max) + CLEAR + 0.2
    }

    /// Draws upright bars at the top of `area`, over its whole width; returns their lower edge.
    pub fn columns(&self, page: &mut Page, area: Area, groups: &[Group]) -> f32 {
        let Measures { value, height, .. } = self.measures;
        let left = area.x + self.scale_width();
        let group = (area.right() - left) / groups.len().max(1) as f32;
        let plot = Area::new(left, area.y + self.headroom(group, groups), area.right() - left, height);
        let (series, thick) = (self.series.len() as f32, self.thickness(group));
        let mut taken = Vec::new();
        for number in self.scale.lines().collect::<Vec<_>>().into_iter().rev() {
            let y = plot.bottom() - self.length(number, plot.h);
            let cell = Area::new(area.x, y - value.leading() / 2.0, left - area.x - CLEAR, value.leading());
            let block = self.set.line(value, &self.scale.text(number));
            let place = Place { row: page.new_row(), column: 0 };
            self.put(page, &block, cell, (Align::Right, Stand::Middle), place);
        }
        for (s, (_, pattern)) in self.series.iter().enumerate() {
            let row = page.new_row();
            for (g, of_group) in groups.iter().enumerate() {
                let Some((amount, text)) = of_group.values.get(s) else { continue };
                let middle = plot.x + (g as f32 + 0.5) * group;
                let x = middle + (s as f32 - series / 2.0) * thick;
                let length = self.length(amount.unwrap_or_default(), plot.h);
                let area = Area::new(x, plot.bottom() - length, thick, length);
                self.pattern(page, area, *pattern);
                taken.push((area, 0.0));
                let block = self.set.line(value, text);
                let place = Place { row, column: g as u32 };
                let (tall, turned) = self.value_above(&block, thick);
                let cell = Area::new(x, area.y - AWAY - tall, thick, tall);
                if turned {
                    let setting = Setting { align: Align::Left, stand: Stand::Middle, pad: NO_PAD };
                    page.put_turned(&block, cell, setting, place);
                } else {
                    self.put(page, &block, cell, (Align::Centre, Stand::Bottom), place);
                }
                taken.push((cell, AWAY));
            }
        }
        let (row, names) = (page.new_row(), self.names_height(group, groups));
        for (g, of_group) in groups.iter().enumerate() {
            let cell = Area::new(plot.x + g as f32 * group, plot.bottom() + CLEAR, group, names);
            let block = self.name_below(of_group, group);
            self.put(page, &block, cell, (Align::Centre, Stand::Top), Place { row, column: g as u32 });
        }
        for number in self.scale.lines().skip(1) {
            let y = plot.bottom() - self.length(number, plot.h);
            let taken = taken.iter().filter(|(area, away)| area.y - away < y && y < area.bottom() + away);
            let blocks = taken.map(|(area, away)| (area.x - away, area.right() + away));
            for (from, to) in pieces((plot.x, plot.right()), blocks) {
                page.rule((from, y), (to, y), self.measures.grid);
            }
        }
        page.rule((plot.x, plot.bottom()), (plot.right(), plot.bottom()), self.look.firm);
        page.rule((plot.x, plot.y), (plot.x, plot.bottom()), self.look.hair);
        plot.bottom() + CLEAR + names
    }

    /// The heights of the groups of a lying chart.
    pub fn bar_heights(&self, groups: &[Group]) -> Vec<f32> {
        let bars = self.measures.bar.0 * self.series.len() as f32;
        groups.iter().map(|group| self.name_of(group).height().max(bars) + self.measures.gap).collect()
    }

    /// The height of the scale's numbers below a lying chart.
    pub fn scale_height(&self) -> f32 {
        CLEAR + self.measures.value.leading()
    }

    fn name_of(&self, group: &Group) -> Block {
        self.set.wrap(self.measures.label, &group.label, self.measures.names - NAME_GAP)
    }

    /// Draws lying bars at the top of `area`, over its whole width; returns the lower edge of their scale.
    pub fn bars(&self, page: &mut Page, area: Area, groups: &[Group]) -> f32 {
        let Measures { value, bar: (thick, _), names, .. } = self.measures;
        let heights = self.bar_heights(groups);
        let beyond = self.set.width(value, "100,0") + 2.0 * CLEAR;
        let plot = Area::new(area.x + names, area.y, area.w - names - beyond, heights.iter().sum());
        let (mut y, mut taken) = (plot.y, Vec::new());
        for (group, height) in groups.iter().zip(&heights) {
            let row = page.new_row();
            let cell = Area::new(area.x, y, names - NAME_GAP, *height);
            self.put(page, &self.name_of(group), cell, (Align::Right, Stand::Middle), Place { row, column: 0 });
            let first = y + (height - thick * self.series.len() as f32) / 2.0;
            for (s, ((amount, text), (_, pattern))) in group.values.iter().zip(self.series).enumerate() {
                let top = first + s as f32 * thick;
                let length = self.length(amount.unwrap_or_default(), plot.w);
                let area = Area::new(plot.x, top, length, thick);
                self.pattern(page, area, *pattern);
                taken.push((area, 0.0));
                let block = self.set.line(value, text);
                let cell = Area::new(area.right() + CLEAR, top, block.width() + 0.1, thick);
                self.put(page, &block, cell, (Align::Left, Stand::Middle), Place { row, column: s as u32 + 1 });
                taken.push((cell, AWAY));
            }
            y += height;
        }
        let row = page.new_row();
        for (i, number) in (0u32..).zip(self.scale.lines()) {
            let (x, half) = (plot.x + self.length(number, plot.w), 6.0);
            let cell = Area::new(x - half, plot.bottom() + CLEAR, 2.0 * half, value.leading());
            let block = self.set.line(value, &self.scale.text(number));
            self.put(page, &block, cell, (Align::Centre, Stand::Top), Place { row, column: i });
            if i > 0 {
                let taken = taken.iter().filter(|(area, away)| area.x - away < x && x < area.right() + away);
                let blocks = taken.map(|(area, away)| (area.y - away, area.bottom() + away));
                for (from, to) in pieces((plot.y, plot.bottom()), blocks) {
                    page.rule((x, from), (x, to), self.measures.grid);
                }
            }
        }
        page.rule((plot.x, plot.y), (plot.x, plot.bottom()), self.look.firm);
        page.rule((plot.x, plot.bottom()), (plot.right(), plot.bottom()), self.look.hair);
        plot.bottom() + self.scale_height()
    }

    /// The length of a bar where the whole scale is `whole` mm long.
    fn length(&self, value: f64, whole: f32) -> f32 {
        (value / self.scale.top).clamp(0.0, 1.0) as f32 * whole
    }

    fn put(&self, page: &mut Page, block: &Block, cell: Area, (align, stand): (Align, Stand), place: Place) {
        page.put(block, cell, Setting { align, stand, pad: NO_PAD }, place);
    }

    fn pattern(&self, page: &mut Page, area: Area, pattern: Pattern) {
        if area.w <= 0.0 || area.h <= 0.0 {
            return;
        }
        if pattern == Pattern::Solid {
            return page.fill(area);
        }
        page.frame(area, self.look.hair);
        if pattern == Pattern::Hatched {
            let (gap, most) = (self.measures.hatching * std::f32::consts::SQRT_2, area.w + area.h);
            let lines = (1u16..).map(|i| f32::from(i) * gap).take_while(|along| *along < most);
            for along in lines {
                let from = (area.x + (along - area.h).max(0.0), area.y + along.min(area.h));
                let to = (area.x + along.min(area.w), area.y + (along - area.w).max(0.0));
                page.rule(from, to, self.look.hair);
            }
        }
    }
}

/// What is left of a line where `taken` stands in its way.
fn pieces((from, to): (f32, f32), taken: impl Iterator<Item = (f32, f32)>) -> Vec<(f32, f32)> {
    let mut taken: Vec<(f32, f32)> = taken.collect();
    taken.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut out, mut at) = (Vec::new(), from);
    for (begins, ends) in taken.into_iter().chain([(to, to)]) {
        if begins - at >= LEAST_PIECE {
            out.push((at, begins.min(to)));
        }
        at = at.max(ends);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::fonts::{Face, Family, Shaper};
    use crate::print::page::Rule;

    const MEASURES: Measures = Measures {
        value: Type { face: Face::Sans, size: 7.0 },
        label: Type { face: Face::Sans, size: 8.0 },
        bar: (3.2, 12.0),
        gap: 2.0,
        height: 50.0,
        names: 50.0,
        hatching: 1.0,
        grid: 0.2,
    };
    const SERIES: [(&str, Pattern); 3] = [("а", Pattern::Solid), ("б", Pattern::Hatched), ("в", Pattern::Outline)];

    fn chart<'a>(set: &'a Typesetter, scale: Scale) -> Chart<'a> {
        let look = Look { hair: 0.35, fifth: 0.7, firm: 1.1, pad: NO_PAD };
        Chart { set, look, measures: MEASURES, scale, series: &SERIES }
    }

    fn groups(values: &[[f64; 3]]) -> Vec<Group> {
        let group = |values: &[f64; 3]| Group {
            label: "7А".to_owned(),
            values: values.map(|value| (Some(value), format!("{value:.1}").replace('.', ","))).to_vec(),
        };
        values.iter().map(group).collect()
    }

    /// The sides of outlined bars: frames are drawn top, right, bottom, left.
    fn frames(page: &Page) -> Vec<Area> {
        let closed = |four: &[Rule]| (0..4).all(|i| four[i].to == four[(i + 1) % 4].from).then(|| four[0]);
        let frame = |four: &[Rule]| {
            closed(four).map(|top| Area::new(top.from.0, top.from.1, top.to.0 - top.from.0, four[1].to.1 - top.from.1))
        };
        page.rules.windows(4).filter_map(frame).collect()
    }

    #[test]
    fn bars_are_as_long_as_their_values_whichever_way_they_lie() {
        let set = Typesetter::new(Shaper::new().unwrap(), Family::Serif, Family::Sans);
        let chart = chart(&set, Scale::PERCENT);
        let values = [[100.0, 33.3, 57.1], [0.4, 99.9, 12.0], [66.7, 50.0, 8.0]];
        let area = Area::new(20.0, 10.0, 181.0, 200.0);
        for lying in [false, true] {
            let mut page = Page::new(210.0, 297.0);
            let draw = if lying { Chart::bars } else { Chart::columns };
            draw(&chart, &mut page, area, &groups(&values));
            let length = |bar: &Area| if lying { bar.w } else { bar.h };
            let whole = length(&page.fills[0]);
            let outlined = frames(&page);
            let drawn = |s: usize, g: usize| match s {
                0 => length(&page.fills[g]),
                _ if lying => length(&outlined[g * 2 + s - 1]),
                _ => length(&outlined[(s - 1) * 3 + g]),
            };
            assert!(whole > 45.0);
            for (g, of_group) in values.iter().enumerate() {
                for (s, value) in of_group.iter().enumerate() {
                    let due = *value as f32 / 100.0 * whole;
                    assert!((drawn(s, g) - due).abs() < 0.1, "{lying} {value}: {} vs {due}", drawn(s, g));
                }
            }
        }
    }

    #[test]
    fn hatching_stays_in_its_bar() {
        let set = Typesetter::new(Shaper::new().unwrap(), Family::Serif, Family::Sans);
        let (chart, mut page) = (chart(&set, Scale::PERCENT), Page::new(100.0, 100.0));
        let bar = Area::new(10.0, 20.0, 4.0, 37.0);
        chart.pattern(&mut page, bar, Pattern::Hatched);
        assert!(page.rules.len() > 20);
        for rule in &page.rules {
            for (x, y) in [rule.from, rule.to] {
                assert!(bar.holds(Area::new(x, y, 0.0, 0.0), 0.001), "{rule:?}");
            }
        }
    }

    #[test]
    fn scales_are_of_round_numbers_and_reach_over_the_longest_bar() {
        let told = |most: f64| {
            let scale = Scale::up_to(most);
            assert!(scale.top >= most && (2..=6).contains(&(scale.lines().count() - 1)), "{most}: {scale:?}");
            scale.lines().map(|value| scale.text(value)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told(0.0), "0,0 0,5 1,0");
        assert_eq!(told(0.3), "0,00 0,05 0,10 0,15 0,20 0,25 0,30");
        assert_eq!(told(4.2), "0 1 2 3 4 5");
        assert_eq!(told(6.0), "0 1 2 3 4 5 6");
        assert_eq!(told(12.3), "0 5 10 15");
        assert_eq!(told(119.0), "0 20 40 60 80 100 120");
    }

    #[test]
    fn a_line_leaves_out_what_stands_in_its_way() {
        let left = |taken: &[(f32, f32)]| pieces((0.0, 100.0), taken.iter().copied());
        assert_eq!(left(&[]), [(0.0, 100.0)]);
        assert_eq!(left(&[(20.0, 30.0), (25.0, 40.0)]), [(0.0, 20.0), (40.0, 100.0)]);
        assert_eq!(left(&[(-5.0, 50.0), (50.5, 120.0)]), []);
    }
}
