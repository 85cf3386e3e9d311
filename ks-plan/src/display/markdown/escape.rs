//! Values inside Markdown, such that they stay values: no mention, no link, no markup, no end of a block.
//!
//! Everything that comes from a configuration or a cluster stands in code. Forges read no mention and no reference there, and
//! what stands in code needs no other escaping than a fence that is longer than any inside.

use crate::display::sentences::one_line;

/// A value within a line.
///
/// # Example
/// ```text
/// a `quoted` word  →  ``a `quoted` word``
/// ```
pub fn code(text: &str) -> String {
    let text = one_line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    // Spaces at both ends are taken off by readers, which also keeps a backtick away from the fence.
    let gap = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{gap}{text}{gap}{fence}")
}

/// A value within HTML, as the summary of a folded object is.
pub fn html(text: &str) -> String {
    let mut escaped = String::from("<code>");
    for c in one_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped + "</code>"
}

/// Lines in a block of their own, coloured as a comparison.
pub fn block(lines: &[String]) -> String {
    let body = lines.join("\n");
    let fence = "`".repeat(longest_run(&body).max(2) + 1);
    format!("{fence}diff\n{body}\n{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_are_longer_than_any_inside() {
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a `b` ``c``"), "``` a `b` ``c`` ```");
        assert_eq!(code(""), "`  `");
        assert_eq!(block(&["+ ````".to_owned()]), "`````diff\n+ ````\n`````");
        assert_eq!(block(&["+ a".to_owned()]), "```diff\n+ a\n```");
    }

    #[test]
    fn no_value_breaks_out_of_its_line_or_its_element() {
        assert_eq!(code("a\n\n</details>"), "`a\\n\\n</details>`");
        assert_eq!(html("</code></summary>\n&"), "<code>&lt;/code&gt;&lt;/summary&gt;\\n&amp;</code>");
    }
}
