//! Images: which reference a name stands for, under the registry settings of a configuration.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The registry that serves every image inside China, with all images in one namespace.
const CHINA_REGISTRY: &str = "registry.cn-beijing.aliyuncs.com";
const CHINA_NAMESPACE: &str = "kubesphereio";

/// Holds the table `images.yaml`: a repository and a tag per name.
///
/// The name is that of the variables by which a configuration replaces one image: `<name>_repo` and `<name>_tag`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Images(BTreeMap<String, Image>);

/// Describes one image as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Image {
    /// Namespace and name on Docker Hub, such as `prom/prometheus`; elsewhere with the host before them.
    pub repository: String,
    /// The tag, such as `v2.39.1`.
    pub tag: String,
}

/// Describes one image as a configuration wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResolvedImage {
    /// The full repository, registry included.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The field of the configuration that the repository follows, when one does. For people.
    pub repository_by: Option<String>,
    /// The field of the configuration that the tag follows, when one does. For people.
    pub tag_by: Option<String>,
}

impl Images {
    /// The image of that name.
    pub fn get(&self, name: &str) -> Option<&Image> {
        self.0.get(name)
    }

    /// Resolves every image under a configuration: `<name>_repo` and `<name>_tag` replace what they name, and the
    /// registry settings decide the rest.
    pub fn resolve(&self, spec: &Value) -> BTreeMap<String, ResolvedImage> {
        let registry = Registry::of(spec);
        let resolve = |(name, image): (&String, &Image)| (name.clone(), image.resolve(name, spec, &registry));
        self.0.iter().map(resolve).collect()
    }

    /// Lays `other` on top: its images replace those of the same name.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl Image {
    fn resolve(&self, name: &str, spec: &Value, registry: &Registry) -> ResolvedImage {
        let replaced = |part: &str| {
            let field = format!("{name}_{part}");
            text(spec, &field).map(|value| (value.to_owned(), field))
        };
        let (repo, tag) = (replaced("repo"), replaced("tag"));
        let moved = || (registry.repository(&self.repository), registry.decided_by.map(str::to_owned));
        let (repository, repository_by) = repo.map_or_else(moved, |(value, field)| (value, Some(field)));
        let (tag, tag_by) = tag.map_or_else(|| (self.tag.clone(), None), |(value, field)| (value, Some(field)));
        ResolvedImage { repository, tag, repository_by, tag_by }
    }
}

impl ResolvedImage {
    /// The full reference, tag included.
    pub fn reference(&self) -> String {
        format!("{}:{}", self.repository, self.tag)
    }

    /// The tag without any `v`: what the label `app.kubernetes.io/version` carries.
    pub fn version(&self) -> String {
        self.tag.replace('v', "")
    }
}

/// Says where images are pulled from.
///
/// # Example
/// ```
/// use ks_plan::images::Registry;
/// let spec = serde_json::json!({ "local_registry": "dockerhub.kubekey.local" });
/// assert_eq!(Registry::of(&spec).repository("prom/prometheus"), "dockerhub.kubekey.local/prom/prometheus");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    host: Option<String>,
    namespace: Option<String>,
    decided_by: Option<&'static str>,
}

impl Registry {
    /// Reads `local_registry`, `zone` and `namespace_override`.
    ///
    /// The China registry is chosen by `zone: cn` or by naming it as `local_registry`; it brings its own namespace.
    /// Any other private registry keeps the namespaces of the images. A `namespace_override` always wins.
    pub fn of(spec: &Value) -> Self {
        let (local, zone, own) = (text(spec, "local_registry"), text(spec, "zone"), text(spec, "namespace_override"));
        let china = local == Some(CHINA_REGISTRY) || zone == Some("cn");
        let host = if china { Some(CHINA_REGISTRY) } else { local };
        let namespace = own.or(china.then_some(CHINA_NAMESPACE));
        let decided_by = match (own, china && zone == Some("cn"), local) {
            (Some(_), ..) => Some("namespace_override"),
            (_, true, _) => Some("zone"),
            (.., Some(_)) => Some("local_registry"),
            _ => None,
        };
        Self { host: host.map(str::to_owned), namespace: namespace.map(str::to_owned), decided_by }
    }

