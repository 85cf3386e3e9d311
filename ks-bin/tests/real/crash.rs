//! A run that is killed at any of its requests, and run again, reaches the end that it would have reached undisturbed: the same
//! objects with the same owners, none too many and none too few.

mod stage;

use std::collections::BTreeMap;
use std::sync::Arc;

use ks_tests::campaign::Campaign;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::random::Random;
use serde_json::json;

use crate::room::Room;
use stage::{Kill, Stage};

/// How many kills of each story are in a usual test run.
const SHARE: usize = 4;

/// The platform without monitoring, with a component of our own in two versions.
#[test]
fn a_small_platform_survives_a_kill_at_any_request() {
    let Some(cluster) = control_plane() else { return };
    let room = Room::new(&cluster);
    let config = ks_tests::configuration::bare(&json!({ "common": { "monitoring": { "type": "external" } } }));
    std::fs::write(room.path().join("cc.yaml"), config).unwrap();
    let folder = |version: &str| format!("{}/tests/real/crash/{version}", env!("CARGO_MANIFEST_DIR"));
    let (first, second) = (folder("first"), folder("second"));
    let apply = |version| vec!["apply", "--yes", "--timeout", "1m", "-f", "cc.yaml", "--manifests", version];
    let mut stage = Stage::new(&cluster, &room);
    killed_at_each_request(&mut stage, "first apply", &apply(&first));
    killed_at_each_request(&mut stage, "upgrade", &apply(&second));
}

/// All of the catalogue.
#[test]
fn the_whole_catalogue_survives_a_kill_at_any_request() {
    let Some(cluster) = control_plane() else { return };
    let room = Room::new(&cluster);
    std::fs::write(room.path().join("cc.yaml"), ks_tests::configuration::everything_on()).unwrap();
    cluster.add_what_others_bring().unwrap();
    let mut stage = Stage::new(&cluster, &room);
    let apply = ["apply", "--yes", "--timeout", "2m", "-f", "cc.yaml"];
    killed_at_each_request(&mut stage, "first apply of everything", &apply);
}

fn control_plane() -> Option<Arc<ControlPlane>> {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let cluster = Arc::new(ControlPlane::start_or_skip(options)?);
    cluster.stand_in_for_controllers();
    Some(cluster)
}

/// Runs a command undisturbed, then again and again from the same beginning, each time killed elsewhere, and leaves the
/// cluster as the undisturbed run does.
fn killed_at_each_request(stage: &mut Stage<'_>, name: &str, command: &[&str]) {
    let campaign = Campaign::or_share(SHARE);
    let beginning = stage.save();
    let requests = stage.run_to_the_end(command);
    let (end, expected) = (stage.save(), stage.contents());
    let kills: Vec<Kill> = chosen(campaign, requests);
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for kill in &kills {
        stage.restore(&beginning);
        let was_killed = stage.run_and_kill(command, *kill);
        stage.end_lease();
        stage.run_to_the_end(command);
        stage.is_as_expected(&expected, &format!("{name}, {kill}"));
        *tally.entry(if was_killed { "killed" } else { "ended before" }).or_default() += 1;
    }
    println!("{name}: {requests} requests, {} kills {tally:?}, seed {}", kills.len(), campaign.seed);
    assert!(tally.contains_key("killed"), "{name}: nothing was killed");
    stage.restore(&end);
}

/// All kills there are, or as many as are wanted.
fn chosen(campaign: Campaign, requests: usize) -> Vec<Kill> {
    let mut kills: Vec<Kill> =
        (1..=requests).flat_map(|request| [false, true].map(|is_heard| Kill { request, is_heard })).collect();
    let mut random = Random::of_part(campaign.seed, 0);
    while kills.len() > campaign.cases {
        kills.swap_remove(random.below(kills.len()));
    }
    kills.sort();
    kills
}
