//! Аналитическая справка: how the school did in a period, in charts and in the tables of their numbers (§3.3.5).
//!
//! It is what a deputy head puts before the pedagogical council: the school's totals against the period before, classes,
//! subjects, attendance by month, room for conclusions by hand. The numbers are those of `report progress` and
//! `report attendance` ([`figures`]).

mod figures;
mod upright;

use super::class::ClassData;
use super::signatures::CERTIFICATION_HEIGHT;
use super::{Composer, Document, YEAR, sans, sans_bold, serif, serif_bold};
use crate::error::{Error, Result};
use crate::journal::read::outcomes::Outcome;
use crate::print::chart::{Chart, Group, Measures, Pattern, Scale};
use crate::print::document::Form;
use crate::print::layout::{AttendedField, Columns, Fields, IndicatorsLayout, Mm, OutcomeField, TotalField};
use crate::print::page::Area;
use crate::print::pdf::Bookmark;
use crate::print::table::Row;
use crate::print::typeset::Align;
use crate::school::{ClassName, Results, Role, Share};
use chrono::{Datelike, NaiveDate};
use figures::{Attendance, Figures};
use upright::Upright;

/// Above a section's heading and below it, in mm.
const SECTION_GAPS: (f32, f32) = (5.0, 1.0);
/// Between the last line and the signatures, in mm.
const SIGNATURES_GAP: f32 = 5.0;
/// Fewer lines for conclusions than this are not worth having.
const LEAST_LINES: u8 = 3;
/// Stands where there is nothing to divide by or to compare with.
const DASH: &str = "—";
const MONTHS: [&str; 12] = [
    "Январь",
    "Февраль",
    "Март",
    "Апрель",
    "Май",
    "Июнь",
    "Июль",
    "Август",
    "Сентябрь",
    "Октябрь",
    "Ноябрь",
    "Декабрь",
];

/// Lays out the справка about a period by its name, or «Год».
///
/// # Errors
/// A period that the school does not have; tables that cannot be read.
pub fn analytics(composer: &Composer<'_, ()>, period: &str) -> Result<Document> {
    if period != YEAR && composer.school.periods.iter().all(|known| known.name != period) {
        return Err(
            Error::input(format!("периода «{period}» в этом учебном году нет")).next("проверьте название периода")
        );
    }
    let figures = Figures::read(composer.tables, &composer.school, period)?;
    let mut report =
        Report { composer, period, upright: Upright::new(composer), sections: Vec::new(), figures: &figures };
    report.title();
    report.totals();
    report.classes();
    report.subjects();
    report.attendance();
    report.conclusions()?;
    let title = format!("{} {}", Form::Analytics.title(), composer.about_period(period));
    let (mut pages, under) = (report.upright.pages, report.sections);
    let about = composer.layouts.page.foot.about_school.fill(&composer.school_values());
    let foot = composer.foot_about(about, pages.len() as u32);
    let seals = composer.close(&mut pages, &foot, 1)?;
    let bookmarks = vec![Bookmark { title: title.clone(), page: 0, under }];
    Ok(composer.document(title, pages, seals, bookmarks))
}

impl Composer<'_, ()> {
    /// «за I четверть 2025/2026 учебного года».
    fn about_period(&self, period: &str) -> String {
        let layout = &self.layouts.analytics;
        let wording = if period == YEAR { &layout.whole_year } else { &layout.period };
        wording.fill(&self.period_values(period))
    }

    fn period_values<'v>(&'v self, period: &'v str) -> [(&'static str, &'v str); 5] {
        let [school, short_school, place, year] = self.school_values();
        [school, short_school, place, year, ("period", period)]
    }

    fn chart<'c>(&'c self, scale: Scale, series: &'c [(&'c str, Pattern)], bar: (Mm, Mm), height: Mm) -> Chart<'c> {
        let layout = &self.layouts.analytics.chart;
        let measures = Measures {
            value: sans(layout.size.0),
            label: sans(layout.label_size.0),
            bar: (bar.0.0, bar.1.0.max(bar.0.0)),
            gap: layout.gap.0,
            height: height.0,
            names: self.layouts.analytics.subjects.names.0,
            hatching: layout.hatching.0,
            grid: layout.grid.0,
        };
        Chart { set: &self.set, look: self.look, measures, scale, series }
    }
}

/// The справка as it is written.
struct Report<'c, 'a> {
    composer: &'c Composer<'a, ()>,
    period: &'c str,
    upright: Upright<'c, 'a>,
    sections: Vec<Bookmark>,
    figures: &'c Figures,
}

