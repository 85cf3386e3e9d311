//! What we own, hence what may be pruned: an ApplySet (KEP-3659), which kubectl understands too.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ks_model::{ComponentName, GroupKind, Manifest, ObjectRef};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::resolutions::FieldAddress;

/// The label by which an object belongs to an ApplySet.
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";
/// The label that says which component an object belongs to.
pub const COMPONENT: &str = "ks.kubesphere.io/component";

const ID: &str = "applyset.kubernetes.io/id";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const GROUP_KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
/// Objects of others in which ks holds fields. Not of the KEP: they are no members, and nothing may delete them.
const EXISTING: &str = "ks.kubesphere.io/existing";
/// Fields that stay as other managers have them, as a list of texts in JSON. Not of the KEP either.
const KEPT: &str = "ks.kubesphere.io/kept-fields";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";
/// The version after the slash is the one of this format, not of ks: a new release alone changes no plan.
const TOOLING_VERSION: &str = "ks/v1.0.0";

/// Names the object that holds the inventory: a ConfigMap, the parent of the ApplySet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    parent: ObjectRef,
    id: String,
}

impl Default for Inventory {
    /// The ConfigMap `ks` in `kubesphere-system`.
    fn default() -> Self {
        Self::new("kubesphere-system", "ks")
    }
}

impl Inventory {
    /// Names the ConfigMap that holds the inventory.
    pub fn new(namespace: &str, name: &str) -> Self {
        let parent = ObjectRef::namespaced(GroupKind::new("", "ConfigMap"), namespace, name);
        let id = id_of(&parent);
        Self { parent, id }
    }

    /// The parent object.
    pub fn parent(&self) -> &ObjectRef {
        &self.parent
    }

    /// The Lease beside it, by which one runner at a time writes: of the same name.
    pub fn lease(&self) -> ObjectRef {
        ObjectRef { kind: GroupKind::new("coordination.k8s.io", "Lease"), ..self.parent.clone() }
    }

    /// The identifier, made from the parent's name, namespace, kind and group as the KEP says.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The label selector that finds the members.
    pub fn selector(&self) -> String {
        format!("{PART_OF}={}", self.id())
    }

    /// Tells whether a live object carries the label that finds the members.
    pub fn has(&self, live: &Value) -> bool {
        live.pointer("/metadata/labels").and_then(|it| it.get(PART_OF)).and_then(Value::as_str) == Some(self.id())
    }

    /// Marks an object as a member, and as belonging to a component.
    pub fn mark(&self, manifest: &mut Manifest, component: &ComponentName) {
        manifest.set_label(PART_OF, self.id());
        manifest.set_label(COMPONENT, component.as_str());
    }

    /// The parent object for an ApplySet with these members.
    pub fn manifest(&self, contents: &Contents) -> Value {
        // The KEP wants each list sorted as text.
        let join = |items: BTreeSet<String>| items.into_iter().collect::<Vec<_>>().join(",");
        let own = self.parent.namespace.as_deref().unwrap_or_default();
        let kept: BTreeSet<String> = contents.kept.iter().map(ToString::to_string).collect();
        let existing = join(contents.existing.iter().map(place).collect());
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": self.parent.name,
                "namespace": own,
                "labels": { ID: self.id() },
                "annotations": {
                    TOOLING: TOOLING_VERSION,
                    GROUP_KINDS: join(contents.kinds.iter().map(ToString::to_string).collect()),
                    NAMESPACES: join(contents.namespaces.iter().filter(|it| *it != own).cloned().collect()),
                    KEPT: if kept.is_empty() { Value::Null } else { Value::from(json!(kept).to_string()) },
                    EXISTING: if existing.is_empty() { Value::Null } else { Value::from(existing) },
                },
            },
        })
    }
}

fn id_of(parent: &ObjectRef) -> String {
    let ObjectRef { kind, namespace, name } = parent;
    let text = format!("{name}.{}.{}.{}", namespace.as_deref().unwrap_or_default(), kind.kind, kind.group);
    format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(Sha256::digest(text)))
}

/// An object in one word: `Node/a`, `PrometheusRule.monitoring.coreos.com/ns/a`.
fn place(object: &ObjectRef) -> String {
    let ObjectRef { kind, namespace, name } = object;
    let namespace = namespace.as_ref().map(|it| format!("{it}/")).unwrap_or_default();
    format!("{kind}/{namespace}{name}")
}

