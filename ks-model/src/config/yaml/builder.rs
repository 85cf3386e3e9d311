//! Events of the parser become trees.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, Span as Range, Tag};
use serde_json::Value;

use super::scalar::{self, ScalarError};
use super::{Entry, Fault, Node, Yaml};
use crate::config::Span;

/// Values deeper than this are refused; no configuration comes near it.
const MAX_DEPTH: usize = 200;
/// Aliases and nested anchors may copy this many nodes in all; more is an attack or a mistake.
const MAX_COPIES: usize = 100_000;

/// Where `!!int` and its like stand.
const YAML_TAGS: &str = "tag:yaml.org,2002:";

/// Reads all documents of a text; empty ones are left out.
pub fn documents(text: &str) -> Result<Vec<Node>, Fault> {
    let mut builder = Builder { text, events: Parser::new_from_str(text), anchors: BTreeMap::new(), copies: 0 };
    let mut documents = Vec::new();
    while let Some((event, _)) = builder.next()? {
        if let Event::DocumentStart(..) = event {
            builder.anchors.clear();
            let root = builder.required()?;
            let root = builder.node(root, 0)?;
            if !root.is_null() {
                documents.push(root);
            }
        }
    }
    Ok(documents)
}

type Spanned<'a> = (Event<'a>, Range);

struct Builder<'a> {
    text: &'a str,
    events: Parser<'a, granit_parser::StrInput<'a>>,
    anchors: BTreeMap<usize, Anchor>,
    copies: usize,
}

struct Anchor {
    node: Node,
    nodes: usize,
    depth: usize,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<Option<Spanned<'a>>, Fault> {
        loop {
            match self.events.next_event() {
                None => return Ok(None),
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(spanned)) => return Ok(Some(spanned)),
                Some(Err(error)) => return Err(Fault::of_syntax(&error, self.text)),
            }
        }
    }

    fn required(&mut self) -> Result<Spanned<'a>, Fault> {
        let end = Span { start: self.text.len(), end: self.text.len() };
        self.next()?.ok_or_else(|| Fault::new("yaml-syntax", end, "the text ends too early"))
    }

    fn node(&mut self, (event, range): Spanned<'a>, depth: usize) -> Result<Node, Fault> {
        let span = span(&range);
        if depth > MAX_DEPTH {
            return Err(Fault::new("yaml-limit", span, format!("values are nested more than {MAX_DEPTH} deep")));
        }
        let (anchor, node) = match event {
            Event::Alias(id) => return self.alias(id, span, depth),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar_value(&text, style, tag.as_deref()).map_err(|error| fault(&error, &text, span))?;
                (anchor, Node { value: Yaml::Scalar(value), span: Some(span) })
            }
            Event::SequenceStart(_, anchor, _) => (anchor, self.sequence(span, depth)?),
            Event::MappingStart(_, anchor, _) => (anchor, self.mapping(span, depth)?),
            _ => return Err(Fault::new("yaml-syntax", span, "a value is missing")),
        };
        if anchor > 0 {
            let (nodes, depth) = measure(&node);
            // Where anchors stand inside of anchors, keeping them is copying too.
            self.copies = copied(self.copies, nodes, span)?;
            self.anchors.insert(anchor, Anchor { node: node.clone(), nodes, depth });
        }
        Ok(node)
    }

    fn alias(&mut self, id: usize, span: Span, depth: usize) -> Result<Node, Fault> {
        let Some(anchor) = self.anchors.get(&id) else {
            return Err(Fault::new("yaml-limit", span, "this alias stands inside the value that it names"));
        };
        if depth + anchor.depth > MAX_DEPTH {
            return Err(without_measure(span));
        }
        self.copies = copied(self.copies, anchor.nodes, span)?;
        Ok(anchor.node.clone())
    }

    fn sequence(&mut self, span: Span, depth: usize) -> Result<Node, Fault> {
        let mut items = Vec::new();
        loop {
            let next = self.required()?;
            if matches!(next.0, Event::SequenceEnd) {
                return Ok(Node { value: Yaml::Sequence(items), span: Some(span) });
            }
            items.push(self.node(next, depth + 1)?);
        }
    }

    fn mapping(&mut self, span: Span, depth: usize) -> Result<Node, Fault> {
        let mut members = Members::default();
        loop {
            let next = self.required()?;
            if matches!(next.0, Event::MappingEnd) {
                return Ok(Node { value: Yaml::Mapping(members.entries), span: Some(span) });
            }
            let is_merge = is_merge(&next.0);
            let key_span = self::span(&next.1);
            let key = self.node(next, depth + 1)?;
            let value = self.required()?;
            let value = self.node(value, depth + 1)?;
            if is_merge {
                members.merge(value, key_span)?;
            } else {
                members.insert(key_text(&key, key_span)?, key_span, value, self.text)?;
            }
        }
    }
}

