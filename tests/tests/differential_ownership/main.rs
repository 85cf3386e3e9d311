//! What ks decides by itself against what a real API server says: an object that ks calls unchanged is one that an apply
//! leaves as it is, and one that ks asks about is one that an apply changes. No exceptions in either direction.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it found, and fails where it must"
)]

mod drawing;
mod history;
mod kinds;
mod verdict;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use ks_model::Ownership;
use ks_tests::campaign::Campaign;
use ks_tests::control_plane::{ControlPlane, Options, Patch, Writer};
use ks_tests::random::Random;
use serde_json::{Value, json};

use drawing::derive;
use history::Subject;
use kinds::{APART, Kind, NAMESPACE, definitions, kinds};
use verdict::Verdict;

/// How many wanted objects are compared with one live object.
const WANTED: usize = 8;
/// How many live objects are worked on at once.
const WIDTH: usize = 24;
/// The share of a usual test run.
const SHARE: usize = 3_000;

/// What was found, kind by kind.
#[derive(Default)]
struct Tally {
    unchanged: usize,
    changed: usize,
    false_unchanged: usize,
    false_changed: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_unchanged_is_unchanged_and_nothing_else_is_asked_about() {
    let Some(plane) = ControlPlane::start_or_skip(Options { nodes: 0, controllers: false, operator: false }) else {
        return;
    };
    let campaign = Campaign::or_share(SHARE);
    let writer = plane.writer().await.unwrap();
    let kinds = kinds();
    prepare(&writer, &kinds).await;
    let began = Instant::now();
    let parts = match campaign.only {
        Some(part) => part..part + 1,
        None => 0..campaign.cases.div_ceil(WANTED) as u64,
    };
    let results: Vec<(usize, Vec<Case>)> = stream::iter(parts)
        .map(|part| live_and_compare(&writer, &kinds, campaign, part))
        .buffer_unordered(WIDTH)
        .collect()
        .await;
    report(campaign, &kinds, results, began.elapsed());
}

/// One comparison with what led to it.
struct Case {
    part: u64,
    wanted: Value,
    live: Value,
    applied: Value,
    verdict: Verdict,
}

async fn live_and_compare(writer: &Writer, kinds: &[Kind], campaign: Campaign, part: u64) -> (usize, Vec<Case>) {
    let mut random = Random::of_part(campaign.seed, part);
    let mut place = random.below(kinds.iter().map(|it| it.weight).sum());
    let chosen = kinds.iter().position(|it| {
        let is_it = place < it.weight;
        place = place.saturating_sub(it.weight);
        is_it
    });
    let chosen = chosen.unwrap();
    let kind = &kinds[chosen];
    let name = if kind.is_named { format!("k{part}s.example.org") } else { format!("case-{part}") };
    let ownership = if random.percent(12) { Ownership::Fields } else { Ownership::Whole };
    let subject = Subject { writer, kind, name, ownership };
    let mut cases = Vec::new();
    if let Some(applied) = subject.live_through(&mut random).await {
        let live = subject.settled().await;
        for _ in 0..WANTED {
            let wanted = derive(&mut random, kind, &applied, &live);
            let Some(verdict) = subject.verdict(&wanted, &live).await else { continue };
            cases.push(Case { part, wanted, live: live.clone(), applied: applied.clone(), verdict });
        }
    }
    subject.remove().await;
    (chosen, cases)
}

impl Subject<'_> {
    /// The live object once nobody writes to it any more: the server itself completes definitions.
    async fn settled(&self) -> Value {
        for _ in 0..200 {
            let live = self.live().await.unwrap();
            if self.kind.name != "CustomResourceDefinition" || is_established(&live) {
                return live;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} is not established", self.name)
    }
}

/// Whether the server has accepted a definition, with all the names that it has by now, or has refused some of them.
fn is_established(definition: &Value) -> bool {
    let says = |kind: &str, status: &str| {
        let mut conditions = definition["status"]["conditions"].as_array().into_iter().flatten();
        conditions.any(|it| it["type"] == kind && it["status"] == status)
    };
    let has_names = definition["status"]["acceptedNames"] == definition["spec"]["names"];
    (has_names && says("Established", "True")) || says("NamesAccepted", "False")
}

/// The namespaces and the definitions of the custom kinds.
async fn prepare(writer: &Writer, kinds: &[Kind]) {
    for name in [NAMESPACE, APART] {
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        writer.create("/api/v1/namespaces", &namespace).await.unwrap();
    }
    for definition in definitions() {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        let path = format!("{path}/{}?fieldManager=setup", definition.object().name);
        writer.patch(&path, Patch::Apply, definition.value()).await.unwrap();
    }
    for kind in kinds.iter().filter(|it| it.definition.is_some()) {
        while !matches!(writer.get(&kind.collection()).await, Ok(Some(_))) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn report(campaign: Campaign, kinds: &[Kind], results: Vec<(usize, Vec<Case>)>, took: Duration) {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let (mut wrong, mut nothing) = (Vec::new(), 0);
    for (kind, cases) in &results {
        let kind = &kinds[*kind];
        let tally = tallies.entry(&kind.name).or_default();
        nothing += usize::from(cases.is_empty());
        for case in cases {
            match (case.verdict.asks, case.verdict.changes.is_empty()) {
                (false, true) => tally.unchanged += 1,
                (true, false) => tally.changed += 1,
                (false, false) => tally.false_unchanged += 1,
                (true, true) => tally.false_changed += 1,
            }
            if case.verdict.asks == case.verdict.changes.is_empty() {
                wrong.push(told(campaign, kind, case));
            }
        }
    }
    println!("{:<32} unchanged  changed  false unchanged  false changed", "kind");
    let mut all = Tally::default();
    for (kind, it) in &tallies {
        println!(
            "{kind:<32} {:>9} {:>8} {:>16} {:>14}",
            it.unchanged, it.changed, it.false_unchanged, it.false_changed
        );
        all.unchanged += it.unchanged;
        all.changed += it.changed;
        all.false_unchanged += it.false_unchanged;
        all.false_changed += it.false_changed;
    }
    println!(
        "{:<32} {:>9} {:>8} {:>16} {:>14}",
        "all", all.unchanged, all.changed, all.false_unchanged, all.false_changed
    );
    println!("seed {}, {took:.0?}, {nothing} live objects that the server did not take", campaign.seed);
    assert!(wrong.is_empty(), "{} wrong verdicts\n{}", wrong.len(), wrong.join("\n\n"));
}

fn told(campaign: Campaign, kind: &Kind, case: &Case) -> String {
    let what = if case.verdict.asks { "FALSE CHANGED" } else { "FALSE UNCHANGED" };
    let changes = case.verdict.changes.join("\n    ");
    format!(
        "{what} {} ({})\n    {changes}\n  applied {}\n  wanted  {}\n  live    {}",
        kind.name,
        campaign.again(case.part),
        case.applied,
        case.wanted,
        case.live
    )
}
