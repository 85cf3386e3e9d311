//! StatefulSets: numbered pods with claims of their own.

use serde_json::{Value, json};

use super::pods::{self, Birth};
use super::{World, revision};
use crate::sandbox::object;

const MANAGER: &str = "kube-controller-manager";
const HASH: &str = "controller-revision-hash";

/// Makes, renews and removes pods, and reports.
pub(super) fn step(world: &mut World<'_>) {
    for set in world.all("apps", "StatefulSet") {
        let hash = format!("{}-{}", object::text(&set, "/metadata/name"), revision::of(&set["spec"]["template"]));
        grow(world, &set, &hash);
        shrink(world, &set);
        renew(world, &set, &hash);
        report(world, &set, &hash);
    }
}

fn wanted(set: &Value) -> usize {
    usize::try_from(object::number(set, "/spec/replicas", 1)).unwrap_or_default()
}

fn name(set: &Value, ordinal: usize) -> String {
    format!("{}-{ordinal}", object::text(set, "/metadata/name"))
}

fn ordinal(pod: &Value) -> usize {
    let name = object::text(pod, "/metadata/name");
    name.rsplit('-').next().and_then(|it| it.parse().ok()).unwrap_or(usize::MAX)
}

/// Creates pods that are missing; unless the set is parallel, each waits for those before it.
fn grow(world: &mut World<'_>, set: &Value, hash: &str) {
    let parallel = set["spec"]["podManagementPolicy"] == "Parallel";
    let namespace = object::text(set, "/metadata/namespace");
    for ordinal in 0..wanted(set) {
        let name = name(set, ordinal);
        if let Some(pod) = world.find("", "Pod", namespace, &name) {
            if parallel || pods::is_ready(pod) {
                continue;
            }
            return;
        }
        if !ensure_claims(world, set, &name) {
            return;
        }
        let labels = vec![
            (HASH, hash.to_owned()),
            ("statefulset.kubernetes.io/pod-name", name.clone()),
            ("apps.kubernetes.io/pod-index", ordinal.to_string()),
        ];
        let claims = claim_names(set, &name);
        pods::create(world, set, Birth { name, labels, node: None, claims });
        if !parallel {
            return;
        }
    }
}

/// The volumes of a pod that have a claim, with the names of the claims.
fn claim_names(set: &Value, pod: &str) -> Vec<(String, String)> {
    let templates = object::items(set, "/spec/volumeClaimTemplates").iter();
    let volumes = templates.map(|template| object::text(template, "/metadata/name"));
    volumes.map(|volume| (volume.to_owned(), format!("{volume}-{pod}"))).collect()
}

/// Makes the claims of a pod; false while an old one is still going away.
fn ensure_claims(world: &mut World<'_>, set: &Value, pod: &str) -> bool {
    let namespace = object::text(set, "/metadata/namespace");
    let mut settled = true;
    for (template, (_, name)) in object::items(set, "/spec/volumeClaimTemplates").iter().zip(claim_names(set, pod)) {
        match world.find("", "PersistentVolumeClaim", namespace, &name) {
            Some(claim) => settled &= !object::is_terminating(claim),
            None => {
                let mut claim = json!({
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": template["metadata"],
                    "spec": template["spec"],
                });
                let metadata = object::metadata_mut(&mut claim);
                metadata.insert("name".into(), name.into());
                metadata.insert("namespace".into(), namespace.into());
                let labels = set.pointer("/spec/selector/matchLabels").and_then(Value::as_object).cloned();
                object::mapping_mut(&mut claim, &["metadata", "labels"]).extend(labels.unwrap_or_default());
                world.write(MANAGER, &claim);
            }
        }
    }
    settled
}

/// Removes pods beyond the wanted number; their claims stay.
fn shrink(world: &mut World<'_>, set: &Value) {
    for pod in world.controlled("", "Pod", set) {
        if ordinal(&pod) >= wanted(set) {
            world.remove(&pod);
        }
    }
}

/// Removes the last outdated pod once all others are ready, so that it comes back renewed.
fn renew(world: &mut World<'_>, set: &Value, hash: &str) {
    let pods = world.controlled("", "Pod", set);
    let strategy = &set["spec"]["updateStrategy"];
    let from = strategy["rollingUpdate"]["partition"].as_u64().and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
    let outdated = pods.iter().filter(|pod| pods::label(pod, HASH) != hash && ordinal(pod) >= from);
    let Some(last) = outdated.max_by_key(|pod| ordinal(pod)) else { return };
    let others_ready = pods.iter().filter(|pod| *pod != last).all(pods::is_ready);
    if strategy["type"] != "OnDelete" && (others_ready || !pods::is_ready(last)) && pods.len() >= wanted(set) {
        world.remove(last);
    }
}

fn report(world: &mut World<'_>, set: &Value, hash: &str) {
    let pods = world.controlled("", "Pod", set);
    let (all, ready) = (pods::count(&pods, |_| true), pods::ready(&pods));
    let updated = pods::count(&pods, |pod| pods::label(pod, HASH) == hash);
    let before = object::text(set, "/status/currentRevision");
    let current = if before.is_empty() || (updated == all && ready == all) { hash } else { before };
    let mut status = json!({
        "observedGeneration": set["metadata"]["generation"],
        "replicas": all,
        "availableReplicas": ready,
        "collisionCount": 0,
        "currentRevision": current,
        "updateRevision": hash,
    });
    let of_current = pods::count(&pods, |pod| pods::label(pod, HASH) == current);
    for (field, count) in [("readyReplicas", ready), ("currentReplicas", of_current), ("updatedReplicas", updated)] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    world.write_status(MANAGER, set, status);
}
