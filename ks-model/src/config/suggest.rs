//! Unknown keys, and what was probably meant.

use std::collections::BTreeMap;

use super::Report;
use super::fields::{Schema, schema};
use super::yaml::Entry;

/// How many suggestions one message may hold.
const MOST: usize = 3;

/// Warns about a key that the section does not have.
pub fn unknown_key(path: &str, entry: &Entry, section: &BTreeMap<String, Schema>, report: &mut Report<'_>) {
    let below = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
    if is_resource(path) {
        let message = format!("`{below}` is dropped: only cpu and memory are read");
        report.warning("dropped-resource", &below, entry.key_span, message);
        return;
    }
    let guesses = guesses(path, &entry.key, section);
    // Every key at the top overrides a variable of some role; images are what this is used for.
    let is_image = path.is_empty() && (entry.key.ends_with("_repo") || entry.key.ends_with("_tag"));
    if is_image && guesses.is_empty() {
        return;
    }
    let place = if path.is_empty() { "the spec".to_owned() } else { format!("`{path}`") };
    let message = format!("{place} has no key `{}`; it has no effect", entry.key);
    let added = report.warning("unknown-key", &below, entry.key_span, message);
    if !guesses.is_empty() {
        added.help(format!("did you mean {}?", listed(&guesses)));
    }
}

/// The word of `words` that is nearest to `text`, when one is near.
///
/// # Example
/// ```
/// use ks_model::config::nearest;
/// assert_eq!(nearest("promtheus", ["grafana", "prometheus"].into_iter()), Some("prometheus"));
/// assert_eq!(nearest("etcd", ["grafana", "prometheus"].into_iter()), None);
/// ```
pub fn nearest<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = words.filter_map(|word| Some((distance(text, word)?, word)));
    near.min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1))).map(|(_, word)| word)
}

fn is_resource(path: &str) -> bool {
    let mut keys = path.rsplit('.');
    matches!(keys.next(), Some("limits" | "requests")) && keys.next().is_some()
}

fn guesses(path: &str, key: &str, section: &BTreeMap<String, Schema>) -> Vec<String> {
    let siblings = section.iter().filter(|(_, schema)| !matches!(schema, Schema::Dead(_)));
    let sibling = nearest(key, siblings.map(|(name, _)| name.as_str()));
    let same = sibling.filter(|it| folded(it) == folded(key));
    let elsewhere = if same.is_none() { elsewhere(path, key) } else { Vec::new() };
    match same.or(sibling.filter(|_| elsewhere.is_empty())) {
        Some(sibling) => vec![today(path, sibling, section)],
        None => elsewhere,
    }
}

/// The path of a key: that of its field, where the key is an older spelling.
fn today(path: &str, key: &str, section: &BTreeMap<String, Schema>) -> String {
    let of_field = match section.get(key) {
        Some(Schema::Field { index, .. }) => schema().0.get(*index).map(|field| field.path.clone()),
        _ => None,
    };
    of_field.unwrap_or_else(|| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") })
}

/// Paths that end in the same key on another level; those that share most of the way come alone.
fn elsewhere(path: &str, key: &str) -> Vec<String> {
    let mut all = Vec::new();
    collect("", schema().1, &mut all);
    let same = all.into_iter().filter(|it| {
        let last = it.rsplit('.').next().unwrap_or(it);
        folded(last) == folded(key)
    });
    let shared = |it: &str| it.split('.').zip(path.split('.')).take_while(|(a, b)| a == b).count();
    let mut near: Vec<(usize, String)> = same.map(|it| (shared(&it), it)).collect();
    let most = near.iter().map(|it| it.0).max().unwrap_or_default();
    near.retain(|it| it.0 == most);
    let depth = |it: &str| it.split('.').count();
    near.sort_by(|a, b| depth(&a.1).cmp(&depth(&b.1)).then_with(|| a.1.cmp(&b.1)));
    near.into_iter().map(|it| it.1).take(MOST).collect()
}

/// The paths of the table that are read under this very name, sections included.
fn collect(path: &str, section: &BTreeMap<String, Schema>, into: &mut Vec<String>) {
    for (key, schema) in section.iter().filter(|(_, schema)| schema.is_current()) {
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let Schema::Section(keys) = schema {
            collect(&below, keys, into);
        }
        into.push(below);
    }
}

fn listed(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.join(""),
    }
}

/// A key without its case and its joints: `nodeExporter` and `node_exporter` are the same word.
fn folded(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// How many letters to add, drop, change or swap with the next; none when the words are too far apart.
fn distance(text: &str, word: &str) -> Option<usize> {
    let (text, word): (Vec<char>, Vec<char>) = (folded(text).chars().collect(), folded(word).chars().collect());
    let allowed = match text.len().max(word.len()) {
        0..=2 => 0,
        3..=5 => 1,
        6..=14 => 2,
        _ => 3,
    };
    if text.len().abs_diff(word.len()) > allowed {
        return None;
    }
    let distance = edits(&text, &word);
    (distance <= allowed).then_some(distance)
}

fn edits(text: &[char], word: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (i, a) in text.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in word.iter().enumerate() {
            let at = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&row, j) + usize::from(a != b)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped = i > 0 && j > 0 && text.get(i - 1) == Some(b) && word.get(j - 1) == Some(a);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}
