//! The values a layout is made of, each of which refuses what could not be printed.

use crate::school::clean;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::marker::PhantomData;

/// A length in mm, from 0 to 420.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mm(pub f32);

/// A size of type in points: 6.5, below which nobody reads a copy, to 72.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size(pub f32);

/// The weight of a rule in points: from 0.2, which every printer still draws, to 5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight(pub f32);

/// How many leaves may be bound together: 10 to 250, beyond which a volume cannot be stitched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaves(pub u32);

/// Where the halves of a spread stand, marks and lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Halves {
    /// On upright pages that face each other.
    Facing,
    /// Side by side on a lying page.
    SideBySide,
}

/// A fixed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label(String);

/// A text with named places such as `{class}`; `P` says which places the form fills.
#[derive(Debug, Clone)]
pub struct Wording<P>(String, PhantomData<P>);

/// A line of a form: a name, and a text with named places.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "P: Places"))]
pub struct Named<P> {
    /// The name.
    pub name: Label,
    /// What it is.
    pub value: Wording<P>,
}

/// The columns of a table that a layout may order as it likes: each of a form's fields exactly once.
#[derive(Debug, Clone)]
pub struct Columns<F>(Vec<Column<F>>);

/// A column of a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column<F> {
    /// What stands in it.
    pub field: F,
    /// Its heading.
    pub heading: Label,
    /// Its width in mm.
    pub width: Mm,
    /// Where its texts stand.
    #[serde(default)]
    pub align: ColumnAlign,
    /// Whether words of its texts may be divided at the end of a line, as names may not.
    #[serde(default)]
    pub hyphens: bool,
}

/// Where the texts of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnAlign {
    /// In the middle.
    #[default]
    Centre,
    /// At the left edge.
    Left,
    /// At the right edge.
    Right,
}

/// What can stand in the columns of a form's table.
pub trait Fields: Copy + PartialEq + 'static {
    /// Every field, with its name in the layout.
    const ALL: &'static [(&'static str, Self)];
}

/// The names of places that a form fills in a wording.
pub trait Places {
    /// The names without braces.
    const NAMES: &'static [&'static str];
}

impl Label {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<F> Columns<F> {
    /// The columns in their order on paper.
    pub fn iter(&self) -> std::slice::Iter<'_, Column<F>> {
        self.0.iter()
    }
}

impl<P: Places> Wording<P> {
    /// A wording that the program has for layouts that were made before it was asked for.
    pub(super) fn built_in(text: &str) -> Self {
        Self(text.to_owned(), PhantomData)
    }

    /// The text with every place filled.
    pub fn fill(&self, values: &[(&str, &str)]) -> String {
        let mut out = String::new();
        let mut rest = self.0.as_str();
        // A filled value may hold braces of its own, so the wording is read once from left to right.
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
            rest = tail;
        }
        out + rest
    }
}

fn number<'de, D: Deserializer<'de>>(source: D, from: f32, to: f32, what: &str) -> Result<f32, D::Error> {
    let value = f32::deserialize(source)?;
    if (from..=to).contains(&value) {
        Ok(value)
    } else {
        Err(D::Error::custom(format!("{what} должна быть от {from} до {to}, а не {value}")))
    }
}

impl<'de> Deserialize<'de> for Mm {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        number(source, 0.0, 420.0, "длина в мм").map(Self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        number(source, 6.5, 72.0, "величина шрифта в пунктах").map(Self)
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        number(source, 0.2, 5.0, "толщина линии в пунктах").map(Self)
    }
}

impl<'de> Deserialize<'de> for Leaves {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let leaves = u32::deserialize(source)?;
        if (10..=250).contains(&leaves) {
            Ok(Self(leaves))
        } else {
            Err(D::Error::custom(format!("листов в томе может быть от 10 до 250, а не {leaves}")))
        }
    }
}

fn printable<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    clean(&String::deserialize(source)?).map_err(|e| D::Error::custom(e.message()))
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = printable(source)?;
        if text.contains(['{', '}']) {
            return Err(D::Error::custom(format!("в надписи «{text}» ничего не подставляется")));
        }
        Ok(Self(text))
    }
}

impl<'de, P: Places> Deserialize<'de> for Wording<P> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = printable(source)?;
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else {
                return Err(D::Error::custom(format!("в надписи «{text}» скобка не закрыта")));
            };
            if !P::NAMES.contains(&name) {
                let known = P::NAMES.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
                return Err(D::Error::custom(format!("{{{name}}} здесь не подставляется; можно {known}")));
            }
            rest = tail;
        }
        Ok(Self(text, PhantomData))
    }
}

impl<'de, F: Fields + Deserialize<'de>> Deserialize<'de> for Columns<F> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let columns: Vec<Column<F>> = Vec::deserialize(source)?;
        for (name, field) in F::ALL {
            match columns.iter().filter(|column| column.field == *field).count() {
                1 => {}
                0 => return Err(D::Error::custom(format!("нет столбца {name}"))),
                _ => return Err(D::Error::custom(format!("столбец {name} назван дважды"))),
            }
        }
        Ok(Self(columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Greeting;
    impl Places for Greeting {
        const NAMES: &'static [&'static str] = &["who", "when"];
    }

    #[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Cell {
        Name,
        Mark,
    }
    impl Fields for Cell {
        const ALL: &'static [(&'static str, Self)] = &[("name", Self::Name), ("mark", Self::Mark)];
    }

    #[derive(Debug, serde::Deserialize)]
    struct One<T> {
        value: T,
    }

    fn wording(text: &str) -> Result<One<Wording<Greeting>>, toml::de::Error> {
        toml::from_str(&format!("value = \"{text}\""))
    }

    #[test]
    fn places_are_filled_and_values_are_not_read_again() {
        let greeting = wording("{when} пришёл {who}.").unwrap().value;
        assert_eq!(greeting.fill(&[("who", "{when}"), ("when", "Вчера")]), "Вчера пришёл {when}.");
    }

    #[test]
    fn an_unknown_or_open_place_is_refused() {
        assert!(wording("{where}").is_err());
        assert!(wording("{who").is_err());
    }

    #[test]
    fn a_character_the_fonts_lack_is_refused() {
        assert!(wording("🙂").unwrap_err().message().contains("U+1F642"));
    }

    #[test]
    fn columns_may_be_ordered_but_neither_left_out_nor_doubled() {
        let columns = |fields: &[&str]| {
            let column = |field| format!("{{ field = \"{field}\", heading = \"А\", width = 10 }}");
            let columns = fields.iter().map(column).collect::<Vec<_>>().join(", ");
            toml::from_str::<One<Columns<Cell>>>(&format!("value = [{columns}]"))
        };
        let order: Vec<Cell> = columns(&["mark", "name"]).unwrap().value.iter().map(|column| column.field).collect();
        assert_eq!(order, [Cell::Mark, Cell::Name]);
        assert!(columns(&["name"]).unwrap_err().message().contains("нет столбца mark"));
        assert!(columns(&["name", "mark", "name"]).unwrap_err().message().contains("name назван дважды"));
        assert!(columns(&["name", "mark", "age"]).is_err());
    }

    #[test]
    fn sizes_keep_their_bounds() {
        assert!(toml::from_str::<One<Size>>("value = 6.4").is_err());
        assert_eq!(toml::from_str::<One<Size>>("value = 6.5").unwrap().value.0, 6.5);
        assert!(toml::from_str::<One<Mm>>("value = -1").is_err());
        assert!(toml::from_str::<One<Mm>>("value = nan").is_err());
        assert_eq!(toml::from_str::<One<Mm>>("value = 20").unwrap().value.0, 20.0);
    }
}
