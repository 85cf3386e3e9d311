//! What the fuzzer found once is tried again in each test run, and a share of inputs near to it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it found, and fails where it must"
)]

use std::fs;
use std::path::{Path, PathBuf};

use ks_laws::TARGETS;
use ks_tests::campaign::Campaign;
use ks_tests::random::Random;

/// How many inputs of each target a usual test run makes up.
const SHARE: usize = 200;

/// The kept inputs of a target, in the order of their names.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// An input near to one or two others: a few bytes changed, taken out or doubled, or the end of another input.
fn mutated(corpus: &[(PathBuf, Vec<u8>)], random: &mut Random) -> Vec<u8> {
    let mut input = random.choose(corpus).1.clone();
    for _ in 0..1 + random.below(4) {
        let at = random.below(input.len() + 1);
        let length = random.below(8).min(input.len() - at);
        match random.below(4) {
            0 => drop(input.splice(at..at + length, (0..length).map(|_| random.number().to_le_bytes()[0]))),
            1 => drop(input.drain(at..at + length)),
            2 => {
                let part = input[at..at + length].to_vec();
                drop(input.splice(at..at, part));
            }
            _ => {
                let other = &random.choose(corpus).1;
                let from = random.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }
    input
}

#[test]
fn the_laws_hold_for_every_input_that_was_kept() {
    for target in TARGETS {
        let corpus = corpus(target.name);
        assert!(corpus.len() > 20, "the corpus of {} is {} inputs", target.name, corpus.len());
        for (path, input) in corpus {
            println!("{}", path.display());
            (target.check)(&input);
        }
    }
}

#[test]
fn the_laws_hold_for_inputs_near_to_those() {
    let campaign = Campaign::or_share(SHARE);
    for target in TARGETS {
        let corpus = corpus(target.name);
        let all = 0..campaign.cases as u64;
        for part in all.filter(|part| campaign.only.is_none_or(|only| only == *part)) {
            println!("{} {}", target.name, campaign.again(part));
            (target.check)(&mutated(&corpus, &mut Random::of_part(campaign.seed, part)));
        }
    }
}
