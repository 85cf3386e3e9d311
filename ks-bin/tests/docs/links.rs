//! Links of the documentation.

use std::collections::BTreeMap;
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::pages::{is_writing, pages, read, root};

#[test]
fn every_link_within_the_repository_leads_somewhere() {
    if is_writing() {
        return; // Pages are written at this moment.
    }
    let mut dead = Vec::new();
    for page in pages() {
        let folder = page.parent().unwrap();
        for link in links(&read(&page)) {
            if let Some(why) = fault(&page, folder, &link) {
                dead.push(format!("{}: {link}: {why}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn anchors_are_those_of_forges() {
    let page = "# `ks plan`, as it is\n## What a plan_of 2 says!\n## Twice\n## Twice\n";
    assert_eq!(anchors(page), ["ks-plan-as-it-is", "what-a-plan_of-2-says", "twice", "twice-1"]);
}

/// Why a link leads nowhere; `None` for one that does, and for one that leaves the repository.
fn fault(page: &Path, folder: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() { page.to_owned() } else { folder.join(path) };
    if !root().join(&target).exists() {
        return Some("there is no such file".to_owned());
    }
    let anchor = anchor?;
    let is_there = anchors(&read(&target)).iter().any(|it| it == anchor);
    (!is_there).then(|| "there is no such heading".to_owned())
}

fn links(page: &str) -> Vec<String> {
    let events = Parser::new_ext(page, Options::ENABLE_TABLES);
    let link = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    };
    events.filter_map(link).collect()
}

/// The anchors of the headings of a page: lower case, spaces as dashes, no other punctuation, and a number behind
/// what was there before.
fn anchors(page: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = Vec::new();
    let mut heading: Option<String> = None;
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => heading.iter_mut().for_each(|it| it.push_str(&text)),
            Event::End(TagEnd::Heading(_)) => {
                let anchor = slug(&heading.take().unwrap_or_default());
                let times = seen.entry(anchor.clone()).and_modify(|it| *it += 1).or_default();
                anchors.push(if *times == 0 { anchor } else { format!("{anchor}-{times}") });
            }
            _ => {}
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|it| it.is_alphanumeric() || matches!(it, '-' | '_')).collect()
}
