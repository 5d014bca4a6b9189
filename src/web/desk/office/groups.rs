//! «Группы»: who is in which group of a class and since when; changed from a day on.
//!
//! What is sent is what was ticked and what was ticked before: who came and who went, so that what somebody else has changed
//! meanwhile stays.

use super::{Asked, Choice, at_class};
use crate::error::{Error, Result};
use crate::journal::read::{self, Membership, Tables};
use crate::school::{ClassName, Day, counted, format_date};
use crate::web::desk::find::classes::{Member, of_address, roll, within_year};
use crate::web::desk::find::pupil::{address, of_address as pupil_of, of_group};
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::web::words;
use crate::work::groups::{self, Members};
use crate::work::pupils::in_no_group;
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/groups";

#[derive(Template)]
#[template(path = "desk/pages/office/groups.html")]
struct Page {
    frame: Frame,
    choice: Choice,
    /// Where the forms are sent to.
    at: String,
    groups: Vec<Group>,
    ungrouped: Vec<String>,
    /// Everybody of the class, for a new group.
    pupils: Vec<Ticked>,
    today: String,
}

/// A group.
struct Group {
    name: String,
    /// «7А (1), Английский язык — Белова Б.».
    taught: Vec<String>,
    members: Listing,
    pupils: Vec<Ticked>,
}

/// A pupil beside a box.
struct Ticked {
    id: i64,
    name: String,
    is_in: bool,
}

/// `GET /groups`.
pub async fn show(State(desk): State<Arc<Desk>>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &asked)).await)
}

fn page(sitting: &mut Sitting, asked: &Asked) -> Result<Page> {
    let frame = Frame::of(sitting, "Группы".to_owned(), ADDRESS.to_owned())?;
    let day = within_year(sitting)?;
    let tables = sitting.seat.journal.tables();
    let choice = Choice::of(tables, asked, ADDRESS)?;
    let mut page = Page {
        at: String::new(),
        groups: Vec::new(),
        ungrouped: Vec::new(),
        pupils: Vec::new(),
        today: format_date(day),
        choice,
        frame,
    };
    let Some(class) = &page.choice.class else { return Ok(page) };
    page.at = format!("{ADDRESS}/{}", class.ascii());
    let mut class_list = roll(tables, class, day)?;
    // Who comes later this year can be put into a group already.
    class_list.retain(|member| member.stays.iter().any(|stay| stay.until.is_none_or(|until| until > day)));
    let memberships = read::memberships(tables, class)?;
    let mut names: Vec<&String> = memberships.iter().map(|of| &of.group).collect();
    names.dedup();
    for name in names {
        page.groups.push(group(tables, class, name, &class_list, &memberships, day)?);
    }
    page.pupils = ticked(&class_list, |_| false);
    let ungrouped = read::ungrouped(tables, class, day)?;
    page.ungrouped = ungrouped.iter().map(|one| words::sentence(&in_no_group(one).message)).collect();
    Ok(page)
}

fn ticked(class_list: &[Member], is_in: impl Fn(i64) -> bool) -> Vec<Ticked> {
    let ticked = |member: &Member| {
        let id = member.pupil.id;
        Ticked { id, name: member.name.clone(), is_in: is_in(id) }
    };
    class_list.iter().map(ticked).collect()
}

fn group(
    tables: &Tables,
    class: &ClassName,
    name: &str,
    class_list: &[Member],
    memberships: &[Membership],
    day: Day,
) -> Result<Group> {
    let of: Vec<&Membership> = memberships.iter().filter(|of| of.group == name).collect();
    let mut taught = Vec::new();
    for course in read::courses_of(tables, class)?.into_iter().filter(|course| course.key.group == name) {
        let teacher = read::staff(tables, &course.teacher)?.map(|person| person.name.initials());
        taught.push(format!("{} — {}", course.key.subject, teacher.unwrap_or_else(|| course.teacher.to_string())));
    }
    let mut members = Listing::new(&format!("Группа {name}"), &["Ученик", "Дни"], "Сейчас в группе никого нет.");
    for member in class_list {
        let of_him = of.iter().filter(|of| of.pupil == member.pupil.id && of.until.is_none_or(|until| until > day));
        members.rows.extend(of_him.map(|of| {
            let days = Some(of_group(of)).filter(|days| !days.is_empty());
            let days = days.unwrap_or_else(|| "весь год".to_owned());
            vec![Entry::to(address(&member.pupil), member.name.clone()), days.into()]
        }));
    }
    let is_in = |id: i64| of.iter().any(|of| of.pupil == id && of.covers(day));
    Ok(Group { name: name.to_owned(), taught, members, pupils: ticked(class_list, is_in) })
}

/// `POST /groups/{class}`: fields `group`, `since`, `despite`, and of each pupil `was` and `is`, by their rows.
pub async fn set(
    State(desk): State<Arc<Desk>>,
    Path(class): Path<String>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    gone_on(desk.ask(move |sitting| change(sitting, &class, &typed)).await)
}

fn change(sitting: &mut Sitting, class: &str, typed: &[(String, String)]) -> Result<String> {
    let class = of_address(sitting.seat.journal.tables(), class)?;
    let field = |name: &str| typed.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.as_str());
    let ids = |name: &str| -> Vec<i64> {
        typed.iter().filter(|(known, _)| known == name).filter_map(|(_, id)| id.parse().ok()).collect()
    };
    let (was, is) = (ids("was"), ids("is"));
    if was.is_empty() && is.is_empty() {
        return Err(Error::input("в группе никто не отмечен").next("отметьте её учеников"));
    }
    let tables = sitting.seat.journal.tables();
    let mut steps = Vec::new();
    for id in is.iter().filter(|id| !was.contains(id)) {
        steps.push((pupil_of(tables, *id)?.file.to_string(), true));
    }
    for id in was.iter().filter(|id| !is.contains(id)) {
        steps.push((pupil_of(tables, *id)?.file.to_string(), false));
    }
    let said = sitting.day_or_none(field("since"))?;
    let (group, despite) = (field("group"), !field("despite").is_empty());
    let mut place = sitting.seat.place()?;
    let since = groups::group_changes_on(&place, &class, group, said)?;
    let (done, count) = groups::set_group(&mut place, &class, group, &Members::Changes(steps), since, despite)?;
    let from = match since.day {
        None => "с начала года".to_owned(),
        Some(day) if !since.is_said && since.has_lessons => format!("с {}: у группы уже были уроки", format_date(day)),
        Some(day) => format!("с {}", format_date(day)),
    };
    let count = counted(count as u64, ["ученик", "ученика", "учеников"]);
    sitting.say(&done, &format!("{class}, группа «{}»: {count}, {from}", group.trim()));
    Ok(at_class(ADDRESS, &class))
}

/// A group that was made by mistake.
#[derive(Deserialize)]
pub struct Annulled {
    group: String,
    reason: String,
}

/// `POST /groups/{class}/annul`.
pub async fn annul(State(desk): State<Arc<Desk>>, Path(class): Path<String>, Form(typed): Form<Annulled>) -> Response {
    let set = move |sitting: &mut Sitting| {
        let class = of_address(sitting.seat.journal.tables(), &class)?;
        let done = groups::annul_group(&mut sitting.seat.place()?, &class, &typed.group, &typed.reason)?;
        sitting.say(&done, &format!("{class}, группа «{}»: аннулирована", typed.group));
        Ok(at_class(ADDRESS, &class))
    };
    gone_on(desk.ask(set).await)
}
