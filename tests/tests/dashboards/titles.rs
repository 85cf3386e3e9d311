//! The dashboards are those of the installer.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::dashboard::{PREFIX, compiled, dashboards, object};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    name: String,
    title: String,
    uid: Option<String>,
    tag: String,
    refresh: String,
    from: String,
    timezone: String,
    editable: bool,
    variables: Vec<String>,
    panels: usize,
}

#[test]
fn each_has_its_title_its_variables_and_as_many_panels() {
    let mut expected: Vec<Expected> = serde_saphyr::from_str(include_str!("expected.yaml")).unwrap();
    expected.sort_by(|a, b| a.name.cmp(&b.name));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found: Vec<Expected> = dashboards(&compiled())
        .iter()
        .map(|it| Expected {
            name: it.name.clone(),
            title: text(&it.value["title"]),
            uid: it.value["uid"].as_str().map(str::to_owned),
            tag: match it.value["tags"].as_array().unwrap().as_slice() {
                [tag] => text(tag),
                tags => panic!("{}: {tags:?}", it.name),
            },
            refresh: text(&it.value["refresh"]),
            from: text(&it.value["time"]["from"]),
            timezone: text(&it.value["timezone"]),
            editable: it.value["editable"].as_bool().unwrap(),
            variables: it.variable_names().into_iter().map(str::to_owned).collect(),
            panels: it.shown().count(),
        })
        .collect();
    assert_eq!((found.len(), expected.len()), (23, 23));
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
}

#[test]
fn each_is_mounted_where_grafana_looks() {
    let compiled = compiled();
    let provider = object(&compiled, "ConfigMap", "grafana-dashboards");
    let provider: Value = serde_json::from_str(provider["data"]["dashboards.yaml"].as_str().unwrap()).unwrap();
    let folder = provider["providers"][0]["options"]["path"].as_str().unwrap().to_owned();
    let pod = object(&compiled, "Deployment", "grafana")["spec"]["template"]["spec"].clone();
    for name in dashboards(&compiled).iter().map(|it| &it.name) {
        let map = format!("{PREFIX}{name}");
        let volume = json!({ "name": map, "configMap": { "name": map } });
        assert!(pod["volumes"].as_array().unwrap().contains(&volume), "{name}");
        let mount = json!({ "name": map, "mountPath": format!("{folder}/{name}") });
        assert!(pod["containers"][0]["volumeMounts"].as_array().unwrap().contains(&mount), "{name}");
    }
}
