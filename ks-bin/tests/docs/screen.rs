//! What a command printed against what a page shows.

use std::sync::LazyLock;

use regex_lite::Regex;

/// The line that stands for lines which a page leaves out.
pub const LEFT_OUT: &str = "…";

/// What differs from run to run, and what stands in its place in a comparison.
const VARYING: [(&str, &str); 9] = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TIME"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\d+ requests: .*", "REQUESTS"),
    (r"Slowest: .*", "SLOWEST"),
    (r"\S+_\d+_[0-9a-f]{8}", "HOLDER"),
    (r"\S+@\S+", "WHO"),
    (r"\b(\d+m )?\d+(\.\d+)?m?s\b", "TIME"),
    (r"  +", " "),
];

/// A line without what differs from run to run.
pub fn settled(line: &str) -> String {
    static PATTERNS: LazyLock<Vec<(Regex, &str)>> =
        LazyLock::new(|| VARYING.map(|(pattern, name)| (Regex::new(pattern).unwrap(), name)).into());
    let start = line.trim_end().to_owned();
    PATTERNS.iter().fold(start, |line, (pattern, name)| pattern.replace_all(&line, *name).into_owned())
}

/// Whether a page shows what was printed: line for line, where `…` may stand for any number of lines once.
pub fn shows(page: &[&str], printed: &[&str]) -> bool {
    let same = |page: &[&str], printed: &[&str]| {
        page.len() == printed.len() && page.iter().zip(printed).all(|(a, b)| settled(a) == settled(b))
    };
    match split(page) {
        None => same(page, printed),
        Some((head, tail)) => {
            head.len() + tail.len() <= printed.len()
                && same(head, &printed[..head.len()])
                && same(tail, &printed[printed.len() - tail.len()..])
        }
    }
}

/// What a page should show of what was printed, as many lines at the beginning and the end as it shows now.
pub fn shown<'t>(page: &[&'t str], printed: &[&'t str]) -> Vec<&'t str> {
    if shows(page, printed) {
        return page.to_vec();
    }
    match split(page) {
        Some((head, tail)) if head.len() + tail.len() < printed.len() => {
            [&printed[..head.len()], &[LEFT_OUT], &printed[printed.len() - tail.len()..]].concat()
        }
        _ => printed.to_vec(),
    }
}

fn split<'p, 't>(page: &'p [&'t str]) -> Option<(&'p [&'t str], &'p [&'t str])> {
    let at = page.iter().position(|it| it.trim() == LEFT_OUT)?;
    Some((&page[..at], &page[at + 1..]))
}

#[test]
fn what_varies_is_no_difference() {
    assert!(shows(&["ready after 1.2s"], &["ready  after 14s"]));
    assert!(shows(&["1  2026-11-24T04:27:29Z  jane@build-7  +1"], &["1  2025-01-01T00:00:00Z  ks@localhost  +1"]));
    assert!(!shows(&["+1"], &["+2"]));
}

#[test]
fn lines_are_left_out_once() {
    let printed = ["a", "b", "c", "d"];
    assert!(shows(&["a", "…", "d"], &printed) && shows(&["a", "b", "…", "c", "d"], &printed));
    assert!(!shows(&["b", "…", "d"], &printed) && !shows(&["a", "…"], &[]));
    assert_eq!(shown(&["?", "…", "?", "?"], &printed), ["a", "…", "c", "d"]);
    assert_eq!(shown(&["?"], &printed), printed);
}
