//! Strict verification of many Ed25519 signatures of few authors.
//!
//! A school has some sixty keys and its ledger some hundred thousand signatures, so what depends on the key alone is
//! worked out once: a table of multiples of −A. With it `R' = S·B + k·(−A)` takes additions only, without the two
//! hundred and fifty doublings that a verification without a table spends most of its time on.
//!
//! The answers are those of `VerifyingKey::verify_strict`, for every signature and not only for honest ones, and
//! `docs/decisions/0003-signatures-one-by-one.md` says why that matters more than speed:
//!
//! * `S` must be below the group's order;
//! * `k` is taken as the number that it is and multiplied with −A, never −k with A: reduced modulo the order of the
//!   subgroup, the two differ for a key that is off by a point of small order;
//! * `R'` is compared as bytes, so `R` has one spelling, and the equation is the one without the cofactor;
//! * a key and an `R` of small order are refused. `R` itself is never decompressed: where it equals `R'`, the order of
//!   `R'` is its order, and where it does not, the signature is false anyhow.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsBasepointTable, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::BasepointTable;
use rayon::prelude::*;
use sha2::{Digest, Sha512};
use std::collections::HashMap;

/// A signature to be checked among many.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// What was signed.
    pub message: &'a [u8],
    /// The Ed25519 signature.
    pub signature: &'a [u8; 64],
    /// The public key it must be of.
    pub key: &'a [u8; 32],
}

/// So many signatures of a key pay for its table, which takes as long to make as a hundred of them take to check.
const WORTH_A_TABLE: usize = 100;

/// A key made ready to check signatures with.
pub struct Verifier {
    key: [u8; 32],
    /// Multiples of −A, about 30 KiB.
    table: Box<EdwardsBasepointTable>,
}

impl Verifier {
    /// Makes the table of a public key; nothing where the key is no point of the curve or of small order, so that no
    /// signature can be of it.
    pub fn new(key: &[u8; 32]) -> Option<Self> {
        let point = CompressedEdwardsY(*key).decompress().filter(|point| !point.is_small_order())?;
        Some(Self { key: *key, table: Box::new(EdwardsBasepointTable::create(&-point)) })
    }

    /// Whether `signature` is this key's over exactly `message`: the answer of `VerifyingKey::verify_strict`.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let Some((r, s)) = signature.split_first_chunk::<32>() else { return false };
        let Some(s) = s.try_into().ok().and_then(|s| Option::<Scalar>::from(Scalar::from_canonical_bytes(s))) else {
            return false;
        };
        let digest = Sha512::new().chain_update(r).chain_update(self.key).chain_update(message).finalize();
        let k = Scalar::from_bytes_mod_order_wide(&digest.into());
        let expected = EdwardsPoint::mul_base(&s) + self.table.mul_base(&k);
        expected.compress().as_bytes() == r && !expected.is_small_order()
    }
}

/// Keys met so far, with tables for those that sign much.
#[derive(Default)]
pub struct Verifiers {
    keys: HashMap<[u8; 32], Known>,
}

#[derive(Default)]
struct Known {
    signatures: usize,
    verifier: Option<Verifier>,
}

impl Verifiers {
    /// Checks signatures on all processors and gives the places of those that do not hold, in order.
    pub fn invalid(&mut self, signed: &[Signed<'_>]) -> Vec<usize> {
        for item in signed {
            self.keys.entry(*item.key).or_default().signatures += 1;
        }
        let lacking = |known: &Known| known.verifier.is_none() && known.signatures >= WORTH_A_TABLE;
        let mut lacking: Vec<_> = self.keys.iter_mut().filter(|(_, known)| lacking(known)).collect();
        lacking.par_iter_mut().for_each(|(key, known)| known.verifier = Verifier::new(key));
        // By key, so that its table stays in the processor's cache.
        let mut order: Vec<usize> = (0..signed.len()).collect();
        order.sort_unstable_by_key(|place| (signed[*place].key, *place));
        let holds = |place: usize| {
            let item = &signed[place];
            match self.keys.get(item.key).and_then(|known| known.verifier.as_ref()) {
                Some(verifier) => verifier.verify(item.message, item.signature),
                None => super::identity::verify(item.key, item.message, item.signature),
            }
        };
        let mut bad: Vec<usize> = order.into_par_iter().with_min_len(16).filter(|place| !holds(*place)).collect();
        bad.sort_unstable();
        bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::EIGHT_TORSION;
    use curve25519_dalek::traits::Identity;
    use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
    use proptest::prelude::*;

    /// The order of the subgroup, little end first.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    fn dalek(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    fn ours(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        Verifier::new(key).is_some_and(|verifier| verifier.verify(message, signature))
    }

    /// Demands that both say the same; gives what they say.
    #[track_caller]
    fn agree(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        let answer = ours(key, message, signature);
        assert_eq!(answer, dalek(key, message, signature), "key {key:02x?}, signature {signature:02x?}");
        answer
    }

    fn joined(r: [u8; 32], s: [u8; 32]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r);
        signature[32..].copy_from_slice(&s);
        signature
    }

