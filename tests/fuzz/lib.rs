//! A fuzz target for every parser of the table.

pub mod parsers;

use parsers::{Scratch, Target, targets};
use std::path::PathBuf;
use std::sync::OnceLock;

pub use libfuzzer_sys;

static TARGET: OnceLock<Target> = OnceLock::new();

/// Chooses the parser and puts its seeds into the corpus, which libFuzzer reads after this.
pub fn begin(name: &str) {
    // A panic that the program answers itself, as in a stranger's workbook, is none. Without the hook of libfuzzer-sys
    // all others still end the process, once they have unwound.
    drop(std::panic::take_hook());
    let target = targets().into_iter().find(|target| target.name == name).expect("the table has the target");
    if let Some(corpus) = std::env::args_os().skip(1).map(PathBuf::from).find(|path| path.is_dir()) {
        for (number, seed) in target.seeds.iter().enumerate() {
            std::fs::write(corpus.join(format!("seed-{number}")), seed).expect("the corpus can be written");
        }
    }
    let _ = TARGET.set(target);
}

/// Hands the input to the parser.
pub fn run(input: &[u8]) {
    let target = TARGET.get().expect("libFuzzer begins before it runs");
    (target.run)(&Scratch::default(), input);
}

/// The fuzz target of a parser.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(init: $crate::begin($name), |input: &[u8]| $crate::run(input));
    };
}
