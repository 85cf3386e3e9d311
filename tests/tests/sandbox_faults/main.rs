//! Applies to the sandbox while requests fail, get lost and come late, and clocks jump: each ends in time, well or with the fault
//! that was injected, and a second apply without faults reaches the end of an undisturbed one.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it found, and fails where it must")]

mod injected;
mod story;

use std::collections::BTreeMap;
use std::thread;
use std::time::Instant;

use ks_tests::campaign::Campaign;
use ks_tests::random::Random;

use injected::Injected;
use story::{STORIES, Stage};

/// How many runs are in a usual test run.
const SHARE: usize = 60;
/// Of a hundred runs, so many are of the whole catalogue.
const WHOLE: usize = 2;
const THREADS: u64 = 2;

#[test]
fn an_apply_under_faults_ends_well_or_says_why_and_the_next_one_reaches_the_end() {
    let campaign = Campaign::or_share(SHARE);
    let began = Instant::now();
    let threads: Vec<_> = (0..THREADS).map(|it| thread::spawn(move || part(campaign, it))).collect();
    let (mut tally, mut wrong) = (BTreeMap::<String, usize>::new(), Vec::new());
    for thread in threads {
        let (ends, found) = thread.join().unwrap();
        ends.into_iter().for_each(|(end, times)| *tally.entry(end).or_default() += times);
        wrong.extend(found);
    }
    println!("seed {}: {tally:#?}, {} wrong, {:.0?}", campaign.seed, wrong.len(), began.elapsed());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The cases of one thread: how they ended, and what was wrong.
fn part(campaign: Campaign, thread: u64) -> (BTreeMap<String, usize>, Vec<String>) {
    let mut stages = BTreeMap::new();
    let (mut tally, mut wrong) = (BTreeMap::new(), Vec::new());
    let cases = u64::try_from(campaign.cases).unwrap();
    let wanted = (0..cases).filter(|it| it % THREADS == thread && campaign.only.is_none_or(|only| only == *it));
    // The one part that is wanted may be beyond the usual share.
    let beyond = campaign.only.filter(|it| *it >= cases && thread == 0);
    for case in wanted.chain(beyond) {
        let mut random = Random::of_part(campaign.seed, case);
        let reduced = usize::from(!random.percent(WHOLE)) * 2;
        let number = reduced + random.below(2);
        let stage = stages.entry(number).or_insert_with(|| Stage::of(&STORIES[number]));
        let injected = Injected::draw(&mut random, stage.requests);
        match stage.run(&injected) {
            Ok(end) => {
                for told in [end.to_owned(), format!("faults: {}", injected.kind())] {
                    *tally.entry(told).or_default() += 1;
                }
            }
            Err(why) => {
                wrong.push(format!("{}: {}, {injected:?}\n{why}", campaign.again(case), STORIES[number].name));
            }
        }
    }
    (tally, wrong)
}