impl Report<'_, '_> {
    fn title(&mut self) {
        let (composer, layout) = (self.composer, &self.composer.layouts.analytics);
        let size = layout.heading_size.0;
        self.upright.paragraph(serif_bold(size), Align::Centre, layout.heading.as_str());
        for line in [layout.subject.as_str(), &composer.about_period(self.period)] {
            self.upright.paragraph(serif(size * 0.85), Align::Centre, line);
        }
        self.upright.y += 1.0;
        let about = layout.about.fill(&composer.period_values(self.period));
        self.upright.draw(|page, area| composer.balanced(page, area, serif(layout.size.0), &about));
    }

    /// A section's heading, and a text below it, on a page that has room for `body` mm more.
    fn section(&mut self, heading: &str, text: &str, body: f32) {
        self.upright.skip(SECTION_GAPS.0);
        self.upright.need(self.above(text) + body);
        self.sections.push(Bookmark {
            title: heading.to_owned(),
            page: self.upright.pages.len() - 1,
            under: Vec::new(),
        });
        let size = self.composer.layouts.analytics.section_size.0;
        self.upright.paragraph(serif_bold(size), Align::Left, heading);
        self.upright.y += SECTION_GAPS.1;
        if !text.is_empty() {
            self.upright.text(text);
            self.upright.y += SECTION_GAPS.1;
        }
    }

    /// The height of a section's heading and text, in mm.
    fn above(&self, text: &str) -> f32 {
        let layout = &self.composer.layouts.analytics;
        let text = self.composer.set.hyphenate(serif(layout.size.0), text, self.upright.free().w).height();
        serif_bold(layout.section_size.0).leading() + 2.0 * SECTION_GAPS.1 + text + 0.6
    }

    /// A table in the columns of its layout without those that `shown` leaves out, whose room the first one takes. The
    /// rows from `bold` on are set in bold.
    fn table<F: Fields, R>(
        &mut self,
        columns: &Columns<F>,
        rows: &[R],
        bold: usize,
        shown: impl Fn(F) -> bool,
        text: impl Fn(&R, F) -> String,
    ) {
        let (composer, layout) = (self.composer, &self.composer.layouts.analytics);
        let spare: f32 = columns.iter().filter(|column| !shown(column.field)).map(|column| column.width.0).sum();
        let mut columns: Vec<_> = columns.iter().filter(|column| shown(column.field)).cloned().collect();
        if let Some(first) = columns.first_mut() {
            first.width.0 += spare;
        }
        let widths: Vec<f32> = columns.iter().map(|column| column.width.0).collect();
        let head = sans(layout.head_size.0);
        let cells = columns.iter().map(|column| composer.cell(head, column.heading.as_str(), column.width.0)).collect();
        let head = Row { cells, least: layout.row.0, fifth: false };
        let line = |(i, row): (usize, &R)| {
            let kind = if i < bold { sans(layout.table_size.0) } else { sans_bold(layout.table_size.0) };
            let cells = columns.iter().map(|column| composer.listed(kind, column, &text(row, column.field))).collect();
            Row { cells, least: layout.row.0, fifth: i + 1 == bold || (i + 1).is_multiple_of(5) }
        };
        let rows: Vec<Row> = rows.iter().enumerate().map(line).collect();
        self.upright.table(&widths, &head, &rows);
    }

    fn totals(&mut self) {
        let (layout, figures) = (&self.composer.layouts.analytics.totals, self.figures);
        self.section(layout.section.as_str(), "", 40.0);
        match &figures.school {
            None => self.upright.text(layout.none.as_str()),
            Some(Outcome { now, .. }) => {
                let values = [
                    ("pupils", now.marked.to_string()),
                    ("classes", figures.classes.len().to_string()),
                    ("failing", now.failing.to_string()),
                    ("not_attested", now.not_attested.to_string()),
                    ("success", now.success().to_string()),
                    ("quality", now.quality().to_string()),
                    ("degree", now.degree().to_string()),
                    ("average", decimal(now.average(), 2)),
                ];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                self.upright.text(&format!("{} {}", layout.pupils.fill(&values), layout.results.fill(&values)));
            }
        }
        let others = [(&layout.unmarked, &figures.unmarked), (&layout.without_period, &figures.without_period)];
        let others = others.into_iter().filter(|(_, classes)| !classes.is_empty() && figures.school.is_some());
        let others: Vec<_> = others.map(|(wording, classes)| wording.fill(&[("classes", &list(classes))])).collect();
        if !others.is_empty() {
            self.upright.text(&others.join(" "));
        }
        if let Some(before) = &figures.before {
            self.upright.text(&layout.compared.fill(&[("before", before), ("period", self.period)]));
        }
        if figures.school.is_some() || figures.attendance.missed.held > 0 {
            self.upright.y += 1.5;
            let compared = figures.before.is_some();
            let shown = |field| compared || matches!(field, TotalField::Indicator | TotalField::Now);
            self.table(&layout.columns, &indicators(&layout.indicators, figures), usize::MAX, shown, |row, field| {
                match field {
                    TotalField::Indicator => row.name.clone(),
                    TotalField::Before => row.before.clone(),
                    TotalField::Now => row.now.clone(),
                    TotalField::Change => row.change.clone(),
                }
            });
        }
    }

