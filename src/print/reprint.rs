//! Which leaves of a class's book differ from those that lie in its folder, and what numbers the new ones take.
//!
//! Leaves that are the same keep their places, whatever was added or taken out before them. A leaf that differs takes the
//! number of the one that stood there; where there are more of them now, the further ones get letters (7а, 7б), so that all
//! later ones keep their numbers; where there are fewer, numbers are left out, which the certificate says.

use crate::error::{Error, Result};
use crate::school::LeafNumber;

/// What the sides of a leaf say: the runs of text, each with its row and column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said(pub Vec<Vec<(u32, u32, String)>>);

/// A leaf that is to be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Its place among the leaves of today.
    pub at: usize,
    /// Its number.
    pub leaf: LeafNumber,
    /// The place of the one that it replaces among those in the folder; none of an added one.
    pub instead: Option<usize>,
}

/// What is to be printed, and what the folder is then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The numbers of all leaves of today, in order.
    pub numbers: Vec<LeafNumber>,
    /// The leaves to print.
    pub leaves: Vec<Planned>,
    /// The places of those in the folder that are taken out with nothing in their place.
    pub removed: Vec<usize>,
}

/// Holds the leaves of today against those in the folder, each with its number.
///
/// # Errors
/// More leaves behind one than there are letters.
pub fn plan(old: &[(LeafNumber, Said)], new: &[Said]) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut same = common(old, new).into_iter().chain([(old.len(), new.len())]);
    let (mut from, mut begins) = (0, 0);
    while let Some((mut to, mut ends)) = same.next() {
        // Where numbers do not suffice for what is added, the leaves behind it are numbered with it.
        while !has_room(old, (from, to), ends - begins, plan.numbers.last())
            && let Some(next) = same.next()
        {
            (to, ends) = next;
        }
        for at in begins..ends {
            let instead = (from + (at - begins) < to).then_some(from + (at - begins));
            let leaf = match instead.and_then(|at| old.get(at)) {
                Some((leaf, _)) => *leaf,
                None => behind(plan.numbers.last())?,
            };
            plan.numbers.push(leaf);
            plan.leaves.push(Planned { at, leaf, instead });
        }
        plan.removed.extend((from + (ends - begins)).min(to)..to);
        if let Some((leaf, _)) = old.get(to).filter(|_| ends < new.len()) {
            plan.numbers.push(*leaf);
        }
        (from, begins) = (to + 1, ends + 1);
    }
    Ok(plan)
}

/// Whether so many leaves of today find numbers in the place of those in the folder from `from` to `to`, before the one
/// that stays at `to`. `last` is the number before them.
fn has_room(old: &[(LeafNumber, Said)], (from, to): (usize, usize), new: usize, last: Option<&LeafNumber>) -> bool {
    let added = new.saturating_sub(to - from);
    if added == 0 {
        return true;
    }
    let last = to.checked_sub(1).filter(|at| *at >= from).and_then(|at| old.get(at)).map(|(leaf, _)| leaf).or(last);
    match (last, old.get(to)) {
        (Some(last), Some((next, _))) => last.number != next.number,
        (None, Some(_)) => false,
        (_, None) => true,
    }
}

/// The number of a leaf that is added behind another, or before all.
fn behind(last: Option<&LeafNumber>) -> Result<LeafNumber> {
    let Some(last) = last else { return Ok(LeafNumber::plain(1)) };
    last.next().ok_or_else(|| {
        Error::input(format!("за листом {} добавлено больше листов, чем есть букв", last.number))
            .next("напечатайте журнал целиком")
    })
}

