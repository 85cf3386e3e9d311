//! What is done to a platform in its life, each with the rights of one user.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use ks_tests::configuration::{all_gates, example_with, merge};
use ks_tests::control_plane::{AuditEvent, ControlPlane};
use serde_json::{Value, json};

use crate::room::{Room, errors};
use crate::stage::Stage;

/// The label that each object of ours has.
const COMPONENT: &str = "ks.kubesphere.io/component";
/// A ClusterRoleBinding of ours.
const BINDING: &str = "notification-manager-proxy-rolebinding";

/// One run of `ks` that ended well, with what was asked of the cluster.
pub struct Story {
    pub name: &'static str,
    pub asked: Vec<AuditEvent>,
}

/// Writes down the configurations of everything on: at first, with more room for Prometheus, and with another class for it.
pub fn write_configurations(room: &Room<'_>) {
    for (file, size, class) in
        [("first", "20Gi", "standard"), ("larger", "30Gi", "standard"), ("other", "30Gi", "fixed")]
    {
        let mut spec = all_gates(true);
        merge(&mut spec, &json!({ "monitoring": { "storageClass": class, "prometheus": { "volumeSize": size } } }));
        std::fs::write(room.path().join(format!("{file}.yaml")), example_with(&spec)).unwrap();
    }
}

/// The whole life of a platform: it is installed, others write into it and it grows, its volumes move, and it goes.
pub fn play(cluster: &ControlPlane, stage: &Stage<'_>, room: &Room<'_>, user: &Path) -> Vec<Story> {
    let mut stories = Vec::new();
    let mut next = |name, command: &str| {
        let mut command: Vec<String> = command.split(' ').map(str::to_owned).collect();
        command.extend(consents(room, user, &command));
        let before = cluster.audit_events().unwrap().len();
        let run = run(room, user, &command);
        assert!(run.status.success(), "{name}: {}\n{}", String::from_utf8_lossy(&run.stdout), errors(&run));
        let asked = cluster.audit_events().unwrap().split_off(before);
        let asked = asked.into_iter().filter(|it| it.user == "ks-admin").collect();
        stories.push(Story { name, asked });
    };
    next("first apply", "apply --yes --timeout 4m -f first.yaml");
    others_write(cluster, stage);
    next("upgrade", "apply --yes --timeout 4m -f larger.yaml --force-conflicts --history 1");
    next("other storage", "apply --yes --timeout 4m -f other.yaml");
    next("destroy", "destroy --yes --timeout 4m");
    stories
}

/// Runs `ks` as a user.
fn run(room: &Room<'_>, user: &Path, command: &[String]) -> Output {
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    room.ks_as(user, &command).output().unwrap()
}

/// The consents that a command needs: it says so itself, and does nothing.
fn consents(room: &Room<'_>, user: &Path, command: &[String]) -> Vec<String> {
    let asks: Vec<String> = command.iter().filter(|it| *it != "--yes").cloned().collect();
    let said = errors(&run(room, user, &asks));
    let losses = said.lines().filter_map(|it| it.split_once("--allow 'data-loss=")?.1.strip_suffix('\''));
    losses.flat_map(|it| ["--allow".to_owned(), format!("data-loss={it}")]).collect()
}

/// Somebody writes into all objects of the whole cluster and into one of each kind in each namespace, and makes a binding anew that
/// binds another role.
fn others_write(cluster: &ControlPlane, stage: &Stage<'_>) {
    let mut seen = BTreeSet::new();
    for (place, object) in stage.contents() {
        let (collection, name) = place.split_once(' ').unwrap();
        let (namespace, name) = name.split_once('/').unwrap();
        let is_ours = !object["metadata"]["labels"][COMPONENT].is_null();
        if !is_ours || (!seen.insert(format!("{collection} {namespace}")) && !namespace.is_empty()) {
            continue;
        }
        let (root, plural) = collection.rsplit_once('/').unwrap();
        let path = match namespace {
            "" => format!("{collection}/{name}"),
            namespace => format!("{root}/namespaces/{namespace}/{plural}/{name}"),
        };
        if name == BINDING {
            cluster.delete(&path).unwrap();
            cluster.apply_as("somebody", &path, &bound_otherwise(object).to_string()).unwrap();
        } else {
            let patch = json!({ "metadata": { "labels": { COMPONENT: "other" } } });
            cluster.merge_as("somebody", &path, &patch.to_string()).unwrap();
        }
    }
}

/// The objects of a list do not say what they are.
fn bound_otherwise(mut binding: Value) -> Value {
    binding["apiVersion"] = json!("rbac.authorization.k8s.io/v1");
    binding["kind"] = json!("ClusterRoleBinding");
    binding["roleRef"]["name"] = json!("view");
    binding["metadata"] = json!({ "name": binding["metadata"]["name"] });
    binding
}
