//! Which recovery slices, each times which factor, give the slices that were lost: a system of linear equations over
//! GF(2¹⁶), an equation a recovery slice and an unknown a lost slice.
//!
//! The constants of PAR2 make a few systems singular that should not be (its matrix is not quite Vandermonde's), so an
//! equation that says nothing new is passed over and the next one taken.

use rayon::prelude::*;

use super::galois::{inverse, power_of_two};
use super::kernel::{BLOCK, Kernel, planar_len};

/// How lost slices come out of recovery slices.
pub struct Solution {
    /// Which of the equations were used.
    pub used: Vec<usize>,
    /// For each lost slice, what each used equation counts.
    pub factors: Vec<Vec<u16>>,
}

/// Solves for the slices whose constants have these logarithms, from recovery slices with these exponents. Nothing
/// where they do not suffice.
pub fn solve(constants: &[u64], exponents: &[u32]) -> Option<Solution> {
    let unknowns = constants.len();
    let mut known: Vec<Equation> = Vec::with_capacity(unknowns);
    let mut used = Vec::with_capacity(unknowns);
    for (at, exponent) in exponents.iter().enumerate() {
        if known.len() == unknowns {
            break;
        }
        let mut equation = Equation::zero(2 * unknowns);
        for (column, constant) in constants.iter().enumerate() {
            equation.set(column, power_of_two(constant * u64::from(*exponent)));
        }
        // The right half keeps which equations this one is made of.
        equation.set(unknowns + used.len(), 1);
        for other in &known {
            equation.add(equation.get(other.pivot), other);
        }
        let Some(pivot) = (0..unknowns).find(|column| equation.get(*column) != 0) else { continue };
        equation.pivot = pivot;
        equation.scale(inverse(equation.get(pivot)));
        known.par_iter_mut().for_each(|other| other.add(other.get(pivot), &equation));
        known.push(equation);
        used.push(at);
    }
    if known.len() < unknowns {
        return None;
    }
    known.sort_by_key(|equation| equation.pivot);
    let factors = known.iter().map(|equation| (unknowns..2 * unknowns).map(|column| equation.get(column)).collect());
    Some(Solution { used, factors: factors.collect() })
}

/// Coefficients, in planes.
struct Equation {
    pivot: usize,
    planes: Vec<u8>,
}

impl Equation {
    fn zero(columns: usize) -> Self {
        Self { pivot: 0, planes: vec![0; planar_len(2 * columns)] }
    }

    /// Where the low byte of a column lies; the high one lies half a block further.
    fn place(column: usize) -> usize {
        let words = BLOCK / 2;
        column / words * BLOCK + column % words
    }

    fn get(&self, column: usize) -> u16 {
        let at = Self::place(column);
        u16::from_le_bytes([self.planes[at], self.planes[at + BLOCK / 2]])
    }

    fn set(&mut self, column: usize, value: u16) {
        let at = Self::place(column);
        [self.planes[at], self.planes[at + BLOCK / 2]] = value.to_le_bytes();
    }

    fn add(&mut self, factor: u16, other: &Self) {
        if factor != 0 {
            Kernel::best().factor(factor).multiply_add(&other.planes, &mut self.planes);
        }
    }

    fn scale(&mut self, factor: u16) {
        let mut scaled = vec![0; self.planes.len()];
        Kernel::best().factor(factor).multiply_add(&self.planes, &mut scaled);
        self.planes = scaled;
    }
}

#[cfg(test)]
mod tests {
    use super::super::galois::{multiply, slice_constants};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn unknowns_come_out_of_any_exponents(
            values in proptest::collection::vec(any::<u16>(), 1..40),
            lost in proptest::collection::btree_set(0_usize..32_768, 40),
            exponents in proptest::collection::btree_set(0_u32..60_000, 50),
        ) {
            let logs: Vec<u64> = slice_constants().map(u64::from).collect();
            let constants: Vec<u64> = lost.iter().take(values.len()).map(|at| logs[*at]).collect();
            let exponents: Vec<u32> = exponents.into_iter().collect();
            let sum = |exponent: u32| {
                let terms = constants.iter().zip(&values);
                terms.fold(0, |sum, (c, value)| sum ^ multiply(power_of_two(c * u64::from(exponent)), *value))
            };
            let solution = solve(&constants, &exponents).unwrap();
            let known: Vec<u16> = solution.used.iter().map(|at| sum(exponents[*at])).collect();
            for (factors, value) in solution.factors.iter().zip(&values) {
                let found = factors.iter().zip(&known).fold(0, |sum, (factor, known)| sum ^ multiply(*factor, *known));
                prop_assert_eq!(found, *value);
            }
        }
    }

    #[test]
    fn an_equation_that_says_nothing_new_is_passed_over_and_too_few_are_not_enough() {
        // The exponent 65,535 is the exponent 0 again.
        let solution = solve(&[1, 2], &[0, 65_535, 1]).unwrap();
        assert_eq!(solution.used, [0, 2]);
        assert!(solve(&[1, 2], &[0, 65_535]).is_none());
    }
}
