//! A value that is secret is in no output, no log, no file that ks writes for people, and no error.

use std::fs;

use super::runner::{Room, SMALL};

/// What must be seen nowhere.
const SENTINEL: &str = "open-sesame-4711";
/// The same as Secrets hold it.
const ENCODED: &str = "b3Blbi1zZXNhbWUtNDcxMQ==";

const COMPONENT: &str = r#"
name: vault
description: Holds what nobody may see.
sensitive: ["v1 ConfigMap default/vault#/data/token"]
settings:
  token: { from: authentication.jwtSecret, sensitive: true }
"#;
const OBJECTS: &str = "
apiVersion: v1
kind: Secret
metadata: { name: vault, namespace: default }
data: { token: {{ settings.token | b64encode }} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: vault, namespace: default }
data: { token: {{ settings.token }}, user: everybody }
";

fn room() -> Room {
    let secret = format!(
        "spec:\n  authentication: {{ jwtSecret: {SENTINEL} }}\n  monitoring:\n    prometheus:\n      remoteWrite:\n        \
         - {{ url: 'https://u:{SENTINEL}@example.org', headers: {{ X-Key: {SENTINEL} }} }}\n"
    );
    let configuration = SMALL.replace("spec:\n", &secret);
    Room::new()
        .with("cc.yaml", &configuration)
        .with("changed.yaml", &configuration.replace(SENTINEL, &format!("{SENTINEL}-2")))
        .with("wrong.yaml", &configuration.replace("headers: {", "bearerToken: open-sesame-4711, headers: {"))
        .with("own/demo/vault/component.yaml", COMPONENT)
        .with("own/demo/vault/vault.yaml.j2", OBJECTS)
}

#[test]
fn a_secret_value_is_in_no_output() {
    let room = room();
    // Each line begins where the one before has ended: an empty cluster, an installed one, one that changes.
    let lines = [
        "validate -f cc.yaml",
        "validate -f wrong.yaml",
        "validate -f wrong.yaml -o json",
        "plan --sandbox -f wrong.yaml",
        "plan --sandbox -f cc.yaml --full -v",
        "plan --sandbox -f cc.yaml -o json --out plan.json",
        "plan --sandbox -f cc.yaml -o markdown",
        "plan --sandbox -f cc.yaml -o html",
        "show plan.json --full",
        "show plan.json -o html",
        "graph -f cc.yaml",
        "explain secret/vault -f cc.yaml --sandbox",
        "explain configmap/vault data.token -f cc.yaml",
        "explain secret/vault data.token -f cc.yaml -o json",
        "explain --component vault -f cc.yaml",
        "explain --component vault -f cc.yaml -o json",
        "explain prometheus/k8s spec.remoteWrite -f cc.yaml",
        "explain --component prometheus -f cc.yaml -o json",
        "apply --sandbox plan.json -v",
        "snapshot --sandbox -f cc.yaml --out cluster.json -v",
        "status --sandbox -f cc.yaml",
        "status --sandbox -f cc.yaml -o json",
        "plan --sandbox -f changed.yaml --full",
        "plan --cluster snapshot:cluster.json -f changed.yaml -o json",
        "plan --sandbox -f changed.yaml --out changed.json -o html",
        "apply --sandbox -f changed.yaml --yes -o json -v",
        "apply --sandbox changed.json",
        "apply --sandbox -f cc.yaml",
        "wait --sandbox -f cc.yaml -o json -v",
        "destroy --sandbox --yes -o json -v",
        "rollback 1 --sandbox --yes -o json -f cc.yaml -v",
        "history --sandbox -o json",
        "history show 1 --sandbox",
        "history show 1 --sandbox -o json",
        "history show 2 --sandbox",
        "history show 2 --sandbox -o json",
    ];
    for line in lines {
        let mut arguments: Vec<&str> = line.split(' ').collect();
        arguments.extend(["--manifests", "own"]);
        let run = room.ks(&arguments);
        let is_hidden = |text: &str| !text.contains(SENTINEL) && !text.contains(ENCODED);
        assert!(is_hidden(&run.out) && is_hidden(&run.err), "ks {line}\n{}", run.screen());
        assert!(!run.out.is_empty() || !run.err.is_empty(), "ks {line} says nothing");
    }
    for file in ["plan.json", "changed.json", "cluster.json"] {
        let text = fs::read_to_string(room.path().join(file)).unwrap();
        assert!(!text.contains(SENTINEL) && !text.contains(ENCODED), "{file}");
        assert!(text.contains("<secret "), "{file} has nothing to hide");
    }
    // What is written down of applies is packed, and nothing in it either.
    let shown = room.ks(&["history", "show", "2", "--sandbox", "-o", "json"]);
    assert!(shown.out.contains("<secret ") && shown.out.contains("jwtSecret"), "{}", shown.screen());
    // The cluster has what nobody saw.
    let sandbox = fs::read_to_string(room.path().join(".ks/sandbox.json")).unwrap();
    assert!(sandbox.contains(SENTINEL));
}
