//! What a viewer is told of a file beyond what krilla writes: that bookmarks are shown, that the window bears the title. And
//! what is left out: `/Suspects`, which says nothing where it is false.
//!
//! krilla writes the catalog as the last object before the table of places, so nothing but the place of that table moves.

/// Tells viewers; gives the file as it was where it is not as krilla writes it.
pub(super) fn for_viewers(pdf: Vec<u8>, bookmarks: bool) -> Vec<u8> {
    told(&pdf, bookmarks).unwrap_or(pdf)
}

fn told(pdf: &[u8], bookmarks: bool) -> Option<Vec<u8>> {
    let begins = last(pdf, b"<</Type/Catalog")?;
    let (before, rest) = pdf.split_at_checked(begins)?;
    let ends = last(rest, b"\nendobj\nxref\n")?;
    let (catalog, after) = rest.split_at_checked(ends)?;
    let mut catalog = std::str::from_utf8(catalog).ok()?.replace("/Suspects false", "").strip_suffix(">>")?.to_owned();
    if !catalog.contains("/ViewerPreferences") {
        catalog += "/ViewerPreferences<</DisplayDocTitle true>>";
    }
    if bookmarks && !catalog.contains("/PageMode") {
        catalog += "/PageMode/UseOutlines";
    }
    let after = std::str::from_utf8(after).ok()?;
    let (table, place) = after.rsplit_once("\nstartxref\n")?;
    let end = place.strip_prefix(|c: char| c.is_ascii_digit())?.trim_start_matches(|c: char| c.is_ascii_digit());
    let place = before.len() + catalog.len() + ">>\nendobj\n".len();
    let tail = format!(">>{table}\nstartxref\n{place}{end}");
    Some([before, catalog.as_bytes(), tail.as_bytes()].concat())
}

/// Where the last occurrence begins.
fn last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|part| part == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_is_told_and_the_table_stays_where_it_is_said_to_be() {
        let pdf = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/MarkInfo<</Marked true/Suspects false>>>>\nendobj\nxref\n0 2\n0000000009 00000 n \ntrailer\n<</Root 1 0 R>>\nstartxref\n78\n%%EOF\n";
        let told = String::from_utf8(for_viewers(pdf.into(), true)).unwrap();
        assert!(
            told.contains(
                "/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>/PageMode/UseOutlines>>"
            )
        );
        let place: usize = told.rsplit_once("startxref\n").unwrap().1.lines().next().unwrap().parse().unwrap();
        assert!(told[place..].starts_with("xref\n"), "{told}");
    }

    #[test]
    fn what_is_written_otherwise_stays_as_it_is() {
        for pdf in ["", "%PDF-1.7", "<</Type/Catalog>>", "<</Type/Catalog>>\nendobj\nxref\n"] {
            assert_eq!(for_viewers(pdf.into(), true), pdf.as_bytes());
        }
    }
}
