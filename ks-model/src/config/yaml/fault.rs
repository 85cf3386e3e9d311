//! What is wrong with a text as YAML.

use granit_parser::{ErrorKind, ScanError};

use crate::config::Span;

/// Tells why a text is no YAML that kubectl would take, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub span: Span,
    pub help: Option<String>,
}

impl Fault {
    pub fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span, help: None }
    }

    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Puts an error of the parser into the words of someone who writes a configuration.
    pub fn of_syntax(error: &ScanError, text: &str) -> Self {
        let start = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
        if *error.kind() == ErrorKind::MappingValueNotAllowed
            && let Some(line) = line_without_colon(text, start)
        {
            return Self::new("yaml-syntax", line, "this line is no `key: value`")
                .with_help("a colon and a space stand between a key and its value");
        }
        let (message, help) = in_words(error.kind());
        let message = message.map_or_else(|| error.kind().to_string(), str::to_owned);
        let fault = Self::new("yaml-syntax", one_character(text, start), message);
        match help {
            Some(help) => fault.with_help(help),
            None => fault,
        }
    }
}

fn in_words(kind: &ErrorKind) -> (Option<&'static str>, Option<&'static str>) {
    match kind {
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed => {
            (Some("a tab is used as indentation"), Some("YAML indents with spaces only"))
        }
        ErrorKind::MappingValueNotAllowed => (
            Some("a second `:` in one value, or a key at a depth that does not fit"),
            Some("put the text in quotes, or check the indentation of this line"),
        ),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => (
            Some("this line does not fit the mapping it stands in"),
            Some("keys of one mapping start in the same column"),
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            (Some("a key without `:`"), Some("write `key: value`, with a space after the colon"))
        }
        ErrorKind::UnclosedQuotedScalar => (Some("a quote is opened and never closed"), None),
        ErrorKind::ExpectedFlowMappingSeparator => {
            (Some("expected `,` or `}`"), Some("a `{` further up may be without its `}`"))
        }
        ErrorKind::ExpectedFlowSequenceSeparator => {
            (Some("expected `,` or `]`"), Some("a `[` further up may be without its `]`"))
        }
        ErrorKind::UnexpectedEofFlowMapping => (Some("a `{` is opened and never closed"), None),
        ErrorKind::UnexpectedEofFlowSequence => (Some("a `[` is opened and never closed"), None),
        ErrorKind::UnknownAnchor => (Some("this alias names no anchor"), Some("define it with `&name` further up")),
        ErrorKind::UnexpectedCharacter { .. } => (None, Some("a value that starts with this character needs quotes")),
        ErrorKind::RecursionLimitExceeded => (Some("values are nested too deeply"), None),
        _ => (None, None),
    }
}

/// The line above, when a value runs on from there because its key has no colon.
fn line_without_colon(text: &str, start: usize) -> Option<Span> {
    let before = text.get(..start)?;
    let this = before.rfind('\n')?;
    if before.get(this..)?.contains(": ") {
        return None;
    }
    let above = before.get(..this)?.trim_end();
    let from = above.rfind('\n').map_or(0, |at| at + 1);
    let line = above.get(from..)?;
    let words = line.trim_start();
    let is_pair = words.contains(": ") || words.ends_with(':') || words.starts_with(['-', '#']);
    (!is_pair && !words.is_empty()).then_some(Span { start: above.len() - words.len(), end: above.len() })
}

/// The character at `start`, so that a caret has something to stand under.
fn one_character(text: &str, start: usize) -> Span {
    // A fault of a tab is reported where the tab ends.
    let start = if text.get(..start).is_some_and(|it| it.ends_with('\t')) { start - 1 } else { start };
    let width = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span { start, end: start + width }
}
