//! The roles that `ks rbac` prints are enough for the whole life of a platform, and none of their rights is needless: without
//! it something fails, and says which right is missing.

mod jane;
mod right;
mod story;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use ks_tests::campaign::Campaign;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::random::Random;

use self::jane::Jane;
use self::right::Right;
use self::story::{FIRST, Story, play, run, write_configurations};
use crate::room::{Room, errors};
use crate::stage::Stage;

/// What is said before a right that is missing: by an error, by a warning after the end, or while pods cannot be watched.
const MISSED: &str = "missing rule: ";
/// How many rights are taken away in a usual test run.
const SHARE: usize = 10;

#[test]
fn each_printed_right_is_missed_by_its_name() {
    let Some(cluster) = ControlPlane::stood_in() else { return };
    cluster.stand_in_for_numbered_pods();
    let room = Room::new(&cluster);
    write_configurations(&room);
    let stage = Stage::new(&cluster, &room);
    let jane = Jane::with_printed_roles(&cluster, &stage, &room, "first.yaml");
    let stories = play(&cluster, &stage, &room, jane.kubeconfig());
    let rights = jane.rights();
    let asking = |right: &Right| stories.iter().filter(|it| is_asked_in(right, it)).collect::<Vec<_>>();
    let (mut needed, mut idle, mut needless) = (Vec::new(), 0, Vec::new());
    for (number, right) in rights.iter().enumerate() {
        match asking(right) {
            stories if !stories.is_empty() => needed.push((number, right, stories)),
            _ if right.is_for_waiting() => idle += 1,
            _ => needless.push(right.to_string()),
        }
    }
    assert!(needless.is_empty(), "printed, and never needed:\n{}", needless.join("\n"));

    let campaign = Campaign::or_share(SHARE);
    let (mut wrong, mut tally) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for (number, right, asking) in chosen(campaign, needed) {
        // A run may ask for what it can do without, and say nothing: then a later one needs it.
        let mut last = None;
        for story in asking {
            let began = Instant::now();
            stage.restore(&story.beginning);
            jane.without(right, story.name == stories[stories.len() - 1].name);
            let end = run(&room, jane.kubeconfig(), &story.command);
            let (name, code) = (story.name, end.status.code());
            println!("{number} {right}: {name} without it ends with {code:?} after {:.1?}", began.elapsed());
            let said = format!("{}{}", String::from_utf8_lossy(&end.stdout), errors(&end));
            let is_missed = !end.status.success() || said.contains(MISSED);
            last = Some((story, end, said));
            if is_missed {
                break;
            }
        }
        let (story, end, said) = last.unwrap();
        *tally.entry(story.name).or_default() += 1;
        let told: Vec<&str> = said.lines().filter_map(|it| Some(it.split_once(MISSED)?.1)).collect();
        if told.is_empty() || !told.iter().all(|it| right.is_told_by(it)) {
            let again = campaign.again(number as u64);
            wrong.push(format!("{right}: {} ends with {:?}: {again}\n{said}", story.name, end.status.code()));
        }
    }
    println!(
        "{} rights, {idle} of them to watch what never took its time, {} taken away in turn, of {tally:?}, seed {}",
        rights.len(),
        tally.values().sum::<usize>(),
        campaign.seed
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same life with controllers, the real operator and simulated nodes.
#[test]
fn a_user_with_the_printed_roles_installs_changes_moves_and_removes_everything() {
    let options = Options { nodes: 3, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    let cluster = Arc::new(cluster);
    cluster.add_what_others_bring().unwrap();
    let operator = cluster.start_operator_when_defined();
    let room = Room::new(&cluster);
    write_configurations(&room);
    let stage = Stage::new(&cluster, &room);
    let jane = Jane::with_printed_roles(&cluster, &stage, &room, "first.yaml");
    let stories = play(&cluster, &stage, &room, jane.kubeconfig());
    operator.join().unwrap();
    // Her roles go with the namespaces that go, in the end.
    let refused = stories[..stories.len() - 1].iter().flat_map(|it| &it.asked).filter(|it| it.code == 403);
    let refused: Vec<&str> = refused.map(|it| it.uri.as_str()).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    for story in &stories {
        println!("{}: {} requests", story.name, story.asked.len());
    }
}

/// Whether a run asks for what a right allows. Who hands out rights needs the right to do so where they do it first.
fn is_asked_in(right: &Right, story: &Story) -> bool {
    if right.is_grant() { story.name == FIRST } else { story.asked.iter().any(|it| right.allowed(it)) }
}

/// All needed rights with their numbers, or as many as are wanted.
fn chosen<T>(campaign: Campaign, mut chosen: Vec<(usize, &Right, T)>) -> Vec<(usize, &Right, T)> {
    if let Some(only) = campaign.only {
        chosen.retain(|(number, ..)| *number as u64 == only);
    }
    let mut random = Random::of_part(campaign.seed, 0);
    while chosen.len() > campaign.cases {
        chosen.swap_remove(random.below(chosen.len()));
    }
    chosen.sort_by_key(|(number, ..)| *number);
    chosen
}