    fn classes(&mut self) {
        let (composer, figures) = (self.composer, self.figures);
        let layout = &composer.layouts.analytics.classes;
        let Some(school) = &figures.school else { return };
        let school = Outcome { name: layout.school.as_str().to_owned(), ..school.clone() };
        let rows: Vec<Outcome> = figures.classes.iter().cloned().chain([school]).collect();
        let series = [(layout.success.as_str(), Pattern::Outline), (layout.quality.as_str(), Pattern::Solid)];
        let chart = composer.chart(Scale::PERCENT, &series, (layout.bar_narrowest, layout.bar_widest), layout.height);
        let text = extremes(&figures.classes, |values| layout.extremes.fill(values));
        let groups = groups(&rows);
        self.section(layout.section.as_str(), &text, self.upright.columns_need(&chart, &groups));
        self.upright.columns(&chart, &groups);
        self.outcomes(&layout.columns, &rows, figures.classes.len());
    }

    fn subjects(&mut self) {
        let (composer, figures) = (self.composer, self.figures);
        let layout = &composer.layouts.analytics.subjects;
        if figures.subjects.is_empty() {
            return;
        }
        let series = [(layout.success.as_str(), Pattern::Outline), (layout.quality.as_str(), Pattern::Solid)];
        let chart = composer.chart(Scale::PERCENT, &series, (layout.bar, layout.bar), Mm(0.0));
        let text = extremes(&figures.subjects, |values| layout.extremes.fill(values));
        let groups = groups(&figures.subjects);
        let need = self.upright.bars_need(&chart, &groups, self.above(&text) + SECTION_GAPS.0);
        self.section(layout.section.as_str(), &text, need);
        self.upright.bars(&chart, &groups);
        self.outcomes(&layout.columns, &figures.subjects, usize::MAX);
    }

    /// The table of what final marks come to.
    fn outcomes(&mut self, columns: &Columns<OutcomeField>, rows: &[Outcome], bold: usize) {
        let compared = rows.iter().any(|row| row.before.marked > 0);
        let shown = |field| compared || !matches!(field, OutcomeField::SuccessChange | OutcomeField::QualityChange);
        self.table(columns, rows, bold, shown, |Outcome { name, now, before, .. }, field| match field {
            OutcomeField::Name => name.clone(),
            OutcomeField::Pupils => now.marked.to_string(),
            OutcomeField::Fives => now.marks[4].to_string(),
            OutcomeField::Fours => now.marks[3].to_string(),
            OutcomeField::Threes => now.marks[2].to_string(),
            OutcomeField::Twos => (now.marks[1] + now.marks[0]).to_string(),
            OutcomeField::NotAttested => now.not_attested.to_string(),
            OutcomeField::Success => now.success().to_string(),
            OutcomeField::SuccessChange => change(now.success().more_than(before.success()), 1),
            OutcomeField::Quality => now.quality().to_string(),
            OutcomeField::QualityChange => change(now.quality().more_than(before.quality()), 1),
            OutcomeField::Degree => now.degree().to_string(),
            OutcomeField::Average => decimal(now.average(), 2),
        });
    }

