use std::fs;
use std::sync::Arc;

use ks_apply::sandbox::{Sandbox, SandboxOptions, SystemClock};
use ks_model::Manifest;
use serde_json::{Value, json};

use super::runner::{Room, SMALL};

#[test]
fn what_is_written_is_valid_and_can_be_planned() {
    let room = Room::new();
    let run = room.ks(&["init"]);
    insta::assert_snapshot!(run.screen());
    let valid = room.ks(&["validate", "-f", "cluster-configuration.yaml"]);
    assert_eq!(valid.out, "cluster-configuration.yaml: valid, 0 warnings\n", "{valid:?}");
    let plan = room.ks(&["plan", "--sandbox", "-f", "cluster-configuration.yaml"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");

    let silent = room.with("cc.yaml", SMALL);
    let summary = |file: &str| {
        let run = silent.ks(&["plan", "--sandbox", "-f", file, "-o", "json"]);
        serde_json::from_str::<Value>(&run.out).unwrap()["summary"].clone()
    };
    assert_eq!(summary("cluster-configuration.yaml"), summary("cc.yaml"));
}

#[test]
fn a_file_that_is_there_stays_unless_it_is_forced() {
    let room = Room::new().with("cc.yaml", "mine");
    let run = room.ks(&["init", "-o", "cc.yaml"]);
    insta::assert_snapshot!(run.screen());
    assert_eq!(fs::read_to_string(room.path().join("cc.yaml")).unwrap(), "mine");
    let forced = room.ks(&["init", "-o", "cc.yaml", "--force"]);
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert_eq!(room.ks(&["validate", "-f", "cc.yaml"]).code, Some(0));
    let printed = room.ks(&["init", "-o", "-"]);
    assert_eq!(printed.out, fs::read_to_string(room.path().join("cc.yaml")).unwrap());
    assert_eq!(printed.err, "");
}

#[test]
fn options_that_would_be_passed_over_are_refused() {
    let room = Room::with_small();
    for (arguments, word) in [
        (&["init", "-f", "cc.yaml"][..], "-o FILE"),
        (&["init", "--sandbox"], "--from-cluster"),
        (&["init", "--secrets", "include"], "--from-cluster"),
        (&["init", "-o", "nowhere/cc.yaml"], "-o names a file"),
    ] {
        let run = room.ks(arguments);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.err.contains(word), "{run:?}");
    }
}

#[test]
fn a_component_of_ones_own_has_its_fields_in_it() {
    let component = "name: echo\ndescription: Answers.\nsettings:\n  size:\n    description: How much.\n    from: echo.size\n    default: 1Gi\n";
    let run =
        Room::new().with("mine/demo/echo/component.yaml", component).ks(&["init", "-o", "-", "--manifests", "mine"]);
    assert!(
        run.out.contains("  echo:\n    # How much.\n    # Default: 1Gi. Read by echo.\n    #size: 1Gi\n"),
        "{run:?}"
    );
}

/// A sandbox in `sandbox.json` with this spec in the live configuration.
fn live(room: &Room, spec: &Value) {
    let path = room.path().join("sandbox.json");
    let sandbox = Sandbox::open_with(path, SandboxOptions::instant(), Arc::new(SystemClock)).unwrap();
    let write = |object: Value| drop(sandbox.update_as("kubectl", &Manifest::parse(object).unwrap()).unwrap());
    write(json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "clusterconfigurations.installer.kubesphere.io" },
        "spec": { "group": "installer.kubesphere.io", "scope": "Namespaced",
            "names": { "kind": "ClusterConfiguration", "plural": "clusterconfigurations" },
            "versions": [{ "name": "v1alpha1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } }] } }));
    write(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "kubesphere-system" } }));
    write(json!({ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system", "labels": { "version": "v3.4.1" },
            "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "{\"password\":\"sesame\"}" } },
        "spec": spec, "status": { "monitoring": { "status": "enabled" } } }));
}

#[test]
fn the_live_configuration_is_written_without_its_secrets() {
    let room = Room::new();
    live(&room, &json!({ "authentication": { "jwtSecret": "sesame" }, "monitoring": { "prometheusReplicas": 3 } }));
    let run = room.ks(&["init", "--from-cluster", "--sandbox=sandbox.json", "-o", "cc.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.err.contains("left out, because it is secret: authentication.jwtSecret"), "{run:?}");
    let text = fs::read_to_string(room.path().join("cc.yaml")).unwrap();
    assert!(!text.contains("sesame") && !text.contains("managedFields") && !text.contains("status"), "{text}");
    assert!(text.contains("    version: v3.4.1\n") && text.contains("      replicas: 3\n"), "{text}");
    let valid = room.ks(&["validate", "-f", "cc.yaml"]);
    assert_eq!(valid.out, "cc.yaml: valid, 0 warnings\n", "{valid:?}");
}

#[test]
fn a_secret_that_plans_read_wants_a_decision() {
    let room = Room::new();
    let write = json!([{ "url": "https://example.org/write", "name": "sesame" }]);
    live(&room, &json!({ "monitoring": { "prometheus": { "remoteWrite": write } } }));
    let init = |more: &[&str]| room.ks(&[&["init", "--from-cluster", "--sandbox=sandbox.json"], more].concat());
    insta::assert_snapshot!(init(&[]).screen());
    assert!(!room.path().join("cluster-configuration.yaml").exists());
    let without = init(&["--secrets", "leave-out", "-o", "-"]);
    assert!(without.code == Some(0) && !without.out.contains("sesame"), "{without:?}");
    assert!(without.out.contains("# remoteWrite: left out, because it is secret\n"), "{without:?}");
    let with = init(&["--secrets", "include", "-o", "secret.yaml"]);
    assert_eq!(with.code, Some(0), "{with:?}");
    let path = room.path().join("secret.yaml");
    assert!(fs::read_to_string(&path).unwrap().contains("sesame"));
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
    let again = init(&["--secrets", "include", "-o", "secret.yaml"]);
    assert_eq!(again.code, Some(9), "{again:?}");
}

#[test]
fn a_live_configuration_with_errors_becomes_a_file_to_correct() {
    let room = Room::new();
    live(&room, &json!({ "alerting": { "enabled": "true" } }));
    let run = room.ks(&["init", "--from-cluster", "--sandbox=sandbox.json", "-o", "cc.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.err.contains("the live configuration has errors (1)"), "{run:?}");
    let invalid = room.ks(&["validate", "-f", "cc.yaml"]);
    assert_eq!(invalid.code, Some(2), "{invalid:?}");
    assert!(invalid.err.contains("cc.yaml:") && invalid.err.contains("enabled: \"true\""), "{invalid:?}");
}

#[test]
fn without_a_live_configuration_there_is_nothing_to_begin_with() {
    insta::assert_snapshot!(Room::new().ks(&["init", "--from-cluster", "--sandbox"]).screen());
}
