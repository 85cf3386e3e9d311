//! What an object names comes before the object.

use ks_model::Manifest;
use serde_json::Value;

use super::pod_spec::{each, pod_spec, text};
use super::{Link, World};
use crate::graph::{EdgeReason, Until};

/// Names in pods, one row each: where the list stands, where in an element the name stands, and the kind it names.
const IN_PODS: &[(&str, &str, &str)] = &[
    ("/volumes", "/secret/secretName", "Secret"),
    ("/volumes", "/configMap/name", "ConfigMap"),
    ("/volumes", "/persistentVolumeClaim/claimName", "PersistentVolumeClaim"),
    ("/imagePullSecrets", "/name", "Secret"),
    ("/secrets", "", "Secret"),
    ("/configMaps", "", "ConfigMap"),
];

/// Names in the sources of a projected volume.
const IN_PROJECTIONS: &[(&str, &str, &str)] =
    &[("/projected/sources", "/secret/name", "Secret"), ("/projected/sources", "/configMap/name", "ConfigMap")];

/// Names in the spec of what prometheus-operator turns into pods, beside those that a pod has too; all of Secrets.
const IN_OPERATED: &[&str] = &[
    "/additionalScrapeConfigs/name",
    "/additionalAlertManagerConfigs/name",
    "/additionalAlertRelabelConfigs/name",
    "/thanos/objectStorageConfig/name",
    "/objectStorageConfig/name",
    "/alertmanagersConfig/name",
    "/queryConfig/name",
];

/// Names in containers: where in an element of `env` or `envFrom` the name stands.
const IN_CONTAINERS: &[(&str, &str, &str)] = &[
    ("/env", "/valueFrom/secretKeyRef/name", "Secret"),
    ("/env", "/valueFrom/configMapKeyRef/name", "ConfigMap"),
    ("/envFrom", "/secretRef/name", "Secret"),
    ("/envFrom", "/configMapRef/name", "ConfigMap"),
];

/// Objects wait for the Secrets, ConfigMaps, claims and Services that they name.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    world
        .manifests()
        .flat_map(|manifest| named(manifest).into_iter().filter_map(|it| it.edge(world, manifest)))
        .collect()
}

struct Name {
    kind: &'static str,
    name: String,
    field: String,
}

impl Name {
    fn new(kind: &'static str, name: &str, pointer: &str) -> Self {
        Self { kind, name: name.to_owned(), field: pointer.replace('/', ".") }
    }

    fn edge<'a>(self, world: &World<'a>, dependent: &'a Manifest) -> Option<Link<'a>> {
        let namespace = dependent.object().namespace.as_deref();
        let on = world.find("", self.kind, namespace, &self.name)?;
        let because = EdgeReason::Reference { field: self.field };
        Some(Link::between(dependent.object(), on.object(), Until::Present, because))
    }
}

fn named(manifest: &Manifest) -> Vec<Name> {
    let mut names = Vec::new();
    if let Some(pod) = pod_spec(manifest) {
        collect(pod, IN_PODS, "", &mut names);
        for volume in each(pod, "/volumes") {
            collect(volume, IN_PROJECTIONS, "/volumes", &mut names);
        }
        if manifest.object().kind.group == "monitoring.coreos.com" {
            let named = IN_OPERATED.iter().filter_map(|pointer| Some((*pointer, text(pod, pointer)?)));
            names.extend(named.map(|(pointer, name)| Name::new("Secret", name, pointer)));
        }
        for list in ["/initContainers", "/containers"] {
            for container in each(pod, list) {
                collect(container, IN_CONTAINERS, list, &mut names);
            }
        }
    }
    names.extend(governing_service(manifest));
    names.extend(alertmanager_configuration(manifest));
    names
}

fn collect(value: &Value, table: &[(&str, &str, &'static str)], prefix: &str, names: &mut Vec<Name>) {
    for (list, pointer, kind) in table {
        for element in each(value, list) {
            if let Some(name) = text(element, pointer) {
                names.push(Name::new(kind, name, &format!("{prefix}{list}{pointer}")));
            }
        }
    }
}

/// A StatefulSet names the Service that gives its pods their names.
fn governing_service(manifest: &Manifest) -> Option<Name> {
    let name =
        text(manifest.outline(), "/spec/serviceName").filter(|_| manifest.object().kind.is("apps", "StatefulSet"))?;
    Some(Name::new("Service", name, "/spec/serviceName"))
}

/// An Alertmanager reads its configuration from a Secret, `alertmanager-<name>` unless it names another.
fn alertmanager_configuration(manifest: &Manifest) -> Option<Name> {
    let object = manifest.object();
    if !object.kind.is("monitoring.coreos.com", "Alertmanager") {
        return None;
    }
    let usual = format!("alertmanager-{}", object.name);
    Some(Name::new("Secret", text(manifest.value(), "/spec/configSecret").unwrap_or(&usual), "/spec/configSecret"))
}
