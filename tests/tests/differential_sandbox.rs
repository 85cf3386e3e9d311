//! The sandbox against a real API server: the same applies, the same answers, `managedFields` and refusals included.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail as loudly as the test")]

#[path = "differential_sandbox/objects.rs"]
mod objects;

use std::borrow::Cow;

use ks_apply::sandbox::{Sandbox, SandboxOptions};
use ks_apply::{ApplyMode, Cluster, ClusterError, ConnectOptions, KubeCluster, PlanOptions, ServedKind, plan};
use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{Manifest, Ownership};
use ks_plan::Catalogue;
use ks_plan::generated::applicable;
use ks_tests::campaign::Campaign;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::with_alerting_and_etcd;
use ks_tests::random::Random;
use serde_json::{Value, json};

const DRY_RUN: ApplyMode = ApplyMode { dry_run: true, force: false };
const APPLY: ApplyMode = ApplyMode { dry_run: false, force: false };

/// The two clusters side by side; neither has controllers.
struct Pair {
    real: KubeCluster,
    sandbox: Sandbox,
}

impl Pair {
    async fn with(plane: &ControlPlane) -> Self {
        let options = ConnectOptions { kubeconfig: Some(plane.kubeconfig()), ..ConnectOptions::default() };
        let real = KubeCluster::connect(options).await.unwrap();
        let version = real.version().await.unwrap();
        let sandbox = Sandbox::in_memory(SandboxOptions { version, controllers: false, ..SandboxOptions::instant() });
        Self { real, sandbox }
    }

    /// Applies to both as another manager, with force, and lists how the objects differ.
    async fn apply_by_another(&self, plane: &ControlPlane, manifest: &Manifest) -> Vec<String> {
        let kind = served(&self.real, manifest).await.unwrap();
        let object = manifest.object();
        let prefix = if kind.kind.group.is_empty() { "/api" } else { "/apis" };
        let inside = object.namespace.as_ref().map(|it| format!("/namespaces/{it}")).unwrap_or_default();
        let path = format!("{prefix}/{}{inside}/{}/{}", kind.api_version(), kind.plural, object.name);
        let real = plane.apply(&path, &manifest.value().to_string());
        let force = ApplyMode { dry_run: false, force: true };
        let sandbox = self.sandbox.apply_as("ks-tests", manifest, force);
        let mut differences = Vec::new();
        match (real, sandbox) {
            (Ok(real), Ok(sandbox)) => compare("", &comparable(real), &comparable(sandbox), &mut differences),
            (Err(_), Err(_)) => {}
            (real, sandbox) => differences.push(format!("real {:?}\n      sandbox {:?}", real.err(), sandbox.err())),
        }
        differences.into_iter().map(|it| format!("{object} by another: {it}")).collect()
    }

    /// Applies to both and lists how the answers differ.
    async fn apply(&self, manifest: &Manifest, mode: ApplyMode) -> Vec<String> {
        let real = apply_to(&self.real, manifest, mode).await;
        let sandbox = apply_to(&self.sandbox, manifest, mode).await;
        let mut differences = Vec::new();
        match (real, sandbox) {
            (Ok(real), Ok(sandbox)) => {
                compare("", &comparable(real), &comparable(sandbox), &mut differences);
            }
            (real, sandbox) => {
                let (real, sandbox) = (outcome(real), outcome(sandbox));
                if real != sandbox {
                    differences.push(format!("real {real}\n      sandbox {sandbox}"));
                }
            }
        }
        differences.into_iter().map(|it| format!("{}: {it}", manifest.object())).collect()
    }
}

