//! Pods as their workloads make and count them.

use ks_model::{GroupKind, ObjectRef};
use serde_json::{Value, json};

use super::World;
use crate::sandbox::object;
use crate::sandbox::state::scatter;

/// Letters of generated names: no vowels, so that they say nothing.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// What a pod has beside the template of its workload.
#[derive(Default)]
pub(super) struct Birth {
    /// Its name.
    pub name: String,
    /// Labels of the workload's controller.
    pub labels: Vec<(&'static str, String)>,
    /// The node, where the controller chooses it.
    pub node: Option<String>,
    /// Volumes with the claims behind them.
    pub claims: Vec<(String, String)>,
}

/// Creates a pod of a workload.
pub(super) fn create(world: &mut World<'_>, owner: &Value, birth: Birth) {
    let template = &owner["spec"]["template"];
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": template["metadata"],
        "spec": template["spec"],
    });
    let metadata = object::metadata_mut(&mut pod);
    metadata.insert("name".into(), birth.name.into());
    metadata.insert("namespace".into(), owner["metadata"]["namespace"].clone());
    metadata.insert("ownerReferences".into(), json!([object::controller_reference(owner)]));
    let labels = object::mapping_mut(&mut pod, &["metadata", "labels"]);
    labels.extend(birth.labels.into_iter().map(|(key, value)| (key.to_owned(), value.into())));
    let spec = object::mapping_mut(&mut pod, &["spec"]);
    if let Some(node) = birth.node {
        spec.insert("nodeName".into(), node.into());
    }
    let volumes = spec.entry("volumes").or_insert_with(|| json!([]));
    if let Some(volumes) = volumes.as_array_mut() {
        let claims = birth.claims.into_iter();
        volumes.extend(
            claims.map(|(name, claim)| json!({ "name": name, "persistentVolumeClaim": { "claimName": claim } })),
        );
    }
    world.write("kube-controller-manager", &pod);
}

/// A name for the next pod of a workload.
pub(super) fn generated_name(world: &World<'_>, prefix: &str) -> String {
    format!("{prefix}-{}", letters(scatter(world.state.revision()), 5))
}

/// A number as letters that are safe in names.
pub(super) fn letters(mut number: u64, count: usize) -> String {
    let base = LETTERS.len() as u64;
    let next = |_| {
        let letter = LETTERS[usize::try_from(number % base).unwrap_or_default()];
        number /= base;
        char::from(letter)
    };
    (0..count).map(next).collect()
}

/// Whether a pod is ready to serve.
pub(super) fn is_ready(pod: &Value) -> bool {
    let conditions = object::items(pod, "/status/conditions");
    conditions.iter().any(|it| it["type"] == "Ready" && it["status"] == "True")
}

/// How many of the pods are ready.
pub(super) fn ready(pods: &[Value]) -> i64 {
    count(pods, is_ready)
}

/// How many of the pods are as asked.
pub(super) fn count(pods: &[Value], asked: impl Fn(&Value) -> bool) -> i64 {
    i64::try_from(pods.iter().filter(|pod| asked(pod)).count()).unwrap_or(i64::MAX)
}

/// The value of a label.
pub(super) fn label<'a>(value: &'a Value, key: &str) -> &'a str {
    value["metadata"]["labels"][key].as_str().unwrap_or_default()
}

/// The workload that a pod belongs to: its controller, or the Deployment above its ReplicaSet.
pub(super) fn workload(world: &World<'_>, pod: &Value) -> Option<ObjectRef> {
    let owner = controller(pod)?;
    let above = world.state.get(&owner).filter(|_| owner.kind.is("apps", "ReplicaSet")).and_then(controller);
    Some(above.unwrap_or(owner))
}

fn controller(value: &Value) -> Option<ObjectRef> {
    let owners = object::items(value, "/metadata/ownerReferences");
    let owner = owners.iter().find(|owner| owner["controller"] == Value::Bool(true))?;
    let (group, _) = object::group_version(object::text(owner, "/apiVersion"));
    let kind = GroupKind::new(group, object::text(owner, "/kind"));
    Some(ObjectRef::namespaced(kind, object::text(value, "/metadata/namespace"), object::text(owner, "/name")))
}
