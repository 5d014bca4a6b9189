//! Writes a school's year as the files that `letopis import` reads.
//!
//! ```text
//! generate-school DIR [--classes N] [--seed N]
//! ```
//!
//! Without `--classes` it writes the sample school of three classes with its
//! hand-made difficulties; with it, a school of any size for measuring. The
//! same arguments give the same bytes on every machine: all chance comes from
//! one small generator, all arithmetic is on integers, and nothing is iterated
//! in an order that is not fixed.
//!
//! A school is made in the order a real one comes to be: the curriculum says
//! what is taught, people are found for it, the timetable is fitted, lessons
//! are planned, and then the year is lived through: pupils fall ill, are asked,
//! write their control works, and are given final marks.

mod absence;
mod calendar;
mod courses;
mod curriculum;
mod finals;
mod marks;
mod names;
mod pupils;
mod random;
mod school;
mod staff;
mod tables;
mod timetable;
mod topics;
mod write;
mod year;

use std::path::PathBuf;
use std::process::ExitCode;

use random::Rng;
use school::School;

const USAGE: &str = "usage: generate-school DIR [--classes N] [--seed N]";
const DEFAULT_SEED: u64 = 2025;

struct Arguments {
    dir: PathBuf,
    classes: Option<usize>,
    seed: u64,
}

fn arguments() -> Result<Arguments, String> {
    let (mut dir, mut classes, mut seed) = (None, None, DEFAULT_SEED);
    let mut args = std::env::args_os().skip(1);
    while let Some(arg) = args.next() {
        let name = arg.to_string_lossy().into_owned();
        if name == "--classes" || name == "--seed" {
            let value = args.next().ok_or_else(|| format!("{name} needs a number"))?;
            let number = value.to_str().and_then(|v| v.parse::<u64>().ok());
            let number = number.ok_or_else(|| format!("{name} needs a number"))?;
            match name.as_str() {
                "--seed" => seed = number,
                _ if (1..=110).contains(&number) => classes = Some(number as usize),
                _ => return Err("--classes takes 1 to 110".to_string()),
            }
        } else if name.starts_with("--") || dir.is_some() {
            return Err(format!("unexpected {name}"));
        } else {
            dir = Some(PathBuf::from(arg));
        }
    }
    let dir = dir.ok_or("no folder given")?;
    Ok(Arguments { dir, classes, seed })
}

/// Everyone and everything of the school on the first of September.
fn found(classes: Option<usize>, seed: u64) -> School {
    let mut school = match classes {
        None => {
            let classes = pupils::sample_classes(seed);
            let (staff, courses) = staff::sample(&classes);
            School::new(classes, staff, courses, true)
        }
        Some(count) => {
            let classes = pupils::invented_classes(count, seed);
            let (staff, courses) = courses::invented(&classes, seed);
            School::new(classes, staff, courses, false)
        }
    };
    staff::appoint_class_teachers(&mut school);
    timetable::fit(&mut school, &mut Rng::of(seed, "timetable", 0));
    school
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(fault) => {
            eprintln!("{fault}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let school = found(arguments.classes, arguments.seed);
    let year = year::live(&school, arguments.seed);
    if let Err(error) = tables::write_all(&arguments.dir, &school, &year, arguments.seed) {
        eprintln!("{}: {error}", arguments.dir.display());
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}
