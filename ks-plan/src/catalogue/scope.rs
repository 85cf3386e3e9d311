//! Which kinds live in a namespace.

use std::collections::BTreeMap;

use ks_model::{GroupKind, Manifest};

/// The kinds of the API server itself that live in no namespace.
const CLUSTER_SCOPED: &[(&str, &str)] = &[
    ("", "ComponentStatus"),
    ("", "Namespace"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("certificates.k8s.io", "CertificateSigningRequest"),
    ("certificates.k8s.io", "ClusterTrustBundle"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("networking.k8s.io", "IPAddress"),
    ("networking.k8s.io", "IngressClass"),
    ("networking.k8s.io", "ServiceCIDR"),
    ("node.k8s.io", "RuntimeClass"),
    ("policy", "PodSecurityPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "CSINode"),
    ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "VolumeAttachment"),
    ("storage.k8s.io", "VolumeAttributesClass"),
];

/// The groups of the API server with a dot in their name and no cluster-scoped kind; `*.k8s.io` alone proves nothing.
const NAMESPACED_ONLY: &[&str] = &["coordination.k8s.io", "discovery.k8s.io", "events.k8s.io"];

/// Knows which kinds are namespaced: those of the API server, and those that definitions in the catalogue declare.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scopes {
    declared: BTreeMap<GroupKind, bool>,
}

impl Scopes {
    /// Learns from `manifest` when it defines a custom kind.
    pub(crate) fn learn(&mut self, manifest: &Manifest) {
        if !manifest.object().kind.is_definition() {
            return;
        }
        let text = |pointer: &str| manifest.outline().pointer(pointer).and_then(|it| it.as_str());
        if let (Some(group), Some(kind), Some(scope)) =
            (text("/spec/group"), text("/spec/names/kind"), text("/spec/scope"))
        {
            self.declared.insert(GroupKind::new(group, kind), scope == "Namespaced");
        }
    }

    /// Tells whether objects of `kind` need a namespace; nothing for custom kinds whose definition is elsewhere.
    pub(crate) fn is_namespaced(&self, kind: &GroupKind) -> Option<bool> {
        if let Some(declared) = self.declared.get(kind) {
            return Some(*declared);
        }
        let group = kind.group.as_str();
        let is_served_always = !group.contains('.')
            || NAMESPACED_ONLY.contains(&group)
            || CLUSTER_SCOPED.iter().any(|(served, _)| *served == group);
        is_served_always.then(|| !CLUSTER_SCOPED.iter().any(|(group, name)| kind.is(group, name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_the_server_are_known_and_others_only_when_declared() {
        let table = [
            ("apps", "Deployment", Some(true)),
            ("storage.k8s.io", "VolumeAttributesClass", Some(false)),
            ("storage.k8s.io", "CSIStorageCapacity", Some(true)),
            ("gateway.networking.k8s.io", "GatewayClass", None),
        ];
        for (group, kind, expected) in table {
            assert_eq!(Scopes::default().is_namespaced(&GroupKind::new(group, kind)), expected, "{kind}");
        }
    }
}
