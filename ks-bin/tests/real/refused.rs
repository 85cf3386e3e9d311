//! What cannot be done is told in its own words, with its own exit code, and changes nothing.

use ks_tests::control_plane::{ControlPlane, Options};
use serde_json::json;

use crate::room::{Room, errors};

#[test]
fn each_refusal_has_its_message_and_exit_code() {
    let Some(cluster) = ControlPlane::start_or_skip(Options { nodes: 1, controllers: false, operator: false }) else {
        return;
    };
    let room = Room::new(&cluster);

    let expired = room.kubeconfig(&json!({ "token": "expired" }));
    let run = room.ks_as(&expired, &["plan", "-f", "cc.yaml"]).output().unwrap();
    assert_eq!(run.status.code(), Some(6), "{}", errors(&run));
    assert!(errors(&run).contains("does not accept the credentials"), "{}", errors(&run));

    let stranger = room.kubeconfig(&json!({ "as": "stranger" }));
    let run = room.ks_as(&stranger, &["plan", "-f", "cc.yaml"]).output().unwrap();
    assert_eq!(run.status.code(), Some(7), "{}", errors(&run));
    assert!(errors(&run).contains("stranger") && errors(&run).contains("cannot list resource"), "{}", errors(&run));

    let own = room.path().join("own/demo/future");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("component.yaml"), "{ name: future, description: Is not served yet. }").unwrap();
    let object = "{ apiVersion: apps/v9, kind: Deployment, metadata: { name: a, namespace: default } }";
    std::fs::write(own.join("deployment.yaml"), object).unwrap();
    let run = room.ks(&["plan", "-f", "cc.yaml", "--manifests", "own"]).output().unwrap();
    assert_eq!(run.status.code(), Some(8), "{}", errors(&run));
    assert!(errors(&run).contains("apps/v9") && errors(&run).contains("v1"), "{}", errors(&run));

    let writes: Vec<_> = cluster.audit_events().unwrap().into_iter().filter(|it| it.is_write()).collect();
    assert!(writes.is_empty(), "{writes:#?}");
}
