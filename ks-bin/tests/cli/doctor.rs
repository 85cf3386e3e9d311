use ks_apply::Sandbox;
use ks_model::Manifest;
use ks_tests::json_schema::check;
use serde_json::{Value, json};

use super::runner::{Room, Run};

/// The screen without what another run would tell otherwise.
fn screen(run: &Run) -> String {
    let line = |line: &str| match line.find("answers in ") {
        Some(at) => format!("{}answers in …\n", &line[..at]),
        None => format!("{line}\n"),
    };
    run.screen().lines().map(line).collect()
}

fn findings(run: &Run) -> Vec<Value> {
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| unreachable!("{error}: {run:?}"));
    report["findings"].as_array().unwrap().clone()
}

fn of<'f>(findings: &'f [Value], check: &str) -> &'f Value {
    findings.iter().find(|it| it["check"] == check).unwrap()
}

#[test]
fn an_empty_sandbox_is_fit_and_says_how_to_go_on() {
    let run = Room::new().ks(&["doctor", "--sandbox"]);
    insta::assert_snapshot!(screen(&run));
}

#[test]
fn what_is_applied_stays_well() {
    let room = Room::with_small();
    assert_eq!(room.ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml"]).code, Some(0));
    let run = room.ks(&["doctor", "--sandbox", "-f", "cc.yaml", "-o", "json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["verdict"], "ok", "{}", run.out);
    assert_eq!(of(&findings(&run), "history")["symptom"]["is"], "lastApplySucceeded");
    assert_eq!(report["requests"]["writes"], 0);
}

#[test]
fn the_report_fits_its_schema() {
    let room = Room::with_small();
    let schema: Value = serde_json::from_str(&room.ks(&["doctor", "--schema"]).out).unwrap();
    for arguments in [&["--sandbox"][..], &["--sandbox", "-f", "cc.yaml"]] {
        let run = room.ks(&[&["doctor", "-o", "json"], arguments].concat());
        check(&schema, &serde_json::from_str(&run.out).unwrap()).unwrap();
    }
}

#[test]
fn problems_are_told_with_what_to_do() {
    let config = "\
apiVersion: installer.kubesphere.io/v1alpha1
kind: ClusterConfiguration
metadata: { name: ks-installer, namespace: kubesphere-system }
spec:
  monitoring:
    storageClass: nowhere
";
    let room = Room::new().with("cc.yaml", config);
    let sandbox = Sandbox::open(room.path().join("sandbox.json")).unwrap();
    let write = |object: Value| drop(sandbox.update_as("kubectl", &Manifest::parse(object).unwrap()).unwrap());
    write(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "kubesphere-system" } }));
    write(json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": "ks", "namespace": "kubesphere-system" },
        "spec": { "holderIdentity": "build-7_4711", "leaseDurationSeconds": 30,
            "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": "2026-01-01T00:00:09.000000Z" } }));
    let labels = json!({ "app": "ks-installer" });
    write(json!({ "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
        "spec": { "replicas": 1, "selector": { "matchLabels": labels }, "template": { "metadata": { "labels": labels },
            "spec": { "containers": [{ "name": "installer", "image": "installer" }] } } } }));
    let role = |kind: &str, more: Value| {
        let mut object = json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind,
            "metadata": { "name": "ks-installer" } });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    write(role("ClusterRole", json!({ "rules": [] })));
    write(role(
        "ClusterRoleBinding",
        json!({ "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "ks-installer" } }),
    ));
    let run = room.ks(&["doctor", "--sandbox=sandbox.json", "-f", "cc.yaml"]);
    insta::assert_snapshot!(screen(&run));
}

#[test]
fn a_configuration_with_errors_is_one_finding_and_the_rest_is_looked_at() {
    let room = Room::new().with("cc.yaml", "kind: ClusterConfiguration\n");
    let run = room.ks(&["doctor", "--sandbox", "-f", "cc.yaml", "-o", "json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let found = findings(&run);
    assert_eq!(of(&found, "configuration")["symptom"]["is"], "configurationRefused");
    assert_eq!(of(&found, "storage")["verdict"], "ok");
}

#[test]
fn a_kind_that_nobody_brings_is_missed() {
    let foo = "apiVersion: demo.example/v1\nkind: Foo\nmetadata: { name: foo, namespace: default }\n";
    let room = Room::with_small()
        .with("mine/demo/echo/component.yaml", "name: echo\ndescription: Answers.\n")
        .with("mine/demo/echo/foo.yaml", foo);
    let run = room.ks(&["doctor", "--sandbox", "-f", "cc.yaml", "--manifests", "mine", "-o", "json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let found = findings(&run);
    assert_eq!(of(&found, "kinds")["details"], json!(["Foo of demo.example/v1, wanted by echo"]));
}

#[test]
fn a_server_that_does_not_answer_is_a_finding_and_no_cluster_an_error() {
    let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
        clusters: [{ name: here, cluster: { server: \"http://127.0.0.1:1\" } }]\n\
        users: [{ name: me, user: {} }]\n\
        contexts: [{ name: here, context: { cluster: here, user: me } }]\n";
    let room = Room::with_small().with("kubeconfig", kubeconfig);
    let run = room.ks(&["doctor", "-f", "cc.yaml", "--kubeconfig", "kubeconfig", "-o", "json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let found = findings(&run);
    assert_eq!(of(&found, "connection")["verdict"], "problem");
    assert!(found.iter().skip(1).all(|it| it["verdict"] == "skipped" || it["check"] == "configuration"), "{run:?}");
    assert_eq!(room.ks(&["doctor"]).code, Some(4));
}
