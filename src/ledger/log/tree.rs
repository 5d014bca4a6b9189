//! The Merkle tree of RFC 6962 over a ledger's records.
//!
//! Leaf number `seq − 1` is SHA-256(0x00 ‖ payload ‖ signature) of the record `seq`; a node is SHA-256(0x01 ‖ left ‖ right). The
//! signature is in the leaf, since a payload can be guessed («Иванов, 5») and a signature cannot: whoever sees hashes of a proof
//! learns nothing from them. Sizes and places count leaves.

use crate::ledger::chain::{Hash, Record};
use sha2::{Digest, Sha256};

/// The leaf of a record.
pub fn leaf(record: &Record) -> Hash {
    Sha256::new().chain_update([0]).chain_update(&record.payload).chain_update(record.signature).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over these leaves; over none it is the SHA-256 of nothing (RFC 6962 §2.1).
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(&root(left), &root(right))
        }
    }
}

/// How many leaves are on the left of a tree of more than one: the largest power of two below its size.
fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

/// Proves that the leaf at a place is in the tree over `leaves`: the hashes beside its way up, from below (RFC 6962 §2.1.1).
/// Nothing where there is no such leaf.
pub fn inclusion(leaves: &[Hash], place: usize) -> Option<Vec<Hash>> {
    if place >= leaves.len() {
        return None;
    }
    let (mut leaves, mut place, mut proof) = (leaves, place, Vec::new());
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if place < left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            place -= left.len();
            leaves = right;
        }
    }
    proof.reverse();
    Some(proof)
}

/// Proves that the tree over `leaves` begins with its first `old` ones (RFC 6962 §2.1.2): of none and of all of them without a
/// hash. Nothing where there are not so many.
pub fn consistency(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old > leaves.len() {
        return None;
    }
    if old == 0 {
        return Some(Vec::new());
    }
    let (mut leaves, mut old, mut whole, mut proof) = (leaves, old, true, Vec::new());
    while old < leaves.len() {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if old <= left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            old -= left.len();
            leaves = right;
            whole = false;
        }
    }
    // The root of the old tree itself is known to whoever asks.
    if !whole {
        proof.push(root(leaves));
    }
    proof.reverse();
    Some(proof)
}

/// Whether the proof shows that `leaf` stands at a place of the tree of this size and root.
pub fn includes(leaf: &Hash, place: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if place >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (place, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            hash = node(beside, &hash);
            (place, last) = above((place, last));
        } else {
            hash = node(&hash, beside);
            (place, last) = (place >> 1, last >> 1);
        }
    }
    last == 0 && hash == *root
}

/// The way up from a place that has somebody on its left: on the right edge it goes past levels where nobody is.
fn above((place, last): (u64, u64)) -> (u64, u64) {
    let up = place.trailing_zeros() + 1;
    (place.checked_shr(up).unwrap_or(0), last.checked_shr(up).unwrap_or(0))
}

