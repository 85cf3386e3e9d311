//! What the tools read: a configuration for `ks`, and what `ks render` makes of it for all others.

use std::path::Path;
use std::process::Command;

use ks_tests::configuration::{all_gates, example_with};
use ks_tests::control_plane::ControlPlane;
use serde_json::{Value, json};

use crate::objects::synthetic;

/// Where a configuration with a single change stands, and what is made of it.
const CHANGED: &str = "changed-";

/// Writes the configurations, and the component of our own with so many objects; gives how many they are.
pub fn write_configurations(folder: &Path, count: usize) -> usize {
    put(folder, "cc.yaml", &example_with(&all_gates(true)));
    let mut other = all_gates(true);
    other["monitoring"]["prometheus"] = json!({ "replicas": 3 });
    put(folder, "changed-cc.yaml", &example_with(&other));
    put(folder, "own/demo/apps/component.yaml", "{ name: apps, description: Small applications. }");
    let mut files = synthetic(count);
    files.push(("mark.yaml".to_owned(), vec![mark()]));
    for (name, objects) in &files {
        put(folder, &format!("own/demo/apps/{name}"), &lines(objects));
    }
    files.iter().map(|(_, objects)| objects.len()).sum()
}

/// Writes the objects for all other tools; gives how many they are.
pub fn write_objects(folder: &Path, ks: &Path, cluster: &ControlPlane) -> usize {
    let objects = rendered(folder, ks, cluster, "cc.yaml");
    let definitions: Vec<Value> = objects.iter().filter(is_definition).cloned().collect();
    put(folder, "definitions.yaml", &lines(&definitions));
    put(folder, "applies", &applies(&objects, cluster));
    for (prefix, objects) in [("", &objects), (CHANGED, &rendered(folder, ks, cluster, "changed-cc.yaml"))] {
        put(folder, &format!("{prefix}objects.yaml"), &lines(objects));
        write_chart(folder, &format!("{prefix}chart"), objects);
        let project = format!("{prefix}kluctl");
        put(folder, &format!("{project}/.kluctl.yaml"), "{ discriminator: peers, targets: [{ name: peers }] }");
        put(folder, &format!("{project}/deployment.yaml"), "{ deployments: [{ path: all }] }");
        // Braces in rules and dashboards are no templates.
        put(folder, &format!("{project}/all/.templateignore"), "*\n");
        put(folder, &format!("{project}/all/objects.yaml"), &lines(objects));
    }
    objects.len()
}

/// Writes the objects as `ks render` prints them, and nothing else.
pub fn write_rendered(folder: &Path, ks: &Path, cluster: &ControlPlane) {
    put(folder, "objects.yaml", &render(folder, ks, cluster, "cc.yaml"));
}

fn rendered(folder: &Path, ks: &Path, cluster: &ControlPlane, config: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&render(folder, ks, cluster, config)).unwrap()
}

fn render(folder: &Path, ks: &Path, cluster: &ControlPlane, config: &str) -> String {
    let mut command = Command::new(ks);
    command.current_dir(folder).args(["render", "--manifests", "own", "-f", config]);
    let run = command.env("KUBECONFIG", cluster.kubeconfig()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// A chart with a file for each object: definitions where Helm wants them, everything else as it is.
fn write_chart(folder: &Path, chart: &str, objects: &[Value]) {
    put(folder, &format!("{chart}/Chart.yaml"), "{ apiVersion: v2, name: peers, version: 1.0.0 }");
    let raw = |it: &Value| format!("{{{{ .Files.Get {:?} }}}}\n", name_of(it));
    for object in objects {
        let place = if is_definition(&object) { "crds/" } else { "" };
        put(folder, &format!("{chart}/{place}{}", name_of(object)), &object.to_string());
    }
    let rest: Vec<String> = objects.iter().filter(|it| !is_definition(it)).map(raw).collect();
    put(folder, &format!("{chart}/templates/all.yaml"), &rest.join("---\n"));
}

/// The lines that [`crate::bare::apply`] sends: stage, path, object.
fn applies(objects: &[Value], cluster: &ControlPlane) -> String {
    let line = |object: &Value| {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let (version, kind) = (text("/apiVersion").unwrap(), text("/kind").unwrap());
        let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        let served = cluster.get(&root).unwrap().and_then(|it| plural(&it, kind));
        let defined = || objects.iter().filter(is_definition).find_map(|it| defined_plural(it, version, kind));
        let is_served = served.is_some();
        let plural = served.or_else(defined).unwrap_or_else(|| panic!("nobody serves {kind} of {version}"));
        let place = text("/metadata/namespace").map(|it| format!("/namespaces/{it}")).unwrap_or_default();
        let path = format!("{root}{place}/{plural}/{}", text("/metadata/name").unwrap());
        let stage = if kind == "Namespace" { 0 } else { 2 - usize::from(is_served) };
        format!("{stage}\t{path}?fieldManager=ks&fieldValidation=Strict\t{object}\n")
    };
    objects.iter().map(line).collect()
}

fn plural(served: &Value, kind: &str) -> Option<String> {
    let resources = served["resources"].as_array()?.iter();
    let found = resources.filter(|it| it["kind"] == kind).filter_map(|it| it["name"].as_str());
    found.filter(|it| !it.contains('/')).map(str::to_owned).next()
}

fn defined_plural(definition: &Value, version: &str, kind: &str) -> Option<String> {
    let spec = &definition["spec"];
    let is_it = spec["names"]["kind"] == kind && version.split('/').next() == spec["group"].as_str();
    is_it.then(|| spec["names"]["plural"].as_str().map(str::to_owned)).flatten()
}

/// Something small that is there in every run.
fn mark() -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "peers", "namespace": "default" } })
}

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn is_definition(object: &&Value) -> bool {
    object["kind"] == "CustomResourceDefinition"
}

/// Objects as a stream of documents; JSON is YAML.
fn lines(objects: &[Value]) -> String {
    objects.iter().map(|it| format!("---\n{it}\n")).collect()
}

/// A file name for an object.
fn name_of(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or("cluster");
    let place = text("/metadata/namespace");
    format!("{}-{place}-{}.json", text("/kind"), text("/metadata/name")).replace(':', ".")
}
