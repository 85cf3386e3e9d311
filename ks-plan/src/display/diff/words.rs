//! Long texts on one line, word by word: what differs is marked, and what is equal far from it is folded.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Line, Mark, Piece, Side};

/// Lines that are longer than this many characters are folded.
const LONG: usize = 160;
/// How many equal characters stay beside a difference.
const CONTEXT: usize = 30;
/// Texts of more words than this are compared by their equal beginning and end only, so that no text takes long.
const MANY: usize = 4000;

/// Compares two texts of one line each.
pub fn compare(before: &str, after: &str) -> Vec<Line> {
    let (old, new) = (words(before), words(after));
    let mut runs = runs(&old, &new);
    let same: usize = runs.iter().filter(|it| it.is_same).map(|it| it.old.len()).sum();
    if same * 3 < before.len().max(after.len()) {
        runs = vec![Run { is_same: true, old: before.to_owned(), new: after.to_owned() }];
    }
    let pieces = |of: fn(&Run) -> &String| {
        let shown = runs.iter().filter(|it| !of(it).is_empty());
        shown
            .map(|it| Piece { mark: if it.is_same { Mark::Plain } else { Mark::Differs }, text: of(it).clone() })
            .collect::<Vec<_>>()
    };
    let has_equal_rest = runs.len() > 1;
    let line = |side, pieces| Line { side, pieces: if has_equal_rest { fold(pieces) } else { pieces } };
    vec![line(Side::Removed, pieces(|it| &it.old)), line(Side::Added, pieces(|it| &it.new))]
}

/// Folds what is equal and far from a difference, when the line is long and has a difference.
pub fn fold(pieces: Vec<Piece>) -> Vec<Piece> {
    let length: usize = pieces.iter().map(|it| it.text.chars().count()).sum();
    if length <= LONG || pieces.iter().all(|it| it.mark != Mark::Differs) {
        return pieces;
    }
    let last = pieces.len() - 1;
    let folded = pieces.into_iter().enumerate().flat_map(|(i, piece)| {
        let (head, tail) = (if i == 0 { 0 } else { CONTEXT }, if i == last { 0 } else { CONTEXT });
        if piece.mark == Mark::Differs { vec![piece] } else { shorten(piece, head, tail) }
    });
    folded.collect()
}

fn shorten(piece: Piece, head: usize, tail: usize) -> Vec<Piece> {
    let count = piece.text.chars().count();
    let hidden = count.saturating_sub(head + tail);
    if hidden < CONTEXT {
        return vec![piece];
    }
    let plain = |text: String| Piece { mark: Mark::Plain, text };
    let start: String = piece.text.chars().take(head).collect();
    let end: String = piece.text.chars().skip(count - tail).collect();
    let between = Piece { mark: Mark::LeftOut, text: format!(" … {hidden} equal characters … ") };
    [plain(start), between, plain(end)].into_iter().filter(|it| !it.text.is_empty()).collect()
}

/// Names and numbers whole, everything else character by character.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, next) = rest.split_at(end);
        words.push(word);
        rest = next;
    }
    words
}

/// A part of both texts that is equal, or that stands in place of the other.
struct Run {
    is_same: bool,
    old: String,
    new: String,
}

fn runs(old: &[&str], new: &[&str]) -> Vec<Run> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - end], &new_rest[..new_rest.len() - end]);
    let mut runs: Vec<Run> = Vec::new();
    let mut add = |is_same: bool, old: &[&str], new: &[&str]| {
        let run = Run { is_same, old: old.concat(), new: new.concat() };
        match runs.last_mut().filter(|it| it.is_same == is_same) {
            Some(last) => {
                last.old += &run.old;
                last.new += &run.new;
            }
            None => runs.push(run),
        }
    };
    add(true, &old[..start], &new[..start]);
    if old_middle.len().max(new_middle.len()) > MANY {
        add(false, old_middle, new_middle);
    } else {
        for op in capture_diff_slices(Algorithm::Myers, old_middle, new_middle) {
            let (before, after) = (&old_middle[op.old_range()], &new_middle[op.new_range()]);
            // Single signs that happen to be equal between two differences would only tear them apart.
            let is_same = matches!(op, DiffOp::Equal { .. }) && before.iter().any(|it| is_telling(it));
            add(is_same, before, after);
        }
    }
    add(true, &old_rest[old_rest.len() - end..], &new_rest[new_rest.len() - end..]);
    runs
}

fn is_telling(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_alphanumeric)
}