    fn attendance(&mut self) {
        let (composer, figures) = (self.composer, self.figures);
        let layout = &composer.layouts.analytics.attendance;
        if figures.months.is_empty() {
            return self.section(layout.section.as_str(), layout.none.as_str(), 0.0);
        }
        let decimals = decimals(figures);
        let groups = figures.months.iter().map(|(month, of_month)| missed_in(*month, of_month, decimals));
        let groups: Vec<Group> = groups.collect();
        let most = groups.iter().flat_map(|group| &group.values).filter_map(|(value, _)| *value).fold(0.0, f64::max);
        let series = [
            (layout.ill.as_str(), Pattern::Hatched),
            (layout.excused.as_str(), Pattern::Outline),
            (layout.unexcused.as_str(), Pattern::Solid),
        ];
        let chart =
            composer.chart(Scale::up_to(most), &series, (layout.bar_narrowest, layout.bar_widest), layout.height);
        self.section(layout.section.as_str(), layout.chart.as_str(), self.upright.columns_need(&chart, &groups));
        self.upright.columns(&chart, &groups);
        let months = figures.months.iter().map(|(month, of_month)| (month_name(*month), of_month));
        let mut rows: Vec<(String, &Attendance)> = months.collect();
        let bold = rows.len();
        rows.push((layout.total.as_str().to_owned(), &figures.attendance));
        if figures.attendance_before.missed.held > 0 {
            rows.push((layout.before.as_str().to_owned(), &figures.attendance_before));
        }
        self.table(
            &layout.columns,
            &rows,
            bold,
            |_| true,
            |(name, of_row), field| {
                let lessons = &of_row.missed.lessons;
                match field {
                    AttendedField::Name => name.clone(),
                    AttendedField::Pupils => of_row.pupils().to_string(),
                    AttendedField::Held => of_row.missed.held.to_string(),
                    AttendedField::Missed => lessons.all().to_string(),
                    AttendedField::Ill => lessons.ill.to_string(),
                    AttendedField::Excused => lessons.excused.to_string(),
                    AttendedField::Unexcused => lessons.without_reason().to_string(),
                    AttendedField::Unexplained => lessons.unexplained.to_string(),
                    AttendedField::Share => of_row.share().to_string(),
                    AttendedField::Each => decimal(of_row.each(lessons.all()), decimals),
                }
            },
        );
    }

    /// Lines for conclusions by hand, the signature of the deputy head, and the certification.
    fn conclusions(&mut self) -> Result<()> {
        let composer = self.composer;
        let layout = &composer.layouts.analytics.conclusions;
        let signatures = 2.0 * SIGNATURES_GAP + 12.0 + CERTIFICATION_HEIGHT;
        if layout.lines > 0 {
            // Rather a line or two less than a page for the conclusions alone.
            let room = self.upright.free().h - SECTION_GAPS.0 - self.above("") - signatures;
            let fits = (room / layout.line.0).max(0.0) as u8;
            let lines = if fits < LEAST_LINES.min(layout.lines) { layout.lines } else { layout.lines.min(fits) };
            let height = f32::from(lines) * layout.line.0;
            self.section(layout.section.as_str(), "", height + signatures);
            let hair = composer.look.hair;
            self.upright.draw(|page, area| {
                let lines = (1..=lines).map(|line| area.y + f32::from(line) * layout.line.0);
                lines.for_each(|y| page.rule((area.x, y), (area.right(), y), hair));
                area.y + height
            });
        }
        self.upright.need(signatures);
        self.upright.skip(SIGNATURES_GAP);
        let deputy = ClassData::holder(composer.tables, Role::DeputyHead)?;
        // Who certifies the document signs beside «Верно»; the same line twice would be signed twice.
        let certifies = !composer.context.number.is_empty() && deputy.as_ref() == Some(&composer.context.issued_by);
        self.upright.draw(|page, area| {
            let mut y = area.y;
            if !certifies {
                y = composer.signature(page, area, layout.deputy_head.as_str(), deputy.as_ref()) + SIGNATURES_GAP;
            }
            composer.certification(page, Area { y, ..area })
        });
        Ok(())
    }
}

/// An indicator of the school.
struct Indicator {
    name: String,
    before: String,
    now: String,
    change: String,
}

fn indicators(words: &IndicatorsLayout, figures: &Figures) -> Vec<Indicator> {
    let mut out = Vec::new();
    if let Some(Outcome { now, before, .. }) = &figures.school {
        let (n, b) = (now, (before.marked > 0).then_some(before));
        let count = |name: &str, of: fn(&Results) -> u32| Indicator {
            name: name.to_owned(),
            before: b.map_or(DASH.to_owned(), |before| of(before).to_string()),
            now: of(n).to_string(),
            change: change(b.map(|before| f64::from(of(n)) - f64::from(of(before))), 0),
        };
        let share = |name: &str, of: fn(&Results) -> Share| Indicator {
            name: name.to_owned(),
            before: of(before).to_string(),
            now: of(n).to_string(),
            change: change(of(n).more_than(of(before)), 1),
        };
        out.extend([
            count(words.pupils.as_str(), |results| results.marked),
            count(words.excellent.as_str(), |results| results.excellent),
            count(words.good.as_str(), |results| results.good),
            count(words.one_three.as_str(), |results| results.one_three),
            count(words.failing.as_str(), |results| results.failing),
            share(words.success.as_str(), Results::success),
            share(words.quality.as_str(), Results::quality),
            share(words.degree.as_str(), Results::degree),
            number(words.average.as_str(), now.average(), before.average(), 2),
        ]);
    }
    let (now, before) = (&figures.attendance, &figures.attendance_before);
    if now.missed.held > 0 {
        let each = |of: &Attendance| of.each(of.missed.lessons.all());
        out.push(number(words.missed.as_str(), each(now), each(before), decimals(figures)));
        out.push(Indicator {
            name: words.missed_share.as_str().to_owned(),
            before: before.share().to_string(),
            now: now.share().to_string(),
            change: change(now.share().more_than(before.share()), 1),
        });
    }
    out
}

