//! `ks doctor` on an empty server, on one with what others left behind, and for users with fewer rights.

use std::path::Path;
use std::time::{Duration, Instant};

use ks_tests::control_plane::{ControlPlane, Options};
use serde_json::{Value, json};

use crate::room::{Room, errors};

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
/// The server takes a moment to hear of changed roles.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn each_finding_is_true_of_a_real_server() {
    let Some(cluster) = ControlPlane::start_or_skip(Options { nodes: 1, controllers: false, operator: false }) else {
        return;
    };
    let room = Room::new(&cluster);

    let (code, found) = examine(&cluster, &room, &cluster.kubeconfig());
    assert_eq!((code, &of(&found, "storage")["is"]), (Some(1), &json!("noDefaultClass")), "{found:#?}");

    let class = json!({ "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "example.org/none",
        "allowVolumeExpansion": true, "metadata": { "name": "standard",
            "annotations": { "storageclass.kubernetes.io/is-default-class": "true" } } });
    cluster.apply("/apis/storage.k8s.io/v1/storageclasses/standard", &class.to_string()).unwrap();
    let (code, found) = examine(&cluster, &room, &cluster.kubeconfig());
    assert_eq!(code, Some(0), "{found:#?}");
    assert!(found.iter().all(|it| it["verdict"] == "ok"), "{found:#?}");
    assert_eq!(
        of(&found, "access"),
        json!({ "is": "allowed", "everything": true, "needed": of(&found, "access")["needed"] })
    );

    leave_things_behind(&cluster);
    let (code, found) = examine(&cluster, &room, &cluster.kubeconfig());
    assert_eq!(code, Some(0), "{found:#?}");
    let is = |check: &str| of(&found, check)["is"].as_str().unwrap().to_owned();
    assert_eq!(is("installer"), "installerRuns");
    assert!(found.iter().any(|it| it["symptom"]["is"] == "installerRights"), "{found:#?}");
    assert_eq!(
        of(&found, "takeover"),
        json!({ "is": "toTakeOver", "objects": 1, "managers": ["helm"],
        "releases": ["kubesphere-monitoring-system/alerts"] })
    );
    assert_eq!(is("services"), "serviceDown");
    assert_eq!(of(&found, "services")["name"], "v1beta1.metrics.example.org");
    assert_eq!(is("lease"), "leaseAbandoned");

    // A namespace that is to have objects and is on its way out: without controllers it never goes.
    cluster.delete("/api/v1/namespaces/kubesphere-monitoring-system").unwrap();
    let (code, found) = examine(&cluster, &room, &cluster.kubeconfig());
    assert_eq!(code, Some(1), "{found:#?}");
    assert_eq!(of(&found, "namespaces")["isWanted"], true, "{found:#?}");

    let stranger = room.kubeconfig(&json!({ "as": "stranger" }));
    let (code, found) = examine(&cluster, &room, &stranger);
    assert_eq!(code, Some(1), "{found:#?}");
    assert_eq!(of(&found, "connection")["is"], "answers");
    let access = of(&found, "access");
    assert_eq!((&access["is"], &access["unsure"]), (&json!("notAllowed"), &json!(false)));
    assert_eq!(access["missing"].as_array().unwrap().len() as u64, access["needed"].as_u64().unwrap());
    assert_eq!(of(&found, "installer")["is"], "notSeen");

    let asked = cluster.audit_events().unwrap();
    let reviews: Vec<_> = asked.iter().filter(|it| it.uri.starts_with("/apis/authorization.k8s.io/v1/self")).collect();
    assert!(reviews.len() > 4 && reviews.iter().all(|it| it.dry_run && it.code == 201), "{reviews:#?}");
}

#[test]
fn who_has_the_printed_roles_is_told_that_they_are_enough_and_without_one_which_is_missing() {
    let Some(cluster) = ControlPlane::start_or_skip(Options { nodes: 1, controllers: false, operator: false }) else {
        return;
    };
    let room = Room::new(&cluster);
    let run = room.ks(&["rbac", "-f", "cc.yaml", "--user", "jane"]).output().unwrap();
    assert!(run.status.success(), "{}", errors(&run));
    let text = String::from_utf8(run.stdout).unwrap();
    let documents: Vec<Value> = text.split("---\n").skip(1).map(|it| serde_saphyr::from_str(it).unwrap()).collect();
    for name in documents.iter().filter_map(|it| it["metadata"]["namespace"].as_str()) {
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        cluster.apply(&format!("/api/v1/namespaces/{name}"), &namespace.to_string()).unwrap();
    }
    documents.iter().for_each(|it| drop(cluster.apply(&path(it), &it.to_string()).unwrap()));
    let jane = room.kubeconfig(&json!({ "as": "jane" }));
    let access = eventually(&cluster, &room, &jane, "allowed");
    assert_eq!(access["everything"], false);

    let role = documents.iter().find(|it| it["kind"] == "Role").unwrap();
    let mut less = role.clone();
    less["rules"].as_array_mut().unwrap().remove(0);
    cluster.apply(&path(role), &less.to_string()).unwrap();
    let access = eventually(&cluster, &room, &jane, "notAllowed");
    let missing = access["missing"].as_array().unwrap();
    let taken = &role["rules"][0];
    assert!(missing.iter().all(|it| it["namespace"] == role["metadata"]["namespace"]), "{missing:#?}");
    assert!(missing.iter().all(|it| taken["resources"].as_array().unwrap().contains(&it["resource"])), "{missing:#?}");
}

