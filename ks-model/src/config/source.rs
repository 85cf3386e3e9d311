//! A text as the user handed it over, and the way from byte offsets to lines.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Location;

/// Holds an input: its name as the user gave it, and its text. Reading it is the caller's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name as the user gave it: a path, or `-` for standard input.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// Joins a name with a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Tells the line and the column of a byte offset; offsets past the end mean the end.
    ///
    /// # Example
    /// ```
    /// use ks_model::config::Source;
    ///
    /// let source = Source::new("cc.yaml", "a: 1\nbä: 2\n");
    /// let place = source.location(9);
    /// assert_eq!((place.line, place.column), (2, 4));
    /// ```
    pub fn location(&self, offset: usize) -> Location {
        Lines::of(self).location(offset)
    }
}

/// Where the lines of a source start, for many questions about one text.
pub(super) struct Lines<'a> {
    source: &'a Source,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(source: &'a Source) -> Self {
        let after_breaks = source.text.match_indices('\n').map(|(at, _)| at + 1);
        Self { source, starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    pub(super) fn location(&self, offset: usize) -> Location {
        let before = before(&self.source.text, offset);
        let line = self.starts.partition_point(|start| *start <= before.len());
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or_default();
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        Location { file: self.source.name.clone(), line: narrow(line), column: narrow(column) }
    }
}

/// A byte range of a [`Source`]: what a caret points at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.start..span.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// The line of a byte offset, counted from one.
pub(super) fn line(text: &str, offset: usize) -> u32 {
    narrow(before(text, offset).matches('\n').count() + 1)
}

fn before(text: &str, offset: usize) -> &str {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
