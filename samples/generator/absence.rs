//! Who was away and why: illnesses of several days, single days off, lessons skipped.
//!
//! A pupil who is ill is away from every lesson of those days. In the journal
//! that is «н» as the teacher saw it, or already «б» or «у» where the reason was
//! known; the class teacher's reasons come as spans with their document. A few
//! absences stay unexplained, as they do.

use crate::calendar::{self, BEGINS, Date, ENDS};
use crate::random::Rng;
use crate::school::Pupil;

pub struct Span {
    pub from: Date,
    pub to: Date,
    /// From this lesson of the day on; 1 is the whole day.
    pub from_lesson: usize,
    pub code: &'static str,
    /// None is unexplained.
    pub reason: Option<&'static str>,
    pub document: String,
}

const ILLNESS: &str = "болезнь";
const VALID: &str = "уважительная";
const INVALID: &str = "неуважительная";

/// A pupil's absences of the year, in order and apart from each other.
pub fn of(pupil: &Pupil, rng: &mut Rng) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    if let Some((from, to)) = pupil.illness {
        let document = format!("выписка из стационара № 318 от {}", to.dotted());
        spans.push(Span { from, to, from_lesson: 1, code: "б", reason: Some(ILLNESS), document });
    }
    for _ in 0..rng.between(0, 4) {
        let from = any_day(rng);
        add(&mut spans, illness(from, rng));
    }
    for _ in 0..rng.between(0, 2) {
        let from = any_day(rng);
        add(&mut spans, day_off(from, rng));
    }
    let truancies = if pupil.ability < 45 { rng.between(1, 6) } else { rng.between(0, 1) };
    for _ in 0..truancies {
        let from = any_day(rng);
        add(&mut spans, truancy(from, rng));
    }
    let days = calendar::school_days();
    let missed = |span: &Span| days.iter().any(|day| span.from <= *day && *day <= span.to);
    let attended = |span: &Span| pupil.attends(span.from) && pupil.attends(span.to);
    spans.retain(|span| missed(span) && attended(span));
    spans.sort_by_key(|span| span.from);
    spans
}

/// The code with which the pupil stands at that lesson, if he was away.
pub fn code_at(spans: &[Span], date: Date, lesson: usize) -> Option<&'static str> {
    let span = spans.iter().find(|s| s.from <= date && date <= s.to)?;
    (lesson >= span.from_lesson).then_some(span.code)
}

fn any_day(rng: &mut Rng) -> Date {
    let day = BEGINS.plus(rng.below((ENDS.days_since(BEGINS) - 8) as usize) as i32);
    day.plus(if day.weekday() > 4 { 2 } else { 0 })
}

fn add(spans: &mut Vec<Span>, new: Span) {
    let apart = |span: &Span| new.to < span.from.plus(-2) || span.to.plus(2) < new.from;
    if spans.iter().all(apart) {
        spans.push(new);
    }
}

fn illness(from: Date, rng: &mut Rng) -> Span {
    let to = from.plus(rng.between(2, 7));
    let number = 20 + to.days_since(BEGINS) * 3 / 2 + rng.between(0, 9);
    let seen = to.plus(match to.weekday() {
        5 => -1,
        6 => -2,
        _ => 0,
    });
    Span {
        from,
        to,
        from_lesson: 1,
        code: if rng.permille(400) { "б" } else { "н" },
        reason: Some(ILLNESS),
        document: format!("справка № {number} от {}", seen.dotted()),
    }
}

fn day_off(from: Date, rng: &mut Rng) -> Span {
    let order = 60 + from.days_since(BEGINS) / 2;
    let document = match rng.below(4) {
        0 => format!("приказ № {order}-о от {} (участие в соревнованиях)", from.plus(-1).dotted()),
        1 => format!("приказ № {order}-о от {} (участие в олимпиаде)", from.plus(-1).dotted()),
        _ => format!("заявление родителей от {}", from.plus(-1).dotted()),
    };
    let explained = rng.permille(880);
    Span {
        from,
        to: from,
        from_lesson: 1,
        code: if explained && rng.permille(500) { "у" } else { "н" },
        reason: explained.then_some(VALID),
        document: if explained { document } else { String::new() },
    }
}

fn truancy(from: Date, rng: &mut Rng) -> Span {
    let explained = rng.permille(700);
    let with_note = explained && rng.permille(500);
    Span {
        from,
        to: from,
        from_lesson: [1, 3, 4, 4][rng.below(4)],
        code: "н",
        reason: explained.then_some(INVALID),
        document: if with_note {
            format!("объяснительная от {}", from.plus(1).dotted())
        } else {
            String::new()
        },
    }
}
