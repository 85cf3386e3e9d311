//! Columns on a terminal, where a Chinese character takes two.

use unicode_width::UnicodeWidthStr;

/// How many columns a text without colours takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// A text without colours, with spaces behind it up to so many columns.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(["created", "已创建", ""].map(|it| padded(it, 8)), ["created ", "已创建  ", "        "]);
        assert_eq!(padded("longer than that", 8), "longer than that");
    }
}
