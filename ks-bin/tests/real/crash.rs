//! A run that is killed at any of its requests, and run again, reaches the end that it would have reached undisturbed: the same
//! objects with the same owners, none too many and none too few.

use std::collections::BTreeMap;

use ks_tests::campaign::Campaign;
use ks_tests::random::Random;

use crate::room::Room;
use crate::stage::{Kill, Stage, control_plane, small_platform};

/// How many kills of each story are in a usual test run.
const SHARE: usize = 4;

/// What goes for good with the platform.
const LOSSES: [&str; 12] = [
    "data-loss=CustomResourceDefinition.apiextensions.k8s.io widgets.demo.example.org",
    "data-loss=CustomResourceDefinition.apiextensions.k8s.io rulegroups.alerting.kubesphere.io",
    "data-loss=CustomResourceDefinition.apiextensions.k8s.io globalrulegroups.alerting.kubesphere.io",
    "data-loss=CustomResourceDefinition.apiextensions.k8s.io dashboards.monitoring.kubesphere.io",
    "data-loss=CustomResourceDefinition.apiextensions.k8s.io clusterrulegroups.alerting.kubesphere.io",
    "data-loss=CustomResourceDefinition.apiextensions.k8s.io clusterdashboards.monitoring.kubesphere.io",
    "data-loss=Secret demo/key",
    "data-loss=Namespace kubesphere-monitoring-system",
    "data-loss=Namespace kubesphere-monitoring-federated",
    "data-loss=Namespace kubesphere-controls-system",
    "data-loss=Namespace kubesphere-system",
    "data-loss=Namespace demo",
];

#[test]
fn a_small_platform_survives_a_kill_at_any_request() {
    let Some(cluster) = control_plane() else { return };
    let room = Room::new(&cluster);
    let [first, second] = small_platform(&room);
    let apply = |version| vec!["apply", "--yes", "--timeout", "1m", "-f", "cc.yaml", "--manifests", version];
    let mut stage = Stage::new(&cluster, &room);
    let nothing = stage.settled();
    killed_at_each_request(&mut stage, "first apply", &apply(&first));
    killed_at_each_request(&mut stage, "upgrade", &apply(&second));
    let mut destroy = vec!["destroy", "--yes", "--timeout", "1m", "--manifests", &second];
    destroy.extend(LOSSES.iter().flat_map(|it| ["--allow", it]));
    killed_at_each_request(&mut stage, "destroy", &destroy);
    stage.is_as_expected(&nothing, "destroy leaves what there was before the first apply");
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
