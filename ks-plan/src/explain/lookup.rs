//! Objects by the names that users of kubectl write.

use ks_model::config::nearest;
use ks_model::{GroupKind, ObjectRef};
use serde_json::Value;

use crate::desired::Desired;

/// Short names of kinds that the server itself serves.
const SHORT: [(&str, &str); 19] = [
    ("cm", "ConfigMap"),
    ("crd", "CustomResourceDefinition"),
    ("crds", "CustomResourceDefinition"),
    ("cj", "CronJob"),
    ("deploy", "Deployment"),
    ("ds", "DaemonSet"),
    ("ep", "Endpoints"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("ing", "Ingress"),
    ("netpol", "NetworkPolicy"),
    ("ns", "Namespace"),
    ("pc", "PriorityClass"),
    ("pdb", "PodDisruptionBudget"),
    ("po", "Pod"),
    ("pvc", "PersistentVolumeClaim"),
    ("sa", "ServiceAccount"),
    ("sc", "StorageClass"),
    ("sts", "StatefulSet"),
    ("svc", "Service"),
];

/// How many suggestions are made.
const MOST: usize = 5;

/// Names an object as a user of kubectl writes it, or as plans print it.
///
/// # Example
/// ```
/// use ks_plan::explain::ObjectQuery;
/// let query = ObjectQuery::parse("deployment/kube-state-metrics", None).unwrap();
/// assert_eq!(query, ObjectQuery::parse("Deployment kube-state-metrics", None).unwrap());
/// assert_eq!(ObjectQuery::parse("sts a/b", None).unwrap().namespace.as_deref(), Some("a"));
/// assert!(ObjectQuery::parse("grafana", None).is_none(), "a name alone has no kind");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectQuery {
    /// The kind: `deployment`, `deploy`, `prometheus.monitoring.coreos.com`, in any case.
    pub kind: String,
    /// The namespace, where one was named.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectQuery {
    /// Reads `KIND/NAME`, `KIND NAME`, `KIND NAMESPACE/NAME` or `KIND/NAMESPACE/NAME`; `namespace` is for names without one.
    pub fn parse(text: &str, namespace: Option<&str>) -> Option<Self> {
        let (kind, path) = text.trim().split_once([' ', '/'])?;
        let (own, name) = match path.trim().rsplit_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, path.trim()),
        };
        let is_whole = !kind.is_empty() && !name.is_empty() && own != Some("") && !path.trim().contains(' ');
        let namespace = own.or(namespace).map(str::to_owned);
        is_whole.then(|| Self { kind: kind.to_lowercase(), namespace, name: name.to_owned() })
    }

    /// The objects that are meant, in the order in which they come.
    pub fn among<'o>(&self, desired: &Desired, objects: impl IntoIterator<Item = &'o ObjectRef>) -> Vec<&'o ObjectRef> {
        let is_meant =
            |it: &&ObjectRef| it.name == self.name && self.fits_place(it) && self.fits_kind(desired, &it.kind);
        objects.into_iter().filter(is_meant).collect()
    }

    /// Objects that may have been meant: in another namespace, with a name alike, of another kind.
    pub fn near<'o>(&self, desired: &Desired, objects: impl IntoIterator<Item = &'o ObjectRef>) -> Vec<&'o ObjectRef> {
        let all: Vec<&ObjectRef> = objects.into_iter().collect();
        let of_kind: Vec<&ObjectRef> = all.iter().copied().filter(|it| self.fits_kind(desired, &it.kind)).collect();
        let with = |among: &[&'o ObjectRef], name: &str| -> Vec<&'o ObjectRef> {
            among.iter().copied().filter(|it| it.name == name).take(MOST).collect()
        };
        let same_name = with(&of_kind, &self.name);
        if !same_name.is_empty() {
            return same_name;
        }
        if let Some(name) = nearest(&self.name, of_kind.iter().map(|it| it.name.as_str())) {
            return with(&of_kind, name);
        }
        let longer = of_kind.iter().copied().filter(|it| it.name.contains(&self.name) || self.name.contains(&it.name));
        let longer: Vec<&ObjectRef> = longer.take(MOST).collect();
        if !longer.is_empty() {
            return longer;
        }
        let other_kind = with(&all, &self.name);
        if !other_kind.is_empty() {
            return other_kind;
        }
        if !of_kind.is_empty() {
            return of_kind.into_iter().take(MOST).collect();
        }
        nearest(&self.name, all.iter().map(|it| it.name.as_str())).map(|name| with(&all, name)).unwrap_or_default()
    }

    fn fits_place(&self, object: &ObjectRef) -> bool {
        // An object without a namespace is the same one from everywhere.
        self.namespace.is_none() || object.namespace.is_none() || self.namespace == object.namespace
    }

    fn fits_kind(&self, desired: &Desired, kind: &GroupKind) -> bool {
        let (word, group) =
            self.kind.split_once('.').map_or((self.kind.as_str(), None), |(word, rest)| (word, Some(rest)));
        let fits_group =
            |group: &str| group == kind.group || group.split_once('.').is_some_and(|it| it.1 == kind.group);
        group.is_none_or(fits_group) && words(desired, kind).iter().any(|it| it == word)
    }
}

/// The words for a kind: its name, its plural, its short names.
fn words(desired: &Desired, kind: &GroupKind) -> Vec<String> {
    let name = kind.kind.to_lowercase();
    let short = SHORT.iter().filter(|(_, of)| *of == kind.kind).map(|(short, _)| (*short).to_owned());
    let names = desired.definition_of(kind).and_then(|it| it.value().pointer("/spec/names"));
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let declared = names.into_iter().flat_map(|names| {
        let more = names.get("shortNames").and_then(Value::as_array).into_iter().flatten();
        ["plural", "singular"]
            .into_iter()
            .filter_map(|it| names.get(it))
            .chain(more)
            .filter_map(text)
            .collect::<Vec<_>>()
    });
    let stem = name.strip_suffix('y').map(|stem| format!("{stem}ies"));
    [name.clone(), format!("{name}s"), format!("{name}es")]
        .into_iter()
        .chain(stem)
        .chain(short)
        .chain(declared)
        .collect()
}
