//! The book as a whole.

use super::pages::{is_writing, pages, read};

#[test]
fn every_page_stands_in_the_table_of_contents() {
    if is_writing() {
        return; // Pages are written at this moment.
    }
    let contents = read("docs/SUMMARY.md");
    let is_listed = |page: &str| page == "SUMMARY.md" || contents.contains(&format!("({page})"));
    for page in pages() {
        if let Ok(page) = page.strip_prefix("docs") {
            let page = page.to_str().unwrap();
            assert!(is_listed(page), "docs/SUMMARY.md does not list {page}");
        }
    }
}
