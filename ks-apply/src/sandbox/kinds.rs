//! The kinds that the sandbox serves: a table of the built-in ones, and what established definitions add.

use ks_model::{GroupKind, ServerVersion};
use serde_json::Value;

use super::object;
use super::state::State;
use crate::{Discovery, ServedKind};

/// One row of the table: a kind that every API server of some versions serves.
struct Row {
    group: &'static str,
    /// The preferred version first.
    versions: &'static [&'static str],
    kind: &'static str,
    plural: &'static str,
    namespaced: bool,
    /// Whether the status is a subresource, so that an apply to the object leaves it alone.
    status: bool,
    /// The minor version of Kubernetes before which it is served, for what was taken away.
    until: Option<u32>,
}

const fn row(
    group: &'static str,
    versions: &'static [&'static str],
    kind: &'static str,
    plural: &'static str,
    namespaced: bool,
    status: bool,
) -> Row {
    Row { group, versions, kind, plural, namespaced, status, until: None }
}

const IN: bool = true;
const CLUSTER: bool = false;
const STATUS: bool = true;
const PLAIN: bool = false;
const V1: &[&str] = &["v1"];

const BUILT_IN: &[Row] = &[
    row("", V1, "ConfigMap", "configmaps", IN, PLAIN),
    row("", V1, "Endpoints", "endpoints", IN, PLAIN),
    row("", V1, "Event", "events", IN, PLAIN),
    row("", V1, "LimitRange", "limitranges", IN, PLAIN),
    row("", V1, "Namespace", "namespaces", CLUSTER, STATUS),
    row("", V1, "Node", "nodes", CLUSTER, STATUS),
    row("", V1, "PersistentVolume", "persistentvolumes", CLUSTER, STATUS),
    row("", V1, "PersistentVolumeClaim", "persistentvolumeclaims", IN, STATUS),
    row("", V1, "Pod", "pods", IN, STATUS),
    row("", V1, "PodTemplate", "podtemplates", IN, PLAIN),
    row("", V1, "ReplicationController", "replicationcontrollers", IN, STATUS),
    row("", V1, "ResourceQuota", "resourcequotas", IN, STATUS),
    row("", V1, "Secret", "secrets", IN, PLAIN),
    row("", V1, "Service", "services", IN, STATUS),
    row("", V1, "ServiceAccount", "serviceaccounts", IN, PLAIN),
    row(
        "admissionregistration.k8s.io",
        V1,
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        CLUSTER,
        PLAIN,
    ),
    row(
        "admissionregistration.k8s.io",
        V1,
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        CLUSTER,
        STATUS,
    ),
    row(
        "admissionregistration.k8s.io",
        V1,
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        CLUSTER,
        PLAIN,
    ),
    row(
        "admissionregistration.k8s.io",
        V1,
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        CLUSTER,
        PLAIN,
    ),
    row("apiextensions.k8s.io", V1, "CustomResourceDefinition", "customresourcedefinitions", CLUSTER, STATUS),
    row("apiregistration.k8s.io", V1, "APIService", "apiservices", CLUSTER, STATUS),
    row("apps", V1, "ControllerRevision", "controllerrevisions", IN, PLAIN),
    row("apps", V1, "DaemonSet", "daemonsets", IN, STATUS),
    row("apps", V1, "Deployment", "deployments", IN, STATUS),
    row("apps", V1, "ReplicaSet", "replicasets", IN, STATUS),
    row("apps", V1, "StatefulSet", "statefulsets", IN, STATUS),
    row("autoscaling", &["v2", "v1"], "HorizontalPodAutoscaler", "horizontalpodautoscalers", IN, STATUS),
    row("batch", V1, "CronJob", "cronjobs", IN, STATUS),
    row("batch", V1, "Job", "jobs", IN, STATUS),
    row("certificates.k8s.io", V1, "CertificateSigningRequest", "certificatesigningrequests", CLUSTER, STATUS),
    row("coordination.k8s.io", V1, "Lease", "leases", IN, PLAIN),
    row("discovery.k8s.io", V1, "EndpointSlice", "endpointslices", IN, PLAIN),
    row("events.k8s.io", V1, "Event", "events", IN, PLAIN),
    row("networking.k8s.io", V1, "Ingress", "ingresses", IN, STATUS),
    row("networking.k8s.io", V1, "IngressClass", "ingressclasses", CLUSTER, PLAIN),
    row("networking.k8s.io", V1, "NetworkPolicy", "networkpolicies", IN, PLAIN),
    row("node.k8s.io", V1, "RuntimeClass", "runtimeclasses", CLUSTER, PLAIN),
    row("policy", V1, "PodDisruptionBudget", "poddisruptionbudgets", IN, STATUS),
    Row { until: Some(25), ..row("policy", &["v1beta1"], "PodDisruptionBudget", "poddisruptionbudgets", IN, STATUS) },
    Row { until: Some(25), ..row("policy", &["v1beta1"], "PodSecurityPolicy", "podsecuritypolicies", CLUSTER, PLAIN) },
    row("rbac.authorization.k8s.io", V1, "ClusterRole", "clusterroles", CLUSTER, PLAIN),
    row("rbac.authorization.k8s.io", V1, "ClusterRoleBinding", "clusterrolebindings", CLUSTER, PLAIN),
    row("rbac.authorization.k8s.io", V1, "Role", "roles", IN, PLAIN),
    row("rbac.authorization.k8s.io", V1, "RoleBinding", "rolebindings", IN, PLAIN),
    row("scheduling.k8s.io", V1, "PriorityClass", "priorityclasses", CLUSTER, PLAIN),
    row("storage.k8s.io", V1, "CSIDriver", "csidrivers", CLUSTER, PLAIN),
    row("storage.k8s.io", V1, "CSINode", "csinodes", CLUSTER, PLAIN),
    row("storage.k8s.io", V1, "StorageClass", "storageclasses", CLUSTER, PLAIN),
    row("storage.k8s.io", V1, "VolumeAttachment", "volumeattachments", CLUSTER, STATUS),
];