    /// `number` and the group's order, added as 256-bit numbers.
    fn plus_order(number: [u8; 32]) -> [u8; 32] {
        let mut carry = 0;
        std::array::from_fn(|i| {
            let sum = u16::from(number[i]) + u16::from(ORDER[i]) + carry;
            carry = sum >> 8;
            (sum & 0xff) as u8
        })
    }

    fn challenge(r: &[u8; 32], key: &[u8; 32], message: &[u8]) -> Scalar {
        let digest = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize();
        Scalar::from_bytes_mod_order_wide(&digest.into())
    }

    /// Every spelling of the points of small order: the canonical ones, those with a y of p or more, and those with
    /// the sign of x set where x is zero.
    fn small_order_spellings() -> Vec<[u8; 32]> {
        let mut all: Vec<[u8; 32]> = EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
        let mut p = [0xff; 32];
        (p[0], p[31]) = (0xed, 0x7f);
        let mut p_plus_one = p;
        p_plus_one[0] = 0xee;
        all.extend([p, p_plus_one]);
        let with_sign = all.iter().map(|bytes| {
            let mut bytes = *bytes;
            bytes[31] ^= 0x80;
            bytes
        });
        let with_sign: Vec<_> = with_sign.collect();
        all.extend(with_sign);
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn honest_and_damaged_signatures_get_the_strict_answer(
            seed in any::<[u8; 32]>(), message in prop::collection::vec(any::<u8>(), 0..300), bit in 0usize..512, key_bit in 0usize..256,
        ) {
            let signing = SigningKey::from_bytes(&seed);
            let key = signing.verifying_key().to_bytes();
            let signature = signing.sign(&message).to_bytes();
            prop_assert!(agree(&key, &message, &signature));
            let mut flipped = signature;
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!agree(&key, &message, &flipped));
            let mut other = key;
            other[key_bit / 8] ^= 1 << (key_bit % 8);
            prop_assert!(!agree(&other, &message, &signature));
            let mut longer = message.clone();
            longer.push(0);
            prop_assert!(!agree(&key, &longer, &signature));
        }

        #[test]
        fn a_signature_whose_s_is_not_below_the_order_is_refused(seed in any::<[u8; 32]>(), message in any::<[u8; 8]>()) {
            let signing = SigningKey::from_bytes(&seed);
            let signature = signing.sign(&message);
            let malleable = joined(*signature.r_bytes(), plus_order(*signature.s_bytes()));
            prop_assert!(!agree(&signing.verifying_key().to_bytes(), &message, &malleable));
        }

        #[test]
        fn arbitrary_bytes_get_the_strict_answer(key in any::<[u8; 32]>(), message in any::<[u8; 8]>(), r in any::<[u8; 32]>(), s in any::<[u8; 32]>()) {
            agree(&key, &message, &joined(r, s));
        }

