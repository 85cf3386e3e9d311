//! Nothing that the sources say to people is without its Chinese.

mod sources;

use std::collections::BTreeSet;
use std::path::Path;

use ks_model::config::{ClusterConfiguration, Problem, Source};
use ks_model::language::Phrases;

use self::sources::{Literal, literals, rooms};
use super::*;

fn tables() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let ours: [&Phrases; 4] = [screens::SAID, commands::READ, cluster::READ, config::CHINESE];
    ours.into_iter().chain(ks_plan::chinese::TABLES.iter().copied()).flatten()
}

/// The names of the holes of a phrase.
fn holes(phrase: &str) -> BTreeSet<&str> {
    let inside = phrase.split('{').skip(1).filter_map(|it| it.split_once('}'));
    let names = inside.map(|(hole, _)| hole.trim_start_matches('*'));
    names.filter(|it| it.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')).collect()
}

/// A phrase with something in its holes.
fn filled(phrase: &str, value: &str) -> String {
    let mut parts = phrase.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    let is_hole = |it: &str| !it.contains([' ', '`']);
    parts.fold(first, |text, part| match part.split_once('}').filter(|(hole, _)| is_hole(hole)) {
        Some((_, rest)) => text + value + rest,
        None => text + "{" + part,
    })
}

/// Whether a text is read, by itself, behind the name of what it is about, or before a cause.
fn is_read(text: &str) -> bool {
    let book = phrasebook(Language::Chinese);
    ["7", "Pod 7"].into_iter().any(|value| {
        let text = filled(text, value);
        let behind_a_name = format!("{value}: {text}");
        let before_a_cause = format!("{text}: 7");
        let without_a_name = text.strip_prefix(value).and_then(|it| it.strip_prefix(": ")).unwrap_or_default();
        [&text, &behind_a_name, &before_a_cause, without_a_name].into_iter().any(|it| book.read(it) != it)
    })
}

#[test]
fn both_sides_of_a_phrase_have_the_same_holes() {
    for (english, chinese) in tables() {
        assert_eq!(holes(english), holes(chinese), "{english}");
        assert!(!chinese.is_empty() && english != chinese, "{english}");
    }
}

#[test]
fn a_phrase_is_the_same_wherever_it_stands() {
    let all: BTreeSet<(&str, &str)> = tables().copied().collect();
    let twice = all.iter().zip(all.iter().skip(1)).filter(|(first, second)| first.0 == second.0);
    assert_eq!(twice.collect::<Vec<_>>(), []);
}

#[test]
fn everything_that_the_sources_say_is_in_a_table() {
    let known: BTreeSet<&str> = tables().map(|(english, _)| *english).collect();
    let mut missing = Vec::new();
    for (file, others) in rooms() {
        let others: BTreeSet<&str> = others.iter().copied().collect();
        let found = literals(&file);
        assert!(!found.is_empty(), "{} says nothing", file.display());
        for Literal { text, is_said } in &found {
            let is_known = if *is_said { known.contains(text.as_str()) } else { is_read(text) };
            if !is_known && !others.contains(text.as_str()) {
                missing.push(format!("{}: {text:?}", file.display()));
            }
        }
        for other in others {
            assert!(found.iter().any(|it| it.text == other), "{} does not say {other:?} any more", file.display());
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_phrase_that_is_read_is_found_again_in_its_own_words() {
    let book = phrasebook(Language::Chinese);
    let read = [commands::READ, cluster::READ, config::CHINESE, PLAN, CERTIFICATES, READINESS, DIAGNOSIS];
    for (english, chinese) in read.into_iter().flatten() {
        let fill = |template: &str| {
            let filled = holes(english).into_iter().map(|it| match it {
                "n" => (it, "7".to_owned()),
                "object" => (it, "Pod «object»".to_owned()),
                _ => (it, format!("«{it}»")),
            });
            filled.fold(template.replace("{*", "{"), |text, (name, value)| text.replace(&format!("{{{name}}}"), &value))
        };
        assert_eq!(book.read(&fill(english)), fill(chinese), "{english}");
    }
}

#[test]
fn every_problem_of_the_broken_configurations_is_told_in_chinese() {
    let book = phrasebook(Language::Chinese);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ks-model/tests/broken");
    let mut count = 0;
    for file in std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "yaml"))
    {
        let source = Source::new("cc.yaml", std::fs::read_to_string(&file).unwrap());
        let problems: Vec<Problem> = match ClusterConfiguration::parse(&source) {
            Ok(parsed) => parsed.warnings,
            Err(problems) => problems.into_vec(),
        };
        for text in problems.iter().flat_map(|it| [Some(&it.message), it.help.as_ref()]).flatten() {
            count += 1;
            assert!(!book.read(text).is_ascii(), "{}: {text}", file.display());
        }
    }
    assert!(count > 100, "only {count}");
}
