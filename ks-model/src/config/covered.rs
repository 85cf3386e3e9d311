//! A source as it may be shown beside a problem: values that look secret are covered, and nothing moves.

use super::Source;

/// Parts of the names of fields whose values nobody should read over a shoulder or in a log.
const SECRET: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "credential",
    "privatekey",
    "accesskey",
    "apikey",
    "basicauth",
    "headers",
];

impl Source {
    /// The same text with asterisks in place of what looks secret: all that follows a field such as `password`, to the end of
    /// its line and on the lines below that stand further in, and what stands before the `@` of an address. Rather too
    /// much than too little: how far a value goes is known only where the text is sound. Every byte keeps its place, so that
    /// spans still fit.
    ///
    /// # Example
    /// ```
    /// use ks_model::config::Source;
    ///
    /// let source = Source::new("cc.yaml", "redis: { port: 1, password: sesame }");
    /// assert_eq!(source.covered().text, "redis: { port: 1, password: ****** *");
    /// ```
    #[must_use]
    pub fn covered(&self) -> Self {
        let mut below: Option<usize> = None;
        let line = |line: &str| {
            let depth = line.len() - line.trim_start().len();
            if below.is_some_and(|it| depth > it || line.trim().is_empty()) {
                return stars(line);
            }
            let (shown, is_secret) = covered_line(line);
            below = is_secret.then_some(depth);
            shown
        };
        let lines: Vec<String> = self.text.split('\n').map(line).collect();
        Self { name: self.name.clone(), text: lines.join("\n") }
    }
}

/// A line with what is secret in it covered, and whether that is a field whose value may go on below.
fn covered_line(line: &str) -> (String, bool) {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(colon) = rest.find(':') {
        let (before, after) = rest.split_at(colon + 1);
        shown.push_str(before);
        if is_secret_name(key_before(before)) {
            return (shown + &stars(after), true);
        }
        rest = after;
        if let Some(user) = rest.strip_prefix("//").and_then(user_part) {
            shown.push_str("//");
            shown.push_str(&stars(user));
            rest = &rest["//".len() + user.len()..];
        }
    }
    (shown + rest, false)
}

/// The same number of bytes, spaces as they are.
fn stars(text: &str) -> String {
    let star = |it: char| if it.is_ascii_whitespace() { String::from(it) } else { "*".repeat(it.len_utf8()) };
    text.chars().map(star).collect()
}

/// The name that ends where the colon stands.
fn key_before(text: &str) -> &str {
    let text = text.trim_end_matches(':').trim_end().trim_end_matches(['"', '\'']);
    text.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next().unwrap_or_default()
}

/// Whether values below a key of this name look secret.
pub fn is_secret_name(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    SECRET.iter().any(|it| plain.contains(it))
}

/// Whether an address in a text says who asks: `https://user:password@host`.
pub fn has_credentials(text: &str) -> bool {
    text.split("//").skip(1).any(|it| user_part(it).is_some())
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
    fn what_looks_secret_is_covered_and_nothing_moves() {
        let table = [
            ("  password: sesame # why", "  password: ****** * ***"),
            ("  \"adminPassword\": \"a\\\"b\", c: 1", "  \"adminPassword\": ******* ** *"),
            ("a: { url: 'https://u:p@h/p', bearer-token: 'x' }", "a: { url: 'https://***@h/p', bearer-token: *** *"),
            ("a: { password: pass,word}", "a: { password: **********"),
            ("jwtSecret: ä", "jwtSecret: **"),
            ("headers:\n  X-Key: sesame\nport: 1", "headers:\n  ****** ******\nport: 1"),
            ("password: |\n  line\n\n  other\nport: 1", "password: *\n  ****\n\n  *****\nport: 1"),
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
