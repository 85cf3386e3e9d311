//! A source as it may be shown beside a problem: values that look secret are covered, and nothing moves.

use super::Source;

/// Parts of the names of fields whose values nobody should read over a shoulder or in a log.
const SECRET: [&str; 7] = ["password", "passwd", "token", "secret", "credential", "privatekey", "headers"];

impl Source {
    /// The same text with asterisks in place of values that look secret: those of fields such as `password`, and what
    /// stands before the `@` of an address. Every byte keeps its place, so that spans still fit.
    ///
    /// # Example
    /// ```
    /// use ks_model::config::Source;
    ///
    /// let source = Source::new("cc.yaml", "redis: { password: sesame, port: 1 }");
    /// assert_eq!(source.covered().text, "redis: { password: ******, port: 1 }");
    /// ```
    #[must_use]
    pub fn covered(&self) -> Self {
        let lines: Vec<String> = self.text.split('\n').map(covered_line).collect();
        Self { name: self.name.clone(), text: lines.join("\n") }
    }
}

fn covered_line(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(colon) = rest.find(':') {
        let (before, after) = rest.split_at(colon + 1);
        shown.push_str(before);
        rest = after;
        let value = if is_secret(key_before(before)) {
            let start = rest.len() - rest.trim_start().len();
            shown.push_str(&rest[..start]);
            rest = &rest[start..];
            &rest[..end_of_value(rest)]
        } else if let Some(user) = rest.strip_prefix("//").and_then(user_part) {
            shown.push_str("//");
            rest = &rest["//".len()..];
            user
        } else {
            ""
        };
        shown.extend(value.chars().flat_map(|it| std::iter::repeat_n('*', it.len_utf8())));
        rest = &rest[value.len()..];
    }
    shown + rest
}

/// The name that ends where the colon stands.
fn key_before(text: &str) -> &str {
    let text = text.trim_end_matches(':').trim_end().trim_end_matches(['"', '\'']);
    text.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next().unwrap_or_default()
}

fn is_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    SECRET.iter().any(|it| plain.contains(it))
}

/// Where a value ends that begins here: with its quote, with its bracket, or before the next part of the line.
fn end_of_value(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    match first {
        '"' | '\'' => text[1..].find(first).map_or(text.len(), |at| at + 2),
        '{' | '[' => text.rfind(['}', ']']).map_or(text.len(), |at| at + 1),
        _ => [text.find([',', '}', ']']), text.find(" #")].into_iter().flatten().min().unwrap_or(text.len()),
    }
}

/// What stands before the `@` of an address.
fn user_part(address: &str) -> Option<&str> {
    let host = address.split(['/', ' ', '"', '\'']).next().unwrap_or_default();
    host.rsplit_once('@').map(|(user, _)| user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_values_are_covered_and_nothing_moves() {
        let table = [
            ("  password: sesame # why", "  password: ****** # why"),
            ("  \"adminPassword\": \"ses ame\", b: 1", "  \"adminPassword\": *********, b: 1"),
            ("a: { bearer-token: 'x', url: 'https://u:p@h/p' }", "a: { bearer-token: ***, url: 'https://***@h/p' }"),
            ("headers: { X-Key: sesame }", "headers: *****************"),
            ("jwtSecret: ä", "jwtSecret: **"),
            ("  volumeSize: 20Gi", "  volumeSize: 20Gi"),
            ("url: https://example.org:80/a@b", "url: https://example.org:80/a@b"),
            ("password:", "password:"),
        ];
        for (text, expected) in table {
            let covered = Source::new("cc.yaml", text).covered().text;
            assert_eq!(covered, expected);
            assert_eq!(covered.len(), text.len());
        }
    }
}
