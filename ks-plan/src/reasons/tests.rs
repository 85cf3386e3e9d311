use ks_model::{Manifest, Origin, Setting};
use serde_json::json;

use super::*;
use crate::fixture::{bundle, config_map};

/// The names of the settings that are told as reasons for one changed leaf.
fn told(settings: &[(&str, Value)], path: &str, after: Option<Value>) -> Vec<String> {
    let map: Manifest = config_map("a/c");
    let mut bundle = bundle("demo", [map]);
    for (name, value) in settings {
        let setting = Setting { value: value.clone(), origin: Origin::Default { expression: None } };
        bundle.settings.insert((*name).to_owned(), setting);
    }
    let mut wanted = bundle.objects[0].clone();
    wanted.settings = settings.iter().map(|(name, _)| (*name).to_owned()).collect();
    let field = FieldChange { path: path.to_owned(), before: Some(json!("before")), after };
    let reasons = reasons(&bundle, &wanted, Action::Update, &[field]);
    assert_eq!(reasons[0], Reason::Wanted { file: "demo/demo/objects.yaml".into() });
    let name = |it: &Reason| if let Reason::Setting { name, .. } = it { Some(name.clone()) } else { None };
    reasons.iter().filter_map(name).collect()
}

#[test]
fn of_equal_values_the_one_with_the_name_of_the_field_is_the_reason() {
    let settings = [("replicas", json!(2)), ("retries", json!(2)), ("other", json!(3))];
    assert_eq!(told(&settings, ".spec.replicas", Some(json!(2))), ["replicas"]);
    assert_eq!(told(&settings, ".spec.copies", Some(json!(2))), ["replicas", "retries"], "no name helps");
}

#[test]
fn a_setting_inside_of_a_longer_text_is_a_reason() {
    let settings = [("retention", json!("7d")), ("size", json!("7"))];
    assert_eq!(told(&settings, ".spec.args", Some(json!(["--retention=7d"]))), ["retention"]);
    assert_eq!(told(&[("tag", json!("1.2"))], ".spec.image", Some(json!("a:1.2.3"))), Vec::<String>::new());
}

#[test]
fn one_leaf_of_a_bigger_setting_is_enough() {
    let settings = [("resources", json!({ "limits": { "cpu": "1", "memory": "2Gi" } })), ("storage", json!("2Gi"))];
    assert_eq!(told(&settings, ".spec.resources.limits.memory", Some(json!("2Gi"))), ["resources"]);
    assert_eq!(told(&settings, ".spec.storage.size", Some(json!("2Gi"))), ["storage"]);
}

#[test]
fn a_setting_that_no_longer_says_anything_is_the_reason_of_a_removal() {
    let settings = [("storageClass", json!(null)), ("replicas", json!(2))];
    assert_eq!(told(&settings, ".spec.storageClassName", None), ["storageClass"]);
    assert_eq!(told(&settings, ".spec.volume", None), Vec::<String>::new());
}

#[test]
fn a_true_in_a_text_is_no_setting() {
    assert_eq!(told(&[("enabled", json!(true))], ".data.note", Some(json!("true story"))), Vec::<String>::new());
    assert_eq!(told(&[("enabled", json!(true))], ".spec.enabled", Some(json!(true))), ["enabled"]);
}
