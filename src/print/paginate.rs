//! Cutting a table into pages: which of its rows stand on which, by their heights.

use std::ops::Range;

/// Cuts parts of these heights into pages: `first` mm on the first page, `other` on the others, and below the last part
/// `tail` mm kept free. Every page takes at least one part, so that there is an end even where a part is higher than a
/// page. The last page never holds a single part, or nothing above the tail, while the one before could spare some.
pub fn paginate(heights: &[f32], first: f32, other: f32, tail: f32) -> Vec<Range<usize>> {
    let (mut pages, mut begins, mut used): (Vec<Range<usize>>, _, _) = (Vec::new(), 0, 0.0);
    for (i, height) in heights.iter().enumerate() {
        let room = if pages.is_empty() { first } else { other };
        if i > begins && used + height > room {
            pages.push(begins..i);
            (begins, used) = (i, 0.0);
        }
        used += height;
    }
    let room = if pages.is_empty() { first } else { other };
    if used + tail > room && heights.len() - begins > 1 {
        let spared = begins + (heights.len() - begins).div_ceil(2);
        pages.push(begins..spared);
        begins = spared;
    }
    if let Some(before) = pages.last_mut()
        && heights.len() - begins == 1
        && before.len() > 2
    {
        before.end -= 1;
        begins -= 1;
    }
    pages.push(begins..heights.len());
    pages
}

/// As [`paginate`], on as many pages, but about equally full: none is left nearly empty.
pub fn evenly(heights: &[f32], first: f32, other: f32, tail: f32) -> Vec<Range<usize>> {
    let fullest = paginate(heights, first, other, tail);
    let (count, last) = (heights.len(), fullest.len() - 1);
    if last == 0 {
        return fullest;
    }
    // How little so many rows cost on the pages so far, the sum of the squares of how full each is, and for each page
    // where it begins then.
    let mut least = vec![f32::INFINITY; count + 1];
    least[0] = 0.0;
    let mut begins: Vec<Vec<usize>> = Vec::new();
    for page in 0..=last {
        let (room, below) = (if page == 0 { first } else { other }, if page == last { tail } else { 0.0 });
        let (mut costs, mut from) = (vec![f32::INFINITY; count + 1], vec![0; count + 1]);
        for end in 1..=count {
            let mut used = below;
            for begin in (0..end).rev() {
                used += heights[begin];
                if used > room + NEAR {
                    break;
                }
                let full = used / room;
                let cost = least[begin] + full * full;
                if cost < costs[end] {
                    (costs[end], from[end]) = (cost, begin);
                }
            }
        }
        least = costs;
        begins.push(from);
    }
    if !least[count].is_finite() {
        return fullest;
    }
    let (mut pages, mut end) = (Vec::new(), count);
    for from in begins.iter().rev() {
        pages.push(from[end]..end);
        end = from[end];
    }
    pages.reverse();
    pages
}

/// What rows that just fit may be too high by, in mm.
const NEAR: f32 = 0.01;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_shared_out_evenly_over_no_more_pages_than_they_take() {
        let lengths = |heights: &[f32], first: f32, other: f32, tail: f32| -> Vec<usize> {
            evenly(heights, first, other, tail).iter().map(ExactSizeIterator::len).collect()
        };
        let mut shared = lengths(&[1.0; 26], 5.0, 5.0, 0.0);
        shared.sort_unstable();
        assert_eq!(shared, [4, 4, 4, 4, 5, 5]);
        // What stands below the last rows is counted with them, and the first page has less room.
        assert_eq!(lengths(&[1.0; 14], 10.0, 12.0, 6.0), [8, 6]);
        // Of rows that are higher than a page nothing better is known.
        assert_eq!(lengths(&[30.0; 3], 10.0, 10.0, 0.0), [1, 1, 1]);
        assert_eq!(lengths(&[1.0], 10.0, 10.0, 0.0), [1]);
    }

    fn lengths(heights: &[f32], tail: f32) -> Vec<usize> {
        paginate(heights, 9.0, 9.0, tail).iter().map(ExactSizeIterator::len).collect()
    }

    #[test]
    fn pages_are_filled_and_none_is_empty() {
        assert_eq!(paginate(&[4.0; 4], 9.0, 5.0, 0.0), [0..2, 2..3, 3..4]);
        assert_eq!(paginate(&[50.0, 1.0], 9.0, 9.0, 0.0), [0..1, 1..2]);
        assert_eq!(lengths(&[], 0.0), [0]);
    }

    #[test]
    fn the_last_page_is_not_left_with_one_row_or_with_signatures_alone() {
        assert_eq!(paginate(&[1.0; 10], 9.0, 9.0, 0.0), [0..8, 8..10]);
        assert_eq!(paginate(&[1.0; 9], 9.0, 9.0, 4.0), [0..5, 5..9]);
        assert_eq!(lengths(&[1.0; 5], 4.0), [5]);
    }
}