/// The longest run of leaves that both have in order: places in `old` and in `new`.
fn common(old: &[(LeafNumber, Said)], new: &[Said]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut longest = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i].1 == new[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i].1 == new[j] {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(text: &str) -> Said {
        Said(vec![vec![(0, 0, text.to_owned())]])
    }

    fn leaf(text: &str) -> LeafNumber {
        LeafNumber::parse(text).unwrap()
    }

    fn folder(leaves: &[(&str, &str)]) -> Vec<(LeafNumber, Said)> {
        leaves.iter().map(|(number, text)| (leaf(number), said(text))).collect()
    }

    fn numbers(old: &[(&str, &str)], new: &[&str]) -> (Vec<String>, Vec<String>, Vec<usize>) {
        let plan = plan(&folder(old), &new.iter().map(|text| said(text)).collect::<Vec<_>>()).unwrap();
        let shown = |numbers: &[LeafNumber]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
        let printed: Vec<LeafNumber> = plan.leaves.iter().map(|planned| planned.leaf).collect();
        (shown(&plan.numbers), shown(&printed), plan.removed)
    }

    const OLD: [(&str, &str); 4] = [("1", "а"), ("2", "б"), ("3", "в"), ("4", "г")];

    #[test]
    fn later_leaves_keep_their_numbers_whatever_is_added_or_taken_out() {
        let of = |numbers: &[&str]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(numbers(&OLD, &["а", "б", "в", "г"]), (of(&["1", "2", "3", "4"]), of(&[]), vec![]));
        assert_eq!(numbers(&OLD, &["а", "Б", "в", "г"]), (of(&["1", "2", "3", "4"]), of(&["2"]), vec![]));
        let added = numbers(&OLD, &["а", "Б", "+", "+", "в", "г"]);
        assert_eq!(added, (of(&["1", "2", "2а", "2б", "3", "4"]), of(&["2", "2а", "2б"]), vec![]));
        assert_eq!(numbers(&OLD, &["а", "г"]), (of(&["1", "4"]), of(&[]), vec![1, 2]));
        assert_eq!(numbers(&OLD, &["а", "б", "в", "г", "+"]), (of(&["1", "2", "3", "4", "4а"]), of(&["4а"]), vec![]));
        // Nothing stands before the first: it is printed again, and what is more comes behind it.
        assert_eq!(numbers(&OLD, &["+", "а", "б", "в", "г"]).0, of(&["1", "1а", "2", "3", "4"]));
    }

    #[test]
    fn what_is_added_behind_added_leaves_is_lettered_with_them() {
        let old = [("1", "а"), ("1а", "х"), ("2", "б")];
        let (all, printed, _) = numbers(&old, &["а", "+", "х", "б"]);
        assert_eq!(all, ["1", "1а", "1б", "2"]);
        assert_eq!(printed, ["1а", "1б"]);
    }

    #[test]
    fn a_leaf_that_was_added_leaves_room_for_others_before_it_only_where_letters_are_free() {
        let old = [("1", "а"), ("2а", "х"), ("3", "б")];
        let (all, printed, _) = numbers(&old, &["а", "+", "х", "б"]);
        assert_eq!(all, ["1", "1а", "2а", "3"]);
        assert_eq!(printed, ["1а"]);
    }

    #[test]
    fn letters_that_do_not_suffice_are_said() {
        let today: Vec<Said> = (0..30).map(|at| said(&format!("{at}"))).collect();
        assert!(plan(&folder(&[("1", "0")]), &today).unwrap_err().message().contains("чем есть букв"));
    }

    /// The folder once the plan is carried out, in the order of its numbers.
    fn carried_out(folder: &[(LeafNumber, Said)], today: &[Said], plan: &Plan) -> Vec<(LeafNumber, Said)> {
        let gone = |at: usize| plan.removed.contains(&at) || plan.leaves.iter().any(|new| new.instead == Some(at));
        let stay = folder.iter().enumerate().filter(|(at, _)| !gone(*at)).map(|(_, leaf)| leaf.clone());
        let mut after: Vec<_> = stay.chain(plan.leaves.iter().map(|new| (new.leaf, today[new.at].clone()))).collect();
        after.sort_by_key(|(leaf, _)| *leaf);
        after
    }

    fn leaves() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[а-г]", 0..9)
    }

    proptest! {
        #[test]
        fn the_folder_read_in_the_order_of_its_numbers_is_the_book_of_today_time_and_again(
            first in leaves(), turns in prop::collection::vec(leaves(), 1..5),
        ) {
            let mut folder: Vec<_> = (1..).zip(&first).map(|(at, text)| (LeafNumber::plain(at), said(text))).collect();
            for turn in turns {
                let today: Vec<Said> = turn.iter().map(|text| said(text)).collect();
                let plan = plan(&folder, &today).unwrap();
                let after = carried_out(&folder, &today, &plan);
                let (numbers, texts): (Vec<LeafNumber>, Vec<Said>) = after.iter().cloned().unzip();
                prop_assert_eq!(&texts, &today);
                prop_assert_eq!(&numbers, &plan.numbers);
                prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", numbers);
                for new in &plan.leaves {
                    // It takes the number of the one that it replaces, and says something else, unless numbers were lacking.
                    let same = new.instead.is_none_or(|at| folder[at].0 == new.leaf);
                    prop_assert!(same, "{:?}", plan);
                }
                folder = after;
            }
        }

        #[test]
        fn what_has_not_changed_is_not_printed(book in leaves()) {
            let folder: Vec<_> = (1..).zip(&book).map(|(at, text)| (LeafNumber::plain(at), said(text))).collect();
            let today: Vec<Said> = book.iter().map(|text| said(text)).collect();
            let plan = plan(&folder, &today).unwrap();
            prop_assert_eq!((plan.leaves, plan.removed), (vec![], vec![]));
        }
    }
}
