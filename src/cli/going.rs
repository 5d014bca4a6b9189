//! Who goes where in the next year, in words.

use super::advice;
use crate::error::{Action, Next};
use crate::journal::read::Pupil;
use crate::work::year::{ClassGoing, Placing, Unplaced, WhyNot};
use serde_json::{Value, json};

/// Says class by class where the pupils go, and names those who could not be placed.
pub fn say(placing: &Placing) {
    println!("Куда переходят ученики:");
    for class in &placing.classes {
        println!("  {}", of_class(class, placing));
        named("оставлены на повторное обучение", &class.repeating);
        named("окончили школу", &class.finished);
        named("выбывают", &class.leaving);
        named("выбыли после окончания года", &class.left);
        named("переведены условно, проверьте ликвидацию задолженности", &class.conditionally);
    }
    if placing.unplaced.is_empty() {
        return;
    }
    println!("Не распределены ({}), они перешли без класса:", placing.unplaced.len());
    for unplaced in &placing.unplaced {
        let Unplaced { pupil, class, why } = unplaced;
        let class = class.as_ref().map_or(String::new(), |class| format!(", {class}"));
        let why = why_not(why);
        println!("  {} ({}){class}: {why}", pupil.name.surname_given(), pupil.file);
    }
    println!("  {}", advice::advice(&Next::by("зачислите их в класс в новом журнале", Action::EnrollPupil)));
}

/// Why somebody could not be placed.
fn why_not(why: &WhyNot) -> String {
    match why {
        WhyNot::NoDecision => "решения педагогического совета нет".to_owned(),
        WhyNot::Undecided(words) => format!("решение «{words}» не говорит, куда"),
        WhyNot::NoClass => "не состоит ни в одном классе".to_owned(),
    }
}

/// The same for scripts.
pub fn as_json(placing: &Placing) -> Value {
    let who = |pupil: &Pupil| json!({ "pupil": pupil.file, "name": pupil.name.surname_given() });
    let list = |pupils: &[Pupil]| pupils.iter().map(who).collect::<Vec<_>>();
    let class = |class: &ClassGoing| {
        let to: Vec<Value> =
            class.to.iter().map(|(to, count)| json!({ "class": to.to_string(), "pupils": count })).collect();
        json!({
            "class": class.class.to_string(), "to": to, "repeating": list(&class.repeating),
            "conditionally": list(&class.conditionally), "finished": list(&class.finished),
            "leaving": list(&class.leaving), "left": list(&class.left),
        })
    };
    let unplaced = |unplaced: &Unplaced| {
        json!({
            "pupil": unplaced.pupil.file, "name": unplaced.pupil.name.surname_given(),
            "class": unplaced.class.as_ref().map(ToString::to_string), "why": why_not(&unplaced.why),
        })
    };
    json!({
        "classes": placing.classes.iter().map(class).collect::<Vec<_>>(),
        "unplaced": placing.unplaced.iter().map(unplaced).collect::<Vec<_>>(),
        "placed": placing.placed(), "gone": placing.gone(),
    })
}

/// «7А: в 8А — 25, окончили — 0».
fn of_class(class: &ClassGoing, placing: &Placing) -> String {
    let mut parts: Vec<String> = class.to.iter().map(|(to, count)| format!("в {to} — {count}")).collect();
    let unplaced = placing.unplaced.iter().filter(|unplaced| unplaced.class.as_ref() == Some(&class.class)).count();
    for (what, count) in [
        ("окончили", class.finished.len()),
        ("выбывают", class.leaving.len()),
        ("выбыли", class.left.len()),
        ("не распределены", unplaced),
    ] {
        parts.extend((count > 0).then(|| format!("{what} — {count}")));
    }
    match parts.is_empty() {
        true => format!("{}: учеников нет", class.class),
        false => format!("{}: {}", class.class, parts.join(", ")),
    }
}

fn named(what: &str, pupils: &[Pupil]) {
    if !pupils.is_empty() {
        let name = |pupil: &Pupil| format!("{} ({})", pupil.name.surname_given(), pupil.file);
        let names: Vec<String> = pupils.iter().map(name).collect();
        println!("    {what}: {}", names.join(", "));
    }
}
