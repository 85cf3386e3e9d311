//! Images: which reference a name stands for, under the registry settings of a configuration.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The registry that serves every image inside China, with all images in one namespace.
const CHINA_REGISTRY: &str = "registry.cn-beijing.aliyuncs.com";
const CHINA_NAMESPACE: &str = "kubesphereio";

/// Holds the table `images.yaml`: a repository and a tag per name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Images(BTreeMap<String, Image>);

/// Describes one image as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Image {
    /// Namespace and name on Docker Hub, such as `prom/prometheus`.
    pub repository: String,
    /// The tag, such as `v2.39.1`.
    pub tag: String,
}

impl Images {
    /// The image of that name.
    pub fn get(&self, name: &str) -> Option<&Image> {
        self.0.get(name)
    }

    /// Lays `other` on top: its images replace those of the same name.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl Image {
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
        let field = |name: &str| spec.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (local, zone, own) = (field("local_registry"), field("zone"), field("namespace_override"));
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

    /// The full repository of an image that is published as `namespace/name`.
    pub fn repository(&self, published: &str) -> String {
        let (namespace, name) = published.split_once('/').unwrap_or(("library", published));
        let namespace = self.namespace.as_deref().unwrap_or(namespace);
        match &self.host {
            Some(host) => format!("{host}/{namespace}/{name}"),
            None => format!("{namespace}/{name}"),
        }
    }

    /// The full reference of an image, tag included.
    pub fn reference(&self, image: &Image) -> String {
        format!("{}:{}", self.repository(&image.repository), image.tag)
    }

    /// The field of the configuration that moved the images, when one did. For people.
    pub fn decided_by(&self) -> Option<&'static str> {
        self.decided_by
    }
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
    fn a_version_has_no_v_anywhere() {
        let image = Image { repository: "a/b".into(), tag: "v1.2.3-dev".into() };
        assert_eq!(image.version(), "1.2.3-de");
    }
}