async fn served(cluster: &dyn Cluster, manifest: &Manifest) -> Option<ServedKind> {
    // A definition that was just applied takes a moment to be served by a real server.
    for _ in 0..100 {
        let discovery = cluster.discover().await.unwrap();
        if let Some(kind) = discovery.find(&manifest.object().kind, manifest.version()) {
            return Some(kind.clone());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    None
}

async fn apply_to(cluster: &dyn Cluster, manifest: &Manifest, mode: ApplyMode) -> Result<Value, ClusterError> {
    let kind = served(cluster, manifest).await.unwrap();
    cluster.apply(&kind, manifest, mode).await
}

fn outcome(answer: Result<Value, ClusterError>) -> String {
    match answer {
        Ok(_) => "applied".to_owned(),
        Err(ClusterError::Conflict { message, fields, .. }) => format!("conflict {fields:?} {message}"),
        Err(ClusterError::Invalid { message, causes, .. }) => {
            let fields: Vec<String> = causes.into_iter().map(|cause| cause.field).collect();
            format!("invalid {fields:?} {}", if fields.is_empty() { message } else { String::new() })
        }
        Err(other) => other.to_string(),
    }
}

/// An object without what must differ: identities, times, and addresses that a server picks.
fn comparable(mut value: Value) -> Value {
    let uid = value["metadata"]["uid"].as_str().map(str::to_owned);
    let metadata = value["metadata"].as_object_mut().unwrap();
    for field in ["uid", "resourceVersion", "creationTimestamp"] {
        metadata.remove(field);
    }
    if let Some(entries) = metadata.get_mut("managedFields").and_then(Value::as_array_mut) {
        entries.iter_mut().for_each(|entry| drop(entry.as_object_mut().unwrap().remove("time")));
        // Their order follows the time, and the second may turn between the two servers.
        entries.sort_by_key(|entry| (entry["operation"].to_string(), entry["manager"].to_string()));
    }
    if value["kind"] == "PersistentVolumeClaim" {
        // Without controllers nobody takes the finalizer off again, so the server does not put it on.
        value["metadata"].as_object_mut().unwrap().remove("finalizers");
    }
    if value["kind"] == "Service" && value["spec"]["clusterIP"] != "None" {
        value["spec"]["clusterIP"] = "chosen".into();
        value["spec"]["clusterIPs"] = json!(["chosen"]);
    }
    if value["kind"] == "Job" {
        // Labels and selector of a Job carry its UID.
        let uid = uid.unwrap();
        value = serde_json::from_str(&value.to_string().replace(&uid, "uid")).unwrap();
    }
    if value["kind"] == "CustomResourceDefinition" {
        // The conditions come a moment later.
        value.as_object_mut().unwrap().remove("status");
        let entries = value["metadata"]["managedFields"].as_array_mut().unwrap();
        entries.retain(|entry| entry.get("subresource").is_none());
    }
    value
}

fn compare(path: &str, real: &Value, sandbox: &Value, differences: &mut Vec<String>) {
    match (real, sandbox) {
        (Value::Object(real), Value::Object(sandbox)) => {
            let mut keys: Vec<&String> = real.keys().chain(sandbox.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let side = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(json!("<absent>"));
                compare(&format!("{path}.{key}"), &side(real), &side(sandbox), differences);
            }
        }
        (Value::Array(real), Value::Array(sandbox)) if real.len() == sandbox.len() => {
            for (index, (real, sandbox)) in real.iter().zip(sandbox).enumerate() {
                compare(&format!("{path}[{index}]"), real, sandbox, differences);
            }
        }
        _ if real != sandbox => differences.push(format!("{path}: real {real}, sandbox {sandbox}")),
        _ => {}
    }
}

/// A control plane of its own: only the API server, so that nobody else writes.
fn bare_control_plane() -> Option<ControlPlane> {
    ControlPlane::start_or_skip(Options { nodes: 0, controllers: false, operator: false })
}

/// Everything that the catalogue wants, namespaces and definitions first.
async fn wanted() -> Vec<Manifest> {
    let catalogue = Catalogue::embedded().unwrap();
    let source = Source { name: "cluster-configuration.yaml".into(), text: with_alerting_and_etcd() };
    let config = ClusterConfiguration::parse(&source).unwrap().config;
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let planned = plan(&sandbox, &catalogue, &config, &PlanOptions::default()).await.unwrap();
    // What is wanted in objects of others is nothing to make; certificates are made by an apply.
    let is_made = |it: &&Manifest| planned.desired.ownership(it.object()) != Ownership::Fields;
    let without_certificate = |it: &Manifest| applicable(it).map(Cow::into_owned);
    let made = planned.desired.manifests().filter(is_made);
    let mut manifests: Vec<Manifest> = made.filter_map(without_certificate).collect();
    let rank = |manifest: &Manifest| match manifest.object().kind.kind.as_str() {
        "Namespace" => 0,
        "CustomResourceDefinition" => 1,
        _ => 2,
    };
    manifests.sort_by_key(rank);
    manifests
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_answers_as_the_api_server_does() {
    let Some(plane) = bare_control_plane() else { return };
    let pair = Pair::with(&plane).await;
    let mut differences = Vec::new();
    for manifest in wanted().await {
        for mode in [DRY_RUN, APPLY, APPLY] {
            differences.extend(pair.apply(&manifest, mode).await);
        }
    }
    report(differences);
}

#[tokio::test(flavor = "multi_thread")]
async fn random_applies_of_two_managers_end_alike() {
    let Some(plane) = bare_control_plane() else { return };
    let pair = Pair::with(&plane).await;
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": objects::NAMESPACE } });
    let mut differences = Vec::new();
    for value in [namespace, objects::definition()] {
        differences.extend(pair.apply(&Manifest::parse(value).unwrap(), APPLY).await);
    }
    for value in objects::refused() {
        differences.extend(pair.apply(&Manifest::parse(value).unwrap(), APPLY).await);
    }
    let pool = objects::objects();
    let campaign = Campaign::or_share(400);
    let mut random = Random::new(campaign.seed);
    for round in 0..campaign.cases {
        let variants = random.choose(&pool);
        let manifest = Manifest::parse(random.choose(variants).clone()).unwrap();
        let found = match random.below(8) {
            0 => pair.apply(&manifest, DRY_RUN).await,
            1 | 2 => pair.apply(&manifest, ApplyMode { dry_run: false, force: true }).await,
            3 => pair.apply_by_another(&plane, &manifest).await,
            _ => pair.apply(&manifest, APPLY).await,
        };
        differences.extend(found.into_iter().map(|it| format!("round {round}, {it}")));
    }
    report(differences);
}

fn report(differences: Vec<String>) {
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}
