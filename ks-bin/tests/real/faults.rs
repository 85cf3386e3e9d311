//! Applies on a real API server through a proxy that refuses, loses, delays and cuts off: each ends in time, well or with what was
//! injected, and an apply without faults then reaches the end that it would have reached undisturbed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ks_tests::campaign::Campaign;
use ks_tests::control_plane::ControlPlane;
use ks_tests::proxy::{Asked, Fate, Proxy};
use ks_tests::random::Random;
use serde_json::Value;

use crate::room::Room;
use crate::stage::{Saved, Stage, control_plane, small_platform};

/// How many runs are in a usual test run.
const SHARE: usize = 3;
/// After what time a run hangs: the deadline of the apply, and what a plan may take before it.
const PATIENCE: Duration = Duration::from_secs(120);
/// What the proxy says when it refuses.
const REFUSED: &str = "the test says so";
/// What a run says of an answer that did not come, or not as a whole.
const LOST: [&str; 2] = ["connection", "the answer broke off"];
/// What it says of the time that it had.
const LATE: [&str; 3] = ["gave no answer within", "the deadline of", "could not be renewed"];

/// What goes wrong in one run.
#[derive(Clone, Debug)]
struct Injected {
    /// The requests that are struck for sure, by their numbers.
    from: usize,
    until: usize,
    /// How many of a hundred others are.
    percent: usize,
    /// What becomes of those in the row; the others draw.
    fate: Fate,
    seed: u64,
}

/// A story that is played under faults.
struct Story {
    name: &'static str,
    manifests: String,
    beginning: Saved,
    requests: usize,
    expected: BTreeMap<String, Value>,
}

#[test]
fn an_apply_under_faults_ends_well_or_says_why_and_the_next_one_reaches_the_end() {
    let Some(cluster) = control_plane() else { return };
    let (room, campaign, began) = (Room::new(&cluster), Campaign::or_share(SHARE), Instant::now());
    let stage = Stage::new(&cluster, &room);
    let stories = small_platform(&room).map(|manifests| {
        let name = if manifests.ends_with("first") { "first apply" } else { "upgrade" };
        let beginning = stage.save();
        let requests = stage.run_to_the_end(&apply(&manifests));
        Story { name, beginning, requests, expected: stage.contents(), manifests }
    });
    let cases = u64::try_from(campaign.cases).unwrap();
    let (mut tally, mut wrong) = (BTreeMap::<String, usize>::new(), Vec::new());
    for case in (0..cases).filter(|it| campaign.only.is_none_or(|only| only == *it)) {
        let mut random = Random::of_part(campaign.seed, case);
        let story = &stories[random.below(2)];
        let injected = Injected::draw(&mut random, story.requests);
        match run(&cluster, &stage, story, injected.clone()) {
            Ok(end) => *tally.entry(format!("{}: {end}", story.name)).or_default() += 1,
            Err(why) => wrong.push(format!("{}: {}, {injected:?}\n{why}", campaign.again(case), story.name)),
        }
    }
    println!("seed {}: {tally:#?}, {} wrong, {:.0?}", campaign.seed, wrong.len(), began.elapsed());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn apply(manifests: &str) -> [&str; 10] {
    ["apply", "--yes", "--timeout", "20s", "--deadline", "40s", "-f", "cc.yaml", "--manifests", manifests]
}

/// Plays a story under faults, then without; says how the first ended, or what is wrong.
fn run(cluster: &ControlPlane, stage: &Stage<'_>, story: &Story, injected: Injected) -> Result<&'static str, String> {
    stage.restore(&story.beginning);
    let command = apply(&story.manifests);
    let causes = injected.causes();
    let proxy = Proxy::start(cluster, move |asked| injected.fate(asked)).unwrap();
    let Some((code, output)) = stage.run_through(&proxy, &command, PATIENCE) else {
        return Err(format!("it still ran after {PATIENCE:?}"));
    };
    if code == 0 {
        stage.holds(&story.expected)?;
    } else if code > 15 || output.contains("panicked") || !causes.iter().any(|it| output.contains(it)) {
        return Err(format!("it ended with {code} and did not say what was injected:\n{output}"));
    }
    stage.end_lease();
    stage.run_to_the_end(&command);
    stage.holds(&story.expected).map_err(|it| format!("the apply without faults ended otherwise:\n{it}"))?;
    Ok(if code == 0 { "succeeded" } else { "failed and said why" })
}

impl Injected {
    /// Draws some faults in a hundred requests, or one that lasts for a while, or both.
    fn draw(random: &mut Random, requests: usize) -> Self {
        let percent = if random.percent(60) { [2, 5, 10, 20][random.below(4)] } else { 0 };
        let (from, length) = (1 + random.below(requests), 2 + random.below(40));
        let until = if percent == 0 || random.percent(20) { from + length } else { from };
        Self { from, until, percent, fate: some_fate(random), seed: random.number() }
    }

    /// What a run that fails may give as its cause.
    fn causes(&self) -> Vec<&'static str> {
        let of_row: &[&str] = match self.fate {
            _ if self.percent > 0 => &[REFUSED, LOST[0], LOST[1]],
            Fate::Refused { .. } => &[REFUSED],
            Fate::Slow(_) => &[],
            _ => &LOST,
        };
        of_row.iter().chain(&LATE).copied().collect()
    }

    fn fate(&self, asked: &Asked) -> Fate {
        let mut random = Random::of_part(self.seed, u64::try_from(asked.number).unwrap());
        let fate = match asked.number {
            number if (self.from..self.until).contains(&number) => self.fate.clone(),
            _ if random.percent(self.percent) => some_fate(&mut random),
            _ => Fate::Passed,
        };
        // An API server says of what is watched or paged, and of nothing else, that it is too old.
        let is_aged = asked.path.contains("watch=") || asked.path.contains("continue=");
        match fate {
            Fate::Refused { code: 410, .. } if !is_aged => Fate::Passed,
            fate => fate,
        }
    }
}

fn some_fate(random: &mut Random) -> Fate {
    let refused = |code, retry_after| Fate::Refused { code, retry_after };
    match random.below(9) {
        0 => Fate::Unheard,
        1 => Fate::Lost,
        2 => Fate::Half,
        3 => Fate::Slow(Duration::from_millis(random.number() % 300)),
        4 => refused(429, Some(1 + random.number() % 3)),
        5 => refused(500, None),
        6 => refused(503, None),
        7 => refused(504, None),
        _ => refused(410, None),
    }
}