/// The members of a mapping, in the order of their first mention.
#[derive(Default)]
struct Members {
    entries: Vec<Entry>,
    own: BTreeMap<String, Span>,
    places: BTreeMap<String, usize>,
}

impl Members {
    fn insert(&mut self, key: String, key_span: Span, value: Node, text: &str) -> Result<(), Fault> {
        if let Some(first) = self.own.insert(key.clone(), key_span) {
            let line = crate::config::source::line(text, first.start);
            return Err(Fault::new("duplicate-key", key_span, format!("`{key}` is given twice, first in line {line}"))
                .with_help("keep one of the two"));
        }
        self.put(Entry { key, key_span: Some(key_span), value });
        Ok(())
    }

    /// `<<: *defaults`: go-yaml v2 merges where the key stands, so it overwrites what came before.
    fn merge(&mut self, value: Node, key_span: Span) -> Result<(), Fault> {
        let refused = || Fault::new("yaml-syntax", key_span, "`<<` merges a mapping, or a list of mappings");
        match value.value {
            Yaml::Mapping(entries) => entries.into_iter().for_each(|entry| self.put(entry)),
            Yaml::Sequence(items) => {
                for item in items.into_iter().rev() {
                    let Yaml::Mapping(entries) = item.value else { return Err(refused()) };
                    entries.into_iter().for_each(|entry| self.put(entry));
                }
            }
            Yaml::Scalar(_) => return Err(refused()),
        }
        Ok(())
    }

    fn put(&mut self, entry: Entry) {
        match self.places.get(&entry.key).and_then(|at| self.entries.get_mut(*at)) {
            Some(place) => *place = entry,
            None => {
                self.places.insert(entry.key.clone(), self.entries.len());
                self.entries.push(entry);
            }
        }
    }
}

fn key_text(key: &Node, span: Span) -> Result<String, Fault> {
    let text = match &key.value {
        Yaml::Scalar(value) => scalar::key(value),
        _ => None,
    };
    text.ok_or_else(|| Fault::new("yaml-syntax", span, "a key must be text").with_help("put the key in quotes"))
}

fn is_merge(event: &Event<'_>) -> bool {
    matches!(event, Event::Scalar(text, ScalarStyle::Plain, _, tag)
        if text == "<<" && tag.as_ref().is_none_or(|tag| tag.suffix_in_namespace(YAML_TAGS).as_deref() == Some("merge")))
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, ScalarError> {
    match tag {
        None if style == ScalarStyle::Plain => scalar::resolve(text),
        None => Ok(Value::from(text)),
        Some(tag) => scalar::resolve_tagged(tag.suffix_in_namespace(YAML_TAGS).as_deref().unwrap_or("str"), text),
    }
}

fn fault(error: &ScalarError, text: &str, span: Span) -> Fault {
    match error {
        ScalarError::NoJson => Fault::new("yaml-syntax", span, format!("`{text}` is no number that JSON can hold"))
            .with_help("put it in quotes if text is meant"),
        ScalarError::Tag(message) => Fault::new("yaml-syntax", span, message.clone()),
    }
}

/// Counts what is copied.
fn copied(before: usize, nodes: usize, span: Span) -> Result<usize, Fault> {
    let copies = before.saturating_add(nodes);
    if copies > MAX_COPIES { Err(without_measure(span)) } else { Ok(copies) }
}

fn without_measure(span: Span) -> Fault {
    Fault::new("yaml-limit", span, "the aliases of this text multiply without measure")
}

/// How many nodes there are, and how deep.
fn measure(node: &Node) -> (usize, usize) {
    let join = |(nodes, depth): (usize, usize), child: &Node| {
        let (more, deep) = measure(child);
        (nodes + more, depth.max(deep + 1))
    };
    match &node.value {
        Yaml::Scalar(_) => (1, 0),
        Yaml::Sequence(items) => items.iter().fold((1, 0), join),
        Yaml::Mapping(entries) => entries.iter().map(|it| &it.value).fold((1, 0), join),
    }
}

fn span(range: &Range) -> Span {
    range.byte_range().map(Span::from).unwrap_or_default()
}