/// Every kind that is served now: the built-in ones and those of established definitions.
pub(super) fn discovery(state: &State) -> Discovery {
    let version = state.version();
    let built_in = BUILT_IN.iter().filter(|row| row.is_in(version)).flat_map(Row::served);
    built_in.chain(definitions(state).filter(|it| is_established(it)).flat_map(defined)).collect()
}

/// Whether `kind` is served in its version now.
pub(super) fn is_served(state: &State, kind: &ServedKind) -> bool {
    let version = state.version();
    let of_row = |row: &Row| row.is_in(version) && row.is(&kind.kind) && row.versions.contains(&kind.version.as_str());
    BUILT_IN.iter().any(of_row)
        || definition(state, &kind.kind).is_some_and(|it| is_established(it) && defined(it).iter().any(|it| it == kind))
}

/// Whether the kind is one of Kubernetes itself.
pub(super) fn is_built_in(kind: &GroupKind) -> bool {
    BUILT_IN.iter().any(|row| row.is(kind))
}

/// The built-in kind of an object, in its version.
pub(super) fn built_in(state: &State, value: &Value) -> Option<ServedKind> {
    let (group, version) = object::group_version(object::text(value, "/apiVersion"));
    let kind = GroupKind::new(group, object::text(value, "/kind"));
    let rows = BUILT_IN.iter().filter(|row| row.is_in(state.version()) && row.is(&kind));
    rows.flat_map(Row::served).find(|served| served.version == version)
}

/// Whether objects of the kind have a status that only controllers write.
pub(super) fn has_status_subresource(state: &State, kind: &ServedKind) -> bool {
    let of_version = |version: &&Value| object::text(version, "/name") == kind.version;
    match definition(state, &kind.kind) {
        Some(definition) => object::items(definition, "/spec/versions")
            .iter()
            .find(of_version)
            .is_some_and(|version| version.pointer("/subresources/status").is_some()),
        None => BUILT_IN.iter().any(|row| row.is(&kind.kind) && row.status),
    }
}