fn object_at(place: &str) -> Option<ObjectRef> {
    let parts: Vec<&str> = place.split('/').collect();
    match parts.as_slice() {
        [kind, name] => Some(ObjectRef::cluster(group_kind(kind), *name)),
        [kind, namespace, name] => Some(ObjectRef::namespaced(group_kind(kind), *namespace, *name)),
        _ => None,
    }
}

fn group_kind(text: &str) -> GroupKind {
    match text.split_once('.') {
        Some((kind, group)) => GroupKind::new(group, kind),
        None => GroupKind::new("", text),
    }
}

/// Says in which kinds and namespaces the members of an inventory live, and in which objects of others it holds fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The kinds.
    pub kinds: BTreeSet<GroupKind>,
    /// The namespaces.
    pub namespaces: BTreeSet<String>,
    /// The objects of others.
    pub existing: BTreeSet<ObjectRef>,
    /// The fields that stay as others have them.
    pub kept: BTreeSet<FieldAddress>,
}

impl Contents {
    /// Reads what a live parent says; a missing or empty annotation means nothing.
    pub fn read(parent: &Value) -> Self {
        let text = |key: &str| {
            let text = parent.pointer("/metadata/annotations").and_then(|it| it.get(key)).and_then(Value::as_str);
            text.unwrap_or_default()
        };
        let listed =
            |key: &str| text(key).split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let kept: Vec<String> = serde_json::from_str(text(KEPT)).unwrap_or_default();
        let own = parent.pointer("/metadata/namespace").and_then(Value::as_str).map(str::to_owned);
        Self {
            kinds: listed(GROUP_KINDS).iter().map(|it| group_kind(it)).collect(),
            namespaces: listed(NAMESPACES).into_iter().chain(own).collect(),
            existing: listed(EXISTING).iter().filter_map(|it| object_at(it)).collect(),
            // What cannot be read is a conflict again.
            kept: kept.iter().filter_map(|it| it.parse().ok()).collect(),
        }
    }

    /// Collects where members live.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a ObjectRef>) -> Self {
        let mut contents = Self::default();
        for object in objects {
            if !contents.kinds.contains(&object.kind) {
                contents.kinds.insert(object.kind.clone());
            }
            if let Some(namespace) = &object.namespace
                && !contents.namespaces.contains(namespace)
            {
                contents.namespaces.insert(namespace.clone());
            }
        }
        contents
    }

    /// Everything that is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            kinds: self.kinds.union(&other.kinds).cloned().collect(),
            namespaces: self.namespaces.union(&other.namespaces).cloned().collect(),
            existing: self.existing.union(&other.existing).cloned().collect(),
            kept: self.kept.union(&other.kept).cloned().collect(),
        }
    }

    /// Whether everything of `other` is in here.
    pub fn covers(&self, other: &Self) -> bool {
        self.kinds.is_superset(&other.kinds)
            && self.namespaces.is_superset(&other.namespaces)
            && self.existing.is_superset(&other.existing)
            && self.kept.is_superset(&other.kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_follows_the_kep() {
        // echo -n 'ks.kubesphere-system.ConfigMap.' | sha256sum, then base64 in the alphabet for addresses.
        let inventory = Inventory::default();
        let id = inventory.id();
        assert!(id.starts_with("applyset-") && id.ends_with("-v1"));
        assert_eq!(id.len(), "applyset-".len() + 43 + "-v1".len());
    }

    #[test]
    fn contents_survive_the_annotations() {
        let objects = [
            ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "a", "x"),
            ObjectRef::cluster(GroupKind::new("", "Namespace"), "a"),
        ];
        let mut contents = Contents::of(&objects);
        let rule = GroupKind::new("monitoring.coreos.com", "PrometheusRule");
        contents.existing =
            [ObjectRef::cluster(GroupKind::new("", "Node"), "n"), ObjectRef::namespaced(rule, "a", "b")].into();
        let odd = r#".data["a, \"b\"@c"]@ConfigMap a/x"#;
        contents.kept = [odd.parse().unwrap(), ".spec.replicas@Deployment.apps a/x".parse().unwrap()].into();
        let read = Contents::read(&Inventory::new("a", "ks").manifest(&contents));
        assert_eq!(read, contents);
    }
}
