//! The secret values of a plan, to keep them out of texts that others wrote: log lines and events.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::{Secrecy, is_fingerprint};
use crate::structured::FieldPath;

/// Shorter values are not looked for: they are in every text by chance, and no secrets.
const SHORTEST: usize = 4;
/// The same for one line of a longer value.
const SHORTEST_LINE: usize = 8;
/// What is put in their place.
const HIDDEN: &str = "***";
/// What the names of fields that hold secrets have in them, where a Secret holds a whole file of settings.
const NAMES: [&str; 7] = ["pass", "secret", "token", "key", "auth", "cred", "pwd"];

/// Holds secret values, each in the spellings in which it may come up.
///
/// Values that no plan has seen cannot be known: those of Secrets that others made, and what a program works out of a secret.
///
/// # Example
/// ```
/// use ks_model::GroupKind;
/// use ks_plan::sensitive::{KnownSecrets, Secrecy};
/// let mut known = KnownSecrets::default();
/// let secret = serde_json::json!({ "stringData": { "password": "hunter2" } });
/// known.learn(&Secrecy::of(&GroupKind::new("", "Secret"), []), &secret);
/// assert_eq!(known.hide("login with hunter2 failed"), "login with *** failed");
/// ```
#[derive(Clone, Default)]
pub struct KnownSecrets(BTreeSet<String>);

impl KnownSecrets {
    /// Takes note of the secret values of an object.
    pub fn learn(&mut self, secrecy: &Secrecy, object: &Value) {
        if secrecy.is_empty() {
            return;
        }
        let mut object = object.clone();
        secrecy.replace(&FieldPath::default(), &mut object, &mut |it| {
            self.note_all(it);
            Value::Null
        });
    }

    /// The text with every known value hidden.
    pub fn hide(&self, text: &str) -> String {
        // A value may hold another one, so the longest goes first.
        let mut values: Vec<&String> = self.0.iter().filter(|it| text.contains(it.as_str())).collect();
        values.sort_by_key(|it| std::cmp::Reverse(it.len()));
        values.into_iter().fold(text.to_owned(), |text, value| text.replace(value.as_str(), HIDDEN))
    }

    fn note_all(&mut self, value: &Value) {
        match value {
            Value::String(_) if is_fingerprint(value) => {}
            Value::String(text) => {
                self.note(text);
                let decoded = BASE64_STANDARD.decode(text).ok().and_then(|it| String::from_utf8(it).ok());
                decoded.iter().for_each(|it| self.note(it));
            }
            Value::Number(number) => self.insert(&number.to_string(), SHORTEST),
            Value::Array(items) => items.iter().for_each(|it| self.note_all(it)),
            Value::Object(members) => members.values().for_each(|it| self.note_all(it)),
            _ => {}
        }
    }

    /// A text that is logged comes line by line, and a file of settings in parts.
    fn note(&mut self, text: &str) {
        self.insert(text.trim(), SHORTEST);
        for line in text.lines() {
            self.insert(line.trim(), SHORTEST_LINE);
            let part = line.split_once(": ").or_else(|| line.split_once('='));
            if let Some((name, value)) = part
                && NAMES.iter().any(|it| name.to_lowercase().contains(it))
            {
                self.insert(value.trim().trim_matches(['"', '\'', ',']), SHORTEST);
            }
        }
    }

    fn insert(&mut self, value: &str, shortest: usize) {
        if value.chars().count() >= shortest {
            self.0.insert(value.to_owned());
        }
    }
}

/// Says how many there are and no more.
impl std::fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnownSecrets({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use ks_model::GroupKind;
    use serde_json::json;

    use super::*;

    fn known(object: Value) -> KnownSecrets {
        let mut known = KnownSecrets::default();
        known.learn(&Secrecy::of(&GroupKind::new("", "Secret"), []), &object);
        known
    }

    #[test]
    fn a_value_is_hidden_as_it_is_and_in_base64() {
        let known = known(json!({ "data": { "password": "aHVudGVyMg==" } }));
        assert_eq!(known.hide("hunter2, aHVudGVyMg==, hunter"), "***, ***, hunter");
        assert_eq!(format!("{known:?}"), "KnownSecrets(2)");
    }

    #[test]
    fn lines_of_a_file_and_the_secrets_in_it_are_hidden() {
        let file = "global:\n  smtp_from: ks@example.org\n  smtp_auth_password: \"p4ss\"\n";
        let known = known(json!({ "stringData": { "alertmanager.yaml": file } }));
        assert_eq!(known.hide("cannot log in with p4ss"), "cannot log in with ***");
        assert_eq!(known.hide("in `smtp_from: ks@example.org`"), "in `***`");
        assert_eq!(known.hide("mail of ks@example.org"), "mail of ks@example.org");
    }

    #[test]
    fn short_values_and_fingerprints_are_not_looked_for() {
        let known = known(json!({ "stringData": { "a": "yes", "b": "<secret 01234567>", "c": 5432 } }));
        assert_eq!(known.hide("yes, <secret 01234567>, 5432"), "yes, <secret 01234567>, ***");
    }

    #[test]
    fn a_marked_field_is_known_and_its_neighbours_are_not() {
        let mut known = KnownSecrets::default();
        let secrecy = Secrecy::of(&GroupKind::new("", "ConfigMap"), ["/data/token"]);
        known.learn(&secrecy, &json!({ "data": { "token": "abcdef", "user": "kubesphere" } }));
        assert_eq!(known.hide("kubesphere abcdef"), "kubesphere ***");
    }
}
