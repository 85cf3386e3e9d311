//! Reading back: which phrase a finished English text is, and what stands in its holes.

use std::borrow::Cow;

use super::Phrasebook;

/// How deep words stand in words.
const DEEPEST: usize = 4;

/// The text before the first hole of a template, the name of the hole, and the rest. Braces around anything but a name are text.
pub fn next_hole(template: &str) -> Option<(&str, &str, &str)> {
    let is_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'_' | b'*');
    template.match_indices('{').find_map(|(start, _)| {
        let (hole, after) = template.get(start + 1..)?.split_once('}')?;
        let is_hole = !hole.is_empty() && hole.bytes().all(is_name);
        is_hole.then_some((template.get(..start)?, hole, after))
    })
}

/// Puts a text into the language of a book, see [`Phrasebook::read`].
pub fn read(book: Phrasebook, text: &str, depth: usize) -> Cow<'_, str> {
    if depth > DEEPEST || text.is_empty() {
        return Cow::Borrowed(text);
    }
    // No phrase is longer than a line, and no hole of one reaches over its end.
    if text.contains('\n') {
        return Cow::Owned(line_by_line(book, text, depth));
    }
    // The phrase that leaves the least to its holes says most.
    let fitting = book.readable().filter_map(|(phrase, template)| {
        let values = values(phrase, text)?;
        let said = text.len() - values.iter().map(|(_, it)| it.len()).sum::<usize>();
        Some((said, *template, values))
    });
    match fitting.max_by_key(|(said, ..)| *said) {
        Some((_, template, values)) => Cow::Owned(filled(book, template, &values, depth)),
        None => Cow::Borrowed(text),
    }
}

fn line_by_line(book: Phrasebook, text: &str, depth: usize) -> String {
    let line = |line: &str| {
        let words = line.trim_start();
        let margin = line.len() - words.len();
        format!("{}{}", line.get(..margin).unwrap_or_default(), read(book, words, depth + 1))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn filled(book: Phrasebook, template: &str, values: &[(&str, &str)], depth: usize) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, hole, after)) = next_hole(rest) {
        filled.push_str(before);
        let (name, is_words) = hole.strip_prefix('*').map_or((hole, false), |it| (it, true));
        let value = values.iter().find(|(it, _)| *it == name).map_or("", |(_, it)| *it);
        filled.push_str(&if is_words { read(book, value, depth + 1) } else { Cow::Borrowed(value) });
        rest = after;
    }
    filled + rest
}

/// What stands in the holes of a phrase, when it fits a text.
fn values<'p, 't>(phrase: &'p str, text: &'t str) -> Option<Vec<(&'p str, &'t str)>> {
    let Some((before, hole, after)) = next_hole(phrase) else {
        return (phrase == text).then(Vec::new);
    };
    let rest = text.strip_prefix(before)?;
    let next = next_hole(after).map_or(after, |(literal, ..)| literal);
    if next_hole(after).is_none() {
        let value = rest.strip_suffix(next)?;
        return fits(hole, value).then(|| vec![(hole, value)]);
    }
    rest.match_indices(next).find_map(|(place, _)| {
        let (value, rest) = rest.split_at(place);
        let mut found = if fits(hole, value) { values(after, rest)? } else { return None };
        found.push((hole, value));
        Some(found)
    })
}

/// Whether a value may stand in a hole, see [`Phrases`](super::Phrases). What others say rarely looks like a name.
fn fits(hole: &str, value: &str) -> bool {
    let is_word = |it: &str| !it.is_empty() && !it.contains(char::is_whitespace);
    match hole {
        "n" => is_word(value) && value.bytes().all(|it| it.is_ascii_digit()),
        "object" => value
            .split_once(' ')
            .is_some_and(|(kind, name)| kind.starts_with(|it: char| it.is_ascii_uppercase()) && is_word(name)),
        "name" | "kind" | "namespace" | "phase" | "context" | "have" => is_word(value),
        _ => !value.is_empty(),
    }
}
