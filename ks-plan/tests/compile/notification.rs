//! The definitions of notification.kubesphere.io have the fields that its operator knows, and no others.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::Facts;
use serde_json::Value;

use crate::support::{EXAMPLE, compiled};

/// One entry for each definition and version: the fields of every object in it, by the path of the object.
type Fields = BTreeMap<String, BTreeMap<String, String>>;

#[test]
fn every_version_has_its_fields() {
    let expected: Fields = serde_saphyr::from_str(include_str!("notification_fields.yaml")).unwrap();
    let mut found = BTreeSet::new();
    for definition in definitions() {
        let plural = definition["spec"]["names"]["plural"].as_str().unwrap();
        for version in definition["spec"]["versions"].as_array().unwrap() {
            let name = format!("{plural} {}", version["name"].as_str().unwrap());
            let schema = &version["schema"]["openAPIV3Schema"];
            let mut objects = BTreeMap::new();
            for part in ["spec", "status"] {
                collect(&schema["properties"][part], part, &mut objects);
            }
            let wanted = expected[&name].iter().map(|(path, line)| (path.clone(), fields(line))).collect();
            assert_eq!(objects, wanted, "{name}");
            found.insert(name);
        }
    }
    assert_eq!(found, expected.keys().cloned().collect());
}

#[test]
fn the_defaults_of_the_operator_are_there() {
    let definition =
        definitions().into_iter().find(|it| it["spec"]["names"]["plural"] == "notificationmanagers").unwrap();
    let spec = &definition["spec"]["versions"][1]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"];
    let default = |field: &Value| field["default"].clone();
    assert_eq!(default(&spec["batchMaxSize"]), 100);
    assert_eq!(default(&spec["batchMaxWait"]), "1m");
    assert_eq!(default(&spec["routePolicy"]), "All");
    assert_eq!(default(&spec["template"]["properties"]["language"]), "English");
    assert_eq!(default(&spec["template"]["properties"]["reloadCycle"]), "1m");
}

#[test]
fn two_definitions_convert_through_the_webhook_of_the_operator() {
    let strategy = |it: &Value| it["spec"]["conversion"]["strategy"].as_str().map(str::to_owned);
    let converting: Vec<String> = definitions()
        .iter()
        .filter(|it| strategy(it).as_deref() == Some("Webhook"))
        .map(|it| it["metadata"]["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(converting, ["configs.notification.kubesphere.io", "receivers.notification.kubesphere.io"]);
}

fn definitions() -> Vec<Value> {
    let bundles = compiled(EXAMPLE, &Facts::default()).bundles;
    let objects = bundles.into_iter().flat_map(|it| it.objects);
    let values = objects.map(|it| it.manifest.value().clone());
    let mut found: Vec<Value> =
        values.filter(|it| it.pointer("/spec/group") == Some(&"notification.kubesphere.io".into())).collect();
    found.sort_by_key(|it| it["metadata"]["name"].to_string());
    assert_eq!(found.len(), 5);
    found
}

/// The fields of one line: name to type, a star for what is required.
fn fields(line: &str) -> BTreeMap<String, String> {
    let of = |field: &str| {
        let (name, kind) = field.split_once(": ").unwrap();
        let kind = kind.split(" (").next().unwrap();
        (name.to_owned(), kind.to_owned())
    };
    line.split(", ").filter(|it| !it.is_empty()).map(of).collect()
}

/// Describes an object and everything in it down to what Kubernetes itself defines.
fn collect(schema: &Value, path: &str, objects: &mut BTreeMap<String, BTreeMap<String, String>>) {
    let mut described = BTreeMap::new();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let kind = kind(name, member);
        let star = if required.contains(&name.as_str()) { "*" } else { "" };
        match kind.as_str() {
            "object" => collect(member, &format!("{path}.{name}"), objects),
            "list of object" => collect(&member["items"], &format!("{path}.{name}[]"), objects),
            _ => {}
        }
        described.insert(format!("{name}{star}"), kind);
    }
    objects.insert(path.to_owned(), described);
}

/// The fields by which a type of Kubernetes, or a reference, is recognised.
const KNOWN: [(&str, &[&str]); 12] = [
    ("Sel", &["matchExpressions", "matchLabels"]),
    ("Cred", &["value", "valueFrom"]),
    ("OldKeyRef", &["key*", "name", "namespace"]),
    ("CMRef", &["key", "name*", "namespace"]),
    ("core/v1 Affinity", &["nodeAffinity", "podAffinity", "podAntiAffinity"]),
    ("core/v1 ResourceRequirements", &["limits", "requests"]),
    ("core/v1 Toleration", &["effect", "key", "operator", "tolerationSeconds", "value"]),
    ("core/v1 EnvVar", &["name*", "value", "valueFrom"]),
    ("core/v1 VolumeMount", &["mountPath*", "mountPropagation", "name*", "readOnly", "subPath", "subPathExpr"]),
    ("core/v1 Volume", &["configMap", "emptyDir", "hostPath", "name*", "persistentVolumeClaim", "secret"]),
    ("core/v1 Container", &["args", "command", "image", "name*", "ports", "resources", "type*"]),
    ("object", &[]),
];

fn kind(name: &str, schema: &Value) -> String {
    match schema["type"].as_str() {
        Some("array") => format!("list of {}", kind(name, &schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map of {}", kind(name, &schema["additionalProperties"]))
        }
        Some("object") => {
            let own = marked(schema);
            // Of the large types some fields prove it, of the small ones all.
            let is = |fields: &&[&str]| {
                let all = fields.iter().all(|it| own.contains(*it));
                all && (own.len() == fields.len() || own.len() > 15 || fields.is_empty())
            };
            KNOWN.iter().find(|(_, fields)| is(fields)).map_or("?".to_owned(), |(name, _)| (*name).to_owned())
        }
        Some(scalar) => schema["format"].as_str().unwrap_or(scalar).to_owned(),
        None => panic!("{name} has no type"),
    }
}

fn marked(schema: &Value) -> BTreeSet<String> {
    let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
    let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name);
    names.map(|it| if required.iter().any(|r| *r == it) { format!("{it}*") } else { it.clone() }).collect()
}
