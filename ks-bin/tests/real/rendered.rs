//! What `ks render` prints is what kubectl and the API server accept.

use std::process::Output;

use ks_tests::control_plane::{ControlPlane, Options};
use serde_json::{Value, json};

use crate::room::{Room, errors};

#[test]
fn kubectl_applies_what_is_rendered() {
    let Some(cluster) = ControlPlane::start_or_skip(Options { nodes: 1, controllers: false, operator: false }) else {
        return;
    };
    let room = Room::new(&cluster);
    let alerting = ks_tests::engine::with_alerting();
    std::fs::write(room.path().join("cc.yaml"), alerting).unwrap();
    let write = |name: &str, arguments: &[&str]| {
        let run = room.ks(arguments).output().unwrap();
        assert!(run.status.success(), "{}", errors(&run));
        let path = room.path().join(name);
        std::fs::write(&path, &run.stdout).unwrap();
        path.to_str().unwrap().to_owned()
    };

    let list = write("all.json", &["render", "-f", "cc.yaml", "-o", "json"]);
    let mut first: Value = serde_json::from_str(&std::fs::read_to_string(&list).unwrap()).unwrap();
    let kinds = ["Namespace", "CustomResourceDefinition"].map(|it| json!(it));
    first["items"].as_array_mut().unwrap().retain(|it| kinds.contains(&it["kind"]));
    assert_eq!(first["items"].as_array().unwrap().len(), 4 + 8 + 2 + 5 + 3);
    std::fs::write(&list, first.to_string()).unwrap();
    let Some(run) = cluster.kubectl(&["apply", "--server-side", "-f", &list]).unwrap() else { return };
    is_accepted(&run);
    let wait = ["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"];
    is_accepted(&cluster.kubectl(&wait).unwrap().unwrap());

    let all = write("all.yaml", &["render", "-f", "cc.yaml"]);
    let run = cluster
        .kubectl(&["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", &all])
        .unwrap()
        .unwrap();
    is_accepted(&run);
    let accepted = String::from_utf8_lossy(&run.stdout).lines().count();
    assert!(accepted > 50, "only {accepted} objects");
}

fn is_accepted(run: &Output) {
    assert!(run.status.success(), "{}", errors(run));
}
