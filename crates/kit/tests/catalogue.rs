//! Holds the page of reasons to the table in the code.

const PAGE: &str = include_str!("../../../docs/errors.md");

#[test]
fn the_page_of_errors_holds_the_catalogue_word_for_word() {
    let catalogue = vortex_kit::error::catalogue();
    assert!(
        PAGE.contains(&format!("\n\n{catalogue}\n")),
        "docs/errors.md does not hold the catalogue; its table must be:\n\n{catalogue}"
    );
}

#[test]
fn the_page_of_errors_names_no_reason_that_is_not_in_the_catalogue() {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
    for row in rows {
        let name = row.split('`').nth(1).unwrap_or_default();
        assert!(
            name.parse::<vortex_kit::error::Reason>().is_ok(),
            "{name} is none of the catalogue's reasons"
        );
    }
}
