//! The blocks of code of a page, with what a comment before a block says of it.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// One block.
#[derive(Debug)]
pub struct Fence {
    /// The language: `console` are commands with what they print, `sh` commands alone.
    pub language: String,
    /// The text in it.
    pub text: String,
    /// Where the text stands in the page.
    pub range: Range<usize>,
    /// The line of the page on which the text begins, from one.
    pub line: usize,
    /// What the comment right before it says.
    pub note: Option<Note>,
}

/// What a comment says of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// `<!-- file: NAME -->`: the block is a file of the folder in which the commands of the page run.
    File(String),
    /// `<!-- not run: REASON -->`: the commands need what a test has not.
    NotRun(String),
}

/// The blocks of a page. Indented blocks have no language, and so no commands.
pub fn fences(page: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut note = None;
    let mut open: Option<(String, Range<usize>)> = None;
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Html(text) => note = read_note(&text).or(note),
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                open = Some((language, range.end..range.start));
            }
            Event::Text(_) if open.is_some() => {
                let text = open.as_mut().map(|(_, text)| text).unwrap();
                *text = text.start.min(range.start)..text.end.max(range.end);
            }
            Event::End(TagEnd::CodeBlock) => {
                let (language, range) = open.take().unwrap();
                let range = if range.start > range.end { range.end..range.end } else { range };
                let line = 1 + page[..range.start].matches('\n').count();
                let text = page[range.clone()].to_owned();
                found.push(Fence { language, text, range, line, note: note.take() });
            }
            _ => note = None,
        }
    }
    found
}

fn read_note(html: &str) -> Option<Note> {
    let inner = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    match inner.split_once(": ")? {
        ("file", name) => Some(Note::File(name.to_owned())),
        ("not run", reason) => Some(Note::NotRun(reason.to_owned())),
        _ => None,
    }
}

#[test]
fn a_block_has_its_language_its_place_and_its_note() {
    let page =
        "# A\n\n<!-- not run: needs a cluster -->\n```console\n$ ks plan\nnothing\n```\n\nText.\n\n```sh\nks\n```\n";
    let found = fences(page);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].language.as_str(), found[0].text.as_str()), ("console", "$ ks plan\nnothing\n"));
    assert_eq!((found[0].line, found[0].note.clone()), (5, Some(Note::NotRun("needs a cluster".to_owned()))));
    assert_eq!((&page[found[1].range.clone()], &found[1].note), ("ks\n", &None));
}
