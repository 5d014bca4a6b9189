//! Sharing a book out among volumes: none thicker than a volume may be, and all about equally thick.

use std::ops::Range;

/// Shares parts of these numbers of pages out among as few volumes as hold `room` pages each, in their order. A part
/// thicker than a volume has one to itself.
pub(super) fn share_out(sizes: &[u32], room: u32) -> Vec<Range<usize>> {
    let filled = fill(sizes, room, room);
    let total: u32 = sizes.iter().sum();
    // The least thickness at which the parts still go into that many volumes makes the last about as thick as the rest.
    let least = total / filled.len().max(1) as u32;
    (least..room).map(|aim| fill(sizes, room, aim)).find(|even| even.len() == filled.len()).unwrap_or(filled)
}

/// Fills volumes one after another up to `aim` pages, of which none may have more than `room`.
fn fill(sizes: &[u32], room: u32, aim: u32) -> Vec<Range<usize>> {
    let mut volumes = Vec::new();
    let (mut begins, mut used) = (0, 0);
    for (i, size) in sizes.iter().enumerate() {
        if i > begins && (used + size > room || used + size > aim) {
            volumes.push(begins..i);
            (begins, used) = (i, 0);
        }
        used += size;
    }
    volumes.push(begins..sizes.len());
    volumes
}

#[cfg(test)]
mod tests {
    use super::share_out;
    use proptest::prelude::*;

    #[test]
    fn volumes_are_as_few_as_can_be_and_about_equally_thick() {
        assert_eq!(share_out(&[10, 10, 10], 30).len(), 1);
        assert_eq!(share_out(&[10, 10, 10, 10], 30), [0..2, 2..4]);
        assert_eq!(share_out(&[40, 10], 30), [0..1, 1..2]);
        assert!(share_out(&[], 30)[0].is_empty());
    }

    proptest! {
        #[test]
        fn every_part_stands_in_one_volume_and_no_volume_is_too_thick(
            sizes in prop::collection::vec(1u32..60, 0..60),
            room in 60u32..200,
        ) {
            let volumes = share_out(&sizes, room);
            let mut next = 0;
            for volume in &volumes {
                prop_assert_eq!(volume.start, next);
                prop_assert!(sizes[volume.clone()].iter().sum::<u32>() <= room);
                next = volume.end;
            }
            prop_assert_eq!(next, sizes.len());
        }
    }
}