/// The exit code, and what was found. Nothing may be written.
fn examine(cluster: &ControlPlane, room: &Room<'_>, kubeconfig: &Path) -> (Option<i32>, Vec<Value>) {
    let writes = || cluster.audit_events().unwrap().iter().filter(|it| it.is_write()).count();
    let before = writes();
    let run = room.ks_as(kubeconfig, &["doctor", "-f", "cc.yaml", "-o", "json"]).output().unwrap();
    assert_eq!(writes(), before, "something was written");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|_| unreachable!("{}", errors(&run)));
    (run.status.code(), report["findings"].as_array().unwrap().clone())
}

/// The first symptom of a check.
fn of(findings: &[Value], check: &str) -> Value {
    findings.iter().find(|it| it["check"] == check).unwrap()["symptom"].clone()
}

/// What is said of the rights of a user once it is what is expected.
fn eventually(cluster: &ControlPlane, room: &Room<'_>, kubeconfig: &Path, expected: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let access = of(&examine(cluster, room, kubeconfig).1, "access");
        if access["is"] == expected {
            return access;
        }
        assert!(Instant::now() < deadline, "{access:#?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn path(document: &Value) -> String {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let plural = format!("{}s", document["kind"].as_str().unwrap().to_lowercase());
    let place = text("/metadata/namespace").map(|it| format!("namespaces/{it}/")).unwrap_or_default();
    format!("{RBAC}/{place}{plural}/{}", text("/metadata/name").unwrap())
}

/// What an installer, Helm, an aggregated API and a run of ks that was killed leave behind.
fn leave_things_behind(cluster: &ControlPlane) {
    let write = |path: &str, object: Value| drop(cluster.apply(path, &object.to_string()).unwrap());
    for name in ["kubesphere-system", "kubesphere-monitoring-system"] {
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        write(&format!("/api/v1/namespaces/{name}"), namespace);
    }
    let labels = json!({ "app": "ks-installer" });
    write(
        "/apis/apps/v1/namespaces/kubesphere-system/deployments/ks-installer",
        json!({ "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
            "spec": { "selector": { "matchLabels": labels }, "template": { "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": "installer", "image": "installer" }] } } } }),
    );
    write(
        &format!("{RBAC}/clusterroles/ks-installer"),
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": { "name": "ks-installer" }, "rules": [] }),
    );
    write(
        "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.example.org",
        json!({ "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
            "metadata": { "name": "v1beta1.metrics.example.org" },
            "spec": { "group": "metrics.example.org", "version": "v1beta1", "groupPriorityMinimum": 100,
                "versionPriority": 100, "insecureSkipTLSVerify": true,
                "service": { "name": "nobody", "namespace": "default" } } }),
    );
    write(
        "/apis/coordination.k8s.io/v1/namespaces/kubesphere-system/leases/ks",
        json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": { "name": "ks", "namespace": "kubesphere-system" },
            "spec": { "holderIdentity": "build-7_4711", "leaseDurationSeconds": 30,
                "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": "2026-01-01T00:00:09.000000Z" } }),
    );
    let release = json!({ "meta.helm.sh/release-name": "alerts",
        "meta.helm.sh/release-namespace": "kubesphere-monitoring-system" });
    let object = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "kube-state-metrics",
        "namespace": "kubesphere-monitoring-system", "annotations": release } });
    // Helm updates and does not apply: a merge patch is written down as an Update of its manager.
    let path = "/api/v1/namespaces/kubesphere-monitoring-system/serviceaccounts/kube-state-metrics";
    write(path, json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": object["metadata"] }));
    let patch = json!({ "metadata": { "labels": { "app.kubernetes.io/managed-by": "Helm" } } });
    cluster.merge_as("helm", path, &patch.to_string()).unwrap();
    let patience = Duration::from_secs(60);
    let judged = |it: &Value| it["status"]["conditions"][0]["status"] == "False";
    let service = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.example.org";
    let deadline = Instant::now() + patience;
    while !cluster.get(service).unwrap().as_ref().is_some_and(judged) {
        assert!(Instant::now() < deadline, "the server never looked for the Service");
        std::thread::sleep(Duration::from_millis(100));
    }
}