/// Whether the proof shows that the tree of one size and root begins with all of another one.
pub fn extends(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    match old_size {
        0 => return proof.is_empty(),
        _ if old_size > new_size => return false,
        _ if old_size == new_size => return proof.is_empty() && old_root == new_root,
        _ => {}
    }
    // A full left subtree is its own first hash and is not sent.
    let (first, rest) = match (old_size.is_power_of_two(), proof.split_first()) {
        (true, _) => (*old_root, proof),
        (false, Some((first, rest))) => (*first, rest),
        (false, None) => return false,
    };
    let down = (old_size - 1).trailing_ones();
    let (mut place, mut last) = ((old_size - 1) >> down, (new_size - 1) >> down);
    let (mut was, mut is) = (first, first);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            (was, is) = (node(beside, &was), node(beside, &is));
            (place, last) = above((place, last));
        } else {
            is = node(&is, beside);
            (place, last) = (place >> 1, last >> 1);
        }
    }
    last == 0 && was == *old_root && is == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::chain::Tip;
    use crate::ledger::identity::Identity;
    use proptest::prelude::*;

    fn leaves(size: usize) -> Vec<Hash> {
        (0..size).map(|place| Sha256::digest(place.to_le_bytes()).into()).collect()
    }

    #[test]
    fn every_leaf_is_proven_at_its_place_and_at_no_other() {
        for size in 1..=70 {
            let leaves = leaves(size);
            let root = root(&leaves);
            for (place, leaf) in leaves.iter().enumerate() {
                let proof = inclusion(&leaves, place).unwrap();
                for other in 0..size as u64 + 1 {
                    assert_eq!(
                        includes(leaf, other, size as u64, &proof, &root),
                        other == place as u64,
                        "{place} of {size}"
                    );
                }
            }
            assert_eq!(inclusion(&leaves, size), None);
        }
    }

    #[test]
    fn a_tree_extends_its_own_beginnings_and_no_other() {
        for size in 0..=40 {
            let leaves = leaves(size);
            let now = root(&leaves);
            for old in 0..=size {
                let proof = consistency(&leaves, old).unwrap();
                let before = root(&leaves[..old]);
                assert!(extends((old as u64, &before), (size as u64, &now), &proof), "{old} of {size}");
                if old > 0 {
                    let mut forked = leaves[..old].to_vec();
                    forked[old / 2][0] ^= 1;
                    assert!(!extends((old as u64, &root(&forked)), (size as u64, &now), &proof), "{old} of {size}");
                }
            }
            assert_eq!(consistency(&leaves, size + 1), None);
        }
    }

    #[test]
    fn the_roots_are_those_of_rfc_6962() {
        // Those of Go's `golang.org/x/mod/sumdb/tlog`, which its own tests hold against Certificate Transparency's.
        let known: Vec<Hash> =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
                .iter()
                .map(|hex| {
                    let bytes: Vec<u8> =
                        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
                    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
                })
                .collect();
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (size, expected) in roots.iter().enumerate() {
            assert_eq!(crate::ledger::chain::hex(&root(&known[..size])), *expected, "{size}");
        }
    }

    #[test]
    fn a_leaf_is_of_payload_and_signature() {
        let author = Identity::generate();
        let record = Tip::EMPTY.sign(&author, "раз".into());
        let mut other = record.clone();
        other.signature[0] ^= 1;
        assert_ne!(leaf(&record), leaf(&other));
        other = record.clone();
        other.payload.push('!');
        assert_ne!(leaf(&record), leaf(&other));
    }

    proptest! {
        #[test]
        fn no_other_proof_is_believed(size in 2usize..300, old in 1usize..300, place in 0usize..300, at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let leaves = leaves(size);
            let (old, place, now) = (old % size, place % size, root(&leaves));
            let mut proof = inclusion(&leaves, place).unwrap();
            let spoiled = at.index(proof.len());
            proof[spoiled][at.index(32)] ^= 1 << bit;
            prop_assert!(!includes(&leaves[place], place as u64, size as u64, &proof, &now));
            let mut proof = consistency(&leaves, old).unwrap();
            if !proof.is_empty() && old > 0 {
                let spoiled = at.index(proof.len());
                proof[spoiled][at.index(32)] ^= 1 << bit;
                prop_assert!(!extends((old as u64, &root(&leaves[..old])), (size as u64, &now), &proof));
            }
        }

        #[test]
        fn strange_proofs_do_not_stop_the_program(
            sizes in any::<(u64, u64, u64)>(), proof in prop::collection::vec(any::<Hash>(), 0..70), hash in any::<Hash>(),
        ) {
            let _ = includes(&hash, sizes.0, sizes.1, &proof, &hash);
            prop_assert!(sizes.0 == 0 || sizes.0 == sizes.2 || !extends((sizes.0, &hash), (sizes.2, &hash), &proof));
        }
    }
}