    /// The full repository of an image that is published as `namespace/name`, or as `host/namespace/name` elsewhere than on
    /// Docker Hub. Only a private registry mirrors the latter.
    pub fn repository(&self, published: &str) -> String {
        let elsewhere = published.split_once('/').filter(|(host, _)| host.contains(['.', ':']));
        let Some((_, path)) = elsewhere else { return self.on_docker_hub(published) };
        match &self.host {
            Some(host) if host != CHINA_REGISTRY => {
                let (namespace, name) = path.rsplit_once('/').unwrap_or(("library", path));
                format!("{host}/{}/{name}", self.namespace.as_deref().unwrap_or(namespace))
            }
            _ => published.to_owned(),
        }
    }

    fn on_docker_hub(&self, published: &str) -> String {
        let (namespace, name) = published.split_once('/').unwrap_or(("library", published));
        let namespace = self.namespace.as_deref().unwrap_or(namespace);
        match &self.host {
            Some(host) => format!("{host}/{namespace}/{name}"),
            None => format!("{namespace}/{name}"),
        }
    }
}

/// The text of a field at the top of the spec; an empty one counts as absent.
fn text<'a>(spec: &'a Value, field: &str) -> Option<&'a str> {
    spec.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn registry_rules() {
        let table = [
            (json!({}), "prom/prometheus"),
            (json!({ "local_registry": "" }), "prom/prometheus"),
            (json!({ "local_registry": "hub.local:5000" }), "hub.local:5000/prom/prometheus"),
            (json!({ "namespace_override": "mine" }), "mine/prometheus"),
            (json!({ "local_registry": "hub.local", "namespace_override": "mine" }), "hub.local/mine/prometheus"),
            (json!({ "zone": "cn" }), "registry.cn-beijing.aliyuncs.com/kubesphereio/prometheus"),
            (json!({ "zone": "us" }), "prom/prometheus"),
            (
                json!({ "zone": "cn", "local_registry": "hub.local" }),
                "registry.cn-beijing.aliyuncs.com/kubesphereio/prometheus",
            ),
            (json!({ "local_registry": CHINA_REGISTRY }), "registry.cn-beijing.aliyuncs.com/kubesphereio/prometheus"),
            (json!({ "zone": "cn", "namespace_override": "mine" }), "registry.cn-beijing.aliyuncs.com/mine/prometheus"),
        ];
        for (spec, expected) in table {
            assert_eq!(Registry::of(&spec).repository("prom/prometheus"), expected, "{spec}");
        }
    }

    #[test]
    fn an_image_from_elsewhere_moves_to_a_private_registry_only() {
        let table = [
            (json!({}), "nvcr.io/nvidia/k8s/dcgm-exporter"),
            (json!({ "namespace_override": "mine" }), "nvcr.io/nvidia/k8s/dcgm-exporter"),
            (json!({ "zone": "cn" }), "nvcr.io/nvidia/k8s/dcgm-exporter"),
            (json!({ "local_registry": "hub.local:5000" }), "hub.local:5000/nvidia/k8s/dcgm-exporter"),
            (json!({ "local_registry": "hub.local", "namespace_override": "mine" }), "hub.local/mine/dcgm-exporter"),
        ];
        for (spec, expected) in table {
            assert_eq!(Registry::of(&spec).repository("nvcr.io/nvidia/k8s/dcgm-exporter"), expected, "{spec}");
        }
    }

    fn resolved(spec: &Value) -> ResolvedImage {
        let image = Image { repository: "prom/prometheus".into(), tag: "v2.39.1-dev".into() };
        Images(BTreeMap::from([("prometheus".into(), image)])).resolve(spec).remove("prometheus").unwrap()
    }

    #[test]
    fn a_version_has_no_v_anywhere() {
        assert_eq!(resolved(&json!({})).version(), "2.39.1-de");
    }

    #[test]
    fn one_image_can_be_replaced() {
        let tag = resolved(&json!({ "prometheus_tag": "v3.0.0", "local_registry": "hub.local" }));
        assert_eq!(tag.reference(), "hub.local/prom/prometheus:v3.0.0");
        assert_eq!(tag.tag_by.as_deref(), Some("prometheus_tag"));
        assert_eq!(tag.repository_by.as_deref(), Some("local_registry"));
        let whole = resolved(&json!({ "prometheus_repo": "quay.io/mine/prometheus", "local_registry": "hub.local" }));
        assert_eq!(whole.reference(), "quay.io/mine/prometheus:v2.39.1-dev");
        assert_eq!(whole.repository_by.as_deref(), Some("prometheus_repo"));
        let mirror = resolved(&json!({ "zone": "cn" }));
        assert_eq!((mirror.repository_by.as_deref(), mirror.tag_by), (Some("zone"), None));
    }
}
