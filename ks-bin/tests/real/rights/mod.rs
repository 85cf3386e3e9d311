//! The roles that `ks rbac` prints are enough for the whole life of a platform.

mod jane;
mod right;
mod story;

use std::sync::Arc;

use ks_tests::control_plane::{ControlPlane, Options};

use self::jane::Jane;
use self::story::{play, write_configurations};
use crate::room::Room;
use crate::stage::Stage;

/// Runs with controllers, the real operator and simulated nodes.
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