/// Whether the server counts the changes of objects of the kind in `metadata.generation`.
pub(super) fn has_generation(kind: &GroupKind) -> bool {
    const GROUPS: [&str; 6] =
        ["admissionregistration.k8s.io", "apiextensions.k8s.io", "apps", "batch", "networking.k8s.io", "policy"];
    !is_built_in(kind)
        || (GROUPS.contains(&kind.group.as_str()) && kind.kind != "ControllerRevision")
        || kind.is("scheduling.k8s.io", "PriorityClass")
        || kind.is("", "Pod")
}

/// The definition of a custom kind.
pub(super) fn definition<'a>(state: &'a State, kind: &GroupKind) -> Option<&'a Value> {
    definitions(state)
        .find(|it| object::text(it, "/spec/group") == kind.group && object::text(it, "/spec/names/kind") == kind.kind)
}

/// All definitions of custom kinds.
pub(super) fn definitions(state: &State) -> impl Iterator<Item = &Value> {
    state.of_kind("apiextensions.k8s.io", "CustomResourceDefinition").map(|(_, value)| value)
}

fn is_established(definition: &Value) -> bool {
    object::items(definition, "/status/conditions")
        .iter()
        .any(|it| it["type"] == "Established" && it["status"] == "True")
}

fn defined(definition: &Value) -> Vec<ServedKind> {
    let versions = object::items(definition, "/spec/versions").iter().filter(|it| it["served"] == Value::Bool(true));
    let mut names: Vec<&str> = versions.map(|it| object::text(it, "/name")).collect();
    names.sort_by_key(|name| std::cmp::Reverse(precedence(name)));
    let served = |version: &str| ServedKind {
        kind: GroupKind::new(object::text(definition, "/spec/group"), object::text(definition, "/spec/names/kind")),
        version: version.to_owned(),
        plural: object::text(definition, "/spec/names/plural").to_owned(),
        namespaced: definition["spec"]["scope"] == "Namespaced",
    };
    names.into_iter().map(served).collect()
}

/// How versions are ranked: `v2` over `v1` over `v1beta2` over `v1alpha1`, over what is no such name.
fn precedence(version: &str) -> (u8, u32, u32) {
    let Some(numbers) = version.strip_prefix('v') else { return (0, 0, 0) };
    let split = |stage: &str| {
        let (major, minor) = numbers.split_once(stage)?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    match (numbers.parse(), split("beta"), split("alpha")) {
        (Ok(major), _, _) => (3, major, 0),
        (_, Some((major, minor)), _) => (2, major, minor),
        (_, _, Some((major, minor))) => (1, major, minor),
        _ => (0, 0, 0),
    }
}

impl Row {
    fn is(&self, kind: &GroupKind) -> bool {
        kind.is(self.group, self.kind)
    }

    fn is_in(&self, version: ServerVersion) -> bool {
        self.until.is_none_or(|until| version.major == 1 && version.minor < until)
    }

    fn served(&self) -> impl Iterator<Item = ServedKind> {
        self.versions.iter().map(|version| ServedKind {
            kind: GroupKind::new(self.group, self.kind),
            version: (*version).to_owned(),
            plural: self.plural.to_owned(),
            namespaced: self.namespaced,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(version: &str) -> Discovery {
        discovery(&State::new(version.parse().unwrap(), 1))
    }

    #[test]
    fn old_servers_serve_old_budgets_too_and_prefer_the_new_ones() {
        let budget = GroupKind::new("policy", "PodDisruptionBudget");
        assert_eq!(served("1.24").versions(&budget).collect::<Vec<_>>(), ["v1", "v1beta1"]);
        assert_eq!(served("1.25").versions(&budget).collect::<Vec<_>>(), ["v1"]);
    }

    #[test]
    fn versions_rank_as_kubernetes_ranks_them() {
        let mut versions = ["v1alpha1", "v2", "v1beta2", "foo", "v1", "v1beta10"];
        versions.sort_by_key(|version| std::cmp::Reverse(precedence(version)));
        assert_eq!(versions, ["v2", "v1", "v1beta10", "v1beta2", "v1alpha1", "foo"]);
    }
}