/// A number of so many decimals; the change is that of the numbers as shown.
fn number(name: &str, now: Option<f64>, before: Option<f64>, decimals: usize) -> Indicator {
    let shown = |value: f64| (value * 10f64.powi(decimals as i32)).round();
    let more = now.zip(before).map(|(now, before)| (shown(now) - shown(before)) / 10f64.powi(decimals as i32));
    Indicator {
        name: name.to_owned(),
        before: decimal(before, decimals),
        now: decimal(now, decimals),
        change: change(more, decimals),
    }
}

/// The bars of classes or subjects: успеваемость, качество знаний.
fn groups(outcomes: &[Outcome]) -> Vec<Group> {
    let bar = |share: Share| {
        let exact = (share.whole > 0).then(|| share.part as f64 / share.whole as f64 * 100.0);
        (exact, share.to_string())
    };
    let group = |outcome: &Outcome| Group {
        label: outcome.name.clone(),
        values: vec![bar(outcome.now.success()), bar(outcome.now.quality())],
    };
    outcomes.iter().map(group).collect()
}

/// The bars of a month: lessons missed a pupil, by reason.
fn missed_in(month: NaiveDate, attendance: &Attendance, decimals: usize) -> Group {
    let lessons = attendance.missed.lessons;
    let bar = |lessons: u32| (attendance.each(lessons), decimal(attendance.each(lessons), decimals));
    Group {
        label: month_name(month),
        values: [lessons.ill, lessons.excused, lessons.without_reason()].map(bar).to_vec(),
    }
}

/// How many decimals lessons a pupil have: where no bar is as long as one lesson, tenths would tell nothing.
fn decimals(figures: &Figures) -> usize {
    let longest = |of_month: &Attendance| {
        let lessons = of_month.missed.lessons;
        of_month.each(lessons.ill.max(lessons.excused).max(lessons.without_reason()))
    };
    let months = figures.months.iter().filter_map(|(_, of_month)| longest(of_month));
    if months.fold(0.0, f64::max) < 1.0 { 2 } else { 1 }
}

fn month_name(month: NaiveDate) -> String {
    MONTHS[month.month0() as usize].to_owned()
}

/// What is said of the best and the worst, by качество знаний; nothing where there are few, or no difference.
fn extremes(outcomes: &[Outcome], say: impl Fn(&[(&str, &str)]) -> String) -> String {
    let qualities = || outcomes.iter().filter_map(|outcome| outcome.now.quality().tenths());
    let (Some(most), Some(least)) = (qualities().max(), qualities().min()) else { return String::new() };
    if outcomes.len() < 3 || most == least {
        return String::new();
    }
    let of = |tenths: u64| {
        let alike: Vec<&Outcome> =
            outcomes.iter().filter(|outcome| outcome.now.quality().tenths() == Some(tenths)).collect();
        let names = alike.iter().map(|outcome| outcome.name.as_str()).collect::<Vec<_>>().join(", ");
        (names, alike.first().map(|outcome| outcome.now.quality().to_string()).unwrap_or_default())
    };
    let ((highest, highest_percent), (lowest, lowest_percent)) = (of(most), of(least));
    say(&[
        ("highest", &highest),
        ("highest_percent", &highest_percent),
        ("lowest", &lowest),
        ("lowest_percent", &lowest_percent),
    ])
}

fn list(classes: &[ClassName]) -> String {
    classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn decimal(value: Option<f64>, decimals: usize) -> String {
    value.map_or(DASH.to_owned(), |value| format!("{value:.decimals$}").replace('.', ","))
}

/// A difference with its sign; none where there is no difference.
fn change(value: Option<f64>, decimals: usize) -> String {
    let Some(value) = value else { return DASH.to_owned() };
    let sign = match value {
        _ if value.abs() < 0.5 * 10f64.powi(-(decimals as i32)) => "",
        value if value < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}{}", decimal(Some(value.abs()), decimals))
}

#[cfg(test)]
mod tests;
