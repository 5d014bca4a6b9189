//! Malformed input: every parser is handed damaged files, and answers with an error and not with a panic.
//!
//! Each target starts from what it should read, and damages it: bits, bytes, pieces cut out, doubled, swapped with pieces of
//! other inputs, words that parsers stumble over. The random numbers are always the same. A short run belongs to the
//! suite; a million inputs are tried with `cargo test --release malformed -- --ignored --nocapture`. The same parsers
//! are fuzz targets: `tests/fuzz`.

#[path = "../fuzz/parsers.rs"]
mod parsers;

use parsers::{Scratch, targets};
use std::time::Instant;

/// Words that parsers stumble over.
const WORDS: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n\n",
    b"\"",
    b"\\u0000",
    b"{",
    b"[[[[[[[[",
    b"-1",
    b"18446744073709551616",
    b"1e999",
    b"../",
    b"/",
    b"9999-12-31",
    b"29.02.2025",
    b"00.00.0000",
    "й".as_bytes(),
    "и\u{306}".as_bytes(),
    "🙂".as_bytes(),
    b";;;;",
    b"\t",
    b"nan",
    b"null",
    b"%00",
    b"-----BEGIN",
    b"0",
    b"4/5/5/5/5",
];

/// Marsaglia's xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// A seed, damaged up to four times.
    fn damaged(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            let at = self.below(input.len() + 1);
            let end = (at + self.below(16)).min(input.len());
            match self.below(7) {
                0 if !input.is_empty() => {
                    let at = at.min(input.len() - 1);
                    input[at] ^= 1 << self.below(8);
                }
                1 => drop(input.drain(at..end)),
                2 => {
                    let piece = input[at..end].to_vec();
                    input.splice(at..at, piece.into_iter().cycle().take(self.below(200)));
                }
                3 => input.truncate(at),
                4 => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len() + 1);
                    input.splice(at..end, other[from..].iter().copied());
                }
                5 => drop(input.splice(at..end, (0..self.below(9)).map(|n| (n * 37) as u8))),
                _ => drop(input.splice(at..end, WORDS[self.below(WORDS.len())].iter().copied())),
            }
        }
        input
    }
}

/// Hands each target its share of `inputs` damaged inputs; gives how many there were.
fn run(inputs: u32) -> u32 {
    let scratch = Scratch::default();
    let (targets, mut random, mut done) = (targets(), Random(0x4c45_544f_5049_5321), 0);
    for target in &targets {
        let start = Instant::now();
        let share = (u64::from(target.share) * u64::from(inputs) / 1_000_000).max(30);
        for seed in &target.seeds {
            (target.run)(&scratch, seed);
        }
        for _ in 0..share {
            let input = random.damaged(&target.seeds);
            let held = std::panic::catch_unwind(|| (target.run)(&scratch, &input));
            assert!(held.is_ok(), "«{}» panicked at {:?}", target.name, String::from_utf8_lossy(&input));
            done += 1;
        }
        println!("{:16} {share:7} inputs in {:.1} s", target.name, start.elapsed().as_secs_f64());
    }
    done
}

#[test]
fn no_damaged_input_makes_a_parser_panic() {
    assert!(run(10_000) >= 10_000);
}

#[test]
fn a_large_table_is_read_in_time_that_grows_no_faster_than_it_does() {
    let csv = targets().into_iter().find(|target| target.name == "csv").unwrap();
    let lines = (1..=100_000).map(|number| format!("{number};т\n")).collect::<String>();
    for table in [format!("№;Тема\n{lines}"), format!("№;Тема{}\n1;т\n", ";".repeat(200_000))] {
        let start = Instant::now();
        (csv.run)(&Scratch::default(), table.as_bytes());
        // Linear it is a second or two, quadratic it would be minutes.
        assert!(start.elapsed().as_secs() < 20);
    }
}

#[test]
fn every_parser_has_a_fuzz_target() {
    let manifest: toml::Table = include_str!("../fuzz/Cargo.toml").parse().unwrap();
    let fuzzed: Vec<_> = manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str().unwrap()).collect();
    assert_eq!(targets().iter().map(|target| target.name).collect::<Vec<_>>(), fuzzed);
}

#[test]
#[ignore = "takes minutes: a million inputs"]
fn a_million_damaged_inputs_make_no_parser_panic() {
    assert!(run(1_000_000) >= 1_000_000);
}
