//! Choices that are made by the bytes of an input: more bytes, more choices, and none left means the first of everything.

/// The bytes that are still to choose with.
#[derive(Clone, Debug)]
pub struct Draws<'a>(&'a [u8]);

impl<'a> Draws<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte, or zero.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `end`, of one byte or two.
    pub fn below(&mut self, end: usize) -> usize {
        let drawn = match end {
            0..=256 => usize::from(self.byte()),
            _ => usize::from(self.byte()) << 8 | usize::from(self.byte()),
        };
        drawn % end.max(1)
    }

    /// Whether the next byte is below so many of 256. Without bytes it is not.
    pub fn is_in(&mut self, of_256: u8) -> bool {
        !self.0.is_empty() && self.byte() < of_256
    }

    /// One of a list that is not empty.
    pub fn choose<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    /// Text of up to `end` bytes, whatever they are.
    pub fn text(&mut self, end: usize) -> String {
        let (text, rest) = self.0.split_at(self.below(end + 1).min(self.0.len()));
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}