        /// Whoever knows his secret may add a point of small order to his key or to R; then the equations with and
        /// without the cofactor differ, and for some messages (k divisible by eight) even the strict one holds.
        #[test]
        fn keys_and_rs_that_are_off_by_a_point_of_small_order_get_the_strict_answer(
            secret in any::<[u8; 32]>(), nonce in any::<[u8; 32]>(), message in any::<[u8; 8]>(),
        ) {
            let (a, nonce) = (Scalar::from_bytes_mod_order(secret), Scalar::from_bytes_mod_order(nonce));
            for of_key in EIGHT_TORSION {
                for of_r in EIGHT_TORSION {
                    let key = (EdwardsPoint::mul_base(&a) + of_key).compress().to_bytes();
                    let r = (EdwardsPoint::mul_base(&nonce) + of_r).compress().to_bytes();
                    let s = nonce + challenge(&r, &key, &message) * a;
                    agree(&key, &message, &joined(r, s.to_bytes()));
                }
            }
        }
    }

    #[test]
    fn of_a_key_that_is_off_by_a_point_of_small_order_some_signatures_hold_and_both_say_which() {
        let (a, nonce) = (Scalar::from(7u64), Scalar::from(11u64));
        let key = (EdwardsPoint::mul_base(&a) + EIGHT_TORSION[1]).compress().to_bytes();
        let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
        let holds = (0..64u8).filter(|n| {
            let s = nonce + challenge(&r, &key, &[*n]) * a;
            agree(&key, &[*n], &joined(r, s.to_bytes()))
        });
        assert!((1..32).contains(&holds.count()), "about one in eight");
    }

    /// The cases of «Taming the many EdDSAs» (Chalkias, Garillot, Nikolaenko, 2020), made anew: A and R of small order, of
    /// mixed order, in every spelling, with S zero, small, and not below the order.
    #[test]
    fn the_edge_cases_of_taming_the_many_eddsas_get_the_strict_answer() {
        let small = small_order_spellings();
        let honest = EdwardsPoint::mul_base(&Scalar::from(5u64)).compress().to_bytes();
        let zero = [0; 32];
        let scalars =
            [zero, Scalar::ONE.to_bytes(), Scalar::from(5u64).to_bytes(), ORDER, plus_order(ORDER), [0xff; 32]];
        for message in [&b""[..], b"taming", b"letopis"] {
            for first in small.iter().chain([&honest]) {
                for second in small.iter().chain([&honest]) {
                    for s in scalars {
                        let holds = agree(first, message, &joined(*second, s));
                        assert!(!holds, "nobody signed this");
                    }
                }
            }
        }
    }

    #[test]
    fn an_r_of_small_order_is_refused_even_where_the_equation_holds() {
        // R = identity with S = k·a: the equation holds, and a lax check would accept it.
        let a = Scalar::from(9u64);
        let key = EdwardsPoint::mul_base(&a).compress().to_bytes();
        let r = EdwardsPoint::identity().compress().to_bytes();
        let signature = joined(r, (challenge(&r, &key, b"x") * a).to_bytes());
        let lax = VerifyingKey::from_bytes(&key).unwrap();
        assert!(ed25519_dalek::Verifier::verify(&lax, b"x", &Signature::from_bytes(&signature)).is_ok());
        assert!(!agree(&key, b"x", &signature));
    }

    #[test]
    fn of_many_signatures_the_false_ones_are_named_with_a_table_and_without() {
        let keys: Vec<SigningKey> = (1..4).map(|n| SigningKey::from_bytes(&[n; 32])).collect();
        // The third key signs too little for a table.
        let author = |n: usize| if n % 100 == 99 { 2 } else { n % 2 };
        let messages: Vec<[u8; 8]> = (0..600u64).map(u64::to_le_bytes).collect();
        let sign = |(n, message): (usize, &[u8; 8])| keys[author(n)].sign(message).to_bytes();
        let mut signatures: Vec<[u8; 64]> = messages.iter().enumerate().map(sign).collect();
        let public: Vec<[u8; 32]> = keys.iter().map(|key| key.verifying_key().to_bytes()).collect();
        let mut verifiers = Verifiers::default();
        let mut check = |signatures: &[[u8; 64]]| {
            let signed =
                |n: usize| Signed { message: &messages[n], signature: &signatures[n], key: &public[author(n)] };
            verifiers.invalid(&(0..600).map(signed).collect::<Vec<_>>())
        };
        assert_eq!(check(&signatures), [] as [usize; 0]);
        for n in [590, 37, 199] {
            signatures[n][n % 64] ^= 1;
        }
        assert_eq!(check(&signatures), [37, 199, 590]);
        assert!(verifiers.keys[&public[0]].verifier.is_some() && verifiers.keys[&public[2]].verifier.is_none());
    }
}
