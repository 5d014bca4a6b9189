//! Cutting a course's year into spreads: as few pages as possible, and among those the most even cut.

use super::{Spreads, Unit};
use std::ops::Range;

/// The cost of a cut: pages first, then the sum of squares of the lessons on each spread, which is least where the
/// lessons are spread evenly.
type Cost = (usize, usize);

/// Cuts the units into runs, one a spread.
pub(super) fn cut(spreads: &Spreads<'_>, units: &[Unit<'_>]) -> Vec<Range<usize>> {
    let (height, blocks) = (spreads.right_room(), spreads.fit.blocks);
    let reach = reach(spreads, units);
    let fits = |run: Range<usize>| {
        // A unit alone always stands: its columns were measured to fit, and a run has one unit at least.
        run.len() == 1
            || (units[run.clone()].iter().map(|unit| unit.height).sum::<f32>() <= height
                && blocks_of(&reach, run) <= blocks)
    };
    let pages = |run: Range<usize>| spreads.pages_a_spread() + spreads.pages_of_notes(&units[run]);
    best_cut(units.len(), fits, pages)
}

/// Cuts the run of a spread into blocks of dates, as few as its width takes and those as even as they can be.
pub(super) fn blocks(spreads: &Spreads<'_>, units: &[Unit<'_>]) -> Vec<Range<usize>> {
    if spreads.fit.blocks < 2 {
        return std::iter::once(0..units.len()).collect();
    }
    let reach = reach(spreads, units);
    best_cut(units.len(), |run| run.len() == 1 || reach.get(run.start).is_some_and(|end| run.end <= *end), |_| 1)
}

/// For each unit the end of the longest run that begins with it and has room beside the names.
fn reach(spreads: &Spreads<'_>, units: &[Unit<'_>]) -> Vec<usize> {
    let width = spreads.left_room();
    let mut end = 0;
    let from = |begin: usize| {
        end = end.max(begin + 1);
        while end < units.len() && spreads.needed_width(&units[begin..=end]) <= width {
            end += 1;
        }
        end
    };
    (0..units.len()).map(from).collect()
}

/// How many blocks of dates a run takes at least.
fn blocks_of(reach: &[usize], run: Range<usize>) -> usize {
    let (mut at, mut count) = (run.start, 0);
    while at < run.end {
        at = reach.get(at).copied().unwrap_or(run.end).max(at + 1);
        count += 1;
    }
    count
}

/// The cheapest way to cut `0..count` into runs that fit. If a run does not fit, no longer run with the same end does.
fn best_cut(
    count: usize,
    fits: impl Fn(Range<usize>) -> bool,
    pages: impl Fn(Range<usize>) -> usize,
) -> Vec<Range<usize>> {
    // best[i] is the least cost of cutting 0..i, and where its last run begins.
    let mut best: Vec<(Cost, usize)> = vec![((0, 0), 0)];
    for end in 1..=count {
        let runs = (0..end).rev().take_while(|begin| fits(*begin..end));
        let cheapest = runs
            .map(|begin| {
                let ((pages_before, squares), _) = best[begin];
                let length = end - begin;
                ((pages_before + pages(begin..end), squares + length * length), begin)
            })
            .min();
        best.push(cheapest.unwrap_or(((usize::MAX / 2, 0), end - 1)));
    }
    let (mut runs, mut end) = (Vec::new(), count);
    while end > 0 {
        let begin = best[end].1;
        runs.push(begin..end);
        end = begin;
    }
    runs.reverse();
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lengths(count: usize, most: usize) -> Vec<usize> {
        best_cut(count, |run| run.len() <= most, |_| 2).iter().map(ExactSizeIterator::len).collect()
    }

    #[test]
    fn dates_are_spread_evenly_and_no_column_is_left_alone() {
        assert_eq!(lengths(23, 22), [11, 12]);
        assert_eq!(lengths(22, 22), [22]);
        assert_eq!(lengths(67, 22), [16, 17, 17, 17]);
        assert_eq!(lengths(1, 22), [1]);
    }

    #[test]
    fn a_spread_that_needs_more_pages_for_its_notes_is_avoided_only_if_that_saves_pages() {
        // Two heavy units together would take two more pages; apart they take none, on as many spreads.
        let heavy = |run: Range<usize>| if run.contains(&0) && run.contains(&5) { 4 } else { 2 };
        assert_eq!(best_cut(10, |run| run.len() <= 6, heavy), [0..5, 5..10]);
    }

    proptest! {
        #[test]
        fn every_unit_stands_once_and_counts_differ_by_one_at_most(count in 1usize..220, most in 1usize..30) {
            let runs = lengths(count, most);
            prop_assert_eq!(runs.iter().sum::<usize>(), count);
            prop_assert_eq!(runs.len(), count.div_ceil(most));
            prop_assert!(runs.iter().max().unwrap() - runs.iter().min().unwrap() <= 1);
        }
    }
}
